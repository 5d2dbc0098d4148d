"""Many tests at once: p values adjusted so that chance findings stay rare."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]


def holm(p: npt.ArrayLike) -> FloatArray:
    """Return Holm's adjusted p values: a false alarm anywhere is as rare as the level says.

    For a handful of comparisons that were planned. For a scan of many segments `benjamini_hochberg` finds more.

    Parameters
    ----------
    p : array_like
        p values 0…1; NaN (nothing was tested) stays NaN and does not count as a test.

    Returns
    -------
    ndarray
        Adjusted values in the order given: the largest of ``(m − j + 1) p_(j)`` over the smaller ones, at most 1.

    Raises
    ------
    ValueError
        If a value lies outside 0…1.

    References
    ----------
    Holm S. (1979), Scandinavian Journal of Statistics 6:65–70.

    Examples
    --------
    >>> [round(q, 10) for q in holm([0.01, 0.04, float("nan"), 0.03]).tolist()]
    [0.03, 0.06, nan, 0.06]
    """
    return _adjusted(p, _holm)


def benjamini_hochberg(p: npt.ArrayLike) -> FloatArray:
    """Return adjusted p values of Benjamini and Hochberg: of what is called a finding, so many are false on average.

    For scans of many segments or periods. Valid for independent tests and those that depend positively on one another.

    Parameters
    ----------
    p : array_like
        p values 0…1; NaN (nothing was tested) stays NaN and does not count as a test.

    Returns
    -------
    ndarray
        Adjusted values in the order given: the smallest of ``m p_(j) / j`` over the larger ones, at most 1.

    Raises
    ------
    ValueError
        If a value lies outside 0…1.

    References
    ----------
    Benjamini Y., Hochberg Y. (1995), Journal of the Royal Statistical Society B 57:289–300.

    Examples
    --------
    >>> [round(q, 10) for q in benjamini_hochberg([0.01, 0.04, float("nan"), 0.03]).tolist()]
    [0.03, 0.04, nan, 0.04]
    """
    return _adjusted(p, _benjamini_hochberg)


def _holm(ascending: FloatArray) -> FloatArray:
    return np.maximum.accumulate(ascending * np.arange(ascending.size, 0, -1))


def _benjamini_hochberg(ascending: FloatArray) -> FloatArray:
    shares = np.arange(1, ascending.size + 1) / ascending.size
    return np.minimum.accumulate((ascending / shares)[::-1])[::-1]


def _adjusted(p: npt.ArrayLike, method: Callable[[FloatArray], FloatArray]) -> FloatArray:
    given = np.asarray(p, dtype=float)
    tested = ~np.isnan(given)
    wrong = given[tested & ~((given >= 0) & (given <= 1))]
    if wrong.size:
        raise ValueError(message("quality.not_a_probability", value=float(wrong[0])))
    adjusted = np.full(given.shape, np.nan)
    values = given[tested]
    order = np.argsort(values)
    values[order] = np.minimum(method(values[order]), 1)
    adjusted[tested] = values
    return adjusted
