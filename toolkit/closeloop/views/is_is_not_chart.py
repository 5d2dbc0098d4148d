"""IS and IS NOT as a figure: a dot with its interval per value, what tells most on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PROMOTER

if TYPE_CHECKING:
    from closeloop.analysis.is_is_not_result import IsIsNot

_MOST = 24
_NAME = 3.0
"""Inches for the name of a value."""


def plot_is_is_not(result: IsIsNot, ax: Any = None) -> Chart:
    """Return the differences as a chart; of more than 24 values those that tell most.

    Parameters
    ----------
    result : IsIsNot
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.is_is_not import is_is_not
    >>> data = {"late": [1] * 40 + [0] * 60, "region": ["East"] * 30 + ["West"] * 10 + ["East"] * 15 + ["West"] * 45}
    >>> plot_is_is_not(is_is_not(data, "late", ["region"])).title
    'IS and IS NOT: late'
    """
    tag = language()
    rows = [row for row in result.comparisons if row.contrast is not None]
    left_out = max(len(rows) - _MOST, 0)
    rows = rows[:_MOST]
    labels = [
        cut(message("is_is_not.row", trait=row.title, value=row.label).in_language(tag), _NAME, SMALL) for row in rows
    ]
    words = [message(f"is_is_not.word_{row.word.replace(' ', '_')}").in_language(tag) for row in rows]
    axis = message("is_is_not.axis").in_language(tag)
    more = [message("is_is_not.more", count=left_out)] if left_out else []
    canvas = Canvas.of(
        result, [*labels, *words, axis], notes=[*more, *result.notes], height=0.35 + 0.3 * max(len(rows), 1),
        left=room_for(labels), right=1.5, bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        limits = []
        for row in rows:
            low, high = row.contrast.interval if row.contrast else (math.nan, math.nan)
            limits.append((100 * low, 100 * row.difference, 100 * high))
        dots(canvas, axes, labels, limits)
        for y, (row, (low, estimate, high)) in enumerate(zip(rows, limits, strict=True)):
            colour = {"only": DETRACTOR, "more": DETRACTOR, "never": PROMOTER, "less": PROMOTER}.get(row.word, INK)
            axes.plot([low, high], [y, y], color=colour, lw=1.8, solid_capstyle="butt", zorder=4)
            axes.plot([estimate], [y], "o", color=colour, ms=6, zorder=5)
        if rows:
            right = max(high for _, _, high in limits)
            for y, word in enumerate(words):  # one column of words, right of every interval
                canvas.note(axes, max(right, 0.0), y, word, color=SOFT, xytext=(10, 0))
        axes.axvline(0, color=SOFT, lw=1, zorder=1)
        canvas.name_axes(axes, axis)
    return canvas.chart()
