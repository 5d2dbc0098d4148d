"""Periods on a control chart: their figures, where these were expected, and which of them are alarms."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.stats.arl import cusum_arl, ewma_arl, rules_arl
from closeloop.stats.control import ControlChart
from closeloop.stats.control_memory import CUSUM_LIMIT, CUSUM_REFERENCE, EWMA_SMOOTHING, EWMA_WIDTH, cusum, ewma
from closeloop.stats.control_rules import chosen_rules, rule_signals
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

CHARTS = ("shewhart", "ewma", "cusum")
"""Single periods against limits, with run rules; the moving average; the cumulative sums."""

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


class PeriodFigure(NamedTuple):
    """What a period shows by itself, in public units; NaN in a gap.

    Examples
    --------
    >>> PeriodFigure(n=200, estimate=0.06, std_error=0.0168, ci_low=0.0347, ci_high=0.102).n
    200
    """

    n: int | None
    estimate: float
    std_error: float
    ci_low: float
    ci_high: float


def alarm_rules(rules: str | Sequence[str] | None, chart: str) -> tuple[str, ...]:
    """Return what counts as an alarm on a chart: run rules on Shewhart's, the chart's own limit on the others.

    Raises
    ------
    ValueError
        If there is no such chart or rule, or run rules are asked of a chart that has none.

    Examples
    --------
    >>> alarm_rules(None, "shewhart"), alarm_rules(None, "cusum")
    (('beyond-limits', '8-same-side'), ('cusum',))
    """
    if chart not in CHARTS:
        raise ValueError(message("trend.unknown_chart", chart=chart, choices=", ".join(f'"{c}"' for c in CHARTS)))
    if chart == "shewhart":
        return chosen_rules("default" if rules is None else rules)
    if rules is not None:
        raise ValueError(message("trend.rules_of_shewhart", chart=chart))
    return (chart,)


def false_alarm_length(chart: str, rules: Sequence[str]) -> float:
    """Return the average number of periods until a false alarm (ARL0), the baseline being known exactly.

    Examples
    --------
    >>> round(false_alarm_length("shewhart", ("beyond-limits",)), 1)
    370.4
    """
    if chart == "ewma":
        return ewma_arl(EWMA_SMOOTHING, EWMA_WIDTH, exact_limits=True)
    return cusum_arl(CUSUM_REFERENCE, CUSUM_LIMIT) if chart == "cusum" else rules_arl(rules)


def settled(draw: Callable[[Mask], ControlChart], used: Mask, exclude_alarms: bool) -> tuple[ControlChart, Mask]:
    """Return the chart and its baseline, without the periods beyond the limits if these are to be left out.

    They go one by one, the farthest first, as long as `FEWEST` remain.
    """
    used = used.copy()
    drawn = draw(used)
    while exclude_alarms and used.sum() > FEWEST:
        beyond = np.where(used, np.abs(drawn.score), 0.0)
        if not beyond.max() > drawn.width:
            break
        used[beyond.argmax()] = False
        drawn = draw(used)
    return drawn, used


def chart_points(
    periods: Sequence[str],
    figures: Sequence[PeriodFigure],
    drawn: ControlChart,
    baseline: Mask,
    *,
    chart: str,
    rules: Sequence[str],
    unit: float = 1.0,
) -> tuple[TrendPoint, ...]:
    """Return each period with its figure, its limits and its alarms; `unit` takes the chart's scale to the public one.

    What comes before the baseline is not judged.
    """
    from scipy.special import ndtr

    score = drawn.score
    start = int(np.flatnonzero(baseline)[0])
    judged = np.where(np.arange(len(periods)) >= start, score, np.nan)
    up, down, limit = _memory(judged, baseline, chart)
    held = _alarms(judged, up, down, limit, chart, rules)
    low, high = drawn.limits(drawn.width)
    near, far = drawn.limits(_WATCH_WIDTH)
    p = 2 * ndtr(-np.abs(score))
    points = []
    for i, (period, figure) in enumerate(zip(periods, figures, strict=True)):
        names = tuple(name for name in held if held[name][i])
        points.append(
            TrendPoint(
                period=period,
                n=figure.n,
                estimate=figure.estimate,
                std_error=figure.std_error,
                ci_low=figure.ci_low,
                ci_high=figure.ci_high,
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
    return tuple(points)


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
