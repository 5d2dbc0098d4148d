"""Tasks on a calendar."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.rootcause.problem.gantt import gantt
from closeloop.rootcause.problem.task import ActionTask
from closeloop.text import set_language


def task(name: str, start: str | None, due: str, *before: str, done: str | None = None) -> ActionTask:
    return ActionTask(id=name, what=f"do {name}", owner="Li", start=start, due=due, depends_on=before, done_on=done)


PLAN = [
    task("list", "2026-10-01", "2026-10-05", done="2026-10-05"),
    task("sign", "2026-10-06", "2026-10-16", "list"),
    task("tell", "2026-10-06", "2026-10-08", "list", done="2026-10-10"),
    task("check", None, "2026-10-31", "sign", "tell"),
]


def test_the_longest_chain_is_critical_and_the_rest_has_slack() -> None:
    bars = {bar.task.id: bar for bar in gantt(PLAN, "2026-10-12").bars}
    assert {name for name, bar in bars.items() if bar.critical} == {"list", "sign", "check"}
    assert bars["tell"].slack == 8
    assert bars["check"].start == dt.date(2026, 10, 17)


def test_late_and_done_late_are_told_apart() -> None:
    states = {bar.task.id: bar.state for bar in gantt(PLAN, "2026-10-20").bars}
    assert states == {"list": "done", "sign": "late", "tell": "done late", "check": "running"}


def test_a_task_that_starts_before_what_it_waits_for_ends_is_named() -> None:
    plan = gantt([task("a", "2026-10-01", "2026-10-10"), task("b", "2026-10-05", "2026-10-12", "a")], "2026-10-01")
    assert [bar.too_early for bar in plan.bars] == [(), ("a",)]
    assert any("b starts before a ends" in str(note) for note in plan.notes)


@pytest.mark.parametrize(
    ("tasks", "words"),
    [
        ([task("a", None, "2026-10-01", "b"), task("b", None, "2026-10-01", "a")], "ring: .*a"),
        ([task("a", None, "2026-10-01", "z")], "waits for z"),
        ([task("a", None, "2026-10-01"), task("a", None, "2026-10-02")], "called a"),
    ],
)
def test_a_plan_that_cannot_be_is_refused(tasks: list[ActionTask], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        gantt(tasks, "2026-10-01")


def test_a_task_that_ends_before_it_starts_or_waits_for_itself_is_refused() -> None:
    with pytest.raises(ValueError, match="after its last day"):
        task("a", "2026-10-05", "2026-10-01")
    with pytest.raises(ValueError, match="ring"):
        task("a", None, "2026-10-01", "a")


def test_a_task_is_done_only_with_evidence() -> None:
    with pytest.raises(ValueError, match="what shows it"):
        PLAN[1].finish("2026-10-16", "")
    assert PLAN[1].finish("2026-10-16", "contract 12").done_on == dt.date(2026, 10, 16)


def test_no_tasks_are_a_plan_too() -> None:
    plan = gantt([], "2026-10-01")
    assert str(plan.sentence) == "There are no tasks yet."
    assert plan.rows() == []


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 9), st.sets(st.integers(0, 9))), min_size=1, max_size=10))
def test_every_task_keeps_its_days_and_something_is_critical(drawn: list[tuple[int, int, set[int]]]) -> None:
    first = dt.date(2026, 1, 1)
    tasks = []
    for i, (start, length, before) in enumerate(drawn):
        begin = first + dt.timedelta(days=start)
        names = tuple(str(b) for b in before if b < i)
        due = begin + dt.timedelta(days=length)
        tasks.append(ActionTask(id=str(i), what="x", owner="Li", start=begin, due=due, depends_on=names))
    bars = gantt(tasks, first).bars
    assert sorted((b.task.id, b.start, b.end) for b in bars) == sorted((t.id, t.start, t.due) for t in tasks)
    assert any(bar.critical for bar in bars)


def test_the_plan_is_drawn_in_both_languages() -> None:
    plan = gantt(PLAN, "2026-10-12")
    assert plan.plot().title == "Tasks on the calendar"
    set_language("zh-CN")
    try:
        assert plan.plot().title == "任务进度（甘特图）"
        assert "关键任务没有余量" in str(plan.notes[0])
    finally:
        set_language("en")
