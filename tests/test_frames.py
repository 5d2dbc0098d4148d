"""The border to dataframes."""

from __future__ import annotations

import datetime as dt
import glob
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from closeloop.errors import ColumnNotFoundError
from closeloop.frames import as_column, as_frame, column_names, convert, plain_value, require_columns
from closeloop.text import set_language

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


@pytest.mark.parametrize("data", [[1, 2], 5, None, pd.Series([1]), pl.Series([1])])
def test_no_table_is_refused_with_the_remedy(data: object) -> None:
    with pytest.raises(TypeError, match="Expected a table"):
        as_frame(data)


# --- Parquet files and datasets ---


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder of Parquet as it grows over the years: months that differ in columns and kinds, leftovers."""
    place = tmp_path_factory.mktemp("answers [old]")  # brackets are no pattern in the name of what is there
    at = pd.Series(pd.date_range("2026-07-01T22:00", periods=3, freq="D", tz="UTC")).dt.tz_convert("Asia/Shanghai")
    july = pd.DataFrame({"score": [9, 10, 0], "at": at.dt.as_unit("us")})
    august = pd.DataFrame({"score": [7.5, None, 8.0], "at": july["at"], "why": ["slow", None, "dear"]})
    for name, frame in (("month=2026-07", july), ("month=2026-08", august), ("_unfinished", july), (".hidden", july)):
        (place / name).mkdir()
        frame.to_parquet(place / name / "part-0.parquet")
    (place / "_SUCCESS").touch()
    return place


def read(data: Any) -> pd.DataFrame:
    """Load what came in lazily."""
    frame = as_frame(data)
    assert isinstance(frame, nw.LazyFrame)
    rows: pd.DataFrame = frame.collect("pandas").to_native()
    return rows.sort_values(["month", "at"]).reset_index(drop=True)


@pytest.fixture(params=["duckdb", "polars"])
def reader(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Give the engine that reads; Polars does where DuckDB is not installed."""
    if request.param == "polars":
        monkeypatch.setitem(sys.modules, "duckdb", None)
    return str(request.param)


def test_a_folder_of_parquet_is_one_lazy_frame(folder: Path, reader: str) -> None:
    frame = as_frame(folder)
    assert type(nw.to_native(frame)).__module__.partition(".")[0] in (reader, f"_{reader}")
    rows = read(folder)
    assert rows["month"].tolist() == ["2026-07"] * 3 + ["2026-08"] * 3
    assert rows["score"].dropna().tolist() == [9, 10, 0, 7.5, 8], "nothing is rounded to the kind of the first file"
    assert [value for value in rows["why"] if not pd.isna(value)] == ["slow", "dear"]
    assert rows["at"].dt.hour.tolist() == [6] * 6, "on the clock of the zone that the file names"


@pytest.mark.parametrize("pattern", ["month=*/*.parquet", "**/month=2026-0[78]/part-?.parquet"])
def test_a_pattern_is_as_good_as_its_folder(folder: Path, reader: str, pattern: str) -> None:
    found = read(f"{glob.escape(str(folder))}/{pattern}")
    pd.testing.assert_frame_equal(found[["score", "at", "month"]], read(folder)[["score", "at", "month"]])


def test_one_file_and_a_path_of_the_home_folder(folder: Path, reader: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(folder))
    monkeypatch.setenv("USERPROFILE", str(folder))
    assert read("~/month=2026-07/part-0.parquet")["score"].tolist() == [9, 10, 0]
    assert column_names(as_frame(folder / "_unfinished" / "part-0.parquet")) == ["score", "at"]


def test_a_dataset_of_pyarrow_keeps_its_zones(folder: Path, reader: str) -> None:
    july = [str(folder / "month=2026-07" / "part-0.parquet")]
    rows = read(ds.dataset(july, partitioning=ds.partitioning(flavor="hive"), partition_base_dir=str(folder)))
    assert rows["month"].astype(str).tolist() == ["2026-07"] * 3
    assert rows["at"].dt.hour.tolist() == [6] * 3
    assert rows["score"].tolist() == [9, 10, 0]


def test_only_the_columns_asked_for_are_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    frame = as_frame(folder)
    assert isinstance(frame, nw.LazyFrame)
    plan = nw.to_native(frame.group_by("month").agg(nw.col("score").sum())).explain()
    assert "score" in plan
    assert "why" not in plan


def test_without_an_engine_files_are_refused_with_the_remedy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("duckdb", "polars"):
        monkeypatch.setitem(sys.modules, name, None)
    for data, other in ((folder, "read_parquet"), (ds.dataset(folder / "month=2026-07"), "to_table")):
        with pytest.raises(ImportError, match=rf'pip install "closeloop\[duckdb\]"`, or pass .*{other}'):
            as_frame(data)


@pytest.mark.parametrize(
    ("place", "error", "told"),
    [
        ("nowhere.parquet", FileNotFoundError, "no file or folder “nowhere.parquet”"),
        ("nowhere/*.parquet", FileNotFoundError, "No file matches"),
        ("empty", FileNotFoundError, r"No file called \*.parquet lies in"),
        ("answers.csv", ValueError, "no Parquet file. Read it with `closeloop.read_responses"),
        ("short.parquet", ValueError, "cannot be read as Parquet"),
        ("answers.duckdb", ValueError, r"database of DuckDB.*table\("),
        ("s3://bucket/answers/*.parquet", ValueError, r"another machine.*scan_parquet"),
    ],
)
def test_a_path_that_leads_to_no_parquet_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, error: type[Exception], told: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    Path("answers.csv").write_text("score\n9\n")
    Path("short.parquet").write_bytes(b"PAR1 and no more")
    duckdb.connect("answers.duckdb").close()
    with pytest.raises(error, match=told):
        as_frame(place)
    set_language("zh-CN")
    with pytest.raises(error, match=r"[\u4e00-\u9fff]"):
        as_frame(place)


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
