"""Making a register from the files of an export: all of it, after all of it was checked, or nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from closeloop.errors import StoreError
from closeloop.followup.store.address import address_of
from closeloop.followup.store.batches import batches
from closeloop.followup.store.chain import START, digest_of, event_hash, heads_digest
from closeloop.followup.store.exchange.layout import FORMAT, KIND, MANIFEST, PARTS, values_of
from closeloop.followup.store.rebuild import MakeRows, rebuild_rows
from closeloop.followup.store.schema import CASE_HEAD, EVENT, JOURNAL, OUTBOX
from closeloop.followup.store.store import Store
from closeloop.followup.store.transaction import Writing
from closeloop.text import message
from closeloop.versioned import MARK

_EVENTS = "events.jsonl"


def import_register(
    folder: str | Path, url: str | Path, *, make_rows: MakeRows | None = None, timeout_s: float = 30.0
) -> dict[str, int]:
    """Make a new register from the files that `export_register` wrote.

    Parameters
    ----------
    folder : str or Path
    url : str or Path
        Where the register is to be; nothing may be in it yet.
    make_rows : callable, optional
        As for `Store.rebuild`; without it the tables of cases and due dates stay empty until they are rebuilt.
    timeout_s : float
        How long to wait for others who write.

    Returns
    -------
    dict
        File → how many lines were taken.

    Raises
    ------
    StoreError
        If a file is missing, cut off, or not what was written (it names the file and the line), or if there is
        something in the register already; nothing is imported then.
    """
    manifest = _checked(Path(folder))
    address = address_of(url)
    is_new = address.file is not None and not address.file.exists()
    try:
        with Store.open(url, timeout_s=timeout_s) as store, store.writing(alone=True) as tx:
            _take(tx, Path(folder), manifest, make_rows, str(address))
    except BaseException:
        if is_new and address.file is not None:
            for suffix in ("", "-wal", "-shm"):
                address.file.with_name(address.file.name + suffix).unlink(missing_ok=True)
        raise
    return {name: int(entry["rows"]) for name, entry in manifest["files"].items()}


def import_into(store: Store, folder: str | Path) -> None:
    """Take the files of an export into a register that is open, such as one in memory; it must be empty.

    Raises
    ------
    StoreError
        As `import_register`.
    """
    manifest = _checked(Path(folder))
    with store.writing(alone=True) as tx:
        _take(tx, Path(folder), manifest, None, str(store.address))


def _checked(folder: Path) -> dict[str, Any]:
    """Return what the manifest says, after every file was held against it."""
    manifest = _read_manifest(folder)
    for name in PARTS:
        _check_part(folder, name, manifest)
    return manifest


def _read_manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise StoreError(message("store.no_export", folder=folder, file=MANIFEST), file=str(path)) from error
    except (ValueError, RecursionError):
        raise StoreError(message("store.bad_line", file=path, line=1), file=str(path)) from None
    if not isinstance(content, dict) or content.get(MARK) != KIND or not isinstance(content.get("format"), int):
        raise StoreError(message("store.no_export", folder=folder, file=MANIFEST), file=str(path))
    found = content["format"]
    if found > FORMAT:
        text = message("store.newer_export", file=path, found=found, expected=FORMAT)
        raise StoreError(text, file=str(path), found=found, expected=FORMAT)
    if not isinstance(content.get("files"), dict) or set(content["files"]) != set(PARTS):
        raise StoreError(message("store.bad_line", file=path, line=1), file=str(path))
    return content


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    try:
        with path.open("rb") as stream:
            yield from enumerate(stream, 1)
    except OSError as error:
        raise StoreError(message("store.file_missing", file=path, reason=error.strerror), file=str(path)) from error


def _check_part(folder: Path, name: str, manifest: Mapping[str, Any]) -> None:
    """Go through one file before anything is written: every line, their number, their order, the chain."""
    path, table = folder / name, PARTS[name].table
    entry = manifest["files"][name]
    whole, n = hashlib.sha256(), 0
    chain = _Chain(path)
    for number, line in _lines(path):
        n = number
        whole.update(line)
        row = values_of(table, line.decode("utf-8", "replace")) if line.endswith(b"\n") else None
        if row is None:
            raise StoreError(message("store.bad_line", file=path, line=number), file=str(path))
        if name == _EVENTS:
            chain.take(row, number)
    if n != entry["rows"]:
        text = message("store.other_length", file=path, found=n, expected=entry["rows"])
        raise StoreError(text, file=str(path))
    if whole.hexdigest() != entry["sha256"]:
        raise StoreError(message("store.other_order", file=path), file=str(path))
    if name == _EVENTS and heads_digest(chain.heads()) != manifest["head_digest"]:
        raise StoreError(message("store.other_order", file=path), file=str(path))


class _Chain:
    """The chain of the events of a file, checked line by line."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._heads: dict[str, tuple[int, bytes]] = {}

    def take(self, row: Mapping[str, Any], number: int) -> None:
        """Take the next event, or refuse it."""
        seq, last = self._heads.get(row["case_id"], (0, START))
        sealed = row["sealed"]
        whole = (
            row["seq"] == seq + 1
            and row["prev_hash"] == last
            and row["hash"] == event_hash(row, last)
            and (sealed is None or digest_of(sealed) == row["sealed_digest"])
        )
        if not whole:
            text = message("store.bad_chain", file=self._path, line=number, case=row["case_id"], seq=row["seq"])
            raise StoreError(text, file=str(self._path))
        self._heads[row["case_id"]] = (row["seq"], row["hash"])

    def heads(self) -> Iterator[tuple[str, int, bytes]]:
        """Give the heads, ordered as in the register."""
        return ((case_id, *self._heads[case_id]) for case_id in sorted(self._heads))


def _take(tx: Writing, folder: Path, manifest: Mapping[str, Any], make_rows: MakeRows | None, shown: str) -> None:
    """Write everything in one transaction."""
    connection = tx.connection
    for part in PARTS.values():
        if connection.execute(sa.select(sa.literal(1)).select_from(part.table).limit(1)).first() is not None:
            raise StoreError(message("store.not_empty", file=shown), file=shown)
    for key, value in manifest["meta"].items():
        tx.put_meta(key, value)
    heads: dict[str, dict[str, Any]] = {}
    for name, part in PARTS.items():
        for batch in batches(_lines(folder / name)):
            rows = [values_of(part.table, line.decode()) or {} for _, line in batch]
            connection.execute(sa.insert(part.table), rows)
            if part.table is EVENT:
                for row in rows:
                    heads[row["case_id"]] = {"case_id": row["case_id"], "version": row["seq"], "hash": row["hash"]}
    for some in batches(heads.values()):
        connection.execute(sa.insert(CASE_HEAD), some)
    if connection.dialect.name == "postgresql":
        for table in (JOURNAL, OUTBOX):  # the numbers that the server gives go on behind those that came in
            connection.exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{table.name}', 'number'), "  # noqa: S608  # our own names
                f"(SELECT coalesce(max(number), 0) + 1 FROM {table.name}), false)"
            )
    if make_rows is not None:
        rebuild_rows(tx, make_rows)
