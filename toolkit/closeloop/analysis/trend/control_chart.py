"""`control_chart`: counts of complaints, rates or single figures over time, with alarms as `trend` has them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from closeloop.analysis.trend.charted import (
    FEWEST,
    FloatArray,
    Mask,
    PeriodFigure,
    alarm_rules,
    chart_points,
    false_alarm_length,
    settled,
)
from closeloop.analysis.trend.control_result import ControlResult
from closeloop.analysis.trend.periods import Baseline, chosen_baseline, chosen_events, label_text, out_of_order
from closeloop.analysis.trend.series import TrendSeries
from closeloop.errors import InsufficientDataError
from closeloop.metrics.encode import answer_numbers
from closeloop.stats.control import (
    SIGMA_METHODS,
    ControlChart,
    c_chart,
    individuals_chart,
    p_chart,
    u_chart,
)
from closeloop.stats.intervals import Interval, normal_quantile, share_interval
from closeloop.stats.rate_interval import rate_interval
from closeloop.text import LocalText, message
from closeloop.written import told

__all__ = ["KINDS", "ControlResult", "control_chart"]

KINDS = ("p", "u", "c", "individuals")
"""Counts out of sizes; counts per exposure; counts; single figures."""


def control_chart(
    values: Any,
    sizes: Any = None,
    *,
    kind: str | None = None,
    labels: Any = None,
    name: LocalText | str | None = None,
    baseline: Baseline = None,
    rules: str | Sequence[str] | None = None,
    chart: str = "shewhart",
    sigma: str = "mean",
    exclude_alarms: bool = False,
    events: Sequence[tuple[Any, LocalText | str]] = (),
    confidence_level: float = 0.95,
) -> ControlResult:
    """Return counts or single figures over time against a frozen baseline, with alarms.

    What `trend` does for answers, for figures that are counted elsewhere: complaints per order, calls a day, hours to
    the first reply.

    Parameters
    ----------
    values : sequence or column
        One figure per period, in the order of time: a list, an array, a column of any frame
        (``frame["complaints"]``). A missing one is a gap.
    sizes : sequence or column, optional
        What each count is out of, or counted over. A missing size or one of 0 makes a gap.
    kind : {"p", "u", "c", "individuals"}, optional
        ``"p"``: a count *out of* so many (late parcels of parcels), each of which counts once at most. ``"u"``: a count
        *per* so much (complaints per 1000 orders), which may count twice. ``"c"``: counts of periods that are alike.
        ``"individuals"``: any figures, judged by how much they move from one period to the next. With sizes the default
        is ``"p"``, without ``"individuals"``, which takes nothing for granted.
    labels : sequence or column, optional
        What the periods are called: dates, ``"2025-03"``, anything else. By default the index of a pandas column that
        has one, else 1, 2, 3 …
    name : str, optional
        What is charted, for title and sentence; by default the names of the columns.
    baseline : optional
        The periods that level and spread are taken from: ``(first, last)`` labels, both included, a slice of labels or
        positions, a list of labels, how many of the first ones; None takes the first twelve, or the first half where
        that is fewer. What comes later never changes them.
    rules, chart, events, confidence_level, exclude_alarms
        As for `closeloop.analysis.trend.trend.trend`; an event is a pair of a label and a text.
    sigma : {"mean", "median", "fixed"}
        How σ_z, by which periods vary more than their sizes explain (Laney), is estimated from the baseline: mean
        moving range / 1.128, median / 0.954, which a single strange period does not lift, or not at all: the textbook
        p, u or c chart, which alarms too often as soon as periods differ for many small reasons. Never taken to be
        below 1. Of ``"individuals"`` it is the standard deviation itself, so that ``"fixed"`` says nothing.

    Returns
    -------
    ControlResult

    Raises
    ------
    InsufficientDataError
        If the baseline has fewer than three figures, or no spread.
    ResponseValidationError
        If a figure is not a finite number.
    ValueError
        If a count is negative or exceeds its size, or something else asked for cannot be.

    Notes
    -----
    The charts are `p_chart`, `u_chart`, `c_chart` and `individuals_chart` of `closeloop.stats.control`. Intervals of
    the single periods: Wilson for shares, `rate_interval` for rates and counts.

    When not to use: for rare events (a note says so), with seasons, or for answers that are at hand row by row:
    `trend` counts them itself.

    Examples
    --------
    >>> late = [12, 15, 9, 20, 14, 11, 25, 13, 10, 16, 41]
    >>> parcels = [200, 220, 180, 250, 210, 190, 260, 205, 195, 215, 210]
    >>> found = control_chart(late, parcels, name="Late parcels", baseline=10)
    >>> str(found.sentence).replace(chr(0xA0), " ")
    'Late parcels left its baseline in period 11: 19.5 % against 6.8 % (expected 1.3 % to 12.4 %); beyond the limits.'
    """
    measure = _kind(kind, sizes)
    counts, size, marks = _given(values, sizes, labels)
    _check(measure, counts, size, marks)
    if sigma not in SIGMA_METHODS:
        raise ValueError(message("trend.unknown_sigma", method=sigma, choices=", ".join(map(repr, SIGMA_METHODS))))
    normal_quantile(confidence_level)  # refuses an impossible level
    names = alarm_rules(rules, chart)
    chosen = chosen_baseline(baseline, marks, None)
    mask = np.isin(marks, chosen)
    shown = ~np.isnan(counts) & (size > 0)
    counts, size = np.where(shown, counts, np.nan), np.where(shown, size, np.nan)
    if (mask & shown).sum() < FEWEST:
        usable = int((mask & shown).sum())
        raise InsufficientDataError(message("control_chart.short_baseline", count=int(mask.sum()), usable=usable))
    drawn, used = settled(_charts(measure, counts, size, sigma), mask & shown, exclude_alarms)
    if np.isnan(drawn.score[shown]).all():
        centre = told(drawn.centre, *(("percent", 1) if measure == "p" else ("decimal", 2)))
        raise InsufficientDataError(message("control_chart.no_spread", centre=centre))
    line = TrendSeries(
        key=(), label=message("scores.total"), results=(), centre=drawn.centre, sigma_z=drawn.sigma,
        n_baseline=int(used.sum()), excluded=tuple(np.array(marks)[mask & shown & ~used].tolist()),
        points=chart_points(marks, _figures(measure, counts, size, confidence_level), drawn, mask, chart=chart,
                            rules=names),
    )  # fmt: skip
    return ControlResult(
        name=_name(name, values, sizes, measure), measure=measure, chart=chart, rules=names,
        arl0=false_alarm_length(chart, names), baseline=chosen, chosen=baseline is not None,
        counts=tuple(counts.tolist()), sizes=tuple(size.tolist()) if sizes is not None else (), drawn=drawn,
        series=(line,), events=chosen_events(events, None), sigma=sigma, confidence_level=confidence_level,
    )  # fmt: skip


def _kind(kind: str | None, sizes: Any) -> str:
    if kind is None:
        return "individuals" if sizes is None else "p"
    if kind not in KINDS:
        raise ValueError(message("control_chart.unknown_kind", kind=kind, choices=", ".join(f'"{k}"' for k in KINDS)))
    if kind in ("p", "u") and sizes is None:
        raise ValueError(message("control_chart.needs_sizes", kind=kind))
    if kind not in ("p", "u") and sizes is not None:
        raise ValueError(message("control_chart.no_sizes", kind=kind))
    return kind


def _given(values: Any, sizes: Any, labels: Any) -> tuple[FloatArray, FloatArray, list[str]]:
    """Return figures, sizes (1 without) and labels, of one length and in one order."""
    figures = _column(values, "values")
    counts = answer_numbers(figures)
    size = np.ones(len(counts))
    named = None if isinstance(figures.index, pd.RangeIndex) else figures.index
    if sizes is not None:
        column = _column(sizes, "sizes")
        _same_length("sizes", counts, column)
        size = answer_numbers(column)
        if named is not None and not isinstance(column.index, pd.RangeIndex) and not named.equals(column.index):
            at = next(i for i, (a, b) in enumerate(zip(named, column.index, strict=True)) if a != b)
            raise ValueError(
                message("control_chart.other_labels", value=named[at], size=column.index[at], place=at + 1)
            )
    if labels is not None:
        given = _column(labels, "labels").tolist()
        _same_length("labels", counts, given)
    else:
        given = list(range(1, len(counts) + 1)) if named is None else named.tolist()
    return counts, size, _labels(given)


def _column(values: Any, what: str) -> pd.Series[Any]:
    """Return a list, an array or a column of any frame as a pandas column."""
    if hasattr(values, "to_pandas"):
        values = values.to_pandas()
    if isinstance(values, pd.Series):
        return values
    if isinstance(values, str) or np.ndim(values) != 1 or isinstance(values, pd.DataFrame | Mapping):
        raise ValueError(message("control_chart.not_a_column", found=type(values).__name__))
    return pd.Series(values, name=what, dtype=None if len(values) else float)


def _same_length(what: str, counts: FloatArray, found: Any) -> None:
    if len(found) != len(counts):
        raise ValueError(message("control_chart.lengths", what=what, expected=len(counts), found=len(found)))


def _labels(given: Sequence[Any]) -> list[str]:
    marks: list[str] = []
    seen = set()
    for place, label in enumerate(given, start=1):
        mark = label_text(label)
        if pd.isna(label) or mark in seen:
            raise ValueError(message("control_chart.labels_unique", label=mark, place=place))
        seen.add(mark)
        marks.append(mark)
    if (early := out_of_order(marks)) is not None:
        raise ValueError(message("control_chart.out_of_order", label=early[1], before=early[0]))
    return marks


def _check(measure: str, counts: FloatArray, size: FloatArray, marks: Sequence[str]) -> None:
    """Refuse counts and sizes that cannot be; single figures may be anything."""
    if measure == "individuals":
        return
    for what, figures in (("values", counts), ("sizes", size)):
        for i in np.flatnonzero(figures < 0)[:1]:
            raise ValueError(message("control_chart.negative", what=what, value=f"{figures[i]:g}", label=marks[i]))
    if measure == "p":
        for i in np.flatnonzero(counts > size)[:1]:
            sides = {"count": f"{counts[i]:g}", "size": f"{size[i]:g}"}
            raise ValueError(message("control_chart.more_than_size", label=marks[i], **sides))


def _charts(measure: str, counts: FloatArray, size: FloatArray, sigma: str) -> Callable[[Mask], ControlChart]:
    """Return what draws the chart of a baseline."""
    if measure == "p":
        return lambda mask: p_chart(counts, size, baseline=mask, sigma=sigma, floor=1.0)
    if measure == "u":
        return lambda mask: u_chart(counts, size, baseline=mask, sigma=sigma, floor=1.0)
    if measure == "c":
        return lambda mask: c_chart(counts, baseline=mask, sigma=sigma, floor=1.0)
    return lambda mask: individuals_chart(counts, baseline=mask, sigma=sigma)


def _figures(measure: str, counts: FloatArray, size: FloatArray, level: float) -> list[PeriodFigure]:
    """Return each period's own figure with standard error and interval; of a single figure neither is known."""
    estimate = counts / size
    unknown = np.full(len(counts), math.nan)
    if measure == "individuals":
        error, limits = unknown, Interval(unknown, unknown)
    elif measure == "p":
        error = np.sqrt(estimate * (1 - estimate) / size)
        shown = ~np.isnan(estimate)
        low, high = unknown.copy(), unknown.copy()
        low[shown], high[shown] = share_interval(counts[shown], size[shown], level)
        limits = Interval(low, high)
    else:
        error = np.sqrt(counts) / size
        limits = rate_interval(counts, size, level)
    whole = measure == "p" and bool((size[~np.isnan(size)] % 1 == 0).all())
    n = [0 if math.isnan(one) else int(one) for one in size] if whole else [None] * len(size)
    rows = zip(n, estimate.tolist(), error.tolist(), limits.low.tolist(), limits.high.tolist(), strict=True)
    return [PeriodFigure(*row) for row in rows]


def _name(name: LocalText | str | None, values: Any, sizes: Any, measure: str) -> LocalText:
    """Return what is charted: as told, after the columns, or by its kind."""
    if name is not None:
        return name if isinstance(name, LocalText) else LocalText(name)
    columns = [getattr(one, "name", None) for one in (values, sizes) if one is not None]
    if all(isinstance(column, str) and column for column in columns):
        return LocalText(" / ".join(map(str, columns)))
    return message(f"control_chart.name_{measure}")
