"""A Pareto figure: a bar with its interval per theme, the largest on top, and the line of what they cover together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import PROMOTER
from closeloop.views.words import in_tag
from closeloop.written import told, told_level, write

if TYPE_CHECKING:
    from closeloop.themes.pareto.pareto_result import Bar, Pareto

MOST = 20
"""So many themes are drawn."""

_NAME = 2.3
"""Inches for the name of a theme."""

_OTHERS, _REST = "#9dbdd3", "white"


def plot_pareto(pareto: Pareto, ax: Any = None) -> Chart:
    """Return the themes as a chart; bars and line share one axis, so that neither is blown up.

    Parameters
    ----------
    pareto : Pareto
        The result; themes without a mention are not drawn, nor are those after the twentieth.
    ax : matplotlib.axes.Axes, optional
        Draw into these axes.

    Returns
    -------
    Chart

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> frame = {"id": range(6), "code": ["price", "price", "staff", "price", "delivery", None]}
    >>> plot_pareto(Coding.from_table(frame, unit="response").pareto()).title
    'Themes by number of responses'
    """
    tag = language()
    ranked = [bar for bar in pareto.themes if bar.count]
    rest = [bar for bar in pareto.bars if bar.role != "code"]
    bars = [*ranked[:MOST], *rest]
    labels = [_label(bar, tag) for bar in bars]
    axis = message(f"pareto.axis_{pareto.unit}").in_language(tag)
    words = [message(key).in_language(tag) for key in ("pareto.key_line", "pareto.key_vital")]
    level = message("pareto.key_interval", level=told_level(pareto.confidence_level)).in_language(tag)
    more = [message("pareto.left_out", count=len(ranked) - MOST)] if len(ranked) > MOST else []
    canvas = Canvas.of(
        pareto, [*labels, axis, *words, level, "■●━0123456789 %"], notes=[*more, *pareto.notes],
        height=0.4 + 0.3 * max(len(bars), 1), left=room_for(labels, 4.2), right=0.45, bottom=0.85, ax=ax,
    )  # fmt: skip
    with canvas.drawing() as axes:
        canvas.name_rows(axes, labels)
        axes.tick_params(axis="y", labelcolor=INK)
        axes.set_xlim(0, 1)
        for y, bar in enumerate(bars):
            _draw_bar(axes, y, bar)
        covered = [bar.cumulative for bar in bars]
        axes.plot(covered, range(len(bars)), "-o", color=INK, lw=1.1, ms=3.5, zorder=5, clip_on=False)
        for y, value in enumerate(covered):
            if y and not math.isnan(value):
                said = canvas.note(axes, value, y, write(value, "percent", tag, 0), color=INK, xytext=(6, 5), zorder=6)
                said.set_path_effects(_halo())
        canvas.write_ticks(axes.xaxis, "percent", 0)
        canvas.name_axes(axes, axis)
        if ax is None:
            canvas.key(axes, [("■", PROMOTER, words[1]), ("●", INK, words[0]), ("━", SOFT, level)], below=34)
    return canvas.chart()


def _draw_bar(axes: Any, y: int, bar: Bar) -> None:
    ours = bar.role in ("code", "pooled")
    face = PROMOTER if bar.vital else _OTHERS if ours else _REST
    axes.barh(y, bar.share, height=0.62, color=face, edgecolor=face if ours else EDGE, lw=0.9, zorder=2)
    if not math.isnan(bar.ci_low):
        axes.plot([bar.ci_low, bar.ci_high], [y, y], color="white", lw=3.2, solid_capstyle="butt", zorder=3)
        axes.plot([bar.ci_low, bar.ci_high], [y, y], color=SOFT, lw=1.6, solid_capstyle="butt", zorder=4)


def _halo() -> list[Any]:
    from matplotlib.patheffects import withStroke

    return [withStroke(linewidth=2.5, foreground="white")]


def _label(bar: Bar, tag: str) -> str:
    name = cut(in_tag(bar.label, tag), _NAME, SMALL)
    return message(
        "pareto.label", theme=name, share=told(bar.share, "percent", 0), count=told(bar.count, "count")
    ).in_language(tag)
