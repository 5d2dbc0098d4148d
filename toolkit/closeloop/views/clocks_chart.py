"""Clocks as a figure: how much of each target has run; what is late goes beyond the line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.numbers import percent
from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PROMOTER

if TYPE_CHECKING:
    from closeloop.followup.clock.clocks import Clocks


def plot_clocks(found: Clocks, ax: Any = None) -> Chart:
    """Return the clocks with a target as bars, the fullest first.

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.clock.clocks import Clocks
    >>> plot_clocks(Clocks(case_id="C-1", readings=(), now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))).title
    'Clocks of case C-1'
    """
    tag = language()
    aimed = sorted((each for each in found if each.share is not None), key=lambda each: -(each.share or 0.0))
    names = [cut(f"{each.label.in_language(tag)} ({each.cycle})", 3.0, SMALL) for each in aimed]
    label = message("clocks.share").in_language(tag)
    canvas = Canvas.of(found, [*names, label], height=0.5 + 0.3 * max(len(aimed), 1), left=room_for(names), ax=ax)
    with canvas.drawing() as axes:
        for y, each in enumerate(aimed):
            share = 100 * (each.share or 0.0)
            axes.barh(y, share, height=0.55, color=DETRACTOR if each.is_late else PROMOTER, zorder=2)
            canvas.note(axes, share, y, percent((each.share or 0.0), tag), color=INK)
        axes.axvline(100, color=INK, linewidth=1, zorder=3)
        canvas.name_rows(axes, names, room_for(names))
        axes.set_xlim(0, max([110.0, *(100 * (each.share or 0.0) for each in aimed)]) * 1.15)
        canvas.name_axes(axes, label)
    return canvas.chart()
