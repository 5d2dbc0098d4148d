"""Minimal cut sets: the smallest sets of causes that together are enough for the problem."""

from __future__ import annotations

from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.state import TOP
from closeloop.text import message

MOST = 10_000
"""More sets than this nobody reads; the count doubles with every pair that is needed together."""

CutSet = frozenset[str]


def cut_sets_of(graph: CauseGraph, limit: int = MOST) -> list[CutSet]:
    """Return the minimal cut sets of what stands, the smallest first: sets of ids of ends.

    Parameters
    ----------
    graph : CauseGraph
    limit : int
        How many sets may arise on the way.

    Raises
    ------
    ValueError
        If there are more.

    Notes
    -----
    From the ends up: an "or" unites the sets of its causes, an "and" joins each set of one with each of the other, and
    supersets are dropped at once. A loop keeps a problem going and does not start it, so it adds no set; causes that
    are ruled out do not count. MOCUS (Fussell, Vesely 1972) goes down instead and finds the same.

    References
    ----------
    Fussell J. B., Vesely W. E. (1972), Transactions of the American Nuclear Society 15:262–263.
    """
    families: dict[str, list[int]] = {}  # a set is a number with a bit per end
    ends: list[str] = []
    for cause in reversed(graph.reached):
        groups = graph.explanations(cause)
        if not groups:
            families[cause] = [1 << len(ends)]
            ends.append(cause)
            continue
        united: list[int] = []
        for group in groups:
            joined = [0]
            for link in group:
                joined = _joined(joined, families[link.cause], limit)
            united = _united(united, joined, limit)
        families[cause] = united
    if ends == [TOP]:  # nobody asked yet
        return []
    order = {cause: at for at, cause in enumerate(graph.reached)}
    found = [frozenset(end for bit, end in enumerate(ends) if one >> bit & 1) for one in families[TOP]]
    return sorted(found, key=lambda one: (len(one), sorted(order[cause] for cause in one)))


def _joined(one: list[int], other: list[int], limit: int) -> list[int]:
    _bounded(len(one) * len(other), limit)
    sets = [a | b for a in one for b in other]
    return _minimal(sets) if _ends(one) & _ends(other) else sets


def _united(one: list[int], other: list[int], limit: int) -> list[int]:
    _bounded(len(one) + len(other), limit)
    return _minimal([*one, *other]) if _ends(one) & _ends(other) else [*one, *other]


def _ends(sets: list[int]) -> int:
    """Return all ends of some sets; families without a common one hold no supersets of one another."""
    every = 0
    for one in sets:
        every |= one
    return every


def _minimal(sets: list[int]) -> list[int]:
    """Return the sets that hold no other one."""
    kept: list[int] = []
    for one in sorted(set(sets), key=int.bit_count):
        if not any(smaller & one == smaller for smaller in kept):
            kept.append(one)
    return kept


def _bounded(count: int, limit: int) -> None:
    if count > limit:
        raise ValueError(message("whys.too_many_sets", limit=limit))
