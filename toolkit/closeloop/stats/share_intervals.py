"""The formulae of the intervals of a share: hits, answers and a level in, limits on 0…1 out; each n > 0.

Counts need not be whole: each formula is a smooth function of them.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from closeloop.stats.limits import FloatArray, Limits, normal_quantile


def wilson(k: FloatArray, n: FloatArray, level: float) -> Limits:
    """Every share that the score test does not reject; exactly 0 at no hit and exactly 1 at nothing else."""
    z = normal_quantile(level)
    share = k / n
    centre = (share + z * z / (2 * n)) / (1 + z * z / n)
    margin = z / (1 + z * z / n) * np.sqrt(np.maximum(share * (1 - share), 0.0) / n + z * z / (4 * n * n))
    return np.where(k == 0, 0.0, np.maximum(centre - margin, 0.0)), np.where(
        k == n, 1.0, np.minimum(centre + margin, 1.0)
    )


def jeffreys(k: FloatArray, n: FloatArray, level: float) -> Limits:
    """Take the central interval of Beta(k + ½, n − k + ½), with 0 below at k = 0 and 1 above at k = n."""
    from scipy.special import betaincinv

    normal_quantile(level)  # refuses an impossible level
    tail = (1 - level) / 2
    low, high = betaincinv(k + 0.5, n - k + 0.5, tail), betaincinv(k + 0.5, n - k + 0.5, 1 - tail)
    return np.where(k == 0, 0.0, low), np.where(k == n, 1.0, high)


def agresti_coull(k: FloatArray, n: FloatArray, level: float) -> Limits:
    """Wald after adding z²/2 hits and as many misses, cut at 0 and 1."""
    z = normal_quantile(level)
    size = n + z * z
    share = (k + z * z / 2) / size
    margin = z * np.sqrt(share * (1 - share) / size)
    return np.maximum(share - margin, 0.0), np.minimum(share + margin, 1.0)


def clopper_pearson(k: FloatArray, n: FloatArray, level: float) -> Limits:
    """Beta quantiles that keep each binomial tail at or under (1 − level)/2: never too short, usually too long."""
    from scipy.special import betaincinv

    normal_quantile(level)  # refuses an impossible level
    tail = (1 - level) / 2
    hits, misses = np.where(k > 0, k, 1.0), np.where(k < n, n - k, 1.0)
    low, high = betaincinv(hits, n - k + 1, tail), betaincinv(k + 1, misses, 1 - tail)
    return np.where(k > 0, low, 0.0), np.where(k < n, high, 1.0)


SHARE_FORMULAE: dict[str, Callable[[FloatArray, FloatArray, float], Limits]] = {
    "wilson": wilson,
    "jeffreys": jeffreys,
    "agresti-coull": agresti_coull,
    "clopper-pearson": clopper_pearson,
}
"""By name; the first is the default."""
