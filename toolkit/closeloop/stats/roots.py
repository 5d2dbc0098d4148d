"""The zeros of many increasing functions at once: Newton's steps inside a bracket that only shrinks."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_CLOSE = 1e-14
"""Two places so near are the same on −1…1."""
_LAST_STEP = 1e-10
"""After a Newton step so short the next one would be lost in rounding."""
_STEPS = 400
_HALVE_EVERY = 6


def increasing_zero(
    function: Callable[[FloatArray, npt.NDArray[np.int64]], tuple[FloatArray, FloatArray]],
    low: FloatArray,
    high: FloatArray,
    start: FloatArray,
) -> FloatArray:
    """Return for each row where its function crosses zero from below.

    Parameters
    ----------
    function : callable
        Takes places and the rows they belong to, gives values and slopes. A wrong slope costs steps, no more.
    low, high : ndarray
        The zero lies between them; on a scale of about 1.
    start : ndarray
        A first guess.

    Returns
    -------
    ndarray
        The zeros. A row's result does not depend on the other rows: it leaves the work when it is found.

    Examples
    --------
    >>> two = np.array([0.25, 0.81])
    >>> increasing_zero(lambda x, row: (x**2 - two[row], 2 * x), np.zeros(2), np.ones(2), np.full(2, 0.5)).round(12)
    array([0.5, 0.9])
    """
    found = np.clip(start, low, high)
    rows = np.arange(found.size)
    x, low, high = found.copy(), low.copy(), high.copy()
    for step in range(1, _STEPS):
        value, slope = function(x, rows)
        high = np.where(value > 0, x, high)
        low = np.where(value > 0, low, x)
        middle = (low + high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            newton = x - value / slope
        settled = (value == 0) | (np.abs(newton - x) <= _LAST_STEP)
        inside = (newton > low) & (newton < high) & (step % _HALVE_EVERY != 0)
        end = np.where(value == 0, x, np.clip(newton, low, high))
        following = np.where(settled, end, np.where(inside, newton, middle))
        found[rows] = following
        going = ~settled & (high - low > _CLOSE)
        if not going.any():
            break
        rows, x, low, high = rows[going], following[going], low[going], high[going]
    return found
