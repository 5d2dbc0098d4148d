"""The funnel of a league table: score against size, with the limits within which groups stray by chance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.text import language
from closeloop.views.canvas import SOFT, Canvas
from closeloop.views.steps import log_steps
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import in_tag, say
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.metrics.league import LeagueTable
    from closeloop.views.chart import Chart

_COLOURS = {"above": PROMOTER, "below": DETRACTOR, "like": SOFT}
_MOST_NAMES = 25
_LIMITS: tuple[tuple[float, Any, int], ...] = ((0.95, (0, (2, 2.5)), 0), (0.998, "-", 1))


def plot_league(league: LeagueTable, ax: Axes | None = None) -> Chart:
    """Draw the groups of a league table over their number of answers.

    Parameters
    ----------
    league : LeagueTable
    ax : matplotlib.axes.Axes, optional
        Axes of your own.

    Returns
    -------
    Chart
    """
    tag = language()
    labels = [in_tag(row.label, tag) for row in league.groups]
    axis = (say("quality.size_axis", tag), in_tag(league.metric, tag))
    limit_names = [
        say("quality.limit", tag, level=write(level, "percent", tag, digits)) for level, _, digits in _LIMITS
    ]
    canvas = Canvas.of(league, [*labels, *axis, *limit_names], height=3.6, right=1.0, bottom=0.55, ax=ax)
    with canvas.drawing() as axes:
        sizes = np.array([row.effective_n for row in league.groups])
        scores = np.array([row.estimate for row in league.groups])
        grid = np.geomspace(max(sizes.min() * 0.8, 1), sizes.max() * 1.1, 200)
        for (level, dash, _), name in zip(_LIMITS, limit_names, strict=True):
            margin = league.funnel(grid, level)
            for sign in (-1, 1):
                axes.plot(grid, league.centre + sign * margin, color=SOFT, lw=0.8, ls=dash, zorder=1)
            side = 1 if level > 0.99 else -1  # one name above, one below: they would overprint
            canvas.note(axes, float(grid[-1]), league.centre + side * float(margin[-1]), name)
        axes.axhline(league.centre, color=SOFT, lw=1, zorder=1)
        for row in league.groups:
            axes.plot([row.effective_n], [row.estimate], "o", ms=6, color=_COLOURS[row.verdict], zorder=3)
        if sizes.max() > 8 * sizes.min():
            axes.set_xscale("log")
            axes.set_xticks(log_steps(float(grid[0]), float(grid[-1])))
            axes.minorticks_off()
        axes.set_xlim(grid[0], grid[-1])
        typical = float(np.median(sizes))
        span = max(np.ptp(scores), float(5 * league.funnel(typical)), 1e-9)
        low, high = min(scores.min(), league.centre - span / 2), max(scores.max(), league.centre + span / 2)
        axes.set_ylim(low - 0.08 * span, high + 0.08 * span)
        canvas.name_axes(axes, *axis)
        canvas.write_ticks(axes.xaxis, "count")
        canvas.write_ticks(axes.yaxis, league.form, 2 if league.form == "decimal" else 0)
        _name_groups(canvas, axes, league, labels)
    return canvas.chart()


def _name_groups(canvas: Canvas, axes: Any, league: LeagueTable, labels: list[str]) -> None:
    """Name those that stand apart, and others while there is room: a name is left out rather than overprinted.

    Of many groups those are named that lie outside the inner limits: the rest is a cloud in which names say nothing.
    """
    from matplotlib.patheffects import withStroke

    wanted = [i for i, row in enumerate(league.groups)
              if len(labels) <= _MOST_NAMES or row.verdict != "like" or abs(row.z) > league.inner]  # fmt: skip
    order = sorted(wanted, key=lambda i: (league.groups[i].verdict == "like", -abs(league.groups[i].z)))
    canvas.figure.canvas.draw()
    taken: list[Any] = []
    for i in order:
        row = league.groups[i]
        for offset, align in (((6, 0), "left"), ((-6, 0), "right"), ((0, 9), "center"), ((0, -9), "center")):
            text = canvas.note(
                axes, row.effective_n, row.estimate, labels[i], xytext=offset, ha=align, color=_COLOURS[row.verdict]
            )
            text.set_path_effects([withStroke(linewidth=2.5, foreground="white")])
            box = text.get_window_extent()
            inside = axes.bbox.x0 <= box.x0 and box.x1 <= axes.figure.bbox.x1
            inside &= axes.bbox.y0 <= box.y0 and box.y1 <= axes.bbox.y1
            if inside and not any(box.overlaps(other) for other in taken):
                taken.append(box)
                break
            text.remove()
