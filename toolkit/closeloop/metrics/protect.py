"""Which groups of a score table are hidden: the sums that its blocks publish, handed to the suppression."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from closeloop.metrics.breakdowns import Key, Step, coarser, within
from closeloop.stats.suppression import COMPLEMENTARY, SMALL, Sum, suppress
from closeloop.text import message

_REASON = {SMALL: "small", COMPLEMENTARY: "complementary"}


def checked_min_n(min_n: int) -> int:
    """Return how many answers a group needs to be shown.

    Raises
    ------
    ValueError
        If it is no whole number, or negative: a threshold that is never undercut would protect nobody.

    Examples
    --------
    >>> checked_min_n(10)
    10
    """
    if isinstance(min_n, bool) or not isinstance(min_n, int | np.integer) or min_n < 0:
        raise ValueError(message("scores.bad_min_n", value=repr(min_n)))
    return int(min_n)


def protect(
    cuts: Sequence[tuple[Key, ...]],
    counted: Sequence[tuple[Sequence[int], Sequence[tuple[object, ...]]]],
    min_n: int,
) -> list[list[str | None]]:
    """Return for each block and row why it is hidden, None where it is shown.

    Parameters
    ----------
    cuts : sequence of tuples of keys
        One per block.
    counted : sequence of (n, keys)
        Of each block the unweighted answers and the key of its rows; the first row is everybody.
    min_n : int
        Groups with fewer answers are hidden.

    Returns
    -------
    list of list of {None, "small", "complementary"}

    Notes
    -----
    Everybody is the sum of every block's groups, and a group is the sum of those that lie within it in a finer block:
    a region of its region × channel cells, a quarter of its months.

    Examples
    --------
    >>> protect([("k",)], [([60, 40, 13, 7], [(), ("a",), ("b",), ("c",)])], 10)
    [[None, None, 'complementary', 'small']]
    """
    sizes, start, at = [counted[0][0][0]], [], 1
    for n, _ in counted:
        start.append(at)
        sizes += n[1:]
        at += len(n) - 1
    sums = [Sum(0, tuple(range(begin, begin + len(n) - 1))) for begin, (n, _) in zip(start, counted, strict=True)]
    for i, coarse in enumerate(cuts):
        for j, fine in enumerate(cuts):
            if i != j and coarse and (steps := within(coarse, fine)) is not None:
                sums += _sums(start[i], counted[i][1][1:], start[j], counted[j][1][1:], steps)
    verdict = suppress(sizes, [s for s in sums if s.parts], min_n).tolist()
    return [
        [_REASON.get(v) for v in (verdict[0], *verdict[begin : begin + len(n) - 1])]
        for begin, (n, _) in zip(start, counted, strict=True)
    ]


def _sums(
    whole_at: int,
    wholes: Sequence[tuple[object, ...]],
    part_at: int,
    parts: Sequence[tuple[object, ...]],
    steps: Sequence[Step],
) -> list[Sum]:
    members: dict[tuple[object, ...], list[int]] = {}
    for index, key in enumerate(parts):
        owner = tuple(coarser(key[position], finer, coarse) for position, finer, coarse in steps)
        members.setdefault(owner, []).append(part_at + index)
    return [Sum(whole_at + i, tuple(members.get(key, ()))) for i, key in enumerate(wholes)]
