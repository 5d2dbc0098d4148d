"""The figure of a trend: the line, where it was expected, its alarms and what happened when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.analysis.trend.charted import TrendPoint
from closeloop.analysis.trend.periods import Event, period_told
from closeloop.analysis.trend.series import TrendSeries
from closeloop.text import language, message
from closeloop.views.canvas import EDGE, INK, SMALL, SOFT, Canvas
from closeloop.views.chart import Chart
from closeloop.views.score_axes import length
from closeloop.views.steps import round_steps
from closeloop.views.style import DETRACTOR, PASSIVE, PROMOTER
from closeloop.views.words import marks
from closeloop.written import told_list, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from closeloop.analysis.trend.charted_result import ChartedResult

MOST_PANELS = 6
MOST_TICKS = 10

_ROW, _FOOT, _LABEL = 0.18, 0.26, 0.62
"""Inches: a line of text above the data, the room below them, the width of an alarm's label."""

_WIDTH, _BESIDE = 6.94, 0.9
"""Inches: the axes, and what may stand to their right."""

_OUTER, _INNER = "#e3eff6", "#c6deec"
"""Where figures are expected: within three standard errors, and in nine cases of ten."""


def plot_trend(trend: ChartedResult, ax: Axes | None = None) -> Chart:
    """Return a trend as a chart.

    One group has one panel (an EWMA or CUSUM a second one for what it looks at); several have a panel each, at most
    six: those with alarms first.

    Parameters
    ----------
    trend : ChartedResult
    ax : matplotlib.axes.Axes, optional
        Draw the one panel into these axes.

    Raises
    ------
    ValueError
        If axes are given for a figure of several panels.
    """
    drawn = _drawn(trend)
    memory = trend.chart != "shewhart"
    rows = _event_rows(trend, drawn[0].points)
    data = 0.78 if len(drawn) > 1 else 1.5 if memory else 2.0
    lines = [_Panel(data=data, name=bool(trend.by), rows=rows if i == 0 else {}) for i in range(len(drawn))]
    panels = [height for one in lines for height in ((one.height, 0.7 * data) if memory else (one.height,))]
    if ax is not None and len(panels) > 1:
        raise ValueError(message("trend.one_axes"))
    canvas = _canvas(trend, drawn, sum(panels), ax)
    with canvas.drawing(panels, gap=0.42 if memory else 0.16) as given:
        axes = list(given) if len(panels) > 1 else [given]
        span = _span(drawn)
        for series, panel, one in zip(drawn, lines, axes[:: 2 if memory else 1], strict=True):
            _draw_line(canvas, one, trend, series, span, panel)
        for series, one in zip(drawn, axes[1::2] if memory else [], strict=False):
            _draw_memory(canvas, one, trend, series)
        for one in axes[:-1]:
            one.set_xticklabels([])
        if ax is None:
            _key(canvas, axes[-1])
    return canvas.chart()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Panel:
    """What stands in one panel: inches for the data, whether the group's name, on which line the text of each event."""

    data: float
    name: bool
    rows: dict[Event, int]

    @property
    def above(self) -> float:
        """Inches above the data."""
        beside = 0.14 if self.rows else 0.0  # the figure written over an alarm must not touch the text of an event
        return 0.06 + beside + _ROW * (self.name + max(self.rows.values(), default=-1) + 1)

    @property
    def height(self) -> float:
        return self.above + self.data + _FOOT


def _drawn(trend: ChartedResult) -> list[TrendSeries]:
    """Return the groups that have a panel: with alarms first, in the trend's own order."""
    order = sorted(trend.series, key=lambda series: not series.alarms)[:MOST_PANELS]
    return [series for series in trend.series if series in order]


def _canvas(trend: ChartedResult, drawn: list[TrendSeries], height: float, ax: Axes | None) -> Canvas:
    left_out = [series.label for series in trend.series if series not in drawn]
    said = [trend.sentence, *([message("trend.more_panels", groups=told_list(left_out))] if left_out else [])]
    words = ("baseline", "axis_ewma", "axis_cusum", "limit", "alarm", "watch", "key_limits", "key_watch")
    texts = [str(message(f"trend.{word}")) for word in words]
    texts += [str(series.label) for series in drawn] + [str(event.text) for event in trend.events]
    texts += [str(message("trend.baseline_level", centre="+−0123456789.% ")), "●○■"]
    gap = marks(language()).gap
    canvas = Canvas(
        str(trend.title), gap.join(map(str, said)), texts, height=height, left=0.5, right=1.0, bottom=0.72,
        caption=gap.join(map(str, trend.notes[:2])), ax=ax,
    )  # fmt: skip
    canvas.result = trend
    return canvas


def _span(drawn: Sequence[TrendSeries]) -> tuple[float, float]:
    """Return the lowest and the highest figure of all panels, so that they can be compared."""
    points = [point for series in drawn for point in series.points]
    values = [value for point in points for value in (point.estimate, point.lower, point.upper)]
    known = [value for value in values if not math.isnan(value)]
    return min(known), max(known)


def _draw_line(
    canvas: Canvas, axes: Any, trend: ChartedResult, series: TrendSeries, span: tuple[float, float], panel: _Panel
) -> None:
    """Draw the figures of one group, the band in which they are expected, the baseline and the events."""
    points = series.points
    form, digits = trend.value_form
    low, high = span
    per_inch = (high - low) / panel.data or 1.0
    bottom, top = low - _FOOT * per_inch, high + panel.above * per_inch
    axes.set(ylim=(bottom, top), xlim=(-0.5, len(points) - 0.5))
    axes.grid(visible=False)
    for start, end in _baselines(points):
        axes.fill_between([start - 0.5, end - 0.5], bottom, high + 0.04 * per_inch, color="#f0f0f0", lw=0, zorder=0)
    first, _ = _baselines(points)[0]
    word = str(message("trend.baseline"))
    canvas.note(axes, first - 0.5, bottom + _FOOT / 2 * per_inch, word, xytext=(3, 0))
    _steps(axes, points, "lower", "upper", _OUTER)
    _steps(axes, points, "watch_low", "watch_high", _INNER)
    axes.axhline(series.centre, color=EDGE, lw=0.9, ls=(0, (2, 2.5)), zorder=2)
    centre = str(message("trend.baseline_level", centre=write(series.centre, form, canvas.tag, digits)))
    canvas.note(axes, len(points) - 0.5, series.centre, centre)
    if panel.name:
        canvas.note(axes, -0.5, top - _ROW / 2 * per_inch, str(series.label), color=INK)
    ends = [top - (panel.name + row + 0.5) * _ROW * per_inch for row in panel.rows.values()]
    heights = dict(zip(panel.rows, ends, strict=True))
    _draw_events(canvas, axes, trend, points, heights, (bottom + _FOOT * per_inch, high + 0.04 * per_inch))
    axes.plot(range(len(points)), [point.estimate for point in points], "-o", color=INK, lw=1.3, ms=3.5, zorder=3)
    _mark(canvas, axes, trend, points)
    canvas.name_columns(axes, [str(period_told(point.period)) for point in points], MOST_TICKS)
    steps = round_steps(4 if panel.data > 1 else 2).tick_values(low, high)
    axes.set_yticks([step for step in steps if low <= step <= high])
    canvas.write_ticks(axes.yaxis, form, digits)


def _draw_events(
    canvas: Canvas,
    axes: Any,
    trend: ChartedResult,
    points: Sequence[TrendPoint],
    heights: dict[Event, float],
    span: tuple[float, float],
) -> None:
    """Draw a line for each event, up to the height of its text where that stands in this panel."""
    place = {point.period: i for i, point in enumerate(points)}
    for event in trend.events:
        if event.period in place:
            x = place[event.period]
            end = heights.get(event, span[1])
            axes.plot([x, x], [span[0], end], color=INK, lw=0.8, ls=(0, (4, 2)), zorder=2)
            if event in heights:
                left = _is_left(x, len(points), str(event.text))
                canvas.note(axes, x, end, str(event.text), xytext=(-4 if left else 4, 0), color=INK, zorder=6,
                            ha="right" if left else "left",
                            bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8})  # fmt: skip


def _baselines(points: Sequence[TrendPoint]) -> list[tuple[int, int]]:
    """Return where each stretch of the baseline begins and ends."""
    found = []
    start = None
    for i in range(len(points) + 1):
        inside = i < len(points) and points[i].baseline
        if inside and start is None:
            start = i
        elif not inside and start is not None:
            found.append((start, i))
            start = None
    return found


def _steps(axes: Any, points: Sequence[TrendPoint], low: str, high: str, color: str) -> None:
    """Fill where figures are expected, one step a period, because the limits depend on its answers."""
    for i, point in enumerate(points):
        bottom, top = getattr(point, low), getattr(point, high)
        if not math.isnan(bottom):
            axes.fill_between([i - 0.5, i + 0.5], bottom, top, color=color, lw=0, zorder=1)


def _mark(canvas: Canvas, axes: Any, trend: ChartedResult, points: Sequence[TrendPoint]) -> None:
    """Mark every alarm, and what to watch; label as many alarms as have room, the first one first."""
    from matplotlib.patheffects import withStroke

    for i, point in enumerate(points):
        if point.watch:
            axes.plot([i], [point.estimate], "o", color=INK, mfc="white", mew=1.2, ms=5, zorder=4)
    form, digits = trend.value_form
    found = [(i, point) for i, point in enumerate(points) if point.alarm]
    first = next((i for i, point in found if point.monitored), None)
    room = len(points) * _LABEL / _WIDTH
    taken: list[int] = []
    for i, point in sorted(found, key=lambda one: (one[0] != first, one[1].baseline, -abs(one[1].z))):
        below = point.side < 0
        color = _alarm_color(trend, point)
        face = "white" if point.baseline else color
        axes.plot([i], [point.estimate], "o", color=color, mfc=face, mew=1.4, ms=7, zorder=5)
        if all(abs(i - other) >= room for other in taken):
            taken.append(i)
            text = write(point.estimate, form, canvas.tag, digits)
            said = canvas.note(axes, i, point.estimate, text, xytext=(0, -7 if below else 7), ha="center",
                               va="top" if below else "bottom", color=color, zorder=7)  # fmt: skip
            said.set_path_effects([withStroke(linewidth=2.5, foreground="white")])  # where the line of an event runs


def _alarm_color(trend: ChartedResult, point: TrendPoint) -> str:
    """Return blue for a score that rose; whether more is better is not known of a count."""
    return PROMOTER if trend.higher_is_better and point.side > 0 else DETRACTOR


def _event_rows(trend: ChartedResult, points: Sequence[TrendPoint]) -> dict[Event, int]:
    """Return on which line the text of each event stands, counted from the top, so that none touches another."""
    place = {point.period: i for i, point in enumerate(points)}
    ends: list[list[tuple[float, float]]] = []
    rows = {}
    for event in trend.events:
        if event.period not in place:
            continue
        x = (place[event.period] + 0.5) / len(points) * _WIDTH
        needed = length(str(event.text), SMALL) + 0.2
        left = _is_left(place[event.period], len(points), str(event.text))
        begin, end = (x - needed, x) if left else (x, x + needed)
        free = (i for i, row in enumerate(ends) if all(end <= b or begin >= e for b, e in row))
        row = next(free, len(ends))
        if row == len(ends):
            ends.append([])
        ends[row].append((begin, end))
        rows[event] = row
    return rows


def _is_left(place: int, periods: int, text: str) -> bool:
    """Return whether the text of an event must stand to the left of its line."""
    return (place + 0.5) / periods * _WIDTH + length(text, SMALL) + 0.2 > _WIDTH + _BESIDE


def _draw_memory(canvas: Canvas, axes: Any, trend: ChartedResult, series: TrendSeries) -> None:
    """Draw what an EWMA or a CUSUM looks at, with its limits; the sum below is drawn downwards."""
    points = series.points
    at = range(len(points))
    limit = [point.limit for point in points]
    up = [point.statistic for point in points]
    down = [-point.statistic_low for point in points]
    axes.grid(visible=False)
    axes.axhline(0, color=EDGE, lw=0.9, ls=(0, (2, 2.5)), zorder=1)
    for sign in (1, -1):
        axes.step(at, [sign * value for value in limit], where="mid", color=PROMOTER, lw=1.0, zorder=2)
    axes.plot(at, up, "-o", color=INK, lw=1.3, ms=3, zorder=3)
    if trend.chart == "cusum":
        axes.plot(at, down, "-o", color=PASSIVE, lw=1.3, ms=3, zorder=3)
    for i, point in enumerate(points):
        if point.alarm:
            y = down[i] if trend.chart == "cusum" and point.side < 0 else up[i]
            color = _alarm_color(trend, point)
            axes.plot([i], [y], "o", color=color, mfc="white" if point.baseline else color, ms=6, zorder=5)
    highest = max((value for value in limit if not math.isnan(value)), default=1.0)
    reach = max((abs(value) for value in (*up, *down) if not math.isnan(value)), default=0.0)
    # a CUSUM climbs for as long as the shift lasts: it may leave the panel, its limits stay in sight
    reach = 1.2 * max(highest, min(reach, 3 * highest))
    axes.set(ylim=(-reach, reach), xlim=(-0.5, len(points) - 0.5))
    canvas.note(axes, len(points) - 0.5, highest, str(message("trend.limit")))
    title = canvas.drawable(str(message(f"trend.axis_{trend.chart}")))
    axes.set_title(title, loc="left", fontsize=SMALL, color=SOFT, pad=3)
    axes.yaxis.set_major_locator(round_steps(3))
    canvas.write_ticks(axes.yaxis, "decimal", 1 if trend.chart == "ewma" else 0)
    canvas.name_columns(axes, [str(period_told(point.period)) for point in points], MOST_TICKS)


def _key(canvas: Canvas, axes: Any) -> None:
    """Say below what the marks and bands mean."""
    signs = (("●", DETRACTOR, "alarm"), ("○", INK, "watch"), ("■", _OUTER, "key_limits"), ("■", _INNER, "key_watch"))
    canvas.key(axes, [(sign, color, str(message(f"trend.{word}"))) for sign, color, word in signs], below=24)
