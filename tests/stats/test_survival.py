"""Kaplan–Meier, beside the remission times of Freireich et al. (1963), which every textbook works through."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.survival import kaplan_meier, log_rank

TIMES = [6, 6, 6, 7, 10, 13, 16, 22, 23, 6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
EVENTS = [True] * 9 + [False] * 12
PLACEBO = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]


def test_curve_of_the_textbook() -> None:
    # Kleinbaum & Klein, Survival Analysis, table of the 6-MP group
    curve = kaplan_meier(TIMES, EVENTS)
    assert curve.times.tolist() == [6, 7, 10, 13, 16, 22, 23]
    assert curve.surviving.round(3).tolist() == [0.857, 0.807, 0.753, 0.69, 0.627, 0.538, 0.448]
    assert curve.at_risk.tolist() == [21, 17, 15, 12, 11, 7, 6]
    assert (curve.n, curve.n_events, curve.median) == (21, 9, 23)


def test_log_rank_of_the_textbook() -> None:
    chi2, p = log_rank([*TIMES, *PLACEBO], EVENTS + [True] * 21, [0] * 21 + [1] * 21)
    assert chi2 == pytest.approx(16.793, abs=5e-4)
    assert p == pytest.approx(0.0000417, abs=1e-7)


def test_interval_is_greenwood_on_the_log_log_scale() -> None:
    # worked out by hand: Σ d/(n(n−d)) up to 10 = 3/(21·18) + 1/(17·16) + 1/(15·14)
    low, high = kaplan_meier(TIMES, EVENTS).share_interval(12)
    survival = 18 / 21 * 16 / 17 * 14 / 15
    spread = 1.959963985 * math.sqrt(3 / (21 * 18) + 1 / (17 * 16) + 1 / (15 * 14)) / abs(math.log(survival))
    assert (1 - low, 1 - high) == pytest.approx((survival ** math.exp(-spread), survival ** math.exp(spread)), abs=1e-9)


def test_median_interval_may_be_open_above() -> None:
    low, high = kaplan_meier(TIMES, EVENTS).median_interval()
    assert low == 13
    assert high == math.inf
    assert kaplan_meier(PLACEBO, [True] * 21).median_interval() == (4, 11)


def test_open_cases_keep_the_median_from_looking_good() -> None:
    took, done = [1.0, 2, 3, 40, 50, 60], [True, True, True, False, False, False]
    assert kaplan_meier(took, done).median > np.median(took[:3])


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(0, 50))
def test_without_open_cases_the_share_is_the_plain_share(times: list[int], at: int) -> None:
    curve = kaplan_meier(times, [True] * len(times))
    assert curve.share_within(at) == pytest.approx(np.mean(np.array(times) <= at), abs=1e-9)
    low, high = curve.share_interval(at)
    assert -1e-9 <= low <= curve.share_within(at) + 1e-9
    assert curve.share_within(at) - 1e-9 <= high <= 1 + 1e-9


def test_no_event_is_a_share_of_nothing_with_an_upper_limit() -> None:
    curve = kaplan_meier([30] * 20, [False] * 20)
    assert (curve.n_events, curve.share_within(24)) == (0, 0)
    low, high = curve.share_interval(24)
    assert low == 0
    assert high == pytest.approx(0.161125, abs=1e-6)  # Wilson's limit of 0 of 20
    assert math.isnan(curve.median)
    assert all(math.isnan(limit) for limit in curve.median_interval())


def test_beyond_what_was_watched_nothing_is_said() -> None:
    curve = kaplan_meier([1, 2, 3], [True, False, False])
    assert math.isnan(curve.share_within(24))
    assert all(math.isnan(limit) for limit in curve.share_interval(24))
    assert kaplan_meier([1, 2, 3], [True, True, True]).share_within(24) == 1


def test_no_case_at_all() -> None:
    curve = kaplan_meier([], [])
    assert curve.n == 0
    assert math.isnan(curve.share_within(24))
    assert math.isnan(curve.median)
    assert all(math.isnan(limit) for limit in curve.share_interval(24))
    assert all(math.isnan(value) for value in log_rank([], [], []))


@pytest.mark.parametrize(("events", "group"), [([True, True], [0, 0]), ([False, False], [0, 1])])
def test_log_rank_needs_two_groups_and_an_event(events: list[bool], group: list[int]) -> None:
    assert all(math.isnan(value) for value in log_rank([1, 2], events, group))


@pytest.mark.parametrize("bad", [-1, math.nan, math.inf])
def test_impossible_duration_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not below 0; 1 are not"):
        kaplan_meier([1, bad], [True, True])
    with pytest.raises(ValueError, match="one event per case"):
        kaplan_meier([1, 2], [True])
