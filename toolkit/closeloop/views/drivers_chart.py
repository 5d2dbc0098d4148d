"""Drivers as a figure: a dot with its interval per item, the most important on top; penalties and rewards as bars."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import in_tag
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.drivers.result import Driver, Drivers

_MOST = 40
_NAME = 3.0
"""Inches for the name of an item."""
_HALF, _FINE = 0.17, 5.0
_ODDS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 20, 50, 100)


def plot_drivers(result: Drivers, ax: Axes | None = None) -> Chart:
    """Draw the items with an estimate; at most the first 40, the rest are counted in the caption.

    Parameters
    ----------
    result : Drivers
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw it.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.drivers.drivers import drivers
    >>> found = drivers({"y": [1, 2, 4, 5, 7], "a": [1, 2, 3, 3, 5], "b": [2, 1, 2, 1, 2]}, "y", ["a", "b"])
    >>> plot_drivers(found).title
    'What goes along with y'
    """
    tag = language()
    ranked = [driver for driver in result.items if driver.rank is not None]
    shown = ranked[:_MOST]
    labels = [cut(in_tag(driver.label, tag), _NAME, SMALL) for driver in shown]
    kind = {"ordered-logit": "odds", "penalty-reward": "penalty"}.get(result.method, "share")
    axis = message(f"drivers.axis_{kind}").in_language(tag)
    notes = list(result.notes)
    if any(driver.correlation < 0 for driver in shown) and kind == "share":
        notes.insert(0, message("drivers.orange"))
    if len(ranked) > len(shown):
        notes.insert(0, message("drivers.not_drawn", count=len(ranked) - len(shown)))
    each = 0.42 if kind == "penalty" else 0.32
    canvas = Canvas.of(
        result, [*labels, axis], notes=notes, height=0.3 + each * max(len(shown), 1), left=room_for(labels), right=0.7,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        axes.axvline(0, color=SOFT, lw=1, zorder=1)
        if kind == "penalty":
            _bars(canvas, axes, labels, shown, result, tag)
        else:
            _dots(canvas, axes, labels, shown, result, tag)
        canvas.name_axes(axes, axis)
    return canvas.chart()


def _dots(canvas: Canvas, axes: Axes, labels: list[str], shown: list[Driver], result: Drivers, tag: str) -> None:
    shares = result.shares_variance
    by, form, digits = (100.0, "percent", result.share_digits) if shares else (1.0, "decimal", 2)
    limits = [(by * d.ci_low, by * d.estimate, by * d.ci_high) for d in shown]
    dots(canvas, axes, labels, limits)
    for y, (driver, (low, estimate, high)) in enumerate(zip(shown, limits, strict=True)):
        colour = PROMOTER if driver.correlation >= 0 else DETRACTOR
        axes.plot([low, high], [y, y], color=colour, lw=2.2, solid_capstyle="butt", zorder=4)
        if shares:
            axes.plot([0, estimate], [y, y], color=colour, lw=7, alpha=0.25, solid_capstyle="butt", zorder=1)
        axes.plot([estimate], [y], "o", color=colour, ms=6, zorder=5)
        text = write(driver.estimate if shares else math.exp(driver.estimate), form, tag, digits)
        canvas.note(axes, estimate if math.isnan(high) else max(high, estimate), y, text, color=INK, xytext=(7, 0))
    if shares:
        axes.set_xlim(left=0)
        fine = int(axes.get_xlim()[1] < _FINE)
        canvas.write_ticks(axes.xaxis, "percent", fine, per=100)
    else:
        low, high = axes.get_xlim()
        ticks = [odds for odds in _ODDS if low <= math.log(odds) <= high]
        axes.set_xticks([math.log(odds) for odds in ticks], [f"{odds:g}" for odds in ticks])


def _bars(canvas: Canvas, axes: Axes, labels: list[str], shown: list[Driver], result: Drivers, tag: str) -> None:
    dots(canvas, axes, labels, [(0.0, math.nan, 0.0) for _ in shown])
    for y, driver in enumerate(shown):
        for name, place, colour in (("penalty", y - _HALF, DETRACTOR), ("reward", y + _HALF, PROMOTER)):
            value, reach = driver.more[name], result.margin(driver.more[f"{name}_error"])
            axes.barh([place], [value], height=1.7 * _HALF, color=colour, alpha=0.3, zorder=2)
            axes.plot([value - reach, value + reach], [place, place], color=colour, lw=1.6, zorder=4)
            axes.plot([value], [place], "o", color=colour, ms=4.5, zorder=5)
            end, shift, side = (value - reach, -6, "right") if value < 0 else (value + reach, 6, "left")
            canvas.note(axes, end, place, write(value, "decimal", tag, 2), color=INK, xytext=(shift, 0), ha=side)
    axes.margins(x=0.15)
    canvas.write_ticks(axes.xaxis, "decimal", 1)
