"""The share of responses that bear each sign of careless answering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language
from closeloop.views.canvas import Canvas, room_for
from closeloop.views.style import PASSIVE
from closeloop.views.words import in_tag
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.responses.quality import Quality
    from closeloop.views.chart import Chart


def plot_quality(quality: Quality, ax: Axes | None = None) -> Chart:
    """Draw one bar per sign that could be judged.

    Parameters
    ----------
    quality : Quality
    ax : matplotlib.axes.Axes, optional
        Axes of your own.

    Returns
    -------
    Chart
    """
    from matplotlib.ticker import MaxNLocator

    tag = language()
    rows: list[dict[str, Any]] = [row for row in quality.rows() if row["judged"]]
    labels = [in_tag(row["label"], tag) for row in rows]
    canvas = Canvas.of(quality, labels, height=0.4 * max(len(rows), 1), left=room_for(labels), right=0.8, ax=ax)
    with canvas.drawing() as axes:
        shares = [100 * row["share"] for row in rows]
        axes.barh(range(len(rows)), shares, height=0.55, color=PASSIVE)
        for y, row in enumerate(rows):
            said = f"{write(row['share'], 'percent', tag)} ({write(row['flagged'], 'count', tag)})"
            canvas.note(axes, shares[y], y, said)
        canvas.name_rows(axes, labels)
        axes.set_xlim(0, max([*shares, 4.0]) * 1.2)
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        canvas.write_ticks(axes.xaxis, "percent", 0, per=100)
    return canvas.chart()
