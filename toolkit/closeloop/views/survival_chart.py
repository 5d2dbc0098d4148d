"""Time to an event as a figure: the share to whom it has happened, as steps, open cases ticked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.text import language
from closeloop.views.canvas import EDGE, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.plane import name_ends
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import in_tag, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.effect.time_to import TimeTo
    from closeloop.stats.survival import SurvivalCurve

_COLORS = (PROMOTER, DETRACTOR, "#009E73", "#595959", "#CC79A7", "#B58900")
_STYLES = ("-", (0, (5, 2)), (0, (1.5, 1.5)))
_HEIGHT = 3.0


def plot_time_to(result: TimeTo, ax: Axes | None = None) -> Chart:
    """Return a figure of the share to whom it has happened, over time; with one group its interval as a band.

    Parameters
    ----------
    result : TimeTo
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.effect.time_to import time_to
    >>> cases = {"hours": [2.0, 5.0, 9.0, 30.0], "replied": [True, True, False, True]}
    >>> plot_time_to(time_to(cases, duration="hours", event="replied")).title
    'Time until it happened'
    """
    tag = language()
    names = [in_tag(name, tag) for name in result.curves] if len(result.curves) > 1 else []
    below = say("survival.axis_time", tag, unit=say(f"survival.unit_{result.unit}", tag))
    side = say("survival.axis_share", tag)
    right = room_for(names) if names else 0.25
    canvas = Canvas.of(result, [*names, below, side], height=_HEIGHT, left=0.8, right=right, bottom=0.5, ax=ax)
    longest = max([*(float(c.durations.max()) for c in result.curves.values() if c.n), *result.within, 1e-9])
    with canvas.drawing() as axes:
        for time in result.within:
            axes.axvline(time, color=EDGE, lw=0.9, ls=(0, (2, 2)), zorder=1)
        ends = []
        for i, curve in enumerate(result.curves.values()):
            color, style = _COLORS[i % len(_COLORS)], _STYLES[i // len(_COLORS) % len(_STYLES)]
            if not curve.n:
                continue
            times, done = _steps(curve)
            if not names:
                _band(axes, result, curve)
            axes.plot(times, done, drawstyle="steps-post", color=color, ls=style, lw=1.8, zorder=3)
            still = np.unique(curve.durations[~curve.events])
            axes.plot(still, [_done(curve, t) for t in still], "|", color=color, ms=6, zorder=3)
            if names:
                ends.append((done[-1], names[i], color))
        axes.set_xlim(0, longest * 1.02)
        axes.set_ylim(-0.02, 1.02)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        canvas.write_ticks(axes.yaxis, "percent", 0)
        axes.grid(visible=False, axis="x")
        canvas.name_axes(axes, below, side)
        name_ends(canvas, axes, longest * 1.02, ends)
    return canvas.chart()


def _steps(curve: SurvivalCurve) -> tuple[list[float], list[float]]:
    """Return the corners of the steps, from time 0 to the longest time observed."""
    times = [0.0, *curve.times.tolist(), float(curve.durations.max())]
    done = [0.0, *(1 - curve.surviving).tolist()]
    return times, [*done, done[-1]]


def _done(curve: SurvivalCurve, time: float) -> float:
    i = int(np.searchsorted(curve.times, time, side="right")) - 1
    return 0.0 if i < 0 else 1 - float(curve.surviving[i])


def _band(axes: Any, result: TimeTo, curve: SurvivalCurve) -> None:
    times = [*curve.times.tolist(), float(curve.durations.max())]
    limits = [curve.share_interval(time, result.confidence_level) for time in times]
    low, high = [limit.low for limit in limits], [limit.high for limit in limits]
    axes.fill_between(times, low, high, step="post", color=PROMOTER, alpha=0.12, lw=0, zorder=1)
