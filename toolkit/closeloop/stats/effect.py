"""An estimated effect with what is uncertain about it; plain difference of two groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.contrast import welch_df
from closeloop.stats.limits import student_quantile, two_sided_p

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class EstimatedEffect:
    """An effect on the scale of the outcome.

    Attributes
    ----------
    estimate, std_error : float
        NaN where the data cannot tell.
    low, high : float
        Limits of the confidence interval; infinite where no value can be excluded on that side.
    p_value : float
        Of no effect, two-sided.
    df : float
        Degrees of freedom of Student's t; NaN where another distribution gave interval and p.
    n : int
        Rows used.

    Examples
    --------
    >>> from_t(0.2, 0.1, 18, 40, 0.95).p_value < 0.07
    True
    """

    estimate: float
    std_error: float
    low: float
    high: float
    p_value: float
    df: float
    n: int


def from_t(estimate: float, std_error: float, df: float, n: int, confidence_level: float) -> EstimatedEffect:
    """Return an effect with the interval and p of Student's t; NaN without degrees of freedom.

    Raises
    ------
    ValueError
        If the level does not lie between 0 and 1.

    Examples
    --------
    >>> effect = from_t(0.2, 0.1, 18, 40, 0.95)
    >>> round(effect.low, 4), round(effect.high, 4)
    (-0.0101, 0.4101)
    """
    quantile = float(student_quantile(confidence_level, df))
    if not (df > 0 and std_error >= 0):
        return EstimatedEffect(
            estimate=estimate, std_error=math.nan, low=math.nan, high=math.nan, p_value=math.nan, df=math.nan, n=n
        )
    margin = quantile * std_error
    t = estimate / std_error if std_error > 0 else (math.inf if estimate else 0.0)
    p = float(two_sided_p(t, df))
    return EstimatedEffect(
        estimate=estimate, std_error=std_error, low=estimate - margin, high=estimate + margin, p_value=p, df=df, n=n
    )


def group_difference(y: npt.ArrayLike, treated: npt.ArrayLike, confidence_level: float = 0.95) -> EstimatedEffect:
    """Return the difference of two independent means, treated − control, by Welch's t.

    Parameters
    ----------
    y : array_like
        Outcome; NaN is missing and left out.
    treated : array_like of bool
        Who was treated, by lot.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    EstimatedEffect
        Without error and interval where a group has fewer than two answers. Not an effect unless a lot decided.

    References
    ----------
    Welch B. L. (1947), Biometrika 34:28–35.

    Examples
    --------
    >>> effect = group_difference([1, 1, 0, -1, 0, -1], [True, True, True, False, False, False])
    >>> round(effect.estimate, 4), round(effect.std_error, 4), round(effect.df, 4)
    (1.3333, 0.4714, 4.0)
    """
    value, lot = np.asarray(y, dtype=float), np.asarray(treated, dtype=bool)
    some = ~np.isnan(value)
    one, other = value[some & lot], value[some & ~lot]
    n = len(one) + len(other)
    if not (len(one) and len(other)):
        return from_t(math.nan, math.nan, math.nan, n, confidence_level)
    estimate = float(one.mean() - other.mean())
    if min(len(one), len(other)) < 2:
        return from_t(estimate, math.nan, math.nan, n, confidence_level)
    variances = float(one.var(ddof=1)) / len(one), float(other.var(ddof=1)) / len(other)
    df = welch_df(variances, (len(one) - 1, len(other) - 1)) if any(variances) else n - 2
    return from_t(estimate, math.sqrt(sum(variances)), df, n, confidence_level)
