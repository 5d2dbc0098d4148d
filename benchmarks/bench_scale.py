"""The cost model of docs/scale.md: seconds of a tally = a + b · rows · columns + c · cells, fitted for each engine.

And what a tracker saves: a day added to three years of daily tallies, beside counting the three years again. Run alone
(``python benchmarks/bench_scale.py``) it prints the constants in seconds of one core, on which others who work on the
machine do not count.
"""

from __future__ import annotations

import gc
import importlib.util
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from figures import Figure, compared, skipped, times, written
from scipy.optimize import nnls

import closeloop as cl
from closeloop.frames import as_frame
from closeloop.metrics.counts import count
from closeloop.metrics.tally_parts import sum_parts

ROWS = (100_000, 400_000, 1_600_000)
KEYS: tuple[tuple[Any, ...], ...] = (
    ("segment",), ("segment", cl.Period("at")), ("segment", cl.Period("at"), "channel"), ("customer",),
)  # fmt: skip
"""One to three keys of few values, and one of 20 000."""
DAYS, A_DAY = 1_095, 2_000
LEVELS = range(11)


@dataclass(frozen=True, slots=True, kw_only=True)
class CostModel:
    """Seconds of one core: to start, per row and column read, per cell; and the share of the variation they explain."""

    start: float
    per_value: float
    per_cell: float
    explained: float

    def __str__(self) -> str:
        return f"a = {written(self.start)}, b = {1e9 * self.per_value:.1f} ns, c = {1e9 * self.per_cell:.0f} ns"


def answers(rows: int, days: int = DAYS) -> pd.DataFrame:
    """Make answers as a file gives them: texts, timestamps over three years, floats of which 3 % are missing."""
    rng = np.random.default_rng(4)
    score = rng.integers(0, 11, rows).astype(float)
    score[rng.random(rows) < 0.03] = np.nan
    at = np.datetime64("2023-11-24", "us") + np.sort(rng.integers(0, days * 86_400, rows)).astype("m8[s]")
    return pd.DataFrame({
        "segment": pd.Series([f"segment {i}" for i in range(20)], dtype="str").take(rng.integers(0, 20, rows)).array,
        "channel": pd.Series(["app", "mail", "shop"], dtype="str").take(rng.integers(0, 3, rows)).array,
        "customer": rng.integers(0, 20_000, rows), "at": at, "score": score,
    })  # fmt: skip


def fitted(data: Callable[[int], Any], clock: Callable[[], float] = time.process_time) -> CostModel:
    """Time tallies of several sizes and fit the model, each measurement by its relative error."""
    measured = []
    for rows in ROWS:
        frame = as_frame(data(rows))
        for keys in KEYS:
            tally, seconds = None, []
            for _ in range(4):  # the first round warms up
                gc.collect()
                start = clock()
                tally = count(frame, "score", LEVELS, keys)
                seconds.append(clock() - start)
            measured.append((1.0, rows * (1 + len(keys)), len(tally.n) if tally is not None else 0, min(seconds[1:])))
    *terms, seconds = np.array(measured).T
    shape = np.column_stack(terms) / seconds[:, None]
    scale = shape.max(axis=0)
    found = nnls(shape / scale, np.ones(len(seconds)))[0] / scale
    off = 1 - np.column_stack(terms) @ found / seconds
    logs = np.log(seconds)
    explained = 1 - float(np.sum(off**2) / np.sum((logs - logs.mean()) ** 2))
    return CostModel(start=found[0], per_value=found[1], per_cell=found[2], explained=explained)


def cost_models() -> dict[str, CostModel]:
    """Return the model of each engine; those that hold the rows in memory, and two that read Parquet."""
    frames = {rows: answers(rows) for rows in ROWS}
    with TemporaryDirectory() as folder:
        files = {rows: str(Path(folder, f"{rows}.parquet")) for rows in ROWS}
        for rows, frame in frames.items():
            frame.to_parquet(files[rows], row_group_size=200_000)
        polars = {rows: pl.from_pandas(frame) for rows, frame in frames.items()}
        return {
            "pandas": fitted(frames.__getitem__),
            "Polars": fitted(lambda rows: polars[rows].lazy()),
            "Polars over Parquet": fitted(lambda rows: pl.scan_parquet(files[rows])),
            "DuckDB over Parquet": fitted(lambda rows: duckdb.read_parquet(files[rows])),
            **({"Spark over Parquet": _spark(files)} if importlib.util.find_spec("pyspark") else {}),
        }


def _spark(files: dict[int, str]) -> CostModel:
    """Fit Spark on this machine, by the clock on the wall: its cores are in another process."""
    from pyspark.sql import SparkSession

    session: Any = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false")
    session = session.config("spark.sql.shuffle.partitions", "4").config("spark.log.level", "ERROR").getOrCreate()
    try:
        return fitted(lambda rows: session.read.parquet(files[rows]), time.perf_counter)
    finally:
        session.stop()


def tracker() -> tuple[dict[str, Callable[[], object]], cl.Tally]:
    """Return two ways to the tally of three years by segment and month, and the tracker before its last day."""
    rows = answers(DAYS * A_DAY)
    keys: list[Any] = ["segment", cl.Period("at")]
    today = rows.iloc[-A_DAY:]
    whole = cl.tally(rows.iloc[:-A_DAY], cl.Nps("score"), keys, part="so far")

    def add() -> object:
        return sum_parts([whole, cl.tally(today, cl.Nps("score"), keys, part="today")])

    return {"add": add, "recount": partial(cl.tally, rows, cl.Nps("score"), keys)}, whole


def measure() -> list[Figure]:
    figures = []
    models = cost_models()
    for name, model in models.items():
        figures.append(
            Figure(
                name=f"cost model, {name}: share of the variation explained", target=">= 0.8", ratio=model.explained,
                detail=f"{model} (a per table, b per row and column, c per cell; seconds of one core)",
            )
        )  # fmt: skip
    if "Spark over Parquet" not in models:
        name = "cost model, Spark over Parquet: share of the variation explained"
        figures.append(skipped(name, ">= 0.8", "pyspark is not installed; `make test-engines` installs it"))
    ways, _ = tracker()
    taken = times(ways, 3)
    name = "tracker: a day added to three years / the three years counted again"
    note = f"{DAYS} days of {A_DAY:,} rows"
    return [*figures, compared(name, ">= 5", taken["add"], taken["recount"], note=note)]


if __name__ == "__main__":
    for engine, cost in cost_models().items():
        print(f"{engine}: {cost}; {100 * cost.explained:.0f} % of the variation explained", flush=True)
    both, kept = tracker()
    seconds = {name: min(each) for name, each in times(both, 3).items()}
    print(f"a day added {written(seconds['add'])}, all counted again {written(seconds['recount'])}")
    with TemporaryDirectory() as place:
        size = kept.save(Path(place, "tracker")).stat().st_size
    held = sum(table.codes.nbytes + table.n.nbytes for table in kept.tables.values())
    print(
        f"{kept.n_cells:,} cells: {size / kept.n_cells:.1f} bytes each in the file, {held / kept.n_cells:.0f} in memory"
    )
