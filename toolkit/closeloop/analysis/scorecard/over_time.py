"""The course of a choice of filters over time, from the periods that are shown."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from closeloop.analysis.trend.charted import alarm_rules, false_alarm_length
from closeloop.analysis.trend.periods import calendar, chosen_baseline
from closeloop.analysis.trend.result import Trend
from closeloop.analysis.trend.series import trend_series
from closeloop.metrics.estimate import Result
from closeloop.metrics.spec import Metric
from closeloop.stats.intervals import METHODS
from closeloop.text import message


def trend_of(
    metric: Metric, every: str, results: Mapping[str, Result | None], min_n: int, confidence_level: float
) -> Trend | None:
    """Return the trend of results by period, as `closeloop.analysis.trend.trend.trend` would.

    Parameters
    ----------
    metric : Metric
    every : str
        What a period is.
    results : mapping
        Period → result, None where it is hidden.
    min_n : int
    confidence_level : float

    Returns
    -------
    Trend or None
        None where fewer than three periods of the baseline are shown, or all of them are alike.

    Examples
    --------
    >>> from closeloop.metrics.nps import NpsResult
    >>> from closeloop.metrics.spec import Nps
    >>> results = {f"2026-{m:02d}": NpsResult(40 + m % 3, 20, 20) for m in range(1, 9)}
    >>> len(trend_of(Nps("recommend"), "month", results, 10, 0.95).series[0].points)
    8
    """
    periods = calendar(list(results), every)
    if not periods:
        return None
    found = [result if (result := results.get(period)) is not None and result.n else None for period in periods]
    baseline = chosen_baseline(None, periods, every)
    rules = alarm_rules(None, "shewhart")
    line = trend_series(
        (), message("scores.total"), periods, found, np.isin(periods, baseline), chart="shewhart", rules=rules,
        sigma="mean", exclude_alarms=False, counts=[None if one is None else int(one.n) for one in found],
        level=confidence_level, method=METHODS[metric.kind][0],
    )  # fmt: skip
    if line is None:
        return None
    return Trend(
        metric=metric, every=every, by=(), chart="shewhart", rules=rules, arl0=false_alarm_length("shewhart", rules),
        baseline=baseline, chosen=False, series=(line,), left_out=(), events=(), undated=0, sigma="mean", weight=None,
        min_n=min_n, confidence_level=confidence_level, titles={},
    )  # fmt: skip
