"""An explanation of a clock as HTML and as text: a strip of time, and the days one by one."""

from __future__ import annotations

from itertools import groupby

from closeloop.drawing import Drawing
from closeloop.followup.clock.explanation import Explanation
from closeloop.html import Column, Html, Section, element, harmless, table
from closeloop.metrics.score_text import pad, width_of
from closeloop.numbers import NO_BREAK
from closeloop.text import language
from closeloop.views.clock_svg import clock_svg
from closeloop.views.clock_words import DayRow, day_rows, how_long, remarks, sentences
from closeloop.views.result_table import two_lines
from closeloop.views.style import framed
from closeloop.views.words import say

_MOST_ROWS = 60


def explanation_html(explanation: Explanation) -> str:
    """Return an explanation in the language in use, with its style; it says everything without the style too."""
    return framed(explanation_block(explanation, language()), language())


def explanation_block(explanation: Explanation, tag: str) -> Html:
    """Return an explanation as HTML: the strip, the days, and what else there is to know."""
    rows = day_rows(explanation)
    columns = (
        Column(head=say("clock.col_days", tag)),
        Column(head=say("clock.col_hours", tag)),
        Column(head=say("clock.col_what", tag)),
        Column(head=say("clock.col_counts", tag), css="num"),
        Column(head=say("clock.col_sum", tag), css="num"),
    )
    told = _told(rows, tag)
    sections = [
        Section(rows=tuple(cells for _, cells in group), heading=say(f"clock.phase_{phase}", tag))
        for phase, group in groupby(told[:_MOST_ROWS], key=lambda each: each[0])
    ]
    title = say("clock.why", tag, clock=explanation.reading.label.in_language(tag))
    caption = two_lines(title, sentences(explanation.reading, tag))
    strip = element("div", Drawing(clock_svg(explanation, tag)).to_html(), style="margin:0 0 12px")
    parts = [strip] if explanation.spans else []
    parts.append(element("div", table(columns, sections, caption=caption, css="res"), class_="scroll"))
    notes = remarks(explanation.reading, tag)
    if len(told) > _MOST_ROWS:
        notes.insert(0, say("rows_left_out", tag, count=len(told) - _MOST_ROWS))
    parts += [element("p", note, class_="note") for note in notes]
    return element("div", *parts, class_="block")


def explanation_text(explanation: Explanation, tag: str) -> str:
    """Return an explanation as aligned lines of text."""
    told = _told(day_rows(explanation), tag)
    widths = [max((width_of(cells[i]) for _, cells in told), default=0) for i in range(5)]
    lines = [sentences(explanation.reading, tag)]
    for phase, group in groupby(told, key=lambda each: each[0]):
        lines += ["", say(f"clock.phase_{phase}", tag)]
        for _, cells in group:
            shown = [pad(text, widths[i], left=i < 3) for i, text in enumerate(cells)]
            lines.append(f"  {'  '.join(shown)}".rstrip())
    notes = remarks(explanation.reading, tag)
    return harmless("\n".join([*lines, *([""] if notes else []), *notes]).replace(NO_BREAK, " "))


def _told(rows: list[DayRow], tag: str) -> list[tuple[str, tuple[str, ...]]]:
    """Return each row's phase and its cells, with the sum up to it."""
    total = 0.0
    found: list[tuple[str, tuple[str, ...]]] = []
    for row in rows:
        total += row.seconds
        counts = how_long(row.seconds, tag) if row.seconds else "–"
        hours = ", ".join(row.hours) if tag == "en" else "、".join(row.hours)
        found.append((row.phase, (row.days(tag), hours, row.what(tag), counts, how_long(total, tag))))
    return found
