"""Responses out: CSV, workbook, Parquet and SPSS say the same, nothing runs, and a failure leaves what was there."""

from __future__ import annotations

import datetime as dt
import errno
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook
from tests.random_surveys import random_answers, random_survey

import closeloop as cl
from closeloop.errors import ResponseValidationError, StoreError
from closeloop.responses import export_xlsx
from closeloop.responses.export_sav import variable_names
from closeloop.responses.write import defused, undone
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

ALL = ("csv", "parquet", "xlsx", "sav")
ODD = ["=1+1", "'=1+1", "''=1", "-x", "@SUM(A1)", "+1+1", "\tx", "'tis", "-99", "＝1", "<b>", "'; DROP TABLE x;--"]


@pytest.fixture
def responses(small: Survey) -> cl.Responses:
    n = len(ODD)
    frame = {
        "response_id": [f"{i:03d}" for i in range(n)],
        "recommend": ["9", "11", *["3"] * (n - 2)],
        "why": ODD,
        "branch": ["East", "West", *[""] * (n - 2)],
        "pains": ["", "", "Price, fees;Waiting", *[""] * (n - 3)],
        "visits": ["1", "", *["3"] * (n - 2)],
        "call": ["yes", "no", *[""] * (n - 2)],
        "day": ["2024-05-01", *[""] * (n - 1)],
        "answered_at": ["2024-05-01 10:00:00"] * n,
        "odd": ODD[::-1],
    }
    return cl.read_responses(pd.DataFrame(frame), small)


OURS = ["source_file", "source_row"]


def asked(frame: pd.DataFrame, survey: Survey) -> pd.DataFrame:
    """Return the columns that answer something, and when."""
    names = [row.column for row in survey.codebook().rows if row.column not in {*OURS, "survey_version"}]
    return frame[names]


@given(st.one_of(st.sampled_from(ODD), st.text(st.sampled_from("'=+-@\t\r\n9a"), max_size=5)))
def test_what_is_neutralised_comes_back_unchanged(text: str) -> None:
    assert undone(defused(text)) == text
    assert defused(text)[:1] not in {"=", "@", "\t", "\r", "\n"}


def test_our_reader_takes_our_csv_back_unchanged(responses: cl.Responses, small: Survey, tmp_path: Path) -> None:
    path = responses.write(tmp_path / "out", formats=("csv",)) / "accepted.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert not (tmp_path / "out" / "accepted.parquet").exists()
    back = cl.read_responses(path, small).accepted
    pd.testing.assert_frame_equal(asked(back, small), asked(responses.accepted, small))
    assert back["odd"].tolist() == responses.accepted["odd"].tolist()


def test_parquet_keeps_the_types(responses: cl.Responses, small: Survey, tmp_path: Path) -> None:
    responses.write(tmp_path, formats=["parquet"])
    back = pd.read_parquet(tmp_path / "accepted.parquet")
    wanted = asked(responses.accepted, small)
    assert back["recommend"].dtype == wanted["recommend"].dtype == "Int8"
    assert back["pains__price"].dtype == "boolean"
    pd.testing.assert_frame_equal(back[["recommend", "visits", "call"]], wanted[["recommend", "visits", "call"]])


def test_the_workbook_has_texts_numbers_and_dates_as_such(responses: cl.Responses, tmp_path: Path) -> None:
    book = CalamineWorkbook.from_path(str(responses.write(tmp_path, formats="xlsx") / "responses.xlsx"))
    assert book.sheet_names == ["accepted", "quarantined", "superseded", "issues", "columns"]
    head, first, *_ = book.get_sheet_by_name("accepted").to_python()
    row = dict(zip(head, first, strict=True))
    assert (row["response_id"], row["recommend"], row["why"], row["call"]) == ("000", 9.0, "=1+1", True)
    assert row["day"] == dt.date(2024, 5, 1)
    assert row["answered_at"] == dt.datetime(2024, 5, 1, 10)  # noqa: DTZ001  a sheet knows no zones
    written = [each[head.index("why")] for each in book.get_sheet_by_name("accepted").to_python()[1:]]
    assert written == responses.accepted["why"].tolist()
    assert len(book.get_sheet_by_name("issues").to_python()) == len(responses.issues) + 1


def test_more_rows_than_a_sheet_has_go_on_in_the_next(tmp_path: Path) -> None:
    export_xlsx.write_xlsx({"t": pd.DataFrame({"a": range(5)})}, tmp_path / "t.xlsx", most_rows=2)
    book = CalamineWorkbook.from_path(str(tmp_path / "t.xlsx"))
    sheets = [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]
    assert book.sheet_names == ["t", "t (2)", "t (3)"]
    assert [[row[0] for row in sheet] for sheet in sheets] == [["a", 0, 1], ["a", 2, 3], ["a", 4]]


def test_a_text_that_a_sheet_cannot_hold_is_refused_not_cut(tmp_path: Path) -> None:
    with pytest.raises(ResponseValidationError, match="row 1, column 1"):
        export_xlsx.write_xlsx({"t": pd.DataFrame({"a": ["x" * 40_000]})}, tmp_path / "t.xlsx")


@pytest.mark.parametrize("tag", ["en", "zh-CN"])
def test_spss_has_labels_and_reads_back_the_same(
    responses: cl.Responses, small: Survey, tmp_path: Path, tag: str
) -> None:
    path = responses.write(tmp_path / "out", formats=("sav",), language=tag) / "accepted.sav"
    frame, told = pyreadstat.read_sav(str(path), user_missing=True)
    assert told.column_names_to_labels["recommend"] == {"en": "Recommend us?", "zh-CN": "推荐我们？"}[tag]
    assert told.variable_value_labels["branch"][1.0] == {"en": "East", "zh-CN": "东店"}[tag]
    assert told.variable_value_labels["pains__price"][1.0] == {"en": "Yes", "zh-CN": "是"}[tag]
    assert told.missing_ranges["branch"] == [{"lo": -99.0, "hi": -99.0}]
    assert set(frame["pains__price"]) == {-99.0, 1.0}
    back = cl.read_responses(path, small).accepted
    pd.testing.assert_frame_equal(asked(back, small), asked(responses.accepted, small))


def test_spss_of_random_surveys_reads_back_the_same(tmp_path: Path) -> None:
    for seed in range(4):
        survey = survey_from_dict(random_survey(seed))
        rng = random.Random(seed)
        rows = [{"response_id": f"r{n}", **flat(random_answers(survey, rng))} for n in range(6)]
        frame = pd.DataFrame(rows).fillna("")
        read = cl.read_responses(frame, survey)
        path = read.write(tmp_path / str(seed), formats=("sav",)) / "accepted.sav"
        back = cl.read_responses(path, survey, timezone=survey.timezone or "UTC")
        assert back.ledger["accepted"] == read.ledger["accepted"]
        names = [row.column for row in survey.codebook().rows if row.item and row.column != "respondent_id"]
        pd.testing.assert_frame_equal(back.accepted[names], read.accepted[names], check_categorical=False)


def flat(answers: dict[str, Any]) -> dict[str, Any]:
    """Return answers under the names of the accepted frame, as text."""
    cells: dict[str, Any] = {}
    for name, value in answers.items():
        if isinstance(value, dict):
            cells |= {f"{name}__{row}": str(each) for row, each in value.items()}
        elif isinstance(value, tuple):
            cells[name] = ";".join(value)
        else:
            cells[name] = str(value)
    return cells


def test_variable_names_are_valid_and_apart() -> None:
    names = variable_names(["a b", "a-b", "A_B", "_x", "by", "x" * 80, "x" * 81, "问题 1", "", "#1"])
    assert len({name.casefold() for name in names.values()}) == len(names)
    assert all(name[0].isalpha() and len(name.encode()) <= 64 for name in names.values())


def test_an_unknown_format_is_named(responses: cl.Responses, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"docx.*csv, parquet, xlsx, sav"):
        responses.write(tmp_path / "out", formats=("docx",))
    assert not (tmp_path / "out").exists()


def _full(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("what", ["write_csv", "write_xlsx", "write_sav"])
def test_a_full_disk_leaves_what_was_there(
    responses: cl.Responses, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    responses.write(tmp_path, formats=ALL)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(before) > {"accepted.csv", "accepted.parquet", "accepted.sav", "responses.xlsx", "ledger.json"}
    monkeypatch.setattr(f"closeloop.responses.write.{what}", _full)
    with pytest.raises(StoreError, match="No space left"):
        responses.write(tmp_path, formats=ALL)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_is_a_file_is_a_clear_error(
    responses: cl.Responses, tmp_path: Path, write: Callable[..., Path]
) -> None:
    taken = write("mine", "taken")
    with pytest.raises(StoreError, match="could not be written"):
        responses.write(taken)
    assert taken.read_text(encoding="utf-8") == "mine"
