"""Intervals against published and R-checked figures.

Source of the figures, unless said otherwise: R 4.2.2 with NPS 2.0.999 (Rocks), PropCIs; full digits as printed there.
Scale: −1…1. Counts are (detractors, passives, promoters).
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.stats.finite_population import finite_population_interval, finite_population_std_error
from closeloop.stats.intervals import (
    DEGENERATE,
    METHODS,
    mean_interval,
    normal_quantile,
    nps_interval,
    share_interval,
)
from closeloop.stats.nps_intervals import plus
from closeloop.text import set_language

NAMES = (
    "wald", "adjusted-wald", "score", "agresti-min", "bonett-price", "may-johnson", "mover", "t", "bootstrap",
)  # fmt: skip
REFERENCE = {  # nine digits, in the order of NAMES; limits of wald and others beyond ±1 are cut here
    (2, 3, 5): (
        (-0.184075395, 0.784075395), (-0.190506154, 0.652044615), (-0.216592197, 0.675277888),
        (-0.189780378, 0.689780378), (-0.219130662, 0.719130662), (-0.203054086, 0.636534406),
        (-0.19698676, 0.657315151), (-0.288933742, 0.888933742), (-0.2, 0.8),
    ),
    (7, 12, 17): (
        (0.026969989, 0.528585566), (0.015729508, 0.497091005), (0.011392315, 0.503455538),
        (0.019218378, 0.507097411), (0.01382523, 0.51249056), (0.011085044, 0.490904607),
        (0.014021432, 0.497946014), (0.014308923, 0.541246633), (0.027777778, 0.527777778),
    ),
    (20, 40, 40): (
        (0.053329726, 0.346670274), (0.049735808, 0.338613707), (0.049131303, 0.341022525),
        (0.050906072, 0.34125079), (0.049639902, 0.342516961), (0.048479478, 0.336723123),
        (0.049435212, 0.339194373), (0.050766759, 0.349233241), (0.05, 0.35),
    ),
    (0, 2, 8): (
        (0.552081987, 1.0), (0.292838701, 0.93793053), (0.30044096, 0.943317849),
        (0.353912892, 0.979420442), (0.313832823, 1.0), (0.271867734, 0.884079786),
        (0.384038765, 0.943317849), (0.498379045, 1.0), (0.5, 1.0),
    ),
    (7, 12, 1): (
        (-0.544013548, -0.055986452), (-0.500911861, -0.02082727), (-0.537295658, -0.027161327),
        (-0.514480108, -0.030974437), (-0.530373022, -0.015081524), (-0.480322282, -0.023002623),
        (-0.527704222, -0.028485753), (-0.567348817, -0.032651183), (-0.55, -0.05),
    ),
    (0, 0, 10): (
        (1.0, 1.0), (0.475035515, 1.0), (0.4449344, 1.0), (0.566616018, 1.0), (0.520579558, 1.0), (0.4449344, 1.0),
        (0.60750935, 1.0), (1.0, 1.0), (1.0, 1.0),
    ),
    (0, 10, 0): (
        (0.0, 0.0), (-0.184650449, 0.184650449), (-0.2775328, 0.2775328), (-0.163330332, 0.163330332),
        (-0.230983971, 0.230983971), (0.0, 0.0), (-0.2775328, 0.2775328), (0.0, 0.0), (0.0, 0.0),
    ),
}  # fmt: skip
COLUMNS = {  # of ../shared/vectors/stats_vectors.json
    "wald": "wald", "trinomial_t": "t", "adj_wald_075_15_075": "adjusted-wald", "agresti_min_05_1_05": "agresti-min",
    "bonett_price_1_0_1": "bonett-price", "score_tango": "score", "quesenberry_hurst_may_johnson": "may-johnson",
    "mover_wilson": "mover", "bootstrap_percentile_exact": "bootstrap",
}  # fmt: skip
NOT_AT_ITS_CENTRE = ("adjusted-wald", "agresti-min", "bonett-price", "may-johnson", "dirichlet")
counts = st.integers(0, 400)
weighted = st.floats(0, 400, allow_subnormal=False).map(lambda x: round(x, 6))


@pytest.mark.parametrize("cell", REFERENCE)
@pytest.mark.parametrize("method", NAMES)
def test_nps_intervals_equal_the_references(cell: tuple[int, int, int], method: str) -> None:
    assert nps_interval(*cell, method=method) == pytest.approx(REFERENCE[cell][NAMES.index(method)], abs=6e-10)


def test_every_case_and_method_of_the_vectors(shared: Callable[[str], Path]) -> None:
    cases = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["nps_ci_95"]["cases"]
    assert len(cases) == 8
    for case in cases:
        for column, method in COLUMNS.items():
            found = np.array(nps_interval(*case["counts"], method=method))
            assert found == pytest.approx(np.clip(case[column], -1, 1), abs=6e-10), (case["counts"], method)
        low, high = plus((1, 1, 1))(*(np.array([float(c)]) for c in case["counts"]), 0.95)
        assert (low[0], high[0]) == pytest.approx(tuple(case["adj_wald_1_1_1"]), abs=6e-10)
        n, (d, _, p) = sum(case["counts"]), case["counts"]
        assert ((p - d) / n, (p + d) / n - ((p - d) / n) ** 2) == pytest.approx((case["nps"], case["var"]), abs=1e-12)


def test_score_interval_equals_the_published_example() -> None:
    # Fagerland, Lydersen & Laake 2014, d=7, p=1, n=21, pinned in ratesci's tests: (-0.517, -0.026)
    assert nps_interval(7, 13, 1, method="score") == pytest.approx((-0.517232276, -0.026003032), abs=6e-10)


def test_market_strategies_margin_is_six_point_six() -> None:
    # published by Market Strategies: 40 % promoters, 20 % detractors, n = 500 → 20 ± 6.6
    low, high = nps_interval(100, 200, 200, method="wald")
    assert (float(low) + float(high)) / 2 == pytest.approx(0.2)
    assert (high - low) / 2 == pytest.approx(0.066, abs=5e-4)


def test_variance_of_the_cross_validated_answer() -> None:
    # whuber on Cross Validated: shares 1/6, 1/3, 1/2 → NPS 1/3, variance of one answer 5/9
    low, high = nps_interval(1, 2, 3, method="wald")
    assert (float(low) + float(high)) / 2 == pytest.approx(1 / 3)
    assert ((float(high) - float(low)) / 2 / normal_quantile(0.95)) ** 2 * 6 == pytest.approx(5 / 9)


def test_goodman_replaces_z_by_the_root_of_the_chi_square() -> None:
    # R: qchisq(.95, 2) = 5.991464547; s² = .56 at (20, 40, 40)
    low, high = nps_interval(20, 40, 40, method="goodman")
    assert (high - low) / 2 == pytest.approx((5.991464547 * 0.56 / 100) ** 0.5, abs=1e-10)


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


@pytest.mark.parametrize("method", METHODS["nps"])
def test_groups_without_an_answer_do_not_disturb_the_others(method: str) -> None:
    low, high = nps_interval([0, 2, 0], [0, 3, 0], [0, 5, 0], method=method)
    assert (low[[0, 2]].tolist(), high[[0, 2]].tolist()) == ([-1.0, -1.0], [1.0, 1.0])
    assert (low[1], high[1]) == tuple(map(float, nps_interval(2, 3, 5, method=method)))


@pytest.mark.parametrize("method", [name for name in METHODS["nps"] if name not in DEGENERATE])
@pytest.mark.parametrize("cell", [(9, 0, 0), (0, 9, 0), (0, 0, 9), (1, 0, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0.3)])
def test_everybody_alike_still_has_a_width(method: str, cell: tuple[float, float, float]) -> None:
    low, high = nps_interval(*cell, method=method)
    assert high - low > 0.2


@pytest.mark.parametrize("method", DEGENERATE)
def test_degenerate_methods_have_no_width_where_all_are_passives(method: str) -> None:
    assert nps_interval(0, 9, 0, method=method) == (0.0, 0.0)


@pytest.mark.parametrize("method", sorted(set(DEGENERATE) - {"may-johnson"}))
def test_degenerate_methods_have_no_width_where_all_are_promoters(method: str) -> None:
    assert nps_interval(0, 0, 9, method=method) == (1.0, 1.0)


@pytest.mark.parametrize("cell", [(1, 0, 0), (0, 1, 0), (0.5, 0.2, 0.1)])
def test_student_knows_nothing_from_one_answer(cell: tuple[float, float, float]) -> None:
    assert nps_interval(*cell, method="t") == (-1.0, 1.0)


def test_bootstrap_draws_the_nearest_whole_number_of_answers() -> None:
    low, high = nps_interval(1.9, 3.8, 4.1, method="bootstrap")  # n = 9.8: ten draws
    assert (float(low) * 10) % 1 == pytest.approx(0, abs=1e-12)
    assert float(high) * 10 == pytest.approx(round(float(high) * 10), abs=1e-12)
    assert nps_interval(0.1, 0.1, 0.1, method="bootstrap") == (-1.0, 1.0)  # one draw at least


@given(counts, counts, counts, st.sampled_from(METHODS["nps"]), st.floats(0.5, 0.999))
def test_interval_is_ordered_within_the_scale_and_mirrors(d: int, n0: int, p: int, method: str, level: float) -> None:
    low, high = map(float, nps_interval(d, n0, p, level, method))
    assert -1 <= low <= high <= 1
    back_low, back_high = map(float, nps_interval(p, n0, d, level, method))
    assert (-back_high, -back_low) == pytest.approx((low, high), abs=1e-9)


@given(weighted, weighted, weighted, st.sampled_from(METHODS["nps"]), st.floats(0.5, 0.999))
def test_counts_need_not_be_whole(d: float, n0: float, p: float, method: str, level: float) -> None:
    low, high = map(float, nps_interval(d, n0, p, level, method))
    assert -1 <= low <= high <= 1
    wider = nps_interval(d, n0, p, level + (1 - level) / 2, method)
    assert float(wider.low) <= low + 1e-9
    assert float(wider.high) >= high - 1e-9


@given(counts, counts, counts, st.sampled_from([m for m in METHODS["nps"] if m not in NOT_AT_ITS_CENTRE]))
def test_the_estimate_lies_inside(d: int, n0: int, p: int, method: str) -> None:
    if d + n0 + p:
        low, high = nps_interval(d, n0, p, method=method)
        assert low - 1e-9 <= (p - d) / (d + n0 + p) <= high + 1e-9


@given(st.integers(1, 400), counts, counts, st.sampled_from((0.5, 0.9, 0.95, 0.99)))
def test_score_limits_solve_their_equation(d: int, n0: int, p: int, level: float) -> None:
    """|p − d − n t| = z √(n(2q + t(1−t))), q the root of 2n q² + B q + C (Tango 1998)."""
    n, z = d + n0 + p, normal_quantile(level)
    for t in map(float, nps_interval(d, n0, p, level, "score")):
        if abs(t) < 1 - 1e-9:
            b, c = -d - p + (2 * n - p + d) * t, -d * t * (1 - t)
            q = ((b * b - 8 * n * c) ** 0.5 - b) / (4 * n)
            error = n * (2 * q + t * (1 - t))
            assert (p - d - n * t) ** 2 == pytest.approx(z * z * error, rel=1e-6, abs=1e-6)


@pytest.mark.parametrize("method", METHODS["nps"])
def test_many_groups_at_once_equal_one_by_one(method: str) -> None:
    cells = np.vstack([np.array(list(REFERENCE), dtype=float), [[1.7, 3.1, 0.4], [0, 0, 0.2], [300, 2, 90]]])
    together = nps_interval(*cells.T, method=method)
    alone = [nps_interval(*cell, method=method) for cell in cells]
    assert together.low.tolist() == pytest.approx([float(i.low) for i in alone], abs=1e-12)
    assert together.high.tolist() == pytest.approx([float(i.high) for i in alone], abs=1e-12)


def test_shapes_are_those_of_the_counts() -> None:
    low, high = nps_interval(np.ones((2, 3)), 4, np.arange(3), method="score")
    assert low.shape == high.shape == (2, 3)


# misc block; R and statsmodels 0.15.0 proportion_confint agree; k = 17 of n = 20
SHARES = {
    "wilson": (0.639581, 0.947631), "jeffreys": (0.651422, 0.955869), "agresti-coull": (0.631151, 0.956061),
    "clopper-pearson": (0.621073, 0.967929),
}  # fmt: skip


@pytest.mark.parametrize("method", METHODS["top_box"])
def test_share_intervals_equal_statsmodels(method: str) -> None:
    assert share_interval(17, 20, method=method) == pytest.approx(SHARES[method], abs=6e-7)
    from statsmodels.stats.proportion import proportion_confint

    name = {"agresti-coull": "agresti_coull", "clopper-pearson": "beta"}.get(method, method)
    for k, n in ((1, 3), (80, 100), (999, 1000)):
        low, high = proportion_confint(k, n, method=name)
        assert share_interval(k, n, method=method) == pytest.approx((max(low, 0), min(high, 1)), abs=1e-12)


def test_share_intervals_equal_the_vectors(shared: Callable[[str], Path]) -> None:
    misc = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["misc"]
    for column, method in (("wilson", "wilson"), ("jeffreys", "jeffreys"), ("agresti_coull", "agresti-coull"),
                           ("clopper", "clopper-pearson")):  # fmt: skip
        assert share_interval(17, 20, method=method) == pytest.approx(misc[f"{column}_17_20"], abs=6e-7)
    assert share_interval(80, 100) == pytest.approx(misc["ces"]["top3_wilson"], abs=6e-11)


def test_wilson_at_the_ends() -> None:
    assert share_interval(0, 20) == pytest.approx((0.0, 0.161125), abs=6e-7)
    assert share_interval(80, 100) == pytest.approx((0.7111708344, 0.8666330667), abs=1e-9)


@pytest.mark.parametrize("method", METHODS["top_box"])
@pytest.mark.parametrize("n", [1, 20, 0.4])
def test_share_limits_at_no_hit_and_at_nothing_else_are_the_ends(method: str, n: float) -> None:
    assert share_interval(0, n, method=method).low == 0.0
    assert 0 < share_interval(0, n, method=method).high <= 1
    assert share_interval(n, n, method=method).high == 1.0


@pytest.mark.parametrize("method", METHODS["top_box"])
def test_share_of_nobody_is_missing(method: str) -> None:
    assert np.isnan(share_interval(0, 0, method=method)).all()
    assert np.isnan(share_interval([0, 1], [0, 2], method=method).low).tolist() == [True, False]


@given(
    st.integers(0, 1000).map(lambda k: k / 1000),
    st.floats(0.5, 500),
    st.sampled_from(METHODS["top_box"]),
    st.floats(0.5, 0.999),
)
def test_share_limits_are_ordered_within_the_scale_and_mirror(share: float, n: float, method: str, lv: float) -> None:
    low, high = map(float, share_interval(share * n, n, lv, method))
    assert 0 <= low <= high <= 1
    back = share_interval(n - share * n, n, lv, method)
    assert (1 - float(back.high), 1 - float(back.low)) == pytest.approx((low, high), abs=1e-7)


def test_finite_population_equals_the_vectors() -> None:
    # fpc block: (20, 40, 40) out of 500
    assert float(finite_population_std_error(20, 40, 40, 500)) == pytest.approx(0.067269997, abs=6e-10)
    found = finite_population_interval(20, 40, 40, 500, method="wald")
    assert found == pytest.approx((0.068153227, 0.331846773), abs=2e-9)


def test_a_census_has_no_sampling_error() -> None:
    assert float(finite_population_std_error(20, 40, 40, 100)) == 0
    for method in METHODS["nps"]:
        assert finite_population_interval(20, 40, 40, 100, method=method) == pytest.approx((0.2, 0.2), abs=1e-15)
    assert finite_population_interval(0, 0, 1, 1) == (1.0, 1.0)


@pytest.mark.parametrize("method", METHODS["nps"])
def test_a_large_population_is_nearly_no_population(method: str) -> None:
    """Its effective size is n − 1, the unbiased divisor."""
    near = tuple(map(float, nps_interval(20 * 0.99, 40 * 0.99, 40 * 0.99, method=method)))
    assert finite_population_interval(20, 40, 40, 1e12, method=method) == pytest.approx(near, abs=1e-9)


def test_finite_population_without_and_with_one_answer() -> None:
    assert finite_population_interval(0, 0, 0, 50) == (-1.0, 1.0)
    assert finite_population_interval(0, 0, 1, 50) == (-1.0, 1.0)
    assert np.isnan(finite_population_std_error([0, 0], [0, 0], [0, 1], 50)).all()


@pytest.mark.parametrize("population", [99, float("nan")])
def test_a_population_below_its_sample_is_refused(population: float) -> None:
    with pytest.raises(ValueError, match="cannot be smaller than the sample: 100 answers"):
        finite_population_interval(20, 40, 40, population)


def test_t_interval_of_the_effort_example() -> None:
    # R: counts 2,3,5,10,25,30,25 of 1…7: mean 5.43, sd 1.4231491613
    assert mean_interval(5.43, 0.14231491613, 100) == pytest.approx((5.1476163309, 5.7123836691), abs=1e-9)


def test_one_answer_has_no_mean_interval() -> None:
    assert np.isnan(mean_interval(3.0, 0.0, 1)).all()


@pytest.mark.parametrize("level", [0.0, 1.0, 95, -0.1, float("nan")])
def test_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.95"):
        normal_quantile(level)
    for method in METHODS["nps"]:
        with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.95"):
            nps_interval(1, 1, 1, level, method)
    for method in METHODS["top_box"]:
        with pytest.raises(ValueError, match=r"between 0 and 1, for example 0\.95"):
            share_interval(1, 2, level, method)


def test_unknown_method_names_the_choices_in_both_languages() -> None:
    with pytest.raises(ValueError, match='Choose one of "adjusted-wald", "score", "mover"') as caught:
        nps_interval(1, 1, 1, method="walt")
    set_language("zh-CN")
    assert "可选" in str(caught.value)
    assert '"score"' in str(caught.value)


def test_the_defaults_are_not_wald_and_not_the_bootstrap() -> None:
    assert METHODS["nps"][0] == "adjusted-wald"
    assert METHODS["top_box"][0] == "wilson"
