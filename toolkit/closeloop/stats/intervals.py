"""Confidence intervals of an NPS, a share and a mean, from counts; vectorised over groups.

Everything here is on the scale of the estimate inside the package: an NPS on −1…1, a share on 0…1. Counts need not be
whole numbers: a weighted sample enters with its shares times its effective sample size.
"""

from __future__ import annotations

from collections.abc import Callable
from statistics import NormalDist
from typing import Any, Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
Bound = TypeVar("Bound")

_BISECTIONS = 60
"""Halvings of an interval of length at most 2: the limit is then exact to the last bit or so."""


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
    if not 0 < confidence_level < 1:
        raise ValueError(message("scores.confidence_level", value=confidence_level))
    return NormalDist().inv_cdf(0.5 + confidence_level / 2)


def nps_interval(
    detractors: npt.ArrayLike,
    passives: npt.ArrayLike,
    promoters: npt.ArrayLike,
    confidence_level: float = 0.95,
    method: str = "adjusted-wald",
) -> Interval[FloatArray]:
    """Return the interval of (promoters − detractors) / n, on −1…1.

    Parameters
    ----------
    detractors, passives, promoters : array_like of float
        Counts, not negative; arrays are taken elementwise.
    confidence_level : float
        Between 0 and 1.
    method : {"adjusted-wald", "score", "wald"}
        ``"adjusted-wald"`` adds ¾, 1½ and ¾ of an answer and is the narrowest with the right mean coverage;
        ``"score"`` (Tango) has the best worst case and is to be preferred below n = 30 or beyond ±0.7; ``"wald"`` is
        the textbook formula, which is far too short for small or lopsided groups.

    Returns
    -------
    Interval
        Two arrays, within −1…1. Without any answer the limits are −1 and 1.

    Raises
    ------
    ValueError
        If the method or the level is not one that can be used.

    Notes
    -----
    An NPS is exactly the paired difference of two proportions, so that Tango's score interval applies unchanged. Its
    limits are found by bisection. Textbook Wald limits are not cut at ±1 by the formula; here they are.

    References
    ----------
    Rocks B. (2016), The American Statistician 70:365–372. Tango T. (1998), Statistics in Medicine 17:891–908.

    Examples
    --------
    >>> low, high = nps_interval(20, 40, 40)
    >>> round(float(low), 6), round(float(high), 6)
    (0.049736, 0.338614)
    """
    formula = _one_of(_NPS_METHODS, method, "NPS")
    z = normal_quantile(confidence_level)
    d, n0, p = np.broadcast_arrays(
        np.asarray(detractors, dtype=float), np.asarray(passives, dtype=float), np.asarray(promoters, dtype=float)
    )
    n = d + n0 + p
    with np.errstate(divide="ignore", invalid="ignore"):
        low, high = formula(d, n0, p, z)
    return Interval(
        np.where(n > 0, np.maximum(low, -1.0), -1.0),
        np.where(n > 0, np.minimum(high, 1.0), 1.0),
    )


def share_interval(
    count: npt.ArrayLike, n: npt.ArrayLike, confidence_level: float = 0.95, method: str = "wilson"
) -> Interval[FloatArray]:
    """Return the interval of the share count / n, on 0…1.

    Parameters
    ----------
    count, n : array_like of float
        Hits and answers; arrays are taken elementwise.
    confidence_level : float
        Between 0 and 1.
    method : {"wilson"}
        Wilson's score interval.

    Returns
    -------
    Interval
        Two arrays; NaN where n is 0.

    Raises
    ------
    ValueError
        If the method or the level is not one that can be used.

    Notes
    -----
    At count 0 the lower limit is exactly 0, at count n the upper limit exactly 1.

    References
    ----------
    Wilson E. B. (1927), Journal of the American Statistical Association 22:209–212.

    Examples
    --------
    >>> low, high = share_interval(17, 20)
    >>> round(float(low), 6), round(float(high), 6)
    (0.639581, 0.947631)
    """
    formula = _one_of(_SHARE_METHODS, method, "share")
    z = normal_quantile(confidence_level)
    k, size = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(n, dtype=float))
    with np.errstate(divide="ignore", invalid="ignore"):
        limits: Interval[FloatArray] = formula(k, size, z)
    return limits


def mean_interval(
    mean: npt.ArrayLike,
    std_error: npt.ArrayLike,
    n: npt.ArrayLike,
    confidence_level: float = 0.95,
    method: str = "t",
) -> Interval[FloatArray]:
    """Return the interval of a mean, on the scale of the answers.

    Parameters
    ----------
    mean, std_error : array_like of float
        The estimate and its standard error.
    n : array_like of float
        Answers (of a weighted sample: the effective number); the t distribution has n − 1 degrees of freedom.
    confidence_level : float
        Between 0 and 1.
    method : {"t"}
        Student's t.

    Returns
    -------
    Interval
        Two arrays; NaN where n is at most 1, because one answer says nothing about the spread.

    Raises
    ------
    ValueError
        If the method or the level is not one that can be used.

    Examples
    --------
    >>> low, high = mean_interval(5.43, 0.14231491613, 100)
    >>> round(float(low), 6), round(float(high), 6)
    (5.147616, 5.712384)
    """
    _one_of(_MEAN_METHODS, method, "mean")
    normal_quantile(confidence_level)  # refuses an impossible level
    from scipy.special import stdtrit

    centre, error, size = np.broadcast_arrays(
        np.asarray(mean, dtype=float), np.asarray(std_error, dtype=float), np.asarray(n, dtype=float)
    )
    freedom = np.where(size > 1, size - 1, np.nan)
    margin = stdtrit(freedom, 0.5 + confidence_level / 2) * error
    return Interval(centre - margin, centre + margin)


def _wald(d: FloatArray, n0: FloatArray, p: FloatArray, z: float) -> Interval[FloatArray]:
    n = d + n0 + p
    theta = (p - d) / n
    margin = z * np.sqrt(np.maximum((p + d) / n - theta**2, 0.0) / n)
    return Interval(theta - margin, theta + margin)


def _adjusted_wald(d: FloatArray, n0: FloatArray, p: FloatArray, z: float) -> Interval[FloatArray]:
    return _wald(d + 0.75, n0 + 1.5, p + 0.75, z)


def _score(d: FloatArray, n0: FloatArray, p: FloatArray, z: float) -> Interval[FloatArray]:
    n = d + n0 + p
    theta = (p - d) / n

    def too_far(t: FloatArray) -> npt.NDArray[np.bool_]:
        """Whether the hypothesis "the NPS is t" is rejected; q is the detractor share under it (Tango 1998)."""
        a = 2 * n
        b = -d - p + (2 * n - p + d) * t
        c = -d * t * (1 - t)
        q = (np.sqrt(np.maximum(b * b - 4 * a * c, 0.0)) - b) / (2 * a)
        return np.abs(p - d - n * t) > z * np.sqrt(np.maximum(n * (2 * q + t * (1 - t)), 0.0))

    def limit(end: float) -> FloatArray:
        inside, outside = theta.copy(), np.full_like(theta, end)
        for _ in range(_BISECTIONS):
            middle = (inside + outside) / 2
            far = too_far(middle)
            outside = np.where(far, middle, outside)
            inside = np.where(far, inside, middle)
        return (inside + outside) / 2

    return Interval(np.where(d == n, -1.0, limit(-1.0)), np.where(p == n, 1.0, limit(1.0)))


def _wilson(k: FloatArray, n: FloatArray, z: float) -> Interval[FloatArray]:
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    margin = z / (1 + z * z / n) * np.sqrt(np.maximum(share * (1 - share), 0.0) / n + z * z / (4 * n * n))
    return Interval(
        np.where(k == 0, np.where(n > 0, 0.0, np.nan), centre - margin),
        np.where((k == n) & (n > 0), 1.0, centre + margin),
    )


_NPS_METHODS: dict[str, Callable[..., Interval[FloatArray]]] = {
    "adjusted-wald": _adjusted_wald,
    "score": _score,
    "wald": _wald,
}
_SHARE_METHODS: dict[str, Callable[..., Interval[FloatArray]]] = {"wilson": _wilson}
_MEAN_METHODS: dict[str, None] = {"t": None}

METHODS: dict[str, tuple[str, ...]] = {
    "nps": tuple(_NPS_METHODS),
    "top_box": tuple(_SHARE_METHODS),
    "mean": tuple(_MEAN_METHODS),
}
"""The interval methods of each kind of metric; the first is the default."""


def _one_of(methods: dict[str, Any], method: str, what: str) -> Any:
    if method not in methods:
        raise ValueError(
            message("scores.unknown_method", method=method, what=what, choices=", ".join(f'"{m}"' for m in methods))
        )
    return methods[method]
