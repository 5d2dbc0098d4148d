"""One call, one table, on every engine."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest

from closeloop.errors import ColumnNotFoundError, ResponseValidationError
from closeloop.metrics.design import Design
from closeloop.metrics.period import Period
from closeloop.metrics.score import score
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import GapScore, MeanScore, Metric, Nps, TopBox
from made_engines import EVERY, FILES, FRAMES, HEAVY, LAZY, Engines, assert_same

METRICS: list[Metric] = [
    Nps("score"), TopBox("rating"), MeanScore("score"), MeanScore("amount", name="amount"),
    GapScore(["e1", "e2"], ["staff", "price"]),
]  # fmt: skip
CUTS: list[dict[str, Any]] = [
    {"by": None},
    {"by": ["tier", "region"]},
    {"by": [Period("at", "week"), "tier"]},
    {
        "breakdowns": [
            "region",
            "grade",
            "flag",
            [Period("at", "quarter"), "tier"],
            Period("at"),
            Period("at", "year"),
            Period("on", "quarter"),
            Period("zoned", "day"),
        ]
    },
]


def same_tables(found: ScoreTable, expected: ScoreTable) -> None:
    assert_same(found.to_dict(), expected.to_dict())
    assert found.n_rows == expected.n_rows
    assert found.notes == expected.notes


@pytest.fixture(scope="module")
def expected(frame: pd.DataFrame) -> Callable[[str | None], list[ScoreTable]]:
    """Give the tables that pandas makes of every cut: the same for each engine, so they are made once."""
    return cache(lambda weight: [score(frame, METRICS, weight=weight, **cut) for cut in CUTS])


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        *((name, weight) for name in FRAMES for weight in (None, "weight", "even")),
        *((name, "weight") for name in FILES),
    ],
)
def test_same_table_from_every_engine(
    frame: pd.DataFrame, engines: Engines, expected: Callable[[str | None], list[ScoreTable]], name: str,
    weight: str | None,
) -> None:  # fmt: skip
    data = engines.hold(frame, name)
    for cut, wanted in zip(CUTS, expected(weight), strict=True):
        same_tables(score(data, METRICS, weight=weight, **cut), wanted)


@pytest.mark.engines
@pytest.mark.parametrize(
    ("name", "weight"),
    [
        ("dask", None), ("dask parquet", "weight"), ("spark", None), ("spark", "weight"), ("ibis", None),
        ("ibis", "weight"),
    ],
)  # fmt: skip
def test_same_table_from_an_engine_of_several_workers(
    frame: pd.DataFrame, engines: Engines, name: str, weight: str | None
) -> None:
    data = engines.hold(frame, name)
    metrics = [METRICS[0], METRICS[3], METRICS[4]]  # one of each kind: Dask plans for seconds before each table
    for cut in ({"by": ["tier", "region"]}, {"breakdowns": ["grade", Period("at"), Period("zoned", "day")]}):
        same_tables(score(data, metrics, weight=weight, **cut), score(frame, metrics, weight=weight, **cut))


@pytest.fixture(scope="module")
def empty(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.head(0)


@pytest.mark.parametrize("name", [*LAZY, "pyarrow", "pyarrow dataset", *HEAVY])
def test_no_rows_at_all_is_a_table_of_nobody(empty: pd.DataFrame, engines: Engines, name: str) -> None:
    data = engines.hold(empty, name)
    for how in (
        {"by": None},
        {"by": ["region", Period("at")], "weight": "weight"},
        {"design": Design(cluster="branch")},
    ):
        same_tables(score(data, METRICS, **how), score(empty, METRICS, **how))


@pytest.fixture(scope="module")
def bad(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(score=frame.score.fillna(7.5).replace(0, 11), weight=frame.weight.replace(0, -1))


@pytest.mark.parametrize("name", [*LAZY, "polars with NaN", "pyarrow", *HEAVY])
def test_bad_answers_and_weights_are_refused_alike(bad: pd.DataFrame, engines: Engines, name: str) -> None:
    messages = []
    for data in (bad, engines.hold(bad, name)):
        with pytest.raises(ResponseValidationError) as answers:
            score(data, Nps("score"), by=["region", "tier"])
        with pytest.raises(ResponseValidationError) as texts:
            score(data, MeanScore("region"))
        with pytest.raises(ValueError, match=r"weight\(s\) in “weight” cannot be used: -1, -1") as weights:
            score(data, Nps("rating"), weight="weight")
        with pytest.raises(ValueError, match=r"weight\(s\) in “weight” cannot be used: -1, -1"):
            score(data, MeanScore("amount"), weight="weight")
        with pytest.raises(ColumnNotFoundError) as column:
            score(data, Nps("scores"))
        messages.append([str(error.value) for error in (answers, texts, weights, column)])
    assert messages[0] == messages[1]
    assert f"{int((bad.score > 10).sum() + (bad.score == 7.5).sum())} answer" in messages[0][0]


@pytest.mark.parametrize("name", ["polars lazy", "duckdb", *HEAVY])
def test_a_period_of_text_is_refused_by_an_engine_too(frame: pd.DataFrame, engines: Engines, name: str) -> None:
    with pytest.raises(ValueError, match="needs a column of dates"):
        score(engines.hold(frame, name), Nps("score"), Period("region"))


def test_pyarrow_table_need_not_have_one_chunk() -> None:
    table = pa.concat_tables([pa.table({"x": [9, 10], "k": ["a", "b"]}), pa.table({"x": [0, None], "k": ["b", None]})])
    parts = pd.concat(
        [pd.DataFrame({"x": [9.0, 10.0], "k": ["a", "b"]}), pd.DataFrame({"x": [0, None], "k": ["b", None]})]
    )
    chunked = table.to_pandas(types_mapper=pd.ArrowDtype)
    for data in (table, parts, chunked):
        groups = score(data, Nps("x"), by="k", min_n=0).blocks[0].groups
        assert [(g.key, g.n, g.n_missing) for g in groups] == [(("b",), 2, 0), (("a",), 1, 0), ((None,), 0, 1)]


@pytest.mark.parametrize("name", EVERY)
def test_texts_for_answers_are_refused_by_every_engine(frame: pd.DataFrame, engines: Engines, name: str) -> None:
    with pytest.raises(ResponseValidationError, match="“region”"):
        score(engines.hold(frame, name), Nps("region"))
