"""Who is shown what: pages, conditions on conditions, an early end."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from closeloop.errors import ColumnNotFoundError, SurveyDefinitionError
from closeloop.forms.coded import Coded
from closeloop.forms.form import Form, find_cycle
from closeloop.forms.items import Page


def page(name: str, *items: dict[str, Any], **keys: Any) -> Page:
    return Page.model_validate({"name": name, "items": [{"type": "number", **item} for item in items], **keys})


def seen(form: Form, n: int = 3, **columns: Any) -> dict[str, list[bool]]:
    return {name: mask.tolist() for name, mask in form.visible(columns, n).items()}


def test_without_conditions_everybody_sees_everything() -> None:
    assert seen(Form((page("p", {"name": "a"}, {"name": "b"}),)), n=2) == {"a": [True, True], "b": [True, True]}


def test_a_hidden_page_hides_its_items() -> None:
    later = page("q", {"name": "b"}, {"name": "c", "show_if": "{a} > 1"}, show_if="{a} < 5")
    form = Form((page("p", {"name": "a"}), later))
    assert seen(form, a=np.array([1.0, 3.0, 9.0])) == {
        "a": [True] * 3,
        "b": [True, True, False],
        "c": [False, True, False],
    }


def test_a_condition_sees_a_hidden_item_as_unanswered() -> None:
    items = {"name": "a"}, {"name": "b", "show_if": "{a} = 1"}, {"name": "c", "show_if": "{b} = 2"}
    form = Form((page("p", *items),))
    assert seen(form, a=np.array([1.0, 0.0, np.nan]), b=np.array([2.0, 2.0, 2.0]))["c"] == [True, False, False]


def test_conditions_may_look_forward() -> None:
    form = Form((page("p", {"name": "c", "show_if": "{b} = 2"}, {"name": "b", "show_if": "{a} = 1"}, {"name": "a"}),))
    assert list(seen(form)) == ["c", "b", "a"]
    assert seen(form, a=np.array([1.0, 0.0, 1.0]), b=np.array([2.0, 2.0, 3.0]))["c"] == [True, False, False]


def test_a_hidden_matrix_hides_its_rows_from_conditions() -> None:
    matrix = {"name": "e", "type": "matrix", "rows": ["x"], "points": 5, "show_if": "{a} = 1"}
    form = Form((page("p", {"name": "a"}, matrix, {"name": "b", "show_if": "{e.x} >= 4"}),))
    columns = {"a": np.array([1.0, 0.0, 1.0]), "e.x": Coded(np.array([0, 0, 1]), (5, 2))}
    assert form.visible(columns, 3)["b"].tolist() == [True, False, False]


def test_an_early_end_hides_the_pages_after_the_one_it_asks_about() -> None:
    pages = page("p", {"name": "consent", "type": "yesno"}, {"name": "a"}), page("q", {"name": "b"})
    form = Form(pages, end_if=("{consent} = false",))
    assert seen(form, consent=np.array([False, True, None], dtype=object)) == {
        "consent": [True] * 3,
        "a": [True] * 3,
        "b": [False, True, True],
    }


@pytest.mark.parametrize(("names", "cycle"), [("a", "a → a"), ("abc", "a → b → c → a")])
def test_a_cycle_is_refused_and_named(names: str, cycle: str) -> None:
    followers = names[1:] + names[:1]
    items = [{"name": name, "show_if": f"{{{follower}}} = 1"} for name, follower in zip(names, followers, strict=True)]
    with pytest.raises(SurveyDefinitionError, match=cycle):
        Form((page("p", *items),))


def test_a_page_that_depends_on_its_own_item_is_a_cycle() -> None:
    with pytest.raises(SurveyDefinitionError, match="a → a"):
        Form((page("p", {"name": "a"}, show_if="{a} = 1"),))


def test_a_diamond_is_no_cycle() -> None:
    assert find_cycle({"a": ["b", "c"], "b": ["d"], "c": ["d"], "d": []}) == ()
    assert find_cycle({"a": ["b"], "b": ["c", "d"], "c": [], "d": ["b"]}) == ("b", "d", "b")


def test_an_unknown_item_is_named_with_the_closest() -> None:
    with pytest.raises(ColumnNotFoundError, match="recommend"):
        Form((page("p", {"name": "recommend"}),)).item("recomend")
