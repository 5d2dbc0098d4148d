"""The posterior of an NPS against closed forms and an independent integral."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import betainc, betaln

from closeloop.stats.dirichlet import (
    credible_limits,
    posterior_cdf,
    posterior_moments,
    posterior_quantile,
    probability_greater,
)

CASES = [
    (0, 0, 0), (0, 0, 1), (0, 2, 8), (0, 0, 10), (0, 10, 0), (2, 3, 5), (3, 0, 5), (7, 12, 17), (0, 500, 0),
    (0.3, 0.2, 0.1), (20, 1, 3000), (100, 200, 200), (1000, 2000, 2000),
]  # fmt: skip
_PLACES, _WEIGHTS = np.polynomial.legendre.leggauss(64)


def integrated(d: float, n0: float, p: float, t: float, prior: float) -> float:
    """Return P(θ ≤ t) by the other decomposition: over π_d, with π_p/(1 − π_d) ~ Beta(A_p, A_0).

    Composite Gauss–Legendre over y, π_d = end · y⁶/(y⁶ + (1−y)⁶), which makes every power-law end harmless.
    """
    a_d, a_0, a_p = d + prior, n0 + prior, p + prior
    low, high = max(-t, 0.0), (1 - t) / 2
    edges = np.linspace(0, 1, 61)
    y = (edges[:-1, None] + (edges[1:] - edges[:-1])[:, None] * (_PLACES + 1) / 2).ravel()
    weight = np.tile(_WEIGHTS, 60) / 120
    up, down = y**6, (1 - y) ** 6
    share = low + (high - low) * up / (up + down)
    slope = (high - low) * 6 * (y * (1 - y)) ** 5 / (up + down) ** 2
    density = np.exp((a_d - 1) * np.log(share) + (a_p + a_0 - 1) * np.log1p(-share) - betaln(a_d, a_p + a_0))
    inner = betainc(a_p, a_0, np.clip((t + share) / (1 - share), 0, 1))
    return float((weight * slope * density * inner).sum() + 1 - betainc(a_d, a_p + a_0, high))


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("prior", [0.5, 1.0])
@pytest.mark.parametrize("q", [1e-4, 0.025, 0.3, 0.975, 0.9999])
def test_probability_equals_an_independent_integral(case: tuple[float, float, float], prior: float, q: float) -> None:
    t = float(posterior_quantile(*case, q, prior))
    assert float(posterior_cdf(*case, t, prior)) == pytest.approx(q, abs=1e-12)
    assert integrated(*case, t, prior) == pytest.approx(q, abs=2e-10)


@pytest.mark.parametrize("t", [-0.9999, -0.7, -0.1, 0.0, 0.2, 0.95])
def test_flat_prior_without_answers_is_the_area_of_a_triangle(t: float) -> None:
    """Uniform on the triangle: P(θ ≤ t) is (1 + t)²/2 up to 0, 1 − (1 − t)²/2 beyond."""
    area = (1 + t) ** 2 / 2 if t <= 0 else 1 - (1 - t) ** 2 / 2
    assert float(posterior_cdf(0, 0, 0, t, prior=1)) == pytest.approx(area, abs=1e-12)


@pytest.mark.parametrize("t", [-0.999999, -0.5, 0.0, 0.5, 0.999999])
@pytest.mark.parametrize("k", [1, 10, 40])
def test_promoters_only_with_a_flat_prior_has_a_closed_form(t: float, k: int) -> None:
    """Dirichlet(1, 1, k + 1): P(π_p > t + π_d) = ∫ (k + 2)[(1 − x)^(k+1) − (t + x)^(k+1)] dx over x = π_d."""
    low, high = max(0.0, -t), (1 - t) / 2
    m = k + 2
    beyond = (1 - low) ** m - (1 - high) ** m - ((t + high) ** m - max(t + low, 0.0) ** m)
    beyond += 1 - (1 - low) ** m  # below −t every π_p is enough
    assert 1 - float(posterior_cdf(0, 0, k, t, prior=1)) == pytest.approx(beyond, abs=2e-12)


def test_vector_of_chapter_example() -> None:
    # (7, 12, 17), Jeffreys: mean .266667, sd .124374; P(> 0) .98053, P(> .2) .70929 (2 million draws agree to 1e-4)
    assert posterior_moments(7, 12, 17) == pytest.approx((0.266667, 0.124374), abs=6e-7)
    assert 1 - float(posterior_cdf(7, 12, 17, 0.0)) == pytest.approx(0.98053, abs=6e-6)
    assert 1 - float(posterior_cdf(7, 12, 17, 0.2)) == pytest.approx(0.70929, abs=6e-6)


def test_limits_equal_the_vectors_as_far_as_these_go(shared: Callable[[str], Path]) -> None:
    """The vectors' 200 unsplit nodes are off by up to 2e-4 where a category is empty; the integral above is not."""
    cases = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["nps_ci_95"]["cases"]
    for case in cases:
        tolerance = 2e-4 if 0 in case["counts"] else 3e-6
        for column, prior in (("dirichlet_jeffreys", 0.5), ("dirichlet_uniform", 1.0)):
            found = np.array(credible_limits(*case["counts"], prior=prior))
            assert found == pytest.approx(case[column], abs=tolerance), (case["counts"], column)


def test_probability_that_one_group_is_better() -> None:
    """The vector says .8474; the sum over a fine grid, which needs no quantile, .84752."""
    found = probability_greater((20, 40, 40), (30, 45, 75))
    assert found == pytest.approx(0.8474, abs=2e-4)
    t = np.linspace(-1, 1, 4001)
    first, second = posterior_cdf(20, 40, 40, t), posterior_cdf(30, 45, 75, t)
    assert found == pytest.approx(float(((first[1:] + first[:-1]) / 2 * np.diff(second)).sum()), abs=2e-6)


@pytest.mark.parametrize(
    ("first", "second"), [((0, 2, 8), (300, 450, 750)), ((0, 20, 0), (0, 40, 0)), ((0, 0, 0), (5, 1, 0))]
)
def test_probability_greater_turns_round(first: tuple[int, int, int], second: tuple[int, int, int]) -> None:
    there, back = probability_greater(first, second), probability_greater(second, first)
    assert there + back == pytest.approx(1, abs=1e-12)
    mirrored = probability_greater(tuple(reversed(first)), tuple(reversed(second)))  # type: ignore[arg-type]
    assert mirrored == pytest.approx(back, abs=1e-5)


def test_equal_groups_are_even() -> None:
    assert probability_greater((3, 4, 5), (3, 4, 5)) == pytest.approx(0.5, abs=1e-9)


def test_certain_difference_is_certain() -> None:
    assert probability_greater((500, 0, 0), (0, 0, 500)) == pytest.approx(1, abs=1e-12)


counts = st.floats(0, 3000, allow_subnormal=False).map(lambda x: round(x, 4))


@settings(max_examples=40, deadline=None)
@given(counts, counts, counts, st.sampled_from((0.001, 0.025, 0.5, 0.9)), st.sampled_from((0.5, 1.0)))
def test_quantiles_mirror_and_rise(d: float, n0: float, p: float, q: float, prior: float) -> None:
    t = float(posterior_quantile(d, n0, p, q, prior))
    assert -1 < t < 1
    assert float(posterior_quantile(p, n0, d, 1 - q, prior)) == pytest.approx(-t, abs=1e-9)
    assert float(posterior_quantile(d, n0, p, q + 0.05, prior)) > t
    assert float(posterior_cdf(d, n0, p, t, prior)) == pytest.approx(q, abs=1e-9)


def test_many_groups_at_once_equal_one_by_one() -> None:
    cells = np.array(CASES, dtype=float)
    low, high = credible_limits(*cells.T)
    alone = np.array([credible_limits(*cell) for cell in cells])
    assert low == pytest.approx(alone[:, 0], abs=1e-12)
    assert high == pytest.approx(alone[:, 1], abs=1e-12)


def test_the_ends_of_the_scale() -> None:
    assert posterior_cdf(2, 3, 5, [-1.5, -1, 1, 1.5]).tolist() == [0, 0, 1, 1]


@pytest.mark.parametrize("prior", [0, -1, float("nan")])
def test_a_prior_that_is_none_is_refused(prior: float) -> None:
    with pytest.raises(ValueError, match=r"a number above 0 \(0\.5 is Jeffreys'\)"):
        posterior_cdf(1, 1, 1, 0, prior)
