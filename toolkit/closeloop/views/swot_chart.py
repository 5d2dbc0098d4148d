"""The cross of a SWOT as a grid: inner points down, outer points across, and how many strategies stand on each pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.text import language
from closeloop.views.canvas import SOFT, Canvas
from closeloop.views.matrix_chart import key_height, write_key
from closeloop.views.style import PROMOTER
from closeloop.views.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.rootcause.worksheet.computed.swot_cross import SwotCross
    from closeloop.views.chart import Chart

_KEY = 3.9


def plot_swot(result: SwotCross, ax: Axes | None = None) -> Chart:
    """Draw the pairs; a hollow cell has no strategy, and the points are named in a key.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.computed.swot_cross import swot_cross
    >>> plot_swot(swot_cross(["couriers"], [], ["law"], [], [])).title
    'SWOT cross, strategies: 0'
    """
    tag = language()
    inner = [name for name in result.points if name[0] in "SW"]
    outer = [name for name in result.points if name[0] in "OT"]
    key = list(result.points.items())
    titles = [say("matrices.swot_external", tag), say("matrices.swot_internal", tag)]
    height = max(0.42 * max(len(inner), 2), key_height(key, _KEY))
    canvas = Canvas.of(
        result, [*result.points.values(), *titles], height=height, left=0.75, right=_KEY + 0.6, bottom=0.55, ax=ax
    )
    with canvas.drawing() as axes:
        axes.set_xlim(-0.5, max(len(outer), 1) - 0.5)
        canvas.name_rows(axes, inner)
        canvas.name_columns(axes, outer, 14)
        axes.grid(visible=False)
        for row, one in enumerate(inner):
            for column, other in enumerate(outer):
                count = sum(1 for pair in result.pairs if (pair.internal, pair.external) == (one, other))
                fill = PROMOTER if count else "white"
                axes.plot(column, row, "s", ms=17, mfc=fill, mec=PROMOTER if count else "#bbbbbb", mew=1.0, zorder=2)
                if count:
                    canvas.note(
                        axes, column, row, str(count), xytext=(0, 0), ha="center", va="center_baseline", color="white"
                    )
        axes.axhline(sum(name[0] == "S" for name in inner) - 0.5, color=SOFT, lw=0.8)
        axes.axvline(sum(name[0] == "O" for name in outer) - 0.5, color=SOFT, lw=0.8)
        canvas.name_axes(axes, *titles)
        write_key(canvas, axes, key, _KEY)
    return canvas.chart()
