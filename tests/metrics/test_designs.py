"""Scores of designed samples: R's survey package, the formula row by row, and what is refused.

That every engine gives the same digits, and refuses the same designs, is tested in `tests/engines`.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
import pytest

from api_samples import APICLUS1, APISTRAT, expand
from closeloop.errors import ColumnNotFoundError, InsufficientDataError
from closeloop.metrics.design import Design
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import ShareResult
from closeloop.metrics.score import score
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import GapScore, MeanScore, Metric, Nps, TopBox
from closeloop.stats.design import taylor
from closeloop.stats.finite_population import finite_population_interval
from made_designs import made_designs


@pytest.fixture(scope="module")
def apistrat() -> pd.DataFrame:
    return expand(APISTRAT, ["type", "met", "w", "schools"])


@pytest.fixture(scope="module")
def apiclus1() -> pd.DataFrame:
    return expand(APICLUS1, ["district", "type", "met"])


def only(table: ScoreTable, **keys: object) -> NpsResult:
    result = table.result(**keys)
    assert isinstance(result, NpsResult)
    return result


def test_stratified_nps_equals_r_survey(apistrat: pd.DataFrame) -> None:
    table = score(apistrat, Nps("score"), design=Design(weight="w", strata="type", fpc="schools"))
    result = only(table)
    assert result.score == pytest.approx(7.51517572, abs=1e-8)
    assert result.std_error == pytest.approx(6.52832249, abs=1e-8)
    assert result.n == 200
    precision = result.design
    assert precision is not None
    assert precision.df == 197
    assert precision.n_eff == pytest.approx(170.78766, abs=5e-6)
    assert precision.n_star == pytest.approx(170.76644, abs=5e-6)
    assert precision.deff_against(apistrat.w.sum()) == pytest.approx(1.20406813, abs=1e-8)
    assert precision.deff == pytest.approx(1.16519, abs=5e-6)  # with replacement: svy 0.35
    assert result.confidence_interval() == pytest.approx((-5.266211, 20.037070), abs=5e-6)
    assert result.confidence_interval(method="score") == pytest.approx((-5.327166, 20.085558), abs=5e-6)
    assert table.blocks[0].total.ci == pytest.approx((-5.266211, 20.037070), abs=5e-6)
    assert table.blocks[0].method == "adjusted-wald+n*"


@pytest.mark.parametrize("fpc", [{"E": 4421, "H": 755, "M": 1018}, "schools", None])
def test_finite_population_is_a_column_or_a_mapping_or_left_out(apistrat: pd.DataFrame, fpc: Any) -> None:
    result = only(score(apistrat, Nps("score"), design=Design(weight="w", strata="type", fpc=fpc)))
    assert result.std_error == pytest.approx(6.61711238 if fpc is None else 6.52832249, abs=1e-8)


def test_clustered_nps_equals_r_survey(apiclus1: pd.DataFrame) -> None:
    result = only(score(apiclus1, Nps("score"), design=Design(cluster="district", fpc=757)))
    assert result.score == pytest.approx(-2.18579235, abs=1e-8)
    assert result.std_error == pytest.approx(18.36140315, abs=1e-8)
    precision = result.design
    assert precision is not None
    assert precision.df == 14
    assert precision.deff_against(183 * 33.846996307373) == pytest.approx(9.04576839, abs=1e-7)
    assert precision.n_star == pytest.approx(17.54581, abs=5e-6)
    assert result.confidence_interval() == pytest.approx((-37.259685, 33.526418), abs=5e-6)
    assert result.confidence_interval(method="score") == pytest.approx((-38.634665, 34.919732), abs=5e-6)
    endless = only(score(apiclus1, Nps("score"), design=Design(cluster="district")))
    assert endless.std_error == pytest.approx(18.54606824, abs=1e-8)


def test_domain_and_difference_of_domains_equal_r_survey(apistrat: pd.DataFrame) -> None:
    table = score(apistrat, Nps("score"), "met", design=Design(weight="w", strata="type", fpc="schools"))
    yes = only(table, met="Yes")
    assert (yes.score, yes.std_error) == pytest.approx((15.10809599, 7.367484165), abs=1e-8)
    assert yes.design is not None
    assert yes.design.df == 152 - 3  # members' units less their strata, as R's degf of a subset
    difference = table.compare("Yes", "No")
    assert difference.estimate == pytest.approx(44.131546132, abs=1e-8)
    assert difference.std_error == pytest.approx(14.999647214, abs=1e-8)
    row = difference.by_method[0]
    assert (row.method, row.test, row.df) == ("taylor", "t", 196)
    assert row.p_value == pytest.approx(0.003652, abs=5e-7)  # svyttest
    assert table.compare("No", "Yes").estimate == -difference.estimate


def test_raked_weights_take_out_what_the_margins_explain(apiclus1: pd.DataFrame) -> None:
    # R survey 4.1-1, rake() to stype and sch.wide; cell weights of that fit
    weights = {
        ("E", "No"): 39.839236, ("H", "No"): 67.125529, ("M", "No"): 49.069072,
        ("E", "Yes"): 29.870675, ("H", "Yes"): 50.329401, ("M", "Yes"): 36.791025,
    }  # fmt: skip
    raked = apiclus1.assign(raked=[weights[key] for key in zip(apiclus1.type, apiclus1.met, strict=True)], base=33.8)
    design = Design(weight="raked", cluster="district", fpc=757, margins=("type", "met"))
    result = only(score(raked, Nps("score"), design=design))
    assert result.score == pytest.approx(-4.43438351, abs=2e-6)
    assert result.std_error == pytest.approx(18.41046019, abs=2e-6)
    with_base = Design(weight="raked", cluster="district", fpc=757, margins=("type", "met"), base_weight="base")
    assert only(score(raked, Nps("score"), design=with_base)).std_error == pytest.approx(result.std_error)
    fixed = only(score(raked, Nps("score"), design=Design(weight="raked", cluster="district", fpc=757)))
    assert fixed.std_error == pytest.approx(18.55417441, abs=2e-6)


N = 1_500
METRICS: list[Metric] = [
    Nps("score"), TopBox("rating"), MeanScore("amount", name="amount"), GapScore(["e1", "e2"], ["p1", "p2"])
]  # fmt: skip


@pytest.fixture(scope="module")
def sample() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    branch = rng.integers(0, 60, N)
    stratum = np.array(["north", "south", "west"])[branch % 3]
    tilt = rng.normal(0, 2, 60)[branch]
    people = pd.DataFrame({
        "region": pd.Series(np.array(["East", "West", "小组"])[rng.choice(3, N, p=[0.5, 0.4, 0.1])], dtype="str"),
        "stratum": pd.Series(stratum, dtype="str"), "branch": branch, "local": branch // 3,
        "branches": np.where(stratum == "west", 25, 40), "w": rng.gamma(4, 0.25, N) * (rng.random(N) > 0.02),
        "base": rng.gamma(8, 0.25, N), "sex": rng.choice(["f", "m"], N), "age": rng.integers(1, 4, N),
        "score": np.where(rng.random(N) < 0.05, np.nan, np.clip(np.round(7 + tilt + rng.normal(0, 2, N)), 0, 10)),
        "rating": rng.integers(1, 6, N),
        "amount": np.where(rng.random(N) < 0.2, np.nan, rng.lognormal(3, 1, N) + 5 * tilt),
    })  # fmt: skip
    for item in ("e1", "e2", "p1", "p2"):
        people[item] = np.where(rng.random(N) < 0.04, np.nan, rng.integers(1, 8, N))
    return people


DESIGNS = made_designs("w", {"north": 700, "south": 900, "west": 1e6})


def answers(sample: pd.DataFrame, spec: Metric) -> npt.NDArray[np.float64]:
    if isinstance(spec, GapScore):
        return (sample[["p1", "p2"]].to_numpy().sum(axis=1) - sample[["e1", "e2"]].to_numpy().sum(axis=1)) / 2
    y = sample[spec.items[0]].to_numpy(dtype=float)
    if isinstance(spec, Nps):
        return np.where(np.isnan(y), np.nan, np.select([y >= 9, y <= 6], [1.0, -1.0], 0.0))
    return (y >= 4).astype(float) if isinstance(spec, TopBox) else y


def residuals(z: npt.NDArray[np.float64], sample: pd.DataFrame, design: Design) -> npt.NDArray[np.float64]:
    if not design.margins:
        return z
    x = pd.concat([pd.get_dummies(sample[name]) for name in design.margins], axis=1).to_numpy(dtype=float)
    root = np.sqrt(np.ones(N) if design.base_weight is None else sample[design.base_weight].to_numpy())
    beta = np.linalg.lstsq(root[:, None] * x, root * z, rcond=None)[0]
    return z - x @ beta


def by_rows(sample: pd.DataFrame, spec: Metric, design: Design, *groups: npt.NDArray[np.bool_]) -> tuple[float, float]:
    """Return mean (less the second group's) and variance, from every single row."""
    y = answers(sample, spec)
    w = np.ones(N) if design.weight is None else sample[design.weight].to_numpy()
    estimate, z = 0.0, np.zeros(N)
    for sign, group in zip((1, -1), groups, strict=False):
        inside = group & ~np.isnan(y)
        total = w[inside].sum()
        mean = (w[inside] * y[inside]).sum() / total
        estimate += sign * mean
        z[inside] += sign * (y[inside] - mean) / total
    arrays = design.arrays(sample)
    u = w * residuals(z, sample, design)
    return estimate, taylor(u, strata=arrays.strata, clusters=arrays.clusters, fpc=arrays.fpc).covariance.item()


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("spec", METRICS, ids=lambda spec: spec.name)
def test_tally_gives_what_the_rows_give(sample: pd.DataFrame, spec: Metric, name: str) -> None:
    design = DESIGNS[name]
    table = score(sample, spec, "region", design=design)
    scale = 100 if isinstance(spec, Nps) else 1
    for region in ("East", "West", "小组", None):
        group = np.ones(N, bool) if region is None else (sample.region == region).to_numpy()
        result = table.result() if region is None else table.result(region=region)
        mean, variance = by_rows(sample, spec, design, group)
        assert result.score == pytest.approx(scale * mean, rel=1e-10)
        assert result.std_error == pytest.approx(scale * math.sqrt(variance), rel=1e-8)
    east = (sample.region == "East").to_numpy()
    for found, other in (
        (table.compare("East", "West"), (sample.region == "West").to_numpy()),
        (table.compare("East"), ~east),
    ):
        mean, variance = by_rows(sample, spec, design, east, other)
        assert found.estimate == pytest.approx(scale * mean, rel=1e-9)
        assert found.std_error == pytest.approx(scale * math.sqrt(variance), rel=1e-8)


def test_mean_beside_a_share_has_the_design_too(sample: pd.DataFrame) -> None:
    for design in DESIGNS.values():
        share = score(sample, TopBox("rating"), design=design).result()
        assert isinstance(share, ShareResult)
        expected = score(sample, MeanScore("rating"), design=design).result()
        assert share.mean is not None
        assert share.mean.score == pytest.approx(expected.score)
        assert share.mean.confidence_interval() == pytest.approx(expected.confidence_interval())


def test_design_of_weights_alone_is_weight(sample: pd.DataFrame) -> None:
    one = score(sample, METRICS, "region", design=Design(weight="w"))
    assert one.to_dict() == score(sample, METRICS, "region", weight="w").to_dict()
    assert one.notes == score(sample, METRICS, "region", weight="w").notes
    assert score(sample, METRICS, weight="w", design=Design(weight="w", strata="stratum")).n_rows == N
    with pytest.raises(ValueError, match="weight= says “w”, the design says “–”"):
        score(sample, METRICS, weight="w", design=Design(strata="stratum"))
    with pytest.raises(TypeError, match="takes a Design"):
        score(sample, METRICS, design="stratum")  # type: ignore[arg-type]


def test_table_says_what_the_design_was(sample: pd.DataFrame) -> None:
    table = score(sample, Nps("score"), "region", design=DESIGNS["all"])
    notes = " ".join(map(str, table.notes))
    assert "60 clusters in 3 strata; design effect" in notes
    assert "Weighted by “w”" in notes
    stratified = score(sample, Nps("score"), design=Design(strata="stratum", margins=("sex",)))
    assert "1,500 respondents drawn one by one in 3 strata" in " ".join(map(str, stratified.notes))
    assert "raked to sex" in " ".join(map(str, stratified.notes))


def test_group_within_one_cluster_has_no_precision() -> None:
    frame = pd.DataFrame({
        "x": [10, 1] * 30, "branch": np.repeat(list("abcdef"), 10), "town": ["one"] * 10 + ["many"] * 50,
    })  # fmt: skip
    table = score(frame, [Nps("x"), TopBox("x", points=10, name="top"), MeanScore("x")], "town",
                  design=Design(cluster="branch"))  # fmt: skip
    one = table.result("nps", town="one")
    assert one.score == 0
    assert math.isnan(one.std_error)
    assert one.confidence_interval() == (-100, 100)
    group = next(g for g in table.blocks[0].groups if g.key == ("one",))
    assert group.ci == (-100, 100)
    assert all(g.ci is None for b in table.blocks[1:] for g in b.groups if g.key == ("one",))
    assert "single cluster" in " ".join(map(str, table.notes))
    assert table.compare("one", "many", metric="nps").by_method[0].df == 6 - 1 - 1


def test_census_has_its_figure_for_an_interval() -> None:
    frame = pd.DataFrame({"x": [10, 0, 9, 8], "h": list("aabb")})
    table = score(frame, [Nps("x"), MeanScore("x")], design=Design(strata="h", fpc={"a": 2, "b": 2}), min_n=0)
    for block in table.blocks:
        assert block.total.result is not None
        assert block.total.result.std_error == 0
        assert block.total.ci == (block.total.result.score,) * 2 == block.total.result.confidence_interval()
    assert "census" in " ".join(map(str, table.notes))


@pytest.mark.parametrize("lonely", ["merge", "grand-mean", "certainty"])
def test_single_unit_stratum_is_named_unless_told_what_to_do(lonely: str) -> None:
    frame = pd.DataFrame({"x": [9, 3, 10, 8, 7] * 6, "h": ["a"] * 12 + ["b"] + ["c"] * 17})
    with pytest.raises(ValueError, match="single primary sampling unit: b"):
        score(frame, Nps("x"), design=Design(strata="h"))
    table = score(frame, Nps("x"), design=Design(strata="h", lonely=lonely))
    notes = " ".join(map(str, table.notes))
    assert {"merge": "b + c", "grand-mean": "mean of all units", "certainty": "taken for sure"}[lonely] in notes
    u = (np.select([frame.x >= 9, frame.x <= 6], [1.0, -1.0], 0.0) - table.result().score / 100) / 30
    expected = taylor(u, strata=frame.h.map({"a": 0, "b": 1, "c": 2}), lonely=lonely).covariance.item()
    assert table.result().std_error == pytest.approx(100 * math.sqrt(expected))


def test_design_declares_something_that_exists() -> None:
    with pytest.raises(ValueError, match="declares something"):
        Design()
    with pytest.raises(ValueError, match="no way 'skip'"):
        Design(strata="h", lonely="skip")
    with pytest.raises(ValueError, match=r"base_weight=“d” .*margins="):
        Design(weight="w", base_weight="d")
    assert Design(margins="sex").margins == ("sex",)
    assert hash(Design(strata="h", fpc={"a": 1})) == hash(Design(strata="h", fpc={"a": 1}))


def test_zero_weights_stay_in_the_design_and_count_nowhere() -> None:
    frame = pd.DataFrame({"x": [9, 3, 10, 8, 0, 9], "w": [1, 2, 1, 0, 0, 3.0], "c": [1, 1, 2, 3, 3, 4]})
    result = score(frame, Nps("x"), design=Design(weight="w", cluster="c"), min_n=0).result()
    assert result.n == 4
    u = frame.w * (np.array([1, -1, 1, 0, -1, 1]) - result.score / 100) / 7
    assert result.std_error == pytest.approx(100 * math.sqrt(taylor(u, clusters=frame.c).covariance.item()))
    assert result.design is not None
    assert result.design.df == 2  # the cluster of zeros is drawn, but holds no member
    nobody = score(frame.assign(w=0.0), Nps("x"), design=Design(weight="w", cluster="c"), min_n=0)
    assert math.isnan(nobody.result().score)
    assert math.isnan(nobody.result().std_error)


@pytest.mark.parametrize("design", [Design(strata="h"), Design(cluster="h"), Design(margins="h"), Design(fpc=9)])
def test_no_rows_at_all_is_a_table_of_nobody(design: Design) -> None:
    empty = pd.DataFrame({"x": pd.Series([], dtype=float), "h": pd.Series([], dtype="str")})
    for data in (empty, pl.from_pandas(empty).lazy()):
        table = score(data, [Nps("x"), MeanScore("x"), TopBox("x")], design=design, min_n=0)
        assert all(math.isnan(block.total.result.score) for block in table.blocks if block.total.result is not None)
    assert score(empty, Nps("x"), "h", design=design).blocks[0].groups == ()


def test_all_alike_has_no_error_but_an_interval_of_some_width() -> None:
    frame = pd.DataFrame({"x": [10] * 40, "c": np.repeat(range(8), 5), "w": [1.0, 2] * 20})
    result = score(frame, Nps("x"), design=Design(weight="w", cluster="c")).result()
    assert result.std_error == 0
    low, high = result.confidence_interval()
    assert low < 90 < high == 100


def test_higher_level_takes_its_own_effective_size(apiclus1: pd.DataFrame) -> None:
    result = only(score(apiclus1, Nps("score"), design=Design(cluster="district", fpc=757), confidence_level=0.99))
    assert result.design is not None
    # t quantiles at .995: 2.6031 of 182 degrees, 2.9768 of 14
    ratio = result.design.n_star_at(0.99) / result.design.n_eff
    assert ratio == pytest.approx((2.6031120446809837 / 2.9768427343708344) ** 2, rel=1e-9)
    table = score(apiclus1, Nps("score"), design=Design(cluster="district", fpc=757), confidence_level=0.99)
    assert table.blocks[0].total.ci == pytest.approx(result.confidence_interval(0.99))


def test_mean_has_students_t_of_the_design(apiclus1: pd.DataFrame) -> None:
    result = score(apiclus1, MeanScore("score"), design=Design(cluster="district")).result()
    low, high = result.confidence_interval()
    assert (high - low) / 2 == pytest.approx(2.1447866879 * result.std_error)  # t of 14 degrees


def test_groups_without_a_design_are_compared_as_independent() -> None:
    frame = pd.DataFrame({"x": [10, 9, 8, 3] * 15, "y": range(60), "k": ["a"] * 20 + ["b"] * 40})
    table = score(frame, [Nps("x"), MeanScore("y")], "k")
    assert table.compare("a", "b", metric="nps").by_method[0].method == "adjusted-wald"
    alone, rest = table.compare("a", "b", metric="mean"), table.compare("a", metric="mean")
    assert rest.std_error == pytest.approx(alone.std_error)
    assert (rest.b.score, rest.b.n) == (pytest.approx(39.5), 40)
    assert [str(name) for name in rest.names] == ["a", "all others"]


def test_comparison_of_what_cannot_be_compared_is_refused() -> None:
    frame = pd.DataFrame({"x": [10, 9, 8, 3] * 15, "k": ["a"] * 25 + ["b"] * 30 + ["c"] * 5, "j": ["u", "v"] * 30})
    with pytest.raises(InsufficientDataError):
        score(frame, Nps("x"), "k").compare("b", "c")
    frame = frame[frame.k != "c"]
    table = score(frame, Nps("x"), "k")
    with pytest.raises(InsufficientDataError):
        score(frame.head(32), Nps("x"), "k").compare("a")  # seven others
    with pytest.raises(ValueError, match="compared with itself: a"):
        table.compare("a", "a")
    with pytest.raises(ValueError, match="no group k='z'"):
        table.compare("a", "z")
    with pytest.raises(ValueError, match="no breakdown"):
        score(frame, Nps("x")).compare("a", "b")
    with pytest.raises(ColumnNotFoundError):
        table.compare("a", "b", by="j")
    crossed = score(frame, Nps("x"), breakdowns=["k", ["k", "j"]], min_n=0)
    names = crossed.compare(("a", "u"), ("b", "u"), by=["k", "j"]).names
    assert [str(name) for name in names] == ["a × u", "b × u"]
    with pytest.raises(ValueError, match="k × j takes 2 values"):
        crossed.compare("a", "b", by=["k", "j"])


def test_interval_narrows_with_the_share_of_the_population_that_was_asked() -> None:
    answers = {"recommend": [3] * 20 + [7] * 40 + [10] * 40}
    widths = []
    for population in (10**9, 500, 200, 101, 100):
        table = score(answers | {"size": [population] * 100}, Nps("recommend"), design=Design(fpc="size"))
        ci = table.blocks[0].total.ci
        assert ci is not None
        widths.append(ci.high - ci.low)
        theory = finite_population_interval(20, 40, 40, population)
        assert (ci.low, ci.high) == pytest.approx((100 * theory.low, 100 * theory.high), rel=0.02, abs=0.05)
    assert widths == sorted(widths, reverse=True)
    assert widths[-1] == 0
    assert widths[-2] < 3.5
