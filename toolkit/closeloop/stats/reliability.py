"""How well the items of a scale agree: Cronbach's alpha, Feldt's interval, McDonald's omega, reliability of a gap.

Everything is had from a covariance (or correlation) matrix and the number of complete answers.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import Interval, normal_quantile

FloatArray = npt.NDArray[np.float64]

_NOTHING = 1e-12
"""A variance below this share of the sum of all variances is rounding, not variance."""
_IMPROPER = 1e-4
"""A uniqueness below this is a Heywood case: the item would be without any error. A variance missed by more than this
shows that the fit has stopped short of the maximum."""
_FURTHEST_START = 0.95
_OPTIMISERS = ("BFGS", "L-BFGS-B")
_FEWEST_FOR_OMEGA = 3


def cronbach_alpha(covariance: npt.ArrayLike) -> float:
    """Return Cronbach's alpha: k / (k − 1) · (1 − Σ item variances / variance of the sum).

    Parameters
    ----------
    covariance : array_like of float, (k, k)
        Covariances of the items; a correlation matrix gives the standardised alpha.

    Returns
    -------
    float
        At most 1; below 0 if the items contradict one another (some need reversing); NaN for fewer than two items and
        for a sum that does not vary.

    Notes
    -----
    Missing answers are the caller's to leave out. Not to be used as a proof that the items measure *one* thing: many
    items give a high alpha in any case, and it is below the true reliability where items differ in their loadings
    (see `omega_total`).

    References
    ----------
    Cronbach L. J. (1951), Psychometrika 16:297–334, doi:10.1007/BF02310555.

    Examples
    --------
    >>> cronbach_alpha([[1.0, 0.5], [0.5, 1.0]])
    0.6666666666666667
    """
    matrix = _square(covariance)
    k = len(matrix)
    trace, total = float(np.trace(matrix)), float(matrix.sum())
    if k < 2 or not trace > 0 or not total > _NOTHING * trace:
        return float("nan")
    return k / (k - 1) * (1 - trace / total)


def feldt_interval(alpha: float, n: int, k: int, confidence_level: float = 0.95) -> Interval[float]:
    """Return Feldt's interval of alpha: 1 − (1 − α)·F with n − 1 and (n − 1)(k − 1) degrees of freedom.

    Parameters
    ----------
    alpha : float
        The estimate.
    n, k : int
        Complete answers and items.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Interval
        NaN for n < 2, k < 2 or an alpha that is NaN.

    Notes
    -----
    Exact for normal items with equal covariances; for answers on few points with a ceiling it is approximate.

    References
    ----------
    Feldt L. S. (1965), Psychometrika 30:357–370, doi:10.1007/BF02289499.

    Examples
    --------
    >>> low, high = feldt_interval(0.8431427696, n=30, k=7)
    >>> round(low, 6), round(high, 6)
    (0.739376, 0.915773)
    """
    from scipy.special import fdtri

    normal_quantile(confidence_level)  # refuses an impossible level
    if n < 2 or k < 2 or np.isnan(alpha):
        return Interval(float("nan"), float("nan"))
    tail, first, second = (1 - confidence_level) / 2, n - 1, (n - 1) * (k - 1)
    upper, lower = float(fdtri(first, second, 1 - tail)), float(fdtri(first, second, tail))
    return Interval(1 - (1 - alpha) * upper, 1 - (1 - alpha) * lower)


def omega_total(correlation: npt.ArrayLike, n: int, deviations: npt.ArrayLike | None = None) -> float:
    """Return McDonald's omega of one factor: (Σλ)² / ((Σλ)² + Σψ).

    Loadings λ and uniquenesses ψ are fitted by maximum likelihood on correlations
    (`statsmodels.multivariate.factor.Factor`). Maximum likelihood does not depend on the units, so that the same fit
    serves the sum of the raw items: its λ and ψ are multiplied by the standard deviations and their squares.

    Parameters
    ----------
    correlation : array_like of float, (k, k)
        Correlations of the items.
    n : int
        Complete answers behind them.
    deviations : array_like of float, (k,), optional
        Standard deviations of the items: then omega of the raw sum, else of the sum of standardised items.

    Returns
    -------
    float
        NaN for fewer than three items (one factor cannot be told from two then), for no more answers than items, for
        an item that does not vary, and where the fit does not converge or leaves an item without any error (a Heywood
        case).

    Notes
    -----
    Not to be used where the items form several groups: one factor then describes none of them.

    References
    ----------
    McDonald R. P. (1999), Test theory: a unified treatment, Lawrence Erlbaum, chapter 6.

    Examples
    --------
    >>> equal = [[1.0, 0.5, 0.5, 0.5], [0.5, 1.0, 0.5, 0.5], [0.5, 0.5, 1.0, 0.5], [0.5, 0.5, 0.5, 1.0]]
    >>> round(omega_total(equal, n=100), 4)
    0.8
    """
    matrix = _square(correlation)
    if len(matrix) < _FEWEST_FOR_OMEGA or n <= len(matrix) or np.isnan(matrix).any():
        return float("nan")
    loadings, uniqueness = _one_factor(matrix)
    if deviations is not None:
        scale = np.asarray(deviations, dtype=float)
        loadings, uniqueness = loadings * scale, uniqueness * scale**2
    common = float(loadings.sum() ** 2)
    return common / (common + float(uniqueness.sum()))


def _one_factor(correlation: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return loadings and uniquenesses; NaN where there is no proper solution."""
    from statsmodels.multivariate.factor import Factor

    nothing = np.full(len(correlation), np.nan)
    # From the first principal component: left to itself the search starts at random, and ends a little elsewhere.
    values, vectors = np.linalg.eigh(correlation)
    first = np.clip(vectors[:, -1:] * np.sqrt(max(values[-1], 0.0)), -_FURTHEST_START, _FURTHEST_START)
    start = (first, 1 - first[:, 0] ** 2)
    for optimiser in _OPTIMISERS:
        with warnings.catch_warnings(record=True) as complaints, np.errstate(all="ignore"):
            warnings.simplefilter("always")
            try:
                fitted: Any = Factor(corr=correlation, n_factor=1, method="ml").fit(start=start, opt_method=optimiser)
            except np.linalg.LinAlgError:
                continue
        loadings, uniqueness = fitted.loadings[:, 0], np.asarray(fitted.uniqueness)
        unfitted = np.abs(loadings**2 + uniqueness - 1).max()  # at the maximum every variance is met exactly
        if not complaints and unfitted < _IMPROPER and uniqueness.min() > _IMPROPER:
            return loadings, uniqueness
    return nothing, nothing


def difference_reliability(sd1: float, sd2: float, r11: float, r22: float, r12: float) -> float:
    """Return the reliability of a difference score X₁ − X₂.

    r_D = (s₁² r₁₁ + s₂² r₂₂ − 2 r₁₂ s₁ s₂) / (s₁² + s₂² − 2 r₁₂ s₁ s₂).

    Parameters
    ----------
    sd1, sd2 : float
        Standard deviations of the two scores.
    r11, r22 : float
        Their reliabilities.
    r12 : float
        Their correlation.

    Returns
    -------
    float
        NaN if the difference does not vary.

    Notes
    -----
    The more alike expectations and perceptions are answered, the less reliable is their difference, even where both
    are reliable.

    References
    ----------
    Peter J. P., Churchill G. A., Brown T. J. (1993), Journal of Consumer Research 19:655–662.

    Examples
    --------
    >>> round(difference_reliability(1.0, 1.0, 0.8, 0.8, 0.5), 3)
    0.6
    """
    shared = 2 * r12 * sd1 * sd2
    squares = sd1**2 + sd2**2
    variance = squares - shared
    if not variance > _NOTHING * squares:
        return float("nan")
    return (sd1**2 * r11 + sd2**2 * r22 - shared) / variance


def item_rest_correlation(covariance: npt.ArrayLike) -> FloatArray:
    """Return each item's correlation with the sum of the others; NaN where one of the two does not vary.

    Examples
    --------
    >>> item_rest_correlation([[1.0, 0.5], [0.5, 1.0]]).tolist()
    [0.5, 0.5]
    """
    matrix = _square(covariance)
    variances = np.diagonal(matrix)
    with_rest = matrix.sum(axis=1) - variances
    rest = matrix.sum() - 2 * matrix.sum(axis=1) + variances
    floor = _NOTHING * max(float(np.trace(matrix)), 0.0)
    product = np.where((variances > floor) & (rest > floor), variances * rest, np.nan)
    return np.asarray(with_rest / np.sqrt(product))


def alpha_without_each(covariance: npt.ArrayLike) -> FloatArray:
    """Return Cronbach's alpha of the items without each of them in turn; NaN for fewer than three items.

    Examples
    --------
    >>> alpha_without_each([[1.0, 0.5, 0.2], [0.5, 1.0, 0.2], [0.2, 0.2, 1.0]]).round(3).tolist()
    [0.333, 0.333, 0.667]
    """
    matrix = _square(covariance)
    k = len(matrix)
    return np.array([cronbach_alpha(np.delete(np.delete(matrix, i, 0), i, 1)) for i in range(k)])


def _square(matrix: npt.ArrayLike) -> FloatArray:
    return np.atleast_2d(np.asarray(matrix, dtype=float))
