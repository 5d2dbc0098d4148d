"""What is weak in a problem: its own chain from gap to lesson, and everything that was added to it."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from closeloop.rootcause.findings import Finding, Findings, Level
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.rootcause.problem.countermeasure import Countermeasure
    from closeloop.rootcause.problem.problem import Problem
    from closeloop.rootcause.whys.handles import Cause


def problem_findings(problem: Problem, today: dt.date | None) -> Findings:
    """Return the findings of a problem; with `today`, also what is late."""
    found = [*_own(problem)]
    for measure in problem.countermeasures:
        found += [dataclasses.replace(each, at=measure.id) for each in measure.findings()]
        found += _of_measure(problem, measure, today)
    for cycle in problem.state.cycles:
        found += cycle.findings()
    for document in (*problem.trees, *problem.worksheets):
        found += document.findings()
    for whys in problem.whys:
        treated = {c.id for c in whys.causes if any(_treats(one, c) for one in problem.countermeasures)}
        found += [each for each in whys.findings() if each.rule != "W17" or each.at not in treated]
    if today is not None:
        for lesson in problem.lessons:
            found += lesson.findings(today)
        found += [
            _finding("Q09", "error", "task_late", task.id, what=task.what, owner=task.owner, due=task.due)
            for task in problem.state.tasks
            if task.done_on is None and task.due < today
        ]
    return Findings(dict.fromkeys(found))


def _treats(measure: Countermeasure, cause: Cause) -> bool:
    return measure.cause_id == cause.id or measure.cause == cause.text


def _own(problem: Problem) -> Iterator[Finding]:
    if problem.gap.verdict == "cannot tell":
        yield _finding("Q01", "warn", "gap_untold")
    if not problem.whys:
        yield _finding("Q02", "warn", "no_whys")
    if not problem.cases:
        yield _finding("Q03", "info", "no_cases")
    measures = problem.countermeasures
    if measures and all(one.strength in {"weak", "none"} for one in measures):
        yield _finding("Q04", "warn", "all_weak")
    if measures and not any(one.kind == "preventive" for one in measures):
        yield _finding("Q05", "info", "none_preventive")
    if problem.state.closed_on and problem.reviews and problem.reviews[-1].verdict != "reached":
        yield _finding("Q06", "warn", "closed_unreached")


def _of_measure(problem: Problem, measure: Countermeasure, today: dt.date | None) -> Iterator[Finding]:
    verified = [cause for whys in problem.whys for cause in whys.causes if cause.status == "verified"]
    if measure.kind != "containment" and not any(_treats(measure, cause) for cause in verified):
        key = "cause_unverified" if verified else "cause_unknown"
        yield _finding("Q07", "error", key, measure.id, what=measure.what, cause=measure.cause)
    reviewed = [review.on for review in problem.reviews if review.countermeasure in {measure.id, ""}]
    due = [day for day in measure.reviews() if today is not None and day <= today]
    if due and not any(day >= due[-1] for day in reviewed):
        yield _finding("Q08", "error", "review_late", measure.id, what=measure.what, day=due[-1])
    late = today is not None and measure.due is not None and measure.due < today
    if late and not reviewed:
        yield _finding("Q10", "error", "effect_late", measure.id, what=measure.what, day=measure.due)


def _finding(rule: str, level: Level, key: str, at: str = "", **facts: Any) -> Finding:
    return Finding(
        rule=rule, level=level, at=at, subject=str(facts.get("what", "")), message=message(f"problem.{key}", **facts),
        suggestion=message(f"problem.{key}_do"),
    )  # fmt: skip
