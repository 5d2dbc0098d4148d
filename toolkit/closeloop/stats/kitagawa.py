"""A change of a mean, taken apart: what the segments changed by, and what changed because the segments' shares did."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class RateAndMix:
    """The parts of each segment; ``rate + mix`` adds up to the whole change.

    Attributes
    ----------
    rate : ndarray
        s̄_k Δm_k; 0 for a segment that one period does not have.
    mix : ndarray
        Δs_k (m̄_k − c), c = Σ s̄_j m̄_j.
    share : ndarray
        s̄_k, the mean share of both periods.
    share_change, mean, mean_change : ndarray
        Δs_k, m̄_k, Δm_k; of a segment that one period does not have, m̄ is the mean of the other and Δm is 0.
    centre : float
        c.
    """

    rate: FloatArray
    mix: FloatArray
    share: FloatArray
    share_change: FloatArray
    mean: FloatArray
    mean_change: FloatArray
    centre: float


def rate_and_mix(
    share_before: npt.ArrayLike, share_after: npt.ArrayLike, mean_before: npt.ArrayLike, mean_after: npt.ArrayLike
) -> RateAndMix:
    """Return a change of a mean as rate and mix of its segments.

    Parameters
    ----------
    share_before, share_after : array_like
        Shares of the segments, each period's adding up to 1.
    mean_before, mean_after : array_like
        Means of the segments; NaN where the share is 0.

    Returns
    -------
    RateAndMix

    Notes
    -----
    Δm = Σ s̄_k Δm_k + Σ Δs_k m̄_k. Σ Δs_k = 0, so any constant may be taken off m̄_k: c makes the part of a segment say
    whether it is above or below the middle. A segment of one period has no change of its own: all that it does is mix,
    whatever stands for the mean that it did not have.

    When not to use it: segments that were chosen after looking at the result, or that change their meaning.

    References
    ----------
    Kitagawa E. M. (1955), Journal of the American Statistical Association 50:1168–1194.

    Examples
    --------
    >>> parts = rate_and_mix([0.5, 0.3, 0.2], [0.4, 0.3, 0.3], [40, 20, -10], [42, 25, -5])
    >>> parts.rate.round(4).tolist(), float(parts.mix.sum().round(4))
    ([0.9, 1.5, 1.25], -4.85)
    """
    s0, s1 = np.asarray(share_before, dtype=float), np.asarray(share_after, dtype=float)
    m0, m1 = np.asarray(mean_before, dtype=float), np.asarray(mean_after, dtype=float)
    first, second = np.where(s0 > 0, m0, m1), np.where(s1 > 0, m1, m0)
    share, mean = (s0 + s1) / 2, (first + second) / 2
    centre = float(share @ mean)
    return RateAndMix(
        rate=share * (second - first), mix=(s1 - s0) * (mean - centre), share=share, share_change=s1 - s0, mean=mean,
        mean_change=second - first, centre=centre,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PeriodInfluence:
    """Influence of one period's rows: a row of segment k and value y adds ``offset[k] + slope[k]·y``.

    Attributes
    ----------
    offset, slope : ndarray, segments × outputs
        Outputs are the rate of each segment, the mix of each segment, then the sums of both, and the change.
    """

    offset: FloatArray
    slope: FloatArray


def period_influence(
    parts: RateAndMix, weight: npt.ArrayLike, means: npt.ArrayLike, other_weight: npt.ArrayLike, *, after: bool
) -> PeriodInfluence:
    """Return how the rows of one period influence rate and mix (delta method: shares and means are both estimated).

    Parameters
    ----------
    parts : RateAndMix
        The decomposition.
    weight, means : array_like
        Of the period and each segment: sum of weights and mean.
    other_weight : array_like
        Sum of weights in the other period, which tells a segment that it does not have.
    after : bool
        Whether it is the second period.

    Returns
    -------
    PeriodInfluence

    Notes
    -----
    A share s_k has the influence (1_k − s_k)/W, a mean m_k 1_k(y − m_k)/W_k. With ± for after and before:
    rate_k ½ Δm_k IF(s_k) ± s̄_k IF(m_k); mix_k ±(m̄_k − c) IF(s_k) + Δs_k (½ IF(m_k) − IF(c)),
    IF(c) = ½ Σ m̄_j IF(s_j) + ½ Σ s̄_j IF(m_j). In a segment of one period m̄_k is the mean of that period, so its
    influence is whole instead of half, and its rate is not random.

    References
    ----------
    Deville J.-C. (1999), Survey Methodology 25:193–203 (linearisation by influence functions).

    Examples
    --------
    >>> parts = rate_and_mix([1.0], [1.0], [0.2], [0.5])
    >>> period_influence(parts, [10.0], [0.5], [12.0], after=True).slope.round(3).tolist()
    [[0.1, 0.0, 0.1, 0.0, 0.1]]
    """
    w, m, other = (np.asarray(values, dtype=float) for values in (weight, means, other_weight))
    size = len(w)
    here = w > 0
    both = here & (other > 0)
    sign = 1.0 if after else -1.0
    total = w.sum()
    s = w / total
    eye = np.eye(size)
    # Rows: the segment of a response. Columns: the segment whose share or mean it moves.
    of_share = (eye - s[None, :]) / total
    slope_of_mean = np.diag(np.divide(1.0, w, out=np.zeros(size), where=here))
    offset_of_mean = -slope_of_mean * np.where(here, m, 0.0)[None, :]
    half = np.where(both, 0.5, np.where(here, 1.0, 0.0))

    rate = 0.5 * of_share * parts.mean_change[None, :]
    known = sign * parts.share * both
    rate_offset, rate_slope = rate + offset_of_mean * known, slope_of_mean * known
    centre_offset = 0.5 * of_share @ parts.mean + offset_of_mean @ (parts.share * half)
    centre_slope = slope_of_mean @ (parts.share * half)
    moved = parts.share_change
    mix_offset = sign * of_share * (parts.mean - parts.centre) + offset_of_mean * (half * moved)
    mix_offset -= centre_offset[:, None] * moved[None, :]
    mix_slope = slope_of_mean * (half * moved) - centre_slope[:, None] * moved[None, :]
    whole = float(np.where(here, s * np.where(here, m, 0.0), 0.0).sum())

    def outputs(rates: FloatArray, mixes: FloatArray, change: FloatArray) -> FloatArray:
        return np.column_stack([rates, mixes, rates.sum(axis=1), mixes.sum(axis=1), change])

    return PeriodInfluence(
        offset=outputs(rate_offset, mix_offset, np.full(size, -sign * whole / total)),
        slope=outputs(rate_slope, mix_slope, np.full(size, sign / total)),
    )
