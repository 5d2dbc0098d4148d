"""The groups that filters can choose: the cells of a cube, and its margins ("all") along every dimension."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def with_margins(cells: Ints, first: int = 0) -> Ints:
    """Return counts with one more place along each axis from `first` on: the last one is the sum of the others.

    Examples
    --------
    >>> with_margins(np.array([[1, 2], [3, 4]])).tolist()
    [[1, 2, 3], [3, 4, 7], [4, 6, 10]]
    """
    for axis in range(first, cells.ndim):
        cells = np.concatenate([cells, cells.sum(axis=axis, keepdims=True)], axis=axis)
    return cells


def line(ndim: int, axis: int, place: int | slice) -> tuple[int | slice, ...]:
    """Return the index of one place (or several) along one axis, and of everything along the others."""
    return tuple(place if at == axis else slice(None) for at in range(ndim))


def cuboid(sizes: tuple[int, ...], fixed: tuple[bool, ...]) -> tuple[slice, ...]:
    """Return the index of all groups in which just these dimensions have a value chosen.

    Examples
    --------
    >>> cuboid((2, 3), (True, False))
    (slice(0, 2, None), slice(3, 4, None))
    """
    return tuple(slice(0, n) if chosen else slice(n, n + 1) for n, chosen in zip(sizes, fixed, strict=True))
