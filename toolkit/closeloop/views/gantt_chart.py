"""Tasks on a calendar as a figure: bars by day, the critical ones heavy, the late ones marked, today as a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER

if TYPE_CHECKING:
    from closeloop.rootcause.problem.gantt import Bar, Gantt

_NAME = 3.0
"""Inches for what a task is called."""
_COLOR = {"done": PASSIVE, "done late": PASSIVE, "late": DETRACTOR, "running": PROMOTER, "open": PROMOTER}


def plot_gantt(plan: Gantt, ax: Any = None) -> Chart:
    """Return tasks as bars on a calendar.

    Examples
    --------
    >>> from closeloop.rootcause.problem.gantt import gantt
    >>> from closeloop.rootcause.problem.task import ActionTask
    >>> task = ActionTask(id="T1", what="list contracts", owner="Li", start="2026-10-01", due="2026-10-05")
    >>> plot_gantt(gantt([task], "2026-10-02")).title
    'Tasks on the calendar'
    """
    from matplotlib import dates

    calendar: Any = dates  # its functions bear no types
    date2num = calendar.date2num

    tag = language()
    names = [cut(f"{bar.task.id} {bar.task.what}", _NAME, SMALL) for bar in plan.bars]
    sides = [_said(bar, tag) for bar in plan.bars]
    today = message("gantt.today").in_language(tag)
    height = 0.5 + 0.34 * max(len(names), 1)
    canvas = Canvas.of(plan, [*names, *sides, today], height=height, left=room_for(names), right=1.6, ax=ax)
    with canvas.drawing() as axes:
        for y, bar in enumerate(plan.bars):
            start, end = float(date2num(bar.start)), float(date2num(bar.end)) + 1
            axes.barh(
                y, end - start, left=start, height=0.62 if bar.critical else 0.34, color=_COLOR[bar.state], zorder=2
            )
            canvas.note(axes, end, y, sides[y], xytext=(5, 0))
        for y, bar in enumerate(plan.bars):
            for before in bar.task.depends_on:
                above = next(i for i, other in enumerate(plan.bars) if other.task.id == before)
                x = float(date2num(plan.bars[above].end)) + 1
                axes.plot([x, x], [above, y], color=SOFT, lw=0.8, ls=":", zorder=1)
        canvas.name_rows(axes, names, room_for(names))
        now = float(date2num(plan.today))
        days = [float(date2num(day)) for bar in plan.bars for day in (bar.start, bar.end)] or [now]
        axes.set_xlim(min([*days, now]) - 1, max([*days, now]) + 2)
        axes.axvline(now, color=INK, lw=1.0, zorder=3)
        canvas.note(axes, now, -0.5, today, va="bottom", ha="center", xytext=(0, 3), color=INK)
        axes.xaxis.set_major_locator(calendar.AutoDateLocator(maxticks=7))
        axes.xaxis.set_major_formatter(calendar.DateFormatter("%Y-%m-%d" if tag == "zh-CN" else "%d %b %Y"))
    return canvas.chart()


def _said(bar: Bar, tag: str) -> str:
    state = message(f"gantt.is_{bar.state.replace(' ', '_')}").in_language(tag)
    return f"{bar.task.owner} · {state}"
