"""What lint and branch tests of a survey found, as HTML: one table each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Cell, Column, Html, Section, element, table
from closeloop.text import language
from closeloop.views.style import framed
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.survey.branch_tests.report import BranchReport, StepResult


def branch_html(report: BranchReport) -> str:
    """Return what came of branch tests as the HTML of a notebook output, in the language in use."""
    return framed(branch_table(report, language()), language())


def branch_table(report: BranchReport, tag: str) -> Html:
    """Return one row per step; the steps of a test under its name."""
    heads = {"test_step_number": "short", "test_command": "short", "test_outcome": "short", "test_found": ""}
    columns = tuple(Column(head=say(f"lint.{key}", tag), css=css) for key, css in heads.items())
    sections = [
        Section(
            heading=test.name,
            rows=tuple(_step_cells(step, tag) for step in test.steps),
        )
        for test in report.tests
    ]
    caption = element("b", in_tag(report.summary, tag))
    body = element("div", table(columns, sections, caption=caption, css="res"), class_="scroll")
    return element("div", body, class_="block")


def _step_cells(step: StepResult, tag: str) -> tuple[object, ...]:
    outcome = say(f"lint.outcome_{step.outcome}", tag)
    found = step.reasons(tag) or [check.in_language(tag) for check in step.checks]
    if step.remark is not None:
        found = [*found, in_tag(step.remark, tag)]
    number = str(step.number) if step.line is None else f"{step.number} ({say('lint.line', tag, line=step.line)})"
    return (
        number,
        element("code", step.command),
        Cell(content=element("span", outcome, class_="caution") if step.outcome == "failed" else outcome),
        marks(tag).semicolon.join(found) or "–",
    )
