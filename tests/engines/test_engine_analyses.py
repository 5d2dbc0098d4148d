"""Trends, comparisons, decompositions, drivers, themes and raking: the same on every engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pytest

from closeloop.analysis.change.decompose import decompose
from closeloop.analysis.drivers.drivers import drivers
from closeloop.analysis.impact.impact import theme_impact
from closeloop.analysis.trend.trend import trend
from closeloop.analysis.weighting.rake import rake
from closeloop.metrics.design import Design
from closeloop.metrics.period import Period
from closeloop.metrics.score import score
from closeloop.metrics.spec import GapScore, MeanScore, Nps, TopBox
from made_engines import EVERY, Engines, answers, assert_same, coding

GAP = GapScore(["e1", "e2"], ["staff", "price"])
ITEMS = ["staff", "price", "speed"]
DESIGN = Design(weight="weight", strata="stratum", cluster="local", fpc="branches")
TARGETS = {"sex": {"f": 0.52, "m": 0.48}, "region": {"East": 0.4, "West": 0.3, "North": 0.2, "小组": 0.1}}
CROSSED = {("sex", "age"): {(s, a): 0.2 if a == 3 else 0.15 for s in "fm" for a in (1, 2, 3)}}

Told = dict[str, Any]


def told(result: Any) -> Told:
    """Give what a result says: its facts, its rows, its notes."""
    return result.to_dict() | {"notes": [str(note) for note in result.notes]}


def of_trend(data: Any) -> list[Told]:
    return [
        told(trend(data, Nps("score"), date="at", by="tier", baseline=8)),
        told(trend(data, MeanScore("amount"), "week", date="at", weight="weight", chart="ewma")),
        told(trend(data, TopBox("rating"), "quarter", date="at", baseline=3)),
    ]


def of_compare(data: Any) -> list[Told]:
    table = score(data, [Nps("score"), GAP], "region", weight="weight")
    quarters = score(data, TopBox("rating"), Period("at", "quarter"))
    return [
        table.compare("East", "West", metric="nps").to_dict(), table.compare("East", metric=GAP.name).to_dict(),
        quarters.compare("2023-Q3", "2024-Q1").to_dict(),
    ]  # fmt: skip


def of_drivers(data: Any) -> list[Told]:
    return [
        told(drivers(data, "score", ITEMS)),
        told(drivers(data, "score", ITEMS, method="johnson", weight="weight")),
    ]


def of_theme_impact(data: Any) -> list[Told]:
    mentions = coding()
    return [
        told(theme_impact(mentions, data, Nps("score"), on="id")),
        told(theme_impact(mentions, data, MeanScore("amount"), on="id", design=DESIGN)),
    ]


def of_rake(data: Any) -> list[Told]:
    raking = rake(data, TARGETS, weight="base", missing="level")
    crossed = rake(data, CROSSED)
    design = raking.design(strata="stratum", cluster="branch")
    factors = raking.factors.astype(object).where(raking.factors.notna(), None)
    return [
        told(raking), told(crossed), told(rake(data, CROSSED, weight="base", trim=3.0)),
        {"cells": sorted(factors.to_numpy().tolist(), key=str)},
        score(raking, [Nps("score"), MeanScore("amount", name="amount")], "tier", design=design, min_n=0).to_dict(),
        score(crossed, Nps("score"), "region", design=crossed.design(), min_n=0).to_dict(),
    ]  # fmt: skip


VERBS = {
    "trend": of_trend, "compare": of_compare, "drivers": of_drivers, "theme_impact": of_theme_impact, "rake": of_rake
}  # fmt: skip


@pytest.fixture(scope="module")
def expected(frame: pd.DataFrame) -> Callable[[str], list[Told]]:
    """Give what pandas says: the same for each engine, so it is made once."""
    return cache(lambda verb: VERBS[verb](frame))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("name", EVERY)
def test_every_engine_says_what_pandas_says(
    frame: pd.DataFrame, engines: Engines, expected: Callable[[str], list[Told]], name: str, verb: str
) -> None:
    assert_same(VERBS[verb](engines.hold(frame, name)), expected(verb))


@pytest.fixture(scope="module")
def waves(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    return frame[frame.wave == "before"].reset_index(drop=True), frame[frame.wave == "after"].reset_index(drop=True)


def of_decompose(before: Any, after: Any) -> list[Told]:
    return [
        told(decompose(before, after, Nps("score"), "region")),
        told(decompose(before, after, MeanScore("amount"), ["tier", "sex"], design=DESIGN)),
        told(decompose(before, after, GAP, "grade", design=Design(weight="weight"), min_n=0)),
    ]


@pytest.fixture(scope="module")
def decomposed(waves: tuple[pd.DataFrame, pd.DataFrame]) -> list[Told]:
    return of_decompose(*waves)


@pytest.mark.parametrize("name", EVERY)
def test_every_engine_takes_a_change_apart_alike(
    waves: tuple[pd.DataFrame, pd.DataFrame], engines: Engines, decomposed: list[Told], name: str
) -> None:
    assert_same(of_decompose(*(engines.hold(wave, name) for wave in waves)), decomposed)


def test_the_answers_are_not_too_tame() -> None:
    """What engines see in different ways is there: gaps in keys and answers, weights of 0, groups too small to show."""
    frame = answers()
    assert frame[["region", "grade", "at", "zoned", "score", "amount"]].isna().any().all()
    assert (frame.weight == 0).any()
    assert frame.region.value_counts().min() < 10
    assert (frame.zoned.dt.tz_localize(None).dt.normalize() != frame["on"]).mean() > 0.2, "another day in that zone"
