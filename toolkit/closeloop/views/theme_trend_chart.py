"""Themes over time as small multiples: a panel per theme on its own scale, with limits, alarms and lasting change."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.analysis.trend.periods import Event, period_told
from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, SMALL, Canvas
from closeloop.views.chart import Chart
from closeloop.views.score_axes import cut, length
from closeloop.views.style import DETRACTOR, PROMOTER
from closeloop.views.words import in_tag
from closeloop.written import told, told_list, write

if TYPE_CHECKING:
    from closeloop.analysis.trend.series import TrendSeries
    from closeloop.themes.trend.theme_trend_result import ThemeChange, ThemeTrend

MOST = 8
"""So many themes are drawn: with a change or an alarm first, then the largest."""

_NAME, _PANEL, _ROW, _RIGHT = 1.75, 0.62, 0.2, 1.05
_WIDTH = 9.0 - 2 * 0.28 - _NAME - _RIGHT
_MOST_TICKS = 10
_BAND, _BASE = "#dcebf4", "#f0f0f0"


def plot_theme_trend(trend: ThemeTrend, ax: Any = None) -> Chart:
    """Return the themes as a chart.

    Parameters
    ----------
    trend : ThemeTrend
        The result.
    ax : matplotlib.axes.Axes, optional
        Draw the one theme there is into these axes.

    Returns
    -------
    Chart

    Raises
    ------
    ValueError
        If axes are given for several themes.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> months = [f"2025-{m:02d}" for m in range(1, 9) for _ in range(50)]
    >>> coding = Coding.from_table({"id": range(400), "code": ["price", None] * 200}, unit="response")
    >>> plot_theme_trend(coding.trend(months)).title
    'Themes by month: share of comments that mention them'
    """
    tag = language()
    certain = {change.code: change for change in trend.certain_changes}
    drawn = _drawn(trend, certain)
    if ax is not None and len(drawn) > 1:
        raise ValueError(message("trend.one_axes"))
    rows = _event_rows(trend, tag)
    above = _ROW * (max(rows.values(), default=-1) + 1)
    missing = [line.label for line in trend.series if line not in drawn]
    more = [message("theme_trend.not_drawn", themes=told_list(missing))] if missing else []
    limits = message("theme_trend.key_limits", width=told(trend.width, "decimal", 1))
    signs = [
        ("●", DETRACTOR, message("trend.alarm")), ("■", _BAND, limits),
        ("━", PROMOTER, message("theme_trend.key_change")), ("■", "#d9d9d9", message("trend.baseline")),
    ]  # fmt: skip
    words = [in_tag(text, tag) for _, _, text in signs]
    texts = [*words, *(in_tag(line.label, tag) for line in drawn), *(in_tag(event.text, tag) for event in rows)]
    texts += [in_tag(message("trend.baseline_level", centre="0123456789.% "), tag), "●■━…"]
    canvas = Canvas.of(
        trend, texts,
        notes=[*more, message("theme_trend.own_scale"), *trend.notes[:3]],
        height=_PANEL * len(drawn) + above, left=_NAME, right=_RIGHT, bottom=0.72, ax=ax,
    )  # fmt: skip
    panels = [_PANEL + above, *[_PANEL] * (len(drawn) - 1)]
    with canvas.drawing(panels, gap=0.14) as given:
        axes = list(given) if len(panels) > 1 else [given]
        for i, (line, one) in enumerate(zip(drawn, axes, strict=True)):
            _draw(canvas, one, trend, line, certain.get(str(line.key[0])), above if i == 0 else 0.0)
            _draw_events(canvas, one, trend, rows if i == 0 else None)
            if i + 1 < len(axes):
                one.set_xticklabels([])
        if ax is None:
            canvas.key(axes[-1], [(sign, color, text) for (sign, color, _), text in zip(signs, words, strict=True)], 24)
    return canvas.chart()


def _drawn(trend: ThemeTrend, certain: dict[str, ThemeChange]) -> list[TrendSeries]:
    """Return the themes that have a panel."""
    order = sorted(trend.series, key=lambda line: (str(line.key[0]) not in certain, not line.alarms, -line.centre))
    return order[:MOST]


def _draw(
    canvas: Canvas, axes: Any, trend: ThemeTrend, line: TrendSeries, change: ThemeChange | None, above: float
) -> None:
    points = line.points
    form, digits = trend.value_form
    values = [point.estimate for point in points]
    heights = [value for point in points for value in (point.estimate, point.upper) if not math.isnan(value)]
    top = 1.12 * max(heights, default=1.0)
    axes.set(xlim=(-0.5, len(points) - 0.5), ylim=(0, top * (1 + above / _PANEL)))
    axes.grid(visible=False)
    base = [i for i, point in enumerate(points) if point.period in trend.baseline]
    axes.fill_between([base[0] - 0.5, base[-1] + 0.5], 0, top, color=_BASE, lw=0, zorder=0)
    for i, point in enumerate(points):
        if not math.isnan(point.lower):
            axes.fill_between([i - 0.5, i + 0.5], point.lower, point.upper, color=_BAND, lw=0, zorder=1)
    axes.plot([-0.5, len(points) - 0.5], [line.centre] * 2, color=EDGE, lw=0.9, ls=(0, (2, 2.5)), zorder=2)
    centre = message("trend.baseline_level", centre=told(line.centre, form, digits)).in_language(canvas.tag)
    canvas.note(axes, len(points) - 0.5, line.centre, centre)
    axes.plot(range(len(points)), values, "-o", color=INK, lw=1.1, ms=2.6, zorder=4)
    if change is not None:
        at = next(i for i, point in enumerate(points) if point.period == change.first)
        levels = [change.before, change.before, change.after, change.after]
        axes.plot([-0.5, at - 0.5, at - 0.5, len(points) - 0.5], levels, color=PROMOTER, lw=1.8, zorder=3)
    for i, point in enumerate(points):
        if point.alarm:
            face = "white" if point.baseline else DETRACTOR
            axes.plot([i], [point.estimate], "o", color=DETRACTOR, mfc=face, mew=1.3, ms=5.5, zorder=5)
    axes.set_yticks([0, top / 1.12], ["", write(top / 1.12, form, canvas.tag, digits)])
    name = cut(canvas.drawable(in_tag(line.label, canvas.tag)), _NAME - 0.5, SMALL)
    canvas.note(axes, -0.5, top / 2, name, xytext=(-36, 0), ha="right", color=INK)
    canvas.name_columns(axes, [str(period_told(point.period)) for point in points], _MOST_TICKS)


def _draw_events(canvas: Canvas, axes: Any, trend: ThemeTrend, rows: dict[Event, int] | None) -> None:
    """Draw a line for each event; on the first panel its text above the data."""
    place = {point.period: i for i, point in enumerate(trend.series[0].points)}
    _, top = axes.get_ylim()
    n = max(rows.values(), default=0) + 1 if rows else 0
    data = top if not rows else top * _PANEL / (_PANEL + _ROW * n)
    for event in trend.events:
        if event.period in place:
            x = place[event.period]
            end = data if rows is None else data + (top - data) * (n - rows[event] - 0.5) / n
            axes.plot([x, x], [0, end], color=INK, lw=0.8, ls=(0, (4, 2)), zorder=2)
            if rows is not None:
                text = in_tag(event.text, canvas.tag)
                left = _is_left(x, len(place), text)
                canvas.note(axes, x, end, text, xytext=(-4 if left else 4, 0), ha="right" if left else "left",
                            color=INK, zorder=6)  # fmt: skip


def _is_left(place: int, periods: int, text: str) -> bool:
    return (place + 0.5) / periods * _WIDTH + length(text, SMALL) + 0.2 > _WIDTH + _RIGHT


def _event_rows(trend: ThemeTrend, tag: str) -> dict[Event, int]:
    """Return on which line the text of each event stands, so that none touches another."""
    place = {point.period: i for i, point in enumerate(trend.series[0].points)}
    taken: list[list[tuple[float, float]]] = []
    rows = {}
    for event in trend.events:
        if event.period not in place:
            continue
        text = in_tag(event.text, tag)
        x, size = (place[event.period] + 0.5) / len(place) * _WIDTH, length(text, SMALL) + 0.2
        start, end = (x - size, x) if _is_left(place[event.period], len(place), text) else (x, x + size)
        row = next((i for i, one in enumerate(taken) if all(end <= a or start >= b for a, b in one)), len(taken))
        if row == len(taken):
            taken.append([])
        taken[row].append((start, end))
        rows[event] = row
    return rows
