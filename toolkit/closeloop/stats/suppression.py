"""Which groups of a published table must be hidden, so that no small group can be read or worked out from it.

A table publishes figures and, openly or not, sums among them: a total and its groups, a region and its cells in a
crossing, a quarter and its months. Hiding the small groups alone does not protect them: what is left of a published
sum after its published parts is known to every reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SHOWN, SMALL, COMPLEMENTARY = 0, 1, 2
"""What `suppress` says of a figure."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One figure that is the sum of others: the position of the whole and those of its parts."""

    whole: int
    parts: tuple[int, ...]


def suppress(n: Sequence[int] | npt.NDArray[np.int64], sums: Sequence[Sum], min_n: int) -> npt.NDArray[np.int8]:
    """Return for each figure whether it is shown, hidden as small, or hidden to protect another.

    Parameters
    ----------
    n : array_like of int
        Unweighted number of answers behind each figure, wholes and parts alike.
    sums : sequence of Sum
        Every sum that holds among the figures, also those across several levels (total and cells).
    min_n : int
        A figure of 1 to ``min_n − 1`` answers is small. One of no answers hides nobody and is shown.

    Returns
    -------
    ndarray of int8
        `SHOWN`, `SMALL` or `COMPLEMENTARY`, one per figure.

    Notes
    -----
    The smallest figures still shown are hidden one by one, until none can be narrowed down: a reader who knows every
    shown figure, every sum, and that a hidden one is at least 1, still finds each small one anywhere from 1 (a whole:
    from the number of its parts) to ``min_n − 1``. That is asked in three steps: (1) a sum on its own: what a shown
    whole leaves for k hidden parts is at least ``min_n + k − 2``, for at least two of them; (2) no hidden figure is a
    linear combination of the shown ones; (3) the least and the largest value that each small figure can take under all
    sums together, by linear programming. A hidden whole keeps a hidden part, because its parts would add up to it.

    References
    ----------
    Hundepool A. et al. (2012), Statistical Disclosure Control, chapter 4 (auditing of suppressed tables).

    Examples
    --------
    A total of 60 with groups of 40, 13 and 7: the 7 is small, and 60 − 40 − 13 would tell it.

    >>> suppress([60, 40, 13, 7], [Sum(0, (1, 2, 3))], min_n=10).tolist()
    [0, 0, 2, 1]
    """
    size = np.asarray(n, dtype=np.int64)
    verdict = np.where((size > 0) & (size < min_n), SMALL, SHOWN).astype(np.int8)
    if verdict.any():
        members = [np.array([p for p in s.parts if size[p] > 0], dtype=np.int64) for s in sums]
        while (figure := _next_to_hide(size, verdict, sums, members, min_n)) is not None:
            verdict[figure] = COMPLEMENTARY
    return verdict


def _next_to_hide(
    size: npt.NDArray[np.int64],
    verdict: npt.NDArray[np.int8],
    sums: Sequence[Sum],
    members: Sequence[npt.NDArray[np.int64]],
    min_n: int,
) -> int | None:
    """Return one more figure that has to be hidden, None when the table is safe."""
    for s, parts in zip(sums, members, strict=True):
        hidden = parts[verdict[parts] != SHOWN]
        if verdict[s.whole] != SHOWN:
            if size[s.whole] > 0 and not hidden.size:
                return _smallest_shown(size, verdict, parts)
        elif hidden.size and (hidden.size < 2 or size[hidden].sum() < min_n + hidden.size - 2):
            return _smallest_shown(size, verdict, np.append(parts, s.whole))
    if len(sums) == 1:
        return None
    unknown, matrix = _equations(verdict, sums, members)
    if len(matrix) < 2:
        return None
    exposed = unknown[_solvable(matrix)]
    if not exposed.size:
        least = np.ones(size.size, dtype=np.int64)
        for s, parts in zip(sums, members, strict=True):
            least[s.whole] = max(least[s.whole], parts.size)
        exposed = unknown[_narrowed(matrix, size[unknown], least[unknown], min_n)]
    if not exposed.size:
        return None
    near = [
        np.append(parts, s.whole)
        for s, parts in zip(sums, members, strict=True)
        if np.isin(exposed, np.append(parts, s.whole)).any()
    ]
    return _smallest_shown(size, verdict, np.concatenate(near))


def _smallest_shown(
    size: npt.NDArray[np.int64], verdict: npt.NDArray[np.int8], figures: npt.NDArray[np.int64]
) -> int | None:
    shown = figures[verdict[figures] == SHOWN]
    return int(shown[np.lexsort((shown, size[shown]))[0]]) if shown.size else None


def _equations(
    verdict: npt.NDArray[np.int8], sums: Sequence[Sum], members: Sequence[npt.NDArray[np.int64]]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Return the hidden figures that stand in more than one sum with their neighbours, and what is known of them."""
    unknown = np.flatnonzero(verdict != SHOWN)
    place = np.full(verdict.size, -1)
    place[unknown] = np.arange(unknown.size)
    rows = []
    for s, parts in zip(sums, members, strict=True):
        row = np.zeros(unknown.size)
        row[place[parts[place[parts] >= 0]]] = 1.0
        if place[s.whole] >= 0:
            row[place[s.whole]] = -1.0
        if row.any():
            rows.append(row)
    matrix = np.array(rows).reshape(len(rows), unknown.size)
    # A sum that shares no hidden figure with another one tells nothing beyond itself, which was looked at before.
    shared = (matrix != 0).sum(axis=0) > 1
    matrix = matrix[(matrix[:, shared] != 0).any(axis=1)]
    used = (matrix != 0).any(axis=0)
    return unknown[used], matrix[:, used]


def _solvable(matrix: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """Return which unknowns the equations determine: their unit vectors lie in the row space."""
    _, strength, right = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray((right[strength > 1e-9] ** 2).sum(axis=0) > 1 - 1e-9)


def _narrowed(
    matrix: npt.NDArray[np.float64], truth: npt.NDArray[np.int64], least: npt.NDArray[np.int64], min_n: int
) -> npt.NDArray[np.bool_]:
    """Return the first small unknown, as a mask, that the equations keep from `least` or `min_n` − 1; else nobody."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    equations = csr_array(matrix)
    known = matrix @ truth
    found = np.zeros(truth.size, dtype=bool)
    large_enough = truth >= min_n - 1  # the truth itself is one solution
    # only what is hidden as small is a secret
    small_enough = (truth <= least) | (truth >= min_n)
    for done, sign in ((large_enough, -1.0), (small_enough, 1.0)):
        for unknown in range(truth.size):
            if done[unknown]:
                continue
            cost = np.zeros(truth.size)
            cost[unknown] = sign
            reach = linprog(cost, A_eq=equations, b_eq=known, bounds=(1, None))
            if reach.x is None:  # without a limit in this direction
                done[unknown] = True
                continue
            if (reach.x[unknown] < min_n - 1 - 1e-6) if sign < 0 else (reach.x[unknown] > least[unknown] + 1e-6):
                found[unknown] = True
                return found
            # one solution acquits every unknown that is as large, or as small, in it
            large_enough |= reach.x >= min_n - 1 - 1e-6
            small_enough |= reach.x <= least + 1e-6
    return found
