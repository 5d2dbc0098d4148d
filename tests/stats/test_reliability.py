"""Cronbach's alpha, Feldt's interval, omega and the reliability of a difference, against published figures."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from closeloop.stats.correlation import correlation_of
from closeloop.stats.reliability import (
    alpha_without_each,
    cronbach_alpha,
    difference_reliability,
    feldt_interval,
    item_rest_correlation,
    omega_total,
)

# 30 times the centred sums of products of the seven questions answered in 30 departments of a company:
# Chatterjee S., Price B., Regression Analysis by Example (1977). The figures are whole numbers, so exact.
PRODUCTS = np.array(
    [
        [128909, 116388, 55214, 77521, 64979, 16393, 16898],
        [116388, 154236, 79128, 81132, 80598, 21516, 26766],
        [55214, 79128, 130244, 61636, 49304, 15508, 37598],
        [77521, 81132, 61636, 119849, 67981, 11717, 55852],
        [64979, 80598, 49304, 67981, 94049, 33733, 53438],
        [16393, 21516, 15508, 11717, 33733, 85181, 25096],
        [16898, 26766, 37598, 55852, 53438, 25096, 92096],
    ]
)
COVARIANCE = PRODUCTS / 30 / 29
N, K = 30, 7


def test_alpha_of_the_departments_is_that_of_psych() -> None:
    """R psych 2.2.9 and pingouin 0.7.0."""
    assert cronbach_alpha(COVARIANCE) == pytest.approx(0.8431427696, abs=5e-11)
    assert cronbach_alpha(correlation_of(COVARIANCE)) == pytest.approx(0.839083803, abs=5e-10)


def test_feldt_interval_is_that_of_psych() -> None:
    low, high = feldt_interval(cronbach_alpha(COVARIANCE), N, K)
    assert (low, high) == pytest.approx((0.7393756856, 0.9157730722), abs=5e-11)


def test_omega_is_that_of_factanal_and_of_lavaan() -> None:
    """R factanal (correlations) and lavaan 0.6-14 (covariances); both maximum likelihood, one factor."""
    correlation = correlation_of(COVARIANCE)
    assert omega_total(correlation, N) == pytest.approx(0.8405444727, abs=1e-6)
    assert omega_total(correlation, N, np.sqrt(np.diag(COVARIANCE))) == pytest.approx(0.8563268, abs=1e-6)


@pytest.mark.shared
def test_the_whole_block_of_reference_numbers(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text())["reliability"]
    correlation = correlation_of(COVARIANCE)
    found = {
        "alpha_raw": cronbach_alpha(COVARIANCE),
        "alpha_std": cronbach_alpha(correlation),
        "omega_total_ml_correlation": omega_total(correlation, N),
        "omega_total_ml_covariance": omega_total(correlation, N, np.sqrt(np.diag(COVARIANCE))),
    }
    assert found == pytest.approx({name: block[name] for name in found}, abs=1e-6)
    assert tuple(feldt_interval(found["alpha_raw"], N, K)) == pytest.approx(tuple(block["feldt_ci95"]), abs=1e-9)


def test_item_rest_and_alpha_without_are_those_of_the_scores_themselves() -> None:
    scores = np.random.default_rng(1).integers(1, 6, (40, 4)).astype(float)
    covariance = np.cov(scores.T)
    rest = [np.corrcoef(scores[:, i], np.delete(scores, i, 1).sum(axis=1))[0, 1] for i in range(4)]
    without = [cronbach_alpha(np.cov(np.delete(scores, i, 1).T)) for i in range(4)]
    assert item_rest_correlation(covariance) == pytest.approx(rest)
    assert alpha_without_each(covariance) == pytest.approx(without)


def test_one_item_or_no_variance_is_nan() -> None:
    assert np.isnan(cronbach_alpha([[2.0]]))
    assert np.isnan(cronbach_alpha(np.zeros((3, 3))))
    assert np.isnan(cronbach_alpha([[1.0, -1.0], [-1.0, 1.0]]))  # two items that always add up to the same
    assert np.isnan(feldt_interval(0.8, 1, 3)).all()
    assert np.isnan(feldt_interval(0.8, 30, 1)).all()
    assert np.isnan(feldt_interval(float("nan"), 30, 3)).all()


def test_contradicting_items_give_a_negative_alpha() -> None:
    assert cronbach_alpha([[1.0, -0.5], [-0.5, 1.0]]) == pytest.approx(-2.0)


def test_a_constant_item_leaves_alpha_defined_and_its_own_figures_nan() -> None:
    covariance = [[1.0, 0.5, 0.0], [0.5, 1.0, 0.0], [0.0, 0.0, 0.0]]
    assert cronbach_alpha(covariance) == pytest.approx(0.5)
    assert np.isnan(cronbach_alpha(correlation_of(covariance)))
    assert np.isnan(item_rest_correlation(covariance)).tolist() == [False, False, True]
    assert np.isnan(omega_total(correlation_of(covariance), 100))


def test_omega_needs_three_items_more_answers_than_items_and_a_proper_solution() -> None:
    equal = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    assert omega_total(equal, 100) == pytest.approx(0.8, abs=1e-6)
    assert np.isnan(omega_total(equal, 4))
    assert np.isnan(omega_total(equal[:2, :2], 100))
    heywood = [[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]]  # the first loading would be 0.8 / √0.5 > 1
    assert np.isnan(omega_total(heywood, 100))


def test_difference_reliability() -> None:
    assert difference_reliability(1.0, 1.0, 0.8, 0.8, 0.5) == pytest.approx(0.6)
    assert difference_reliability(2.0, 1.0, 0.9, 0.7, 0.0) == pytest.approx((4 * 0.9 + 0.7) / 5)
    assert np.isnan(difference_reliability(1.0, 1.0, 0.8, 0.8, 1.0))


@given(
    arrays(float, (12, 4), elements=st.integers(1, 7).map(float)),
    st.sampled_from([0.25, 0.5, 2.0, 8.0]),
    st.lists(st.integers(-50, 50), min_size=4, max_size=4),
)
def test_alpha_does_not_depend_on_units_and_origins(scores: np.ndarray, unit: float, origin: list[int]) -> None:
    before, after = cronbach_alpha(np.cov(scores.T)), cronbach_alpha(np.cov((unit * scores + origin).T))
    assert np.isnan(before) == np.isnan(after)
    if not np.isnan(before):
        assert before <= 1 + 1e-12
        assert after == pytest.approx(before, abs=1e-6, rel=1e-6)


@given(st.floats(-2, 0.999), st.integers(3, 500), st.integers(2, 30))
def test_feldt_interval_holds_the_estimate_and_is_below_one(alpha: float, n: int, k: int) -> None:
    low, high = feldt_interval(alpha, n, k)
    assert low < high < 1
    assert low < alpha
    if n >= 10:
        assert alpha < high
