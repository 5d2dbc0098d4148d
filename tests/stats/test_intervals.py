"""Intervals against published and R-checked figures.

Source of the figures, unless said otherwise: R 4.2.2 with NPS 2.0.999 (Rocks), PropCIs; full digits as printed there.
Scale: −1…1. Counts are (detractors, passives, promoters).
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.intervals import METHODS, mean_interval, normal_quantile, nps_interval, share_interval
from closeloop.text import set_language

REFERENCE = {  # R: NPS 2.0.999 nps_interval; PropCIs::scoreci.mp; six digits
    (2, 3, 5): {"wald": (-0.184075, 0.784075), "adjusted-wald": (-0.190506, 0.652045), "score": (-0.216592, 0.675278)},
    (7, 12, 17): {"wald": (0.026970, 0.528586), "adjusted-wald": (0.015730, 0.497091), "score": (0.011392, 0.503456)},
    (20, 40, 40): {"wald": (0.053330, 0.346670), "adjusted-wald": (0.049736, 0.338614), "score": (0.049131, 0.341023)},
    (100, 200, 200): {
        "wald": (0.134407, 0.265593), "adjusted-wald": (0.133417, 0.264197), "score": (0.133481, 0.264544),
    },
    (0, 2, 8): {"wald": (0.552082, 1.0), "adjusted-wald": (0.292839, 0.937931), "score": (0.300441, 0.943318)},
    (0, 0, 10): {"wald": (1.0, 1.0), "adjusted-wald": (0.475036, 1.0), "score": (0.444934, 1.0)},
    (0, 10, 0): {"wald": (0.0, 0.0), "adjusted-wald": (-0.184650, 0.184650), "score": (-0.277533, 0.277533)},
}  # fmt: skip
counts = st.integers(0, 400)


@pytest.mark.parametrize("cell", REFERENCE)
@pytest.mark.parametrize("method", METHODS["nps"])
def test_nps_intervals_equal_the_r_packages(cell: tuple[int, int, int], method: str) -> None:
    assert nps_interval(*cell, method=method) == pytest.approx(REFERENCE[cell][method], abs=6e-7)


def test_score_interval_equals_the_published_example() -> None:
    # Fagerland, Lydersen & Laake 2014, d=7, p=1, n=21, pinned in ratesci's tests: (-0.517, -0.026)
    assert nps_interval(7, 13, 1, method="score") == pytest.approx((-0.517232, -0.026003), abs=6e-7)


def test_market_strategies_margin_is_six_point_six() -> None:
    # published by Market Strategies: 40 % promoters, 20 % detractors, n = 500 → 20 ± 6.6
    low, high = nps_interval(100, 200, 200, method="wald")
    assert (high - low) / 2 == pytest.approx(0.066, abs=5e-4)


def test_effective_counts_give_the_reference_of_a_design() -> None:
    # n* 170.76644 of R survey's apistrat; promoters and detractors by the weighted shares there
    theta, n_star = 0.0751517572, 170.76644
    variance = 0.0652832249**2 * 170.78766  # s² = n_eff · V
    active = variance + theta**2
    p, d = (active + theta) / 2, (active - theta) / 2
    adjusted = nps_interval(d * n_star, (1 - p - d) * n_star, p * n_star)
    assert adjusted == pytest.approx((-0.05266211, 0.20037070), abs=1e-7)
    score = nps_interval(d * n_star, (1 - p - d) * n_star, p * n_star, method="score")
    assert score == pytest.approx((-0.05327166, 0.20085558), abs=1e-7)


@pytest.mark.parametrize("method", METHODS["nps"])
def test_nobody_answered_is_the_whole_range(method: str) -> None:
    assert nps_interval(0, 0, 0, method=method) == (-1.0, 1.0)


@pytest.mark.parametrize("method", ["adjusted-wald", "score"])
@pytest.mark.parametrize("cell", [(9, 0, 0), (0, 9, 0), (0, 0, 9), (1, 0, 0)])
def test_everybody_alike_still_has_a_width(method: str, cell: tuple[int, int, int]) -> None:
    low, high = nps_interval(*cell, method=method)
    assert high - low > 0.2


@given(counts, counts, counts, st.sampled_from(METHODS["nps"]), st.floats(0.5, 0.999))
def test_interval_is_ordered_within_the_scale_and_mirrors(d: int, n0: int, p: int, method: str, level: float) -> None:
    low, high = map(float, nps_interval(d, n0, p, level, method))
    assert -1 <= low <= high <= 1
    back_low, back_high = map(float, nps_interval(p, n0, d, level, method))
    assert (-back_high, -back_low) == pytest.approx((low, high), abs=1e-9)


@given(counts, counts, counts, st.sampled_from(("score", "wald")))
def test_score_and_wald_contain_the_estimate(d: int, n0: int, p: int, method: str) -> None:
    if d + n0 + p:
        low, high = nps_interval(d, n0, p, method=method)
        assert low - 1e-9 <= (p - d) / (d + n0 + p) <= high + 1e-9


def test_many_groups_at_once_equal_one_by_one() -> None:
    cells = np.array(list(REFERENCE))
    for method in METHODS["nps"]:
        together = nps_interval(*cells.T, method=method)
        alone = [nps_interval(*cell, method=method) for cell in cells]
        assert together.low.tolist() == [float(i.low) for i in alone]
        assert together.high.tolist() == [float(i.high) for i in alone]


def test_mean_coverage_of_the_default_by_exact_enumeration() -> None:
    """Every sample of 10 answers under 50 % promoters and 20 % detractors: the default covers at least 93 % of them."""
    from math import factorial

    n, shares = 10, (0.2, 0.3, 0.5)
    cells = np.array([(d, n0, n - d - n0) for d in range(n + 1) for n0 in range(n + 1 - d)])
    probability = [
        factorial(n)
        / np.prod([factorial(k) for k in cell])
        * np.prod([s**k for s, k in zip(shares, cell, strict=True)])
        for cell in cells.tolist()
    ]
    covered = {}
    for method in METHODS["nps"]:
        low, high = nps_interval(*cells.T, method=method)
        covered[method] = float(np.dot(probability, (low <= 0.3) & (high >= 0.3)))
    assert sum(probability) == pytest.approx(1)
    assert covered["adjusted-wald"] > 0.93
    assert covered["score"] > 0.93
    assert covered["wald"] < 0.93


def test_wilson_equals_statsmodels() -> None:
    # statsmodels 0.15.0 proportion_confint(method="wilson"): 17/20, 0/20; 80/100
    assert share_interval(17, 20) == pytest.approx((0.639581, 0.947631), abs=6e-7)
    assert share_interval(0, 20) == pytest.approx((0.0, 0.161125), abs=6e-7)
    assert share_interval(80, 100) == pytest.approx((0.7111708344, 0.8666330667), abs=1e-9)
    assert share_interval(20, 20).high == 1.0


def test_wilson_of_nobody_is_missing() -> None:
    assert np.isnan(share_interval(0, 0)).all()


def test_t_interval_of_the_effort_example() -> None:
    # R: counts 2,3,5,10,25,30,25 of 1…7: mean 5.43, sd 1.4231491613
    assert mean_interval(5.43, 0.14231491613, 100) == pytest.approx((5.1476163309, 5.7123836691), abs=1e-9)


def test_one_answer_has_no_mean_interval() -> None:
    assert np.isnan(mean_interval(3.0, 0.0, 1)).all()


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.1, float("nan")])
def test_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.95"):
        normal_quantile(level)


def test_unknown_method_names_the_choices_in_both_languages() -> None:
    with pytest.raises(ValueError, match='Choose one of "adjusted-wald", "score", "wald"') as caught:
        nps_interval(1, 1, 1, method="walt")
    set_language("zh-CN")
    assert "可选" in str(caught.value)
    assert '"score"' in str(caught.value)
