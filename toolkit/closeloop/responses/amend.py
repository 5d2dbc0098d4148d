"""Corrected quarantine rows, put back into the cells they came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from closeloop.errors import ResponseValidationError
from closeloop.responses.issues import IssueLog
from closeloop.responses.long import relaid
from closeloop.responses.match import unique_name
from closeloop.responses.opened import Opened
from closeloop.responses.read import open_source
from closeloop.responses.source import Source
from closeloop.responses.write import defused
from closeloop.text import message

PROBLEMS = "problems"
"""The column of `Responses.quarantined` that says why; numbered where the source has one of that name."""
_OURS = ("source_file", "source_sha256", "source_sheet", "source_row", PROBLEMS)


def amended(opened: Sequence[Opened], fixed: Any) -> tuple[Opened, ...]:
    """Return the sources with the corrected cells in them; what stood there before is noted."""
    result = [each.lines or each for each in opened]  # people correct the lines of a long table, not what they make
    source, doubtful = _reopened(result, Path(fixed) if isinstance(fixed, str) else fixed)
    header = source.head[0]
    for name in ("source_file", "source_row"):
        if name not in header:
            raise ResponseValidationError(message("responses.amend_no_key", column=name))
    cells = source.cells(1)
    header = [*header, *(f"column {place + 1}" for place in range(len(header), len(cells.columns)))]
    everywhere = {name for each in result for name in _columns(each)}
    ours = {*_OURS, unique_name(PROBLEMS, dict.fromkeys(everywhere))} - ({PROBLEMS} & everywhere)
    for number, *row in zip(cells.source_rows, *(column.to_pylist() for column in cells.columns), strict=True):
        values = dict(zip(header, row, strict=True))
        found = _find(result, values)
        if found is None:
            raise ResponseValidationError(
                message("responses.amend_no_row", line=number, file=values["source_file"], row=values["source_row"])
            )
        place, where = found
        other = {
            name for name, text in values.items() if not text.strip() and {*_meant(name), name.strip()} & everywhere
        }
        result[place] = _patched(result[place], where, values, other, ours)
    if doubtful:
        log = IssueLog(file=result[0].source.name)
        log.file_level(
            "warning",
            "encoding_guessed",
            source.facts.encoding_reason,
            raw=source.facts.encoding,
            suggestion=message("responses.remedy_encoding"),
        )
        result[0] = replace(result[0], notes=(*result[0].notes, *log.batches))
    return tuple(relaid(before, lines) for before, lines in zip(opened, result, strict=True))


def _reopened(opened: Sequence[Opened], fixed: Any) -> tuple[Source, bool]:
    """Open the corrected file, and say whether its encoding is in doubt.

    Spreadsheet programs save in the encoding of the machine. Where that is a guess, the cells nobody touched tell:
    the right encoding gives back what the sources hold.
    """
    source = open_source(fixed)
    if not source.guessed_encoding:
        return source, False
    known = {text for each in opened for column in each.cells.columns for text in column.dictionary.to_pylist()}
    known |= {column.header.strip() for each in opened for column in each.layout.columns}
    strange = _strange(source, known)
    try:
        chinese = open_source(fixed, "gb18030")
    except ResponseValidationError:
        return source, strange > 0
    return (chinese, False) if _strange(chinese, known) < strange else (source, strange > 0)


def _strange(source: Source, known: set[str]) -> int:
    """Return how many cells and headers beyond ASCII are in none of the sources."""
    columns = [c for c, name in zip(source.cells(1).columns, source.head[0], strict=False) if name not in _OURS]
    texts = [*source.head[0], *(text for column in columns for text in column.dictionary.to_pylist())]
    return sum(not text.isascii() and not any(m in known or m.strip() in known for m in _meant(text)) for text in texts)


def _find(opened: Sequence[Opened], values: Mapping[str, str]) -> tuple[int, int] | None:
    """Return which source and which of its rows is meant; the hash tells two files of one name apart."""
    written = values["source_row"].strip()
    if not written.isdecimal():
        return None
    digest = values.get("source_sha256", "").strip()
    for place, each in enumerate(opened):
        if each.source.name in _meant(values["source_file"]) and digest in ("", each.source.sha256):
            found = np.flatnonzero(each.cells.source_rows == int(written))
            return (place, int(found[0])) if found.size else None
    return None


def _meant(text: str) -> tuple[str, ...]:
    """Return what a text of the corrected file may have been in the source: itself, or without `write`'s apostrophe."""
    return (text, text[1:]) if text[:1] == "'" and defused(text[1:]) == text else (text,)


def _patched(opened: Opened, row: int, values: Mapping[str, str], other: set[str], ours: set[str]) -> Opened:
    """Return a source with the cells of one row as corrected; as it was if nothing was.

    `other` are empty cells of columns that some source has: where this one lacks them, they are another file's.
    """
    places = _places(opened, values, other | ours, ours)
    changes: list[str | None] = [None] * len(opened.cells.columns)
    log = IssueLog(file=opened.source.name)
    for name, position in places.items():
        before, text = opened.cells.columns[position][row].as_py(), values[name]
        if before in _meant(text) or text == _saved_again(before):
            continue
        changes[position] = after = _meant(text)[-1]
        log.file_level(
            "info",
            "amended",
            message("responses.amended", column=name, before=before, after=after),
            raw=before,
            column=name,
            position=position,
        )
    if not log.batches:
        return opened
    notes = tuple(replace(batch, rows=np.array([row])) for batch in log.batches)
    cells = opened.cells.patched(row, changes)
    beyond = cells.columns[len(opened.layout.columns) :]
    if any(column[row].as_py().strip() for column in beyond):  # still longer than the header
        cells = replace(cells, faults=opened.cells.faults)
    return replace(opened, cells=cells, notes=(*opened.notes, *notes))


def _places(opened: Opened, values: Mapping[str, str], known_else: set[str], ours: set[str]) -> dict[str, int]:
    """Return where each column of the corrected file stands in the source; spaces around a name may have been lost."""
    names = _columns(opened)
    known = {name.strip(): place for name, place in names.items()} | names
    found = {name: known[m] for name in values for m in (*_meant(name), name.strip()) if m in known}
    strangers = [name for name in values if name not in found and name not in known_else]
    if strangers:
        raise ResponseValidationError(message("responses.amend_no_column", columns=", ".join(strangers)))
    return {name: place for name, place in found.items() if name not in ours}


def _columns(opened: Opened) -> dict[str, int]:
    """Return the columns of a source as `Responses.raw` names them, with their places."""
    names: dict[str, int] = dict.fromkeys(_OURS[:4], -1)
    for position in range(len(opened.cells.columns)):
        header = opened.layout.columns[position].header if position < len(opened.layout.columns) else ""
        names[unique_name(header or f"column {position + 1}", names)] = position
    return {name: place for name, place in names.items() if place >= 0}


def _saved_again(text: str) -> str:
    """Return a text as a spreadsheet program gives it back: its line breaks as line feeds."""
    return text.replace("\r\n", "\n").replace("\r", "\n")
