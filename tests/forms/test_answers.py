"""Answers against a form: values, and whether they had to or could be given."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from closeloop.forms.answers import check_answers, check_value
from closeloop.forms.form import Form
from closeloop.forms.items import BaseItem, Item, Page

ITEM: TypeAdapter[BaseItem] = TypeAdapter(Item)
PAINS = {"type": "multi", "options": ["price", "app", {"value": "nothing", "exclusive": True}], "max": 2, "min": 2}
GRID = {"type": "matrix", "rows": ["tan1", "tan2"], "points": 7}


def make(**keys: Any) -> BaseItem:
    return ITEM.validate_python({"name": "x", **keys})


@pytest.mark.parametrize(
    ("keys", "value"),
    [
        ({"type": "nps"}, 0),
        ({"type": "nps"}, 10.0),
        ({"type": "nps"}, np.int8(7)),
        ({"type": "nps"}, None),
        ({"type": "nps"}, float("nan")),
        ({"type": "rating", "min": 0, "max": 10, "step": 5}, 5),
        ({"type": "single", "options": ["a"], "other": True, "none": True}, "other"),
        ({"type": "single", "options": ["a"], "none": True}, "none"),
        (PAINS, ("price", "app")),
        (PAINS, ["app", "price"]),
        (PAINS, ("nothing",)),
        (PAINS, ()),
        (GRID, {"tan1": 7, "tan2": None}),
        ({"type": "matrix", "rows": ["a"], "columns": ["yes", "no"]}, {"a": "no"}),
        ({"type": "ranking", "options": ["a", "b"]}, ("b", "a")),
        ({"type": "ranking", "options": ["a", "b"]}, {"a": 2, "b": 1}),
        ({"type": "yesno"}, False),
        ({"type": "text", "format": "email"}, "a.b@example.cn"),
        ({"type": "text", "format": "url"}, "https://example.cn/x"),
        ({"type": "text", "format": "tel"}, "+86 10 1234"),
        ({"type": "text", "pattern": "^[0-9]{3}$"}, "007"),
        ({"type": "number", "integer": True}, 3.0),
        ({"type": "number"}, -7.5),
        ({"type": "date", "min": "2026-01-01"}, date(2026, 1, 1)),
        ({"type": "date"}, "2026-01-01"),
        ({"type": "date"}, datetime(2026, 1, 1, 9)),  # noqa: DTZ001  a day of the form has no zone
        ({"type": "comment"}, "很好"),
        ({"type": "hidden"}, "A-1"),
        ({"type": "note", "ask": "Hello"}, None),
    ],
)
def test_a_possible_answer_passes(keys: dict[str, Any], value: object) -> None:
    assert check_value(make(**keys), value) is None


@pytest.mark.parametrize(
    ("keys", "value", "code"),
    [
        ({"type": "nps"}, 11, "out_of_range"),
        ({"type": "nps"}, -1, "out_of_range"),
        ({"type": "nps"}, 7.5, "not_integer"),
        ({"type": "nps"}, float("inf"), "out_of_range"),
        ({"type": "nps"}, "十", "not_a_number"),
        ({"type": "nps"}, True, "not_a_number"),
        ({"type": "csat"}, 0, "out_of_range"),
        ({"type": "rating", "min": 0, "max": 10, "step": 5}, 4, "out_of_range"),
        ({"type": "single", "options": ["a"]}, "other", "unknown_option"),
        ({"type": "single", "options": ["a"]}, 1, "wrong_type"),
        (PAINS, ("price",), "too_few"),
        ({**PAINS, "min": 0, "max": 1}, ("price", "app"), "too_many"),
        (PAINS, ("price", "price"), "twice"),
        (PAINS, ("price", "nothing"), "exclusive_with_others"),
        ({"type": "multi", "options": ["a"], "none": True}, ("a", "none"), "exclusive_with_others"),
        (PAINS, ("prise", "app"), "unknown_option"),
        (PAINS, "price", "wrong_type"),
        (GRID, {"tan1": 8}, "out_of_range"),
        (GRID, {"tan3": 1}, "unknown_row"),
        (GRID, 5, "wrong_type"),
        ({"type": "matrix", "rows": ["a"], "columns": ["yes", "no"]}, {"a": "maybe"}, "unknown_option"),
        ({"type": "ranking", "options": ["a", "b"]}, ("a", "a"), "duplicate_rank"),
        ({"type": "ranking", "options": ["a", "b"]}, {"a": 1, "b": 1}, "duplicate_rank"),
        ({"type": "ranking", "options": ["a", "b"]}, {"a": 3}, "out_of_range"),
        ({"type": "ranking", "options": ["a", "b"]}, {"c": 1}, "unknown_option"),
        ({"type": "yesno"}, 1, "wrong_type"),
        ({"type": "text", "format": "email"}, "a@b", "pattern"),
        ({"type": "text", "format": "url"}, "example.cn", "pattern"),
        ({"type": "text", "pattern": "^[0-9]{3}$"}, "07", "pattern"),
        ({"type": "text", "min_length": 2}, "a", "too_short"),
        ({"type": "text", "max_length": 2}, "abc", "too_long"),
        ({"type": "comment", "max_length": 2}, "很好啊", "too_long"),
        ({"type": "text"}, 5, "wrong_type"),
        ({"type": "number", "integer": True}, 7.5, "not_integer"),
        ({"type": "number", "max": 5}, 6, "out_of_range"),
        ({"type": "number"}, "5", "not_a_number"),
        ({"type": "date", "max": "2026-01-01"}, date(2026, 1, 2), "out_of_range"),
        ({"type": "date"}, "1-5", "not_a_date"),
        ({"type": "date"}, 46000, "not_a_date"),
        ({"type": "hidden"}, ("a",), "wrong_type"),
        ({"type": "note", "ask": "Hello"}, "yes", "wrong_type"),
    ],
)
def test_an_impossible_answer_is_named(keys: dict[str, Any], value: object, code: str) -> None:
    problem = check_value(make(**keys), value)
    assert problem is not None
    assert problem.code == code
    assert problem.item.partition(".")[0] == "x"
    assert problem.message.en != problem.message.zh


def test_the_closest_option_is_suggested() -> None:
    problem = check_value(make(**PAINS), ("prise", "app"))
    assert problem is not None
    assert str(problem.suggestion) == "Did you mean “price”?"


FORM = Form(
    (
        Page.model_validate(
            {
                "name": "p",
                "items": [
                    {"name": "recommend", "type": "nps", "required": True},
                    {
                        "name": "pains",
                        "type": "multi",
                        "show_if": "{recommend} <= 8",
                        "require_if": "{recommend} <= 6",
                        "options": ["price", {"value": "app", "show_if": "{recommend} <= 3"}],
                        "other": True,
                    },
                    {"name": "e", "type": "matrix", "rows": ["a", "b"], "points": 5, "every_row": True},
                    {
                        "name": "age",
                        "type": "number",
                        "required_message": {"en": "Your age, please.", "zh-CN": "请填年龄。"},
                        "require_if": "{e.a} = 1",
                        "checks": [{"expr": "{age} >= 18", "message": {"en": "Adults only.", "zh-CN": "限成年人。"}}],
                    },
                ],
            }
        ),
    )
)


def found(**answers: object) -> list[tuple[str, str]]:
    names = {name.replace("__dot__", "."): value for name, value in answers.items()}
    return [(problem.item, problem.code) for problem in check_answers(FORM, names)]


def test_all_well() -> None:
    assert found(recommend=9) == []
    assert found(recommend=2, pains=("app", "other"), pains__other_text="noise", e={"a": 5, "b": 1}) == []


def test_a_required_answer_is_missing() -> None:
    assert found() == [("recommend", "required")]
    assert found(recommend=5) == [("pains", "required")]
    assert found(recommend=5, pains=()) == [("pains", "required")]


def test_hidden_and_answered() -> None:
    assert found(recommend=9, pains=("price",)) == [("pains", "answered_while_hidden")]
    assert found(recommend=5, pains=("app",)) == [("pains", "answered_while_hidden")]


def test_every_row_of_a_matrix() -> None:
    assert found(recommend=9, e={"a": 2}) == [("e.b", "required")]
    assert found(recommend=9, e__dot__a=2, e__dot__b=3) == []


def test_a_check_speaks_the_surveys_own_words() -> None:
    (problem,) = check_answers(FORM, {"recommend": 9, "age": 17})
    assert (problem.code, str(problem.message), problem.message.zh) == ("check_failed", "Adults only.", "限成年人。")
    (missing,) = check_answers(FORM, {"recommend": 9, "e": {"a": 1, "b": 1}})
    assert (missing.code, str(missing.message)) == ("required", "Your age, please.")


def test_an_unknown_item_is_named() -> None:
    (problem,) = check_answers(FORM, {"recommend": 9, "agge": 3})
    assert (problem.code, str(problem.suggestion)) == ("unknown_item", "Did you mean “age”?")
    assert found(recommend=9, age__other_text="x") == [("age__other_text", "unknown_item")]
