"""How much of an outcome's variance each item accounts for, from a (weighted) correlation matrix.

The last row and column of every matrix is the outcome. All functions take leading axes (bootstrap replicates, groups)
and give one row of shares each. An item without variance is NaN and leaves the others as they are without it; an
outcome without variance makes everything NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
import numpy.typing as npt

from closeloop.stats.correlation import SINGULAR, Ready
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

MOST_EXACT = 20
"""Up to so many items `lmg` goes through all subsets; beyond, it draws orders."""

_BLOCK = 1 << 21  # numbers worked on at once: a block stays in the cache's reach and far below the memory


def lmg(correlation: npt.ArrayLike, *, orders: int = 5000, seed: int = 0) -> FloatArray:
    """Return how much of the outcome's variance each item accounts for: LMG, which is Shapley's value of R².

    The gain in R² when the item joins, averaged over all orders in which the items can join; the same as general
    dominance. The shares are not negative and add up to R², whatever the correlations between the items. They say what
    goes along with the outcome, not what causes it; and an item that is correlated with a strong one gets a part of
    that one's share even if its own coefficient is 0.

    Parameters
    ----------
    correlation : array_like
        (…, p+1, p+1), the outcome last.
    orders, seed : int
        Above `MOST_EXACT` items, so many random orders are drawn, see `lmg_sampled`.

    Returns
    -------
    ndarray
        (…, p) shares of the outcome's variance, 0…1.

    Raises
    ------
    ValueError
        If the items of a single matrix are exactly collinear; within a stack of matrices such a one gives NaN.

    Notes
    -----
    ``LMG_j = Σ_S |S|! (p−|S|−1)! / p! · [R²(S ∪ j) − R²(S)]``. All 2^p subsets come from one matrix: for each item the
    stack doubles into "left out" (row and column dropped) and "swept in" (Schur complement), so that work and memory
    are O(2^p) instead of one regression per subset. Agrees with ``relaimpo`` 2.2-7 of R to 10 digits.

    References
    ----------
    Lindeman R. H., Merenda P. F., Gold R. Z. (1980), Introduction to Bivariate and Multivariate Analysis.
    Grömping U. (2006), Journal of Statistical Software 17(1), doi:10.18637/jss.v017.i01.

    Examples
    --------
    >>> lmg([[1, 0.3, 0.6], [0.3, 1, 0.5], [0.6, 0.5, 1]]).round(4).tolist()
    [0.2913, 0.1813]
    """
    ready = Ready.of(correlation)
    p = ready.matrix.shape[-1] - 1
    if p > MOST_EXACT:
        return lmg_sampled(correlation, orders=orders, seed=seed).shares
    stack = ready.matrix.reshape(-1, p + 1, p + 1)
    step = max(1, _BLOCK >> p)
    found = [_shapley(_residuals(stack[i : i + step]), p) for i in range(0, len(stack), step)]
    return ready.shares(np.concatenate(found) if found else np.empty((0, p)))


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledShares:
    """LMG shares from random orders, and how far the drawing may have left them from the exact ones.

    Attributes
    ----------
    shares : ndarray
        (…, p) shares of the outcome's variance.
    std_error : ndarray
        (…, p) Monte-Carlo standard errors: of the drawing alone, not of the survey.

    Examples
    --------
    >>> SampledShares(shares=np.array([0.2]), std_error=np.array([0.0])).shares.tolist()
    [0.2]
    """

    shares: FloatArray
    std_error: FloatArray


def lmg_sampled(correlation: npt.ArrayLike, *, orders: int = 5000, seed: int = 0) -> SampledShares:
    """Return LMG shares from random orders of the items, for more items than can be gone through.

    Parameters
    ----------
    correlation : array_like
        (…, p+1, p+1), the outcome last.
    orders : int
        Orders drawn; each is taken forwards and backwards.
    seed : int
        Of the drawing.

    Returns
    -------
    SampledShares
        Shares, which add up to R² exactly, and their Monte-Carlo standard errors.

    Raises
    ------
    ValueError
        If the items of a single matrix are exactly collinear, or fewer than four orders are asked for.

    Notes
    -----
    In the Cholesky factor of the matrix in a given order the squares of the outcome's row are the gains in R² of that
    order. An order and its reverse are averaged before the standard error is taken.

    Examples
    --------
    >>> found = lmg_sampled([[1, 0.3, 0.6], [0.3, 1, 0.5], [0.6, 0.5, 1]], orders=4)
    >>> found.shares.round(4).tolist(), found.std_error.round(4).tolist()
    ([0.2913, 0.1813], [0.0, 0.0])
    """
    if orders < 4:
        raise ValueError(message("drivers.few_orders", orders=orders))
    ready = Ready.of(correlation)
    p = ready.matrix.shape[-1] - 1
    rng = np.random.default_rng(seed)
    drawn = rng.permuted(np.tile(np.arange(p), (orders // 2, 1)), axis=1)
    step = max(1, _BLOCK // (p + 1) ** 2 // 2)
    shares, errors = [], []
    for one in ready.matrix.reshape(-1, p + 1, p + 1):
        total, squares = np.zeros(p), np.zeros(p)
        for i in range(0, len(drawn), step):
            block = drawn[i : i + step]
            gain = (_gains(one, block) + _gains(one, block[:, ::-1])) / 2
            total += gain.sum(axis=0)
            squares += (gain * gain).sum(axis=0)
        mean = total / len(drawn)
        shares.append(mean)
        errors.append(np.sqrt(np.maximum(squares / len(drawn) - mean * mean, 0) / (len(drawn) - 1)))
    return SampledShares(
        shares=ready.shares(np.array(shares).reshape(-1, p)), std_error=ready.shares(np.array(errors).reshape(-1, p))
    )


def johnson(correlation: npt.ArrayLike) -> FloatArray:
    """Return Johnson's relative weights: shares of the outcome's variance from the closest uncorrelated items.

    Close to `lmg` and without its 2^p work: for more than a dozen items, and for the bootstrap of many.

    Parameters
    ----------
    correlation : array_like
        (…, p+1, p+1), the outcome last.

    Returns
    -------
    ndarray
        (…, p) shares of the outcome's variance, which add up to R².

    Raises
    ------
    ValueError
        If the items of a single matrix are exactly collinear; within a stack of matrices such a one gives NaN.

    Notes
    -----
    With R = V Λ V' the correlations of the items: L = V Λ^½ V', b = L⁻¹ r, shares = (L∘L)(b∘b). These are the weights
    of Genizi, too (``relaimpo`` calls them so).

    References
    ----------
    Johnson J. W. (2000), Multivariate Behavioral Research 35:1–19. Genizi A. (1993), Statistica Sinica 3:407–420.

    Examples
    --------
    >>> johnson([[1, 0.3, 0.6], [0.3, 1, 0.5], [0.6, 0.5, 1]]).round(4).tolist()
    [0.2913, 0.1813]
    """
    ready = Ready.of(correlation)
    values, vectors = np.linalg.eigh(ready.matrix[..., :-1, :-1])
    roots = np.sqrt(np.maximum(values, SINGULAR))[..., None, :]
    turned = np.swapaxes(vectors, -1, -2)
    root = (vectors * roots) @ turned
    b = (vectors / roots) @ turned @ ready.matrix[..., :-1, -1:]
    return ready.shares(((root * root) @ (b * b))[..., 0])


@dataclass(frozen=True, slots=True, kw_only=True)
class Regression:
    """What one regression of the standardised outcome on all items says.

    Attributes
    ----------
    coefficients : ndarray
        (…, p) standardised coefficients.
    first : ndarray
        (…, p) squared correlations: the item alone.
    last : ndarray
        (…, p) what R² loses without the item.
    vif : ndarray
        (…, p) variance inflation factors, 1 for an item that is not correlated with the others.
    r_squared : ndarray
        (…) share of the outcome's variance that all items explain together.

    Examples
    --------
    >>> regression([[1, 0.3, 0.6], [0.3, 1, 0.5], [0.6, 0.5, 1]]).vif.round(4).tolist()
    [1.0989, 1.0989]
    """

    coefficients: FloatArray
    first: FloatArray
    last: FloatArray
    vif: FloatArray
    r_squared: FloatArray


def regression(correlation: npt.ArrayLike) -> Regression:
    """Return standardised coefficients, the gain of each item as the first and as the last, VIF and R².

    Parameters
    ----------
    correlation : array_like
        (…, p+1, p+1), the outcome last.

    Returns
    -------
    Regression
        NaN for an item without variance, which is left out of the regression.

    Raises
    ------
    ValueError
        If the items of a single matrix are exactly collinear; within a stack of matrices such a one gives NaN.

    Examples
    --------
    >>> float(regression([[1, 0.3, 0.6], [0.3, 1, 0.5], [0.6, 0.5, 1]]).r_squared.round(4))
    0.4725
    """
    ready = Ready.of(correlation)
    inverse = np.linalg.inv(ready.matrix[..., :-1, :-1])
    r = ready.matrix[..., :-1, -1]
    coefficients = (inverse @ r[..., None])[..., 0]
    vif = np.diagonal(inverse, axis1=-2, axis2=-1)
    r_squared = ready.shares(r * coefficients)
    return Regression(
        coefficients=ready.shares(coefficients),
        first=ready.shares(r * r),
        last=ready.shares(coefficients * coefficients / vif),
        vif=np.where(ready.known, vif, np.nan),
        r_squared=np.where(np.isnan(r_squared).all(axis=-1), np.nan, np.nansum(r_squared, axis=-1)),
    )


def adjusted_r_squared(r_squared: float, n: float, p: int) -> float:
    """Return R² corrected for the number of items; NaN with fewer than two answers more than items.

    Examples
    --------
    >>> round(adjusted_r_squared(0.7067350015927, 47, 5), 7)
    0.670971
    """
    return 1 - (1 - r_squared) * (n - 1) / (n - p - 1) if n - p - 1 > 0 else math.nan


def _residuals(stack: FloatArray) -> FloatArray:
    """Return the outcome's residual variance for every subset: (2^p, matrices), bit j of the subset is item j."""
    now = np.moveaxis(stack, 0, -1)  # the subsets last: long runs for small matrices
    while len(now) > 1:
        k, count = len(now) - 1, now.shape[-1]
        grown = np.empty((k, k, 2 * count))
        rest, row, swept = now[1:, 1:], now[0, 1:], grown[..., count:]
        grown[..., :count] = rest
        np.multiply(row[:, None], row / now[0, 0], out=swept)
        np.subtract(rest, swept, out=swept)
        now = grown
    return now.reshape(-1, len(stack))


def _shapley(residuals: FloatArray, p: int) -> FloatArray:
    """Return the mean gain of each item: Σ over the subsets with it of w(|S|−1) R², less Σ over those without it."""
    joined, left = _subset_weights(p)
    explained = 1.0 - residuals
    low = p // 2
    sums = (explained * (joined + left)[:, None]).reshape(1 << (p - low), 1 << low, -1)
    with_item = np.concatenate([_bits(low) @ sums.sum(axis=0), _bits(p - low) @ sums.sum(axis=1)])
    return np.asarray((with_item - left @ explained).T)


@lru_cache(maxsize=2)  # 16 MB each at 20 items
def _subset_weights(p: int) -> tuple[FloatArray, FloatArray]:
    """Return for each subset the weight of a gain by which it came about, and of one that starts from it."""
    sizes = np.bitwise_count(np.arange(1 << p))
    weight = np.array([1 / (p * math.comb(p - 1, s)) for s in range(p)])
    return np.append(0.0, weight)[sizes], np.append(weight, 0.0)[sizes]


@cache
def _bits(k: int) -> FloatArray:
    """Return for k items (rows) and all subsets of them whether the item is in."""
    return ((np.arange(1 << k) >> np.arange(k)[:, None]) & 1).astype(float)


def _gains(matrix: FloatArray, orders: npt.NDArray[np.int64]) -> FloatArray:
    """Return the gain in R² of each item, per order."""
    p = orders.shape[1]
    places = np.column_stack([orders, np.full(len(orders), p)])
    slightly_less = matrix.copy()
    slightly_less[-1, -1] += 1.0  # the last pivot is never used: keep it positive where R² is 1
    factors = np.linalg.cholesky(slightly_less[places[:, :, None], places[:, None, :]])
    gains = np.empty(orders.shape)
    np.put_along_axis(gains, orders, factors[:, -1, :-1] ** 2, axis=1)
    return gains
