"""Why a score changed: because the groups' scores did, or because the groups' shares did."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.change.decompose_result import Decomposition, Part, Segment
from closeloop.analysis.influence import FloatArray, design_arrays, design_variance, t_margin
from closeloop.analysis.metric_values import metric_values
from closeloop.analysis.weighting.margin_cells import combined_codes
from closeloop.errors import InsufficientDataError
from closeloop.frames import plain_value
from closeloop.metrics.design import Design, DesignArrays
from closeloop.metrics.encode import encode_key
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import answer_rows, chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.stats.intervals import normal_quantile
from closeloop.stats.kitagawa import period_influence, rate_and_mix
from closeloop.text import message

_AT_ONCE = 16
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
        The answers of both periods.
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
        if not period.w.sum() > 0:
            raise InsufficientDataError(message("decompose.no_answers", period=message(f"decompose.{name}")))
        if (period.w > 0).sum() < min_n:
            raise InsufficientDataError(message("decompose.few", period=message(f"decompose.{name}"), min_n=min_n))
    keys = list(dict.fromkeys(key for period in periods for key in period.labels))
    codes = [_recoded(period, keys) for period in periods]
    n = np.array([np.bincount(c, period.w > 0, len(keys)) for c, period in zip(codes, periods, strict=True)])
    heard = n.sum(axis=0) > 0
    # Where nobody of a group answered there is nothing to take apart; its rows count for 0 in whichever group they are.
    place = np.where(heard, np.cumsum(heard) - 1, 0)
    codes = [place[c] for c in codes]
    keys, n = [key for key, some in zip(keys, heard, strict=True) if some], n[:, heard]
    group, merged = _groups(n, min_n)
    if len(keys) > 1 and group.max() == 0:
        raise InsufficientDataError(message("decompose.all_small", min_n=min_n))
    codes = [group[c] for c in codes]
    size = int(group.max()) + 1
    sums = np.array([np.bincount(c, p.w, size) for c, p in zip(codes, periods, strict=True)])
    totals = np.array([np.bincount(c, p.w * p.y, size) for c, p in zip(codes, periods, strict=True)])
    counts = np.array([np.bincount(group, row, size) for row in n]).astype(int)
    with np.errstate(invalid="ignore", divide="ignore"):
        means, shares = totals / sums, sums / sums.sum(axis=1)[:, None]
    parts = rate_and_mix(shares[0], shares[1], means[0], means[1])
    variance, df = np.zeros(2 * size + 3), 0.0
    for t, period in enumerate(periods):
        found = period_influence(parts, sums[t], means[t], sums[1 - t], after=t == 1)
        more, freedom = _variance(period, codes[t], found.offset, found.slope, design)
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
    for position, key in enumerate(keys):
        if not merged[position]:
            names[int(group[position])] = key
    segments = [
        Segment(
            key=names[k], n_before=int(counts[0, k]), n_after=int(counts[1, k]), share_before=float(shares[0, k]),
            share_after=float(shares[1, k]), estimate_before=float(means[0, k]), estimate_after=float(means[1, k]),
            rate=pieces[k], mix=pieces[size + k],
        )
        for k in range(size)
    ]  # fmt: skip
    return Decomposition(
        metric=spec, by=tuple(columns), inside=tuple(sorted(segments, key=_place)),
        inside_total=(pieces[-3], pieces[-2], pieces[-1]), inside_scores=(float(scores[0]), float(scores[1])), df=df,
        n_merged=int(merged.sum()), confidence_level=confidence_level, min_n=min_n,
        weight=design.weight if design else None, titles=given.titles, labels=given.labels,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Period:
    """The rows of one period; y and w are 0 where there is no answer."""

    y: FloatArray
    w: FloatArray
    answered: npt.NDArray[np.bool_]
    codes: npt.NDArray[np.int64]
    labels: tuple[Key, ...]
    arrays: DesignArrays


def _period(data: Any, spec: Metric, columns: Sequence[str], design: Design | None) -> _Period:
    given = score_input(data)
    wanted = [*spec.items, *columns, *(design.columns if design else ())]
    frame = answer_rows(given, wanted, message("decompose.what"))
    y = metric_values(frame, spec)
    arrays = design_arrays(design, frame)
    answered = ~np.isnan(y)
    w = np.ones(len(y)) if arrays.weight is None else arrays.weight
    codes, labels = _keys(frame, columns)
    return _Period(
        y=np.where(answered, y, 0.0), w=np.where(answered, w, 0.0), answered=answered, codes=codes, labels=labels,
        arrays=arrays,
    )  # fmt: skip


def _keys(frame: pd.DataFrame, columns: Sequence[str]) -> tuple[npt.NDArray[np.int64], tuple[Key, ...]]:
    """Return the crossing of some columns as codes, with the values of each combination that occurs."""
    encoded = [encode_key(frame[column]) for column in columns]
    cell, first = combined_codes(encoded, len(frame))
    labels = tuple(
        tuple(plain_value(codes.labels[int(codes.values[at]) + codes.offset]) for codes in encoded)
        for at in first.tolist()
    )
    return cell, labels


def _recoded(period: _Period, keys: Sequence[Key]) -> npt.NDArray[np.int64]:
    place = {key: i for i, key in enumerate(keys)}
    table = np.array([place[key] for key in period.labels], dtype=np.int64)
    return table[period.codes]


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


def _variance(
    period: _Period, codes: npt.NDArray[np.int64], offset: FloatArray, slope: FloatArray, design: Design | None
) -> tuple[FloatArray, float]:
    variance, df = np.empty(offset.shape[1]), 0.0
    for start in range(0, offset.shape[1], _AT_ONCE):
        some = slice(start, start + _AT_ONCE)
        influence = offset[codes, some] + slope[codes, some] * period.y[:, None]
        influence[~period.answered] = 0.0
        found = design_variance(influence, period.arrays, design.lonely if design else "error")
        variance[some], df = np.diag(found.covariance), found.df
    return variance, df


def _place(segment: Segment) -> tuple[bool, float]:
    """Return the order of the groups: the largest first, those put together last."""
    return segment.key is None, -(segment.share_before + segment.share_after)
