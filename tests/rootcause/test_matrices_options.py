"""The option matrix: totals, ranks with gaps, the weights at which the winner changes, and the share of all weights."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from closeloop.rootcause.worksheet.computed import weight_space
from closeloop.rootcause.worksheet.computed.option_matrix import option_matrix
from closeloop.rootcause.worksheet.computed.weight_space import DRAWS, drawn_shares, winning_shares
from closeloop.rootcause.worksheet.registry import CRITERIA
from closeloop.rootcause.worksheet.worksheet import worksheet

PHONE = {"resources": 4, "time": 5, "people": 3, "customer": 5, "market": 3}
PORTAL = {"resources": 2, "time": 1, "people": 2, "customer": 4, "market": 5}
STAY = {"resources": 5, "time": 5, "people": 5, "customer": 1, "market": 1}


def named(rows: list[list[float]], criteria: list[str]) -> dict[str, dict[str, float | None]]:
    """Give options o0, o1 … of a table; NaN is a missing score."""
    return {
        f"o{number}": {name: None if math.isnan(s) else s for name, s in zip(criteria, row, strict=True)}
        for number, row in enumerate(rows)
    }


def test_the_total_is_the_weighted_mean_of_the_five_criteria() -> None:
    found = option_matrix({"phone": PHONE, "portal": PORTAL}, {"customer": 2})
    assert found.criteria == CRITERIA == ("resources", "time", "people", "customer", "market")
    assert {one.name: one.total for one in found.options} == pytest.approx({"phone": 25 / 6, "portal": 18 / 6})
    assert [(one.rank_best, one.rank_worst) for one in found.options] == [(1, 1), (2, 2)]
    assert found.winners == ("phone",)
    assert "phone is first with 4.17 of 5, 1.17 ahead of portal" in str(found.sentence)


def test_options_may_be_a_list_of_entries_with_a_name() -> None:
    given_list = option_matrix([{"name": "phone", **PHONE}, {"name": "portal", **PORTAL}])
    assert given_list == option_matrix({"phone": PHONE, "portal": PORTAL})


def test_level_options_share_the_first_place() -> None:
    found = option_matrix({"a": {"x": 5, "y": 1}, "b": {"x": 1, "y": 5}, "c": {"x": 1, "y": 1}}, criteria=["x", "y"])
    assert found.winners == ("a", "b")
    assert [row["rank"] for row in found.rows()] == ["1", "1", "3"]
    assert str(found.sentence) == "a and b are level at 3.00 of 5."
    same = option_matrix(dict.fromkeys("abc", PHONE))
    assert same.winners == ("a", "b", "c")
    assert [one.win_share for one in same.options] == [1.0, 1.0, 1.0]


def test_a_dominated_option_is_named() -> None:
    found = option_matrix({"a": {"x": 5, "y": 3}, "b": {"x": 5, "y": 2}, "c": {"x": 1, "y": 4}}, criteria=["x", "y"])
    assert {one.name: one.dominated_by for one in found.options} == {"a": (), "b": ("a",), "c": ()}
    assert any("b is nowhere better and somewhere worse than a" in str(note) for note in found.notes)


# Missing scores are bounds, not zeros.


def test_a_missing_score_gives_a_range_of_the_total() -> None:
    found = option_matrix({"a": {"x": 4, "y": None}, "b": {"x": 1, "y": 1}}, criteria=["x", "y"])
    first = found.options[0]
    assert (first.name, first.low, first.high) == ("a", 2.5, 4.5)
    assert math.isnan(first.total)
    assert found.winners == ("a",)
    assert found.turns == ()
    assert found.exact is None
    assert "whatever the missing scores are" in str(found.sentence)


def test_who_is_first_stays_open_where_a_missing_score_decides() -> None:
    found = option_matrix({"a": {"x": 4, "y": None}, "b": {"x": 4, "y": 3}}, criteria=["x", "y"])
    assert found.winners == ()
    assert {row["option"]: row["rank"] for row in found.rows()} == {"a": "1–2", "b": "1–2"}
    assert str(found.sentence).startswith("Cannot tell which is first")


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.lists(st.sampled_from([1.0, 2.0, 3.0, 4.0, 5.0, math.nan]), min_size=3, max_size=3), min_size=2, max_size=4
    ),
    filled=st.lists(st.integers(1, 5), min_size=12, max_size=12),
)
def test_every_way_to_fill_the_gaps_lies_within_the_limits(rows: list[list[float]], filled: list[int]) -> None:
    found = {one.name: one for one in option_matrix(named(rows, ["x", "y", "z"]), criteria=["x", "y", "z"]).options}
    values = iter(filled)
    complete = [[float(next(values)) if math.isnan(score) else score for score in row] for row in rows]
    for one in option_matrix(named(complete, ["x", "y", "z"]), criteria=["x", "y", "z"]).options:
        bounds = found[one.name]
        assert bounds.low - 1e-9 <= one.total <= bounds.high + 1e-9
        assert bounds.rank_best <= one.rank_best <= one.rank_worst <= bounds.rank_worst


# Sensitivity: one weight at a time.


def test_the_weight_at_which_the_winner_changes_is_exact() -> None:
    found = option_matrix({"a": {"x": 5, "y": 1}, "b": {"x": 1, "y": 4}}, {"x": 3, "y": 1}, ["x", "y"])
    # a leads b by 4 on x and trails by 3 on y: level where 4 w = 3 (1 - w), w = 3/7.
    turn = {turn.criterion: turn for turn in found.turns}
    assert turn["x"].weight == 0.75
    assert turn["x"].below == pytest.approx(3 / 7)
    assert turn["x"].below_winners == ("b",)
    assert math.isnan(turn["x"].above)
    assert turn["y"].above == pytest.approx(4 / 7)
    said = " ".join(map(str, found.notes)).replace("\u00a0", " ").replace("\u202f", " ")
    assert "If x weighed less than 42.9 % (now 75 %), b would be ahead." in said


tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(st.integers(1, 5), min_size=width, max_size=width), min_size=2, max_size=5)
)


@settings(max_examples=60, deadline=None)
@given(table=tables, raw=st.lists(st.integers(1, 9), min_size=4, max_size=4))
def test_beyond_a_turn_the_named_option_is_ahead_and_before_it_the_winner_stays(
    table: list[list[int]], raw: list[int]
) -> None:
    criteria = [f"c{number}" for number in range(len(table[0]))]
    weights = dict(zip(criteria, raw, strict=False))
    options = named([[float(score) for score in row] for row in table], criteria)
    found = option_matrix(options, weights, criteria)
    assume(len(found.winners) == 1)

    def winners_at(criterion: str, share: float) -> tuple[str, ...]:
        others = sum(weight for name, weight in weights.items() if name != criterion)
        moved = {name: weight / others * (1 - share) for name, weight in weights.items() if name != criterion}
        return option_matrix(options, {**moved, criterion: share}, criteria).winners

    for turn in found.turns:
        for at, names, sign, end in (
            (turn.above, turn.above_winners, 1, 1.0), (turn.below, turn.below_winners, -1, 0.0)
        ):  # fmt: skip
            if math.isnan(at):
                assert found.winners[0] in winners_at(turn.criterion, end)
            else:
                assert set(names) & set(winners_at(turn.criterion, at + sign * 1e-6))
                assert found.winners == winners_at(turn.criterion, (at + turn.weight) / 2)


# Sensitivity: all weights.


def test_the_share_of_all_weights_is_exact_for_two_criteria() -> None:
    # a leads where 4 w >= 3 (1 - w).
    assert winning_shares([[5, 1], [1, 4]]) == pytest.approx([4 / 7, 3 / 7], abs=1e-15)


def test_the_share_of_all_weights_is_exact_for_three_criteria() -> None:
    # Each of three criteria alone decides for one option; the scores are symmetric.
    assert winning_shares([[5, 1, 1], [1, 5, 1], [1, 1, 5]]) == pytest.approx([1 / 3] * 3, abs=1e-15)
    # Beats the other unless the first weight exceeds a half: the corner cut off is a quarter of the triangle.
    assert winning_shares([[1, 2, 2], [2, 1, 1]]) == pytest.approx([3 / 4, 1 / 4], abs=1e-15)


@settings(max_examples=20, deadline=None)
@given(table=tables)
def test_drawn_shares_agree_with_the_exact_ones(table: list[list[int]]) -> None:
    exact = winning_shares(table)
    assert exact is not None
    for share, (drawn, low, high) in zip(exact, drawn_shares(table, seed=7, confidence_level=0.999999), strict=True):
        assert low - 1e-4 <= share <= high + 1e-4
        assert abs(share - drawn) < 5 / math.sqrt(DRAWS)


@settings(max_examples=40, deadline=None)
@given(table=tables)
def test_shares_of_different_options_add_up_to_one(table: list[list[int]]) -> None:
    exact = winning_shares(table)
    assert exact is not None
    different = {tuple(row): share for row, share in zip(table, exact, strict=True)}
    # Two that are level on an area of weights are equal there; that only happens to equal options.
    assert sum(different.values()) == pytest.approx(1, abs=1e-12)


def test_weights_are_drawn_where_the_exact_share_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weight_space, "MOST_PIECES", 3)
    rng = np.random.default_rng(1)
    options = {f"o{n}": dict(zip(CRITERIA, rng.integers(1, 6, 5).tolist(), strict=True)) for n in range(5)}
    found = option_matrix(options, seed=4)
    assert found.exact is False
    assert all(one.win_low <= one.win_share <= one.win_high for one in found.options)
    assert any("20,000 drawn weights (seed 4)" in str(note) for note in found.notes)
    assert found == option_matrix(options, seed=4)
    assert found.to_dict()["rows"][0]["win_low"] < found.to_dict()["rows"][0]["win_high"]


def test_eight_options_on_five_criteria_are_still_exact() -> None:
    rng = np.random.default_rng(3)
    options = {f"o{n}": dict(zip(CRITERIA, rng.integers(1, 6, 5).tolist(), strict=True)) for n in range(8)}
    found = option_matrix(options)
    assert found.exact
    assert sum(one.win_share for one in found.options) == pytest.approx(1)


# Bad input.


@pytest.mark.parametrize(
    ("options", "weights", "criteria", "words"),
    [
        ({"a": {"x": 6}}, None, ["x"], "a, x: expected a score from 1 to 5, found 6"),
        ({"a": {"x": 0}}, None, ["x"], "found 0"),
        ({"a": {"x": True}}, None, ["x"], "found True"),
        ({"a": {"x": "4"}}, None, ["x"], "found '4'"),
        ({"a": {"x": math.inf}}, None, ["x"], "found inf"),
        ({}, None, ["x"], "options is empty"),
        ([], None, ["x"], "options is empty"),
        ({"a": {"x": 3}}, {"x": -1}, ["x"], "The weight of x is -1"),
        ({"a": {"x": 3}}, {"x": math.nan}, ["x"], "The weight of x is nan"),
        ({"a": {"x": 3}}, {"x": 0}, ["x"], "All weights are 0"),
        ({"a": {"x": 3}}, {"z": 1}, ["x"], "weights for z, which is no criterion"),
        ({"a": {"x": 3}}, None, [], "names of criteria"),
        ({"a": {"x": 3}}, None, ["x", "x"], "each once"),
    ],
)
def test_what_cannot_be_compared_is_refused(options: Any, weights: Any, criteria: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        option_matrix(options, weights, criteria)


@pytest.mark.parametrize("options", ["a", [1], {"a": 3}])
def test_what_is_no_list_of_options_is_refused(options: Any) -> None:
    with pytest.raises(TypeError, match=r"expected a mapping|Expected a list"):
        option_matrix(options)


def test_one_option_is_said_to_be_no_choice() -> None:
    found = option_matrix({"a": PHONE})
    assert "nothing to compare" in str(found.sentence)
    assert found.turns == ()


def test_a_weight_of_zero_leaves_a_criterion_out() -> None:
    found = option_matrix({"a": {"x": 5, "y": 1}, "b": {"x": 4, "y": 5}}, {"y": 0}, ["x", "y"])
    assert found.winners == ("a",)
    assert found.weights == (1.0, 0.0)


def test_options_of_one_name_are_told_apart() -> None:
    found = option_matrix([{"name": "a", "x": 1}, {"name": "a", "x": 2}, {"x": 3}], criteria=["x"])
    assert [one.name for one in found.options] == ["#3", "a (2)", "a"]


def test_a_worksheet_computes_the_same_with_its_weights() -> None:
    sheet = worksheet("option-matrix").fill(
        options=[{"name": "phone", **PHONE}, {"name": "stay", **STAY}], weight_customer=4
    )
    assert sheet.results == ("option_matrix",)
    assert sheet.result("option_matrix") == option_matrix({"phone": PHONE, "stay": STAY}, {"customer": 4})
    with pytest.raises(ValueError, match="options is empty"):
        worksheet("option-matrix").result("option_matrix")
    with pytest.raises(KeyError, match="option_matrix"):
        sheet.result("option_matrx")


def test_a_score_of_no_criterion_is_refused() -> None:
    # else the option would stand there with a score missing
    with pytest.raises(ValueError, match="tim"):
        option_matrix({"a": {"tim": 3}, "b": {"time": 3}})
