"""Tasks on a calendar: what waits for what, which days must not slip, what is late."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.forms.form import find_cycle
from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.days import day_of
from closeloop.rootcause.problem.task import ActionTask
from closeloop.text import LocalText, message
from closeloop.written import told, told_list

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One task on the calendar.

    Attributes
    ----------
    task : ActionTask
    start, end : date
        First and last day as planned.
    slack : int
        Days by which it can slip without moving the last day of all.
    critical : bool
        Whether it cannot slip at all.
    state : {"done", "done late", "late", "running", "open"}
    too_early : tuple of str
        Tasks that it waits for and that end on or after its first day.
    """

    task: ActionTask
    start: dt.date
    end: dt.date
    slack: int
    critical: bool
    state: str
    too_early: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Gantt(TableResult):
    """Tasks on a calendar; what `gantt` returns.

    Attributes
    ----------
    bars : tuple of Bar
        By first day.
    today : date

    Examples
    --------
    >>> gantt([ActionTask(id="T1", what="list contracts", owner="Li", due="2026-10-05")], "2026-10-06")
    <Gantt: 0 of 1 tasks are done, 1 late; the last one ends on 2026-10-05. None of these may slip: T1.>
    """

    bars: tuple[Bar, ...]
    today: dt.date

    kind = "gantt"

    @property
    def title(self) -> LocalText:
        """That this is the plan."""
        return message("gantt.title")

    @property
    def sentence(self) -> LocalText:
        """How many tasks, how many done and late, and what decides the last day."""
        states = [bar.state for bar in self.bars]
        facts: dict[str, Any] = {
            "n": told(len(states), "count"), "done": told(sum(s.startswith("done") for s in states), "count"),
            "late": told(states.count("late"), "count"), "end": max((bar.end for bar in self.bars), default=self.today),
            "critical": told_list([bar.task.id for bar in self.bars if bar.critical]),
        }  # fmt: skip
        return message("gantt.sentence" if self.bars else "gantt.nothing", **facts)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What critical means, and which tasks start too early."""
        starting = [bar for bar in self.bars if bar.too_early]
        early = [message("gantt.too_early", id=b.task.id, before=told_list(b.too_early)) for b in starting]
        return (message("gantt.note", today=self.today), *early)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Task, owner, days, what it waits for, slack, state."""
        names = ("id", "what", "owner", "priority", "start", "end", "depends_on", "slack", "state_text")
        forms = {"priority": "count", "slack": "count"}
        return tuple(Shown(name, message(f"gantt.{name}"), forms.get(name, "text")) for name in names)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per task."""
        return [
            {
                "id": bar.task.id, "what": bar.task.what, "owner": bar.task.owner, "priority": bar.task.priority,
                "start": bar.start.isoformat(), "end": bar.end.isoformat(),
                "depends_on": ", ".join(bar.task.depends_on),
                "slack": bar.slack, "critical": bar.critical, "state": bar.state,
                "state_text": message(f"gantt.is_{bar.state.replace(' ', '_')}"),
            }
            for bar in self.bars
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the day of the reading."""
        return {"today": self.today.isoformat()}

    def plot(self, ax: Any = None) -> Any:
        """Draw the bars on a calendar; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.gantt_chart import plot_gantt

        return plot_gantt(self, ax)


def gantt(tasks: Sequence[ActionTask], today: dt.date | str) -> Gantt:
    """Return tasks on a calendar, with the critical ones and the late ones.

    Parameters
    ----------
    tasks : sequence of ActionTask
    today : date or str
        The day on which lateness is judged.

    Returns
    -------
    Gantt

    Raises
    ------
    ValueError
        If two tasks have the same id, one waits for a task that is not there, or tasks wait for one another in a ring.

    Notes
    -----
    Each task takes the days from its first to its last one. Going backwards from the last day of all, a task may end at
    the latest the day before the latest first day of those which wait for it; the slack is the distance to that day. A
    task without a first day starts the day after the last of those it waits for ends, but no later than it is due.

    Examples
    --------
    >>> tasks = [ActionTask(id="A", what="list", owner="Li", start="2026-10-01", due="2026-10-05"),
    ...          ActionTask(id="B", what="sign", owner="Li", due="2026-10-12", depends_on=("A",)),
    ...          ActionTask(id="C", what="tell", owner="Wu", start="2026-10-01", due="2026-10-03")]
    >>> [(bar.task.id, bar.slack) for bar in gantt(tasks, "2026-10-04").bars]
    [('C', 9), ('A', 0), ('B', 0)]
    """
    day = day_of(today)
    known = {task.id: task for task in tasks}
    if len(known) < len(tasks):
        twice = sorted({task.id for task in tasks if sum(other.id == task.id for other in tasks) > 1})
        raise ValueError(message("problem.task_twice", ids=", ".join(twice)))
    for task in tasks:
        unknown = [name for name in task.depends_on if name not in known]
        if unknown:
            raise ValueError(message("problem.task_unknown", id=task.id, unknown=", ".join(unknown)))
    ring = find_cycle({task.id: task.depends_on for task in tasks})
    if ring:
        raise ValueError(message("problem.task_loop", chain=" → ".join(ring)))
    order = _sorted(known)
    starts = {name: _start(known[name], known) for name in order}
    followers: dict[str, list[str]] = {name: [] for name in known}
    for task in tasks:
        for before in task.depends_on:
            followers[before].append(task.id)
    last = max((task.due for task in tasks), default=day)
    latest: dict[str, dt.date] = {}
    for name in reversed(order):
        after = [latest[f] - (known[f].due - starts[f]) - _DAY for f in followers[name]]
        latest[name] = min(after, default=last)
    bars = [_bar(known[name], starts[name], latest[name], known, day) for name in order]
    return Gantt(bars=tuple(sorted(bars, key=lambda bar: (bar.start, bar.end, bar.task.id))), today=day)


def _bar(task: ActionTask, start: dt.date, latest: dt.date, known: Mapping[str, ActionTask], today: dt.date) -> Bar:
    slack = (latest - task.due).days
    early = tuple(name for name in task.depends_on if known[name].due >= start)
    return Bar(
        task=task, start=start, end=task.due, slack=slack, critical=slack <= 0, too_early=early,
        state=_state(task, start, today),
    )  # fmt: skip


def _state(task: ActionTask, start: dt.date, today: dt.date) -> str:
    if task.done_on is not None:
        return "done late" if task.done_on > task.due else "done"
    if today > task.due:
        return "late"
    return "running" if today >= start else "open"


def _start(task: ActionTask, known: Mapping[str, ActionTask]) -> dt.date:
    if task.start is not None:
        return task.start
    before = [known[name].due + _DAY for name in task.depends_on]
    return min(max(before, default=task.due), task.due)


def _sorted(known: Mapping[str, ActionTask]) -> list[str]:
    placed: dict[str, None] = {}
    waiting = list(known)[::-1]
    while waiting:
        name = waiting[-1]
        before = [each for each in known[name].depends_on if each not in placed]
        if before:
            waiting.extend(before)
        else:
            placed.setdefault(waiting.pop(), None)
    return list(placed)
