"""The fifteen item types: which keys they take, and what they refuse with which advice."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from closeloop.forms.items import ITEM_TYPES, BaseItem, Item
from closeloop.text import LocalText

ITEM: TypeAdapter[BaseItem] = TypeAdapter(Item)
BOTH = {"languages": ("zh-CN", "en")}


def make(**keys: Any) -> BaseItem:
    return ITEM.validate_python({"name": "x", **keys})


def faults(context: dict[str, Any] | None = None, **keys: Any) -> list[tuple[str, str]]:
    with pytest.raises(ValidationError) as caught:
        ITEM.validate_python({"name": "x", **keys}, context=context)
    return [(error["type"].rpartition(".")[2], error["msg"]) for error in caught.value.errors()]


MINIMAL: dict[str, dict[str, Any]] = {
    "nps": {}, "csat": {}, "ces": {}, "rating": {}, "single": {"options": ["a"]}, "multi": {"options": ["a"]},
    "matrix": {"rows": ["a"], "points": 7}, "ranking": {"options": ["a", "b"]}, "yesno": {}, "text": {}, "number": {},
    "date": {}, "comment": {}, "note": {"ask": "Hello"}, "hidden": {},
}  # fmt: skip


def test_there_are_fifteen_types() -> None:
    assert set(MINIMAL) == set(ITEM_TYPES)
    assert len(ITEM_TYPES) == 15


@pytest.mark.parametrize("kind", MINIMAL)
def test_each_type_is_made_from_its_word(kind: str) -> None:
    assert type(make(type=kind, **MINIMAL[kind])) is ITEM_TYPES[kind]


@pytest.mark.parametrize("kind", MINIMAL)
def test_each_type_refuses_an_unknown_key(kind: str) -> None:
    assert faults(type=kind, requred=True, **MINIMAL[kind])[0][0] == "extra_forbidden"


@pytest.mark.parametrize(
    ("keys", "points"),
    [
        ({"type": "nps"}, range(11)),
        ({"type": "csat"}, range(1, 6)),
        ({"type": "csat", "points": 10}, range(1, 11)),
        ({"type": "ces"}, range(1, 8)),
        ({"type": "ces", "points": 5}, range(1, 6)),
        ({"type": "rating", "min": 0, "max": 100, "step": 10}, range(0, 101, 10)),
        ({"type": "matrix", "rows": ["a"], "points": 5}, range(1, 6)),
        ({"type": "matrix", "rows": ["a"], "columns": [1, 2, 3]}, range(1, 4)),
        ({"type": "matrix", "rows": ["a"], "columns": ["agree", "disagree"]}, None),
        ({"type": "matrix", "rows": ["a"], "columns": [1, 2, 4]}, None),
        ({"type": "number"}, None),
    ],
)
def test_the_scale_is_the_whole_numbers_that_may_be_answered(keys: dict[str, Any], points: range | None) -> None:
    assert make(**keys).scale == points


def test_smileys_are_refused_where_a_score_could_not_be_chosen() -> None:
    ((kind, text),) = faults(type="nps", look="smileys")
    assert kind == "smileys"
    assert "10 could not be chosen" in text
    assert make(type="csat", points=10, look="smileys").scale == range(1, 11)


@pytest.mark.parametrize(
    ("keys", "kind"),
    [
        ({"type": "csat", "points": 6}, "literal_error"),
        ({"type": "ces", "points": 6}, "literal_error"),
        ({"type": "rating", "min": 5, "max": 5}, "scale_order"),
        ({"type": "rating", "min": 1, "max": 6, "step": 2}, "scale_step"),
        ({"type": "rating", "min": 0, "max": 100}, "scale_long"),
        ({"type": "rating", "min": 1000, "max": 1004}, "scale_long"),
        ({"type": "rating", "labels": {"6": "high"}}, "label_off_scale"),
        ({"type": "single", "options": []}, "too_short"),
        ({"type": "single", "options": ["a", "A"]}, "option_twice"),
        ({"type": "single", "options": [{"value": "a", "code": 1}, {"value": "b", "code": "1"}]}, "option_code_twice"),
        ({"type": "single", "options": [True]}, "option_not_text"),
        ({"type": "single", "options": [1.5]}, "option_not_text"),
        ({"type": "single", "options": [" a"]}, "option_blank"),
        ({"type": "single", "options": [{"value": "a", "exclusive": True}]}, "exclusive_single"),
        ({"type": "single", "options": ["other"], "other": True}, "option_reserved"),
        ({"type": "multi", "options": ["other_text"], "other": True}, "option_reserved"),
        ({"type": "multi", "options": ["none"], "none": True}, "option_reserved"),
        ({"type": "multi", "options": ["a"], "other_text": "Else"}, "needs_key"),
        ({"type": "multi", "options": ["a", "b"], "min": 2, "max": 1}, "limit_order"),
        ({"type": "multi", "options": ["a", "b"], "max": 3}, "limit_options"),
        ({"type": "matrix", "rows": ["a"]}, "matrix_columns"),
        ({"type": "matrix", "rows": ["a"], "points": 5, "columns": ["x"]}, "matrix_columns"),
        ({"type": "text", "min_length": 5, "max_length": 3}, "limit_order"),
        ({"type": "text", "pattern": "("}, "pattern_invalid"),
        ({"type": "number", "min": 2, "max": 1}, "limit_order"),
        ({"type": "number", "min": "2"}, "int_type"),
        ({"type": "date", "min": "2026-02-30"}, "date_from_datetime_parsing"),
        ({"type": "note"}, "note_ask"),
        ({"type": "note", "ask": "Hello", "required": True}, "note_answer"),
        ({"type": "nps", "required": "yes"}, "bool_type"),
        ({"type": "nps", "show_if": "not {a}"}, "expression"),
        ({"type": "nps", "checks": [{"expr": "{x} >", "message": "m"}]}, "expression"),
        ({"type": "nps", "ask": True}, "text_type"),
        ({"type": "nps", "ask": {"en": 5}}, "text_not_text"),
        ({"type": "nps", "ask": {"en": None}}, "text_language_missing"),
    ],
)
def test_an_impossible_item_is_refused(keys: dict[str, Any], kind: str) -> None:
    assert kind in [found for found, _ in faults(**keys)]


@pytest.mark.parametrize("name", ["2nd", "a-b", "a b", "评分", "", "a.b"])
def test_a_name_is_a_column_name(name: str) -> None:
    assert faults(name=name, type="nps")[0][0] == "name_pattern"


def test_two_underscores_belong_to_columns() -> None:
    assert faults(name="a__b", type="nps")[0][0] == "name_underscores"
    assert ITEM.validate_python({"name": "_a_b", "type": "nps"}).name == "_a_b"


@pytest.mark.parametrize("name", ["answered_at", "answered_at_utc", "status", "source_file", "source_row"])
def test_columns_of_every_response_are_no_items(name: str) -> None:
    assert faults(name=name, type="hidden")[0][0] == "name_reserved"


@pytest.mark.parametrize("name", ["response_id", "respondent_id", "wave", "language", "channel_source"])
def test_ids_and_context_come_only_with_the_invitation(name: str) -> None:
    assert faults(name=name, type="text")[0][0] == "name_for_hidden"
    assert ITEM.validate_python({"name": name, "type": "hidden"}).name == name


def test_a_bare_option_is_its_own_text() -> None:
    item = ITEM.validate_python({"name": "x", "type": "single", "options": ["price", 2]}, context=BOTH)
    price, two = item.options  # type: ignore[attr-defined]
    assert (price.value, dict(price.text)) == ("price", {"zh-CN": "price", "en": "price"})
    assert two.value == "2"
    assert item.model_dump(exclude_defaults=True)["options"] == ("price", "2")


def test_values_include_other_and_none() -> None:
    assert make(type="multi", options=["a"], other=True, none=True).values == ("a", "other", "none")
    assert make(type="yesno").values == ()


def test_a_plain_text_is_enough_in_a_survey_of_one_language() -> None:
    item = ITEM.validate_python({"name": "x", "type": "nps", "ask": "多大可能？"}, context={"languages": ("zh-CN",)})
    assert item.ask == LocalText({"zh-CN": "多大可能？"})


def test_a_text_is_needed_in_every_language_of_the_survey() -> None:
    assert [kind for kind, _ in faults(BOTH, type="nps", ask="How likely?")] == ["text_one_language"]
    ((kind, text),) = faults(BOTH, type="nps", ask={"en": "How likely?", "zh-CN": " "})
    assert (kind, "missing in zh-CN" in text) == ("text_language_missing", True)
    assert [kind for kind, _ in faults(BOTH, type="nps", low={"en": "a", "zh-CN": "b", "de": "c"})] == [
        "text_language_undeclared"
    ]


def test_the_reason_of_a_guess_may_be_in_any_language() -> None:
    item = ITEM.validate_python({"name": "x", "type": "nps", "to_confirm": {"de": "geraten"}}, context=BOTH)
    assert item.to_confirm == LocalText({"de": "geraten"})


def test_what_is_kept_for_others_is_what_json_holds() -> None:
    item = make(type="nps", extra={"since": date(2026, 1, 5), 1: ("a", None)})
    assert item.extra == {"since": "2026-01-05", "1": ["a", None]}
    assert faults(type="nps", extra={"a": [float("inf")]})[0][0] == "not_json"


def test_items_are_immutable() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        make(type="nps").name = "y"  # type: ignore[misc]
