"""A worksheet: what it takes, what it says is missing and weak, how it is kept, and how it reads."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import ColumnNotFoundError, StoreError
from closeloop.rootcause.load import load
from closeloop.rootcause.worksheet.load import list_worksheets, shipped_names
from closeloop.rootcause.worksheet.worksheet import Worksheet, worksheet
from closeloop.text import set_language

TEMPLATE = """\
format: 1
id: choice
version: {version}
languages: [en, zh-CN]
title: {{en: Choice, zh-CN: 选择}}
purpose: {{en: To choose., zh-CN: 用于选择。}}
pages:
  - name: focus
    title: {{en: Focus, zh-CN: 焦点}}
    items:
      - {{name: what, type: text, required: true, label: {{en: What, zh-CN: 何事}}}}
      - {{name: kind, type: single, options: [alone, many], required: true, label: {{en: Kind, zh-CN: 类别}}}}
      - name: why_one
        type: text
        required: true
        show_if: "{{kind}} = 'alone'"
        label: {{en: Why one, zh-CN: 为何一个}}
      - {{name: start, type: date, label: {{en: Start, zh-CN: 开始}}}}
      - name: end
        type: date
        label: {{en: End, zh-CN: 结束}}
        checks: [{{expr: "{{end}} >= {{start}}", message: {{en: It ends before it starts., zh-CN: 早于开始日期。}}}}]
  - name: options
    repeat: {{min: 2, max: 4, entry: {{en: option, zh-CN: 方案}}}}
    title: {{en: Options, zh-CN: 方案}}
    show_if: "{{kind}} != 'alone'"
    items:
      - {{name: name, type: text, required: true, label: {{en: Name, zh-CN: 名称}}}}
      - {{name: cost, type: {cost}, label: {{en: Cost, zh-CN: 费用}}}}
      - {{name: tested, type: yesno, label: {{en: Tested, zh-CN: 试过}}}}
      - name: where
        type: text
        required: true
        show_if: "{{tested}} = true"
        label: {{en: Where, zh-CN: 何处}}
findings:
  - code: few
    level: warn
    when: "{{options.count}} = 1"
    on: options
    say: {{en: One option is no choice., zh-CN: 只有一个方案，谈不上选择。}}
  - code: dear
    level: error
    each: options
    when: "{{cost}} > 100 and {{kind}} = 'many'"
    on: cost
    say: {{en: Too dear., zh-CN: 太贵。}}
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Worksheet:
    return worksheet(written(tmp_path))


def written(folder: Path, version: int = 1, cost: str = "number") -> Path:
    path = folder / "choice.worksheet.yaml"
    path.write_text(TEMPLATE.format(version=version, cost=cost), encoding="utf-8")
    return path


# What it takes.


def test_answers_are_kept_in_the_order_of_the_template(sheet: Worksheet) -> None:
    assert sheet.fill(kind="many", options=[{"cost": 3, "name": "A"}], what="x") is sheet
    assert sheet.answers == {"what": "x", "kind": "many", "options": [{"name": "A", "cost": 3}]}
    assert list(sheet.answers) == ["what", "kind", "options"]


def test_dates_and_numbers_of_arrays_are_stored_as_a_file_holds_them(sheet: Worksheet) -> None:
    sheet.fill(start=dt.date(2026, 3, 31), options=[{"name": "A", "cost": np.float64(2.5), "tested": np.bool_(True)}])
    assert sheet.answers == {"start": "2026-03-31", "options": [{"name": "A", "cost": 2.5, "tested": True}]}
    json.dumps(sheet.to_document(), allow_nan=False)


def test_none_takes_an_answer_away(sheet: Worksheet) -> None:
    assert sheet.fill(what="x", options=[{"name": "A"}]).fill(what=None, options=None).answers == {}


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"what": 5}, ["what: expected text, found “5”"]),
        ({"start": "soon"}, ["start: “soon” is not a date"]),
        ({"kind": "one"}, ["kind: “one” is not one of its options (alone, many)"]),
        ({"options": "A"}, ["options: expected a list of entries", "found “A”"]),
        ({"options": {"name": "A"}}, ["options: expected a list of entries"]),
        ({"options": ["A"]}, ["options, entry 1: expected item → answer", "found “A”"]),
        ({"options": [{"name": "A"}, {"cost": "cheap"}]}, ["options, entry 2: cost: “cheap” is not a number"]),
        ({"options": [{"name": "A", "tested": "maybe"}]}, ["options, entry 1: tested: expected true or false"]),
        ({"options": [{"cost": float("inf")}]}, ["options, entry 1: cost: “inf” is not a number"]),
        ({"options": [{"name": str(n)} for n in range(5)]}, ["options: 5 entries, at most 4"]),
    ],
)
def test_an_answer_of_the_wrong_kind_names_item_expected_and_found(
    sheet: Worksheet, answers: dict[str, object], words: list[str]
) -> None:
    sheet.fill(what="before")
    with pytest.raises(ValueError, match="nothing was changed") as caught:
        sheet.fill(**answers)
    assert [word for word in words if word not in str(caught.value)] == []
    assert sheet.answers == {"what": "before"}


def test_all_wrong_answers_are_named_at_once_in_the_language_in_use(sheet: Worksheet) -> None:
    set_language("zh-CN")
    with pytest.raises(ValueError, match="有 2 个答案不符合要求") as caught:
        sheet.fill(what=5, options=[{"cost": "x"}])
    assert "options 第 1 项：cost" in str(caught.value)


def test_an_unknown_item_gives_the_closest(sheet: Worksheet) -> None:
    with pytest.raises(ColumnNotFoundError, match="Did you mean “what”"):
        sheet.fill(whot="x")
    with pytest.raises(ColumnNotFoundError, match=r"entry 2 of options.*Did you mean “cost”"):
        sheet.fill(options=[{"name": "A"}, {"coast": 1}])
    with pytest.raises(ColumnNotFoundError, match="options"):
        sheet.add("option", name="A")


def test_entries_are_added_and_removed(sheet: Worksheet) -> None:
    sheet.add("options", name="A").add("options", name="B").remove("options", 1)
    assert sheet.answers == {"options": [{"name": "B"}]}
    with pytest.raises(ValueError, match="options has no entry 2: expected 1 to 1"):
        sheet.remove("options", 2)


def test_every_change_can_be_taken_back(sheet: Worksheet) -> None:
    sheet.fill(what="x").add("options", name="A").link("P-0001")
    assert [sheet.undo(), sheet.undo(), sheet.undo(), sheet.undo()] == [True, True, True, False]
    assert (sheet.answers, sheet.links) == ({}, ())
    assert [sheet.redo(), sheet.redo(), sheet.redo(), sheet.redo()] == [True, True, True, False]
    assert (sheet.links, sheet.answers["what"]) == (("P-0001",), "x")


def test_answers_given_out_cannot_change_the_sheet(sheet: Worksheet) -> None:
    sheet.add("options", name="A").answers["options"][0]["name"] = "B"
    assert sheet.answers == {"options": [{"name": "A"}]}


# What is missing and what is weak.


def test_missing_respects_branching(sheet: Worksheet) -> None:
    assert [str(each) for each in sheet.missing()] == ["What", "Kind", "Options: at least 2 × option, there are 0"]
    sheet.fill(kind="alone")
    assert [each.item for each in sheet.missing()] == ["what", "why_one"]
    sheet.fill(kind="many", options=[{"tested": True}, {"name": "B"}])
    assert [(each.page, each.entry, each.item) for each in sheet.missing()] == [
        ("focus", None, "what"), ("options", 1, "name"), ("options", 1, "where")
    ]  # fmt: skip
    assert str(sheet.missing()[1]) == "option 1 · Name"
    assert sheet.missing()[1].label.zh == "方案 1 · 名称"


def test_a_template_rule_sees_the_number_of_entries(sheet: Worksheet) -> None:
    sheet.fill(kind="many", what="x", options=[{"name": "A"}])
    assert [(each.rule, each.level, each.at) for each in sheet.findings()] == [("few", "warn", "options")]
    assert list(sheet.add("options", name="B").findings()) == []


def test_a_rule_for_each_entry_sees_the_entry_and_the_sheet(sheet: Worksheet) -> None:
    sheet.fill(kind="many", options=[{"name": "A", "cost": 50}, {"name": "B", "cost": 101}])
    found = sheet.findings()
    assert [(each.rule, each.at, each.subject) for each in found] == [("dear", "options[2].cost", "option 2 · Cost")]
    assert found.at("options[2].cost")[0].message.zh == "太贵。"
    assert list(sheet.fill(kind="alone").findings().of("error")) == []


def test_a_failed_condition_of_an_item_is_a_finding(sheet: Worksheet) -> None:
    sheet.fill(start="2026-05-02", end="2026-05-01")
    assert [(each.rule, each.level, each.at, str(each.message)) for each in sheet.findings()] == [
        ("failed_check", "error", "end", "It ends before it starts.")
    ]


def test_an_answer_that_was_not_asked_for_is_a_finding_and_is_kept(sheet: Worksheet) -> None:
    sheet.fill(kind="many", why_one="x", options=[{"name": "A", "where": "lab"}, {"name": "B"}])
    assert [(each.rule, each.at) for each in sheet.findings()] == [
        ("hidden_answer", "why_one"), ("hidden_answer", "options[1].where")
    ]  # fmt: skip
    assert sheet.answers["why_one"] == "x"


def test_the_number_of_entries_can_decide_what_is_asked(tmp_path: Path) -> None:
    path = written(tmp_path)
    text = path.read_text(encoding="utf-8").replace("{kind} = 'alone'", "{options.count} = 1")
    path.write_text(text.replace("show_if: \"{kind} != 'alone'\"", "show_if: '{what} notempty'"), encoding="utf-8")
    sheet = worksheet(path)
    assert [each.page for each in sheet.missing()] == ["focus", "focus"]  # the options are not asked for yet
    sheet.fill(what="x", kind="many", options=[{"name": "A"}])
    assert [each.item for each in sheet.missing()] == ["why_one", ""]
    assert [each.item for each in sheet.add("options", name="B").missing()] == []


def test_complete_needs_every_required_answer_and_no_error(sheet: Worksheet) -> None:
    sheet.fill(what="x", kind="many", options=[{"name": "A", "cost": 101}, {"name": "B"}])
    assert not sheet.missing()
    assert not sheet.complete
    assert sheet.fill(options=[{"name": "A", "cost": 100}, {"name": "B"}]).complete
    assert not sheet.fill(what=None).complete


def test_a_sheet_links_to_a_problem(sheet: Worksheet) -> None:
    class Problem:
        id = "P-0007"

    assert sheet.link(Problem()).link("C-1").link("C-1").links == ("P-0007", "C-1")
    assert sheet.unlink("P-0007").links == ("C-1",)
    with pytest.raises(ValueError, match="found: int"):
        sheet.link(5)
    with pytest.raises(ColumnNotFoundError, match="C-1"):
        sheet.unlink("C-11")


# How it is kept.


def test_a_saved_sheet_of_ones_own_template_opens_without_the_template(sheet: Worksheet, tmp_path: Path) -> None:
    sheet.fill(what="x", kind="many", options=[{"name": "A", "tested": False}]).link("P-1")
    path = sheet.save(tmp_path / "sheet.json")
    (tmp_path / "choice.worksheet.yaml").unlink()
    again = load(path)
    assert again == sheet
    assert again.template == sheet.template
    assert list(again.findings()) == list(sheet.findings())


texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40)


@settings(max_examples=25, deadline=None)
@given(what=texts, names=st.lists(texts, max_size=3), cost=st.floats(allow_nan=False, allow_infinity=False))
def test_whatever_is_written_survives_a_file(
    what: str, names: list[str], cost: float, tmp_path_factory: pytest.TempPathFactory
) -> None:
    filled = worksheet("option-matrix").fill(
        focus=what, options=[{"name": name, "effect_delta": cost} for name in names]
    )
    path = filled.save(tmp_path_factory.mktemp("sheets") / "s.json")
    assert load(path) == filled
    assert load(path).answers.get("focus") == (what if what.strip() else None)


def test_answers_that_a_newer_template_has_no_place_for_are_kept_and_said(sheet: Worksheet, tmp_path: Path) -> None:
    sheet.fill(what="x", kind="alone", options=[{"name": "A", "cost": 5}, {"name": "B"}])
    content = sheet.to_document()
    changed = TEMPLATE.replace("name: kind", "name: sort").replace("{{kind}}", "{{sort}}")
    path = tmp_path / "changed.worksheet.yaml"
    path.write_text(changed.format(version=2, cost="yesno"), encoding="utf-8")
    content["definition"] = worksheet(path).template.to_dict()
    again = Worksheet.from_document(content)
    assert again.answers == {"what": "x", "options": [{"name": "A"}, {"name": "B"}]}
    assert again.kept == {"kind": "alone", "options": [{"cost": 5}, {}]}
    said = again.findings()[0]
    assert (said.rule, said.level) == ("template_version", "warn")
    assert "version 1" in str(said.message)
    assert "kind, options" in str(said.message)
    assert Worksheet.from_document(again.to_document()) == again
    assert again.fill(what="y").kept == {"kind": "alone", "options": [{"cost": 5}, {}]}


def test_a_sheet_of_an_older_template_whose_answers_all_fit_only_says_so() -> None:
    content = worksheet("5w2h").fill(what="x").to_document() | {"version": 99}
    again = Worksheet.from_document(content)
    assert again.answers == {"what": "x"}
    assert [(each.rule, each.level) for each in again.findings() if each.rule == "template_version"] == [
        ("template_version", "info")
    ]


def test_a_sheet_of_a_newer_format_is_refused_and_left_alone(sheet: Worksheet, tmp_path: Path) -> None:
    path = sheet.save(tmp_path / "sheet.json")
    content = json.loads(path.read_text(encoding="utf-8")) | {"format": 2}
    path.write_text(json.dumps(content), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="format 2"):
        load(path)
    assert path.read_bytes() == before


# How it reads.


def test_repr_and_text_say_how_far_it_is(sheet: Worksheet) -> None:
    sheet.fill(what="x", kind="many", options=[{"name": "A", "cost": 101}])
    assert repr(sheet) == "<Worksheet choice v1: 3 of 6 items answered, 1 missing>"
    text = str(sheet)
    for words in ("Choice", "What: x", "Still missing", "at least 2", "error dear", "Cost: 101"):
        assert words in text


def test_entries_are_rows_of_a_frame(sheet: Worksheet) -> None:
    sheet.fill(kind="many", options=[{"name": "A", "cost": 2}, {"name": "B"}])
    frame = sheet.to_frame("options")
    assert frame["name"].tolist() == ["A", "B"]
    assert list(frame.columns) == ["name", "cost", "tested", "where"]
    long = sheet.to_frame()
    assert long[["page", "item", "answer"]].values.tolist() == [
        ["focus", "kind", "many"], ["options", "name", "A"], ["options", "cost", "2"], ["options", "name", "B"],
    ]  # fmt: skip
    with pytest.raises(ColumnNotFoundError, match="options"):
        sheet.to_frame("option")


def test_markdown_shows_what_people_wrote_as_it_is(sheet: Worksheet) -> None:
    sheet.fill(what="# x | <b>[y](z)</b>\x00", kind="many", options=[{"name": "a|b\nc"}])
    text = sheet.to_markdown()
    assert "\\# x \\| &lt;b&gt;\\[y\\](z)&lt;/b&gt;\ufffd" in text
    assert [line.count("|") - line.count("\\|") for line in text.splitlines() if line.startswith("| 1 ")] == [6]
    assert "<b>" not in text
    assert "## Still missing" in text
    assert "## What is weak" in text


@pytest.mark.parametrize("language", ["en", "zh-CN"])
@pytest.mark.parametrize("name", shipped_names())
def test_a_blank_sheet_prints_as_a_form(name: str, language: str) -> None:
    blank = worksheet(name)
    text = blank.to_markdown(language=language)
    assert text.startswith(f"# {blank.title[language]}")
    for page in blank.template.pages:
        for item in page.items:
            label = item.label or item.ask
            assert label is None or label[language][:6].split("|")[0].split("_")[0] in text
    assert "\\_\\_\\_" in text or "| 1 |" in text or "☐" in text
    assert ("Still missing" if language == "en" else "尚缺") not in text


def test_the_list_of_worksheets_says_what_each_is_for() -> None:
    set_language("zh-CN")
    frame = list_worksheets()
    assert list(frame.columns) == ["id", "version", "title", "purpose", "items", "serves"]
    assert frame["id"].tolist() == list(shipped_names())
    assert (frame["items"] > 0).all()
    assert "方案" in dict(zip(frame["id"], frame["title"], strict=True))["option-matrix"]


def test_a_missing_row_of_a_matrix_is_named(tmp_path: Path) -> None:
    path = written(tmp_path)
    matrix = "      - {name: rated, type: matrix, points: 5, required: true, every_row: true, rows: [speed, price]}\n"
    text = path.read_text(encoding="utf-8").replace("      - {name: start,", f"{matrix}      - {{name: start,")
    path.write_text(text, encoding="utf-8")
    sheet = worksheet(path).fill(what="x", kind="alone", why_one="y", rated={"speed": 4})
    assert [(each.item, str(each)) for each in sheet.missing()] == [("rated.price", "rated · price")]
    assert sheet.fill(rated={"speed": 4, "price": 2}).missing() == ()
    assert "speed: 4; price: 2" in sheet.to_markdown()
