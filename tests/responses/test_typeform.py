"""Typeform: old and new exports, options as headers of their own, recalled fields, partial responses, times in UTC."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout, typeform
from closeloop.responses.dialects.layout import Layout
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
NEW = ("Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags", "Ending")
DONE = ("completed", "2026-05-02 22:55:00", "", "2026-05-02 23:05:00", "5f57f20d14", "", "")


def table(headers: Sequence[str], *rows: Sequence[str], behind: Sequence[str] = NEW, end: Sequence[str] = DONE) -> str:
    """Write an export: the headers between ``#`` and the platform's own, and rows of answers; longer rows end so."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow(["#", *headers, *behind])
    for i, row in enumerate(rows):
        writer.writerow([f"token{i}", *row, *(end if len(row) == len(headers) else ())])
    return buffer.getvalue()


def test_the_platforms_columns_are_what_they_are(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write(table(["Recommend us?", "Call you?"], ["9", "1"], ["3", "0"])), small)
    assert responses.sources[0].platform == "typeform"
    row = responses.accepted.iloc[0]
    assert (row["response_id"], row["status"], row["call"]) == ("token0", "complete", True)
    assert str(row["answered_at"]) == "2026-05-03 07:05:00"  # Shanghai; the header says UTC
    verdicts = responses.columns.set_index("source_column")["verdict"]
    assert verdicts[["Start Date (UTC)", "Network ID", "Tags", "Ending"]].tolist() == ["unused"] * 4


def test_an_old_export_has_no_response_type(write: Write, small: Survey) -> None:
    behind, end = NEW[1:2] + NEW[3:5], ("2026-05-02 22:55:00", "2026-05-02 23:05:00", "5f57f20d14")
    text = table(["Recommend us?"], ["9"], ["3", "2026-05-02 22:55:00", "", "5f"], behind=behind, end=end)
    accepted = cl.read_responses(write(text), small).accepted
    assert accepted["status"].tolist() == ["complete", "partial"]
    assert accepted["answered_at"].isna().tolist() == [False, True]


@pytest.mark.parametrize("kind", ["partial", "started"])
def test_what_was_not_submitted_is_partial(write: Write, small: Survey, kind: str) -> None:
    left = [kind, "2026-05-02 22:55:00", "2026-05-02 22:57:00", "", "5f57f20d14", "", ""]
    assert cl.read_responses(write(table(["Recommend us?"], ["9", *left])), small).accepted["status"].tolist() == [
        "partial"
    ]


def two_questions() -> Survey:
    """Two questions of several choices that share the options "None", and "Other", one after the other."""
    items = [
        {
            "name": name,
            "type": "multi",
            "ask": name,
            "other": True,
            "options": [*({"value": v, "text": t} for v, t in options), {"value": "no", "text": "None"}],
        }
        for name, options in {
            "events": [("hack", "hackathons"), ("conf", "conferences")],
            "podcasts": [("log", "The Changelog"), ("daily", "Daily")],
        }.items()
    ]
    items.append({"name": "remark", "type": "text", "ask": "Your remark"})
    head = {"format": 1, "id": "coders", "version": 1, "languages": ["en"], "title": "Coders", "timezone": "UTC"}
    return survey_from_dict({**head, "pages": [{"name": "main", "items": items}]})


HEADERS = ["hackathons", "conferences", "None", "Other", "The Changelog", "Daily", "None", "Other", "Your remark"]


def test_options_that_repeat_as_headers_belong_to_the_question_they_stand_in(write: Write) -> None:
    rows = [
        ["hackathons", "", "", "meetups", "", "Daily", "", "", "hello"],
        ["", "", "None", "", "The Changelog", "", "", "my own", ""],
        [""] * 9,
    ]
    accepted = cl.read_responses(write(table(HEADERS, *rows)), two_questions()).accepted
    events = accepted[["events__hack", "events__conf", "events__no", "events__other"]]
    podcasts = accepted[["podcasts__log", "podcasts__daily", "podcasts__no", "podcasts__other"]]
    assert events[:2].values.tolist() == [[True, False, False, True], [False, False, True, False]]
    assert podcasts[:2].values.tolist() == [[False, True, False, False], [True, False, False, True]]
    assert events[2:].isna().all(axis=None)
    assert accepted["events__other_text"].dropna().tolist() == ["meetups"]
    assert accepted["podcasts__other_text"].dropna().tolist() == ["my own"]
    assert accepted["remark"].dropna().tolist() == ["hello"]


def test_options_in_another_order_are_still_found(write: Write) -> None:
    headers = ["conferences", "hackathons", "Other", "Your remark"]
    responses = cl.read_responses(
        write(table(headers, ["conferences", "", "", "x"], ["", "hackathons", "", ""])), two_questions()
    )
    assert responses.accepted[["events__hack", "events__conf"]].values.tolist() == [[False, True], [True, False]]


def test_a_question_nobody_answered_is_not_taken_for_an_option(write: Write) -> None:
    headers = ["Your remark", "hackathons", "conferences", "None", "Other"]
    responses = cl.read_responses(write(table(headers, ["", "hackathons", "", "", ""])), two_questions())
    found = responses.columns.set_index("source_column")["item"]
    assert found["Your remark"] == "remark"
    assert found[["hackathons", "conferences", "Other"]].tolist() == ["events"] * 3


def test_the_other_of_one_choice_stands_behind_it(write: Write, small_file: dict[str, object]) -> None:
    small_file["pages"][0]["items"][2]["other"] = True  # type: ignore[index]
    text = table(["Recommend us?", "Which branch?", "Other"], ["9", "West", ""], ["9", "", "the kiosk"])
    accepted = cl.read_responses(write(text), survey_from_dict(small_file)).accepted
    assert accepted["branch"].astype(str).tolist() == ["west", "other"]
    assert accepted["branch__other_text"].dropna().tolist() == ["the kiosk"]


def test_a_recalled_field_does_not_hide_the_question() -> None:
    header = "Thanks {{field:01H8-ab}}, why?"
    layout = find_layout(list(csv.reader(io.StringIO(table([header], ["good"])))))
    assert layout.columns[1].header == header
    assert layout.columns[1].question == "Thanks …, why?"


@pytest.mark.parametrize("head", [[], [["#", "a", "b"]], [["id", "Submit Date (UTC)", "Network ID"]], [[""]]])
def test_other_tables_are_not_taken_for_typeforms(head: list[list[str]]) -> None:
    assert not isinstance(typeform.recognise(head), Layout)
