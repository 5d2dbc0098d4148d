"""Qualtrics: three, two and one header rows, labels and numbers, the columns it adds of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout, qualtrics
from closeloop.responses.dialects.layout import Layout
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey

Write = Callable[..., Path]
LEAD = {
    "StartDate": "startDate",
    "Status": "status",
    "Progress": "progress",
    "Finished": "finished",
    "RecordedDate": "recordedDate",
    "ResponseId": "_recordId",
    "ExternalReference": "externalDataReference",
    "UserLanguage": "userLanguage",
}
GOOD = ["2026-05-03 07:00:00", "IP Address", "100", "True", "2026-05-03 07:05:00", "R_1abcdef", "p1", "ZH-S"]


def table(questions: dict[str, str], rows: Sequence[Sequence[str]], header_rows: int = 3) -> str:
    """Write an export: tag → text of the question, and the answers behind the leading columns of `GOOD`."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    tags = [*LEAD, *questions]
    ids = [*LEAD.values(), *(f"QID{i}" for i in range(len(questions)))]
    writer.writerow(tags)
    if header_rows > 1:
        writer.writerow(
            [
                "Anfangsdatum",
                "Antworttyp",
                "Fortschritt",
                "Fertig",
                "Datum",
                "ID",
                "Ref",
                "Sprache",
                *questions.values(),
            ]
        )
    if header_rows > 2:
        writer.writerow([json.dumps({"ImportId": key}) for key in ids])
    for place, row in enumerate(rows):
        lead = [cell if name != "ResponseId" else f"R_{place}abcdef" for name, cell in zip(LEAD, GOOD, strict=True)]
        writer.writerow(row if len(row) > len(questions) else [*lead, *row])
    return buffer.getvalue()


@pytest.mark.parametrize("header_rows", [1, 2, 3])
def test_one_two_or_three_header_rows_give_the_same(write: Write, small: Survey, header_rows: int) -> None:
    text = table({"recommend": "Recommend us?", "why": "Why?"}, [["9", "good"], ["3", "bad"]], header_rows)
    responses = cl.read_responses(write(text), small)
    assert responses.sources[0].platform == "qualtrics"
    assert responses.sources[0].header_rows == header_rows
    assert responses.accepted["recommend"].tolist() == [9, 3]
    row = responses.accepted.iloc[0]
    assert (row["response_id"], row["respondent_id"], row["language"], row["status"]) == (
        "R_0abcdef",
        "p1",
        "zh-CN",
        "complete",
    )
    assert str(row["answered_at"]) == "2026-05-03 07:05:00"


def test_a_first_answer_under_one_header_row_is_not_taken_for_labels(write: Write, small: Survey) -> None:
    # ids that were made anonymous do not begin with R_
    text = table({"recommend": "x"}, [["9"], ["3"]], 1).replace("R_0abcdef", "1001").replace("R_1abcdef", "1002")
    assert cl.read_responses(write(text), small).accepted["response_id"].tolist() == ["1001", "1002"]


def test_columns_are_known_by_import_id_whatever_the_labels_say(write: Write, small: Survey) -> None:
    found = cl.read_responses(write(table({"Q1": "Recommend us?"}, [["9"]])), small).columns.set_index("source_column")
    assert found.loc["RecordedDate", ["item", "source_key", "verdict"]].tolist() == [
        "answered_at",
        "recordedDate",
        "certain",
    ]
    assert found.loc["Q1", "item"] == "recommend"


def test_a_header_without_answers_is_said(write: Write, small: Survey) -> None:
    with pytest.raises(cl.InsufficientDataError, match="header but no answer"):
        cl.read_responses(write(table({"recommend": "x"}, [])), small)


@pytest.mark.parametrize(
    ("status", "finished", "expected"),
    [
        ("IP Address", "True", "complete"),
        ("0", "1", "complete"),
        ("Imported", "True", "complete"),
        ("4", "1", "complete"),
        ("16", "1", "complete"),
        ("Offline", "True", "complete"),
        ("32", "1", "complete"),
        ("IP Address", "False", "partial"),
        ("0", "0", "partial"),
        ("Survey Preview", "True", "test"),
        ("1", "1", "test"),
        ("2", "0", "test"),
        ("17", "1", "test"),
        ("256", "1", "test"),
        ("Spam", "True", "screened_out"),
        ("8", "1", "screened_out"),
        ("9", "1", "screened_out"),
        ("40", "1", "screened_out"),
    ],
)
def test_the_kind_of_response_is_its_status(
    write: Write, small: Survey, status: str, finished: str, expected: str
) -> None:
    # 0 IP Address, 1 Survey Preview, 2 Survey Test, 4 Imported, 8 Spam, 16 Offline, 32 EX, 256 Synthetic; sums occur.
    lead = ["2026-05-03 07:00:00", status, "100", finished, "2026-05-03 07:05:00", "R_9abcdef", "p1", "EN"]
    assert cl.read_responses(write(table({"recommend": "x"}, [[*lead, "9"]])), small).accepted["status"].tolist() == [
        expected
    ]


def test_seen_but_unanswered_is_missing_with_its_reason(write: Write, small: Survey) -> None:
    responses = cl.read_responses(write(table({"recommend": "x", "why": "y"}, [["-99", "-99"], ["9", "ok"]])), small)
    assert responses.accepted["recommend"].isna().tolist() == [True, False]
    assert responses.accepted["why"].isna().tolist() == [True, False]
    told = responses.issues.query("code == 'missing_token'")
    assert told["item"].astype(str).tolist() == ["recommend", "why"]
    assert set(told["message_en"]) == {"“-99” stands for no answer: seen but not answered"}


def test_groups_are_worked_out_again_from_the_score(write: Write, small: Survey) -> None:
    rows = [["Promoter", "9"], ["Promoter", "6"], ["Detractor", "0"], ["Neutral", "8"], ["", "10"], ["Passive", "-99"]]
    responses = cl.read_responses(write(table({"recommend_NPS_GROUP": "x - Group", "recommend": "x"}, rows)), small)
    group = responses.columns.set_index("source_column").loc["recommend_NPS_GROUP"]
    assert (group["role"], pd.isna(group["item"])) == ("derived", True)
    assert "agrees in 3 of 4" in group["reason_en"]
    result = responses.score("nps", min_n=1).result()
    assert (result.promoters, result.passives, result.detractors) == (2, 1, 2)


@pytest.mark.parametrize("header_rows", [2, 3])
def test_a_question_spread_over_columns_is_one_answer(write: Write, small: Survey, header_rows: int) -> None:
    questions = {
        "recommend": "x",
        "Q5_1": "What hurts? - Selected Choice - Price, fees",
        "Q5_2": "What hurts? - Selected Choice - Waiting",
        "Q5_9": "What hurts? - Selected Choice - Other",
        "Q5_9_TEXT": "What hurts? - Other - Text",
    }
    rows = [["3", "Price, fees", "", "Other", "the queue"], ["3", "", "", "", ""], ["3", "", "Waiting", "", "-99"]]
    accepted = cl.read_responses(write(table(questions, rows, header_rows)), small).accepted
    assert accepted["pains__price"].fillna(False).tolist() == [True, False, False]
    assert accepted["pains__wait"].fillna(False).tolist() == [False, False, True]
    assert accepted["pains__other_text"].fillna("-").tolist() == ["the queue", "-", "-"]
    assert accepted["pains__price"].isna().tolist() == [False, True, False]


def test_dashes_inside_a_question_or_an_option_are_theirs(write: Write, small_file: dict[str, Any]) -> None:
    pains = small_file["pages"][0]["items"][3]
    pains["ask"] = {"en": "Costs - what hurts?", "zh-CN": "？"}
    pains["options"][0]["text"]["en"] = "Price - fees"
    questions = {
        "recommend": "x",
        "Q5_1": "Costs - what hurts? - Price - fees",
        "Q5_2": "Costs - what hurts? - Waiting",
    }
    responses = cl.read_responses(write(table(questions, [["3", "Price - fees", ""]])), survey_from_dict(small_file))
    assert responses.accepted[["pains__price", "pains__wait"]].values.tolist() == [[True, False]]


def test_a_matrix_is_spread_by_its_rows(write: Write, small: Survey) -> None:
    questions = {"recommend": "x", "Q7_1": "Rate - Speed", "Q7_2": "Rate - Care"}
    accepted = cl.read_responses(write(table(questions, [["9", "4", "5"]])), small).accepted
    assert accepted[["grid__speed", "grid__care"]].values.tolist() == [[4, 5]]


def test_a_single_choice_with_a_write_in_is_found_by_its_text(write: Write, small: Survey) -> None:
    found = cl.read_responses(
        write(table({"recommend": "x", "Q2": "Which branch? - Selected Choice"}, [["9", "West"]])), small
    )
    assert found.accepted["branch"].astype(str).tolist() == ["west"]


@pytest.mark.parametrize(("finished", "expected"), [("True", ["0", "1"]), ("1", ["1", "2"])])
def test_numerals_are_labels_in_an_export_of_labels_and_codes_in_one_of_numbers(
    write: Write, small_file: dict[str, Any], finished: str, expected: list[str]
) -> None:
    labels = ["1", "2", "0", "3 or more"] if finished == "1" else ["0", "1", "2", "3 or more"]
    small_file["pages"][0]["items"][2]["options"] = [
        {"value": f"n{label[0]}", "text": {"en": label, "zh-CN": label}} for label in labels
    ]
    lead = [finished if cell == "True" else cell for cell in GOOD]
    rows = (
        [[*lead[:5], f"R_{i}abcdef", *lead[6:], "9", str(i)] for i in (0, 1)]
        if finished == "True"
        else [[*lead[:5], f"R_{i}abcdef", *lead[6:], "9", str(i)] for i in (1, 2)]
    )
    responses = cl.read_responses(write(table({"recommend": "x", "branch": "y"}, rows)), survey_from_dict(small_file))
    assert responses.accepted["branch"].astype(str).tolist() == [f"n{label}" for label in expected]


def test_several_numbers_in_one_cell_are_choices_not_a_number(write: Write, small: Survey) -> None:
    lead = [cell.replace("True", "1") for cell in GOOD]
    rows = [[*lead, "3", "1,3"], [*lead[:5], "R_2abcdef", *lead[6:], "3", "2"]]
    accepted = cl.read_responses(write(table({"recommend": "x", "pains": "y"}, rows)), small).accepted
    assert accepted[["pains__price", "pains__wait", "pains__staff"]].values.tolist() == [
        [True, False, True],
        [False, True, False],
    ]


def test_yes_and_no_by_number_are_one_and_two_or_one_and_zero(write: Write, small: Survey) -> None:
    for no in ("2", "0"):
        lead = [cell.replace("True", "1") for cell in GOOD]
        rows = [[*lead, "9", "1"], [*lead[:5], "R_2abcdef", *lead[6:], "9", no]]
        accepted = cl.read_responses(write(table({"recommend": "x", "call": "y"}, rows)), small).accepted
        assert accepted["call"].tolist() == [True, False]


def test_broken_json_in_the_third_row_is_not_an_import_id() -> None:
    assert not isinstance(qualtrics.recognise([["a"], ["b"], ['{"ImportId": ']]), Layout)
    assert find_layout([["a", "b"], ["b", "c"], ['{"ImportId": ', "x"]]).platform == "plain"


def test_the_legacy_layout_is_read_by_place_where_it_is_localised() -> None:
    head = [
        ["V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V10", "Q1", ""],
        [
            "ResponseID",
            "Antwortset",
            "Name",
            "Ext",
            "E-Mail",
            "IP",
            "Status",
            "Anfang",
            "Ende",
            "Fertig",
            "Recommend us?",
            "",
        ],
        ["R_1", "Default", "", "", "", "", "0", "2026-05-03 07:00:00", "2026-05-03 07:05:00", "1", "9", ""],
    ]
    layout = find_layout(head)
    assert layout.header_rows == 2
    assert {c.header: c.target for c in layout.columns if c.target} == {
        "V1": "response_id",
        "V4": "respondent_id",
        "V7": "status",
        "V9": "answered_at",
        "V10": "finished",
    }


def test_two_questions_of_one_tag_are_told_apart_by_their_text(write: Write, small: Survey) -> None:
    text = table({"recommend": "x", "Q1": "Why?", "QX": "Which branch?"}, [["9", "fast", "West"]]).replace("QX", "Q1")
    accepted = cl.read_responses(write(text), small).accepted
    assert (accepted["why"][0], str(accepted["branch"][0])) == ("fast", "west")


def test_two_spread_questions_of_one_tag_are_told_apart_by_their_ids() -> None:
    tags = ["ResponseId", "Q4_1", "Q4_2", "Q4_1", "Q4_2"]
    labels = ["ID", "What hurts? - Price", "What hurts? - Waiting", "Rate - Speed", "Rate - Care"]
    ids = ["_recordId", "QID4_1", "QID4_2", "QID9_1", "QID9_2"]
    columns = find_layout([tags, labels, [json.dumps({"ImportId": key}) for key in ids]]).columns
    assert [(c.group, c.question, c.option) for c in columns[1:]] == [
        ("QID4", "What hurts?", "Price"),
        ("QID4", "What hurts?", "Waiting"),
        ("QID9", "Rate", "Speed"),
        ("QID9", "Rate", "Care"),
    ]


def test_each_pass_of_a_loop_is_a_question_of_its_own(write: Write, small_file: dict[str, Any]) -> None:
    ask = small_file["pages"][0]["items"][1]["ask"]
    ask["en"] = "Why East?"
    questions = {"recommend": "x", "1_Q5": "Why East?", "2_Q5": "Why West?"}
    text = table(questions, [["9", "near", "far"]]).replace('""QID1""', '""1_QID5""').replace('""QID2""', '""2_QID5""')
    responses = cl.read_responses(write(text), survey_from_dict(small_file))
    assert responses.accepted[["why", "2_Q5"]].values.tolist() == [["near", "far"]]
    keys = responses.columns.set_index("source_column")["source_key"]
    assert keys[["1_Q5", "2_Q5"]].tolist() == ["1_QID5", "2_QID5"]


@pytest.mark.parametrize(
    ("tag", "reason"),
    [
        ("Q16_FIRST_CLICK", "time and clicks"),
        ("Q16_PAGE_SUBMIT", "time and clicks"),
        ("Q16_CLICK_COUNT", "time and clicks"),
        ("Q22_BROWSER", "answered with"),
        ("Q22_RESOLUTION", "answered with"),
        ("Q_RecaptchaScore", "mark of quality"),
        ("Q_BallotBoxStuffing", "mark of quality"),
        ("Q_DuplicateRespondent", "mark of quality"),
        ("Q_RelevantIDFraudScore", "mark of quality"),
        ("Q_StraightliningPercentage", "mark of quality"),
        ("why - Topics", "worked out by the platform from the texts of why"),
    ],
)
def test_what_qualtrics_adds_is_no_answer_and_is_kept(write: Write, small: Survey, tag: str, reason: str) -> None:
    responses = cl.read_responses(write(table({"recommend": "x", tag: "Why?"}, [["9", "0.9"]])), small)
    column = responses.columns.set_index("source_column").loc[tag]
    assert (column["item"], column["verdict"]) in (
        (None, "unused"),
        (pytest.approx(float("nan"), nan_ok=True), "unused"),
    )
    assert reason in column["reason_en"]
    assert responses.accepted[tag].tolist() == ["0.9"]


def test_options_carried_forward_have_an_x_in_their_tags(write: Write, small: Survey) -> None:
    questions = {"recommend": "x", "Q5_x1": "What hurts? - Waiting", "Q5_x2": "What hurts? - Staff"}
    questions |= {"Q5_x9_TEXT": "What hurts? - Other - Text"}
    accepted = cl.read_responses(write(table(questions, [["3", "1", "", "the queue"]])), small).accepted
    ticked = ["pains__price", "pains__wait", "pains__staff", "pains__other"]
    assert accepted[ticked].values.tolist() == [[False, True, False, True]]
    assert accepted["pains__other_text"].tolist() == ["the queue"]


def test_groups_in_another_language_are_compared_too(write: Write, small: Survey) -> None:
    rows = [["Promotor", "9"], ["Kritiker", "6"], ["Passiv", "8"], ["贬损者", "3"]]
    responses = cl.read_responses(write(table({"recommend_NPS_GROUP": "x", "recommend": "x"}, rows)), small)
    assert "agrees in 4 of 4" in responses.columns.set_index("source_column").loc["recommend_NPS_GROUP", "reason_en"]


def test_a_tab_separated_export_is_read(write: Write, small: Survey) -> None:
    text = table({"recommend": "x", "why": "y"}, [["9", "a, b"]])
    rows = list(csv.reader(io.StringIO(text)))
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter="\t").writerows(rows)
    utf16 = buffer.getvalue().encode("utf-16")  # as Qualtrics writes it
    for data in (buffer.getvalue().encode(), utf16):
        assert cl.read_responses(write(data, "answers.tsv"), small).accepted["why"].tolist() == ["a, b"]
