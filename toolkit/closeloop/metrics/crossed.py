"""Counting several breakdowns in one pass: the keys are crossed, and each breakdown is summed out of the crossing.

A pass over the rows costs far more than adding up a table of some thousand cells.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.metrics.encode import Codes
from closeloop.metrics.tabulate import cell_numbers, cells_of, fits, tabulate, tabulate_dense

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_BLOCK = 1 << 16
_MOST_CELLS = 1 << 18
_ROWS_A_CELL = 4


def tabulate_cuts(
    keys: Sequence[Codes],
    always: Sequence[Codes],
    cuts: Sequence[Sequence[int]],
    n_rows: int,
    columns: Callable[[slice], Sequence[npt.NDArray[Any]]] | None = None,
    keep: Callable[[Sequence[int], Callable[[], Codes]], Codes] = lambda _, make: make(),
) -> list[tuple[IntArray, IntArray, FloatArray]]:
    """Return for each set of keys what `closeloop.metrics.tabulate.tabulate` gives for it.

    Parameters
    ----------
    keys : sequence of Codes
        All keys.
    always : sequence of Codes
        What every table has after its keys, such as the answers.
    cuts : sequence of sequences of int
        The keys of each table, by their position in `keys`.
    n_rows : int
    columns : callable, optional
        The columns to be summed, for a slice of rows.
    keep : callable, optional
        Makes the crossing of some keys, or takes it from where it was kept for another call.

    Returns
    -------
    list of (positions, n, sums)
        In the order of `cuts`.

    Examples
    --------
    >>> a, b = Codes(np.array([1, 0, 1]), 0, "ab"), Codes(np.array([0, 0, 1]), 0, "xy")
    >>> [n.tolist() for _, n, _ in tabulate_cuts([a, b], [], [[0], [1], [1, 0]], 3)]
    [[1, 2], [2, 1], [1, 1, 1]]
    """
    sizes = [len(key.labels) for key in keys]
    rest = [len(codes.labels) for codes in always]
    found: list[Any] = [None] * len(cuts)
    for union, members in crossings(sizes, math.prod(rest), cuts, n_rows):
        if len(members) == 1:
            codes = [*(keys[key] for key in cuts[members[0]]), *always]
            found[members[0]] = tabulate(codes, n_rows, columns)
            continue
        crossing = keep(union, partial(_crossed, [keys[key] for key in union], n_rows))
        n, sums = tabulate_dense([crossing, *always], n_rows, columns)
        shape = [sizes[key] for key in union]
        for member in members:
            cut = cuts[member]
            n_of, *sums_of = (_summed_out(table.reshape([*shape, -1]), union, cut) for table in (n, *sums))
            found[member] = cells_of(n_of, sums_of, [*(sizes[key] for key in cut), *rest])
    return found


def crossings(
    sizes: Sequence[int], width: int, cuts: Sequence[Sequence[int]], n_rows: int
) -> list[tuple[list[int], list[int]]]:
    """Return which sets of keys are counted together: the keys of each crossing, and the sets that it serves.

    Parameters
    ----------
    sizes : sequence of int
        How many values each key has.
    width : int
        How many cells each combination of keys has.
    cuts : sequence of sequences of int
        Positions in `sizes`.
    n_rows : int
        A crossing has at most a cell for every four rows, so that adding it up costs less than another pass.

    Examples
    --------
    >>> crossings([30, 5, 4], 12, [[0], [1], [2], [0, 1]], 1_000_000)
    [([2, 0, 1], [3, 0, 1, 2])]
    >>> crossings([30, 5, 4], 12, [[0], [1], [2], [0, 1]], 10_000)
    [([0, 1], [3, 0, 1]), ([2], [2])]
    """
    most = min(_MOST_CELLS, n_rows // _ROWS_A_CELL)
    crossed: list[tuple[list[int], list[int]]] = []

    def cells(keys: Sequence[int]) -> int:
        return width * math.prod(sizes[key] for key in keys)

    def joins(cut: Sequence[int], union: Sequence[int]) -> bool:
        added = set(cut) - set(union)
        return cells([*union, *added]) <= most or (not added and fits(cells(union), n_rows))

    once = [place for place, cut in enumerate(cuts) if len(set(cut)) == len(cut)]
    for place in sorted(once, key=lambda one: -cells(cuts[one])):
        cut = cuts[place]
        found = next((pair for pair in crossed if joins(cut, pair[0])), None)
        if found is None:
            crossed.append((list(cut), [place]))
        else:
            found[0].extend(key for key in cut if key not in found[0])
            found[1].append(place)
    for union, members in crossed:  # what most of them keep stands last: long runs of cells are added up at once
        union.sort(key=lambda key: sum(key in cuts[place] for place in members))
    # A key stands twice where a design has it among its units: such a table is counted by itself.
    return crossed + [(list(cut), [place]) for place, cut in enumerate(cuts) if place not in once]


def _crossed(keys: Sequence[Codes], n_rows: int) -> Codes:
    """Return several keys as one, the last of them varying fastest."""
    values, part = np.empty(n_rows, np.int32), np.empty(_BLOCK, np.int32)
    for start in range(0, n_rows, _BLOCK):
        rows = slice(start, min(start + _BLOCK, n_rows))
        cell_numbers(keys, rows, values[rows], part)
    return Codes(values, 0, range(math.prod(len(key.labels) for key in keys)))


def _summed_out(table: npt.NDArray[Any], union: Sequence[int], cut: Sequence[int]) -> npt.NDArray[Any]:
    """Return a table of a crossing as one of some of its keys, in their order."""
    left = [key for key in union if key in cut]
    gone = tuple(axis for axis, key in enumerate(union) if key not in cut)
    summed = table.sum(axis=gone) if gone else table
    return np.ravel(summed.transpose([*(left.index(key) for key in cut), len(left)]))
