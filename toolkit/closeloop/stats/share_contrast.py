"""The difference between the shares of two independent groups: *second minus first*; the sign is kept."""

from __future__ import annotations

import math

from closeloop.stats.contrast import Contrast, mover, two_sided, wald_contrast
from closeloop.stats.intervals import share_interval
from closeloop.stats.limits import Interval, known_method, normal_quantile

SHARE_METHODS = ("newcombe", "score")
"""The methods; the first is the default."""


def share_contrast(
    first: tuple[float, float], second: tuple[float, float], confidence_level: float = 0.95, method: str = "newcombe"
) -> Contrast:
    """Return the difference of two shares, second minus first, on −1…1.

    Parameters
    ----------
    first, second : tuple of float
        Hits and answers of a group.
    confidence_level : float
        Between 0 and 1.
    method : {"newcombe", "score"}
        ``"newcombe"`` combines the Wilson limits of the two groups; ``"score"`` inverts the score test, as Miettinen
        and Nurminen do.

    Returns
    -------
    Contrast
        p is that of the score test under either method, 1 where all answers are alike. The standard error is the plain
        one. Everything is NaN where a group has no answer.

    Raises
    ------
    ValueError
        If there is no such method.

    Notes
    -----
    The variance of the score test is N/(N−1)·p̃(1−p̃)·(1/n₁+1/n₂). At another difference the shares are those that are
    likeliest under it, the root of a cubic. ``confint_proportions_2indep(method="score")`` of statsmodels 0.15 is not
    used: it stops where a group has no hit or only hits, and its limits are off (56/70 − 48/80: .0526 to .3440 in place
    of the published .0528 to .3382).

    References
    ----------
    Newcombe R. G. (1998), Statistics in Medicine 17:873–890. Miettinen O., Nurminen M. (1985), Statistics in Medicine
    4:213–226.

    Examples
    --------
    >>> c = share_contrast((48, 80), (56, 70))
    >>> round(c.interval.low, 6), round(c.interval.high, 6), round(c.p_value, 6)
    (0.052431, 0.333873, 0.008258)
    """
    known_method(SHARE_METHODS, method, "share")
    (k1, n1), (k2, n2) = first, second
    if not (n1 > 0 and n2 > 0):
        return wald_contrast(math.nan, math.nan, confidence_level=confidence_level)
    shares = [k1 / n1, k2 / n2]
    estimate = shares[1] - shares[0]
    error = math.sqrt(sum(share * (1 - share) / n for share, n in zip(shares, (n1, n2), strict=True)))
    if method == "newcombe":
        low, high = share_interval([k1, k2], [n1, n2], confidence_level)
        interval = mover(shares, low.tolist(), high.tolist()).interval
    else:
        interval = _score_limits(first, second, normal_quantile(confidence_level))
    pooled = (k1 + k2) / (n1 + n2)
    correction = (n1 + n2) / (n1 + n2 - 1) if n1 + n2 > 1 else 1.0
    p_value = two_sided(estimate, correction * pooled * (1 - pooled) * (1 / n1 + 1 / n2))
    return Contrast(estimate, error, interval, p_value)


def _score_limits(first: tuple[float, float], second: tuple[float, float], z: float) -> Interval[float]:
    """Return the limits of second − first by bisection of the score test."""
    estimate = second[0] / second[1] - first[0] / first[1]

    def limit(end: float) -> float:
        inside, outside = estimate, end
        for _ in range(60):
            middle = (inside + outside) / 2
            if _score_rejects(first, second, middle, z):
                outside = middle
            else:
                inside = middle
        return (inside + outside) / 2

    return Interval(limit(-1.0), limit(1.0))


def _score_rejects(first: tuple[float, float], second: tuple[float, float], difference: float, z: float) -> bool:
    """Whether "the difference is this" is rejected; the shares under it solve a cubic (Miettinen & Nurminen 1985)."""
    (k1, n1), (k2, n2) = first, second
    n = n1 + n2
    quadratic = ((n2 + 2 * n1) * difference - n - k1 - k2) / n
    linear = ((n1 * difference - n - 2 * k1) * difference + k1 + k2) / n
    constant = k1 * difference * (1 - difference) / n
    u = quadratic**3 / 27 - quadratic * linear / 6 + constant / 2
    v = math.copysign(math.sqrt(max(quadratic**2 / 9 - linear / 3, 0.0)), u)
    angle = math.acos(min(max(u / v**3, -1.0), 1.0)) if v else math.pi / 2
    share1 = min(max(2 * v * math.cos((math.pi + angle) / 3) - quadratic / 3, 0.0), 1.0)
    share2 = min(max(share1 + difference, 0.0), 1.0)
    variance = n / (n - 1) * (share1 * (1 - share1) / n1 + share2 * (1 - share2) / n2) if n > 1 else 0.25
    return abs(k2 / n2 - k1 / n1 - difference) > z * math.sqrt(variance)
