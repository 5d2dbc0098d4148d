"""XLSForm out: pyxform takes every form, and its XPath means what the survey's conditions mean."""

from __future__ import annotations

import os
import random
import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook
from pyxform.xls2xform import convert
from tests.random_expressions import random_expression
from tests.random_surveys import random_answers, random_survey

import closeloop as cl
from closeloop.errors import StoreError, SurveyDefinitionError
from closeloop.forms.logic import parse
from closeloop.survey.load import shipped_names, survey_from_dict
from closeloop.survey.located import located
from closeloop.survey.survey import Survey
from closeloop.survey.xlsform.fields import Field, fields_of
from closeloop.survey.xlsform.sheet import Sheets
from closeloop.survey.xlsform.spelled import NotInXPathError
from closeloop.survey.xlsform.xpath import xpath

ROUNDS = int(os.environ.get("CLOSELOOP_ROUND_TRIPS", "100"))


def sheets_of(survey: Survey) -> Sheets:
    return Sheets(survey, located(survey))


def as_form(survey: Survey) -> Any:
    """Take the sheets to pyxform as it reads them from a workbook; the workbook itself is looked at elsewhere."""
    sheets = sheets_of(survey)
    assert sheets.faults == []
    tables = {"survey": sheets.survey_rows, "choices": sheets.choice_rows, "settings": [sheets.settings()]}
    return convert(xlsform={**tables}, pretty_print=False, warnings=[])


# What ODK adds to XPath 1.0, in a few lines each.


def _text(value: Any) -> str:
    if isinstance(value, list):
        return str(value[0].text or "") if value else ""
    return format(value, "g") if isinstance(value, float) else str(value)


def _date(_: object, value: Any) -> float:
    text = _text(value)
    return float(date.fromisoformat(text).toordinal()) if text else float("nan")


def _rounded(_: object, value: Any, digits: float) -> float:
    number = float(_text(value)) if not isinstance(value, float) else value
    return round(number, int(digits))


ODK = {
    (None, "selected"): lambda _, node, name: name in _text(node).split(),
    (None, "count-selected"): lambda _, node: float(len(_text(node).split())),
    (None, "regex"): lambda _, node, pattern: re.fullmatch(pattern, _text(node)) is not None,
    (None, "coalesce"): lambda _, value, other: value if _text(value) not in {"", "nan"} else other,
    (None, "if"): lambda _, held, then, otherwise: then if held else otherwise,
    (None, "date"): _date,
    (None, "round-to"): _rounded,
}


def written(value: Any) -> str:
    """Write an answer as a form keeps it."""
    if isinstance(value, bool):
        return str(value).lower()
    return " ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def holds(expression: str, fields: Mapping[str, Field], answers: Mapping[str, Any]) -> bool:
    root = etree.Element("data")
    for name, field in fields.items():
        if field.kind == "matrix":
            continue
        head, _, row = name.partition(".")
        value = answers.get(head)
        value = value.get(row) if row and isinstance(value, Mapping) else value
        if isinstance(value, tuple):
            value = tuple(field.codes[each] for each in value)
        elif field.kind == "choice" and value is not None:
            value = field.codes[value]
        etree.SubElement(root, field.name).text = None if value is None else written(value)
    text = re.sub(r"\$\{([^}]+)\}", r"/data/\1", expression).replace("round(", "round-to(")
    return bool(etree.XPath(f"boolean({text})", extensions=ODK)(root))


@pytest.mark.parametrize("name", shipped_names())
def test_pyxform_takes_the_workbook_of_every_shipped_survey(name: str, tmp_path: Path) -> None:
    path = cl.load_survey(name).to_xlsform(tmp_path / "form.xlsx")
    warnings: list[str] = []
    form = convert(xlsform=path, pretty_print=False, warnings=warnings)
    assert warnings == []
    assert '<translation lang="English (en)"' in form.xform
    assert 'lang="中文 (zh)" default="true()"' in form.xform


def test_pyxform_takes_every_random_survey_and_conditions_mean_the_same() -> None:
    compared = 0
    for seed in range(ROUNDS):
        survey = survey_from_dict(random_survey(seed))
        as_form(survey)
        fields, rng = fields_of(survey), random.Random(seed)
        given = [random_answers(survey, rng) for _ in range(2)] + [{}]
        for page in survey.definition.pages:
            for text in (page.show_if, *(each for item in page.items for each in (item.show_if, item.require_if))):
                for answers in given if text else ():
                    assert holds(xpath(str(text), fields), fields, answers) == parse(str(text)).holds(answers), text
                    compared += 1
    assert compared > ROUNDS


FIELDS = {
    "a": Field("a", "whole"),
    "b": Field("b", "decimal"),
    "c": Field("c", "yesno", {"true": "true", "false": "false"}),
    "题目": Field("题目", "choice", {"x": "x", "price": "price", "it's": "it's", "a b": "a_b", "007": "007", "3": "3"}),
    "pains": Field("pains", "list", {"price": "price", "x": "x", "it's": "it's", "10": "10", "a b": "a_b"}),
    "day": Field("day", "date"),
    "nobody": Field("nobody", "text"),
    "grid": Field("grid", "matrix", rows=("grid__r1", "grid__r2")),
    "grid.r1": Field("grid__r1", "whole"),
    "grid.r2": Field("grid__r2", "choice", {"x": "x", "price": "price", "10": "10"}),
}


def random_typed(rng: random.Random) -> dict[str, Any]:
    values: dict[str, Any] = {
        "a": rng.randint(-3, 12),
        "b": rng.choice((0.1, 0.2, 1.5, 2.5, 7.0, 0)),
        "c": rng.random() < 0.5,
        "题目": rng.choice(tuple(FIELDS["题目"].codes)),
        "pains": tuple(rng.sample(tuple(FIELDS["pains"].codes), rng.randint(1, 3))),
        "day": f"2024-06-{rng.randint(14, 16)}",
        "nobody": rng.choice(("x", "PRICE", " price ", "it's", "价格", "a,b", "abc", "price x")),
        "grid": {"r1": rng.randint(0, 10), "r2": rng.choice(("x", "price", "10"))},
    }
    return {name: value for name, value in values.items() if rng.random() < 0.75}


def test_random_expressions_mean_the_same_or_are_refused() -> None:
    rng = random.Random(20)
    said = 0
    for _ in range(10 * ROUNDS):
        text = random_expression(rng, 2)
        try:
            expression = xpath(text, FIELDS)
        except NotInXPathError:
            continue
        said += 1
        for _ in range(3):
            answers = random_typed(rng)
            assert holds(expression, FIELDS, answers) == parse(text).holds(answers), (text, expression, answers)
    assert said > 2 * ROUNDS


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{a} <= 8", "${a} <= 8"),
        ("8 >= {a}", "${a} <= 8"),
        ("{题目} = 'Price'", "${题目} = 'price'"),
        ("{题目} != 'price'", "${题目} != 'price'"),
        ("{题目} = 'a b'", "${题目} = 'a_b'"),
        ("{c} = false", "${c} = 'false'"),
        ("{c}", "${c} = 'true'"),
        ("!{c}", "not(${c} = 'true')"),
        ("{pains} contains 'price'", "selected(${pains}, 'price')"),
        ("{pains} anyof ['price', 'x']", "selected(${pains}, 'price') or selected(${pains}, 'x')"),
        ("{pains} allof ['price', 'x']", "selected(${pains}, 'price') and selected(${pains}, 'x')"),
        ("{pains} noneof ['x']", "not(selected(${pains}, 'x'))"),
        ("{pains} contains 'it\\'s'", 'selected(${pains}, "it\'s")'),
        ("{grid} empty", "${grid__r1} = '' and ${grid__r2} = ''"),
        ("{grid.r1} > 3", "${grid__r1} > 3"),
        ("{day} >= '2024-06-15'", "date(${day}) >= date('2024-06-15')"),
        ("{a} + 1 > {b} * 2", "number((coalesce(${a}, 0) + 1)) > number(round(coalesce(${b}, 0) * 2, 10))"),
        ("iif({c}, {a} > 1, {b} > 1)", "(${c} = 'true' and ${a} > 1) or (not(${c} = 'true') and ${b} > 1)"),
    ],
)
def test_conditions_are_written_as_a_person_would(text: str, expected: str) -> None:
    assert xpath(text, FIELDS) == expected


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{gone} > 1", "{gone}"),
        ("{nobody} < 'b'", "cannot say “<”"),
        ("{nobody} and {c}", "notempty"),
        ("{day} > '15.6.2024'", "2026-01-31"),
        ("{a} + {nobody} > 1", "no number"),
        ("{pains} contains {题目}", "fixed values"),
        ("{a} and {c}", "notempty"),
        ("{a} + 1", "Compare it"),
    ],
)
def test_what_xpath_cannot_say_is_refused_with_the_remedy(text: str, words: str) -> None:
    with pytest.raises(NotInXPathError, match=re.escape(words)) as caught:
        xpath(text, FIELDS)
    assert caught.value.reason.zh != caught.value.reason.en


def small(**changes: Any) -> dict[str, Any]:
    items = [
        {"name": "name", "type": "text", "ask": "Name?"},
        {
            "name": "pains",
            "type": "multi",
            "ask": "What?",
            "options": ["price", "a b"],
            "other": True,
            "none": True,
            "max": 1,
        },
        {
            "name": "e",
            "type": "matrix",
            "points": 3,
            "rows": ["r1", "r2", "r3"],
            "low": "bad",
            **changes.pop("matrix", {}),
        },
        {"name": "rank", "type": "ranking", "options": ["p", "q"]},
    ]
    data = {"format": 1, "id": "small", "version": 7, "languages": ["en"], "title": "=1+1", "pages": []}
    return data | {"pages": [{"name": "main", "items": [*items, *changes.pop("more", [])]}]} | changes


def test_a_refusal_names_the_item_the_key_and_every_fault(tmp_path: Path) -> None:
    more = [
        {"name": "x", "type": "text", "show_if": "{name} < 'b'", "ask": "${name}"},
        {"name": "NAME", "type": "text", "pattern": "(?i)a"},
    ]
    target = tmp_path / "form.xlsx"
    with pytest.raises(SurveyDefinitionError) as caught:
        survey_from_dict(small(more=more)).to_xlsform(target)
    fields = [(each.item, each.field) for each in caught.value.findings]
    assert fields == [
        ("NAME", "pages[0].items[5].name"),
        ("x", "pages[0].items[4].ask"),
        ("x", "pages[0].items[4].show_if"),
        ("NAME", "pages[0].items[5].pattern"),
    ]
    assert not target.exists()


def test_limits_and_texts_are_in_the_sheets() -> None:
    rows = {row.get("name", ""): row for row in sheets_of(survey_from_dict(small())).survey_rows}
    assert rows["pains"]["type"] == "select_multiple pains"
    limit = (
        "(not((selected(., 'none')) and count-selected(.) > 1)) and ((selected(., 'none') or count-selected(.) <= 1))"
    )
    assert rows["pains"]["constraint"] == limit
    assert rows["pains__other_text"]["relevant"] == "selected(${pains}, 'other')"
    assert rows["rank"]["type"] == "rank rank"
    assert rows["e"] == {"type": "begin_group", "name": "e", "label::English (en)": "e", "appearance": "table-list"}
    listed = [row for row in sheets_of(survey_from_dict(small())).choice_rows if row["list_name"] == "e"]
    assert [row["label::English (en)"] for row in listed] == ["1 · bad", "2", "3"]
    settings = sheets_of(survey_from_dict(small())).settings()
    assert (settings["form_id"], settings["version"], settings["form_title"]) == ("small", "7", "=1+1")


def test_a_required_matrix_goes_round_in_no_circle() -> None:
    every = sheets_of(survey_from_dict(small(matrix={"every_row": True}))).survey_rows
    rows = {row["name"]: row for row in every if row.get("name", "").startswith("e__")}
    assert "required" not in rows["e__r1"]
    assert rows["e__r3"]["required"] == "${e__r1} != '' or ${e__r2} != ''"
    assert rows["e__r3"]["constraint"] == "${e__r1} != '' and ${e__r2} != ''"
    one = sheets_of(survey_from_dict(small(matrix={"required": True}))).survey_rows
    needed = {row["name"]: row["required"] for row in one if "required" in row}
    assert needed == {"e__r3": "(${e__r1} = '') and (${e__r2} = '')"}


def test_formulae_in_texts_are_texts(tmp_path: Path) -> None:
    data = small(more=[{"name": "f", "type": "text", "ask": '=HYPERLINK("http://x","y") <b>&'}])
    path = survey_from_dict(data).to_xlsform(tmp_path / "form.xlsx")
    rows = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("survey").to_python()
    assert any('=HYPERLINK("http://x","y") <b>&' in row for row in rows)
    xml = convert(xlsform=path, pretty_print=False, warnings=[]).xform
    assert '=HYPERLINK("http://x","y") &lt;b&gt;&amp;' in xml


def test_a_folder_that_is_not_there_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="could not be written"):
        survey_from_dict(small()).to_xlsform(tmp_path / "gone" / "form.xlsx")
