"""One line of a trend: the results of one group's periods on a chart with a frozen baseline."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from closeloop.analysis.trend.charted import FEWEST, Mask, PeriodFigure, TrendPoint, chart_points, settled
from closeloop.metrics.estimate import Result, interval_rows
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.units import SCALE
from closeloop.stats.control import ControlChart, mean_chart, nps_chart, p_chart
from closeloop.text import LocalText


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
        The result of each period, None where it is not shown; empty where figures were given in place of answers.
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


def chart_of_results(results: Sequence[Result | None], baseline: Mask, sigma: str, floor: float) -> ControlChart:
    """Return the chart of the kind of result there is; None is a gap. A weighted sample enters with its effective n.

    Examples
    --------
    >>> results = [NpsResult(60, 40, 20), None, NpsResult(50, 45, 30)]
    >>> chart = chart_of_results(results, np.ones(3, bool), "mean", 1.0)
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
    drawn, used = settled(lambda mask: chart_of_results(results, mask, sigma, 1.0), used, exclude_alarms)
    if np.isnan(drawn.score[shown]).all():
        return None
    unit = next(SCALE[one.kind] for one in results if one is not None)
    limits = iter(interval_rows([one for one in results if one is not None], level, method))
    figures = []
    for n, result in zip(counts, results, strict=True):
        ci = None if result is None else next(limits)
        figures.append(
            PeriodFigure(
                n=n,
                estimate=math.nan if result is None else result.score,
                std_error=math.nan if result is None else result.std_error,
                ci_low=math.nan if ci is None else ci.low,
                ci_high=math.nan if ci is None else ci.high,
            )
        )
    points = chart_points(periods, figures, drawn, baseline, chart=chart, rules=rules, unit=unit)
    dropped = baseline & shown & ~used
    return TrendSeries(
        key=key, label=label, points=points, results=tuple(results), centre=unit * drawn.centre,
        sigma_z=drawn.sigma, n_baseline=int(used.sum()),
        excluded=tuple(period for period, gone in zip(periods, dropped, strict=True) if gone),
    )  # fmt: skip
