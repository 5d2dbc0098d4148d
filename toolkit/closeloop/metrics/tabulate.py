"""Counting combinations of codes, block by block."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.encode import Codes
from closeloop.stats.design import compact

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
CellNumbers = npt.NDArray[np.integer[Any]]

_BLOCK = 1 << 17
_SMALL_TABLE = 1 << 16
_DENSE_CELLS = 1 << 24


def tabulate(
    codes: Sequence[Codes],
    n_rows: int,
    columns: Callable[[slice], Sequence[npt.NDArray[Any]]] | None = None,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Return the cells that occur (one row of positions each), how many rows each has, and its sums of `columns`.

    Examples
    --------
    >>> tabulate([Codes(np.array([1, 0, 1]), 0, "ab")], 3)[:2]
    (array([[0],
           [1]]), array([1, 2]))
    """
    sizes = [len(c.labels) for c in codes]
    if not fits(math.prod(sizes), n_rows):
        return _tabulate_sparse(codes, n_rows, columns)
    return cells_of(*tabulate_dense(codes, n_rows, columns), sizes)


def fits(cells: int, n_rows: int) -> bool:
    """Say whether a table with a place for every possible cell is worth its memory."""
    return cells <= min(_DENSE_CELLS, max(_SMALL_TABLE, 4 * n_rows))


def tabulate_dense(
    codes: Sequence[Codes],
    n_rows: int,
    columns: Callable[[slice], Sequence[npt.NDArray[Any]]] | None = None,
) -> tuple[npt.NDArray[np.int64], list[FloatArray]]:
    """Return how many rows each possible cell has, and its sums of `columns`; the last code varies fastest.

    Examples
    --------
    >>> tabulate_dense([Codes(np.array([1, 0, 1]), 0, "abc")], 3)[0]
    array([1, 2, 0])
    """
    sizes = [len(c.labels) for c in codes]
    cells = math.prod(sizes)
    dtype: type[np.integer[Any]] = np.int16 if cells < 1 << 15 else np.int32
    size = min(_BLOCK, n_rows)
    place, spare = np.empty((2, size), np.intp)
    cell, part = (spare.view(dtype)[i * size : (i + 1) * size] for i in range(2))
    n = np.zeros(cells, np.int64)
    sums: list[FloatArray] = []
    for start in range(0, max(n_rows, 1), _BLOCK):
        rows = slice(start, min(start + _BLOCK, n_rows))
        flat = cell_numbers(codes, rows, cell, part)
        at = place[: flat.size]  # what is counted with: turned into it once, not once per column
        at[:] = flat
        np.add.at(n, at, 1)  # two thirds of the time of bincount, which makes a table for every block
        if columns is not None:
            found = columns(rows)
            sums = sums or [np.zeros(cells) for _ in found]
            for total, column in zip(sums, found, strict=True):
                np.add.at(total, at, column.astype(float, copy=False))
    return n, sums


def cell_numbers(codes: Sequence[Codes], rows: slice, cell: CellNumbers, part: CellNumbers) -> CellNumbers:
    """Return the number of the cell of each of some rows, written into the beginning of `cell`.

    Parameters
    ----------
    codes : sequence of Codes
        The last of them varies fastest.
    rows : slice
    cell, part : ndarray
        Two of a type that holds the number of cells. Values may wrap on the way, the result does not.

    Examples
    --------
    >>> keys = [Codes(np.array([1, 0]), 0, "ab"), Codes(np.array([2, 1]), 0, "xyz")]
    >>> cell_numbers(keys, slice(0, 2), *np.empty((2, 2), int))
    array([5, 1])
    """
    sizes = [len(c.labels) for c in codes]
    strides = [math.prod(sizes[i + 1 :]) for i in range(len(sizes))]
    dtype: Any = cell.dtype.type
    flat, product = cell[: rows.stop - rows.start], part[: rows.stop - rows.start]
    flat[:] = np.int64(sum(c.offset * s for c, s in zip(codes, strides, strict=True))).astype(dtype)
    for c, stride in zip(codes, strides, strict=True):
        values = c.values[rows]
        if stride > 1:
            values = np.multiply(values, dtype(stride), out=product, dtype=dtype, casting="unsafe")
        np.add(flat, values, out=flat, dtype=dtype, casting="unsafe")
    return flat


def cells_of(
    n: IntArray, sums: Sequence[FloatArray], sizes: Sequence[int]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Return the cells that occur of tables of all possible ones, as `tabulate` does."""
    occurs = np.flatnonzero(n)
    positions = np.column_stack(np.unravel_index(occurs, sizes)) if sizes else np.empty((occurs.size, 0), np.int64)
    table = np.column_stack([s[occurs] for s in sums]) if sums else np.empty((occurs.size, 0))
    return positions, n[occurs], table


def distinct(codes: IntArray) -> tuple[IntArray, IntArray]:
    """Return the distinct rows of some codes, in order, and which of them each row is.

    Without columns all rows are one.

    Examples
    --------
    >>> distinct(np.array([[1, 0], [0, 2], [1, 0]]))
    (array([[0, 2],
           [1, 0]]), array([1, 0, 1]))
    """
    if not codes.shape[1]:
        return np.empty((1, 0), np.int64), np.zeros(len(codes), np.int64)
    sizes = (codes.max(axis=0, initial=0) + 1).tolist()
    if math.prod(sizes) >= np.iinfo(np.int64).max:
        rows, at = np.unique(codes, axis=0, return_inverse=True)
        return rows, at.ravel()
    occurring, at = compact(np.ravel_multi_index(tuple(codes.T), sizes), math.prod(sizes))
    return np.column_stack(np.unravel_index(occurring, sizes)).astype(np.int64), at


def _tabulate_sparse(
    codes: Sequence[Codes], n_rows: int, columns: Callable[[slice], Sequence[npt.NDArray[Any]]] | None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], FloatArray]:
    """Do the work of `tabulate` where the possible cells would not fit into memory: number those that occur."""
    flat, size = np.zeros(n_rows, np.int64), 1
    for c in codes:
        if size * len(c.labels) > np.iinfo(np.int64).max:
            flat, known = pd.factorize(flat)
            size = len(known)
        flat = flat * len(c.labels) + (c.values + np.int64(c.offset))
        size *= len(c.labels)
    flat, known = pd.factorize(flat)
    first = np.empty(len(known), np.int64)
    first[flat[::-1]] = np.arange(n_rows)[::-1]  # a row of each cell tells the cell's codes
    positions = np.column_stack([c.values[first].astype(np.int64) + c.offset for c in codes])
    found = [] if columns is None else columns(slice(0, n_rows))
    table = np.empty((len(known), len(found)))
    for i, column in enumerate(found):
        table[:, i] = np.bincount(flat, weights=column)
    return positions, np.bincount(flat).astype(np.int64), table
