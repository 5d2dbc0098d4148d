"""Importance and performance: lines, quadrants, their certainty, and what cannot be placed."""

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

import closeloop as cl
from closeloop.errors import ColumnNotFoundError, InsufficientDataError, ResponseValidationError
from closeloop.metrics.importance_performance import importance_performance
from closeloop.stats.correlation import moments
from closeloop.stats.importance import johnson, lmg
from closeloop.stats.importance_performance import QUADRANTS, crossing, quadrants_of, resampled_moments
from closeloop.survey.load import survey_from_dict
from closeloop.text import set_language

IMPORTANCE, PERFORMANCE = [0.37, 0.05, 0.16, 0.12], [4.1, 4.5, 3.2, 3.9]
BY_MEAN = ["keep", "overkill", "low", "low"]
BY_MEDIAN = ["keep", "overkill", "concentrate", "low"]
ITEMS = ["speed", "price", "staff", "app"]


def named(importance: list[float], performance: list[float], lines: str, **how: Any) -> list[str]:
    """Give the quadrants by name."""
    return [
        QUADRANTS[i] for i in quadrants_of(importance, performance, crossing(importance, performance, lines, **how))
    ]


def test_performance_on_different_scales_is_not_compared() -> None:
    frame = pd.DataFrame(
        {"recommend": [9, 3, 7, 10, 5, 8], "overall": [5, 2, 4, 5, 3, 4], "effort": [6, 2, 5, 7, 4, 4]}
    )
    given = cl.read_responses(frame, cl.load_survey("relationship-nps"))
    with pytest.raises(ValueError, match="overall 1–5, effort 1–7"):
        importance_performance(given, "recommend", ["overall", "effort"])


@pytest.fixture
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(11)
    n = 150
    frame = pd.DataFrame(
        {name: np.clip(np.round(m + rng.normal(size=n)), 1, 5)
         for name, m in zip(ITEMS, (2.6, 3.4, 3.9, 3.0), strict=True)}
    )  # fmt: skip
    frame["overall"] = np.round(0.7 * frame["speed"] + 0.5 * frame["staff"] + 0.1 * frame["app"] + rng.normal(size=n))
    return frame


def test_the_choice_of_lines_changes_the_decision() -> None:
    """Chapter 30 §3: mean lines (.175, 3.925), median lines (.14, 4.0)."""
    assert [float(line) for line in crossing(IMPORTANCE, PERFORMANCE, "mean")] == pytest.approx([0.175, 3.925])
    assert [float(line) for line in crossing(IMPORTANCE, PERFORMANCE, "median")] == pytest.approx([0.14, 4.0])
    assert named(IMPORTANCE, PERFORMANCE, "mean") == BY_MEAN
    assert named(IMPORTANCE, PERFORMANCE, "median") == BY_MEDIAN


@pytest.mark.shared
def test_the_whole_block_of_reference_numbers(shared: Callable[[str], Path]) -> None:
    block = json.loads(shared("vectors/stats_vectors.json").read_text())["misc"]["ipa"]
    assert named(block["imp"], block["perf"], "mean") == block["by_mean"]
    assert named(block["imp"], block["perf"], "median") == block["by_median"]


def test_the_example_through_the_front_door_names_the_item_that_depends_on_the_line() -> None:
    rows = {name: [value] * 10 for name, value in zip(ITEMS, PERFORMANCE, strict=True)}
    given = dict(zip(ITEMS, IMPORTANCE, strict=True))
    for lines, expected in (("mean", BY_MEAN), ("median", BY_MEDIAN)):
        found = importance_performance(rows, items=ITEMS, importance=given, lines=lines, bootstrap=20)
        assert [item.quadrant for item in found.items] == expected
        assert [item.item for item in found.items if item.depends_on_lines] == ["staff"]
        assert any("quadrant of staff" in note.en for note in found.notes)
        assert all(item.certainty == 1 for item in found.items)  # nobody differs


def test_midpoints_stand_in_the_middle_of_the_scale() -> None:
    assert [float(line) for line in crossing(IMPORTANCE, PERFORMANCE, "midpoint", scale=(1, 5))] == [0.21, 3.0]
    lines = crossing([4.0, 2.0], [4.0, 2.0], "midpoint", scale=(1, 7), stated=True)
    assert [float(line) for line in lines] == [4.0, 4.0]
    with pytest.raises(ValueError, match="scale"):
        crossing([1.0], [1.0], "midpoint")


def test_what_lies_on_a_line_counts_as_high() -> None:
    assert named([0.1] * 3, [0.1 + 0.2] * 3, "mean") == ["keep"] * 3  # the mean of equal numbers may be rounded


def test_derived_importance_is_lmg_and_adds_up_to_r_squared(answers: pd.DataFrame) -> None:
    found = importance_performance(answers, "overall", ITEMS, bootstrap=0)
    correlation = answers[[*ITEMS, "overall"]].corr().to_numpy()
    assert [item.importance for item in found.items] == pytest.approx(lmg(correlation))
    design = np.column_stack([np.ones(len(answers)), answers[ITEMS]])
    residual = np.linalg.lstsq(design, answers["overall"].to_numpy(), rcond=None)[1][0]
    assert found.r_squared == pytest.approx(1 - residual / (answers["overall"].var(ddof=0) * len(answers)))
    assert [item.correlation for item in found.items] == pytest.approx(correlation[:-1, -1])
    assert found.importance_kind == "lmg"
    assert found.n_bootstrap == 0
    assert all(math.isnan(item.certainty) and math.isnan(item.importance_ci.low) for item in found.items)
    assert "certainty" not in {column.name for column in found.columns}
    found.plot()


def test_many_items_get_johnsons_weights() -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.integers(1, 6, (80, 14)).astype(float), columns=[f"q{i}" for i in range(14)])
    names = [f"q{i}" for i in range(13)]
    found = importance_performance(frame, "q13", names, bootstrap=10)
    assert found.importance_kind == "johnson"
    assert [item.importance for item in found.items] == pytest.approx(johnson(frame.corr().to_numpy()))


def test_resampled_moments_are_those_of_the_samples_put_together() -> None:
    rows = np.random.default_rng(2).normal(5, 2, (30, 3))
    found = resampled_moments(rows, 7, seed=4)
    drawn = np.random.default_rng(4).integers(0, 30, (7, 30))
    for b in range(7):
        sample = rows[drawn[b]]
        assert found.mean[b] == pytest.approx(sample.mean(axis=0))
        assert found.gram[b] == pytest.approx(np.cov(sample.T) * 29)
    assert moments(rows).gram == pytest.approx(np.cov(rows.T) * 29)


def test_resampling_does_not_depend_on_how_it_is_cut_into_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = np.random.default_rng(2).normal(size=(40, 2))
    whole = resampled_moments(rows, 9, seed=1).gram
    monkeypatch.setattr("closeloop.stats.importance_performance._BLOCK", 80)
    assert resampled_moments(rows, 9, seed=1).gram == pytest.approx(whole)


def test_probabilities_add_up_and_repeat_with_the_seed(answers: pd.DataFrame) -> None:
    found = importance_performance(answers, "overall", ITEMS, bootstrap=200, seed=9)
    again = importance_performance(answers, "overall", ITEMS, bootstrap=200, seed=9)
    other = importance_performance(answers, "overall", ITEMS, bootstrap=200, seed=10)
    assert found.rows() == again.rows()
    assert found.rows() != other.rows()
    for row in found.rows():
        assert sum(row[f"p_{name}"] for name in QUADRANTS) == pytest.approx(1)
        assert row["importance_low"] <= row["importance"] * 1.2
        assert row["performance_low"] < row["performance"] < row["performance_high"]
        assert row["certainty"] == row[f"p_{row['quadrant']}"]
    placed = {item.item: item for item in found.items}
    assert placed["speed"].quadrant == "concentrate"
    assert placed["speed"].certainty > 0.95
    assert "Important and below the line: speed" in found.sentence.en


def test_probability_of_a_quadrant_is_that_of_explicit_resampling(answers: pd.DataFrame) -> None:
    """The whole way from resampled respondents, put together one sample after another."""
    found = importance_performance(answers, "overall", ITEMS, bootstrap=60, seed=3)
    rows = answers[[*ITEMS, "overall"]].to_numpy()
    drawn = np.random.default_rng(3).integers(0, len(rows), (60, len(rows)))
    counted = np.zeros((4, 4))
    for picks in drawn:
        sample = rows[picks]
        weight, performance = lmg(np.corrcoef(sample.T)), sample[:, :4].mean(axis=0)
        placed = quadrants_of(weight, performance, crossing(weight, performance, "mean"))
        counted[placed, np.arange(4)] += 1 / 60
    for j, item in enumerate(found.items):
        assert [item.probability[name] for name in QUADRANTS] == pytest.approx(counted[:, j])


def test_stated_importance_is_resampled_with_the_respondents(answers: pd.DataFrame) -> None:
    rng = np.random.default_rng(8)
    columns = {name: f"i_{name}" for name in ITEMS}
    stated = answers.assign(**{c: rng.integers(1, 6, len(answers)) for c in columns.values()})
    found = importance_performance(stated, items=ITEMS, importance=columns, lines="midpoint", scale=(1, 5))
    assert found.importance_kind == "stated"
    assert (found.line_importance, found.line_performance) == (3, 3)
    for item in found.items:
        assert item.importance == pytest.approx(stated[columns[item.item]].mean())
        assert item.importance_ci.low < item.importance < item.importance_ci.high
        assert set(item.by_lines) == {"mean", "median", "midpoint"}
    assert math.isnan(found.r_squared)


def test_respondents_with_a_missing_answer_are_left_out_and_counted(answers: pd.DataFrame) -> None:
    holed = answers.copy()
    holed.loc[3, "overall"] = np.nan
    holed.loc[7, "app"] = np.nan
    found = importance_performance(holed, "overall", ITEMS, bootstrap=0)
    assert (found.n, found.n_missing) == (148, 2)
    kept = importance_performance(answers.drop(index=[3, 7]), "overall", ITEMS, bootstrap=0)
    assert [i.importance for i in found.items] == pytest.approx([i.importance for i in kept.items])


def test_an_item_that_goes_against_the_outcome_is_pointed_out(answers: pd.DataFrame) -> None:
    found = importance_performance(answers.assign(speed=6 - answers["speed"]), "overall", ITEMS, bootstrap=0)
    assert any("a worse outcome: speed" in note.en for note in found.notes)


def test_what_cannot_be_placed_is_refused(answers: pd.DataFrame) -> None:
    with pytest.raises(InsufficientDataError, match="at least 6 complete answers; there are 5"):
        importance_performance(answers.head(5), "overall", ITEMS)
    with pytest.raises(ValueError, match=r"no importance can be derived: overall\."):
        importance_performance(answers.assign(overall=4.1), "overall", ITEMS)
    with pytest.raises(ValueError, match=r"no importance can be derived: price\."):
        importance_performance(answers.assign(price=3.3), "overall", ITEMS)
    with pytest.raises(ValueError, match="told apart: speed, staff, app"):
        importance_performance(answers.assign(app=answers["speed"] + answers["staff"]), "overall", ITEMS)
    with pytest.raises(InsufficientDataError, match="there are 0"):
        importance_performance(answers.iloc[:0], items=ITEMS, importance=dict.fromkeys(ITEMS, 1.0))


def test_samples_in_which_nothing_can_be_derived_are_left_out() -> None:
    frame = {"a": [1.0, 1, 1, 1, 1, 5], "b": [1.0, 2, 3, 4, 5, 3], "y": [1.0, 2, 2, 4, 4, 5]}
    found = importance_performance(frame, "y", ["a", "b"], bootstrap=200)
    assert 100 < found.n_bootstrap < 200  # (5/6)^6 = 33 % of the samples miss the one who differs
    assert sum(found.items[0].probability.values()) == pytest.approx(1)


def test_bad_requests_say_what_is_expected(answers: pd.DataFrame) -> None:
    def refused(said: str, outcome: str | None = "overall", items: Any = ITEMS, **how: Any) -> None:
        with pytest.raises(ValueError, match=said):
            importance_performance(answers, outcome, items, **how)

    refused("at least two", items=["speed"])
    refused("at least two", items="speed")
    refused("also among the items", items=[*ITEMS, "overall"])
    refused("needs an outcome", outcome=None)
    refused('"derived" or a mapping', importance="lmg")
    refused("different are: app", importance=dict.fromkeys(ITEMS[:3], 0.1))
    refused("finite number", importance={**dict.fromkeys(ITEMS[:3], 0.1), "app": math.nan})
    refused('"mean", "median", "midpoint"', lines="zero")
    refused(r"scale=\(1, 5\)", lines="midpoint")
    refused("lowest and the highest", scale=(5, 1))
    refused("got -1", bootstrap=-1)
    refused("confidence_level", confidence_level=2)
    refused("plans no metric “overall”", items=None)
    refused("Say which columns are meant", outcome=None, items=None)
    with pytest.raises(ColumnNotFoundError, match="speedy"):
        importance_performance(answers, "overall", ["speedy", "price"])
    with pytest.raises(ResponseValidationError, match="“price”"):
        importance_performance(answers.assign(price="good"), "overall", ITEMS)


def test_it_can_be_drawn_into_axes_of_ones_own(answers: pd.DataFrame) -> None:
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    chart = importance_performance(answers, "overall", ITEMS, bootstrap=20).plot(axes)
    assert chart.figure is axes.figure
    assert len(axes.lines) == 2 + len(ITEMS)


def test_nothing_to_work_on_is_said(answers: pd.DataFrame) -> None:
    given = dict(zip(ITEMS, (0.1, 0.1, 0.9, 0.1), strict=True))
    found = importance_performance(answers, items=ITEMS, importance=given, bootstrap=0)
    assert "keep up staff" in found.sentence.en


def test_a_survey_that_plans_it_gives_items_and_scale(answers: pd.DataFrame) -> None:
    items = [{"name": n, "type": "rating", "min": 1, "max": 5, "label": {"en": n.title()}} for n in ITEMS]
    outcome = {"name": "overall", "type": "nps", "ask": {"en": "How likely?"}}
    survey = survey_from_dict(
        {"format": 1, "id": "ipa", "version": 1, "languages": ["en"], "title": {"en": "Ipa"},
         "pages": [{"name": "main", "items": [outcome, *items]}],
         "metrics": {"focus": {"kind": "importance_performance", "outcome": "overall", "items": ITEMS}}}
    )  # fmt: skip
    rows = answers.clip(lower=0, upper=10).astype(int)
    given = cl.read_responses(rows, survey)
    found = importance_performance(given, bootstrap=0)
    assert [item.title.en for item in found.items] == ["Speed", "Price", "Staff", "App"]
    assert set(found.items[0].by_lines) == {"mean", "median", "midpoint"}
    assert [i.quadrant for i in importance_performance(given, "focus", bootstrap=0).items] == [
        i.quadrant for i in importance_performance(rows, "overall", ITEMS, bootstrap=0).items
    ]


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_displays_itself_in_both_languages(answers: pd.DataFrame, tag: str) -> None:
    set_language(tag)
    found = importance_performance(answers, "overall", ITEMS, bootstrap=50)
    assert ("concentrate here" if tag == "en" else "改进区") in str(found)
    drawn = {text.get_text() for text in found.plot().figure.axes[0].texts}
    assert ("keep up" if tag == "en" else "优势区") in drawn
    assert found.to_dict()["rows"][0]["quadrant"] == "concentrate"
    assert len(found.to_frame()) == 4


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(1, 5)), min_size=2, max_size=12))
def test_some_item_is_important_and_some_is_good_by_mean_and_median(points: list[tuple[float, float]]) -> None:
    for lines in ("mean", "median"):
        found = named([i for i, _ in points], [p for _, p in points], lines)
        assert {"keep", "concentrate"} & set(found)
        assert {"keep", "overkill"} & set(found)
