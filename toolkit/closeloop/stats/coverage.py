"""How often an NPS interval contains the truth, and how wide it is: exactly, by listing every possible sample.

n answers fall on three categories in (n + 1)(n + 2)/2 ways, each with its multinomial probability under a given mix.
The coverage of a method is the probability of those ways whose interval contains the mix's NPS. Nothing is simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.limits import FloatArray, Limits

LARGEST = 2000
"""Most answers per sample that are listed."""

_UNLIKELY = 1e-13
"""A sample less likely than this under every mix looked at is left out; together they change no sixth decimal."""
_TIE = 1e-9
"""A limit that equals the truth but for rounding contains it."""
_AT_ONCE = 1 << 24

Formula = Callable[[FloatArray, FloatArray, FloatArray, float], Limits]
"""Counts (detractors, passives, promoters) of samples and a level in, limits on −1…1 out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverages:
    """What a method does at n answers, for each of several mixes.

    Attributes
    ----------
    coverage : ndarray
        Probability that the interval contains the true NPS.
    width : ndarray
        Mean width, on −1…1 (so 0 to 2); limits beyond ±1 are cut first.
    """

    coverage: FloatArray
    width: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """The samples of n answers that can happen, and how likely each is under each of several mixes.

    Attributes
    ----------
    detractors, passives, promoters : ndarray
        Counts, one entry per sample.
    probability : ndarray
        Mixes × samples.
    """

    detractors: FloatArray
    passives: FloatArray
    promoters: FloatArray
    probability: FloatArray


def samples(n: int, detractors: npt.ArrayLike, promoters: npt.ArrayLike) -> Samples:
    """Return the samples of n answers under each of several mixes.

    Parameters
    ----------
    n : int
        Answers, 1 to `LARGEST`.
    detractors, promoters : array_like of float
        Shares of each mix; the rest are passives.

    Examples
    --------
    >>> both = samples(1, [0.2], [0.5])
    >>> both.promoters.tolist(), both.probability.round(12).tolist()
    ([0.0, 1.0, 0.0], [[0.3, 0.5, 0.2]])
    """
    from scipy.special import gammaln, xlogy

    down, up = np.ravel(np.asarray(detractors, dtype=float)), np.ravel(np.asarray(promoters, dtype=float))
    rest = np.maximum(1 - down - up, 0.0)
    d, p = np.meshgrid(_reach(n, down), _reach(n, up), indexing="ij")
    inside = d + p <= n
    d, p = d[inside], p[inside]
    n0 = n - d - p
    ways = gammaln(n + 1) - gammaln(d + 1) - gammaln(n0 + 1) - gammaln(p + 1)
    probability = np.empty((down.size, d.size))
    rows = max(1, _AT_ONCE // max(d.size, 1))
    for start in range(0, down.size, rows):
        part = slice(start, start + rows)
        mix = (xlogy(count, share[part, None]) for count, share in ((d, down), (n0, rest), (p, up)))
        probability[part] = np.exp(ways + sum(mix))
    likely = probability.max(axis=0) > _UNLIKELY
    return Samples(
        detractors=d[likely], passives=n0[likely], promoters=p[likely], probability=probability[:, likely]
    )  # fmt: skip


def _reach(n: int, share: FloatArray) -> FloatArray:
    """Return the counts that a share can plausibly lead to."""
    from scipy.stats import binom

    low = binom.ppf(_UNLIKELY / 10, n, share.min()) if share.min() > 0 else 0
    high = binom.isf(_UNLIKELY / 10, n, share.max()) if share.max() > 0 else 0
    return np.arange(max(low, 0), min(high, n) + 1, dtype=float)


def coverages(
    found: Samples, detractors: npt.ArrayLike, promoters: npt.ArrayLike, formula: Formula, level: float = 0.95
) -> Coverages:
    """Return coverage and mean width of one method.

    Parameters
    ----------
    found : Samples
        Of `samples`, for the same mixes.
    detractors, promoters : array_like of float
        Shares of each mix.
    formula : callable
        The method, for example a value of `closeloop.stats.nps_intervals.NPS_FORMULAE`.
    level : float
        Between 0 and 1.

    References
    ----------
    Brown L. D., Cai T. T., DasGupta A. (2001), Statistical Science 16:101–133, on why coverage is to be computed and
    not presumed.

    Examples
    --------
    >>> from closeloop.stats.nps_intervals import NPS_FORMULAE
    >>> at = samples(20, [0.2], [0.5])
    >>> coverages(at, [0.2], [0.5], NPS_FORMULAE["adjusted-wald"]).coverage.round(4)
    array([0.9478])
    """
    truth = np.ravel(np.asarray(promoters, dtype=float)) - np.ravel(np.asarray(detractors, dtype=float))
    low, high = formula(found.detractors, found.passives, found.promoters, level)
    low, high = np.maximum(low, -1.0), np.minimum(high, 1.0)
    covered = np.empty(truth.size)
    rows = max(1, _AT_ONCE // max(low.size, 1))
    for start in range(0, truth.size, rows):
        part = slice(start, start + rows)
        held = (low <= truth[part, None] + _TIE) & (high >= truth[part, None] - _TIE)
        covered[part] = np.where(held, found.probability[part], 0.0).sum(axis=1)
    return Coverages(coverage=np.minimum(covered, 1.0), width=found.probability @ (high - low))


def realistic_mixes(points: int = 20) -> tuple[FloatArray, FloatArray]:
    """Return a regular grid of ordinary mixes: promoters 20–75 %, detractors 3–45 %, together at most all.

    Parameters
    ----------
    points : int
        Along each side.

    Returns
    -------
    tuple of ndarray
        Shares of detractors and of promoters.

    Examples
    --------
    >>> detractors, promoters = realistic_mixes()
    >>> detractors.size
    360
    """
    return _possible(np.linspace(0.03, 0.45, points), np.linspace(0.20, 0.75, points))


def all_mixes(steps: int = 50) -> tuple[FloatArray, FloatArray]:
    """Return a regular grid over every possible mix, the corners included.

    Parameters
    ----------
    steps : int
        From no share to all.

    Returns
    -------
    tuple of ndarray
        Shares of detractors and of promoters.

    Examples
    --------
    >>> detractors, promoters = all_mixes(2)
    >>> promoters.tolist()
    [0.0, 0.5, 1.0, 0.0, 0.5, 0.0]
    """
    return _possible(np.linspace(0, 1, steps + 1), np.linspace(0, 1, steps + 1))


def _possible(detractors: FloatArray, promoters: FloatArray) -> tuple[FloatArray, FloatArray]:
    down, up = (side.ravel() for side in np.meshgrid(detractors, promoters, indexing="ij"))
    inside = down + up <= 1 + 1e-12
    return down[inside], up[inside]
