"""What a sample has not shown yet: the chance that the next thing is of a new kind, and how many kinds there are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import normal_quantile
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Unseen:
    """What the counts of the kinds that were found say about those that were not.

    Attributes
    ----------
    n : int
        Things looked at.
    found : int
        Kinds found among them.
    once, twice : int
        Kinds found in exactly one thing, and in exactly two.
    next_new, next_low, next_high : float
        Chance that the next thing is of a kind not found yet, 0…1, with its limits (Good–Turing).
    kinds, kinds_low, kinds_high : float
        Kinds there are in all, at least, with limits (Chao1).
    """

    n: int
    found: int
    once: int
    twice: int
    next_new: float
    next_low: float
    next_high: float
    kinds: float
    kinds_low: float
    kinds_high: float


def unseen(counts: npt.ArrayLike, n: int | None = None, confidence_level: float = 0.95) -> Unseen:
    """Return the chance that the next thing is of a new kind, and the number of kinds, from how often each was found.

    Parameters
    ----------
    counts : array_like of int
        For each kind the things it was found in; kinds that were not found (0) may stand there, they change nothing.
    n : int, optional
        Things looked at. By default the sum of the counts: each thing is of one kind. Give it where a thing may be of
        several kinds, or of none.
    confidence_level : float
        Of the limits.

    Returns
    -------
    Unseen
        The chance is NaN without a thing, its limits 0 and 1.

    Raises
    ------
    ValueError
        If a count is negative, not whole, or larger than n.

    Notes
    -----
    Good–Turing: once / n. Its limits are all chances θ with (θ − once/n)² ≤ z² [θ(1 − θ)/n + 2·twice/n²]: Esty's
    variance, solved for θ as Wilson does for a share, so that a sample in which every kind was found often still leaves
    a chance (Esty's own limits would be 0 and 0). Where things may be of several kinds it is the expected number of new
    kinds in the next thing, which is no less than the chance of any.

    Chao1, the bias-corrected form: found + once (once − 1) / (2 (twice + 1)). It is a lower bound of the number of
    kinds: a long tail of rare kinds makes it larger. The limits are those of the log-normal distribution of the kinds
    not found; where the estimate adds none, those of EstimateS.

    References
    ----------
    Good I. J. (1953), Biometrika 40:237–264. Esty W. W. (1983), Annals of Statistics 11:905–912. Chao A. (1984),
    Scandinavian Journal of Statistics 11:265–270; (1987), Biometrics 43:783–791. Colwell R. K. (2013), EstimateS 9,
    User's Guide, appendix B.

    Examples
    --------
    >>> found = unseen([1] * 9 + [2] * 3 + [10] * 4 + [27, 29, 29, 34, 35])
    >>> found.n, found.found, round(found.next_new, 4), found.kinds
    (209, 21, 0.0431, 30.0)
    """
    z = normal_quantile(confidence_level)
    given = _counts(counts)
    size = int(given.sum()) if n is None else int(n)
    if given.size and int(given.max()) > size:
        raise ValueError(message("mece.more_than_n", n=size, count=int(given.max())))
    found, once, twice = given.size, int((given == 1).sum()), int((given == 2).sum())
    share = once / size if size else math.nan
    low, high = _chance_limits(share, twice, size, z) if size else (0.0, 1.0)
    kinds = found + once * (once - 1) / (2 * (twice + 1))
    kinds_low, kinds_high = _kinds_limits(found, once, twice, int(given.sum()), kinds, z)
    return Unseen(
        n=size, found=found, once=once, twice=twice, next_new=share, next_low=low, next_high=high,
        kinds=float(kinds), kinds_low=kinds_low, kinds_high=kinds_high,
    )  # fmt: skip


def _chance_limits(share: float, twice: int, n: int, z: float) -> tuple[float, float]:
    """Solve (θ − share)² = z² [θ(1 − θ)/n + 2·twice/n²] for θ."""
    a = 1 + z * z / n
    half = share + z * z / (2 * n)
    root = math.sqrt(max(half * half - a * (share * share - 2 * z * z * twice / (n * n)), 0.0))
    low, high = (half - root) / a, (half + root) / a
    return (max(low, 0.0) if share else 0.0), (min(high, 1.0) if share < 1 else 1.0)


def _kinds_limits(found: int, once: int, twice: int, times: int, kinds: float, z: float) -> tuple[float, float]:
    if not found:
        return 0.0, math.nan
    more = kinds - found
    if not more:
        # EstimateS: with nothing to add, the share of kinds missed is taken as exp(−times / found).
        missed = math.exp(-times / found)
        margin = z * math.sqrt(found * missed) / (1 - missed)
        return max(float(found), found / (1 - missed) - margin), found / (1 - missed) + margin
    variance = once * (once - 1) / (2 * (twice + 1)) + once * (2 * once - 1) ** 2 / (4 * (twice + 1) ** 2)
    if twice:
        variance += once**2 * twice * (once - 1) ** 2 / (4 * (twice + 1) ** 4)
    else:
        variance -= once**4 / (4 * kinds)
    factor = math.exp(z * math.sqrt(math.log1p(variance / more**2)))
    return found + more / factor, found + more * factor


def saturation(counts: npt.ArrayLike, n: int | None = None, sizes: npt.ArrayLike | None = None) -> FloatArray:
    """Return how many kinds are expected among m of the n things: the saturation curve, exact.

    Parameters
    ----------
    counts : array_like of int
        For each kind the things it was found in.
    n : int, optional
        Things looked at; by default the sum of the counts.
    sizes : array_like of int, optional
        The numbers m, 0…n; by default 0, 1, …, n.

    Returns
    -------
    ndarray
        Kinds expected, one for each m; at n those found.

    Raises
    ------
    ValueError
        If a count is not one, or a size is not between 0 and n.

    Notes
    -----
    Rarefaction: Σ over kinds of 1 − C(n − count, m) / C(n, m), without a draw. A curve that is still rising at n says
    that more mentions would bring more kinds.

    References
    ----------
    Hurlbert S. H. (1971), Ecology 52:577–586. Colwell R. K., Mao C. X., Chang J. (2004), Ecology 85:2717–2727 (things
    of several kinds).

    Examples
    --------
    >>> saturation([2, 1, 1]).round(4).tolist()
    [0.0, 1.0, 1.8333, 2.5, 3.0]
    """
    from scipy.special import gammaln

    given = _counts(counts)
    size = int(given.sum()) if n is None else int(n)
    if given.size and int(given.max()) > size:
        raise ValueError(message("mece.more_than_n", n=size, count=int(given.max())))
    m = np.arange(size + 1) if sizes is None else np.asarray(sizes, dtype=np.int64)
    if m.size and (int(m.min()) < 0 or int(m.max()) > size):
        raise ValueError(message("mece.sizes", n=size, low=int(m.min()), high=int(m.max())))
    values, times = np.unique(given, return_counts=True)
    rest = (size - values)[None, :] - m[:, None]
    possible = rest >= 0  # else no m things can miss the kind
    log_missed = gammaln(size - values + 1)[None, :] - gammaln(np.where(possible, rest, 0) + 1.0)
    log_missed = log_missed - (gammaln(size + 1) - gammaln(size - m + 1.0))[:, None]
    return np.asarray(-np.expm1(np.where(possible, log_missed, -np.inf)) @ times)


def _counts(counts: npt.ArrayLike) -> IntArray:
    """Return the counts of the kinds that were found."""
    given = np.asarray(counts, dtype=float).ravel()
    if given.size and not (np.isfinite(given).all() and (given >= 0).all() and (given == np.floor(given)).all()):
        raise ValueError(message("mece.counts"))
    whole = given.astype(np.int64)
    return whole[whole > 0]
