"""A customer's answers against that customer's own earlier ones."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from closeloop.followup.rules.response_rule import BEST, DROP
from closeloop.forms.coded import Coded

LOOK_BACK = dt.timedelta(days=365)
"""How far back a customer's own best counts; ours, not from the sources."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a customer, as far as it can be compared.

    Attributes
    ----------
    subject_id : str
    at : datetime or None
        Without one, it is neither compared nor compared with.
    scores : mapping of str to float
    """

    subject_id: str
    at: dt.datetime | None
    scores: Mapping[str, float]


def own_history(answers: Sequence[Answer], items: Sequence[str]) -> dict[str, Coded]:
    """Return ``best.<item>`` and ``drop.<item>`` of each answer, as columns for `closeloop.followup.rules.match.match`.

    The best is the highest that the same customer gave within the year before; the drop is by how much the answer lies
    below it, 0 where it does not. The best, and not the last, so that an answer which comes to be known late can only
    make a drop larger, never undo one.

    Examples
    --------
    >>> day = lambda n: dt.datetime(2026, 1, n, tzinfo=dt.UTC)
    >>> given = [Answer(subject_id="S-1", at=day(n), scores={"recommend": s}) for n, s in ((1, 9.0), (2, 4.0))]
    >>> drop = own_history(given, ["recommend"])["drop.recommend"]
    >>> drop.codes.tolist(), drop.values
    ([-1, 0], (5.0,))
    """
    best = {item: np.full(len(answers), np.nan) for item in items}
    drop = {item: np.full(len(answers), np.nan) for item in items}
    per: dict[str, list[tuple[dt.datetime, int]]] = {}
    for place, answer in enumerate(answers):
        if answer.at is not None:
            per.setdefault(answer.subject_id, []).append((answer.at, place))
    for times in per.values():
        for item in items if len(times) > 1 else ():
            given = sorted((at, p) for at, p in times if item in answers[p].scores)
            for place, high in _best_before([(at, p, answers[p].scores[item]) for at, p in given]):
                best[item][place] = high
                drop[item][place] = max(0.0, high - answers[place].scores[item])
    return {f"{BEST}{item}": Coded.of(best[item]) for item in items} | {
        f"{DROP}{item}": Coded.of(drop[item]) for item in items
    }


def _best_before(given: Sequence[tuple[dt.datetime, int, float]]) -> Iterator[tuple[int, float]]:
    """Give for each answer, in the order of time, the highest of the year before it: a sliding maximum."""
    falling: deque[tuple[dt.datetime, float]] = deque()  # points that no later one exceeds, the highest first
    waiting: list[tuple[dt.datetime, float]] = []  # answers of the same moment are not earlier than one another
    for at, place, points in given:
        if waiting and waiting[0][0] < at:
            for moment, score in waiting:
                while falling and falling[-1][1] <= score:
                    falling.pop()
                falling.append((moment, score))
            waiting = []
        while falling and falling[0][0] < at - LOOK_BACK:
            falling.popleft()
        if falling:
            yield place, falling[0][1]
        waiting.append((at, points))
