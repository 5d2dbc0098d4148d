"""What weights cost and what they bring: design effect, effective sample size, distance from the target."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightCost:
    """What unequal weights cost.

    Attributes
    ----------
    n : int
        Answers whose weight is not 0.
    n_eff : float
        Kish's effective sample size (Σw)² / Σw²: so many equal answers would be as precise, for a question that has
        nothing to do with the weights.
    deff : float
        n / n_eff.
    low, high : float
        Smallest and largest weight, as a multiple of the mean; weights of 0 are left out.
    ratio : float
        Largest weight over smallest.

    Examples
    --------
    >>> weight_cost([1.0, 1.0, 2.0]).n_eff
    2.6666666666666665
    """

    n: int
    n_eff: float
    deff: float
    low: float
    high: float
    ratio: float


def weight_cost(weight: npt.ArrayLike) -> WeightCost:
    """Return what unequal weights cost.

    Parameters
    ----------
    weight : array_like
        Weights, none below 0. Those of 0 count for nothing.

    Returns
    -------
    WeightCost
        NaN throughout where no weight is above 0.

    Notes
    -----
    Kish L. (1965), Survey Sampling, section 11.7. Under clustering, and where the weights go with the answers, it is
    the wrong figure for an interval: take a design-based variance there. It tells what the weights alone cost.

    Examples
    --------
    >>> round(weight_cost([1, 1, 4]).deff, 3), weight_cost([1, 1, 4]).ratio
    (1.5, 4.0)
    """
    w = np.asarray(weight, dtype=float)
    w = w[w > 0]
    return weight_cost_of_cells(np.ones(w.size), w, w**2, w, w)


def weight_cost_of_cells(
    n: npt.ArrayLike, weight: npt.ArrayLike, squares: npt.ArrayLike, low: npt.ArrayLike, high: npt.ArrayLike
) -> WeightCost:
    """Return what unequal weights cost, from sums over cells of answers.

    Parameters
    ----------
    n, weight, squares, low, high : array_like
        Of each cell: answers with a weight above 0, Σw, Σw², the smallest and the largest weight.

    Returns
    -------
    WeightCost

    Examples
    --------
    >>> weight_cost_of_cells([2, 1], [2.0, 4.0], [2.0, 16.0], [1.0, 4.0], [1.0, 4.0]).deff
    1.5
    """
    count, w = np.asarray(n, dtype=float), np.asarray(weight, dtype=float)
    some = w > 0
    total, answers = float(w[some].sum()), int(count[some].sum())
    if not answers:
        return WeightCost(n=0, n_eff=np.nan, deff=np.nan, low=np.nan, high=np.nan, ratio=np.nan)
    n_eff = total**2 / float(np.asarray(squares, dtype=float)[some].sum())
    least = float(np.asarray(low, dtype=float)[some].min())
    most = float(np.asarray(high, dtype=float)[some].max())
    mean = total / answers
    return WeightCost(
        n=answers, n_eff=n_eff, deff=answers / n_eff, low=least / mean, high=most / mean, ratio=most / least
    )


def standardised_difference(share: npt.ArrayLike, target: npt.ArrayLike) -> FloatArray:
    """Return how far shares are from their targets, in standard deviations of the target.

    Parameters
    ----------
    share, target : array_like
        On 0…1.

    Returns
    -------
    ndarray
        (p − t) / √(t(1 − t)); 0 where both agree, NaN where the target is 0 or 1 and the share is not. The absolute
        value is the ASMD of balance reports; under 0.1 is commonly taken as balanced.

    Notes
    -----
    Austin P. C. (2009), Statistics in Medicine 28:3083–3107, with the variance of the population in the denominator,
    because the target is known and the sample is what is judged.

    Examples
    --------
    >>> standardised_difference([0.6, 0.2], [0.5, 0.2]).round(3).tolist()
    [0.2, 0.0]
    """
    p, t = np.asarray(share, dtype=float), np.asarray(target, dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        distance = (p - t) / np.sqrt(t * (1 - t))
    return np.where(p == t, 0.0, np.where(np.isfinite(distance), distance, np.nan))
