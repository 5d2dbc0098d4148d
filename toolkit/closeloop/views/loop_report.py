"""A loop report as HTML and as text: what was found first, then section by section, each figure with its base."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Html, element, join
from closeloop.text import language, message
from closeloop.views.findings_table import findings_table
from closeloop.views.result_table import result_table
from closeloop.views.result_text import result_text
from closeloop.views.style import framed

if TYPE_CHECKING:
    from closeloop.followup.measure.loop_report import LoopReport


def loop_report_html(report: LoopReport) -> str:
    """Return a report as the HTML of a notebook output, in the language in use; it says everything without its style.

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.measure.measure import measure
    >>> "Is anybody lost?" in loop_report_html(measure([], [], now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC)))
    True
    """
    return framed(loop_report_block(report, language()), language())


def loop_report_block(report: LoopReport, tag: str) -> Html:
    """Return a report in the language `tag`, without a frame."""
    parts: list[object] = [
        element("h2", report.title.in_language(tag)),
        element("p", report.sentence.in_language(tag), class_="lead"),
    ]
    if report.found:
        parts.append(findings_table(report.found, tag))
    for section in report.sections:
        parts.append(result_table(section, tag))
        parts += [result_table(table, tag) for table in section.tables]
    parts += [element("p", note.in_language(tag), class_="note") for note in report.notes]
    return element("div", join(parts), class_="block")


def loop_report_text(report: LoopReport) -> str:
    """Return a report as aligned plain text, in the language in use.

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.measure.measure import measure
    >>> loop_report_text(measure([], [], now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))).splitlines()[0]
    'Follow-up loop up to 2026-07-01'
    """
    tag = language()
    blocks = [f"{report.title.in_language(tag)}\n{report.sentence.in_language(tag)}"]
    if report.found:
        heading = message("measure.heading_findings").in_language(tag)
        blocks.append(f"{heading}\n{report.found}")
    for section in report.sections:
        blocks.append(result_text(section))
        blocks += [result_text(table) for table in section.tables]
    blocks.append("\n".join(note.in_language(tag) for note in report.notes))
    return "\n\n".join(blocks)
