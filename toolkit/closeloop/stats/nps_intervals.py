"""The formulae of the NPS intervals: counts of detractors, passives, promoters and a level in, limits on −1…1 out.

Groups come as flat arrays, each with n > 0; `closeloop.stats.intervals.nps_interval` is the door. An NPS is exactly the
paired difference of two proportions (b − c)/n, so that what is known of that difference holds for it unchanged.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from closeloop.stats.bootstrap import percentile_limits
from closeloop.stats.dirichlet import credible_limits
from closeloop.stats.limits import FloatArray, Limits, normal_quantile, student_quantile
from closeloop.stats.roots import increasing_zero
from closeloop.stats.share_intervals import wilson


def nps_and_spread(d: FloatArray, n0: FloatArray, p: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the NPS θ = (p − d)/n and the variance of one answer, s² = (p + d)/n − θ².

    References
    ----------
    See `closeloop.stats.nps_contrast.nps_contrast`.

    Examples
    --------
    >>> theta, spread = nps_and_spread(np.array([20.0]), np.array([40.0]), np.array([40.0]))
    >>> theta.round(6).tolist(), spread.round(6).tolist()
    ([0.2], [0.56])
    """
    n = d + n0 + p
    theta = (p - d) / n
    return theta, np.maximum((p + d) / n - theta**2, 0.0)


def _around(d: FloatArray, n0: FloatArray, p: FloatArray, factor: FloatArray | float) -> Limits:
    """Return θ ± factor · √(s²/n)."""
    theta, spread = nps_and_spread(d, n0, p)
    margin = factor * np.sqrt(spread / (d + n0 + p))
    return theta - margin, theta + margin


def wald(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """θ ± z √(s²/n), s² = (p+d)/n − θ²; no width where all answers are alike."""
    return _around(d, n0, p, normal_quantile(level))


def plus(pseudo: tuple[float, float, float]) -> Callable[[FloatArray, FloatArray, FloatArray, float], Limits]:
    """Return the Wald formula after pseudo-answers have been added to (detractors, passives, promoters).

    Examples
    --------
    >>> low, high = plus((1, 1, 1))(np.array([20.0]), np.array([40.0]), np.array([40.0]), 0.95)
    >>> round(float(low[0]), 6), round(float(high[0]), 6)
    (0.04911, 0.339239)
    """

    def formula(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
        return wald(d + pseudo[0], n0 + pseudo[1], p + pseudo[2], level)

    return formula


def student(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """θ ± t √(s²/(n−1)) with n − 1 degrees of freedom; one answer says nothing about the spread: −1…1."""
    n = d + n0 + p
    enough = n > 1
    freedom = np.where(enough, n - 1, 1.0)
    low, high = _around(d, n0, p, student_quantile(level, freedom) * np.sqrt(n / freedom))
    return np.where(enough, low, -1.0), np.where(enough, high, 1.0)


def goodman(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """Wald with √χ²₂ for z (of two degrees of freedom the quantile is −2 ln(1 − level))."""
    normal_quantile(level)  # refuses an impossible level
    return _around(d, n0, p, math.sqrt(-2 * math.log1p(-level)))


def may_johnson(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """[θ ± √(c(S(1+c) − θ²))]/(1+c), S = (p+d)/n, c = z²/n; no width where all are passives."""
    n = d + n0 + p
    theta, active = (p - d) / n, (p + d) / n
    c = normal_quantile(level) ** 2 / n
    margin = np.sqrt(np.maximum(c * (active * (1 + c) - theta**2), 0.0))
    return (theta - margin) / (1 + c), (theta + margin) / (1 + c)


def mover(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """Wilson's limits of both shares, recovered into those of their difference with the correlation of the two."""
    n = d + n0 + p
    high_share, low_share = p / n, d / n
    (p_low, p_high), (d_low, d_high) = wilson(p, n, level), wilson(d, n, level)
    free = (1 - high_share) * (1 - low_share)
    rho = -np.sqrt(np.divide(high_share * low_share, free, out=np.zeros_like(free), where=free > 0))

    def reach(a: FloatArray, b: FloatArray) -> FloatArray:
        return np.sqrt(np.maximum(a**2 - 2 * rho * a * b + b**2, 0.0))

    theta = high_share - low_share
    return (
        theta - reach(high_share - p_low, d_high - low_share),
        theta + reach(p_high - high_share, low_share - d_low),
    )


def score(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """Tango's limits: every t with |p − d − n t| ≤ z √(n(2q + t(1−t))), q the detractor share at NPS t."""
    size = d.size
    both = _score_upper(np.append(d, p), np.append(n0, n0), np.append(p, d), normal_quantile(level))
    return -both[size:], both[:size]


def _score_upper(d: FloatArray, n0: FloatArray, p: FloatArray, z: float) -> FloatArray:
    """Return the upper limits; the lower one is the upper one of the mirrored counts, with its sign turned."""
    n = d + n0 + p
    difference = p - d

    def excess(t: FloatArray, row: npt.NDArray[np.int64]) -> tuple[FloatArray, FloatArray]:
        """How far n t − (p − d) is beyond z standard errors under NPS t, and the slope of that."""
        size, down, away = n[row], d[row], difference[row]
        b_slope = 2 * size - away
        b = b_slope * t - down - p[row]
        root = np.sqrt(np.maximum(b * b + 8 * size * down * t * (1 - t), 0.0))
        q = (root - b) / (4 * size)
        q_slope = (down * (1 - 2 * t) - b_slope * q) / root
        error = np.sqrt(np.maximum(size * (2 * q + t * (1 - t)), 0.0))
        return size * t - away - z * error, size - z * size * (2 * q_slope + 1 - 2 * t) / (2 * error)

    with np.errstate(divide="ignore", invalid="ignore"):
        found = increasing_zero(excess, difference / n, np.ones_like(n), plus((0.75, 1.5, 0.75))(d, n0, p, 0.95)[1])
    return np.where(p == n, 1.0, found)


def bayes(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """Take the central credible interval under Jeffreys' prior (½, ½, ½)."""
    return credible_limits(d, n0, p, level)


NPS_FORMULAE: dict[str, Callable[[FloatArray, FloatArray, FloatArray, float], Limits]] = {
    "adjusted-wald": plus((0.75, 1.5, 0.75)),
    "score": score,
    "mover": mover,
    "dirichlet": bayes,
    "agresti-min": plus((0.5, 1, 0.5)),
    "bonett-price": plus((1, 0, 1)),
    "may-johnson": may_johnson,
    "goodman": goodman,
    "t": student,
    "wald": wald,
    "bootstrap": percentile_limits,
}
"""By name; the first is the default, the last two are for comparison with what others print."""
