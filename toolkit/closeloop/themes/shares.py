"""Shares of mentions, and how sure they are: clauses of one comment come from one person, so they count together."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.stats.effective_size import n_star
from closeloop.stats.intervals import share_interval

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shares:
    """Shares of several codes in the same mentions.

    Attributes
    ----------
    share, low, high : ndarray
        The shares 0…1 with Wilson's interval at the effective number of mentions.
    n_star : ndarray
        How many mentions of different people would be as precise.
    covariance : ndarray
        Of the shares.
    df : float
        Degrees of freedom: responses less one.

    Examples
    --------
    >>> found = clustered_shares(np.array([0, 1, 2]), np.array([0, 0, 0]), 1, np.ones(4), np.arange(4))
    >>> found.share.tolist(), [round(float(x), 4) for x in (found.low[0], found.high[0])]
    ([0.75], [0.3006, 0.9544])
    """

    share: FloatArray
    low: FloatArray
    high: FloatArray
    n_star: FloatArray
    covariance: FloatArray
    df: float

    @property
    def std_error(self) -> FloatArray:
        """Standard errors of the shares; NaN where one response leaves nothing to compare."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0.0))


def clustered_shares(
    row: IntArray, column: IntArray, size: int, weight: FloatArray, cluster: IntArray, confidence_level: float = 0.95
) -> Shares:
    """Return the share of each code in some mentions.

    Parameters
    ----------
    row, column : ndarray of int
        Which mention has which code; each pair once.
    size : int
        How many codes.
    weight : ndarray
        Of each mention.
    cluster : ndarray of int
        The response of each mention.
    confidence_level : float

    Returns
    -------
    Shares
        NaN without a mention.

    Notes
    -----
    The share p = Σwx/Σw is linearised, u = w(x − p)/Σw, and its variance is that of the totals of u by response, as in
    `closeloop.stats.design.taylor` with the responses as clusters. Wilson's formula is fed with n* = n_eff
    (t_{n−1}/t_df)² mentions (Korn and Graubard), at most as many as there are. Where each response has one mention and
    all weigh alike, n* is their number and the interval the plain one of Wilson.

    References
    ----------
    Korn E. L., Graubard B. I. (1998), Survey Methodology 24:193–201.
    """
    from scipy.sparse import csr_array

    people, who = np.unique(cluster, return_inverse=True)
    g, n, total = len(people), len(weight), float(weight.sum())
    of_people = np.bincount(who, weight, g) if n else np.zeros(0)
    sums: Any = csr_array((weight[row], (who[row], column)), shape=(g, size))
    hits = np.asarray(sums.sum(axis=0)).reshape(-1)
    if not total:
        gap = np.full(size, math.nan)
        return Shares(share=gap, low=gap, high=gap, n_star=gap, covariance=np.full((size, size), math.nan), df=0.0)
    share = hits / total
    cross = np.asarray(sums.T @ of_people).reshape(-1)
    squares = float(of_people @ of_people)
    both = (sums.T @ sums).toarray()
    # Σ over responses of (T_k − p_k W)(T_l − p_l W): totals of u sum to 0, so nothing is taken off for their mean
    apart = both - np.outer(cross, share) - np.outer(share, cross) + squares * np.outer(share, share)
    apart[np.abs(apart) < 1e-12 * max(squares, 1e-300)] = 0.0  # what rounding leaves of a difference of equal sums
    covariance = apart / total**2 * (g / (g - 1) if g > 1 else math.nan)
    df = float(g - 1)
    spread = share * (1 - share) * (g / (g - 1) if g > 1 else math.nan)
    sizes = n_star(spread, np.diag(covariance), n, df, kish=total**2 / squares, confidence_level=confidence_level)
    with np.errstate(invalid="ignore"):
        low, high = share_interval(share * sizes, sizes, confidence_level)
    unknown = np.isnan(sizes)
    return Shares(
        share=share, low=np.where(unknown, math.nan, low), high=np.where(unknown, math.nan, high), n_star=sizes,
        covariance=covariance, df=df,
    )  # fmt: skip


def rank_ranges(shares: Shares, confidence_level: float = 0.95) -> tuple[IntArray, IntArray]:
    """Return the best and the worst rank that each code may well have, all codes at once.

    Notes
    -----
    All pairs are compared, by Student's t on their difference (which takes into account that mentions carry several
    codes), at a level that Bonferroni's inequality corrects for the number of pairs: with the probability
    `confidence_level` every true rank lies in its range. Where all responses are alike (all have the one and none the
    other) the difference has no spread to go by; then the exact intervals of both, at the same level, must lie apart.

    References
    ----------
    Al Mohamad D., Goeman J. J., van Zwet E. W. (2022), Biometrics 78:238–247: ranges of ranks by comparing all pairs.

    Examples
    --------
    >>> one, two = np.arange(50), np.arange(50, 60)
    >>> row, column = np.concatenate([one, two]), np.repeat([0, 1], [50, 10])
    >>> found = clustered_shares(row, column, 3, np.ones(100), np.arange(100))
    >>> [ranks.tolist() for ranks in rank_ranges(found)]
    [[1, 2, 3], [1, 2, 3]]
    """
    size = len(shares.share)
    if size < 2 or not shares.df >= 1:
        return np.ones(size, np.int64), np.full(size, size, np.int64)
    from scipy.special import stdtrit

    variance = np.diag(shares.covariance)
    spread = np.sqrt(np.maximum(variance[:, None] + variance[None, :] - 2 * shares.covariance, 0.0))
    apart = shares.share[:, None] - shares.share[None, :]
    pairs = size * (size - 1) / 2
    alpha = (1 - confidence_level) / pairs
    bound = float(stdtrit(shares.df, 1 - alpha / 2))
    larger = apart > bound * spread
    larger &= apart > 1e-12
    low, high = share_interval(shares.share * shares.n_star, shares.n_star, 1 - alpha, method="clopper-pearson")
    larger &= (spread > 1e-9) | (low[:, None] > high[None, :])
    return 1 + larger.sum(axis=0), size - larger.sum(axis=1)
