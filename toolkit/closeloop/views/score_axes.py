"""The drawing of score panels with matplotlib: rows of shares and intervals, and lines over time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from closeloop.numbers import number
from closeloop.views.score_panel import PanelSection, ScorePanel, ScoreRow
from closeloop.views.score_table import Scale
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.views.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from closeloop.views.fonts import Typeface

INK, SOFT, EDGE, LINE = "#1a1a1a", "#595959", "#808080", "#dddddd"
_WIDTH, _MARGIN = 9.0, 0.28
_ROW, _CLOSE_ROW, _LONG = 0.32, 0.22, 25
_BODY, _SMALL, _TITLE = 9.4, 8.4, 10.8
_LINE_HEIGHT = 1.75
_MOST_TICKS = 12
_NEVER_FIRST = "，。、；：？！）》」』”’…%"
"""Signs that never begin a line."""
_NEVER_LAST = "（《「『"
"""Signs that never end one."""


class Drawing:
    """A figure filled from the top: each panel takes the height that it needs (inches)."""

    def __init__(self, typeface: Typeface, tag: str) -> None:
        self.typeface, self.tag = typeface, tag

    def draw(self, shown: Sequence[ScorePanel]) -> Figure:
        """Return the figure of some panels, one below the other."""
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        texts = [self._texts(panel) for panel in shown]
        heights = [self._height(panel, text) for panel, text in zip(shown, texts, strict=True)]
        height = sum(heights) + 2 * _MARGIN + 0.3 * max(len(shown) - 1, 0)
        self.figure = Figure(figsize=(_WIDTH, height), facecolor="white")
        FigureCanvasAgg(self.figure)
        self.height, self.at = height, _MARGIN
        for panel, text in zip(shown, texts, strict=True):
            self._panel(panel, *text)
            self.at += 0.3
        return self.figure

    def _texts(self, panel: ScorePanel) -> tuple[list[str], list[str]]:
        names = panel.hidden_names
        hidden = say("alt_hidden", self.tag, names=names) if names else ""
        room = _WIDTH - 2 * _MARGIN
        return wrap(self.typeface.drawable(panel.sentence), room, _BODY), wrap(
            self.typeface.drawable(hidden), room, _SMALL
        )

    def _height(self, panel: ScorePanel, texts: tuple[list[str], list[str]]) -> float:
        body = 0.3 + 0.19 * len(texts[0]) + 0.16 * len(texts[1]) + 0.14
        if panel.chronological:
            return body + sum(_LINE_HEIGHT + (0.24 if section.heading else 0) for section in panel.sections)
        rows = len(self._rows(panel))
        if not rows:
            return body
        return body + 0.42 + rows * self._row(panel) + 0.3 * sum(bool(s.heading) for s in panel.sections)

    def _rows(self, panel: ScorePanel) -> list[ScoreRow]:
        return [row for row in (*panel.rows, panel.total) if row.estimate is not None]

    def _row(self, panel: ScorePanel) -> float:
        return _CLOSE_ROW if len(self._rows(panel)) > _LONG else _ROW

    def _text(self, x: float, y: float, text: str, **how: Any) -> None:
        """Write at inches from the left and from the top."""
        how = {"fontsize": _BODY, "color": INK, "va": "center", "parse_math": False, **how}
        self.figure.text(x / _WIDTH, 1 - y / self.height, self.typeface.drawable(text), **how)

    def _axes(self, left: float, top: float, width: float, height: float) -> Axes:
        box = (left / _WIDTH, 1 - (top + height) / self.height, width / _WIDTH, height / self.height)
        axes = self.figure.add_axes(box, facecolor="none")
        axes.spines[:].set_visible(False)
        axes.tick_params(length=0, labelsize=_SMALL, labelcolor=SOFT)
        axes.set_yticks([])
        return axes

    def _panel(self, panel: ScorePanel, sentence: list[str], hidden: list[str]) -> None:
        self._text(_MARGIN, self.at + 0.1, panel.title, fontsize=_TITLE)
        self.at += 0.3
        for line in sentence:
            self._text(_MARGIN, self.at + 0.08, line, color=SOFT)
            self.at += 0.19
        self.at += 0.14
        if panel.chronological:
            for section in panel.sections:
                self._over_time(panel, section)
        elif self._rows(panel):
            self._groups(panel)
        for line in hidden:
            self._text(_MARGIN, self.at + 0.06, line, fontsize=_SMALL, color=SOFT)
            self.at += 0.16

    def _groups(self, panel: ScorePanel) -> None:
        names = [self.typeface.drawable(row.label) for row in self._rows(panel)]
        label = min(max((length(name, _BODY) for name in names), default=0.5) + 0.15, 2.6)
        count, estimate, interval = 0.55, 0.62 if panel.kind == "nps" else 1.1, 1.15
        left = _MARGIN + label + count + 0.2
        room = _WIDTH - _MARGIN - left - estimate - interval
        shares = 0.5 * room if panel.kind == "nps" else 0.0
        plot = left + shares + estimate + (0.2 if shares else 0.0)
        width = _WIDTH - _MARGIN - interval - plot
        head = self.at + 0.13
        who = cut(self.typeface.drawable(panel.who), label + count - 0.35, _SMALL)
        self._text(_MARGIN, head, who, fontsize=_SMALL, color=SOFT)
        self._text(left - 0.2, head, "n", fontsize=_SMALL, color=SOFT, ha="right")
        self._text(plot - 0.12, head, panel.estimate_head, fontsize=_SMALL, color=SOFT, ha="right")
        self._text(_WIDTH - _MARGIN, head, panel.interval_head, fontsize=_SMALL, color=SOFT, ha="right")
        if shares:
            self._key(left, head)
        self.at += 0.3
        top, row_height = self.at, self._row(panel)
        places: list[tuple[ScoreRow, float]] = []
        for section in (*panel.sections, PanelSection(heading="", rows=(panel.total,))):
            if section.heading:
                self._text(_MARGIN, self.at + 0.17, section.heading)
                self.at += 0.3
            for row in section.rows:
                if row.estimate is not None:
                    places.append((row, self.at + row_height / 2))
                    self.at += row_height
        bottom = self.at
        for row, y in places:
            self._text(_MARGIN, y, cut(self.typeface.drawable(row.label), label - 0.1, _BODY))
            self._text(left - 0.2, y, row.count, ha="right")
            self._text(plot - 0.12, y, panel.write(row.estimate or 0.0), ha="right", fontsize=_TITLE)
            self._text(_WIDTH - _MARGIN, y, panel.interval(row), ha="right", color=SOFT)
        rules = self._axes(_MARGIN, top, _WIDTH - 2 * _MARGIN, bottom - top)
        rules.set(xlim=(0, 1), ylim=(bottom, top), xticks=[], zorder=2)
        for row, y in places:
            strong = row is panel.total and len(places) > 1
            edge = y - row_height / 2
            rules.plot([0, 1], [edge, edge], color=INK if strong else LINE, lw=1.2 if strong else 0.6, clip_on=False)
        if shares:
            self._bars(self._axes(left, top, shares, bottom - top), places, top, bottom, row_height)
        dots = self._axes(plot, top, width, bottom - top)
        dots.set_ylim(bottom, top)
        draw_intervals(dots, places, panel, self.typeface)
        self.at += 0.12

    def _key(self, left: float, y: float) -> None:
        from matplotlib.patches import Rectangle

        for name, colour in zip(("detractors", "passives", "promoters"), (DETRACTOR, PASSIVE, PROMOTER), strict=True):
            text = say(f"scores.{name}", self.tag)
            size = (0.09 / _WIDTH, 0.09 / self.height)
            self.figure.add_artist(Rectangle((left / _WIDTH, 1 - (y + 0.045) / self.height), *size, color=colour, lw=0))
            self._text(left + 0.13, y, text, fontsize=_SMALL, color=SOFT)
            left += 0.13 + length(text, _SMALL) + 0.16

    def _bars(
        self, axes: Axes, places: list[tuple[ScoreRow, float]], top: float, bottom: float, row_height: float
    ) -> None:
        axes.set(xlim=(0, 100), ylim=(bottom, top), xticks=[])
        for row, y in places:
            start = 0.0
            for share, colour in zip(row.shares or (), (DETRACTOR, PASSIVE, PROMOTER), strict=bool(row.shares)):
                axes.barh(y, share, left=start, height=0.6 * row_height, color=colour, edgecolor="white", linewidth=0.8)
                if share >= 5:
                    ink = "#111111" if colour == PASSIVE else "white"
                    middle = start + share / 2
                    axes.text(middle, y, number(share), ha="center", va="center_baseline", fontsize=_SMALL, color=ink)
                start += share

    def _over_time(self, panel: ScorePanel, section: PanelSection) -> None:
        if section.heading:
            self._text(_MARGIN, self.at + 0.1, section.heading)
            self.at += 0.24
        axes = self._axes(_MARGIN + 0.45, self.at + 0.05, _WIDTH - 2 * _MARGIN - 1.35, _LINE_HEIGHT - 0.36)
        draw_line(axes, section.rows, panel, self.typeface)
        self.at += _LINE_HEIGHT


def draw_intervals(axes: Axes, places: Sequence[tuple[ScoreRow, float]], panel: ScorePanel, typeface: Typeface) -> None:
    """Draw dots with whiskers at given heights, on the scale of the whole panel."""
    scale = Scale.of(panel)
    axes.set_xlim(scale.low, scale.high)
    axes.set_xticks(scale.steps, [typeface.drawable(panel.write(step)) for step in scale.steps])
    for step in scale.steps:
        axes.axvline(step, color=LINE if step else EDGE, lw=0.7, zorder=0)
    if scale.at is not None:
        axes.axvline(scale.at, color=SOFT, lw=0.8, ls=(0, (2, 2.5)), zorder=1)
    for row, y in places:
        low, estimate, high = _figures(row)
        axes.plot([low, high], [y, y], color=INK, lw=1.2, solid_capstyle="butt", zorder=2)
        axes.plot([estimate], [y], "o", color=INK, ms=5, zorder=3)


def draw_dots(axes: Axes, rows: Sequence[ScoreRow], panel: ScorePanel, typeface: Typeface) -> None:
    """Draw the groups and the total into somebody's axes, the first at the top, named on the left."""
    shown = [row for row in (*rows, panel.total) if row.estimate is not None]
    draw_intervals(axes, [(row, float(y)) for y, row in enumerate(shown)], panel, typeface)
    axes.set_ylim(max(len(shown), 1) - 0.5, -0.5)
    axes.set_yticks(range(len(shown)), [typeface.drawable(row.label) for row in shown])
    for label in (*axes.get_yticklabels(), *axes.get_xticklabels()):
        label.set_parse_math(False)


def draw_line(axes: Axes, rows: Sequence[ScoreRow], panel: ScorePanel, typeface: Typeface) -> None:
    """Draw scores over time with a band for their intervals; a hidden period leaves a gap."""
    low, values, high = zip(*(_figures(row) for row in rows), strict=True) if rows else ((), (), ())
    scale = Scale.of(panel)
    axes.set_ylim(scale.low, scale.high)
    axes.set_yticks(scale.steps, [typeface.drawable(panel.write(step)) for step in scale.steps])
    for step in scale.steps:
        axes.axhline(step, color=LINE if step else EDGE, lw=0.7, zorder=0)
    at = range(len(rows))
    axes.set_xlim(-0.5, len(rows) - 0.5)
    ticks = list(at)[:: max(1, math.ceil(len(rows) / _MOST_TICKS))]
    axes.set_xticks(ticks, [typeface.drawable(rows[i].label) for i in ticks])
    axes.fill_between(at, low, high, color=PROMOTER, alpha=0.16, lw=0, zorder=1)
    for x, bottom, top in zip(at, low, high, strict=True):  # a period between two gaps has no band to stand in
        axes.plot([x, x], [bottom, top], color=PROMOTER, alpha=0.4, lw=0.8, zorder=1)
    axes.plot(at, values, "-o", color=INK, lw=1.3, ms=4, zorder=3)
    if panel.total.estimate is not None:
        axes.axhline(panel.total.estimate, color=SOFT, lw=0.8, ls=(0, (2, 2.5)), zorder=1)
        text = typeface.drawable(f"{panel.total.label} {panel.write(panel.total.estimate)}")
        place = (len(rows) - 0.5, panel.total.estimate)
        axes.annotate(text, place, (6, 0), textcoords="offset points", va="center", color=SOFT, fontsize=_SMALL,
                      annotation_clip=False, parse_math=False)  # fmt: skip
    for label in (*axes.get_yticklabels(), *axes.get_xticklabels()):
        label.set_parse_math(False)


def _figures(row: ScoreRow) -> tuple[float, float, float]:
    """Return lower limit, estimate and upper limit, NaN for what is not shown (matplotlib leaves it out)."""
    low, estimate, high = (math.nan if value is None else value for value in (row.low, row.estimate, row.high))
    return low, estimate, high


def length(text: str, size: float) -> float:
    """Return about how long a text is, in inches."""
    return sum(1.0 if ord(character) > 0x2E7F else 0.56 for character in text) * size / 72


def cut(text: str, room: float, size: float) -> str:
    """Return a text of at most so many inches, the rest of a longer one as an ellipsis."""
    if length(text, size) <= room:
        return text
    while text and length(text + "…", size) > room:
        text = text[:-1]
    return text + "…"


def wrap(text: str, room: float, size: float) -> list[str]:
    """Break a text into lines: between words, and between any two Chinese characters."""
    lines: list[str] = []
    line = ""
    for word in _words(text):
        if line and length(line + word.rstrip(), size) > room:
            lines.append(line.rstrip())
            line = ""
        line += word
    return [*lines, line.rstrip()] if line.strip() else lines


def _words(text: str) -> list[str]:
    words: list[str] = []
    word = ""
    for character in text:
        if character in _NEVER_FIRST and words and not word:
            words[-1] += character
            continue
        word += character
        if character == " " or (ord(character) > 0x2E7F and character not in _NEVER_LAST):
            words.append(word)
            word = ""
    return [*words, word] if word else words
