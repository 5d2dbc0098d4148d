"""Gaps of service quality: pairs, dimensions, own weights, designs, SERVPERF, and what surveys declare."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

import closeloop as cl
from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.metrics.design import Design
from closeloop.metrics.servqual import ServiceGap, Servqual, servqual
from closeloop.metrics.servqual_spec import NEGATIVE_IN_1988, ServqualSpec
from closeloop.survey.load import survey_from_dict
from closeloop.text import set_language

TWO = {"tangibles": [("e1", "p1"), ("e2", "p2")], "empathy": [("e3", "p3")]}
E = (6.2, 6.8, 6.5, 6.6, 6.0)
P = (5.9, 5.8, 6.1, 6.4, 5.7)
W = (11, 32, 22, 19, 16)


def whole(mean: float, n: int = 10) -> list[int]:
    """Give whole answers of that mean."""
    total = round(mean * n)
    return [total // n + (i < total % n) for i in range(n)]


def of(found: Servqual, level: str, name: str | None = None) -> ServiceGap:
    """Give one row."""
    return next(g for g in found.gaps if g.level == level and name in (None, g.dimension, g.item))


@pytest.fixture
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(5)
    person = rng.normal(size=80)
    frame = {
        name: np.clip(np.round(level + person + rng.normal(size=80)), 1, 7)
        for name, level in (("e1", 6), ("e2", 6), ("e3", 5.5), ("p1", 5), ("p2", 5.2), ("p3", 5.4))
    }
    return pd.DataFrame(frame)


def test_published_example() -> None:
    """Chapter 30 §3: gaps −.3, −1, −.4, −.2, −.3; unweighted −.44; weighted −.527."""
    names = ("tangibles", "reliability", "responsiveness", "assurance", "empathy")
    frame: dict[str, list[int]] = {}
    for name, e, p, w in zip(names, E, P, W, strict=True):
        frame |= {f"e_{name}": whole(e), f"p_{name}": whole(p), f"w_{name}": [w] * 10}
    spec = ServqualSpec({n: [(f"e_{n}", f"p_{n}")] for n in names}, weights={n: f"w_{n}" for n in names})
    found = servqual(frame, spec)
    assert [of(found, "dimension", n).gap for n in names] == pytest.approx([-0.3, -1.0, -0.4, -0.2, -0.3])
    assert of(found, "overall").gap == pytest.approx(-0.44)
    assert of(found, "overall_weighted").gap == pytest.approx(-0.527)
    assert [of(found, "dimension", n).weight for n in names] == pytest.approx(W)
    assert found.dimensions[0].dimension == "reliability"
    assert found.n_bad_weights == 0


@pytest.mark.shared
def test_the_example_is_the_one_of_the_reference_numbers(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text())["misc"]["servqual"]
    assert (tuple(block["E"]), tuple(block["P"]), tuple(block["w"])) == (E, P, W)
    assert (block["unweighted"], block["weighted"]) == (-0.44, -0.527)


def test_intervals_are_those_of_a_paired_t(answers: pd.DataFrame) -> None:
    found = servqual(answers, TWO)
    dimension = (answers[["p1", "p2"]].mean(axis=1) - answers[["e1", "e2"]].mean(axis=1)).to_numpy()
    overall = (dimension + (answers["p3"] - answers["e3"]).to_numpy()) / 2
    for row, gaps in ((of(found, "dimension", "tangibles"), dimension), (of(found, "overall"), overall)):
        reference = stats.ttest_1samp(gaps, 0).confidence_interval(0.95)
        assert tuple(row.ci) == pytest.approx((reference.low, reference.high))
        assert row.std_error == pytest.approx(stats.sem(gaps))
        assert row.gap == pytest.approx(gaps.mean())
        assert row.gap == pytest.approx(row.perception - row.expectation)


def test_a_dimension_needs_all_of_its_pairs_and_the_overall_figure_all_dimensions(answers: pd.DataFrame) -> None:
    answers.loc[0, "e1"] = np.nan
    answers.loc[1, "p3"] = np.nan
    found = servqual(answers, TWO)
    counted = {(g.level, g.dimension, g.item): (g.n, g.n_missing) for g in found.gaps}
    assert counted == {
        ("overall", None, None): (78, 2),
        ("dimension", "tangibles", None): (79, 1),
        ("item", "tangibles", "p1"): (79, 1),
        ("item", "tangibles", "p2"): (80, 0),
        ("dimension", "empathy", None): (79, 1),
        ("item", "empathy", "p3"): (79, 1),
    }
    kept = answers.drop(index=0)
    assert of(found, "item", "p1").expectation == pytest.approx(kept["e1"].mean())
    assert of(found, "item", "p1").perception == pytest.approx(kept["p1"].mean())  # of the same respondents


def test_weights_that_do_not_add_up_leave_the_respondent_out_of_the_weighted_figure_only() -> None:
    frame = {
        "e1": [7, 7, 7, 7, 7], "p1": [5, 5, 5, 5, 1], "e2": [6, 6, 6, 6, 6], "p2": [6, 6, 6, 6, 1],
        "w1": [75, 75, 33.3, 120, 60], "w2": [25, 25, 66.6, -20, 60],
    }  # fmt: skip
    spec = {"dimensions": {"a": [("e1", "p1")], "b": [("e2", "p2")]}, "weights": {"a": "w1", "b": "w2"}}
    found = servqual(frame, spec)
    weighted = of(found, "overall_weighted")
    assert found.n_bad_weights == 2
    assert (weighted.n, weighted.n_missing) == (3, 2)
    assert weighted.gap == pytest.approx((2 * -1.5 + -2 / 3) / 3)
    assert of(found, "overall").n == 5
    assert any("2 respondents" in note.en for note in found.notes)


def test_missing_weights_are_counted_as_unusable() -> None:
    frame = {"e": [7, 7], "p": [5, 6], "w": [100, None]}
    found = servqual(frame, ServqualSpec({"a": [("e", "p")]}, weights={"a": "w"}))
    assert (found.n_bad_weights, of(found, "overall_weighted").n) == (1, 1)


def test_reversed_items_are_turned_round() -> None:
    frame = {"e": [1, 2], "p": [3, 2]}
    found = servqual(frame, ServqualSpec({"a": [("e", "p")]}, reverse=["e", "p"], points=5))
    assert (found.gaps[0].expectation, found.gaps[0].perception) == (4.5, 3.5)


def test_equal_weights_of_a_design_give_the_paired_t(answers: pd.DataFrame) -> None:
    answers["w"] = 3.0
    plain, designed = servqual(answers, TWO), servqual(answers, TWO, design=Design(weight="w"))
    for one, other in zip(plain.gaps, designed.gaps, strict=True):
        assert (one.gap, one.std_error) == pytest.approx((other.gap, other.std_error))
        assert tuple(one.ci) == pytest.approx(tuple(other.ci))


def test_copies_of_a_respondent_in_one_cluster_add_no_precision(answers: pd.DataFrame) -> None:
    plain = servqual(answers, TWO)
    twice = pd.concat([answers, answers], ignore_index=True)
    twice["who"] = np.tile(np.arange(80), 2)
    clustered, naive = servqual(twice, TWO, design=Design(cluster="who")), servqual(twice, TWO)
    for one, other, short in zip(plain.gaps, clustered.gaps, naive.gaps, strict=True):
        assert tuple(other.ci) == pytest.approx(tuple(one.ci))
        assert other.n == 160
        assert short.std_error < 0.75 * one.std_error


def test_weights_of_a_design_move_the_means(answers: pd.DataFrame) -> None:
    answers["w"] = np.linspace(0, 2, 80)
    found = of(servqual(answers, TWO, design=Design(weight="w")), "item", "p3")
    assert found.perception == pytest.approx(np.average(answers["p3"], weights=answers["w"]))
    assert found.gap == pytest.approx(np.average(answers["p3"] - answers["e3"], weights=answers["w"]))


def test_a_design_keeps_the_rows_without_an_answer(answers: pd.DataFrame) -> None:
    answers["branch"] = np.arange(80) // 4
    answers.loc[:7, "p3"] = np.nan
    found = of(servqual(answers, TWO, design=Design(cluster="branch")), "dimension", "empathy")
    gaps = (answers["p3"] - answers["e3"]).to_numpy()
    mean = np.nanmean(gaps)
    totals = pd.Series(np.nan_to_num(gaps - mean)).groupby(answers["branch"]).sum() / 72
    error = math.sqrt(20 / 19 * ((totals - totals.mean()) ** 2).sum())
    assert found.std_error == pytest.approx(error)
    assert found.ci.high - found.gap == pytest.approx(stats.t.ppf(0.975, 19) * error)


def test_what_the_margins_of_a_raked_sample_explain_is_not_uncertain() -> None:
    frame = pd.DataFrame({"region": ["n", "s"] * 6, "w": [1.0, 3.0] * 6, "e": [6] * 12, "p": [4, 5] * 6})
    spec = {"a": [("e", "p")]}
    raked = servqual(frame, spec, design=Design(weight="w", margins=("region",))).gaps[0]
    weighted = servqual(frame, spec, design=Design(weight="w")).gaps[0]
    assert raked.gap == weighted.gap == pytest.approx(-1.25)
    assert raked.std_error == pytest.approx(0, abs=1e-12)
    assert weighted.std_error > 0.1


def test_reliabilities_of_a_dimension(answers: pd.DataFrame) -> None:
    row = of(servqual(answers, TWO), "dimension", "tangibles")
    e, p = answers[["e1", "e2"]].to_numpy(), answers[["p1", "p2"]].to_numpy()

    def alpha(x: np.ndarray) -> float:
        return float(2 * (1 - x.var(axis=0, ddof=1).sum() / x.sum(axis=1).var(ddof=1)))

    assert (row.alpha_expectation, row.alpha_perception) == pytest.approx((alpha(e), alpha(p)))
    variances = e.mean(axis=1).var(ddof=1), p.mean(axis=1).var(ddof=1)
    shared = 2 * np.cov(e.mean(axis=1), p.mean(axis=1))[0, 1]
    expected = (variances[0] * alpha(e) + variances[1] * alpha(p) - shared) / (sum(variances) - shared)
    assert row.gap_reliability == pytest.approx(expected)
    single = of(servqual(answers, TWO), "dimension", "empathy")
    assert np.isnan([single.alpha_expectation, single.alpha_perception, single.gap_reliability]).all()


def test_perceptions_alone() -> None:
    found = servqual({"p1": [5, 7, 6], "p2": [3, 4, 2]}, {"reliability": ["p1"], "empathy": ["p2"]})
    assert found.perceptions_only
    assert [g.dimension for g in found.dimensions] == ["empathy", "reliability"]
    worst = found.dimensions[0]
    reference = stats.ttest_1samp([3, 4, 2], 0).confidence_interval()
    assert tuple(worst.ci) == pytest.approx((reference.low, reference.high))
    assert math.isnan(worst.gap)
    assert math.isnan(worst.expectation)
    assert str(found.sentence).startswith("“Empathy” is rated lowest: 3.00 of 7")
    assert "gap" not in {column.name for column in found.columns}


def test_classic_layout() -> None:
    p, e = [f"p{i}" for i in range(1, 23)], [f"e{i}" for i in range(1, 23)]
    spec = ServqualSpec.classic(p, e, negative=NEGATIVE_IN_1988)
    assert [pairs[0] for pairs in spec.dimensions.values()] == [
        ("e1", "p1"), ("e5", "p5"), ("e10", "p10"), ("e14", "p14"), ("e18", "p18"),
    ]  # fmt: skip
    assert len(spec.pairs) == 22
    assert set(spec.reverse) == {f"{k}{i}" for k in "ep" for i in (10, 11, 12, 13, 18, 19, 20, 21, 22)}
    assert ServqualSpec.classic(p).perceptions_only
    with pytest.raises(ValueError, match="22 items; got 3"):
        ServqualSpec.classic(["a", "b", "c"])


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: ServqualSpec({}), "at least one dimension"),
        (lambda: ServqualSpec({"a": []}), "at least one item"),
        (lambda: ServqualSpec({"a": [("e", "p")], "b": ["q"]}), "pair"),
        (lambda: ServqualSpec({"a": [("e", "p")], "b": [("e", "q")]}), "“e” comes twice"),
        (lambda: ServqualSpec({"a": [("e", "p")]}, reverse=["x"]), "“x”"),
        (lambda: ServqualSpec({"a": [("e", "p")]}, weights={"b": "w"}), "dimensions a"),
        (lambda: ServqualSpec({"a": [("e", "p")]}, points=1), "got 1"),
    ],
)
def test_specifications_that_cannot_be_used(make: Callable[[], ServqualSpec], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        make()


def test_bad_input_is_refused(answers: pd.DataFrame) -> None:
    with pytest.raises(ColumnNotFoundError, match="p9"):
        servqual(answers, {"a": [("e1", "p9")]})
    with pytest.raises(ResponseValidationError, match="“p1”"):
        servqual(answers.assign(p1=8), TWO)
    with pytest.raises(ResponseValidationError, match="“p1”"):
        servqual(answers.assign(p1="good"), TWO)
    with pytest.raises(ValueError, match="confidence_level"):
        servqual(answers, TWO, confidence_level=95)
    with pytest.raises(ValueError, match="Say which columns are meant"):
        servqual(answers)


def test_without_answers_everything_is_nan(answers: pd.DataFrame) -> None:
    found = servqual(answers.iloc[:0], TWO)
    assert all(g.n == 0 and math.isnan(g.gap) and math.isnan(g.ci.low) for g in found.gaps)
    assert "Nobody" in found.sentence.en
    assert found.to_dict()["rows"][0]["gap"] is None
    found.plot()
    designed = servqual(answers.iloc[:0].assign(w=1.0), TWO, design=Design(weight="w"))
    assert all(g.n == 0 and math.isnan(g.gap) and math.isnan(g.ci.low) for g in designed.gaps)


def test_one_answer_has_a_gap_without_an_interval(answers: pd.DataFrame) -> None:
    row = servqual(answers.iloc[:1], TWO).gaps[0]
    assert not math.isnan(row.gap)
    assert np.isnan([row.std_error, *row.ci]).all()


def test_constant_answers_have_no_reliability_and_an_interval_without_width() -> None:
    row = of(servqual({"e1": [7] * 9, "e2": [7] * 9, "p1": [6] * 9, "p2": [6] * 9},
                      {"a": [("e1", "p1"), ("e2", "p2")]}), "dimension")  # fmt: skip
    assert tuple(row.ci) == (-1.0, -1.0)
    assert np.isnan([row.alpha_expectation, row.alpha_perception, row.gap_reliability]).all()


def test_sentences_say_whether_the_gap_is_one(answers: pd.DataFrame) -> None:
    assert servqual(answers, TWO).sentence.en.startswith("The service falls shortest in “Tangibles”: −")
    few = servqual({"e": [5, 5, 5, 5], "p": [4, 6, 5, 4]}, {"empathy": [("e", "p")]})
    assert "cannot be told from none" in few.sentence.en
    more = servqual({"e": [4, 5, 4], "p": [6, 6, 5]}, {"empathy": [("e", "p")]})
    assert more.sentence.en.startswith("No dimension is seen to fall short")
    set_language("zh")
    assert "“移情性”" in str(more.sentence)


SURVEY: dict[str, Any] = {
    "format": 1, "id": "service", "version": 1, "languages": ["en"], "title": {"en": "Service"},
    "pages": [{"name": "main", "items": [
        {"name": "e", "type": "matrix", "points": 5, "rows": [{"value": "clean", "text": {"en": "Clean"}},
                                                            {"value": "kind", "text": {"en": "Kind"}}]},
        {"name": "p", "type": "matrix", "points": 5, "rows": [{"value": "clean", "text": {"en": "Clean"}},
                                                            {"value": "kind", "text": {"en": "Kind"}}]},
        {"name": "quick", "type": "rating", "min": 1, "max": 5, "dimension": "responsiveness", "ask": {"en": "Quick?"}},
        {"name": "slow", "type": "rating", "min": 1, "max": 5, "dimension": "responsiveness", "reverse": True,
         "ask": {"en": "Slow?"}},
    ]}],
}  # fmt: skip
PLAN = {"gap": {"kind": "servqual", "expectations": "e", "perceptions": "p",
                "dimensions": {"tangibles": ["clean"], "empathy": ["kind"]}}}  # fmt: skip
ROWS = pd.DataFrame(
    {"e.clean": [5, 4, 5], "e.kind": [4, 4, 4], "p.clean": [3, 4, 3], "p.kind": [4, 5, 4], "quick": [5, 4, 2],
     "slow": [1, 2, 5]}
)  # fmt: skip


def responses(**more: Any) -> cl.Responses:
    """Give responses to the survey of this file."""
    survey = survey_from_dict({**SURVEY, **more})
    return cl.read_responses(ROWS.rename(columns=lambda c: c.replace(".", "__")), survey)


def test_a_survey_that_plans_it_needs_no_specification() -> None:
    given = responses(metrics=PLAN)
    for found in (servqual(given), servqual(given, "gap")):
        assert [(g.dimension, round(g.gap, 6)) for g in found.dimensions] == [
            ("tangibles", -1.333333), ("empathy", 0.333333),
        ]  # fmt: skip
        assert of(found, "item", "p__clean").title.en == "Clean"
        assert found.points == 5
    with pytest.raises(ValueError, match="Planned of this kind: gap"):
        servqual(given, "gaps")


def test_items_that_declare_a_dimension_are_perceptions() -> None:
    found = servqual(responses())
    assert found.perceptions_only
    row = of(found, "dimension", "responsiveness")
    assert row.perception == pytest.approx(np.mean([(5 + 5) / 2, (4 + 4) / 2, (2 + 1) / 2]))  # slow turned round


@given(arrays(float, (15, 6), elements=st.integers(1, 7).map(float)))
def test_dimension_and_overall_are_means_of_what_they_consist_of(scores: np.ndarray) -> None:
    found = servqual(dict(zip(("e1", "e2", "e3", "p1", "p2", "p3"), scores.T, strict=True)), TWO)
    items = [of(found, "item", name).gap for name in ("p1", "p2", "p3")]
    assert of(found, "dimension", "tangibles").gap == pytest.approx(np.mean(items[:2]))
    assert found.gaps[0].gap == pytest.approx((np.mean(items[:2]) + items[2]) / 2)
    assert all(g.ci.low <= g.gap + 1e-9 and g.gap - 1e-9 <= g.ci.high for g in found.gaps)


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_displays_itself_in_both_languages(answers: pd.DataFrame, tag: str) -> None:
    set_language(tag)
    found = servqual(answers, TWO)
    assert ("Tangibles" if tag == "en" else "有形性") in str(found)
    assert found.plot().alt.startswith("Service quality" if tag == "en" else "服务质量")
    assert len(found.to_frame()) == 6
