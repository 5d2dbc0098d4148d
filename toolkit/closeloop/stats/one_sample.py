"""One NPS against a value; inside, on −1…1."""

from __future__ import annotations

import math
from typing import NamedTuple

from closeloop.stats.limits import two_sided_p
from closeloop.text import message


class ZTest(NamedTuple):
    """A test by the normal distribution.

    Attributes
    ----------
    statistic : float
        z.
    p_value : float
        Two-sided.

    Examples
    --------
    >>> ZTest(1.5, 0.13).p_value
    0.13
    """

    statistic: float
    p_value: float


def nps_zero_p(detractors: int, promoters: int) -> float:
    """Return the exact two-sided p of "the NPS is 0".

    Parameters
    ----------
    detractors, promoters : int
        Whole counts; passives say nothing about it.

    Returns
    -------
    float
        1 without a detractor or promoter.

    Notes
    -----
    If the NPS is 0, each of those who are not passive is a promoter with probability ½: McNemar's exact test.

    References
    ----------
    McNemar Q. (1947), Psychometrika 12:153–157.

    Examples
    --------
    >>> round(nps_zero_p(20, 40), 7), nps_zero_p(2, 5)
    (0.0134893, 0.453125)
    """
    if detractors + promoters == 0:
        return 1.0
    from scipy.stats import binomtest

    return float(binomtest(promoters, detractors + promoters).pvalue)


def nps_target_test(detractors: float, passives: float, promoters: float, target: float) -> ZTest:
    """Return the score test of "the NPS is `target`".

    It agrees with the score interval: a target within it is not rejected.

    Parameters
    ----------
    detractors, passives, promoters : float
        Counts.
    target : float
        On −1…1.

    Returns
    -------
    ZTest
        NaN without an answer.

    Raises
    ------
    ValueError
        If the target does not lie between −1 and 1.

    Notes
    -----
    z = (p − d − n·t) / √(n(2q + t(1 − t))), q being the share of detractors that is likeliest under the target. At a
    target of ±1 there is only one possible sample.

    References
    ----------
    Tango T. (1998), Statistics in Medicine 17:891–908.

    Examples
    --------
    >>> z, p = nps_target_test(20, 40, 40, target=0.0)
    >>> round(z, 6), round(p, 6)
    (2.581989, 0.009823)
    """
    if not -1 <= target <= 1:
        raise ValueError(message("compare.target_range", value=target))
    n = detractors + passives + promoters
    if n == 0:
        return ZTest(math.nan, math.nan)
    b = -detractors - promoters + (2 * n - promoters + detractors) * target
    c = -detractors * target * (1 - target)
    q = (math.sqrt(max(b * b - 8 * n * c, 0.0)) - b) / (4 * n)
    variance = n * (2 * q + target * (1 - target))
    distance = promoters - detractors - n * target
    if variance <= 1e-12 * n:
        return ZTest(0.0, 1.0) if abs(distance) <= 1e-9 * n else ZTest(math.copysign(math.inf, distance), 0.0)
    z = distance / math.sqrt(variance)
    return ZTest(z, float(two_sided_p(z)))
