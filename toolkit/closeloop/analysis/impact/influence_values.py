"""Influence values of many themes at once: what all rows have in common, and what the few that mention a theme add."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """u_it = Σ_b basis_bi · common_bt + own_it, the last for the pairs of response and theme that there are.

    A response mentions few themes, so that sums over responses can be had without the table of all values.

    Attributes
    ----------
    basis : ndarray, b × responses
    common : ndarray, b × themes
    row, column : ndarray of int
        The pairs, each once.
    own : ndarray
        What each pair adds.

    Examples
    --------
    >>> one = Influence(np.ones((1, 3)), np.array([[-1.0]]), np.array([2]), np.array([0]), np.array([3.0]))
    >>> one.columns(slice(None)).ravel().tolist(), one.variance(np.ones(3)).tolist()
    ([-1.0, -1.0, 2.0], [9.0])
    """

    basis: FloatArray
    common: FloatArray
    row: IntArray
    column: npt.NDArray[np.intp]
    own: FloatArray

    @property
    def size(self) -> int:
        """How many themes."""
        return int(self.common.shape[1])

    def columns(self, some: slice) -> FloatArray:
        """Return the values of some themes: responses × themes."""
        start, stop, _ = some.indices(self.size)
        values = self.basis.T @ self.common[:, start:stop]
        mine = (self.column >= start) & (self.column < stop)
        values[self.row[mine], self.column[mine] - start] += self.own[mine]
        return np.asarray(values)

    def variance(self, weight: FloatArray) -> FloatArray:
        """Return n/(n − 1) Σ (w u − mean)² of each theme: the variance where every response was drawn by itself."""
        n, size = len(weight), self.size
        weighted = self.basis * weight
        own = self.own * weight[self.row]
        # Σ (w u)² = Σ (common part)² + Σ over pairs own (2 common part + own)
        both = np.einsum("bp,bp->p", weighted[:, self.row], self.common[:, self.column])
        squares = np.einsum("bt,bc,ct->t", self.common, weighted @ weighted.T, self.common)
        squares += np.bincount(self.column, own * (2 * both + own), size)
        sums = weighted.sum(axis=1) @ self.common + np.bincount(self.column, own, size)
        return np.asarray(np.maximum(squares - sums**2 / n, 0.0) * n / (n - 1))
