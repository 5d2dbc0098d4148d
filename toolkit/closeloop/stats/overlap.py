"""How far two sets of things are the same, one within the other, or together more often than by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import Interval, normal_quantile, share_interval

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """Pairs of sets, elementwise; each measure with its limits, NaN where it is not defined.

    Attributes
    ----------
    jaccard, jaccard_limits
        Things in both / things in either, 0…1.
    containment, containment_limits
        Things in both / things in the smaller one, 0…1; 1: the smaller lies within the larger.
    lift, lift_limits
        Things in both / things in both if the sets had nothing to do with each other.
    """

    jaccard: FloatArray
    jaccard_limits: Interval[FloatArray]
    containment: FloatArray
    containment_limits: Interval[FloatArray]
    lift: FloatArray
    lift_limits: Interval[FloatArray]


def overlap(
    both: npt.ArrayLike,
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    n: npt.ArrayLike,
    confidence_level: float = 0.95,
) -> Overlap:
    """Return Jaccard index, containment and lift of pairs of sets, from counts.

    Parameters
    ----------
    both, first, second : array_like of float
        Things in both sets, in the first, in the second; need not be whole.
    n : array_like of float
        Things in all.
    confidence_level : float
        Of the limits.

    Returns
    -------
    Overlap

    Notes
    -----
    Jaccard index and containment have Wilson's limits, given the size of the union and of the smaller set. The limits
    of the lift are those of its logarithm by the delta method for a multinomial sample; without a thing in both the
    lower one is 0 and the upper one Wilson's for the share of both, over the product of the shares.

    References
    ----------
    Jaccard P. (1912), New Phytologist 11:37–50. Wilson E. B. (1927), JASA 22:209–212. Agresti A. (2013), Categorical
    Data Analysis, 3rd ed., section 16.1 (delta method).

    Examples
    --------
    >>> found = overlap(20, 20, 80, 200)
    >>> float(found.jaccard), float(found.containment), float(found.lift)
    (0.25, 1.0, 2.5)
    """
    z = normal_quantile(confidence_level)
    b, one, two, size = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (both, first, second, n)))
    either, smaller = one + two - b, np.minimum(one, two)
    with np.errstate(divide="ignore", invalid="ignore"):
        jaccard = np.where(either > 0, b / either, np.nan)
        containment = np.where(smaller > 0, b / smaller, np.nan)
        lift = np.where(smaller > 0, b * size / (one * two), np.nan)
        variance = 1 / b - 1 / one - 1 / two + 2 * b / (one * two) - 1 / size
        margin = z * np.sqrt(np.maximum(variance, 0.0))
        none = b <= 0
        most = share_interval(np.where(none, 0.0, b), size, confidence_level).high * size * size / (one * two)
        low = np.where(none, 0.0, lift * np.exp(-margin))
        high = np.where(none, most, lift * np.exp(margin))
    defined = smaller > 0
    return Overlap(
        jaccard=jaccard,
        jaccard_limits=share_interval(b, either, confidence_level),
        containment=containment,
        containment_limits=share_interval(b, smaller, confidence_level),
        lift=lift,
        lift_limits=Interval(np.where(defined, low, np.nan), np.where(defined, high, np.nan)),
    )
