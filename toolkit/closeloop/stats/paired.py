"""The same respondents twice: the change of their NPS or share from a table of transitions.

A table has a row per category before and a column per category after, in rising order (detractor, passive, promoter; or
miss, hit), and whole counts. The change is *after minus before*.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.stats.contrast import Contrast, wald_contrast
from closeloop.stats.limits import known_method

FloatArray = npt.NDArray[np.float64]
METHODS = ("t", "z")
"""Student's t with the unbiased variance, and the normal distribution; the first is the default."""


def transition_contrast(table: npt.ArrayLike, confidence_level: float = 0.95, method: str = "t") -> Contrast:
    """Return the mean change of the respondents, each of whom moves up or down by whole categories.

    Parameters
    ----------
    table : array_like, k × k
        The transitions.
    confidence_level : float
        Between 0 and 1.
    method : {"t", "z"}
        ``"t"``: variance with divisor n−1 and Student's t; ``"z"``: divisor n and the normal distribution, which is too
        short for some 50 pairs and fewer.

    Returns
    -------
    Contrast
        For three categories the change of the NPS, for two that of the share, on −1…1 (a change lies within −2…2).
        Without limits and p where everybody changed by the same; NaN without a pair.

    Raises
    ------
    ValueError
        If there is no such method.

    Notes
    -----
    dᵢ = after − before; Δ = mean(d), SE = √(var(d)/n). The two waves are the same people: their covariance is in the
    variance of d, and need not be known.

    References
    ----------
    Agresti A. (2013), Categorical Data Analysis, 3rd ed., Wiley, ch. 11.

    Examples
    --------
    >>> c = transition_contrast([[12, 8, 4], [3, 20, 9], [1, 5, 38]], method="z")
    >>> round(c.estimate, 6), round(c.std_error, 6), round(c.interval.low, 6), round(c.interval.high, 6)
    (0.15, 0.065383, 0.021851, 0.278149)
    """
    known_method(METHODS, method, "paired")
    moves, count = _moves(table)
    n = float(count.sum())
    if n == 0:
        return wald_contrast(math.nan, math.nan, confidence_level=confidence_level)
    mean = float((moves * count).sum()) / n
    variance = float((moves**2 * count).sum()) / n - mean**2
    variance = 0.0 if variance < 1e-14 else variance  # what rounding leaves of equal changes
    if method == "z":
        return wald_contrast(mean, variance / n, confidence_level=confidence_level)
    return wald_contrast(mean, variance / (n - 1) if n > 1 else math.nan, n - 1, confidence_level)


def sign_flip_p(table: npt.ArrayLike) -> float:
    """Return the exact two-sided p of "every change could as well have gone the other way".

    Parameters
    ----------
    table : array_like, 2 × 2 or 3 × 3
        The transitions.

    Returns
    -------
    float
        1 where nobody changed; NaN without a pair.

    Notes
    -----
    Given how far each respondent moved, all signs are equally likely. The sum of the m₁ moves by one category is
    2B(m₁, ½) − m₁, that of the m₂ moves by two is 2(2B(m₂, ½) − m₂); their convolution is summed from |S| observed
    outwards. With two categories it is McNemar's exact test.

    References
    ----------
    Good P. (2005), Permutation, Parametric and Bootstrap Tests of Hypotheses, 3rd ed., Springer.

    Examples
    --------
    >>> round(sign_flip_p([[12, 8, 4], [3, 20, 9], [1, 5, 38]]), 6)
    0.034958
    """
    moves, count = _moves(table)
    if count.sum() == 0:
        return math.nan
    observed = abs(int((moves * count).sum()))
    if observed == 0:
        return 1.0
    from scipy.stats import binom

    one, two = (int(count[np.abs(moves) == step].sum()) for step in (1, 2))
    ups = np.arange(two + 1)
    rest = observed - 2 * (2 * ups - two)  # what the moves by one category must still reach
    tail = binom.sf(np.ceil((rest + one) / 2) - 1, one, 0.5)
    return min(1.0, 2 * math.fsum(binom.pmf(ups, two, 0.5) * tail))


def unpaired_std_error(table: npt.ArrayLike) -> float:
    """Return the standard error that the change would seem to have if the waves were taken for different people.

    Examples
    --------
    >>> round(unpaired_std_error([[12, 8, 4], [3, 20, 9], [1, 5, 38]]), 6)
    0.108972
    """
    counts = np.asarray(table, dtype=float)
    n = float(counts.sum())
    if n == 0:
        return math.nan
    category = np.arange(len(counts), dtype=float)
    variance = 0.0
    for margin in (counts.sum(axis=1), counts.sum(axis=0)):
        mean = float(category @ margin) / n
        variance += float((category - mean) ** 2 @ margin) / n
    return math.sqrt(variance / n)


class Homogeneity(NamedTuple):
    """The test of "both waves have the same shares of every category".

    Attributes
    ----------
    statistic, p_value : float
        Stuart–Maxwell.
    bhapkar_statistic, bhapkar_p_value : float
        Bhapkar's variant, which is never smaller; NaN where all moves go one way.
    df : int
        Categories between which anybody moved, less one.

    Examples
    --------
    >>> Homogeneity(5.16, 0.076, 5.44, 0.066, 2).df
    2
    """

    statistic: float
    p_value: float
    bhapkar_statistic: float
    bhapkar_p_value: float
    df: int


def homogeneity(table: npt.ArrayLike) -> Homogeneity:
    """Return whether the shares of the categories moved at all, up or down.

    It sees what the NPS does not: detractors and promoters who both become passives.

    Parameters
    ----------
    table : array_like, k × k
        The transitions.

    Returns
    -------
    Homogeneity
        A category that nobody left or entered says nothing and is left out. Where nobody moved: 0 with p 1; without a
        pair: NaN.

    Notes
    -----
    By ``SquareTable`` of statsmodels, without its default of adding ½ to every cell as soon as one is 0.

    References
    ----------
    Stuart A. (1955), Biometrika 42:412–416. Maxwell A. E. (1970), British Journal of Psychiatry 116:651–655.
    Bhapkar V. P. (1966), Journal of the American Statistical Association 61:228–235.

    Examples
    --------
    >>> h = homogeneity([[12, 8, 4], [3, 20, 9], [1, 5, 38]])
    >>> round(h.statistic, 6), round(h.p_value, 6), round(h.bhapkar_statistic, 6)
    (5.16129, 0.075725, 5.442177)
    """
    counts = np.asarray(table, dtype=float)
    if counts.sum() == 0:
        return Homogeneity(math.nan, math.nan, math.nan, math.nan, 0)
    off = counts - np.diag(np.diag(counts))
    moved = off.sum(axis=0) + off.sum(axis=1) > 0
    if not moved.any():
        return Homogeneity(0.0, 1.0, 0.0, 1.0, 0)
    kept = counts[np.ix_(moved, moved)]
    from statsmodels.stats.contingency_tables import SquareTable

    square = SquareTable(kept, shift_zeros=False)
    plain = square.homogeneity(method="stuart_maxwell")
    statistic, p = float(plain.statistic), float(plain.pvalue)
    if _bhapkar_is_singular(kept):
        return Homogeneity(statistic, p, math.nan, math.nan, len(kept) - 1)
    bhapkar = square.homogeneity(method="bhapkar")
    return Homogeneity(statistic, p, float(bhapkar.statistic), float(bhapkar.pvalue), len(kept) - 1)


def _bhapkar_is_singular(counts: FloatArray) -> bool:
    """Whether the covariance of the differences of the margins has no inverse, for which statsmodels only warns."""
    shift = counts.sum(axis=1) - counts.sum(axis=0)
    spread = np.diag(counts.sum(axis=0) + counts.sum(axis=1)) - counts - counts.T
    inner = (spread - np.outer(shift, shift) / counts.sum())[1:, 1:]
    return bool(np.linalg.matrix_rank(inner, tol=1e-9 * counts.sum()) < len(inner))


def _moves(table: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return how far each cell is from the diagonal, and its count."""
    counts = np.asarray(table, dtype=float)
    category = np.arange(len(counts), dtype=float)
    return (category[None, :] - category[:, None]).ravel(), counts.ravel()
