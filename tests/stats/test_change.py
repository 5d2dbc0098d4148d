"""Change points: the printed vector, the level of the test, and tables without a change to find."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.change import _dealt, change_in_counts, change_in_means

# Chapter 30 §4.3: trinomial likelihood ratios, own computation there.
ROWS = [(20, 40, 60), (22, 35, 58), (18, 45, 70), (21, 40, 59), (32, 38, 50), (35, 50, 46), (36, 38, 46), (31, 42, 56)]
RATIOS = [2.4782, 4.1812, 13.1147, 18.6566, 12.5373, 5.2359, 0.4483]


def test_the_printed_change_is_found() -> None:
    found = change_in_counts(ROWS)
    assert found.ratios.tolist() == pytest.approx(RATIOS, abs=5.1e-5)
    assert (found.after, round(found.statistic, 4)) == (3, 18.6566)
    assert found.p_value == pytest.approx(0.0007, abs=0.001)  # "about .0015" there, from fewer draws


def test_the_block_of_the_vectors_file(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["spc"]["changepoint"]
    found = change_in_counts(block["rows_DNP"], permutations=999)
    assert found.ratios.tolist() == pytest.approx(block["LR"], abs=5.1e-5)
    assert found.after + 1 == block["split_after"]


def test_the_same_seed_gives_the_same_p() -> None:
    assert (
        change_in_counts(ROWS, permutations=500, seed=3).p_value
        == change_in_counts(ROWS, permutations=500, seed=3).p_value
    )


def test_without_a_change_p_is_spread_evenly() -> None:
    rng = np.random.default_rng(2)
    size = rng.integers(20, 120, (150, 12))
    counts = [rng.multinomial(n, [0.2, 0.3, 0.5]) for n in size]
    p = np.array([change_in_counts(table, permutations=199, seed=i).p_value for i, table in enumerate(counts)])
    assert (p <= 0.05).mean() <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 150)
    assert p.mean() == pytest.approx(0.5, abs=3 / math.sqrt(12 * 150))


def test_dealing_keeps_every_margin() -> None:
    counts = np.array(ROWS)
    dealt = _dealt(counts, np.random.default_rng(0), 50)
    assert (dealt >= 0).all()
    assert (dealt.sum(axis=2) == counts.sum(axis=1)).all()
    assert (dealt.sum(axis=1) == counts.sum(axis=0)).all()
    expected = counts.sum(axis=1)[:, None] * counts.sum(axis=0) / counts.sum()
    assert dealt.mean(axis=0) == pytest.approx(expected, abs=4.5)


def test_equal_periods_have_nothing_to_find() -> None:
    found = change_in_counts([[5, 5], [5, 5], [5, 5]], permutations=99)
    assert found.statistic == pytest.approx(0, abs=1e-12)
    assert found.p_value == 1


def test_empty_periods_at_the_ends_are_no_place_for_a_change() -> None:
    found = change_in_counts([[0, 0], [9, 1], [1, 9], [0, 0]], permutations=99)
    assert found.after == 1
    assert np.isnan(found.ratios).tolist() == [True, False, True]


@pytest.mark.parametrize("counts", [[[1, 2]], [[1, 2], [0, 0]], []])
def test_fewer_than_two_periods_are_refused(counts: list[list[int]]) -> None:
    with pytest.raises(ValueError, match=r"two periods|table of counts"):
        change_in_counts(counts)


@pytest.mark.parametrize("counts", [[[1.5, 2], [1, 1]], [[-1, 2], [1, 1]], [[math.nan, 2], [1, 1]], [1, 2]])
def test_counts_that_are_none_are_refused(counts: object) -> None:
    with pytest.raises(ValueError, match="table of counts"):
        change_in_counts(counts)  # type: ignore[arg-type]


def test_a_mean_changes_where_it_was_made_to() -> None:
    rng = np.random.default_rng(8)
    size = np.array([40, 60, 50, 45, 80, 30, 55, 60])
    level = np.where(np.arange(8) < 5, 4.0, 3.4) + rng.normal(size=8) / np.sqrt(size)
    found = change_in_means(level, size, 1.0)
    assert found.after == 4
    assert found.p_value < 0.01
    still = change_in_means(np.full(8, 4.0), size, 1.0, permutations=99)
    assert still.p_value == 1


def test_a_mean_with_a_gap_and_without_spread() -> None:
    found = change_in_means([4.0, math.nan, 3.0], [50, 0, 50], 1.0, permutations=99)
    assert found.statistic == pytest.approx(50 * 50 / 100)
    with pytest.raises(ValueError, match="alike"):
        change_in_means([4.0, 4.0], [5, 5], 0.0)
    with pytest.raises(ValueError, match="two periods"):
        change_in_means([4.0], [5], 1.0)


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 30)] * 3), min_size=2, max_size=10))
def test_time_reversed_is_the_same_change(rows: list[tuple[int, int, int]]) -> None:
    counts = np.array(rows)
    if (counts.sum(axis=1) > 0).sum() < 2:
        return
    forward, backward = (change_in_counts(c, permutations=1) for c in (counts, counts[::-1]))
    assert forward.ratios.tolist() == pytest.approx(backward.ratios[::-1].tolist(), nan_ok=True, abs=1e-9)
