"""What is possible from where a case is, and what is missing for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.commands.context import Asked, Context
from closeloop.followup.commands.decide import stage_label, worked_out
from closeloop.followup.commands.table import command_table
from closeloop.followup.stages.guards.guard import Guard
from closeloop.followup.stages.guards.registry import GUARDS
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.written import told_joined


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One guard of a step, and what is missing for it; None if nothing is."""

    guard: Guard
    lack: LocalText | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedEvent:
    """A step that the stage allows.

    Attributes
    ----------
    event : str
        The command.
    label : LocalText
    to : str
        Which stage it leads to.
    unmet : tuple of LocalText
        What has to be recorded before, each with the call that does; empty if nothing is missing.
    to_say : tuple of LocalText
        What the call itself has to say.
    checks : tuple of Checked
        Every guard of the step, also those that are met.
    """

    event: str
    label: LocalText
    to: str
    unmet: tuple[LocalText, ...] = ()
    to_say: tuple[LocalText, ...] = ()
    checks: tuple[Checked, ...] = ()

    @property
    def is_ready(self) -> bool:
        """Whether nothing has to be recorded before."""
        return not self.unmet


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class AllowedEvents(TableResult):
    """Every step out of the stage of a case.

    Attributes
    ----------
    case_id, stage : str
    events : tuple of AllowedEvent
    """

    kind: ClassVar[str] = "allowed"

    case_id: str
    stage: str
    events: tuple[AllowedEvent, ...]

    def __iter__(self) -> Iterator[AllowedEvent]:
        return iter(self.events)

    def __len__(self) -> int:
        return len(self.events)

    def __getitem__(self, event: str) -> AllowedEvent:
        """Return the step of that name."""
        return {each.event: each for each in self.events}[event]

    @property
    def title(self) -> LocalText:
        """Which case."""
        return message("case.allowed_title", case=self.case_id or "–")

    @property
    def sentence(self) -> LocalText:
        """Where it is, and what can be done at once."""
        stage = stage_label(self.stage)
        if not self.events:
            return message("case.allowed_nothing", stage=stage)
        ready = [each.label for each in self.events if each.is_ready]
        key = "case.allowed_some" if ready else "case.allowed_none"
        return message(key, stage=stage, ready=told_joined(ready, ", ", "、"))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Step, where it leads, what is missing before, what the call says."""
        return (
            Shown("label", message("case.col_step"), "short"),
            Shown("event", message("case.col_command"), "short"),
            Shown("leads_to", message("case.col_leads_to"), "short"),
            Shown("unmet", message("case.col_unmet")),
            Shown("to_say", message("case.col_to_say")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the steps."""
        return [
            {
                "event": each.event,
                "label": each.label,
                "to": each.to,
                "leads_to": stage_label(each.to),
                "unmet": told_joined(each.unmet, " ", ""),
                "to_say": told_joined(each.to_say, " ", ""),
            }
            for each in self.events
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return case and stage."""
        return {"case_id": self.case_id, "stage": self.stage}

    def plot(self, ax: Any = None) -> Any:
        """Draw how much is missing for each step; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.case_chart import plot_allowed

        return plot_allowed(self, ax)


def allowed(state: CaseState, context: Context) -> list[AllowedEvent]:
    """Return every step out of the stage of a case, with the guards that are not met yet.

    Examples
    --------
    >>> import datetime as dt
    >>> now = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    >>> case = CaseState(case_id="C-1", version=1, stage="received")
    >>> steps = allowed(case, Context(now=now))
    >>> [step.event for step in steps]
    ['acknowledge', 'reject', 'withdraw', 'merge']
    >>> [str(text) for text in steps[0].unmet]
    ['It has no owner: assign(owner=…).']
    """
    table, found = command_table(), []
    for step in stage_table().out_of(state.stage):
        asked = Asked(
            state=state,
            command=step.event,
            fields=worked_out(state, step.event, {}),
            at=context.now,
            actor=context.actor,
            context=context,
        )
        checks = [Checked(guard=GUARDS[name], lack=GUARDS[name].check(asked)) for name in step.guards]
        found.append(
            AllowedEvent(
                event=step.event,
                label=table.commands[step.event].label,
                to=step.target,
                unmet=tuple(each.lack for each in checks if each.lack is not None and not each.guard.with_call),
                to_say=tuple(each.lack for each in checks if each.lack is not None and each.guard.with_call),
                checks=tuple(checks),
            )
        )
    return found


def allowed_events(state: CaseState, context: Context) -> AllowedEvents:
    """Return the steps out of the stage of a case as a table."""
    return AllowedEvents(case_id=state.case_id, stage=state.stage, events=tuple(allowed(state, context)))
