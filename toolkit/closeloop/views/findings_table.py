"""Findings as HTML: one table, the gravest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Column, Html, Section, element, table
from closeloop.text import language
from closeloop.views.style import framed
from closeloop.views.words import say

if TYPE_CHECKING:
    from closeloop.rootcause.findings import Findings, Level


_LEVELS: dict[str, Level] = {"errors": "error", "warnings": "warn", "remarks": "info"}


def findings_table(found: Findings, tag: str) -> Html:
    """Return findings as a table; a sentence where there are none."""
    if not found:
        return element("p", say("findings.none", tag), class_="note")
    counts = {name: len(found.of(level)) for name, level in _LEVELS.items()}
    forms = {"level": "short", "rule": "short", "subject": "", "text": ""}
    columns = tuple(Column(head=say(f"findings.{name}", tag), css=css) for name, css in forms.items())
    rows = tuple(
        (say(f"findings.{f.level}", tag), f.rule, f.subject, f.beside_subject(tag) if f.subject else f.in_language(tag))
        for f in found
    )
    caption = element("b", say("findings.title", tag, **counts))
    body = element("div", table(columns, [Section(rows=rows)], caption=caption, css="res"), class_="scroll")
    return element("div", body, class_="block")


def findings_html(found: Findings) -> str:
    """Return findings as the HTML of a notebook output, in the language in use."""
    return framed(findings_table(found, language()), language())
