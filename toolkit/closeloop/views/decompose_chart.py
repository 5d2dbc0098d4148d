"""A decomposed change as a figure: the way from before to after, and each group's part of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, LINE, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.analysis.change.decompose_result import Decomposition

_MOST, _LONG = 12, 26


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
    by, digits = (100.0 if kind == "top_box" else 1.0), 2 if kind == "mean" else 1
    segments = sorted(found.segments, key=lambda s: -abs(s.rate.value) - abs(s.mix.value))
    left_out = max(len(segments) - _MOST, 0)
    segments = segments[:_MOST]
    names = [_short(found.name(segment).in_language(tag)) for segment in segments]
    words = [message(f"decompose.{w}").in_language(tag) for w in ("before", "bar_rate", "bar_mix", "after")]
    axis, parts_axis = (message(f"decompose.axis_{w}").in_language(tag) for w in (kind, "parts"))
    notes = [str(note) for note in found.notes]
    if left_out:
        notes.insert(0, message("decompose.more", count=left_out).in_language(tag))
    heights = [1.5, 0.5 + 0.42 * len(segments)] if ax is None else [1.5]
    canvas = Canvas(
        found.title.in_language(tag), found.sentence.in_language(tag), [*names, *words, axis, parts_axis],
        height=sum(heights), left=room_for([*names, *words]), right=0.8, bottom=0.5, caption=" ".join(notes), ax=ax,
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
        axes.set_ylim(3.6, -0.6)
        axes.set_yticks(range(4), [canvas.drawable(word) for word in words])
        axes.grid(visible=False, axis="y")
        points = [before, before + rate, after]
        room = 0.22 * ((max(points) - min(points)) or 1.0)
        axes.set_xlim(min(points) - room, max(points) + room)
        axes.set_xlabel(canvas.drawable(axis), fontsize=SMALL, color=SOFT)
        for below in others:
            sizes = []
            for y, segment in enumerate(segments):
                for shift, part, colour, word in (
                    (-0.19, segment.rate.value, INK, words[1]),
                    (0.19, segment.mix.value, PASSIVE, words[2]),
                ):
                    below.barh(y + shift, by * part, height=0.34, color=colour, label=word if y == 0 else None)
                    label(below, by * part, by * part, y + shift)
                    sizes.append(by * part)
            below.axvline(0, color=LINE, lw=1)
            below.set_ylim(len(segments) - 0.4, -1.1)
            below.set_yticks(range(len(segments)), [canvas.drawable(name) for name in names])
            below.grid(visible=False, axis="y")
            room = 0.2 * ((max([*sizes, 0.0]) - min([*sizes, 0.0])) or 1.0)
            below.set_xlim(min([*sizes, 0.0]) - room, max([*sizes, 0.0]) + room)
            below.set_xlabel(canvas.drawable(parts_axis), fontsize=SMALL, color=SOFT)
            legend = below.legend(
                loc="upper left", ncol=2, frameon=False, fontsize=SMALL, labelcolor=SOFT, borderaxespad=0.0
            )
            for text in legend.get_texts():
                text.set_text(canvas.drawable(text.get_text()))
    return canvas.chart()


def _short(text: str) -> str:
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
