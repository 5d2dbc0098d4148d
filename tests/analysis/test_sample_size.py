"""How many answers it takes; reference numbers: chapter 30 §1.7."""

from __future__ import annotations

import json
import math
import warnings
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.analysis.planning.sample_size import SampleSize, sample_size
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.spec import MeanScore, Nps, TopBox
from closeloop.text import set_language

PRECISION = {
    1.0: (4266, 1534, 781, 382, 168, 94), 0.67: (2857, 1027, 523, 255, 112, 62), 0.5: (2132, 766, 389, 190, 83, 46),
}  # fmt: skip


def plain(text: object) -> str:
    return str(text).replace("\u00a0", " ")


@pytest.mark.parametrize("variance", PRECISION)
def test_answers_for_a_margin_of_an_nps(variance: float) -> None:
    plan = sample_size("nps", variance=variance)
    assert tuple(plan.answers(margin) for margin in (3, 5, 7, 10, 15, 20)) == PRECISION[variance]
    assert tuple(step.n for step in plan.steps) == PRECISION[variance]


@pytest.mark.parametrize(
    ("n", "margin"), [(10, 44.5), (30, 27.9), (50, 22.0), (100, 15.8), (200, 11.3), (400, 8.0), (1000, 5.1)]
)
def test_margin_of_a_number_of_answers(n: int, margin: float) -> None:
    assert round(sample_size("nps").margin(n), 1) == margin


@pytest.mark.parametrize(("variance", "n"), [(1, 1567), (0.67, 1049), (0.5, 782)])
def test_answers_per_group_for_a_difference_of_ten_points(variance: float, n: int) -> None:
    assert sample_size("nps", difference=10, variance=variance).n == n


def test_the_planned_power_is_reached() -> None:
    """Chapter 30 §1.7: the formula's n has power .80; here 4 000 seeded pairs of groups, 10 points apart."""
    rng = np.random.default_rng(7)
    one, other = (0.2, 0.4, 0.4), (0.15, 0.4, 0.45)
    spread = [p + d - (p - d) ** 2 for d, _, p in (one, other)]
    n = sample_size("nps", difference=10, variance=float(np.mean(spread))).n
    groups = [rng.multinomial(n, shares, size=4000) for shares in (one, other)]
    theta = [(g[:, 2] - g[:, 0] + 0.0) / (n + 3) for g in groups]
    variances = [((g[:, 2] + g[:, 0] + 1.5) / (n + 3) - t**2) / (n + 3) for g, t in zip(groups, theta, strict=True)]
    found = np.abs(theta[1] - theta[0]) > 1.959963984540054 * np.sqrt(variances[0] + variances[1])
    assert found.mean() == pytest.approx(0.8, abs=0.02)


def test_pairs_for_a_change() -> None:
    """Var(d) = .4275 of chapter 30 §1.5: .4275 · 7.848879734 / .01 = 335.54."""
    assert sample_size("nps", difference=10, paired=True, variance=0.4275).n == 336
    assert sample_size("nps", difference=10, paired=True, correlation=0.5).n == math.ceil(0.67 * 784.8879734)


def test_a_share_takes_385_answers_for_five_points() -> None:
    assert sample_size("csat", margin=0.05).n == 385
    assert sample_size(TopBox("q"), margin=0.05, mix=0.9).n == math.ceil(1.959963984540054**2 * 0.09 / 0.0025)
    assert sample_size("ces", margin=0.05, mix=ShareResult(90, 10)).n == sample_size("ces", margin=0.05, mix=0.9).n


def test_a_mean_is_planned_with_students_t() -> None:
    plan = sample_size(MeanScore("q"), margin=0.5, variance=1.0)
    from scipy.stats import t

    assert plan.n == 18  # the normal distribution would say 16
    assert t.ppf(0.975, 17) / math.sqrt(18) <= 0.5 < t.ppf(0.975, 16) / math.sqrt(17)
    assert sample_size("mean", margin=0.5, mix=MeanResult(4.0, 1.0, 30)).n == 18
    assert plan.margin(1) == math.inf


def test_design_effect_and_response_rate_multiply_and_divide() -> None:
    plan = sample_size("nps", margin=10, design_effect=1.5, response_rate=0.2)
    exact = 1.5 * (1.959963984540054**2 * 0.67 / 0.01 - 3)
    assert plan.n == math.ceil(exact) == 382
    assert plan.invitations == 1910
    assert sample_size("nps", difference=10, design_effect=2).n == 2098  # 2 · 1048.75


def test_a_small_population_takes_fewer_and_never_more_than_there_are() -> None:
    first = 1.959963984540054**2 * 0.67 / 0.0025
    assert sample_size("nps", margin=5, population=500).n == math.ceil(first / (1 + (first - 1) / 500)) == 337
    plan = sample_size("nps", margin=0.01, population=500, response_rate=0.5)
    assert plan.n == 500
    assert plan.margin(500) == 0
    assert plan.margin(600) == 0
    assert any("more invitations than the 500 customers" in str(note) for note in plan.notes)


@given(
    st.sampled_from(["nps", "csat", "mean"]), st.floats(0.02, 0.9),
    st.sampled_from(["precision", "comparison", "paired"]), st.sampled_from([None, 40, 3000]), st.floats(1, 4),
)  # fmt: skip
def test_the_answers_found_give_the_margin_asked_for_and_one_fewer_does_not(
    metric: str, size: float, purpose: str, population: int | None, effect: float
) -> None:
    target = 100 * size if metric == "nps" else size
    options: dict[str, Any] = {"variance": 0.2, "design_effect": effect}
    if purpose == "precision":
        plan = sample_size(metric, target, population=population, **options)
    else:
        plan = sample_size(metric, difference=target, paired=purpose == "paired", **options)
    assert plan.n is not None
    assert plan.margin(plan.n) <= target * (1 + 1e-9)
    if plan.n > 1:
        assert plan.margin(plan.n - 1) > target * (1 - 1e-9)


def test_an_earlier_result_or_shares_may_say_who_answers_what() -> None:
    assert sample_size("nps", margin=10, mix=NpsResult(40, 40, 20)).variance == pytest.approx(0.56)
    assert sample_size("nps", margin=10, mix=(0.4, 0.4, 0.2)).variance == pytest.approx(0.56)
    assert sample_size(Nps("q"), margin=10, mix=(0.5, 0.0, 0.5)).n == 382


def test_the_sentences() -> None:
    assert plain(sample_size("nps", margin=10, response_rate=0.2).sentence) == (
        "A margin of ±10 points (95 %) takes 255 answers. At a response rate of 20 % that is 1,275 invitations."
    )
    assert plain(sample_size("csat", difference=0.05).sentence) == (
        "To find a difference of 5 percentage points with a probability of 80 % (at 95 % confidence), "
        "each group needs 1,570 answers."
    )
    assert plain(sample_size("nps").sentence) == (
        "A margin of ±20 points (95 %) takes 62 answers, one of ±3 points takes 2,857."
    )
    set_language("zh")
    assert plain(sample_size("nps", difference=5, paired=True, correlation=0.6).sentence) == (
        "若真的变动了 5 分，要有 80% 的把握查出来（置信水平 95%），需要 1,683 位受访者前后两次都作答。"
    )


def test_the_row_asked_for_is_marked_in_its_place() -> None:
    plan = sample_size("nps", margin=12.5)
    rows = plan.rows()
    assert [row["target"] for row in rows] == [3, 5, 7, 10, 12.5, 15, 20]
    assert [row["asked"] for row in rows].index(True) == 4
    assert [row["asked"] for row in sample_size("csat", margin=0.1).rows()].count(True) == 1
    assert not any(row["asked"] for row in sample_size("nps").rows())
    assert sample_size("nps").n is None
    assert sample_size("nps").invitations is None
    json.dumps(plan.to_dict())
    assert "✓" in str(plan)
    assert plan.to_dict()["n"] == plan.n


def test_the_worst_case_is_told_where_thirds_are_assumed() -> None:
    assert any("382" in str(note) for note in sample_size("nps", margin=10).notes)
    assert not any("382" in str(note) for note in sample_size("nps", margin=10, variance=1).notes)


@pytest.mark.parametrize(("options", "match"), [
    ({"margin": 5, "difference": 5}, "not both"), ({"margin": 5, "paired": True}, "difference="),
    ({"difference": 5, "paired": True}, "correlation"), ({"difference": 5, "population": 100}, "population="),
    ({"margin": 0}, "margin is above 0"), ({"margin": -3}, "margin is above 0"),
    ({"margin": math.nan}, "margin is above"),
    ({"margin": 5, "response_rate": 0}, "response_rate"), ({"margin": 5, "response_rate": 20}, "response_rate"),
    ({"difference": 5, "power": 1}, "power"), ({"difference": 5, "power": 0}, "power"),
    ({"margin": 5, "design_effect": 0}, "design_effect"), ({"margin": 5, "population": 0}, "population"),
    ({"margin": 5, "confidence_level": 95}, "confidence_level"), ({"margin": 5, "variance": 1.2}, "at most 1"),
    ({"margin": 5, "variance": 0.5, "mix": (1, 1, 1)}, "not both"), ({"margin": 5, "mix": (1, 1)}, "promoters"),
    ({"margin": 5, "mix": (1, 1, -1)}, "promoters"), ({"margin": 5, "mix": (0, 1, 0)}, "no spread"),
    ({"margin": 5, "mix": "abc"}, "promoters"), ({"margin": 5, "correlation": 0.5}, "paired=True"),
    ({"metric": "loyalty"}, "csat"), ({"metric": "mean", "margin": 1}, "variance="),
    ({"metric": "csat", "margin": 5}, "margin"), ({"metric": "csat", "margin": 0.1, "mix": 5}, "0 to 1"),
    ({"metric": "mean", "margin": 1, "mix": MeanResult(3.0, math.nan, 1)}, "no spread"),
])  # fmt: skip
def test_impossible_plans_are_refused(options: dict[str, Any], match: str) -> None:
    with pytest.raises(ValueError, match=match):
        sample_size(**options)


def test_a_number_of_answers_is_at_least_one() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        sample_size("nps").margin(0)


@pytest.mark.parametrize(
    "plan",
    [
        sample_size("nps", margin=10), sample_size("csat"), sample_size("mean", margin=0.001, variance=0.04),
        sample_size("nps", margin=100), sample_size("csat", margin=0.05, population=800),
        sample_size("nps", difference=5, paired=True, correlation=0.6),
    ],
)  # fmt: skip
def test_every_plan_draws_its_curve(plan: SampleSize) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        chart = plan.plot()
    curve = chart.figure.axes[0].lines[0]
    assert np.all(np.diff(curve.get_ydata()) <= 0)
