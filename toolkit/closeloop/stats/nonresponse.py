"""What those who did not answer could do to a score."""

from __future__ import annotations

import numpy as np

from closeloop.stats.intervals import Interval
from closeloop.text import message


def mean_of_invited(mean: float, n: float, invited: float, others: float) -> float:
    """Return the mean of all invited, if those who did not answer have the mean `others`.

    Parameters
    ----------
    mean : float
        Of those who answered; NaN if nobody did.
    n, invited : float
        How many answered, and were invited.
    others : float
        What is assumed of the rest, on the same scale.

    Returns
    -------
    float
        NaN where nobody was invited.

    Raises
    ------
    ValueError
        If more answered than were invited.

    Examples
    --------
    >>> round(mean_of_invited(0.4, 100, 250, -1.0), 10)
    -0.44
    """
    if not (isinstance(invited, int | float | np.integer) and 0 <= invited < float("inf")):
        raise ValueError(message("quality.bad_invited", value=repr(invited)))
    if n > invited:
        raise ValueError(message("quality.more_than_invited", n=n, invited=invited))
    if not invited:
        return float("nan")
    silent = (invited - n) * others
    return (n * mean + silent) / invited if n else silent / invited


def bounds(mean: float, n: float, invited: float, low: float, high: float) -> Interval[float]:
    """Return the mean of all invited if everybody else had given the lowest or the highest answer.

    No assumption is made, and nothing can be said with certainty beyond this; the sampling error comes on top.

    Parameters
    ----------
    mean, n, invited : float
        As in `mean_of_invited`.
    low, high : float
        The ends of the scale: −1 and 1 for an NPS, 0 and 1 for a share.

    Returns
    -------
    Interval

    References
    ----------
    Manski C. F. (1989), Journal of Human Resources 24:343–360.

    Examples
    --------
    >>> [round(limit, 10) for limit in bounds(0.4, 100, 250, -1.0, 1.0)]
    [-0.44, 0.76]
    """
    return Interval(mean_of_invited(mean, n, invited, low), mean_of_invited(mean, n, invited, high))
