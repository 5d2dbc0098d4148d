"""A score that falls below its control limits."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from closeloop.followup.rules.alert_rule import AlertRule
from closeloop.followup.rules.found import Found
from closeloop.followup.rules.limits import against_before
from closeloop.followup.rules.observed import ObservedAnswer
from closeloop.followup.rules.windows import Window, windows_between
from closeloop.stats.control import mean_chart, nps_chart
from closeloop.stats.control_chart import ControlChart
from closeloop.stats.intervals import mean_interval, nps_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval


def score_drops(
    rule: AlertRule, answers: Sequence[ObservedAnswer], now: dt.datetime, zone: ZoneInfo
) -> Iterator[Found]:
    """Give the windows that are over in which a score lies below its limits, series by series."""
    series: dict[str, list[tuple[dt.date, float]]] = {}
    for answer in answers:
        segment = answer.segment(rule.by)
        mine = not rule.survey_id or answer.survey_id == rule.survey_id
        if mine and segment is not None and rule.item in answer.scores:
            day = answer.at.astimezone(zone).date()
            series.setdefault(segment, []).append((day, answer.scores[rule.item]))
    for segment in sorted(series):
        yield from _of_one(rule, segment, series[segment], now, zone)


def _of_one(
    rule: AlertRule, segment: str, given: Sequence[tuple[dt.date, float]], now: dt.datetime, zone: ZoneInfo
) -> Iterator[Found]:
    days = [day for day, _ in given]
    windows = [w for w in windows_between(min(days), max(days), rule.window) if w.end(zone) <= now]
    if not windows:
        return
    points = [[] for _ in windows]  # type: list[list[float]]
    place = {w.first: i for i, w in enumerate(windows)}
    by_day = {w.first + dt.timedelta(days=k): place[w.first] for w in windows for k in range(w.days)}
    for day, score in given:
        if day in by_day:
            points[by_day[day]].append(score)
    size = [len(one) for one in points]
    usable = [n >= rule.min_n for n in size]
    scores = _Scores(points, rule.metric)
    if rule.threshold is not None:
        for i, good in enumerate(usable):
            if good and scores.shown[i] < rule.threshold:
                yield _found(rule, segment, windows[i], scores, i, zone, float(rule.threshold), math.nan, 0)
        return
    for one in against_before(rule, usable, scores.chart(rule.width), lambda i, c: bool(c.estimate[i] < c.lower[i])):
        if one.alarms:
            factor = scores.factor
            yield _found(rule, segment, windows[one.place], scores, one.place, zone, factor * one.low,
                         factor * one.expected, one.n_before, factor * one.high)  # fmt: skip


class _Scores:
    """The scores of each window; an NPS inside on −1…1, shown in points."""

    def __init__(self, points: Sequence[Sequence[float]], metric: str) -> None:
        self.metric = metric
        self.n: NDArray[np.float64] = np.array([len(one) for one in points], dtype=float)
        self.factor = 100.0 if metric == "nps" else 1.0
        if metric == "nps":
            self.low = np.array([sum(p <= 6 for p in one) for one in points], dtype=float)
            self.high = np.array([sum(p >= 9 for p in one) for one in points], dtype=float)
            known = self.n > 0
            self.shown = np.where(known, 100 * (self.high - self.low) / np.where(known, self.n, 1), np.nan)
        else:
            self.shown = np.array([np.mean(one) if one else np.nan for one in points])
            self.sd = np.array([np.std(one, ddof=1) if len(one) > 1 else np.nan for one in points])

    def chart(self, width: float) -> Callable[[NDArray[np.bool_]], ControlChart]:
        """Return what draws the chart of a baseline."""

        def draw(mask: NDArray[np.bool_]) -> ControlChart:
            if self.metric == "nps":
                middle = self.n - self.low - self.high
                return nps_chart(self.low, middle, self.high, baseline=mask, floor=1.0, width=width)
            return mean_chart(self.shown, self.sd, self.n, baseline=mask, floor=1.0, width=width)

        return draw

    def interval(self, i: int) -> LocalText:
        """Return the 95 % interval of a window's score."""
        if self.metric == "nps":
            found = nps_interval(self.low[i], self.n[i] - self.low[i] - self.high[i], self.high[i])
            return told_interval(100 * float(found.low), 100 * float(found.high), "points", 0)
        limits = mean_interval(self.shown[i], self.sd[i] / math.sqrt(self.n[i]), self.n[i])
        return told_interval(float(limits.low), float(limits.high), "decimal", 2)

    def told(self, value: float) -> LocalText:
        """Return a score as it is written."""
        return told(value, "points", 0) if self.metric == "nps" else told(value, "decimal", 2)


def _found(
    rule: AlertRule, segment: str, window: Window, scores: _Scores, i: int, zone: ZoneInfo, low: float,
    expected: float, n_before: int, high: float = math.nan,
) -> Found:  # fmt: skip
    fields = {
        "what": rule.title or LocalText(rule.item), "segment": segment, "window": window.label,
        "score": scores.told(float(scores.shown[i])), "n": told(int(scores.n[i]), "count"),
        "interval": scores.interval(i), "limit": scores.told(low), "expected": scores.told(expected),
        "before": n_before,
    }  # fmt: skip
    key = "score_below_limit" if n_before else "score_below_threshold"
    return Found(
        segment=segment, window_id=window.label, at=window.end(zone), observed=float(scores.shown[i]),
        expected=expected, low=low, high=high, n=int(scores.n[i]), exposure=math.nan,
        sentence=in_series(message(f"rules.{key}", **fields), segment),
    )  # fmt: skip


def in_series(sentence: LocalText, segment: str) -> LocalText:
    """Return a sentence with the series it is about, if that is not the whole."""
    return message("rules.in_series", segment=segment, sentence=sentence) if segment else sentence
