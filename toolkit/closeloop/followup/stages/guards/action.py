"""Guards of carrying out: tasks, promises, waiting, handing over."""

from __future__ import annotations

from closeloop.followup.commands.context import Asked
from closeloop.followup.event import is_said
from closeloop.followup.stages.guards.guard import GuardSet, entry, given, listed, newest, numbers
from closeloop.followup.state import Entry
from closeloop.text import LocalText, message

guards = GuardSet()
_RANK = {"minor": 0, "major": 1, "severe": 2}


def _tasks(asked: Asked) -> list[Entry]:
    return [each for each in asked.state.added("tasks", this_cycle=True) if not each.get("dropped")]


def _is_done(task: Entry) -> bool:
    return task.get("done_at") is not None and is_said(task.get("evidence"))


@guards.before("add_task", "change_task")
def tasks(asked: Asked) -> LocalText | None:
    """Require that what was agreed is broken down into tasks, each with somebody and a day."""
    there = _tasks(asked)
    if not there:
        return message("stages.needs_tasks")
    lame = [each for each in there if not (is_said(each.get("owner")) and is_said(each.get("due_on")))]
    return message("stages.needs_tasks_complete", tasks=numbers(lame)) if lame else None


@guards.before("task_done", "change_task")
def tasks_done(asked: Asked) -> LocalText | None:
    """Require that every task is done, and something shows it."""
    there = _tasks(asked)
    if not there:
        return message("stages.needs_tasks")
    waiting = [each for each in there if not _is_done(each)]
    return message("stages.needs_tasks_done", tasks=numbers(waiting)) if waiting else None


@guards.with_call("note")
def note(asked: Asked) -> LocalText | None:
    """Require that it is said in what the effect falls short."""
    return None if given(asked, "note") else message("stages.needs_note")


@guards.with_call("task", by=("add_task",))
def task_open(asked: Asked) -> LocalText | None:
    """Require that a task that is done or dropped stays so."""
    task = entry(asked.state, "tasks", asked.fields.get("task"))
    over = task is not None and (task.get("done_at") is not None or task.get("dropped"))
    return message("stages.needs_task_open", task=asked.fields.get("task")) if over else None


@guards.before("task_done")
def earlier_tasks(asked: Asked) -> LocalText | None:
    """Require that what a task depends on is done first."""
    task = entry(asked.state, "tasks", asked.fields.get("task"))
    before = [] if task is None else [entry(asked.state, "tasks", number) for number in listed(task.get("depends_on"))]
    waiting = [each for each in before if each is not None and not _is_done(each) and not each.get("dropped")]
    return message("stages.needs_earlier_tasks", tasks=numbers(waiting)) if waiting else None


@guards.with_call("promise", by=("promise",))
def promise_open(asked: Asked) -> LocalText | None:
    """Require that a promise is kept or broken once."""
    promise = entry(asked.state, "promises", asked.fields.get("promise"))
    decided = promise is not None and promise.get("kept") is not None
    return message("stages.needs_promise_open", promise=asked.fields.get("promise")) if decided else None


@guards.before("resume")
def not_on_hold(asked: Asked) -> LocalText | None:
    """Require that a case waits for one thing at a time."""
    return message("stages.needs_not_on_hold") if asked.state.hold else None


@guards.before("hold")
def on_hold(asked: Asked) -> LocalText | None:
    """Require that only what waits can go on."""
    return None if asked.state.hold else message("stages.needs_on_hold")


@guards.before("record_contact", "offer")
def question_asked(asked: Asked) -> LocalText | None:
    """Require that the customer can only be waited for once they were asked something."""
    state = asked.state
    asked_them = any(each.get("direction") == "outbound" for each in state.added("contacts", this_cycle=True))
    if asked.fields.get("on") != "customer" or asked_them or state.added("offers", this_cycle=True):
        return None
    return message("stages.needs_question_asked")


@guards.with_call("handover")
def handover(asked: Asked) -> LocalText | None:
    """Require that who takes a case over is told what it is about."""
    before = asked.state.value("owner")
    if before in {None, asked.fields.get("owner")} or given(asked, "handover"):
        return None
    return message("stages.needs_handover", owner=before)


@guards.with_call("reason")
def severity_lowered(asked: Asked) -> LocalText | None:
    """Require that nobody makes a case less grave without a reason."""
    before = _RANK.get(str(asked.state.value("severity")), 0)
    now = _RANK.get(str(asked.fields.get("severity")), 0)
    return message("stages.needs_severity_lowered") if now < before and not given(asked, "reason") else None


@guards.before("escalate")
def escalated(asked: Asked) -> LocalText | None:
    """Require that only an escalation that nobody has taken note of can be taken note of."""
    last = newest(asked.state, "escalations")
    return None if last is not None and last.get("acked_at") is None else message("stages.needs_escalated")
