"""Means of groups and their precision under a design, from the tally: all groups at once, and differences of groups.

Only sums by group and sampling unit are kept (and by margin where the sample was raked), so a score table can carry
them: what two groups have in common, the clusters that hold both, is in the variance of their difference.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.metrics.counts import CountTally, MomentTally
from closeloop.metrics.sampling import MarginTotals, SampledRows, Sampling, weights_only
from closeloop.stats.design import compact, grouped_variance
from closeloop.stats.effective_size import effective_n
from closeloop.stats.weighting import Precision

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_AT_ONCE = 1 << 22
"""Numbers in a block of the dense path, groups × units."""
_precision: Callable[[Iterable[float]], Precision] = partial(tuple.__new__, Precision)
"""Makes one of a row, without a call of its own for each: a table has thousands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimates:
    """Means of some groups: arrays, one entry per group.

    Attributes
    ----------
    n : ndarray
        Respondents who answered.
    mean, spread : ndarray
        Weighted mean, and variance of one answer; NaN without weight.
    precision : list of Precision or None
        None where nobody answered.
    """

    n: IntArray
    mean: FloatArray
    spread: FloatArray
    precision: list[Precision | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignMoments:
    """Sums of a numeric answer by group and sampling unit.

    Attributes
    ----------
    group : ndarray
        Group of each cell.
    n_groups : int
        How many groups there are.
    unit : ndarray
        Sampling unit of each cell.
    n : ndarray
        Respondents who answered.
    sums : tuple of ndarray
        Σw, Σwy, Σwy², Σw²; where respondents were drawn one by one also Σw²y, Σw²y².
    sampling : Sampling
        The whole sample.
    margin : ndarray or None
        Combination of margins of each cell.
    base : tuple of two ndarray, or None
        Σ of base weights, and of base weight times y.
    """

    group: IntArray
    n_groups: int
    unit: IntArray
    n: IntArray
    sums: tuple[FloatArray, ...]
    sampling: Sampling
    margin: IntArray | None = None
    base: tuple[FloatArray, FloatArray] | None = None

    def estimates(self, of: IntArray | None = None, size: int | None = None) -> Estimates:
        """Return the means of unions of groups.

        Parameters
        ----------
        of : ndarray, optional
            Group → the union it belongs to, −1 for none. Without it every group stands for itself.
        size : int, optional
            How many unions.
        """
        at = self.group if of is None else of[self.group]
        count = self.n_groups if size is None else size
        use = at >= 0
        cells = self if use.all() else self._of(use)
        at = at[use]
        n = np.bincount(at, cells.n, count).astype(np.int64)
        w, wy, wyy, w2 = (np.bincount(at, column, count) for column in cells.sums[:4])
        with np.errstate(divide="ignore", invalid="ignore"):
            mean = wy / w
            spread = cleared(wyy / w - mean**2, mean)
            kish = w**2 / w2
            scale = np.where(w > 0, 1 / w, np.nan)
        variance, df, census = cells._variance(at, mean[at], scale[at], count)
        endless = variance
        if cells.sampling.plan.finite:
            sampling = replace(cells.sampling, plan=cells.sampling.plan.without_fpc())
            endless, _, _ = replace(cells, sampling=sampling)._variance(at, mean[at], scale[at], count)
        alike = spread == 0
        variance = np.where(alike & np.isfinite(variance), 0.0, variance)
        n_eff = np.where(census, np.inf, effective_n(spread, variance, n, kish, endless))
        with np.errstate(divide="ignore", invalid="ignore"):
            deff = np.where(spread > 0, variance * (n - 1) / spread, np.nan)
        rows = zip(n.tolist(), variance.tolist(), n_eff.tolist(), df.tolist(), deff.tolist(), strict=True)
        precision: list[Precision | None] = list(map(_precision, rows))
        for nobody in np.flatnonzero(n == 0).tolist():
            precision[nobody] = None
        return Estimates(n=n, mean=mean, spread=spread, precision=precision)

    def difference(self, a: Sequence[int], b: Sequence[int]) -> tuple[float, float]:
        """Return variance and degrees of freedom of the mean of groups `a` less that of groups `b`.

        Notes
        -----
        The influence on the difference is that on the one less that on the other, so the covariance is in it. PSUs
        less strata of those that hold a member of either, less one for the second mean, as a regression on the
        group has (R: ``svyttest``). NaN where no degree is left.
        """
        side = np.full(self.n_groups, -1, np.int64)
        side[list(a)], side[list(b)] = 0, 1
        use = side[self.group] >= 0
        cells = self._of(use)
        at = side[cells.group]
        w, wy = (np.bincount(at, column, 2) for column in cells.sums[:2])
        with np.errstate(divide="ignore", invalid="ignore"):
            centre, scale = (wy / w)[at], np.array([1, -1])[at] / w[at]
        variance, df, _ = cells._variance(np.zeros(len(at), np.int64), centre, scale, 1, means=2)
        return float(variance[0]), float(df[0])

    def _of(self, use: npt.NDArray[np.bool_]) -> DesignMoments:
        return DesignMoments(
            group=self.group[use], n_groups=self.n_groups, unit=self.unit[use], n=self.n[use],
            sums=tuple(column[use] for column in self.sums),
            sampling=self.sampling, margin=None if self.margin is None else self.margin[use],
            base=None if self.base is None else (self.base[0][use], self.base[1][use]),
        )  # fmt: skip

    def _variance(
        self, at: IntArray, centre: FloatArray, scale: FloatArray, size: int, means: int = 1
    ) -> tuple[FloatArray, FloatArray, npt.NDArray[np.bool_]]:
        """Return variance, degrees of freedom, and whether all was asked, of estimates that cells belong to.

        Each cell has the influence scale · w (y − centre).
        """
        sampling, plan = self.sampling, self.sampling.plan
        with np.errstate(invalid="ignore"):  # a group without weight has no mean
            total = scale * (self.sums[1] - centre * self.sums[0])
        n_units = sampling.n_units
        cell, place = compact(at * n_units + self.unit, size * n_units)
        of, unit = cell // n_units if n_units else cell, cell % n_units if n_units else cell
        if sampling.margins is not None and self.margin is not None and self.base is not None:
            variance = self._after_raking(
                sampling.margins, self.margin, self.base, at, centre=centre, scale=scale, total=total, size=size
            )
        else:
            totals = _sum(place, total, len(cell))
            squares = totals**2 if sampling.clustered else _sum(place, self._squares(centre, scale), len(cell))
            variance = grouped_variance(of, sampling.stratum[unit], totals, squares, size, plan)
        members = np.bincount(place, self.n, len(cell))
        seen = members > 0
        drawn = np.bincount(of, seen if sampling.clustered else members, size)
        n_strata = len(plan.n_psu)
        strata, _ = compact((of * n_strata + plan.position[sampling.stratum[unit]])[seen], size * n_strata)
        df = drawn - np.bincount(strata // n_strata, minlength=size) - (means - 1)
        partly = np.bincount(strata // n_strata, ~plan.census[strata % n_strata], size)
        census = (partly == 0) & (drawn > 0) & (self.margin is None)
        alone = (np.bincount(at, self.n, size) <= 1) & (means == 1)  # one answer: nothing to estimate, nothing wrong
        variance = np.where((df < 1) & ~census & ~alone, np.nan, variance)
        return variance, df.astype(float), census

    def _squares(self, centre: FloatArray, scale: FloatArray) -> FloatArray:
        """Return the sums of squared influences of respondents who were drawn one by one."""
        w2, w2y, w2yy = self.sums[3:]
        with np.errstate(invalid="ignore"):
            return scale**2 * cleared(w2yy - 2 * centre * w2y + centre**2 * w2, centre * np.sqrt(w2))

    def _after_raking(
        self,
        margins: MarginTotals,
        margin: IntArray,
        base: tuple[FloatArray, FloatArray],
        at: IntArray,
        *,
        centre: FloatArray,
        scale: FloatArray,
        total: FloatArray,
        size: int,
    ) -> FloatArray:
        """Return the variance with what the margins explain taken out; every unit then has a total, member or not."""
        sampling = self.sampling
        x, n_cells, n_units = margins.dummies, len(margins.base), sampling.n_units
        with np.errstate(invalid="ignore"):
            leaning = scale * (base[1] - centre * base[0])
            lean = None if sampling.clustered else scale * (self.sums[4] - centre * self.sums[3])
        square = None if sampling.clustered else self._squares(centre, scale)
        explained = _sum(at * n_cells + margin, leaning, size * n_cells).reshape(size, n_cells)
        normal = np.linalg.pinv(x.T @ (margins.base[:, None] * x), hermitian=True)
        fitted = explained @ x @ normal @ x.T  # estimates × combinations: what each row of a combination is given
        variance = np.empty(size)
        step = max(_AT_ONCE // max(n_units, 1), 1)
        for start in range(0, size, step):
            stop = min(start + step, size)
            rows = np.flatnonzero((at >= start) & (at < stop))
            key = (at[rows] - start) * n_units + self.unit[rows]
            shape = (stop - start, n_units)
            fit = fitted[start:stop]
            totals = np.bincount(key, total[rows], shape[0] * n_units).reshape(shape) - fit @ margins.weight.T
            if square is None or lean is None:
                squares = totals**2
            else:
                fit_here = fitted[at[rows], margin[rows]]
                own = np.bincount(key, square[rows] - 2 * fit_here * lean[rows], shape[0] * n_units).reshape(shape)
                squares = own + fit**2 @ margins.weight_squares.T
            of, unit = np.indices(shape)
            variance[start:stop] = grouped_variance(
                of.ravel(), sampling.stratum[unit.ravel()], totals.ravel(), squares.ravel(), shape[0], sampling.plan
            )
        return variance


def moments_of_counts(tally: CountTally, row: IntArray, n_groups: int, values: npt.ArrayLike) -> DesignMoments:
    """Return the moments of what the answers of a count tally stand for.

    Parameters
    ----------
    tally : CountTally
    row : ndarray
        Group of each cell.
    n_groups : int
    values : array_like
        What each allowed answer stands for.
    """
    answered = tally.answer < tally.n_answers
    y = np.asarray(values, dtype=float)[tally.answer[answered]]
    n = tally.n[answered]
    w = n.astype(float) if tally.weight is None else tally.weight[answered]
    w2 = n.astype(float) if tally.weight_squares is None else tally.weight_squares[answered]
    sample = _sample(tally.sample, tally.n_rows, len(row))
    base = None if sample.base is None else sample.base[answered]
    return _merged(
        group=row[answered],
        n_groups=n_groups,
        sample=SampledRows(
            sampling=sample.sampling,
            unit=sample.unit[answered],
            margin=None if sample.margin is None else sample.margin[answered],
        ),
        n=n,
        sums=(w, w * y, w * y * y, w2, w2 * y, w2 * y * y),
        base=None if base is None else (base, base * y),
    )


def moments_of_sums(tally: MomentTally, row: IntArray, n_groups: int) -> DesignMoments:
    """Return the moments of a moment tally; parameters as `moments_of_counts`."""
    sample = _sample(tally.sample, tally.n_rows, len(row))
    base = None
    if sample.base is not None and tally.base_y is not None:
        base = sample.base, tally.base_y
    sums = tuple(np.ascontiguousarray(column) for column in tally.sums.T)
    return _merged(group=row, n_groups=n_groups, sample=sample, n=tally.n, sums=sums, base=base)


def _merged(
    *,
    group: IntArray,
    n_groups: int,
    sample: SampledRows,
    n: IntArray,
    sums: tuple[FloatArray, ...],
    base: tuple[FloatArray, FloatArray] | None,
) -> DesignMoments:
    """Return one cell per group, unit and combination of margins, with no more sums than its variance needs."""
    sampling = sample.sampling
    cells, size = group * sampling.n_units + sample.unit, n_groups * sampling.n_units
    width = 1 if sampling.margins is None else len(sampling.margins.base)
    if sample.margin is not None:
        cells, size = cells * width + sample.margin, size * width
    occurring, place = compact(cells, size)
    if len(occurring) < len(cells):
        n = _sum(place, n, len(occurring)).astype(np.int64)
        sums = tuple(_sum(place, column, len(occurring)) for column in sums[: 4 if sampling.clustered else 6])
        base = None if base is None else (_sum(place, base[0], len(occurring)), _sum(place, base[1], len(occurring)))
    else:  # each cell by itself, in whichever order
        occurring = cells
    whole = occurring // max(width, 1)
    return DesignMoments(
        group=whole // max(sampling.n_units, 1),
        n_groups=n_groups,
        unit=whole % max(sampling.n_units, 1),
        n=n,
        sums=sums[:4] if sampling.clustered else sums,
        sampling=sampling,
        margin=None if sample.margin is None else occurring % max(width, 1),
        base=base,
    )


def _sum(at: IntArray, values: npt.NDArray[Any], size: int) -> FloatArray:
    return np.asarray(np.bincount(at, values, size), dtype=float)


def _sample(sample: SampledRows | None, n_rows: int, n_cells: int) -> SampledRows:
    if sample is not None:
        return sample
    return SampledRows(sampling=weights_only(n_rows), unit=np.zeros(n_cells, np.int64))


def cleared(difference: FloatArray, scale: FloatArray) -> FloatArray:
    """Return a variance from a difference of sums; what rounding leaves of equal answers is 0, not 1e-16.

    Examples
    --------
    >>> cleared(np.array([1e-16, 0.5]), np.ones(2)).tolist()
    [0.0, 0.5]
    """
    return np.where(np.abs(difference) <= 1e-14 * scale**2, 0.0, np.maximum(difference, 0.0))
