"""What to hide so that a small group may be another: the groups that the cheapest change of the table touches."""

from __future__ import annotations

from itertools import product

import numpy as np
import numpy.typing as npt

from closeloop.analysis.scorecard.margins import Ints, Mask

_NOTHING = 1e-6


def cheapest_hiding(cells: Ints, shown: Mask, people: Ints, near: Ints, weights: npt.NDArray[np.float64]) -> Mask:
    """Return the shown groups that must be hidden for a change of the answers to go unnoticed.

    Parameters
    ----------
    cells : ndarray
        Kinds of answers × dimensions.
    shown, people : ndarray
        Of every group, margins included.
    near : ndarray
        The cells (positions in a flattened cube) that may change.
    weights : ndarray, kinds × near
        The change must raise this weighted sum by one at least.

    Returns
    -------
    ndarray of bool
        The groups that notice the change for which the people in them, times how much they notice, are the fewest.

    References
    ----------
    Kelly J. P., Golden B. L., Assad A. A. (1992), Cell suppression: disclosure protection for sensitive tabular data,
    Networks 22, 397–417: the linear relaxation.

    Examples
    --------
    Regions of 40, 13 and 7 people of one kind, the last one hidden: it is the 13 that the 7 are mixed up with.

    >>> cells, shown = np.array([[40, 13, 7]]), np.array([True, True, False, True])
    >>> cheapest_hiding(cells, shown, np.array([40, 13, 7, 60]), np.arange(3), np.array([[0.0, 0.0, 0.5]])).tolist()
    [False, True, False, False]
    """
    from scipy.optimize import linprog
    from scipy.sparse import block_diag, csr_array, eye_array, hstack

    kinds, sizes = len(cells), cells.shape[1:]
    at = np.array(np.unravel_index(near, sizes))
    rows, columns = [], []
    for fixed in product((False, True), repeat=len(sizes)):
        place = tuple(at[axis] if chosen else np.full(near.size, sizes[axis]) for axis, chosen in enumerate(fixed))
        seen = np.flatnonzero(shown[place])
        rows.append(np.ravel_multi_index(place, shown.shape)[seen])
        columns.append(seen)
    groups, row = np.unique(np.concatenate(rows), return_inverse=True)
    column = np.concatenate(columns)
    inside = csr_array((np.ones(column.size), (row, column)), shape=(groups.size, near.size))
    noticed = eye_array(kinds * groups.size, format="csr")
    cost = np.tile(people.ravel()[groups].astype(float), 2 * kinds)
    truth = cells.reshape(kinds, -1)[:, near].ravel()
    free = np.column_stack([-truth, np.full(truth.size, np.inf)])
    found = linprog(
        np.concatenate([np.zeros(truth.size), cost]),
        A_eq=hstack([block_diag([inside] * kinds, format="csr"), -noticed, noticed], format="csr"),
        b_eq=np.zeros(kinds * groups.size),
        A_ub=csr_array(np.concatenate([-weights.ravel(), np.zeros(cost.size)]).reshape(1, -1)),
        b_ub=[-1.0],
        bounds=np.vstack([free, np.tile([0.0, np.inf], (cost.size, 1))]),
        method="highs",
    )
    hidden = np.zeros(shown.size, bool)
    if found.x is not None:
        slack = found.x[truth.size :].reshape(2 * kinds, -1).max(axis=0)
        hidden[groups[slack > _NOTHING]] = True
    return hidden.reshape(shown.shape)
