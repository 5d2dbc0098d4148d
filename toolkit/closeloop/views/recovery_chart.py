"""A recovery as a figure: where detractors stand, beside where they would stand with nothing done."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language
from closeloop.views.canvas import EDGE, INK, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import say
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.effect.recovery_result import Recovery

_SHOWN = {"start": DETRACTOR, "control": SOFT, "expected": SOFT, "anyway": SOFT, "observed": PROMOTER}
_SHORTEST = 4.0
"""Points of a net recovery from which on it is drawn as an arrow; of a shorter one nothing but the head would show."""
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}


def plot_recovery(result: Recovery, ax: Axes | None = None) -> Chart:
    """Return a figure of start, benchmark and observed NPS; the net recovery is the step between the last two.

    Parameters
    ----------
    result : Recovery
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.effect.recovery import recovery
    >>> first = [2] * 40 + [8] * 60 + [10] * 100
    >>> plot_recovery(recovery(first, [3] * 9 + [9] * 9 + [None] * 182, reliability=0.6)).title
    'Recovery of detractors'
    """
    tag = language()
    rows = [row for name in _SHOWN for row in result.rows() if row["quantity"] == name]
    if result.source == "none" and not math.isnan(result.anyway[0]):
        low, high = result.anyway
        anyway = {"quantity": "anyway", "estimate": math.nan, "ci_low": low, "ci_high": high}
        rows.insert(1, anyway)
    labels = [say(f"recovery.chart_{row['quantity']}", tag) for row in rows]
    axis = say("recovery.axis", tag)
    net = say("recovery.chart_net", tag, net=write(result.net, "points", tag, 0))
    values = [write(row["estimate"], "points", tag, 0) for row in rows]
    canvas = Canvas.of(
        result, [*labels, axis, net, *values], height=0.46 * len(rows) + 0.35, left=room_for(labels), right=0.3,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        canvas.name_rows(axes, labels)
        axes.set_ylim(len(rows) - 0.5, -0.75)
        for y, (row, value) in enumerate(zip(rows, values, strict=True)):
            color = _SHOWN[row["quantity"]]
            axes.plot([row["ci_low"], row["ci_high"]], [y, y], color=color, lw=1.6, solid_capstyle="butt", zorder=2)
            axes.plot([row["estimate"]], [y], "o", color=color, ms=6, zorder=3)
            if not math.isnan(row["estimate"]):
                canvas.note(axes, row["estimate"], y, value, xytext=(0, 10), ha="center", color=color, bbox=_PAPER)
        if not math.isnan(result.net):
            _step(canvas, axes, result, net, len(rows) - 1)
        axes.set_xlim(-108, 108)
        axes.set_xticks(range(-100, 101, 50))
        canvas.write_ticks(axes.xaxis, "points", 0)
        canvas.name_axes(axes, axis)
    return canvas.chart()


def _step(canvas: Canvas, axes: Any, result: Recovery, text: str, y: float) -> None:
    """Draw the benchmark down to the observed value, and the net recovery as an arrow between them."""
    below = y + 0.28
    axes.plot([result.expected, result.expected], [y - 1, below], color=EDGE, lw=0.9, ls=(0, (3, 2)), zorder=1)
    if abs(result.net) >= _SHORTEST:
        arrow = {"arrowstyle": "->", "color": INK, "lw": 1.1, "shrinkA": 0, "shrinkB": 0}
        axes.annotate("", (result.observed, below), (result.expected, below), arrowprops=arrow, annotation_clip=False)
    end = max(result.observed, result.expected)
    canvas.note(axes, end, below, text, xytext=(6, 0), color=INK)
