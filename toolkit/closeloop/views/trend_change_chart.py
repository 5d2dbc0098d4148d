"""The figure of a change of level: the periods, and the level of each stretch between changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.analysis.trend.periods import period_told
from closeloop.analysis.trend.text import value_form
from closeloop.views.canvas import INK, LINE, SOFT, Canvas
from closeloop.views.chart import Chart
from closeloop.views.steps import round_steps
from closeloop.views.trend_chart import MOST_TICKS
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.trend.change import TrendChange


def plot_change(change: TrendChange, ax: Axes | None = None) -> Chart:
    """Return the figures of a group with the levels between its changes; dashed where chance may have made the change.

    Parameters
    ----------
    change : TrendChange
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.
    """
    form, digits = value_form(change.metric)
    periods = change.periods
    canvas = Canvas.of(change, notes=change.notes[:1], height=2.2, left=0.5, ax=ax)
    starts = [0, *(periods.index(one.first) for one in change.found), len(periods)]
    levels = [change.found[0].before, *(one.after for one in change.found)]
    low, high = min(*change.estimates, *levels), max(*change.estimates, *levels)
    room = 0.1 * (high - low) or 1.0
    with canvas.drawing() as axes:
        axes.grid(visible=False)
        axes.set(xlim=(-0.5, len(periods) - 0.5), ylim=(low - room, high + 3 * room))
        axes.plot(range(len(periods)), change.estimates, "-o", color=SOFT, lw=0.8, ms=3.5, zorder=2)
        style = "-" if change.certain else (0, (4, 2))
        for start, end, level in zip(starts, starts[1:], levels, strict=False):
            axes.plot([start - 0.5, end - 0.5], [level, level], color=INK, lw=2.0, ls=style, zorder=3)
            text = write(level, form, canvas.tag, digits)
            canvas.note(axes, (start + end - 1) / 2, high + 2 * room, text, xytext=(0, 0), ha="center", color=INK)
        for start in starts[1:-1]:
            axes.axvline(start - 0.5, color=LINE, lw=1.0, zorder=1)
        canvas.name_columns(axes, [str(period_told(period)) for period in periods], MOST_TICKS)
        axes.yaxis.set_major_locator(round_steps(4))
        canvas.write_ticks(axes.yaxis, form, digits)
    return canvas.chart()
