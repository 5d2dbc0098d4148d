"""Designed samples have the same digits on every engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

import pandas as pd
import pytest

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.design import Design
from closeloop.metrics.score import score
from closeloop.metrics.spec import GapScore, MeanScore, Metric, Nps, TopBox
from made_designs import made_designs
from made_engines import HEAVY, LAZY, Engines, assert_same

METRICS: list[Metric] = [
    Nps("score"), TopBox("rating"), MeanScore("amount", name="amount"), GapScore(["e1", "e2"], ["staff", "price"])
]  # fmt: skip
CUTS: list[str | list[str]] = ["region", ["region", "age"]]
DESIGNS = made_designs("weight", {"north": 1700, "south": 1900, "west": 1e6})
FEW = ("all", "margins, all")
"""For engines that take a second for each question: everything that a design may declare is in these two."""


@dataclass(frozen=True)
class Figures:
    """What must be the same on every engine."""

    tables: list[dict[str, Any]]
    std_error: float
    notes: Any

    @classmethod
    def of(cls, data: Any, design: Design) -> Figures:
        by_region = score(data, Nps("score"), "region", design=design)
        made = [score(data, METRICS, by, design=design, min_n=0) for by in CUTS]
        difference = by_region.compare("East", "West")
        return cls(tables=[t.to_dict() for t in made], std_error=difference.std_error, notes=by_region.notes)


@pytest.fixture(scope="module")
def of_pandas(frame: pd.DataFrame) -> Callable[[str], Figures]:
    """Give what pandas makes of each design: the same for each engine, so it is made once."""
    return cache(lambda name: Figures.of(frame, DESIGNS[name]))


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("name", ["polars lazy", "polars with NaN", "pyarrow", "duckdb"])
def test_every_engine_gives_the_same_digits(
    frame: pd.DataFrame, engines: Engines, of_pandas: Callable[[str], Figures], name: str, design: str
) -> None:
    found, expected = Figures.of(engines.hold(frame, name), DESIGNS[design]), of_pandas(design)
    assert_same(found.tables, expected.tables)
    assert found.std_error == pytest.approx(expected.std_error, rel=1e-9)
    assert found.notes == expected.notes


@pytest.mark.parametrize("design", FEW)
@pytest.mark.parametrize("name", HEAVY)
def test_an_engine_of_several_workers_gives_the_same_digits(
    frame: pd.DataFrame, engines: Engines, of_pandas: Callable[[str], Figures], name: str, design: str
) -> None:
    test_every_engine_gives_the_same_digits(frame, engines, of_pandas, name, design)


@pytest.fixture(scope="module")
def broken() -> pd.DataFrame:
    return pd.DataFrame({
        "x": [9, 3, 10, 8], "h": ["a", "a", None, "b"], "c": [1, None, None, 2], "w": [1, 2, -1, 1.5],
        "b": [1, 2, None, 3], "n": [5, 6, 9, 9], "m": ["a", "a", "b", "b"], "few": [2, 2, 1, 1],
        "gap": [9, 9, None, 9],
    })  # fmt: skip


REFUSED = [
    (Design(strata="h"), "1 row.*“h”"),
    (Design(cluster="c"), "2 row.*“c”"),
    (Design(weight="w", strata="m"), "1 weight.*“w”.*-1"),
    (Design(margins=("h",)), "1 row.*“h”"),
    (Design(margins=("m",), base_weight="b"), "1 weight.*“b”"),
    (Design(strata="m", fpc="n"), "Stratum a: fpc is not the same"),
    (Design(strata="m", fpc="few"), "Stratum b: 2 primary sampling units were drawn from a population of 1"),
    (Design(strata="m", fpc="gap"), "of fpc= cannot be used"),
    (Design(strata="m", fpc={"a": 9}), "no population for 1 stratum.*b"),
]


@pytest.mark.parametrize("name", ["pandas", *LAZY, *HEAVY])
def test_what_a_design_cannot_be_is_refused_with_how_many(broken: pd.DataFrame, engines: Engines, name: str) -> None:
    data = broken if name == "pandas" else engines.hold(broken, name)
    for design, told in REFUSED:
        for metric in (Nps("x"), MeanScore("x")):
            with pytest.raises(ValueError, match=told):
                score(data, metric, design=design)
    with pytest.raises(ColumnNotFoundError):
        score(data, Nps("x"), design=Design(strata="elsewhere"))
