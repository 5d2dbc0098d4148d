"""Two independent groups compared on an ordered scale: how often an answer of the one lies above one of the other."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from closeloop.stats.limits import Interval, normal_quantile


class Superiority(NamedTuple):
    """How often an answer of one group lies above one of the other.

    Attributes
    ----------
    probability : float
        P(first > second) + ½ P(first = second).
    interval : Interval
        Its limits, within 0…1.
    p_value : float
        Two-sided, of "it is ½".

    Examples
    --------
    >>> Superiority(0.6, Interval(0.5, 0.7), 0.05).probability
    0.6
    """

    probability: float
    interval: Interval[float]
    p_value: float


def superiority(first: Sequence[float], second: Sequence[float], confidence_level: float = 0.95) -> Superiority:
    """Return the probability that an answer of the first group lies above one of the second; ties count half.

    To compare ratings on an ordered scale (effort 1–7), where a mean would pretend that the steps are equal.

    Parameters
    ----------
    first, second : sequence of float
        Answers on each level of one scale, in its order.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Superiority
        Without limits and p where a group has fewer than two answers, or where no answer of one group overlaps with the
        other's and the variance is 0; all NaN where a group is empty.

    Notes
    -----
    Brunner–Munzel from counts, by ``rank_compare_2ordinal`` of statsmodels, with Student's t.

    References
    ----------
    Brunner E., Munzel U. (2000), Biometrical Journal 42:17–25.

    Examples
    --------
    >>> s = superiority((2, 3, 5, 10, 25, 30, 25), (5, 6, 9, 15, 25, 25, 15))
    >>> round(s.probability, 5), round(s.p_value, 5)
    (0.60565, 0.0072)
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    if not (a.sum() > 0 and b.sum() > 0):
        return Superiority(math.nan, Interval(math.nan, math.nan), math.nan)
    below = np.cumsum(b) - b
    probability = float((a * (below + b / 2)).sum() / (a.sum() * b.sum()))
    above = np.cumsum(a) - a + a / 2
    alike = np.ptp((below + b / 2)[a > 0]) == 0 and np.ptp(above[b > 0]) == 0
    if alike or min(a.sum(), b.sum()) < 2:
        return Superiority(probability, Interval(math.nan, math.nan), math.nan)
    from statsmodels.stats.nonparametric import rank_compare_2ordinal

    ranks = rank_compare_2ordinal(a, b)
    low, high = ranks.conf_int(alpha=1 - confidence_level)
    limits = Interval(max(float(low), 0.0), min(float(high), 1.0))
    return Superiority(probability, limits, float(ranks.test_prob_superior().pvalue))
