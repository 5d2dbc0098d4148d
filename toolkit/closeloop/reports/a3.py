"""The A3 report of a problem: one sheet, left what is wrong and why, right what is done and whether it works."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.reports import problem_record as record
from closeloop.reports.boxes import Box, Boxes
from closeloop.reports.eight_d import named
from closeloop.reports.report import Report, report
from closeloop.reports.slots import Slot, Slots
from closeloop.text import LocalText, message, normalise_tag, speaking
from closeloop.text import language as language_in_use
from closeloop.written import FORMS, told, told_joined

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem import Problem

__all__ = ["a3"]


def a3(problem: Problem, *, language: str | None = None) -> Report:
    """Return the A3 report of a problem: one sheet in landscape, its conclusion first.

    Left: background, current state, target, analysis. Right: countermeasures, plan, follow-up, lessons. It is filled
    from what is on record; what is missing is said with the call that records it. What only people can say (author,
    mentor, what was seen on site) comes from the worksheet ``a3`` of the problem.

    Parameters
    ----------
    problem : Problem
    language : {"en", "zh-CN"}, optional
        The language in use, if left out.

    Returns
    -------
    Report
        On A3 paper in landscape.

    Examples
    --------
    >>> import closeloop as cl
    >>> gap = cl.Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30",
    ...              ci=(0.129, 0.148), unit="percent", higher_is_better=False)
    >>> page = cl.a3(cl.Problem(gap, id="P-017"))
    >>> page.size, page
    ('A3 landscape', <Report: A3: P-017 late parcels; ... parts>)
    """
    tag = language_in_use() if language is None else normalise_tag(language)
    with speaking(tag):
        left = (
            Box(message("problem_report.background"), (_background(problem),)),
            Box(message("problem_report.current"), (problem.gap, _current(problem))),
            Box(message("problem_report.target"), (_target(problem),)),
            Box(message("problem_report.analysis"), tuple(record.causes(problem))),
        )
        kinds = dict.fromkeys(one.kind for one in problem.countermeasures) or {"corrective": None}
        right = (
            Box(message("problem_report.countermeasures"), tuple(record.measures(problem, *kinds))),
            Box(message("problem_report.plan"), tuple(record.tasks(problem))),
            Box(message("problem_report.follow_up"), tuple(record.effects(problem, every=False))),
            Box(message("problem_report.learnt"), (Slots((*record.lessons(problem), *_open(problem))),)),
        )
        conclusion = Slot(message("problem_report.conclusion"), (record.problem_conclusion(problem).text,))
        parts: list[Any] = [Slots((conclusion,)), Slots(_head(problem), inline=True), Boxes((left, right))]
    made = report(message("problem_report.title_a3", problem=named(problem)), parts, language=tag)
    return replace(made, size="A3 landscape", leads=True)


def _head(problem: Problem) -> tuple[Slot, ...]:
    return tuple(record.sheet_slots(problem, "a3", ("author", "mentor", "day")))


def _background(problem: Problem) -> Slots:
    """Return situation, complication and question: of the A3 sheet, else of the SCQA sheet."""
    source = "a3" if record.sheet_of(problem, "a3") or not record.sheet_of(problem, "scqa") else "scqa"
    return Slots(tuple(record.sheet_slots(problem, source, ("situation", "complication", "question"))))


def _current(problem: Problem) -> Slots:
    slots = record.sheet_slots(problem, "a3", ("seen_on_site", "biggest_part"))
    if problem.cases:
        slots.append(Slot(message("problem_report.cases"), (", ".join(problem.cases),)))
    return Slots(tuple(slots))


def _target(problem: Problem) -> Slots:
    """Return what the figure is to be, and by when: of the countermeasures that move it, else the standard."""
    gap = problem.gap
    form = gap.unit if gap.unit in FORMS else "decimal"
    aimed = [one for one in problem.countermeasures if one.target is not None and one.due and one.metric == gap.metric]
    said: tuple[LocalText, ...] = tuple(
        message("problem_report.target_by", metric=gap.label, target=told(one.target, form), due=str(one.due))
        for one in sorted(aimed, key=lambda one: str(one.due))
    )
    said = tuple(dict.fromkeys(said))
    standard = Slot(
        message("problem_report.standard"), (told_joined([gap.label, told(gap.standard, form)], ": ", "："),)
    )
    do = "problem.add(cl.Countermeasure(…, metric=problem.gap.metric, baseline=…, target=…, due=…))"
    return Slots((standard, Slot(message("problem_report.target"), said, do)))


def _open(problem: Problem) -> tuple[Slot, ...]:
    """Return what the five steps still miss."""
    missing = tuple(each for step in problem.steps() for each in step.missing)
    return (Slot(message("problem_report.still_open"), missing),) if missing else ()
