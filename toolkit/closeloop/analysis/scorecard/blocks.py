"""Blocks of people who are never parted: what people wrote is listed, and counted by theme, block by block.

A figure can be hidden beside others; a text cannot: whoever sees the same comment under "East" and under "July" knows
that somebody in the east wrote it in July. So the people are put into blocks of enough people each, once, and what a
choice of filters shows is what was written in the blocks that lie wholly within it. Whatever is compared, nothing
narrower than a block can be told apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from closeloop.analysis.scorecard.margins import Ints, Mask


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocks:
    """A partition of the cells of a cube.

    Attributes
    ----------
    of_cell : ndarray
        The block of each cell; −1 where too few people are left to make one.
    place : ndarray, blocks × dimensions
        The value that all cells of a block share; −1 where they differ.
    """

    of_cell: Ints
    place: Ints

    def within(self, chosen: Sequence[int], sizes: Sequence[int]) -> Mask:
        """Return which blocks lie wholly within a choice of filters (the place after the last value is "all")."""
        inside = np.ones(len(self.place), bool)
        for axis, (value, n) in enumerate(zip(chosen, sizes, strict=True)):
            if value < n:
                inside &= self.place[:, axis] == value
        return inside


def people_blocks(people: Ints, min_n: int, apart: Sequence[int] = (), first: Sequence[int] = ()) -> Blocks:
    """Return blocks of at least so many people each, as fine as they can be.

    Parameters
    ----------
    people : ndarray
        People by cell.
    min_n : int
    apart : sequence of int
        Dimensions whose values are never put together: a text shows its language by itself. What is too small there
        belongs to no block.
    first : sequence of int
        In which order the other dimensions are divided; those that come first are kept apart longest.

    Examples
    --------
    >>> people_blocks(np.array([[20, 4], [3, 9]]), 10).of_cell.tolist()
    [[0, 0], [1, 1]]
    """
    of_cell = np.full(people.size, -1, np.int64)
    flat = people.ravel()
    where = np.column_stack(np.unravel_index(np.arange(people.size), people.shape)).astype(np.int64)
    order = [*apart, *first, *(axis for axis in range(people.ndim) if axis not in (*apart, *first))]
    enough = max(min_n, 1)
    found: list[Ints] = []

    def divide(cells: Ints, depth: int) -> None:
        if depth == len(order):
            found.append(cells)
            return
        values = where[cells, order[depth]]
        parts = [cells[values == value] for value in np.unique(values)]
        sums = [int(flat[part].sum()) for part in parts]
        large = [part for part, n in zip(parts, sums, strict=True) if n >= enough]
        small = [part for part, n in zip(parts, sums, strict=True) if n < enough]
        rest = np.concatenate(small) if small else cells[:0]
        if order[depth] not in apart and 0 < flat[rest].sum() < enough and large:
            least = min(range(len(large)), key=lambda i: int(flat[large[i]].sum()))
            rest = np.concatenate([rest, large.pop(least)])
        for part in large:
            divide(part, depth + 1)
        if order[depth] not in apart and flat[rest].sum() >= enough:
            divide(np.sort(rest), depth + 1)

    if flat.sum() >= enough:
        divide(np.flatnonzero(flat), 0)
    place = np.full((len(found), people.ndim), -1, np.int64)
    for block, cells in enumerate(found):
        of_cell[cells] = block
        same = where[cells] == where[cells[0]]
        place[block] = np.where(same.all(axis=0), where[cells[0]], -1)
    return Blocks(of_cell=of_cell.reshape(people.shape), place=place)
