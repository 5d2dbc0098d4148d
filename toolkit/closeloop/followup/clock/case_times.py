"""What of a case's events its clocks need: who did what when, cycle by cycle."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, NamedTuple

from closeloop.followup.clock.policy import Circumstances
from closeloop.followup.event import CaseEvent

STARTS = frozenset({"CaseOpened", "Reopened", "Appealed"})
FROM_CUSTOMER = frozenset(
    {"CustomerMessage", "CustomerConfirmed", "CustomerDenied", "LateConfirmed", "Refused", "Agreed", "PlaybackAgreed"}
)
"""Events that cannot be without the customer having said something."""
_IN_TALK = frozenset({"Agreed", "PlaybackAgreed"})
"""Said in a talk that we began: it answers nothing that is asked at its end."""
BREAKS_OFF = frozenset({"Merged", "Withdrawn", "Rejected", "WentExternal"})
"""Ends of a case at which nothing is owed any more."""
ENDS = BREAKS_OFF | {"Closed", "NoAnswerTimeout"}
_HOLD_STOPS = STARTS | ENDS | {"HoldStarted", "HoldEnded"}
_WRITTEN = frozenset({"email", "chat", "social", "letter", "survey"})


class Happening(NamedTuple):
    """An event as the clocks read it, corrections put in."""

    at: dt.datetime
    seq: int
    type: str
    payload: Mapping[str, Any]
    zone: str


class Hold(NamedTuple):
    """A stretch on hold; without an end it lasts."""

    start: dt.datetime
    end: dt.datetime | None
    on: str
    until: Any
    seq: int


class Change(NamedTuple):
    """From when on which policy and which circumstances decide about the targets."""

    at: dt.datetime
    policy: str
    case: Circumstances


@dataclass(slots=True)
class CycleTimes:
    """One way through the stages."""

    number: int
    start: dt.datetime
    seq: int
    happened: list[Happening] = field(default_factory=list)
    by_type: dict[str, list[Happening]] = field(default_factory=dict)

    def take(self, h: Happening) -> None:
        """Take in what happened next."""
        self.happened.append(h)
        self.by_type.setdefault(h.type, []).append(h)

    def first(self, *types: str, after: dt.datetime | None = None) -> Happening | None:
        """Return the first event of these types, or the first after a moment."""
        return next((h for h in self.all(*types) if after is None or h.at > after), None)

    def all(self, *types: str) -> list[Happening]:
        """Return the events of these types."""
        there = [self.by_type[type_] for type_ in types if type_ in self.by_type]
        if len(there) < 2:
            return there[0] if there else []
        return [h for h in self.happened if h.type in types]

    def end(self, types: Iterable[str] = ENDS) -> Happening | None:
        """Return the event that ended the cycle; None if it goes on, also after a ruling or a late confirmation."""
        found: Happening | None = None
        if self.by_type.keys().isdisjoint(types):
            return found
        for h in self.happened:
            if found is None and h.type in types:
                found = h
            elif found is not None and (found.type, h.type) in _TAKEN_BACK:
                found = None
        return found


_TAKEN_BACK = {("WentExternal", "RulingReceived"), ("NoAnswerTimeout", "LateConfirmed")}


@dataclass(slots=True)
class CaseTimes:
    """All that the clocks of a case read.

    Attributes
    ----------
    zone : str
        Where the case was opened.
    cycles : list of CycleTimes
    messages : list of datetime
        When the customer wrote or called.
    answers : list of datetime
        When the customer said something, in whatever way.
    contacts : list of Happening
        When a person reached the customer, or sent something.
    holds : list of Hold
    changes : list of Change
        The first is that of the opening.
    happened : list of Happening
        Everything, in order of time.
    """

    zone: str
    cycles: list[CycleTimes]
    messages: list[dt.datetime]
    answers: list[dt.datetime]
    contacts: list[Happening]
    holds: list[Hold]
    changes: list[Change]
    happened: list[Happening]


def case_times(events: Sequence[CaseEvent], now: dt.datetime) -> CaseTimes | None:
    """Return what the events up to `now` say about times; None if none of them opened a case.

    Events count by when they happened, not by when they were written down.
    """
    happened = _corrected(events, now)
    opened = next((h for h in happened if h.type == "CaseOpened"), None)
    if opened is None:
        return None
    received = as_time(opened.payload.get("received_at")) or opened.at
    cycles = [CycleTimes(1, min(received, opened.at), opened.seq)]
    for h in happened:
        if h.type in STARTS and h is not opened:
            cycles.append(CycleTimes(len(cycles) + 1, h.at, h.seq))
        cycles[-1].take(h)
    answers = [h for h in happened if is_from_customer(h)]
    return CaseTimes(
        zone=opened.zone,
        cycles=cycles,
        messages=[h.at for h in answers if h.type not in _IN_TALK],
        answers=[h.at for h in answers],
        contacts=[h for h in happened if is_human_contact(h)],
        holds=_holds(happened, cycles),
        changes=_changes(happened, opened, cycles[0].start),
        happened=happened,
    )


def is_human_contact(h: Happening) -> bool:
    """Say whether a person told the customer something: reached by voice, or sent in writing; no automatic reply."""
    if h.type == "Offered":
        return True
    if h.type != "ContactAttempted" or h.payload.get("direction", "outbound") != "outbound":
        return False
    if h.payload.get("human", True) is False:
        return False
    reached = h.payload.get("reached")
    return reached is True or (reached is None and h.payload.get("channel") in _WRITTEN)


def is_from_customer(h: Happening) -> bool:
    """Say whether the customer said something."""
    return h.type in FROM_CUSTOMER or (h.type == "ContactAttempted" and h.payload.get("direction") == "inbound")


def as_time(value: Any) -> dt.datetime | None:
    """Return a time from a time or its ISO text; None where there is none, or no zone with it."""
    found = value if isinstance(value, dt.datetime) else None
    if isinstance(value, str) and len(value) > 10:
        try:
            found = dt.datetime.fromisoformat(value)
        except ValueError:
            return None
    return found.astimezone(dt.UTC) if found is not None and found.tzinfo is not None else None


def as_day(value: Any) -> dt.date | None:
    """Return a day from a day or the ISO text of a day; None where there is none."""
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    if isinstance(value, str) and len(value) == 10:
        try:
            return dt.date.fromisoformat(value)
        except ValueError:
            return None
    return None


def _corrected(events: Sequence[CaseEvent], now: dt.datetime) -> list[Happening]:
    known = [event for event in events if event.at <= now]
    fixes: dict[int, dict[str, Any]] = {}
    for event in known:
        if event.type == "Corrected" and isinstance(event.payload.get("event"), int):
            fixes.setdefault(event.payload["event"], {})[str(event.payload.get("field"))] = event.payload.get("is")
    found = [
        Happening(e.at, e.seq, e.type, {**e.payload, **fixes[e.seq]} if e.seq in fixes else e.payload, e.zone)
        for e in known
    ]
    return sorted(found, key=itemgetter(0, 1))


def _holds(happened: list[Happening], cycles: list[CycleTimes]) -> list[Hold]:
    found: list[Hold] = []
    running: Hold | None = None
    for h in happened:
        if running is not None and h.type in _HOLD_STOPS:
            found.append(running._replace(end=h.at))
            running = None
        if h.type == "HoldStarted":
            running = Hold(h.at, None, str(h.payload.get("on", "customer")), h.payload.get("until"), h.seq)
    found += [running] if running is not None else []
    for cycle in cycles:
        for pair in (("Resolved", "CustomerDenied", "confirmation"), ("WentExternal", "RulingReceived", "third_party")):
            found += _waits(cycle, *pair)
    return sorted(found, key=lambda hold: (hold.start, hold.seq))


def _waits(cycle: CycleTimes, first: str, last: str, on: str) -> list[Hold]:
    """Return stretches between two stages in which the next step was somebody else's."""
    found: list[Hold] = []
    began: Happening | None = None
    for h in cycle.happened if first in cycle.by_type else ():
        if h.type == first:
            began = h
        elif h.type == last and began is not None:
            found.append(Hold(began.at, h.at, on, None, began.seq))
            began = None
    return found


def _changes(happened: list[Happening], opened: Happening, start: dt.datetime) -> list[Change]:
    p = opened.payload
    case = Circumstances(
        str(p.get("severity") or ""), str(p.get("kind") or "complaint"), str(p.get("channel") or ""),
        p.get("public_exposure") is True,
    )  # fmt: skip
    found = [Change(start, "", case)]
    for h in happened:
        last = found[-1]
        policy, case = last.policy, last.case
        if h.type == "PolicyApplied":
            version = h.payload.get("version")
            policy = f"{h.payload.get('policy')}@{version}" if version else str(h.payload.get("policy"))
        elif h.type in {"SeveritySet", "NatureConfirmed"} and h.payload.get("severity"):
            case = case._replace(severity=str(h.payload["severity"]))
        if (policy, case) != (last.policy, last.case):
            at_opening = h.at <= opened.at
            change = Change(start if at_opening else h.at, policy, case)
            found[-1:] = [change] if at_opening else [last, change]
    return found
