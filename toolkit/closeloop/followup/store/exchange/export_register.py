"""Writing the whole register into a folder."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from closeloop import __version__
from closeloop.followup.store.chain import heads_digest
from closeloop.followup.store.exchange.folder import written_whole
from closeloop.followup.store.exchange.layout import FORMAT, KIND, MANIFEST, PARTS, Part, line_of
from closeloop.followup.store.exchange.people import write_tables
from closeloop.followup.store.schema import META
from closeloop.followup.store.store import Store
from closeloop.followup.store.transaction import Reading
from closeloop.versioned import MARK


def export_register(store: Store, folder: str | Path, *, at: dt.datetime | None = None) -> Path:
    """Write the whole register as JSON lines, from which it can be made again, and as tables for people.

    Private text is in it as it is in the register: sealed. The key file is not; who has both can read it.

    Parameters
    ----------
    store : Store
    folder : str or Path
        A new or empty folder, or that of an earlier export, which is replaced.
    at : datetime, optional
        When, for the manifest; now.

    Returns
    -------
    Path
        The folder. It is complete or not there, even if the program is killed.

    Raises
    ------
    StoreError
        If it cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place, Store.open(":memory:") as store:
    ...     sorted(path.name for path in export_register(store, Path(place, "export")).glob("*.csv"))
    ['cases.csv', 'promises.csv', 'responses.csv', 'tasks.csv']
    """
    target = Path(folder)
    with store.reading() as tx, written_whole(target) as aside:
        files = {name: _write_part(tx, part, aside / name) for name, part in PARTS.items()}
        write_tables(tx, aside)
        manifest = {
            MARK: KIND,
            "format": FORMAT,
            "version": __version__,
            "exported_at": (at or dt.datetime.now(dt.UTC)).isoformat(),
            "head_digest": heads_digest(tx.heads()),
            "meta": {row.key: row.value for row in tx.connection.execute(sa.select(META).order_by(META.c.key))},
            "files": files,
        }
        text = json.dumps(manifest, ensure_ascii=False, indent=1) + "\n"
        (aside / MANIFEST).write_text(text, encoding="utf-8", newline="\n")
    return target


def _write_part(tx: Reading, part: Part, path: Path) -> dict[str, Any]:
    """Write one file; return how many lines it has and the digest of the whole."""
    whole, n = hashlib.sha256(), 0
    with path.open("wb") as stream:
        for row in tx.stream(part.ordered()).mappings():
            line = (line_of(part.table, dict(row)) + "\n").encode()
            whole.update(line)
            stream.write(line)
            n += 1
    return {"rows": n, "sha256": whole.hexdigest()}
