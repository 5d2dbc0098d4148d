"""A score table as HTML: the sentence, then shares, estimate and interval on one scale, then how it was done."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.html import Cell, Column, Html, Section, element, join, table
from closeloop.numbers import number
from closeloop.views.result_table import two_lines
from closeloop.views.score_panel import PanelSection, ScorePanel, ScoreRow, panels
from closeloop.views.words import marks, say

if TYPE_CHECKING:
    from closeloop.metrics.score_table import ScoreTable

_LONG = 25
"""Rows from which a table is set closer."""
_USUAL_COUNT = 6
"""Letters of a count that fit the column as it stands in the style."""
_MOST_STEPS = 5


def score_table(scores: ScoreTable, tag: str) -> Html:
    """Return every block of a score table, one HTML table each, and what a reader of all of them should know."""
    blocks = [element("div", panel_table(panel), class_="block") for panel in panels(scores, tag)]
    notes = marks(tag).gap.join(note.in_language(tag) for note in scores.notes)
    return join([*blocks, element("p", notes, class_="note") if notes else Html("")])


def panel_table(panel: ScorePanel) -> Html:
    """Return one block: table and note."""
    scale = Scale.of(panel)
    three = panel.kind == "nps"
    tag = panel.tag
    columns = [Column(head=panel.who, css="who"), Column(head="n", css="num count", style=_count_width(panel))]
    if three:
        columns.append(Column(head=join([say("shares", tag), share_key(tag)]), css="share"))
    columns.append(Column(head=panel.estimate_head, css="num est"))
    columns.append(Column(head=element("div", scale.ticks(), " ", element("span", panel.interval_head)), css="plot"))
    rows = panel.rows
    long = " long" if len(rows) >= _LONG else ""
    return join(
        [
            table(
                tuple(columns),
                [_section(panel, section, scale) for section in panel.sections],
                caption=two_lines(panel.title, panel.sentence),
                foot=[_cells(panel, panel.total, scale)],
                css=f"st {'three' if three else 'one'}{long}",
                style=f"--who:{_width([panel.who, *(row.label for row in rows), panel.total.label])}px",
            ),
            element("p", marks(panel.tag).gap.join(panel.notes), class_="note"),
        ]
    )


def bar(shares: tuple[float, float, float]) -> Html:
    """Return three shares (per cent) as a bar with its numbers, which read as numbers where there is no style."""
    parts = [
        element("span", number(share), class_=name if share else f"{name} none", style=f"--v:{share:.1f}")
        for name, share in zip("dqp", shares, strict=True)
    ]
    return element("div", join(parts, " "), class_="bar")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """The common scale of a panel: its ends, the numbers marked on it, and where the total stands."""

    panel: ScorePanel
    low: float
    high: float
    steps: tuple[float, ...]
    at: float | None

    @classmethod
    def of(cls, panel: ScorePanel) -> Scale:
        """Return the scale on which every interval of a panel fits; without a figure it has no marks."""
        shown = [row for row in (*panel.rows, panel.total) if row.estimate is not None]
        ends = [end for row in shown for end in (row.low, row.estimate, row.high) if end is not None]
        ends = [end for end in ends if not math.isnan(end)]
        low, high = min(ends, default=0.0), max(ends, default=0.0)
        margin = 0.06 * ((high - low) or 1.0)
        at = panel.total.estimate if panel.rows else None
        steps = round_steps(low, high) if ends else ()
        return cls(panel=panel, low=low - margin, high=high + margin, steps=steps, at=at)

    def place(self, value: float) -> str:
        """Return where a value lies, as a CSS percentage."""
        return f"{100 * (value - self.low) / (self.high - self.low):.2f}%"

    def ticks(self) -> Html:
        """Return the head of the column: the numbers of the scale."""
        texts = [element("text", self.panel.write(step), x=self.place(step), y=15) for step in self.steps]
        # Blanks between the numbers: where drawings are taken out of a page, their texts stay behind.
        return element("svg", join(texts, " "), *self._lines("20", "26"), class_="dw", aria_hidden="true")

    def whisker(self, row: ScoreRow) -> Html:
        """Return one row's dot and whisker."""
        drawn = [*self._lines("0", "100%")]
        if self.at is not None:
            x = self.place(self.at)
            drawn.append(element("line", class_="ref", x1=x, x2=x, y1="0", y2="100%"))
        if row.low is not None and row.high is not None and not math.isnan(row.low + row.high):
            ends = {"x1": self.place(row.low), "x2": self.place(row.high)}
            drawn.append(element("line", class_="ci", **ends, y1="50%", y2="50%"))
        if row.estimate is not None:
            drawn.append(element("circle", cx=self.place(row.estimate), cy="50%", r=4))
        return element("svg", *drawn, class_="dw", aria_hidden="true")

    def _lines(self, top: str, bottom: str) -> list[Html]:
        places = [(self.place(step), "grid" if step else "zero") for step in self.steps]
        return [element("line", class_=css, x1=x, x2=x, y1=top, y2=bottom) for x, css in places]


def round_steps(low: float, high: float) -> tuple[float, ...]:
    """Return the round numbers to mark between two ends, at most six of them.

    Examples
    --------
    >>> round_steps(-12, 48), round_steps(3.98, 4.62)
    ((0.0, 20.0, 40.0), (4.0, 4.2, 4.4, 4.6))
    """
    reach = (high - low) or 1.0
    step = 10.0 ** math.floor(math.log10(reach / 2))
    step *= next(factor for factor in (0.5, 1, 2, 5, 10) if reach / (step * factor) <= _MOST_STEPS)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return tuple(round(step * i, 6) for i in range(first, last + 1))


def _section(panel: ScorePanel, section: PanelSection, scale: Scale) -> Section:
    return Section(rows=tuple(_cells(panel, row, scale) for row in section.rows), heading=section.heading)


def _cells(panel: ScorePanel, row: ScoreRow, scale: Scale) -> tuple[object, ...]:
    three = panel.kind == "nps"
    if row.estimate is None:
        return (row.label, row.count, Cell(content=row.instead, css="hid", span=3 if three else 2))
    plot = element("div", scale.whisker(row), " ", element("span", panel.interval(row)))
    shares = (bar(row.shares),) if row.shares else ()
    return (row.label, row.count, *shares, panel.write(row.estimate), plot)


def share_key(tag: str) -> Html:
    """Return the key to the three colours."""
    names = (("d", "detractors"), ("q", "passives"), ("p", "promoters"))
    keys = [element("span", element("i", class_=css), say(f"scores.{name}", tag)) for css, name in names]
    return element("div", join(keys, " "), class_="key")


def _count_width(panel: ScorePanel) -> str:
    """Return the style of the column of counts, where they have more digits than fit its usual width."""
    letters = max(len(row.count) for row in (*panel.rows, panel.total))
    return f"width: {8 * letters + 16}px" if letters > _USUAL_COUNT else ""


def _width(labels: list[str]) -> int:
    """Return the width of the first column in pixels: the longest label, within reason."""
    longest = max(sum(13.5 if ord(character) > 0x2E7F else 8.0 for character in label) for label in labels)
    return min(max(round(longest) + 18, 72), 210)
