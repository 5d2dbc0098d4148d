"""Pauses of a clock: which part of a hold counts as waiting for somebody else, and which is void.

A hold pauses a clock only while the customer owes an answer. From the moment the customer writes, the rest of it is
void: it counts as time, and it is reported.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from closeloop.followup.clock.case_times import CaseTimes, Hold, as_day, as_time
from closeloop.followup.clock.clock_reading import Pause
from closeloop.followup.clock.measure import Measure, day_closes
from closeloop.followup.clock.policy import Target

FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


class _End(NamedTuple):
    at: dt.datetime
    reason: str


def pauses_of(
    clock: str, target: Target, measure: Measure, times: CaseTimes, start: dt.datetime, until: dt.datetime
) -> tuple[Pause, ...]:
    """Return the holds between two moments as pauses of a clock: valid pieces apart from one another, and void ones.

    Parameters
    ----------
    clock : str
        ``resolution_internal`` alone also pauses for third parties.
    target : Target
        Whether it may pause, and how long altogether.
    measure : Measure
        Gives the calendar for the longest pause.
    times : CaseTimes
    start, until : datetime
        Since when the clock runs, and when it stopped or is read.
    """
    found: list[Pause] = []
    free = start
    budget: float | None = None
    for hold in times.holds:
        first, last = max(hold.start, start), min(hold.end or until, until)
        if first >= last:
            continue
        lasts = hold.end is None and last == until
        refusal = _refusal(clock, target, hold)
        end = _End(first, refusal) if refusal else _ends(hold, times, measure)
        if not refusal and target.max_pause is not None:
            allowed = Measure(target.max_pause.unit, measure.calendar)
            if budget is None:
                budget = allowed.seconds(max(first, free), target.max_pause.amount)
            end = min(end, _End(allowed.add(max(first, free), budget), "too_long"))
        paused_until = max(min(end.at, last), first)
        begins = max(first, free)
        if begins < paused_until:
            found.append(Pause(start=begins, end=paused_until, on=hold.on, valid=True, open=lasts and end.at >= last))
            free = paused_until
            if budget is not None and target.max_pause is not None:
                spent = Measure(target.max_pause.unit, measure.calendar).between(begins, paused_until)
                budget = max(0.0, budget - spent)
        if paused_until < last:
            found.append(Pause(start=paused_until, end=last, on=hold.on, valid=False, reason=end.reason, open=lasts))
    return tuple(found)


def due_with(base: dt.datetime, measure: Measure, pauses: Sequence[Pause]) -> dt.datetime:
    """Return when a target is due, its pauses counted; `base` is when it would be due without them."""
    due = base
    for pause in pauses:
        if pause.valid and pause.start < due:
            due = measure.add(due, measure.between(pause.start, pause.end))
    return due


def _refusal(clock: str, target: Target, hold: Hold) -> str:
    if hold.on == "third_party":
        return "" if clock == "resolution_internal" else "third_party"
    return "" if target.pausable else "not_pausable"


def _ends(hold: Hold, times: CaseTimes, measure: Measure) -> _End:
    """Return when the customer owes nothing any more."""
    found = _End(FAR, "")
    until = as_time(hold.until)
    day = as_day(hold.until)
    if until is None and day is not None:
        until = day_closes(day, measure.calendar, times.zone)
    if until is not None:
        found = _End(until, "expired")
    if hold.on == "third_party":
        return found
    if hold.on == "customer":
        asked = _last([contact.at for contact in times.contacts], hold.start)
        written = _next(times.messages, asked) if asked is not None else None
        if written is not None and written <= hold.start:  # the next step was ours already
            return _End(hold.start, "customer_answered")
    answered = _next(times.answers, hold.start)
    return min(found, _End(answered, "customer_answered")) if answered is not None else found


def _last(moments: Sequence[dt.datetime], at: dt.datetime) -> dt.datetime | None:
    index = bisect_right(moments, at)
    return moments[index - 1] if index else None


def _next(moments: Sequence[dt.datetime], after: dt.datetime) -> dt.datetime | None:
    index = bisect_right(moments, after)
    return moments[index] if index < len(moments) else None
