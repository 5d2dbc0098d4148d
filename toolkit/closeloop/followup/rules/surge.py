"""More cases than usual, per answer, per what is given, or per day."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from closeloop.followup.rules.alert_rule import AlertRule
from closeloop.followup.rules.found import Found
from closeloop.followup.rules.limits import RARE, against_before
from closeloop.followup.rules.observed import ObservedAnswer, ObservedCase
from closeloop.followup.rules.score_drop import in_series
from closeloop.followup.rules.windows import Window, windows_between
from closeloop.stats.control import u_chart
from closeloop.stats.control_chart import ControlChart
from closeloop.stats.poisson import poisson_limit, poisson_tail
from closeloop.text import LocalText, message
from closeloop.written import told


def surges(
    rule: AlertRule,
    cases: Sequence[ObservedCase],
    answers: Sequence[ObservedAnswer],
    exposure: Mapping[str, float],
    now: dt.datetime,
    zone: ZoneInfo,
    began_at: dt.datetime | None = None,
) -> Iterator[Found]:
    """Give the windows that are over in which there are more cases than the limits allow, series by series.

    Parameters
    ----------
    exposure : mapping of str to float
        Window (``2026-W31``) → what the cases are counted over, for a rule ``per: exposure``.
    began_at : datetime, optional
        Since when cases are recorded; by default since the first: what lies before says nothing about what is usual.
    """
    chosen = [case for case in cases if case.kind in rule.kinds]
    if not chosen:
        return
    first = (began_at or min(case.at for case in chosen)).astimezone(zone).date()
    windows = [w for w in windows_between(first, _yesterday(now, zone), rule.window) if w.end(zone) <= now]
    series: dict[str, list[dt.date]] = {}
    for case in chosen:
        segment = case.segment(rule.by)
        if segment is not None:
            series.setdefault(segment, []).append(case.at.astimezone(zone).date())
    size = _sizes(rule, windows, answers, exposure, zone)
    for segment in sorted(series):
        yield from _of_one(rule, segment, series[segment], windows, size, zone)


def _of_one(
    rule: AlertRule, segment: str, given: Sequence[dt.date], windows: Sequence[Window], size: NDArray[np.float64],
    zone: ZoneInfo,
) -> Iterator[Found]:  # fmt: skip
    count = _counted(windows, given)
    usable = (size > 0).tolist()
    if rule.threshold is not None:
        above = (size > 0) & (count >= rule.min_n) & (count > rule.threshold * size)
        for i in np.flatnonzero(above).tolist():
            yield _found(rule, segment, windows[i], int(count[i]), float(size[i]), rule.threshold * size[i], math.nan,
                         0, zone)  # fmt: skip
        return

    def chart(mask: NDArray[np.bool_]) -> ControlChart:
        return u_chart(count, size, baseline=mask, sigma="mean", floor=1.0, width=rule.width)

    def beyond(i: int, drawn: ControlChart) -> bool:
        if count[i] < rule.min_n:
            return False
        expected = drawn.centre * size[i]
        if expected < RARE:
            return poisson_tail(int(count[i]), expected) < rule.alpha
        return bool(drawn.estimate[i] > drawn.upper[i])

    for one in against_before(rule, usable, chart, beyond):
        if one.alarms:
            over = float(size[one.place])
            expected = one.expected * over
            limit = float(poisson_limit(expected, rule.alpha)) if expected < RARE else one.high * over
            yield _found(rule, segment, windows[one.place], int(count[one.place]), over, limit, expected, one.n_before,
                         zone)  # fmt: skip


def _sizes(
    rule: AlertRule, windows: Sequence[Window], answers: Sequence[ObservedAnswer], exposure: Mapping[str, float],
    zone: ZoneInfo,
) -> NDArray[np.float64]:  # fmt: skip
    if rule.per == "days":
        return np.array([window.days for window in windows], dtype=float)
    if rule.per == "exposure":
        return np.array([exposure.get(window.label, 0.0) for window in windows], dtype=float)
    mine = [a for a in answers if not rule.survey_id or a.survey_id == rule.survey_id]
    return _counted(windows, [answer.at.astimezone(zone).date() for answer in mine])


def _counted(windows: Sequence[Window], days: Sequence[dt.date]) -> NDArray[np.float64]:
    """Return how many of the days lie in each window; the windows follow one another."""
    edges = np.array([w.first.toordinal() for w in windows] + [w.after.toordinal() for w in windows[-1:]])
    ordinals = np.array([day.toordinal() for day in days], dtype=np.int64)
    if not len(windows):
        return np.zeros(0)
    inside = ordinals[(ordinals >= edges[0]) & (ordinals < edges[-1])]
    return np.bincount(np.searchsorted(edges, inside, side="right") - 1, minlength=len(windows)).astype(float)


def _yesterday(now: dt.datetime, zone: ZoneInfo) -> dt.date:
    return now.astimezone(zone).date() - dt.timedelta(days=1)


def _found(
    rule: AlertRule, segment: str, window: Window, count: int, over: float, limit: float, expected: float,
    n_before: int, zone: ZoneInfo,
) -> Found:  # fmt: skip
    fields = {
        "what": rule.title or LocalText(rule.id), "window": window.label, "n": told(count, "count"),
        "limit": told(limit, "decimal", 1), "expected": told(expected, "decimal", 1), "before": n_before,
        "over": message(f"rules.per_{rule.per}", size=told(over, "decimal", 0)),
    }  # fmt: skip
    key = "surge_above_limit" if n_before else "surge_above_threshold"
    return Found(
        segment=segment, window_id=window.label, at=window.end(zone), observed=float(count), expected=expected,
        low=math.nan, high=float(limit), n=count, exposure=over,
        sentence=in_series(message(f"rules.{key}", **fields), segment),
    )  # fmt: skip
