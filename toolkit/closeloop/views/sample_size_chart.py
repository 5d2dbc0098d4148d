"""The curve of a plan: what a number of answers is good for, with the point asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from closeloop.metrics.units import SHOWN
from closeloop.numbers import number
from closeloop.text import language
from closeloop.views.canvas import INK, Canvas
from closeloop.views.chart import Chart
from closeloop.views.steps import log_steps
from closeloop.views.style import PROMOTER
from closeloop.views.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.planning.sample_plan import SampleSize


def plot_sample_size(result: SampleSize, ax: Axes | None = None) -> Chart:
    """Return the curve of margin (difference, change) against answers, the steps of the table as dots.

    Parameters
    ----------
    result : SampleSize
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw, if not on a figure of its own.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.planning.sample_size import sample_size
    >>> plot_sample_size(sample_size("nps", margin=10)).title
    'Answers for a margin: NPS'
    """
    tag = language()
    unit = say(f"compare.unit_{result.unit}", tag)
    along, up = say(f"sample_size.n_{result.purpose}", tag), say(f"sample_size.axis_{result.purpose}", tag, unit=unit)
    steps = result.steps
    asked = next((step for step in steps if step.asked), None)
    said = ""
    if asked is not None:
        sign = "±" if result.purpose == "precision" else ""
        target = sign + result.told_target(asked.target).in_language(tag)
        said = f"{number(asked.n)} → {target}"
    canvas = Canvas.of(result, [along, up, said], height=2.9, bottom=0.5, ax=ax)
    scale = SHOWN[result.unit]
    first, last = max(min(step.n for step in steps) / 1.6, 2), max(step.n for step in steps) * 1.4
    last = max(last, first * 2) if result.population is None else result.population
    sizes = np.geomspace(min(first, last / 2), last, 200)
    with canvas.drawing() as axes:
        axes.plot(sizes, [scale * result.margin(n) for n in sizes], color=PROMOTER, lw=1.6)
        axes.plot([step.n for step in steps], [scale * step.target for step in steps], "o", color=PROMOTER, ms=4)
        axes.set_xscale("log")
        axes.set_xlim(sizes[0], sizes[-1])
        axes.set_ylim(bottom=0)
        axes.set_xticks(log_steps(float(sizes[0]), float(sizes[-1])))
        axes.minorticks_off()
        canvas.write_ticks(axes.xaxis, "count")
        canvas.name_axes(axes, along, up)
        if asked is not None:
            height = scale * asked.target
            axes.plot([asked.n, asked.n, sizes[0]], [0, height, height], color=INK, lw=1, ls=(0, (4, 3)))
            axes.plot([asked.n], [height], "o", color=INK, ms=7, zorder=3)
            canvas.note(axes, asked.n, height, said, xytext=(8, 8), color=INK)
    return canvas.chart()
