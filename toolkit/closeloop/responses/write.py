"""Responses as files that people and programs can open."""

from __future__ import annotations

import csv
import json
import os
import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses

_FORMULA = re.compile(r"[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?[\d.,]+%?")


def write_responses(responses: Responses, folder: Path) -> Path:
    """Write the tables of responses into a folder and return it."""
    folder.mkdir(parents=True, exist_ok=True)
    _whole(folder / "accepted.parquet", lambda path: responses.accepted.to_parquet(path, index=False))
    for name in ("accepted", "quarantined", "superseded", "issues", "columns"):
        _whole(folder / f"{name}.csv", partial(write_csv, getattr(responses, name)))
    record = {"ledger": responses.ledger, "sources": [{"name": s.name, "sha256": s.sha256} for s in responses.sources]}
    text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
    _whole(folder / "ledger.json", lambda path: path.write_text(text, "utf-8"))
    return folder


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV for people: UTF-8 with a byte-order mark, no text that a spreadsheet would run."""
    safe = frame.copy(deep=False)
    for name in safe.columns:
        column = safe[name]
        if column.dtype.kind in "OUT" or str(column.dtype) in ("str", "category") or "dictionary" in str(column.dtype):
            safe[name] = column.astype("str").map(defused, na_action="ignore")
    safe.to_csv(path, index=False, encoding="utf-8-sig", quoting=csv.QUOTE_MINIMAL, lineterminator="\r\n")


def defused(text: str) -> str:
    """Return a text that no spreadsheet program runs as a formula; numbers stay as they are.

    Examples
    --------
    >>> defused("=1+1"), defused("-99"), defused("ok")
    ("'=1+1", '-99', 'ok')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def _whole(path: Path, write: Callable[[Path], object]) -> None:
    """Write beside the file and put it in place when it is complete, so that a killed process leaves no half of it."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    os.close(handle)
    part = Path(name)
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
