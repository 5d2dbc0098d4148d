"""Briefing, 8D and A3: filled from the record, the answer first; what is missing is called so and never made up."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import closeloop as cl
import made_problem
from closeloop.reports.page import page_html
from closeloop.reports.problem_record import sheet_call
from closeloop.reports.report import Report

DOORS: list[Callable[..., Report]] = [cl.board_briefing, cl.eight_d, cl.a3]


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_no_figure_stands_in_it_that_nobody_computed(door: Callable[..., Report], language: str) -> None:
    for problem in (made_problem.first_day(), made_problem.solved()):
        assert not door(problem, language=language).findings()


@pytest.mark.parametrize("door", DOORS)
def test_the_same_record_gives_the_same_bytes(door: Callable[..., Report], tmp_path: Path) -> None:
    pages = [door(made_problem.solved()).to_html(tmp_path / name).read_bytes() for name in "ab"]
    assert pages[0] == pages[1]


@pytest.mark.parametrize("door", DOORS)
def test_the_conclusion_stands_first_and_follows_the_verdict(door: Callable[..., Report]) -> None:
    def first(problem: cl.Problem) -> str:
        lines = door(problem).to_markdown().splitlines()
        return next(line for line in lines[3:] if line).replace("**Conclusion:** ", "")

    assert first(made_problem.first_day()).startswith("There is no answer yet: no countermeasure")
    assert first(made_problem.planned()).startswith("Countermeasures are planned; none has started.")
    started = made_problem.planned()
    started.add(started.countermeasures[1].start("2026-10-20"))
    assert first(started).startswith("Countermeasures have started; their effect has not been measured.")
    assert first(made_problem.solved()).startswith("It worked: the target is reached.")
    for actual, ci, words in (
        (0.06, (0.055, 0.07), "It has not worked"), (0.05, (0.04, 0.06), "Whether it worked cannot be told")
    ):  # fmt: skip
        problem = made_problem.planned()
        after = cl.Gap(metric="late parcels", standard=0.05, actual=actual, ci=ci, n=900, as_of="2026-11-30",
                       unit="percent", higher_is_better=False)  # fmt: skip
        problem.measure(after, on="2026-12-01", by="Li Mei")
        assert first(problem).startswith(words)


def test_an_8d_says_of_each_discipline_what_is_missing_and_the_call_that_records_it() -> None:
    page = cl.eight_d(made_problem.first_day()).to_markdown()
    assert re.findall(r"^## (D\d)", page, re.MULTILINE) == [f"D{n}" for n in range(9)]
    for call in (
        'cl.worksheet("8d").fill(leader=…)', 'cl.Countermeasure(kind="containment"', "cl.FiveWhys(problem.gap",
        'cl.Countermeasure(kind="corrective"', "cl.ActionTask(", "problem.measure(after", "cl.Lesson(",
        "fill(thanks=…)", "problem.close(on=…",
    ):  # fmt: skip
        assert call in page.replace("\\", ""), call


def test_an_8d_is_filled_from_the_record() -> None:
    page = cl.eight_d(made_problem.solved()).to_markdown()
    team, causes, prevention = (page.split(f"## {name}")[1].split("## D")[0] for name in ("D1", "D4", "D7"))
    assert "Li Mei" in team
    assert "Named in the record:** Wu Fan, Zhao Ning, Li Mei, Chen Yu" in team
    assert "nearly all of them stayed (query · Scans of September) | Chen Yu: holds" in causes
    assert "Verified root causes:** The carrier's contract was renewed without operations" in causes
    assert "ruled out" in causes
    assert "have operations sign every contract" in prevention
    assert "move the last pick-up back" not in prevention
    assert "fill(prevention=…)" in prevention


def test_a_cause_that_nobody_read_back_is_no_root() -> None:
    whys = cl.FiveWhys(made_problem.GAP, title="Why late?", author="Li Mei")
    whys.ask(whys.top, "Packed late")
    page = cl.eight_d(made_problem.first_day().add(whys)).to_markdown()
    assert "| 1 Packed late | hypothesis |" in page
    assert "Verified root causes:** not recorded. whys.evidence(link" in page


def test_a_weak_countermeasure_is_called_so() -> None:
    problem = made_problem.first_day().add(cl.Countermeasure(cause="?", what="be more careful"))
    page = cl.eight_d(problem).to_markdown()
    assert "| error | smart-M | be more careful |" in page


def test_the_call_that_fills_a_sheet_begins_with_the_sheet_that_is_there() -> None:
    problem = made_problem.solved()
    called = sheet_call(problem, "8d", "thanks").replace("…", '"the packers"')
    eval(called, {"problem": problem, "cl": cl})  # noqa: S307
    assert problem.worksheets[0].answers["thanks"] == "the packers"
    assert problem.worksheets[0].answers["leader"] == "Li Mei"
    assert sheet_call(problem, "a3", "mentor") == 'problem.add(cl.worksheet("a3").fill(mentor=…))'


def test_a_briefing_takes_the_words_of_its_sheet_and_holds_their_figures_to_what_was_computed() -> None:
    problem = made_problem.planned()
    problem.add(cl.worksheet("scqa").fill(answer="Pay for the late pick-up.", situation="We promise the next day."))
    page = cl.board_briefing(problem)
    assert page.parts[0].en == "Pay for the late pick-up."
    assert not page.findings()
    problem.add(problem.worksheets[0].fill(complication="13.8 % come late, and 41 % of them complain."))
    assert [found.message.en for found in cl.board_briefing(problem).findings()] == [
        "The figure 41 is in no computed result of this report."
    ]


def test_a_briefing_without_a_sheet_asks_what_the_gap_asks_and_leaves_the_rest_open() -> None:
    page = cl.board_briefing(made_problem.planned()).to_markdown().replace("\\", "")
    assert "What brings “late parcels” to where it should be?" in page
    assert 'problem.add(cl.worksheet("scqa").fill(situation=…))' in page
    assert 'problem.add(cl.worksheet("scqa").fill(should_do=…))' in page


def test_a_briefing_counts_its_cases_and_hides_few() -> None:
    with cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
        ids = [
            loop.open_case(words="Late.", channel="phone", received_at="2026-06-30T08:30+08:00").case_id
            for _ in range(12)
        ]
        many = cl.board_briefing(cl.Problem(made_problem.GAP, cases=ids), loop=loop).to_markdown()
        few = cl.board_briefing(cl.Problem(made_problem.GAP, cases=ids[:3]), loop=loop).to_markdown()
    assert "| Received | 12 |" in many
    assert "| Received | 3 |" not in few
    assert "under 10" in few


def test_an_a3_is_one_sheet_in_landscape_with_the_analysis_left_and_the_plan_right() -> None:
    page = cl.a3(made_problem.solved())
    assert page.size == "A3 landscape"
    headings = re.findall(r"^## (.+)$", page.to_markdown(), re.MULTILINE)
    assert headings == [
        "Background", "Current state", "Target", "Analysis", "What is done", "Plan", "Follow-up",
        "Learnt and still open",
    ]  # fmt: skip
    assert "@page{size:A3 landscape;" in page_html(page)


def test_what_people_wrote_cannot_become_markup() -> None:
    problem = made_problem.first_day().add(measure := made_problem.measure("corrective", "<script>alert(1)</script>"))
    problem.add(cl.ActionTask(id="T1", what="<b>x</b>", owner="<i>", due="2026-10-16"))
    for door in DOORS:
        page = page_html(door(problem))
        assert "<script>" not in page
        assert "<b>x</b>" not in page
    assert measure.what == "<script>alert(1)</script>"
