"""One clock with a target: from its start to its stop, with pauses, and with targets that change on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from closeloop.followup.clock.case_times import CaseTimes, Change
from closeloop.followup.clock.clock_reading import ClockReading, ClockState, Pause
from closeloop.followup.clock.measure import Measure
from closeloop.followup.clock.pauses import due_with, pauses_of
from closeloop.followup.clock.policy import Policy, Target
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar

DEFAULT = "default"
"""The policy that holds as long as none was applied."""


@dataclass(frozen=True, slots=True)
class Rulebook:
    """Policies and calendars by their names.

    Attributes
    ----------
    policies, calendars : mapping
        As `closeloop.followup.calendar.load.shelf` gives them.
    """

    policies: Mapping[str, Policy]
    calendars: Mapping[str, Calendar]

    def policy(self, name: str) -> Policy:
        """Return a policy.

        Raises
        ------
        ValueError
            If there is none of this name.
        """
        found = self.policies.get(name or DEFAULT)
        if found is None:
            known = ", ".join(sorted(self.policies)) or "–"
            raise ValueError(message("clock.unknown_policy", policy=name or DEFAULT, known=known))
        return found

    def calendar(self, policy: Policy) -> Calendar:
        """Return the calendar of a policy.

        Raises
        ------
        ValueError
            If it is not there.
        """
        found = self.calendars.get(policy.calendar)
        if found is None:
            known = ", ".join(sorted(self.calendars)) or "–"
            raise ValueError(message("clock.unknown_calendar", calendar=policy.calendar, known=known))
        return found


class Clock(NamedTuple):
    """A clock before it is read: what started and what stopped it."""

    name: str
    cycle: int
    ref: int
    start: dt.datetime
    met_at: dt.datetime | None = None
    cancelled_at: dt.datetime | None = None
    void_at: dt.datetime | None = None

    def stop(self) -> dt.datetime | None:
        """Return when it stopped, for whatever reason."""
        return min((at for at in self[4:] if at is not None), default=None)


class _Rule(NamedTuple):
    """A target from a moment on."""

    since: dt.datetime
    policy: Policy
    target: Target | None
    measure: Measure | None


class _Due(NamedTuple):
    due: dt.datetime | None = None
    pauses: tuple[Pause, ...] = ()
    seconds: float = 0.0


def read_clock(clock: Clock, times: CaseTimes, rules: Rulebook, now: dt.datetime) -> ClockReading:
    """Return what a clock shows.

    A target that changes holds from its time on; what has passed is kept. Has more passed than the new target allows,
    the clock is late from the change on, not earlier: nobody can be late by a rule that does not hold yet. What was
    late before stays late.
    """
    stop = clock.stop()
    until = max(clock.start, min(stop or now, now))
    found = _rules(clock, times, rules, until)
    dues = [_due(clock, rule, times, until) for rule in found]
    breached_at, by = _breach(found, dues, until)
    rule, due = found[-1], dues[-1]
    notes = tuple(_notes(found, by))
    target, measure = rule.target, rule.measure
    state = _state(clock, stop, breached_at is not None, target is None, any(p.open and p.valid for p in due.pauses))
    common: dict[str, Any] = {
        "clock": clock.name, "cycle": clock.cycle, "ref": clock.ref, "started_at": clock.start, "read_at": now,
        "met_at": clock.met_at if stop == clock.met_at else None, "stopped_at": stop, "breached_at": breached_at,
        "state": state, "policy": rule.policy.key, "notes": notes,
    }  # fmt: skip
    if target is None or measure is None or due.due is None:
        return ClockReading(**common, unit=found[0].target.unit if found[0].target else "calendar_hours",
                            elapsed_s=(until - clock.start).total_seconds(), zone=times.zone)  # fmt: skip
    wall = target.unit == "calendar_hours"
    seconds = due.seconds
    paused = sum(measure.between(pause.start, pause.end) for pause in due.pauses if pause.valid)
    elapsed = round(measure.between(clock.start, until) - paused, 6)
    warns = tuple((level, _warned(clock.start, level, seconds, measure, due)) for level in sorted(rule.policy.warn_at))
    return ClockReading(
        **common,
        unit=target.unit,
        amount=target.amount,
        target=seconds,
        due_at=due.due,
        elapsed_s=elapsed,
        remaining_s=round(seconds - elapsed, 6),
        warns=warns,
        warn_levels=tuple(level for level, at in warns if at <= until),
        pauses=due.pauses,
        pausable=target.pausable,
        calendar="" if wall else measure.calendar.key,
        zone=times.zone if wall else measure.calendar.zone,
    )


def target_at(name: str, change: Change, rules: Rulebook) -> Target | None:
    """Return the target of a clock from a change on; the internal resolution clock borrows that of the resolution."""
    policy = rules.policy(change.policy)
    found = policy.target(name, change.case)
    if found is None and name == "resolution_internal":
        return policy.target("resolution", change.case)
    return found


def _rules(clock: Clock, times: CaseTimes, rules: Rulebook, until: dt.datetime) -> list[_Rule]:
    """Return the targets of a clock in order: what held at its start, and each change until it stopped."""
    first = max((i for i, change in enumerate(times.changes) if change.at <= clock.start), default=0)
    found: list[_Rule] = []
    for change in times.changes[first:]:
        if change.at > until and found:
            break
        policy = rules.policy(change.policy)
        target = target_at(clock.name, change, rules)
        if found and (found[-1].target, found[-1].policy.calendar) == (target, policy.calendar):
            found[-1] = found[-1]._replace(policy=policy)
            continue
        measure = None if target is None else Measure(target.unit, rules.calendar(policy))
        found.append(_Rule(max(change.at, clock.start), policy, target, measure))
    return found


def _due(clock: Clock, rule: _Rule, times: CaseTimes, until: dt.datetime) -> _Due:
    if rule.target is None or rule.measure is None:
        return _Due()
    pauses = pauses_of(clock.name, rule.target, rule.measure, times, clock.start, until)
    base = rule.measure.due(clock.start, rule.target.amount)
    seconds = rule.measure.seconds_until(clock.start, base, rule.target.amount)
    return _Due(max(due_with(base, rule.measure, pauses), rule.since), pauses, seconds)


def _breach(rules: list[_Rule], dues: list[_Due], until: dt.datetime) -> tuple[dt.datetime | None, int]:
    """Return when the clock became late for the first time, and under which of its targets."""
    for index, each in enumerate(dues):
        held_until = rules[index + 1].since if index + 1 < len(rules) else None
        if each.due is not None and each.due < until and (held_until is None or each.due < held_until):
            return each.due, index
    return None, -1


def _warned(start: dt.datetime, level: int, seconds: float, measure: Measure, due: _Due) -> dt.datetime:
    if level == 100 and due.due is not None:
        return due.due
    return due_with(measure.add(start, seconds * level / 100), measure, due.pauses)


def _state(clock: Clock, stop: dt.datetime | None, late: bool, unset: bool, paused: bool) -> ClockState:
    if stop is not None and stop == clock.void_at:
        return "breached" if late else "void"
    if unset and not late:
        return "not_set"
    if stop is None:
        return "breached" if late else "paused" if paused else "running"
    if stop == clock.met_at:
        return "met_late" if late else "met"
    return "breached" if late else "cancelled"


def _notes(rules: list[_Rule], by: int) -> list[LocalText]:
    notes = []
    for before, after in pairwise(rules):
        fields = {"before": told_target(before.target), "after": told_target(after.target)}
        notes.append(message("clock.note_changed", at=after.since.isoformat(timespec="minutes"), **fields))
    if 0 <= by < len(rules) - 1:
        notes.append(message("clock.note_old_breach", target=told_target(rules[by].target)))
    return notes


def told_target(target: Target | None) -> LocalText:
    """Return a target in words."""
    if target is None:
        return message("clock.amount_none")
    return message(f"clock.amount_{target.unit}", n=f"{target.amount:g}")
