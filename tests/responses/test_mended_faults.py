"""Faults that were found by trying to break the import; each stays mended."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [('recommend,why\n9,5" pipe\n8,"a\nb"\n', "utf-8"), ('recommend,why\n9,丢\n8,"a\nb"\n', "utf-16")],
)
def test_a_quotation_mark_inside_an_answer_does_not_condemn_the_last_row(
    write: Write, small: Survey, text: str, encoding: str
) -> None:
    # delimited.py counts the byte 0x22: an inch mark counts, and so does half a letter of UTF-16 (丢 is 22 4E).
    responses = cl.read_responses(write(text, encoding=encoding), small)
    assert responses.ledger == {"rows_in": 2, "accepted": 2, "quarantined": 0, "superseded": 0}


def test_the_line_by_which_excel_names_the_delimiter_is_no_header(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("sep=;\nrecommend;why\n9;a\n"), small)
    assert responses.accepted["recommend"].tolist() == [9]


def test_a_column_called_problems_survives_the_quarantine(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,problems\n11,the queue\n"), small)
    assert "the queue" in responses.quarantined.iloc[0].astype(str).tolist()
    amended = responses.amend(responses.quarantined.assign(recommend="9"))
    assert amended.accepted["problems"].tolist() == ["the queue"]


def test_a_column_named_for_one_file_need_not_be_in_the_other(write: Write, small: Survey) -> None:
    paths = [write("A\n9\n", "a.csv"), write("B\n3\n", "b.csv")]
    responses = cl.read_responses(paths, small, columns={"A": "recommend", "B": "recommend"})
    assert responses.accepted["recommend"].tolist() == [9, 3]


def test_the_same_answer_in_two_files_is_two_answers(write: Write, small: Survey) -> None:
    # Neither file has ids; both hold one 9. The files differ, so the second 9 is another person's.
    paths = [write("recommend\n9\n10\n", "may.csv"), write("recommend\n9\n3\n", "june.csv")]
    assert cl.read_responses(paths, small).ledger["accepted"] == 4


def test_branching_is_not_applied_where_the_deciding_item_was_not_exported(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("why,pains\nslow,Waiting\n"), small)
    assert responses.accepted["pains__wait"].tolist() == [True]
    assert "answered_while_hidden" not in set(responses.issues["code"].astype(str))


def test_the_problems_of_two_files_of_one_name_are_not_mixed(write: Write, small: Survey, tmp_path: Path) -> None:
    for name in ("may", "june"):
        (tmp_path / name).mkdir()
    paths = [write("recommend\n11\n", "may/export.csv"), write("recommend\n7.5\n", "june/export.csv")]
    problems = cl.read_responses(paths, small).quarantined["problems"]
    assert ["11" in problems.iloc[0], "7.5" in problems.iloc[0]] == [True, False]


def test_of_two_the_first_is_the_one_with_a_time(write: Write, small_file: dict[str, Any]) -> None:
    survey = survey_from_dict({**small_file, "duplicates": {"by": "response_id", "keep": "first"}})
    text = "response_id,answered_at,recommend\na,2026-01-01 10:00,3\na,,9\n"
    assert cl.read_responses(write(text), survey).accepted["recommend"].tolist() == [3]
