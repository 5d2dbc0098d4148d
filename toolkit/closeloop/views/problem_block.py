"""A problem as HTML: its gap, the five steps with what is missing, its documents, countermeasures, effect, lessons."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.views.countermeasure_table import countermeasure_table
from closeloop.views.findings_table import findings_table
from closeloop.views.result_table import result_table, two_lines
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem import Problem


def problem_block(problem: Problem, tag: str) -> Html:
    """Return a problem as a piece of HTML in the language `tag`."""
    from closeloop.views.document_block import document_block

    said = problem.state
    parts: list[object] = [_head(problem, tag), result_table(problem.gap, tag), _steps(problem, tag)]
    parts += [document_block(each, tag) for each in (*problem.trees, *problem.whys, *problem.worksheets)]
    if said.countermeasures:
        parts.append(countermeasure_table(said.countermeasures, tag))
    for review in said.reviews:
        verdict = say(f"problem.is_{review.verdict.replace(' ', '_')}", tag)
        parts.append(element("h3", say("problem.review_of", tag, day=review.on)))
        said_so = review.after.sentence.in_language(tag)
        parts.append(element("p", said_so, " ", say("problem.verdict_is", tag, verdict=verdict)))
        answers = [element("li", f"{ask.in_language(tag)} {said.in_language(tag)}") for ask, said in review.answers()]
        parts.append(element("ul", *answers))
    if said.lessons:
        parts.append(element("h3", say("problem.lessons", tag)))
        parts.append(element("ul", *(element("li", f"{one.insight} → {one.action}") for one in said.lessons)))
    if said.closed_on:
        parts.append(element("p", say("problem.closed", tag, day=said.closed_on, by=said.closed_by)))
    parts.append(findings_table(problem.findings(), tag))
    return element("div", join(parts), class_="block problem")


def _head(problem: Problem, tag: str) -> Html:
    said = problem.state
    title = " ".join(part for part in (said.id, in_tag(problem.title, tag)) if part)
    lines = []
    if said.focus:
        lines.append(say("problem.focus_is", tag, focus=said.focus))
    if said.cases:
        lines.append(say("problem.cases_listed", tag, count=len(said.cases), cases=marks(tag).comma.join(said.cases)))
    return element(
        "div", two_lines(title, say(f"problem.step_{problem.stage}", tag)), *(element("p", x) for x in lines)
    )


def _steps(problem: Problem, tag: str) -> Html:
    columns = (
        Column(head=say("problem.step_head", tag)), Column(head=say("problem.field_state", tag)),
        Column(head=say("problem.missing_head", tag)),
    )  # fmt: skip
    rows = tuple(
        (
            step.label.in_language(tag), say("problem.step_done" if step.done else "problem.step_open", tag),
            marks(tag).gap.join(each.in_language(tag) for each in step.missing) or "–",
        )
        for step in problem.steps()
    )  # fmt: skip
    caption = element("b", say("problem.steps", tag))
    return element("div", table(columns, [Section(rows=rows)], caption=caption, css="res"), class_="scroll")
