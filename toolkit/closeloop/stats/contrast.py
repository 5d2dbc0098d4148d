"""A difference with its precision, and the ways to get one that serve every metric.

Every function that compares takes the first group, then the second, and tells *second minus first*; the sign is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from closeloop.stats.limits import Interval, normal_quantile, student_quantile, two_sided_p


class Contrast(NamedTuple):
    """A difference with its precision.

    Attributes
    ----------
    estimate : float
        What the interval is built round (of adjusted methods: the adjusted difference).
    std_error : float
        Its standard error; NaN where the method has none.
    interval : Interval
        The limits; NaN where there are none.
    p_value : float
        Two-sided, of the hypothesis "no difference"; NaN where it cannot be had.
    df : float
        Degrees of freedom of the t distribution; infinite for a normal one.

    Examples
    --------
    >>> Contrast(0.1, 0.05, Interval(0.0, 0.2), 0.0455).df
    inf
    """

    estimate: float
    std_error: float
    interval: Interval[float]
    p_value: float
    df: float = math.inf


def wald_contrast(estimate: float, variance: float, df: float = math.inf, confidence_level: float = 0.95) -> Contrast:
    """Return estimate ± quantile · standard error, with the two-sided p of "it is 0".

    Parameters
    ----------
    estimate, variance : float
        The difference and its variance, on one scale.
    df : float
        Degrees of freedom of Student's t; infinite for the normal distribution.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Contrast
        Without limits and p where the variance or the degrees of freedom are missing or 0: answers that are all alike
        say nothing about their spread.

    References
    ----------
    Student (1908), Biometrika 6:1–25.

    Examples
    --------
    >>> round(wald_contrast(0.1, 0.098319**2).p_value, 4)
    0.3091
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    error = math.sqrt(variance) if variance >= 0 else math.nan
    if not (error > 0 and df > 0 and math.isfinite(estimate)):
        return Contrast(estimate, error, Interval(math.nan, math.nan), math.nan, df)
    margin = float(student_quantile(confidence_level, df)) * error
    p = float(two_sided_p(estimate / error, df))
    return Contrast(estimate, error, Interval(estimate - margin, estimate + margin), p, df)


def mean_contrast(
    means: tuple[float, float],
    variances: tuple[float, float],
    dfs: tuple[float, float],
    confidence_level: float = 0.95,
) -> Contrast:
    """Return the difference of two means, second minus first, by Welch's t.

    Parameters
    ----------
    means : tuple of float
        The first mean and the second.
    variances : tuple of float
        The variance of each *mean* (its standard error, squared).
    dfs : tuple of float
        Degrees of freedom of each variance: answers less one, or those of a design.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Contrast
        Without limits and p where a group has no degree of freedom or neither group has any spread.

    Notes
    -----
    df = (v₁+v₂)² / (v₁²/df₁ + v₂²/df₂).

    References
    ----------
    Welch B. L. (1947), Biometrika 34:28–35.

    Examples
    --------
    >>> c = mean_contrast((5.0, 5.5), (0.02, 0.03), (59, 49))
    >>> round(c.df, 2), round(c.p_value, 4)
    (99.42, 0.0276)
    """
    if not (dfs[0] > 0 and dfs[1] > 0):
        return wald_contrast(means[1] - means[0], math.nan, confidence_level=confidence_level)
    return wald_contrast(means[1] - means[0], sum(variances), welch_df(variances, dfs), confidence_level)


def welch_df(variances: tuple[float, float], dfs: tuple[float, float]) -> float:
    """Return the degrees of freedom of a difference of two means; NaN where neither varies.

    References
    ----------
    See `mean_contrast`.

    Examples
    --------
    >>> round(welch_df((0.02, 0.03), (59, 49)), 2)
    99.42
    """
    below = sum(v * v / df for v, df in zip(variances, dfs, strict=True))
    return sum(variances) ** 2 / below if below > 0 else math.nan


def mover(estimates: Sequence[float], low: Sequence[float], high: Sequence[float]) -> Contrast:
    """Return limits of second − first from the estimates and limits of each group.

    Parameters
    ----------
    estimates, low, high : sequence of float
        Of the first group and the second.

    Returns
    -------
    Contrast
        Without a standard error and without p.

    Notes
    -----
    Method of variance estimates recovery: D − √((e₂−l₂)² + (u₁−e₁)²) and D + √((u₂−e₂)² + (e₁−l₁)²). It keeps what is
    lopsided in the limits of the groups.

    References
    ----------
    Zou G. Y., Donner A. (2008), Statistics in Medicine 27:1693–1702.

    Examples
    --------
    >>> low, high = mover((0.6, 0.8), (0.490, 0.692), (0.700, 0.877)).interval
    >>> round(low, 3), round(high, 3)
    (0.053, 0.334)
    """
    difference = estimates[1] - estimates[0]
    down = math.hypot(estimates[1] - low[1], high[0] - estimates[0])
    up = math.hypot(high[1] - estimates[1], estimates[0] - low[0])
    return Contrast(difference, math.nan, Interval(difference - down, difference + up), math.nan)


def two_sided(estimate: float, variance: float) -> float:
    """Return the two-sided p of an estimate by the normal distribution; 1 without variance.

    Examples
    --------
    >>> round(two_sided(1.96, 1.0), 3)
    0.05
    """
    return float(two_sided_p(estimate / math.sqrt(variance))) if variance > 0 else 1.0
