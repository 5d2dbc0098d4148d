"""From a tally to the results of its groups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.metrics.counts import CountTally, MomentTally
from closeloop.metrics.moments import DesignMoments, Estimates, cleared, moments_of_counts, moments_of_sums
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.spec import Nps, TopBox
from closeloop.metrics.tabulate import distinct
from closeloop.stats.effective_size import t_ratio
from closeloop.stats.intervals import Interval, mean_interval, nps_interval, share_interval
from closeloop.stats.weighting import Precision

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Result = NpsResult | ShareResult | MeanResult
"""The result of one group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupedCounts:
    """The answers of each group: a row per group, a column per allowed answer; the first row is everybody.

    Attributes
    ----------
    n, n_missing : ndarray
        Respondents by answer, and those without one.
    weight : ndarray or None
        Their weights by answer; None in an unweighted tally.
    tally : CountTally
        What the rows were made of.
    group : ndarray
        Group of each of its cells, the first being 0.
    codes : ndarray, groups × keys
        Positions of each group's key in the tally's labels.
    """

    n: IntArray
    n_missing: IntArray
    weight: FloatArray | None
    tally: CountTally
    group: IntArray
    codes: IntArray

    @property
    def keys(self) -> list[tuple[object, ...]]:
        """The key of each row."""
        return [(), *_keys(self.codes, self.tally.labels)]

    def moments(self, values: Sequence[float]) -> DesignMoments | None:
        """Return what the precision of a mean of `values` is made of; None where everybody counts the same."""
        if self.weight is None and self.tally.sample is None:
            return None
        return moments_of_counts(self.tally, self.group, len(self.codes), values)


def group_counts(tally: CountTally) -> GroupedCounts:
    """Return a tally as one row per group, and a first row of everybody together.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.counts import count
    >>> counts = group_counts(count(pd.DataFrame({"x": [9, 10, None], "k": list("aab")}), "x", range(9, 11), ["k"]))
    >>> counts.keys, counts.n.tolist(), counts.n_missing.tolist()
    ([(), ('a',), ('b',)], [[1, 1], [1, 1], [0, 0]], [1, 0, 1])
    """
    groups, row = distinct(tally.codes)
    width = tally.n_answers + 1
    cell = row * width + tally.answer

    def table(values: npt.NDArray[Any]) -> FloatArray:
        flat = np.bincount(cell, weights=values, minlength=len(groups) * width)
        split = flat.reshape(len(groups), width)
        return np.vstack([split.sum(axis=0), split])

    n = table(tally.n).astype(np.int64)
    return GroupedCounts(
        n=n[:, :-1], n_missing=n[:, -1], weight=None if tally.weight is None else table(tally.weight)[:, :-1],
        tally=tally, group=row, codes=groups,
    )  # fmt: skip


def nps_results(counts: GroupedCounts, spec: Nps, moments: DesignMoments | None = None) -> list[NpsResult]:
    """Return the NPS of each row of `counts`; `moments` are those of ``spec.values``, if they are at hand."""
    values = np.array(spec.values)
    parts = np.column_stack([_sums(counts)[:, values == v].sum(axis=1) for v in (1, 0, -1)])
    designs = _designs(moments or counts.moments(spec.values), len(counts.n))
    return [
        NpsResult(promoters, passives, detractors, missing, design)
        for (promoters, passives, detractors), missing, design in zip(
            parts.tolist(), counts.n_missing.tolist(), designs, strict=True
        )
    ]


def share_results(counts: GroupedCounts, spec: TopBox, moments: DesignMoments | None = None) -> list[ShareResult]:
    """Return the top-box share, and the mean rating, of each row of `counts`; `moments` as in `nps_results`."""
    values = np.array(spec.values)
    sums = _sums(counts)
    top, rest = sums[:, values == 1].sum(axis=1), sums[:, values == 0].sum(axis=1)
    n = counts.n.sum(axis=1)
    of_ratings = counts.moments(spec.levels)
    if of_ratings is None:
        y = np.array(spec.levels, dtype=float)
        means = _plain_means(n, counts.n_missing, np.column_stack([sums @ y, sums @ y**2]))
    else:
        means = _designed_means(of_ratings, counts.n_missing)
    designs = _designs(moments or counts.moments(spec.values), len(n))
    return [
        ShareResult(hit, other, missing, mean, design)
        for hit, other, missing, mean, design in zip(
            top.tolist(), rest.tolist(), counts.n_missing.tolist(), means, designs, strict=True
        )
    ]


def mean_results(
    tally: MomentTally,
) -> tuple[list[tuple[object, ...]], list[MeanResult], DesignMoments | None]:
    """Return the keys and the means of the groups, the first row being everybody together, and their moments."""
    groups, row = distinct(tally.codes)

    def column(values: npt.NDArray[Any]) -> FloatArray:
        each = np.bincount(row, weights=values, minlength=len(groups)).astype(float)
        return np.append(each.sum(), each)

    keys = [(), *_keys(groups, tally.labels)]
    missing = column(tally.n_missing).astype(np.int64)
    if tally.weighted or tally.sample is not None:
        moments = moments_of_sums(tally, row, len(groups))
        return keys, _designed_means(moments, missing), moments
    sums = np.column_stack([column(values) for values in tally.sums.T[1:3]])
    return keys, _plain_means(column(tally.n).astype(np.int64), missing, sums), None


def _keys(groups: IntArray, labels: Sequence[Sequence[object]]) -> list[tuple[object, ...]]:
    columns = [[names[code] for code in codes] for names, codes in zip(labels, groups.T.tolist(), strict=True)]
    return list(zip(*columns, strict=True)) if columns else [()]


def _sums(counts: GroupedCounts) -> npt.NDArray[np.int64] | FloatArray:
    return counts.n if counts.weight is None else counts.weight


def _estimates(moments: DesignMoments) -> tuple[Estimates, Estimates]:
    """Return what is known of everybody, and of the groups."""
    groups = moments.estimates()
    if moments.n_groups == 1:
        return groups, groups
    return moments.estimates(np.zeros(moments.n_groups, np.int64), 1), groups


def _designs(moments: DesignMoments | None, n_rows: int) -> list[Precision | None]:
    if moments is None:
        return [None] * n_rows
    everybody, groups = _estimates(moments)
    return everybody.precision + groups.precision


def _designed_means(moments: DesignMoments, missing: IntArray) -> list[MeanResult]:
    rows = (
        zip(part.mean.tolist(), part.spread.tolist(), part.n.tolist(), part.precision, strict=True)
        for part in _estimates(moments)
    )
    return [
        MeanResult(mean, math.sqrt(spread) if n > 1 else math.nan, n, gone, precision)
        for (mean, spread, n, precision), gone in zip(chain.from_iterable(rows), missing.tolist(), strict=True)
    ]


def _plain_means(n: IntArray, missing: IntArray, sums: FloatArray) -> list[MeanResult]:
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = sums[:, 0] / n
        spread = cleared(sums[:, 1] / n - mean**2, mean) * n / (n - 1)
        sd = np.where(n > 1, np.sqrt(np.maximum(spread, 0.0)), np.nan)
    rows = zip(mean.tolist(), sd.tolist(), n.tolist(), missing.tolist(), strict=True)
    return [MeanResult(m, s, k, gone) for m, s, k, gone in rows]


def interval_rows(results: Sequence[Result], level: float, method: str) -> list[Interval[float] | None]:
    """Return the interval of each result in public units, all at once; None where there is none.

    Examples
    --------
    >>> interval_rows([ShareResult(top=17, rest=3), ShareResult(top=0, rest=0)], 0.95, "wilson")[1]
    """
    found: Interval[FloatArray]
    stars = _n_stars(results, level)
    if not results or isinstance(results[0], NpsResult):
        parts = [(r.detractors, r.passives, r.promoters) for r in results if isinstance(r, NpsResult)]
        d, n0, p = _at_effective_size(np.array(parts, dtype=float).reshape(-1, 3), stars).T
        low, high = nps_interval(d, n0, p, level, method)
        found = Interval(100 * low, 100 * high)
    elif isinstance(results[0], ShareResult):
        hits = [(r.top, r.rest) for r in results if isinstance(r, ShareResult)]
        k, rest = _at_effective_size(np.array(hits, dtype=float), stars).T
        found = share_interval(k, k + rest, level, method)
    else:
        sizes = [r.n if r.design is None else r.design.df + 1 for r in results]
        found = mean_interval([r.score for r in results], [r.std_error for r in results], sizes, level, method)
    limits = zip(results, found.low.tolist(), found.high.tolist(), strict=True)
    return [_limits(result, low, high) for result, low, high in limits]


def _n_stars(results: Sequence[Result], level: float) -> FloatArray | None:
    """Return n* of each result, NaN where nobody answered; None where there is no design."""
    if all(r.design is None for r in results):
        return None
    rows = [(math.nan,) * 3 if r.design is None else (r.design.n_eff, r.design.n, r.design.df) for r in results]
    n_eff, n, df = np.array(rows, dtype=float).T
    return np.asarray(n_eff * t_ratio(n, df, level))


def _at_effective_size(counts: FloatArray, stars: FloatArray | None) -> FloatArray:
    """Return counts that add up to n*; those without a design as they are, none where the design gives no precision."""
    if stars is None:
        return counts
    with np.errstate(divide="ignore", invalid="ignore"):
        scaled = counts / counts.sum(axis=1, keepdims=True) * stars[:, None]
    return np.asarray(np.nan_to_num(scaled, nan=0.0, posinf=0.0))


def _limits(result: Result, low: float, high: float) -> Interval[float] | None:
    if result.design is not None and result.design.is_census:
        return Interval(result.score, result.score)
    return None if math.isnan(low) or math.isnan(high) else Interval(low, high)
