"""A problem ties gap, causes, countermeasures, effect and lesson; it does not close without a measured effect."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from closeloop.errors import CaseTransitionError, StoreError
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.load import load
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.problem.lesson import Lesson
from closeloop.rootcause.problem.lesson_library import lesson_library
from closeloop.rootcause.problem.outside_event import OutsideEvent
from closeloop.rootcause.problem.pdca import PdcaCycle
from closeloop.rootcause.problem.problem import Problem
from closeloop.rootcause.problem.task import ActionTask
from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.rootcause.worksheet.worksheet import worksheet
from closeloop.text import set_language
from closeloop.themes.codebooks.codebook_file import load_codebook
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding

CAUSE = "The carrier contract was renewed without asking operations"


def gap(actual: float = 0.138, low: float = 0.129, high: float = 0.148, on: str = "2026-09-30") -> Gap:
    return Gap(
        metric="late parcels", standard=0.05, actual=actual, n=4820, as_of=on, ci=(low, high), unit="percent",
        higher_is_better=False,
    )  # fmt: skip


def five_whys(problem: Problem) -> FiveWhys:
    whys = FiveWhys(problem, author="Li Mei")
    link = whys.ask(whys.top, CAUSE, by="Li Mei")
    whys.evidence(link, "document", source="addendum of 1 August, §4.2")
    whys.readback(link, by="Chen Yu", holds=True)
    whys.stop(link.cause, "actionable")
    return whys


def measure(**change: Any) -> Countermeasure:
    facts: dict[str, Any] = {
        "cause": CAUSE, "what": "have operations sign every carrier contract", "kind": "corrective",
        "owner": "Zhao Ning",
        "due": "2026-11-30", "metric": "late parcels", "baseline": 0.138, "target": 0.05, "unit": "percent",
        "action": "process", "accepted": True,
    }  # fmt: skip
    return Countermeasure(**(facts | change))


def worked_out() -> Problem:
    problem = Problem(gap(), cases=["C-101", "C-107"], id="P-017", title="Parcels arrive late", themes=["late"])
    problem.add(five_whys(problem)).add(measure())
    return problem


def test_a_problem_without_a_gap_is_refused() -> None:
    with pytest.raises(TypeError, match="starts from a measured gap"):
        Problem("parcels arrive late")  # type: ignore[arg-type]


def test_the_five_steps_are_found_from_what_is_there() -> None:
    problem = Problem(gap(), cases=["C-101"])
    assert problem.stage == "split"
    tree = IssueTree("Why do parcels arrive late?")
    problem.add(tree)
    assert problem.stage == "focus"
    problem.concentrate("The last pick-up is four hours before the last promise")
    assert problem.stage == "propose"
    problem.add(measure())
    assert problem.stage == "optimise"
    problem.measure(gap(0.04, 0.035, 0.046, "2026-12-01"), on="2026-12-02", by="Li Mei")
    problem.add(Lesson(insight="contracts decide the last pick-up", action="have operations sign"))
    problem.close(on="2026-12-03", by="Li Mei")
    assert problem.stage == "closed"


@pytest.mark.parametrize(("low", "high", "key"), [(0.04, 0.148, "chance"), (0.06, 0.148, "")])
def test_a_gap_that_cannot_be_told_from_chance_is_no_first_step(low: float, high: float, key: str) -> None:
    first = Problem(gap(low=low, high=high)).steps()[0]
    assert first.done == (not key)
    assert not key or key in str(first.missing[0])


def test_a_verified_root_is_a_focus() -> None:
    problem = Problem(gap())
    problem.add(five_whys(problem))
    assert problem.stage == "propose"


def test_it_cannot_close_without_a_measured_effect() -> None:
    problem = worked_out()
    problem.add(Lesson(insight="i", action="a"))
    with pytest.raises(CaseTransitionError, match="no effect has been measured"):
        problem.close(on="2026-12-01", by="Li Mei")
    problem.measure(gap(0.04, 0.035, 0.046, "2026-12-01"), on="2026-12-01")
    problem.close(on="2026-12-01", by="Li Mei")
    assert problem.state.closed_on == dt.date(2026, 12, 1)
    with pytest.raises(CaseTransitionError, match="was closed on 2026-12-01"):
        problem.add(measure())


def test_it_cannot_close_with_work_undone_or_without_a_lesson() -> None:
    problem = worked_out()
    problem.add(measure(id="CM-1").start("2026-10-15"))
    problem.measure(gap(0.04, 0.035, 0.046, "2026-12-01"), on="2026-12-01", countermeasure="CM-1")
    with pytest.raises(CaseTransitionError, match=r"started and not done: have operations.*neither a lesson"):
        problem.close(on="2026-12-01", by="Li Mei")
    problem.add(problem.countermeasures[0].finish("2026-11-10", "contract 12"))
    problem.close(on="2026-12-01", by="Li Mei", no_lesson="one-off move of a warehouse")
    assert problem.stage == "closed"


def test_what_was_expected_of_a_started_countermeasure_stays() -> None:
    problem = worked_out()
    problem.add(measure(id="CM-1").start("2026-10-15"))
    with pytest.raises(ValueError, match="stays as it was"):
        problem.add(measure(id="CM-1", target=0.12).start("2026-10-15"))


def test_the_effect_is_of_the_same_metric_and_measured_after_the_start() -> None:
    problem = worked_out()
    problem.add(measure(id="CM-1").start("2026-10-15"))
    other = Gap(metric="complaints", standard=1, actual=2, n=9, as_of="2026-12-01")
    with pytest.raises(ValueError, match="same metric"):
        problem.measure(other, on="2026-12-01")
    with pytest.raises(ValueError, match="before the start"):
        problem.measure(gap(on="2026-10-01"), on="2026-12-01", countermeasure="CM-1")
    with pytest.raises(ValueError, match="no countermeasure “CM-9”"):
        problem.measure(gap(on="2026-12-01"), on="2026-12-01", countermeasure="CM-9")


@pytest.mark.parametrize(
    ("actual", "low", "high", "verdict"),
    [(0.04, 0.035, 0.046, "reached"), (0.1, 0.09, 0.11, "not reached"), (0.05, 0.04, 0.06, "cannot tell")],
)
def test_the_review_answers_three_questions_apart(actual: float, low: float, high: float, verdict: str) -> None:
    review = worked_out().measure(gap(actual, low, high, "2026-12-01"), on="2026-12-02", customers_satisfied=True)
    assert review.verdict == verdict
    worked = {"reached": "yes", "not reached": "no", "cannot tell": "not known"}[verdict]
    assert [str(answer) for _, answer in review.answers()] == [worked, "yes", "not known"]


def test_a_miss_leads_back_to_the_causes() -> None:
    problem = worked_out()
    problem.measure(gap(0.12, 0.11, 0.13, "2026-12-01"), on="2026-12-02")
    assert "back to the causes" in str(problem.steps()[-1].missing[0])


def test_a_countermeasure_to_what_is_no_verified_root_is_an_error() -> None:
    problem = worked_out()
    problem.add(measure(id="CM-2", cause="nobody owns the promise table"))
    found = [f for f in problem.findings() if f.rule == "Q07"]
    assert [f.at for f in found] == ["CM-2"]


def test_training_alone_is_flagged_and_something_beside_it_is_not() -> None:
    problem = Problem(gap(), cases=["C-1"])
    problem.add(measure(action="training"))
    assert "Q04" in problem.findings().rules
    problem.add(measure(id="CM-9", action="process"))
    assert "Q04" not in problem.findings().rules


def test_a_problem_asks_where_else_its_cause_is_at_work() -> None:
    problem = worked_out()
    assert "Q05" in problem.findings().rules
    problem.add(measure(id="CM-9", what="have operations sign every contract of the group", kind="preventive"))
    assert "Q05" not in problem.findings().rules


def test_what_is_late_is_said_on_the_day() -> None:
    problem = worked_out()
    problem.add(ActionTask(id="T1", what="list all contracts", owner="Zhao Ning", due="2026-10-12"))
    problem.add(measure(id="CM-1").start("2026-10-15").finish("2026-11-01", "contract 12"))
    problem.add(Lesson(insight="i", action="a", review_by="2026-12-15"))
    assert not {"Q08", "Q09", "Q10", "L01"} & set(problem.findings(dt.date(2026, 10, 1)).rules)
    assert {"Q08", "Q09", "Q10", "L01"} <= set(problem.findings(dt.date(2026, 12, 20)).rules)
    problem.measure(gap(0.04, 0.035, 0.046, "2026-12-01"), on="2026-12-02", countermeasure="CM-1")
    assert not {"Q08", "Q10"} & set(problem.findings(dt.date(2026, 12, 20)).rules)


def test_findings_of_what_belongs_to_it_are_its_own() -> None:
    problem = worked_out()
    bare = FiveWhys(gap(), title="another one", author="Li Mei")
    bare.ask(bare.top, "The night shift forgot to scan the last cage", by="Li Mei")
    problem.add(bare)
    assert {"W06", "W11"} <= set(problem.findings().rules)


def test_everything_in_one_record_is_saved_and_comes_back(tmp_path: Path) -> None:
    problem = worked_out()
    tree = IssueTree("Why do parcels arrive late?")
    sheet = worksheet("5w2h").link("P-017")
    problem.add(tree).add(sheet).add(PdcaCycle(plan="move the pick-up", expected=0.05))
    problem.add(Lesson(insight="i", action="a")).add(ActionTask(id="T1", what="list", owner="Li", due="2026-10-12"))
    problem.measure(gap(0.04, 0.035, 0.046, "2026-12-01"), on="2026-12-02")
    again = load(problem.save(tmp_path / "p.problem.json"))
    assert again == problem
    assert (again.trees, again.whys, again.worksheets) == ((tree,), problem.whys, (sheet,))


def test_a_problem_of_a_newer_format_is_refused(tmp_path: Path) -> None:
    path = worked_out().save(tmp_path / "p.json")
    path.write_text(path.read_text(encoding="utf-8").replace('"format": 1', '"format": 7', 1), encoding="utf-8")
    with pytest.raises(StoreError, match="Upgrade closeloop"):
        load(path)


def test_a_document_of_an_unknown_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text('{"closeloop": "poem", "format": 1}', encoding="utf-8")
    with pytest.raises(StoreError, match="kind “poem” is not known"):
        load(path)


def test_a_document_added_again_takes_the_place_of_the_earlier_one() -> None:
    problem = Problem(gap())
    tree = IssueTree("Why?")
    problem.add(tree)
    tree.add(None, "the carrier")
    problem.add(tree)
    assert problem.trees == (tree,)


def test_two_sheets_of_one_template_are_told_apart_by_a_name(tmp_path: Path) -> None:
    problem = Problem(gap()).add(worksheet("smart"), "hotline").add(worksheet("smart"), "branches")
    assert len(problem.worksheets) == 2
    problem.add(worksheet("smart").fill(owner="Wu Fan"), "branches")
    again = load(problem.save(tmp_path / "p.json"))
    assert again == problem
    assert [sheet.answers.get("owner") for sheet in again.worksheets] == [None, "Wu Fan"]


def test_what_does_not_belong_is_refused_and_adding_can_be_undone() -> None:
    problem = Problem(gap())
    with pytest.raises(TypeError, match="got int"):
        problem.add(3)
    problem.add(measure())
    assert problem.undo()
    assert problem.countermeasures == ()


@pytest.mark.parametrize(("tag", "words"), [("en", "The five steps"), ("zh-CN", "五步法")])
def test_it_shows_itself_in_both_languages(tag: str, words: str) -> None:
    problem = worked_out()
    problem.measure(gap(0.04, 0.035, 0.046, "2026-12-01"), on="2026-12-02")
    set_language(tag)
    try:
        assert words in problem._repr_html_()
        assert words in problem.to_markdown()
    finally:
        set_language("en")


def test_hostile_words_stay_words() -> None:
    problem = Problem(gap(), title="<script>alert(1)</script>", cases=["=1+1|x"])
    assert "<script>" not in problem._repr_html_()
    assert "<script>" not in problem.to_markdown()


def test_needs_lead_to_countermeasures_and_what_nobody_treats_is_named() -> None:
    table = pd.DataFrame({"id": [1, 1, 2, 3, 4], "code": ["late", "late", "late", "price", None]})
    coding = Coding.from_table(table, unit="response")
    problem = worked_out()
    problem.measure(gap(0.04, 0.035, 0.046, "2026-12-01"), on="2026-12-02")
    trace = problem.trace(coding)
    assert [(t.code, t.n) for t in trace.themes] == [("late", 2), ("price", 1)]
    assert trace.n == 4
    assert trace.themes[0].countermeasures == ("have operations sign every carrier contract",)
    assert trace.themes[0].effects == ("reached",)
    assert [t.code for t in trace.untreated] == ["price"]
    assert "price" in str(trace.sentence)
    assert trace.plot().title == "From what customers need to what is done"


def test_a_problem_of_a_code_treats_those_below_it() -> None:
    coding = code_mentions(["They promised to call back and never did."], load_codebook("conflict-types"))
    problem = Problem(gap(), themes=["service_delivery"]).add(measure())
    heard = [theme for theme in problem.trace(coding).themes if theme.n]
    assert [theme.code for theme in heard] == ["promise_broken"]
    assert heard[0].countermeasures


def test_a_treated_root_is_not_called_untreated() -> None:
    problem = Problem(gap()).add(five_whys(Problem(gap())))
    assert "W17" in problem.findings().rules
    assert "W17" not in problem.add(measure()).findings().rules


def test_a_theme_that_the_coding_does_not_have_is_named() -> None:
    coding = Coding.from_table(pd.DataFrame({"id": [1], "code": ["price"]}), unit="response")
    assert worked_out().trace(coding).unknown == ("late",)


def test_a_turn_of_the_cycle_needs_figures() -> None:
    assert PdcaCycle(plan="p").findings().rules == ("P01", "P03", "P02")
    with pytest.raises(ValueError, match="needs a check first"):
        PdcaCycle(plan="p", act="adopt")
    missed = PdcaCycle(plan="p", expected=0.05, do=("1 Oct",), check=gap(), act="adopt")
    assert missed.findings().rules == ("P06",)
    met = PdcaCycle(plan="p", expected=0.05, do=("1 Oct",), check=gap(0.04, 0.035, 0.046), act="adopt")
    assert not met.findings()
    assert PdcaCycle(plan="p", expected=0.1, do=("1 Oct",), check=gap(), act="adapt").findings().rules == ("P04",)


def test_a_lesson_says_where_it_was_used_and_when_it_is_due() -> None:
    lesson = Lesson(insight="i", action="a", review_by="2027-03-01").applied_in("P-018").applied_in("P-018")
    assert lesson.used_in == ("P-018",)
    assert not lesson.findings(dt.date(2027, 2, 28))
    assert lesson.findings(dt.date(2027, 3, 1)).rules == ("L01",)


def test_an_outside_event_finds_the_cases_that_it_may_have_touched() -> None:
    event = OutsideEvent(what="price rise", on="2025-11-15", announced_on="2025-11-01", codes=("price_change",))
    cases = [
        ("before", "2025-10-31", ["price_change"]),
        ("told", "2025-11-01", ["price_change"]),
        ("after", "2026-02-13", ["price_change"]),
        ("too late", "2026-02-14", ["price_change"]),
        ("other", "2025-11-20", ["speed"]),
    ]
    assert event.touched(cases) == ("told", "after")
    assert event.annotation == ("2025-11-15", "price rise")


def test_a_change_of_policy_owes_its_reason_notice_and_a_transition() -> None:
    assert OutsideEvent(what="price rise", on="2025-11-15").findings().rules == ("E01", "E02", "E03", "E04")
    fair = OutsideEvent(
        what="price rise",
        on="2025-11-15",
        announced_on="2025-10-01",
        purpose="parts cost more",
        transition="old price until the contract ends",
        affected="east and south",
    )
    assert not fair.findings()
    assert not OutsideEvent(what="a competitor opens", on="2025-11-15", kind="external").findings()


def test_before_a_cause_is_verified_only_containment_is_in_place() -> None:
    early = Problem(gap()).add(measure(id="CM-1"))
    assert "only containment" in str(next(f for f in early.findings() if f.rule == "Q07").message)
    assert "Q07" not in Problem(gap()).add(measure(id="CM-1", kind="containment", action="apology")).findings().rules


def test_the_recurrence_of_its_themes_is_watched_with_what_was_done_about_it() -> None:
    months = [f"2026-{month:02d}" for month in range(1, 13) for _ in range(60)]
    codes = ["late" if i % 60 < (20 if i < 480 else 4) else None for i in range(720)]
    coding = Coding.from_table(pd.DataFrame({"id": range(720), "code": codes}), unit="response")
    problem = worked_out()
    problem.add(measure(id="CM-1").start("2026-08-01").finish("2026-09-01", "contract 12"))
    seen = problem.recurrence(coding, months, baseline=6)
    assert [change.first for change in seen.changes] == ["2026-09"]
    assert "have operations sign" in str(seen.to_dict())
    with pytest.raises(ValueError, match="names no theme"):
        Problem(gap()).recurrence(coding, months)


def test_lessons_of_all_problems_are_one_library_with_where_they_were_used() -> None:
    old = Lesson(insight="contracts decide", action="sign", tags=("contracts",), review_by="2026-12-01")
    one = worked_out().add(old.applied_in("P-018"))
    other = Problem(gap(), id="P-018").add(Lesson(insight="promise late", action="promise less"))
    library = lesson_library([other, one], today="2026-12-15")
    assert [(problem, lesson.insight) for problem, lesson in library.lessons] == [
        ("P-017", "contracts decide"),
        ("P-018", "promise late"),
    ]
    assert library.rows()[0]["used_in"] == ("P-018",)
    assert [lesson.insight for lesson in library.due] == ["contracts decide"]
    assert [lesson.insight for _, lesson in lesson_library([one, other], tag="contracts").lessons] == [
        "contracts decide"
    ]
    assert library.plot().title == "Lessons"
