"""The Kano model: the category of a pair of answers, Better and Worse, and whether the leading category leads clearly.

Answers are coded 1 (I like it), 2 (I expect it), 3 (neutral), 4 (I can live with it), 5 (I dislike it).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import Interval, share_interval

CATEGORIES = ("M", "O", "A", "I", "R", "Q")
"""Must-be, one-dimensional, attractive, indifferent, reverse, questionable: of equally frequent ones the first wins,
because the one that costs most when it is missed comes first."""
POINTS = range(1, 6)
TABLES = {
    "standard": ("QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"),
    "pouliot": ("QAAAO", "RQIIM", "RIIIM", "RIIQM", "RRRRQ"),
}
"""Evaluation tables: rows for the answer to "if it is there" (1…5), columns for "if it is missing" (1…5).

``"standard"``: Kano's table as given by Berger et al. (1993). ``"pouliot"``: the same, but to *expect* a feature both
ways (2, 2), or to *live with* it both ways (4, 4), counts as a contradiction; Pouliot F. (1993) in the same issue.
"""

_FONG = 1.65
"""The factor of Fong's rule, as published: about a 90 % level, whatever the level of the intervals."""


class KanoCounts(NamedTuple):
    """How many pairs of answers fall into each category.

    Examples
    --------
    >>> KanoCounts(M=15, O=25, A=40, I=18, R=1, Q=1).A
    40
    """

    M: int = 0
    O: int = 0  # noqa: E741 (the letters are the categories' names)
    A: int = 0
    I: int = 0  # noqa: E741
    R: int = 0
    Q: int = 0


class Leading(NamedTuple):
    """The most frequent category, and by how much it leads.

    `category` and `second` are None without answers. `clear` says whether |a − b| reaches `threshold` (Fong's rule);
    `strength` is (a − b) / n, `total_strength` (A + O + M) / n.
    """

    category: str | None
    second: str | None
    threshold: float
    clear: bool
    strength: float
    total_strength: float


class Coefficient(NamedTuple):
    """A Better or Worse coefficient with its interval."""

    estimate: float
    ci: Interval[float]


def classify(functional: npt.ArrayLike, dysfunctional: npt.ArrayLike, table: str = "standard") -> npt.NDArray[np.str_]:
    """Return the category of each pair of answers.

    Parameters
    ----------
    functional, dysfunctional : array_like of int
        Answers 1…5 to "if it is there" and "if it is missing".
    table : {"standard", "pouliot"}
        Which evaluation table, see `TABLES`.

    Returns
    -------
    array of str
        One of ``M O A I R Q`` each.

    References
    ----------
    Kano N., Seraku N., Takahashi F., Tsuji S. (1984), Journal of the Japanese Society for Quality Control 14(2).
    Berger C. et al. (1993), Center for Quality of Management Journal 2(4):3–36. Pouliot F. (1993), same issue.

    Examples
    --------
    >>> classify([1, 1, 2, 3], [5, 3, 5, 3]).tolist()
    ['O', 'A', 'M', 'I']
    """
    cells = np.array([list(row) for row in TABLES[table]])
    first, second = np.asarray(functional, dtype=int), np.asarray(dysfunctional, dtype=int)
    found: npt.NDArray[np.str_] = cells[first - 1, second - 1]
    return found


def count_categories(categories: npt.ArrayLike) -> KanoCounts:
    """Return how often each category occurs.

    Examples
    --------
    >>> count_categories(["A", "O", "A"])
    KanoCounts(M=0, O=1, A=2, I=0, R=0, Q=0)
    """
    found = np.asarray(categories, dtype=str)
    return KanoCounts(*(int((found == name).sum()) for name in CATEGORIES))


def better(counts: KanoCounts, confidence_level: float = 0.95) -> Coefficient:
    """Return Better = (A + O) / (A + O + M + I): how many a feature satisfies by being there; with Wilson's interval.

    NaN if nobody's pair fell into A, O, M or I. Reverse and questionable pairs do not count. The interval is ours: the
    coefficient is a share of the pairs that count.

    References
    ----------
    Berger C. et al. (1993), Center for Quality of Management Journal 2(4):3–36.

    Examples
    --------
    >>> round(better(KanoCounts(A=40, O=25, M=15, I=18, R=1, Q=1)).estimate, 6)
    0.663265
    """
    return _coefficient(counts.A + counts.O, counts, confidence_level)


def worse(counts: KanoCounts, confidence_level: float = 0.95) -> Coefficient:
    """Return Worse = −(O + M) / (A + O + M + I): how many a feature dissatisfies by being missing; never above 0.

    See `better` for what counts and for the source.

    Examples
    --------
    >>> round(worse(KanoCounts(A=40, O=25, M=15, I=18, R=1, Q=1)).estimate, 6)
    -0.408163
    """
    estimate, ci = _coefficient(counts.O + counts.M, counts, confidence_level)
    return Coefficient(0.0 - estimate, Interval(0.0 - ci.high, 0.0 - ci.low))


def _coefficient(hits: int, counts: KanoCounts, confidence_level: float) -> Coefficient:
    n = counts.A + counts.O + counts.M + counts.I
    low, high = share_interval(hits, n, confidence_level)
    return Coefficient(hits / n if n else math.nan, Interval(float(low), float(high)))


def leading(counts: KanoCounts) -> Leading:
    """Return the most frequent category (ties: M before O before A before I), and whether it leads clearly.

    The lead |a − b| of the two most frequent categories is clear (Fong's rule) if it is at least
    1.65·√((a + b)(2n − a − b) / (2n)), n being all pairs. Category strength is (a − b)/n; total strength is
    (A + O + M)/n, the share to whom the feature matters at all.

    References
    ----------
    Fong D. (1996), Center for Quality of Management Journal 5(3). Lee M. C., Newcomb J. F. (1997), Quality Management
    Journal 4(3):95–106 (category strength, total strength).

    Examples
    --------
    >>> found = leading(KanoCounts(A=40, O=25, M=15, I=18, R=1, Q=1))
    >>> found.category, round(found.threshold, 6), found.clear, found.strength
    ('A', 10.929304, True, 0.15)
    """
    n = sum(counts)
    if not n:
        return Leading(None, None, math.nan, clear=False, strength=math.nan, total_strength=math.nan)
    (first, a), (second, b) = sorted(zip(CATEGORIES, counts, strict=True), key=lambda pair: -pair[1])[:2]
    threshold = _FONG * math.sqrt((a + b) * (2 * n - a - b) / (2 * n))
    return Leading(
        category=first,
        second=second if b else None,
        threshold=threshold,
        clear=a - b >= threshold,
        strength=(a - b) / n,
        total_strength=(counts.A + counts.O + counts.M) / n,
    )


__all__ = [
    "CATEGORIES", "POINTS", "TABLES", "Coefficient", "KanoCounts", "Leading", "better", "classify",
    "count_categories", "leading", "worse",
]  # fmt: skip
