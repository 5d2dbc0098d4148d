"""Writes Typeform exports, old or new: one header row, several choices headed by the option alone, yes as 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import Answers, asked, choices, plain, point, write_table

_NEW = ("Response Type", "Start Date (UTC)", "Stage Date (UTC)", "Submit Date (UTC)", "Network ID", "Tags", "Ending")
_OLD = ("Start Date (UTC)", "Submit Date (UTC)", "Network ID")


def write(
    survey: Survey, answers: Sequence[Answers], path: Path, *, labels: bool = True, tag: str = "en", new: bool = True
) -> list[Answers]:
    """Write answers and return them; there is no export by number, so `labels` has to be true."""
    if not labels:
        raise ValueError("Typeform exports no numbers")
    hidden = [item for item in survey.items if item.type == "hidden"]
    items = [item for item in survey.items if item.type not in ("note", "hidden")]
    behind = _NEW if new else _OLD
    rows = [["#", *(item.name for item in hidden), *(h for item in items for h in _heads(item, tag)), *behind]]
    for place, given in enumerate(answers):
        row = [f"token{place:028d}", *(given.get(item.name, "") for item in hidden)]
        for item in items:
            row += _cells(item, given, tag)
        start, end = "2026-05-02 23:00:00", f"2026-05-02 23:{place:02d}:30"
        row += ["completed", start, "", end, "5f57f20d14", "", ""] if new else [start, end, "5f57f20d14"]
        rows.append(row)
    write_table(path, rows)
    return list(answers)


def _heads(item: Any, tag: str) -> Iterator[str]:
    if item.type == "multi":
        yield from (label for value, label in choices(item, tag).items() if value != "other")
    elif item.type == "matrix":
        yield from (f"{asked(item, tag)} - {row.text[tag]}" for row in item.rows)
    else:
        yield asked(item, tag)
    if getattr(item, "other", False):
        yield "其他" if tag == "zh-CN" else "Other"


def _cells(item: Any, given: Answers, tag: str) -> Iterator[str]:
    value = given.get(item.name)
    if item.type in ("single", "multi", "ranking"):
        spelled = choices(item, tag)
        if item.type == "multi":
            yield from (label if each in (value or ()) else "" for each, label in spelled.items() if each != "other")
        elif item.type == "ranking":
            yield ", ".join(spelled[each] for each in value or ())
        else:
            yield "" if value in (None, "other") else spelled[value]
        if getattr(item, "other", False):
            yield given.get(f"{item.name}__other_text", "")
    elif item.type == "matrix":
        cells = value or {}
        yield from (point(item, cells[r.value], tag, labels=True) if r.value in cells else "" for r in item.rows)
    elif item.type == "yesno":
        yield "" if value is None else str(int(value))
    else:
        yield "" if value is None else plain(item, value, tag, labels=False)
