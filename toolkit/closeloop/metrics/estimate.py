"""From a tally to the results of its groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.spec import Nps, TopBox
from closeloop.metrics.tally import CountTally, MomentTally
from closeloop.stats.intervals import Interval, mean_interval, nps_interval, share_interval
from closeloop.stats.weighting import Precision, effective_n, linearised_variance

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Result = NpsResult | ShareResult | MeanResult
"""The result of one group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedCounts:
    """The answers of each group: a row per group, a column per allowed answer."""

    keys: list[tuple[object, ...]]
    n: IntArray
    n_missing: IntArray
    weight: FloatArray | None
    weight_squares: FloatArray | None
    n_rows: int


def group_counts(tally: CountTally) -> GroupedCounts:
    """Return a tally as one row per group, and a first row of everybody together.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.tally import count
    >>> counts = group_counts(count(pd.DataFrame({"x": [9, 10, None], "k": list("aab")}), "x", range(9, 11), ["k"]))
    >>> counts.keys, counts.n.tolist(), counts.n_missing.tolist()
    ([(), ('a',), ('b',)], [[1, 1], [1, 1], [0, 0]], [1, 0, 1])
    """
    groups, row = _groups(tally.codes)
    width = tally.n_answers + 1
    cell = row * width + tally.answer

    def table(values: npt.NDArray[Any]) -> FloatArray:
        flat = np.bincount(cell, weights=values, minlength=len(groups) * width)
        split = flat.reshape(len(groups), width)
        return np.vstack([split.sum(axis=0), split])

    n = table(tally.n).astype(np.int64)
    weight = None if tally.weight is None else table(tally.weight)[:, :-1]
    squares = None if tally.weight_squares is None else table(tally.weight_squares)[:, :-1]
    return GroupedCounts(
        keys=[(), *_keys(groups, tally.labels)], n=n[:, :-1], n_missing=n[:, -1],
        weight=weight, weight_squares=squares, n_rows=tally.n_rows,
    )  # fmt: skip


def nps_results(counts: GroupedCounts, spec: Nps) -> list[NpsResult]:
    """Return the NPS of each row of `counts`."""
    values = np.array(spec.values)
    parts = np.column_stack([_sums(counts)[:, values == v].sum(axis=1) for v in (1, 0, -1)])
    designs = _designs(counts, values)
    return [
        NpsResult(promoters, passives, detractors, missing, design)
        for (promoters, passives, detractors), missing, design in zip(
            parts.tolist(), counts.n_missing.tolist(), designs, strict=True
        )
    ]


def share_results(counts: GroupedCounts, spec: TopBox) -> list[ShareResult]:
    """Return the top-box share, and the mean rating, of each row of `counts`."""
    values = np.array(spec.values)
    sums = _sums(counts)
    top, rest = sums[:, values == 1].sum(axis=1), sums[:, values == 0].sum(axis=1)
    y = np.array(spec.levels, dtype=float)
    w2 = sums if counts.weight_squares is None else counts.weight_squares
    moments = np.column_stack([sums.sum(axis=1), sums @ y, sums @ y**2, w2.sum(axis=1), w2 @ y, w2 @ y**2])
    n = counts.n.sum(axis=1)
    means = _means(n, counts.n_missing, moments, counts.weight is not None, counts.n_rows)
    return [
        ShareResult(hit, other, missing, mean, design)
        for hit, other, missing, mean, design in zip(
            top.tolist(), rest.tolist(), counts.n_missing.tolist(), means, _designs(counts, values), strict=True
        )
    ]


def mean_results(tally: MomentTally) -> tuple[list[tuple[object, ...]], list[MeanResult]]:
    """Return the keys and the means of the groups, the first row being everybody together."""
    groups, row = _groups(tally.codes)

    def column(values: npt.NDArray[Any]) -> FloatArray:
        each = np.bincount(row, weights=values, minlength=len(groups)).astype(float)
        return np.append(each.sum(), each)

    n, missing = column(tally.n).astype(np.int64), column(tally.n_missing).astype(np.int64)
    sums = np.column_stack([column(values) for values in tally.sums.T])
    return [(), *_keys(groups, tally.labels)], _means(n, missing, sums, tally.weighted, tally.n_rows)


def _groups(codes: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct combinations of key codes and which of them each cell belongs to."""
    if not codes.shape[1]:
        return np.empty((1, 0), np.int64), np.zeros(len(codes), np.int64)
    groups, row = np.unique(codes, axis=0, return_inverse=True)
    return groups, row.ravel()


def _keys(groups: IntArray, labels: Sequence[Sequence[object]]) -> list[tuple[object, ...]]:
    return [tuple(names[code] for names, code in zip(labels, row, strict=True)) for row in groups.tolist()]


def _sums(counts: GroupedCounts) -> npt.NDArray[np.int64] | FloatArray:
    return counts.n if counts.weight is None else counts.weight


def _designs(counts: GroupedCounts, values: npt.NDArray[np.int64]) -> list[Precision | None]:
    """Return the precision of the mean of `values` in each row; None where nobody is weighted."""
    if counts.weight is None or counts.weight_squares is None:
        return [None] * len(counts.n)
    n, w, w2 = counts.n.sum(axis=1), counts.weight, counts.weight_squares
    moments = np.column_stack(
        [w.sum(axis=1), w @ values, w @ values**2, w2.sum(axis=1), w2 @ values, w2 @ values**2]
    )  # fmt: skip
    return [design for _, _, design in _weighted(n, moments, counts.n_rows)]


def _weighted(n: IntArray, sums: FloatArray, n_rows: int) -> list[tuple[float, float, Precision | None]]:
    """Return mean, variance of one answer, and precision, from Σw, Σwy, Σwy², Σw², Σw²y, Σw²y²."""
    w, wy, wyy, w2, w2y, w2yy = sums.T
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = wy / w
        spread = _cleared(wyy / w - mean**2, mean)
        squares = _cleared(w2yy - 2 * mean * w2y + mean**2 * w2, mean * np.sqrt(w2))
    variance = linearised_variance(squares, w, n_rows)
    n_star = effective_n(spread, variance, n, w, w2)
    return [
        (m, s, Precision(n=k, variance=v, n_star=e) if k else None)
        for m, s, k, v, e in zip(
            mean.tolist(), spread.tolist(), n.tolist(), variance.tolist(), n_star.tolist(), strict=True
        )
    ]


def _means(n: IntArray, missing: IntArray, sums: FloatArray, weighted: bool, n_rows: int) -> list[MeanResult]:
    if weighted:
        return [
            MeanResult(m, math.sqrt(s) if k > 1 else math.nan, k, gone, design)
            for (m, s, design), k, gone in zip(_weighted(n, sums, n_rows), n.tolist(), missing.tolist(), strict=True)
        ]
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums[:, 1] / n
        spread = _cleared(sums[:, 2] / n - mean**2, mean) * n / (n - 1)
        sd = np.where(n > 1, np.sqrt(np.maximum(spread, 0.0)), np.nan)
    rows = zip(mean.tolist(), sd.tolist(), n.tolist(), missing.tolist(), strict=True)
    return [MeanResult(m, s, k, gone) for m, s, k, gone in rows]


def _cleared(difference: FloatArray, scale: FloatArray) -> FloatArray:
    """Return a variance from a difference of sums; what rounding leaves of equal answers is 0, not 1e-16."""
    return np.where(np.abs(difference) <= 1e-14 * scale**2, 0.0, np.maximum(difference, 0.0))


def interval_rows(results: Sequence[Result], level: float, method: str) -> list[Interval[float] | None]:
    """Return the interval of each result in public units, all at once; None where there is none.

    Examples
    --------
    >>> interval_rows([ShareResult(top=17, rest=3), ShareResult(top=0, rest=0)], 0.95, "wilson")[1]
    """
    found: Interval[FloatArray]
    scale = [r.effective_share if isinstance(r, NpsResult | ShareResult) else 1.0 for r in results]
    if not results or isinstance(results[0], NpsResult):
        parts = [(r.detractors, r.passives, r.promoters) for r in results if isinstance(r, NpsResult)]
        d, n0, p = (np.array(parts, dtype=float).reshape(-1, 3) * np.array(scale)[:, None]).T
        low, high = nps_interval(d, n0, p, level, method)
        found = Interval(100 * low, 100 * high)
    elif isinstance(results[0], ShareResult):
        hits = [(r.top, r.top + r.rest) for r in results if isinstance(r, ShareResult)]
        k, n = (np.array(hits, dtype=float) * np.array(scale)[:, None]).T
        found = share_interval(k, n, level, method)
    else:
        sizes = [r.n if r.design is None else r.design.n_star for r in results]
        found = mean_interval([r.score for r in results], [r.std_error for r in results], sizes, level, method)
    limits = zip(found.low.tolist(), found.high.tolist(), strict=True)
    return [None if math.isnan(low) or math.isnan(high) else Interval(low, high) for low, high in limits]
