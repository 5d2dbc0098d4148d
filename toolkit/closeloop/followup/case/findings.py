"""What is at fault with a case: the four faults that lose customers, and what else a look at its history shows.

``F1`` … ``F4`` are those of the source's failing retailer: late; no playback; a solution tied to no cause; neither
re-measure nor lesson. ``C…`` are further ones, of single steps and records.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from closeloop.followup.case.fault import days_and_hours, fault
from closeloop.followup.case.fold import fold
from closeloop.followup.case.readable import readable
from closeloop.followup.case.record_check import record_findings
from closeloop.followup.case.step_check import Taken, step_findings, steps_taken
from closeloop.followup.event import CaseEvent, is_said
from closeloop.followup.stages.guards.guard import entry, listed
from closeloop.followup.state import CaseState
from closeloop.rootcause.findings import Finding, Findings, Level
from closeloop.text import message
from closeloop.written import told_joined, told_list

if TYPE_CHECKING:
    from closeloop.followup.clock.clock_reading import ClockReading
    from closeloop.followup.commands.context import Context

_ANSWERING = ("acknowledge", "first_response")
_LATE = frozenset({"breached", "met_late"})
_WENT_ON = frozenset(
    {"confirmed", "analysing", "proposed", "agreed", "implementing", "resolved", "satisfied", "learning"}
)
_CLOSED = frozenset({"closed", "closed_unconfirmed"})


def case_findings(
    state: CaseState,
    events: Sequence[CaseEvent],
    readings: Sequence[ClockReading],
    now: dt.datetime,
    context: Context | None = None,
) -> Findings:
    """Return what is at fault with a case.

    Parameters
    ----------
    state : CaseState
    events : sequence of CaseEvent
        All of them.
    readings : sequence of ClockReading
        What its clocks show at `now`.
    now : datetime
    context : Context, optional
        Teams and how often a customer is asked; without it, what depends on them is not judged.

    Returns
    -------
    Findings
        ``F1`` late · ``F2`` no playback · ``F3`` a solution that is tied to no cause · ``F4`` neither re-measure nor
        lesson · ``C1`` a step that the table does not have · ``C2`` closed as confirmed without the customer's own
        word · ``C3`` a pause that counts as time · ``C4`` promises · ``C5`` evidence that nobody looked for · ``C6`` no
        owner · ``C7`` nothing happens · ``C8`` written down late · ``C9`` only training · ``C10`` other deadlines ·
        ``C11`` steps taken although something was missing · ``C12`` times that cannot be · ``C13`` values that do not
        fit their fields; they are left out before the rest is judged.

    Examples
    --------
    >>> from closeloop.followup.case.examples import load_example
    >>> from closeloop.followup.case.fold import fold
    >>> events = load_example("retailer").events()["C-SAMPLEF1"]
    >>> case_findings(fold(events), events, [], events[-1].at).rules
    ('F2', 'F3', 'F4')
    """
    events, left_out = readable(events)
    if left_out:
        state = fold(events)
    taken = steps_taken(events, context)
    return Findings(
        [
            *_unreadable(left_out),
            *_late(readings),
            *_no_playback(state, taken),
            *_untied(state),
            *_nothing_learnt(state),
            *step_findings(taken),
            *record_findings(state, events, readings, now),
        ]
    )


def _unreadable(left_out: Mapping[int, Sequence[str]]) -> Iterator[Finding]:
    for number, fields in left_out.items():
        yield fault("C13", "warn", "unreadable", number, seq=number, fields=", ".join(fields))


def _late(readings: Sequence[ClockReading]) -> Iterator[Finding]:
    """Give ``F1`` for the answer to the customer, ``C10`` for every other deadline."""
    late = [each for each in readings if each.state in _LATE]
    answers = [each for each in late if each.clock in _ANSWERING]
    if answers:
        told = [
            message("case.late_clock", clock=message(f"clock.name_{each.clock}"), took=days_and_hours(each.elapsed_s))
            for each in answers
        ]
        yield fault("F1", "error", "late", clocks=told_joined(told, "; ", "；"))
    others = sorted({each.clock for each in late} - set(_ANSWERING) - {"promise"})  # promises: C4
    if others:
        names = [message(f"clock.name_{name}") for name in others]
        yield fault("C10", "warn", "late_others", clocks=told_joined(names, ", ", "、"))


def _no_playback(state: CaseState, taken: Sequence[Taken]) -> Iterator[Finding]:
    """Give ``F2`` for cycles that went on although the customer had not agreed to our summary."""
    went_on = {step.cycle for step in taken if step.event.payload.get("to") in _WENT_ON}
    agreed = {each.cycle for each in state.added("playbacks") if each.get("agreed")}
    agreed |= {each.cycle for each in state.added("contacts") if each.get("playback_agreed")}
    # A customer who cannot be reached however often one tries need not agree: there the guard let it pass.
    judged = [step for step in taken if step.command == "confirm_nature" and step.known]
    passed = {step.cycle for step in judged if "playback" not in step.missing}
    late = {step.cycle for step in judged if "playback" in step.missing}
    without = late | (went_on - agreed - passed)
    if without:
        yield fault("F2", "error", "no_playback", cycles=", ".join(map(str, sorted(without))))


def _untied(state: CaseState) -> Iterator[Finding]:
    """Give ``F3`` for options that were put to the customer, or carried out, and treat no cause."""
    proposals = state.added("proposals")
    fast = {each.cycle for each in proposals if each.get("fast_track")}
    numbers = {number for each in proposals for number in listed(each.get("option_ids"))}
    numbers |= {each.get("option") for kind in ("offers", "agreements") for each in state.added(kind)}
    untied = [
        option
        for option in state.added("options")
        if option.seq in numbers
        and not option.get("interim")
        and option.cycle not in fast
        and (entry(state, "causes", option.get("cause")) is None or not is_said(option.get("treats_level")))
    ]
    if untied:
        yield fault("F3", "error", "untied", untied[0].seq, options=", ".join(str(each.seq) for each in untied))
    elif proposals and not numbers:
        yield fault("F3", "error", "no_option", proposals[0].seq)


def _nothing_learnt(state: CaseState) -> Iterator[Finding]:
    """Give ``F4`` for cycles that were closed with neither a lesson or a re-measure nor a word why not."""
    for cycle in state.cycles:
        if cycle.outcome not in _CLOSED:
            continue
        closings = [each for each in state.added("closings") if each.cycle == cycle.number]
        lesson = any(each.cycle == cycle.number for each in state.added("lessons"))
        lesson |= any(is_said(each.get("no_lesson")) for each in closings)
        again = any(
            each.cycle == cycle.number for kind in ("remeasure_plans", "remeasures") for each in state.added(kind)
        )
        again |= any(is_said(each.get("remeasure_on") or each.get("opt_out")) for each in closings)
        if not (lesson and again):
            missing = [message("case.a_lesson")] if not lesson else []
            missing += [message("case.a_remeasure")] if not again else []
            level: Level = "error" if cycle.outcome == "closed" else "warn"
            yield fault("F4", level, "nothing_learnt", missing=told_list(missing))
