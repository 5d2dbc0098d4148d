"""The same answers in every engine: as frames, in files, in a database, on several workers."""

from __future__ import annotations

import importlib.util
import math
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

N = 3_000
ZONE = "Asia/Shanghai"

FRAMES = ("polars", "polars lazy", "polars with NaN", "polars categories", "pyarrow", "duckdb", "duckdb with NaN")
"""What lies in memory, with nulls or with nulls and NaN as its missing numbers."""
FILES = ("polars scan", "pyarrow dataset", "duckdb file", "duckdb parquet", "parquet folder")
"""What nobody loaded."""
HEAVY = tuple(pytest.param(name, marks=pytest.mark.engines) for name in ("dask", "dask parquet", "spark", "ibis"))
"""What `make test-engines` installs; Dask has two workers, Spark two executors."""
LAZY = ("polars lazy", "duckdb", "parquet folder")
EVERY = (*FRAMES, *FILES, *HEAVY)


def answers(n: int = N) -> pd.DataFrame:
    """Give invented answers with everything that engines see in different ways."""
    rng = np.random.default_rng(20_240_501)
    region = np.array(["East", "West", "North", "小组", None], dtype=object)
    start = pd.Timestamp("2023-06-01")
    at = pd.Series(start + pd.to_timedelta(rng.integers(0, 500 * 86_400, n), unit="s")).dt.as_unit("us")
    at = at.mask(rng.random(n) < 0.03)
    branch = rng.integers(0, 60, n)
    stratum = np.array(["north", "south", "west"])[branch % 3]
    tilt = rng.normal(0, 2, 60)[branch]
    likely = np.clip(np.round(7 + tilt + rng.normal(0, 2, n)), 0, 10)
    frame = pd.DataFrame({
        "id": np.arange(n),
        "wave": np.where(rng.random(n) < 0.5, "before", "after"),
        "region": pd.Series(region[rng.choice(5, n, p=[0.45, 0.3, 0.2, 0.002, 0.048])], dtype="str"),
        "tier": pd.Categorical(rng.choice(["gold", "base", "none"], n), categories=["none", "gold", "base", "unused"]),
        "grade": np.where(rng.random(n) < 0.1, np.nan, rng.integers(1, 4, n)),
        "flag": rng.random(n) < 0.4,
        "at": at,
        "on": at.dt.normalize(),
        "zoned": at.dt.tz_localize("UTC").dt.tz_convert(ZONE),
        "score": np.where(rng.random(n) < 0.05, np.nan, likely),
        "rating": rng.integers(1, 6, n),
        "amount": np.where(rng.random(n) < 0.2, np.nan, rng.lognormal(3, 1, n) + 5 * tilt),
        "weight": np.where(rng.random(n) < 0.02, 0.0, rng.gamma(4, 0.25, n)),
        "even": 2.5,
        "stratum": pd.Series(stratum, dtype="str"),
        "branch": branch,
        "local": branch // 3,
        "branches": np.where(stratum == "west", 25, 40),
        "base": rng.gamma(8, 0.25, n),
        "sex": pd.Series(rng.choice(["f", "m"], n), dtype="str"),
        "age": rng.integers(1, 4, n),
    })  # fmt: skip
    for item, pull in (("staff", 0.6), ("price", 0.3), ("speed", 0.1)):
        rated = np.clip(np.round(3.5 + pull * (likely - 7) / 2 + rng.normal(0, 1, n)), 1, 7)
        frame[item] = np.where(rng.random(n) < 0.04, np.nan, rated)
    for item in ("e1", "e2"):
        frame[item] = np.where(rng.random(n) < 0.04, np.nan, rng.integers(1, 8, n))
    return frame


def coding() -> pd.DataFrame:
    """Give who mentions what, some of it twice, in a row per mention."""
    rng = np.random.default_rng(7)
    table = pd.DataFrame(
        {"id": rng.integers(0, N, 2_000), "theme": rng.choice(["price", "staff", "delay", "rare"], 2_000)}
    )
    return table[(table.theme != "rare") | (table.id < 60)].reset_index(drop=True)


class Engines:
    """Frames of pandas in other engines; each is made once, in `folder` if it takes files."""

    def __init__(self, folder: Path, spark: Callable[[], Any], dask: Callable[[], Any]) -> None:
        self._folder, self._spark, self._dask = folder, spark, dask
        self._made: dict[tuple[int, str], tuple[pd.DataFrame, Any]] = {}

    def hold(self, frame: pd.DataFrame, name: str) -> Any:
        """Give the frame to an engine."""
        key = id(frame), name
        if key not in self._made:
            self._made[key] = frame, self._make(frame, name)
        return self._made[key][1]

    def files(self, frame: pd.DataFrame) -> Path:
        """Give a folder with the frame in three Parquet files (in one if it has no rows)."""
        key = id(frame), "files"
        if key not in self._made:
            folder = self._folder / f"answers {len(self._made)}"
            folder.mkdir()
            table = _arrow(frame)
            third = max(-(-len(frame) // 3), 1)
            for part, start in enumerate(range(0, max(len(frame), 1), third)):
                pq.write_table(table.slice(start, third), folder / f"part-{part}.parquet")
            self._made[key] = frame, folder
        return self._made[key][1]  # type: ignore[no-any-return]

    def _make(self, frame: pd.DataFrame, name: str) -> Any:
        if name == "dask":
            self._dask()
            import dask.dataframe as dd

            return dd.from_pandas(frame, npartitions=3)
        if name == "dask parquet":
            self._dask()
            import dask.dataframe as dd

            return dd.read_parquet(self.files(frame))
        if name == "spark":
            return self._spark().read.parquet(str(self.files(frame)))
        if name == "ibis":
            needs("ibis", "ibis")
            import ibis

            connection = ibis.duckdb.connect()
            connection.raw_sql(f"set timezone = '{ZONE}'")
            return connection.read_parquet(f"{self.files(frame)}/*.parquet")
        if name.startswith("polars"):
            return self._polars(frame, name)
        if name.startswith("duckdb"):
            return self._duckdb(frame, name)
        if name == "pyarrow":
            return _arrow(frame)
        return ds.dataset(self.files(frame)) if name == "pyarrow dataset" else str(self.files(frame))

    def _polars(self, frame: pd.DataFrame, name: str) -> Any:
        nulls = _nulls(frame)
        if name == "polars scan":
            return pl.scan_parquet(f"{self.files(frame)}/*.parquet")
        if name == "polars categories":
            return nulls.with_columns(pl.col("tier", "region").cast(pl.Categorical), pl.col("rating").cast(pl.Int8))
        return {"polars": nulls, "polars lazy": nulls.lazy(), "polars with NaN": _half_nan(nulls).lazy()}[name]

    def _duckdb(self, frame: pd.DataFrame, name: str) -> Any:
        connection = duckdb.connect()
        if name == "duckdb file":
            path = self._folder / f"answers {len(self._made)}.duckdb"
            with duckdb.connect(path) as writing:
                writing.from_arrow(_arrow(frame)).create("answers")
            connection = duckdb.connect(path, read_only=True)
        connection.execute(f"set timezone = '{ZONE}'")
        if name == "duckdb file":
            return connection.table("answers")
        if name == "duckdb parquet":
            return connection.read_parquet(f"{self.files(frame)}/*.parquet")
        return connection.from_arrow(_half_nan(_nulls(frame)).to_arrow() if name.endswith("NaN") else _arrow(frame))


def _nulls(frame: pd.DataFrame) -> pl.DataFrame:
    """Give the frame to Polars: its gaps are nulls, its days dates."""
    made = pl.from_pandas(frame)
    days = [pl.col("on").cast(pl.Date)] if "on" in made.columns else []
    texts = [pl.col("tier").cast(pl.String)] if "tier" in made.columns else []
    return made.with_columns(*days, *texts)


def _half_nan(frame: pl.DataFrame) -> pl.DataFrame:
    """Give the frame with every second gap in a column of fractions as NaN; the others stay nulls."""
    second = pl.int_range(pl.len()) % 2 == 0
    return frame.with_columns(
        pl.when(pl.col(name).is_null() & second).then(math.nan).otherwise(pl.col(name)).alias(name)
        for name, dtype in frame.schema.items()
        if dtype == pl.Float64
    )


def _arrow(frame: pd.DataFrame) -> pa.Table:
    """Give the frame to Arrow, tiers as categories."""
    table = _nulls(frame).to_arrow()
    if "tier" not in table.column_names:
        return table
    return table.set_column(table.column_names.index("tier"), "tier", table["tier"].dictionary_encode())


def assert_same(found: Any, expected: Any, place: str = "") -> None:
    """Fail unless two results say the same, figures to nine digits."""
    if isinstance(expected, Mapping):
        assert found.keys() == expected.keys(), place
        for key, value in expected.items():
            assert_same(found[key], value, f"{place}.{key}")
    elif isinstance(expected, Sequence) and not isinstance(expected, str):
        assert len(found) == len(expected), place
        for position, (one, other) in enumerate(zip(found, expected, strict=True)):
            assert_same(one, other, f"{place}[{position}]")
    elif isinstance(expected, float) and isinstance(found, float):
        same = math.isclose(found, expected, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(found) and math.isnan(expected))
        assert same, (place, found, expected)
    else:
        assert found == expected, (place, found, expected)


def missing(reason: str) -> None:
    """Skip a test for want of something; under continuous integration it fails."""
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


def needs(package: str, name: str) -> None:
    """Skip a test, or fail it under continuous integration, unless a package is installed."""
    if importlib.util.find_spec(package) is None:
        missing(f"{name} is not installed; `make test-engines` installs what it takes")


def has_java() -> bool:
    """Say whether there is a Java; whether it is new enough, `scripts/java.sh` has seen to."""
    home = os.environ.get("JAVA_HOME")
    return shutil.which(str(Path(home, "bin", "java")) if home else "java") is not None
