"""SurveyMonkey: two header rows, condensed and expanded, in words and by number, in several languages."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout, surveymonkey
from closeloop.responses.dialects.layout import Layout
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
LEAD = ("Respondent ID", "Collector ID", "Start Date", "End Date", "IP Address", "Custom Data 1")
GERMAN = ("Befragten-ID", "Collector-ID", "Startdatum", "Enddatum", "IP-Adresse", "Benutzerdefinierte Daten 1")
FILLED = ("40012345", "2026-05-03 07:00:00", "2026-05-03 07:05:00", "203.0.113.7", "c-1")


def table(questions: dict[str, Sequence[str]], *rows: Sequence[str], lead: Sequence[str] = LEAD) -> str:
    """Write an export: question → what stands below it, a column each; and the answers behind the leading columns."""
    above = [*lead, *(text for q, heads in questions.items() for text in (q, *[""] * (len(heads) - 1)))]
    below = [*[""] * len(lead), *(head for heads in questions.values() for head in heads)]
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(
        [above, below, *([f"1189000000{i}", *FILLED, *row] for i, row in enumerate(rows, start=1))]
    )
    return buffer.getvalue()


def test_leading_columns_are_what_they_are(write: Write, small: Survey) -> None:
    text = table({"Recommend us?": ["Response"]}, ["9"])
    responses = cl.read_responses(write(text), small)
    assert (responses.sources[0].platform, responses.sources[0].header_rows) == ("surveymonkey", 2)
    row = responses.accepted.iloc[0]
    assert (row["response_id"], str(row["answered_at"]), row["recommend"]) == ("11890000001", "2026-05-03 07:05:00", 9)
    reasons = responses.columns.set_index("source_column")["reason_en"]
    assert "begun" in reasons["Start Date"]
    assert "link or form" in reasons["Collector ID"]
    assert "who the respondent is" in reasons["IP Address"]
    assert row["Custom Data 1"] == "c-1"


@pytest.mark.parametrize(("lead", "word"), [(GERMAN, "Antwort"), (("调查对象 ID", *LEAD[1:]), "某个词")])
def test_headers_in_another_language_are_recognised(lead: Sequence[str], word: str) -> None:
    text = table(
        {"Recommend us?": [word], "Why?": [word], "What hurts?": ["Price", "Staff"]}, ["9", "", "", ""], lead=lead
    )
    layout = find_layout(list(csv.reader(io.StringIO(text))))
    assert layout.platform == "surveymonkey"
    assert [c.role for c in layout.columns[6:]] == ["answer", "answer", "option", "option"]
    assert layout.columns[0].target == "response_id"
    if lead is GERMAN:
        assert layout.columns[3].target == "answered_at"


def test_the_question_above_the_first_option_holds_for_those_behind_it(write: Write, small: Survey) -> None:
    heads = ["Price, fees", "Waiting", "Staff", "Other (please specify)"]
    questions = {"Recommend us?": ["Response"], "What hurts?": heads, "Why?": ["Open-Ended Response"]}
    rows = [
        ["3", "Price, fees", "", "", "the queue", "slow"],
        ["3", "", "", "", "", ""],
        ["3", "", "", "Staff", "", ""],
    ]
    responses = cl.read_responses(write(table(questions, *rows)), small)
    accepted = responses.accepted
    ticks = accepted[["pains__price", "pains__wait", "pains__staff", "pains__other"]]
    assert ticks.astype(object).where(ticks.notna(), None).values.tolist() == [
        [True, False, False, True],  # who writes beside "other" has chosen it
        [None] * 4,
        [False, False, True, False],
    ]
    assert accepted["pains__other_text"].dropna().tolist() == ["the queue"]
    assert accepted["why"].dropna().tolist() == ["slow"]
    assert "What hurts? – Waiting" in responses.raw.columns


def test_one_choice_is_read_condensed_and_expanded(write: Write, small: Survey) -> None:
    condensed = table({"Recommend us?": ["Response"], "Which branch?": ["Response"]}, ["9", "West"], ["9", ""])
    expanded = table(
        {"Recommend us?": ["Response"], "Which branch?": ["East", "West"]}, ["9", "", "West"], ["9", "", ""]
    )
    numbers = table({"Recommend us?": ["Response"], "Which branch?": ["East", "West"]}, ["9", "", "2"], ["9", "", ""])
    for text in (condensed, expanded, numbers):
        assert cl.read_responses(write(text), small).accepted["branch"].dropna().tolist() == ["west"]


def test_two_ticks_of_one_choice_are_an_error(write: Write, small: Survey) -> None:
    questions = {"Recommend us?": ["Response"], "Which branch?": ["East", "West"]}
    responses = cl.read_responses(write(table(questions, ["9", "East", "West"])), small)
    assert responses.accepted["branch"].isna().all()
    (issue,) = responses.issues.query("severity == 'error'").to_dict("records")
    assert (issue["code"], issue["raw_value"]) == ("several_chosen", "east; west")


def test_a_text_beside_one_choice_is_the_choice_of_other(write: Write, small_file: dict[str, Any]) -> None:
    from closeloop.survey.load import survey_from_dict

    small_file["pages"][0]["items"][2]["other"] = True
    questions = {"Recommend us?": ["Response"], "Which branch?": ["Response", "Other (please specify)"]}
    rows = [["9", "West", ""], ["9", "", "the kiosk"], ["9", "Nowhere", ""]]
    responses = cl.read_responses(write(table(questions, *rows)), survey_from_dict(small_file))
    assert responses.accepted["branch"].astype(str).tolist() == ["west", "other", "other"]
    assert responses.accepted["branch__other_text"].tolist()[1] == "the kiosk"


def test_markup_in_a_header_is_not_in_its_way(write: Write, small: Survey) -> None:
    text = table(
        {"<strong>Recommend</strong> us?<br>": ["Response"], "Rate": ["Speed", "<em>Care</em>"]}, ["9", "4", "5"]
    )
    accepted = cl.read_responses(write(text), small).accepted
    assert accepted[["recommend", "grid__speed", "grid__care"]].values.tolist() == [[9, 4, 5]]


def test_the_ends_of_a_scale_may_be_named_in_the_cell(write: Write, small_file: dict[str, Any]) -> None:
    from closeloop.survey.load import survey_from_dict

    small_file["pages"][0]["items"][0] |= {
        "low": {"en": "Not at all likely", "zh-CN": "不可能"},
        "high": {"en": "Extremely likely", "zh-CN": "可能"},
    }
    rows = [["Not at all likely - 0"], ["7"], ["10 - Extremely likely"], ["Extremely likely"]]
    text = table({"Recommend us?": ["Response"]}, *rows)
    assert cl.read_responses(write(text), survey_from_dict(small_file)).accepted["recommend"].tolist() == [0, 7, 10, 10]


def test_bytes_of_another_encoding_are_read_and_said(write: Write, small: Survey) -> None:
    said = "très déçu – Grüße aus Köln, señor; “naïve” café"
    text = table({"Recommend us?": ["Response"], "Why?": ["Open-Ended Response"]}, ["9", said])
    responses = cl.read_responses(write(text, encoding="cp1252"), small)
    assert responses.accepted["why"].tolist() == [said]
    assert responses.issues["code"].tolist().count("encoding_guessed") == 1


@pytest.mark.parametrize(
    "head",
    [
        [],
        [["Respondent ID", "a"]],
        [["Respondent ID", "Q"], ["1", "Response"]],  # an answer stands below the id
        [["name", "Q", ""], ["", "Price", "Staff"], ["Ann", "x", ""]],  # and so does a name
    ],
)
def test_other_tables_are_not_taken_for_surveymonkeys(head: list[list[str]]) -> None:
    assert not isinstance(surveymonkey.recognise(head), Layout)
