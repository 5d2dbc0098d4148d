"""An effect as a figure: both groups over time, and dashed where the treated would stand without the action."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from closeloop.metrics.units import FORM
from closeloop.text import language
from closeloop.views.canvas import EDGE, INK, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.plane import name_ends
from closeloop.views.style import PROMOTER
from closeloop.views.words import in_tag, say
from closeloop.written import write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.effect.result import Cell, Effect

_HEIGHT, _MOST_TICKS = 2.9, 12


def plot_effect(result: Effect, ax: Axes | None = None) -> Chart:
    """Return a figure of an effect: lines over the periods, of a randomised comparison both means and the effect.

    Parameters
    ----------
    result : Effect
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.effect.effect import effect
    >>> from closeloop.metrics.spec import MeanScore
    >>> answers = {"score": [4, 5, 4, 6, 7, 8], "called": [0, 0, 0, 1, 1, 1]}
    >>> plot_effect(effect(answers, MeanScore("score"), group="called", method="randomised")).title
    'Effect on Mean'
    """
    return _lines(result, ax) if result.method == "did" and not result.is_hidden else _means(result, ax)


def _lines(result: Effect, ax: Axes | None) -> Chart:
    tag, form = language(), FORM[result.unit]
    treated = [cell for cell in result.cells if cell.treated]
    others = [cell for cell in result.cells if not cell.treated]
    periods = [period.in_language(tag) for period in result.periods]
    names = [in_tag(cells[0].group, tag) for cells in (treated, others) if cells]
    names.append(say("effect.counterfactual", tag))
    axis, action = say(f"effect.axis_{result.unit}", tag), say("effect.action_line", tag)
    canvas = Canvas.of(
        result, [*names, *periods, axis, action], height=_HEIGHT, left=0.85, right=room_for(names), bottom=0.4, ax=ax
    )
    dashed = _counterfactual(treated, others)
    with canvas.drawing() as axes:
        heights = []
        x = range(len(periods))
        for cells, color in ((others, SOFT), (treated, PROMOTER)):
            y = [cell.estimate for cell in cells]
            axes.plot(x, y, "-o", color=color, lw=1.8, ms=5, zorder=3)
            heights += [(value, color) for value in y[-1:]]
        if dashed:
            filled = dashed[1:] if len(dashed) > 2 else dashed
            seen = [treated[i].estimate for i, _ in filled]
            axes.fill_between([i for i, _ in filled], [v for _, v in filled], seen, color=PROMOTER, alpha=0.1, lw=0)
            axes.plot([i for i, _ in dashed], [v for _, v in dashed], color=PROMOTER, lw=1.4, ls=(0, (4, 2)), zorder=2)
            heights.append((dashed[-1][1], PROMOTER))
            if len(dashed) == 2 and math.isfinite(result.ci_high - result.ci_low):
                _range(
                    axes,
                    dashed[-1][0] - 0.03,
                    treated[-1].estimate - result.ci_high,
                    treated[-1].estimate - result.ci_low,
                )
        start = next((i for i, cell in enumerate(treated) if cell.after), None)
        axes.margins(y=0.16)
        if start:
            axes.axvline(start - 0.5, color=EDGE, lw=0.9, ls=(0, (2, 2)), zorder=1)
            top = axes.get_ylim()[1]
            canvas.note(axes, start - 0.5, top, action, xytext=(4, -6), color=SOFT)
        axes.set_xlim(-0.3, len(periods) - 1 + 0.12 if len(periods) > 1 else 0.3)
        canvas.name_columns(axes, periods, _MOST_TICKS)
        axes.grid(visible=False, axis="x")
        canvas.name_axes(axes, up=axis)
        _write_ticks(canvas, axes.yaxis, form)
        order = [*names[-2::-1], names[-1]]  # as drawn: the others, the treated, dashed
        ends = [(y, name, color) for name, (y, color) in zip(order, heights, strict=False)]
        name_ends(canvas, axes, len(periods) - 1, ends)
    return canvas.chart()


def _counterfactual(treated: Sequence[Cell], others: Sequence[Cell]) -> list[tuple[int, float]]:
    """Return where the treated would stand: the others plus the gap before, from the last period before on."""
    before = [i for i, cell in enumerate(treated) if not cell.after]
    if not before or len(before) == len(treated):
        return []
    gap = _mean([treated[i] for i in before]) - _mean([others[i] for i in before])
    line = [(i, others[i].estimate + gap) for i in range(before[-1], len(treated))]
    return [] if any(math.isnan(value) for _, value in line) else line


def _range(axes: Any, x: float, low: float, high: float) -> None:
    """Draw within which limits the treated would stand without the action: observed less the effect's interval."""
    axes.plot([x, x], [low, high], color=PROMOTER, lw=1.2, marker="_", ms=7, alpha=0.7, zorder=2)


def _mean(cells: Sequence[Cell]) -> float:
    """Return the mean of all answers of some cells."""
    n = sum(cell.n for cell in cells)
    return math.fsum(cell.n * cell.estimate for cell in cells if cell.n) / n if n else math.nan


def _write_ticks(canvas: Canvas, axis: Any, form: str) -> None:
    """Write the ticks with as few decimals as tell them apart."""
    low, high = axis.get_view_interval()
    ticks = [float(tick) for tick in axis.get_ticklocs() if low <= tick <= high]
    digits = {"points": 0, "percent": 0, "decimal": 1}[form]
    if len({write(tick, form, canvas.tag, digits) for tick in ticks}) < len(ticks):
        digits += 1
    axis.set_ticks(ticks)
    canvas.write_ticks(axis, form, digits)


def _means(result: Effect, ax: Axes | None) -> Chart:
    tag, form = language(), FORM[result.unit]
    rows = result.rows()
    names = [in_tag(row["group"], tag) for row in rows]
    values = [write(row["estimate"], form, tag) for row in rows]
    axis = say(f"effect.axis_{result.unit}", tag)
    canvas = Canvas.of(
        result, [*names, *values, axis], height=0.42 * len(rows) + 0.3, left=room_for(names), bottom=0.5, ax=ax
    )
    with canvas.drawing() as axes:
        axes.axvline(0, color=EDGE, lw=0.9, ls=(0, (2, 2)), zorder=1)
        dots(canvas, axes, names, [(row["ci_low"], row["estimate"], row["ci_high"]) for row in rows])
        axes.set_ylim(len(rows) - 0.5, -0.8)
        for y, (row, value) in enumerate(zip(rows, values, strict=True)):
            if not math.isnan(row["estimate"]):
                canvas.note(axes, row["estimate"], y, value, xytext=(0, 9), ha="center", color=INK)
        axes.margins(x=0.08)
        _write_ticks(canvas, axes.xaxis, form)
        canvas.name_axes(axes, axis)
    return canvas.chart()
