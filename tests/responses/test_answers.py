"""Answers as exports write them: what is taken, what is set aside, what is only noted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


def read(survey: Survey, **columns: list[Any]) -> cl.Responses:
    return cl.read_responses(pd.DataFrame(columns), survey)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("11", "out_of_range"),
        ("-1", "out_of_range"),
        ("99", "out_of_range"),
        ("7.5", "not_integer"),
        ("8,5", "not_integer"),
        ("9½", "not_integer"),
        ("十", "not_a_number"),
        ("8分", "not_a_number"),
        ("nine", "not_a_number"),
        ("1e1", "not_a_number"),
        ("5-Jan", "spreadsheet_date"),
        ("2026-01-05", "spreadsheet_date"),
        ("<b>9</b>", "not_a_number"),
    ],
)
def test_bad_score_sets_the_row_aside_and_is_never_bucketed(small: Survey, text: str, code: str) -> None:
    responses = read(small, recommend=[text, "9"])
    assert responses.ledger == {"rows_in": 2, "accepted": 1, "quarantined": 1, "superseded": 0}
    issue = responses.issues.query("item == 'recommend'").iloc[0]
    assert (issue["code"], issue["raw_value"], issue["severity"]) == (code, text, "error")
    assert issue["message_en"] != issue["message_zh"]


@pytest.mark.parametrize("text", ["9", " 9 ", "9.0", "９", "+9", "09"])
def test_whole_scores_are_read_however_they_are_written(small: Survey, text: str) -> None:
    assert read(small, recommend=[text]).accepted["recommend"].tolist() == [9]


@pytest.mark.parametrize("text", ["N/A", "NA", "null", "#N/A"])
def test_a_known_token_is_missing_with_its_reason(small: Survey, text: str) -> None:
    responses = read(small, recommend=[text, "3"])
    assert responses.accepted["recommend"].isna().tolist() == [True, False]
    assert responses.issues.query("code == 'missing_token'")["raw_value"].tolist() == [text]


def test_a_declared_token_keeps_the_reason_the_survey_gives(small_file: dict[str, Any]) -> None:
    survey = survey_from_dict({**small_file, "sources": {"plain": {"recommend": {"missing": {"88": "refused"}}}}})
    responses = read(survey, recommend=["88", "3"])
    assert responses.ledger["accepted"] == 2
    assert "refused" in responses.issues.query("code == 'missing_token'")["message_en"].iloc[0]


def test_an_error_outside_the_metric_blanks_the_cell_and_keeps_the_row(small: Survey) -> None:
    responses = read(
        small, recommend=["9", "9"], branch=["north", "WEST "], visits=["-2", "1,200"], day=["soon", "2026/5/3"]
    )
    assert responses.ledger["accepted"] == 2
    assert responses.accepted["branch"].astype(object).where(lambda s: s.notna(), None).tolist() == [None, "west"]
    assert responses.accepted["visits"].tolist() == [pd.NA, 1200]
    assert responses.accepted["day"].tolist()[1] == dt.date(2026, 5, 3)
    effects = responses.issues.query("severity == 'error'")[["item", "code", "effect"]].astype(str).values.tolist()
    assert sorted(effects) == [
        ["branch", "unknown_option", "blanked"],
        ["day", "not_a_date", "blanked"],
        ["visits", "out_of_range", "blanked"],
    ]
    assert responses.raw["branch"].tolist() == ["north", "WEST "]


def test_choices_are_parted_but_never_inside_a_label(small: Survey) -> None:
    accepted = read(small, recommend=[3, 3, 3], pains=["Price, fees, Waiting", "价格;等待", "staff"]).accepted
    assert accepted[["pains__price", "pains__wait", "pains__staff"]].astype(bool).values.tolist() == [
        [True, True, False],
        [True, True, False],
        [False, False, True],
    ]


def test_nothing_ticked_and_not_answered_are_told_apart(small: Survey) -> None:
    accepted = read(small, recommend=[3, 3, 9], pains__price=["0", "", ""], pains__wait=["0", "", ""]).accepted
    assert accepted["pains__price"].tolist() == [False, pd.NA, pd.NA]
    assert accepted["pains__staff"].tolist()[0] is False


def test_what_is_written_beside_other_is_kept(small: Survey) -> None:
    responses = read(small, recommend=[3, 3], pains=["Other: the queue", "no parking"])
    assert responses.accepted["pains__other"].tolist() == [True, True]
    assert responses.accepted["pains__other_text"].tolist() == ["the queue", "no parking"]
    assert responses.issues.query("code == 'write_in'")["raw_value"].tolist() == ["no parking"]


def test_too_many_choices_are_blanked_with_a_reason(small: Survey) -> None:
    responses = read(small, recommend=[3], pains=["price;wait;staff"])
    assert responses.accepted["pains__price"].isna().all()
    assert responses.issues.query("item == 'pains'")["code"].tolist() == ["too_many"]


def test_an_answer_to_a_hidden_question_is_blanked_and_said(small: Survey) -> None:
    responses = read(small, recommend=[9, 3], pains=["price", "price"])
    assert responses.accepted["pains__price"].tolist() == [pd.NA, True]
    issue = responses.issues.query("code == 'answered_while_hidden'").iloc[0]
    assert (issue["source_row"], issue["effect"], issue["raw_value"]) == (1, "blanked", "price")


def test_rankings_and_matrices_have_a_column_each(small: Survey) -> None:
    accepted = read(small, recommend=[9, 9], rank=["Bb→Aa", ""], grid__speed=["4", "6"], grid__care=["1", ""]).accepted
    assert accepted[["rank__a", "rank__b"]].values.tolist()[0] == [2, 1]
    assert accepted["grid__speed"].tolist() == [4, pd.NA]
    assert {str(accepted[c].dtype) for c in ("rank__a", "grid__speed", "recommend")} == {"Int8"}


def test_ranks_may_stand_in_columns_of_their_own(small: Survey) -> None:
    accepted = read(small, recommend=[9, 9], rank__a=["2", ""], rank__b=["1", ""]).accepted
    assert accepted["rank__b"].tolist() == [1, pd.NA]


def test_yes_and_no_in_both_languages(small: Survey) -> None:
    responses = read(small, recommend=[9] * 5, call=["Yes", "否", "true", "0", "maybe"])
    assert responses.accepted["call"].tolist() == [True, False, True, False, pd.NA]
    assert responses.issues.query("item == 'call'")["code"].tolist() == ["not_yes_no"]


def test_the_accepted_frame_has_the_documented_types(small: Survey) -> None:
    types = read(small, recommend=[9], why=["x"], branch=["east"]).accepted.dtypes.astype(str).to_dict()
    assert types["recommend"] == "Int8"
    assert types["why"] == "str"
    assert types["branch"] == "category"
    assert types["pains__price"] == types["call"] == "boolean"
    assert types["visits"] == "Int64"
    assert types["day"] == "date32[day][pyarrow]"
    assert types["answered_at"] == "datetime64[us]"
    assert types["answered_at_utc"] == "datetime64[us, UTC]"


def test_hostile_text_stays_text(small: Survey, tmp_path: Path) -> None:
    hostile = ["<script>alert(1)</script>", '=HYPERLINK("x")', "'; DROP TABLE responses; --", "\u202eabc", "a\x00b"]
    responses = read(small, recommend=[9] * 5, why=hostile)
    assert responses.accepted["why"].tolist() == hostile
    written = pd.read_csv(responses.write(tmp_path / "out") / "accepted.csv", dtype=str)
    assert written["why"].tolist()[1] == '\'=HYPERLINK("x")'
    assert "<script>" not in responses._repr_html_()


def test_times_without_offset_are_in_the_surveys_zone(small: Survey) -> None:
    accepted = read(small, recommend=[9, 9], answered_at=["2026/1/1 07:00:00", "2025-12-31T23:00:00Z"]).accepted
    assert accepted["answered_at"].astype(str).tolist() == ["2026-01-01 07:00:00", "2026-01-01 07:00:00"]
    assert accepted["answered_at_utc"].dt.hour.tolist() == [23, 23]


def test_times_of_another_zone_are_brought_to_the_surveys(small: Survey) -> None:
    frame = pd.DataFrame({"recommend": [9], "answered_at": ["2026-01-01 00:00:00"]})
    accepted = cl.read_responses(frame, small, timezone="Europe/London").accepted
    assert accepted["answered_at"].astype(str).tolist() == ["2026-01-01 08:00:00"]


def test_a_date_whose_day_cannot_be_told_is_not_guessed(small: Survey) -> None:
    responses = read(small, recommend=[9, 9], answered_at=["3/4/2026", "5/4/2026"])
    assert responses.accepted["answered_at"].isna().all()
    assert "ambiguous_date" in responses.issues["code"].astype(str).tolist()
    proven = read(small, recommend=[9, 9], answered_at=["3/4/2026", "25/4/2026"]).accepted["answered_at"]
    assert proven.dt.month.tolist() == [4, 4]


def test_a_number_cell_a_person_reads_as_nine_is_nine(small: Survey) -> None:
    for values in ([9.0, None], [9, 8], pd.array([9, None], dtype="Int64")):
        assert read(small, recommend=values, why=["a", "b"]).accepted["recommend"].tolist()[0] == 9


def test_unconfirmed_guesses_are_said(write: Write) -> None:
    path = write("score,branch\n" + "9,East\n3,West\n" * 5)
    responses = cl.read_responses(path, cl.draft_survey(path))
    assert "unconfirmed" in responses.issues["code"].astype(str).tolist()


def test_a_survey_without_a_zone_warns_that_times_are_taken_as_utc(small_file: dict[str, Any]) -> None:
    survey = survey_from_dict({k: v for k, v in small_file.items() if k != "timezone"})
    issues = read(survey, recommend=[9], answered_at=["2026-01-01 00:00"]).issues
    assert issues.query("code == 'timezone_unknown'")["severity"].tolist() == ["warning"]
