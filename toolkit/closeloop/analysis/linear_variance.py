"""Variance of estimates that are linear in the answers, from sums by group and sampling unit alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.metrics.moments import DesignMoments, cleared
from closeloop.metrics.sampling import MarginTotals
from closeloop.stats.design import SamplePlan

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_AT_ONCE = 1 << 22
"""Numbers in a block, cells × estimates."""


def linear_variance(
    moments: DesignMoments, offset: FloatArray, slope: FloatArray, n_rows: int
) -> tuple[FloatArray, float]:
    """Return the variance of each estimate, and the degrees of freedom: sampling units less strata.

    Parameters
    ----------
    moments : DesignMoments
        Sums of the answers by group and sampling unit.
    offset, slope : ndarray, groups × estimates
        An answer y of the group has the influence ``offset + slope · y``, without its weight; no answer has none.
    n_rows : int
        Rows of the sample.

    Returns
    -------
    variance : ndarray
        NaN where the sample has a single row, which leaves nothing to compare.
    df : float

    Notes
    -----
    Where respondents were drawn one by one, the answers of a cell count as Kish's n* = (Σw)²/Σw² equal ones at their
    mean influence, and what they differ by is added. As the sum of squares about the stratum's mean needs only Σt and
    Σt² this is exact; and no large numbers are subtracted, so that a variance of 0 is 0. After raking the influence
    is the residual from its regression on the margins (`closeloop.stats.raking.residuals`), which everybody has,
    answered or not.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.analysis.grouped_answers import grouped_answers
    >>> from closeloop.metrics.spec import MeanScore
    >>> found = grouped_answers(pd.DataFrame({"x": [1.0, 0.0, -1.0, 1.0], "k": "a"}), MeanScore("x"), ["k"])
    >>> variance, df = linear_variance(found.moments, np.array([[-1 / 16]]), np.array([[1 / 4]]), found.n_rows)
    >>> variance.round(6).tolist(), df
    ([0.229167], 3.0)
    """
    size = offset.shape[1]
    plan = moments.sampling.plan
    if n_rows < 2:
        return np.full(size, np.nan), 0.0
    variance = np.empty(size)
    step = max(_AT_ONCE // max(len(moments.group), moments.sampling.n_units, 1), 1)
    for start in range(0, size, step):
        some = slice(start, start + step)
        variance[some] = _variance(moments, offset[:, some], slope[:, some])
    return variance, float(plan.n_psu.sum() - len(plan.n_psu))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pieces:
    """Parts of a sample, each as `n` equal influences.

    Attributes
    ----------
    unit : ndarray
        The unit that each belongs to.
    n : ndarray
        How many.
    mean : ndarray, pieces × estimates
        What each of them adds, its weight included.
    within : ndarray, pieces × estimates
        Sum of squares about it.
    """

    unit: IntArray
    n: FloatArray
    mean: FloatArray
    within: FloatArray


def _variance(moments: DesignMoments, offset: FloatArray, slope: FloatArray) -> FloatArray:
    sampling = moments.sampling
    a, b = offset[moments.group], slope[moments.group]
    rest: _Pieces | None = None
    if sampling.margins is not None and moments.margin is not None and moments.base is not None:
        fitted = _explained(sampling.margins, moments.margin, moments.base, a, b)
        a = a - fitted[moments.margin]
        rest = _unanswered(moments, sampling.margins, moments.margin, fitted)
    pieces = [_answered(moments, a, b), *([] if rest is None else [rest])]
    if sampling.clustered:  # what counts of a unit is its total
        totals = np.zeros((sampling.n_units, offset.shape[1]))
        for p in pieces:
            totals += _by_column(p.unit, p.n[:, None] * p.mean, sampling.n_units)
        zero = np.zeros_like(totals)
        one = _Pieces(unit=np.arange(sampling.n_units), n=np.ones(sampling.n_units), mean=totals, within=zero)
        pieces = [one]
    return _about_means(pieces, sampling.stratum, sampling.plan, offset.shape[1])


def _answered(moments: DesignMoments, a: FloatArray, b: FloatArray) -> _Pieces:
    """Return each cell of answers with the influence a + b y."""
    w, wy, _, w2 = moments.sums[:4]
    some = w > 0
    one = np.where(some, w, 1.0)
    mean = np.where(some, wy / one, 0.0)[:, None]
    if moments.sampling.clustered:
        value = np.where(some, w, 0.0)[:, None] * (a + b * mean)
        return _Pieces(unit=moments.unit, n=np.ones(len(w)), mean=value, within=np.zeros_like(value))
    w2y, w2yy = moments.sums[4:]
    two = np.where(some, w2, 1.0)
    mean2 = np.where(some, w2y / two, 0.0)
    spread = np.where(some, cleared(w2yy - w2 * mean2**2, mean2 * np.sqrt(two)), 0.0)[:, None]
    other = mean2[:, None]
    within = b * (two[:, None] * (other - mean) * (2 * a + b * (mean + other)) + b * spread)
    return _Pieces(
        unit=moments.unit, n=np.where(some, w**2 / two, 0.0), mean=(two / one)[:, None] * (a + b * mean), within=within
    )


def _explained(
    margins: MarginTotals, margin: IntArray, base: tuple[FloatArray, FloatArray], a: FloatArray, b: FloatArray
) -> FloatArray:
    """Return what the margins explain of the influences on each estimate, for each combination of margins."""
    x = margins.dummies
    leaning = _by_column(margin, base[0][:, None] * a + base[1][:, None] * b, len(margins.base))
    normal = np.linalg.pinv(x.T @ (margins.base[:, None] * x), hermitian=True)
    return np.asarray(x @ normal @ (x.T @ leaning))


def _unanswered(moments: DesignMoments, margins: MarginTotals, margin: IntArray, fitted: FloatArray) -> _Pieces:
    """Return those who are in the sample without an answer: their influence is 0 less what the margins explain."""
    shape = margins.weight.shape
    at = moments.unit * shape[1] + margin
    size = shape[0] * shape[1]
    w, w2 = (
        _left_over(whole.ravel(), np.bincount(at, part, size).astype(float))
        for whole, part in ((margins.weight, moments.sums[0]), (margins.weight_squares, moments.sums[3]))
    )
    there = np.flatnonzero((w > 0) & (w2 > 0))
    unit, cell = there // shape[1], there % shape[1]
    w, w2 = w[there], w2[there]
    value = -fitted[cell]
    if moments.sampling.clustered:
        value = w[:, None] * value
        return _Pieces(unit=unit, n=np.ones(len(w)), mean=value, within=np.zeros_like(value))
    mean = (w2 / w)[:, None] * value
    return _Pieces(unit=unit, n=w**2 / w2, mean=mean, within=np.zeros_like(mean))


def _left_over(whole: FloatArray, part: FloatArray) -> FloatArray:
    """Return a difference of sums; what rounding leaves of equal ones is 0."""
    left = whole - part
    return np.where(left > 1e-12 * whole, left, 0.0)


def _about_means(pieces: list[_Pieces], stratum: IntArray, plan: SamplePlan, size: int) -> FloatArray:
    """Return the sums of squares about the strata's means, each times what its stratum counts."""
    n_strata = len(plan.n_psu)
    where = [plan.position[stratum[p.unit]] for p in pieces]
    sums = sum(_by_column(h, p.n[:, None] * p.mean, n_strata) for h, p in zip(where, pieces, strict=True))
    mean = sums / np.maximum(plan.n_psu, 1)[:, None]
    mean[plan.lonely] = np.sum(sums, axis=0) / plan.n_psu.sum()
    counted = sum(np.bincount(h, p.n, n_strata) for h, p in zip(where, pieces, strict=True))
    squares = (plan.n_psu - counted)[:, None] * mean**2  # units that add nothing
    for h, p in zip(where, pieces, strict=True):
        squares = squares + _by_column(h, p.within + p.n[:, None] * (p.mean - mean[h]) ** 2, n_strata)
    return np.asarray(plan.factor @ np.maximum(squares, 0.0)).reshape(size)


def _by_column(at: IntArray, values: FloatArray, size: int) -> FloatArray:
    """Return the sums of rows that go to the same place, column by column."""
    found = np.empty((size, values.shape[1]))
    for column in range(values.shape[1]):
        found[:, column] = np.bincount(at, values[:, column], size)
    return found
