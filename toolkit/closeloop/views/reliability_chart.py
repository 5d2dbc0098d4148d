"""What each item does to the reliability of its scale: alpha without it, beside alpha of all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from closeloop.metrics.reliability import Reliability
from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, LINE, Canvas, room_for
from closeloop.views.style import DETRACTOR
from closeloop.written import told, told_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.views.chart import Chart

_ROW = 0.34


def plot_reliability(result: Reliability, ax: Axes | None = None) -> Chart:
    """Draw alpha of the other items for each item left out, with alpha of all items and its interval.

    Parameters
    ----------
    result : Reliability
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw it.

    Examples
    --------
    >>> from closeloop.metrics.reliability import reliability
    >>> answers = {"fast": [5, 4, 2, 1, 3], "kind": [5, 5, 2, 2, 3], "near": [4, 5, 1, 2, 2]}
    >>> plot_reliability(reliability(answers, ["fast", "kind", "near"])).title
    'Reliability of a scale of 3 items'
    """
    tag = language()
    shown = [item for item in result.items if not math.isnan(item.alpha_without)]
    names = [item.title.in_language(tag) for item in shown]
    axis = message("reliability.axis").in_language(tag)
    whole = message("reliability.all_items", alpha=told(result.alpha, "decimal")).in_language(tag)
    left = room_for(names)
    note = message("reliability.caption", level=told_level(result.confidence_level))
    canvas = Canvas.of(
        result, [*names, axis, whole], notes=[note], height=_ROW * max(len(shown), 1) + 0.3, left=left, bottom=0.55,
        ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        if not math.isnan(result.alpha):
            if not math.isnan(result.ci.low):
                axes.axvspan(*result.ci, color=LINE, alpha=0.45, lw=0)
            axes.axvline(result.alpha, color=EDGE, lw=1.0, ls=(0, (4, 3)))
            canvas.note(axes, result.alpha, 1, whole, xycoords=("data", "axes fraction"), xytext=(0, 2), ha="center",
                        va="bottom")  # fmt: skip
        for y, item in enumerate(shown):
            better = item.alpha_without > result.alpha
            axes.plot([item.alpha_without], [y], "o", color=DETRACTOR if better else INK, ms=6, zorder=3)
        canvas.name_rows(axes, names, left)
        canvas.name_axes(axes, axis)
    return canvas.chart()
