"""Events in the register: read in order, added at the end, never changed."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from closeloop.errors import ConflictError
from closeloop.followup.event import CaseEvent
from closeloop.followup.store.address import APPLICATION_ID
from closeloop.followup.store.batches import batches
from closeloop.followup.store.chain import START, digest_of, event_hash
from closeloop.followup.store.column_types import canonical, moment_of, stamp, storable
from closeloop.followup.store.connected import Connected
from closeloop.followup.store.schema import CASE_HEAD, EVENT
from closeloop.followup.store.upcasts import EVENT_VERSION, upcast
from closeloop.text import message

Head = tuple[int, bytes]

_SAID = (
    EVENT.c.case_id, EVENT.c.seq, EVENT.c.type, EVENT.c.schema_v, EVENT.c.at, EVENT.c.recorded_at, EVENT.c.actor,
    EVENT.c.zone, EVENT.c.payload, EVENT.c.key_id, EVENT.c.sealed,
)  # fmt: skip
_ONE_CASE = sa.select(*_SAID).where(EVENT.c.case_id == sa.bindparam("id")).order_by(EVENT.c.seq)
_ALL = sa.select(*_SAID).order_by(EVENT.c.case_id, EVENT.c.seq)
_SOME_CASES = (
    sa.select(*_SAID)
    .where(EVENT.c.case_id.in_(sa.bindparam("ids", expanding=True)))
    .order_by(EVENT.c.case_id, EVENT.c.seq)
)
_VERSION = sa.select(CASE_HEAD.c.version).where(CASE_HEAD.c.case_id == sa.bindparam("id"))
_HEADS = sa.select(CASE_HEAD.c.case_id, CASE_HEAD.c.version, CASE_HEAD.c.hash)
_SOME_HEADS = _HEADS.where(CASE_HEAD.c.case_id.in_(sa.bindparam("ids", expanding=True))).order_by(CASE_HEAD.c.case_id)
_read_json = json.JSONDecoder().raw_decode  # half the time of `json.loads`, which looks for spaces around it
_NEW_HEAD, _NEW_EVENT = sa.insert(CASE_HEAD), sa.insert(EVENT)
_ONE_AT_A_TIME = sa.select(
    sa.func.pg_advisory_xact_lock(sa.bindparam("room", type_=sa.Integer), sa.bindparam("key", type_=sa.Integer))
)
_MOVE_HEAD = (
    sa.update(CASE_HEAD)
    .where(CASE_HEAD.c.case_id == sa.bindparam("id"), CASE_HEAD.c.version == sa.bindparam("expected"))
    .values(version=sa.bindparam("to"), hash=sa.bindparam("last"))
)


class EventReading(Connected):
    """What a transaction can read of events."""

    def head(self, case_id: str) -> int:
        """Return the version of a case: the number of its last event, 0 if there is none."""
        return int(self.connection.execute(_VERSION, {"id": case_id}).scalar() or 0)

    def heads(self) -> Iterator[tuple[str, int, bytes]]:
        """Give (case, version, hash of its last event), ordered by case."""
        for case_id, version, last in self.rows(_HEADS.order_by(CASE_HEAD.c.case_id)):
            yield str(case_id), int(version), bytes(last)

    def events(self, case_id: str) -> list[CaseEvent]:
        """Return the events of a case in order; none if there is no such case."""
        return [_event_of(row) for row in self.connection.execute(_ONE_CASE, {"id": case_id})]

    def events_of(self, case_ids: Iterable[str]) -> Iterator[list[CaseEvent]]:
        """Give the events of one case after the other, in the order asked for; many are read at a time."""
        for ids in batches(case_ids):
            found: dict[str, list[CaseEvent]] = {case_id: [] for case_id in ids}
            for row in self.connection.execute(_SOME_CASES, {"ids": ids}):
                found[row[0]].append(_event_of(row))
            yield from found.values()

    def all_events(self, after: str | None = None) -> Iterator[CaseEvent]:
        """Give the events of all cases, ordered by case and number, some at a time.

        Parameters
        ----------
        after : str, optional
            Begin behind this case.
        """
        wanted = _ALL if after is None else _ALL.where(EVENT.c.case_id > after)
        return map(_event_of, self.rows(wanted))

    def purged(self) -> Iterator[tuple[str, int, str]]:
        """Give (case, number, key) of each event whose sealed text was taken out."""
        wanted = sa.select(EVENT.c.case_id, EVENT.c.seq, EVENT.c.key_id)
        gone = wanted.where(EVENT.c.key_id != "", EVENT.c.sealed.is_(None))
        for case_id, seq, key_id in self.rows(gone.order_by(EVENT.c.case_id, EVENT.c.seq)):
            yield case_id, int(seq), key_id

    def worked_on(self, *, but: Sequence[str], types: Sequence[str] = ()) -> list[str]:
        """Return the cases to which anybody but these actors has done something that is not of these types."""
        others = EVENT.c.actor.not_in(but) & EVENT.c.type.not_in(types)
        wanted = sa.select(EVENT.c.case_id).where(others).distinct().order_by(EVENT.c.case_id)
        return list(self.connection.execute(wanted).scalars())

    def cases_of_event(self, type_: str) -> list[str]:
        """Return the cases in which something of a type happened."""
        wanted = sa.select(EVENT.c.case_id).where(EVENT.c.type == type_).distinct().order_by(EVENT.c.case_id)
        return list(self.connection.execute(wanted).scalars())


class EventWriting(EventReading):
    """What a transaction can do with events beside reading them."""

    def events(self, case_id: str) -> list[CaseEvent]:
        """Return the events of a case in order; until the end of the transaction nobody else adds to it."""
        if self.connection.dialect.name != "sqlite":
            # The first lock also holds where there is no such case yet, the second against whoever adds to many cases.
            key = zlib.crc32(case_id.encode(errors="replace")) - 2**31
            self.connection.execute(_ONE_AT_A_TIME, {"room": APPLICATION_ID, "key": key})
            self.connection.execute(_VERSION.with_for_update(), {"id": case_id})
        return super().events(case_id)

    def append(self, case_id: str, expected: int, events: Sequence[CaseEvent]) -> None:
        """Add events to a case.

        Parameters
        ----------
        case_id : str
        expected : int
            The version that the case was read at; 0 for a new one.
        events : sequence of CaseEvent
            With the numbers ``expected + 1``, ``expected + 2`` …

        Raises
        ------
        ConflictError
            If the case has another version; `current_version` says which, `changed` what types of events were added.
        """
        self.append_many([(case_id, expected, events)])

    def append_many(self, items: Iterable[tuple[str, int, Sequence[CaseEvent]]]) -> None:
        """Add events to many cases, each once; all or none.

        Parameters
        ----------
        items : iterable of (case_id, expected, events)
            As for `append`.
        """
        # Everybody locks in the same order, so that nobody waits for somebody who waits for him.
        for batch in batches(sorted(items, key=lambda item: item[0])):
            self._append(batch)

    def _append(self, batch: list[tuple[str, int, Sequence[CaseEvent]]]) -> None:
        heads = self._locked_heads([case_id for case_id, _, _ in batch])
        rows: list[dict[str, Any]] = []
        new: list[dict[str, Any]] = []
        moved: list[dict[str, Any]] = []
        for case_id, expected, events in batch:
            version, last = heads.get(case_id, (0, START))
            if version != expected:
                raise self._conflict(case_id, expected, version)
            for event in events:
                version += 1
                if (event.case_id, event.seq) != (case_id, version):
                    raise ValueError(message("store.wrong_number", case=case_id, expected=version, found=event.seq))
                rows.append(_row_of(event, last))
                last = rows[-1]["hash"]
            heads[case_id] = (version, last)
            if not expected and events:
                new.append({"case_id": case_id, "version": version, "hash": last})
            elif events:
                moved.append({"id": case_id, "expected": expected, "to": version, "last": last})
        self._write(rows, new, moved)

    def _write(self, rows: list[dict[str, Any]], new: list[dict[str, Any]], moved: list[dict[str, Any]]) -> None:
        try:
            if new:
                self.connection.execute(_NEW_HEAD, new)
            if moved:
                self.connection.execute(_MOVE_HEAD, moved)
            if rows:
                self.connection.execute(_NEW_EVENT, rows)
        except IntegrityError as error:  # on PostgreSQL two may open the same case at once
            raise ConflictError(message("store.together")) from error

    def _locked_heads(self, case_ids: list[str]) -> dict[str, Head]:
        wanted = _SOME_HEADS if self.connection.dialect.name == "sqlite" else _SOME_HEADS.with_for_update()
        return {row.case_id: (row.version, row.hash) for row in self.connection.execute(wanted, {"ids": case_ids})}

    def _conflict(self, case_id: str, expected: int, current: int) -> ConflictError:
        newer = sa.select(EVENT.c.type).where(EVENT.c.case_id == case_id, EVENT.c.seq > expected).order_by(EVENT.c.seq)
        changed = list(self.connection.execute(newer).scalars())
        types = ", ".join(changed) or "–"
        text = message("store.conflict", case=case_id, expected=expected, current=current, types=types)
        return ConflictError(text, current_version=current, changed=changed)

    def purge(self, key_ids: Iterable[str]) -> int:
        """Delete for good what was sealed with some keys; the events and their chain stay. Return how many texts."""
        found = 0
        for batch in batches(key_ids):
            gone = sa.update(EVENT).where(EVENT.c.key_id.in_(batch), EVENT.c.sealed.is_not(None)).values(sealed=None)
            found += self.connection.execute(gone).rowcount
        return found


def _event_of(row: Any) -> CaseEvent:
    case_id, seq, type_, version, at, recorded_at, actor, zone, payload, key_id, sealed = row
    said, end = _read_json(payload)
    if end != len(payload):
        said = json.loads(payload)  # says what is wrong with it
    return CaseEvent(
        case_id=case_id, seq=seq, type=type_, at=moment_of(at), recorded_at=moment_of(recorded_at), actor=actor,
        zone=zone, payload=said if version == EVENT_VERSION else upcast(type_, version, said), key_id=key_id,
        sealed=sealed,
    )  # fmt: skip


def _row_of(event: CaseEvent, prev_hash: bytes) -> dict[str, Any]:
    row: dict[str, Any] = {
        "case_id": storable(event.case_id),
        "seq": event.seq,
        "type": storable(event.type),
        "schema_v": EVENT_VERSION,
        "at": stamp(event.at),
        "recorded_at": stamp(event.recorded_at),
        "actor": storable(event.actor),
        "zone": storable(event.zone),
        "payload": canonical(event.payload),
        "key_id": storable(event.key_id),
        "sealed": event.sealed,
        "sealed_digest": digest_of(event.sealed),
        "prev_hash": prev_hash,
    }
    row["hash"] = event_hash(row, prev_hash)
    return row
