"""Taylor linearisation against R's survey package, and against the formula written out."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.stats.design import compact, grouped_variance, population_of_strata, sample_plan, taylor
from closeloop.stats.effective_size import effective_n, n_star
from closeloop.stats.intervals import nps_interval

FloatArray = npt.NDArray[np.float64]

# R survey 4.1-1, data(api), apistrat; category from api00: D <= 600 < N <= 700 < P.
# (school type, school-wide target met, weight, schools in the population, detractors, passives, promoters)
APISTRAT = [
    (0, 0, 44.2099990844727, 4421, 3, 3, 3), (0, 1, 44.2099990844727, 4421, 28, 20, 43),
    (1, 0, 15.1000003814697, 755, 13, 5, 6), (1, 1, 15.1000003814697, 755, 7, 10, 9),
    (2, 0, 20.3600006103516, 1018, 11, 3, 1), (2, 1, 20.3600006103516, 1018, 7, 17, 11),
]  # fmt: skip


def expand(cells: list[tuple[Any, ...]]) -> FloatArray:
    """Give a row per respondent: the cell's columns, then −1, 0 or 1."""
    rows = [(*cell[:-3], y) for cell in cells for y, k in zip((-1, 0, 1), cell[-3:], strict=True) for _ in range(k)]
    return np.array(rows, dtype=float)


def influence(y: FloatArray, w: FloatArray, domain: npt.NDArray[np.bool_]) -> tuple[float, FloatArray]:
    w = w * domain
    mean = float((w * y).sum() / w.sum())
    return mean, w * (y - mean) / w.sum()


@pytest.fixture(scope="module")
def apistrat() -> FloatArray:
    return expand(APISTRAT)


def test_stratified_sample_with_and_without_finite_population_equals_r_survey(apistrat: FloatArray) -> None:
    stratum, _, w, population, y = apistrat.T
    mean, u = influence(y, w, np.ones(200, bool))
    assert 100 * mean == pytest.approx(7.51517572, abs=1e-8)
    found = taylor(u, strata=stratum, fpc=population)
    assert 100 * found.covariance[0, 0] ** 0.5 == pytest.approx(6.52832249, abs=1e-8)
    assert found.df == 197
    assert 100 * taylor(u, strata=stratum).covariance[0, 0] ** 0.5 == pytest.approx(6.61711238, abs=1e-8)
    alone = taylor(u)
    assert 100 * alone.covariance[0, 0] ** 0.5 == pytest.approx(6.64062581, abs=1e-8)
    assert alone.df == 199


def test_several_estimates_share_one_covariance(apistrat: FloatArray) -> None:
    stratum, met, w, population, y = apistrat.T
    everybody = np.ones(200, bool)
    shares = np.column_stack([influence((y == v).astype(float), w, everybody)[1] for v in (1, -1)])
    found = taylor(shares, strata=stratum, fpc=population).covariance
    expected = [[0.0014044048594, -0.0007964767087], [-0.0007964767087, 0.0012645411814]]  # vcov of R's svymean
    np.testing.assert_allclose(found, expected, rtol=1e-8)
    (yes, u), (no, v) = influence(y, w, met == 1), influence(y, w, met == 0)
    both = taylor(np.column_stack([u, v]), strata=stratum, fpc=population).covariance
    assert 100 * yes == pytest.approx(15.10809599, abs=1e-8)
    assert 100 * both[0, 0] ** 0.5 == pytest.approx(7.367484165, abs=1e-8)
    assert 100 * (yes - no) == pytest.approx(44.131546132, abs=1e-8)
    assert 100 * (both[0, 0] + both[1, 1] - 2 * both[0, 1]) ** 0.5 == pytest.approx(14.999647214, abs=1e-8)
    assert 100 * taylor(u - v, strata=stratum, fpc=population).covariance[0, 0] ** 0.5 == pytest.approx(14.999647214)


def test_every_figure_of_the_reference_file(shared: Callable[[str], Path]) -> None:
    vectors = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))
    strata = {"E": 0, "H": 1, "M": 2}
    cells = [
        (strata[c["stype"]], c["sch_wide"] == "Yes", c["weight"], c["N_stratum"], c["D"], c["Nn"], c["P"])
        for c in vectors["fixture_apistrat_counts"]
    ]
    assert cells == APISTRAT
    reference = vectors["survey_taylor"]
    stratum, _, w, population, y = expand(cells).T
    mean, u = influence(y, w, np.ones(200, bool))
    found = taylor(u, strata=stratum, fpc=population)
    assert 100 * mean == pytest.approx(reference["strat_fpc"]["nps"], abs=1e-8)
    assert 100 * found.covariance[0, 0] ** 0.5 == pytest.approx(reference["strat_fpc"]["se"], abs=1e-8)
    assert found.df == reference["strat_fpc"]["df"]
    kish = w.sum() ** 2 / (w**2).sum()
    assert kish == pytest.approx(reference["weights_only"]["kish_neff"], abs=1e-7)

    spread = float((w * y * y).sum() / w.sum() - mean**2)
    size = float(n_star(spread, found.covariance[0, 0], 200, found.df))
    korn = vectors["kg_nps_ci"]["strat"]
    assert float(effective_n(spread, found.covariance[0, 0], 200, kish)) == pytest.approx(korn["n_eff"], abs=5e-6)
    assert size == pytest.approx(korn["n_star"], abs=5e-6)
    d, p = (float((w * (y == v)).sum() / w.sum()) for v in (-1, 1))
    for method, name in (("adjusted-wald", "adj_wald"), ("score", "score")):
        low, high = nps_interval(d * size, (1 - d - p) * size, p * size, method=method)
        assert (100 * float(low), 100 * float(high)) == pytest.approx(korn[name], abs=5e-6)

    clus = vectors["fixture_apiclus1_counts"]
    psu, _, _, y = expand([(r[0], 0, 0, *r[3:]) for r in clus["rows"]]).T
    mean, u = influence(y, np.ones(len(y)), np.ones(len(y), bool))
    assert 100 * mean == pytest.approx(-2.18579235, abs=1e-8)
    found = taylor(u, clusters=psu, fpc=np.full(len(y), clus["N_psu"]))
    assert (100 * found.covariance[0, 0] ** 0.5, found.df) == pytest.approx((18.36140315, 14), abs=1e-8)
    assert 100 * taylor(u, clusters=psu).covariance[0, 0] ** 0.5 == pytest.approx(18.54606824, abs=1e-8)
    size = float(n_star(np.mean(y**2) - mean**2, found.covariance[0, 0], 183, 14))
    assert size == pytest.approx(17.54581, abs=5e-6)


@st.composite
def samples(draw: st.DrawFn) -> tuple[FloatArray, npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Draw influences, strata and clusters such that no stratum has a single cluster."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=1, max_size=4))
    units = [(h, c) for h, count in enumerate(sizes) for c in range(count)]
    rows = [unit for unit in units for _ in range(draw(st.integers(1, 3)))]
    u = draw(st.lists(st.floats(-1, 1, width=16), min_size=len(rows), max_size=len(rows)))
    strata, clusters = np.array(rows).T
    order = np.array(draw(st.permutations(range(len(rows)))))
    return np.array(u)[order], strata[order], clusters[order]


@settings(max_examples=60)
@given(samples(), st.floats(1, 3))
def test_equals_the_formula_written_as_a_loop(
    sample: tuple[FloatArray, npt.NDArray[np.int64], npt.NDArray[np.int64]], factor: float
) -> None:
    u, strata, clusters = sample
    expected, df = 0.0, 0
    population = {}
    for h in np.unique(strata):
        totals = np.array([u[(strata == h) & (clusters == c)].sum() for c in np.unique(clusters[strata == h])])
        n = len(totals)
        population[h] = np.ceil(n * factor)
        expected += (1 - n / population[h]) * n / (n - 1) * ((totals - totals.mean()) ** 2).sum()
        df += n - 1
    found = taylor(u, strata=strata, clusters=clusters, fpc=[population[h] for h in strata])
    assert float(found.covariance[0, 0]) == pytest.approx(expected, abs=1e-12)
    assert found.df == df


@given(samples())
def test_sparse_totals_give_the_same_variance(
    sample: tuple[FloatArray, npt.NDArray[np.int64], npt.NDArray[np.int64]],
) -> None:
    u, strata, clusters = sample
    unit, place = np.unique(strata * 10 + clusters, return_inverse=True)
    totals = np.bincount(place, u)
    present = totals != 0  # units without a member of the domain need not be there
    row = np.ones(present.sum(), np.int64)
    plan = sample_plan(np.bincount(unit // 10))
    found = grouped_variance(row, (unit // 10)[present], totals[present], totals[present] ** 2, 2, plan)
    assert found.tolist() == pytest.approx(
        [0, float(taylor(u, strata=strata, clusters=clusters).covariance[0, 0])], abs=1e-12
    )


def test_cluster_code_of_two_strata_means_two_units() -> None:
    u = [0.1, -0.1, 0.3, -0.3]
    assert taylor(u, strata=[0, 0, 1, 1], clusters=[1, 2, 1, 2]).df == 2


def test_census_of_a_stratum_adds_nothing() -> None:
    u = [0.5, -0.5, 0.2, -0.2]
    whole = taylor(u, strata=[0, 0, 1, 1], fpc=[2, 2, 9, 9])
    part = (1 - 2 / 9) * 2 / 1 * (0.2**2 + 0.2**2)
    assert float(whole.covariance[0, 0]) == pytest.approx(part)
    assert taylor(u, fpc=[4] * 4).covariance.item() == 0


def test_more_units_than_the_population_has_is_refused() -> None:
    with pytest.raises(ValueError, match="Stratum 1: 2 primary sampling units were drawn from a population of 1"):
        taylor([1, 1, 1, 1], strata=[0, 0, 1, 1], fpc=[9, 9, 1, 1])


def test_population_count_that_differs_within_a_stratum_is_refused() -> None:
    with pytest.raises(ValueError, match="Stratum north: fpc is not the same"):
        population_of_strata(np.array([9.0, 5, 6]), np.array([0, 1, 1]), ["south", "north"])


LONELY = {"strata": [0, 0, 1, 2, 2], "u": [0.1, -0.1, 0.4, 0.2, -0.6]}


def test_single_unit_stratum_is_an_error_that_names_it() -> None:
    with pytest.raises(ValueError, match=r"single primary sampling unit: 1\. .*lonely=\"merge\""):
        taylor(LONELY["u"], strata=LONELY["strata"])


def test_single_unit_may_count_as_certain_or_be_set_against_all_units() -> None:
    u = np.array(LONELY["u"])
    rest = 2 * (0.1**2 + 0.1**2) + 2 * (0.4**2 + 0.4**2)
    certain = taylor(u, strata=LONELY["strata"], lonely="certainty")
    assert (float(certain.covariance[0, 0]), certain.df) == pytest.approx((rest, 2))
    grand = taylor(u, strata=LONELY["strata"], lonely="grand-mean")
    assert (float(grand.covariance[0, 0]), grand.df) == pytest.approx((rest + (0.4 - u.mean()) ** 2, 2))
    assert float(grouped_variance(
        np.zeros(5, np.int64), np.array(LONELY["strata"]), u, u**2, 1, sample_plan([2, 1, 2], lonely="grand-mean")
    )[0]) == pytest.approx(rest + (0.4 - u.mean()) ** 2)  # fmt: skip


def test_single_unit_may_join_the_stratum_that_follows() -> None:
    merged = taylor(LONELY["u"], strata=LONELY["strata"], lonely="merge")
    by_hand = taylor(LONELY["u"], strata=[0, 0, 1, 1, 1])
    assert float(merged.covariance[0, 0]) == pytest.approx(float(by_hand.covariance[0, 0]))
    assert merged.df == by_hand.df == 3


@pytest.mark.parametrize(
    ("sizes", "merged", "position"),
    [
        ([2, 1, 2], ((1, 2),), [0, 1, 1]),
        ([2, 2, 1], ((2, 1),), [0, 1, 1]),
        ([1, 1, 3], ((0, 1),), [0, 0, 1]),
        ([1, 1, 1], ((0, 1), (2, 1)), [0, 0, 0]),
    ],
)
def test_merging_says_which_strata(sizes: list[int], merged: tuple[tuple[int, int], ...], position: list[int]) -> None:
    plan = sample_plan(sizes, fpc=[10 * n for n in sizes], lonely="merge")
    assert plan.merged == merged
    assert plan.position.tolist() == position
    assert plan.n_psu.sum() == sum(sizes)
    assert not plan.lonely.any()
    np.testing.assert_allclose(plan.factor, 0.9 * plan.n_psu / (plan.n_psu - 1))


def test_nothing_to_merge_with_is_an_error_and_a_population_of_one_a_census() -> None:
    with pytest.raises(ValueError, match="single primary sampling unit"):
        sample_plan([1], lonely="merge")
    assert sample_plan([1, 2], fpc=[1, 9]).census.tolist() == [True, False]
    with pytest.raises(ValueError, match='"error", "grand-mean", "merge", "certainty"'):
        sample_plan([2], lonely="skip")


def test_n_star_falls_back_to_kish_and_never_exceeds_the_answers() -> None:
    assert float(n_star(0.0, 0.0, 3, 2, kish=36 / 14)) == pytest.approx(36 / 14)
    assert float(n_star(1.0, 0.001, 50, 49)) == 50
    assert np.isnan(n_star(1.0, 0.001, 50, 0))


@given(st.lists(st.integers(0, 40), max_size=30))
def test_compact_codes_are_the_same_dense_and_by_sorting(codes: list[int]) -> None:
    array = np.array(codes, np.int64)
    dense, sorted_ = compact(array, 41), compact(array, 1 << 40)
    for one, other in zip(dense, sorted_, strict=True):
        assert one.tolist() == other.tolist()
    assert dense[0][dense[1]].tolist() == codes
