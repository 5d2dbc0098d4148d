"""Steps that were taken, judged as they would have been before they were taken: for history that nothing guarded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from closeloop.followup.case.fault import fault
from closeloop.followup.case.fold import take_in
from closeloop.followup.commands.context import Asked, Context
from closeloop.followup.commands.decide import stage_label
from closeloop.followup.commands.table import command_table
from closeloop.followup.event import CaseEvent
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState
from closeloop.rootcause.findings import Finding
from closeloop.text import LocalText

_OUTSIDE = frozenset({"authority", "merge_target", "merge_open", "merge_no_cycle", "same_customer"})
"""Guards that look at other cases and at limits of the time; afterwards nobody can say."""
_OF_OTHER_RULES = frozenset({"playback", "option_cause", "lesson", "remeasure", "customers_own_message"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A step that was taken.

    Attributes
    ----------
    event : CaseEvent
    command : str
    cycle : int
    source : str
        Where the case was.
    known : bool
        Whether the table has this step.
    missing : dict
        Guard → what was missing.
    """

    event: CaseEvent
    command: str
    cycle: int
    source: str
    known: bool
    missing: dict[str, LocalText]


def steps_taken(events: Sequence[CaseEvent], context: Context | None) -> list[Taken]:
    """Return the steps of a history, each with what was missing when it was taken."""
    table, stages = command_table(), stage_table()
    case, found = CaseState(case_id=""), []
    for event in events:
        name = table.command_of(event.type)
        if name is not None and table.commands[name].moves:
            source = case.stage
            transition = stages.transition(source, name)
            known = transition is not None and event.payload.get("to", transition.target) == transition.target
            guards = transition.guards if transition is not None and known else ()
            asked = Asked(
                state=case, command=name, fields=event.payload, at=event.at, actor=event.actor,
                context=context or _lenient(event.at),
            )  # fmt: skip
            skipped = _OUTSIDE if context is not None or not case.value("team") else _OUTSIDE | {"team"}
            told = {guard: GUARDS[guard].check(asked) for guard in guards if guard not in skipped}
            take_in(case, event)
            found.append(
                Taken(
                    event=event,
                    command=name,
                    cycle=case.cycle,
                    source=source,
                    known=known,
                    missing={guard: text for guard, text in told.items() if text is not None},
                )
            )
        else:
            take_in(case, event)
    return found


def _lenient(at: dt.datetime) -> Context:
    """Return a context that asks for one attempt: how many a team had set is not known afterwards."""
    return Context(now=at, attempts_needed=1, attempts_days=0)


def step_findings(taken: Sequence[Taken]) -> Iterator[Finding]:
    """Give ``C1`` steps that the table does not have, and ``C11`` what was missing at others, once each."""
    table = command_table()
    missing: dict[str, tuple[LocalText, list[int]]] = {}
    for step in taken:
        if not step.known:
            yield fault(
                "C1", "error", "illegal_step", step.event.seq, event=table.commands[step.command].label,
                stage=stage_label(step.source), seq=step.event.seq,
            )  # fmt: skip
        if "customers_own_message" in step.missing:
            yield fault("C2", "error", "not_confirmed", step.event.seq, seq=step.event.seq)
        for guard, text in step.missing.items():
            if guard not in _OF_OTHER_RULES:
                missing.setdefault(guard, (text, []))[1].append(step.event.seq)
    for text, numbers in missing.values():
        yield fault("C11", "warn", "was_missing", numbers[0], events=", ".join(map(str, numbers)), text=text)
