"""Damaged exports of each platform: no row is lost without a word, or the error says what is wrong."""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType

import pytest

import closeloop as cl
from closeloop.errors import CloseloopError
from closeloop.responses.dialects import find_layout
from closeloop.survey.load import survey_from_dict
from exports import google_forms, qualtrics, surveymonkey, typeform
from random_surveys import random_answers, random_survey

WRITERS = {"qualtrics": qualtrics, "surveymonkey": surveymonkey, "typeform": typeform, "google_forms": google_forms}


def _rows(data: bytes, change: Callable[[list[list[str]]], None]) -> bytes:
    rows = list(csv.reader(io.StringIO(data.decode(), newline="")))
    change(rows)
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows(rows)
    return buffer.getvalue().encode()


def _shuffled(data: bytes, rng: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        order = rng.sample(range(len(rows[0])), len(rows[0]))
        rows[:] = [[row[i] for i in order] for row in rows]

    return _rows(data, change)


def _repeated(data: bytes, rng: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        order = [rng.randrange(len(rows[0])) for _ in range(len(rows[0]) + 3)]
        rows[:] = [[row[i] for i in order] for row in rows]

    return _rows(data, change)


def _ragged(data: bytes, rng: random.Random) -> bytes:
    def change(rows: list[list[str]]) -> None:
        for row in rows:
            del row[rng.randrange(1, len(row) + 1) :]
            row += ["x"] * rng.choice((0, 0, 2))

    return _rows(data, change)


def _inserted(data: bytes, rng: random.Random, what: bytes) -> bytes:
    place = rng.randrange(len(data))
    return data[:place] + what + data[place:]


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "cut off": lambda data, rng: data[: rng.randrange(1, len(data))],
    "columns shuffled": _shuffled,
    "headers repeated": _repeated,
    "rows of any length": _ragged,
    "NUL bytes": lambda data, rng: _inserted(data, rng, b"\0\0"),
    "two encodings": lambda data, rng: _inserted(data, rng, "价格，“很贵”".encode("gb18030")),
    "an open quotation mark": lambda data, rng: _inserted(data, rng, b'"'),
    "formulas": lambda data, rng: data.replace(b",", b",=1+1", rng.randrange(9)),
}


@pytest.mark.parametrize("platform", WRITERS)
@pytest.mark.parametrize("damage", DAMAGES)
def test_rows_are_conserved_or_the_error_is_clear(tmp_path: Path, platform: str, damage: str) -> None:
    writer: ModuleType = WRITERS[platform]
    survey = survey_from_dict(random_survey(3))
    rng = random.Random(f"{platform} {damage}")
    path = tmp_path / "answers.csv"
    writer.write(survey, [random_answers(survey, rng) for _ in range(5)], path, labels=True, tag=survey.languages[-1])
    whole = path.read_bytes()
    said: list[str] = []
    for _ in range(2):
        path.write_bytes(DAMAGES[damage](whole, rng))
        try:
            responses = cl.read_responses(path, survey)
        except CloseloopError as error:
            said.append(str(error))
            continue
        ledger = responses.ledger
        assert ledger["rows_in"] == len(responses.raw)
        assert ledger["rows_in"] == ledger["accepted"] + ledger["quarantined"] + ledger["superseded"]
    assert all(len(text) > 20 for text in said)


@pytest.mark.parametrize("platform", WRITERS)
def test_a_workbook_that_calls_itself_csv_is_not_read_as_answers(tmp_path: Path, platform: str) -> None:
    survey = survey_from_dict(random_survey(3))
    path = tmp_path / "answers.xlsx"
    WRITERS[platform].write(
        survey, [random_answers(survey, random.Random(1))], path, labels=True, tag=survey.languages[-1]
    )
    with pytest.raises(CloseloopError):
        cl.read_responses(path.rename(tmp_path / "answers.csv"), survey)


WIDE = 3000
HEADS: dict[str, Sequence[Sequence[str]]] = {
    "qualtrics": (
        ["ResponseId", *(f"Q{i // 10}_{i % 10}" for i in range(WIDE))],
        ["ID", *(f"What {i // 10}? - Option {i % 10}" for i in range(WIDE))],
        ['{"ImportId":"_recordId"}', *(f'{{"ImportId":"QID{i // 10}_{i % 10}"}}' for i in range(WIDE))],
    ),
    "surveymonkey": (
        ["Respondent ID", *("" if i % 9 else f"Q{i}" for i in range(WIDE))],
        ["", *map(str, range(WIDE))],
    ),
    "typeform": (["#", *["Other"] * WIDE, "Start Date (UTC)", "Submit Date (UTC)", "Network ID"],),
    "google_forms": (["Timestamp", *(f"Rate [{i}]" for i in range(WIDE))],),
}


@pytest.mark.parametrize("platform", HEADS)
def test_thousands_of_columns_are_recognised(tmp_path: Path, platform: str) -> None:
    head = HEADS[platform]
    layout = find_layout(head)
    assert (layout.platform, len(layout.columns)) == (platform, len(head[0]))


def test_a_header_longer_than_a_look_at_the_file_is_read_whole(tmp_path: Path) -> None:
    long = [[f"{cell:<800}" if cell.startswith("What") else cell for cell in row[:700]] for row in HEADS["qualtrics"]]
    path = tmp_path / "wide.csv"
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([*long, ["R_1", *["1"] * 699]])
    assert path.stat().st_size > 500_000
    responses = cl.read_responses(path)
    assert (responses.sources[0].header_rows, responses.ledger["rows_in"]) == (3, 1)
