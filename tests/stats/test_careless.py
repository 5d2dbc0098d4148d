"""Signs of careless answering against R's careless package, and their gaps."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import cdist

from closeloop.stats.careless import average_run, longest_run, mahalanobis, too_fast, within_person_sd

# R careless: longstring(x, avg = TRUE), irv(x)
ROWS = [
    [1, 1, 1, 1, 1, 1, 1, 1, 1, 1],
    [1, 2, 3, 4, 5, 1, 2, 3, 4, 5],
    [3, 3, 3, 4, 3, 3, 3, 3, 2, 3],
    [5, 4, 4, 5, 5, 1, 2, 1, 2, 1],
    [2, 2, 2, 2, 5, 5, 5, 1, 1, 3],
]
LONGEST, AVERAGE = [10, 1, 4, 2, 4], [10, 1, 2, 1.25, 2.5]
IRV = [0, 1.490711985, 0.4714045208, 1.7638342074, 1.6193277069]


def test_runs_and_spread_are_those_of_r() -> None:
    assert longest_run(ROWS).tolist() == LONGEST
    assert average_run(ROWS).tolist() == AVERAGE
    assert within_person_sd(ROWS) == pytest.approx(IRV, abs=5e-10)


def test_the_reference_block_is_the_one_tested(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]["careless"]
    assert (block["rows"], block["longstring"], block["avgstr"], block["irv"]) == (ROWS, LONGEST, AVERAGE, IRV)


def test_gaps_neither_end_nor_lengthen_a_run() -> None:
    gap = float("nan")
    assert longest_run([[gap, 2, gap, 2, 3], [gap] * 5]).tolist() == [2, 0]
    assert average_run([[gap, 2, gap, 2, 3]]).tolist() == [1.5]
    assert np.isnan(average_run([[gap, gap]])[0])
    assert np.isnan(within_person_sd([[gap, 3]])[0])
    assert longest_run(np.empty((0, 4))).size == 0


@given(st.lists(st.lists(st.integers(1, 5), min_size=7, max_size=7), min_size=1, max_size=20))
def test_runs_count_the_same_as_a_loop_over_people(rows: list[list[int]]) -> None:
    for row, found in zip(rows, longest_run(rows), strict=True):
        longest = run = 1
        for before, after in itertools.pairwise(row):
            run = run + 1 if before == after else 1
            longest = max(longest, run)
        assert found == longest


def test_mahalanobis_is_that_of_scipy() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(60, 4)) @ rng.normal(size=(4, 4))
    expected = cdist(x, x.mean(axis=0)[None, :], "mahalanobis", VI=np.linalg.inv(np.cov(x.T)))[:, 0] ** 2
    assert mahalanobis(x) == pytest.approx(expected)


def test_distance_is_missing_with_gaps_collinear_items_or_too_few_rows() -> None:
    x = np.random.default_rng(4).normal(size=(30, 3))
    x[2, 1] = np.nan
    assert np.isnan(mahalanobis(x)).tolist() == [i == 2 for i in range(30)]
    assert np.isnan(mahalanobis(np.column_stack([x, x[:, 0] + x[:, 2]]))).all()
    assert np.isnan(mahalanobis(x[:3])).all()
    assert np.isnan(mahalanobis(np.ones((10, 2)))).all()


def test_missing_times_are_never_too_fast() -> None:
    assert too_fast([float("nan")] * 3).tolist() == [False] * 3
    assert too_fast([30, 10, 100, 90, 9], 1 / 3).tolist() == [False, False, False, False, True]
