"""Countermeasures as HTML: what, about which cause, who, by when, expected effect, strength, state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.rootcause.problem.problem_text import expected
from closeloop.text import language
from closeloop.views.findings_table import findings_table
from closeloop.views.style import framed
from closeloop.views.words import say

if TYPE_CHECKING:
    from closeloop.rootcause.problem.countermeasure import Countermeasure

_FIELDS = ("what", "cause", "kind", "strength", "owner", "due", "expected", "state")
_SHORT = ("kind", "strength", "due")


def countermeasure_table(measures: Sequence[Countermeasure], tag: str) -> Html:
    """Return countermeasures as one table."""
    columns = tuple(
        Column(head=say(f"problem.field_{name}", tag), css="short" if name in _SHORT else "") for name in _FIELDS
    )
    rows = tuple(
        (
            f"{one.id} {one.what}".strip(), one.cause, _kind(one, tag),
            say(f"problem.strength_{one.strength}", tag), one.owner or "–", str(one.due or "–"), expected(one, tag),
            _state(one, tag),
        )
        for one in measures
    )  # fmt: skip
    caption = element("b", say("problem.countermeasures", tag))
    return element("div", table(columns, [Section(rows=rows)], caption=caption, css="res many"), class_="scroll")


def countermeasure_html(measure: Countermeasure) -> str:
    """Return one countermeasure and what is weak about it as the HTML of a notebook output."""
    tag = language()
    parts = join([countermeasure_table([measure], tag), findings_table(measure.findings(), tag)])
    return framed(element("div", parts, class_="block"), tag)


def _kind(measure: Countermeasure, tag: str) -> str:
    kind = say(f"problem.kind_{measure.kind}", tag)
    return f"{kind} · {say(f'problem.acts_on_{measure.acts_on}', tag)}" if measure.acts_on else kind


def _state(measure: Countermeasure, tag: str) -> str:
    if measure.done_on is not None:
        return say("problem.state_done", tag, day=measure.done_on)
    if measure.started_on is not None:
        return say("problem.state_started", tag, day=measure.started_on)
    return say("problem.state_planned", tag)
