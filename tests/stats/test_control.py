"""Control charts and run rules: printed vectors, edges, and the rate of false alarms that an estimated baseline has."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.control import (
    c_chart,
    individuals_chart,
    mean_chart,
    nps_chart,
    p_chart,
    sigma_z,
    u_chart,
)
from closeloop.stats.control_memory import cusum, ewma
from closeloop.stats.control_rules import RULE_SETS, RULES, chosen_rules, rule_signals

# Reference numbers of chapter 30, block "spc" (p chart: computed; NPS chart and EWMA: own, by hand calculation).
P_COUNT = (12, 15, 9, 20, 14, 11, 25, 13, 10, 16)
P_SIZE = (200, 220, 180, 250, 210, 190, 260, 205, 195, 215)
NPS_ROWS = np.array(
    [(20, 40, 60), (25, 35, 55), (18, 45, 70), (30, 40, 50), (22, 38, 65), (19, 50, 61), (40, 38, 42), (21, 42, 66)]
)


def test_the_p_chart_has_the_printed_limits() -> None:
    plain, laney = p_chart(P_COUNT, P_SIZE), p_chart(P_COUNT, P_SIZE, sigma="mean")
    assert plain.centre == pytest.approx(0.06823529411764706, abs=1e-15)
    assert float(plain.upper[0]) == pytest.approx(0.12172422515898156, abs=1e-14)
    assert float(plain.lower[0]) == pytest.approx(0.014746363076312566, abs=1e-14)
    assert laney.sigma == pytest.approx(1.064830889466224, abs=1e-13)
    assert float(laney.upper[0]) == pytest.approx(0.1251919601349888, abs=1e-14)
    assert float(laney.lower[0]) == pytest.approx(0.011278628100305332, abs=1e-14)


def test_the_nps_chart_has_the_printed_figures() -> None:
    chart = nps_chart(*NPS_ROWS.T)
    assert chart.centre == pytest.approx(0.2762096774193548, abs=1e-15)
    assert chart.sigma == pytest.approx(2.3070975904395365, abs=1e-12)
    assert float(chart.std_error[0] ** 2 * 120) == pytest.approx(0.5930630528095733, abs=1e-14)
    printed = [0.81256, -0.21361, 1.71868, -1.55821, 0.98417, 0.69389, -3.6919, 1.07114]
    assert chart.z.tolist() == pytest.approx(printed, abs=6e-6)
    fixed = nps_chart(*NPS_ROWS.T, sigma="fixed")  # the printed limits are those without σ_z
    assert float(fixed.upper[0]) == pytest.approx(0.4871118560726774, abs=1e-14)
    assert float(fixed.lower[0]) == pytest.approx(0.06530749876603223, abs=1e-14)


def test_a_shift_within_the_baseline_hides_itself_and_a_frozen_one_shows_it() -> None:
    everything = nps_chart(*NPS_ROWS.T)
    frozen = nps_chart(*NPS_ROWS.T, baseline=np.arange(8) < 6, sigma="fixed")
    assert rule_signals(everything.score)["beyond-limits"].tolist() == [0] * 8
    assert rule_signals(frozen.score)["beyond-limits"].tolist() == [0, 0, 0, 0, 0, 0, -1, 0]


def test_the_blocks_of_the_vectors_file(shared: Callable[[str], Path]) -> None:
    spc = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["spc"]
    p, n, e = spc["p_chart"], spc["nps_chart"], spc["ewma"]
    laney = p_chart(p["x"], p["n"], sigma="mean")
    assert laney.centre == pytest.approx(p["pbar"])
    assert laney.sigma == pytest.approx(p["sigma_z"])
    assert float(laney.upper[0]) == pytest.approx(p["laney_ucl_1"])
    assert float(laney.lower[0]) == pytest.approx(p["laney_lcl_1"])
    chart = nps_chart(*np.array(n["rows_DNP"]).T)
    assert chart.centre == pytest.approx(n["cl"])
    assert chart.z.tolist() == pytest.approx(n["z"], abs=6e-6)
    assert chart.sigma == pytest.approx(n["sigma_z"])
    average, limit = ewma(e["z"], e["lam"], e["L"])
    assert average.tolist() == pytest.approx(e["e"], abs=6e-7)
    assert limit.tolist() == pytest.approx(e["limits"], abs=6e-7)


def test_the_spread_between_periods() -> None:
    z = [0.0, 1.0, -1.0, 0.5]
    assert sigma_z(z) == pytest.approx((1 + 2 + 1.5) / 3 / 1.128)
    assert sigma_z(z, "median") == pytest.approx(1.5 / 0.954)
    assert sigma_z(z, "fixed") == 1.0
    assert sigma_z([0.0, math.nan, 1.0]) == pytest.approx(1 / 1.128)
    assert sigma_z([0.1, 0.1], floor=1.0) == 1.0
    assert sigma_z([3.0]) == 1.0
    with pytest.raises(ValueError, match="no way 'sd'"):
        sigma_z(z, "sd")


def test_one_strange_period_lifts_the_mean_range_and_not_the_median() -> None:
    calm = np.tile([0.5, -0.5, 0.4], 6)
    strange = calm.copy()
    strange[8] = 9.0
    assert sigma_z(strange) > 2 * sigma_z(calm)
    assert sigma_z(strange, "median") == pytest.approx(sigma_z(calm, "median"), rel=0.15)


def test_gaps_are_gaps() -> None:
    chart = nps_chart([20, 0, 25], [40, 0, 35], [60, 0, 55])
    assert math.isnan(chart.z[1])
    assert math.isnan(chart.upper[1])
    assert chart.centre == nps_chart([20, 25], [40, 35], [60, 55]).centre
    assert math.isnan(p_chart([1, 0], [10, 0]).estimate[1])
    assert math.isnan(mean_chart([4.0, math.nan], [1.0, math.nan], [9, 0]).z[1])


def test_limits_stay_on_the_scale() -> None:
    chart = nps_chart([0, 1], [1, 0], [4, 5])
    assert float(chart.upper.max()) == 1.0
    assert float(p_chart([0, 1], [5, 5]).lower.min()) == 0.0
    assert float(u_chart([1, 0], [1, 1]).lower.min()) == 0.0


def test_a_baseline_without_spread_measures_nothing() -> None:
    chart = nps_chart([0, 0, 3], [0, 0, 1], [9, 8, 5], baseline=[True, True, False])
    assert np.isnan(chart.z).all()
    assert np.isnan(mean_chart([4.0, 4.0], [0.0, 0.0], [5, 5]).z).all()
    assert np.isnan(mean_chart([4.0, 4.0], [math.nan, math.nan], [1, 1]).z).all()


def test_an_empty_baseline_is_refused() -> None:
    with pytest.raises(ValueError, match="No answer lies in the baseline"):
        p_chart([1, 2], [5, 5], baseline=[False, False])
    with pytest.raises(ValueError, match="No answer lies in the baseline"):
        nps_chart([0], [0], [0])
    with pytest.raises(ValueError, match="two baseline periods"):
        individuals_chart([1.0])
    with pytest.raises(ValueError, match="two baseline periods"):
        individuals_chart([1.0, 2.0], sigma="fixed")


def test_the_u_and_c_charts_agree_where_exposures_are_equal() -> None:
    counts = [4, 6, 5, 14]
    c, u = c_chart(counts), u_chart(counts, np.ones(4))
    assert c.upper.tolist() == u.upper.tolist()
    assert c.upper[0] == pytest.approx(7.25 + 3 * math.sqrt(7.25))
    assert c_chart([4, math.nan, 6]).centre == 5


def test_individuals_use_2_66_mean_ranges() -> None:
    x = [10.0, 12.0, 11.0, 13.0, 40.0]
    chart = individuals_chart(x, baseline=[True] * 4 + [False])
    assert chart.upper[0] == pytest.approx(11.5 + 3 / 1.128 * (2 + 1 + 2) / 3)
    assert rule_signals(chart.score)["beyond-limits"].tolist() == [0, 0, 0, 0, 1]


def test_cusum_and_ewma_go_on_after_a_gap() -> None:
    up, down = cusum([1.0, math.nan, 1.0, -3.0])
    assert np.nan_to_num(up, nan=-1).tolist() == [0.5, -1, 1.0, 0.0]
    assert np.nan_to_num(down, nan=-1).tolist() == [0, -1, 0, 2.5]
    average, limit = ewma([1.0, math.nan, 1.0])
    assert average[2] == pytest.approx(0.36)
    assert limit[2] == pytest.approx(ewma([1.0, 1.0]).limit[1])
    with pytest.raises(ValueError, match="newest period"):
        ewma([1.0], 0.0)


@pytest.mark.parametrize(
    ("rule", "z", "where"),
    [
        ("beyond-limits", [3.0, 3.01, -3.01], {1: 1, 2: -1}),
        ("2-of-3", [2.1, 0.0, 2.1, 0.0], {2: 1}),
        ("2-of-3", [2.1, 0.0, -2.1, 2.1], {}),
        ("4-of-5", [-1.1, -1.2, 0.0, -1.3, -1.4, 0.0], {4: -1}),
        ("8-same-side", [0.1] * 9, {7: 1, 8: 1}),
        ("8-same-side", [0.1] * 7 + [0.0] + [0.1], {}),
        ("9-same-side", [-0.1] * 9, {8: -1}),
        ("6-trend", [1, 2, 3, 4, 5, 6, 6], {5: 1}),
        ("6-trend", [6, 5, 4, 3, 2, 1], {5: -1}),
        ("14-alternating", [0, 1] * 7, {13: 1}),
        ("14-alternating", [0, 1] * 6 + [0], {}),
        ("15-within", [0.2, -0.2] * 7 + [0.3], {14: 1}),
        ("8-outside", [1.5, -1.5] * 4, {7: -1}),
    ],
)
def test_each_rule_holds_where_its_pattern_is_complete(rule: str, z: list[float], where: dict[int, int]) -> None:
    found = rule_signals(z, rule)[rule]
    assert {i: int(found[i]) for i in np.flatnonzero(found)} == where


def test_a_run_goes_on_after_a_gap() -> None:
    found = rule_signals([0.5] * 4 + [math.nan] + [0.5] * 4, "8-same-side")["8-same-side"]
    assert np.flatnonzero(found).tolist() == [8]


def test_sets_of_rules() -> None:
    assert chosen_rules(["default", "2-of-3"]) == ("beyond-limits", "8-same-side", "2-of-3")
    assert set(RULE_SETS["nelson"]) == set(RULES) - {"8-same-side"}
    for wrong in ("weco", ()):
        with pytest.raises(ValueError, match="no run rule"):
            chosen_rules(wrong)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=30))
def test_a_mirrored_chart_has_mirrored_signals(values: list[float]) -> None:
    z = np.array(values)
    sided = [rule for rule in RULES if rule not in ("15-within", "8-outside")]
    up, down = rule_signals(z, sided), rule_signals(-z, sided)
    for rule in sided:
        assert up[rule].tolist() == (-down[rule]).tolist()


def steady_worlds(periods: int, worlds: int, later: int = 24) -> list[np.ndarray]:
    """Return counts of a process that never changes, 40 to 300 answers a period."""
    rng = np.random.default_rng(20_250_301)
    size = rng.integers(40, 300, (worlds, periods + later))
    return [rng.multinomial(n, [0.25, 0.35, 0.40]) for n in size]


def test_an_estimated_baseline_has_its_price_and_the_documented_one(capsys: pytest.CaptureFixture[str]) -> None:
    """Nominal is 1 in 370; bare Laney σ_z of 24 periods alarms three times as often, σ_z ≥ 1 more seldom."""
    worlds = steady_worlds(24, 2000)
    baseline = np.arange(48) < 24
    for sigma, floor, documented in (("mean", 0.0, 110), ("fixed", 0.0, 310), ("mean", 1.0, 450)):
        beyond = [
            np.count_nonzero(np.abs(nps_chart(*counts.T, baseline=baseline, sigma=sigma, floor=floor).score[24:]) > 3)
            for counts in worlds
        ]
        rate, error = np.mean(beyond) / 24, np.std(beyond) / 24 / math.sqrt(len(worlds))
        with capsys.disabled():
            print(f"\nNPS chart, 24 estimated baseline periods, sigma={sigma!r}, floor={floor:g}: beyond the limits by "
                  f"chance once in {1 / rate:.0f} periods (nominal 370)", end="")  # fmt: skip
        assert rate == pytest.approx(1 / documented, abs=3 * error)


def test_the_documented_share_of_steady_runs_with_a_false_alarm(capsys: pytest.CaptureFixture[str]) -> None:
    """Default rules, within 24 periods after the baseline; 15 % with a known one."""
    for periods, documented in ((24, 0.17), (12, 0.21), (8, 0.23)):
        worlds = steady_worlds(periods, 1000)
        baseline = np.arange(periods + 24) < periods
        alarmed = []
        for counts in worlds:
            signals = rule_signals(nps_chart(*counts.T, baseline=baseline, floor=1.0).score)
            alarmed.append(any(side[periods:].any() for side in signals.values()))
        with capsys.disabled():
            print(f"\nDefault rules, {periods} baseline periods: {np.mean(alarmed):.1%} of steady runs have a false "
                  "alarm within 24 periods", end="")  # fmt: skip
        assert np.mean(alarmed) == pytest.approx(documented, abs=3 * math.sqrt(documented * (1 - documented) / 1000))
