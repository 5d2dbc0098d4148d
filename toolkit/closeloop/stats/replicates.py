"""Variance from replicates: the estimate computed again and again with other weights.

A jackknife needs no column per replicate: every figure that is a function of weighted totals follows from the totals of
the primary sampling units (PSUs), from which one unit at a time is taken away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

KINDS = ("jk1", "jkn", "brr", "fay", "bootstrap", "sdr")
"""Replicate weights by how they were made: delete-one jackknife without and with strata, balanced repeated replication,
Fay's form of it, bootstrap, successive differences."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Jackknife:
    """Totals with one PSU taken away at a time.

    Attributes
    ----------
    totals : ndarray, replicates × k
        The totals of each replicate.
    rscales : ndarray
        What each replicate's squared deviation counts.
    df : int
        PSUs minus strata.
    """

    totals: FloatArray
    rscales: FloatArray
    df: int


def jackknife(
    values: npt.ArrayLike,
    strata: npt.NDArray[np.integer] | None = None,
    clusters: npt.NDArray[np.integer] | None = None,
    fpc: npt.ArrayLike | None = None,
) -> Jackknife:
    """Return the totals of every delete-one-PSU replicate (JK1 without strata, JKn with them).

    Parameters
    ----------
    values : array_like, (rows, k)
        Weighted values whose totals the estimate is made of, for a mean ``(w, w·y)``; zeros outside the domain.
    strata, clusters : ndarray of int, optional
        Of each row. Without clusters each row is its own PSU; clusters of two strata are different ones.
    fpc : array_like, optional
        PSUs in the population, per row.

    Returns
    -------
    Jackknife

    Raises
    ------
    ValueError
        If a stratum has one PSU only: nothing is left when it is taken away.

    Notes
    -----
    Taking away PSU c of stratum h gives T − T_h + n_h/(n_h − 1)·(T_h − T_hc); it counts (n_h − 1)/n_h, times
    1 − n_h/N_h for a finite population. Source: Rust K. F. & Rao J. N. K. (1996), Statistical Methods
    in Medical Research 5:283–310.

    Examples
    --------
    >>> jackknife(np.array([[1.0, 2.0], [1.0, 4.0], [1.0, 6.0]])).totals.tolist()
    [[3.0, 15.0], [3.0, 12.0], [3.0, 9.0]]
    """
    rows = np.asarray(values, dtype=float)
    h = np.zeros(len(rows), np.int64) if strata is None else np.unique(strata, return_inverse=True)[1]
    c = np.arange(len(rows)) if clusters is None else np.unique(clusters, return_inverse=True)[1]
    found, first, psu = np.unique(h * (int(c.max(initial=0)) + 1) + c, return_index=True, return_inverse=True)
    stratum = h[first]
    n = np.bincount(stratum).astype(float)
    if (n < 2).any():
        raise ValueError(message("rake.one_psu", count=int((n < 2).sum())))
    of_psu = np.column_stack([np.bincount(psu, weights=column, minlength=found.size) for column in rows.T])
    of_stratum = np.column_stack([np.bincount(stratum, weights=column, minlength=n.size) for column in of_psu.T])
    size = n[stratum]
    left = (size / (size - 1))[:, None] * (of_stratum[stratum] - of_psu)
    scale = (size - 1) / size
    if fpc is not None:
        scale *= 1 - size / np.asarray(fpc, dtype=float)[first]
    return Jackknife(
        totals=of_stratum.sum(axis=0) - of_stratum[stratum] + left, rscales=scale, df=int(found.size - n.size)
    )


def replicate_variance(
    estimates: npt.ArrayLike,
    estimate: npt.ArrayLike,
    scale: float = 1.0,
    rscales: npt.ArrayLike | None = None,
    centre: str = "mean",
) -> FloatArray:
    """Return the variance of an estimate from its replicates.

    Parameters
    ----------
    estimates : array_like, (replicates,) or (replicates, k)
        The estimate of each replicate.
    estimate : array_like
        The estimate from the full weights.
    scale : float
        Factor of the whole sum, see `replicate_scale`.
    rscales : array_like, optional
        Factor of each replicate.
    centre : {"mean", "estimate"}
        Whether deviations are counted from the mean of the replicates (the default of R's survey package) or from the
        estimate itself, which is never smaller.

    Returns
    -------
    ndarray
        V = scale · Σ rscale_r (θ_r − centre)²; NaN if a replicate has no estimate.

    Raises
    ------
    ValueError
        For another `centre`.

    Notes
    -----
    Wolter K. M. (2007), Introduction to Variance Estimation, 2nd edition, chapters 3 to 5.

    Examples
    --------
    >>> float(replicate_variance([3.0, 5.0], 4.0, scale=0.5))
    1.0
    """
    if centre not in ("mean", "estimate"):
        raise ValueError(message("rake.unknown_centre", centre=centre))
    theta = np.asarray(estimates, dtype=float)
    count = np.ones(len(theta)) if rscales is None else np.asarray(rscales, dtype=float)
    middle = theta[count > 0].mean(axis=0) if centre == "mean" else np.asarray(estimate, dtype=float)
    return np.asarray(scale * np.tensordot(count, (theta - middle) ** 2, axes=(0, 0)))


def replicate_scale(kind: str, replicates: int, fay: float = 0.0) -> float:
    """Return the factor of the sum of squares for replicate weights of a kind.

    Parameters
    ----------
    kind : str
        One of `KINDS`.
    replicates : int
        How many there are, two or more.
    fay : float
        Fay's coefficient, 0 to below 1, for ``"fay"``.

    Returns
    -------
    float
        JK1 (R − 1)/R, JKn 1 (each replicate has a factor of its own), BRR 1/R, Fay 1/(R(1 − ρ)²), bootstrap
        1/(R − 1), successive differences 4/R.

    Raises
    ------
    ValueError
        For another kind, fewer than two replicates or an impossible coefficient.

    Examples
    --------
    >>> replicate_scale("jk1", 20), replicate_scale("fay", 8, 0.5)
    (0.95, 0.5)
    """
    if kind not in KINDS:
        raise ValueError(message("rake.unknown_kind", kind=kind, choices=", ".join(f'"{k}"' for k in KINDS)))
    if replicates < 2:
        raise ValueError(message("rake.few_replicates", count=replicates))
    if not 0 <= fay < 1:
        raise ValueError(message("rake.bad_fay", value=fay))
    return {
        "jk1": (replicates - 1) / replicates,
        "jkn": 1.0,
        "brr": 1 / replicates,
        "fay": 1 / (replicates * (1 - fay) ** 2),
        "bootstrap": 1 / (replicates - 1),
        "sdr": 4 / replicates,
    }[kind]
