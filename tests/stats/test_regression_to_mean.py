"""What detractors show at a second survey when nothing was done."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import ndtri

from closeloop.stats.intervals import Interval
from closeloop.stats.regression_to_mean import (
    Benchmark,
    benchmark_from_control,
    benchmark_from_reliability,
    net_interval,
    no_change_nps,
    normal_regression,
)

MARGINALS = (0.2, 0.35, 0.45)
FloatArray = np.ndarray


def worlds(seed: int, number: int, rho: float, first: int, again: float, control: int) -> tuple[FloatArray, ...]:
    """Draw worlds without any treatment: first survey, re-surveyed detractors, 3 × 3 table of untouched people."""
    rng = np.random.default_rng(seed)
    cuts = ndtri(np.cumsum(MARGINALS)[:2])

    def pairs(size: int) -> tuple[FloatArray, FloatArray]:
        a, e = rng.standard_normal((2, number, size))
        return tuple((x[..., None] > cuts).sum(-1) for x in (a, rho * a + math.sqrt(1 - rho * rho) * e))

    a, b = pairs(first)
    asked = (a == 0) & (rng.random(a.shape) < again)
    before = np.stack([(a == k).sum(1) for k in range(3)], -1)
    observed = np.stack([((b == k) & asked).sum(1) for k in range(3)], -1)
    a, b = pairs(control)
    table = np.stack([((a == i) & (b == j)).sum(1) for i in range(3) for j in range(3)], -1).reshape(-1, 3, 3)
    return before, observed, table


def covers(observed: FloatArray, benchmark: Benchmark) -> float:
    low, high = net_interval(observed, benchmark.expected, benchmark.confidence_interval())
    return float(((low <= 0) & (high >= 0)).mean())


@pytest.mark.parametrize(("rho", "nps"), [(0.5, -25.71), (0.6, -36.96), (0.7, -48.75), (0.8, -61.17)])
def test_detractors_come_back_by_themselves(rho: float, nps: float) -> None:
    # chapter on statistics, 4.5: exact bivariate normal and 2 million draws
    assert 100 * float(no_change_nps(MARGINALS, rho)[0]) == pytest.approx(nps, abs=0.005)


def test_shared_vectors(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["rtm_zero_effect"]
    for rho, nps in block["nps_of_resurveyed_detractors_by_rho"].items():
        assert 100 * float(no_change_nps(block["marginals_DNP"], float(rho))[0]) == pytest.approx(nps, abs=0.005)


def test_promoters_and_passives_come_back_as_well() -> None:
    # promoters fall to 55 … 76 for ρ of .5 … .8 (chapter on statistics, 4.5)
    assert (100 * no_change_nps(MARGINALS, [0.5, 0.8])[:, 2]).round().tolist() == [55, 76]
    rng = np.random.default_rng(8)
    a, e = rng.standard_normal((2, 400_000))
    cuts = ndtri(np.cumsum(MARGINALS)[:2])
    first, second = ((x[:, None] > cuts).sum(1) for x in (a, 0.6 * a + 0.8 * e))
    simulated = [float((second[first == group] - 1).mean()) for group in range(3)]
    assert no_change_nps(MARGINALS, 0.6) == pytest.approx(simulated, abs=0.008)


@settings(deadline=None)
@given(st.floats(0.02, 0.98), st.tuples(*[st.floats(0.02, 1)] * 3))
def test_everybody_together_stays_where_it_was(rho: float, parts: tuple[float, float, float]) -> None:
    shares = np.array(parts) / sum(parts)
    assert float(shares @ no_change_nps(shares, rho)) == pytest.approx(shares[2] - shares[0], abs=1e-9)


def test_less_reliable_means_nearer_the_overall_score() -> None:
    path = no_change_nps(MARGINALS, np.linspace(0.01, 0.99, 40))[:, 0]
    assert (np.diff(path) < 0).all()
    assert float(path[0]) == pytest.approx(0.25, abs=0.02)
    assert float(path[-1]) < -0.9


def test_empty_groups_are_missing_and_nothing_else() -> None:
    without_passives = no_change_nps([30, 0, 70], 0.6)
    assert math.isnan(without_passives[1])
    assert -1 < without_passives[0] < 0.4 < without_passives[2] < 1
    assert np.isnan(no_change_nps([0, 30, 70], 0.6)).tolist() == [True, False, False]
    assert np.isnan(no_change_nps([30, 70, 0], 0.6)).tolist() == [False, False, True]


@pytest.mark.parametrize("rho", [0, 1, -0.2, 1.3, float("nan")])
def test_reliability_outside_its_range_is_refused(rho: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        no_change_nps(MARGINALS, rho)
    with pytest.raises(ValueError, match="between 0 and 1"):
        benchmark_from_reliability([20, 35, 45], rho)


def test_normal_mean_of_the_lowest_rises() -> None:
    # chapter on statistics, 4.5: μ 8, variances 2 and 2, cut 6.5
    first, second, rise = normal_regression(8, 2, 2, 6.5)
    assert rise == pytest.approx(1.328778, abs=5e-7)
    assert second == pytest.approx(6.671222, abs=5e-7)
    assert first == pytest.approx(8 - 2 * 1.328778, abs=1e-6)
    with pytest.raises(ValueError, match="not both 0"):
        normal_regression(8, 0, 0, 6)


def test_benchmark_error_is_the_spread_over_samples() -> None:
    before, _, table = worlds(11, 1200, 0.6, 500, 0.5, 250)
    known = benchmark_from_reliability(before, 0.6)
    assert known.std_error.mean() == pytest.approx(known.expected.std(ddof=1), rel=0.08)
    estimated = benchmark_from_control(table)
    assert estimated.expected.mean() == pytest.approx(float(no_change_nps(MARGINALS, 0.6)[0]), abs=0.01)
    assert estimated.std_error.mean() == pytest.approx(estimated.expected.std(ddof=1), rel=0.08)


def test_uncertain_reliability_widens_the_benchmark() -> None:
    sure, unsure = (benchmark_from_reliability([200, 350, 450], 0.6, error) for error in (0.0, 0.05))
    slope = (no_change_nps(MARGINALS, 0.601)[0] - no_change_nps(MARGINALS, 0.599)[0]) / 0.002
    assert float(unsure.std_error**2 - sure.std_error**2) == pytest.approx((0.05 * slope) ** 2, rel=1e-3)
    with pytest.raises(ValueError, match="standard error"):
        benchmark_from_reliability([200, 350, 450], 0.6, -1)


@pytest.mark.parametrize(
    "table",
    [np.zeros((3, 3)), [[0, 0, 0], [1, 2, 3], [4, 5, 6]], [[5, 4, 3], [0, 0, 0], [0, 0, 0]],
     [[5, 0, 0], [4, 0, 0], [3, 0, 0]], np.diag([9, 9, 9])],
)  # fmt: skip
def test_control_that_cannot_tell_gives_nothing(table: object) -> None:
    benchmark = benchmark_from_control(table)
    assert math.isnan(float(benchmark.expected))
    assert math.isnan(float(benchmark.std_error))


def test_control_without_passives_is_enough() -> None:
    benchmark = benchmark_from_control([[30, 0, 20], [0, 0, 0], [18, 0, 60]])
    assert float(benchmark.expected) == pytest.approx(-0.2, abs=1e-6)  # a 2 × 2 table is fitted exactly
    batch = benchmark_from_control([[[30, 0, 20], [0, 0, 0], [18, 0, 60]], np.zeros((3, 3))])
    assert np.isnan(batch.expected).tolist() == [False, True]


def test_nobody_asked_again_has_no_net_interval() -> None:
    low, high = net_interval([0, 0, 0], -0.3, Interval(-0.4, -0.2))
    assert math.isnan(float(low))
    assert math.isnan(float(high))


@pytest.mark.parametrize(("rho", "first", "again", "control"), [(0.6, 400, 0.4, 150), (0.5, 600, 0.5, 200)])
def test_untreated_worlds_show_no_recovery(rho: float, first: int, again: float, control: int) -> None:
    number = 2000
    before, observed, table = worlds(20260101, number, rho, first, again, control)
    within = 3.3 * math.sqrt(0.95 * 0.05 / number)  # what 2 000 draws may be off by, in 999 of 1 000 runs
    assert covers(observed, benchmark_from_reliability(before, rho)) == pytest.approx(0.95, abs=within)
    assert covers(observed, benchmark_from_control(table)) == pytest.approx(0.95, abs=within)


def test_ignoring_regression_to_the_mean_would_see_recovery_everywhere() -> None:
    _, observed, _ = worlds(5, 300, 0.6, 400, 0.5, 10)
    naive = net_interval(observed, -1.0, Interval(-1.0, -1.0))
    assert (naive.low > 0).all()
