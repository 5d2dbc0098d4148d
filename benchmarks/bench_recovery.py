"""Coverage of the net recovery in worlds where nothing was done: its interval has to hold 0 in 95 of 100."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from figures import Figure
from scipy.special import ndtri

from closeloop.stats.regression_to_mean import (
    Benchmark,
    benchmark_from_control,
    benchmark_from_reliability,
    net_interval,
)

WORLDS = 4_000
MARGINALS = (0.2, 0.35, 0.45)
SCENARIOS = [  # test–retest, first survey, share of its detractors who answer again, untouched respondents
    (0.5, 600, 0.5, 200),
    (0.6, 400, 0.4, 150),
    (0.6, 300, 0.5, 60),
    (0.7, 1000, 0.6, 400),
    (0.8, 500, 0.5, 200),
]
Array = npt.NDArray[np.int64]


def world(rng: np.random.Generator, rho: float, first: int, again: float, control: int) -> tuple[Array, Array, Array]:
    """Draw `WORLDS` worlds: the first survey, what its detractors become, the two surveys of untouched respondents."""
    cuts = ndtri(np.cumsum(MARGINALS)[:2])

    def two_waves(size: int) -> tuple[Array, Array]:
        a, e = rng.standard_normal((2, WORLDS, size))
        b = rho * a + math.sqrt(1 - rho * rho) * e
        return (a > cuts[0]).astype(int) + (a > cuts[1]), (b > cuts[0]).astype(int) + (b > cuts[1])

    a, b = two_waves(first)
    asked = (a == 0) & (rng.random(a.shape) < again)
    before = np.stack([(a == group).sum(1) for group in range(3)], -1)
    observed = np.stack([((b == group) & asked).sum(1) for group in range(3)], -1)
    a, b = two_waves(control)
    table = np.stack([((a == i) & (b == j)).sum(1) for i in range(3) for j in range(3)], -1).reshape(-1, 3, 3)
    return before, observed, table


def coverage(observed: Array, benchmark: Benchmark) -> float:
    """Return the share of the worlds that give a net recovery whose interval holds 0."""
    low, high = net_interval(observed, benchmark.expected, benchmark.confidence_interval())
    given = np.isfinite(low)
    return float(((low <= 0) & (high >= 0))[given].mean())


def measure() -> list[Figure]:
    rng = np.random.default_rng(20260301)
    found: dict[str, list[float]] = {"reliability": [], "control": []}
    for rho, first, again, control in SCENARIOS:
        before, observed, table = world(rng, rho, first, again, control)
        found["reliability"].append(coverage(observed, benchmark_from_reliability(before, rho)))
        found["control"].append(coverage(observed, benchmark_from_control(table)))
    figures = []
    for source, shares in found.items():
        mean = sum(shares) / len(shares)
        each = ", ".join(f"{share:.3f}" for share in shares)
        detail = f"{len(shares)} scenarios of {WORLDS} worlds: {each}"
        name = f"net recovery without treatment, benchmark from {source}: coverage of 0"
        figures += [
            Figure(name=f"{name}, not below", target=">= 0.935", ratio=mean, detail=detail),
            Figure(name=f"{name}, not above", target="<= 0.965", ratio=mean, detail=detail),
        ]
    return figures
