"""The figures of a loop report: funnel, waiting curves with who is still at risk, mix of endings, dots."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.text import language
from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.plane import name_ends
from closeloop.views.recovery_chart import plot_recovery
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.views.words import say
from closeloop.written import write, write_interval

if TYPE_CHECKING:
    from closeloop.followup.measure.figure import Figure
    from closeloop.followup.measure.section import FigureResult, LoopSection
    from closeloop.stats.survival import SurvivalCurve

_NAME = 3.4
"""Inches for the name of a row."""
_CURVES = {"acknowledge": PASSIVE, "first_response": PROMOTER, "resolution": DETRACTOR}
_MIX = {
    "closed": PROMOTER, "closed_unconfirmed": PASSIVE, "rejected": DETRACTOR, "withdrawn": "#B58900",
    "external": "#595959",
}  # fmt: skip
_LOOKS = 5
"""At how many times it is said how many still wait."""


def plot_section(section: LoopSection, ax: Any = None) -> Chart:
    """Return the figure of a section: its own where it has one, else its shares as dots with their intervals.

    Parameters
    ----------
    section : LoopSection
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart
    """
    if section.name == "capture":
        return _funnel(section, ax)
    if section.name == "speed" and any(curve.n for curve in section.details["curves"].values()):
        return _curves(section, ax)
    if section.name == "closing" and sum(section.details["mix"].values()):
        return _mix(section, ax)
    if section.name == "recovery" and section.details["recovery"].n:
        return plot_recovery(section.details["recovery"], ax)
    return plot_figures(section, ax)


def plot_figures(result: FigureResult, ax: Any = None) -> Chart:
    """Return figures of one form, the commonest, as dots with their intervals.

    Parameters
    ----------
    result : FigureResult
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart
    """
    tag = language()
    known = [figure for figure in result.figures if figure.is_measured and not math.isnan(figure.ci_low)]
    forms = [figure.form for figure in known]
    form = max(dict.fromkeys(forms), key=forms.count, default="percent")
    rows = [figure for figure in known if figure.form == form]
    labels = [cut(figure.label.in_language(tag), _NAME, SMALL) for figure in rows]
    values = [figure.shown.in_language(tag) for figure in rows]
    nothing = say("measure.nothing_to_draw", tag)
    canvas = Canvas.of(
        result, [*labels, *values, nothing], height=0.35 + 0.34 * max(len(rows), 1), left=room_for(labels, _NAME),
        right=0.8, bottom=0.35, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        dots(canvas, axes, labels, [(figure.ci_low, figure.estimate, figure.ci_high) for figure in rows])
        for y, (figure, value) in enumerate(zip(rows, values, strict=True)):
            canvas.note(axes, _end(figure), y, value, xytext=(6, 0), color=INK)
        if form == "points":
            axes.axvline(0, color=SOFT, lw=1, zorder=1)
        if form == "percent":
            axes.set_xlim(-0.02, 1.02)
        if rows:
            canvas.write_ticks(axes.xaxis, form, rows[0].digits)
        else:
            axes.set_xticks([])
            axes.set_yticks([])
            canvas.note(axes, 0.5, 0, nothing, ha="center")
    return canvas.chart()


def _end(figure: Figure) -> float:
    limits = [figure.ci_low, figure.estimate, figure.ci_high]
    return max(value for value in limits if math.isfinite(value))


def _funnel(section: LoopSection, ax: Any) -> Chart:
    """Draw how many got how far, each step with its share of the first."""
    tag = language()
    steps = section.details["funnel"]
    labels = [say(f"measure.funnel_{name}", tag) for name, _ in steps]
    most = max(steps[0][1], 1)
    values = [f"{write(n, 'count', tag)} · {write(n / most, 'percent', tag, 0)}" for _, n in steps]
    axis = say("measure.axis_count", tag)
    canvas = Canvas.of(
        section, [*labels, *values, axis], height=0.25 + 0.36 * len(steps), left=room_for(labels), right=1.0,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        for y, ((_, n), value) in enumerate(zip(steps, values, strict=True)):
            axes.barh([y], [n], height=0.58, color=PROMOTER, zorder=2)
            canvas.note(axes, n, y, value, xytext=(6, 0), color=INK)
        canvas.name_rows(axes, labels)
        axes.set_xlim(0, most)
        canvas.write_ticks(axes.xaxis, "count")
        canvas.name_axes(axes, axis)
    return canvas.chart()


def _curves(section: LoopSection, ax: Any) -> Chart:
    """Draw the share done over time, and below how many still wait at some times."""
    tag = language()
    curves: dict[str, SurvivalCurve] = {name: c for name, c in section.details["curves"].items() if c.n}
    names = [say(f"measure.curve_{name}", tag) for name in curves]
    below, side, waiting = (say(f"measure.{key}", tag) for key in ("axis_time", "axis_done", "at_risk"))
    within = section.details["within"]
    longest = max(max(_reach(curve) for curve in curves.values()), 2 * within)
    room = max(room_for(names), room_for([waiting]))
    canvas = Canvas.of(
        section, [*names, below, side, waiting], height=3.0, left=max(room, 0.8), right=room_for(names),
        bottom=0.75 + 0.22 * len(curves), ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        axes.axvline(within, color=EDGE, lw=0.9, ls=(0, (2, 2)), zorder=1)
        ends = []
        for (name, curve), label in zip(curves.items(), names, strict=True):
            times = [0.0, *curve.times.tolist(), float(curve.durations.max())]
            done = [0.0, *(1 - curve.surviving).tolist()]
            done.append(done[-1])
            axes.plot(times, done, drawstyle="steps-post", color=_CURVES[name], lw=1.8, zorder=3)
            last = int(np.searchsorted(times, longest, side="right")) - 1
            ends.append((done[last], label, _CURVES[name]))
        axes.set_xlim(0, longest)
        axes.set_ylim(-0.02, 1.02)
        axes.set_yticks([0, 0.25, 0.5, 0.75, 1])
        canvas.write_ticks(axes.yaxis, "percent", 0)
        axes.grid(visible=False, axis="x")
        canvas.name_axes(axes, below, side)
        name_ends(canvas, axes, longest, ends)
        _still_waiting(canvas, axes, curves, names, waiting, longest)
    return canvas.chart()


def _reach(curve: SurvivalCurve) -> float:
    """Return the time by which nine in ten of what has been seen of a curve has happened."""
    return float(np.quantile(curve.durations[curve.events], 0.9)) if curve.n_events else 0.0


def _still_waiting(
    canvas: Canvas, axes: Any, curves: dict[str, SurvivalCurve], names: list[str], heading: str, longest: float
) -> None:
    """Write under the axes how many were still waiting, and had been watched that long."""
    tag = language()
    how: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "va": "top", "ha": "center"}
    left: dict[str, Any] = {"xycoords": "axes fraction", "va": "top", "ha": "right"}
    canvas.note(axes, 0, 0, heading, xytext=(-10, -38), color=SOFT, **left)
    for row, (curve, name) in enumerate(zip(curves.values(), names, strict=True)):
        below = -(53 + 15 * row)
        canvas.note(axes, 0, 0, name, xytext=(-10, below), color=_CURVES[list(curves)[row]], **left)
        for time in np.linspace(0, longest, _LOOKS):
            n = int((curve.durations >= time).sum())
            canvas.note(axes, float(time), 0, write(n, "count", tag), xytext=(0, below), **how)


def _mix(section: LoopSection, ax: Any) -> Chart:
    """Draw the endings as one bar, the customer's own confirmation first, and each share with its interval below."""
    tag = language()
    rows = [figure for figure in section.figures if figure.name in _MIX]
    labels = [figure.label.in_language(tag) for figure in rows]
    level = [write_interval(figure.ci_low, figure.ci_high, "percent", tag, 0) for figure in rows]
    values = [f"{figure.shown.in_language(tag)} ({limits})" for figure, limits in zip(rows, level, strict=True)]
    canvas = Canvas.of(
        section, [*labels, *values], height=0.3 + 0.36 * len(rows), left=room_for(labels), right=1.3, bottom=0.4, ax=ax
    )
    with canvas.drawing() as axes:
        start = 0.0
        for y, (figure, value) in enumerate(zip(rows, values, strict=True)):
            color = _MIX[figure.name]
            axes.barh([y], [figure.estimate], height=0.55, left=start, color=color, zorder=2)
            axes.plot([start, start], [max(y - 0.7, -0.5), y], color=EDGE, lw=0.8, zorder=1)
            start += figure.estimate
            canvas.note(axes, start, y, value, xytext=(6, 0), color=color)
        canvas.name_rows(axes, labels)
        axes.set_xlim(0, 1)
        canvas.write_ticks(axes.xaxis, "percent", 0)
    return canvas.chart()
