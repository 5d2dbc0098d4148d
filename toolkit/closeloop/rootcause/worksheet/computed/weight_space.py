"""In which part of all possible weights an option wins: exactly where that is feasible, else by drawing weights.

All weights that add up to one form a simplex whose corners are "this criterion alone". The difference of two options
is linear on it, so each rival cuts a flat piece off. A simplex that is cut falls into simplices again, and each cut of
an edge divides the volume in the proportion of the edge; so the share is a sum of products of fractions, exact.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from closeloop.stats.intervals import share_interval

MOST_PIECES = 20_000
"""Pieces after which the shares are estimated by drawing weights instead."""
DRAWS = 20_000
_ZERO = Fraction(0)

Corner = tuple[Fraction, ...]
"""The lead over each rival at one corner."""


def winning_shares(scores: Sequence[Sequence[float]]) -> list[float] | None:
    """Return for each option the exact share of the weights under which none beats it; None if that takes too long.

    Parameters
    ----------
    scores : sequence of sequence of float
        Options × criteria, complete.

    Examples
    --------
    >>> winning_shares([[5, 1], [1, 5]]), winning_shares([[5, 3], [1, 3.5]])
    ([0.5, 0.5], [0.8888888888888888, 0.1111111111111111])
    """
    exact = [[Fraction(score) for score in row] for row in scores]
    found = []
    for number, own in enumerate(exact):
        rivals = [row for other, row in enumerate(exact) if other != number and row != own]
        corners = tuple(tuple(own[at] - rival[at] for rival in rivals) for at in range(len(own)))
        share = _share(corners, len(rivals))
        if share is None:
            return None
        found.append(float(share))
    return found


def _share(corners: tuple[Corner, ...], rivals: int) -> Fraction | None:
    """Return the share of a simplex in which no lead is negative."""
    total, waiting, seen = _ZERO, [(corners, Fraction(1), 0)], 0
    while waiting:
        simplex, volume, rival = waiting.pop()
        seen += 1
        if seen > MOST_PIECES:
            return None
        while rival < rivals and all(corner[rival] >= 0 for corner in simplex):
            rival += 1
        if rival == rivals:
            total += volume
            continue
        above = next((corner for corner in simplex if corner[rival] > 0), None)
        if above is None:
            continue  # nowhere ahead of this rival, save on its edge
        below = next(corner for corner in simplex if corner[rival] < 0)
        along = above[rival] / (above[rival] - below[rival])
        between = tuple(a + along * (b - a) for a, b in zip(above, below, strict=True))
        rest = [corner for corner in simplex if corner is not above and corner is not below]
        waiting.append(((*rest, above, between), volume * along, rival))
        waiting.append(((*rest, between, below), volume * (1 - along), rival))
    return total


def drawn_shares(
    scores: Sequence[Sequence[float]], seed: int, confidence_level: float
) -> list[tuple[float, float, float]]:
    """Return the same estimated from drawn weights: share, lower and upper limit (Wilson).

    Examples
    --------
    >>> share, low, high = drawn_shares([[5, 1], [1, 5]], seed=1, confidence_level=0.95)[0]
    >>> low < 0.5 < high
    True
    """
    table = np.asarray(scores, dtype=float)
    weights = np.random.default_rng(seed).dirichlet(np.ones(table.shape[1]), DRAWS)
    totals = weights @ table.T
    wins = (totals >= totals.max(axis=1, keepdims=True) - 1e-12).sum(axis=0)
    found = []
    for count in wins.tolist():
        low, high = share_interval(count, DRAWS, confidence_level)
        found.append((count / DRAWS, float(low), float(high)))
    return found
