"""Theme impact as a figure: a dot with its interval per theme, the one that costs most on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.metrics.units import SHOWN
from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.analysis.impact.result import ThemeImpact, ThemeRow

_EACH_SIDE = 12
_NAME = 2.4
"""Inches for the name of a theme; its share stands behind it."""


def plot_impact(impact: ThemeImpact, ax: Any = None) -> Chart:
    """Return the themes as a chart; of more than 24 the twelve of each end.

    Parameters
    ----------
    impact : ThemeImpact
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.impact.impact import theme_impact
    >>> from closeloop.metrics.spec import Nps
    >>> data = {"response_id": list(range(40)), "recommend": [9, 3, 10, 7] * 10}
    >>> coding = {"response_id": list(range(1, 40, 4)), "theme": ["price"] * 10}
    >>> plot_impact(theme_impact(coding, data, Nps("recommend"))).title
    'Impact of themes on Net Promoter Score (NPS)'
    """
    tag = language()
    rows = list(impact.shown)
    left_out = len(rows) - 2 * _EACH_SIDE
    if left_out > 0:
        rows = [*rows[:_EACH_SIDE], *rows[-_EACH_SIDE:]]
    kind = impact.metric.kind
    by = SHOWN[kind]
    labels = [_label(row, tag) for row in rows]
    axis = message(f"impact.axis_{kind}").in_language(tag)
    values = [write(by * row.impact, "points", tag, 2 if kind == "mean" else 0) for row in rows]
    more = [message("impact.more", count=left_out)] if left_out > 0 else []
    canvas = Canvas.of(
        impact, [*labels, axis, *values], notes=[*more, *impact.notes], height=0.35 + 0.3 * max(len(rows), 1),
        left=room_for(labels), right=0.75, bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        limits = [(by * row.ci_low, by * row.impact, by * row.ci_high) for row in rows]
        dots(canvas, axes, labels, limits)
        for y, (low, estimate, high) in enumerate(limits):
            colour = DETRACTOR if high < 0 else PROMOTER if low > 0 else INK
            axes.plot([low, high], [y, y], color=colour, lw=1.8, solid_capstyle="butt", zorder=4)
            axes.plot([estimate], [y], "o", color=colour, ms=6, zorder=5)
            outward = -1 if estimate < 0 else 1  # away from the line of no impact, which a figure would cross
            ends = [value for value in (low, estimate, high) if not math.isnan(value)]
            place, align = (max(ends), "left") if outward > 0 else (min(ends), "right")
            canvas.note(axes, place, y, values[y], color=colour, xytext=(6 * outward, 0), ha=align)
        if rows:
            left, right = axes.get_xlim()
            axes.set_xlim(left - 0.05 * (right - left), right)  # room for the figures on the left
        axes.axvline(0, color=SOFT, lw=1, zorder=1)
        canvas.name_axes(axes, axis)
    return canvas.chart()


def _label(row: ThemeRow, tag: str) -> str:
    return message(
        "impact.label", theme=cut(row.theme, _NAME, SMALL), share=write(row.share, "percent", tag, 0)
    ).in_language(tag)
