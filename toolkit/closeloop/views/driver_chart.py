"""Driver trees as figures: residuals by period, the way from before to after, and the MECE shares of an issue tree."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, LINE, SMALL, SOFT, Canvas, dots, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.rootcause.tree.coded_tree import TreeMece
    from closeloop.rootcause.tree.driver_change_result import DriverChange
    from closeloop.rootcause.tree.driver_result import CheckRow, DriverCheck

_MOST = 24
_NAME = 3.0
"""Inches for a name."""


def plot_check(found: DriverCheck, ax: Any = None) -> Chart:
    """Return the residuals as a chart: one row per quantity and period, in percent of what was recorded.

    Parameters
    ----------
    found : DriverCheck
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.rootcause.tree.issue_tree import IssueTree
    >>> tree = IssueTree("Revenue", kind="driver", code="revenue")
    >>> _ = tree.add(None, "Price", code="price"), tree.add(None, "Volume", code="volume")
    >>> tree.formula(None, "price * volume")
    >>> plot_check(tree.mece({"revenue": [20], "price": [2], "volume": [10]})).title
    'Driver tree: do the children recompute their parents?'
    """
    tag = language()
    rows = sorted(found.rows_, key=lambda row: -abs(_off(row)) if row.n else math.inf)[:_MOST]
    rows = [row for row in found.rows_ if row in rows]
    labels = [cut(_label(row), _NAME, SMALL) for row in rows]
    axis = message("tree.axis_residual").in_language(tag)
    values = ["–" if math.isnan(_off(row)) else _percent(_off(row), tag) for row in rows]
    canvas = Canvas.of(
        found, [*labels, axis, *values], height=0.35 + 0.28 * max(len(rows), 1), left=room_for(labels), right=0.8,
        bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        limit = 100 * found.tolerance
        axes.axvspan(-limit, limit, color=LINE, alpha=0.6, lw=0)
        axes.axvline(0, color=SOFT, lw=1)
        for y, row in enumerate(rows):
            off = _off(row)
            if math.isnan(off):
                canvas.note(axes, 0, y, values[y])
                continue
            colour = INK if row.n_hold == row.n else DETRACTOR
            axes.plot([off], [y], "o", color=colour, ms=6)
            canvas.note(axes, off, y, values[y], color=colour, xytext=(7 if off >= 0 else -7, 0),
                        ha="left" if off >= 0 else "right")  # fmt: skip
        canvas.name_rows(axes, labels)
        reach = max([limit * 2, *(abs(_off(row)) for row in rows if not math.isnan(_off(row)))])
        axes.set_xlim(-1.3 * reach, 1.3 * reach)
        canvas.name_axes(axes, axis)
    return canvas.chart()


def plot_change(found: DriverChange, ax: Any = None) -> Chart:
    """Return a change as a chart: before, a step per driver, after.

    Parameters
    ----------
    found : DriverChange
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart
    """
    tag = language()
    first = found.parts[0]
    names = [cut(found.name(part).in_language(tag), _NAME, SMALL) for part in found.shown]
    ends = [f"{first.before_period}", f"{first.after_period}"]
    labels = [ends[0], *names, ends[1]]
    values = [part.value for part in found.shown]
    largest = max(abs(first.before), abs(first.after))
    digits = 0 if largest >= 1000 else 2
    written = [write(value, "points", tag, digits) for value in values]
    totals = [write(value, "decimal", tag, digits) for value in (first.before, first.after)]
    canvas = Canvas.of(
        found, [*labels, *written, *totals, first.text], height=0.35 + 0.36 * len(labels), left=room_for(labels),
        right=0.9, bottom=0.5, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        at = first.before
        points = [first.before, first.after]
        axes.plot([first.before], [0], "o", color=INK, ms=7)
        canvas.note(axes, first.before, 0, totals[0], color=INK, xytext=(8, 0))
        for y, value in enumerate(values, 1):
            if math.isnan(value):
                canvas.note(axes, first.before, y, written[y - 1])
                continue
            axes.plot([at, at], [y - 1, y], color=SOFT, lw=0.8, zorder=1)
            colour = PASSIVE if found.shown[y - 1].is_residual else PROMOTER if value >= 0 else DETRACTOR
            axes.barh(y, value, left=at, height=0.55, color=colour, zorder=2)
            at += value
            points.append(at)
            canvas.note(axes, at, y, written[y - 1], xytext=(5 if value >= 0 else -5, 0),
                        ha="left" if value >= 0 else "right")  # fmt: skip
        axes.plot([first.after], [len(values) + 1], "o", color=INK, ms=7)
        canvas.note(axes, first.after, len(values) + 1, totals[1], color=INK, xytext=(8, 0))
        canvas.name_rows(axes, labels)
        room = 0.2 * ((max(points) - min(points)) or 1.0)
        axes.set_xlim(min(points) - room, max(points) + room)
        canvas.write_ticks(axes.xaxis, "decimal", digits)
        canvas.name_axes(axes, cut(first.text, 5.0, SMALL))
    return canvas.chart()


def plot_tree_mece(found: TreeMece, ax: Any = None) -> Chart:
    """Return coverage and overlap of each node as a chart, with their intervals.

    Parameters
    ----------
    found : TreeMece
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw coverage alone, into these axes.

    Returns
    -------
    Chart
    """
    tag = language()
    rows = found.rows()[:_MOST]
    labels = [cut(str(row["text"]), _NAME, SMALL) for row in rows]
    words = [message(f"tree.{word}").in_language(tag) for word in ("coverage", "overlap")]
    each = 0.35 + 0.28 * len(rows)
    heights = [each] if ax is not None else [each, each]
    canvas = Canvas.of(
        found, [*labels, *words], height=sum(heights), left=room_for(labels), right=0.3, bottom=0.5, ax=ax
    )
    with canvas.drawing(heights, gap=0.75) as drawn:
        panels = drawn if isinstance(drawn, list) else [drawn]
        for axes, name, word in zip(panels, ("coverage", "overlap"), words, strict=False):
            dots(canvas, axes, labels, [(row[f"{name}_low"], row[name], row[f"{name}_high"]) for row in rows])
            axes.set_xlim(-0.02, 1.02)
            canvas.write_ticks(axes.xaxis, "percent", 0)
            canvas.name_axes(axes, word)
    return canvas.chart()


def _label(row: CheckRow) -> str:
    return row.text if row.period is None else f"{row.text}, {row.period}"


def _percent(value: float, tag: str) -> str:
    text = write(value / 100, "percent", tag, 1)
    return f"+{text}" if round(value, 1) > 0 else text


def _off(row: CheckRow) -> float:
    """Return the residual in percent of what was recorded."""
    if not row.n:
        return math.nan
    size = max(abs(row.recorded), abs(row.recomputed))
    return 100 * row.residual / size if size else 0.0
