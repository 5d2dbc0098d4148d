"""The border to dataframes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from closeloop.errors import ColumnNotFoundError
from closeloop.frames import as_column, as_frame, column_names, convert, plain_value, require_columns

COLUMNS = {"Region": ["a"], "score": [9]}


def test_pandas_passes_untouched() -> None:
    frame = pd.DataFrame(COLUMNS)
    assert as_frame(frame) is frame
    assert as_frame(nw.from_native(frame)) is frame


def test_lazy_stays_lazy() -> None:
    assert isinstance(as_frame(pl.LazyFrame(COLUMNS)), nw.LazyFrame)


@pytest.mark.parametrize(
    "frame",
    [COLUMNS, pd.DataFrame(COLUMNS), pl.DataFrame(COLUMNS), pl.LazyFrame(COLUMNS), pa.table(COLUMNS)],
    ids=["mapping", "pandas", "polars", "polars lazy", "pyarrow"],
)
def test_names_are_known_of_every_kind(frame: Any) -> None:
    assert column_names(as_frame(frame)) == ["Region", "score"]


def test_duckdb_relation_is_a_frame() -> None:
    relation = duckdb.sql("select 'a' as Region, 9 as score")
    assert column_names(as_frame(relation)) == ["Region", "score"]


@pytest.mark.parametrize("data", [[1, 2], "table.csv", 5, None, pd.Series([1]), pl.Series([1])])
def test_no_table_is_refused_with_the_remedy(data: object) -> None:
    with pytest.raises(TypeError, match="Expected a table"):
        as_frame(data)


def test_unknown_column_names_the_nearest() -> None:
    with pytest.raises(ColumnNotFoundError, match=r"no column “region”.*“Region”"):
        require_columns(as_frame(COLUMNS), ["score", "region"])


def test_column_that_stands_twice_is_refused() -> None:
    frame = pd.DataFrame([[1, 2]], columns=["a", "a"])
    with pytest.raises(ValueError, match="2 columns are called “a”"):
        require_columns(frame, ["a"])


@pytest.mark.parametrize("missing", [None, np.nan, float("nan"), pd.NA, pd.NaT, np.datetime64("NaT")])
def test_everything_missing_is_none(missing: object) -> None:
    assert plain_value(missing) is None


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (np.int8(3), 3), (3.0, 3), (2.5, 2.5), (np.bool_(True), True), ("", ""), (Decimal("1.5"), Decimal("1.5")),
        (pd.Timestamp("2024-05-01"), dt.date(2024, 5, 1)),
        (np.datetime64("2024-05-01T12:30"), dt.datetime(2024, 5, 1, 12, 30)),  # noqa: DTZ001
    ],
)  # fmt: skip
def test_plain_values(value: object, plain: object) -> None:
    found = plain_value(value)
    assert found == plain
    assert type(found) is type(plain)


def test_columns_of_other_libraries_become_series() -> None:
    for data in ([1, 2], (1, 2), np.array([1, 2]), pl.Series([1, 2]), pa.chunked_array([[1, 2]]), iter([1, 2])):
        assert as_column(data).tolist() == [1, 2]


@pytest.mark.parametrize("data", [5, "text", {"a": 1}, np.zeros((2, 2)), None])
def test_no_column_is_refused(data: object) -> None:
    with pytest.raises(TypeError, match="one column of values"):
        as_column(data)


def test_tables_are_converted_to_the_kind_asked_for() -> None:
    frame = pd.DataFrame(COLUMNS)
    assert convert(frame, "polars").equals(pl.DataFrame(COLUMNS))
    assert convert(frame, "pyarrow").to_pydict() == COLUMNS
    with pytest.raises(ValueError, match="pandas, polars, pyarrow"):
        convert(frame, "spark")
