"""Taking a step with a card: what can be done from where it stands, done at once or begun in its panel."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from closeloop.followup.board import group_of
from closeloop.followup.case.allowed import AllowedEvent
from closeloop.followup.commands.table import command_table
from closeloop.followup.loop.case import Case
from closeloop.followup.stages.table import stage_table
from closeloop.text import LocalText, message
from closeloop.widgets.board.cards import stage_label

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop

CLOSED = "closed"
"""The column of the cases that have ended."""


class Moving(ABC):
    """The steps of a card; part of `closeloop.widgets.board.case_board.CaseBoard`."""

    loop: Loop
    _menu: dict[str, Any] | None = None

    @abstractmethod
    def do_open(self, case_id: str) -> LocalText | None:
        """Open the panel of a case."""

    @abstractmethod
    def do_form(self, command: str) -> LocalText | None:
        """Open the form of a command in the panel."""

    def do_menu(self, case_id: str) -> None:
        """Show where a card can go."""
        case = self.loop.case(case_id)
        self._menu = _menu(case, tuple(case.allowed()))

    def do_close_menu(self) -> None:
        """Put the menu away."""
        self._menu = None

    def do_move(self, case_id: str, event: str, version: int | None = None) -> LocalText | None:
        """Take a step, if nothing is missing for it; else open the panel there.

        Parameters
        ----------
        case_id : str
        event : str
        version : int, optional
            The version of the case that the person saw: what others changed since is a conflict.
        """
        case = as_seen(self.loop, case_id, version)
        step = next((each for each in case.allowed() if each.event == event), None)
        if step is None or is_ready(step):
            case.do(event)  # where the stage does not allow the step, this says what it does allow
            return message("case_board.moved", number=case.number, stage=stage_label(case.stage))
        return self._begin(case, step)

    def do_drop(self, case_id: str, group: str, version: int | None = None) -> LocalText | None:
        """Take the one step that leads to a column, or ask which of several."""
        case = as_seen(self.loop, case_id, version)
        steps = tuple(step for step in case.allowed() if column_of(step.to) == group)
        here = column_of(case.stage)
        if len(steps) == 1:
            return self.do_move(case_id, steps[0].event, version)
        if not steps:
            if here == group:
                return None
            raise ValueError(message("case_board.no_way", number=case.number, column=message(f"board.group_{group}")))
        self._menu = _menu(case, steps)
        return message("case_board.which_step", column=message(f"board.group_{group}"))

    def _begin(self, case: Case, step: AllowedEvent) -> LocalText:
        """Open the panel of a case at a step that something is missing for, or that has something to say."""
        self.do_open(case.case_id)
        self.do_form(step.event)
        if step.unmet:
            return message("case_board.missing", step=step.label, n=len(step.unmet), number=case.number)
        return message("case_board.to_fill", step=step.label, number=case.number)


def as_seen(loop: Loop, case_id: str, version: int | None) -> Case:
    """Return a case as somebody saw it: what others have written since then shows as a conflict, not as news."""
    case = loop.case(case_id)
    if version is None or not 0 < version < case.version:
        return case
    return case.as_of(version)


def is_ready(step: AllowedEvent) -> bool:
    """Return whether a step can be taken without another word."""
    fields = command_table().commands[step.event].fields.values()
    return not step.unmet and not step.to_say and not any(field.required for field in fields)


def column_of(stage: str) -> str:
    """Return in which column of a board a stage stands."""
    return CLOSED if stage_table().is_end(stage) else group_of(stage)


def _menu(case: Case, steps: tuple[AllowedEvent, ...]) -> dict[str, Any]:
    found = [{"event": step.event, "label": str(step.label), "note": _note(step)} for step in steps]
    nothing = [{"event": "", "label": str(message("case_board.no_steps")), "note": ""}]
    title = str(message("case_board.move_title", number=case.number))
    return {"id": case.case_id, "version": case.version, "title": title, "steps": found or nothing}


def _note(step: AllowedEvent) -> str:
    to = f"→ {stage_label(step.to)}"
    if step.unmet:
        return f"{to} · {message('case_board.n_missing', n=len(step.unmet))}"
    return to if is_ready(step) else f"{to} · {message('case_board.has_form')}"
