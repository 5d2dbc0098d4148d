"""The figure of two groups' ratings: the share of every answer, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.numbers import number
from closeloop.text import language, message
from closeloop.views.canvas import Canvas
from closeloop.views.chart import Chart
from closeloop.views.steps import round_steps
from closeloop.views.style import PASSIVE, PROMOTER
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.ordinal_compare import RatingComparison

_BAR = 0.38
_MOST_LABELLED = 11
"""With more answers than this the shares are not written over the bars."""


def plot_ratings(result: RatingComparison, ax: Axes | None = None) -> Chart:
    """Return both distributions as bars side by side, the first group in blue.

    Parameters
    ----------
    result : RatingComparison
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Examples
    --------
    >>> from closeloop.analysis.ordinal_compare import compare_ratings
    >>> from closeloop.metrics.spec import TopBox
    >>> frame = {"effort": [3, 5, 4, 2], "region": ["East", "East", "West", "West"]}
    >>> plot_ratings(compare_ratings(frame, TopBox("effort"), "region", "East", "West", min_n=0)).title
    'effort: East against West'
    """
    tag = language()
    names = [
        str(message("ratings.group_n", group=name, n=number(n)))
        for name, n in zip(result.names, result.n, strict=True)
    ]  # fmt: skip
    axis = str(message("ratings.axis"))
    canvas = Canvas.of(result, [*names, axis, "■%"], height=2.4, left=0.6, bottom=0.95, ax=ax)
    with canvas.drawing() as axes:
        for side, (shares, color) in enumerate(zip(result.shares, (PROMOTER, PASSIVE), strict=True)):
            places = [i + (side - 0.5) * _BAR for i in range(len(result.levels))]
            axes.bar(places, shares, _BAR * 0.92, color=color, zorder=2)
            if len(result.levels) <= _MOST_LABELLED:
                for x, share in zip(places, shares, strict=True):
                    if share > 0:
                        said = write(share, "percent", tag, 0)
                        canvas.note(axes, x, share, said, xytext=(0, 3), ha="center", va="bottom")
        known = [share for shares in result.shares for share in shares if share > 0]
        axes.set(xlim=(-0.6, len(result.levels) - 0.4), ylim=(0, 1.15 * max(known, default=1.0)))
        axes.grid(visible=False, axis="x")
        canvas.name_columns(axes, [number(level) for level in result.levels], 20)
        canvas.write_ticks(axes.yaxis, "percent", 0)
        axes.yaxis.set_major_locator(round_steps(4))
        canvas.key(axes, [("■", PROMOTER, names[0]), ("■", PASSIVE, names[1])], below=26)
        canvas.note(axes, 0, 0, axis, xycoords="axes fraction", xytext=(0, -40), va="top")
    return canvas.chart()
