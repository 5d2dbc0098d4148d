"""All clocks of a case, from its events alone.

Nothing is stored: whoever asks again gets the same answer from the same events, policies and calendars. What each clock
measures:

==========================  ===============================================  ==========================================
clock                       runs from                                        until
==========================  ===============================================  ==========================================
``acknowledge``             receipt, reopening                               receipt confirmed, or a person answered
``first_response``          receipt, reopening                               a person reached the customer or wrote
``next_update``             each time the customer was told something        the next time
``proposal``                receipt, reopening                               a proposal
``resolution``              receipt, reopening                               a solution the customer did not turn down
``resolution_internal``     the same                                         the same; it also pauses for third parties
``customer_confirm_wait``   a solution                                       the customer's answer
``action_due``              a task                                           the task is done
``promise``                 a promise                                        it is kept
``effect_review``           the agreement, or the solution                   the effect is reviewed
``remeasure``               the day is fixed                                 the customer answered again
``hold_expired``            a hold with an end, or with a longest pause      the hold is lifted
==========================  ===============================================  ==========================================
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING

from closeloop.followup.clock.case_times import CaseTimes, CycleTimes, Happening, case_times, is_human_contact
from closeloop.followup.clock.clock_reading import ClockReading, Pause
from closeloop.followup.clock.dated import dated_clocks
from closeloop.followup.clock.running import Clock, Rulebook, read_clock
from closeloop.followup.event import CaseEvent
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar
    from closeloop.followup.clock.policy import Policy

__all__ = ["ClockReading", "Pause", "read_clocks"]


def read_clocks(
    events: Sequence[CaseEvent],
    policies: Mapping[str, Policy],
    calendars: Mapping[str, Calendar],
    now: dt.datetime,
    *,
    running: bool = False,
) -> tuple[ClockReading, ...]:
    """Return what every clock of a case shows.

    Parameters
    ----------
    events : sequence of CaseEvent
        Of one case. Those that happened after `now` are not looked at.
    policies, calendars : mapping
        By name, as `closeloop.followup.calendar.load.shelf` gives them: ``id`` is the newest version, ``id@version``
        a certain one. Until a policy is applied to the case, ``"default"`` holds.
    now : datetime
        With a zone.
    running : bool
        Only those that have not stopped: most clocks of most cases have, and reading them takes longest.

    Returns
    -------
    tuple of ClockReading
        Cycle by cycle; empty if nothing opened the case until `now`.

    Raises
    ------
    ValueError
        If `now` has no zone, or a policy or calendar is not there.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar, shelf
    >>> from closeloop.followup.clock.policy_file import load_policy
    >>> friday = dt.datetime(2026, 10, 16, 16, tzinfo=dt.UTC)
    >>> opened = CaseEvent(case_id="C-1", seq=1, type="CaseOpened", at=friday, recorded_at=friday, actor="ann",
    ...                    payload={"kind": "complaint", "channel": "email"})
    >>> shelves = shelf([load_policy("default")]), shelf([load_calendar("24x7")])
    >>> clocks = read_clocks([opened], *shelves, friday + dt.timedelta(hours=18))
    >>> [(c.clock, c.state, c.warn_levels, f"{c.due_at:%a %H:%M}") for c in clocks if c.state != "not_set"]
    [('first_response', 'running', (50, 75), 'Sat 16:00')]
    """
    if now.tzinfo is None:
        raise ValueError(message("calendar.naive_time", found=now.isoformat()))
    now = now.astimezone(dt.UTC)
    times = case_times(events, now)
    if times is None:
        return ()
    rules = Rulebook(policies, calendars)
    clocks = (clock for cycle in times.cycles for clock in _cycle_clocks(cycle, times, rules))
    found = [read_clock(clock, times, rules, now) for clock in clocks if not running or clock.stop() is None]
    dated = (each for each in dated_clocks(times, rules, now) if not running or each.stopped_at is None)
    return tuple(sorted((*found, *dated), key=attrgetter("cycle")))


def _cycle_clocks(cycle: CycleTimes, times: CaseTimes, rules: Rulebook) -> Iterator[Clock]:
    end, start, number = _at(cycle.end()), cycle.start, cycle.number
    contact = _at(next((h for h in cycle.happened if is_human_contact(h)), None))
    confirmed = next((h for h in cycle.all("Acknowledged") if _was_told(h)), None)
    untold = next((h for h in cycle.all("Acknowledged") if not _was_told(h)), None)
    received = min((at for at in (_at(confirmed), contact) if at is not None), default=None)
    yield Clock("acknowledge", number, cycle.seq, start, received, end, _at(untold))
    yield Clock("first_response", number, cycle.seq, start, contact, end)
    yield Clock("proposal", number, cycle.seq, start, _at(cycle.first("Proposed", "Offered")), end)
    solved = _at(_solution(cycle))
    yield Clock("resolution", number, cycle.seq, start, solved, end)
    if _has_internal(times, rules):
        yield Clock("resolution_internal", number, cycle.seq, start, solved, end)
    for h in cycle.all("Resolved"):
        answer = cycle.first("CustomerConfirmed", "CustomerDenied", "LateConfirmed", after=h.at)
        given_up = cycle.first("EffectShort", "NoAnswerTimeout", "Resolved", after=h.at)
        over = min((at for at in (_at(given_up), end) if at is not None and at >= h.at), default=None)
        yield Clock("customer_confirm_wait", number, h.seq, h.at, _at(answer), over)


def _was_told(h: Happening) -> bool:
    """Say whether an acknowledgement reached the customer; without a word about it, it did."""
    return h.payload.get("sent") is not False and not h.payload.get("no_channel_reason")


def _solution(cycle: CycleTimes) -> Happening | None:
    """Return the last solution, unless it was turned down or fell short; a confirmation implies one."""
    found: Happening | None = None
    for h in cycle.happened:
        if h.type in {"Resolved", "CustomerConfirmed", "LateConfirmed"}:
            found = found or h
        elif h.type in {"CustomerDenied", "EffectShort"}:
            found = None
    return found


def _has_internal(times: CaseTimes, rules: Rulebook) -> bool:
    if any(hold.on == "third_party" for hold in times.holds):
        return True
    return any(rules.policy(change.policy).targets.resolution_internal for change in times.changes)


def _at(h: Happening | None) -> dt.datetime | None:
    return None if h is None else h.at
