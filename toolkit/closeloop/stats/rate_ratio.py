"""Two rates compared: how many times as often something happens, exact for small counts."""

from __future__ import annotations

import math
from typing import NamedTuple

from closeloop.stats.intervals import Interval, share_interval


class RateRatio(NamedTuple):
    """The rate after over the rate before.

    Examples
    --------
    >>> RateRatio(0.5, Interval(0.3, 0.8)).estimate
    0.5
    """

    estimate: float
    interval: Interval[float]


def rate_ratio(
    before: float, exposure_before: float, after: float, exposure_after: float, confidence_level: float = 0.95
) -> RateRatio:
    """Return (after / its exposure) / (before / its exposure).

    Parameters
    ----------
    before, after : float
        Events, not negative.
    exposure_before, exposure_after : float
        What they are counted over: responses, orders, days.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    RateRatio
        0 where nothing happened after; infinite where nothing happened before; NaN without any event or exposure.

    Notes
    -----
    Given how many events there were in all, those after are binomial with p = λ·e₂ / (e₁ + λ·e₂): Clopper and
    Pearson's limits of p, turned back into λ. It never covers less than it promises. Not for events that come in
    clusters (one fault, forty complaints): their interval is longer than this one.

    References
    ----------
    Przyborowski J., Wilenski H. (1940), Biometrika 31:313–323.

    Examples
    --------
    >>> found = rate_ratio(21, 3011, 11, 800)
    >>> round(found.estimate, 6), round(found.interval.low, 6), round(found.interval.high, 6)
    (1.971488, 0.858426, 4.277266)
    """
    total = before + after
    if not (exposure_before > 0 and exposure_after > 0 and total > 0):
        return RateRatio(math.nan, Interval(math.nan, math.nan))
    scale = exposure_before / exposure_after
    low, high = share_interval(after, total, confidence_level, "clopper-pearson")
    estimate = scale * after / before if before else math.inf
    return RateRatio(estimate, Interval(_odds(float(low)) * scale, _odds(float(high)) * scale))


def _odds(p: float) -> float:
    return p / (1 - p) if p < 1 else math.inf
