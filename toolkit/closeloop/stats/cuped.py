"""CUPED: the difference of a randomised comparison, made sharper by what was known of everybody before."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.effect import EstimatedEffect, group_difference

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class CupedAdjustment:
    """An outcome with what an earlier measurement foretells taken out.

    Attributes
    ----------
    theta : float
        Slope: cov(X, Y) / var(X); 0 where X does not vary.
    rho_squared : float
        Squared correlation of X and Y: the share of the variance that falls away.
    adjusted : numpy.ndarray
        Y − θ (X − mean of X); NaN where either is missing.

    Examples
    --------
    >>> cuped_adjustment([1, 2, 3], [1, 2, 3]).variance_ratio
    0.0
    """

    theta: float
    rho_squared: float
    adjusted: FloatArray

    @property
    def variance_ratio(self) -> float:
        """Variance after by variance before: 1 − ρ²."""
        return 1.0 - self.rho_squared


def cuped_adjustment(before: npt.ArrayLike, after: npt.ArrayLike) -> CupedAdjustment:
    """Return the adjusted outcome of everybody, both groups together.

    Parameters
    ----------
    before : array_like
        X, known before the lot was drawn: never anything that the action could have changed.
    after : array_like
        Y, the outcome. Pairs with a missing value are left out.

    Returns
    -------
    CupedAdjustment
        With θ = 0 where X is constant or there are fewer than two pairs: then nothing is foretold.

    References
    ----------
    Deng A., Xu Y., Kohavi R., Walker T. (2013), Proceedings of WSDM '13, 123–132, doi:10.1145/2433396.2433413.

    Examples
    --------
    >>> x, y = [3, 5, 6, 7, 8, 9, 10, 4, 6, 9], [4, 6, 6, 8, 8, 10, 9, 5, 7, 9]
    >>> adjustment = cuped_adjustment(x, y)
    >>> round(adjustment.theta, 7), round(adjustment.rho_squared, 7)
    (0.8024948, 0.9219137)
    """
    x, y = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    some = ~(np.isnan(x) | np.isnan(y))
    dx, dy = x[some] - x[some].mean() if some.any() else x[some], y[some] - y[some].mean() if some.any() else y[some]
    xx, xy, yy = float(dx @ dx), float(dx @ dy), float(dy @ dy)
    adjusted = np.full(y.shape, np.nan)
    if not xx > 0:
        adjusted[some] = y[some]
        return CupedAdjustment(theta=0.0, rho_squared=0.0, adjusted=adjusted)
    theta = xy / xx
    adjusted[some] = y[some] - theta * dx
    return CupedAdjustment(theta=theta, rho_squared=min(xy * xy / (xx * yy), 1.0) if yy > 0 else 0.0, adjusted=adjusted)


def cuped_difference(
    before: npt.ArrayLike, after: npt.ArrayLike, treated: npt.ArrayLike, confidence_level: float = 0.95
) -> EstimatedEffect:
    """Return treated − control of the adjusted outcome, by Welch's t.

    Examples
    --------
    >>> lot = [True, False] * 5
    >>> x, y = [3, 5, 6, 7, 8, 9, 10, 4, 6, 9], [4, 6, 6, 8, 8, 10, 9, 5, 7, 9]
    >>> round(cuped_difference(x, y, lot).estimate, 4)
    -0.6395
    """
    return group_difference(cuped_adjustment(before, after).adjusted, treated, confidence_level)
