"""Coverage of the interval methods, the shortest interval on top: which gives the most for its length."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, Canvas, room_for
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.written import told, told_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.planning.coverage import Coverage
    from closeloop.views.chart import Chart

_ROW = 0.27


def plot_coverage(result: Coverage, ax: Axes | None = None) -> Chart:
    """Draw the coverage of each method beside the level that is promised; the methods in the order of their width.

    Parameters
    ----------
    result : Coverage
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw it.

    Examples
    --------
    >>> from closeloop.analysis.planning.coverage import coverage
    >>> plot_coverage(coverage(10, (50, 30, 20))).title
    'Interval methods at n = 10'
    """
    tag = language()
    rows = sorted(result.methods, key=lambda one: one.mean_width)
    widths = [told(one.mean_width, "decimal", 1).in_language(tag) for one in rows]
    promised = message("coverage.promised", level=told_level(result.confidence_level)).in_language(tag)
    x_title, width_title = (message(f"coverage.{name}").in_language(tag) for name in ("coverage_axis", "width"))
    methods = [one.method for one in rows]
    canvas = Canvas.of(
        result, [promised, x_title, width_title, *widths, *methods], notes=[message("coverage.caption")],
        height=_ROW * len(rows) + 0.5, left=room_for(methods), right=1.5, bottom=0.55, ax=ax,
    )  # fmt: skip
    level = 100 * result.confidence_level
    least = min(100 * one.lowest_coverage for one in rows)
    most = max(level, *(100 * one.coverage for one in rows))
    room = max(most - least, 2.0)
    with canvas.drawing() as axes:
        beside = {"xycoords": axes.get_yaxis_transform(), "xytext": (14, 0)}
        axes.axvline(level, color=EDGE, lw=1.0, ls=(0, (4, 3)), zorder=1)
        for y, (one, width) in enumerate(zip(rows, widths, strict=True)):
            color = PROMOTER if one.method == result.recommended else INK
            color = DETRACTOR if one.method in ("wald", "bootstrap") else color
            axes.plot([100 * one.lowest_coverage, 100 * one.coverage], [y, y], color=color, lw=1.4, alpha=0.5, zorder=2)
            axes.plot([100 * one.coverage], [y], "o", color=color, ms=6, zorder=3)
            canvas.note(axes, 1, y, width, color=color, **beside)
        axes.set_xlim(least - 0.06 * room, most + 0.06 * room)
        canvas.name_rows(axes, methods)
        axes.set_ylim(len(rows) - 0.4, -1.2)
        right = level > least + room / 2
        canvas.note(axes, level, -0.8, promised, xytext=(-5 if right else 5, 0), ha="right" if right else "left")
        canvas.note(axes, 1, -0.8, width_title, **beside)
        canvas.name_axes(axes, x_title)
    return canvas.chart()
