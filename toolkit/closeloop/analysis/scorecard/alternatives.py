"""Other data that would show the very same figures: what a reader of the figures cannot rule out.

All figures of a shown group follow from how many people in it gave each kind of answer. A table of counts that agrees
with the truth in every shown group is as good as the truth to a reader; what differs between two such tables is hidden.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.analysis.scorecard.margins import Ints, Mask, line

Floats = npt.NDArray[np.float64]
_SMALL = 400
"""Whole numbers are insisted on where so few are unknown; beyond, a table with fractions is proof enough."""
_IMPOSSIBLE = 2
_PLENTY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The best table: in whole numbers (the whole cube; None if it has fractions), its hidden cells, what binds it."""

    table: Ints | None
    parts: Floats
    binding: Ints


@dataclass(frozen=True, kw_only=True)
class Alternatives:
    """The equations that the shown groups set to the hidden cells.

    Attributes
    ----------
    cells : ndarray
        Kinds of answers × dimensions: the truth.
    unknown : ndarray
        The hidden cells (positions in a flattened cube).
    groups : ndarray
        The shown groups that say something about them (positions in a flattened cube with margins).
    matrix : sparse array, groups × unknown
        Which hidden cells lie in which group.
    least : list of (ndarray, int)
        Hidden cells that are known to hold at least so many people together.
    """

    cells: Ints
    unknown: Ints
    groups: Ints
    matrix: Any
    least: tuple[tuple[Ints, int], ...]

    @classmethod
    def of(cls, cells: Ints, shown: Mask, least: tuple[tuple[Ints, int], ...] = ()) -> Alternatives:
        """Return the equations; a group whose parts along some dimension are all shown says nothing of its own.

        Parameters
        ----------
        cells : ndarray
            Kinds of answers × dimensions.
        shown : ndarray of bool
            Which groups are shown, margins included.
        least : tuple of (ndarray, int)
            Cells (positions in a flattened cube) that are known to hold so many people together.
        """
        from scipy.sparse import csr_array

        sizes = cells.shape[1:]
        finest = shown[tuple(slice(0, n) for n in sizes)]
        unknown = np.flatnonzero(~finest.ravel())
        place = np.full(finest.size, -1)
        place[unknown] = np.arange(unknown.size)
        at = place.reshape(sizes)
        telling = shown.copy()
        telling[tuple(slice(0, n) for n in sizes)] = False
        for axis, n in enumerate(sizes):
            every = shown[line(shown.ndim, axis, slice(0, n))].all(axis=axis)
            telling[line(shown.ndim, axis, n)] &= ~every
        groups, columns, starts = [], [], [0]
        for group in np.flatnonzero(telling.ravel()).tolist():
            chosen = np.unravel_index(group, shown.shape)
            inside = at[tuple(slice(None) if c == n else c for c, n in zip(chosen, sizes, strict=True))]
            mine = inside[inside >= 0]
            if mine.size:
                groups.append(group)
                columns.append(mine.ravel())
                starts.append(starts[-1] + mine.size)
        flat = np.concatenate([np.empty(0, np.int64), *columns])
        matrix = csr_array((np.ones(flat.size), flat, starts), shape=(len(groups), unknown.size))
        n_cells = cells.sum(axis=0).ravel()
        bounds = []
        for members, count in least:
            hidden = members[place[members] >= 0]
            rest = count - int(n_cells[members].sum() - n_cells[hidden].sum())
            if hidden.size and rest > 0:
                bounds.append((place[hidden], rest))
        return cls(cells=cells, unknown=unknown, groups=np.array(groups, np.int64), matrix=matrix, least=tuple(bounds))

    @property
    def truth(self) -> Ints:
        """The hidden cells as they are: kinds × unknown."""
        return self.cells.reshape(len(self.cells), -1)[:, self.unknown]

    @property
    def _most(self) -> float:
        """More people than anybody would look for in a cell: without an end no best table is found."""
        return float(self.cells.sum()) + _PLENTY

    @property
    def is_small(self) -> bool:
        """Whether a table in whole numbers can be looked for."""
        return self.truth.size <= _SMALL

    def within(self, group: int, shape: tuple[int, ...]) -> Ints:
        """Return which of the unknown cells lie in a group."""
        inside = np.zeros(self.cells.shape[1:], bool)
        chosen = np.unravel_index(group, shape)
        sizes = self.cells.shape[1:]
        inside[tuple(slice(None) if c == n else c for c, n in zip(chosen, sizes, strict=True))] = True
        return np.flatnonzero(inside.ravel()[self.unknown])

    def search(self, weights: Floats, teams: Sequence[Ints] = (), cap: int = 0) -> Found:
        """Return the table that has the largest weighted sum.

        Parameters
        ----------
        weights : ndarray, kinds × unknown
            What one person more in each place is worth.
        teams, cap : sequence of ndarray, int
            Groups (their unknown cells), each of which adds its number of people to the sum, up to `cap`.
        """
        from scipy.optimize import linprog
        from scipy.sparse import csr_array, hstack

        kinds, size = self.truth.shape
        cost = np.concatenate([-weights.ravel(), np.full(len(teams), -1.0)])
        equal, known = self._equations
        if len(teams):
            equal = hstack([equal, csr_array((equal.shape[0], len(teams)))], format="csr")
        bounds = np.array([[0.0, self._most]] * (kinds * size) + [[0.0, float(cap)]] * len(teams))
        upper, limit = self._limits(cost.size, teams)
        found = linprog(cost, A_eq=equal, b_eq=known, A_ub=upper, b_ub=limit, bounds=bounds, method="highs")
        if found.x is None:
            return Found(table=None, parts=self.truth.astype(float), binding=self.groups)
        held = np.abs(found.eqlin.marginals).reshape(kinds, -1).max(axis=0, initial=0.0) > 1e-9
        parts = found.x[: kinds * size].reshape(kinds, size)
        return Found(table=self._whole(parts), parts=parts, binding=self.groups[held])

    def part(self, chosen: Ints) -> Alternatives:
        """Return the equations for some of the unknown cells, all others being as they are: quicker, as good a proof.

        Parameters
        ----------
        chosen : ndarray
            Positions among the unknown cells.
        """
        matrix = self.matrix[:, chosen]
        rows = np.flatnonzero(np.diff(matrix.indptr))
        people, least = self.truth.sum(axis=0), []
        place = np.full(self.unknown.size, -1)
        place[chosen] = np.arange(chosen.size)
        for cells, count in self.least:
            mine = cells[place[cells] >= 0]
            rest = count - int(people[cells].sum() - people[mine].sum())
            if mine.size and rest > 0:
                least.append((place[mine], rest))
        return Alternatives(
            cells=self.cells, unknown=self.unknown[chosen], groups=self.groups[rows], matrix=matrix[rows],
            least=tuple(least),
        )  # fmt: skip

    def whole_numbers(self, weights: Floats, least: float) -> tuple[bool, Found | None]:
        """Look for a table in whole numbers whose weighted sum is at least so much.

        Returns
        -------
        possible : bool
            False if there is certainly none. Nothing is looked for where very much is unknown.
        table : Found or None
        """
        from scipy.optimize import Bounds, LinearConstraint, milp
        from scipy.sparse import csr_array

        kinds, size = self.truth.shape
        if not self.is_small:
            return True, None
        equal, known = self._equations
        upper, limit = self._limits(kinds * size, ())
        rules = [LinearConstraint(equal, known, known)] if self.groups.size else []
        rules.append(LinearConstraint(csr_array(weights.reshape(1, -1)), least, np.inf))
        if upper is not None:
            rules.append(LinearConstraint(upper, -np.inf, limit))
        found = milp(
            np.zeros(kinds * size), constraints=rules, bounds=Bounds(0, self._most),
            integrality=np.ones(kinds * size), options={"node_limit": 1000},
        )  # fmt: skip
        if found.x is None:
            return found.status != _IMPOSSIBLE, None
        parts = np.rint(found.x.reshape(kinds, size))
        return True, Found(table=self._whole(parts), parts=parts, binding=self.groups)

    @cached_property
    def _equations(self) -> tuple[Any, Floats]:
        """The equations for all kinds of answers, one after the other, and what is known."""
        from scipy.sparse import block_diag

        equal = block_diag([self.matrix] * len(self.cells), format="csr")
        return equal, np.asarray(equal @ self.truth.ravel().astype(float))

    def _limits(self, width: int, teams: Sequence[Ints]) -> tuple[Any, list[float] | None]:
        """Return what must not be exceeded: known numbers of people, and what teams add at most."""
        from scipy.sparse import csr_array, vstack

        kinds, size = self.truth.shape
        rows, limit = [], []
        for i, members in enumerate([*(cells for cells, _ in self.least), *teams]):
            columns = (np.arange(kinds)[:, None] * size + members).ravel()
            data = np.full(columns.size, -1.0)
            bound = 0.0
            if i < len(self.least):
                bound = -float(self.least[i][1])
            else:
                columns, data = np.append(columns, kinds * size + i - len(self.least)), np.append(data, 1.0)
            rows.append(csr_array((data, columns, [0, columns.size]), shape=(1, width)))
            limit.append(bound)
        return (vstack(rows, format="csr"), limit) if rows else (None, None)

    def _whole(self, found: Floats) -> Ints | None:
        """Return a solution as a table of whole numbers that agrees exactly with all that is shown; None if not."""
        near = np.rint(found).astype(np.int64)
        if np.abs(found - near).max(initial=0.0) > 1e-5 or (near < 0).any():
            return None
        if (self.matrix @ (near - self.truth).T).any():
            return None
        people = near.sum(axis=0)
        if any(people[cells].sum() < count for cells, count in self.least):
            return None
        table = self.cells.reshape(len(self.cells), -1).copy()
        table[:, self.unknown] = near
        return table.reshape(self.cells.shape)
