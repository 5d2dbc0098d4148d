"""A whole tracker, 20 items by 8 breakdowns by 36 months, beside a loop of pandas and beside the engines."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
import polars as pl
from figures import Figure, compared, times

from closeloop.metrics.counts import count_cuts
from closeloop.metrics.estimate import group_counts
from closeloop.metrics.score import score
from closeloop.metrics.spec import Nps

ROWS, ITEMS, MONTHS = 1_000_000, 20, 36
CUTS = {"region": 31, "touchpoint": 6, "plan": 4, "age": 7, "tenure": 5, "language": 2, "device": 3, "shop": 40}
VALUES = np.array(Nps("x").values)
Table = dict[tuple[str, str], npt.NDArray[np.float64]]
"""Item and breakdown → the NPS of each group, in the order of the groups."""


def measure() -> list[Figure]:
    frame = tracker_frame(ROWS)
    figures = against(frame)
    metrics, breakdowns = [Nps(item, name=item) for item in items(frame)], [[cut, "month"] for cut in CUTS]
    table = times({"ours": lambda: score(frame, metrics, breakdowns=breakdowns)}, rounds=1)["ours"]
    tables, cells = ITEMS * len(CUTS), ITEMS * MONTHS * sum(CUTS.values())
    return [
        *figures,
        Figure(
            name="score table of a tracker, 160 breakdowns with intervals and hidden groups, seconds", target="<= 30",
            ratio=table[0], detail=f"{tables} tables, {cells:,} groups",
        ),
    ]  # fmt: skip


def items(frame: pd.DataFrame) -> list[str]:
    return [name for name in frame.columns if name.startswith("item_")]


def tracker_frame(rows: int, n_items: int = ITEMS) -> pd.DataFrame:
    rng = np.random.default_rng(6)
    columns: dict[str, Any] = {
        name: pd.Categorical.from_codes(rng.integers(0, k, rows, np.int8), [f"{name} {i:02d}" for i in range(k)])
        for name, k in CUTS.items()
    }
    columns["month"] = rng.integers(24_276, 24_276 + MONTHS, rows, np.int16)
    return pd.DataFrame(columns | {f"item_{i:02d}": rng.integers(0, 11, rows, np.int8) for i in range(n_items)})


def by_tally(frame: pd.DataFrame) -> Table:
    """Return the NPS of all groups from tallies that share the codes of the columns."""
    cache: dict[object, Any] = {}
    found: Table = {}
    for item in items(frame):
        tallies = count_cuts(frame, item, range(11), [[cut, "month"] for cut in CUTS], cache=cache)
        for cut, tally in zip(CUTS, tallies, strict=True):
            n = group_counts(tally).n[1:]
            found[item, cut] = 100 * (n @ VALUES) / n.sum(axis=1)
    return found


def by_pandas(frame: pd.DataFrame) -> Table:
    """Return the same as one writes it with pandas: each item turned into −1, 0, 1 once, then grouped."""
    found: Table = {}
    for item in items(frame):
        value = pd.Series(np.where(frame[item] >= 9, 100.0, np.where(frame[item] <= 6, -100.0, 0.0)))
        for cut in CUTS:
            found[item, cut] = value.groupby([frame[cut], frame["month"]], observed=True).mean().to_numpy()
    return found


def by_polars(data: pl.LazyFrame, asked: Sequence[str]) -> Table:
    """Return the same with Polars, all 160 queries handed over at once."""
    queries = []
    for item, cut in product(asked, CUTS):
        value = pl.when(pl.col(item) >= 9).then(100.0).when(pl.col(item) <= 6).then(-100.0).otherwise(0.0)
        queries.append(data.group_by(cut, "month").agg(value.mean().alias("nps")))
    tables = pl.collect_all(queries)
    return {
        key: table.sort(table.columns[0], "month")["nps"].to_numpy()
        for key, table in zip(product(asked, CUTS), tables, strict=True)
    }


def by_duckdb(connection: duckdb.DuckDBPyConnection, asked: Sequence[str]) -> Table:
    """Return the same with DuckDB: one query a breakdown, all items in it."""
    found: Table = {}
    nps = ", ".join(f"avg(case when {item} >= 9 then 100 when {item} <= 6 then -100 else 0 end)" for item in asked)
    for cut in CUTS:
        answer = connection.sql(f"select {cut}, month, {nps} from answers group by 1, 2 order by 1, 2").fetchnumpy()
        found |= {(item, cut): column for item, column in zip(asked, list(answer.values())[2:], strict=True)}
    return found


def against(frame: pd.DataFrame, rounds: int = 3) -> list[Figure]:
    polars = pl.from_pandas(frame.astype(dict.fromkeys(CUTS, str)))
    connection = duckdb.connect()
    connection.register("source", polars.to_arrow())
    connection.execute("create table answers as select * from source")
    lazy = polars.with_columns(pl.col(*CUTS).cast(pl.Categorical)).lazy()
    asked = items(frame)
    ways = {
        "ours": lambda: by_tally(frame), "pandas": lambda: by_pandas(frame),
        "Polars": lambda: by_polars(lazy, asked), "DuckDB": lambda: by_duckdb(connection, asked),
    }  # fmt: skip
    expected = by_pandas(frame)
    for way in ways.values():
        for key, values in way().items():
            np.testing.assert_allclose(values, expected[key], atol=1e-9)
    took = times(ways, rounds)
    engine = min(("Polars", "DuckDB"), key=lambda name: sorted(took[name])[rounds // 2])
    name = f"tracker of {len(asked)} items, 8 breakdowns, 36 months"
    note = f"{len(expected)} tables of {len(frame):,} rows"
    return [
        compared(f"{name} / loop of pandas", ">= 15", took["ours"], took["pandas"], bar="tracker_pandas", note=note),
        compared(
            f"{name} / the fastest engine", ">= 3", took["ours"], took[engine], bar="tracker_engine",
            note=f"{engine}; {note}",
        ),
    ]  # fmt: skip
