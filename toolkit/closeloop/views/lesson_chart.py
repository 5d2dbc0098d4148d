"""Lessons as a figure: how often each was used elsewhere; those to be looked at again are hollow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.text import language, message
from closeloop.views.canvas import INK, SMALL, Canvas, room_for
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut
from closeloop.views.style import PROMOTER

if TYPE_CHECKING:
    from closeloop.rootcause.problem.lesson_library import LessonLibrary


def plot_lessons(found: LessonLibrary, ax: Any = None) -> Chart:
    """Return the lessons as bars, the most used first.

    Examples
    --------
    >>> from closeloop.rootcause.problem.lesson_library import LessonLibrary
    >>> plot_lessons(LessonLibrary(lessons=())).title
    'Lessons'
    """
    rows = sorted(found.rows(), key=lambda row: -len(row["used_in"]))[:20]
    names = [cut(row["insight"], 3.0, SMALL) for row in rows]
    label = message("lessons.used").in_language(language())
    height = 0.5 + 0.3 * max(len(rows), 1)
    canvas = Canvas.of(found, [*names, label], height=height, left=room_for(names), ax=ax)
    with canvas.drawing() as axes:
        for y, row in enumerate(rows):
            fill = "white" if row["is_due"] else PROMOTER
            axes.barh(y, len(row["used_in"]), height=0.55, color=fill, edgecolor=PROMOTER, zorder=2)
            canvas.note(axes, len(row["used_in"]), y, str(len(row["used_in"])), color=INK)
        canvas.name_rows(axes, names, room_for(names))
        axes.set_xlim(0, max([1, *(len(row["used_in"]) for row in rows)]) * 1.15)
        axes.xaxis.get_major_locator().set_params(integer=True)
        canvas.name_axes(axes, label)
    return canvas.chart()
