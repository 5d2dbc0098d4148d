"""A gap as a figure: what should be and what is, on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, LINE, SOFT, Canvas
from closeloop.views.chart import Chart
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.metrics.measured_gap import Gap


def plot_gap(gap: Gap, ax: Any = None) -> Chart:
    """Return a gap as a chart: the standard as a line, the actual value as a dot with its limits.

    Examples
    --------
    >>> from closeloop.metrics.measured_gap import Gap
    >>> plot_gap(Gap(metric="NPS", standard=30, actual=12, n=480, as_of="2026-06-30", ci=(6, 18), unit="points")).title
    'Gap: NPS'
    """
    tag = language()
    words = [message(f"gap.{word}").in_language(tag) for word in ("standard", "actual")]
    figures = [write(value, gap.unit, tag) for value in (gap.standard, gap.actual)]
    low, high = gap.ci or (gap.actual, gap.actual)
    canvas = Canvas.of(gap, [*words, *figures], height=0.95, left=0.3, right=0.3, bottom=0.35, ax=ax)
    with canvas.drawing() as axes:
        axes.plot([gap.standard] * 2, [-0.5, 0.35], color=INK, lw=1.6)
        axes.plot([low, high], [0, 0], color=INK, lw=1.4, solid_capstyle="butt")
        axes.plot([gap.actual], [0], "o", color=INK, ms=6.5)
        left = gap.standard <= gap.actual
        for x, word, figure, side, y in (
            (gap.standard, words[0], figures[0], "right" if left else "left", 0.55),
            (gap.actual, words[1], figures[1], "left" if left else "right", 0.55),
        ):
            canvas.note(axes, x, y, f"{word} {figure}", ha=side, xytext=(0, 0), color=INK)
        points = [gap.standard, gap.actual, low, high]
        room = 0.35 * ((max(points) - min(points)) or abs(gap.actual) or 1.0)
        axes.set_xlim(min(points) - room, max(points) + room)
        axes.set_ylim(-0.5, 0.85)
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.axhline(-0.5, color=LINE, lw=1)
        canvas.write_ticks(axes.xaxis, gap.unit)
        axes.tick_params(labelcolor=SOFT)
    return canvas.chart()
