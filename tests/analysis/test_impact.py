"""Theme impact: three identities, its standard error, the version that adds up, and what is hidden."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.analysis.impact.impact import theme_impact
from closeloop.analysis.weighting.rake import rake
from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.metrics.design import Design
from closeloop.metrics.spec import GapScore, MeanScore, Nps, TopBox
from closeloop.text import set_language

ANSWER = {1: 10, 0: 8, -1: 2}
Y = [1, 1, 1, 0, 0, -1, -1, -1, 1, 0]
PRICE = [0, 0, 0, 1, 0, 1, 1, 1, 0, 0]
STAFF = [1, 1, 0, 0, 0, 0, 0, 1, 1, 0]


def data(y: list[int]) -> pd.DataFrame:
    return pd.DataFrame({"response_id": [f"r{i}" for i in range(len(y))], "recommend": [ANSWER[v] for v in y]})


def wide(**marks: list[int]) -> pd.DataFrame:
    size = len(next(iter(marks.values())))
    return pd.DataFrame({"response_id": [f"r{i}" for i in range(size)], **marks})


def test_impact_and_its_standard_error_are_those_of_the_reference() -> None:
    # Reference: n = 10, two themes; impact by three published formulae, standard error by linearisation.
    found = theme_impact(wide(price=PRICE, staff=STAFF), data(Y), Nps("recommend"), min_n=0)
    price, staff = found["price"], found["staff"]
    assert (price.share, price.estimate) == (0.4, -75)
    assert price.without == pytest.approx(200 / 3)
    assert price.impact == pytest.approx(-56.66667, abs=5e-6)
    assert price.std_error == pytest.approx(26.1603, abs=5e-5)
    assert (staff.share, staff.estimate) == (0.4, 50)
    assert staff.without == pytest.approx(-16.66667, abs=5e-6)
    assert staff.impact == pytest.approx(26.66667, abs=5e-6)
    assert staff.std_error == pytest.approx(24.3263, abs=5e-5)


def test_whole_reference_block(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text(encoding="utf-8"))["theme_impact"]
    coding = wide(price=block["price"], staff=block["staff"])
    found = theme_impact(coding, data(block["y"]), Nps("recommend"), min_n=0)
    for name in ("price", "staff"):
        row, expected = found[name], block[f"{name}_out"]
        assert row.share == pytest.approx(expected["share"])
        assert row.estimate == pytest.approx(expected["nps_t"])
        assert row.without == pytest.approx(expected["nps_without"], abs=5e-6)
        assert row.impact == pytest.approx(expected["impact"], abs=5e-6)
        assert row.std_error == pytest.approx(expected["se"], abs=5e-5)


samples = st.integers(3, 40).flatmap(
    lambda n: st.tuples(
        st.lists(st.sampled_from([-1, 0, 1]), min_size=n, max_size=n),
        st.lists(st.lists(st.integers(0, 1), min_size=n, max_size=n), min_size=1, max_size=4),
        st.lists(st.floats(0.1, 5), min_size=n, max_size=n),
    )
)


@settings(max_examples=80, deadline=None)
@given(samples)
def test_three_ways_to_say_impact_are_one(sample: tuple[list[int], list[list[int]], list[float]]) -> None:
    y, marks, weights = sample
    coding = wide(**{f"t{i}": mark for i, mark in enumerate(marks)})
    frame = data(y).assign(w=weights)
    found = theme_impact(coding, frame, Nps("recommend"), design=Design(weight="w"), min_n=0)
    w, v = np.array(weights), np.array(y)
    total = w @ v / w.sum()
    for i, mark in enumerate(marks):
        x = np.array(mark, dtype=bool)
        row = found[f"t{i}"]
        if x.all() or not x.any():
            assert math.isnan(row.impact) if x.all() else row.impact == pytest.approx(0, abs=1e-9)
            continue
        inside, outside = w[x] @ v[x] / w[x].sum(), w[~x] @ v[~x] / w[~x].sum()
        assert row.impact == pytest.approx(100 * (total - outside), abs=1e-8)
        assert row.impact == pytest.approx(100 * w[x].sum() * (inside - total) / w[~x].sum(), abs=1e-8)
        assert row.impact == pytest.approx(100 * w[x].sum() / w.sum() * (inside - outside), abs=1e-8)


@settings(max_examples=80, deadline=None)
@given(samples)
def test_contributions_add_up_to_the_whole(sample: tuple[list[int], list[list[int]], list[float]]) -> None:
    y, marks, weights = sample
    coding = wide(**{f"t{i}": mark for i, mark in enumerate(marks)})
    found = theme_impact(coding, data(y).assign(w=weights), Nps("recommend"), design=Design(weight="w"), min_n=0)
    nobody = ~np.array(marks, dtype=bool).any(axis=0)
    if not nobody.any():
        assert found.split.n_none is None
        assert all(math.isnan(row.contribution) for row in found.themes)
        return
    w, v = np.array(weights), np.array(y)
    whole = w @ v / w.sum() - w[nobody] @ v[nobody] / w[nobody].sum()
    assert found.split.whole == pytest.approx(whole, abs=1e-10)
    assert sum(row.contribution for row in found.themes) == pytest.approx(whole, abs=1e-10)


def test_contribution_is_the_shapley_value_by_enumeration() -> None:
    draw = np.random.default_rng(7)
    y, x = draw.integers(-1, 2, 60), draw.random((60, 4)) < [0.5, 0.3, 0.2, 0.4]
    found = theme_impact(
        wide(**{f"t{i}": x[:, i].astype(int) for i in range(4)}), data(list(y)), Nps("recommend"), min_n=0
    )
    reference = y[~x.any(axis=1)].mean()

    def value(subset: tuple[int, ...]) -> float:
        """What the score would lose if whoever mentions a theme of the subset scored like those without a theme."""
        return float(((y - reference) * x[:, list(subset)].any(axis=1)).sum() / 60)

    for theme in range(4):
        others = [t for t in range(4) if t != theme]
        shapley = sum(
            math.factorial(k) * math.factorial(3 - k) / math.factorial(4) * (value((*subset, theme)) - value(subset))
            for k in range(4)
            for subset in combinations(others, k)
        )
        assert found[f"t{theme}"].contribution == pytest.approx(100 * shapley)


def test_standard_errors_agree_with_a_bootstrap() -> None:
    draw = np.random.default_rng(11)
    n = 500
    x = draw.random((n, 2)) < [0.3, 0.4]
    y = np.clip(np.round(draw.normal(0.3 - 0.8 * x[:, 0] + 0.3 * x[:, 1], 0.8)), -1, 1).astype(int)
    found = theme_impact(wide(a=x[:, 0].astype(int), b=x[:, 1].astype(int)), data(list(y)), Nps("recommend"))
    impacts, parts = [], []
    for _ in range(1500):
        i = draw.integers(0, n, n)
        v, z = y[i], x[i]
        impacts.append(v.mean() - v[~z[:, 0]].mean())
        parts.append((z[:, 0] * (v - v[~z.any(axis=1)].mean()) / np.maximum(z.sum(axis=1), 1)).mean())
    assert found["a"].std_error == pytest.approx(100 * np.std(impacts), rel=0.06)
    assert found["a"].contribution_std_error == pytest.approx(100 * np.std(parts), rel=0.06)


def test_long_form_counts_several_mentions_once() -> None:
    long = [(f"r{i}", "price") for i, mark in enumerate(PRICE) if mark] * 3
    long += [(f"r{i}", "staff") for i, mark in enumerate(STAFF) if mark] + [("r9", None)]
    coding = pd.DataFrame(long, columns=["response_id", "theme"])
    expected = theme_impact(wide(price=PRICE, staff=STAFF), data(Y), Nps("recommend"), min_n=0)
    assert theme_impact(coding, data(Y), Nps("recommend"), min_n=0).themes == expected.themes
    assert (
        theme_impact(pl.LazyFrame(coding), pl.DataFrame(data(Y)), Nps("recommend"), min_n=0).themes == expected.themes
    )

    class Coding:
        def to_frame(self) -> pd.DataFrame:
            return coding

    assert theme_impact(Coding(), data(Y), Nps("recommend"), min_n=0).themes == expected.themes


def test_clusters_widen_the_interval_and_cost_degrees_of_freedom() -> None:
    draw = np.random.default_rng(2)
    branch = np.repeat(np.arange(12), 20)
    level = draw.normal(0, 1, 12)
    x = (draw.random(240) < 0.3).astype(int)
    y = np.clip(np.round(level[branch] - x * (1 + level[branch])), -1, 1).astype(int)
    frame = data(list(y)).assign(branch=branch)
    alone = theme_impact(wide(price=x), frame, Nps("recommend"))
    clustered = theme_impact(wide(price=x), frame, Nps("recommend"), design=Design(cluster="branch"))
    assert clustered["price"].impact == alone["price"].impact
    assert clustered["price"].std_error > 1.5 * alone["price"].std_error
    assert (alone.df, clustered.df) == (239, 11)


def test_missing_answer_is_left_out_but_stays_in_the_design() -> None:
    frame = data([*Y, 1, 1])
    frame["recommend"] = frame["recommend"].astype("Int64")
    frame.loc[10:, "recommend"] = pd.NA
    found = theme_impact(wide(price=[*PRICE, 1, 0]), frame, Nps("recommend"), min_n=0)
    assert (found.n, found["price"].n, found.df) == (10, 4, 11)
    assert found["price"].impact == pytest.approx(-56.66667, abs=5e-6)
    # Rows outside the domain are zeros, 12/11 stands in place of 10/9.
    assert found["price"].std_error == pytest.approx(26.1603 * math.sqrt(12 / 11 / (10 / 9)), abs=5e-5)


def test_weights_of_zero_alone_give_no_figures_and_negative_ones_are_refused() -> None:
    coding, frame = wide(price=PRICE), data(Y)
    found = theme_impact(coding, frame.assign(w=0.0), Nps("recommend"), design=Design(weight="w"), min_n=0)
    assert math.isnan(found.estimate)
    assert math.isnan(found.themes[0].impact)
    with pytest.raises(ValueError, match="1 weight"):
        theme_impact(coding, frame.assign(w=[-1.0] + [1.0] * 9), Nps("recommend"), design=Design(weight="w"))


def test_raked_margin_that_is_the_theme_leaves_its_share_certain() -> None:
    draw = np.random.default_rng(5)
    x = (draw.random(400) < 0.3).astype(int)
    y = np.clip(np.round(draw.normal(0.3 - 0.6 * x, 0.8)), -1, 1).astype(int)
    raking = rake(data(list(y)).assign(x=x), {"x": {0: 0.6, 1: 0.4}})
    design = raking.design()
    aware = theme_impact(wide(price=x), raking, Nps("recommend"), design=design)["price"]
    fixed = theme_impact(wide(price=x), raking, Nps("recommend"), design=Design(weight=design.weight))["price"]
    assert aware.share == pytest.approx(0.4)
    # With the share known, impact = share · (score with − score without): the error is that of the two scores alone.
    spread = [y[x == k].var() * (x == k).sum() for k in (0, 1)]
    expected = 0.4 * math.sqrt(400 / 399 * sum(s / (x == k).sum() ** 2 for k, s in enumerate(spread)))
    assert aware.std_error == pytest.approx(100 * expected)
    assert aware.std_error < fixed.std_error


def test_theme_that_everybody_mentions_has_no_impact() -> None:
    found = theme_impact(wide(all=[1] * 30, some=[1, 0] * 15), data(Y * 3), Nps("recommend"))
    row = found["all"]
    assert (row.n, row.share, row.reason) == (30, 1.0, None)
    assert math.isnan(row.impact)
    assert math.isnan(row.ci_low)
    assert any("Everybody mentions: all" in str(note) for note in found.notes)
    assert found.split.n_none is None


@pytest.mark.parametrize("n_t", [3, 28])
def test_theme_of_few_or_of_all_but_few_is_hidden(n_t: int) -> None:
    found = theme_impact(
        wide(rare=[1] * n_t + [0] * (30 - n_t), common=[0, 1] * 15), data(Y * 3), Nps("recommend"), min_n=10
    )
    row = found.themes[-1]
    assert (row.theme, row.n, row.reason) == ("rare", None, "small")
    assert all(math.isnan(value) for value in (row.share, row.estimate, row.impact, row.contribution))
    # What is shown adds up without it, so nothing is left over that would be its part.
    assert sum(r.contribution for r in found.themes if r.reason is None) == pytest.approx(found.split.whole)
    assert found.to_dict()["rows"][-1]["n"] is None


def test_shares_means_and_gaps_are_measured_too() -> None:
    frame = data(Y * 3).assign(csat=[5, 4, 3, 2, 1] * 6, hoped=3.0)
    coding = wide(price=PRICE * 3)
    x = np.array(PRICE * 3, dtype=bool)
    box = theme_impact(coding, frame, TopBox("csat"))["price"]
    hit = (frame["csat"] >= 4).to_numpy()
    assert box.impact == pytest.approx(hit.mean() - hit[~x].mean())
    mean = theme_impact(coding, frame, MeanScore("csat"))
    assert mean["price"].impact == pytest.approx(frame["csat"].mean() - frame["csat"][~x].mean())
    gap = theme_impact(coding, frame, GapScore("hoped", "csat"))
    assert gap["price"].impact == pytest.approx(mean["price"].impact)
    for found in (mean, theme_impact(coding, frame, TopBox("csat"))):
        assert found.plot().alt


def test_coded_responses_that_are_not_among_the_data_are_counted() -> None:
    coding = wide(price=[*PRICE * 3, 1, 1])
    found = theme_impact(coding, data(Y * 3), Nps("recommend"))
    assert found.n_unknown == 2


@pytest.mark.parametrize(
    ("coding", "text"),
    [
        ({"response_id": [1, 2], "theme": ["a", "b"]}, "No coded response"),
        ({"response_id": ["r1"]}, "no themes"),
        ({"response_id": ["r1"], "comment": ["slow"]}, "“comment” of the coding holds 'slow'"),
    ],
)
def test_coding_that_does_not_fit_is_refused(coding: dict[str, list[object]], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        theme_impact(coding, data(Y), Nps("recommend"))


def test_other_input_that_cannot_be_is_refused() -> None:
    with pytest.raises(ColumnNotFoundError, match="the coding"):
        theme_impact({"id": ["r1"], "theme": ["a"]}, data(Y), Nps("recommend"))
    with pytest.raises(ValueError, match="several rows"):
        theme_impact(wide(a=PRICE), pd.concat([data(Y), data(Y)]), Nps("recommend"))
    with pytest.raises(ResponseValidationError):
        theme_impact(wide(a=PRICE), data(Y).assign(recommend=11), Nps("recommend"))
    with pytest.raises(ValueError, match="confidence_level"):
        theme_impact(wide(a=PRICE), data(Y), Nps("recommend"), confidence_level=95)
    with pytest.raises(ColumnNotFoundError):
        theme_impact(wide(a=PRICE), data(Y), Nps("recommend"), min_n=0)["b"]


def test_score_of_few_is_not_told() -> None:
    found = theme_impact(wide(price=[0, 1, 0]), data([1, 0, -1]), Nps("recommend"))
    assert math.isnan(found.estimate)
    assert found.n is None
    assert found.facts()["n"] is None


def test_nobody_answered_is_rows_without_figures() -> None:
    frame = data(Y).assign(recommend=np.nan)
    found = theme_impact(wide(price=PRICE), frame, Nps("recommend"), min_n=0)
    assert found.n == 0
    assert math.isnan(found.estimate)
    assert math.isnan(found.themes[0].impact)
    assert "No theme" in str(found.sentence)
    assert "no themes" in str(
        theme_impact({"response_id": ["r1"], "theme": [None]}, data(Y), Nps("recommend")).sentence
    )


def test_sentence_names_the_theme_that_costs_most() -> None:
    found = theme_impact(wide(price=PRICE * 12, staff=STAFF * 12), data(Y * 12), Nps("recommend"))
    text = str(found.sentence).replace(chr(0xA0), " ")
    assert text.startswith("“price” costs most: 57 points (95 % interval −71 to −42).")
    assert "Without the 40 % of answers that mention it" in text
    assert "would be +67 instead of +10" in text
    assert "“staff” lifts it most: 27 points" in text
    set_language("zh-CN")
    assert "“price”拉低得分最多：57 分" in str(found.sentence)
    assert "影响" in str(found)


def test_sentence_does_not_claim_what_chance_can_do() -> None:
    found = theme_impact(wide(price=PRICE), data([*Y[:5], 1, 0, -1, 1, 0]), Nps("recommend"), min_n=0)
    assert "cannot rule out that it costs nothing" in str(found.sentence)


def test_many_themes_draw_both_ends() -> None:
    draw = np.random.default_rng(3)
    marks = {f"theme {i}": (draw.random(200) < 0.3).astype(int) for i in range(30)}
    chart = theme_impact(wide(**marks), data(Y * 20), Nps("recommend")).plot()
    assert "6 themes in between" in chart.caption
