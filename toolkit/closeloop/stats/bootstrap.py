"""The bootstrap of counts: for an NPS its exact distribution, for any other statistic draws of counts, not of rows.

Resampling n answers with replacement is drawing n times from three cells. The sum of the drawn −1, 0, 1 is distributed
as the n-fold convolution of the observed shares, which a Fourier transform gives at once: no draw, no seed, no error.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.stats.limits import FloatArray, Limits, normal_quantile
from closeloop.text import message

_REACH = 10
"""Standard deviations of ±1 on each side: by Hoeffding's inequality no more than 4e-22 lies beyond."""
_TIE = 1e-12
_AT_ONCE = 1 << 21


def bootstrap_distribution(detractors: float, passives: float, promoters: float) -> tuple[FloatArray, FloatArray]:
    """Return the exact distribution of the NPS of a bootstrap sample.

    Parameters
    ----------
    detractors, passives, promoters : float
        Counts. If their sum is not whole (a weighted sample), round(n) answers are drawn, at least one.

    Returns
    -------
    tuple of ndarray
        The values, rising, on −1…1, and their probabilities; values of no more than 4e-22 together are left out.

    References
    ----------
    Efron B. (1979), Annals of Statistics 7:1–26.

    Examples
    --------
    >>> values, probability = bootstrap_distribution(1, 0, 1)
    >>> values.tolist(), probability.round(12).tolist()
    ([-1.0, -0.5, 0.0, 0.5, 1.0], [0.25, 0.0, 0.5, 0.0, 0.25])
    """
    d, n0, p = (np.array([float(value)]) for value in (detractors, passives, promoters))
    draws = _draws(d + n0 + p)
    centre, probability = _sums(d, n0, p, int(draws[0]))
    sums = centre[0] + np.arange(probability.shape[1]) - probability.shape[1] // 2
    possible = np.abs(sums) <= draws[0]
    return sums[possible] / draws[0], probability[0][possible]


def percentile_limits(d: FloatArray, n0: FloatArray, p: FloatArray, level: float) -> Limits:
    """Return the limits between which a bootstrap NPS lies, with at most (1 − level)/2 beyond each of them.

    Parameters
    ----------
    d, n0, p : ndarray
        Counts of groups, each with n > 0; see `bootstrap_distribution` for those that are not whole.
    level : float
        Between 0 and 1.

    Returns
    -------
    tuple of ndarray
        Limits on −1…1. Without width where all answers are alike. Too short below n = 50: do not report them.

    Examples
    --------
    >>> low, high = percentile_limits(np.array([2.0]), np.array([3.0]), np.array([5.0]), 0.95)
    >>> float(low[0]), float(high[0])
    (-0.2, 0.8)
    """
    normal_quantile(level)  # refuses an impossible level
    draws = _draws(d + n0 + p)
    low, high = np.empty(d.size), np.empty(d.size)
    for n in np.unique(draws):
        same = np.flatnonzero(draws == n)
        width = _window(int(n))
        for start in range(0, same.size, max(1, _AT_ONCE // width)):
            part = same[start : start + max(1, _AT_ONCE // width)]
            centre, probability = _sums(d[part], n0[part], p[part], int(n))
            tail = (1 - level) / 2 - _TIE
            first = (np.cumsum(probability, axis=1) >= tail).argmax(axis=1)
            last = width - 1 - (np.cumsum(probability[:, ::-1], axis=1) >= tail).argmax(axis=1)
            low[part], high[part] = (centre + first - width // 2) / n, (centre + last - width // 2) / n
    return low, high


def bootstrap_counts(
    counts: npt.ArrayLike,
    statistic: Callable[[npt.NDArray[np.int64]], npt.ArrayLike] | None = None,
    *,
    draws: int = 2000,
    seed: int = 0,
) -> npt.NDArray[Any]:
    """Return bootstrap draws of a table of counts, or of a statistic of them.

    Drawing counts is the same as drawing rows, and its cost does not grow with the number of answers.

    Parameters
    ----------
    counts : array_like of int
        Answers in each cell (an NPS has three, a 0–10 item eleven). Not of a weighted sample: there rows, or whole
        clusters, have to be drawn.
    statistic : callable, optional
        Takes all draws at once, an array with one row per draw and one column per cell.
    draws : int
        How many.
    seed : int
        The same seed gives the same draws.

    Returns
    -------
    ndarray
        The statistic of each draw; without one the counts, draws × cells.

    Raises
    ------
    ValueError
        If there is no answer, or a count is negative or not whole.

    Examples
    --------
    >>> net = bootstrap_counts([20, 40, 40], lambda c: (c[:, 2] - c[:, 0]) / c.sum(axis=1), draws=4000, seed=1)
    >>> np.quantile(net, [0.025, 0.975]).round(2)
    array([0.05, 0.35])
    """
    cells = np.asarray(counts, dtype=float)
    if cells.ndim != 1 or not (cells >= 0).all() or (cells != np.floor(cells)).any() or not 0 < cells.sum() < np.inf:
        raise ValueError(message("coverage.bootstrap_counts", value=cells.tolist()))
    if draws < 1:
        raise ValueError(message("coverage.bootstrap_draws", value=draws))
    total = int(cells.sum())
    drawn = np.random.default_rng(seed).multinomial(total, cells / total, size=draws)
    return drawn if statistic is None else np.asarray(statistic(drawn))


def _draws(n: FloatArray) -> npt.NDArray[np.int64]:
    return np.maximum(np.rint(n), 1).astype(np.int64)


def _window(n: int) -> int:
    """Return how many neighbouring sums can be told from zero; odd, so that the observed one stands in the middle."""
    return 2 * min(n, int(np.ceil(_REACH * np.sqrt(n)))) + 1 if n > _REACH**2 else 4 * n + 1


def _sums(d: FloatArray, n0: FloatArray, p: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """Return the middle of the window and the probabilities of the sums around it, a row for each group."""
    width = _window(n)
    share_d, share_p = (d / (d + n0 + p))[:, None], (p / (d + n0 + p))[:, None]
    centre = np.rint(n * (share_p - share_d))
    angle = 2 * np.pi * np.arange(width // 2 + 1) / width
    # Of one answer minus the mean shift of all: its transform to the n-th power is that of the sum about the centre.
    one = 1 - share_d - share_p + (share_p + share_d) * np.cos(angle) + 1j * (share_p - share_d) * np.sin(angle)
    transform = np.abs(one) ** n * np.exp(1j * (n * np.angle(one) - centre * angle))
    around = np.fft.irfft(np.conj(transform), n=width, axis=1)
    probability = np.maximum(np.fft.fftshift(around, axes=1), 0.0)
    return centre[:, 0], probability / probability.sum(axis=1, keepdims=True)
