"""The exact bootstrap of an NPS, and draws of counts."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.bootstrap import bootstrap_counts, bootstrap_distribution, percentile_limits
from closeloop.text import set_language


def convolved(d: int, n0: int, p: int) -> npt.NDArray[np.float64]:
    """Return the distribution of the sum by n plain convolutions."""
    n = d + n0 + p
    found = np.ones(1)
    for _ in range(n):
        found = np.convolve(found, np.array([d, n0, p]) / n)
    return found


@pytest.mark.parametrize(
    "cell", [(1, 0, 0), (2, 3, 5), (0, 2, 8), (0, 0, 10), (20, 40, 40), (60, 150, 90), (1, 499, 0)]
)
def test_distribution_equals_plain_convolution(cell: tuple[int, int, int]) -> None:
    values, probability = bootstrap_distribution(*cell)
    n = sum(cell)
    full = np.zeros(2 * n + 1)
    full[np.rint(values * n).astype(int) + n] = probability
    assert full == pytest.approx(convolved(*cell), abs=1e-12)


def test_two_sided_case_is_binomial() -> None:
    values, probability = bootstrap_distribution(5, 0, 5)
    assert probability[::2] == pytest.approx([comb(10, k) / 1024 for k in range(11)], abs=1e-15)
    assert values[::2] == pytest.approx([-1 + k / 5 for k in range(11)], abs=1e-15)


@pytest.mark.parametrize("cell", [(2, 3, 5), (100_000, 300_000, 600_000), (0.4, 0.1, 0.2), (33.3, 10.1, 9.9)])
def test_distribution_is_one_with_the_right_moments(cell: tuple[float, float, float]) -> None:
    values, probability = bootstrap_distribution(*cell)
    d, _, p = np.array(cell) / sum(cell)
    draws = max(round(sum(cell)), 1)
    assert (probability >= 0).all()
    assert probability.sum() == pytest.approx(1, abs=1e-12)
    assert float(values @ probability) == pytest.approx(p - d, abs=1e-9)
    spread = float((values - (p - d)) ** 2 @ probability)
    assert spread == pytest.approx((p + d - (p - d) ** 2) / draws, rel=1e-6, abs=1e-15)


@settings(deadline=None)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60), st.sampled_from((0.5, 0.9, 0.95)))
def test_no_more_than_the_tails_lies_beyond_the_limits(d: int, n0: int, p: int, level: float) -> None:
    if d + n0 + p == 0:
        return
    low, high = (float(x[0]) for x in percentile_limits(*(np.array([float(c)]) for c in (d, n0, p)), level))
    values, probability = bootstrap_distribution(d, n0, p)
    tail = (1 - level) / 2
    assert probability[values < low - 1e-9].sum() <= tail + 1e-9
    assert probability[values <= low + 1e-9].sum() >= tail - 1e-9
    assert probability[values > high + 1e-9].sum() <= tail + 1e-9
    assert probability[values >= high - 1e-9].sum() >= tail - 1e-9


def test_groups_of_different_sizes_together() -> None:
    cells = np.array([(2, 3, 5), (7, 12, 17), (20, 40, 40), (3, 3, 4)], dtype=float)
    low, high = percentile_limits(*cells.T, 0.95)
    assert low[:3] == pytest.approx([-0.2, 1 / 36, 0.05], abs=1e-12)
    assert high[:3] == pytest.approx([0.8, 19 / 36, 0.35], abs=1e-12)


def test_draws_have_the_distribution() -> None:
    net = bootstrap_counts([2, 3, 5], lambda c: (c[:, 2] - c[:, 0]) / 10, draws=200_000, seed=4)
    values, probability = bootstrap_distribution(2, 3, 5)
    seen = np.bincount(np.rint(net * 10).astype(int) + 10, minlength=21) / net.size
    assert seen == pytest.approx(probability, abs=5 * (0.25 / net.size) ** 0.5)
    assert values.size == 21


def test_draws_keep_the_total_and_the_seed() -> None:
    cells = [0, 4, 1, 7, 0, 3]
    drawn = bootstrap_counts(cells, draws=50, seed=9)
    assert drawn.shape == (50, 6)
    assert (drawn.sum(axis=1) == 15).all()
    assert (drawn[:, [0, 4]] == 0).all()
    assert (drawn == bootstrap_counts(cells, draws=50, seed=9)).all()
    assert (drawn != bootstrap_counts(cells, draws=50, seed=10)).any()


@pytest.mark.parametrize(
    "cells", [[], [0, 0, 0], [1, -1, 3], [1.5, 2, 3], [np.nan, 1, 2], [np.inf, 1, 1], [[1, 2], [3, 4]]]
)
def test_counts_that_cannot_be_drawn_from_are_refused(cells: list[float]) -> None:
    with pytest.raises(ValueError, match="draws from whole counts"):
        bootstrap_counts(cells)


def test_no_draws_are_refused_in_both_languages() -> None:
    with pytest.raises(ValueError, match="at least one draw; got draws=0") as caught:
        bootstrap_counts([1, 2], draws=0)
    set_language("zh-CN")
    assert "至少要抽取一次" in str(caught.value)
