"""The figures of R's survey package and of published texts, read from the reference file where it is at hand."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import f as f_distribution

from closeloop import Design, Nps, NpsResult, rake, score
from closeloop.stats.design import taylor
from closeloop.stats.dirichlet import probability_greater
from closeloop.stats.intervals import share_interval

Block = dict[str, Any]


@pytest.fixture
def blocks(shared: Callable[[str], Path]) -> Block:
    found: Block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))
    return found


def people(rows: list[tuple[dict[str, Any], list[int]]]) -> pd.DataFrame:
    """Give one row per school: its fields, and a score that makes it a detractor, a passive or a promoter."""
    return pd.DataFrame(
        [
            fields | {"recommend": answer}
            for fields, counts in rows
            for answer, n in zip((3, 8, 10), counts, strict=True)
            for _ in range(n)
        ]
    )


@pytest.fixture
def strat(blocks: Block) -> pd.DataFrame:
    return people([(row, [row["D"], row["Nn"], row["P"]]) for row in blocks["fixture_apistrat_counts"]])


@pytest.fixture
def clus(blocks: Block) -> pd.DataFrame:
    fixture = blocks["fixture_apiclus1_counts"]
    rows = [({"dnum": d, "stype": s, "sch_wide": w}, counts) for d, s, w, *counts in fixture["rows"]]
    return people(rows).assign(weight=fixture["weight"], N_psu=fixture["N_psu"])


def only(frame: pd.DataFrame, **design: Any) -> NpsResult:
    found = score(frame, Nps("recommend"), design=Design(**design)).result()
    assert isinstance(found, NpsResult)
    return found


def test_stratified_sample_has_the_errors_of_r(blocks: Block, strat: pd.DataFrame) -> None:
    r = blocks["survey_taylor"]
    found = only(strat, weight="weight", strata="stype", fpc="N_stratum")
    assert found.score == pytest.approx(r["strat_fpc"]["nps"], abs=5e-9)
    assert found.std_error == pytest.approx(r["strat_fpc"]["se"], abs=5e-9)
    assert found.design is not None
    assert found.design.df == r["strat_fpc"]["df"]
    plain = only(strat, weight="weight", strata="stype")
    assert plain.std_error == pytest.approx(r["strat_nofpc"]["se"], abs=5e-9)
    weighted = only(strat, weight="weight")
    assert weighted.std_error == pytest.approx(r["weights_only"]["se"], abs=5e-9)
    assert weighted.design is not None
    assert weighted.design.df == r["weights_only"]["df"]


def test_promoters_and_detractors_vary_together_as_in_r(blocks: Block, strat: pd.DataFrame) -> None:
    w = strat["weight"].to_numpy()
    groups = np.column_stack([strat["recommend"] >= 9, strat["recommend"] <= 6]).astype(float)
    u = w[:, None] * (groups - w @ groups / w.sum()) / w.sum()
    strata = pd.factorize(strat["stype"])[0]
    found = taylor(u, strata=strata, fpc=strat["N_stratum"].to_numpy(dtype=float)).covariance
    assert found == pytest.approx(np.array(blocks["survey_taylor"]["strat_fpc"]["vcov_pro_det"]), abs=5e-12)


def test_domain_and_difference_are_those_of_r(blocks: Block, strat: pd.DataFrame) -> None:
    r = blocks["survey_taylor"]
    design = Design(weight="weight", strata="stype", fpc="N_stratum")
    table = score(strat, Nps("recommend"), by="sch_wide", design=design)
    yes = table.result(sch_wide="Yes")
    assert (yes.score, yes.std_error) == (
        pytest.approx(r["domain_sch_wide_yes"]["nps"], abs=5e-8),
        pytest.approx(r["domain_sch_wide_yes"]["se"], abs=5e-8),
    )
    difference = table.compare("Yes", "No")
    assert difference.estimate == pytest.approx(r["diff_yes_minus_no"]["est"], abs=5e-8)
    assert difference.std_error == pytest.approx(r["diff_yes_minus_no"]["se"], abs=5e-8)


def test_post_stratified_clusters_are_those_of_r(blocks: Block, clus: pd.DataFrame) -> None:
    r = blocks["survey_taylor"]["postStratify_stype"]
    raking = rake(clus, {"stype": r["pop"]}, weight="weight")
    table = score(raking, Nps("recommend"), design=raking.design(cluster="dnum", fpc="N_psu"))
    assert table.result().score == pytest.approx(r["nps"], abs=5e-9)
    assert table.result().std_error == pytest.approx(r["se"], abs=5e-8)
    for value, weight in r["weights"].items():
        assert raking.weights[(clus["stype"] == value).to_numpy()].iloc[0] == pytest.approx(weight, abs=5e-8)


def test_the_trap_of_frequency_weights_is_what_it_was(blocks: Block, strat: pd.DataFrame) -> None:
    """What statsmodels takes weights for: so many people each. Its error is six times too small."""
    from statsmodels.stats.weightstats import DescrStatsW

    y = np.select([strat["recommend"] >= 9, strat["recommend"] <= 6], [100.0, -100.0], 0.0)
    trap = DescrStatsW(y, weights=strat["weight"]).std_mean
    assert trap == pytest.approx(blocks["survey_taylor"]["TRAP_DescrStatsW_std_mean"], abs=5e-8)
    assert only(strat, weight="weight").std_error > 6 * trap


def test_rao_scott_from_the_same_covariance_is_that_of_r(blocks: Block, strat: pd.DataFrame) -> None:
    """Svychisq, second-order corrected F, made of the covariance of all cells that `taylor` gives."""
    r = blocks["survey_taylor"]["raoscott_cat_x_schwide"]
    category = np.select([strat["recommend"] <= 6, strat["recommend"] <= 8], [0, 1], 2)
    yes = (strat["sch_wide"] == "Yes").to_numpy().astype(int)
    cells = np.zeros((len(strat), 6))
    cells[np.arange(len(strat)), category * 2 + yes] = 1.0
    w = strat["weight"].to_numpy()
    p = w @ cells / w.sum()
    u = w[:, None] * (cells - p) / w.sum()
    fpc = strat["N_stratum"].to_numpy(dtype=float)
    design = taylor(u, strata=pd.factorize(strat["stype"])[0], fpc=fpc)
    row, column = np.divmod(np.arange(6), 2)
    main = np.column_stack([np.ones(6), row == 1, row == 2, column == 1]).astype(float)
    both = np.column_stack([(row == 1) & (column == 1), (row == 2) & (column == 1)]).astype(float)
    contrast = both - main @ np.linalg.lstsq(main, both, rcond=None)[0]
    inverse = np.diag(1 / p)
    n = len(strat)
    simple = (np.diag(p) - np.outer(p, p)) / n
    delta = np.linalg.solve(
        contrast.T @ inverse @ simple @ inverse @ contrast,
        contrast.T @ inverse @ design.covariance @ inverse @ contrast,
    )
    table = p.reshape(3, 2)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0))
    statistic = n * ((table - expected) ** 2 / expected).sum() / np.trace(delta)
    ndf = np.trace(delta) ** 2 / np.trace(delta @ delta)
    assert statistic == pytest.approx(r["F"], abs=5e-7)
    assert ndf == pytest.approx(r["ndf"], abs=5e-7)
    assert ndf * design.df == pytest.approx(r["ddf"], abs=5e-5)
    assert f_distribution.sf(statistic, ndf, ndf * design.df) == pytest.approx(r["p"], abs=5e-8)


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("wilson", "wilson"),
        ("jeffreys", "jeffreys"),
        ("agresti_coull", "agresti-coull"),
        ("clopper", "clopper-pearson"),
    ],
)
def test_seventeen_of_twenty_has_the_published_limits(blocks: Block, name: str, method: str) -> None:
    low, high = share_interval(17, 20, method=method)
    assert [float(low), float(high)] == pytest.approx(blocks["misc"][f"{name}_17_20"], abs=5e-7)


def test_published_single_scores(blocks: Block) -> None:
    assert blocks["misc"]["market_strategies_pub"] == "40/40/20 n=500 -> NPS 20 +/- 6.6"
    low, high = NpsResult(200, 200, 100).confidence_interval(method="wald")
    assert (low, high) == (pytest.approx(20 - 6.6, abs=0.05), pytest.approx(20 + 6.6, abs=0.05))
    assert blocks["misc"]["whuber_pub"] == "p=(1/6,1/3,1/2): NPS 1/3, var 5/9"
    third = NpsResult(3, 2, 1)
    assert third.score == pytest.approx(100 / 3)
    assert third.std_error**2 * 6 == pytest.approx(1e4 * 5 / 9)


def test_probability_that_one_brand_leads(blocks: Block) -> None:
    two = blocks["two_sample"]
    assert probability_greater(tuple(two["A"]), tuple(two["B"])) == pytest.approx(two["bayes_P_B_gt_A"], abs=2e-4)
