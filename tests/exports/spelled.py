"""How answers are spelled in exports, and how they are told from the frame again: shared by all writers."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

import closeloop as cl
from closeloop.responses.responses import Responses
from closeloop.survey.load import survey_from_dict
from closeloop.survey.survey import Survey
from random_surveys import random_answers, random_survey

Answers = dict[str, Any]
ROUND_TRIPS = int(os.environ.get("CLOSELOOP_ROUND_TRIPS", "0"))
SCALES = ("nps", "csat", "ces", "rating")


def surveys(number: int, respondents: int = 6) -> Iterator[tuple[int, Survey, list[Answers]]]:
    """Give random surveys with answers: as many as asked for, or as the environment variable says."""
    for seed in range(ROUND_TRIPS or number):
        survey = _made(seed)
        rng = random.Random(f"answers {seed}")
        yield seed, survey, [random_answers(survey, rng) for _ in range(respondents)]


@lru_cache(maxsize=32)
def _made(seed: int) -> Survey:
    """Make a survey once for all platforms and their variants: nothing changes it, and making takes its time."""
    return survey_from_dict(random_survey(seed))


def asked(item: Any, tag: str) -> str:
    """Return an item's question, or its name where it has none."""
    return item.ask[tag] if item.ask else item.name


def other_label(item: Any, tag: str) -> str:
    """Return what the option "other" is called."""
    if item.other_text:
        return str(item.other_text[tag])
    return "其他" if tag == "zh-CN" else "Other (please specify)"


def choices(item: Any, tag: str) -> dict[str, str]:
    """Return every choice of an item with its label, "other" and "none" last."""
    labels = {option.value: option.text[tag] for option in item.options}
    if getattr(item, "other", False):
        labels["other"] = other_label(item, tag)
    if getattr(item, "none", False):
        labels["none"] = "以上都不是" if tag == "zh-CN" else "None of the above"
    return labels


def numbers(item: Any) -> dict[str, str]:
    """Return every choice of an item with its number: its code, else its place."""
    options = item.columns if item.type == "matrix" else item.options
    result = {o.value: str(place if o.code is None else o.code) for place, o in enumerate(options, start=1)}
    for value in ("other", "none"):
        if getattr(item, value, False):
            result[value] = str(len(result) + 1)
    return result


def point(item: Any, value: object, tag: str, *, labels: bool) -> str:
    """Return a point of a scale, or a column of a matrix, as an export has it."""
    if item.type == "matrix" and item.columns:
        if not labels:
            return numbers(item)[str(value)]
        return str(next(column.text[tag] for column in item.columns if column.value == str(value)))
    named = item.labels.get(value) if labels else None
    return str(value) if named is None else str(named[tag])


def plain(item: Any, value: object, tag: str, *, labels: bool) -> str:
    """Return an answer that takes one cell and is no choice: a scale, yes or no, a number, a day, a text."""
    if item.type in SCALES:
        return point(item, value, tag, labels=labels)
    if item.type == "yesno":
        word = "yes" if value else "no"
        if not labels:
            return "1" if value else "2"
        default = {"yes": "是", "no": "否"} if tag == "zh-CN" else {"yes": "Yes", "no": "No"}
        return str(item.labels[word][tag]) if word in item.labels else default[word]
    return str(value)


def spread(item: Any, value: Any, tag: str, *, labels: bool) -> Iterator[str]:
    """Give the cells of an answer that is no choice: one a row of a matrix, one rank an option, else one."""
    if item.type == "matrix":
        cells = value or {}
        yield from (point(item, cells[r.value], tag, labels=labels) if r.value in cells else "" for r in item.rows)
    elif item.type == "ranking":
        yield from (str(value.index(o.value) + 1) if value and o.value in value else "" for o in item.options)
    else:
        yield "" if value is None else plain(item, value, tag, labels=labels)


def write_table(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8") -> Path:
    """Write rows as CSV, TSV or XLSX, by the name of the file."""
    if path.suffix == ".xlsx":
        import xlsxwriter

        with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
            sheet = book.add_worksheet()
            for r, row in enumerate(rows):
                for c, cell in enumerate(row):
                    if cell.isdecimal() and str(int(cell)) == cell and len(cell) < 15:
                        sheet.write_number(r, c, int(cell))
                    elif cell:
                        sheet.write_string(r, c, cell)
        return path
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, delimiter="\t" if path.suffix == ".tsv" else ",").writerows(rows)
    return path


def told(survey: Survey, responses: Responses) -> list[Answers]:
    """Return the answers of the accepted rows, typed as `Survey.check` takes them, without what is missing."""
    frame = responses.accepted
    result: list[Answers] = []
    for row in frame.to_dict("records"):
        answers: Answers = {}
        for item in survey.items:
            if item.type != "note":
                answers |= _told(item, row)
        result.append({name: value for name, value in answers.items() if value is not None})
    return result


def _told(item: Any, row: Mapping[Any, Any]) -> Answers:
    name = item.name
    if item.type == "multi":
        chosen = tuple(value for value in item.values if _known(row[f"{name}__{value}"]) is True)
        answers: Answers = {name: chosen or None}
    elif item.type == "matrix":
        cells = {r.value: _known(row[f"{name}__{r.value}"]) for r in item.rows}
        answers = {name: {key: value for key, value in cells.items() if value is not None} or None}
    elif item.type == "ranking":
        ranks = {o.value: _known(row[f"{name}__{o.value}"]) for o in item.options}
        ranked = sorted((rank, value) for value, rank in ranks.items() if rank is not None)
        answers = {name: tuple(value for _, value in ranked) or None}
    else:
        answers = {name: _known(row[name])}
    if getattr(item, "other", False):
        answers[f"{name}__other_text"] = _known(row[f"{name}__other_text"])
    return answers


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def canonical(survey: Survey, answers: Sequence[Answers]) -> list[Answers]:
    """Return written answers as they are told again: ticks in the order of the survey, whole numbers as such."""
    result: list[Answers] = []
    for each in answers:
        known = dict(each)
        for item in survey.items:
            if item.type == "multi" and item.name in known:
                known[item.name] = tuple(value for value in item.values if value in known[item.name])
        result.append({name: value for name, value in known.items() if value is not None and value not in ((), {})})
    return result


def assert_told(survey: Survey, written: Sequence[Answers], responses: Responses, platform: str) -> None:
    """Assert that a file was read as its platform's, lost nothing, and says what was written."""
    assert [source.platform for source in responses.sources] == [platform]
    bad = responses.issues.query("effect in ('blanked', 'quarantined', 'superseded')")
    assert bad.empty, bad[["code", "item", "raw_value", "message_en"]].to_string()
    assert told(survey, responses) == canonical(survey, written)


def assert_round_trips(
    write: Callable[..., list[Answers]],
    platform: str,
    variants: Mapping[str, Mapping[str, Any]],
    variant: str,
    folder: Path,
) -> None:
    """Assert that what a writer writes is read back as it was: every survey in one of its variants, in turn."""
    place = list(variants).index(variant)
    for seed, survey, answers in surveys(25):
        if seed % len(variants) == place:
            path = folder / f"{seed}{('.csv', '.tsv', '.xlsx')[seed // len(variants) % 3]}"
            written = write(survey, answers, path, tag=survey.languages[-1], **variants[variant])
            assert_told(survey, written, cl.read_responses(path, survey), platform)
