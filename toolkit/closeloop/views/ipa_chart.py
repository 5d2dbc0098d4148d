"""Importance against performance: four quadrants, and how sure each item is of its own."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from closeloop.metrics.quadrants import ImportancePerformance, lines_title, quadrant_title
from closeloop.text import language, message
from closeloop.views.canvas import Canvas
from closeloop.views.plane import name_corners, name_points, part
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.written import told, write

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from closeloop.views.chart import Chart

_CORNERS = ("concentrate", "keep", "low", "overkill")
_COLORS = {"concentrate": DETRACTOR, "keep": PROMOTER, "low": PASSIVE, "overkill": PASSIVE}


def plot_importance_performance(result: ImportancePerformance, ax: Axes | None = None) -> Chart:
    """Draw importance (up) against performance (to the right) with the lines and the certainty of each item.

    Parameters
    ----------
    result : ImportancePerformance
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw it.

    Examples
    --------
    >>> from closeloop.metrics.importance_performance import importance_performance
    >>> answers = {"speed": [4, 2, 5, 1, 3, 2], "price": [3, 4, 3, 4, 5, 4]}
    >>> found = importance_performance(answers, items=["speed", "price"], importance={"speed": 0.6, "price": 0.2})
    >>> plot_importance_performance(found).title
    'Importance and performance of 2 items'
    """
    tag = language()
    names = []
    for item in result.items:
        name = item.title
        if not math.isnan(item.certainty):
            name = message("ipa.labelled", item=name, share=told(item.certainty, "percent", 0))
        names.append(name.in_language(tag))
    corners = [quadrant_title(name).in_language(tag) for name in _CORNERS]
    titles = [message(f"ipa.{axis}").in_language(tag) for axis in ("performance", "importance")]
    note = message("ipa.caption", lines=lines_title(result.lines))
    canvas = Canvas.of(result, [*names, *corners, *titles], notes=[note], height=4.6, bottom=0.55, ax=ax)
    with canvas.drawing() as axes:
        points = [(item.performance, item.importance) for item in result.items]
        axes.set_xlim(_limits([x for x, _ in points], result.line_performance))
        low, high = _limits([y for _, y in points], result.line_importance)
        axes.set_ylim(low if result.importance_kind in ("stated", "given") else max(low, -0.12 * high), high)
        lines = part(axes, result.line_performance, result.line_importance)
        for item, point in zip(result.items, points, strict=True):
            sure = 0.5 if math.isnan(item.certainty) else item.certainty
            axes.plot(*point, "o", color=_COLORS[item.quadrant], ms=4 + 6 * sure, alpha=0.35 + 0.65 * sure, zorder=3)
        if result.importance_kind in ("lmg", "johnson"):
            axes.yaxis.set_major_formatter(lambda y, _: write(y, "percent", tag, 0) if y > -1e-9 else "")
        canvas.name_axes(axes, *titles)
        name_points(canvas, axes, points, names, name_corners(canvas, axes, corners), lines)
    return canvas.chart()


def _limits(values: Sequence[float], line: float) -> tuple[float, float]:
    """Return limits with room for the names, the line well inside."""
    low, high = min(*values, line), max(*values, line)
    room = 0.2 * (high - low) or 0.5
    return low - room, high + room
