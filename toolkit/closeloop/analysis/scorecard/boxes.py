"""The cheapest way to leave a small group open: a box of groups that can trade people without any total noticing."""

from __future__ import annotations

import numpy as np

from closeloop.analysis.scorecard.margins import Ints, Mask, line


def cheapest_box(cells: Ints, people: Ints, shown: Mask, group: tuple[int, ...], wanted: int) -> Mask:
    """Return the groups to hide so that a small group may well be larger.

    A group of two dimensions, say a region and a month, stands in a box with another region and another month. If its
    four corners are hidden, people may have moved between them as long as each region and each month keeps its number:
    one corner more, its neighbours less, the opposite corner more. Of the dimensions in which the group has no value
    one path is taken, from "all" down to a single cell.

    Parameters
    ----------
    cells : ndarray
        People by cell.
    people, shown : ndarray
        Of every group, margins included.
    group : tuple of int
        Its place; the last one along a dimension is "all".
    wanted : int
        How many people should be able to move in.

    Returns
    -------
    ndarray of bool
        Which groups the box is made of. Of all boxes that can move so many, the one in which the fewest people are
        hidden that were not hidden before; if none can, the one that moves the most.

    References
    ----------
    Giessing S., Repsilber D. (2002), Tools and Strategies to Protect Multiple Tables with the GHQUAR Cell Suppression
    Engine, LNCS 2316: the hypercube method.
    """
    sizes = cells.shape
    cost = np.where(shown, people, 0)
    gain, loss = cells.astype(float), np.full(sizes, np.inf)  # what corners of either sign can give
    for axis, n in enumerate(sizes):
        chosen, every = line(cells.ndim, axis, slice(group[axis], group[axis] + 1)), line(cells.ndim, axis, slice(0, n))
        if group[axis] == n:
            cost = cost[every] + cost[chosen]
            continue
        cost = cost[every] + cost[chosen]
        gain, loss = np.minimum(gain[chosen], loss[every]), np.minimum(loss[chosen], gain[every])
    possible = np.ones(sizes, bool)
    for axis, n in enumerate(sizes):
        if group[axis] < n:
            possible[line(cells.ndim, axis, slice(group[axis], group[axis] + 1))] = False
    room = np.where(possible, np.minimum(loss, wanted), -1.0)
    best = room == room.max()
    flat = np.flatnonzero((best & possible).ravel())
    box = np.zeros(shown.shape, bool)
    if not flat.size or room.max() <= 0:
        return box
    corner = np.unravel_index(int(flat[np.argmin(cost.ravel()[flat])]), sizes)
    box[np.ix_(*([int(c), g] for c, g in zip(corner, group, strict=True)))] = True
    return box
