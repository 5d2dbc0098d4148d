"""A difference as a figure: both results with their intervals, and the difference below on an axis of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from closeloop.metrics.units import SHOWN
from closeloop.text import language
from closeloop.views.canvas import INK, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.words import in_tag, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.metrics.difference import Difference

_ROW = 0.38


def plot_difference(result: Difference, ax: Axes | None = None) -> Chart:
    """Return a figure of both results, and of the difference by each method with the line of no difference.

    Parameters
    ----------
    result : Difference
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw the difference alone into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.metrics.compare import compare
    >>> from closeloop.metrics.nps import NpsResult
    >>> plot_difference(compare(NpsResult(75, 45, 30), NpsResult(20, 40, 40), names=("East", "West"))).title
    'East against West'
    """
    tag, scale = language(), SHOWN[result.unit]
    rows = result.rows()
    groups = [row for row in rows if row["row"] == "group"]
    methods = [row for row in rows if row["row"] == "difference"]
    names = [in_tag(row["name"], tag) for row in groups]
    labels = [in_tag(row["method_name"], tag) for row in methods]
    if len(labels) == 1:
        labels = [say("compare.difference", tag)]
    axis, unit = say(f"compare.axis_{result.unit}", tag), say(f"compare.unit_{result.unit}", tag)
    below = say("compare.axis_difference", tag, unit=unit)
    room = room_for([*names, *labels])
    canvas = Canvas.of(
        result, [*names, *labels, axis, below], height=panel_height(len(rows)), left=room, bottom=0.5, ax=ax
    )
    scores = Panel(names, [_limits(row, scale) for row in groups], axis)
    return draw_panels(canvas, scores, Panel(labels, [_limits(row, scale) for row in methods], below), room, ax)


class Panel(NamedTuple):
    """Rows of estimates with their limits (low, estimate, high), and what their axis measures.

    Examples
    --------
    >>> Panel(["East"], [(0.1, 0.2, 0.3)], "share").axis
    'share'
    """

    labels: Sequence[str]
    limits: Sequence[tuple[float, float, float]]
    axis: str


def panel_height(rows: int) -> float:
    """Return the inches that `draw_panels` needs for so many rows.

    Examples
    --------
    >>> panel_height(5)
    2.1
    """
    return _ROW * rows + 0.2


def draw_panels(canvas: Canvas, scores: Panel, difference: Panel, room: float, ax: Axes | None = None) -> Chart:
    """Draw scores above, their difference below with the line of no difference, on one scale.

    Parameters
    ----------
    canvas : Canvas
        Its paper.
    scores, difference : Panel
        What to draw.
    room : float
        Inches for the names on the left.
    ax : matplotlib.axes.Axes, optional
        Then the difference alone.

    Returns
    -------
    Chart

    Examples
    --------
    >>> canvas = Canvas("Change", "It rose.", ["before", "after", "change"], height=panel_height(3), left=1.0)
    >>> scores = Panel(["before", "after"], [(1, 2, 3), (2, 3, 4)], "mean")
    >>> draw_panels(canvas, scores, Panel(["change"], [(0, 1, 2)], "change"), 1.0)
    <Chart: Change. It rose.>
    """
    if ax is not None:
        with canvas.drawing() as axes:
            _difference(canvas, axes, difference, room)
        return canvas.chart()
    with canvas.drawing((len(scores.labels), len(difference.labels)), gap=0.65) as (upper, lower):
        dots(canvas, upper, scores.labels, scores.limits, SOFT, room)
        canvas.name_axes(upper, scores.axis, labelpad=2)
        _difference(canvas, lower, difference, room)
        _same_scale(upper, lower, scores.limits)
    return canvas.chart()


def _difference(canvas: Canvas, axes: Any, panel: Panel, room: float) -> None:
    dots(canvas, axes, panel.labels, panel.limits, room=room)
    axes.axvline(0, color=INK, lw=1, ls=(0, (4, 3)), zorder=1)
    shown = _finite(panel.limits)
    if not shown:
        axes.set_xticks([0])
    axes.set_xlim(*_around([0.0, *shown]))
    canvas.name_axes(axes, panel.axis, labelpad=2)


def _finite(limits: Sequence[tuple[float, float, float]]) -> list[float]:
    return [value for row in limits for value in row if math.isfinite(value)]


def _same_scale(upper: Any, lower: Any, limits: Sequence[tuple[float, float, float]]) -> None:
    """Give both axes the same length per unit, so that the eye may compare them."""
    shown = _finite(limits)
    spans = [_around(shown) if shown else lower.get_xlim(), lower.get_xlim()]
    widest = max(high - low for low, high in spans)
    for axes, (low, high) in zip((upper, lower), spans, strict=True):
        axes.set_xlim((low + high - widest) / 2, (low + high + widest) / 2)


def _around(values: Sequence[float]) -> tuple[float, float]:
    low, high = min(values), max(values)
    room = 0.08 * (high - low) or 1.0
    return low - room, high + room


def _limits(row: dict[str, Any], scale: float) -> tuple[float, float, float]:
    return scale * row["ci_low"], scale * row["estimate"], scale * row["ci_high"]
