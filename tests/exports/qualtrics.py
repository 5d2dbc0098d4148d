"""Writes Qualtrics exports: CSV, TSV, XLSX; three or two header rows; labels or numbers; several choices split or not.

Not written: an answer that nobody was shown is empty, one that was seen and skipped is -99 in exports of numbers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from closeloop.survey.survey import Survey
from exports.spelled import SCALES, Answers, asked, choices, numbers, plain, spread, write_table

Column = tuple[str, str, str]
_LEAD = (
    ("StartDate", "Start Date", "startDate"),
    ("Status", "Response Type", "status"),
    ("Progress", "Progress", "progress"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("UserLanguage", "User Language", "userLanguage"),
)
_GROUPS = ("Detractor", "Passive", "Promoter")


def write(
    survey: Survey,
    answers: Sequence[Answers],
    path: Path,
    *,
    labels: bool,
    tag: str = "en",
    header_rows: int = 3,
    joined: bool = False,
    seen: bool = False,
) -> list[Answers]:
    """Write answers and return them; `seen` writes -99 for what has no answer, `tag` is the language."""
    items = [item for item in survey.items if item.type != "note" and item.name != "respondent_id"]
    columns: list[Column] = list(_LEAD)
    for number, item in enumerate(items, start=1):
        columns += _columns(item, number, tag, joined=joined)
    rows = [[column[i] for column in columns] for i in range(2)]
    if header_rows == 3:
        rows.append([json.dumps({"ImportId": column[2]}) for column in columns])
    for place, given in enumerate(answers):
        row = ["2026-05-03 07:00:00", "IP Address" if labels else "0", "100", "True" if labels else "1"]
        row += [f"2026-05-03 07:{place:02d}:00", f"R_{place}abcdefghij", given.get("respondent_id", ""), tag.upper()]
        for item in items:
            cells = list(_cells(item, given, tag, labels=labels, joined=joined))
            empty = not any(cells) and seen and not labels
            row += ["-99"] * len(cells) if empty else cells
        rows.append(row)
    write_table(path, rows)
    return list(answers)


def _columns(item: Any, number: int, tag: str, *, joined: bool) -> Iterator[Column]:
    text, qid = asked(item, tag), f"QID{number}"
    name = f"Q{number}" if item.ask else item.name
    if item.type == "hidden":
        yield item.name, item.name, item.name
    elif item.type == "nps":
        yield f"{name}_NPS_GROUP", f"{text} - Group", f"{qid}_NPS_GROUP"
        yield name, text, qid
    elif item.type in ("single", "multi"):
        codes, texts = numbers(item), choices(item, tag)
        stem = f"{text} - Selected Choice" if getattr(item, "other", False) else text
        if item.type == "single" or joined:
            yield name, stem, qid
        else:
            for value, label in texts.items():
                yield f"{name}_{codes[value]}", f"{stem} - {label}", f"{qid}_{codes[value]}"
        if item.other:
            code = codes["other"]
            yield f"{name}_{code}_TEXT", f"{text} - {texts['other']} - Text", f"{qid}_{code}_TEXT"
    elif item.type in ("matrix", "ranking"):
        for k, part in enumerate(item.rows if item.type == "matrix" else item.options, start=1):
            yield f"{name}_{k}", f"{text} - {part.text[tag]}", f"{qid}_{k}"
    else:
        yield name, text, qid if item.type in SCALES or item.type == "yesno" else f"{qid}_TEXT"


def _cells(item: Any, given: Answers, tag: str, *, labels: bool, joined: bool) -> Iterator[str]:
    value = given.get(item.name)
    if item.type == "nps":
        group = None if value is None else (value > 6) + (value > 8)
        yield "" if group is None else _GROUPS[group] if labels else str(group + 1)
        yield "" if value is None else plain(item, value, tag, labels=labels)
    elif item.type in ("single", "multi"):
        spelled = choices(item, tag) if labels else numbers(item)
        chosen = () if value is None else (value,) if item.type == "single" else value
        if item.type == "single" or joined:
            yield ",".join(spelled[each] for each in spelled if each in chosen)
        else:
            yield from (spelled[each] if labels and each in chosen else "1" * (each in chosen) for each in spelled)
        if item.other:
            yield given.get(f"{item.name}__other_text", "")
    else:
        yield from spread(item, value, tag, labels=labels)
