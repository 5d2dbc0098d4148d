"""Replicates as a figure: the score of each, and the interval that their spread gives."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.metrics.units import SHOWN
from closeloop.text import language, message
from closeloop.views.canvas import INK, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.style import PASSIVE
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.analysis.weighting.replicates import ReplicateScore


def plot_replicates(found: ReplicateScore, ax: Any = None) -> Chart:
    """Return the scores of the replicates as a strip, below the score with its interval.

    Parameters
    ----------
    found : ReplicateScore
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.weighting.replicates import replicate_score
    >>> from closeloop.metrics.spec import MeanScore
    >>> plot_replicates(replicate_score({"y": [1.0, 2.0, 4.0, 5.0]}, MeanScore("y"))).title
    'Mean, by replicates'
    """
    tag = language()
    kind = found.metric.kind
    by = SHOWN[kind]
    names = [str(message("analysis.score")), str(message("rake.replicates"))]
    axis = message(f"decompose.axis_{kind}").in_language(tag)
    canvas = Canvas.of(found, [*names, axis], height=1.3, left=room_for(names), right=0.5, bottom=0.5, ax=ax)
    low, high = (by * limit for limit in found.interval)
    score = by * found.result.score
    with canvas.drawing() as axes:
        axes.plot([low, high], [0, 0], color=INK, lw=1.8, solid_capstyle="butt", zorder=2)
        axes.plot([score], [0], "o", color=INK, ms=6, zorder=3)
        shown = write(score, "points" if kind == "nps" else "decimal", tag, 2 if kind == "mean" else 0)
        canvas.note(axes, score, 0, shown, color=INK, xytext=(0, 10), ha="center")
        # A fixed scatter up and down keeps equal scores apart and gives the same picture each time.
        height = 1 + 0.3 * np.sin(2.4 * np.arange(len(found.replicates)))
        axes.plot(by * np.array(found.replicates), height, "o", color=PASSIVE, ms=3.5, alpha=0.7, zorder=2)
        canvas.name_rows(axes, names)
        axes.set_ylim(1.6, -0.7)
        canvas.name_axes(axes, axis)
    return canvas.chart()
