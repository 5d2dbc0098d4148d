"""Why a score changed: because the groups' scores did, or because the groups' shares did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.analysis.change.decompose_result import Decomposition, Part, Segment
from closeloop.analysis.grouped_answers import GroupedAnswers, grouped_answers, rows_or_lazy
from closeloop.analysis.influence import FloatArray, t_margin
from closeloop.analysis.linear_variance import linear_variance
from closeloop.errors import InsufficientDataError
from closeloop.metrics.design import Design
from closeloop.metrics.encode import sort_key
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.stats.intervals import normal_quantile
from closeloop.stats.kitagawa import period_influence, rate_and_mix
from closeloop.text import message

Key = tuple[object, ...]


def decompose(
    before: Any,
    after: Any,
    metric: Metric | str,
    by: str | Sequence[str],
    *,
    design: Design | None = None,
    min_n: int = 10,
    confidence_level: float = 0.95,
) -> Decomposition:
    """Take the change of a score apart into what the groups changed by (rate) and what their shares changed by (mix).

    Parameters
    ----------
    before, after : frame or Responses
        The answers of both periods. Of a lazy frame (Polars, DuckDB, Spark, Dask, ibis) only sums by group and sampling
        unit leave the engine.
    metric : Nps, TopBox, MeanScore, GapScore or str
        What is scored; a name as the survey declares it.
    by : str or sequence of str
        Column of the groups; several are crossed. A missing value is a group of its own.
    design : Design, optional
        Weights, strata and clusters; the same columns in both periods.
    min_n : int
        Groups that have answers, but fewer than this in one of the periods, are put together as "other (small)"; where
        that is still too few, the next smallest group joins. So the total gives no small group away. 0 keeps all.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Decomposition
        A row per group, and the sums.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ResponseValidationError
        If an answer is not allowed.
    InsufficientDataError
        If a period has fewer than `min_n` answers or none, or a single group is left once the small ones are together.

    Notes
    -----
    change = Σ s̄_k Δm_k + Σ Δs_k (m̄_k − c), see `closeloop.stats.kitagawa.rate_and_mix`. A group of one period only
    has no change of its own: what it does is all mix. Standard errors by the delta method: shares and scores are both
    estimated, their influence values go through the Taylor variance of each period's design; the two periods count as
    independent samples. For the same respondents asked twice take a paired comparison. Where a group's share did not
    change and its score lies at the middle, its mix varies less than the delta method can see: read "about 0".

    Not for finding the groups: with many ways to cut, one of them will look like the reason.

    Examples
    --------
    >>> before = {"recommend": [9] * 30 + [3] * 10 + [7] * 10, "plan": ["pro"] * 30 + ["free"] * 20}
    >>> after = {"recommend": [9] * 20 + [3] * 14 + [8] * 16, "plan": ["pro"] * 20 + ["free"] * 30}
    >>> from closeloop.metrics.spec import Nps
    >>> found = decompose(before, after, Nps("recommend"), "plan")
    >>> [round(part, 4) for part in (found.change.value, found.rate.value, found.mix.value)]
    [-28.0, 1.6667, -29.6667]
    """
    checked_min_n(min_n)
    normal_quantile(confidence_level)  # refuses an impossible level
    columns = [by] if isinstance(by, str) else list(dict.fromkeys(by))
    given = score_input(after)
    spec = chosen_metric(metric, given)
    periods = [_period(data, spec, columns, design) for data in (before, after)]
    for period, name in zip(periods, ("before", "after"), strict=True):
        if not period.weight.sum() > 0:
            raise InsufficientDataError(message("decompose.no_answers", period=message(f"decompose.{name}")))
        if period.n.sum() < min_n:
            raise InsufficientDataError(message("decompose.few", period=message(f"decompose.{name}"), min_n=min_n))
    # Where nobody of a group answered there is nothing to take apart. The others in the order of their keys, so that
    # which of them are put together does not depend on the order in which an engine found them.
    heard = {key for period in periods for key, n in zip(period.keys, period.n, strict=True) if n}
    keys = sorted(heard, key=lambda key: [sort_key(value) for value in key])
    position = {key: i for i, key in enumerate(keys)}
    places = [np.array([position.get(key, -1) for key in period.keys], dtype=np.int64) for period in periods]
    n = np.array([_summed(p.n, at, len(keys)) for p, at in zip(periods, places, strict=True)])
    group, merged = _groups(n, min_n)
    if len(keys) > 1 and group.max() == 0:
        raise InsufficientDataError(message("decompose.all_small", min_n=min_n))
    places = [np.where(at < 0, -1, group[at]) for at in places]
    size = int(group.max()) + 1
    sums = np.array([_summed(p.weight, at, size) for p, at in zip(periods, places, strict=True)])
    totals = np.array([_summed(p.total, at, size) for p, at in zip(periods, places, strict=True)])
    counts = np.array([np.bincount(group, row, size) for row in n]).astype(int)
    zero = periods[1].centre  # scores are told from here, so that large ones keep their digits
    with np.errstate(invalid="ignore", divide="ignore"):
        means, shares = totals / sums, sums / sums.sum(axis=1)[:, None]
    means += np.array([[period.centre - zero] for period in periods])
    parts = rate_and_mix(shares[0], shares[1], means[0], means[1])
    variance, df = np.zeros(2 * size + 3), 0.0
    for t, period in enumerate(periods):
        found = period_influence(parts, sums[t], means[t], sums[1 - t], after=t == 1)
        known = (places[t] >= 0)[:, None]
        offset = found.offset + found.slope * (period.centre - zero)
        offset, slope = (np.where(known, table[places[t]], 0.0) for table in (offset, found.slope))
        more, freedom = linear_variance(period.moments, offset, slope, period.n_rows)
        variance, df = variance + more, df + freedom
    error = np.sqrt(np.maximum(variance, 0.0))
    scores = np.nansum(shares * means, axis=1)
    values = np.concatenate([parts.rate, parts.mix, [parts.rate.sum(), parts.mix.sum(), scores[1] - scores[0]]])
    margin = t_margin(error, df, confidence_level)
    pieces = [
        Part(value=v, std_error=e, ci_low=v - m, ci_high=v + m)
        for v, e, m in zip(values.tolist(), error.tolist(), margin.tolist(), strict=True)
    ]
    names: list[Key | None] = [None] * size
    for place, key in enumerate(keys):
        if not merged[place]:
            names[int(group[place])] = key
    segments = [
        Segment(
            key=names[k], n_before=int(counts[0, k]), n_after=int(counts[1, k]), share_before=float(shares[0, k]),
            share_after=float(shares[1, k]), estimate_before=float(means[0, k] + zero),
            estimate_after=float(means[1, k] + zero), rate=pieces[k], mix=pieces[size + k],
        )
        for k in range(size)
    ]  # fmt: skip
    return Decomposition(
        metric=spec, by=tuple(columns), inside=tuple(sorted(segments, key=_place)),
        inside_total=(pieces[-3], pieces[-2], pieces[-1]),
        inside_scores=(float(scores[0] + zero), float(scores[1] + zero)), df=df, n_merged=int(merged.sum()),
        confidence_level=confidence_level, min_n=min_n,
        weight=design.weight if design else None, titles=given.titles, labels=given.labels,
    )  # fmt: skip


def _period(data: Any, spec: Metric, columns: Sequence[str], design: Design | None) -> GroupedAnswers:
    given = score_input(data)
    wanted = [*spec.items, *columns, *(design.columns if design else ())]
    frame = rows_or_lazy(given, wanted, message("decompose.what"))
    return grouped_answers(frame, spec, columns, design, given.cache)


def _summed(values: FloatArray, at: npt.NDArray[np.int64], size: int) -> FloatArray:
    """Return the sums of values that go to the same place; −1 is none."""
    return np.asarray(np.bincount(at[at >= 0], values[at >= 0], size), dtype=float)


def _groups(n: FloatArray, min_n: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """Return the group of each key once the small ones are together (the last group), and which were put together."""

    def small(counts: FloatArray) -> npt.NDArray[np.bool_]:
        return np.asarray(((counts > 0) & (counts < min_n)).any(axis=0))

    merged = small(n)
    if merged.any():
        order = np.argsort(n.sum(axis=0), kind="stable")
        rest = [k for k in order.tolist() if not merged[k]]
        while small(n[:, merged].sum(axis=1)[:, None]).any() and rest:
            merged[rest.pop(0)] = True
    group = np.cumsum(~merged) - 1
    return np.where(merged, int((~merged).sum()), group).astype(np.int64), merged


def _place(segment: Segment) -> tuple[bool, float]:
    """Return the order of the groups: the largest first, those put together last."""
    # Rounded, as equal shares differ in their last digit by the order in which an engine adds up weights.
    return segment.key is None, -round(segment.share_before + segment.share_after, 12)
