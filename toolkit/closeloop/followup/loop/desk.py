"""Where commands become events: one command, one transaction, with all that hangs on it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.errors import ConflictError, StoreError
from closeloop.followup.calendar.zone import local_text
from closeloop.followup.case.fold import fold
from closeloop.followup.clock.reading import ClockReading, read_clocks
from closeloop.followup.commands.context import Context
from closeloop.followup.commands.decide import decide
from closeloop.followup.commands.table import command_table
from closeloop.followup.event import CaseEvent, NewEvent
from closeloop.followup.loop.house import House, Said
from closeloop.followup.loop.moments import Clockwork
from closeloop.followup.privacy.known_names import case_screen
from closeloop.followup.privacy.vault import Vault
from closeloop.followup.projection import case_row, due_rows
from closeloop.followup.state import CaseState
from closeloop.followup.store.batches import batches
from closeloop.followup.store.store import Store
from closeloop.followup.store.transaction import Reading, Writing
from closeloop.text import message
from closeloop.written import told_joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """What somebody wants to have done to a case.

    Attributes
    ----------
    name : str
        Of the table of commands.
    fields : mapping
    actor : str
    at : datetime or None
        When it happened, in UTC; None for now.
    zone : str
        In which zone that was said.
    """

    name: str
    fields: Mapping[str, Any]
    actor: str
    at: dt.datetime | None = None
    zone: str = ""


class Desk:
    """Writes to the cases of a loop.

    Parameters
    ----------
    store : Store
    vault : Vault
    clock : Clockwork
    house : House
        The rules of the house: policies, calendars, teams.
    """

    def __init__(self, store: Store, vault: Vault, clock: Clockwork, house: House) -> None:
        self.store, self.vault, self.clock, self.house = store, vault, clock, house

    def events(self, case_id: str) -> list[CaseEvent]:
        """Return the events of a case.

        Raises
        ------
        StoreError
            If there is no such case.
        """
        with self.store.reading() as tx:
            found = tx.events(case_id)
        if not found:
            raise StoreError(message("loop.no_case", case=case_id))
        return found

    def run(self, case_id: str, command: Command, seen: int | None = None) -> list[CaseEvent]:
        """Do something to a case; return all its events.

        Parameters
        ----------
        case_id : str
        command : Command
        seen : int, optional
            The version that the person who asks for it has seen.

        Raises
        ------
        CaseTransitionError
            If the stage or a guard does not allow it.
        ConflictError
            If somebody else wrote since `seen` what this depends on.
        """
        with self.store.writing() as tx:
            before = tx.events(case_id)
            if seen is not None and len(before) != seen:
                _refuse_conflict(case_id, command.name, seen, before)
            return self.write(tx, case_id, before, [command])

    def write(
        self, tx: Writing, case_id: str, before: Sequence[CaseEvent], commands: Iterable[Command]
    ) -> list[CaseEvent]:
        """Do several things to a case within a transaction; return all its events."""
        events, state = self._decided(tx, case_id, before, commands)
        self._put(tx, [(len(before), events, state)])
        return events

    def write_many(self, tx: Writing, items: Iterable[tuple[str, Sequence[CaseEvent], Iterable[Command]]]) -> int:
        """Do what `write` does to many cases, each once, in a few large steps; return how many."""
        n = 0
        for some in batches(items):
            self._put(
                tx, [(len(before), *self._decided(tx, case_id, before, commands)) for case_id, before, commands in some]
            )
            n += len(some)
        return n

    def _put(self, tx: Writing, done: Sequence[tuple[int, list[CaseEvent], CaseState]]) -> None:
        tx.append_many((events[0].case_id, known, events[known:]) for known, events, _ in done)
        for key in self.vault.new_keys():  # made without the key file: kept in the transaction that needs them
            tx.put_sealed_key(key.key_id, key.subject_id, key.sealed)
        tx.project_many(self.rows(tx, state, events) for _, events, state in done)

    def _decided(
        self, tx: Reading, case_id: str, before: Sequence[CaseEvent], commands: Iterable[Command]
    ) -> tuple[list[CaseEvent], CaseState]:
        """Return the events of a case after some commands, and what they add up to; nothing is written yet."""
        events = list(before)
        state = fold(events) if events else CaseState(case_id=case_id)
        for command in commands:
            recorded = self.clock.recorded_at(events[-1] if events else None)
            at = command.at or recorded
            context = self.context(tx, command, recorded, events)
            drafts = decide(state, command.name, command.fields, at=at, actor=command.actor, context=context)
            subject = state.value("subject_id") or command.fields.get("subject_id") or case_id
            new = [
                self._sealed(case_id, len(events) + place, draft, subject, command.actor, recorded)
                for place, draft in enumerate(drafts, start=1)
            ]
            state = fold(new, state)
            events += new
        return events, state

    def context(self, tx: Reading, command: Command, now: dt.datetime, events: Sequence[CaseEvent] = ()) -> Context:
        """Return what a command may look at beside its case."""
        said = self.house.said(tx)
        return Context(
            now=now, zone=command.zone or self.clock.zone_of(None), actor=command.actor,
            authority=said.authority, teams=said.teams,
            screen=case_screen(self.vault, events, command.fields),
            case=lambda other: _state_or_none(tx, other), codes=self.house.codes(),
        )  # fmt: skip

    def readings(self, tx: Reading, events: Sequence[CaseEvent], now: dt.datetime) -> tuple[ClockReading, ...]:
        """Return what the clocks of a case show."""
        said = self.house.said(tx)
        return read_clocks(events, said.policies, said.calendars, now)

    def rows(
        self, tx: Reading, state: CaseState, events: Sequence[CaseEvent]
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Return the rows by which a case is found."""
        return rows_of(self.house.said(tx), state, events)

    def _sealed(
        self, case_id: str, seq: int, draft: NewEvent, subject: str, actor: str, recorded: dt.datetime
    ) -> CaseEvent:
        key_id, sealed = "", None
        if draft.private:
            key_id, sealed = self.vault.seal(subject, draft.private, bound_to=f"{case_id}/{seq}")
        return CaseEvent(
            case_id=case_id, seq=seq, type=draft.type, at=draft.at, zone=draft.zone, payload=draft.payload,
            actor=actor, recorded_at=recorded, key_id=key_id, sealed=sealed,
        )  # fmt: skip


def rows_of(said: Said, state: CaseState, events: Sequence[CaseEvent]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the rows by which a case is found, by what the house has said."""
    due = due_rows(state, read_clocks(events, said.policies, said.calendars, events[-1].recorded_at, running=True))
    return case_row(state, due), due


def _state_or_none(tx: Reading, case_id: str) -> CaseState | None:
    events = tx.events(case_id)
    return fold(events) if events else None


def _refuse_conflict(case_id: str, command: str, seen: int, events: Sequence[CaseEvent]) -> None:
    """Refuse a command that depends on what others wrote since: steps and values; what only adds goes on top.

    Raises
    ------
    ConflictError
        With what changed, in words.
    """
    table = command_table()
    wanted = table.commands.get(command)
    if wanted is None or wanted.is_additive:
        return
    since = events[seen:]
    changed = []
    for event in since:
        other = table.commands.get(table.command_of(event.type) or "")
        if other is not None and (other.moves or set(other.sets.values()) & set(wanted.sets.values())):
            changed.append(event)
    if not changed:
        return
    told = [
        message("loop.changed", what=table.label_of(each.type), who=each.actor, at=local_text(each.at, each.zone))
        for each in changed
    ]
    text = message("loop.conflict", case=case_id, n=len(since), changed=told_joined(told, "; ", "；"))
    raise ConflictError(text, current_version=len(events), changed=told)
