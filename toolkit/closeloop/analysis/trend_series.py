"""One line of a trend: the results of one group's periods on a chart with a frozen baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.metrics.estimate import Result, interval_rows
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.stats.control import ControlChart, mean_chart, nps_chart, p_chart
from closeloop.stats.control_memory import CUSUM_LIMIT, cusum, ewma
from closeloop.stats.control_rules import rule_signals
from closeloop.text import LocalText

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

WATCH = 0.90
"""A figure outside the limits of this level, yet without an alarm, is one to watch."""

FEWEST = 3
"""A baseline has at least so many periods with enough answers."""

_WATCH_WIDTH = 1.6448536269514722


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendPoint:
    """One period of one group; figures in public units, NaN in a gap.

    Attributes
    ----------
    period : str
    n : int or None
        Answers; None where they are too few to be shown.
    estimate, std_error, ci_low, ci_high : float
        The period's own figure with its interval.
    z : float
        Distance from the baseline in σ_z standard errors.
    lower, upper, watch_low, watch_high : float
        Where the figure is expected: limits of three standard errors, and of the 90 % zone.
    statistic, statistic_low, limit : float
        What the chart looks at: EWMA and its limit, or the two sums of a CUSUM and theirs; NaN on Shewhart's chart.
    p_value, q_value : float
        Of the period's figure alone, two-sided; q after the false discovery rate over the groups of the period.
    phase : str
        ``"earlier"`` than the baseline (shown, not judged), ``"baseline"`` or ``"monitored"``.
    rules : tuple of str
        The rules that hold; several may.
    side : int
        1 where the alarm is for a figure above the baseline, −1 below, 0 without an alarm.
    watch : bool
        Outside the 90 % zone, without an alarm.
    """

    period: str
    n: int | None
    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    z: float
    lower: float
    upper: float
    watch_low: float
    watch_high: float
    statistic: float
    statistic_low: float
    limit: float
    p_value: float
    q_value: float
    phase: str
    rules: tuple[str, ...]
    side: int
    watch: bool

    @property
    def baseline(self) -> bool:
        """Whether the period is part of the baseline."""
        return self.phase == "baseline"

    @property
    def monitored(self) -> bool:
        """Whether the period is judged by the baseline: it comes after the first of it and is no part of it."""
        return self.phase == "monitored"

    @property
    def alarm(self) -> bool:
        """Whether a rule holds."""
        return bool(self.rules)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TrendSeries:
    """One group over time.

    Attributes
    ----------
    key : tuple
        The values of the keys; empty for everybody together.
    label : LocalText
        What the group is called.
    points : tuple of TrendPoint
        Every period of the calendar.
    results : tuple
        The result of each period, None where it is not shown.
    centre : float
        The baseline's level, in public units.
    sigma_z : float
    n_baseline : int
        Periods of the baseline that were used.
    excluded : tuple of str
        Baseline periods left out because they themselves were out of limits.
    """

    key: tuple[object, ...]
    label: LocalText
    points: tuple[TrendPoint, ...]
    results: tuple[Result | None, ...]
    centre: float
    sigma_z: float
    n_baseline: int
    excluded: tuple[str, ...]

    @property
    def alarms(self) -> tuple[TrendPoint, ...]:
        """The alarms since the baseline."""
        return tuple(point for point in self.points if point.alarm and point.monitored)

    @property
    def baseline_alarms(self) -> tuple[TrendPoint, ...]:
        """The alarms within the baseline: it was not quiet itself."""
        return tuple(point for point in self.points if point.alarm and point.baseline)


def control_chart(results: Sequence[Result | None], baseline: Mask, sigma: str, floor: float) -> ControlChart:
    """Return the chart of the kind of result there is; None is a gap. A weighted sample enters with its effective n.

    Examples
    --------
    >>> results = [NpsResult(60, 40, 20), None, NpsResult(50, 45, 30)]
    >>> chart = control_chart(results, np.ones(3, bool), "mean", 1.0)
    >>> round(chart.centre, 4)
    0.2449
    """
    gap = (math.nan,) * 3
    rows = np.array([gap if one is None else _figures(one) for one in results], dtype=float).reshape(-1, 3)
    first, second, third = rows.T
    kind = next(type(one) for one in results if one is not None)
    if kind is NpsResult:
        return nps_chart(first, second, third, baseline=baseline, sigma=sigma, floor=floor)
    if kind is ShareResult:
        return p_chart(first, second, baseline=baseline, sigma=sigma, floor=floor)
    return mean_chart(first, second, third, baseline=baseline, sigma=sigma, floor=floor)


def effective_n(result: Result) -> float:
    """Return how many equal answers would be as precise as those of a period; its answers where nobody is weighted.

    Examples
    --------
    >>> effective_n(NpsResult(60, 40, 20))
    120.0
    """
    if result.design is None or not math.isfinite(result.design.n_eff):
        return float(result.n)
    return result.design.n_eff


def _figures(result: Result) -> tuple[float, float, float]:
    """Return what the chart of a kind of result is drawn from; counts add up to the effective n."""
    if isinstance(result, MeanResult):
        return result.score, result.sd, effective_n(result)
    n = effective_n(result)
    if isinstance(result, NpsResult):
        scale = n / (result.detractors + result.passives + result.promoters)
        return result.detractors * scale, result.passives * scale, result.promoters * scale
    return result.top * n / (result.top + result.rest), n, math.nan


def trend_series(
    key: tuple[object, ...],
    label: LocalText,
    periods: Sequence[str],
    results: Sequence[Result | None],
    baseline: Mask,
    *,
    chart: str,
    rules: Sequence[str],
    sigma: str,
    exclude_alarms: bool,
    counts: Sequence[int | None],
    level: float,
    method: str,
) -> TrendSeries | None:
    """Return one group's line; None where its baseline is too short or has no spread to measure anything by."""
    shown = np.array([one is not None for one in results])
    used = baseline & shown
    if used.sum() < FEWEST:
        return None
    drawn = control_chart(results, used, sigma, 1.0)
    while exclude_alarms and used.sum() > FEWEST:
        beyond = np.where(used, np.abs(drawn.score), 0.0)
        if not beyond.max() > drawn.width:
            break
        used[beyond.argmax()] = False
        drawn = control_chart(results, used, sigma, 1.0)
    score = drawn.score
    if np.isnan(score[shown]).all():
        return None
    start = int(np.flatnonzero(baseline)[0])
    judged = np.where(np.arange(len(periods)) >= start, score, np.nan)
    up, down, limit = _memory(judged, baseline, chart)
    held = _alarms(judged, up, down, limit, chart, rules)
    unit = 100.0 if any(isinstance(one, NpsResult) for one in results) else 1.0
    low, high = drawn.limits(drawn.width)
    near, far = drawn.limits(_WATCH_WIDTH)
    limits = iter(interval_rows([one for one in results if one is not None], level, method))
    p = _two_sided(score)
    points = []
    for i, (period, result) in enumerate(zip(periods, results, strict=True)):
        ci = next(limits) if result is not None else None
        names = tuple(name for name in held if held[name][i])
        points.append(
            TrendPoint(
                period=period,
                n=counts[i],
                estimate=math.nan if result is None else result.score,
                std_error=math.nan if result is None else result.std_error,
                ci_low=math.nan if ci is None else ci.low,
                ci_high=math.nan if ci is None else ci.high,
                z=float(score[i]),
                lower=unit * float(low[i]),
                upper=unit * float(high[i]),
                watch_low=unit * float(near[i]),
                watch_high=unit * float(far[i]),
                statistic=float(up[i]),
                statistic_low=float(down[i]),
                limit=float(limit[i]),
                p_value=float(p[i]),
                q_value=math.nan,
                phase="baseline" if baseline[i] else "monitored" if i > start else "earlier",
                rules=names,
                side=int(held[names[0]][i]) if names else 0,
                watch=not names and bool(abs(judged[i]) > _WATCH_WIDTH),
            )
        )
    dropped = baseline & shown & ~used
    return TrendSeries(
        key=key, label=label, points=tuple(points), results=tuple(results), centre=unit * drawn.centre,
        sigma_z=drawn.sigma, n_baseline=int(used.sum()),
        excluded=tuple(period for period, gone in zip(periods, dropped, strict=True) if gone),
    )  # fmt: skip


def _memory(score: FloatArray, baseline: Mask, chart: str) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what a chart with a memory looks at, and its limits; it starts afresh where the baseline ends."""
    up, down, limit = (np.full(len(score), np.nan) for _ in range(3))
    end = int(np.flatnonzero(baseline)[-1]) + 1
    for part in (slice(0, end), slice(end, None)):
        if chart == "ewma":
            up[part], limit[part] = ewma(score[part])
        elif chart == "cusum":
            up[part], down[part] = cusum(score[part])
            limit[part] = np.where(np.isnan(score[part]), np.nan, CUSUM_LIMIT)
    return up, down, limit


def _alarms(
    score: FloatArray, up: FloatArray, down: FloatArray, limit: FloatArray, chart: str, rules: Sequence[str]
) -> dict[str, npt.NDArray[np.int8]]:
    """Return for each rule where it holds: 1 above, −1 below, 0 not."""
    if chart == "shewhart":
        return rule_signals(score, rules)
    lower = -up if chart == "ewma" else down
    return {chart: (up > limit).astype(np.int8) - ((lower > limit) & ~(up > limit)).astype(np.int8)}


def _two_sided(score: FloatArray) -> FloatArray:
    from scipy.special import ndtr

    return np.asarray(2 * ndtr(-np.abs(score)))
