"""Counts of cases: no small group can be read or worked out, and nobody's style stands beside who they are."""

from __future__ import annotations

import itertools
import math
from typing import Any

import pytest

from closeloop.followup.loop.opening import open_loop
from closeloop.followup.privacy.counts import case_counts
from closeloop.text import LANGUAGES, set_language


def cases(**sizes: int) -> list[dict[str, Any]]:
    return [{"stage": name, "owner": f"o{i % 3}"} for name, n in sizes.items() for i in range(n)]


def counted(rows: list[dict[str, Any]], by: Any, **more: Any) -> dict[tuple[Any, ...], Any]:
    result = case_counts(rows, by, **more)
    names = [by] if isinstance(by, str) else list(by)
    return {tuple(str(row[name]) for name in names): row["n"] for row in result.rows()}


def test_large_groups_are_shown_with_their_total() -> None:
    assert counted(cases(received=40, agreed=13), "stage") == {
        ("All",): 53,
        ("Received",): 40,
        ("Agreed with the customer",): 13,
    }


def test_a_small_group_is_hidden_and_with_it_one_more() -> None:
    assert counted(cases(received=40, agreed=13, rejected=7), "stage") == {
        ("All",): 60, ("Received",): 40, ("Agreed with the customer",): None, ("Not upheld",): None,
    }  # fmt: skip


def test_a_total_that_is_small_is_hidden_too() -> None:
    assert set(counted(cases(received=4, agreed=3), "stage").values()) == {None}


def test_two_columns_with_their_margins_cannot_be_solved() -> None:
    rows = [
        {"a": a, "b": b}
        for a, b, n in (("x", "p", 40), ("x", "q", 3), ("y", "p", 30), ("y", "q", 30))
        for _ in range(n)
    ]
    shown = counted(rows, ["a", "b"])
    assert shown[("All", "All")] == 103
    assert shown[("x", "q")] is None
    hidden = [cell for cell in itertools.product("xy", "pq") if shown[cell] is None]
    assert len(hidden) == 4  # with margins shown, one hidden cell alone, or two in a row, would be a subtraction
    assert (shown[("x", "All")], shown[("All", "q")]) == (43, 33)


def test_no_table_by_member_of_staff_shows_fewer_than_the_threshold() -> None:
    rows = [{"owner": owner} for owner, n in (("li", 30), ("wang", 25), ("chen", 2)) for _ in range(n)]
    shown = counted(rows, "owner")
    assert shown[("chen",)] is None
    assert sum(n is None for n in shown.values()) >= 2


@pytest.mark.parametrize("column", ["subject_id", "case_id", "number", "response_id"])
def test_what_tells_customers_apart_makes_no_table(column: str) -> None:
    with pytest.raises(ValueError, match="tells one customer from another"):
        case_counts([{column: "x"}], column)


@pytest.mark.parametrize(("tag", "person"), list(itertools.product(["style", "emotion"], ["owner", "tagged_by"])))
def test_style_and_emotion_never_stand_beside_a_person(tag: str, person: str) -> None:
    for by in ([tag, person], [person, tag]):
        with pytest.raises(ValueError, match="never shown beside what tells people apart"):
            case_counts([], by)
    assert case_counts([{"style": "direct", "channel": "phone"}] * 12, ["style", "channel"]).rows()[0]["n"] == 12


@pytest.mark.parametrize("by", [(), ("a", "b", "c"), ("a", "a")])
def test_one_column_or_two(by: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="one column or two"):
        case_counts([], by)


def test_a_threshold_that_protects_nobody_is_refused() -> None:
    with pytest.raises(ValueError, match="min_n"):
        case_counts([], "stage", min_n=-1)


def test_hidden_counts_are_in_no_form_of_the_result() -> None:
    result = case_counts(cases(received=4000, agreed=777, rejected=7), "stage")
    for tag in LANGUAGES:
        set_language(tag)
        for shown in (
            str(result),
            result._repr_html_(),
            repr(result),
            result.to_frame().to_string(),
            str(result.to_dict()),
        ):
            assert "777" not in shown
        assert ("too few" if tag == "en" else "数量过少") in str(result)
    frame = result.to_frame()
    assert math.isnan(frame["n"].iloc[-1])
    assert "777" not in result.plot().alt


def test_no_cases_make_an_empty_table() -> None:
    result = case_counts([], "stage")
    assert result.rows() == [{"stage": result.rows()[0]["stage"], "n": 0, "hidden": None}]
    assert result.plot().alt


def test_of_a_register() -> None:
    with open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
        for i in range(12):
            loop.open_case(words="x", channel="phone", received_at="2026-07-01T08:30+08:00", subject=str(i))
        assert loop.case_counts("channel").rows()[1]["n"] == 12
        assert loop.case_counts("channel", is_open=False).rows()[0]["n"] == 0
