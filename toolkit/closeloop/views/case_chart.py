"""A case as a figure: how long it was in which stage, and what is missing for each next step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.followup.case.fold import fold
from closeloop.followup.commands.decide import stage_label
from closeloop.followup.stages.table import stage_table
from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER

if TYPE_CHECKING:
    from closeloop.followup.case.allowed import AllowedEvents
    from closeloop.followup.case.history import History

_DAY = 86400.0


def plot_history(found: History, ax: Any = None) -> Chart:
    """Return the stages of a case as bars over the days since it was opened; a dot is a stage that was left at once.

    Examples
    --------
    >>> from closeloop.followup.case.examples import load_example
    >>> from closeloop.followup.case.history import history
    >>> plot_history(history(load_example("ecommerce").events()["C-SAMPLES1"])).title
    'History of case C-SAMPLES1'
    """
    tag = language()
    trail = fold(found.events).trail
    last = found.events[-1].at if found.events else None
    names = [cut(stage_label(stage).in_language(tag), 2.2, SMALL) for _, stage, _ in trail]
    along = message("case.chart_days").in_language(tag)
    canvas = Canvas.of(found, [*names, along], height=0.5 + 0.3 * max(len(names), 1), left=room_for(names), ax=ax)
    with canvas.drawing() as axes:
        for y, (at, stage, _cycle) in enumerate(trail):
            until = trail[y + 1][0] if y + 1 < len(trail) else last
            start = (at - trail[0][0]).total_seconds() / _DAY
            length = (until - at).total_seconds() / _DAY if until is not None and until > at else 0.0
            color = PASSIVE if stage_table().is_end(stage) else PROMOTER
            axes.barh(y, length, left=start, height=0.5, color=color, zorder=2)
            axes.plot([start], [y], marker="o", ms=4, color=color, zorder=3)
        canvas.name_rows(axes, names, room_for(names))
        canvas.name_axes(axes, along)
    return canvas.chart()


def plot_allowed(found: AllowedEvents, ax: Any = None) -> Chart:
    """Return how many things are missing for each next step, as bars.

    Examples
    --------
    >>> import datetime as dt
    >>> from closeloop.followup.case.allowed import allowed_events
    >>> from closeloop.followup.commands.context import Context
    >>> from closeloop.followup.state import CaseState
    >>> now = dt.datetime(2026, 11, 22, 9, tzinfo=dt.UTC)
    >>> plot_allowed(allowed_events(CaseState(case_id="C-1", version=1, stage="received"), Context(now=now))).title
    'Case C-1: what can be done next'
    """
    tag = language()
    names = [cut(each.label.in_language(tag), 2.6, SMALL) for each in found]
    along = message("case.chart_missing").in_language(tag)
    canvas = Canvas.of(found, [*names, along], height=0.5 + 0.3 * max(len(names), 1), left=room_for(names), ax=ax)
    counts = [len(each.unmet) for each in found]
    with canvas.drawing() as axes:
        for y, count in enumerate(counts):
            axes.barh(y, count, height=0.5, color=DETRACTOR, zorder=2)
            canvas.note(axes, count, y, str(count), color=INK)
        canvas.name_rows(axes, names, room_for(names))
        axes.set_xlim(0, max([1, *counts]) * 1.15)
        axes.xaxis.get_major_locator().set_params(integer=True)
        canvas.name_axes(axes, along)
    return canvas.chart()
