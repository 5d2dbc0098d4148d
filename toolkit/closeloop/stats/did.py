"""Difference in differences: what the treated changed beyond what the others changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.effect import EstimatedEffect, from_t
from closeloop.stats.intervals import normal_quantile

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

FEW_CLUSTERS = 20
"""Below so many units the cluster-robust error is too small; units are permuted instead."""
MOST_DRAWS = 9_999


@dataclass(frozen=True, slots=True, kw_only=True)
class Leads:
    """How the groups moved apart before the action.

    Attributes
    ----------
    periods : tuple of int
        Codes of the earlier periods; the last one before the action is the reference and not among them.
    estimates : numpy.ndarray
        Treated − control in each, less the same in the reference period: near 0 if the groups ran alike.
    p_value : float
        Joint test that all are 0.

    Examples
    --------
    >>> Leads(periods=(), estimates=np.array([]), p_value=math.nan).periods
    ()
    """

    periods: tuple[int, ...]
    estimates: FloatArray
    p_value: float


def difference_in_differences(
    y: npt.ArrayLike, treated: npt.ArrayLike, after: npt.ArrayLike, unit: npt.ArrayLike | None = None,
    confidence_level: float = 0.95,
) -> EstimatedEffect:  # fmt: skip
    """Return the effect by least squares, y ~ treated + after + treated·after, the last coefficient.

    Parameters
    ----------
    y : array_like
        Outcome of each answer, none missing.
    treated, after : array_like of bool
        Whether the answer is of the treated group, and from after the action.
    unit : array_like of int, optional
        Who or what was asked repeatedly or treated together (respondent, shop): errors are clustered by it, t with
        units − 1 degrees of freedom. Without: HC1 errors of independent answers.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    EstimatedEffect
        NaN where one of the four cells is empty.

    Notes
    -----
    Valid if without the action both groups had changed alike. With fewer than 20 units use `permuted_units`.

    References
    ----------
    Bertrand M., Duflo E., Mullainathan S. (2004), Quarterly Journal of Economics 119:249–275.

    Examples
    --------
    >>> y = [0, 1, 0, 1, 1, 1, 0, 0]
    >>> treated, after = [1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 1, 1]
    >>> round(difference_in_differences(y, treated, after).estimate, 6)
    1.0
    """
    value, lot, post = np.asarray(y, dtype=float), np.asarray(treated, dtype=bool), np.asarray(after, dtype=bool)
    n = len(value)
    cells = np.bincount(2 * lot + post, minlength=4)
    if not cells.all():
        return from_t(math.nan, math.nan, math.nan, n, confidence_level)
    from statsmodels.regression.linear_model import WLS

    design = np.column_stack([np.ones(n), lot, post, lot & post]).astype(float)
    model = WLS(value, design)
    if unit is None:
        fit = model.fit(cov_type="HC1", use_t=True) if n > 4 else model.fit()
        df = float(n - 4)
    else:
        groups = np.unique(np.asarray(unit), return_inverse=True)[1]
        df = float(groups.max())
        if df < 1:
            return from_t(float(model.fit().params[3]), math.nan, math.nan, n, confidence_level)
        fit = model.fit(cov_type="cluster", cov_kwds={"groups": groups}, use_t=True) if n > 4 else model.fit()
    error = math.sqrt(max(float(fit.cov_params()[3, 3]), 0.0)) if df > 0 and n > 4 else math.nan
    estimate = float(fit.params[3])
    if error < 1e-12:  # all answers of a cell alike: rounding, not an error
        error, estimate = 0.0, 0.0 if abs(estimate) < 1e-12 else estimate
    return from_t(estimate, error, df, n, confidence_level)


def permuted_units(
    y: npt.ArrayLike, treated: npt.ArrayLike, after: npt.ArrayLike, unit: npt.ArrayLike,
    confidence_level: float = 0.95, seed: int = 0,
) -> EstimatedEffect:  # fmt: skip
    """Return the same estimate with interval and p from permuting which units were treated.

    All assignments are gone through where there are at most 9 999, else so many are drawn. The interval holds every
    effect that, taken off the treated, leaves an estimate that is not extreme among the permuted ones.

    Parameters
    ----------
    y, treated, after, unit
        As for `difference_in_differences`; every unit is in one group.
    confidence_level : float
        Between 0 and 1.
    seed : int
        Of the draws.

    Returns
    -------
    EstimatedEffect
        The limits are infinite where there are too few assignments to exclude anything at this level (with one of
        12 units treated, p cannot fall below 1/12).

    Raises
    ------
    ValueError
        If a unit is in both groups.

    References
    ----------
    MacKinnon J. G., Webb M. D. (2020), Journal of Econometrics 218:435–450 (few treated clusters).

    Examples
    --------
    >>> unit = np.repeat(np.arange(10), 2)
    >>> after = np.tile([0, 1], 10)
    >>> y = unit / 10 + after * (unit < 5)
    >>> effect = permuted_units(y, unit < 5, after, unit)
    >>> round(effect.estimate, 6), round(effect.p_value, 6)  # 2 of 252 assignments
    (1.0, 0.007937)
    """
    normal_quantile(confidence_level)
    value, lot, post = np.asarray(y, dtype=float), np.asarray(treated, dtype=bool), np.asarray(after, dtype=bool)
    groups, of_unit = unit_groups(lot, unit)
    plain = difference_in_differences(value, lot, post, groups, confidence_level)
    if math.isnan(plain.estimate):
        return plain
    draws = _assignments(of_unit, seed)
    shifted = _estimates(draws, (lot & post).astype(float), post, groups)
    permuted = _estimates(draws, value, post, groups)
    tolerance = 1e-9 * max(1.0, float(np.abs(value).max()))
    with np.errstate(invalid="ignore"):
        extreme = ~(np.abs(permuted) < abs(plain.estimate) - tolerance)  # an empty cell counts against us
    low, high = _inverted(plain.estimate, permuted, shifted, 1 - confidence_level)
    return EstimatedEffect(
        estimate=plain.estimate, std_error=plain.std_error, low=low, high=high, p_value=float(extreme.mean()),
        df=math.nan, n=len(value),
    )  # fmt: skip


def leads(
    y: npt.ArrayLike, treated: npt.ArrayLike, period: npt.ArrayLike, unit: npt.ArrayLike | None = None,
    permute: bool = False, seed: int = 0,
) -> Leads:  # fmt: skip
    """Return the event-study leads: whether the groups ran alike before the action.

    Parameters
    ----------
    y, treated, unit
        As for `difference_in_differences`, of the periods before the action only.
    period : array_like of int
        Codes in the order of time; the last is the reference.
    permute : bool
        Take the p of the sum of squared leads from permuted units instead of the F of the clustered regression.
    seed : int
        Of the draws.

    Returns
    -------
    Leads
        Empty with fewer than two periods in which both groups answered.

    Notes
    -----
    A large p does not prove that the trends were parallel; with few answers the check sees little.

    Examples
    --------
    >>> y = np.array([1.0, 0, 0, 1, 2, 1, 1, 2])
    >>> found = leads(y, [1, 1, 1, 1, 0, 0, 0, 0], [0, 0, 1, 1, 0, 0, 1, 1])
    >>> found.estimates.round(6).tolist(), found.p_value > 0.9
    ([0.0], True)
    """
    value, lot, time = np.asarray(y, dtype=float), np.asarray(treated, dtype=bool), np.asarray(period)
    both = [t for t in np.unique(time) if (lot & (time == t)).any() and (~lot & (time == t)).any()]
    if len(both) < 2:
        return Leads(periods=(), estimates=np.array([]), p_value=math.nan)
    rows = np.isin(time, both)
    value, lot, time = value[rows], lot[rows], time[rows]
    gaps = np.array([value[lot & (time == t)].mean() - value[~lot & (time == t)].mean() for t in both])
    estimates = gaps[:-1] - gaps[-1]
    units = None if unit is None else np.asarray(unit)[rows]
    if permute and units is not None:
        p = _permuted_leads(value, lot, time, both, units, estimates, seed)
    else:
        p = _wald(value, lot, time, both, units)
    return Leads(periods=tuple(int(t) for t in both[:-1]), estimates=estimates, p_value=p)


def unit_groups(
    treated: npt.ArrayLike, unit: npt.ArrayLike, names: Sequence[object] | None = None
) -> tuple[IntArray, BoolArray]:
    """Return codes of the units and whether each was treated; `names` says what the codes in `unit` stand for.

    Raises
    ------
    ValueError
        If a unit is in both groups.

    Examples
    --------
    >>> codes, of_unit = unit_groups([True, True, False], ["a", "a", "b"])
    >>> codes.tolist(), of_unit.tolist()
    ([0, 0, 1], [True, False])
    """
    from closeloop.text import message

    lot = np.asarray(treated, dtype=bool)
    units, codes = np.unique(np.asarray(unit), return_inverse=True)
    share = np.bincount(codes, weights=lot, minlength=len(units)) / np.bincount(codes, minlength=len(units))
    mixed = np.flatnonzero((share > 0) & (share < 1))
    if len(mixed):
        first = units[mixed[0]].item()
        told = first if names is None else names[first]
        raise ValueError(message("effect.unit_in_both", unit=told, count=len(mixed)))
    return codes, share == 1


def _assignments(of_unit: BoolArray, seed: int) -> BoolArray:
    """Return ways of choosing as many treated units, one a row, the real one first."""
    from itertools import combinations

    units, chosen = len(of_unit), int(of_unit.sum())
    if math.comb(units, chosen) <= MOST_DRAWS:
        draws = np.zeros((math.comb(units, chosen), units), dtype=bool)
        for row, picked in enumerate(combinations(range(units), chosen)):
            draws[row, list(picked)] = True
        return draws
    rng = np.random.default_rng(seed)
    random = rng.permuted(np.tile(of_unit, (MOST_DRAWS, 1)), axis=1)
    return np.vstack([of_unit, random])


def _estimates(draws: BoolArray, value: FloatArray, post: BoolArray, groups: IntArray) -> FloatArray:
    """Return the difference in differences under each assignment, from the units' sums."""
    units = draws.shape[1]
    picked = draws.astype(float)
    means = []
    for when in (post, ~post):
        total = np.bincount(groups[when], weights=value[when], minlength=units)
        count = np.bincount(groups[when], minlength=units).astype(float)
        with np.errstate(invalid="ignore", divide="ignore"):
            means.append(picked @ total / (picked @ count) - (1 - picked) @ total / ((1 - picked) @ count))
    return np.asarray(means[0] - means[1])


def _inverted(estimate: float, permuted: FloatArray, shifted: FloatArray, alpha: float) -> tuple[float, float]:
    """Return the effects τ for which |permuted − τ·shifted| ≥ |estimate − τ| in more than a share `alpha`.

    Each assignment holds on an interval of τ round the estimate, bounded by the two roots: so the limits are order
    statistics of these.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        one = np.where(shifted < 1 - 1e-12, (estimate - permuted) / (1 - shifted), np.inf)
        two = np.where(shifted > -1 + 1e-12, (estimate + permuted) / (1 + shifted), -np.inf)
    whole = (np.abs(np.abs(shifted) - 1) < 1e-12) | ~np.isfinite(permuted) | ~np.isfinite(shifted)
    low = np.sort(np.where(whole, -np.inf, np.minimum(one, two)))
    high = np.sort(np.where(whole, np.inf, np.maximum(one, two)))[::-1]
    needed = math.floor(alpha * len(permuted) + 1e-9)  # so many may stay out; one more keeps τ in
    return float(low[needed]), float(high[needed])


def _permuted_leads(
    value: FloatArray, lot: BoolArray, time: npt.NDArray[np.generic], both: list[int], unit: npt.NDArray[np.generic],
    estimates: FloatArray, seed: int,
) -> float:  # fmt: skip
    groups, of_unit = unit_groups(lot, unit)
    draws = _assignments(of_unit, seed)
    found = []
    for t in both[:-1]:
        rows = (time == t) | (time == both[-1])
        found.append(_estimates(draws, value[rows], time[rows] == t, groups[rows]))
    squares = (np.stack(found) ** 2).sum(0)
    with np.errstate(invalid="ignore"):
        return float((~(squares < (estimates**2).sum() - 1e-12)).mean())


def _wald(
    value: FloatArray, lot: BoolArray, time: npt.NDArray[np.generic], both: list[int],
    unit: npt.NDArray[np.generic] | None,
) -> float:  # fmt: skip
    """Return the p of the joint F that all leads are 0; NaN where there are too few answers or units for it."""
    from scipy.special import fdtrc
    from statsmodels.regression.linear_model import OLS

    q = len(both) - 1
    when = np.column_stack([time == t for t in both]).astype(float)
    design = np.hstack([when, lot[:, None] * np.ones((len(value), 1)), lot[:, None] * when[:, :-1]])
    if len(value) <= design.shape[1]:
        return math.nan
    if unit is None:
        fit, df = OLS(value, design).fit(cov_type="HC1"), float(len(value) - design.shape[1])
    else:
        codes = np.unique(unit, return_inverse=True)[1]
        df = float(codes.max())
        if df <= q:
            return math.nan
        fit = OLS(value, design).fit(cov_type="cluster", cov_kwds={"groups": codes})
    covariance = np.asarray(fit.cov_params())[-q:, -q:]
    if np.linalg.matrix_rank(covariance, hermitian=True) < q:
        return math.nan
    effects = np.asarray(fit.params)[-q:]
    return float(fdtrc(q, df, effects @ np.linalg.solve(covariance, effects) / q))
