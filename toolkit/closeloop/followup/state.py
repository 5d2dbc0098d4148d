"""A case at one moment: what its events add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was added to a case: a fact, an option, a contact.

    Attributes
    ----------
    seq : int
        Number of the event that added it; by it other events refer to it.
    at : datetime
    actor : str
    cycle : int
    fields : mapping
        The payload of the event, with what later events set in it (``done_at`` of a task, ``kept`` of a promise).
    """

    seq: int
    at: dt.datetime
    actor: str
    cycle: int
    fields: Mapping[str, Any] = field(default_factory=dict)

    def get(self, name: str, default: Any = None) -> Any:
        """Return a field, or `default`."""
        return self.fields.get(name, default)


@dataclass(slots=True)
class Cycle:
    """One way through the stages; a case that is reopened starts the next and keeps the times of the ones before."""

    number: int
    began_at: dt.datetime
    acknowledged_at: dt.datetime | None = None
    first_response_at: dt.datetime | None = None
    resolved_at: dt.datetime | None = None
    confirmed_at: dt.datetime | None = None
    ended_at: dt.datetime | None = None
    outcome: str = ""


@dataclass(slots=True)
class CaseState:
    """What a case is after its last event; made by `closeloop.followup.case.fold`.

    Attributes
    ----------
    case_id : str
    version : int
        Number of the last event.
    stage : str
        One of the 16 stages; empty before the first event.
    hold : str
        ``""``, ``"customer"`` or ``"third_party"``.
    escalation : int
        0 … n.
    cycles : list of Cycle
    values : dict
        What was set, last word counts: ``severity``, ``code``, ``owner``, ``team``, ``focus`` …; the table of commands
        names the fields.
    entries : dict of str to list of Entry
        What was added: ``facts``, ``evidence``, ``contacts``, ``messages``, ``stakeholders``, ``options``, ``risks``,
        ``tasks``, ``promises``, ``offers``, ``holds``, ``lessons`` …, of all cycles.
    trail : list of (datetime, str, int)
        When which stage was entered, and in which cycle.
    """

    case_id: str
    version: int = 0
    stage: str = ""
    hold: str = ""
    escalation: int = 0
    opened_at: dt.datetime | None = None
    last_at: dt.datetime | None = None
    cycles: list[Cycle] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)
    entries: dict[str, list[Entry]] = field(default_factory=dict)
    trail: list[tuple[dt.datetime, str, int]] = field(default_factory=list)

    @property
    def cycle(self) -> int:
        """Number of the cycle that runs, from 1; 0 before the first event."""
        return len(self.cycles)

    def value(self, name: str, default: Any = None) -> Any:
        """Return what was set last under a name, or `default`."""
        return self.values.get(name, default)

    def added(self, kind: str, *, this_cycle: bool = False) -> list[Entry]:
        """Return what was added of a kind, in order; with `this_cycle`, only since the last reopening."""
        found = self.entries.get(kind, [])
        return [entry for entry in found if entry.cycle == self.cycle] if this_cycle else list(found)
