"""The saturation curve: how many codes so many mentions show, and how many there may be in all."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.text import language
from closeloop.views.canvas import INK, LINE, SOFT, Canvas
from closeloop.views.chart import Chart
from closeloop.views.style import PROMOTER
from closeloop.views.words import say
from closeloop.written import told

if TYPE_CHECKING:
    from closeloop.themes.mece.mece_report import MeceReport

_POINTS = 80


def plot_saturation(report: MeceReport, ax: Any = None) -> Chart:
    """Return the saturation curve of a MECE report as a chart.

    Parameters
    ----------
    report : MeceReport
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": list(range(9)), "code": ["late", "rude", None] * 3}
    >>> plot_saturation(Coding.from_table(table, unit="mention").mece()).title
    'MECE check of the categories at the top'
    """
    tag = language()
    texts = [say(f"mece.count_{report.unit}", tag), _line(report, tag), "0123456789,"]
    canvas = Canvas.of(report, texts, height=2.6, left=0.6, right=0.4, bottom=0.5, ax=ax)
    with canvas.drawing() as axes:
        draw_saturation(canvas, axes, report, tag)
    return canvas.chart()


def draw_saturation(canvas: Canvas, axes: Any, report: MeceReport, tag: str) -> None:
    """Draw the codes expected among m of the n mentions, and the number of codes estimated in all."""
    found, n = report.unseen, report.n
    # Closer together at the start, where the curve bends.
    sizes = np.unique((n * np.linspace(0, 1, min(n, _POINTS) + 1) ** 2).round().astype(np.int64))
    axes.plot(sizes, report.saturation(sizes), color=PROMOTER, lw=1.8, zorder=3)
    axes.plot([n], [found.found], "o", color=PROMOTER, ms=5, zorder=4, clip_on=False)
    top = max(found.kinds, found.found, 1)
    axes.set_xlim(0, max(n, 1))
    axes.set_ylim(0, 1.22 * top)
    if not math.isnan(found.kinds_high) and found.kinds_high > found.kinds_low:
        axes.axhspan(found.kinds_low, min(found.kinds_high, 1.22 * top), color=LINE, alpha=0.45, lw=0, zorder=0)
    axes.axhline(found.kinds, color=INK, lw=1.0, ls=(0, (3, 2)), zorder=2)
    canvas.note(axes, 0, found.kinds, _line(report, tag), color=SOFT, xytext=(3, 7))
    canvas.name_axes(axes, say(f"mece.count_{report.unit}", tag))
    canvas.write_ticks(axes.xaxis, "count")
    axes.yaxis.get_major_locator().set_params(integer=True)
    axes.xaxis.get_major_locator().set_params(integer=True, nbins=5)


def _line(report: MeceReport, tag: str) -> str:
    return say("mece.kinds_line", tag, kinds=told(report.unseen.kinds, "count"))
