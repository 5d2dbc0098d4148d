"""Write answers as LimeSurvey exports them."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import SCALES, Answers, asked, choices, plain, point, write_table

_YES_NO = {"en": ("Yes", "No"), "zh-CN": ("是", "否")}


def code(item: Any) -> str:
    """Return a question code: LimeSurvey has no underscore in it."""
    return str(item.name.replace("_", ""))


def sources(survey: Survey) -> dict[str, Any]:
    """Return what the survey says about codes: which are which question, which option, which row."""
    return {item.name: _source(item) for item in survey.items if item.type != "note"}


def _source(item: Any) -> dict[str, Any]:
    source: dict[str, Any] = {"column": code(item)}
    options = {c: value for value, c in _answer_codes(item).items()} | {c: value for value, c in _parts(item).items()}
    return source | ({"options": options} if options else {})


def _answer_codes(item: Any) -> dict[str, str]:
    if item.type == "matrix":
        return {column.value: f"A{n}" for n, column in enumerate(item.columns or (), start=1)}
    if item.type not in ("single", "ranking"):
        return {}
    return {value: f"A{n}" for n, value in enumerate((v for v in item.values if v != "other"), start=1)}


def _parts(item: Any) -> dict[str, str]:
    values = [r.value for r in item.rows] if item.type == "matrix" else item.values if item.type == "multi" else ()
    return {value: f"SQ{n:03}" for n, value in enumerate((v for v in values if v != "other"), start=1)}


def write(
    survey: Survey,
    answers: Sequence[Answers],
    path: Path,
    *,
    labels: bool,
    headings: str = "code",
    numbers: bool = False,
) -> list[Answers]:
    """Write answers; return them as held: all.

    Parameters
    ----------
    labels : bool
        Answers in full; else as codes.
    headings : str
        ``"code"``, ``"full"`` or ``"both"``.
    numbers : bool
        Y and N as 1 and 2.
    """
    tag = survey.languages[0]
    items = [item for item in survey.items if item.type != "note" and item.name != "respondent_id"]
    own = ["id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp"]
    called = ["Response ID", "Date submitted", "Last page", "Start language", "Seed", "Access code", "Date started"]
    headers = own if headings == "code" else [*called, "Date last action"]
    if headings == "both":
        headers = [f"{short}. {long}" for short, long in zip(own, [*called, "Date last action"], strict=True)]
    headers = headers + [_heading(item, *pair, tag, headings) for item in items for pair in _columns(item, tag)]
    rows = []
    for number, each in enumerate(answers, start=1):
        done = f"2026-05-{number:02} 12:01:00"
        lead = [str(number), done, "3", "en", "12345", str(each.get("respondent_id", "")), done, done]
        cells = [cell for item in items for cell in _cells(item, each, tag, labels=labels, numbers=numbers)]
        short = {"Y": "1", "N": "2"} if numbers and not labels else {}
        rows.append([*lead, *(short.get(cell, cell) for cell in cells), "61.5"])
    table = [[*headers, "interviewtime" if headings == "code" else "Total time"], *rows]
    if path.suffix == ".xlsx":
        write_table(path, table)
    else:
        with path.open("w", encoding="utf-8-sig", newline="") as stream:
            csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL).writerows(table)
            stream.write("\r\n")
    return list(answers)


def _columns(item: Any, tag: str) -> list[tuple[str, str]]:
    """Return the part of each column of a question, as a code and as a text; empty for the whole of it."""
    if item.type == "ranking":
        return [(str(n), f"Rank {n}") for n in range(1, len(item.options) + 1)]
    texts = {r.value: r.text[tag] for r in item.rows} if item.type == "matrix" else {}
    texts |= choices(item, tag) if item.type == "multi" else {}
    columns = [(c, texts[value]) for value, c in _parts(item).items()] or [("", "")]
    return [*columns, ("other", "Other")] if getattr(item, "other", False) else columns


def _heading(item: Any, part: str, text: str, tag: str, headings: str) -> str:
    short = f"{code(item)}[{part}]" if part else code(item)
    full = f"{asked(item, tag)} [{text}]" if text else asked(item, tag)
    return {"code": short, "full": full, "both": f"{short}. {full}"}[headings]


def _cells(item: Any, answers: Answers, tag: str, *, labels: bool, numbers: bool) -> list[str]:
    value = answers.get(item.name)
    yes, no = _YES_NO[tag] if labels else ("Y", "N")
    written = [str(answers.get(f"{item.name}__other_text", ""))] if getattr(item, "other", False) else []
    if item.type == "multi":
        blank = "N/A" if labels else ""
        unticked = no if labels or numbers else ""
        ticks = [blank if value is None else yes if v in value else unticked for v in _parts(item)]
        return [*ticks, *([written[0] or ("x" if value and "other" in value else "")] if item.other else [])]
    if item.type == "matrix":
        return [_matrix_cell(item, (value or {}).get(row.value), tag, labels=labels) for row in item.rows]
    if item.type == "ranking":
        named = choices(item, tag) if labels else _answer_codes(item)
        return [named[v] for v in value or ()] + [""] * (len(item.options) - len(value or ()))
    if item.type == "yesno":
        return [("N/A" if labels else "") if value is None else yes if value else no]
    if value is None:
        return ["", *written]
    if item.type == "single":
        if value == "other":
            return ["Other" if labels else "-oth-", *written]
        return [choices(item, tag)[value] if labels else _answer_codes(item)[value], *written]
    if item.type == "date":
        return [f"{value} 00:00:00"]
    return [plain(item, value, tag, labels=labels and item.type in SCALES)]


def _matrix_cell(item: Any, value: Any, tag: str, *, labels: bool) -> str:
    if value is None:
        return ""
    if labels or item.scale is not None:
        return str(point(item, value, tag, labels=labels))
    return _answer_codes(item)[value]
