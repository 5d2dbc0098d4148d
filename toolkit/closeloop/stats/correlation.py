"""Weighted correlations, and whether anything can be computed from them.

The last row and column of every matrix is the outcome; leading axes are replicates or groups.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

SINGULAR = 1e-10
"""The smallest eigenvalue of a correlation matrix that still counts as invertible."""


def weighted_correlation(x: npt.ArrayLike, w: npt.ArrayLike | None = None) -> FloatArray:
    """Return the correlation matrix of the columns, over the complete rows.

    Parameters
    ----------
    x : array_like
        Rows × columns. A row with a NaN is left out (listwise), so that all correlations rest on the same answers.
    w : array_like, optional
        Weight of each row, not negative; rows of weight 0 count nowhere.

    Returns
    -------
    ndarray
        Correlations; row and column of a column without variance are NaN.

    Raises
    ------
    ValueError
        If `x` is no table or a weight is negative, infinite or missing.

    Examples
    --------
    >>> weighted_correlation([[1, 2], [2, 4], [3, 5], [9, float("nan")]]).round(4).tolist()
    [[1.0, 0.982], [0.982, 1.0]]
    """
    rows = np.asarray(x, dtype=float)
    if rows.ndim != 2:
        raise ValueError(message("drivers.not_a_table", dimensions=rows.ndim))
    weights = np.ones(len(rows)) if w is None else np.asarray(w, dtype=float)
    if weights.shape != (len(rows),) or not ((weights >= 0) & (weights < np.inf)).all():
        raise ValueError(message("drivers.bad_weights"))
    used = (weights > 0) & ~np.isnan(rows).any(axis=1)
    rows, weights = rows[used], weights[used]
    if not len(rows):
        return np.full((rows.shape[1],) * 2, np.nan)
    return correlation_of(moments(rows, weights).gram)


class Moments(NamedTuple):
    """Means and sums of centred products; leading axes are replicates."""

    mean: FloatArray
    gram: FloatArray


def moments(rows: FloatArray, weights: FloatArray | None = None) -> Moments:
    """Return means and sums of centred products of the columns, exactly 0 for a constant one.

    Examples
    --------
    >>> moments(np.array([[1.0], [3.0]])).gram.tolist(), moments(np.array([[1.0], [3.0]]), np.array([3.0, 1.0])).mean
    ([[2.0]], array([1.5]))
    """
    w = np.ones(len(rows)) if weights is None else weights
    mean = w @ rows / w.sum()
    centred = rows - mean
    centred[:, (rows == rows[0]).all(axis=0)] = 0.0
    return Moments(mean, (centred * w[:, None]).T @ centred)


def correlation_of(gram: npt.ArrayLike, floor: npt.ArrayLike = 0.0) -> FloatArray:
    """Return correlations from sums of centred products.

    Parameters
    ----------
    gram : array_like
        (…, k, k): Σ w (x_i − m_i)(x_j − m_j).
    floor : array_like
        (…, k): sums of squares up to this are rounding, their column has no variance.

    Returns
    -------
    ndarray
        (…, k, k); NaN in the row and column of what has no variance.

    Examples
    --------
    >>> correlation_of([[4.0, 2.0], [2.0, 4.0]]).tolist()
    [[1.0, 0.5], [0.5, 1.0]]
    """
    sums = np.asarray(gram, dtype=float)
    squares = np.diagonal(sums, axis1=-2, axis2=-1)
    scale = np.sqrt(np.where(squares > floor, squares, np.nan))
    found: FloatArray = sums / (scale[..., :, None] * scale[..., None, :])
    k = sums.shape[-1]
    found[..., range(k), range(k)] = np.where(np.isnan(scale), np.nan, 1.0)
    return found


def collinear(correlation: npt.ArrayLike) -> tuple[int, ...]:
    """Return the items that take part in an exact linear relation (the outcome, last, is not looked at).

    Examples
    --------
    >>> collinear([[1, 1, 0, 0.5], [1, 1, 0, 0.5], [0, 0, 1, 0.2], [0.5, 0.5, 0.2, 1]])
    (0, 1)
    """
    ready = _complete(np.asarray(correlation, dtype=float))[0]
    values, vectors = np.linalg.eigh(ready[:-1, :-1])
    involved = (np.abs(vectors[:, values < SINGULAR]) > 1e-6).any(axis=1)
    return tuple(np.flatnonzero(involved).tolist())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """Correlations without a NaN: what has no variance stands there as uncorrelated, its NaN comes back at the end.

    Attributes
    ----------
    matrix : ndarray
        (…, p+1, p+1), the outcome last; a singular one is replaced by no correlation at all.
    known : ndarray of bool
        (…, p) whether the item has a variance.
    usable : ndarray of bool
        (…) whether the outcome has one and the items are independent.

    Examples
    --------
    >>> bool(Ready.of([[1, float("nan")], [float("nan"), float("nan")]]).usable)
    False
    """

    matrix: FloatArray
    known: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]

    @classmethod
    def of(cls, correlation: npt.ArrayLike) -> Ready:
        """Return matrices made ready.

        Raises
        ------
        ValueError
            If it is no square matrix, or a single one with exactly collinear items.
        """
        given = np.asarray(correlation, dtype=float)
        if given.ndim < 2 or given.shape[-1] != given.shape[-2] or given.shape[-1] < 2:
            raise ValueError(message("drivers.not_a_matrix", shape="×".join(map(str, given.shape))))
        matrix, known = _complete(given)
        independent = np.linalg.eigvalsh(matrix[..., :-1, :-1])[..., 0] > SINGULAR
        if given.ndim == 2 and not independent:
            items = ", ".join(str(i + 1) for i in collinear(given))
            raise ValueError(message("drivers.collinear", items=items))
        matrix[~independent] = np.eye(matrix.shape[-1])
        return cls(matrix=matrix, known=known[..., :-1], usable=known[..., -1] & independent)

    def shares(self, found: FloatArray) -> FloatArray:
        """Return what was found, one row of items per matrix, NaN where nothing is known."""
        shaped = found.reshape(self.known.shape)
        return np.where(self.known & self.usable[..., None], shaped, np.nan)


def _complete(given: FloatArray) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
    known = ~np.isnan(np.diagonal(given, axis1=-2, axis2=-1))
    return np.where(known[..., :, None] & known[..., None, :], given, np.eye(given.shape[-1])), known
