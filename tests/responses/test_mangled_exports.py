"""Exports cut, shuffled, mixed up, or something else altogether: no row is lost, or the error is clear."""

from __future__ import annotations

import csv
import io
import random
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import closeloop as cl
from closeloop.responses.dialects import find_layout
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey
from exports import formbricks, limesurvey, spss, tencent, wjx
from random_surveys import random_answers, random_survey

Writer = Callable[[Survey, list[dict[str, object]], Path], object]
SURVEY = survey_from_dict(random_survey(12))
WRITERS: dict[str, Writer] = {
    "wjx": lambda survey, answers, path: wjx.write(survey, answers, path, mode=0),
    "tencent": tencent.write,
    "limesurvey": lambda survey, answers, path: limesurvey.write(survey, answers, path, labels=True, headings="full"),
    "formbricks": formbricks.write,
}


@pytest.fixture(scope="module", params=WRITERS)
def export(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """One export of each platform, of eight respondents."""
    rng = random.Random(7)
    path = tmp_path_factory.mktemp(request.param) / "export.csv"
    WRITERS[request.param](SURVEY, [random_answers(SURVEY, rng) for _ in range(8)], path)
    return request.param, path


def rows_of(path: Path) -> list[list[str]]:
    text = path.read_text("utf-8-sig")
    return [
        row for row in csv.reader(io.StringIO(text, newline=""), delimiter=";" if text[:5] == '"Resp' else ",") if row
    ]


def saved(rows: list[list[str]], path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(rows)
    return path


def read(path: Path) -> cl.Responses | None:
    """Read a file: every row has a fate, or the error says in both languages what is wrong."""
    try:
        responses = cl.read_responses(path, SURVEY)
    except (cl.ResponseValidationError, cl.InsufficientDataError) as error:
        refused = error.text
    else:
        refused = None
    if refused is not None:
        assert refused.en != refused.zh
        return None
    ledger = responses.ledger
    assert ledger["rows_in"] == ledger["accepted"] + ledger["quarantined"] + ledger["superseded"] == len(responses.raw)
    return responses


def test_a_file_cut_anywhere(export: tuple[str, Path], tmp_path: Path) -> None:
    _, path = export
    data = path.read_bytes()
    rng = random.Random(1)
    for number in range(12):
        cut = tmp_path / f"{number}.csv"
        cut.write_bytes(data[: rng.randrange(1, len(data))])
        read(cut)


def test_shuffled_columns_say_the_same(export: tuple[str, Path], tmp_path: Path) -> None:
    platform, path = export
    rows = rows_of(path)
    order = list(range(len(rows[0])))
    random.Random(2).shuffle(order)
    responses = read(saved([[row[i] for i in order] for row in rows], tmp_path / "shuffled.csv"))
    assert responses is not None
    assert responses.sources[0].platform == platform
    straight = read(path)
    assert straight is not None
    items = [name for name in straight.accepted if name.partition("__")[0] in {item.name for item in SURVEY.items}]
    left, right = straight.accepted[items], responses.accepted[items]
    assert left.astype(str).equals(right.astype(str))


def test_repeated_headers_are_all_kept(export: tuple[str, Path], tmp_path: Path) -> None:
    _, path = export
    rows = rows_of(path)
    rng = random.Random(3)
    for number in range(4):
        header = [*rows[0]]
        for _ in range(5):
            header[rng.randrange(len(header))] = rng.choice(rows[0])
        responses = read(saved([header, *rows[1:]], tmp_path / f"{number}.csv"))
        if responses is not None:
            assert responses.ledger["rows_in"] == len(rows) - 1
            assert len(responses.columns) == len(header)


def test_zero_bytes_and_two_encodings_in_one_file(export: tuple[str, Path], tmp_path: Path) -> None:
    _, path = export
    data = path.read_bytes()
    rng = random.Random(4)
    for number in range(4):
        place = rng.randrange(len(data))
        mangled = tmp_path / f"{number}.csv"
        mangled.write_bytes(data[:place] + b"\0" * rng.choice((1, 40)) + data[place:])
        read(mangled)
    lines = path.read_text("utf-8-sig").splitlines(keepends=True)
    mixed = tmp_path / "mixed.csv"
    mixed.write_bytes(b"".join(line.encode("gb18030" if n % 2 else "utf-8") for n, line in enumerate(lines)))
    read(mixed)


def test_an_archive_that_is_called_a_table(export: tuple[str, Path], tmp_path: Path) -> None:
    _, path = export
    packed = tmp_path / "export.csv"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(path, "export.csv")
    read(packed)


def test_merged_cells_and_formulas_in_a_workbook(export: tuple[str, Path], tmp_path: Path) -> None:
    import xlsxwriter

    platform, path = export
    rows = rows_of(path)
    book_path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(book_path) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                sheet.write_string(r, c, cell)
        last = len(rows[0]) - 1
        sheet.merge_range(2, last - 1, 4, last, "one for all")
        sheet.write_formula(3, 0, "=1+1", None, 2)
    responses = read(book_path)
    assert responses is not None
    assert responses.sources[0].platform == platform
    assert responses.ledger["rows_in"] == len(rows) - 1


def test_fifty_thousand_columns_are_recognised_at_once(export: tuple[str, Path]) -> None:
    platform, path = export
    rows = rows_of(path)
    kind = {"wjx": "{n}、question {n}", "tencent": "{n}.question {n}", "formbricks": "{n}. question {n}"}
    more = [kind.get(platform, "Question {n} [Part {n}]").format(n=n) for n in range(100, 50_100)]
    started = time.process_time()
    layout = find_layout([[*rows[0], *more], *([*row, *more] for row in rows[1:3])])
    assert layout.platform == platform
    assert len(layout.columns) == len(rows[0]) + 50_000
    assert time.process_time() - started < 10


def test_an_spss_file_cut_anywhere(tmp_path: Path) -> None:
    pytest.importorskip("pyreadstat")
    rng = random.Random(5)
    path = tmp_path / "whole.sav"
    spss.write(SURVEY, [random_answers(SURVEY, rng) for _ in range(8)], path, labels=True)
    data = path.read_bytes()
    for number in range(10):
        cut = tmp_path / f"{number}.sav"
        cut.write_bytes(data[: rng.randrange(1, len(data))])
        read(cut)
