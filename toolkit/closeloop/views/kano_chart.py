"""Better against Worse: which features satisfy by being there, which dissatisfy by being missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from closeloop.metrics.kano_result import Kano, category_title
from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, Canvas
from closeloop.views.plane import name_corners, name_points, part
from closeloop.written import told_level

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.views.chart import Chart

_MIDDLE = 0.5
_CORNERS = ("A", "O", "I", "M")


def plot_kano(result: Kano, ax: Axes | None = None) -> Chart:
    """Draw Better against |Worse| with intervals, quadrants and the names of the features.

    Parameters
    ----------
    result : Kano
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw it.

    Examples
    --------
    >>> from closeloop.metrics.kano import kano
    >>> found = kano({"with": [1, 1, 2], "without": [3, 5, 5]}, {"wifi": ("with", "without")})
    >>> plot_kano(found).title
    'Kano categories of features'
    """
    tag = language()
    shown = [feature for feature in result.features if not math.isnan(feature.better.estimate)]
    names = [feature.title.in_language(tag) for feature in shown]
    corners = [category_title(name).in_language(tag) for name in _CORNERS]
    titles = [message(f"kano.{axis}_axis").in_language(tag) for axis in ("x", "y")]
    note = message("kano.caption", level=told_level(result.confidence_level))
    canvas = Canvas.of(result, [*names, *corners, *titles], notes=[note], height=4.6, bottom=0.55, ax=ax)
    with canvas.drawing() as axes:
        axes.set_xlim(-0.03, 1.03)
        axes.set_ylim(-0.03, 1.03)
        lines = part(axes, _MIDDLE, _MIDDLE)
        points = [(-feature.worse.estimate, feature.better.estimate) for feature in shown]
        for feature, (x, y) in zip(shown, points, strict=True):
            across = (-feature.worse.ci.high, y, -feature.worse.ci.low, y)
            up = (x, feature.better.ci.low, x, feature.better.ci.high)
            for bar in (across, up):
                axes.plot(bar[::2], bar[1::2], color=EDGE, lw=0.9, zorder=2)
            lines += [across, up]
            axes.plot([x], [y], "o", color=INK, ms=6, zorder=3)
        canvas.name_axes(axes, *titles)
        name_points(canvas, axes, points, names, name_corners(canvas, axes, corners), lines)
    return canvas.chart()
