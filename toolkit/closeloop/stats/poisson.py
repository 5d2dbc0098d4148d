"""How improbable a count of rare events is."""

from __future__ import annotations

import math


def poisson_tail(count: int, expected: float) -> float:
    """Return the probability of so many events or more where so many are expected.

    Parameters
    ----------
    count : int
    expected : float

    Returns
    -------
    float
        P(X ≥ count) of a Poisson variable with that mean, by the regularised incomplete gamma function.

    Notes
    -----
    When not to use: for events that come in clusters (one fault, forty complaints of one customer); count customers.

    Examples
    --------
    >>> round(poisson_tail(3, 0.5), 4), poisson_tail(0, 2.0), poisson_tail(2, 0.0)
    (0.0144, 1.0, 0.0)
    """
    from scipy.special import gammainc

    if count <= 0:
        return 1.0
    return float(gammainc(count, expected)) if expected > 0 else 0.0


def poisson_limit(expected: float, alpha: float) -> int:
    """Return the highest count that is not less probable than `alpha`, taking it or more.

    Examples
    --------
    >>> poisson_limit(0.5, 0.001)
    4
    """
    count = max(0, math.floor(expected))
    while poisson_tail(count + 1, expected) >= alpha:
        count += 1
    return count
