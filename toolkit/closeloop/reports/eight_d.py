"""The 8D report of a problem: eight disciplines from the team to the thanks, filled from what is on record."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.reports import problem_record as record
from closeloop.reports.report import Report, report
from closeloop.reports.slots import Slot, Slots
from closeloop.text import LocalText, message, normalise_tag, speaking
from closeloop.text import language as language_in_use
from closeloop.views.words import in_tag

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem import Problem

__all__ = ["eight_d"]

_BESIDE = {"d2": ("5w2h", "is-is-not"), "d4": ("who-knew-what",), "d5": ("option-matrix",), "d7": ("policy-change",)}
"""Discipline → worksheets that belong to it and are shown with it if the problem has them."""


def eight_d(problem: Problem, *, language: str | None = None) -> Report:
    """Return the 8D report of a problem, its conclusion first; what is missing is said with the call that records it.

    It is filled from the gap, the countermeasures (containment, corrective, preventive), the five-whys with evidence
    and read-back, the tasks, the effect that was measured and the lessons. What only people can say (the team, why it
    was not noticed earlier, who is thanked) comes from the worksheet ``8d`` of the problem.

    Parameters
    ----------
    problem : Problem
    language : {"en", "zh-CN"}, optional
        The language in use, if left out.

    Returns
    -------
    Report

    Examples
    --------
    >>> import closeloop as cl
    >>> gap = cl.Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30",
    ...              ci=(0.129, 0.148), unit="percent", higher_is_better=False)
    >>> problem = cl.Problem(gap, id="P-017")
    >>> problem = problem.add(cl.worksheet("8d").fill(leader="Li Mei"))
    >>> page = cl.eight_d(problem).to_markdown()
    >>> "**Who leads?** Li Mei" in page, "fill(members=…)" in page
    (True, True)
    """
    tag = language_in_use() if language is None else normalise_tag(language)
    with speaking(tag):
        sections = {
            "d0": _begin(problem),
            "d1": _team(problem),
            "d2": [Slots(tuple(record.sheet_slots(problem, "8d", ("problem_statement",)))), problem.gap],
            "d3": _containment(problem),
            "d4": [*record.causes(problem), Slots(tuple(record.sheet_slots(problem, "8d", ("escape",))))],
            "d5": [*record.measures(problem, "corrective"),
                   Slots(tuple(record.sheet_slots(problem, "8d", ("chosen_why",))))],
            "d6": [*record.tasks(problem), *record.effects(problem)],
            "d7": [*record.measures(problem, "preventive"),
                   Slots(tuple(record.sheet_slots(problem, "8d", ("prevention", "elsewhere"))))],
            "d8": _end(problem),
        }  # fmt: skip
        parts: list[Any] = [record.problem_conclusion(problem)]
        for name, shown in sections.items():
            beside = [sheet for sheet in problem.worksheets if sheet.id in _BESIDE.get(name, ())]
            parts += [_heading(f"problem_report.{name}"), *shown, *beside]
    return replace(report(message("problem_report.title_8d", problem=named(problem)), parts, language=tag), leads=True)


def named(problem: Problem) -> LocalText:
    """Return a problem's id and what it is called."""
    tags = problem.title if isinstance(problem.title, LocalText) else LocalText(problem.title)
    return LocalText({tag: f"{problem.id} {in_tag(tags, tag)}".strip() for tag in ("en", "zh-CN")})


def _begin(problem: Problem) -> list[Any]:
    said = problem.state
    verdict = message(f"problem_report.gap_{problem.gap.verdict.replace(' ', '_')}")
    cases = (", ".join(said.cases),) if said.cases else ()
    slots = [
        Slot(message("problem_report.worth_it"), (verdict,)),
        Slot(message("problem_report.cases"), cases, "problem.link(cases=[…])"),
    ]
    if said.focus:
        slots.append(Slot(message("problem_report.focus"), (said.focus,)))
    return [Slots(tuple(slots))]


def _team(problem: Problem) -> list[Any]:
    slots = record.sheet_slots(problem, "8d", ("leader", "members", "sponsor"))
    names = record.people(problem)
    if names:
        slots.append(Slot(message("problem_report.people"), (", ".join(names),)))
    return [Slots(tuple(slots))]


def _containment(problem: Problem) -> list[Any]:
    items = ("containment", "contained_on", "contained_until", "containment_works")
    written = record.sheet_slots(problem, "8d", items, optional=items)
    if any(one.kind == "containment" for one in problem.countermeasures) or not written:
        return [*record.measures(problem, "containment"), *([Slots(tuple(written))] if written else [])]
    return [Slots(tuple(record.sheet_slots(problem, "8d", items)))]


def _end(problem: Problem) -> list[Any]:
    said = problem.state
    slots = [*record.lessons(problem), *record.sheet_slots(problem, "8d", ("thanks",))]
    closed = (message("problem.closed", day=said.closed_on, by=said.closed_by),) if said.closed_on else ()
    slots.append(Slot(message("problem_report.closed"), closed, "problem.close(on=…, by=…)"))
    return [Slots(tuple(slots))]


def _heading(key: str) -> LocalText:
    return LocalText({tag: f"# {said}" for tag, said in message(key).items()})
