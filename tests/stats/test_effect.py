"""Difference in differences, CUPED, ANCOVA and the plain difference."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import ttest_ind

from closeloop.stats.ancova import ancova
from closeloop.stats.cuped import cuped_adjustment, cuped_difference
from closeloop.stats.did import difference_in_differences, leads, permuted_units, unit_groups
from closeloop.stats.effect import from_t, group_difference

X = [3, 5, 6, 7, 8, 9, 10, 4, 6, 9]
Y = [4, 6, 6, 8, 8, 10, 9, 5, 7, 9]


def panel(units: int, treated: int, effect: float, seed: int, periods: int = 2) -> tuple[np.ndarray, ...]:
    """Draw a panel: y, treated, period, unit; the action comes with the last period."""
    rng = np.random.default_rng(seed)
    unit = np.repeat(np.arange(units), periods)
    period = np.tile(np.arange(periods), units)
    lot = unit < treated
    y = rng.normal(0, 1, units)[unit] + rng.normal(0, 0.5, units * periods) + effect * (lot & (period == periods - 1))
    return y, lot, period, unit


def test_cuped_vector(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]["cuped"]
    adjustment = cuped_adjustment(block["X"], block["Y"])
    assert adjustment.theta == pytest.approx(block["theta"], abs=5e-11)
    assert adjustment.rho_squared == pytest.approx(block["rho2"], abs=5e-11)
    assert adjustment.variance_ratio == pytest.approx(block["var_ratio"], abs=5e-11)


def test_cuped_slope_and_variance() -> None:
    # chapter on statistics, 4.4
    adjustment = cuped_adjustment(X, Y)
    assert adjustment.theta == pytest.approx(0.8024948025, abs=5e-11)
    assert adjustment.rho_squared == pytest.approx(0.9219136719, abs=5e-11)
    assert adjustment.adjusted.var() / np.var(Y) == pytest.approx(0.0780863281, abs=5e-11)
    assert adjustment.adjusted.mean() == pytest.approx(np.mean(Y))


@pytest.mark.parametrize("before", [[5] * 10, [np.nan] * 10])
def test_cuped_without_anything_known_is_the_plain_outcome(before: list[float]) -> None:
    adjustment = cuped_adjustment(before, Y)
    assert (adjustment.theta, adjustment.variance_ratio) == (0, 1)
    if not np.isnan(before[0]):
        lot = [True, False] * 5
        assert cuped_difference(before, Y, lot) == group_difference(Y, lot)


def test_plain_difference_is_welch() -> None:
    one, other = [1, 1, 0, -1, 1], [0, -1, -1, 0, 1, 0, -1]
    found = group_difference([*one, *other], [True] * 5 + [False] * 7)
    welch = ttest_ind(one, other, equal_var=False)
    assert found.p_value == pytest.approx(welch.pvalue, abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(welch.confidence_interval()), abs=1e-12)


@pytest.mark.parametrize(("y", "lot"), [([], []), ([1.0, 2.0], [True, True]), ([np.nan, 1.0], [True, False])])
def test_empty_group_has_no_difference(y: list[float], lot: list[bool]) -> None:
    found = group_difference(y, lot)
    assert math.isnan(found.estimate)
    assert math.isnan(found.p_value)


def test_one_answer_in_a_group_has_a_difference_without_error() -> None:
    found = group_difference([1, 0, 1], [True, False, False])
    assert found.estimate == 0.5
    assert math.isnan(found.low)


def test_all_alike_has_no_error_and_no_doubt() -> None:
    same, apart = group_difference([1] * 6, [True] * 3 + [False] * 3), from_t(0.5, 0.0, 4, 6, 0.95)
    assert (same.estimate, same.std_error, same.p_value) == (0, 0, 1)
    assert (apart.low, apart.high, apart.p_value) == (0.5, 0.5, 0)


@pytest.mark.parametrize("seed", range(5))
def test_did_is_the_difference_of_four_means(seed: int) -> None:
    y, lot, period, _ = panel(12, 5, 0.4, seed)
    post = period == 1
    means = [[y[(lot == a) & (post == b)].mean() for b in (False, True)] for a in (False, True)]
    expected = (means[1][1] - means[1][0]) - (means[0][1] - means[0][0])
    assert difference_in_differences(y, lot, post).estimate == pytest.approx(expected, abs=1e-10)


def test_cluster_error_of_a_balanced_panel_is_that_of_the_changes() -> None:
    # with one answer per unit and period the clustered error is that of two means of changes, up to its small-sample
    # factor G/(G−1) · (N−1)/(N−4)
    y, lot, period, unit = panel(40, 15, 0.5, 1)
    change = y[period == 1] - y[period == 0]
    treated = lot[period == 1]
    plain = change[treated].var() / treated.sum() + change[~treated].var() / (~treated).sum()
    found = difference_in_differences(y, lot, period, unit)
    assert found.std_error**2 == pytest.approx(plain * 40 / 39 * 79 / 76, rel=1e-9)
    assert found.df == 39


def test_ignoring_units_would_change_the_error() -> None:
    y, lot, period, unit = panel(40, 15, 0.5, 1)
    clustered = difference_in_differences(y, lot, period, unit)
    assert difference_in_differences(y, lot, period).std_error > 1.5 * clustered.std_error


@pytest.mark.parametrize("keep", [lambda a, b: b == 1, lambda a, b: b == 0, lambda a, b: a, lambda a, b: a | (b == 0)])
def test_missing_cell_has_no_effect(keep: Callable[..., np.ndarray]) -> None:
    y, lot, period, unit = panel(24, 10, 0.5, 1)
    rows = keep(lot, period)
    assert math.isnan(difference_in_differences(y[rows], lot[rows], period[rows] == 1, unit[rows]).estimate)


def test_permutation_p_counts_all_assignments() -> None:
    y, lot, period, unit = panel(8, 3, 0.9, 2)
    change = y[period == 1] - y[period == 0]
    found = permuted_units(y, lot, period, unit)
    effects = [
        change[list(c)].mean() - np.delete(change, list(c)).mean() for c in combinations(range(8), 3)
    ]  # fmt: skip
    assert found.estimate == pytest.approx(effects[0])
    assert found.p_value == pytest.approx(np.mean(np.abs(effects) >= abs(effects[0]) - 1e-12))


@pytest.mark.parametrize(("units", "treated"), [(10, 5), (9, 3), (12, 2)])
def test_permutation_interval_ends_where_p_falls_to_the_level(units: int, treated: int) -> None:
    y, lot, period, unit = panel(units, treated, 0.6, 7)
    level = 0.8
    found = permuted_units(y, lot, period, unit, level)

    def p_of(effect: float) -> float:
        return permuted_units(y - effect * (lot & (period == 1)), lot, period, unit, level).p_value

    for end, outwards in ((found.low, -1), (found.high, 1)):
        assert math.isfinite(end)
        assert p_of(end - outwards * 1e-6) > 1 - level
        assert p_of(end + outwards * 1e-6) <= 1 - level + 1e-12


def test_single_treated_unit_cannot_exclude_anything() -> None:
    y, lot, period, unit = panel(6, 1, 5.0, 3)
    found = permuted_units(y, lot, period, unit)
    assert found.p_value == pytest.approx(1 / 6)
    assert (found.low, found.high) == (-math.inf, math.inf)
    assert math.isfinite(permuted_units(y, lot, period, unit, 0.7).low)


def test_many_assignments_are_drawn_with_a_seed() -> None:
    y, lot, period, unit = panel(19, 9, 0.3, 4)
    one, again, other = (permuted_units(y, lot, period, unit, seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.p_value != other.p_value
    assert one.p_value == pytest.approx(other.p_value, abs=0.03)


def test_permutation_holds_its_level() -> None:
    # 5 of 10 units: 252 assignments; the share of p ≤ .1 among worlds without effect
    small = [permuted_units(*panel_args(seed)).p_value <= 0.1 for seed in range(300)]
    assert np.mean(small) == pytest.approx(0.1, abs=3.3 * math.sqrt(0.09 / 300))


def panel_args(seed: int) -> tuple[np.ndarray, ...]:
    y, lot, period, unit = panel(10, 5, 0.0, seed)
    return y, lot, period == 1, unit


def test_unit_in_both_groups_is_refused() -> None:
    with pytest.raises(ValueError, match="both groups"):
        unit_groups([True, False, True], ["a", "a", "b"])


def test_leads_see_groups_that_ran_apart() -> None:
    y, lot, period, unit = panel(60, 30, 0.0, 5, periods=4)
    quiet = leads(y, lot, period, unit)
    loud = leads(y + 0.5 * lot * period, lot, period, unit)
    assert quiet.p_value > 0.05
    assert loud.p_value < 0.001
    assert quiet.periods == (0, 1, 2)
    assert loud.estimates == pytest.approx(quiet.estimates + np.array([-1.5, -1.0, -0.5]))
    few = unit < 5
    few |= unit >= 55
    permuted = leads((y + 0.8 * lot * period)[few], lot[few], period[few], unit[few], permute=True)
    assert permuted.p_value <= 0.05


def test_one_early_period_cannot_be_checked() -> None:
    found = leads([1, 0, 1, 0], [True, True, False, False], [0, 0, 0, 0])
    assert found.periods == ()
    assert math.isnan(found.p_value)


def test_more_leads_than_units_cannot_be_tested() -> None:
    y, lot, period, unit = panel(4, 2, 0.0, 5, periods=6)
    assert math.isnan(leads(y, lot, period, unit).p_value)


def test_ancova_is_the_regression_with_hc3() -> None:
    import statsmodels.api as sm

    rng = np.random.default_rng(6)
    before = rng.integers(0, 7, 80)
    lot = np.arange(80) % 2 == 0
    after = np.clip(np.round(rng.normal(before / 6 - 0.5 + 0.4 * lot, 0.6)), -1, 1)
    fit = sm.OLS(after, np.column_stack([np.ones(80), lot, before])).fit(cov_type="HC3", use_t=True)
    found = ancova(before, after, lot)
    assert found.estimate == pytest.approx(fit.params[1], abs=1e-12)
    assert found.std_error == pytest.approx(fit.bse[1], abs=1e-12)
    assert (found.low, found.high) == pytest.approx(tuple(fit.conf_int()[1]), abs=1e-10)


def test_waiting_list_does_not_count_regression_to_the_mean() -> None:
    rng = np.random.default_rng(9)
    true = rng.normal(0, 1, 4000)
    before, after = true + rng.normal(0, 1, 4000), true + rng.normal(0, 1, 4000)
    low = before < -1
    lot = rng.random(4000) < 0.5
    found = ancova(before[low], after[low], lot[low])
    assert found.low < 0 < found.high
    assert (after[low & lot] - before[low & lot]).mean() > 0.7  # what the change alone would have claimed


def test_constant_start_leaves_the_plain_difference() -> None:
    after, lot = [0, -1, 1, 0, -1, -1, 0, -1], [True] * 4 + [False] * 4
    found = ancova([5] * 8, after, lot)
    assert found.estimate == pytest.approx(group_difference(after, lot).estimate)


@pytest.mark.parametrize(
    ("before", "lot"),
    [([1, 1, 0, 0], [True, True, False, False]), ([1, 2, 3, 4], [True] * 4), ([np.nan] * 4, [True] * 4)],
)
def test_start_without_overlap_has_no_effect(before: list[float], lot: list[bool]) -> None:
    assert math.isnan(ancova(before, [1, 0, 1, 0], lot).estimate)


def test_ancova_with_one_treated_has_no_error() -> None:
    found = ancova([1, 2, 3, 4, 5], [1, 0, 1, 0, 1], [True, False, False, False, False])
    assert math.isfinite(found.estimate)
    assert math.isnan(found.std_error)


@pytest.mark.parametrize("level", [0, 1, 95])
def test_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        group_difference([1, 0, 1, 0], [True, True, False, False], level)
