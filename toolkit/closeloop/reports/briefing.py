"""The briefing of a board about a problem: the answer first, then situation, complication, question, reasons."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.reports import problem_record as record
from closeloop.reports.eight_d import named
from closeloop.reports.report import Report, report
from closeloop.reports.slots import Slot, Slots
from closeloop.text import LocalText, message, normalise_tag, speaking
from closeloop.text import language as language_in_use
from closeloop.views.claim import claim

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.rootcause.problem.problem import Problem

__all__ = ["board_briefing"]

_SHEET = "scqa"


def board_briefing(problem: Problem, *, loop: Loop | None = None, language: str | None = None) -> Report:
    """Return a briefing of a board about a problem by SCQA: situation, complication, question, answer.

    The answer stands first. What the problem's worksheet ``scqa`` says is taken as it is, and `Report.findings` holds
    its figures against those that were computed. Without a sheet it says what can be computed from the gap, the
    countermeasures and the effect, and what is missing, with the call that records it. Nothing is made up.

    Parameters
    ----------
    problem : Problem
    loop : Loop, optional
        For what became of the problem's cases.
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
    >>> page = cl.board_briefing(cl.Problem(gap, id="P-017"))
    >>> page.findings()
    <Findings: errors 0, warnings 0, remarks 0>
    """
    tag = language_in_use() if language is None else normalise_tag(language)
    with speaking(tag):
        parts = [
            *_answer(problem),
            *_said(problem, "situation"),
            *_complication(problem),
            *_question(problem),
            *_reasons(problem),
            *_done(problem),
            *_cases(problem, loop),
            _heading("problem_report.asked"),
            *_asked(problem),
            _heading("problem_report.not_known"),
            Slots(_not_known(problem)),
        ]
    return replace(
        report(message("problem_report.title_board", problem=named(problem)), parts, language=tag), leads=True
    )


def _heading(key: str) -> LocalText:
    return LocalText({tag: f"# {said}" for tag, said in message(key).items()})


def _answer(problem: Problem) -> list[Any]:
    """Return the answer in the words of the sheet, if there are any, and how far it has come."""
    said = record.sheet_text(problem, _SHEET, "answer")
    return [*([said] if said is not None else []), record.problem_conclusion(problem)]


def _said(problem: Problem, name: str) -> list[Any]:
    """Return one of the four: what the sheet says, or what is missing."""
    text = record.sheet_text(problem, _SHEET, name)
    shown = Slots(tuple(record.sheet_slots(problem, _SHEET, (name,)))) if text is None else text
    return [_heading(f"problem_report.{name}"), shown]


def _complication(problem: Problem) -> list[Any]:
    """Return what stands in the way: what the sheet says, and always the gap that was measured."""
    text = record.sheet_text(problem, _SHEET, "complication")
    said = [] if text is None else [text]
    source = record.sheet_slots(problem, _SHEET, ("complication_source",), optional=("complication_source",))
    return [_heading("problem_report.complication"), *said, *([Slots(tuple(source))] if source else []), problem.gap]


def _question(problem: Problem) -> list[Any]:
    """Return the question: what the sheet says, else the one that the gap asks."""
    text = record.sheet_text(problem, _SHEET, "question")
    if text is not None:
        return [_heading("problem_report.question"), text]
    return [
        _heading("problem_report.question"),
        claim(message("problem_report.asks", metric=problem.gap.label), problem.gap),
    ]


def _reasons(problem: Problem) -> list[Any]:
    """Return what carries the answer: the reasons of the sheet, the causes with their evidence, the trees."""
    parts: list[Any] = [_heading("problem_report.reasons")]
    rows = record.sheet_rows(problem, _SHEET, "reasons")
    if rows:
        slots = tuple(
            Slot(each.get("reason", ""), (each["proof"],) if "proof" in each else (),
                 record.sheet_call(problem, _SHEET, "reasons"))
            for each in rows
        )  # fmt: skip
        parts.append(Slots(slots))
    return [*parts, *record.causes(problem), *problem.trees]


def _done(problem: Problem) -> list[Any]:
    kinds = dict.fromkeys(one.kind for one in problem.countermeasures) or {"corrective": None}
    return [
        _heading("problem_report.countermeasures"),
        *record.measures(problem, *kinds),
        _heading("problem_report.effect"),
        *record.effects(problem),
    ]


def _cases(problem: Problem, loop: Loop | None) -> list[Any]:
    """Return how the cases stand behind which the problem is, by stage, small groups hidden."""
    if loop is None or not problem.cases:
        return []
    return [_heading("problem_report.its_cases"), loop.case_counts("stage", case_id=list(problem.cases))]


def _asked(problem: Problem) -> list[Any]:
    """Return what the board is asked to do: of the briefing's sheet, else of the SCQA sheet."""
    text = record.sheet_text(problem, "briefing", "asked_for") or record.sheet_text(problem, _SHEET, "should_do")
    return [text] if text is not None else [Slots(tuple(record.sheet_slots(problem, _SHEET, ("should_do",))))]


def _not_known(problem: Problem) -> tuple[Slot, ...]:
    missing = tuple(each for step in problem.steps() for each in step.missing)
    slots = record.sheet_slots(problem, "briefing", ("not_known",), optional=("not_known",))
    open_ = Slot(message("problem_report.still_open"), missing or (message("problem_report.nothing_open"),))
    return (*slots, open_)
