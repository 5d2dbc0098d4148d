"""Average run lengths against printed tables (Lucas & Saccucci 1990; Montgomery; Champ & Woodall 1987)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from closeloop.stats.arl import cusum_arl, cusum_limit, ewma_arl, ewma_width, rules_arl
from closeloop.stats.control_memory import CUSUM_LIMIT, CUSUM_REFERENCE, EWMA_SMOOTHING, EWMA_WIDTH
from closeloop.stats.control_rules import fired


@pytest.mark.parametrize(
    ("shift", "four", "five"),
    [(0, 167.68, 465.44), (0.25, 74.22, 139.49), (0.5, 26.63, 38.00), (0.75, 13.29, 17.05), (1, 8.38, 10.38),
     (1.5, 4.75, 5.75), (2, 3.34, 4.01), (2.5, 2.62, 3.11), (3, 2.19, 2.57), (4, 1.71, 2.01)],
)  # fmt: skip
def test_cusum_has_the_printed_run_lengths(shift: float, four: float, five: float) -> None:
    assert cusum_arl(0.5, 4, shift) == pytest.approx(four, abs=0.0051)
    assert cusum_arl(0.5, 5, shift) == pytest.approx(five, abs=0.0051)


@pytest.mark.parametrize(
    ("smoothing", "width", "printed"),
    [
        (0.4, 3.054, (499.95, 223.73, 71.2, 28.42, 14.26, 5.87, 3.52, 2.02)),
        (0.25, 2.998, (499.84, 170.3, 48.29, 20.11, 11.14, 5.46, 3.61, 2.26)),
        (0.2, 2.962, (499.74, 150.22, 41.76, 18.15, 10.54, 5.5, 3.74, 2.38)),
        (0.1, 2.814, (499.58, 106.32, 31.3, 15.85, 10.33, 6.08, 4.36, 2.87)),
        (0.05, 2.615, (499.93, 84.01, 28.76, 16.37, 11.38, 7.11, 5.22, 3.5)),
    ],
)
def test_ewma_has_the_printed_run_lengths(smoothing: float, width: float, printed: tuple[float, ...]) -> None:
    found = [ewma_arl(smoothing, width, shift) for shift in (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 3)]
    assert found == pytest.approx(printed, abs=0.0051)


def test_the_limits_for_370_periods() -> None:
    assert cusum_limit(0.5, 370) == pytest.approx(4.773833707, abs=1e-6)  # R spc 0.6.7
    assert ewma_width(0.2, 370) == pytest.approx(2.858960569, abs=1e-6)
    # the figure that R spc 0.6.7 gives beside it belongs to 370.4 periods, the run length of Shewhart's chart
    assert ewma_width(0.1, 370.4) == pytest.approx(2.701461105, abs=1e-6)
    assert ewma_arl(0.2, EWMA_WIDTH) == pytest.approx(370, abs=1e-3)
    assert cusum_arl(CUSUM_REFERENCE, CUSUM_LIMIT) == pytest.approx(370, abs=1e-3)


def test_limits_that_widen_with_time_alarm_sooner() -> None:
    exact = ewma_arl(EWMA_SMOOTHING, EWMA_WIDTH, exact_limits=True)
    assert exact == pytest.approx(364.75, abs=0.01)
    rng = np.random.default_rng(5)
    runs, t, average = np.zeros(0), 0, np.zeros(4000)
    while len(average):
        t += 1
        average = 0.2 * rng.normal(size=len(average)) + 0.8 * average
        out = np.abs(average) > EWMA_WIDTH * np.sqrt(0.2 / 1.8 * (1 - 0.8 ** (2 * t)))
        runs, average = np.append(runs, np.full(out.sum(), t)), average[~out]
    assert runs.mean() == pytest.approx(exact, abs=3.5 * runs.std() / np.sqrt(4000))
    assert ewma_arl(1.0, 3.0, exact_limits=True) == pytest.approx(370.398, abs=0.01)  # λ = 1 is Shewhart's chart


@pytest.mark.parametrize(
    ("rules", "printed"),
    [
        ("beyond-limits", 370.40),
        (("beyond-limits", "2-of-3"), 225.44),
        (("beyond-limits", "4-of-5"), 166.05),
        ("default", 152.73),
        ("western-electric", 91.75),
    ],
)
def test_zone_rules_have_the_exact_run_lengths(rules: str | tuple[str, ...], printed: float) -> None:
    assert rules_arl(rules) == pytest.approx(printed, abs=0.0051)


@pytest.mark.parametrize(
    ("rules", "simulated"),
    [
        (("beyond-limits", "9-same-side"), 217.4),
        ("nelson", 73.3),
        (("beyond-limits", "8-same-side", "6-trend", "2-of-3"), 97.0),
    ],
)
def test_other_rules_agree_with_an_independent_simulation(rules: str | tuple[str, ...], simulated: float) -> None:
    """The reference is itself simulated, to within about 0.7 %."""
    assert rules_arl(rules) == pytest.approx(simulated, rel=0.02)


def test_the_chain_and_the_simulation_count_the_same() -> None:
    rules = ("beyond-limits", "2-of-3", "4-of-5", "15-within", "8-outside")
    rng = np.random.default_rng(11)
    z = rng.normal(0.5, 1.0, (6000, 400))
    first = np.full(6000, 400)
    for rule in rules:
        high, low = fired(z, rule)
        alarm = high | low
        first = np.minimum(first, np.where(alarm.any(axis=1), alarm.argmax(axis=1), 400))
    assert (first < 400).all()
    runs = first + 1
    assert rules_arl(rules, 0.5) == pytest.approx(runs.mean(), abs=3.5 * runs.std() / np.sqrt(6000))


def test_a_shift_is_found_sooner_and_on_either_side_alike() -> None:
    for rules in ("default", "nelson"):
        assert rules_arl(rules, 1.0) < rules_arl(rules) / 5
    assert rules_arl("default", 1.0) == pytest.approx(rules_arl("default", -1.0), rel=1e-12)
    assert ewma_arl(0.2, 2.859, 1.0) == pytest.approx(ewma_arl(0.2, 2.859, -1.0), rel=1e-9)
    assert cusum_arl(0.5, 4.0, 1.0) == pytest.approx(cusum_arl(0.5, 4.0, -1.0), rel=1e-12)


def test_the_blocks_of_the_vectors_file(shared: Callable[[str], Path]) -> None:
    spc = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["spc"]
    assert rules_arl("beyond-limits") == pytest.approx(spc["shewhart_arl0"], abs=0.05)
    for h in (4, 5):
        for shift, printed in spc["cusum_two_sided_k05"][f"h{h}"].items():
            assert cusum_arl(0.5, h, float(shift)) == pytest.approx(printed, abs=0.0051)
    table = spc["ewma_fixed_limits"]
    for name, printed in table.items():
        if name.startswith("lam"):
            smoothing, width = (float(part) for part in name.removeprefix("lam").split("_L"))
            found = [ewma_arl(smoothing, width, shift) for shift in table["shifts"]]
            assert found == pytest.approx(printed, abs=0.0051)
    sets = {"1+2of3": ("beyond-limits", "2-of-3"), "1+4of5": ("beyond-limits", "4-of-5"), "1+8": "default",
            "1-4 (WECO)": "western-electric"}  # fmt: skip
    for name, rules in sets.items():
        assert rules_arl(rules) == pytest.approx(spc["run_rules_arl0"][name], abs=0.0051)
