"""Only the tally leaves an engine, made where the rows are, of the columns asked for, by all workers that there are."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd
import pytest

from closeloop.metrics.design import Design
from closeloop.metrics.period import Period
from closeloop.metrics.score import score
from closeloop.metrics.spec import MeanScore, Nps
from made_engines import HEAVY, Engines

CELLS = 5 * 12
"""Regions, the missing one among them, times answers, the missing one among them."""
ALL_LAZY = ("polars lazy", "polars scan", "pyarrow dataset", "duckdb", "duckdb file", "parquet folder", *HEAVY)


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[Any, int]]]:
    """Give what was asked of an engine, and how many rows came back; narwhals is the only way out of one."""
    seen: list[tuple[Any, int]] = []
    collect = nw.LazyFrame.collect

    def watched(self: Any, *args: Any, **kwargs: Any) -> Any:
        result = collect(self, *args, **kwargs)
        seen.append((nw.to_native(self), len(result)))
        return result

    monkeypatch.setattr(nw.LazyFrame, "collect", watched)
    return seen  # type: ignore[return-value]


@pytest.mark.parametrize("name", ALL_LAZY)
def test_no_more_rows_come_back_than_the_tally_has_cells(
    frame: pd.DataFrame, engines: Engines, collected: list[tuple[Any, int]], name: str
) -> None:
    data = engines.hold(frame, name)
    score(data, Nps("score"), by="region", weight="weight")
    score(data, MeanScore("amount"), by="region")
    assert 2 <= len(collected) <= 4
    assert max(rows for _, rows in collected) <= CELLS
    collected.clear()
    score(data, Nps("score"), design=Design(cluster="branch"))
    assert max(rows for _, rows in collected) <= 60 * 12, "units × answers"
    collected.clear()
    score(data, Nps("score"), by=Period("at"))
    assert max(rows for _, rows in collected) <= 18 * 12, "months × answers, not days"


EXPLAINED: dict[str, Callable[[Any], str]] = {
    "polars scan": lambda asked: str(asked.explain()),
    "pyarrow dataset": lambda asked: str(asked.explain()),
    "duckdb parquet": lambda asked: str(asked.explain()),
    "parquet folder": lambda asked: str(asked.explain()),
}


@pytest.mark.parametrize("name", EXPLAINED)
def test_only_the_columns_asked_for_are_read(
    frame: pd.DataFrame, engines: Engines, collected: list[tuple[Any, int]], name: str
) -> None:
    score(engines.hold(frame, name), Nps("score"), by="region")
    ((asked, _),) = collected
    plan = EXPLAINED[name](asked)
    assert "score" in plan
    assert not [column for column in ("amount", "tier", "zoned", "weight") if re.search(rf"\b{column}\b", plan)]


@pytest.mark.engines
def test_spark_counts_before_anything_is_sent(
    frame: pd.DataFrame, engines: Engines, spark: Any, collected: list[tuple[Any, int]]
) -> None:
    score(engines.hold(frame, "spark"), Nps("score"), by="region", weight="weight")
    plan = collected[0][0]._jdf.queryExecution().executedPlan().toString()
    final, _, below = plan.partition("Exchange")
    assert "HashAggregate" in final
    assert "partial_count" in below, "what is sent between executors is counted already"
    read = re.search(r"ReadSchema: struct<(.*?)>", plan)
    assert read is not None
    assert {column.partition(":")[0] for column in read[1].split(",")} == {"region", "score", "weight"}


@pytest.mark.engines
def test_spark_works_on_two_executors(frame: pd.DataFrame, engines: Engines, spark: Any) -> None:
    data = engines.hold(frame, "spark")
    context = spark().sparkContext
    assert context.master.startswith("local-cluster[2,")

    def tasks() -> dict[str, int]:
        listed = context._jsc.sc().statusStore().executorList(True)
        each = [listed.apply(i) for i in range(listed.size())]
        return {one.id(): one.completedTasks() for one in each if one.id() != "driver"}

    before = tasks()
    score(data.repartition(8), Nps("score"), by="region")
    assert sum(done > before.get(executor, 0) for executor, done in tasks().items()) >= 2


@pytest.mark.engines
def test_dask_works_on_two_workers_and_sends_the_cells(
    frame: pd.DataFrame, engines: Engines, dask: Any, collected: list[tuple[Any, int]]
) -> None:
    data = engines.hold(frame, "dask parquet")
    from dask.distributed import get_task_stream

    with get_task_stream(client=dask()) as stream:
        score(data, Nps("score"), by="region", weight="weight")
    assert len({task["worker"] for task in stream.data}) == 2
    assert [rows for _, rows in collected] == [len(frame.groupby(["region", "score"], dropna=False))]
