"""What the events of a case add up to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from closeloop.followup.commands.table import Command, command_table
from closeloop.followup.commands.values import utc_time
from closeloop.followup.event import CaseEvent
from closeloop.followup.stages.table import StageTable, stage_table
from closeloop.followup.state import CaseState, Cycle, Entry

Apply = Callable[[CaseState, CaseEvent], None]


def fold(events: Iterable[CaseEvent], state: CaseState | None = None) -> CaseState:
    """Return a case after its events.

    Parameters
    ----------
    events : iterable of CaseEvent
        In the order of their numbers; all of one case.
    state : CaseState, optional
        The case before them; it stays as it is.

    Returns
    -------
    CaseState
        An event of a type that is not known is counted and does nothing else; so is a step that the table of stages
        does not have, except that the stage is the one it leads to: what was done elsewhere is judged by
        `closeloop.followup.case.case_findings`, not here.

    Examples
    --------
    >>> import datetime as dt
    >>> at = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    >>> opened = CaseEvent(case_id="C-1", seq=1, type="CaseOpened", at=at, recorded_at=at, actor="li",
    ...                    payload={"channel": "phone", "words": {"private": 40}})
    >>> case = fold([opened])
    >>> case.stage, case.version, case.cycle, case.value("channel")
    ('received', 1, 1, 'phone')
    """
    case = CaseState(case_id="") if state is None else _copy(state)
    appliers = _appliers()
    for event in events:
        take = appliers.get(event.type)
        if take is not None:
            take(case, event)
        case.version = event.seq
        case.last_at = event.at
        if not case.case_id:
            case.case_id = event.case_id
    return case


def take_in(case: CaseState, event: CaseEvent) -> None:
    """Bring a case up to date by its next event; `fold` leaves the state as it was, this changes it."""
    take = _appliers().get(event.type)
    if take is not None:
        take(case, event)
    case.version, case.last_at, case.case_id = event.seq, event.at, case.case_id or event.case_id


def _copy(state: CaseState) -> CaseState:
    return replace(
        state,
        cycles=[replace(cycle) for cycle in state.cycles],
        values=dict(state.values),
        entries={kind: list(entries) for kind, entries in state.entries.items()},
        trail=list(state.trail),
    )


@cache
def _appliers() -> Mapping[str, Apply]:
    """Return what to do for each type of event, worked out once from the two tables."""
    stages = stage_table()
    return {command.event: _applier(name, command, stages) for name, command in command_table().commands.items()}


def _applier(name: str, command: Command, stages: StageTable) -> Apply:
    effect = command.effect
    actions: list[Apply] = []
    if effect.opens:
        actions.append(_open)
    if effect.moves:
        new_cycle = any(step.new_cycle for step in stages.transitions if step.event == name)
        actions.append(_moving(name, new_cycle, stages))
    if command.sets:
        actions.append(_setting(dict(command.sets)))
    if effect.adds:
        actions.append(_adding(effect.adds))
    if effect.marks and effect.by:
        actions.append(_marking(effect.marks, effect.by, effect.time, effect.with_fields))
    if effect.marks_last:
        actions.append(_marking(effect.marks_last, None, effect.time, effect.with_fields))
    if effect.hold:
        actions.append(_hold_start if effect.hold == "start" else _hold_end)
    if effect.escalates:
        actions.append(_escalate)
    if effect.corrects:
        actions.append(_correct)
    if name in {"record_contact", "offer"}:
        actions.append(_first_response)
    if len(actions) == 1:
        return actions[0]

    def apply(case: CaseState, event: CaseEvent) -> None:
        for action in actions:
            action(case, event)

    return apply


def _open(case: CaseState, event: CaseEvent) -> None:
    case.stage = stage_table().start
    case.opened_at = event.at
    began_at = utc_time(event.payload.get("received_at")) or event.at
    case.cycles.append(Cycle(number=len(case.cycles) + 1, began_at=began_at))
    case.trail.append((event.at, case.stage, len(case.cycles)))


_TIMES = {
    "acknowledge": "acknowledged_at",
    "resolve": "resolved_at",
    "customer_confirms": "confirmed_at",
    "late_confirm": "confirmed_at",
}
"""Step → which time of the cycle it sets."""


def _moving(name: str, new_cycle: bool, stages: StageTable) -> Apply:
    time = _TIMES.get(name)
    ends = frozenset(stages.end_stages)
    targets = {step.source: step.target for step in stages.transitions if step.event == name}

    def move(case: CaseState, event: CaseEvent) -> None:
        said = event.payload.get("to")
        target = said if isinstance(said, str) and said else targets.get(case.stage, case.stage)
        case.stage = target
        if new_cycle or not case.cycles:
            case.cycles.append(Cycle(number=len(case.cycles) + 1, began_at=event.at))
        cycle = case.cycles[-1]
        if time is not None:
            setattr(cycle, time, event.at)
        if target in ends:
            cycle.ended_at, cycle.outcome = event.at, target
            if case.hold:
                _hold_end(case, event)
        elif cycle.ended_at is not None:  # confirmed late, or back from an outside body: it goes on
            cycle.ended_at, cycle.outcome = None, ""
        case.trail.append((event.at, target, len(case.cycles)))

    return move


def _setting(sets: dict[str, str]) -> Apply:
    def set_values(case: CaseState, event: CaseEvent) -> None:
        values = case.values
        for field, value in event.payload.items():
            if value is not None and field in sets:
                values[sets[field]] = value

    return set_values


def _adding(kind: str) -> Apply:
    def add(case: CaseState, event: CaseEvent) -> None:
        entry = Entry(event.seq, event.at, event.actor, len(case.cycles), event.payload)
        case.entries.setdefault(kind, []).append(entry)

    return add


def _marking(kind: str, by: str | None, time: str | None, extra: Mapping[str, Any]) -> Apply:
    def mark(case: CaseState, event: CaseEvent) -> None:
        entries = case.entries.get(kind, [])
        wanted = event.payload.get(by) if by else (entries[-1].seq if entries else None)
        said = {name: value for name, value in event.payload.items() if name != by and value is not None}
        if time is not None:
            said[time] = event.at
        _change(entries, wanted, {**said, **extra})

    return mark


def _change(entries: list[Entry], seq: object, said: Mapping[str, Any]) -> bool:
    for position, entry in enumerate(entries):
        if entry.seq == seq:
            entries[position] = replace(entry, fields={**entry.fields, **said})
            return True
    return False


def _hold_start(case: CaseState, event: CaseEvent) -> None:
    case.hold = str(event.payload.get("on", "customer"))


def _hold_end(case: CaseState, event: CaseEvent) -> None:
    case.hold = ""
    holds = case.entries.get("holds", [])
    if holds and holds[-1].get("ended_at") is None:
        _change(holds, holds[-1].seq, {"ended_at": event.at})


def _escalate(case: CaseState, event: CaseEvent) -> None:
    level = event.payload.get("level")
    case.escalation = level if isinstance(level, int) else case.escalation + 1


_WRITTEN = frozenset({"email", "chat", "social", "letter", "survey"})


def _first_response(case: CaseState, event: CaseEvent) -> None:
    """Note the first time that a person of ours told the customer something: spoke to them, wrote, or offered.

    What was recorded later may have happened earlier: it counts in the cycle that ran then.
    """
    if not case.cycles or (event.type == "ContactAttempted" and not _was_told(event.payload)):
        return
    _answered(case, event.at)


def _answered(case: CaseState, at: dt.datetime) -> None:
    cycle = next((each for each in reversed(case.cycles) if each.began_at <= at), case.cycles[0])
    if cycle.first_response_at is None or at < cycle.first_response_at:
        cycle.first_response_at = at


def _was_told(contact: Mapping[str, Any]) -> bool:
    reached = contact.get("reached")
    told = reached is True or (reached is None and str(contact.get("channel")) in _WRITTEN)
    return told and contact.get("direction", "outbound") == "outbound" and contact.get("human") is not False


def _first_responses_again(case: CaseState) -> None:
    """Find the first answers anew, once a contact turned out to have been something else."""
    for cycle in case.cycles:
        cycle.first_response_at = None
    told = [entry for entry in case.entries.get("contacts", ()) if _was_told(entry.fields)]
    for entry in (*told, *case.entries.get("offers", ())):
        _answered(case, entry.at)


@cache
def _values_of() -> Mapping[str, Mapping[str, str]]:
    """Return for each kind of entry which of its fields also are values of the case, and under which name."""
    commands = command_table().commands.values()
    return {command.effect.adds: command.sets for command in commands if command.effect.adds}


def _correct(case: CaseState, event: CaseEvent) -> None:
    """Set what an earlier event should have said: in the entry that it added, and as value if it still holds."""
    said = event.payload
    field, was, right = said.get("field"), said.get("was"), said.get("is")
    for kind, entries in case.entries.items():
        if isinstance(field, str) and _change(entries, said.get("event"), {field: right}):
            value = _values_of().get(kind, {}).get(field)
            if value is not None and case.values.get(value) == was:
                case.values[value] = right
            if kind == "contacts":
                _first_responses_again(case)
            return
