"""Corrected quarantine rows, put back into the cells they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from closeloop.errors import ResponseValidationError
from closeloop.responses.assemble import Opened
from closeloop.responses.issues import NO_TEXT, IssueLog
from closeloop.responses.match import unique_name
from closeloop.responses.read import open_source
from closeloop.text import message

_OURS = ("source_file", "source_sha256", "source_sheet", "source_row", "problems")


def amended(opened: Sequence[Opened], fixed: Any) -> tuple[Opened, ...]:
    """Return the sources with the corrected cells in them; what stood there before is noted."""
    header, rows = _table(Path(fixed) if isinstance(fixed, str) else fixed)
    for name in ("source_file", "source_row"):
        if name not in header:
            raise ResponseValidationError(message("responses.amend_no_key", column=name))
    result = list(opened)
    for number, row in enumerate(rows, start=2):
        values = dict(zip(header, row, strict=True))
        place = next((i for i, o in enumerate(opened) if o.source.name == values["source_file"]), None)
        where = _row_of(result[place], values["source_row"]) if place is not None else None
        if place is None or where is None:
            raise ResponseValidationError(
                message("responses.amend_no_row", line=number, file=values["source_file"], row=values["source_row"])
            )
        result[place] = _patched(result[place], where, values)
    return tuple(result)


def _table(fixed: Any) -> tuple[list[str], list[list[str]]]:
    source = open_source(fixed)
    header = [name.strip() for name in source.head[0]]
    columns = [column.to_pylist() for column in source.cells(1).columns]
    return header, [list(row) for row in zip(*columns, strict=True)]


def _row_of(opened: Opened, written: str) -> int | None:
    if not written.strip().isdecimal():
        return None
    found = np.flatnonzero(opened.cells.source_rows == int(written))
    return int(found[0]) if found.size else None


def _patched(opened: Opened, row: int, values: dict[str, str]) -> Opened:
    names: dict[str, int] = dict.fromkeys(_OURS[:4], -1)
    for position, column in enumerate(opened.layout.columns):
        names[unique_name(column.header or f"column {position + 1}", names)] = position
    for position in range(len(opened.layout.columns), len(opened.cells.columns)):
        names[unique_name(f"column {position + 1}", names)] = position
    strangers = [name for name in values if name not in names and name not in _OURS]
    if strangers:
        raise ResponseValidationError(message("responses.amend_no_column", columns=", ".join(strangers)))
    changes: list[str | None] = [None] * len(opened.cells.columns)
    log = IssueLog(file=opened.source.name)
    for name, text in values.items():
        position = names.get(name, -1)
        if position < 0 or name in _OURS:
            continue
        before = opened.cells.columns[position][row].as_py()
        after = text[1:] if text[:1] == "'" and text[1:2] in tuple("=+-@") else text
        if after != before:
            changes[position] = after
            log.file_level(
                "info",
                "amended",
                message("responses.amended", column=name, before=before, after=after),
                raw=before,
                column=name,
                position=position,
                suggestion=NO_TEXT,
            )
    notes = tuple(replace(batch, rows=np.array([row])) for batch in log.batches)
    return replace(opened, cells=opened.cells.patched(row, changes), notes=(*opened.notes, *notes))
