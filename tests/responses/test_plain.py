"""Plain tables: the header, a second row of labels, delimiters, and names with a meaning."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import closeloop as cl
from closeloop.responses.dialects import find_layout, plain
from closeloop.responses.dialects.layout import Layout
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
LABELLED = (
    "Q1,Q2,Q3\n"
    "How likely are you to recommend us?,Which branch did you visit?,Please explain\n"
    "9,east,fast\n3,west,slow\n"
)


def test_a_second_row_of_questions_is_seen_and_used(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write(LABELLED), small, columns={"Q1": "recommend"})
    assert responses.sources[0].header_rows == 2
    assert responses.ledger["rows_in"] == 2
    assert responses.raw["source_row"].tolist() == [3, 4]
    assert "row 2 the questions" in responses.sources[0].platform_reason.en


def test_questions_in_the_second_row_match_items(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("Q1,Q2\nRecommend us?,Which branch?\n9,west\n8,east\n"), small)
    assert responses.accepted["branch"].astype(str).tolist() == ["west", "east"]
    assert responses.accepted["recommend"].tolist() == [9, 8]


@pytest.mark.parametrize(
    "first",
    [
        "ten,Why should I?",
        "N/A,Why should I?",
        "?,What is this?",
        "nine,really nine?",
        "八分,为什么不呢？",
        "11,Why?",
        "7.5,Why not?",
    ],
)
def test_a_first_respondent_who_asks_back_is_no_header(write: Write, small: Survey, first: str) -> None:
    responses = cl.read_responses(write(f"recommend,why\n{first}\n9,good\n8,ok\n"), small)
    assert responses.sources[0].header_rows == 1
    assert responses.ledger["rows_in"] == 3
    assert responses.raw["recommend"].tolist()[0] == first.split(",")[0]


def test_other_platforms_are_ruled_out_with_the_reason() -> None:
    reason = find_layout([["score", "why"], ["9", "x"]]).reason
    assert "Qualtrics ruled out" in reason.en
    assert "排除 问卷星" in reason.zh


def test_an_empty_first_row_is_an_error_with_the_remedy(write: Write, small: Survey) -> None:
    for text in ("\nrecommend,why\n9,a\n", ",,\nrecommend,why,x\n9,a,b\n"):
        with pytest.raises(cl.ResponseValidationError, match="remove the empty rows above"):
            cl.read_responses(write(text), small)


def test_columns_without_a_header_are_kept_by_their_place(write: Write) -> None:
    accepted = cl.read_responses(write("a,,b,\n1,2,3,4\n")).accepted
    assert accepted[["a", "column 2", "b", "column 4"]].values.tolist() == [["1", "2", "3", "4"]]


@pytest.mark.parametrize("name", ["Response_ID", " response_id ", "RESPONSE_ID"])
def test_names_with_a_meaning_are_known_however_they_are_written(write: Write, small: Survey, name: str) -> None:
    assert cl.read_responses(write(f"{name},recommend\nr1,9\n"), small).accepted["response_id"].tolist() == ["r1"]


def test_the_clock_of_google_forms_is_the_time(write: Write, small: Survey) -> None:
    accepted = cl.read_responses(write("Timestamp,recommend\n4/22/2026 19:57:50,9\n"), small).accepted
    assert str(accepted["answered_at"].iloc[0]) == "2026-04-22 19:57:50"


@pytest.mark.parametrize("token", ["NA", "NaN", "null", "None", "n/a", "<NA>", "nan", "#N/A"])
def test_tokens_are_text_in_a_file_until_an_item_reads_them(write: Write, small: Survey, token: str) -> None:
    responses = cl.read_responses(write(f"recommend,why,extra\n9,{token},{token}\n8,x,y\n"), small)
    assert responses.accepted["extra"].tolist() == [token, "y"]
    assert responses.accepted["why"].tolist() == [token, "x"]


def test_a_token_that_is_an_option_is_that_option(write: Write, small_file: dict[str, Any]) -> None:
    branch = small_file["pages"][0]["items"][2]
    branch["options"].append({"value": "none", "text": {"en": "None", "zh-CN": "无"}})
    responses = cl.read_responses(write("recommend,branch\n9,None\nNone,east\n"), survey_from_dict(small_file))
    assert responses.accepted["branch"].astype(str).tolist() == ["none", "east"]
    assert responses.accepted["recommend"].tolist() == [9, pd.NA]


def test_a_header_may_hold_line_breaks_and_delimiters(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write('recommend,"why,\nreally?",visits\n9,"a\n,b",2\n8,c,3\n'), small)
    assert responses.accepted["why,\nreally?"].tolist() == ["a\n,b", "c"]
    assert responses.raw["source_row"].tolist() == [2, 3]


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("recommend;why\n9;a, b and c\n8;x, y and z\n", ";"),
        ("recommend\twhy\n9\ta, b\n", "\t"),
        ("recommend|why\n9|a;b\n", "|"),
        ("recommend,why\n9,a;b;c\n8,d;e;f\n", ","),
        ("recommend\n9\n8\n", ","),
        ('recommend;why\n9;"a;b;c"\n', ";"),
    ],
)
def test_the_delimiter_is_found(write: Write, small: Survey, text: str, delimiter: str) -> None:
    responses = cl.read_responses(write(text), small)
    assert responses.sources[0].delimiter == delimiter
    assert responses.ledger["quarantined"] == 0


@given(
    text=st.text(st.sampled_from('ab",\n\r 9;é'), max_size=40).filter(lambda t: t.count('"') % 2 == 0),
    ending=st.sampled_from(["\n", "\r\n"]),
)
@settings(max_examples=150, deadline=None)
def test_quotes_are_read_as_an_independent_reader_does(
    tmp_path_factory: pytest.TempPathFactory, text: str, ending: str
) -> None:
    path = tmp_path_factory.mktemp("q") / "a.csv"
    whole = f"x,y{ending}{text}{ending}1,2{ending}"
    path.write_text(whole, encoding="utf-8", newline="")
    truth = [record for record in csv.reader(io.StringIO(whole, newline="")) if record][1:]
    raw = cl.read_responses(path).raw.iloc[:, 4:].astype(str).values.tolist()
    width = max(map(len, raw))
    assert raw == [record + [""] * (width - len(record)) for record in truth]


def test_the_layout_of_nothing_is_refused() -> None:
    assert not isinstance(plain.recognise([]), Layout)
    assert not isinstance(plain.recognise([["", " "]]), Layout)


@pytest.mark.parametrize("asked", ["qualtrics", "wjx"])
def test_a_dialect_that_does_not_fit_is_an_error_with_the_reason(write: Write, small: Survey, asked: str) -> None:
    with pytest.raises(cl.ResponseValidationError, match=rf"not in the layout of “{asked}”.*dialect=\"auto\""):
        cl.read_responses(write("recommend\n9\n"), small, dialect=asked)


def test_a_dialect_that_does_not_exist_is_an_error_with_the_nearest(write: Write, small: Survey) -> None:
    with pytest.raises(cl.ResponseValidationError, match=r"no dialect “qualtrix”.*qualtrics"):
        cl.read_responses(write("recommend\n9\n"), small, dialect="qualtrix")
