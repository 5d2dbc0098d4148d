"""One call, one table, on every engine."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from closeloop.errors import ResponseValidationError
from closeloop.metrics.period import Period
from closeloop.metrics.score import score
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import MeanScore, Nps, TopBox

N = 3_000
METRICS = [Nps("score"), TopBox("rating"), MeanScore("score"), MeanScore("amount", name="amount")]
ENGINES = ("polars", "polars lazy", "polars with NaN", "polars categories", "pyarrow", "duckdb", "duckdb with NaN")
CUTS: list[dict[str, Any]] = [
    {"by": None},
    {"by": "region"},
    {"by": "grade"},
    {"by": ["tier", "region"]},
    {"by": Period("at")},
    {"by": [Period("at", "week"), "tier"]},
    {"by": Period("zoned", "day")},
    {
        "breakdowns": [
            "region",
            [Period("at", "quarter"), "tier"],
            Period("at", "year"),
            Period("on", "quarter"),
            "flag",
        ]
    },
]


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    rng = np.random.default_rng(20_240_501)
    region = np.array(["East", "West", "North", "小组", None], dtype=object)
    start = pd.Timestamp("2023-06-01")
    at = pd.Series(start + pd.to_timedelta(rng.integers(0, 500 * 86_400, N), unit="s")).dt.as_unit("us")
    return pd.DataFrame({
        "region": pd.Series(region[rng.choice(5, N, p=[0.45, 0.3, 0.2, 0.003, 0.047])], dtype="str"),
        "tier": pd.Categorical(rng.choice(["gold", "base", "none"], N), categories=["none", "gold", "base", "unused"]),
        "grade": np.where(rng.random(N) < 0.1, np.nan, rng.integers(1, 4, N)),
        "flag": rng.random(N) < 0.4,
        "at": at.mask(rng.random(N) < 0.03),
        "on": at.dt.normalize(),
        "zoned": at.dt.tz_localize("UTC").dt.tz_convert("Asia/Shanghai"),
        "score": np.where(rng.random(N) < 0.05, np.nan, rng.integers(0, 11, N)),
        "rating": rng.integers(1, 6, N),
        "amount": np.where(rng.random(N) < 0.2, np.nan, rng.lognormal(3, 1, N)),
        "weight": np.where(rng.random(N) < 0.02, 0.0, rng.gamma(4, 0.25, N)),
        "even": 2.5,
    })  # fmt: skip


def engine(frame: pd.DataFrame, name: str) -> Any:
    """Give the frame to another engine, with nulls or with NaN as its missing numbers."""
    nulls = pl.from_pandas(frame).with_columns(pl.col("on").cast(pl.Date), pl.col("tier").cast(pl.String))
    nans = nulls.with_columns(pl.col("score", "grade", "amount").fill_null(float("nan")))
    if name == "polars categories":
        return nulls.with_columns(pl.col("tier", "region").cast(pl.Categorical), pl.col("score").cast(pl.Int8))
    if name.startswith("duckdb"):
        return duckdb.from_arrow((nans if "NaN" in name else nulls).to_arrow())
    return {"polars": nulls, "polars lazy": nulls.lazy(), "polars with NaN": nans.lazy(), "pyarrow": nulls.to_arrow()}[
        name
    ]


def assert_same(found: ScoreTable, expected: ScoreTable) -> None:
    one, other = found.to_dict(), expected.to_dict()
    assert len(one["rows"]) == len(other["rows"])
    for row, wanted in zip(one["rows"] + one["totals"], other["rows"] + other["totals"], strict=True):
        assert row.keys() == wanted.keys()
        for column, value in wanted.items():
            if isinstance(value, float):
                assert math.isclose(row[column], value, rel_tol=1e-9, abs_tol=1e-9), (column, row, wanted)
            else:
                assert row[column] == value, (column, wanted)
    assert found.n_rows == expected.n_rows
    assert found.notes == expected.notes


@pytest.fixture(scope="module")
def expected(frame: pd.DataFrame) -> Callable[[str | None], list[ScoreTable]]:
    """Give the tables that pandas makes of every cut: the same for each engine, so they are made once."""
    return cache(lambda weight: [score(frame, METRICS, weight=weight, **cut) for cut in CUTS])


@pytest.mark.parametrize("weight", [None, "weight", "even"])
@pytest.mark.parametrize("name", ENGINES)
def test_same_table_from_every_engine(
    frame: pd.DataFrame, expected: Callable[[str | None], list[ScoreTable]], name: str, weight: str | None
) -> None:
    data = engine(frame, name)
    for cut, wanted in zip(CUTS, expected(weight), strict=True):
        if name.startswith("duckdb") and "zoned" in str(cut):
            continue  # DuckDB keeps instants, not zones: it reads them in the zone of the connection
        assert_same(score(data, METRICS, weight=weight, **cut), wanted)


@pytest.mark.parametrize("name", ["polars lazy", "pyarrow", "duckdb"])
def test_no_rows_at_all_is_a_table_of_nobody(frame: pd.DataFrame, name: str) -> None:
    empty = frame.head(0)
    for cut in ({"by": None}, {"by": ["region", Period("at")]}):
        for weight in (None, "weight"):
            assert_same(
                score(engine(empty, name), METRICS, weight=weight, **cut), score(empty, METRICS, weight=weight, **cut)
            )


@pytest.mark.parametrize("name", ["polars lazy", "pyarrow", "duckdb"])
def test_bad_answers_and_weights_are_refused_alike(frame: pd.DataFrame, name: str) -> None:
    bad = frame.assign(score=frame.score.fillna(7.5).replace(0, 11), weight=frame.weight.replace(0, -1))
    messages = []
    for data in (bad, engine(bad, name)):
        with pytest.raises(ResponseValidationError) as answers:
            score(data, Nps("score"), by=["region", "tier"])
        with pytest.raises(ResponseValidationError) as texts:
            score(data, MeanScore("region"))
        with pytest.raises(ValueError, match=r"weight\(s\) in “weight” cannot be used: -1, -1") as weights:
            score(data, Nps("rating"), weight="weight")
        messages.append((str(answers.value), str(texts.value), str(weights.value)))
    assert messages[0] == messages[1]
    assert f"{int((bad.score > 10).sum() + (bad.score == 7.5).sum())} answer" in messages[0][0]


def test_a_period_of_text_is_refused_by_an_engine_too() -> None:
    with pytest.raises(ValueError, match="needs a column of dates"):
        score(pl.LazyFrame({"x": [9], "at": ["2024-01-01"]}), Nps("x"), Period("at"))


def test_lazy_frame_is_not_collected_whole(monkeypatch: pytest.MonkeyPatch, frame: pd.DataFrame) -> None:
    rows: list[int] = []
    collect = pl.LazyFrame.collect

    def watched(self: pl.LazyFrame, *args: Any, **kwargs: Any) -> Any:
        result = collect(self, *args, **kwargs)
        rows.append(result.height)
        return result

    monkeypatch.setattr(pl.LazyFrame, "collect", watched)
    score(engine(frame, "polars lazy"), Nps("score"), by="region", weight="weight")
    assert rows
    assert max(rows) <= 5 * 12


def test_pyarrow_table_need_not_have_one_chunk() -> None:
    table = pa.concat_tables([pa.table({"x": [9, 10], "k": ["a", "b"]}), pa.table({"x": [0, None], "k": ["b", None]})])
    parts = pd.concat(
        [pd.DataFrame({"x": [9.0, 10.0], "k": ["a", "b"]}), pd.DataFrame({"x": [0, None], "k": ["b", None]})]
    )
    chunked = table.to_pandas(types_mapper=pd.ArrowDtype)
    for data in (table, parts, chunked):
        groups = score(data, Nps("x"), by="k", min_n=0).blocks[0].groups
        assert [(g.key, g.n, g.n_missing) for g in groups] == [(("b",), 2, 0), (("a",), 1, 0), ((None,), 0, 1)]
