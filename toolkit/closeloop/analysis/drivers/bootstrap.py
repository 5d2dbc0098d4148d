"""How far shares and ranks of drivers would move with other respondents: the bootstrap, from resampled sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.analysis.drivers.sums import DriverRows
from closeloop.stats.correlation import correlation_of

FloatArray = npt.NDArray[np.float64]

_BLOCK = 1 << 22
_CONSTANT = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Resampled:
    """Shares of the resamples that could be used.

    Attributes
    ----------
    shares : ndarray, resamples × items
        Shares of the outcome's variance.
    ranks : ndarray, resamples × items
        1 for the largest.
    unusable : int
        Resamples in which an item, or the outcome, lost its variance.
    """

    shares: FloatArray
    ranks: npt.NDArray[np.int64]
    unusable: int

    def interval(self, confidence_level: float) -> FloatArray:
        """Return the percentile limits of the shares, (2, items)."""
        return self._quantiles(self.shares, confidence_level, "linear")

    def rank_interval(self, confidence_level: float) -> FloatArray:
        """Return the percentile limits of the ranks, (2, items)."""
        return self._quantiles(self.ranks, confidence_level, "inverted_cdf")

    def order_is_sure(self, first: int, second: int) -> float:
        """Return in which part of the resamples the one item comes before the other."""
        return float((self.shares[:, first] > self.shares[:, second]).mean()) if len(self.shares) else float("nan")

    @staticmethod
    def _quantiles(values: npt.NDArray[np.float64 | np.int64], level: float, method: str) -> FloatArray:
        if not len(values):
            return np.full((2, values.shape[1]), np.nan)
        tail = (1 - level) / 2
        return np.quantile(values, [tail, 1 - tail], axis=0, method=method).astype(float)  # type: ignore[call-overload,no-any-return]


def resample(rows: DriverRows, shares: Callable[[FloatArray], FloatArray], times: int, seed: int) -> Resampled:
    """Draw respondents (or whole clusters) with replacement and compute the shares of each resample.

    Parameters
    ----------
    rows : DriverRows
        The complete rows.
    shares : callable
        A stack of correlation matrices → a stack of shares.
    times, seed : int
        How many resamples, and the seed of the drawing.

    Returns
    -------
    Resampled

    Notes
    -----
    A resample is a count per respondent; counts times the table of products gives its sums, so no row is copied.
    Weights stay with their respondents.

    Examples
    --------
    >>> from closeloop.stats.importance import lmg
    >>> rng = np.random.default_rng(0)
    >>> x = rng.normal(size=(200, 2))
    >>> rows = DriverRows(values=np.column_stack([x, x @ [2, 1]]), weights=np.ones(200), clusters=None)
    >>> resample(rows, lmg, 100, 0).ranks.mean(axis=0).tolist()
    [1.0, 2.0]
    """
    table, k = _products(rows)
    rng = np.random.default_rng(seed)
    step = max(1, _BLOCK // max(len(table), 1))
    stacks = []
    for start in range(0, times, step):
        count = min(step, times - start)
        drawn = rng.integers(0, len(table), size=(count, len(table))) + len(table) * np.arange(count)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=count * len(table)).reshape(count, -1)
        stacks.append(_correlations(counts.astype(float) @ table, k))
    found = shares(np.concatenate(stacks))
    usable = ~np.isnan(found).any(axis=1)
    kept = found[usable]
    order = np.argsort(-kept, axis=1, kind="stable")
    ranks = np.empty(kept.shape, np.int64)
    np.put_along_axis(ranks, order, np.arange(1, kept.shape[1] + 1), axis=1)
    return Resampled(shares=kept, ranks=ranks, unusable=int((~usable).sum()))


def _products(rows: DriverRows) -> tuple[FloatArray, int]:
    """Return per respondent, or cluster: Σw, Σw x_i, Σw x_i x_j for i ≤ j, the columns centred first."""
    w, k = rows.weights, rows.values.shape[1]
    centred = rows.values - w @ rows.values / w.sum()
    first, second = np.triu_indices(k)
    table = np.column_stack([w, centred * w[:, None], centred[:, first] * centred[:, second] * w[:, None]])
    if rows.clusters is None:
        return table, k
    names, codes = np.unique(rows.clusters, return_inverse=True)
    return np.column_stack([np.bincount(codes, column, len(names)) for column in table.T]), k


def _correlations(sums: FloatArray, k: int) -> FloatArray:
    total, linear = sums[:, 0], sums[:, 1 : k + 1]
    first, second = np.triu_indices(k)
    squares = np.empty((len(sums), k, k))
    squares[:, first, second] = squares[:, second, first] = sums[:, k + 1 :]
    gram = squares - linear[:, :, None] * linear[:, None, :] / total[:, None, None]
    return correlation_of(gram, _CONSTANT * np.diagonal(squares, axis1=1, axis2=2))
