"""Our call on Spark over Parquet beside Spark's own query of the same counting."""

from __future__ import annotations

import importlib.util
import os
import shutil
import tempfile
from functools import partial
from pathlib import Path

from bench_tally import KEYS, LEVELS, coded_frame
from figures import Figure, compared, skipped, times

from closeloop.frames import as_frame
from closeloop.metrics.counts import count

ROWS = 10_000_000
NAME, TARGET, BAR = "tally, Spark over Parquet / its own group-by", "<= 1.2", "engine_spark"


def measure() -> list[Figure]:
    if importlib.util.find_spec("pyspark") is None:
        return [skipped(NAME, TARGET, "pyspark is not installed; `make test-engines` installs it", BAR)]
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        return [skipped(NAME, TARGET, "there is no Java on this machine", BAR)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "answers.parquet"
        coded_frame(ROWS).astype({"month": "int16", "segment": str}).to_parquet(path)
        return [against(path)]


def against(path: Path) -> Figure:
    from pyspark.sql import SparkSession

    session = (
        SparkSession.builder.master("local[*]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.shuffle.partitions", "4")
        .config("spark.log.level", "ERROR")
        .getOrCreate()
    )
    try:
        data = session.read.parquet(str(path))
        ours = partial(count, as_frame(data), "score", LEVELS, KEYS)

        def theirs() -> int:
            return sum(row["count"] for row in data.groupBy(*KEYS, "score").count().collect())

        if theirs() != ours().n.sum():
            raise RuntimeError("the two ways count different things")
        took = times({"ours": ours, "theirs": theirs}, rounds=7)
        return compared(NAME, TARGET, took["ours"], took["theirs"], bar=BAR, note=f"{ROWS:,} rows, local[*]")
    finally:
        session.stop()
