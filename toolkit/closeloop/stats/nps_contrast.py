"""The difference between the NPS of two independent groups; inside, on −1…1.

Always *second minus first*; the sign is kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from closeloop.stats.contrast import Contrast, mover, two_sided, wald_contrast
from closeloop.stats.intervals import nps_interval
from closeloop.stats.limits import Interval, known_method
from closeloop.stats.nps_intervals import nps_and_spread

NPS_METHODS = ("adjusted-wald", "mover", "wald")
"""The methods; the first is the default."""

PSEUDO = (0.75, 1.5, 0.75)
"""Detractors, passives and promoters that the adjusted Wald method adds to each group."""

MOST_CELLS = 1_000_000
"""Tables that the exact permutation test looks at, at the most: about 1 000 answers in the smaller group."""

Counts = Sequence[float]
"""Detractors, passives and promoters of one group."""


def nps_contrast(
    first: Counts, second: Counts, confidence_level: float = 0.95, method: str = "adjusted-wald"
) -> Contrast:
    """Return the difference of two NPS, second minus first, on −1…1.

    Parameters
    ----------
    first, second : sequence of three float
        Detractors, passives, promoters; not negative. A weighted sample enters with its shares times its effective n.
    confidence_level : float
        Between 0 and 1.
    method : {"adjusted-wald", "mover", "wald"}
        ``"adjusted-wald"`` adds ¾, 1½ and ¾ of an answer to each group; ``"mover"`` combines the score limits of the
        two groups and is the best for small and for unequal groups; ``"wald"`` is the textbook formula, not to be used
        below some 50 answers a group.

    Returns
    -------
    Contrast
        MOVER has neither a standard error nor a p of its own (see `nps_permutation`). Everything is NaN where a group
        has no answer.

    Raises
    ------
    ValueError
        If there is no such method.

    Notes
    -----
    Adjusted Wald: D' = θ₂' − θ₁', SE² = s₂'²/(n₂+3) + s₁'²/(n₁+3). MOVER: D − √((θ₂−l₂)² + (u₁−θ₁)²) and
    D + √((u₂−θ₂)² + (θ₁−l₁)²), with the score limits l, u of each group.

    References
    ----------
    Rocks B. (2016), The American Statistician 70:365–372. Zou G. Y., Donner A. (2008), Statistics in Medicine
    27:1693–1702.

    Examples
    --------
    >>> c = nps_contrast((20, 40, 40), (30, 45, 75))
    >>> round(c.estimate, 6), round(c.std_error, 6), round(c.p_value, 6)
    (0.099943, 0.097031, 0.303006)
    """
    known_method(NPS_METHODS, method, "NPS")
    counts = np.array([first, second], dtype=float)
    n = counts.sum(axis=1)
    if not (n > 0).all():
        return wald_contrast(math.nan, math.nan, confidence_level=confidence_level)
    if method == "mover":
        d, n0, p = counts.T
        low, high = nps_interval(d, n0, p, confidence_level, "score")
        theta = (counts[:, 2] - counts[:, 0]) / n
        return mover(theta.tolist(), low.tolist(), high.tolist())
    if method == "adjusted-wald":
        counts = counts + PSEUDO
    theta, spread = nps_and_spread(*counts.T)
    variance = float((spread / counts.sum(axis=1)).sum())
    found = wald_contrast(float(theta[1] - theta[0]), variance, confidence_level=confidence_level)
    return found._replace(interval=Interval(max(found.interval.low, -2.0), min(found.interval.high, 2.0)))


class Permutation(NamedTuple):
    """The p of a permutation test, and whether all permutations were looked at.

    Examples
    --------
    >>> Permutation(0.19, True).exact
    True
    """

    p_value: float
    exact: bool


def nps_permutation(first: Counts, second: Counts) -> Permutation:
    """Return the two-sided p of "both groups are drawn from the same answers", from the permutations of the answers.

    Parameters
    ----------
    first, second : sequence of three int
        Detractors, passives, promoters.

    Returns
    -------
    Permutation
        Exact as long as all counts are whole and no more than `MOST_CELLS` tables are to be looked at (every pair of
        groups of up to about a thousand answers), else from the permutation variance and the normal distribution. NaN
        where a group is empty.

    Notes
    -----
    Exact: the tables follow the multivariate hypergeometric distribution; those count whose difference is as large as
    the one observed or larger, in whole numbers, so that no rounding decides. Else z with
    s²·N/(N−1)·(1/n₁+1/n₂), s² being the pooled variance of one answer. Do not use it for weighted or clustered answers:
    these cannot be exchanged for one another.

    References
    ----------
    Good P. (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., Springer.

    Examples
    --------
    >>> round(nps_permutation((20, 40, 40), (30, 45, 75)).p_value, 6)
    0.357334
    """
    if not all(float(count).is_integer() for count in (*first, *second)):
        return Permutation(nps_permutation_z(first, second), False)
    small, large = sorted((tuple(int(c) for c in group) for group in (first, second)), key=sum)
    if sum(small) == 0:
        return Permutation(math.nan, True)
    total = [a + b for a, b in zip(small, large, strict=True)]
    cells = (min(total[0], sum(small)) + 1) * (min(total[2], sum(small)) + 1)
    if cells > MOST_CELLS:
        return Permutation(nps_permutation_z(first, second), False)
    return Permutation(_exact_p(small, total), True)


def nps_permutation_z(first: Counts, second: Counts) -> float:
    """Return the two-sided p of the permutation test by the normal distribution.

    Parameters
    ----------
    first, second : sequence of three float
        Detractors, passives, promoters.

    Returns
    -------
    float
        1 where all answers are alike, because nothing can then differ; NaN where a group is empty.

    Examples
    --------
    >>> round(nps_permutation_z((20, 40, 40), (30, 45, 75)), 6)
    0.315196
    """
    counts = np.array([first, second], dtype=float)
    n = counts.sum(axis=1)
    if not (n > 0).all():
        return math.nan
    total = float(n.sum())
    theta, _ = nps_and_spread(*counts.T)
    _, spread = nps_and_spread(*counts.sum(axis=0))
    variance = float(spread) * total / (total - 1) * float((1 / n).sum())
    return two_sided(float(theta[1] - theta[0]), variance)


def _exact_p(group: Sequence[int], total: Sequence[int]) -> float:
    """Return P(|difference| ≥ observed) over all ways to draw `group` out of `total`."""
    from scipy.special import gammaln

    n, everybody = sum(group), sum(total)
    d = np.arange(min(total[0], n) + 1)[:, None]
    p = np.arange(min(total[2], n) + 1)[None, :]
    passive = n - d - p
    possible = (passive >= 0) & (passive <= total[1])
    ways = np.zeros(possible.shape)
    for drawn, available in zip((d, passive, p), total, strict=True):
        kept = np.clip(drawn, 0, available)
        ways = ways + gammaln(available + 1) - gammaln(kept + 1) - gammaln(available - kept + 1)
    ways = ways - (gammaln(everybody + 1) - gammaln(n + 1) - gammaln(everybody - n + 1))
    net = total[2] - total[0]
    far = np.abs((p - d) * everybody - net * n) >= abs((group[2] - group[0]) * everybody - net * n)
    return min(1.0, math.fsum(np.exp(ways[possible & far])))
