"""Tables by group as figures: a bar of days, or a dot with its interval, per row; the lots of a waiting list."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.metrics.result import TableResult
from closeloop.text import LocalText, language, message
from closeloop.views.canvas import INK, SMALL, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import in_tag, say
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.followup.measure.group_table import GroupTable
    from closeloop.followup.measure.revenue_at_risk import RevenueAtRisk
    from closeloop.followup.measure.waiting_list import WaitingListEffect

_NAME = 3.0
_MOST = 24


def plot_group_table(table: GroupTable, ax: Any = None) -> Chart:
    """Return a table by group as a chart; hidden groups are left out, of more than 24 the first are drawn.

    Parameters
    ----------
    table : GroupTable
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.followup.measure.group_table import GroupTable
    >>> table = GroupTable(name="codes", heading=LocalText("Kinds"), said=LocalText("Price leads."), shown=(),
    ...                    lines=({"group": LocalText("price"), "estimate": 0.4, "n": 20},), axis=LocalText("share"))
    >>> plot_group_table(table).title
    'Kinds'
    """
    lines = [line for line in table.lines if not math.isnan(line.get("estimate") or math.nan)]
    if table.name == "stages":
        return _bars(table, [(line["group"], line["total"]) for line in table.lines], table.axis, "count", ax)
    if not any("ci_low" in line for line in lines):
        return _bars(table, [(line["group"], line["estimate"]) for line in lines[:_MOST]], table.axis, table.form, ax)
    rows = [
        (line["group"], line["ci_low"], line["estimate"], line["ci_high"])
        for line in lines[:_MOST]
        if math.isfinite(line["estimate"])
    ]
    reference = 1.0 if table.name == "recurrence" else None
    return _dots(table, rows, table.axis, table.form, reference, ax)


def plot_waiting_list(effect: WaitingListEffect, ax: Any = None) -> Chart:
    """Return the naive rise beside the differences between those who were followed up and those who waited.

    Parameters
    ----------
    effect : WaitingListEffect
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart
    """
    rows = [
        (row["label"], row["ci_low"], row["estimate"], row["ci_high"])
        for row in effect.rows()
        if not math.isnan(row["estimate"])
    ]
    return _dots(effect, rows, message("measure.axis_effect"), "points", 0.0, ax)


def plot_revenue(found: RevenueAtRisk, ax: Any = None) -> Chart:
    """Return the amount at risk for each share of customers who leave.

    Parameters
    ----------
    found : RevenueAtRisk
        What to draw.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart
    """
    tag = language()
    rows: list[tuple[LocalText | str, float]] = [
        (f"{write(row['p_leave'], 'percent', tag, 0)} · {in_tag(row['provenance'], tag)}", row["estimate"])
        for row in found.rows()
    ]
    return _bars(found, rows, message("measure.col_amount"), "count", ax)


def _bars(result: TableResult, rows: list[tuple[LocalText | str, float]], axis: LocalText, form: str, ax: Any) -> Chart:
    tag = language()
    labels = [cut(in_tag(name, tag), _NAME, SMALL) for name, _ in rows]
    values = [write(value, form, tag, 0) for _, value in rows]
    below = in_tag(axis, tag)
    canvas = Canvas.of(
        result, [*labels, *values, below], height=0.25 + 0.32 * max(len(rows), 1), left=room_for(labels), right=0.9,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        for y, ((_, value), text) in enumerate(zip(rows, values, strict=True)):
            axes.barh([y], [value], height=0.58, color=PROMOTER, zorder=2)
            canvas.note(axes, value, y, text, xytext=(6, 0), color=INK)
        canvas.name_rows(axes, labels)
        axes.set_xlim(0, max([value for _, value in rows if value > 0], default=1.0))
        canvas.write_ticks(axes.xaxis, form, 0)
        canvas.name_axes(axes, below)
    return canvas.chart()


def _dots(
    result: TableResult, rows: list[tuple[LocalText, float, float, float]], axis: LocalText, form: str,
    reference: float | None, ax: Any,
) -> Chart:  # fmt: skip
    tag = language()
    labels = [cut(in_tag(name, tag), _NAME, SMALL) for name, *_ in rows]
    digits = 0 if form == "percent" else 2
    values = [write(estimate, form, tag, digits) for _, _, estimate, _ in rows]
    below = in_tag(axis, tag)
    canvas = Canvas.of(
        result, [*labels, *values, below, say("measure.nothing_to_draw", tag)], height=0.3 + 0.32 * max(len(rows), 1),
        left=room_for(labels), right=0.9, bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        shown = [(low, estimate, high if math.isfinite(high) else estimate) for _, low, estimate, high in rows]
        dots(canvas, axes, labels, shown)
        for y, ((low, estimate, high), text) in enumerate(zip(shown, values, strict=True)):
            sure = reference is not None and (low > reference or high < reference)
            good = sure and ((low > 0) if reference == 0 else (high < 1))
            color = INK if not sure else PROMOTER if good else DETRACTOR
            axes.plot([low, high], [y, y], color=color, lw=1.8, solid_capstyle="butt", zorder=4)
            axes.plot([estimate], [y], "o", color=color, ms=6, zorder=5)
            end = max(value for value in (estimate, high) if not math.isnan(value))
            canvas.note(axes, end, y, text, xytext=(6, 0), color=color)
        if reference is not None:
            axes.axvline(reference, color=SOFT, lw=1, zorder=1)
        if form == "percent":
            axes.set_xlim(-0.01, 1.01)
        if rows:
            canvas.write_ticks(axes.xaxis, form, digits if form != "percent" else 0)
        canvas.name_axes(axes, below)
    return canvas.chart()
