"""Weighted scores against R's survey package and against an independent linearisation."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from api_samples import APISTRAT, expand
from closeloop.metrics.nps import NpsResult, nps
from closeloop.metrics.score import score
from closeloop.metrics.spec import MeanScore, Nps, TopBox


@pytest.fixture
def apistrat() -> pd.DataFrame:
    return expand(APISTRAT, ["type", "met", "weight", "schools"])


def test_weights_only_estimate_and_error_equal_r_survey(apistrat: pd.DataFrame) -> None:
    result = score(apistrat, Nps("score"), weight="weight").result()
    assert isinstance(result, NpsResult)
    assert result.n == 200
    assert result.score == pytest.approx(7.51517572, abs=1e-8)  # svymean, in points
    assert result.std_error == pytest.approx(6.64062581, abs=1e-8)  # svydesign(ids=~1, weights=~pw): no strata, no fpc


def test_method_says_that_the_effective_size_was_used(apistrat: pd.DataFrame) -> None:
    table = score(apistrat, [Nps("score"), MeanScore("score")], "met", weight="weight")
    assert [block.method for block in table.blocks] == ["adjusted-wald+n*", "t+n*"]
    assert any("effective sample size" in str(note) for note in table.notes)


@pytest.mark.parametrize("spec", [Nps("score"), TopBox("score", points=10, top=2), MeanScore("score")])
def test_group_error_is_that_of_rows_outside_counting_as_zeros(
    apistrat: pd.DataFrame, spec: Nps | TopBox | MeanScore
) -> None:
    result = score(apistrat, spec, "met", weight="weight").result(met="Yes")
    y = {
        "nps": np.select([apistrat.score >= 9, apistrat.score <= 6], [1.0, -1.0], 0.0),
        "top_box": (apistrat.score >= 9).to_numpy(float),
        "mean": apistrat.score.to_numpy(float),
    }[spec.kind]
    w = apistrat.weight.to_numpy() * (apistrat.met == "Yes")
    m = (w * y).sum() / w.sum()
    u = w * (y - m) / w.sum()
    points = 100 if spec.kind == "nps" else 1
    assert result.score == pytest.approx(points * m, rel=1e-12)
    assert result.std_error == pytest.approx(points * math.sqrt(200 * u.var(ddof=1)), rel=1e-12)
    assert result.design is not None
    assert result.design.n_star <= result.n == 152


def test_share_interval_is_wilson_at_the_effective_size(apistrat: pd.DataFrame) -> None:
    table = score(apistrat, TopBox("score", points=10, top=2), weight="weight")
    result = table.result()
    assert result.design is not None
    n, p, z = result.design.n_star, result.score, 1.959963984540054
    centre, margin = p + z * z / 2 / n, z * math.sqrt(p * (1 - p) / n + z * z / 4 / n / n)
    expected = ((centre - margin) / (1 + z * z / n), (centre + margin) / (1 + z * z / n))
    assert result.confidence_interval() == pytest.approx(expected)
    assert table.blocks[0].total.ci == pytest.approx(expected)


@given(st.lists(st.integers(0, 10), min_size=1, max_size=60), st.sampled_from([1.0, 0.25, 3.0]))
def test_equal_weights_are_the_same_as_none(scores: list[int], weight: float) -> None:
    assert nps(scores, [weight] * len(scores)) == nps(scores)


@given(st.lists(st.tuples(st.integers(0, 10), st.integers(0, 4)), min_size=2, max_size=40))
def test_weighted_estimate_is_that_of_repeated_rows(rows: list[tuple[int, int]]) -> None:
    scores, weights = zip(*rows, strict=True)
    repeated = [s for s, w in rows for _ in range(w)]
    assert nps(scores, weights).score == pytest.approx(nps(repeated).score, nan_ok=True)


def test_row_of_weight_zero_counts_nowhere_but_stays_in_the_sample() -> None:
    with_zero = nps([10, 9, 0, 5, 10], [1, 2, 1, 0, 1])
    assert with_zero.n == 4
    without = nps([10, 9, 0, 10], [1, 2, 1, 1])
    assert with_zero.score == without.score
    assert with_zero.std_error == pytest.approx(without.std_error * math.sqrt(5 / 4 * 3 / 4))


def test_all_weights_zero_is_a_missing_estimate() -> None:
    result = nps([10, 0], [0, 0])
    assert math.isnan(result.score)
    assert result.confidence_interval() == (-100, 100)


@pytest.mark.parametrize(
    ("bad", "shown"), [(-1.0, r"-1"), (float("nan"), "None"), (float("inf"), "inf"), (None, "None")]
)
def test_unusable_weight_is_refused_with_an_example(bad: float | None, shown: str) -> None:
    with pytest.raises(ValueError, match=f"1 weight.*{shown}.*correct them or leave these rows out"):
        nps([10, 9, 8], [1.0, bad, 2.0])
