"""The tally on ten million rows, beside naive pandas and beside each engine's own group-by of the same counting."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from figures import Figure, compared, times

from closeloop.frames import as_frame
from closeloop.metrics.counts import CountTally, count
from closeloop.metrics.period import Period

ROWS = 10_000_000
SEGMENTS, MONTHS = 20, 36
LEVELS = range(11)
KEYS = ["segment", "month"]


def measure() -> list[Figure]:
    coded = coded_frame(ROWS)
    figures = [coded_speed(coded), extra_memory(coded)]
    figures += engines(coded.astype({"month": "int16", "segment": str}))
    del coded
    return [*figures, *raw_figures(raw_frame(ROWS))]


def coded_frame(rows: int) -> pd.DataFrame:
    """Make a frame of codes: two categories, a small integer; 720 groups."""
    rng = np.random.default_rng(1)
    segments = pd.Categorical.from_codes(
        rng.integers(0, SEGMENTS, rows, np.int8), [f"segment {i}" for i in range(SEGMENTS)]
    )
    months = pd.Categorical.from_codes(rng.integers(0, MONTHS, rows, np.int8), range(24_276, 24_276 + MONTHS))
    return pd.DataFrame({"segment": segments, "month": months, "score": rng.integers(0, 11, rows, np.int8)})


def raw_frame(rows: int) -> pd.DataFrame:
    """Make a frame as a file gives it: text, timestamps over three years, floats of which 3 % are missing."""
    rng = np.random.default_rng(2)
    names = pd.Series([f"segment {i}" for i in range(SEGMENTS)], dtype="str")
    start = np.datetime64("2023-01-01", "us")
    at = start + rng.integers(0, 1_095 * 86_400, rows).astype("m8[s]").astype("m8[us]")
    score = rng.integers(0, 11, rows).astype(float)
    score[rng.random(rows) < 0.03] = np.nan
    return pd.DataFrame({"segment": names.take(rng.integers(0, SEGMENTS, rows)).array, "at": at, "score": score})


def naive_mean(frame: pd.DataFrame) -> pd.Series[float]:
    """Return the NPS by segment and month as a good pandas user writes it."""
    answered = frame.dropna(subset=["score"])
    value = pd.Series(
        np.where(answered["score"] >= 9, 1, np.where(answered["score"] <= 6, -1, 0)), index=answered.index
    )
    return value.groupby([answered["segment"], answered["at"].dt.to_period("M")]).mean()


def coded_speed(coded: pd.DataFrame, rounds: int = 5) -> Figure:
    def ours() -> object:
        return count(coded, "score", LEVELS, KEYS)

    def theirs() -> object:
        return coded.groupby([*KEYS, "score"], observed=True).size()

    took = times({"ours": ours, "theirs": theirs}, rounds)
    name = "tally, coded pandas frame / groupby size"
    return compared(name, ">= 8", took["ours"], took["theirs"], bar="coded_speed")


def extra_memory(frame: pd.DataFrame) -> Figure:
    """Return the most that counting takes on top of the frame, by the frame's size."""
    size = int(frame.memory_usage(index=False).sum())
    tracemalloc.start()
    count(frame, "score", LEVELS, KEYS)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    detail = f"{peak / 1e6:.1f} MB on top of {size / 1e6:.0f} MB"
    return Figure(
        name="tally, coded pandas frame: extra memory", target="<= 0.1", ratio=peak / size, detail=detail,
        bar="coded_memory",
    )  # fmt: skip


def raw_figures(raw: pd.DataFrame, rounds: int = 5) -> list[Figure]:
    """Compare a raw frame with pandas, and with DuckDB over the very same frame; all three find the same."""

    def ours() -> CountTally:
        return count(raw, "score", LEVELS, ["segment", Period("at")])

    connection = duckdb.connect()
    connection.register("raw", raw)

    def in_duckdb() -> Any:
        return connection.sql(
            "select segment, year(raw.at) * 12 + month(raw.at) as month, avg(case when score >= 9 then 1 "
            "when score <= 6 then -1 else 0 end) as nps from raw where not isnan(score) group by all"
        ).to_arrow_table()

    tally, means = ours(), naive_mean(raw)
    if tally.n.sum() != len(raw) or len(means) != len(np.unique(tally.codes, axis=0)):
        raise RuntimeError("the two ways count different things")
    np.testing.assert_allclose(np.sort(in_duckdb()["nps"].to_numpy()), np.sort(means.to_numpy()))
    took = times({"ours": ours, "pandas": partial(naive_mean, raw), "DuckDB": in_duckdb}, rounds)
    return [
        compared(
            "tally, raw pandas frame / good naive pandas", ">= 4", took["ours"], took["pandas"], bar="raw_pandas"
        ),
        compared(
            "tally, raw pandas frame / DuckDB over the frame", "<= 0.8", took["ours"], took["DuckDB"], bar="raw_duckdb",
            note="DuckDB on all cores",
        ),
    ]  # fmt: skip


def engines(
    frame: pd.DataFrame, rounds: int = 5, names: Sequence[str] = ("Polars lazy", "PyArrow", "DuckDB")
) -> list[Figure]:
    """Compare our call with the engine's own query: text segment, month as a number, score as a small integer."""
    polars = pl.from_pandas(frame)
    table = polars.to_arrow()
    connection = duckdb.connect()
    connection.register("source", table)
    connection.execute("create table answers as select * from source")
    by = [*KEYS, "score"]
    native: dict[str, tuple[Any, Callable[[], object]]] = {
        "Polars lazy": (polars.lazy(), lambda: polars.lazy().group_by(by).agg(pl.len()).collect()),
        "PyArrow": (table, lambda: table.group_by(by).aggregate([([], "count_all")])),
        "DuckDB": (
            connection.table("answers"),
            lambda: connection.sql("select segment, month, score, count(*) from answers group by all").to_arrow_table(),
        ),
    }
    figures = []
    for name in names:
        data, own = native[name]
        took = times({"ours": partial(count, as_frame(data), "score", LEVELS, KEYS), "theirs": own}, rounds)
        bar = f"engine_{name.split()[0].lower()}"
        figures.append(compared(f"tally, {name} / its own group-by", "<= 1.2", took["ours"], took["theirs"], bar=bar))
    return figures
