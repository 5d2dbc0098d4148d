"""Expectation and perception of each dimension on one line, the largest gap on top."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.metrics.servqual import ServiceGap, Servqual
from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, Canvas, dots, room_for
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.written import told, told_level, write, write_interval

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.views.chart import Chart

_ROW = 0.42
_RIGHT = 1.75


def plot_servqual(result: Servqual, ax: Axes | None = None) -> Chart:
    """Draw expectation and perception of each dimension, joined by the gap, whose interval stands at the perception.

    Parameters
    ----------
    result : Servqual
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw it.

    Examples
    --------
    >>> from closeloop.metrics.servqual import servqual
    >>> answers = {"e1": [7, 6, 7, 7], "p1": [5, 6, 4, 6]}
    >>> plot_servqual(servqual(answers, {"reliability": [("e1", "p1")]})).title
    'Service quality: perceived minus expected'
    """
    tag = language()
    shown = [gap for gap in result.dimensions if not math.isnan(gap.perception)]
    names = [gap.title.in_language(tag) for gap in shown]
    level = told_level(result.confidence_level)
    axis = message("servqual.axis", points=told(result.points, "count")).in_language(tag)
    words = {name: message(f"servqual.{name}").in_language(tag) for name in ("expectation", "perception")}
    heading = message("servqual.gap_interval", level=level).in_language(tag)
    left = room_for(names)
    caption = "caption_perceptions" if result.perceptions_only else "caption"
    canvas = Canvas.of(
        result, [*names, axis, heading, *words.values()], notes=[message(f"servqual.{caption}", level=level)],
        height=_ROW * max(len(shown), 1) + 0.3, left=left, right=0.2 if result.perceptions_only else _RIGHT,
        bottom=0.55 if result.perceptions_only else 0.8, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        if result.perceptions_only:
            dots(canvas, axes, names, [(gap.ci.low, gap.perception, gap.ci.high) for gap in shown])
        else:
            _dumbbells(canvas, axes, shown, words, tag)
            canvas.note(axes, 1, 1, heading, xycoords="axes fraction", xytext=(8, 0), va="bottom")
        canvas.name_rows(axes, names, left)
        axes.set_xlim(_limits(result, shown))
        canvas.name_axes(axes, axis)
    return canvas.chart()


def _dumbbells(canvas: Canvas, axes: Any, shown: list[ServiceGap], words: dict[str, str], tag: str) -> None:
    for y, gap in enumerate(shown):
        color = DETRACTOR if gap.gap < 0 else PROMOTER
        low, high = gap.expectation + gap.ci.low, gap.expectation + gap.ci.high
        axes.plot([gap.expectation, gap.perception], [y, y], color=color, lw=1.6, alpha=0.45, zorder=1)
        axes.plot([low, high], [y, y], color=color, lw=5, alpha=0.22, solid_capstyle="butt", zorder=1)
        axes.plot([gap.expectation], [y], "o", mfc="white", mec=INK, ms=9.5, zorder=3, label=words["expectation"])
        axes.plot([gap.perception], [y], "o", color=INK, ms=6, zorder=4, label=words["perception"])
        said = write(gap.gap, "points", tag, 2)
        interval = write_interval(gap.ci.low, gap.ci.high, "points", tag, 2)
        bracket = f" ({interval})" if tag == "en" else f"（{interval}）"
        canvas.note(axes, 1, y, said + bracket, xycoords=("axes fraction", "data"), xytext=(8, 0), color=INK)
    if shown:
        canvas.legend(axes, loc="upper left", bbox_to_anchor=(0, 0), borderaxespad=3.4, ncol=2, handletextpad=0.3,
                      borderpad=0, columnspacing=1.2)  # fmt: skip
        axes.spines["left"].set_color(EDGE)


def _limits(result: Servqual, shown: list[ServiceGap]) -> tuple[float, float]:
    """Return limits round everything that is drawn, within the scale and a little beyond."""
    places = [value for gap in shown for value in _places(result, gap) if not math.isnan(value)]
    if not places:
        return 1, result.points
    low, high = min(places), max(places)
    room = max(0.08 * (high - low), 0.1)
    return max(low - room, 1 - room), min(high + room, result.points + room)


def _places(result: Servqual, gap: ServiceGap) -> tuple[float, ...]:
    if result.perceptions_only:
        return gap.perception, gap.ci.low, gap.ci.high
    return gap.expectation, gap.perception, gap.expectation + gap.ci.low, gap.expectation + gap.ci.high
