"""How many there are of each: one bar per group."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeloop.text import LocalText, language
from closeloop.views.canvas import Canvas, room_for
from closeloop.views.style import PASSIVE
from closeloop.views.words import in_tag
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.metrics.result import TableResult
    from closeloop.views.chart import Chart


def plot_counts(result: TableResult, counts: Sequence[tuple[LocalText | str, int]], ax: Axes | None = None) -> Chart:
    """Draw one bar per group.

    Parameters
    ----------
    result : TableResult
        Whose title and sentence stand above.
    counts : sequence of (label, int)
        From top to bottom.
    ax : matplotlib.axes.Axes, optional
        Axes of your own.

    Returns
    -------
    Chart
    """
    from matplotlib.ticker import MaxNLocator

    tag = language()
    labels = [in_tag(label, tag) for label, _ in counts]
    canvas = Canvas.of(result, labels, height=0.4 * max(len(counts), 1), left=room_for(labels), right=0.8, ax=ax)
    with canvas.drawing() as axes:
        axes.barh(range(len(counts)), [n for _, n in counts], height=0.55, color=PASSIVE)
        for y, (_, n) in enumerate(counts):
            canvas.note(axes, n, y, write(n, "count", tag))
        canvas.name_rows(axes, labels)
        axes.set_xlim(0, max([*(n for _, n in counts), 1]) * 1.15)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        canvas.write_ticks(axes.xaxis, "count", 0)
    return canvas.chart()
