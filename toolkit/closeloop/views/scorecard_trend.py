"""The course of a score over time, drawn so that it follows the theme and the width, and told as a table."""

from __future__ import annotations

import math
from itertools import pairwise
from typing import TYPE_CHECKING

from closeloop.analysis.trend.periods import period_told
from closeloop.html import Column, Html, Section, element, join, table
from closeloop.views.score_table import round_steps
from closeloop.views.words import say
from closeloop.written import told_level, write, write_interval

if TYPE_CHECKING:
    from closeloop.analysis.trend.charted import TrendPoint
    from closeloop.analysis.trend.result import Trend

_TOP, _BOTTOM = 22.0, 160.0
"""Pixels from the top of the drawing: the highest and the lowest figure."""
_LEFT, _RIGHT = 6.0, 98.5
"""Per cent of its width: the first and the last period."""
_MOST_NAMES = 8


def trend_svg(trend: Trend, tag: str, chosen: str | None = None) -> Html:
    """Return the line with its intervals, where it was expected, and its alarms; a hidden period leaves a gap.

    Parameters
    ----------
    trend : Trend
    tag : str
        The language.
    chosen : str, optional
        A period to mark.
    """
    points = trend.series[0].points
    form, digits = trend.value_form
    values = [v for p in points for v in (p.estimate, p.ci_low, p.ci_high, p.lower, p.upper) if not math.isnan(v)]
    low, high = min(values), max(values)

    def down(value: float) -> str:
        return f"{_BOTTOM - (_BOTTOM - _TOP) * (value - low) / ((high - low) or 1.0):.1f}"

    def across(place: float) -> str:
        return f"{_LEFT + (_RIGHT - _LEFT) * (place + 0.5) / len(points):.2f}%"

    drawn = [_base(points, tag)]
    for step in round_steps(low, high):
        drawn.append(element("line", class_="grid", x1=f"{_LEFT}%", x2=f"{_RIGHT}%", y1=down(step), y2=down(step)))
        text = write(step, form, tag, digits)
        drawn.append(element("text", text, class_="y", x=f"{_LEFT - 0.6}%", y=f"{float(down(step)) + 4:.1f}"))
    for i, point in enumerate(points):
        if not math.isnan(point.lower):
            for limit in (point.lower, point.upper):
                ends = {"x1": across(i - 0.5), "x2": across(i + 0.5), "y1": down(limit), "y2": down(limit)}
                drawn.append(element("line", class_="limit", **ends))
    middle = down(trend.series[0].centre)
    drawn.append(element("line", class_="mid", x1=f"{_LEFT}%", x2=f"{_RIGHT}%", y1=middle, y2=middle))
    for i, (one, two) in enumerate(pairwise(points)):
        if not math.isnan(one.estimate + two.estimate):
            ends = {"x1": across(i), "x2": across(i + 1), "y1": down(one.estimate), "y2": down(two.estimate)}
            drawn.append(element("line", class_="path", **ends))
    names = max(1, math.ceil(len(points) / _MOST_NAMES))
    for i, point in enumerate(points):
        if not math.isnan(point.ci_low):
            ends = {"x1": across(i), "x2": across(i), "y1": down(point.ci_low), "y2": down(point.ci_high)}
            drawn.append(element("line", class_="whisker", **ends))
        if not math.isnan(point.estimate):
            y = down(point.estimate)
            alarm = point.alarm and point.monitored
            drawn.append(element("circle", class_="bad" if alarm else "", cx=across(i), cy=y, r=3.5))
            if alarm:
                drawn.append(element("circle", class_="ring", cx=across(i), cy=y, r=7))
                above = float(y) - 11 if point.side > 0 else float(y) + 20
                said = write(point.estimate, form, tag, digits)
                drawn.append(element("text", said, class_="say", x=across(i), y=f"{above:.1f}"))
            if point.period == chosen:
                drawn.append(element("circle", class_="now", cx=across(i), cy=y, r=10))
        if i % names == 0:
            drawn.append(element("text", _name(point, tag), class_="x", x=across(i), y="184"))
    label = trend.sentence.in_language(tag)
    return element("svg", *drawn, class_="over", role="img", aria_label=label)


def _base(points: tuple[TrendPoint, ...], tag: str) -> Html:
    """Return the ground on which the baseline stands, and its name."""
    inside = [i for i, point in enumerate(points) if point.baseline]
    step = (_RIGHT - _LEFT) / len(points)
    x, width = _LEFT + step * inside[0], step * (inside[-1] - inside[0] + 1)
    ground = element("rect", class_="base", x=f"{x:.2f}%", width=f"{width:.2f}%", y="0", height="168")
    return join(
        [ground, element("text", say("scorecard.baseline", tag), class_="x", x=f"{x + width / 2:.2f}%", y="13")]
    )


def _name(point: TrendPoint, tag: str) -> str:
    return period_told(point.period).in_language(tag)


def trend_table(trend: Trend, tag: str) -> Html:
    """Return the figures of the line: period, n, score, interval, expected range, alarm."""
    form, digits = trend.value_form
    columns = (
        Column(head=say(f"scores.{trend.every}", tag)), Column(head="n", css="num"),
        Column(head=trend.label.in_language(tag), css="num"),
        Column(head=say("interval", tag, level=told_level(trend.confidence_level)), css="num"),
        Column(head=say("scorecard.expected", tag), css="num"), Column(head=say("scorecard.alarm", tag)),
    )  # fmt: skip
    rows = []
    for point in trend.series[0].points:
        said = say("scorecard.alarm", tag) if point.alarm and point.monitored else ""
        if math.isnan(point.estimate):
            said = say("scorecard.no_point", tag)
        elif point.baseline:
            said = say("scorecard.baseline", tag)
        rows.append(
            (
                _name(point, tag), write(point.n, "count", tag), write(point.estimate, form, tag, digits),
                write_interval(point.ci_low, point.ci_high, form, tag, digits),
                write_interval(point.lower, point.upper, form, tag, digits), said,
            )
        )  # fmt: skip
    notes = [element("p", note.in_language(tag), class_="note") for note in trend.notes]
    shown = table(columns, [Section(rows=tuple(rows))], css="res")
    return element("div", element("div", shown, class_="scroll"), *notes)
