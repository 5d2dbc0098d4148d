"""What should be done at a stage and whether it was; what only a person knows stays a question."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from closeloop.followup.event import is_said
from closeloop.followup.playbook.signs import played_back, talks
from closeloop.followup.state import CaseState
from closeloop.text import LocalText, message


@dataclass(frozen=True, slots=True, kw_only=True)
class ToCheck:
    """One line of a checklist.

    Attributes
    ----------
    text : LocalText
    done : bool or None
        None: the record cannot tell; ask yourself.
    """

    text: LocalText
    done: bool | None


def _spoken(state: CaseState) -> bool:
    return is_said(state.value("words")) or any(is_said(each.get("words")) for each in talks(state))


def _in_contacts(field: str) -> Callable[[CaseState], bool]:
    return lambda state: any(is_said(each.get(field)) for each in talks(state))


def _value(name: str) -> Callable[[CaseState], bool]:
    return lambda state: is_said(state.value(name))


def _at_least(kind: str, n: int) -> Callable[[CaseState], bool]:
    return lambda state: len(state.added(kind, this_cycle=True)) >= n


def _options(state: CaseState) -> bool:
    return sum(not each.get("interim") for each in state.added("options", this_cycle=True)) > 1


def _complete(state: CaseState) -> bool:
    options = [each for each in state.added("options", this_cycle=True) if not each.get("interim")]
    return bool(options) and all(
        is_said(each.get("text")) and is_said(each.get("due_on")) and is_said(each.get("owner")) for each in options
    )


def _asked_both(state: CaseState) -> bool:
    found = state.added("confirmations", this_cycle=True)
    return bool(found) and is_said(found[-1].get("felt_heard")) and is_said(found[-1].get("solution_reasonable"))


def _tasks_done(state: CaseState) -> bool:
    tasks = [each for each in state.added("tasks", this_cycle=True) if not each.get("dropped")]
    return bool(tasks) and all(is_said(each.get("done_at")) for each in tasks)


def _update_told(state: CaseState) -> bool:
    promised = any(each.get("to") == "customer" for each in state.added("promises", this_cycle=True))
    return promised or _in_contacts("next_update_on")(state)


_EARLY = ("received", "acknowledged", "confirmed")
_LINES: tuple[tuple[str, tuple[str, ...], Callable[[CaseState], bool]], ...] = (
    ("words", _EARLY, _spoken),
    ("goal", (*_EARLY, "analysing", "proposed"), _in_contacts("goal")),
    ("emotion", _EARLY, _in_contacts("emotion")),
    ("remedy_sought", ("acknowledged", "confirmed"), _value("remedy_sought")),
    ("playback", ("acknowledged", "confirmed", "analysing"), played_back),
    ("next_update", ("acknowledged", "confirmed", "analysing", "proposed", "agreed", "implementing"), _update_told),
    ("evidence", ("confirmed", "analysing"), _at_least("evidence", 1)),
    ("focus", ("confirmed", "analysing"), _value("focus")),
    ("options", ("analysing",), _options),
    ("concrete", ("analysing", "proposed"), _complete),
    ("tasks", ("agreed",), _at_least("tasks", 1)),
    ("tasks_done", ("implementing",), _tasks_done),
    ("asked_both", ("resolved", "satisfied"), _asked_both),
    ("lesson", ("satisfied", "learning"), _at_least("lessons", 1)),
    ("remeasure", ("satisfied", "learning"), _value("remeasure_on")),
)


def checklist(state: CaseState) -> tuple[ToCheck, ...]:
    """Return what belongs to the stage of a case, and every promise that is still open.

    Examples
    --------
    >>> [str(each.text) for each in checklist(CaseState(case_id="C-1", stage="resolved"))]
    ['Asked apart whether the customer felt heard and whether the solution is reasonable.']
    """
    lines = [
        ToCheck(text=message(f"playbook.check_{name}"), done=done(state))
        for name, stages, done in _LINES
        if state.stage in stages
    ]
    open_promises = [each for each in state.added("promises") if each.get("kept") is None]
    lines += [
        ToCheck(
            text=message("playbook.check_promise", what=str(each.get("what")), day=str(each.get("due_at"))[:10]),
            done=False,
        )
        for each in open_promises
    ]
    return tuple(lines)
