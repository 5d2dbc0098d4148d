"""A MECE report as a figure: what is covered, by which categories, where they overlap, and what may still come."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language
from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.overlap_chart import draw_grid, grid_of
from closeloop.views.saturation_chart import draw_saturation
from closeloop.views.score_axes import cut, length
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import in_tag, say
from closeloop.written import told, write

if TYPE_CHECKING:
    from closeloop.themes.mece.mece_categories import CategoryRow, MeceCategories
    from closeloop.themes.mece.mece_report import MeceReport

MOST = 20
"""So many categories are drawn."""

_NAME = 2.3
"""Inches for the name of a category."""

_OTHER = "#9dbdd3"
_ROW = 0.29
_SHARED = {"mention": DETRACTOR, "response": "#7fb2d3"}


def plot_mece(report: MeceReport, ax: Any = None) -> Chart:
    """Return the report as a chart; into axes of the caller's own only the categories are drawn.

    Parameters
    ----------
    report : MeceReport
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw the categories into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": list(range(9)), "code": ["late", "rude", None] * 3}
    >>> plot_mece(Coding.from_table(table, unit="mention").mece()).title
    'MECE check of the categories at the top'
    """
    tag = language()
    if ax is not None:
        return plot_categories(report.categories, ax)
    rows = _drawn(report.categories)
    labels = [_label(row, tag) for row in rows]
    names = grid_of(report.pairs, [row.label for row in report.categories])
    grid_labels = [in_tag(name, tag) for name in names]
    heads = [
        say(f"mece.head_{name}", tag)
        for name in ("cover", f"spread_{report.unit}", "pairs", f"saturation_{report.unit}")
    ]
    words = [*labels, *grid_labels, *heads, *_words(report, tag), "0123456789 %,.≥≤–×"]
    tall = max(1.55, 0.3 + 0.3 * len(names)) if names else 1.55
    heights = [0.95, _ROW * max(len(rows), 1) + 0.1, tall]
    left = room_for([*labels, *(f"00 {cut(name, _NAME, SMALL)}" for name in grid_labels)], 4.0)
    canvas = Canvas.of(report, words, height=sum(heights), left=left, right=0.45, bottom=0.55)
    with canvas.drawing(heights, gap=0.62) as (cover, spread, last):
        _draw_cover(canvas, cover, report, tag)
        canvas.note(cover, 0, 1, heads[0], xycoords="axes fraction", xytext=(0, -3), fontsize=SMALL + 0.4, color=INK)
        _draw_rows(canvas, spread, rows, labels, report.unit)
        _head(canvas, spread, heads[1])
        curve = _beside(last, bool(names))
        if names:
            draw_grid(canvas, last, report.pairs, names, tag)
            _head(canvas, last, heads[2])
        draw_saturation(canvas, curve, report, tag)
        _head(canvas, curve, heads[3])
    return canvas.chart()


def plot_categories(found: MeceCategories, ax: Any = None) -> Chart:
    """Return the categories as a chart: a bar with its interval each, the part shared with others set apart.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> table = {"id": list(range(9)), "code": ["late", "rude", None] * 3}
    >>> plot_categories(Coding.from_table(table, unit="mention").mece().categories).title
    'How the mentions spread over the categories'
    """
    tag = language()
    rows = _drawn(found)
    labels = [_label(row, tag) for row in rows]
    key = [say("mece.key_alone", tag), say("mece.key_shared", tag)]
    canvas = Canvas.of(
        found, [*labels, *key, "■0123456789 %"], height=0.1 + _ROW * max(len(rows), 1), left=room_for(labels, 4.0),
        right=0.45, bottom=0.75, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        _draw_rows(canvas, axes, rows, labels, found.unit)
        if ax is None:
            canvas.key(axes, [("■", PROMOTER, key[0]), ("■", _SHARED[found.unit], key[1])], below=24)
    return canvas.chart()


def _drawn(found: MeceCategories) -> list[CategoryRow]:
    """Return the largest categories, “Other” last."""
    ranked = sorted(found, key=lambda row: (row.other, -row.share.count))
    return [row for row in ranked if row.share.count or len(ranked) <= MOST][:MOST]


def _label(row: CategoryRow, tag: str) -> str:
    name = cut(in_tag(row.label, tag), _NAME, SMALL)
    return say("mece.label", tag, name=name, share=write(row.share.estimate, "percent", tag, 0))


def _words(report: MeceReport, tag: str) -> list[str]:
    keys = [
        "key_alone",
        "key_shared",
        "covered",
        "part_other_short",
        "part_parent_short",
        "part_outside_short",
        "part_uncoded_short",
    ]
    limit = told(1 - report.thresholds.residual, "percent", 0)
    found = [say(f"mece.{key}", tag) for key in keys]
    found += [
        say("mece.asked_cover", tag, limit=limit),
        say("mece.grid_note", tag),
        say(f"mece.count_{report.unit}", tag),
    ]
    return [*found, say("mece.kinds_line", tag, kinds=told(report.unseen.kinds, "count"))]


def _draw_cover(canvas: Canvas, axes: Any, report: MeceReport, tag: str) -> None:
    """Draw one bar of all mentions: covered, in “Other”, with the parent only, without a code."""
    split, left = report.split, 0.0
    outside = "part_outside_short" if report.node is None else "part_parent_short"
    parts = [
        (split.covered, PROMOTER, PROMOTER, "covered"), (split.other, _OTHER, _OTHER, "part_other_short"),
        (split.parent_only, "#e3e3e3", EDGE, outside), (split.uncoded, "white", EDGE, "part_uncoded_short"),
    ]  # fmt: skip
    axes.set_xlim(0, 1)
    axes.set_ylim(-1.2, 1.6)  # room for the words above and below the bar
    inches = axes.figure.get_size_inches()[0] * axes.get_position().width
    long: list[tuple[float, float, str]] = []
    for share, face, edge, key in parts:
        if not share.estimate > 0:
            continue
        axes.barh(0, share.estimate, left=left, height=0.8, color=face, edgecolor=edge, lw=0.9, zorder=2)
        text = f"{say(f'mece.{key}', tag)} {write(share.estimate, 'percent', tag)}"
        wide = (length(text, SMALL) + 0.15) / inches
        if wide < share.estimate:
            color = "white" if face == PROMOTER else INK
            canvas.note(axes, left, 0, text, color=color, xytext=(5, 0), zorder=5)
        else:  # too long for its part
            long.append((left, wide, text))
        left += share.estimate
    end = 1 - sum(wide for _, wide, _ in long)
    place = 0.0
    for left, wide, text in long:  # above the bar, each right of the one before, the last within the bar's end
        place = max(place, min(left, end))
        canvas.note(axes, place, 0.42, text, xytext=(0, 9), zorder=5)
        place, end = place + wide, end + wide
    if not math.isnan(split.covered.ci_low):
        ends = [split.covered.ci_low, split.covered.ci_high]
        axes.plot(ends, [-0.28, -0.28], color="white", lw=3.4, solid_capstyle="butt", zorder=6)
        axes.plot(ends, [-0.28, -0.28], color=INK, lw=1.6, solid_capstyle="butt", zorder=7)
    limit = 1 - report.thresholds.residual
    axes.plot([limit, limit], [-0.75, 0.5], color=INK, lw=1.0, ls=(0, (3, 2)), zorder=6, clip_on=False)
    said = say("mece.asked_cover", tag, limit=told(limit, "percent", 0))
    canvas.note(axes, limit, -0.75, said, xytext=(0, -6), ha="right")
    axes.set_yticks([])
    axes.set_xticks([])
    axes.spines[["left", "bottom"]].set_visible(False)
    axes.grid(visible=False)


def _draw_rows(canvas: Canvas, axes: Any, rows: list[CategoryRow], labels: list[str], unit: str) -> None:
    """Draw a bar for each category; what it shares with others is a fault in a mention, and none in a response."""
    color = _SHARED[unit]
    canvas.name_rows(axes, labels)
    axes.tick_params(axis="y", labelcolor=INK)
    most = 0.0
    for y, row in enumerate(rows):
        whole = row.share.estimate
        if math.isnan(whole):
            continue
        shared = 0.0 if math.isnan(row.shared) else whole * row.shared
        axes.barh(y, whole - shared, height=0.62, color=_OTHER if row.other else PROMOTER, zorder=2)
        axes.barh(y, shared, left=whole - shared, height=0.62, color=color, zorder=2)
        if not math.isnan(row.share.ci_low):
            ends = [row.share.ci_low, row.share.ci_high]
            axes.plot(ends, [y, y], color="white", lw=3.2, solid_capstyle="butt", zorder=3)
            axes.plot(ends, [y, y], color=INK, lw=1.4, solid_capstyle="butt", zorder=4)
            most = max(most, row.share.ci_high)
    axes.set_xlim(0, min(1.0, most * 1.04) if most else 1.0)
    canvas.write_ticks(axes.xaxis, "percent", 0)


def _beside(axes: Any, shared: bool) -> Any:
    """Return the axes of the curve: to the right of the grid, or, without a grid, all of the last panel."""
    if not shared:
        return axes
    box = axes.get_position()
    axes.set_position((box.x0, box.y0, box.width * 0.42, box.height))
    other = axes.figure.add_axes((box.x0 + box.width * 0.56, box.y0, box.width * 0.44, box.height), facecolor="none")
    other.spines[["top", "right"]].set_visible(False)
    other.spines[["left", "bottom"]].set_color("#dddddd")
    other.tick_params(length=0, labelsize=SMALL, labelcolor=SOFT)
    other.grid(visible=True, color="#dddddd", lw=0.7)
    other.set_axisbelow(True)
    return other


def _head(canvas: Canvas, axes: Any, text: str) -> None:
    """Write what a panel shows above its upper left corner."""
    how: dict[str, Any] = {"xycoords": "axes fraction", "fontsize": SMALL + 0.4, "color": INK}
    canvas.note(axes, 0, 1, text, xytext=(0, 11), **how)
