"""The exact interval of a rate: events over what they are counted in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import Interval, normal_quantile

FloatArray = npt.NDArray[np.float64]


def rate_interval(
    count: npt.ArrayLike, exposure: npt.ArrayLike, confidence_level: float = 0.95
) -> Interval[FloatArray]:
    """Return the interval of the rate count / exposure.

    Parameters
    ----------
    count, exposure : array_like of float
        Events, and what they are counted over; taken elementwise.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Interval
        0 below without an event; NaN where the count is missing or the exposure not above 0.

    Notes
    -----
    Quantiles of χ²/2 with 2k and 2k + 2 degrees of freedom, divided by the exposure: each Poisson tail stays at or
    under (1 − level)/2. When not to use: for events that come in clusters (one fault, forty complaints) it is too
    short.

    References
    ----------
    Garwood F. (1936), Biometrika 28:437–442.

    Examples
    --------
    >>> low, high = rate_interval(10, 2.0)
    >>> round(float(low), 4), round(float(high), 4)
    (2.3977, 9.1952)
    """
    from scipy.special import gammaincinv

    normal_quantile(confidence_level)  # refuses an impossible level
    k, size = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(exposure, dtype=float))
    known = (size > 0) & ~np.isnan(k)
    k, size = np.where(known, k, np.nan), np.where(known, size, np.nan)
    tail = (1 - confidence_level) / 2
    low = np.where(k == 0, 0.0, gammaincinv(np.where(k > 0, k, 1.0), tail))
    return Interval(np.where(known, low, np.nan) / size, gammaincinv(k + 1, 1 - tail) / size)
