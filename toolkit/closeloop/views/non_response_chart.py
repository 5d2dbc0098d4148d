"""The score of all invited under assumptions about those who did not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.text import language
from closeloop.views.canvas import INK, Canvas, room_for
from closeloop.views.words import in_tag
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.planning.non_response import NonResponse
    from closeloop.views.chart import Chart


def plot_non_response(found: NonResponse, ax: Axes | None = None) -> Chart:
    """Draw one dot per assumption, on the whole scale.

    Parameters
    ----------
    found : NonResponse
    ax : matplotlib.axes.Axes, optional
        Axes of your own.

    Returns
    -------
    Chart
    """
    tag = language()
    rows = found.rows()
    form = found.columns[2].form
    labels = [in_tag(row["label"], tag) for row in rows]
    axis = in_tag(found.columns[2].title, tag)
    canvas = Canvas.of(
        found, [*labels, axis], notes=found.notes[:1], height=0.36 * len(rows), left=room_for(labels), right=0.4,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    low, high = (-100.0, 100.0) if form == "points" else (0.0, 1.0)
    with canvas.drawing() as axes:
        values = [row["estimate"] for row in rows]
        for y, value in enumerate(values):
            axes.plot([value], [y], "o", color=INK, ms=6, zorder=3)
            canvas.note(axes, value, y, write(value, form, tag, 0), xytext=(7, 0))
        axes.set_xlim(low - 0.02 * (high - low), high + 0.02 * (high - low))
        canvas.name_rows(axes, labels)
        canvas.name_axes(axes, axis)
        canvas.write_ticks(axes.xaxis, form, 0)
    return canvas.chart()
