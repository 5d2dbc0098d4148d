"""What intervals and tests have in common: two limits, quantiles by confidence level, p, and the names of methods."""

from __future__ import annotations

import math
from collections.abc import Iterable
from statistics import NormalDist
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
Limits = tuple[FloatArray, FloatArray]
Bound = TypeVar("Bound")


class Interval(NamedTuple, Generic[Bound]):
    """The two limits of a confidence interval.

    Examples
    --------
    >>> Interval(-1.5, 20.0).low
    -1.5
    """

    low: Bound
    high: Bound


def normal_quantile(confidence_level: float) -> float:
    """Return the two-sided quantile of the normal distribution (0.95 → 1.96).

    Raises
    ------
    ValueError
        If the level does not lie between 0 and 1.

    Examples
    --------
    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    if not (isinstance(confidence_level, int | float | np.integer) and 0 < confidence_level < 1):
        raise ValueError(message("scores.confidence_level", value=confidence_level))
    return NormalDist().inv_cdf(0.5 + confidence_level / 2)


def student_quantile(confidence_level: float, df: npt.ArrayLike) -> FloatArray:
    """Return the two-sided quantile of Student's t: normal for infinite degrees of freedom, NaN for none.

    Raises
    ------
    ValueError
        If the level does not lie between 0 and 1.

    Examples
    --------
    >>> student_quantile(0.95, [10, math.inf, 0]).round(6)
    array([2.228139, 1.959964,      nan])
    """
    from scipy.special import stdtrit

    normal_quantile(confidence_level)  # refuses an impossible level
    freedom = np.asarray(df, dtype=float)
    return np.asarray(stdtrit(np.where(freedom > 0, freedom, np.nan), 0.5 + confidence_level / 2))


def normal_density(x: FloatArray) -> FloatArray:
    """Return the density of the standard normal distribution.

    Examples
    --------
    >>> normal_density(np.array([0.0, 1.0])).round(6).tolist()
    [0.398942, 0.241971]
    """
    return np.asarray(np.exp(-x * x / 2) / math.sqrt(2 * math.pi))


def two_sided_p(statistic: npt.ArrayLike, df: npt.ArrayLike = math.inf) -> FloatArray:
    """Return the two-sided p of a statistic by Student's t, by default that of the normal distribution.

    Examples
    --------
    >>> two_sided_p([1.96, -1.96]).round(4).tolist(), round(float(two_sided_p(1.96, 10)), 4)
    ([0.05, 0.05], 0.0784)
    """
    from scipy.special import stdtr

    return np.asarray(2 * stdtr(df, -np.abs(np.asarray(statistic, dtype=float))))


def known_method(methods: Iterable[str], method: str, what: str) -> str:
    """Return `method` if there is such a one.

    Raises
    ------
    ValueError
        Naming the methods there are.

    Examples
    --------
    >>> known_method(("newcombe", "score"), "score", "share")
    'score'
    """
    choices = list(methods)
    if method not in choices:
        shown = ", ".join(f'"{known}"' for known in choices)
        raise ValueError(message("scores.unknown_method", method=method, what=what, choices=shown))
    return method
