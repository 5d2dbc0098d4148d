"""What lint and branch tests of a survey found, as HTML: one table each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Cell, Column, Html, Section, element, join, table
from closeloop.text import language
from closeloop.views.style import framed
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.survey.branch_tests.report import BranchReport, StepResult
    from closeloop.survey.lint.report import LintFinding, LintReport


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
    number = say("lint.step_at", tag, number=step.number, line=step.line) if step.line else str(step.number)
    return (
        number,
        element("code", step.command),
        Cell(content=element("span", outcome, class_="caution") if step.outcome == "failed" else outcome),
        marks(tag).semicolon.join(found) or "–",
    )


def lint_html(report: LintReport) -> str:
    """Return what lint found as the HTML of a notebook output, in the language in use."""
    return framed(lint_table(report, language()), language())


def lint_table(report: LintReport, tag: str) -> Html:
    """Return one row per finding; a sentence where there are none."""
    summary = element("b", in_tag(report.summary, tag))
    if not report.findings:
        return element("div", element("p", summary), class_="block")
    heads = {"head_level": "short", "head_place": "short", "head_item": "short", "head_text": ""}
    columns = tuple(Column(head=say(f"lint.{key}", tag), css=css) for key, css in heads.items())
    rows = tuple(_finding_cells(finding, tag) for finding in report.findings)
    body = element("div", table(columns, [Section(rows=rows)], caption=summary, css="res"), class_="scroll")
    return element("div", body, class_="block")


def _finding_cells(finding: LintFinding, tag: str) -> tuple[object, ...]:
    level = say(f"lint.level_{finding.level}", tag)
    place = say("lint.line", tag, line=finding.line) if finding.line else finding.field or "–"
    said = [element("span", in_tag(finding.message, tag), " ")]
    if finding.suggestion is not None:
        said.append(element("span", in_tag(finding.suggestion, tag), class_="soft"))
    return (
        Cell(content=element("span", level, class_="caution") if finding.level == "error" else level),
        place,
        element("code", finding.item) if finding.item else "–",
        join([*said, " ", element("code", finding.code, class_="soft")]),
    )
