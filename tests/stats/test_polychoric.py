"""Bivariate normal probabilities and the polychoric correlation."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import multivariate_normal, norm

from closeloop.stats.polychoric import bivariate_normal_cdf, cell_probabilities, margin_cuts, polychoric

# Tallis (1962), cited by Drasgow (1986) and in the help of several polychoric programs
TALLIS = np.array([[58, 52, 1], [26, 58, 3], [8, 12, 9]])


@pytest.mark.parametrize("rho", [-0.95, -0.3, 0.0, 0.5, 0.9, 0.99])
@pytest.mark.parametrize(("h", "k"), [(0, 0), (-1.5, 0.3), (2, 2.2), (1, -1), (-3, -2.5)])
def test_joint_probability_agrees_with_scipy(h: float, k: float, rho: float) -> None:
    expected = multivariate_normal.cdf([h, k], cov=[[1, rho], [rho, 1]])
    assert float(bivariate_normal_cdf(h, k, rho)) == pytest.approx(expected, abs=1e-9)


def test_joint_probability_beyond_all_cuts_is_the_margin() -> None:
    assert float(bivariate_normal_cdf(math.inf, 0.7, 0.6)) == pytest.approx(norm.cdf(0.7), abs=1e-15)
    assert float(bivariate_normal_cdf(-math.inf, 0.7, 0.6)) < 1e-300
    assert float(bivariate_normal_cdf(math.inf, math.inf, 0.6)) == 1


@settings(deadline=None)
@given(st.floats(-0.95, 0.95), st.lists(st.floats(-2, 2), min_size=2, max_size=2, unique=True))
def test_cells_add_up_to_one_and_slopes_to_nothing(rho: float, cuts: list[float]) -> None:
    cells, slopes = cell_probabilities(sorted(cuts), [-0.5, 0.4], rho)
    assert cells.sum() == pytest.approx(1, abs=1e-12)
    assert cells.min() > -1e-12
    assert slopes.sum((-2, -1)) == pytest.approx(0, abs=1e-12)


def test_slopes_are_those_of_a_numeric_derivative() -> None:
    at = np.array([-0.8, 0.1, -1.0, 0.3, 0.7])  # two row cuts, two column cuts, atanh ρ
    _, slopes = cell_probabilities(at[:2], at[2:4], math.tanh(at[4]))
    for i in range(5):
        ends = []
        for step in (1e-6, -1e-6):
            moved = at.copy()
            moved[i] += step
            ends.append(cell_probabilities(moved[:2], moved[2:4], math.tanh(moved[4]))[0])
        assert slopes[i] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


def test_tetrachoric_of_median_splits_has_its_closed_form() -> None:
    assert float(polychoric([[40, 10], [10, 40]]).rho) == pytest.approx(math.sin(2 * math.pi * (0.4 - 0.25)), abs=1e-9)


def test_maximum_is_that_of_a_general_optimiser() -> None:
    def loss(at: np.ndarray) -> float:
        rho = math.tanh(at[4])
        rows, columns = [-np.inf, *sorted(at[:2]), np.inf], [-np.inf, *sorted(at[2:4]), np.inf]
        cdf = np.zeros((4, 4))
        for i, h in enumerate(rows):
            for j, k in enumerate(columns):
                ends = [min(max(v, -9), 9) for v in (h, k)]
                cdf[i, j] = 0 if -np.inf in (h, k) else multivariate_normal.cdf(ends, cov=[[1, rho], [rho, 1]])
        return -float((TALLIS * np.log(np.maximum(np.diff(np.diff(cdf, axis=0), axis=1), 1e-12))).sum())

    fit = polychoric(TALLIS)
    ours = np.array([*fit.row_cuts, *fit.column_cuts, math.atanh(float(fit.rho))])
    found = minimize(loss, ours + 0.1, method="Nelder-Mead", options={"xatol": 1e-7, "fatol": 1e-10, "maxiter": 4000})
    assert ours == pytest.approx(found.x, abs=1e-5)
    assert round(float(fit.rho), 2) == 0.42  # Tallis (1962)


def test_eleven_points_give_back_the_correlation() -> None:
    rng = np.random.default_rng(3)
    a, e = rng.standard_normal((2, 4000))
    first, second = (np.clip(np.floor(8 + 2 * x + 0.5), 0, 10).astype(int) for x in (a, 0.6 * a + 0.8 * e))
    table = np.zeros((11, 11))
    np.add.at(table, (first, second), 1)
    table = table[np.ix_(table.sum(1) > 0, table.sum(0) > 0)]
    fit = polychoric(table)
    low, high = fit.confidence_interval(0.999)
    assert low < 0.6 < high
    assert float(fit.std_error) < 0.015


def test_std_error_is_the_spread_over_samples() -> None:
    rng = np.random.default_rng(4)
    cuts = margin_cuts([20, 35, 45])
    cells, _ = cell_probabilities(cuts, cuts, 0.6)
    fit = polychoric(rng.multinomial(300, cells.ravel(), 1500).reshape(-1, 3, 3))
    assert fit.rho.mean() == pytest.approx(0.6, abs=0.01)
    assert fit.std_error.mean() == pytest.approx(fit.rho.std(ddof=1), rel=0.08)
    low, high = fit.confidence_interval()
    assert ((low < 0.6) & (high > 0.6)).mean() == pytest.approx(0.95, abs=0.02)


def test_no_disagreement_has_no_std_error() -> None:
    fit = polychoric(np.diag([5, 6, 7]))
    assert float(fit.rho) > 0.98
    assert math.isnan(float(fit.std_error))


@pytest.mark.parametrize(
    "table", [[[1, 2]], [[1, 0], [2, 0]], [[0, 0], [1, 2]], [[1, -1], [1, 2]], [[1, np.nan], [1, 2]]]
)
def test_table_that_cannot_tell_is_refused(table: list[list[float]]) -> None:
    with pytest.raises(ValueError, match="at least two rows"):
        polychoric(table)
