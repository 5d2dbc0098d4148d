"""Reliability of a scale from answers: reversed items, missing answers, hints, what surveys declare."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.metrics.reliability import covariance_of, reliability
from closeloop.survey.load import survey_from_dict
from closeloop.text import set_language

ITEMS = ["a", "b", "c", "d"]


@pytest.fixture
def answers() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    person = rng.normal(size=120)
    return pd.DataFrame({n: np.clip(np.round(3 + person + rng.normal(size=120)), 1, 5) for n in ITEMS})


def test_figures_are_those_of_the_formula(answers: pd.DataFrame) -> None:
    found = reliability(answers, ITEMS)
    total = answers.sum(axis=1)
    assert found.alpha == pytest.approx(4 / 3 * (1 - answers.var().sum() / total.var()))
    r = answers.corr().to_numpy()[np.triu_indices(4, 1)].mean()
    assert found.alpha_standardised == pytest.approx(4 * r / (1 + 3 * r))
    row = found.rows()[0]
    assert row["item_rest"] == pytest.approx(answers["a"].corr(total - answers["a"]))
    assert row["alpha_without"] == pytest.approx(reliability(answers, ITEMS[1:]).alpha)
    assert (row["mean"], row["sd"]) == pytest.approx((answers["a"].mean(), answers["a"].std()))
    assert found.ci.low < found.alpha < found.ci.high
    assert found.facts()["omega"] == pytest.approx(found.omega)


def test_a_reversed_item_counts_the_other_way_round(answers: pd.DataFrame) -> None:
    turned = answers.assign(d=6 - answers["d"])
    plain, found = reliability(answers, ITEMS), reliability(turned, ITEMS, reverse=["d"])
    assert found.alpha == pytest.approx(plain.alpha)
    assert found.omega == pytest.approx(plain.omega, abs=1e-6)
    assert [row["reversed"] for row in found.rows()] == [False, False, False, True]
    assert found.rows()[3]["mean"] == pytest.approx(turned["d"].mean())  # as it was answered


def test_contradicting_items_are_shown_with_a_hint_which_to_reverse(answers: pd.DataFrame) -> None:
    found = reliability(answers.assign(c=6 - answers["c"], d=6 - answers["d"]), ITEMS)
    assert found.alpha < 0
    assert "below 0" in found.sentence.en
    assert any("run against the others: a, b, c and d" in note.en for note in found.notes)


def test_respondents_with_a_missing_item_are_left_out_and_counted(answers: pd.DataFrame) -> None:
    holed = answers.copy()
    holed.loc[[2, 5], "a"] = np.nan
    holed.loc[5, "b"] = np.nan
    found = reliability(holed, ITEMS)
    assert (found.n, found.n_missing) == (118, 2)
    assert found.alpha == pytest.approx(reliability(answers.drop(index=[2, 5]), ITEMS).alpha)
    assert any("Left out because an item is missing: 2" in note.en for note in found.notes)


@pytest.mark.parametrize(
    ("frame", "items"),
    [
        ({"a": [1, 2, 3]}, ["a"]),
        ({"a": [3, 3, 3], "b": [4, 4, 4]}, ["a", "b"]),
        ({"a": [3], "b": [4]}, ["a", "b"]),
        ({"a": [], "b": []}, ["a", "b"]),
        ({"a": [1, None], "b": [None, 1]}, ["a", "b"]),
    ],
)
def test_too_little_to_go_by_is_nan(frame: dict[str, Any], items: list[str]) -> None:
    found = reliability(frame, items)
    assert np.isnan([found.alpha, found.alpha_standardised, *found.ci, found.omega, found.omega_standardised]).all()
    assert "cannot be calculated" in found.sentence.en
    assert found.to_dict()["alpha"] is None
    found.plot()


def test_fewer_answers_than_items_give_alpha_without_omega(answers: pd.DataFrame) -> None:
    found = reliability(answers.head(4), ITEMS)
    assert not math.isnan(found.alpha)
    assert math.isnan(found.omega)
    assert any("Only 4 complete answers for 4 items" in note.en for note in found.notes)


def test_a_constant_item_is_named(answers: pd.DataFrame) -> None:
    found = reliability(answers.assign(d=0.1), ITEMS)
    assert not math.isnan(found.alpha)
    assert math.isnan(found.rows()[3]["item_rest"])
    assert any("Answered alike by everybody" in note.en and "d" in note.en for note in found.notes)


def test_bad_input_is_refused(answers: pd.DataFrame) -> None:
    with pytest.raises(ColumnNotFoundError, match="e"):
        reliability(answers, ["a", "e"])
    with pytest.raises(ColumnNotFoundError, match="the items of the scale"):
        reliability(answers, ["a", "b"], reverse=["c"])
    with pytest.raises(ValueError, match="Which items"):
        reliability(answers, [])
    with pytest.raises(ResponseValidationError, match="“a”"):
        reliability(answers.assign(a="good"), ITEMS)
    with pytest.raises(ValueError, match="confidence_level"):
        reliability(answers, ITEMS, confidence_level=0)


def test_a_dimension_or_a_matrix_of_the_survey_stands_for_its_columns() -> None:
    rating = {"type": "rating", "min": 1, "max": 5}
    survey = survey_from_dict(
        {"format": 1, "id": "scale", "version": 1, "languages": ["en"], "title": {"en": "Scale"},
         "pages": [{"name": "main", "items": [
             {"name": "quick", "dimension": "speed", "ask": {"en": "Quick?"}, **rating},
             {"name": "slow", "dimension": "speed", "reverse": True, "ask": {"en": "Slow?"}, **rating},
             {"name": "m", "type": "matrix", "points": 5, "rows": [{"value": "x", "text": {"en": "Ex"}},
                                                                  {"value": "y", "text": {"en": "Why"}}]}]}]}
    )  # fmt: skip
    rows = pd.DataFrame({"quick": [1, 2, 4, 5], "slow": [5, 4, 1, 2], "m__x": [1, 2, 3, 4], "m__y": [2, 1, 4, 3]})
    given = cl.read_responses(rows, survey)
    speed, matrix = reliability(given, "speed"), reliability(given, "m")
    assert [(row["item"], row["reversed"]) for row in speed.rows()] == [("quick", False), ("slow", True)]
    assert speed.alpha > 0.8
    assert [row["title"].en for row in matrix.rows()] == ["Ex", "Why"]
    assert reliability(given, ["m.x", "m.y"]).alpha == matrix.alpha


def test_items_on_different_scales_are_pointed_out_first() -> None:
    answers = pd.DataFrame({"recommend": [9, 3, 7, 10, 5], "overall": [5, 2, 4, 5, 3], "effort": [6, 2, 5, 7, 4]})
    mixed = reliability(cl.read_responses(answers, cl.load_survey("relationship-nps")), list(answers))
    assert not mixed.one_scale
    assert mixed.notes[0].en.startswith("Caution: the items are answered on different scales")
    assert reliability(answers, list(answers)).one_scale  # a frame declares nothing


def test_covariances_are_those_of_numpy_and_exactly_zero_for_a_constant() -> None:
    rows = np.random.default_rng(0).normal(size=(20, 3))
    assert covariance_of(rows) == pytest.approx(np.cov(rows.T))
    rows[:, 1] = 0.1
    assert covariance_of(rows)[1].tolist() == [0.0, 0.0, 0.0]


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_it_displays_itself_in_both_languages(answers: pd.DataFrame, tag: str) -> None:
    set_language(tag)
    found = reliability(answers, ITEMS)
    assert ("agree well enough" if tag == "en" else "一致性较好") in str(found)
    assert ("Reliability" if tag == "en" else "量表信度") in found.plot().title
    assert list(found.to_frame()["item"]) == ITEMS
