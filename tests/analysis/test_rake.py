"""Raking of frames: weights, what they cost, what is refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pytest

from api_samples import APICLUS1, expand
from closeloop.analysis.weighting.rake import rake
from closeloop.analysis.weighting.rake_result import Raking
from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.score import score
from closeloop.metrics.spec import Nps
from closeloop.text import set_language

STYPE = {"E": 4421, "H": 755, "M": 1018}
WIDE = {"No": 1072, "Yes": 5122}


def schools() -> pd.DataFrame:
    """183 schools in 15 districts; the index in three classes stands as an answer 0–10."""
    return expand(APICLUS1, ["district", "stype", "wide"]).rename(columns={"score": "recommend"})


def people() -> pd.DataFrame:
    draw = np.random.default_rng(4)
    return pd.DataFrame(
        {
            "sex": draw.choice(["f", "m"], 400, p=[0.7, 0.3]),
            "age": draw.choice(["18–39", "40–64", "65+"], 400, p=[0.2, 0.3, 0.5]),
            "recommend": draw.integers(0, 11, 400),
            "w": draw.uniform(0.5, 2, 400),
        }
    )


TARGETS = {"sex": {"f": 0.51, "m": 0.49}, "age": {"18–39": 0.35, "40–64": 0.4, "65+": 0.25}}


def weighted_share(raking: Raking, column: str, value: str) -> float:
    frame = raking.frame
    return float(frame["raked_weight"][frame[column] == value].sum() / frame["raked_weight"].sum())


def test_raked_nps_agrees_with_r() -> None:
    # R survey 4.1-1, rake() of apiclus1 with a tight epsilon: −4.43438351
    raking = rake(schools(), {"stype": STYPE, "wide": WIDE})
    table = score(raking, Nps("recommend"), weight="raked_weight")
    assert table.blocks[0].total.result.score == pytest.approx(-4.43438351, abs=5e-9)
    first = raking.frame.drop_duplicates(["stype", "wide"]).set_index(["stype", "wide"])["raked_weight"]
    assert first["E", "No"] == pytest.approx(39.839236, abs=5e-7)
    assert first["M", "Yes"] == pytest.approx(36.791025, abs=5e-7)


def test_post_stratification_agrees_with_r() -> None:
    # R survey 4.1-1, postStratify(~stype): −3.21788431
    raking = rake(schools(), {"stype": STYPE})
    table = score(raking, Nps("recommend"), weight="raked_weight")
    assert table.blocks[0].total.result.score == pytest.approx(-3.21788431, abs=5e-9)
    assert raking.weights.sum() == pytest.approx(6194)


def test_shares_keep_the_size_of_the_sample() -> None:
    raking = rake(people(), TARGETS)
    assert raking.weights.sum() == pytest.approx(400)
    for column, values in TARGETS.items():
        for value, share in values.items():
            assert weighted_share(raking, column, value) == pytest.approx(share, abs=1e-9)


def test_shares_beside_counts_take_their_total() -> None:
    raking = rake(people(), {"sex": {"f": 510, "m": 490}, "age": TARGETS["age"]})
    assert raking.weights.sum() == pytest.approx(1000)


def test_base_weights_are_where_it_starts() -> None:
    frame = people()
    raking = rake(frame, TARGETS, weight="w")
    factor = (raking.weights / frame["w"]).round(12)
    assert raking.weights.sum() == pytest.approx(frame["w"].sum())
    assert factor.groupby([frame["sex"], frame["age"]]).nunique().max() == 1
    assert raking.cost.n_eff == pytest.approx(raking.weights.sum() ** 2 / (raking.weights**2).sum())


def test_crossed_margin_meets_each_cell() -> None:
    frame = people()
    cells = {(s, a): 1 / 6 for s in "fm" for a in TARGETS["age"]}
    raking = rake(frame, {("sex", "age"): cells})
    shares = raking.weights.groupby([frame["sex"], frame["age"]]).sum() / 400
    assert shares.to_numpy() == pytest.approx(1 / 6)
    assert raking.iterations == 1
    assert raking.design().margins == ("raked_margin_sex_age",)
    assert raking.frame["raked_margin_sex_age"].nunique() == 6


def test_frame_of_the_user_stays_as_it_is() -> None:
    frame = people()
    before = frame.copy()
    raking = rake(frame, TARGETS)
    assert "raked_weight" in raking.frame
    pd.testing.assert_frame_equal(frame, before)


def test_index_of_the_frame_is_kept() -> None:
    frame = people().set_index(pd.Index([f"r{i}" for i in range(400)]))
    assert rake(frame, TARGETS).weights.index.equals(frame.index)


def test_other_engines_give_the_same_weights() -> None:
    frame = people()
    expected = rake(frame, TARGETS, weight="w").weights.to_numpy()
    raking = rake(pl.DataFrame(frame), TARGETS, weight="w")
    assert isinstance(raking.frame, pl.DataFrame)
    assert raking.frame["raked_weight"].to_numpy() == pytest.approx(expected)


def test_lazy_frame_gives_factors_to_join() -> None:
    frame = people()
    raking = rake(pl.LazyFrame(frame), TARGETS, weight="w", trim=4)
    expected = rake(frame, TARGETS, weight="w", trim=4)
    assert raking.cost.deff == pytest.approx(expected.cost.deff)
    with pytest.raises(ValueError, match=r"Join raking\.factors on sex, age"):
        _ = raking.weights
    plain = rake(pl.LazyFrame(frame), TARGETS, weight="w")
    joined = frame.merge(plain.factors, on=["sex", "age"])
    assert joined["w"] @ joined["factor"] == pytest.approx(frame["w"].sum())
    assert len(plain.factors) == 6
    with pytest.raises(ValueError, match="1 weight"):
        rake(pl.LazyFrame(frame.assign(w=[-1.0, *frame["w"][1:]])), TARGETS, weight="w")


def test_trimming_holds_the_cap_and_says_how_many() -> None:
    frame = people()
    free = rake(frame, TARGETS, weight="w")
    raking = rake(frame, TARGETS, weight="w", trim=2.5)
    assert free.weights.max() > 2.5 * free.weights.mean()
    assert raking.weights.max() <= 2.5 * raking.weights.mean() * (1 + 1e-5)
    assert raking.n_trimmed > 0
    assert weighted_share(raking, "age", "18–39") == pytest.approx(0.35, abs=1e-9)
    assert f"{raking.n_trimmed} answers were held down" in " ".join(map(str, raking.notes))
    assert raking.cost.deff < free.cost.deff


def test_rows_of_weight_zero_stay() -> None:
    frame = people()
    frame.loc[:9, "w"] = 0.0
    raking = rake(frame, TARGETS, weight="w")
    assert (raking.weights[:10] == 0).all()
    assert len(raking.frame) == 400
    assert raking.cost.n == 390


def test_level_with_a_target_and_no_answers_is_named() -> None:
    with pytest.raises(ValueError, match="sex = x"):
        rake(people(), {"sex": {"f": 0.5, "m": 0.4, "x": 0.1}})


def test_target_of_zero_for_a_value_nobody_has_is_harmless() -> None:
    raking = rake(people(), {"sex": {"f": 0.5, "m": 0.5, "x": 0.0}})
    assert raking.weights.sum() == pytest.approx(400)


def test_value_without_a_target_is_named() -> None:
    with pytest.raises(ValueError, match=r"1 value\(s\) of age have no target: 65\+"):
        rake(people(), {"age": {"18–39": 0.5, "40–64": 0.5}})


def test_text_one_is_not_number_one() -> None:
    with pytest.raises(ValueError, match="different values"):
        rake({"k": ["1", "2"]}, {"k": {1: 0.5, 2: 0.5}})


def test_missing_values_are_refused_or_keep_their_share() -> None:
    frame = people()
    frame.loc[:39, "sex"] = None
    with pytest.raises(ValueError, match=r"40 answer\(s\) have no value in sex"):
        rake(frame, TARGETS)
    raking = rake(frame, TARGETS, missing="level")
    last = [share for share in raking.shares if share.margin == ("sex",)][-1]
    assert last.value == (None,)
    assert last.share_after == last.share_before == pytest.approx(0.1)
    assert weighted_share(raking, "sex", "f") == pytest.approx(0.9 * 0.51)
    assert raking.design().margins == ("raked_margin_sex", "age")


def test_missing_values_may_have_a_target() -> None:
    frame = people()
    frame.loc[:39, "sex"] = None
    raking = rake(frame, {"sex": {"f": 0.5, "m": 0.45, None: 0.05}})
    assert raking.weights[:40].sum() == pytest.approx(20)


def test_margins_that_contradict_each_other_are_refused() -> None:
    frame = people().assign(copy=lambda f: f["sex"])
    with pytest.raises(ValueError, match="contradict"):
        rake(frame, {"sex": {"f": 0.5, "m": 0.5}, "copy": {"f": 0.6, "m": 0.4}})


@pytest.mark.parametrize(
    ("targets", "text"),
    [
        ({}, "at least one margin"),
        ({"sex": {}}, "at least one margin"),
        ({"sex": {"f": 0.5, "m": 0.4}}, "add up to 0.9"),
        ({"sex": {"f": -1, "m": 2}}, "not below 0"),
        ({"sex": {"f": float("nan"), "m": 2}}, "finite"),
        ({"sex": {"f": 0, "m": 0}}, "are 0"),
        ({"sex": {"f": 50, "m": 50}, "age": {"18–39": 35, "40–64": 40, "65+": 35}}, "add up to 110"),
        ({("sex", "age"): {"f": 1}}, "tuple of 2"),
    ],
)
def test_impossible_targets_are_refused(targets: dict[object, dict[object, float]], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        rake(people(), targets)


def test_other_input_that_cannot_be_is_refused() -> None:
    with pytest.raises(ColumnNotFoundError, match="sax"):
        rake(people(), {"sax": {"f": 1}})
    with pytest.raises(ValueError, match="1 weight"):
        rake(people().assign(w=[-1.0] + [1.0] * 399), TARGETS, weight="w")
    with pytest.raises(ValueError, match="above 1"):
        rake(people(), TARGETS, trim=0.5)
    with pytest.raises(ValueError, match="missing is"):
        rake(people(), TARGETS, missing="drop")
    with pytest.raises(ValueError, match="already"):
        rake(rake(people(), TARGETS), TARGETS)
    with pytest.raises(ValueError, match="nothing to weight"):
        rake(people().assign(w=0.0), TARGETS, weight="w")
    with pytest.raises(ValueError, match="nothing to weight"):
        rake(people().head(0), TARGETS)


def test_standard_error_after_raking_agrees_with_r() -> None:
    # R survey 4.1-1: rake(dclus1, ~stype, ~sch.wide), tight epsilon: SE 18.41046019; postStratify: 18.73381227
    frame = schools().assign(fpc=757.0)
    raking = rake(frame, {"stype": STYPE, "wide": WIDE})
    result = score(raking, Nps("recommend"), design=raking.design(cluster="district", fpc="fpc")).blocks[0].total.result
    assert result.std_error == pytest.approx(18.41046019, abs=5e-9)
    post = rake(frame, {("stype",): STYPE})
    result = score(post, Nps("recommend"), design=post.design(cluster="district", fpc="fpc")).blocks[0].total.result
    assert result.std_error == pytest.approx(18.73381227, abs=5e-9)
    crossed = rake(frame, {("stype", "wide"): frame.groupby(["stype", "wide"]).size().to_dict()})
    design = crossed.design(cluster="district", fpc="fpc")
    assert 0 < score(crossed, Nps("recommend"), design=design).blocks[0].total.result.std_error < 20


def test_result_reads_in_both_languages() -> None:
    raking = rake(people(), TARGETS)
    text = str(raking.sentence).replace(chr(0xA0), " ")
    cost = raking.cost
    assert text.startswith(f"Weights of {cost.low:.1f} to {cost.high:.1f} times the average")
    assert f"400 answers count like {int(cost.n_eff)}" in text
    assert raking.to_dict()["rows"][0]["target"] == 0.51
    assert raking.to_frame()["share_after"].tolist() == pytest.approx([0.51, 0.49, 0.35, 0.4, 0.25])
    assert "std. diff." in raking._repr_html_()
    chart = raking.plot()
    assert "answers count like" in chart.alt
    set_language("zh-CN")
    assert f"400 份答卷只相当于 {int(cost.n_eff)} 份" in str(raking.sentence)
    assert "按目标加权" in str(raking)


@pytest.mark.parametrize("targets", [5, {"sex": 0.5}, ["sex"]])
def test_targets_of_another_form_are_refused_with_an_example(targets: Any) -> None:
    with pytest.raises(ValueError, match="Give at least one margin with targets"):
        rake({"sex": ["f", "m"]}, targets)
