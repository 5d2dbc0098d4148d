"""Variance of estimates from a sample with strata, clusters and finite populations: Taylor linearisation.

Whatever the estimate, it is linearised first: each respondent has an influence on it, 0 outside the domain. The
variance is that of the sum of the influences, and only their totals by primary sampling unit (PSU) enter it. Several
estimates at once share one covariance, so that the difference of two domains keeps what they have in common.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

LONELY = ("error", "grand-mean", "merge", "certainty")
"""What to do with a stratum of which one PSU alone was drawn."""

_DENSE = 1 << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignVariance:
    """What `taylor` returns.

    Attributes
    ----------
    covariance : ndarray, k × k
        Covariance of the k estimates, in the square of their units.
    df : float
        Degrees of freedom: PSUs less strata.
    """

    covariance: FloatArray
    df: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplePlan:
    """What a variance takes from the strata of the whole sample.

    Attributes
    ----------
    position : ndarray
        Stratum as given → stratum that counts; another one only where lonely strata were merged.
    n_psu : ndarray
        PSUs drawn in each stratum that counts.
    factor : ndarray
        (1 − f) n/(n − 1) of each; 0 in a census.
    lonely : ndarray of bool
        Whether its single PSU is compared with the mean of all PSUs.
    census : ndarray of bool
        Whether all of the stratum was drawn.
    merged : tuple of pairs
        Which stratum, as given, was merged with which.
    """

    position: IntArray
    n_psu: FloatArray
    factor: FloatArray
    lonely: npt.NDArray[np.bool_]
    census: npt.NDArray[np.bool_]
    merged: tuple[tuple[int, int], ...] = ()

    @property
    def finite(self) -> bool:
        """Whether a part of the population worth mentioning was drawn."""
        return bool((self.factor < self.without_fpc().factor).any())

    def without_fpc(self) -> SamplePlan:
        """Return the plan of the same sample from a population without end."""
        many = self.n_psu > 1
        factor = np.where(many, self.n_psu / np.where(many, self.n_psu - 1, 1.0), np.sign(self.factor))
        return replace(self, factor=factor, census=np.zeros_like(self.census))


def sample_plan(
    n_psu: npt.ArrayLike,
    fpc: npt.ArrayLike | None = None,
    lonely: str = "error",
    names: Sequence[object] | None = None,
) -> SamplePlan:
    """Return the plan of a sample whose strata hold so many PSUs.

    Parameters
    ----------
    n_psu : array_like
        PSUs drawn, per stratum.
    fpc : array_like, optional
        PSUs in the population, per stratum; without it the sampling fraction is taken as 0.
    lonely : {"error", "grand-mean", "merge", "certainty"}
        A stratum with one PSU: refuse it, compare the PSU with the mean of all PSUs, merge it with the stratum that
        follows (the last one: with the one before), or let it contribute nothing. Drawn from a population of one PSU,
        it is a census and no question arises.
    names : sequence, optional
        What the strata are called, for messages.

    Returns
    -------
    SamplePlan

    Raises
    ------
    ValueError
        If more PSUs were drawn than there are, a stratum has one PSU and `lonely` is ``"error"``, or there is no
        stratum to merge with.

    Examples
    --------
    >>> sample_plan([2, 4], fpc=[4, 4]).factor
    array([1., 0.])
    """
    if lonely not in LONELY:
        raise ValueError(message("design.unknown_lonely", lonely=lonely, choices=", ".join(f'"{c}"' for c in LONELY)))
    n = np.asarray(n_psu, dtype=float)
    called = range(len(n)) if names is None else names
    size = np.full(n.shape, np.inf) if fpc is None else np.asarray(fpc, dtype=float)
    if (size < n).any():
        worst = int(np.argmax(n - size))
        raise ValueError(
            message("design.fpc_too_small", stratum=called[worst], drawn=int(n[worst]), population=f"{size[worst]:g}")
        )
    single = np.flatnonzero((n == 1) & (size > 1))
    if single.size and (lonely == "error" or (lonely == "merge" and len(n) == 1)):
        shown = ", ".join(str(called[h]) for h in single[:5])
        raise ValueError(message("design.lonely", count=single.size, strata=shown))
    position = np.arange(len(n))
    merged: list[tuple[int, int]] = []
    if lonely == "merge":
        for h in single.tolist():
            if n[position == position[h]].sum() == 1:  # the one before may have joined it
                other = h + 1 if h + 1 < len(n) else h - 1
                position[position == position[h]] = position[other]
                merged.append((h, other))
        _, position = np.unique(position, return_inverse=True)
        n, size = np.bincount(position, n), np.bincount(position, size)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(n > 1, (1 - n / size) * n / (n - 1), 1 - n / size)
    alone = (n == 1) & (size > 1)
    return SamplePlan(
        position=position,
        n_psu=n,
        factor=np.where(alone & (lonely == "certainty"), 0.0, factor),
        lonely=alone,
        census=size == n,
        merged=tuple(merged),
    )


def taylor(
    u: npt.ArrayLike,
    *,
    strata: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    fpc: npt.ArrayLike | None = None,
    lonely: str = "error",
) -> DesignVariance:
    """Return the covariance of linearised estimates.

    Parameters
    ----------
    u : array_like, rows or rows × k
        Influence of every row of the sample on each estimate; a row outside the domain has 0 and is there all the same.
    strata : array_like of int, optional
        Stratum of each row.
    clusters : array_like of int, optional
        PSU of each row; the same code in two strata means two PSUs. Without it, every row is a PSU.
    fpc : array_like, optional
        PSUs in the population, for each row's stratum.
    lonely : {"error", "grand-mean", "merge", "certainty"}
        See `sample_plan`.

    Returns
    -------
    DesignVariance

    Raises
    ------
    ValueError
        If a stratum has one PSU (and nothing else is asked for), the population of a stratum is smaller than the
        sample, or not the same on all its rows.

    Notes
    -----
    V = Σ_h (1 − f_h) n_h/(n_h − 1) Σ_c (T_hc − T̄_h)², T_hc the sum of u in PSU c of stratum h, f_h = n_h/N_h.
    For a weighted mean m over a domain, u_i = w_i (y_i − m) / Σw inside it. First stage only: what is drawn within a
    PSU enters through the PSU's total, as in R's survey package with ``ids = ~psu``. Not for a sample whose later
    stages have large sampling fractions.

    References
    ----------
    Binder D. A. (1983), International Statistical Review 51:279–292. Lumley T. (2010), Complex Surveys, Wiley.

    Examples
    --------
    >>> y = np.array([1.0, 0, -1, 1, 1, 0])
    >>> found = taylor((y - y.mean()) / 6, clusters=[0, 0, 1, 1, 2, 2])
    >>> round(float(found.covariance[0, 0]), 6), found.df
    (0.027778, 2.0)
    """
    columns = np.asarray(u, dtype=float)
    columns = columns.reshape(len(columns), -1)
    names, stratum = (
        (np.zeros(1), np.zeros(len(columns), np.int64))
        if strata is None
        else np.unique(np.asarray(strata), return_inverse=True)
    )
    population = None if fpc is None else population_of_strata(np.asarray(fpc, dtype=float), stratum, names.tolist())
    if clusters is None:
        owner, totals = stratum, columns
    else:
        codes = np.asarray(clusters).astype(np.int64)
        codes = codes - codes.min(initial=0)
        units, unit = np.unique(stratum * (codes.max(initial=0) + 1) + codes, return_inverse=True)
        owner = units // (codes.max(initial=0) + 1)
        totals = np.column_stack([np.bincount(unit, column, len(units)) for column in columns.T])
    plan = sample_plan(np.bincount(owner, minlength=len(names)), population, lonely, names.tolist())
    owner = plan.position[owner]
    mean = np.column_stack([np.bincount(owner, t, len(plan.n_psu)) for t in totals.T]) / plan.n_psu[:, None]
    mean[plan.lonely] = totals.mean(axis=0) if len(totals) else 0.0
    apart = totals - mean[owner]
    return DesignVariance(
        covariance=np.asarray((apart * plan.factor[owner, None]).T @ apart),
        df=float(plan.n_psu.sum() - len(plan.n_psu)),
    )


def population_of_strata(fpc: FloatArray, stratum: IntArray, names: Sequence[object]) -> FloatArray:
    """Return the population count of each stratum, which all of its rows must agree on.

    Raises
    ------
    ValueError
        If they do not.

    Examples
    --------
    >>> population_of_strata(np.array([9.0, 5, 9]), np.array([0, 1, 0]), "ab")
    array([9., 5.])
    """
    population = np.empty(len(names))
    population[stratum] = fpc
    differ = population[stratum] != fpc
    if differ.any():
        raise ValueError(message("design.fpc_differs", stratum=names[stratum[differ.argmax()]]))
    return population


def grouped_variance(
    row: IntArray,
    stratum: IntArray,
    total: FloatArray,
    square: FloatArray,
    n_estimates: int,
    plan: SamplePlan,
) -> FloatArray:
    """Return the variance of many estimates at once, from the sums of their influences; PSUs of total 0 may be absent.

    Parameters
    ----------
    row : ndarray
        The estimate to which an entry belongs.
    stratum : ndarray
        Its stratum, as given to `sample_plan`.
    total, square : ndarray
        Sum of PSU totals and of their squares. An entry may be one PSU or many of one stratum.
    n_estimates : int
        How many estimates.
    plan : SamplePlan
        Of the whole sample.

    Returns
    -------
    ndarray
        One variance per estimate.

    Notes
    -----
    Σ_c (T_c − T̄)² = Σ_c T_c² − (Σ_c T_c)²/n: PSUs without a member of the domain count through n alone.

    References
    ----------
    Binder (1983), see `taylor`.

    Examples
    --------
    >>> zero = np.zeros(3, np.int64)
    >>> totals = np.array([1 / 6, -1 / 6, 0])
    >>> grouped_variance(zero, zero, totals, totals**2, 1, sample_plan([3])).round(6)
    array([0.083333])
    """
    n_strata = len(plan.n_psu)
    cells, at = compact(row * n_strata + plan.position[stratum], n_estimates * n_strata)
    of, h = cells // max(n_strata, 1), cells % max(n_strata, 1)
    sums, squares = np.bincount(at, total, len(cells)), np.bincount(at, square, len(cells))
    mean = sums / np.maximum(plan.n_psu[h], 1)  # an empty sample has empty strata
    if plan.lonely.any():
        everywhere = np.bincount(of, sums, n_estimates) / plan.n_psu.sum()
        mean = np.where(plan.lonely[h], everywhere[of], mean)
    apart = np.maximum(squares - 2 * sums * mean + plan.n_psu[h] * mean**2, 0.0)
    return np.asarray(np.bincount(of, plan.factor[h] * apart, n_estimates), dtype=float)


def compact(codes: IntArray, size: int) -> tuple[IntArray, IntArray]:
    """Return the codes that occur, in order, and the place of each entry among them.

    Examples
    --------
    >>> compact(np.array([7, 2, 7]), 9)
    (array([2, 7]), array([1, 0, 1]))
    """
    if size > min(_DENSE, 16 * max(len(codes), 1 << 16)):
        occurring, at = np.unique(codes, return_inverse=True)
        return occurring, at.ravel()
    seen = np.zeros(size, np.bool_)
    seen[codes] = True
    occurring = np.flatnonzero(seen)
    place = np.empty(size, np.int64)
    place[occurring] = np.arange(len(occurring))
    return occurring, place[codes]
