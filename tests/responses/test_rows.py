"""Rows as files hold them: ragged, blank, quoted, repeated; none is lost and each keeps its number."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import closeloop as cl
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


def codes(responses: cl.Responses) -> set[str]:
    return set(responses.issues["code"].astype(str))


def test_repeated_headers_are_all_kept(write: Write) -> None:
    responses = cl.read_responses(write("Other,None,Other,Other\n1,2,3,4\n"))
    assert responses.accepted[["Other", "Other#2", "Other#3"]].values.tolist() == [["1", "3", "4"]]
    assert (responses.issues["code"] == "duplicate_header").sum() == 2


def test_row_numbers_are_those_of_the_file_header_and_blank_lines_counted(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write('recommend,why\n9,"two\nlines"\n\n11,x\n8,\n'), small)
    assert responses.accepted["source_row"].tolist() == [2, 5]
    assert responses.issues.query("code == 'out_of_range'")["source_row"].tolist() == [4]
    assert responses.ledger == {"rows_in": 3, "accepted": 2, "quarantined": 1, "superseded": 0}
    assert "blank_lines" in codes(responses)


def test_line_breaks_in_quotes_do_not_end_a_row(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write('recommend,why\n9,"a\r\n\r\nb"\n8,c\n'), small)
    assert responses.accepted["why"].tolist() == ["a\r\n\r\nb", "c"]


def test_row_with_too_many_cells_is_quarantined_with_every_cell(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,why\n9,good, really\n8,fine\n"), small)
    assert responses.ledger["quarantined"] == 1
    assert responses.raw.iloc[0, -3:].tolist() == ["9", "good", " really"]
    assert responses.issues.query("code == 'row_too_long'")["effect"].tolist() == ["quarantined"]


def test_row_with_too_few_cells_is_taken_and_noted(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,why,visits\n9\n8,fine,2\n"), small)
    assert responses.ledger["accepted"] == 2
    assert responses.accepted["why"].isna().tolist() == [True, False]
    assert "row_too_short" in codes(responses)


def test_row_without_content_is_quarantined_not_scored(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend,why\n9,a\n,\n8,b\n"), small)
    assert responses.ledger == {"rows_in": 3, "accepted": 2, "quarantined": 1, "superseded": 0}
    assert responses.issues.query("code == 'empty_row'")["source_row"].tolist() == [3]


def test_quote_that_never_closes_is_said_and_its_row_set_aside(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write('recommend,why\n9,a\n8,"b\n7,c\n6,d\n'), small)
    issue = responses.issues.query("code == 'unclosed_quote'").iloc[0]
    assert (issue["source_row"], issue["effect"]) == (3, "quarantined")
    assert "7,c" in str(responses.raw.iloc[1]["why"])
    assert responses.ledger == {"rows_in": 2, "accepted": 1, "quarantined": 1, "superseded": 0}


def test_one_column_keeps_its_blank_answers(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("recommend\n9\n\n8\n\n"), small)
    assert responses.ledger["rows_in"] == 3
    assert responses.accepted["recommend"].tolist() == [9, 8]


def test_semicolons_and_tabs_are_found(write: Write, small: Survey) -> None:
    for text, name in (("recommend;why\n9;a, b\n", "a.csv"), ("recommend\twhy\n9\ta, b\n", "a.tsv")):
        assert cl.read_responses(write(text, name), small).accepted["why"].tolist() == ["a, b"]


def test_carriage_returns_alone_end_rows(write: Write, small: Survey) -> None:
    assert cl.read_responses(write("recommend,why\r9,a\r8,b\r"), small).ledger["accepted"] == 2


def test_several_files_of_one_wave_are_one_set(write: Write, small: Survey) -> None:
    first = write("response_id,recommend\nr1,9\nr2,11\n", "one.csv")
    second = write("response_id,why,recommend\nr1,changed my mind,3\nr3,,10\n", "two.csv")
    responses = cl.read_responses([first, second], small)
    assert responses.ledger == {"rows_in": 4, "accepted": 2, "quarantined": 1, "superseded": 1}
    assert responses.accepted["source_file"].astype(str).tolist() == ["two.csv", "two.csv"]
    assert responses.superseded["superseded_by"].tolist() == ["two.csv:2"]
    assert len(responses.raw) == 4


def test_a_bad_duplicate_does_not_supersede_a_good_row(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("response_id,recommend\nr1,9\nr1,11\n"), small)
    assert responses.accepted["recommend"].tolist() == [9]
    assert responses.ledger == {"rows_in": 2, "accepted": 1, "quarantined": 1, "superseded": 0}


def test_rows_without_an_id_of_their_own_get_a_stable_one(write: Write, small: Survey) -> None:
    text = "recommend,why\n9,a\n9,a\n8,b\n"

    def ids(text: str, name: str) -> list[str]:
        return cl.read_responses(write(text, name), small).accepted["response_id"].tolist()

    once, again = ids(text, "a.csv"), ids(text, "b.csv")
    assert once == again
    assert len(set(once)) == 3
    longer = ids("recommend,why\n1,new\n" + text.split("\n", 1)[1], "c.csv")
    assert longer[1:] == once


def test_an_empty_id_in_a_column_of_ids_is_an_error(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write("response_id,recommend\nr1,9\n,8\n"), small)
    assert responses.issues.query("code == 'no_response_id'")["source_row"].tolist() == [3]
    assert responses.ledger["quarantined"] == 1
