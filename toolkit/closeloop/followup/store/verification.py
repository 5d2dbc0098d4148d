"""Whether a register is what was written: the chain of every case, its head, and the tables made of the events."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from closeloop.followup.store.chain import HASHED, START, digest_of, hash_of, heads_digest
from closeloop.followup.store.rebuild import MakeRows, differences
from closeloop.followup.store.schema import CASE_HEAD, CASE_ROW, DUE, EVENT
from closeloop.followup.store.transaction import Reading
from closeloop.text import LocalText, message


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A place where a register is not what was written.

    Attributes
    ----------
    case_id : str
        Empty if it concerns the file as a whole.
    seq : int
        Number of the event; 0 if it concerns the case as a whole.
    what : LocalText
    """

    case_id: str
    seq: int
    what: LocalText

    def __str__(self) -> str:
        return str(message("store.break", case=self.case_id or "–", seq=self.seq or "–", what=self.what))


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    """What was found in a register. It is tamper-evident: what was changed shows, unless all was made anew.

    To know that not all was made anew, compare `digest` with the one that was printed at the time.

    Attributes
    ----------
    n_cases, n_events : int
    digest : str
        Of the heads of all cases.
    breaks : tuple of Break
        The first of each case.
    has_rebuilt : bool
        Whether the tables of cases were compared with what the events make.
    """

    n_cases: int
    n_events: int
    digest: str
    breaks: tuple[Break, ...]
    has_rebuilt: bool = False

    @property
    def is_intact(self) -> bool:
        """Whether nothing was found."""
        return not self.breaks

    @property
    def first(self) -> Break | None:
        """The first place that is not as it was written."""
        return self.breaks[0] if self.breaks else None

    @property
    def sentence(self) -> LocalText:
        """What was found, in a sentence or two."""
        figures = {"cases": f"{self.n_cases:,}", "events": f"{self.n_events:,}", "digest": self.digest}
        if self.first is None:
            return message("store.intact", **figures)
        where = message("store.break", case=self.first.case_id or "–", seq=self.first.seq or "–", what=self.first.what)
        return message("store.broken", **figures, n=len(self.breaks), first=where)

    def __str__(self) -> str:
        return str(self.sentence)


def verify_register(tx: Reading, make_rows: MakeRows | None = None) -> Verification:
    """Go through every event and compare; see `Store.verify`."""
    connection = tx.connection
    count = {"cases": 0, "events": 0}
    found = [*_file_breaks(connection), *_chain_breaks(tx, count)]
    broken = {each.case_id for each in found}
    found += [each for each in _row_breaks(connection) if each.case_id not in broken]
    broken |= {each.case_id for each in found}
    if make_rows is not None:
        for case_id, seq, columns in differences(tx, make_rows):
            if case_id not in broken:
                found.append(Break(case_id=case_id, seq=seq, what=message("store.other_rows", columns=columns)))
    return Verification(
        n_cases=count["cases"],
        n_events=count["events"],
        digest=heads_digest(tx.heads()),
        breaks=tuple(sorted(found, key=lambda each: (each.case_id, each.seq))),
        has_rebuilt=make_rows is not None,
    )


def _file_breaks(connection: Connection) -> Iterator[Break]:
    """Let SQLite look over its own file."""
    if connection.dialect.name == "sqlite":
        said = str(connection.exec_driver_sql("PRAGMA quick_check(1)").scalar())
        if said != "ok":
            yield Break(case_id="", seq=0, what=message("store.bad_file", reason=" ".join(said.split())))


def _chain_breaks(tx: Reading, count: dict[str, int]) -> Iterator[Break]:
    """Give the first break of each case, heads included; count cases and events."""
    heads = {case_id: (version, last) for case_id, version, last in tx.heads()}
    count["cases"] = len(heads)
    for case_id, events in groupby(tx.rows(_EVENTS), key=lambda row: str(row[0])):
        seq, last = 0, START
        what: LocalText | None = None
        place = 0
        for row in events:
            count["events"] += 1
            seq += 1
            if what is None:
                what, place = _wrong_with(row, seq, last), seq
            last = row[-1]
        if what is None:
            what, place = _wrong_head(heads.get(case_id), seq, last), seq
        heads.pop(case_id, None)
        if what is not None:
            yield Break(case_id=case_id, seq=place, what=what)
    for case_id in heads:
        yield Break(case_id=case_id, seq=1, what=message("store.event_missing"))


_EVENTS = sa.select(
    *(EVENT.c[name] for name in HASHED), EVENT.c.sealed, EVENT.c.sealed_digest, EVENT.c.prev_hash, EVENT.c.hash
).order_by(EVENT.c.case_id, EVENT.c.seq)


def _wrong_with(row: Sequence[Any], seq: int, last: bytes) -> LocalText | None:
    """Return what is wrong with an event (of `_EVENTS`) that should be number `seq` and follow on `last`."""
    *hashed, sealed, sealed_digest, prev_hash, found = row
    if hashed[1] != seq:
        return message("store.event_missing")
    if prev_hash != last:
        return message("store.chain_broken")
    if found != hash_of(hashed, sealed_digest, last):
        return message("store.event_changed")
    if sealed is not None and digest_of(sealed) != sealed_digest:
        return message("store.sealed_changed")
    return None


def _wrong_head(head: tuple[int, bytes] | None, seq: int, last: bytes) -> LocalText | None:
    """Return what is wrong with what the register says is the last event of a case."""
    if head is None:
        return message("store.no_head")
    version, recorded = head
    if version > seq:
        return message("store.tail_missing", version=version)
    if version < seq or recorded != last:
        return message("store.other_head", version=version)
    return None


def _row_breaks(connection: Connection) -> Iterator[Break]:
    """Give the cases whose row is missing, of another version, or of no case."""
    joined = CASE_HEAD.outerjoin(CASE_ROW, CASE_HEAD.c.case_id == CASE_ROW.c.case_id)
    found = sa.select(CASE_HEAD.c.case_id, CASE_HEAD.c.version, CASE_ROW.c.version.label("row_version"))
    stale = CASE_ROW.c.version.is_(None) | (CASE_ROW.c.version != CASE_HEAD.c.version)
    for row in connection.execute(found.select_from(joined).where(stale)):
        key = "store.row_missing" if row.row_version is None else "store.row_stale"
        yield Break(case_id=row.case_id, seq=row.version, what=message(key))
    for table in (CASE_ROW, DUE):
        orphan = sa.select(table.c.case_id).where(table.c.case_id.not_in(sa.select(CASE_HEAD.c.case_id))).distinct()
        for case_id in connection.execute(orphan).scalars():
            yield Break(case_id=case_id, seq=0, what=message("store.row_of_nothing", table=table.name))
