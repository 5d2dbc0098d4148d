"""Faults that a user ran into, one test each: what was refused too late, said wrongly, or shown so that it misled."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from closeloop import IssueTree, StoreError, load, set_language, worksheet
from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.problem.countermeasure import Countermeasure
from closeloop.rootcause.problem.pdca import PdcaCycle
from closeloop.rootcause.problem.problem import Problem
from closeloop.rootcause.problem.task import ActionTask
from closeloop.rootcause.whys.five_whys import FiveWhys
from closeloop.rootcause.whys.lexicon import load_lexicon
from closeloop.rootcause.worksheet.computed.two_by_two import two_by_two
from closeloop.rootcause.worksheet.load import list_worksheets, shipped_names, shipped_template
from closeloop.text import LocalText, catalogue

EVIL = "<img src=x onerror=alert(1)> | `x` # *y* \x1b[31m \u202e"


def late(**changes: Any) -> Gap:
    said: dict[str, Any] = {
        "metric": "late", "standard": 0.05, "actual": 0.138, "n": 4820, "as_of": "2026-09-30", "unit": "percent",
        "higher_is_better": False, "ci": (0.129, 0.148),
    }  # fmt: skip
    return Gap(**(said | changes))


def measure(**changes: Any) -> Countermeasure:
    said: dict[str, Any] = {
        "cause": "contracts renewed alone", "what": "sign contracts", "owner": "Zhao Ning", "due": "2026-10-30",
        "metric": "late", "baseline": 0.138, "target": 0.05, "unit": "percent",
    }  # fmt: skip
    return Countermeasure(**(said | changes))


def asked(cause: str, effect: str = "Parcels arrive after the promised day") -> FiveWhys:
    whys = FiveWhys(late(), title=effect, author="Li Mei")
    whys.ask(whys.top, cause)
    return whys


# Ids and names.


@pytest.mark.parametrize("give", [
    lambda: Problem(late(), cases="C-101"),
    lambda: Problem(late(), themes="late"),
    lambda: Problem(late()).link("C-101"),
    lambda: asked("A").cases("top", "C-101"),
])  # fmt: skip
def test_one_id_is_not_taken_for_a_list_of_letters(give: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="is a list of ids; this is the text"):
        give()


def test_ids_that_are_numbers_are_kept_as_text_and_can_be_loaded_again(tmp_path: Path) -> None:
    problem = Problem(late(), cases=[101, 102], id=17).link([103])  # type: ignore[list-item, arg-type]
    assert problem.cases == ("101", "102", "103")
    assert load(problem.save(tmp_path / "p.json")) == problem


def test_a_focus_that_is_no_text_is_refused_before_it_breaks_the_document() -> None:
    problem = Problem(late())
    with pytest.raises(ValueError, match="focus needs words"):
        problem.concentrate(5)  # type: ignore[arg-type]
    assert problem.stage == "split"


# Entries.


@pytest.mark.parametrize(("change", "en", "zh"), [
    ({"ownr": "x"}, "Did you mean “owner”", "是否指“owner”"),
    ({"kind": "corective"}, "one of containment, corrective, preventive", "应为 containment"),
    ({"due": "30 Oct"}, "A day is a date or “2026-10-08”", "日期应为"),
    ({"baseline": "x"}, "It is a number", "应为数字"),
    ({"what": ""}, "It needs words", "应写文字"),
])  # fmt: skip
def test_a_wrong_field_is_explained_in_both_languages(change: dict[str, Any], en: str, zh: str) -> None:
    for tag, words in (("en", en), ("zh-CN", zh)):
        set_language(tag)
        with pytest.raises(ValueError, match=words):
            measure(**change)


def test_a_countermeasure_cannot_start_after_the_day_of_its_effect() -> None:
    with pytest.raises(ValueError, match="to be seen by 2026-10-30"):
        measure().start("2026-12-01")


def test_a_turn_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValueError, match="before its first day"):
        PdcaCycle(plan="x", from_on="2026-02-01", to_on="2026-01-01")


def test_what_would_hide_text_is_taken_out_of_entries() -> None:
    assert "\x1b" not in repr(measure(what=EVIL))
    assert "\u202e" not in str(measure(what=EVIL).findings())


# Days.


@pytest.mark.parametrize("give", [
    lambda: Problem(late()).measure(late(as_of="2026-12-01"), on="1 Dec"),
    lambda: Problem(late()).gantt("soon"),
    lambda: Problem(late()).findings("soon"),
    lambda: asked("A").dated("1", "2026-13-01"),
])  # fmt: skip
def test_every_day_is_refused_with_the_same_words(give: Callable[[], object]) -> None:
    with pytest.raises(ValueError, match="A day is a date or “2026-10-08”"):
        give()


def test_findings_of_a_problem_take_a_day_as_text() -> None:
    problem = Problem(late()).add(ActionTask(id="1", what="list contracts", owner="Li", due="2026-10-01"))
    assert problem.findings("2026-12-01") == problem.findings(dt.date(2026, 12, 1)) != problem.findings()


def test_a_review_cannot_rest_on_a_figure_of_a_later_day() -> None:
    with pytest.raises(ValueError, match="which is later"):
        Problem(late()).measure(late(as_of="2026-12-31"), on="2026-12-01")
    with pytest.raises(ValueError, match="is a Gap of the same metric"):
        Problem(late()).measure(None, on="2026-12-01")  # type: ignore[arg-type]


# Five whys.


def test_an_answer_is_yes_or_no_and_nothing_that_counts_as_yes() -> None:
    whys = asked("A")
    with pytest.raises(ValueError, match="alone is True or False"):
        whys.sufficient(whys.links[0], alone="no")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="found is True or False"):
        whys.predict("1", "returns rise", found="no")  # type: ignore[arg-type]


def test_what_is_to_be_explained_has_no_stop_and_no_countermeasure() -> None:
    whys = asked("A")
    for give in (
        lambda: whys.stop(whys.top, "actionable"),
        lambda: whys.counterfactual(whys.top, shrinks_to=0.05),
        lambda: whys.countermeasure(whys.top, "CM-1", "strong"),
    ):
        with pytest.raises(ValueError, match="not a cause of anything"):
            give()


def test_a_five_whys_has_a_title_that_cannot_be_overwritten_unnoticed() -> None:
    whys = asked("A")
    assert str(whys.title) == "Parcels arrive after the promised day"
    with pytest.raises(AttributeError):
        whys.title = "other"  # type: ignore[misc, assignment]


def test_amends_can_be_attached_and_count_as_weak() -> None:
    whys = asked("A")
    whys.countermeasure("1", measure(action="compensation", id="CM-1"))
    assert whys.state.causes[-1].remedies[0].strength == "weak"


@pytest.mark.parametrize(("cause", "effect", "same"), [
    ("夜班缺人", "白班缺人", False),
    ("东仓晚发", "西仓晚发", False),
    ("包裹发货晚了", "发货晚", True),
    ("退款太慢", "退款慢", True),
])  # fmt: skip
def test_w04_tells_short_chinese_statements_apart(cause: str, effect: str, same: bool) -> None:
    assert ("W04" in asked(cause, effect).findings().rules) is same


@pytest.mark.parametrize(("name", "text", "word"), [
    ("blame", "The form says “forgot your number?” and leads nowhere", ""),
    ("blame", "懒加载的图片在弱网下不显示", ""),
    ("blame", "小心轻放的标签没有贴", ""),
    ("blame", "The fault of the sensor started at nine", ""),
    ("blame", "It was the fault of the night shift", "fault of the night shift"),
    ("blame", "员工图省事跳过复核", "图省事"),
    ("blame", "客服推卸责任", "推卸责任"),
    ("blame", "The agent made an error", "agent made an error"),
    ("vague", "库存充足，拣货顺序错了", ""),
    ("vague", "余额不足的客户付款失败", ""),
    ("vague", "不当班的主管收到通知", ""),
    ("vague", "不够 10 件不发车", ""),
    ("vague", "管理混乱", "混乱"),
    ("vague", "服务质量较差", "质量较差"),
    ("vague", "There was a communication breakdown", "communication breakdown"),
    ("solution", "没有在系统中登记", ""),
    ("solution", "订单没有传到系统", ""),
    ("solution", "no customer used the app", ""),
    ("solution", "需要三天才能到达", ""),
    ("solution", "没有SOP", "没有SOP"),
    ("solution", "A checklist is missing", "checklist is missing"),
])  # fmt: skip
def test_word_lists_know_everyday_words_and_spare_plain_facts(name: str, text: str, word: str) -> None:
    found = load_lexicon(name).find(text)
    assert found.startswith(word) if word else found == ""


def test_the_sections_of_causes_do_not_stand_under_reading_aloud() -> None:
    text = asked("A happened").to_markdown()
    assert text.index("## Read aloud") < text.index("## The causes one by one") < text.index("### 1 A happened")
    assert "no_rival" in text  # as one types it


# Findings.


def test_a_level_that_does_not_exist_is_not_an_empty_list() -> None:
    with pytest.raises(ValueError, match="Levels: error, warn, info"):
        Findings([]).of("warning")  # type: ignore[arg-type]


def test_a_finding_names_its_subject_once() -> None:
    line = next(line for line in str(asked("A happened").findings()).splitlines() if "W11" in line)
    assert line.count("A happened") == 1
    set_language("zh-CN")
    assert "）：" in str(Findings([Finding(rule="W1", level="warn", subject="甲", message=LocalText("乙"))]))


# Trees.


def test_a_tree_refuses_what_is_no_text_and_a_place_that_is_not_there() -> None:
    tree = IssueTree("Why?")
    first = tree.add(None, "One")
    tree.add(None, "Two")
    with pytest.raises(ValueError, match="A statement is a text"):
        tree.add(None, None)  # type: ignore[arg-type]
    for position in (99, -1, "1"):
        with pytest.raises(ValueError, match="position counts from 0"):
            tree.move(first, None, position)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="Did you mean “time”"):
        tree.order(None, "tiem")  # type: ignore[arg-type]


# Worksheets.


def test_the_list_of_worksheets_says_what_the_templates_say() -> None:
    """The list reads the heads of the files only; it must not drift from what is in them."""
    listed = list_worksheets().set_index("id")
    for name in shipped_names():
        template = shipped_template(name)
        row = listed.loc[name]
        assert row["items"] == sum(len(page.items) for page in template.pages), name
        assert (row["version"], row["title"], row["purpose"], row["serves"]) == (
            template.version, str(template.title), str(template.purpose), " ".join(template.serves)
        )  # fmt: skip


def test_a_field_with_a_name_gets_no_other_advice() -> None:
    entries = [{"name": "late parcels", "x": 5, "y": 4}, {"name": "price", "x": 1, "y": 1}]
    fields = {"upper_right": "treat the cause", "upper_left": "a", "lower_left": "do it at once", "lower_right": "b"}
    own = two_by_two(entries, x="often", y="bad", fields=fields)
    assert [row["advice"] for row in own.rows()] == [None, None]
    assert "advice" not in [column.name for column in own.columns]
    plain = two_by_two(entries, x="often", y="bad")
    assert "advice" in [column.name for column in plain.columns]


def test_no_two_columns_of_entries_have_the_same_head() -> None:
    sheet = worksheet("swot")
    sheet.add("cross", internal="S1", external="O1", strategy="offer a second one")
    heads = next(line for line in sheet.to_markdown().splitlines() if "Inner" in line).strip("| ").split(" | ")
    assert len({head.casefold() for head in heads}) == len(heads)
    assert sheet._repr_html_().casefold().count(">strategy</th>") == 1


# Hostile text, files.


def test_a_problem_in_markdown_holds_no_markup_that_somebody_wrote() -> None:
    problem = Problem(late(), cases=[EVIL], title=EVIL, id=EVIL).concentrate(EVIL).add(measure(what=EVIL, id=EVIL))
    assert "<img" not in problem.to_markdown()


@pytest.mark.parametrize("content", ["[" * 100_000, '{"closeloop": ["a"], "format": 1}', "", "null"])
def test_a_file_of_another_kind_is_refused_in_words(content: str, tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(StoreError):
        load(path)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    whys = asked("A")
    path = tmp_path / "x.json"
    path.write_text("\ufeff" + json.dumps(whys.to_document()), encoding="utf-8")
    assert load(path) == whys


def test_a_saved_problem_opens_in_another_process(tmp_path: Path) -> None:
    problem = Problem(late(), cases=["C-1"], id="P-1").add(asked("A happened")).add(worksheet("5w2h")).add(measure())
    path = problem.save(tmp_path / "p.json")
    code = (
        "import sys, closeloop; p = closeloop.load(sys.argv[1]); p.save(sys.argv[1]); print(p.whys[0].causes[0].text)"
    )
    said = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "A happened"
    assert load(path) == problem


def test_what_a_notebook_cell_shows_is_one_readable_line() -> None:
    whys = asked("A happened")
    whys.dated("1", "2026-08-01")
    assert repr(whys.coverage()).startswith("<Coverage: 1 cause, 0 verified.")
    assert repr(whys.timeline()[0]) == "<Moment 2026-08-01: 1 A happened>"
    assert repr(Problem(late()).steps()[:2]) == "(<Step gap: done>, <Step split: Add an issue tree or five-whys.>)"
    assert repr(PdcaCycle(plan="move the pick-up")) == "PdcaCycle(plan='move the pick-up')"
    tree = IssueTree("Why?")
    tree.add(None, "One")
    assert repr(tree) == "<IssueTree why: Why? (1 statement, 1 finding)>"


def test_an_empty_five_whys_is_not_called_faultless() -> None:
    text = FiveWhys(late()).to_markdown()
    assert "Nobody has asked why yet." in text
    assert "find nothing" not in text


def test_what_the_rules_tell_to_call_is_there_and_silences_them() -> None:
    advice = {key: text for key, text in catalogue("whys").items() if key.endswith("_do")}
    for key, text in advice.items():
        names = [set(re.findall(r"[（(]([a-z_]+)[)）]", text[tag])) for tag in ("en", "zh-CN")]
        words = {"actionable", "outside_control", "strong", "intermediate", "weak", "readback"}
        assert all(hasattr(FiveWhys, name) for name in names[0] | (names[1] - words)), key
    whys = asked("The last pick-up moved to 16:00")
    link = whys.links[0]
    whys.evidence(link, "document", source="addendum")
    whys.readback(link, by="Chen Yu", holds=True)
    assert set(whys.findings().rules) == {"W05", "W10", "W11", "W12", "W13", "W17"}
    whys.sufficient(link, alone=True)
    whys.no_rival(whys.top, "every scan shows it")
    whys.stop("1", "actionable", note="ours to change")
    whys.counterfactual("1", shrinks_to=0.04)
    whys.predict("1", "returns rise", found=True)
    whys.countermeasure("1", "CM-1", "strong")
    assert whys.findings().rules == ()
