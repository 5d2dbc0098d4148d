"""Google Forms: time stamps of many places, grids, several choices in one cell, write-ins in place of "Other"."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout, google_forms
from closeloop.responses.dialects.layout import Layout
from closeloop.survey.survey import Survey

Write = Callable[..., Path]


def table(headers: Sequence[str], *rows: Sequence[str], stamp: str = "Timestamp") -> str:
    """Write an export; rows without a time get one."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([stamp, *headers])
    for i, row in enumerate(rows):
        writer.writerow([*([f"2026/05/03 7:{i:02d}:00 am GMT+8"] if len(row) == len(headers) else []), *row])
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("stamp", "time", "expected"),
    [
        ("Timestamp", "5/23/2026 19:57:50", "2026-05-23 19:57:50"),
        ("Timestamp", "2026/05/23 6:57:50 am GMT-5", "2026-05-23 19:57:50"),
        ("Timestamp", "2026/05/23 7:57:50 pm GMT+8", "2026-05-23 19:57:50"),
        ("Zeitstempel", "23.05.2026 19:57:50", "2026-05-23 19:57:50"),
        ("Horodateur", "23/05/2026 19:57:50", "2026-05-23 19:57:50"),
        ("Marca temporal", "23/05/2026 19:57:50", "2026-05-23 19:57:50"),
        ("Carimbo de data/hora", "23/05/2026 19:57:50", "2026-05-23 19:57:50"),
        ("时间戳记", "2026/5/23 下午7:57:50", "2026-05-23 19:57:50"),
        ("タイムスタンプ", "2026/05/23 19:57:50", "2026-05-23 19:57:50"),
    ],
)
def test_the_time_stamp_of_many_places(write: Write, small: Survey, stamp: str, time: str, expected: str) -> None:
    responses = cl.read_responses(write(table(["Recommend us?"], [time, "9"], stamp=stamp)), small)
    assert responses.sources[0].platform == "google_forms"
    assert responses.accepted["answered_at"].astype(str).tolist() == [expected]


def test_a_response_is_known_by_its_content(write: Write, small: Survey) -> None:
    text = table(["Recommend us?"], ["9"], ["9"], ["3"])
    first, again = (cl.read_responses(write(text), small).accepted["response_id"].tolist() for _ in range(2))
    assert first == again
    assert len(set(first)) == 3


def test_a_grid_is_spread_by_its_rows(write: Write, small: Survey) -> None:
    headers = ["Recommend us?", "Rate  [Speed]", "Rate  [Care ]"]
    accepted = cl.read_responses(write(table(headers, ["9", "4", "5.0"])), small).accepted
    assert accepted[["grid__speed", "grid__care"]].values.tolist() == [[4, 5]]


def test_brackets_in_a_question_are_no_grid() -> None:
    headers = ["Income [EUR]", "Use [per week] [East]", "Use [per week] [West [new]]"]
    layout = find_layout(list(csv.reader(io.StringIO(table(headers, ["1", "2", "3"])))))
    assert [(c.question, c.option) for c in layout.columns[1:]] == [
        ("Income [EUR]", None),
        ("Use [per week]", "East"),
        ("Use [per week]", "West [new]"),
    ]


@pytest.mark.parametrize("separator", [", ", ";"])
def test_an_option_with_a_comma_comes_out_whole_and_so_does_a_write_in(
    write: Write, small: Survey, separator: str
) -> None:
    cells = [["Price, fees", "Staff"], ["Price, fees", "slow, but kind"], ["Waiting"], ["neither; nor, really"]]
    rows = [["3", separator.join(cell)] for cell in cells]
    responses = cl.read_responses(write(table(["Recommend us?", "What hurts?"], *rows)), small)
    accepted = responses.accepted
    assert accepted[["pains__price", "pains__wait", "pains__staff", "pains__other"]].values.tolist() == [
        [True, False, True, False],
        [True, False, False, True],
        [False, True, False, False],
        [False, False, False, True],
    ]
    assert accepted["pains__other_text"].dropna().tolist() == ["slow, but kind", "neither; nor, really"]
    assert responses.issues["code"].tolist().count("write_in") == 2


def test_mail_and_points_are_not_answers(write: Write, small: Survey) -> None:
    headers = ["Email Address", "Score", "Recommend us?"]
    responses = cl.read_responses(write(table(headers, ["ann@example.com", "8 / 10", "9"])), small)
    found = responses.columns.set_index("source_column")
    assert found.loc[["Email Address", "Score"], "verdict"].tolist() == ["unused", "unused"]
    assert "who the respondent is" in found.loc["Email Address", "reason_en"]
    assert responses.accepted["Email Address"].tolist() == ["ann@example.com"]


def test_a_question_called_score_is_a_question() -> None:
    layout = find_layout(list(csv.reader(io.StringIO(table(["Score", "Why?"], ["9", "x"])))))
    assert layout.columns[1].role == "answer"


def test_a_cell_of_several_lines_is_one_answer(write: Write, small: Survey) -> None:
    text = table(["Recommend us?", "Why?"], ["9", "first\nsecond"])
    assert cl.read_responses(write(text), small).accepted["why"].tolist() == ["first\nsecond"]


@pytest.mark.parametrize(
    "head",
    [[], [["Timestamp", "a"], ["yesterday", "b"]], [["timestamp", "a"], ["5/23/2026 19:57:50", "b"]], [["Timestamp"]]],
)
def test_other_tables_are_not_taken_for_forms(head: list[list[str]]) -> None:
    assert not isinstance(google_forms.recognise(head), Layout)
