"""Faults found by trying to break the analyses, each with the input that showed it."""

from __future__ import annotations

import json
import math
from typing import Any

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.errors import InsufficientDataError, ResponseValidationError

NPS = cl.Nps("recommend")


def test_a_group_without_any_answer_does_not_void_the_decomposition() -> None:
    silent = {"recommend": [None] * 5, "plan": ["gone"] * 5}
    before = {"recommend": [9] * 20 + [3] * 20, "plan": ["a"] * 20 + ["b"] * 20}
    after = {"recommend": [9] * 25 + [3] * 20, "plan": ["a"] * 20 + ["b"] * 25}
    wanted = cl.decompose(before, after, NPS, "plan")
    found = cl.decompose(_joined(before, silent), _joined(after, silent), NPS, "plan")
    assert (found.rate.value, found.mix.value) == pytest.approx((wanted.rate.value, wanted.mix.value))
    # the rows stay in the design, so that n/(n − 1) is a little nearer to 1
    assert found.rate.std_error == pytest.approx(wanted.rate.std_error, rel=0.01)
    assert [segment.key for segment in found.segments] == [segment.key for segment in wanted.segments]


def _joined(one: dict[str, list[Any]], two: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: one[name] + two[name] for name in one}


def test_equal_answers_everywhere_are_no_effect() -> None:
    rows = {"recommend": [10] * 60, "called": [i // 2 % 2 for i in range(60)], "wave": [i % 2 for i in range(60)]}
    found = cl.effect(rows, NPS, group="called", period="wave")
    assert found.estimate == 0
    assert "lowered" not in found.sentence.en
    assert "raised" not in found.sentence.en


def test_as_many_answers_as_coefficients_leave_the_error_open() -> None:
    rows = {"recommend": [9, 3, 9, 9], "called": [0, 0, 1, 1], "wave": [0, 1, 0, 1], "shop": [0, 0, 1, 1]}
    found = cl.effect(rows, NPS, group="called", period="wave", unit="shop")
    assert found.estimate == pytest.approx(200)
    assert math.isnan(found.std_error)


def test_a_unit_in_both_groups_is_named_as_the_user_knows_it() -> None:
    rows = {"recommend": [9, 3, 9, 9], "called": [0, 0, 1, 1], "shop": ["north", "south", "south", "east"]}
    with pytest.raises(ValueError, match="'south'"):
        cl.effect(rows, NPS, group="called", unit="shop", method="randomised")


@pytest.mark.parametrize("zone", [None, "UTC"])
def test_the_moment_of_the_action_may_have_a_zone(zone: str | None) -> None:
    days = pd.Series(pd.date_range("2026-01-01", periods=60, tz=zone))
    rows = pd.DataFrame({"recommend": [9, 3, 7] * 20, "called": [i // 2 % 2 for i in range(60)], "day": days})
    plain = cl.effect(rows, NPS, group="called", period="day", after="2026-02-01")
    zoned = cl.effect(rows, NPS, group="called", period="day", after=pd.Timestamp("2026-02-01", tz="UTC"))
    assert zoned.to_dict() == plain.to_dict()


def test_what_is_no_moment_is_refused_with_the_remedy() -> None:
    rows = {"recommend": [9, 3], "called": [0, 1], "day": pd.date_range("2026-01-01", periods=2)}
    with pytest.raises(ValueError, match=r"'soon'.*after="):
        cl.effect(rows, NPS, group="called", period="day", after="soon")


def test_a_time_given_as_text_is_not_taken_apart_into_digits() -> None:
    with pytest.raises(ValueError, match="'24'"):
        cl.time_to({"hours": [1.0, 30.0], "done": [True, True]}, duration="hours", event="done", within="24")  # type: ignore[arg-type]


def test_groups_with_nothing_to_compare_are_not_compared() -> None:
    cases = {"hours": [1.0, 30.0, 2.0, 3.0], "done": [False] * 4, "team": ["a", "a", "b", "b"]}
    found = cl.time_to(cases, duration="hours", event="done", by="team")
    assert math.isnan(found.p_value)
    assert "–" not in found.sentence.en
    assert "in a and" not in found.sentence.en


def test_an_overlap_with_the_control_names_a_plain_id() -> None:
    wave = pd.DataFrame({"respondent_id": range(40), "recommend": [3, 9] * 20})
    with pytest.raises(ValueError, match="for example 0"):
        cl.recovery(wave, wave, control=(wave, wave), metric=NPS)


@pytest.mark.parametrize("value", ["0.6", (0.6,), (0.6, 0.1, 0.1), ("a", 0.1), (0.6, "a")])
def test_a_reliability_of_the_wrong_form_is_refused(value: Any) -> None:
    wave = pd.DataFrame({"respondent_id": range(40), "recommend": [3, 9] * 20})
    with pytest.raises(ValueError, match=r"between 0 and 1"):
        cl.recovery(wave, wave, reliability=value, metric=NPS)


def test_one_period_is_too_short_for_a_baseline() -> None:
    month = pd.DataFrame({"recommend": [9, 3] * 20, "answered_at": pd.Timestamp("2026-01-05")})
    with pytest.raises(InsufficientDataError, match="fewer than three"):
        cl.trend(month, NPS)


@pytest.mark.parametrize("baseline", [slice(0, 10, 0), slice("2026-01", None, 2)])
def test_a_slice_that_cannot_be_is_refused(baseline: slice) -> None:
    month = pd.DataFrame({"recommend": [9, 3] * 20, "answered_at": pd.date_range("2026-01-01", periods=40)})
    with pytest.raises(ValueError, match="A baseline is"):
        cl.trend(month, NPS, every="day", baseline=baseline, min_n=0)


def test_targets_of_different_types_become_a_frame_of_every_kind() -> None:
    sample = {"age": [1, 1, 2, 2], "sex": ["f", "m", "f", "m"]}
    found = cl.rake(sample, {"age": {1: 0.3, 2: 0.7}, "sex": {"f": 0.5, "m": 0.5}})
    assert found.to_frame("polars")["value"].to_list() == ["1", "2", "f", "m"]
    assert found.to_frame()["value"].tolist() == [1, 2, "f", "m"]
    assert json.loads(json.dumps(found.to_dict()))["rows"][0]["value"] == 1


def test_numbers_of_numpy_may_be_given_as_importance() -> None:
    answers = {"speed": [4, 2, 5, 1, 3, 2], "price": [3, 4, 3, 4, 5, 4]}
    given = {"speed": 6, "price": 2}
    wanted = cl.importance_performance(answers, items=["speed", "price"], importance=given)
    found = cl.importance_performance(
        answers, items=["speed", "price"], importance={name: np.int64(value) for name, value in given.items()}
    )  # type: ignore[arg-type]
    assert found.to_dict() == wanted.to_dict()


@pytest.mark.parametrize(("name", "value"), [("scale", 5), ("bootstrap", 1.5), ("bootstrap", "many")])
def test_arguments_of_the_wrong_type_are_refused_in_words(name: str, value: Any) -> None:
    answers = {"speed": [4, 2, 5, 1, 3, 2], "price": [3, 4, 3, 4, 5, 4]}
    with pytest.raises(ValueError, match=f"^{name} is"):
        cl.importance_performance(
            answers, items=["speed", "price"], importance={"speed": 1, "price": 2}, **{name: value}
        )


@pytest.mark.parametrize("invited", ["100", math.nan, -1, None])
def test_a_number_of_invitations_that_is_none_is_refused(invited: Any) -> None:
    with pytest.raises(ValueError, match="invited"):
        cl.non_response(cl.nps([9, 3]), invited)


@pytest.mark.parametrize(("name", "value"), [("margin", "5"), ("response_rate", "0.3")])
def test_a_text_is_no_number_to_plan_with(name: str, value: Any) -> None:
    with pytest.raises(ValueError, match=name):
        cl.sample_size(**({"margin": 5} | {name: value}))


def test_a_confidence_level_in_text_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="confidence_level lies between 0 and 1"):
        cl.score({"recommend": [9, 3]}, NPS, confidence_level="95%")  # type: ignore[arg-type]


@pytest.mark.parametrize("answers", [[5] * 20 + [4] * 20 + [3] * 20, [5] * 60, [5] * 20 + [4, 3] * 10 + [1] * 20])
def test_a_league_of_means_stands_groups_that_are_all_alike(answers: list[int]) -> None:
    data = {"rating": answers, "shop": ["a"] * 20 + ["b"] * 20 + ["c"] * 20}
    league = cl.league_table(cl.score(data, cl.MeanScore("rating"), by="shop"))
    assert len(league.groups) == 3
    for row in league.groups:
        assert 1 <= row.rank_low <= row.rank_high <= 3
        assert row.ci_low <= row.shrunk <= row.ci_high
    json.dumps(league.to_dict(), allow_nan=False)


def test_a_league_of_means_stands_a_group_of_one() -> None:
    data = {"rating": [5, 3, 4] * 8 + [2], "shop": ["a", "b"] * 12 + ["c"]}
    league = cl.league_table(cl.score(data, cl.MeanScore("rating"), by="shop", min_n=0))
    single = next(row for row in league.groups if row.key == ("c",))
    assert single.ci_low < single.shrunk < single.ci_high


def test_the_limits_of_a_league_stay_on_the_scale() -> None:
    data = {"recommend": [10] * 60, "shop": ["a", "b", "c"] * 20}
    for row in cl.league_table(cl.score(data, NPS, by="shop")).groups:
        assert -100 <= row.ci_low <= row.ci_high <= 100
    for row in cl.league_table(cl.score(data, cl.TopBox("recommend", points=10, top=2), by="shop")).groups:
        assert 0 <= row.ci_low <= row.ci_high <= 1


@pytest.mark.parametrize("rate", [0, 1, 5, math.nan, "0.05"])
def test_a_false_discovery_rate_lies_between_0_and_1(rate: Any) -> None:
    data = {"recommend": [10, 3] * 30, "shop": ["a", "a", "b", "b", "c", "c"] * 10}
    with pytest.raises(ValueError, match="false_discovery_rate"):
        cl.league_table(cl.score(data, NPS, by="shop"), false_discovery_rate=rate)


def test_reliability_is_the_same_every_time() -> None:
    rng = np.random.default_rng(3)
    rows = {name: rng.integers(1, 6, 600) for name in "abc"}
    first, second = (json.dumps(cl.reliability(rows, list("abc")).to_dict()) for _ in range(2))
    assert first == second


def test_points_of_the_dimensions_are_weighted_like_everything_else() -> None:
    answers = {"e1": [7, 6], "p1": [5, 6], "e2": [6, 6], "p2": [6, 7], "a": [20, 60], "b": [80, 40], "w": [3.0, 1.0]}
    spec = cl.ServqualSpec({"A": [("e1", "p1")], "B": [("e2", "p2")]}, weights={"A": "a", "B": "b"})
    found = cl.servqual(answers, spec, design=cl.Design(weight="w"))
    assert [gap.weight for gap in found.dimensions] == pytest.approx([30, 70])
    nobody = cl.servqual(answers | {"w": [0.0, 0.0]}, spec, design=cl.Design(weight="w"))
    assert math.isnan(nobody.dimensions[0].weight)


@pytest.mark.parametrize("value", [1e155, -1e300, 2j])
def test_what_cannot_be_squared_and_summed_is_refused(value: complex) -> None:
    answers = pd.DataFrame({"rating": [value, 2, 3, 4], "other": [1, 2, 2, 1]})
    with pytest.raises(ResponseValidationError, match="up to ±1e100"):
        cl.score(answers, cl.MeanScore("rating"))
    with pytest.raises(ResponseValidationError, match="up to ±1e100"):
        cl.drivers(answers, "other", ["rating"])
