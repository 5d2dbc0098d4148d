"""What a case's record shows beside its steps: pauses, promises, evidence, silence, times that cannot be."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from closeloop.followup.calendar.zone import local_text
from closeloop.followup.case.fault import days_and_hours, fault
from closeloop.followup.commands.decide import SKEW
from closeloop.followup.commands.table import command_table
from closeloop.followup.commands.values import utc_time
from closeloop.followup.event import CaseEvent
from closeloop.followup.stages.guards.guard import from_customer, listed
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState
from closeloop.rootcause.findings import Finding
from closeloop.text import message
from closeloop.written import told_joined

if TYPE_CHECKING:
    from closeloop.followup.clock.clock_reading import ClockReading

EVIDENCE_KINDS = ("complaint", "contacts", "transactions", "contract", "policy")
"""The five kinds that are looked for in every case; each is at hand, not applicable or missing."""
QUIET_DAYS = 14
"""After so many days without anything an open case is ageing (ours)."""
RECORD_LAG = dt.timedelta(hours=24)
"""So long after a contact its record is late (ours)."""
ANSWER_LAG = dt.timedelta(hours=1)
"""So long a hold may last after the customer has answered (ours)."""
_SPOKEN = frozenset({"ContactAttempted", "CustomerMessage", "PlaybackAgreed"})


def record_findings(
    state: CaseState, events: Sequence[CaseEvent], readings: Sequence[ClockReading], now: dt.datetime
) -> Iterator[Finding]:
    """Give ``C3`` … ``C10`` and ``C12``."""
    zone = events[-1].zone if events else "UTC"
    yield from _pauses(state, readings, now, zone)
    yield from _promises(state, now, zone)
    yield from _evidence(state)
    yield from _ageing(state, now)
    yield from _late_records(events)
    yield from _only_training(state)
    yield from _times(events)


def _pauses(state: CaseState, readings: Sequence[ClockReading], now: dt.datetime, zone: str) -> Iterator[Finding]:
    for hold in state.added("holds"):
        ended = hold.get("ended_at")
        end = ended if isinstance(ended, dt.datetime) else now
        answers = [each.at for each in from_customer(state, ever=True) if hold.at < each.at < end - ANSWER_LAG]
        if hold.get("on") == "customer" and answers:
            yield _void(hold.at, "customer_answered", zone)
    seen = set()
    for reading in readings:
        for pause in reading.pauses:
            if not pause.valid and pause.reason in {"too_long", "expired"} and (pause.start, pause.reason) not in seen:
                seen.add((pause.start, pause.reason))
                yield _void(pause.start, pause.reason, zone)


def _void(since: dt.datetime, why: str, zone: str) -> Finding:
    told = local_text(since, zone)
    return fault("C3", "warn", "void_pause", since=told, why=message(f"case.pause_{why}"))


def _promises(state: CaseState, now: dt.datetime, zone: str) -> Iterator[Finding]:
    for promise in state.added("promises"):
        due = utc_time(promise.get("due_at"))
        told = {"what": promise.get("what", "–"), "due": "–" if due is None else local_text(due, zone)}
        if promise.get("kept") is False:
            yield fault("C4", "warn", "promise_broken", promise.seq, **told)
        elif due is not None and isinstance(kept := promise.get("kept_at"), dt.datetime) and kept > due:
            yield fault("C4", "warn", "promise_late", promise.seq, **told)
        elif due is not None and promise.get("kept") is None and due < now:
            yield fault("C4", "warn", "promise_open", promise.seq, **told)


def _evidence(state: CaseState) -> Iterator[Finding]:
    """Look for the five kinds once a solution was proposed; a minor matter on the fast track needs no more than one."""
    proposals = state.added("proposals")
    if not proposals or all(each.get("fast_track") for each in proposals):
        return
    looked_for = {each.get("kind"): each.get("state", "present") for each in state.added("evidence")}
    words = command_table().choices["evidence_kind"]
    unseen = [words[kind] for kind in EVIDENCE_KINDS if kind not in looked_for]
    missing = [words[kind] for kind in EVIDENCE_KINDS if looked_for.get(kind) == "missing"]
    if unseen:
        yield fault("C5", "warn", "evidence_unseen", kinds=told_joined(unseen, ", ", "、"))
    if missing:
        yield fault("C5", "warn", "evidence_missing", kinds=told_joined(missing, ", ", "、"))


def _ageing(state: CaseState, now: dt.datetime) -> Iterator[Finding]:
    if not state.stage or stage_table().is_end(state.stage):
        return
    if not state.value("owner"):
        yield fault("C6", "error", "no_owner")
    if state.last_at is not None and now - state.last_at >= dt.timedelta(days=QUIET_DAYS):
        yield fault("C7", "warn", "ageing", days=(now - state.last_at).days, most=QUIET_DAYS)


def _late_records(events: Sequence[CaseEvent]) -> Iterator[Finding]:
    late = [each for each in events if each.type in _SPOKEN and each.recorded_at - each.at > RECORD_LAG]
    if late:
        longest = max((each.recorded_at - each.at).total_seconds() for each in late)
        numbers = ", ".join(str(each.seq) for each in late)
        yield fault("C8", "info", "late_record", late[0].seq, events=numbers, longest=days_and_hours(longest))


def _only_training(state: CaseState) -> Iterator[Finding]:
    """Give ``C9``: a solution that only tells people to do better leaves the cause where it is."""
    agreed = {each.get("option") for each in state.added("agreements")}
    for option in state.added("options"):
        if option.seq in agreed and set(listed(option.get("remedies"))) == {"training"}:
            yield fault("C9", "warn", "only_training", option.seq, option=option.seq)


def _times(events: Sequence[CaseEvent]) -> Iterator[Finding]:
    ahead = [each.seq for each in events if each.at > each.recorded_at + SKEW]
    if ahead:
        yield fault("C12", "warn", "ahead_of_time", ahead[0], events=", ".join(map(str, ahead)))
    back = [b.seq for a, b in pairwise(events) if b.recorded_at < a.recorded_at - SKEW]
    if back:
        yield fault("C12", "warn", "clock_went_back", back[0], events=", ".join(map(str, back)))
