"""The NPS of a sample that is a sizable part of everybody who could have been asked."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import nps_interval
from closeloop.stats.limits import FloatArray, Interval
from closeloop.stats.nps_intervals import nps_and_spread
from closeloop.text import message


def finite_population_std_error(
    detractors: npt.ArrayLike, passives: npt.ArrayLike, promoters: npt.ArrayLike, population: npt.ArrayLike
) -> FloatArray:
    """Return the standard error of an NPS of n answers out of a population of N, on −1…1.

    Parameters
    ----------
    detractors, passives, promoters : array_like of float
        Counts; n is their sum.
    population : array_like of float
        N: everybody who could have been asked, at least n.

    Returns
    -------
    ndarray
        √((1 − n/N) s²/(n − 1)) with s² = (p + d)/n − θ². 0 where all were asked; else NaN below two answers.

    Raises
    ------
    ValueError
        If a population is smaller than its sample.

    References
    ----------
    Cochran W. G. (1977), Sampling Techniques, 3rd edition, section 2.6.

    Examples
    --------
    >>> round(float(finite_population_std_error(20, 40, 40, 500)), 6)
    0.06727
    """
    d, n0, p, size = _checked(detractors, passives, promoters, population)
    n = d + n0 + p
    with np.errstate(divide="ignore", invalid="ignore"):
        _, spread = nps_and_spread(d, n0, p)
        error = np.sqrt(np.maximum(1 - n / size, 0.0) * spread / np.where(n > 1, n - 1, np.nan))
    return np.where((n == size) & (n > 0), 0.0, error)


def finite_population_interval(
    detractors: npt.ArrayLike,
    passives: npt.ArrayLike,
    promoters: npt.ArrayLike,
    population: npt.ArrayLike,
    confidence_level: float = 0.95,
    method: str = "adjusted-wald",
) -> Interval[FloatArray]:
    """Return the interval of an NPS of n answers out of a population of N, on −1…1.

    Parameters
    ----------
    detractors, passives, promoters : array_like of float
        Counts; n is their sum.
    population : array_like of float
        N: everybody who could have been asked, at least n.
    confidence_level : float
        Between 0 and 1.
    method : str
        Any of `closeloop.stats.intervals.nps_interval`.

    Returns
    -------
    Interval
        The formula at the effective sample size (n − 1)/(1 − n/N). Where everybody answered both limits are the NPS:
        a census has no sampling error, say so in place of an interval.

    Raises
    ------
    ValueError
        If a population is smaller than its sample.

    Notes
    -----
    The respondents must be a random sample of the population. A response rate of 60 % does not make the other 40 %
    alike: who did not answer is a matter of bias, which no correction of the variance mends.

    References
    ----------
    Cochran W. G. (1977), Sampling Techniques, 3rd edition, section 2.6.

    Examples
    --------
    >>> low, high = finite_population_interval(20, 40, 40, 500, method="wald")
    >>> round(float(low), 6), round(float(high), 6)
    (0.068153, 0.331847)
    """
    d, n0, p, size = _checked(detractors, passives, promoters, population)
    n = d + n0 + p
    census = (n == size) & (n > 0)
    sampled = (n > 0) & ~census
    share = np.where(sampled, n / np.where(sampled, size, 1.0), 0.0)
    scale = np.where(sampled, np.maximum(n - 1, 0.0) / (1 - share) / np.where(n > 0, n, 1.0), 0.0)
    low, high = nps_interval(d * scale, n0 * scale, p * scale, confidence_level, method)
    theta = (p - d) / np.where(n > 0, n, 1.0)
    return Interval(np.where(census, theta, low), np.where(census, theta, high))


def _checked(
    detractors: npt.ArrayLike, passives: npt.ArrayLike, promoters: npt.ArrayLike, population: npt.ArrayLike
) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray]:
    values = (np.asarray(value, dtype=float) for value in (detractors, passives, promoters, population))
    d, n0, p, size = np.broadcast_arrays(*values)
    short = ~(size >= d + n0 + p)
    if short.any():
        message_values = {"population": float(size[short][0]), "n": float((d + n0 + p)[short][0])}
        raise ValueError(message("coverage.small_population", **message_values))
    return d, n0, p, size
