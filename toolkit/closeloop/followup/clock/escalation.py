"""When a case goes higher: nobody owns it, nobody answers, it is late, it goes wrong again, nobody above reacts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.followup.clock.case_times import Happening, is_human_contact
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.clock.measure import Measure
from closeloop.followup.state import CaseState, Entry
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar
    from closeloop.followup.clock.escalation_rules import EscalationRule, EscalationRules

CUSTOMER_FACING = ("acknowledge", "first_response", "next_update", "proposal", "resolution", "promise")
"""Clocks whose delay the customer feels; a rule about delay means these unless it names others."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalation:
    """One reason to go higher, and from when on.

    Attributes
    ----------
    rule : str
        Id of the rule.
    level : int
        To which level.
    since : datetime
        Since when things stand so.
    at : datetime
        When the rule takes effect, if they stay so.
    is_due : bool
        It has taken effect.
    ref : str
        What is meant, such as a clock's name.
    reason : LocalText
    """

    rule: str
    level: int
    since: dt.datetime
    at: dt.datetime
    is_due: bool
    ref: str = ""
    reason: LocalText


def escalations(
    state: CaseState,
    readings: Sequence[ClockReading],
    now: dt.datetime,
    rules: EscalationRules,
    calendars: Mapping[str, Calendar],
) -> list[Escalation]:
    """Return every reason for which a case goes higher, now or later, the highest level first.

    Parameters
    ----------
    state : CaseState
    readings : sequence of ClockReading
        What its clocks show at `now`.
    now : datetime
    rules : EscalationRules
    calendars : mapping
        As `closeloop.followup.calendar.load.shelf` gives them.

    Returns
    -------
    list of Escalation
        Whoever acts on it compares ``level`` with ``state.escalation``: what is due and higher is to be written down.

    Raises
    ------
    ValueError
        If the calendar of the rules is not there.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar, shelf
    >>> from closeloop.followup.clock.escalation_rules import load_escalation
    >>> from closeloop.followup.state import Cycle
    >>> at = dt.datetime(2026, 10, 16, 9, tzinfo=dt.UTC)
    >>> case = CaseState(case_id="C-1", version=1, stage="received", opened_at=at, cycles=[Cycle(1, at)])
    >>> found = escalations(case, [], at + dt.timedelta(days=1), load_escalation(), shelf([load_calendar("24x7")]))
    >>> [(each.rule, each.level, each.is_due) for each in found]
    [('unowned', 1, True)]
    """
    if not state.cycles or state.cycles[-1].ended_at is not None:
        return []
    calendar = calendars.get(rules.calendar)
    if calendar is None:
        known = ", ".join(sorted(calendars)) or "–"
        raise ValueError(message("clock.unknown_calendar", calendar=rules.calendar, known=known))
    found = []
    for rule in rules.rules:
        if rule.severity and state.value("severity") not in rule.severity:
            continue
        for since, ref in _CASES[rule.when](state, readings, rule):
            at = since if rule.after is None else Measure(rule.after.unit, calendar).due(since, rule.after.amount)
            name = message(f"clock.name_{ref}") if ref else ""
            reason = message(f"clock.escalate_{rule.when}", clock=name, count=rule.count)
            found.append(
                Escalation(rule=rule.id, level=rule.level, since=since, at=at, is_due=at <= now, ref=ref, reason=reason)
            )
    return sorted(found, key=lambda each: (not each.is_due, -each.level, each.at))


_Found = Iterator[tuple[dt.datetime, str]]


def _unowned(state: CaseState, _: Sequence[ClockReading], __: EscalationRule) -> _Found:
    if not state.value("owner"):
        changed = [entry.at for entry in state.added("handovers", this_cycle=True)]
        yield max([state.cycles[-1].began_at, *changed]), ""


def _unanswered(state: CaseState, _: Sequence[ClockReading], __: EscalationRule) -> _Found:
    """Give the first message of the customer to which nobody has said anything yet."""
    contacts = state.added("contacts")
    written = [*state.added("messages"), *(entry for entry in contacts if entry.get("direction") == "inbound")]
    answered = [entry.at for entry in contacts if is_human_contact(_happening(entry))]
    answered += [entry.at for entry in state.added("offers")]
    open_since = [entry.at for entry in written if not any(at > entry.at for at in answered)]
    if open_since:
        yield min(open_since), ""


def _breached(_: CaseState, readings: Sequence[ClockReading], rule: EscalationRule) -> _Found:
    for reading in readings:
        if reading.clock in (rule.clocks or CUSTOMER_FACING) and reading.stopped_at is None and reading.breached_at:
            yield reading.breached_at, reading.clock


def _repeated(state: CaseState, readings: Sequence[ClockReading], rule: EscalationRule) -> _Found:
    """Give the moment at which it went wrong for the n-th time: late, or opened again."""
    clocks = rule.clocks or CUSTOMER_FACING
    wrong = [r.breached_at for r in readings if r.breached_at is not None and r.clock in clocks]
    wrong += [cycle.began_at for cycle in state.cycles[1:]]
    if len(wrong) >= rule.count:
        yield sorted(wrong)[rule.count - 1], ""


def _not_acknowledged(state: CaseState, _: Sequence[ClockReading], __: EscalationRule) -> _Found:
    last = state.added("escalations")[-1:]
    for entry in last:
        if entry.get("acked_at") is None and state.escalation > 0:
            yield entry.at, ""


_CASES: Mapping[str, Callable[[CaseState, Sequence[ClockReading], EscalationRule], _Found]] = {
    "unowned": _unowned, "unanswered": _unanswered, "breached": _breached, "repeated": _repeated,
    "not_acknowledged": _not_acknowledged,
}  # fmt: skip


def _happening(entry: Entry) -> Happening:
    return Happening(entry.at, entry.seq, "ContactAttempted", dict(entry.fields), "")
