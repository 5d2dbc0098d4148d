"""Scores as figures: shares and intervals by group, or a line over time.

Each figure is its own white card. A transparent one fails in one of the two themes; a light and a dark twin switched by
CSS would double a notebook's size and show both where styles are stripped (an untrusted notebook, a mail, a slide).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.numbers import NO_BREAK, level, number
from closeloop.text import language, message
from closeloop.views.chart import Chart
from closeloop.views.fonts import Typeface
from closeloop.views.score_axes import Drawing, draw_dots, draw_line
from closeloop.views.score_panel import ScorePanel, ScoreRow, panels
from closeloop.views.words import marks, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.metrics.score_table import ScoreTable

_NAMED = 12


def plot_scores(table: ScoreTable, ax: Axes | None = None) -> Chart:
    """Return the groups of a score table as a chart.

    Promoters, passives and detractors stand as bars beside the score with its interval; shares and means have the score
    with its interval; a key of periods makes a line with a band. Hidden groups are named below.

    Parameters
    ----------
    table : ScoreTable
        One part of the figure for each of its blocks.
    ax : matplotlib.axes.Axes, optional
        Draw the scores with their intervals into these axes (of a table with one block), without the shares.

    Returns
    -------
    Chart
        With the figure, and the sentence that says what it shows.

    Raises
    ------
    ValueError
        If `ax` is given for a table with several blocks.
    """
    from matplotlib import rc_context

    tag = language()
    shown = panels(table, tag)
    alt = marks(tag).gap.join(_alt(panel, level(table.confidence_level, tag)) for panel in shown) if shown else ""
    title = marks(tag).semicolon.join(panel.title for panel in shown)
    caption = marks(tag).gap.join(dict.fromkeys(note for panel in shown for note in panel.notes))
    typeface = Typeface([alt, *(panel.title + panel.sentence + panel.who + panel.estimate_head for panel in shown)])
    if ax is not None:
        if len(shown) != 1:
            raise ValueError(message("views.one_block", count=len(shown)))
        with rc_context({"font.family": list(typeface.families)}):
            (draw_line if shown[0].chronological else draw_dots)(ax, shown[0].rows, shown[0], typeface)
        return Chart(figure=_figure_of(ax), title=title, alt=alt, caption=caption, result=table)
    with rc_context({"font.family": list(typeface.families), "text.usetex": False, "path.sketch": None}):
        figure = Drawing(typeface, tag).draw(shown)
    return Chart(figure=figure, title=title, alt=alt, caption=caption, result=table)


def _figure_of(ax: Any) -> Any:
    return ax.get_figure(root=True)


def _alt(panel: ScorePanel, level_text: str) -> str:
    tag = panel.tag
    everybody = [panel.total] if panel.total.estimate is not None else []
    shown = [
        (f"{section.heading} · " if section.heading else "") + _said(panel, row)
        for section in panel.sections
        for row in section.rows
        if row.estimate is not None
    ]
    groups = [_said(panel, row) for row in everybody] + shown[:_NAMED]
    if len(shown) > _NAMED:
        groups.append(say("alt_more", tag, count=number(len(shown) - _NAMED)))
    listed = marks(tag).semicolon.join(groups) or panel.total.instead
    text = say("alt_groups", tag, title=panel.title, level=level_text, groups=listed)
    names = panel.hidden_names
    text += marks(tag).gap + say("alt_hidden", tag, names=names) if names else ""
    return text.replace(NO_BREAK, " ")


def _said(panel: ScorePanel, row: ScoreRow) -> str:
    tag = panel.tag
    facts = marks(tag).clause.join((panel.interval(row), f"n = {row.count}"))
    if row.shares:
        names = "/".join(say(f"scores.{name}", tag) for name in ("detractors", "passives", "promoters"))
        shares = "/".join(number(share) for share in row.shares)
        facts += marks(tag).semicolon + say("alt_shares", tag, names=names.lower(), shares=shares)
    estimate = panel.write(row.estimate if row.estimate is not None else math.nan)
    return say("alt_group", tag, label=row.label, estimate=estimate, facts=facts)
