"""Polychoric correlation: how strongly two ordered answers hang together below their categories.

The answers are taken as cut from two normal variables; the correlation of these is what a repeated measurement keeps.
Everything accepts leading batch axes, so that thousands of tables are fitted at once.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from closeloop.stats.limits import Interval, normal_density, normal_quantile
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

_FAR = 38.0
"""Beyond so many standard deviations a normal tail is zero in floating point; stands in for infinity."""
_NODES = 64
_MOST_STEPS = 100
_LONGEST_STEP = 0.5
_HIGHEST = math.atanh(0.99)
"""Largest |atanh ρ| that is looked at: a table that wants more has no maximum that could be told from ±1."""
_LEAST_CELL = 1e-12


@dataclass(frozen=True, slots=True, kw_only=True)
class Polychoric:
    """A fitted polychoric correlation, or a batch of them.

    Attributes
    ----------
    rho, std_error : numpy.ndarray
        The correlation and its standard error (NaN where the table has no finite maximum, as one with an empty
        corner and no disagreement).
    row_cuts, column_cuts : numpy.ndarray
        Where the latent variables are cut; the last axis runs over the cuts.
    covariance : numpy.ndarray
        Of (row cuts, column cuts, atanh ρ), by expected information.
    n : numpy.ndarray
        Pairs.

    Examples
    --------
    >>> fit = polychoric([[40, 10], [10, 40]])
    >>> round(float(fit.rho), 4)
    0.809
    """

    rho: FloatArray
    std_error: FloatArray
    row_cuts: FloatArray
    column_cuts: FloatArray
    covariance: FloatArray
    n: FloatArray

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval[FloatArray]:
        """Return the interval of the correlation, by Fisher's z."""
        margin = normal_quantile(confidence_level) * self.std_error / (1 - self.rho**2)
        centre = np.arctanh(self.rho)
        return Interval(np.tanh(centre - margin), np.tanh(centre + margin))


def bivariate_normal_cdf(h: npt.ArrayLike, k: npt.ArrayLike, rho: npt.ArrayLike) -> FloatArray:
    """Return P(X ≤ h, Y ≤ k) of two standard normal variables with correlation `rho`; elementwise.

    Φ₂(h, k; ρ) = Φ(h)Φ(k) + 1/2π ∫₀^asin ρ exp(−(h² + k² − 2hk sin t) / (2 cos² t)) dt, by 64 Gauss–Legendre nodes:
    better than 1e-9 for |ρ| ≤ .99.

    References
    ----------
    Drezner Z., Wesolowsky G. O. (1990), Journal of Statistical Computation and Simulation 35:101–107.

    Examples
    --------
    >>> round(float(bivariate_normal_cdf(0, 0, 0.5)), 12)  # 1/4 + asin(1/2) / 2π
    0.333333333333
    """
    from scipy.special import ndtr

    x, y, _ = np.broadcast_arrays(
        np.clip(np.asarray(h, dtype=float), -_FAR, _FAR),
        np.clip(np.asarray(k, dtype=float), -_FAR, _FAR),
        np.asarray(rho, dtype=float),
    )
    node, weight = _nodes()
    half = np.arcsin(np.asarray(rho, dtype=float))[..., None] / 2  # one correlation for a whole table, often
    angle = half * (node + 1)
    exponent = -((x * x + y * y)[..., None] - 2 * (x * y)[..., None] * np.sin(angle)) / (2 * np.cos(angle) ** 2)
    area = (np.exp(exponent) @ weight) * half[..., 0] / (2 * math.pi)
    total: FloatArray = np.clip(ndtr(x) * ndtr(y) + area, 0.0, 1.0)
    return total


@cache
def _nodes() -> tuple[FloatArray, FloatArray]:
    node, weight = np.polynomial.legendre.leggauss(_NODES)
    return node, weight


def cell_probabilities(
    row_cuts: npt.ArrayLike, column_cuts: npt.ArrayLike, rho: npt.ArrayLike
) -> tuple[FloatArray, FloatArray]:
    """Return the probabilities of the cells of a cut bivariate normal, and their derivatives.

    Parameters
    ----------
    row_cuts, column_cuts : array_like
        Increasing, the last axis runs over the cuts; leading axes are a batch.
    rho : array_like
        The correlations, shaped like the batch.

    Returns
    -------
    tuple of numpy.ndarray
        Cells (…, r, c), and derivatives (…, parameter, r, c) by row cuts, column cuts and atanh ρ, in this order.

    Examples
    --------
    >>> cells, slopes = cell_probabilities([0.0], [0.0], 0.5)
    >>> cells.round(6).tolist(), slopes.shape
    ([[0.333333, 0.166667], [0.166667, 0.333333]], (3, 2, 2))
    """
    from scipy.special import ndtr

    a, b = np.asarray(row_cuts, dtype=float), np.asarray(column_cuts, dtype=float)
    r = np.asarray(rho, dtype=float)[..., None]
    batch = np.broadcast_shapes(a.shape[:-1], b.shape[:-1], r.shape[:-1])
    a, b, r = (np.broadcast_to(v, (*batch, v.shape[-1])) for v in (a, b, r))
    h, k = _with_ends(a)[..., :, None], _with_ends(b)[..., None, :]
    rr = r[..., None]
    rest = np.sqrt(1 - rr * rr)

    def cells_of(grid: FloatArray) -> FloatArray:
        return np.diff(np.diff(grid, axis=-2), axis=-1)

    grid = np.zeros((*batch, a.shape[-1] + 2, b.shape[-1] + 2))
    grid[..., 1:-1, 1:-1] = bivariate_normal_cdf(a[..., :, None], b[..., None, :], rr)
    grid[..., 1:-1, -1], grid[..., -1, 1:-1], grid[..., -1, -1] = ndtr(a), ndtr(b), 1.0
    cells = cells_of(grid)
    by_h = normal_density(h) * ndtr((k - rr * h) / rest)
    by_k = normal_density(k) * ndtr((h - rr * k) / rest)
    density = np.exp(-(h * h + k * k - 2 * rr * h * k) / (2 * rest**2)) / (2 * math.pi * rest)
    i, j = np.arange(a.shape[-1]), np.arange(b.shape[-1])
    slopes = np.zeros((*batch, len(i) + len(j) + 1, *cells.shape[-2:]))
    # A cut moves probability between the two rows, or columns, that it parts; all other cells stay as they are.
    gain = np.diff(by_h, axis=-1)[..., 1:-1, :]
    slopes[..., i, i, :], slopes[..., i, i + 1, :] = gain, -gain
    gain = np.swapaxes(np.diff(by_k, axis=-2)[..., 1:-1], -1, -2)
    columns = np.swapaxes(slopes[..., len(i) : -1, :, :], -1, -2)
    columns[..., j, j, :], columns[..., j, j + 1, :] = gain, -gain
    slopes[..., -1, :, :] = cells_of(density) * rest**2  # by atanh ρ: dρ = (1 − ρ²) dz
    return cells, slopes


def _with_ends(cuts: FloatArray) -> FloatArray:
    end = np.full((*cuts.shape[:-1], 1), _FAR)
    ended: FloatArray = np.clip(np.concatenate([-end, cuts, end], axis=-1), -_FAR, _FAR)
    return ended


def polychoric(table: npt.ArrayLike) -> Polychoric:
    """Return the polychoric correlation of a table of counts by maximum likelihood, cuts and correlation together.

    Parameters
    ----------
    table : array_like
        Counts (…, r, c), categories in their order; leading axes are a batch of tables of one shape. No row and no
        column may be empty: leave categories out that nobody chose.

    Returns
    -------
    Polychoric
        With the standard error from the expected information.

    Raises
    ------
    ValueError
        If a table has fewer than two rows or columns, an empty one, or counts that are none.

    Notes
    -----
    Fisher scoring in the cuts and atanh ρ, from the cuts of the margins. Where all pairs agree there is no finite
    maximum: ρ then stands at ±.99 without a standard error. Not to be used where the answers are not ordered.

    References
    ----------
    Olsson U. (1979), Psychometrika 44:443–460, doi:10.1007/BF02296207.

    Examples
    --------
    >>> fit = polychoric([[58, 52, 1], [26, 58, 3], [8, 12, 9]])  # Tallis (1962): ρ = .42
    >>> round(float(fit.rho), 4), round(float(fit.std_error), 4)
    (0.4192, 0.0762)
    """
    counts = np.asarray(table, dtype=float)
    if counts.ndim < 2 or min(counts.shape[-2:]) < 2 or not np.isfinite(counts).all() or (counts < 0).any():
        raise ValueError(message("recovery.bad_table"))
    rows, columns = counts.sum(-1), counts.sum(-2)
    if not ((rows > 0).all() and (columns > 0).all()):
        raise ValueError(message("recovery.bad_table"))
    n = rows.sum(-1)
    r = counts.shape[-2]
    at = np.concatenate(
        [margin_cuts(rows), margin_cuts(columns), np.arctanh(_pearson(counts, rows, columns, n))[..., None]], axis=-1
    )
    for _ in range(_MOST_STEPS):
        cells, slopes = cell_probabilities(at[..., : r - 1], at[..., r - 1 : -1], np.tanh(at[..., -1]))
        information = _information(cells, slopes)
        ratio = counts / n[..., None, None] / np.maximum(cells, _LEAST_CELL)
        gradient = (ratio[..., None, :, :] * slopes).sum((-2, -1))
        step = (np.linalg.pinv(information, hermitian=True) @ gradient[..., None])[..., 0]
        step *= np.minimum(1.0, _LONGEST_STEP / np.maximum(np.abs(step).max(-1, keepdims=True), 1e-300))
        at = at + step
        at[..., -1] = np.clip(at[..., -1], -_HIGHEST, _HIGHEST)
        if np.abs(step[np.abs(at[..., -1]) < _HIGHEST]).max(initial=0.0) < 1e-10:
            break
    rho = np.tanh(at[..., -1])
    information = _information(*cell_probabilities(at[..., : r - 1], at[..., r - 1 : -1], rho))
    covariance = np.linalg.pinv(information, hermitian=True) / n[..., None, None]
    inside = np.abs(at[..., -1]) < _HIGHEST
    covariance = np.where(inside[..., None, None], covariance, np.nan)
    return Polychoric(
        rho=rho,
        std_error=np.sqrt(covariance[..., -1, -1]) * (1 - rho**2),
        row_cuts=at[..., : r - 1],
        column_cuts=at[..., r - 1 : -1],
        covariance=covariance,
        n=n,
    )


def margin_cuts(margin: npt.ArrayLike) -> FloatArray:
    """Return the cuts that give a margin (last axis, counts or shares); infinite beyond an empty end.

    Examples
    --------
    >>> margin_cuts([20, 35, 45]).round(4).tolist()
    [-0.8416, 0.1257]
    """
    from scipy.special import ndtri

    share = np.asarray(margin, dtype=float)
    cuts: FloatArray = ndtri(np.clip(np.cumsum(share, -1)[..., :-1] / share.sum(-1, keepdims=True), 0.0, 1.0))
    return cuts


def _information(cells: FloatArray, slopes: FloatArray) -> FloatArray:
    """Return the expected information of one pair."""
    scaled = slopes / np.sqrt(np.maximum(cells, _LEAST_CELL))[..., None, :, :]
    flat = scaled.reshape(*scaled.shape[:-2], -1)
    information: FloatArray = flat @ np.swapaxes(flat, -1, -2)
    return information


def _pearson(counts: FloatArray, rows: FloatArray, columns: FloatArray, n: FloatArray) -> FloatArray:
    """Return the correlation of the category numbers, kept off ±1, as a place to start from."""
    i = np.arange(counts.shape[-2], dtype=float)
    j = np.arange(counts.shape[-1], dtype=float)
    mean_i, mean_j = rows @ i / n, columns @ j / n
    cross = (counts @ j) @ i / n - mean_i * mean_j
    spread = np.sqrt((rows @ (i * i) / n - mean_i**2) * (columns @ (j * j) / n - mean_j**2))
    found: FloatArray = np.clip(cross / spread, -0.9, 0.9)
    return found
