"""Exact coverage of the interval methods, against the published table of means."""

from __future__ import annotations

from math import comb

import numpy as np
import numpy.typing as npt
import pytest

from closeloop.stats.coverage import all_mixes, coverages, realistic_mixes, samples
from closeloop.stats.dirichlet import credible_limits
from closeloop.stats.limits import Limits
from closeloop.stats.nps_intervals import NPS_FORMULAE, plus


def uniform(d: npt.NDArray[np.float64], n0: npt.NDArray[np.float64], p: npt.NDArray[np.float64], lv: float) -> Limits:
    return credible_limits(d, n0, p, lv, prior=1)


FORMULAE = {**NPS_FORMULAE, "adjusted-wald 1/1/1": plus((1, 1, 1)), "dirichlet 1": uniform}

# Mean coverage and mean width over 400 realistic profiles (P 20–75 %, D 3–45 %) at n = 10, 20, 50, by an earlier exact
# enumeration, printed with three digits. Its grid is not known; means hardly depend on it, minima and widths do.
TABLE = {
    "wald": (0.894, 0.924, 0.940),
    "t": (0.935, 0.944, 0.948),
    "adjusted-wald": (0.950, 0.949, 0.949),
    "adjusted-wald 1/1/1": (0.959, 0.954, 0.951),
    "bonett-price": (0.962, 0.955, 0.952),
    "goodman": (0.939, 0.966, 0.979),
    "may-johnson": (0.944, 0.948, 0.949),
    "score": (0.961, 0.953, 0.950),
    "mover": (0.944, 0.948, 0.950),
    "dirichlet": (0.948, 0.948, 0.949),
    "dirichlet 1": (0.960, 0.955, 0.952),
    "bootstrap": (0.897, 0.926, 0.942),
}
MEANS = 0.002 + 0.0005
"""Agreement to ±.002, and half a unit of the last printed digit."""


def on_a_grid(n: int, mixes: Limits, names: list[str]) -> dict[str, tuple[float, float, float]]:
    """Return mean and lowest coverage and mean width of some methods, and print them with the place of the lowest."""
    d, p = mixes
    found = samples(n, d, p)
    figures = {}
    for name in names:
        one = coverages(found, d, p, FORMULAE[name])
        worst = int(one.coverage.argmin())
        figures[name] = (float(one.coverage.mean()), float(one.coverage[worst]), float(one.width.mean()))
        print(
            f"n={n}, {d.size} mixes, {name}: mean coverage {figures[name][0]:.4f}, minimum {figures[name][1]:.4f} "
            f"(promoters {p[worst]:.3f}, detractors {d[worst]:.3f}), mean width {figures[name][2]:.4f}"
        )
    return figures


@pytest.mark.parametrize(("column", "n"), [(0, 10), (1, 20), (2, 50)])
def test_means_over_the_regular_grid_reproduce_the_table(column: int, n: int) -> None:
    found = on_a_grid(n, realistic_mixes(20), list(TABLE))
    for name, expected in TABLE.items():
        assert found[name][0] == pytest.approx(expected[column], abs=MEANS), name


def test_minima_over_the_regular_grid() -> None:
    """On this grid the default's minimum is .925 at n = 20, .907 at n = 10; the score interval has the best floor."""
    names = list(NPS_FORMULAE)
    twenty, ten = on_a_grid(20, realistic_mixes(20), names), on_a_grid(10, realistic_mixes(20), names)
    assert twenty["adjusted-wald"][1] >= 0.92
    assert twenty["adjusted-wald"][1] == pytest.approx(0.925, abs=5e-4)
    assert ten["adjusted-wald"][1] == pytest.approx(0.907, abs=1e-3)
    assert max(twenty, key=lambda name: twenty[name][1]) == "score"
    assert max(ten, key=lambda name: ten[name][1]) == "score"
    assert twenty["wald"][1] < 0.88
    assert twenty["bootstrap"][1] < 0.88


def test_minima_over_every_mix() -> None:
    """At the rim of the simplex: the default keeps .89, score .92; methods without width collapse."""
    found = on_a_grid(20, all_mixes(50), list(NPS_FORMULAE))
    assert 0.89 < found["adjusted-wald"][1] < 0.91
    assert found["score"][1] > 0.92
    assert found["wald"][1] < 0.4
    assert found["bootstrap"][1] < 0.4


def test_uniform_prior_collapses_for_strong_brands() -> None:
    d, p = (grid.ravel() for grid in np.meshgrid(np.linspace(0, 0.05, 10), np.linspace(0.8, 0.98, 10)))
    inside = d + p <= 1
    found = on_a_grid(20, (d[inside], p[inside]), ["dirichlet 1", "adjusted-wald", "score"])
    assert found["dirichlet 1"][1] < 0.7
    assert found["adjusted-wald"][1] > 0.9
    assert found["score"][1] > 0.91


def test_probabilities_are_multinomial_and_all_there() -> None:
    found = samples(12, [0.2, 0.0, 0.3], [0.5, 1.0, 0.7])
    assert found.probability.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-10)
    row = int(np.flatnonzero((found.detractors == 3) & (found.promoters == 5))[0])
    assert found.probability[0, row] == pytest.approx(comb(12, 3) * comb(9, 5) * 0.2**3 * 0.5**5 * 0.3**4)
    assert (found.detractors + found.passives + found.promoters == 12).all()


@pytest.mark.parametrize("n", [1, 7, 300, 2000])
def test_what_is_left_out_is_negligible(n: int) -> None:
    found = samples(n, [0.2, 0.002], [0.5, 0.99])
    assert found.probability.sum(axis=1) == pytest.approx([1, 1], abs=1e-9)
    assert found.detractors.size < (n + 1) * (n + 2) / 2 or n < 10


def test_coverage_of_wald_counted_by_hand() -> None:
    """One answer, 50 % promoters and 50 % detractors: both intervals are points at ±1, the truth is 0."""
    at = samples(1, [0.5], [0.5])
    assert coverages(at, [0.5], [0.5], NPS_FORMULAE["wald"]).coverage.tolist() == [0.0]
    assert coverages(at, [0.5], [0.5], NPS_FORMULAE["t"]).coverage.tolist() == [pytest.approx(1.0)]
    assert coverages(at, [0.5], [0.5], NPS_FORMULAE["t"]).width.tolist() == [pytest.approx(2.0)]


def test_limits_that_equal_the_truth_contain_it() -> None:
    """Of 20 answers bootstrap limits lie on multiples of 1/20, and the truth .3 is one."""
    at = samples(20, [0.2], [0.5])
    low, high = NPS_FORMULAE["bootstrap"](at.detractors, at.passives, at.promoters, 0.95)
    exact = np.rint(20 * low) <= 6
    exact &= np.rint(20 * high) >= 6
    found = coverages(at, [0.2], [0.5], NPS_FORMULAE["bootstrap"]).coverage[0]
    assert found == pytest.approx(at.probability[0][exact].sum(), abs=1e-12)


def test_simulation_agrees() -> None:
    rng = np.random.default_rng(5)
    drawn = rng.multinomial(30, [0.15, 0.35, 0.5], 40_000).astype(float)
    low, high = NPS_FORMULAE["score"](*drawn.T, 0.9)
    share = float(((low <= 0.35) & (high >= 0.35)).mean())
    exact = coverages(samples(30, [0.15], [0.5]), [0.15], [0.5], NPS_FORMULAE["score"], 0.9).coverage[0]
    assert share == pytest.approx(exact, abs=5 * (0.09 / 40_000) ** 0.5)
