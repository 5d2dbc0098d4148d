"""A decomposed change as a figure: the way from before to after, and each group's part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.metrics.units import SHOWN
from closeloop.text import language, message
from closeloop.views.canvas import INK, LINE, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.analysis.change.decompose_result import Decomposition

_MOST = 12
_NAME = 3.0
"""Inches for the name of a group."""


def plot_decomposition(found: Decomposition, ax: Any = None) -> Chart:
    """Return the change as a chart: score before, rate, mix, score after, and below the parts of the groups.

    Parameters
    ----------
    found : Decomposition
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw the way from before to after into these axes, without the groups.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.analysis.change.decompose import decompose
    >>> from closeloop.metrics.spec import MeanScore
    >>> before, after = {"y": [1, 2] * 20, "k": ["a", "b"] * 20}, {"y": [2, 3] * 20, "k": ["a", "b"] * 20}
    >>> plot_decomposition(decompose(before, after, MeanScore("y"), "k")).title
    'Change of Mean, by k'
    """
    tag = language()
    kind = found.metric.kind
    by, digits = SHOWN[kind], 2 if kind == "mean" else 1
    segments = sorted(found.segments, key=lambda s: -abs(s.rate.value) - abs(s.mix.value))
    left_out = max(len(segments) - _MOST, 0)
    segments = segments[:_MOST]
    names = [cut(found.name(segment).in_language(tag), _NAME, SMALL) for segment in segments]
    words = [message(f"decompose.{w}").in_language(tag) for w in ("before", "bar_rate", "bar_mix", "after")]
    axis, parts_axis = (message(f"decompose.axis_{w}").in_language(tag) for w in (kind, "parts"))
    more = [message("decompose.more", count=left_out)] if left_out else []
    heights = [1.5, 0.5 + 0.42 * len(segments)] if ax is None else [1.5]
    canvas = Canvas.of(
        found, [*names, *words, axis, parts_axis], notes=[*more, *found.notes], height=sum(heights),
        left=room_for([*names, *words]), right=0.8, bottom=0.5, ax=ax,
    )  # fmt: skip

    def signed(value: float) -> str:
        return write(value, "points", tag, digits)

    def label(axes: Any, value: float, x: float, y: float) -> None:
        right = value >= 0
        canvas.note(axes, x, y, signed(value), ha="left" if right else "right", xytext=(5 if right else -5, 0))

    with canvas.drawing(heights, gap=0.75) as drawn:
        axes, *others = drawn if isinstance(drawn, list) else [drawn]
        before, rate, mix, after = (by * v for v in (found.before, found.rate.value, found.mix.value, found.after))
        for y, x in ((0, before), (3, after)):
            axes.plot([x], [y], "o", color=INK, ms=7, zorder=3)
            shown = signed(x) if kind == "nps" else write(x, "decimal", tag, digits)
            canvas.note(axes, x, y, shown, color=INK, xytext=(8, 0))
        for y, start, size in ((1, before, rate), (2, before + rate, mix)):
            axes.barh(y, size, left=start, height=0.55, color=PROMOTER if size >= 0 else DETRACTOR, zorder=2)
            label(axes, size, start + size, y)
        for y, x in ((0, before), (1, before + rate), (2, after)):
            axes.plot([x, x], [y, y + 1], color=SOFT, lw=0.8, zorder=1)
        canvas.name_rows(axes, words)
        axes.set_ylim(3.6, -0.6)
        points = [before, before + rate, after]
        room = 0.22 * ((max(points) - min(points)) or 1.0)
        axes.set_xlim(min(points) - room, max(points) + room)
        canvas.name_axes(axes, axis)
        for below in others:
            sizes = []
            for y, segment in enumerate(segments):
                for shift, part, colour, word in (
                    (-0.19, segment.rate.value, INK, words[1]),
                    (0.19, segment.mix.value, PASSIVE, words[2]),
                ):
                    below.barh(y + shift, by * part, height=0.34, color=colour, label=word)
                    label(below, by * part, by * part, y + shift)
                    sizes.append(by * part)
            below.axvline(0, color=LINE, lw=1)
            canvas.name_rows(below, names)
            below.set_ylim(len(segments) - 0.4, -1.1)
            room = 0.2 * ((max([*sizes, 0.0]) - min([*sizes, 0.0])) or 1.0)
            below.set_xlim(min([*sizes, 0.0]) - room, max([*sizes, 0.0]) + room)
            canvas.name_axes(below, parts_axis)
            canvas.legend(below, loc="upper left", ncol=2, borderaxespad=0.0)
    return canvas.chart()
