"""Frames and Parquet files: what a typed column means as an answer, whichever library holds it."""

# ruff: noqa: DTZ001  naive times are what frames hold

from __future__ import annotations

import datetime as dt
import decimal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import closeloop as cl
from closeloop.survey.survey import Survey
from closeloop.text import set_language

ROWS: dict[str, list[Any]] = {
    "response_id": ["a", "b", "c", "d"],
    "recommend": [9.0, 7.5, None, 3.0],
    "why": ["fast", "", None, "慢"],
    "call": [True, None, False, True],
    "visits": [1, 2, 3, 4],
    "answered_at": [dt.datetime(2026, 1, 1, 7, 0, 5), None, dt.datetime(2026, 1, 2), dt.datetime(2026, 1, 3)],
    "day": [dt.date(2026, 1, 1), dt.date(2026, 1, 2), None, dt.date(2026, 1, 3)],
}


def polars_frame() -> Any:
    return pytest.importorskip("polars").DataFrame(ROWS)


def polars_lazy() -> Any:
    return polars_frame().lazy()


def duckdb_relation() -> Any:
    connection = pytest.importorskip("duckdb").connect()
    connection.register("answers", pa.table(ROWS))
    return connection.table("answers")


KINDS: dict[str, Callable[[], Any]] = {
    "mapping": lambda: ROWS,
    "pandas": lambda: pd.DataFrame(ROWS),
    "pandas with Arrow types": lambda: pd.DataFrame(ROWS).convert_dtypes(dtype_backend="pyarrow"),
    "pandas with nullable types": lambda: pd.DataFrame(ROWS).convert_dtypes(),
    "pandas of objects": lambda: pd.DataFrame(ROWS, dtype=object),
    "pandas of categories": lambda: pd.DataFrame(ROWS).astype({"why": "category", "recommend": "category"}),
    "pyarrow": lambda: pa.table(ROWS),
    "polars": polars_frame,
    "polars lazy": polars_lazy,
    "duckdb": duckdb_relation,
}


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_frame_gives_the_same_responses(small: Survey, kind: str) -> None:
    responses = cl.read_responses(KINDS[kind](), small)
    assert responses.ledger == {"rows_in": 4, "accepted": 3, "quarantined": 1, "superseded": 0}
    accepted = responses.accepted
    assert accepted["recommend"].tolist() == [9, pd.NA, 3]
    assert accepted["why"].fillna("-").tolist() == ["fast", "-", "慢"]
    assert accepted["call"].tolist() == [True, False, True]
    assert accepted["visits"].tolist() == [1, 3, 4]
    assert accepted["answered_at"].astype(str).tolist()[0] == "2026-01-01 07:00:05"
    assert accepted["day"].tolist()[0] == dt.date(2026, 1, 1)
    assert responses.quarantined["recommend"].tolist() == ["7.5"]
    assert responses.raw["source_row"].tolist() == [1, 2, 3, 4]


def test_parquet_gives_what_its_frame_gives(small: Survey, tmp_path: Path) -> None:
    pq.write_table(pa.table(ROWS), tmp_path / "answers.parquet")
    left, right = cl.read_responses(tmp_path / "answers.parquet", small), cl.read_responses(pa.table(ROWS), small)
    assert left.accepted.drop(columns="source_file").equals(right.accepted.drop(columns="source_file"))
    assert left.sources[0].name == "answers.parquet"
    assert len(left.sources[0].sha256) == 64


def test_numbers_and_texts_may_stand_in_one_column(small: Survey) -> None:
    mixed = [9, "8", 7.5, "N/A", None, np.nan, pd.NA, decimal.Decimal(6), True]
    responses = cl.read_responses(pd.DataFrame({"recommend": mixed, "why": ["x"] * 9}), small)
    assert responses.raw["recommend"].tolist() == ["9", "8", "7.5", "N/A", "", "", "", "6", "true"]
    assert responses.accepted["recommend"].dropna().tolist() == [9, 8, 6]
    codes = responses.issues.query("item == 'recommend' and code != 'required'")["code"].astype(str).tolist()
    assert codes == ["not_integer", "missing_token", "not_a_number"]


def test_a_name_may_stand_twice_in_a_frame() -> None:
    accepted = cl.read_responses(pd.DataFrame([["1", "2", "3"]], columns=["Other", "None", "Other"])).accepted
    assert accepted[["Other", "None", "Other#2"]].values.tolist() == [["1", "2", "3"]]
    table = pa.Table.from_arrays([pa.array(["1"]), pa.array(["2"])], names=["Other", "Other"])
    assert cl.read_responses(table).accepted["Other#2"].tolist() == ["2"]


def test_names_need_not_be_texts() -> None:
    assert cl.read_responses(pd.DataFrame({0: ["a"], 1: ["b"]})).accepted[["0", "1"]].values.tolist() == [["a", "b"]]


def test_a_filtered_frame_leaves_no_trace_of_its_index(small: Survey) -> None:
    frame = pd.DataFrame({"recommend": [9, 1, 8, 7]}).query("recommend > 6")
    responses = cl.read_responses(frame, small)
    assert responses.raw.columns.tolist()[4:] == ["recommend"]
    assert responses.raw["source_row"].tolist() == [1, 2, 3]


def test_an_index_with_a_name_is_a_column(small: Survey) -> None:
    frame = pd.DataFrame({"respondent_id": ["p1", "p2"], "recommend": [9, 8]}).set_index("respondent_id")
    assert cl.read_responses(frame, small).accepted["respondent_id"].tolist() == ["p1", "p2"]


def test_parts_of_a_second_are_kept_in_raw(small: Survey) -> None:
    frame = pd.DataFrame({"recommend": [9], "answered_at": [dt.datetime(2026, 1, 1, 7, 0, 5, 250_000)]})
    responses = cl.read_responses(frame, small)
    assert responses.raw["answered_at"].iloc[0].startswith("2026-01-01 07:00:05.25")
    assert str(responses.accepted["answered_at"].iloc[0]).startswith("2026-01-01 07:00:05")


def test_times_with_a_zone_are_brought_to_the_surveys(small: Survey) -> None:
    times = pd.to_datetime(["2025-12-31T23:00:00Z", None]).tz_convert("Europe/Berlin")
    accepted = cl.read_responses(pd.DataFrame({"recommend": [9, 8], "answered_at": times}), small).accepted
    assert accepted["answered_at"].tolist() == [pd.Timestamp("2026-01-01 07:00:00"), pd.NaT]


def test_nan_of_polars_is_missing_not_a_bad_answer(small: Survey) -> None:
    polars = pytest.importorskip("polars")
    responses = cl.read_responses(polars.DataFrame({"recommend": [9.0, float("nan")], "why": ["a", "b"]}), small)
    assert responses.ledger["accepted"] == 2
    assert responses.accepted["recommend"].tolist() == [9, pd.NA]


def test_whole_floats_beside_broken_ones_are_whole(small: Survey) -> None:
    frame = pd.DataFrame({"recommend": np.array([9.0, 7.5, 10.0], dtype="float32")})
    assert cl.read_responses(frame, small).accepted["recommend"].tolist() == [9, 10]


def test_a_list_in_a_cell_is_refused_by_name(small: Survey) -> None:
    with pytest.raises(cl.ResponseValidationError, match=r"“pains” holds list.*Turn it into text"):
        cl.read_responses(pa.table({"recommend": [9], "pains": [["price"]]}), small)


@pytest.mark.parametrize("thing", [None, 5, 7.5, object(), pd.Series([9]), b"9"])
def test_what_is_no_table_is_refused_in_both_languages(small: Survey, thing: Any) -> None:
    with pytest.raises(TypeError, match="Expected a table"):
        cl.read_responses(thing, small)
    set_language("zh-CN")
    with pytest.raises(TypeError, match=r"[\u4e00-\u9fff]"):
        cl.read_responses(thing, small)


def test_an_empty_list_of_files_is_said() -> None:
    with pytest.raises(cl.InsufficientDataError, match="at least one file"):
        cl.read_responses([])


@pytest.mark.parametrize("frame", [pd.DataFrame(), pd.DataFrame({"recommend": []}), pd.DataFrame(index=[1, 2])])
def test_a_frame_without_answers_is_a_clear_error(small: Survey, frame: pd.DataFrame) -> None:
    with pytest.raises(cl.CloseloopError, match="header"):
        cl.read_responses(frame, small)


@pytest.mark.parametrize("data", [b"", b"PAR1", b"recommend\n9\n", b"PAR1" + b"\x00" * 50 + b"PAR1"])
def test_what_only_calls_itself_parquet_is_refused(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.parquet"
    path.write_bytes(data)
    with pytest.raises(cl.CloseloopError, match=r"a\.parquet"):
        cl.read_responses(path)


def test_the_frame_given_is_not_changed(small: Survey) -> None:
    frame = pd.DataFrame(ROWS)
    before = frame.copy(deep=True)
    cl.read_responses(frame, small)
    pd.testing.assert_frame_equal(frame, before)
