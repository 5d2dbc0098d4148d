"""Scores with a standard error from replicates: against R, against Taylor, re-raked, and from given weights."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from closeloop.analysis.weighting.rake import rake
from closeloop.analysis.weighting.replicates import replicate_score
from closeloop.metrics.design import Design
from closeloop.metrics.score import score
from closeloop.metrics.spec import MeanScore, Nps, TopBox
from closeloop.text import set_language

# apiclus1 of R's survey package: district → schools with an index up to 600, up to 700, above (equal weights)
DISTRICTS = {
    61: (0, 6, 7), 135: (9, 10, 15), 178: (4, 0, 0), 197: (4, 4, 5), 255: (3, 4, 9), 406: (2, 0, 0), 413: (1, 0, 0),
    437: (4, 0, 0), 448: (0, 1, 11), 510: (5, 11, 5), 568: (0, 5, 4), 637: (1, 6, 4), 716: (30, 5, 2), 778: (2, 0, 0),
    815: (1, 3, 0),
}  # fmt: skip


def schools() -> pd.DataFrame:
    rows = [
        (district, answer)
        for district, counts in DISTRICTS.items()
        for answer, n in zip((3, 7, 10), counts, strict=True)
        for _ in range(n)
    ]
    return pd.DataFrame(rows, columns=["district", "recommend"])


def people(n: int = 240) -> pd.DataFrame:
    draw = np.random.default_rng(12)
    branch = draw.integers(0, 24, n)
    frame = pd.DataFrame({"branch": branch, "region": np.where(branch < 12, "N", "S"), "w": draw.uniform(0.5, 2, n)})
    frame["recommend"] = np.clip(draw.normal(7.5 + 0.05 * branch, 2, n).round(), 0, 10)
    frame["sex"] = draw.choice(["f", "m"], n, p=[0.6, 0.4])
    return frame


def test_jackknife_of_apiclus1_agrees_with_r() -> None:
    # R survey 4.1-1, JK1 with default centring: NPS −2.18579235, SE 20.85070468
    found = replicate_score(schools(), Nps("recommend"), Design(cluster="district"))
    assert found.result.score == pytest.approx(-2.18579235, abs=5e-9)
    assert found.result.std_error == pytest.approx(20.85070468, abs=5e-9)
    assert found.facts()["df"] == 14
    assert len(found.replicates) == 15


def test_jackknife_is_close_to_taylor_under_a_whole_design() -> None:
    design = Design(weight="w", strata="region", cluster="branch")
    for metric in (Nps("recommend"), TopBox("recommend", points=10, top=2), MeanScore("recommend")):
        frame = people().assign(recommend=lambda f: f["recommend"].clip(lower=1))
        found = replicate_score(frame, metric, design)
        taylor = score(frame, metric, design=design).blocks[0].total.result
        assert found.result.score == pytest.approx(taylor.score)
        assert found.result.std_error == pytest.approx(taylor.std_error, rel=0.02)
        assert found.facts()["df"] == taylor.design.df == 22


def test_jackknife_of_a_mean_without_design_is_exact() -> None:
    frame = people()
    found = replicate_score(frame, MeanScore("recommend"))
    assert found.result.std_error == pytest.approx(frame["recommend"].std(ddof=1) / math.sqrt(240), rel=1e-12)


def test_raked_sample_is_raked_again_in_each_replicate() -> None:
    frame = people(800)
    raking = rake(frame, {"sex": {"f": 0.5, "m": 0.5}, "region": {"N": 0.5, "S": 0.5}}, weight="w")
    design = raking.design(strata="region", cluster="branch")
    found = replicate_score(raking, Nps("recommend"), design)
    taylor = score(raking, Nps("recommend"), design=design).blocks[0].total.result
    assert found.result.score == pytest.approx(taylor.score)
    assert found.result.std_error == pytest.approx(taylor.std_error, rel=0.03)
    # Its weights come along, whether the design names them or not.
    plain = replicate_score(raking, Nps("recommend"), Design(strata="region", cluster="branch"))
    assert plain.result == found.result
    assert replicate_score(raking, Nps("recommend")).result.score == pytest.approx(taylor.score)
    with pytest.raises(ValueError, match="trimmed"):
        replicate_score(rake(frame, {"sex": {"f": 0.5, "m": 0.5}}, trim=5), Nps("recommend"))


def test_given_jackknife_weights_are_what_the_jackknife_makes() -> None:
    frame = schools()
    columns = {f"rep{c}": np.where(frame["district"] == c, 0.0, 15 / 14) for c in DISTRICTS}
    wide = frame.assign(**columns)
    found = replicate_score(wide, Nps("recommend"), replicates=list(columns), kind="jk1")
    assert found.result.std_error == pytest.approx(20.85070468, abs=5e-9)
    same = replicate_score(wide, Nps("recommend"), replicates=list(columns), kind="jkn", rscales=[14 / 15] * 15)
    assert same.result.std_error == pytest.approx(20.85070468, abs=5e-9)
    assert replicate_score(wide, Nps("recommend"), replicates=list(columns), kind="jk1", df=9).facts()["df"] == 9


def test_bootstrap_weights_give_about_the_plain_standard_error() -> None:
    frame = people()
    draw = np.random.default_rng(1)
    columns = {f"b{r}": draw.multinomial(240, np.full(240, 1 / 240)).astype(float) for r in range(400)}
    wide = pd.concat([frame, pd.DataFrame(columns)], axis=1)
    found = replicate_score(wide, MeanScore("recommend"), replicates=list(columns), kind="bootstrap")
    assert found.result.std_error == pytest.approx(frame["recommend"].std() / math.sqrt(240), rel=0.1)


def test_interval_is_that_of_the_effective_sample() -> None:
    found = replicate_score(schools(), Nps("recommend"), Design(cluster="district"))
    wide = replicate_score(schools(), Nps("recommend"))
    low, high = found.interval
    assert -100 <= low < wide.interval.low < wide.interval.high < high <= 100


def test_what_does_not_fit_is_refused() -> None:
    frame = schools().assign(r1=1.0, r2=1.0)
    with pytest.raises(ValueError, match="replicates="):
        replicate_score(frame, Nps("recommend"), kind="brr")
    with pytest.raises(ValueError, match="rscales="):
        replicate_score(frame, Nps("recommend"), replicates=["r1", "r2"], kind="jkn")
    with pytest.raises(ValueError, match="2 replicates"):
        replicate_score(frame, Nps("recommend"), replicates=["r1", "r2"], kind="brr", rscales=[1.0])
    with pytest.raises(ValueError, match="kind 'jackknife'"):
        replicate_score(frame, Nps("recommend"), replicates=["r1", "r2"])
    with pytest.raises(ValueError, match="cannot be used"):
        replicate_score(frame.assign(r1=-1.0), Nps("recommend"), replicates=["r1", "r2"], kind="brr")


def test_nobody_answered_is_a_score_without_a_figure() -> None:
    found = replicate_score(schools().assign(recommend=np.nan), Nps("recommend"))
    assert math.isnan(found.result.score)
    assert found.to_dict()["rows"][0]["estimate"] is None


def test_result_reads_in_both_languages() -> None:
    found = replicate_score(schools(), Nps("recommend"), Design(cluster="district"))
    assert str(found.sentence).startswith("Net Promoter Score (NPS) −2 (")
    assert "15 replicates" in found.plot().caption
    set_language("zh-CN")
    assert "有效答卷 183 份" in str(found)
