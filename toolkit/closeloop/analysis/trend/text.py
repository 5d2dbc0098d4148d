"""What a trend says: its sentence, its alarms one by one, and its notes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeloop.analysis.trend.charted import TrendPoint
from closeloop.analysis.trend.periods import period_told, some_periods, span_told
from closeloop.analysis.trend.series import TrendSeries
from closeloop.metrics.spec import Metric
from closeloop.metrics.units import DIGITS, FORM
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_joined, told_list

if TYPE_CHECKING:
    from closeloop.analysis.trend.charted_result import ChartedResult
    from closeloop.analysis.trend.result import Trend

_NAMED = 6
_FEW_PERIODS = 8


def value_form(metric: Metric) -> tuple[str, int]:
    """Return how a metric's figures are written: form and decimals.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> value_form(Nps("recommend"))
    ('points', 0)
    """
    return FORM[metric.kind], DIGITS[metric.kind]


def rules_told(rules: Sequence[str]) -> LocalText:
    """Return rules in words.

    Examples
    --------
    >>> rules_told(["8-same-side"]).en
    'eight in a row on one side'
    """
    parts = [message(f"trend.rule_{rule.replace('-', '_')}") for rule in rules]
    return told_joined(parts, "; ", "；")


def trend_title(trend: Trend) -> LocalText:
    """Return what is shown over time, and the groups."""
    named: dict[str, LocalText] = {"score": trend.metric.label, "period": message(f"trend.by_{trend.every}")}
    if not trend.by:
        return message("trend.title", **named)
    return message("trend.title_by", groups=trend.group_title, **named)


def alarm_text(chart: ChartedResult, series: TrendSeries, point: TrendPoint) -> LocalText:
    """Return one alarm as a sentence."""
    key = "trend.alarm_in_group" if chart.by else "trend.alarm_alone"
    form, digits = chart.value_form
    return message(
        key, group=series.label, score=chart.label, period=period_told(point.period),
        value=told(point.estimate, form, digits), centre=told(series.centre, form, digits),
        expected=told_interval(point.lower, point.upper, form, digits), rules=rules_told(point.rules),
    )  # fmt: skip


def trend_sentence(trend: Trend) -> LocalText:
    """Return whether anything alarms, when first, and how large it is."""
    if not trend.by:
        return one_line_sentence(trend, trend.series[0])
    loud = [series for series in trend.series if series.alarms]
    loud.sort(key=lambda series: series.alarms[0].period)
    quiet = [series.label for series in trend.series if not series.alarms]
    if not loud:
        baseline = span_told(trend.baseline)
        return message("trend.groups_quiet", count=len(quiet), score=trend.metric.label, baseline=baseline)
    form, digits = value_form(trend.metric)
    found = [
        message(
            "trend.group_left", group=series.label, period=period_told(series.alarms[0].period),
            value=told(series.alarms[0].estimate, form, digits), centre=told(series.centre, form, digits),
        )
        for series in loud[:_NAMED]
    ]  # fmt: skip
    if len(loud) > _NAMED:
        found.append(message("trend.more_groups", count=len(loud) - _NAMED))
    head = message("trend.groups_left", count=len(loud), of=len(trend.series), found=told_joined(found, "; ", "；"))
    if not quiet:
        return head
    named = [*quiet[:_NAMED], *([message("trend.more_groups", count=len(quiet) - _NAMED)] if quiet[_NAMED:] else [])]
    return told_joined([head, message("trend.others_quiet", groups=told_list(named))], " ", "")


def one_line_sentence(chart: ChartedResult, series: TrendSeries) -> LocalText:
    """Return whether one line alarms, when first, and how large it is."""
    form, digits = chart.value_form
    watched = [point for point in series.points if point.monitored and not math.isnan(point.z)]
    shown = {"score": chart.label, "baseline": span_told(chart.baseline)}
    if not watched:
        return message("trend.nothing_watched", centre=told(series.centre, form, digits), **shown)
    alarms, last = series.alarms, watched[-1]
    told_last = message(
        "trend.last", period=period_told(last.period), value=told(last.estimate, form, digits),
        expected=told_interval(last.lower, last.upper, form, digits),
    )  # fmt: skip
    if not alarms:
        return message("trend.quiet", periods=some_periods(len(watched), chart.every), last=told_last,
                       centre=told(series.centre, form, digits), **shown)  # fmt: skip
    first = alarms[0]
    left = message(
        "trend.left", period=period_told(first.period), value=told(first.estimate, form, digits),
        centre=told(series.centre, form, digits), expected=told_interval(first.lower, first.upper, form, digits),
        rules=rules_told(first.rules), **shown,
    )  # fmt: skip
    if last.period == first.period:
        return left
    many = message("trend.alarms_since", count=len(alarms), of=some_periods(len(watched), chart.every), last=told_last)
    return told_joined([left, many], " ", "")


def trend_notes(trend: Trend) -> tuple[LocalText, ...]:
    """Return the method, the rate of false alarms, and what is not shown."""
    notes = chart_notes(trend, message(f"trend.chart_{trend.metric.kind}"))
    if gaps := sum(point.n is None for series in trend.series for point in series.points):
        notes.append(message("trend.note_hidden", count=gaps, min_n=trend.min_n))
    if empty := sum(point.n == 0 for series in trend.series for point in series.points):
        notes.append(message("trend.note_empty", count=empty))
    if trend.left_out:
        notes.append(message("trend.note_left_out", groups=told_list(trend.left_out)))
    if trend.by:
        notes.append(message("trend.note_discovery"))
    if trend.undated:
        notes.append(message("trend.note_undated", count=f"{trend.undated:,}"))
    if trend.weight is not None:
        notes.append(message("trend.note_weighted", weight=trend.weight))
    return tuple(notes)


def chart_notes(chart: ChartedResult, name: LocalText) -> list[LocalText]:
    """Return what holds for any chart: its method, by its name; the rate of false alarms; what the baseline is like."""
    notes = [_method(chart, name), _false_alarms(chart)]
    points = chart.series[0].points
    if not chart.chosen:
        first = some_periods(len(chart.baseline), chart.every)
        notes.append(message("trend.note_default_baseline", count=first, of=len(points)))
    fewest = min(series.n_baseline for series in chart.series)
    if fewest < _FEW_PERIODS:
        notes.append(message("trend.note_short_baseline", count=some_periods(fewest, chart.every)))
    restless = {point.period for series in chart.series for point in series.baseline_alarms}
    if restless:
        count = sum(len(series.baseline_alarms) for series in chart.series)
        when = told_list([period_told(point.period) for point in points if point.period in restless])
        notes.append(message("trend.note_restless", count=count, periods=when))
    if excluded := {period for series in chart.series for period in series.excluded}:
        when = told_list([period_told(point.period) for point in points if point.period in excluded])
        notes.append(message("trend.note_excluded", periods=when))
    return notes


def _method(chart: ChartedResult, name: LocalText) -> LocalText:
    spread = max(series.sigma_z for series in chart.series)
    least = min(series.sigma_z for series in chart.series)
    sigma = told(spread, "decimal", 2) if spread == least else told_interval(least, spread, "decimal", 2)
    return message(f"trend.method_{chart.chart}", chart=name, baseline=span_told(chart.baseline), sigma=sigma)


def _false_alarms(chart: ChartedResult) -> LocalText:
    """Return how often an alarm is false, for one group and for all together."""
    every = {"rules": rules_told(chart.rules), "periods": some_periods(round(chart.arl0), chart.every)}
    if len(chart.series) == 1:
        return message("trend.note_false_alarms", **every)
    together = some_periods(max(1, round(chart.arl0 / len(chart.series))), chart.every)
    return message("trend.note_false_alarms_by", count=len(chart.series), together=together, **every)
