"""Responses as files that people and programs can open."""

from __future__ import annotations

import codecs
import json
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.responses.export_sav import check_sav, write_sav
from closeloop.responses.export_xlsx import write_xlsx
from closeloop.responses.source import Cells, encode
from closeloop.survey.whole_file import not_written
from closeloop.text import message
from closeloop.versioned import check_target

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses

_FORMULA = re.compile(r"'*[=+\-@＝＋－＠\t\r\n]")
_NUMBER = re.compile(r"[+-]?[\d.,]+%?")
_TABLES = ("accepted", "quarantined", "superseded", "issues", "columns")
FORMATS = ("csv", "parquet", "xlsx", "sav")
"""What `write_responses` can write."""
_OURS = frozenset({"response_id", "answered_at_utc", "source_file", "source_row"})


def write_responses(responses: Responses, folder: Path, formats: Sequence[str], tag: str | None = None) -> Path:
    """Write the tables of responses into a folder and return it.

    All files are written aside first and put in place when all are complete, so that a failure leaves the folder as it
    was: never half a file, never a table beside the issues of another import.

    Raises
    ------
    ValueError
        If a format is unknown.
    StoreError
        If the folder cannot be written to, or the disk is full.
    """
    wanted = [formats] if isinstance(formats, str) else list(formats)
    unknown = [name for name in wanted if name not in FORMATS]
    if unknown:
        raise ValueError(message("survey_codebook.formats_unknown", found=unknown[0], known=", ".join(FORMATS)))
    if "sav" in wanted:
        check_sav()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _files(wanted):
            check_target(folder / name)
        with tempfile.TemporaryDirectory(dir=folder, prefix=".closeloop-") as aside:
            parts = Path(aside)
            _write_parts(responses, parts, wanted, tag)
            for part in sorted(parts.iterdir()):
                part.replace(folder / part.name)
    except OSError as error:
        raise not_written(folder, error) from error
    return folder


def _files(formats: Sequence[str]) -> list[str]:
    named = {
        "csv": [f"{name}.csv" for name in _TABLES],
        "parquet": ["accepted.parquet"],
        "xlsx": ["responses.xlsx"],
        "sav": ["accepted.sav"],
    }
    return [*(name for each in formats for name in named[each]), "ledger.json"]


def _write_parts(responses: Responses, parts: Path, formats: Sequence[str], tag: str | None) -> None:
    record = {"ledger": responses.ledger, "sources": [{"name": s.name, "sha256": s.sha256} for s in responses.sources]}
    if "parquet" in formats:
        responses.accepted.to_parquet(parts / "accepted.parquet", index=False)
    if "csv" in formats:
        for name in _TABLES:
            write_csv(getattr(responses, name), parts / f"{name}.csv")
    if "xlsx" in formats:
        write_xlsx({name: getattr(responses, name) for name in _TABLES}, parts / "responses.xlsx")
    if "sav" in formats:
        write_sav(responses, parts / "accepted.sav", tag)
    (parts / "ledger.json").write_text(json.dumps(record, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV for people: UTF-8 with a byte-order mark, no text that a spreadsheet would run."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    table = pa.Table.from_pandas(frame, preserve_index=False)
    columns = [for_people(column) for column in table.columns]
    with path.open("wb") as stream:
        stream.write(codecs.BOM_UTF8)
        pacsv.write_csv(pa.table(columns, names=[defused(name) for name in table.column_names]), stream)


def for_people(column: Any, whole_seconds: bool | None = None) -> Any:
    """Return an Arrow column as it is written: texts defused, each distinct one once; whole seconds as such.

    Of a part of a column of times, `whole_seconds` says whether the whole of it has no parts of a second.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_timestamp(kind):
        whole = column.cast(pa.timestamp("s", kind.tz), safe=False)
        if whole_seconds is not None:
            return whole if whole_seconds else column
        return whole if pc.all(pc.equal(whole.cast(kind), column)).as_py() is not False else column
    if not (pa.types.is_dictionary(kind) or pa.types.is_string(kind) or pa.types.is_large_string(kind)):
        return column
    coded = (column if pa.types.is_dictionary(kind) else column.dictionary_encode()).unify_dictionaries()
    chunks = [
        pa.array([defused(str(text)) for text in chunk.dictionary.to_pylist()], pa.large_string()).take(chunk.indices)
        for chunk in coded.chunks
    ]
    return pa.chunked_array(chunks, pa.large_string())


def defused(text: str) -> str:
    """Return a text that no spreadsheet program runs as a formula; numbers stay as they are.

    Examples
    --------
    >>> defused("=1+1"), defused("-99"), defused("ok")
    ("'=1+1", '-99', 'ok')
    """
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def undone(text: str) -> str:
    """Return a text as it was before `defused`.

    Examples
    --------
    >>> [undone(defused(text)) for text in ("=1+1", "'=1+1", "'tis", "-99")]
    ['=1+1', "'=1+1", "'tis", '-99']
    """
    return text[1:] if text[:1] == "'" and defused(text[1:]) == text else text


def written_back(cells: Cells, header: Sequence[str]) -> Cells:
    """Return the cells of a file that `write_responses` made without its apostrophes; those of another as they are."""
    import pyarrow as pa

    if not _OURS.issubset(name.strip() for name in header):
        return cells
    columns = []
    for column in cells.columns:
        texts = column.dictionary.to_pylist()
        plain = [undone(text) for text in texts]
        columns.append(column if plain == texts else encode(pa.array(plain, pa.string()).take(column.indices)))
    return replace(cells, columns=tuple(columns))
