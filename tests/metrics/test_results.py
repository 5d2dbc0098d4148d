"""Results of one group: what a person reads off them."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.errors import ResponseValidationError
from closeloop.metrics.nps import NpsResult, nps
from closeloop.metrics.satisfaction import MeanResult, ShareResult, ces, csat
from closeloop.metrics.spec import TopBox

answers = st.lists(st.one_of(st.integers(0, 10), st.none()), max_size=80)


@pytest.mark.parametrize(("answer", "expected"), [(0, -100), (6, -100), (7, 0), (8, 0), (9, 100), (10, 100)])
def test_detractor_boundary_is_six_and_promoter_boundary_nine(answer: int, expected: int) -> None:
    assert nps([answer]).score == expected


def test_whuber_example_has_variance_five_ninths() -> None:
    # Cross Validated (whuber): promoters 1/2, passives 1/3, detractors 1/6: NPS 1/3, variance 5/9
    result = NpsResult(promoters=3, passives=2, detractors=1)
    assert result.score == pytest.approx(100 / 3)
    assert result.std_error == pytest.approx(100 * math.sqrt(5 / 9 / 6))


def test_missing_is_never_a_passive() -> None:
    result = nps([10, 0, None, float("nan"), 9])
    assert (result.promoters, result.passives, result.detractors, result.n_missing) == (2, 0, 1, 2)


@pytest.mark.parametrize(
    "scores",
    [
        [9, 10, 3, None], (9, 10, 3, None), np.array([9, 10, 3, np.nan]), pd.Series([9, 10, 3, None]),
        pd.Series([9, 10, 3, None], dtype="Int64"), pd.Series([9, 10, 3, None], dtype="int8[pyarrow]"),
        pd.Series([9, 10, 3, None], dtype="category"), pd.Series([9, 10, 3, None], dtype=object),
        pl.Series([9, 10, 3, None]), pl.Series([9.0, 10.0, 3.0, float("nan")]), (x for x in (9, 10, 3, None)),
    ],
)  # fmt: skip
def test_every_kind_of_sequence_gives_the_same(scores: object) -> None:
    assert nps(scores) == NpsResult(2, 0, 1, 1)


@pytest.mark.parametrize("bad", [11, -1, 7.5, float("inf"), "9", "十", True])
def test_answer_that_is_not_allowed_is_refused_not_bucketed(bad: object) -> None:
    with pytest.raises(ResponseValidationError, match=r"1 answer\(s\).*read_responses") as caught:
        nps([9, 10, bad])
    assert caught.value.report is not None
    assert caught.value.report["count"].tolist() == [1]


def test_refusal_counts_all_and_shows_five_examples() -> None:
    with pytest.raises(ResponseValidationError, match=r"9 answer\(s\).*: 11, 12, 13, 14, 15\. Allowed") as caught:
        nps([11, 11, 12, 12, 13, 13, 14, 15, 16, 10])
    assert caught.value.report is not None
    assert len(caught.value.report) == 6


def test_unused_category_may_be_anything() -> None:
    series = pd.Series(pd.Categorical([9, 10], categories=[9, 10, 11, 99]))
    assert nps(series).score == 100
    with pytest.raises(ResponseValidationError, match="2 answer"):
        nps(pd.Series(pd.Categorical([9, 11, 11], categories=[9, 10, 11, 99])))


def test_nobody_is_a_missing_score_and_the_whole_range() -> None:
    for result in (nps([]), nps([None, None])):
        assert math.isnan(result.score)
        assert math.isnan(result.std_error)
        assert result.confidence_interval() == (-100, 100)
        assert result.to_dict()["estimate"] is None


def test_everybody_alike_has_no_error_but_a_width() -> None:
    result = nps([10] * 10)
    assert result.std_error == 0
    low, high = result.confidence_interval()
    assert low == pytest.approx(47.5036, abs=1e-4)  # R NPS 2.0.999: .475036
    assert high == 100


@given(answers)
def test_order_and_missing_do_not_matter_and_mirroring_negates(scores: list[int | None]) -> None:
    result = nps(scores)
    assert nps(scores[::-1]) == result
    assert nps([*scores, None]).score == pytest.approx(result.score, nan_ok=True)
    swapped = NpsResult(result.detractors, result.passives, result.promoters)
    assert swapped.score == pytest.approx(-result.score, nan_ok=True)
    assert result.n + result.n_missing == len(scores)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.data())
def test_a_better_answer_never_lowers_the_score(scores: list[int], data: st.DataObject) -> None:
    i = data.draw(st.integers(0, len(scores) - 1))
    better = [*scores[:i], scores[i] + 1, *scores[i + 1 :]]
    assert nps(better).score >= nps(scores).score


def test_effort_example_of_r() -> None:
    # counts of 1…7; R: mean 5.43, sd 1.4231491613, t interval; statsmodels Wilson for 80 of 100
    ratings = np.repeat(np.arange(1, 8), (2, 3, 5, 10, 25, 30, 25))
    result = ces(ratings)
    assert (result.top, result.n) == (80, 100)
    assert result.confidence_interval() == pytest.approx((0.7111708344, 0.8666330667), abs=1e-9)
    assert result.mean is not None
    assert result.mean.score == pytest.approx(5.43)
    assert result.mean.sd == pytest.approx(1.4231491613, abs=1e-10)
    assert result.mean.confidence_interval() == pytest.approx((5.1476163309, 5.7123836691), abs=1e-9)


def test_csat_counts_the_two_best_of_five() -> None:
    result = csat([1, 2, 3, 4, 5, 5, None])
    assert (result.top, result.rest, result.n_missing, result.score) == (3, 3, 1, 0.5)
    assert csat([5, 4], points=5, top=1).score == 0.5


def test_csat_of_nobody_is_missing_throughout() -> None:
    result = csat([None])
    assert math.isnan(result.score)
    assert all(math.isnan(limit) for limit in result.confidence_interval())
    assert result.to_dict()["ci_low"] is None


@pytest.mark.parametrize(("points", "top"), [(1, 1), (65, 2), (5, 0), (5, 5)])
def test_impossible_box_is_refused(points: int, top: int) -> None:
    with pytest.raises(ValueError, match="2 to 64 points"):
        TopBox("x", points=points, top=top)


@pytest.mark.parametrize("bad", [-1, float("nan"), float("inf")])
def test_impossible_count_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="not below 0"):
        NpsResult(promoters=bad, passives=0, detractors=0)
    with pytest.raises(ValueError, match="not below 0"):
        ShareResult(top=bad, rest=0)


def test_same_answers_have_a_mean_without_spread() -> None:
    result = csat([4, 4, 4]).mean
    assert result is not None
    assert (result.sd, result.std_error) == (0, 0)
    assert result.confidence_interval() == (4, 4)


@pytest.mark.parametrize("result", [NpsResult(74, 75, 35), ShareResult(17, 3), MeanResult(4.2, 0.8, 20), nps([9], [2])])
def test_every_result_has_the_same_doors(result: NpsResult | ShareResult | MeanResult) -> None:
    row = json.loads(json.dumps(result.to_dict()))
    assert row["kind"] == result.kind
    assert row["version"] == 1
    frame = result.to_frame()
    assert frame.loc[0, "estimate"] == row["estimate"]
    assert "\n" not in repr(result)
    assert "<" in result._repr_html_()


def test_table_in_place_of_a_column_is_refused() -> None:
    with pytest.raises(TypeError, match="one column of values"):
        nps({"a": [1]})
    with pytest.raises(TypeError, match="one column of values"):
        nps("9")


def test_an_nps_is_tested_against_a_target_in_points() -> None:
    # exact McNemar, binomtest(40, 60) of scipy 1.17.1; (2, 3, 5): binomtest(5, 7)
    assert NpsResult(40, 40, 20).test() == pytest.approx(0.0134893, abs=5e-8)
    assert NpsResult(5, 3, 2).test() == pytest.approx(0.453125)
    result = NpsResult(17, 12, 7)
    low, high = result.confidence_interval(method="score")
    assert result.test(low) == pytest.approx(0.05, abs=1e-6)
    assert result.test(high) == pytest.approx(0.05, abs=1e-6)
    assert math.isnan(NpsResult(0, 0, 0).test())


def test_probability_above_a_target_falls_from_one_to_nothing() -> None:
    result = NpsResult(17, 12, 7)
    assert result.probability_above() == pytest.approx(0.98053, abs=5e-6)
    assert result.probability_above(20) == pytest.approx(0.70929, abs=5e-6)
    assert result.probability_above(-100) == pytest.approx(1)
    assert result.probability_above(100) == pytest.approx(0, abs=1e-12)
    assert NpsResult(0, 0, 0).probability_above() == pytest.approx(0.5)
