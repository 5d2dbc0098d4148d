"""Write answers as an SPSS file: numbered codes with value labels, or the options' own values as text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import SCALES, Answers, asked, choices

_SKIPPED = -9


def sources(survey: Survey) -> dict[str, Any]:
    """Return which variable is which item or part of one."""
    return {target: {"column": name} for name, target, _ in _variables(survey)}


def _variables(survey: Survey) -> list[tuple[str, str, Any]]:
    found: list[tuple[str, str, Any]] = []
    items: list[Any] = [item for item in survey.items if item.type != "note"]
    for number, item in enumerate(items, start=1):
        if item.type == "multi":
            parts = list(item.values)
        elif item.type == "matrix":
            parts = [row.value for row in item.rows]
        else:
            parts = [option.value for option in item.options] if item.type == "ranking" else [""]
        for place, part in enumerate(parts, start=1):
            found.append((f"Q{number}_{place}" if part else f"Q{number}", f"{item.name}.{part}".rstrip("."), item))
        if getattr(item, "other", False):
            found.append((f"Q{number}_text", f"{item.name}.other_text", item))
    return found


def write(survey: Survey, answers: Sequence[Answers], path: Path, *, labels: bool) -> list[Answers]:
    """Write answers; return them as held: all.

    Parameters
    ----------
    labels : bool
        Choices as numbers that the file labels; else as texts.
    """
    import pandas as pd
    import pyreadstat

    tag = survey.languages[0]
    columns: dict[str, Any] = {"response_id": [f"c{number}" for number, _ in enumerate(answers, start=1)]}
    texts: dict[str, str] = {"response_id": ""}
    called: dict[str, dict[int | float, str]] = {}
    missing: dict[str, list[Any]] = {}
    for name, target, item in _variables(survey):
        part = target.removeprefix(item.name).removeprefix(".")
        texts[name] = asked(item, tag)[:250]
        if part == "other_text":
            columns[name] = [each.get(f"{item.name}__other_text", "") for each in answers]
            continue
        named = _named(item, tag) if labels else {}
        values = [_value(item, part, each.get(item.name), named, labels=labels) for each in answers]
        if labels and item.type == "nps":  # who did not answer has a code of his own, declared as missing
            values = [_SKIPPED if value is None else value for value in values]
            missing[name], named = [_SKIPPED], {**named, "": (_SKIPPED, "skipped")}
        if named:
            called[name] = dict(named.values())
        as_text = item.type in ("text", "comment", "hidden") or (not labels and _is_choice(item))
        columns[name] = ["" if v is None else v for v in values] if as_text else values
        if not as_text and item.type != "date":
            columns[name] = pd.Series(values, dtype="float64")
    frame = pd.DataFrame(columns)
    pyreadstat.write_sav(
        frame,
        str(path),
        column_labels=[texts[name] for name in frame.columns],
        variable_value_labels=called,
        missing_ranges=missing,
    )
    return list(answers)


def _is_choice(item: Any) -> bool:
    return item.type == "single" or (item.type == "matrix" and item.scale is None)


def _named(item: Any, tag: str) -> dict[Any, tuple[int, str]]:
    """Return each answer that the file labels, with its code and its label."""
    if item.type == "yesno":
        return {True: (1, "Yes"), False: (0, "No")}
    if item.type == "single":
        return {value: (n, label) for n, (value, label) in enumerate(choices(item, tag).items(), start=1)}
    if item.type == "matrix" and item.scale is None:
        return {column.value: (n, column.text[tag]) for n, column in enumerate(item.columns, start=1)}
    if item.type in SCALES:
        return {point: (point, label[tag]) for point, label in (item.labels or {}).items()}
    return {}


def _value(item: Any, part: str, value: Any, named: dict[Any, tuple[int, str]], *, labels: bool) -> Any:
    if value is None:
        return None
    if item.type == "multi":
        return int(part in value)
    if item.type == "ranking":
        return value.index(part) + 1 if part in value else None
    if item.type == "matrix":
        value = value.get(part)
    if value in named and item.type not in SCALES:
        return named[value][0]
    return int(value) if item.type == "yesno" or (labels and item.scale is not None and value is not None) else value
