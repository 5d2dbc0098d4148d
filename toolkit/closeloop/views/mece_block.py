"""A MECE report as HTML and as text: verdict and measures, then the categories, then the pairs that share mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Html, element
from closeloop.views.result_table import result_table
from closeloop.views.result_text import result_text

if TYPE_CHECKING:
    from closeloop.themes.mece.mece_report import MeceReport


def mece_block(report: MeceReport, tag: str) -> Html:
    """Return the report with the tables of its categories and, where there are some, its pairs."""
    parts = [result_table(report, tag)]
    if report.n:
        parts.append(result_table(report.categories, tag))
    if len(report.pairs):
        parts.append(result_table(report.pairs, tag))
    return element("div", *parts)


def mece_text(report: MeceReport) -> str:
    """Return the report as plain text, in the language in use."""
    parts = [result_text(report)]
    if report.n:
        parts.append(result_text(report.categories))
    if len(report.pairs):
        parts.append(result_text(report.pairs))
    return "\n\n".join(parts)
