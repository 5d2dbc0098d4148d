"""The tally on ten million rows, beside naive pandas and beside each engine's own group-by of the same counting."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from functools import partial
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from figures import Figure, interleaved

from closeloop.frames import as_frame
from closeloop.metrics.period import Period
from closeloop.metrics.tally import CountTally, count

ROWS = 10_000_000
SEGMENTS, MONTHS = 20, 36
LEVELS = range(11)


def coded_frame() -> pd.DataFrame:
    """Make a frame of codes: two categories, a small integer; 720 groups."""
    rng = np.random.default_rng(1)
    segments = pd.Categorical.from_codes(
        rng.integers(0, SEGMENTS, ROWS, np.int8), [f"segment {i}" for i in range(SEGMENTS)]
    )
    months = pd.Categorical.from_codes(rng.integers(0, MONTHS, ROWS, np.int8), range(24_276, 24_276 + MONTHS))
    return pd.DataFrame({"segment": segments, "month": months, "score": rng.integers(0, 11, ROWS, np.int8)})


def raw_frame() -> pd.DataFrame:
    """Make a frame as a file gives it: text, timestamps over three years, floats of which 3 % are missing."""
    rng = np.random.default_rng(2)
    names = pd.Series([f"segment {i}" for i in range(SEGMENTS)], dtype="str")
    start = np.datetime64("2023-01-01", "us")
    at = start + rng.integers(0, 1_095 * 86_400, ROWS).astype("m8[s]").astype("m8[us]")
    score = rng.integers(0, 11, ROWS).astype(float)
    score[rng.random(ROWS) < 0.03] = np.nan
    return pd.DataFrame({"segment": names.take(rng.integers(0, SEGMENTS, ROWS)).array, "at": at, "score": score})


def naive_mean(frame: pd.DataFrame) -> pd.Series[float]:
    """Return the NPS by segment and month as a good pandas user writes it."""
    answered = frame.dropna(subset=["score"])
    value = pd.Series(
        np.where(answered["score"] >= 9, 1, np.where(answered["score"] <= 6, -1, 0)), index=answered.index
    )
    return value.groupby([answered["segment"], answered["at"].dt.to_period("M")]).mean()


def compare(
    name: str, target: str, ours: Callable[[], object], theirs: Callable[[], object], rounds: int = 5
) -> Figure:
    """Time both; the ratio is "how many times faster" for a ``>=`` target and "share of their time" for ``<=``."""
    seconds = interleaved({"ours": ours, "theirs": theirs}, rounds)
    ratio = seconds["theirs"] / seconds["ours"] if target.startswith(">=") else seconds["ours"] / seconds["theirs"]
    detail = f"{1000 * seconds['ours']:.1f} ms against {1000 * seconds['theirs']:.1f} ms"
    return Figure(name=name, target=target, ratio=ratio, detail=detail)


def extra_memory(frame: pd.DataFrame, keys: list[str]) -> Figure:
    """Return the most that counting takes on top of the frame, by the frame's size."""
    size = int(frame.memory_usage(index=False).sum())
    tracemalloc.start()
    count(frame, "score", LEVELS, keys)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    detail = f"{peak / 1e6:.1f} MB on top of {size / 1e6:.0f} MB"
    return Figure(name="tally, coded pandas frame: extra memory", target="<= 0.1", ratio=peak / size, detail=detail)


def measure() -> list[Figure]:
    return [*coded_figures(), *raw_figures()]


def coded_figures() -> list[Figure]:
    coded = coded_frame()
    keys = ["segment", "month"]

    def ours() -> object:
        return count(coded, "score", LEVELS, keys)

    def theirs() -> object:
        return coded.groupby([*keys, "score"], observed=True).size()

    return [
        compare("tally, coded pandas frame / groupby size", ">= 8", ours, theirs),
        extra_memory(coded, keys),
        *engines(coded.astype({"month": "int16", "segment": str}), keys),
    ]


def raw_figures() -> list[Figure]:
    raw = raw_frame()

    def ours() -> CountTally:
        return count(raw, "score", LEVELS, ["segment", Period("at")])

    tally = ours()
    if tally.n.sum() != ROWS or len(naive_mean(raw)) != len(np.unique(tally.codes, axis=0)):
        raise RuntimeError("the two ways count different things")
    return [compare("tally, raw pandas frame / good naive pandas", ">= 4", ours, lambda: naive_mean(raw))]


def engines(frame: pd.DataFrame, keys: list[str]) -> list[Figure]:
    """Compare our call with the engine's own query: text segment, month as a number, score as a small integer."""
    polars = pl.from_pandas(frame)
    table = polars.to_arrow()
    connection = duckdb.connect()
    connection.register("source", table)
    connection.execute("create table answers as select * from source")
    by = [*keys, "score"]
    native: dict[str, tuple[Any, Callable[[], object]]] = {
        "Polars lazy": (polars.lazy(), lambda: polars.lazy().group_by(by).agg(pl.len()).collect()),
        "PyArrow": (table, lambda: table.group_by(by).aggregate([([], "count_all")])),
        "DuckDB": (
            connection.table("answers"),
            lambda: connection.sql("select segment, month, score, count(*) from answers group by all").to_arrow_table(),
        ),
    }
    figures = []
    for name, (data, own) in native.items():
        ours = partial(count, as_frame(data), "score", LEVELS, keys)
        figures.append(compare(f"tally, {name} / its own group-by", "<= 1.2", ours, own))
    return figures
