"""Tallies add up: what was counted of two sets of rows, added, is what is counted of both together."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.frames import as_frame
from closeloop.metrics.counts import CountTally, MomentTally, count, sum_moments
from closeloop.metrics.counts_sum import sum_tallies
from closeloop.metrics.design import Design

Rows = list[tuple[str | None, int, int | None, float]]

WEIGHTS = st.sampled_from([0.0, 0.1, 1.0, 2.5, 1e-3])
ROW = st.tuples(
    st.sampled_from(["a", "b", "小组", None]), st.sampled_from([1, 2, -3]), st.sampled_from([0, 5, 10, None])
)


@st.composite
def part(draw: st.DrawFn) -> Rows:
    """Draw rows whose weights differ, or are all the same, as in a part that was not weighted yet."""
    rows = draw(st.lists(ROW, max_size=25))
    one = draw(st.sampled_from([1.0, 1.0, 2.5]))
    weights = draw(st.one_of(st.just([one] * len(rows)), st.lists(WEIGHTS, min_size=len(rows), max_size=len(rows))))
    return [(*row, w) for row, w in zip(rows, weights, strict=True)]


def frame_of(rows: Rows) -> pd.DataFrame:
    columns = {name: [row[i] for row in rows] for i, name in enumerate(("k", "j", "x", "w"))}
    return pd.DataFrame(columns).astype({"x": float, "k": "str", "j": "int64", "w": float})


def counted(rows: Rows, engine: str = "pandas") -> tuple[CountTally, MomentTally, CountTally]:
    frame = frame_of(rows)
    data = as_frame(pl.from_pandas(frame).lazy()) if engine == "polars" else frame
    keys = ["k", "j"]
    return (
        count(data, "x", range(11), keys, "w"),
        sum_moments(data, "x", keys, "w"),
        count(data, "x", range(11), keys),
    )


def assert_equal(found: CountTally | MomentTally, expected: CountTally | MomentTally) -> None:
    """Whole numbers are the same, sums to 1e-12 of their size."""
    one, other = sum_tallies([found]), sum_tallies([expected])
    assert one.labels == other.labels
    assert one.n_rows == other.n_rows
    assert one.weighted == other.weighted
    for name in ("codes", "n", "answer", "n_missing"):
        if hasattr(one, name):
            assert np.array_equal(getattr(one, name), getattr(other, name)), name
    for name in ("weight", "weight_squares", "sums"):
        mine, theirs = getattr(one, name, None), getattr(other, name, None)
        assert (mine is None) == (theirs is None)
        if mine is not None and theirs is not None:
            np.testing.assert_allclose(mine, theirs, rtol=1e-12, atol=1e-300)
    if one.n_rows and not one.weighted:
        assert one.equal_weight == other.equal_weight


@settings(deadline=None, max_examples=12)
@given(part(), part(), part())
def test_the_sum_of_tallies_is_the_tally_of_all_rows(a: Rows, b: Rows, c: Rows) -> None:
    one, other, third, whole = counted(a), counted(b), counted(c), counted(a + b + c)
    for i in range(3):
        x, y, z = one[i], other[i], third[i]
        assert_equal(sum_tallies([x, y, z]), whole[i])
        assert_equal((x + y) + z, whole[i])  # type: ignore[operator]
        assert_equal(x + (y + z), whole[i])  # type: ignore[operator]
        assert_equal(y + x, x + y)  # type: ignore[operator]


@settings(deadline=None, max_examples=4)
@given(part(), part())
def test_a_part_may_have_been_counted_by_another_engine(a: Rows, b: Rows) -> None:
    for x, y, whole in zip(counted(a), counted(b, "polars"), counted(a + b), strict=True):
        assert_equal(x + y, whole)  # type: ignore[operator]


def test_equal_weights_are_none_is_decided_on_the_sum() -> None:
    ones, twos = (
        count(pd.DataFrame({"x": [9, 9], "w": w}), "x", range(11), weight="w") for w in ([1.0] * 2, [2.0] * 2)
    )
    assert (ones.weight, twos.weight) == (None, None)
    assert (twos + twos).weight is None
    assert (twos + twos).equal_weight == 2.0
    both = ones + twos
    assert both.weight is not None
    assert both.weight_squares is not None
    assert (both.n.tolist(), both.weight.tolist(), both.weight_squares.tolist()) == ([4], [6.0], [10.0])


def test_nobody_adds_nothing() -> None:
    some, nobody = pd.DataFrame({"x": [9.0, None], "w": [2.0, 2.0]}), pd.DataFrame({"x": [], "w": []}, dtype=float)
    tallies = [(count(f, "x", range(11), weight="w"), sum_moments(f, "x", weight="w")) for f in (some, nobody)]
    for x, y in zip(*tallies, strict=True):
        assert_equal(x + y, x)  # type: ignore[operator]
        assert_equal(y + y, y)  # type: ignore[operator]


def test_whole_numbers_stay_exact_beyond_the_range_of_floats() -> None:
    tally = count(pd.DataFrame({"x": [9]}), "x", range(11))
    large = CountTally(**{**_fields(tally), "n": np.array([2**53 + 1])})
    assert (large + tally).n.tolist() == [2**53 + 2]


def _fields(tally: CountTally) -> dict[str, Any]:
    return {name: getattr(tally, name) for name in CountTally.__dataclass_fields__}


def test_tallies_of_other_things_are_refused() -> None:
    frame = pd.DataFrame({"x": [1, 2], "k": ["a", "b"]})
    plain = count(frame, "x", range(11))
    for other in (count(frame, "x", range(11), ["k"]), count(frame, "x", range(5))):
        with pytest.raises(ValueError, match="other answers or other keys"):
            plain + other
    with pytest.raises(ValueError, match="other answers or other keys"):
        sum_tallies([plain, sum_moments(frame, "x")])
    with pytest.raises(ValueError, match="no longer knows which units were drawn"):
        plain + count(frame, "x", range(11), design=Design(cluster="k"))
    with pytest.raises(TypeError):
        _ = plain + 1  # type: ignore[operator]
