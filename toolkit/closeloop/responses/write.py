"""Responses as files that people and programs can open."""

from __future__ import annotations

import codecs
import json
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.versioned import check_target

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.responses.responses import Responses

_FORMULA = re.compile(r"[=+\-@＝＋－＠\t\r\n]")
_NUMBER = re.compile(r"[+-]?[\d.,]+%?")
_TABLES = ("accepted", "quarantined", "superseded", "issues", "columns")
_FILES = ("accepted.parquet", *(f"{name}.csv" for name in _TABLES), "ledger.json")


def write_responses(responses: Responses, folder: Path) -> Path:
    """Write the tables of responses into a folder and return it.

    All files are written aside first and put in place when all are complete, so that a failure leaves the folder as it
    was: never half a file, never a table beside the issues of another import.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        check_target(folder / name)
    record = {"ledger": responses.ledger, "sources": [{"name": s.name, "sha256": s.sha256} for s in responses.sources]}
    with tempfile.TemporaryDirectory(dir=folder, prefix=".closeloop-") as aside:
        parts = Path(aside)
        responses.accepted.to_parquet(parts / "accepted.parquet", index=False)
        for name in _TABLES:
            write_csv(getattr(responses, name), parts / f"{name}.csv")
        text = json.dumps(record, ensure_ascii=False, indent=1) + "\n"
        (parts / "ledger.json").write_text(text, encoding="utf-8")
        for part in sorted(parts.iterdir()):
            part.replace(folder / part.name)
    return folder


def write_csv(frame: pd.DataFrame, path: Path) -> None:
    """Write a frame as CSV for people: UTF-8 with a byte-order mark, no text that a spreadsheet would run."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    table = pa.Table.from_pandas(frame, preserve_index=False)
    columns = [_for_people(column) for column in table.columns]
    with path.open("wb") as stream:
        stream.write(codecs.BOM_UTF8)
        pacsv.write_csv(pa.table(columns, names=[defused(name) for name in table.column_names]), stream)


def _for_people(column: Any) -> Any:
    """Return an Arrow column as it is written: texts defused, each distinct one once; whole seconds as such."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_timestamp(kind):
        whole = column.cast(pa.timestamp("s", kind.tz), safe=False)
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
