"""Themes with their shares as a figure: what is done about something is filled, the rest is hollow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, SOFT, Canvas, room_for
from closeloop.views.chart import Chart

if TYPE_CHECKING:
    from closeloop.rootcause.problem.trace import NeedsTrace

_MOST = 20


def plot_trace(found: NeedsTrace, ax: Any = None) -> Chart:
    """Return the themes that somebody mentions, with intervals; those without a countermeasure are hollow.

    Examples
    --------
    >>> from closeloop.rootcause.problem.trace import NeedsTrace
    >>> plot_trace(NeedsTrace(themes=(), n=0)).title
    'From what customers need to what is done'
    """
    tag = language()
    themes = [theme for theme in found.themes if theme.n][:_MOST]
    labels = [theme.label.in_language(tag) for theme in themes]
    words = [message(f"trace.{word}").in_language(tag) for word in ("treated", "untreated", "share")]
    height = 0.6 + 0.3 * max(len(themes), 1)
    canvas = Canvas.of(found, [*labels, *words], height=height, left=room_for(labels), bottom=0.75, ax=ax)
    with canvas.drawing() as axes:
        for y, theme in enumerate(themes):
            axes.plot([theme.ci_low, theme.ci_high], [y, y], color=INK, lw=1.3, solid_capstyle="butt", zorder=2)
            fill = INK if theme.countermeasures else "white"
            axes.plot([theme.share], [y], "o", color=INK, markerfacecolor=fill, ms=6, zorder=3)
        canvas.name_rows(axes, labels, room_for(labels))
        canvas.write_ticks(axes.xaxis, "percent", 0)
        axes.set_xlim(left=0)
        canvas.name_axes(axes, words[2])
        canvas.key(axes, [("●", INK, words[0]), ("○", SOFT, words[1])], below=38)
    return canvas.chart()
