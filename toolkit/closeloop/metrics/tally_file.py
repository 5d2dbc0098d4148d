"""Tallies as files: Parquet, one row per cell, all or nothing; and folders with a file for each part."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import pyarrow.parquet as pq

from closeloop.errors import StoreError
from closeloop.metrics.breakdowns import kept_cuts
from closeloop.metrics.counting import AnyTally, question
from closeloop.metrics.tally import Tally
from closeloop.metrics.tally_cells import cells_table, tallies_of_cells
from closeloop.metrics.tally_head import FORMAT, KIND, head_of, stated, table_heads
from closeloop.metrics.tally_parts import sum_parts
from closeloop.text import message
from closeloop.versioned import MARK, write_whole

SUFFIX = ".tally.parquet"
"""How the files of a folder of parts end."""

_SHOWN = 5


def load_tally(path: str | Path) -> Tally:
    """Return a tally that was saved, or the sum of a folder of them.

    Parameters
    ----------
    path : str or Path
        A file; or a folder, of which every ``*.tally.parquet`` is read.

    Returns
    -------
    Tally

    Raises
    ------
    StoreError
        If there is no such file, or it is not a tally's, cut off, or of a newer version.
    ValueError
        If files of a folder hold the same part, or were not counted in the same way.

    Examples
    --------
    >>> import closeloop as cl, tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for day in ("2026-11-23", "2026-11-24"):
    ...         answers = {"recommend": [9, 10, 3] * 10}
    ...         saved = cl.tally(answers, cl.Nps("recommend"), part=day).save(folder)
    ...     cl.load_tally(folder)
    <Tally: 60 rows in 2 parts, counted for nps: 3 cells.>
    """
    source = Path(path)
    if not source.is_dir():
        return _read_file(source)
    files = sorted(source.glob(f"*{SUFFIX}"))
    if not files:
        raise StoreError(message("tally.empty_folder", folder=source, suffix=SUFFIX))
    return sum_parts([_read_file(file) for file in files])


def save_tally(tally: Tally, path: Path) -> Path:
    """Write a tally to a file, or as a part to a folder; see `Tally.save`."""
    target = path
    if path.is_dir():
        if len(tally.parts) != 1:
            raise ValueError(message("tally.folder_of_parts", folder=path, count=len(tally.parts)))
        target = path / f"{quote(next(iter(tally.parts)), safe=' #')}{SUFFIX}"
    elif path.is_file():
        lost = [name for name in _read_file(path).parts if name not in tally.parts]
        if lost:
            shown = ", ".join(f"“{name}”" for name in lost[:_SHOWN])
            raise StoreError(message("tally.would_lose", file=path, count=len(lost), parts=shown))
    tables: list[AnyTally] = [*tally.tables.values(), *tally.bases.values(), *tally.drawn]
    head = json.dumps(head_of(tally, tables), ensure_ascii=False, allow_nan=False)
    stream = io.BytesIO()
    pq.write_table(cells_table(tables).replace_schema_metadata({MARK: head}), stream, compression="zstd")
    return write_whole(stream.getvalue(), target)


def _read_file(file: Path) -> Tally:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise StoreError(message("versioned.not_read", file=file, reason=error.strerror or error)) from error
    try:
        cells = pq.read_table(pa.BufferReader(content))
        head: dict[str, Any] = json.loads((cells.schema.metadata or {})[MARK.encode()])
    except (pa.ArrowException, OSError, KeyError, ValueError) as error:
        raise StoreError(message("tally.not_ours", file=file, reason=error)) from error
    found = head.get("format")
    if head.get(MARK) != KIND or not isinstance(found, int):
        raise StoreError(message("tally.not_ours", file=file, reason=found))
    if found > FORMAT:
        raise StoreError(
            message("versioned.newer", file=file, kind=KIND, found=found, known=FORMAT),
            file=str(file), found=found, expected=FORMAT,
        )  # fmt: skip
    try:
        return _assembled(head, cells)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise StoreError(message("tally.not_ours", file=file, reason=error)) from error


def _assembled(head: dict[str, Any], cells: pa.Table) -> Tally:
    said = stated(head)
    tables = list(tallies_of_cells(cells, table_heads(head)))
    asked = dict.fromkeys(question(spec) for spec in said["metrics"])
    keys = [(what, cut) for what in asked for cut in kept_cuts(said["cuts"])]
    raked = said["design"] is not None and said["design"].margins
    first = tables[: len(keys)]
    bases = tables[len(keys) : 2 * len(keys)] if raked else []
    drawn: Any = tuple(tables[len(first) + len(bases) :])
    return Tally(
        **said,
        tables=dict(zip(keys, first, strict=True)),
        bases=dict(zip(keys, bases, strict=True)) if raked else {},
        drawn=drawn,
    )
