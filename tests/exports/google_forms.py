"""Writes Google Forms exports: one header row, several choices in one cell, what was written in place of "Other"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import Answers, asked, choices, plain, point, write_table

_STAMPS = {
    "en": ("Timestamp", "5/{day}/2026 19:{minute:02d}:50"),
    "zh-CN": ("时间戳记", "2026/5/{day} 下午7:{minute:02d}:50"),
    "zone": ("Timestamp", "2026/05/{day} 7:{minute:02d}:50 pm GMT-5"),
    "de": ("Zeitstempel", "{day}.05.2026 19:{minute:02d}:50"),
}


def write(
    survey: Survey,
    answers: Sequence[Answers],
    path: Path,
    *,
    labels: bool = True,
    tag: str = "en",
    separator: str = ", ",
    stamp: str = "",
) -> list[Answers]:
    """Write answers and return them; there is no export by number, so `labels` has to be true."""
    if not labels:
        raise ValueError("Google Forms exports no numbers")
    items = [item for item in survey.items if item.type != "note"]
    name, pattern = _STAMPS[stamp or tag]
    rows = [[name, *(head for item in items for head in _heads(item, tag))]]
    for place, given in enumerate(answers):
        row = [pattern.format(day=15 + place, minute=place)]
        for item in items:
            row += _cells(item, given, tag, separator)
        rows.append(row)
    write_table(path, rows)
    return list(answers)


def _heads(item: Any, tag: str) -> Iterator[str]:
    if item.type in ("matrix", "ranking"):
        parts = item.rows if item.type == "matrix" else item.options
        yield from (f"{asked(item, tag)}  [{part.text[tag]}]" for part in parts)
    else:
        yield asked(item, tag)


def _cells(item: Any, given: Answers, tag: str, separator: str) -> Iterator[str]:
    value = given.get(item.name)
    if item.type in ("single", "multi"):
        spelled = {**choices(item, tag), "other": given.get(f"{item.name}__other_text", "")}
        chosen = () if value is None else (value,) if item.type == "single" else value
        last = [each for each in ("other",) if each in chosen]
        order = [each for each in spelled if each in chosen and each != "other"]
        yield separator.join(spelled[each] for each in order + last)
    elif item.type == "matrix":
        cells = value or {}
        yield from (point(item, cells[r.value], tag, labels=True) if r.value in cells else "" for r in item.rows)
    elif item.type == "ranking":
        yield from (str(value.index(o.value) + 1) if value and o.value in value else "" for o in item.options)
    else:
        yield "" if value is None else plain(item, value, tag, labels=item.type == "yesno")
