"""`trend`: a score over time against a frozen baseline, with alarms whose rate of false ones is known."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from closeloop.analysis.trend.charted import CHARTS, alarm_rules, false_alarm_length
from closeloop.analysis.trend.periods import Baseline, calendar, chosen_baseline, chosen_events
from closeloop.analysis.trend.result import RESERVED, Trend
from closeloop.analysis.trend.series import TrendSeries, trend_series
from closeloop.errors import InsufficientDataError
from closeloop.metrics.breakdowns import Cut
from closeloop.metrics.counting import answer_frame, scored, tally_of
from closeloop.metrics.estimate import Result
from closeloop.metrics.labels import group_label
from closeloop.metrics.period import Period
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import checked_keys, chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.stats.control import SIGMA_METHODS
from closeloop.stats.intervals import METHODS, normal_quantile
from closeloop.text import LocalText, message

__all__ = ["CHARTS", "Trend", "trend"]

_Cells = dict[tuple[object, tuple[object, ...]], Result]


def trend(
    data: Any,
    metric: Metric | str | None = None,
    every: str = "month",
    by: str | Sequence[str] | None = None,
    baseline: Baseline = None,
    rules: str | Sequence[str] | None = None,
    *,
    chart: str = "shewhart",
    date: str = "answered_at",
    weight: str | None = None,
    events: Sequence[tuple[Any, LocalText | str]] = (),
    min_n: int = 10,
    confidence_level: float = 0.95,
    sigma: str = "mean",
    exclude_alarms: bool = False,
) -> Trend:
    """Return a score over time against a frozen baseline, with alarms.

    Parameters
    ----------
    data : frame, Responses or Tally
        As for `closeloop.score`; a tally by these periods or finer ones.
    metric : Nps, TopBox, MeanScore, GapScore or str
        What to measure; of responses also the name of a metric, or None where they declare only one.
    every : {"month", "week", "quarter", "day", "year"}
        What a period is.
    by : str or list of str, optional
        Groups, each with a baseline of its own; a list crosses its keys.
    baseline : optional
        The periods that level and spread are taken from: ``("2024-07", "2025-02")`` (both included), a slice of labels
        or positions, a list of labels, how many of the first ones; None takes the first twelve, or the first half where
        that is fewer (so that it still grows up to the 24th period: name it, to freeze it before). What comes later
        than the baseline never changes level and spread, and what comes before is shown but not judged.
    rules : str or sequence of str, optional
        Of Shewhart's chart: ``"default"`` (beyond the limits; eight in a row on one side), ``"western-electric"``,
        ``"nelson"``, or rules by name (`closeloop.stats.control_rules.RULES`).
    chart : {"shewhart", "ewma", "cusum"}
        Single periods; the moving average (λ = 0.2, L = 2.859); two cumulative sums (k = 0.5, h = 4.774). The last two
        find a small lasting shift sooner.
    date : str
        The column of dates; times with a zone are read on its wall clock.
    weight : str, optional
        Column of weights; each period enters with its effective number of answers.
    events : sequence of (date or period, text)
        What happened when; drawn, not used.
    min_n : int
        Periods with fewer answers are hidden and leave a gap; runs go on after it.
    confidence_level : float
        Of the intervals of single periods, and of `Trend.change_point`.
    sigma : {"mean", "median", "fixed"}
        How σ_z, by which periods vary more than their sizes explain, is estimated from the baseline: mean moving range
        / 1.128, median / 0.954, or not at all. It is never taken to be below 1.
    exclude_alarms : bool
        Whether baseline periods beyond the limits are left out of it, one by one, the farthest first. Only for periods
        whose cause is known.

    Returns
    -------
    Trend

    Raises
    ------
    InsufficientDataError
        If no group has three baseline periods with enough answers, or they are all alike.
    ResponseValidationError
        If an answer is not allowed.
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If something else asked for cannot be.

    Notes
    -----
    An NPS has the chart of `closeloop.stats.control.nps_chart`, a share Laney's p′ chart, a mean `mean_chart`. The rate
    of false alarms that the notes state holds for a baseline known exactly. Simulated for a steady NPS of 40 to 300
    answers a period: with the default rules, some false alarm within 24 periods after the baseline came in 15 % of the
    runs with a known baseline, in 17 % with one of 24 periods, 21 % of 12, 23 % of 8 (``tests/stats/test_control.py``).

    When not to use: with seasons (compare with the same month of last year), or where the mix of respondents moves:
    weight, or look at groups.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.spec import Nps
    >>> month = pd.date_range("2024-01-01", periods=20, freq="MS").repeat(50)
    >>> before, after = [10] * 20 + [8] * 20 + [3] * 10, [10] * 10 + [8] * 15 + [3] * 25
    >>> frame = pd.DataFrame({"recommend": before * 16 + after * 4, "answered_at": month})
    >>> found = trend(frame, Nps("recommend"), baseline=("2024-01", "2024-12"))
    >>> found.alarms()[["period", "direction", "estimate", "expected"]].head(1)
        period direction  estimate  expected
    0  2025-05     below     -30.0      20.0
    """
    checked_min_n(min_n)
    given = score_input(data, tallies=True)
    spec = chosen_metric(metric, given)
    names = alarm_rules(rules, chart)
    keys = checked_keys((by,) if isinstance(by, str) else tuple(by or ()), RESERVED)
    if sigma not in SIGMA_METHODS:
        raise ValueError(message("trend.unknown_sigma", method=sigma, choices=", ".join(map(repr, SIGMA_METHODS))))
    normal_quantile(confidence_level)  # refuses an impossible level before anything is counted
    happened = chosen_events(events, Period(date, every).every)
    cut: Cut = (Period(date, every), *keys)
    if given.tally is None:
        frame = answer_frame(given, [spec], [cut], weight, None)
        tally = tally_of(frame, spec, cut, weight=weight, cache=given.cache)
    else:
        given.tally.require_design(weight, None)
        weight, tally = given.tally.weight, given.tally.of(spec, cut, designed=False)
    counted = scored(spec, tally)
    rows = zip(counted.keys[1:], counted.results[1:], strict=True)  # the first row is everybody
    cells: _Cells = {(place[0], place[1:]): result for place, result in rows}
    undated = sum(int(one.n) for (when, _), one in cells.items() if when is None)
    periods = calendar([str(when) for when, _ in cells if when is not None], every)
    if not periods:
        raise InsufficientDataError(message("trend.no_dates", column=date))
    chosen = chosen_baseline(baseline, periods, every)
    mask = np.isin(periods, chosen)
    totals: dict[tuple[object, ...], int] = {}
    for (when, key), one in cells.items():
        totals[key] = totals.get(key, 0) + (int(one.n) if when is not None else 0)
    series: list[TrendSeries] = []
    left_out = []
    for key in sorted(totals, key=lambda k: (-totals[k], str(k))):
        found = [cells.get((period, key)) for period in periods]
        shown = [one if one is not None and one.n >= max(min_n, 1) else None for one in found]
        counts = [0 if one is None else int(one.n) if not 0 < one.n < min_n else None for one in found]
        label = group_label(given.labels, keys, key) if keys else message("scores.total")
        line = trend_series(
            key, label, periods, shown, mask, chart=chart, rules=names, sigma=sigma, exclude_alarms=exclude_alarms,
            counts=counts, level=confidence_level, method=METHODS[spec.kind][0],
        )  # fmt: skip
        if line is None:
            left_out.append(label)
        else:
            series.append(line)
    if not series:
        raise InsufficientDataError(message("trend.short_baseline", min_n=min_n, count=int(mask.sum())))
    return Trend(
        metric=spec, every=every, by=keys, chart=chart, rules=names, arl0=false_alarm_length(chart, names),
        baseline=chosen, chosen=baseline is not None, series=tuple(_discovered(series) if keys else series),
        left_out=tuple(left_out), events=happened, undated=undated, sigma=sigma,
        weight=weight if tally.weighted else None, min_n=min_n,
        confidence_level=confidence_level, titles=given.titles,
    )  # fmt: skip


def _discovered(series: list[TrendSeries]) -> list[TrendSeries]:
    """Give each point its q over the groups of its period (Benjamini–Hochberg)."""
    from closeloop.stats.multiplicity import benjamini_hochberg

    p = np.array([[math.nan if math.isnan(point.z) else point.p_value for point in s.points] for s in series])
    q = np.column_stack([benjamini_hochberg(column) for column in p.T])
    return [
        replace(s, points=tuple(replace(point, q_value=float(v)) for point, v in zip(s.points, row, strict=True)))
        for s, row in zip(series, q, strict=True)
    ]
