"""Who moved where: the transitions of the same respondents as a grid of counts and row shares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.numbers import number, percent
from closeloop.text import language
from closeloop.views.canvas import BODY, INK, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.compare_chart import Panel, draw_panels, panel_height
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.views.words import say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.change.paired_change import PairedChange

_CELL = 0.66


def plot_transitions(result: PairedChange, ax: Axes | None = None) -> Chart:
    """Return the grid of transitions: rows before, columns after; blue moved up, orange down, grey stayed.

    The stronger the colour, the larger the part of the row. A mean has its two scores and the change in place of it.

    Parameters
    ----------
    result : PairedChange
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Where to draw, if not on a figure of its own.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.change.paired_change import paired_change
    >>> from closeloop.metrics.spec import Nps
    >>> wave = {"respondent_id": list("abc"), "recommend": [3, 8, 10]}
    >>> plot_transitions(paired_change(wave, wave, metric=Nps("recommend"))).title
    'Net Promoter Score (NPS): the same respondents before and after'
    """
    tag = language()
    if not result.categories:
        return _scores(result, tag, ax)
    names = [str(row["before"]) for row in result.rows()[:-1]]
    before, after = say("paired_change.before", tag), say("paired_change.after", tag)
    canvas = Canvas.of(
        result, [*names, before, after], height=_CELL * len(names), left=room_for(names) + room_for([before]) + 0.3,
        right=1.0, bottom=0.62, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        for y, counts in enumerate(result.transitions):
            _row(canvas, axes, y, counts, tag)
        axes.set_xlim(0, len(names))
        axes.set_ylim(len(names), 0)
        totals = [sum(column) for column in zip(*result.transitions, strict=True)]
        heads = [
            f"{name}\nn = {number(total)}" for name, total in zip(map(canvas.drawable, names), totals, strict=True)
        ]
        axes.set_xticks([x + 0.5 for x in range(len(names))], heads, linespacing=1.4)
        axes.set_yticks([y + 0.5 for y in range(len(names))], [canvas.drawable(name) for name in names])
        axes.set_xlabel(canvas.drawable(after), fontsize=BODY, color=INK)
        axes.set_ylabel(canvas.drawable(before), fontsize=BODY, color=INK, rotation=0, ha="right", va="center")
        axes.grid(visible=False)
        axes.spines[:].set_visible(False)
    return canvas.chart()


def _row(canvas: Canvas, axes: Any, y: int, counts: tuple[int, ...], tag: str) -> None:
    from matplotlib.patches import Rectangle

    total = sum(counts)
    for x, count in enumerate(counts):
        share = count / total if total else 0.0
        color = PROMOTER if x > y else DETRACTOR if x < y else PASSIVE
        axes.add_patch(Rectangle((x, y), 1, 1, facecolor=color, alpha=0.06 + 0.7 * share, lw=0))
        axes.add_patch(Rectangle((x, y), 1, 1, fill=False, edgecolor="white", lw=2))
        said = number(count) if not total else f"{number(count)} · {percent(100 * share, tag)}"
        how = {"xytext": (0, 0), "ha": "center", "fontsize": BODY, "color": INK}
        canvas.note(axes, x + 0.5, y + 0.5, said, **how)
    canvas.note(axes, len(counts), y + 0.5, f"n = {number(total)}", xytext=(8, 0))


def _scores(result: PairedChange, tag: str, ax: Axes | None) -> Chart:
    rows = result.rows()
    names = [str(row["wave"]) for row in rows]
    limits = [(row["ci_low"], row["estimate"], row["ci_high"]) for row in rows]
    axis = say("compare.axis_mean", tag)
    below = say("compare.axis_difference", tag, unit=say("compare.unit_mean", tag))
    room = room_for(names)
    canvas = Canvas.of(result, [*names, axis, below], height=panel_height(len(rows)), left=room, bottom=0.5, ax=ax)
    return draw_panels(canvas, Panel(names[:2], limits[:2], axis), Panel(names[2:], limits[2:], below), room, ax)
