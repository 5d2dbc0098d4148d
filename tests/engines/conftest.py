"""Engines with answers in them. Spark and Dask start with the first test that asks for them, on two workers each."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from made_engines import ZONE, Engines, answers, has_java, missing, needs

OTHERS = (
    "ignore:fetch_arrow_table:DeprecationWarning",  # ibis 12 of DuckDB 2
    "ignore:Dask support is moving out of Narwhals:FutureWarning",  # to a package that is not published yet
)
"""What the heavy engines warn of among themselves; any other warning stays an error."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let the heavy engines warn of one another."""
    for item in items:
        if item.get_closest_marker("engines"):
            for warning in OTHERS:
                item.add_marker(pytest.mark.filterwarnings(warning))


@pytest.fixture(scope="session")
def frame() -> pd.DataFrame:
    """Give the answers that every engine holds."""
    return answers()


@pytest.fixture(scope="session")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """Give what starts a Spark of two executors, each a process of its own, on this machine alone."""
    started: list[Any] = []

    @cache
    def start() -> Any:
        needs("pyspark", "Spark")
        if not has_java():
            missing("no Java found; scripts/java.sh says how to install one")
        import pyspark
        from pyspark.sql import SparkSession

        os.environ["SPARK_HOME"] = str(Path(pyspark.__file__).parent)  # the executors are started from there
        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        place = tmp_path_factory.mktemp("spark")
        settings = {
            "spark.driver.bindAddress": "127.0.0.1", "spark.driver.host": "127.0.0.1", "spark.driver.memory": "1g",
            "spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false", "spark.sql.shuffle.partitions": "2",
            "spark.sql.session.timeZone": ZONE, "spark.sql.warehouse.dir": str(place / "warehouse"),
            "spark.local.dir": str(place), "spark.sql.files.openCostInBytes": "1",
        }  # fmt: skip
        builder = SparkSession.builder.master("local-cluster[2,1,1024]").appName("closeloop")
        for key, value in settings.items():
            builder = builder.config(key, value)
        session = builder.getOrCreate()
        session.sparkContext.setLogLevel("ERROR")
        started.append(session)
        return session

    yield start
    for session in started:
        session.stop()


@pytest.fixture(scope="session")
def dask() -> Iterator[Any]:
    """Give what starts a Dask of two workers, each a process of its own, on this machine alone."""
    started: list[Any] = []

    @cache
    def start() -> Any:
        needs("distributed", "Dask")
        from dask.distributed import Client, LocalCluster

        cluster = LocalCluster(
            n_workers=2, processes=True, threads_per_worker=1, dashboard_address=None, host="127.0.0.1"
        )
        started.extend([Client(cluster), cluster])
        return started[0]

    yield start
    for one in started:
        one.close()


@pytest.fixture(scope="session")
def engines(spark: Any, dask: Any, tmp_path_factory: pytest.TempPathFactory) -> Engines:
    """Give the engines, with two workers where they take several."""
    return Engines(tmp_path_factory.mktemp("engines"), spark, dask)
