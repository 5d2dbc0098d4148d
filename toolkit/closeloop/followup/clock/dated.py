"""Clocks whose end is a day somebody named: tasks, promises, updates, re-measures, holds with an end."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from closeloop.followup.clock.case_times import (
    BREAKS_OFF,
    CaseTimes,
    CycleTimes,
    Happening,
    as_day,
    as_time,
    is_human_contact,
)
from closeloop.followup.clock.clock_reading import ClockReading, ClockState
from closeloop.followup.clock.measure import Measure, day_closes
from closeloop.followup.clock.running import Clock, Rulebook, read_clock, target_at

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar

_TELLS = frozenset({"Acknowledged", "Offered"})


def dated_clocks(times: CaseTimes, rules: Rulebook, now: dt.datetime) -> Iterator[ClockReading]:
    """Give the clocks of a case that end on a named day, and the updates that the policy asks for."""
    for cycle in times.cycles:
        calendar = rules.calendar(rules.policy(_change(times, cycle.start).policy))
        for each in (_updates, _tasks, _promises, _reviews, _holds):
            yield from each(cycle, times, rules, calendar, now)
    yield from _remeasures(times, rules, now)


def _updates(
    cycle: CycleTimes, times: CaseTimes, rules: Rulebook, calendar: Calendar, now: dt.datetime
) -> Iterator[ClockReading]:
    """Give one clock for each time the customer was told something: until the next time, as promised or as ruled."""
    told = [h for h in cycle.happened if is_human_contact(h) or h.type == "Acknowledged"]
    over = _at(cycle.end()) or _at(cycle.first("Resolved"))
    for h in told:
        met_at = next((later.at for later in told if later.at > h.at), None)
        cancelled = over if over is not None and over > h.at else None
        promised = _due(h.payload.get("next_update_on"), calendar, h)
        clock = Clock("next_update", cycle.number, h.seq, h.at, met_at, cancelled)
        if promised is not None:
            yield _dated(clock, promised, _zone(calendar, h), now)
        elif is_human_contact(h) and (over is None or over > h.at) and _has_target(clock, times, rules):
            yield read_clock(clock, times, rules, now)


def _tasks(
    cycle: CycleTimes, times: CaseTimes, _: Rulebook, calendar: Calendar, now: dt.datetime
) -> Iterator[ClockReading]:
    for h in cycle.all("TaskAdded"):
        task = dict(h.payload)
        for change in _abouts(times, "TaskChanged", "task", h):
            task |= {name: value for name, value in change.payload.items() if value is not None and name != "task"}
        due = _due(task.get("due_on"), calendar, h)
        if due is not None:
            done = _at(_about(times, "TaskDone", "task", h))
            dropped = next((c.at for c in _abouts(times, "TaskChanged", "task", h) if c.payload.get("dropped")), None)
            over = min((at for at in (dropped, _broken_off(cycle)) if at is not None), default=None)
            clock = Clock("action_due", cycle.number, h.seq, h.at, done, over)
            yield _dated(clock, due, _zone(calendar, h), now, owner=str(task.get("owner") or ""))


def _promises(
    cycle: CycleTimes, times: CaseTimes, _: Rulebook, calendar: Calendar, now: dt.datetime
) -> Iterator[ClockReading]:
    for h in cycle.all("PromiseMade"):
        due = _due(h.payload.get("due_at"), calendar, h)
        if due is None:
            continue
        broken = _at(_about(times, "PromiseBroken", "promise", h))
        clock = Clock(
            "promise", cycle.number, h.seq, h.at, _at(_about(times, "PromiseKept", "promise", h)), _broken_off(cycle)
        )
        yield _dated(clock, due, _zone(calendar, h), now, broken_at=broken)


def _reviews(
    cycle: CycleTimes, times: CaseTimes, rules: Rulebook, calendar: Calendar, now: dt.datetime
) -> Iterator[ClockReading]:
    """Give the review of what the agreed option was to bring, on the day fixed for it; else after the solution."""
    for h in cycle.all("Agreed"):
        option = next((o for o in times.happened if o.type == "OptionAdded" and o.seq == h.payload.get("option")), None)
        due = None if option is None else _due(option.payload.get("effect_by"), calendar, option)
        if due is not None and option is not None:
            met = next((r.at for r in times.happened if _reviews_option(r, option, h)), None)
            yield _dated(Clock("effect_review", cycle.number, h.seq, h.at, met, _broken_off(cycle)),
                         due, _zone(calendar, h), now)  # fmt: skip
            return
    resolved = cycle.all("Resolved")[-1:]
    for h in resolved:
        met = _at(next((r for r in times.happened if r.type == "EffectReviewed" and r.at >= h.at), None))
        clock = Clock("effect_review", cycle.number, h.seq, h.at, met, _broken_off(cycle))
        if _has_target(clock, times, rules):
            yield read_clock(clock, times, rules, now)


def _reviews_option(h: Happening, option: Happening, agreed: Happening) -> bool:
    return h.type == "EffectReviewed" and h.at >= agreed.at and h.payload.get("option") in (option.seq, None)


def _holds(
    cycle: CycleTimes, times: CaseTimes, rules: Rulebook, calendar: Calendar, now: dt.datetime
) -> Iterator[ClockReading]:
    """Give one clock for each hold with an end: when it is over the case is its owner's again."""
    for h in cycle.all("HoldStarted"):
        hold = next(each for each in times.holds if each.seq == h.seq)
        target = target_at("resolution", _change(times, h.at), rules)
        ends = [_due(h.payload.get("until"), calendar, h)]
        if hold.on == "customer" and target is not None and target.max_pause is not None:
            ends.append(Measure(target.max_pause.unit, calendar).due(h.at, target.max_pause.amount))
        due = min((end for end in ends if end is not None), default=None)
        if due is not None:
            clock = Clock("hold_expired", cycle.number, h.seq, h.at, hold.end, _at(cycle.end()))
            yield _dated(clock, due, _zone(calendar, h), now)


def _remeasures(times: CaseTimes, rules: Rulebook, now: dt.datetime) -> Iterator[ClockReading]:
    """Give the day on which the customer is asked again; a new day replaces the one before."""
    planned = [
        (cycle.number, h, h.payload.get("on", h.payload.get("remeasure_on")))
        for cycle in times.cycles
        for h in cycle.all("RemeasureScheduled", "Closed")
    ]
    days = [(number, h, value) for number, h, value in planned if value]
    erased = next((h.at for h in times.happened if h.type == "PiiErased"), None)
    for index, (number, h, value) in enumerate(days):
        calendar = rules.calendar(rules.policy(_change(times, h.at).policy))
        due = _due(value, calendar, h)
        replaced = next((later.at for _, later, other in days[index + 1 :] if other != value), None)
        repeated = any(other == value for _, _, other in days[:index])
        if due is None or repeated:
            continue
        met = next((r.at for r in times.happened if r.type == "RemeasureReceived" and r.at >= h.at), None)
        cancelled = min((at for at in (replaced, erased) if at is not None and at >= h.at), default=None)
        yield _dated(Clock("remeasure", number, h.seq, h.at, met, cancelled), due, _zone(calendar, h), now)


def _dated(
    clock: Clock,
    due: dt.datetime,
    zone: str,
    now: dt.datetime,
    *,
    owner: str = "",
    broken_at: dt.datetime | None = None,
) -> ClockReading:
    stop = min((at for at in (clock.stop(), broken_at) if at is not None), default=None)
    until = max(clock.start, min(stop or now, now))
    late = until > due or (broken_at is not None and stop == broken_at)
    state: ClockState = "breached" if late else "running"
    if stop is not None and stop == clock.met_at:
        state = "met_late" if late else "met"
    elif stop is not None and not late:
        state = "cancelled"
    target = (due - clock.start).total_seconds()
    elapsed = (until - clock.start).total_seconds()
    return ClockReading(
        clock=clock.name, cycle=clock.cycle, ref=clock.ref, unit="date", started_at=clock.start, read_at=now,
        target=max(target, 0.0), due_at=due, met_at=clock.met_at if stop == clock.met_at else None, stopped_at=stop,
        breached_at=min(due, broken_at or due) if late else None, elapsed_s=elapsed, remaining_s=target - elapsed,
        state=state, warns=((100, due),), warn_levels=(100,) if until >= due else (), zone=zone, owner=owner,
    )  # fmt: skip


def _due(value: Any, calendar: Calendar, h: Happening) -> dt.datetime | None:
    """Return a moment as it is; a day as the time at which it is over where it was named."""
    day = as_day(value)
    return day_closes(day, calendar, h.zone) if day is not None else as_time(value)


def _zone(calendar: Calendar, h: Happening) -> str:
    return h.zone if calendar.is_always_open else calendar.zone


def _change(times: CaseTimes, at: dt.datetime) -> Any:
    return [change for change in times.changes if change.at <= at or change is times.changes[0]][-1]


def _has_target(clock: Clock, times: CaseTimes, rules: Rulebook) -> bool:
    return target_at(clock.name, _change(times, clock.start), rules) is not None


def _abouts(times: CaseTimes, type_: str, name: str, entry: Happening) -> list[Happening]:
    return [h for h in times.happened if h.type == type_ and h.payload.get(name) == entry.seq]


def _about(times: CaseTimes, type_: str, name: str, entry: Happening) -> Happening | None:
    return next(iter(_abouts(times, type_, name, entry)), None)


def _broken_off(cycle: CycleTimes) -> dt.datetime | None:
    return _at(cycle.end(BREAKS_OFF))


def _at(h: Happening | None) -> dt.datetime | None:
    return None if h is None else h.at
