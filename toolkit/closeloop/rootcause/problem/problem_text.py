"""A problem as markdown: what a reader of the minutes needs, in the order in which it is solved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.rootcause.worksheet.markdown import safe
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.rootcause.problem.problem import Problem


def problem_markdown(problem: Problem) -> str:
    """Return a problem as markdown in the language in use."""
    lines = [f"# {safe(problem.title)}", "", safe(problem.gap.sentence)]
    if problem.cases:
        lines += [
            "",
            str(message("problem.cases_listed", count=len(problem.cases), cases=", ".join(map(safe, problem.cases)))),
        ]
    if problem.state.focus:
        lines += ["", str(message("problem.focus_is", focus=safe(problem.state.focus)))]
    lines += ["", f"## {message('problem.steps')}", ""]
    for step in problem.steps():
        missing = " ".join(safe(each) for each in step.missing)
        lines.append(f"- [{'x' if step.done else ' '}] {step.label}" + (f": {missing}" if missing else ""))
    for document in (*problem.trees, *problem.whys, *problem.worksheets):
        lines += ["", _deeper(document.to_markdown())]
    if problem.countermeasures:
        lines += ["", f"## {message('problem.countermeasures')}", ""]
        heads = [
            str(message(f"problem.field_{name}")) for name in ("what", "cause", "kind", "strength", "owner", "due")
        ]
        lines += [_row([*heads, str(message("problem.field_expected"))]), _row(["---"] * (len(heads) + 1))]
        for one in problem.countermeasures:
            cells: list[Any] = [one.what, one.cause, message(f"problem.kind_{one.kind}")]
            cells += [message(f"problem.strength_{one.strength}"), one.owner or "–", one.due or "–", expected(one)]
            lines.append(_row(cells))
    for review in problem.reviews:
        lines += ["", f"## {message('problem.review_of', day=review.on)}", "", safe(review.after.sentence), ""]
        lines += [f"- {question} {safe(answer)}" for question, answer in review.answers()]
    if problem.lessons:
        lines += ["", f"## {message('problem.lessons')}", ""]
        lines += [f"- {safe(lesson.insight)} → {safe(lesson.action)}" for lesson in problem.lessons]
    if problem.state.closed_on:
        closed = message("problem.closed", day=problem.state.closed_on, by=safe(problem.state.closed_by))
        lines += ["", str(closed)]
    return "\n".join(lines) + "\n"


def expected(measure: Any, tag: str | None = None) -> str:
    """Return what is expected of a countermeasure: its figure, from where to where; a dash where that is open."""
    if measure.baseline is None or measure.target is None:
        return "–"
    from closeloop.written import FORMS, told, told_joined

    form = measure.unit if measure.unit in FORMS else "decimal"
    unit = "" if measure.unit in FORMS else f" {measure.unit}"
    figures = told_joined([told(measure.baseline, form), told(measure.target, form)], " → ")
    text = told_joined([f"{measure.metric}", told_joined([figures, unit], "")], ": ", "：")
    return text.in_language(tag)


def _row(cells: list[Any]) -> str:
    return "| " + " | ".join(str(cell) if set(str(cell)) == {"-"} else safe(cell) for cell in cells) + " |"


def _deeper(markdown: str) -> str:
    """Return a document's markdown one level below the problem's own heading."""
    lines = markdown.rstrip("\n").split("\n")
    return "\n".join(f"#{line}" if line.startswith("#") else line for line in lines)
