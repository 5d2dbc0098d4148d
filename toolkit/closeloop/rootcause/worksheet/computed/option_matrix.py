"""Options scored on several criteria: weighted totals, the ranking, and how far it hangs on the weights.

A score that is missing is not a zero: the total then has a lower limit (the score would be 1) and an upper one (5), and
the ranking is only said where these limits decide it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from closeloop.rootcause.worksheet.computed.option_result import OptionMatrix, Scored, Turn
from closeloop.rootcause.worksheet.computed.reading import distinct, name_in, rows_of, score_in
from closeloop.rootcause.worksheet.computed.weight_space import drawn_shares, winning_shares
from closeloop.rootcause.worksheet.registry import CRITERIA
from closeloop.text import message

LOW, HIGH = 1, 5
_EVEN = 1e-9
"""Totals that differ by less are level."""


def option_matrix(
    options: Mapping[str, Mapping[str, float | None]] | Sequence[Mapping[str, Any]],
    weights: Mapping[str, float] | None = None,
    criteria: Sequence[str] = CRITERIA,
    *,
    seed: int = 0,
    confidence_level: float = 0.95,
) -> OptionMatrix:
    """Compare options on criteria scored 1 to 5, where 5 is always the best.

    Parameters
    ----------
    options : mapping or sequence of mappings
        Name → criterion → score, or a list of mappings with ``name`` and the criteria. A score that is None or absent
        is missing.
    weights : mapping, optional
        Criterion → weight from 0; those that are not given are 1, and all are 1 if left out.
    criteria : sequence of str
        The criteria; the five of feasibility, if left out: resources, time, people, customer, market.
    seed : int
        For the drawing of weights, where the exact share takes too long.
    confidence_level : float
        Of the interval of a drawn share.

    Returns
    -------
    OptionMatrix
        One row per option, the best first; `turns` says for each criterion at which weight another option wins,
        `win_share` of each row under which share of all possible weights it wins.

    Raises
    ------
    ValueError
        If there are no options or criteria, a score lies outside 1 to 5 or is of no criterion, or the weights are
        negative or all zero.

    Examples
    --------
    >>> scores = {"refund on the phone": dict(resources=4, time=5, people=3, customer=5, market=3),
    ...           "new portal": dict(resources=2, time=1, people=2, customer=4, market=5)}
    >>> found = option_matrix(scores)
    >>> found.winners, [round(row.total, 1) for row in found.options]
    (('refund on the phone',), [4.0, 2.8])
    """
    names, table = _scores(options, criteria)
    shares = _normal(weights, criteria)
    low = [_total(row, shares, LOW) for row in table]
    high = [_total(row, shares, HIGH) for row in table]
    complete = not any(math.isnan(score) for row in table for score in row)
    exact: bool | None = None
    wins: list[tuple[float, float, float]] = [(math.nan, math.nan, math.nan)] * len(names)
    if complete and len(names) > 1:
        found = winning_shares(table)
        exact = found is not None
        wins = drawn_shares(table, seed, confidence_level) if found is None else [(x, x, x) for x in found]
    scored = [
        Scored(
            name=name,
            scores=tuple(table[at]),
            total=low[at] if high[at] - low[at] < _EVEN else math.nan,
            low=low[at],
            high=high[at],
            rank_best=1 + sum(other > high[at] + _EVEN for i, other in enumerate(low) if i != at),
            rank_worst=1 + sum(high[i] > low[at] + _EVEN for i in range(len(names)) if i != at),
            win_share=wins[at][0],
            win_low=wins[at][1],
            win_high=wins[at][2],
            dominated_by=_dominated_by(at, names, table),
        )
        for at, name in enumerate(names)
    ]
    ordered = tuple(sorted(scored, key=lambda one: (one.rank_best, one.rank_worst, -one.high)))
    return OptionMatrix(
        options=ordered,
        criteria=tuple(criteria),
        weights=tuple(shares),
        turns=_turns(names, table, shares, criteria) if complete and len(names) > 1 else (),
        exact=exact,
        seed=seed,
        confidence_level=confidence_level,
    )


def compute(given: Mapping[str, Any]) -> OptionMatrix:
    """Return the matrix of a worksheet's options; its weights are the items ``weight_<criterion>``."""
    weights = {name: given[f"weight_{name}"] for name in CRITERIA if f"weight_{name}" in given}
    return option_matrix(given["options"], weights or None)


def _scores(
    options: Mapping[str, Mapping[str, float | None]] | Sequence[Mapping[str, Any]], criteria: Sequence[str]
) -> tuple[list[str], list[list[float]]]:
    if not criteria or len(set(criteria)) < len(criteria):
        raise ValueError(message("matrices.no_criteria", found=", ".join(criteria) or "–"))
    given: Any = options
    if isinstance(options, Mapping):
        slots = dict.fromkeys(slot for scores in options.values() if isinstance(scores, Mapping) for slot in scores)
        unknown = [str(slot) for slot in slots if slot not in criteria]
        if unknown:
            raise ValueError(
                message("matrices.no_criterion_scored", found=", ".join(unknown), known=", ".join(criteria))
            )
        given = [
            {**scores, "name": name} if isinstance(scores, Mapping) else scores for name, scores in options.items()
        ]
    rows = rows_of(given, "options")
    names = distinct(name_in(row, "name", number) for number, row in enumerate(rows, 1))
    return names, [
        [score_in(row, criterion, name, LOW, HIGH) for criterion in criteria]
        for name, row in zip(names, rows, strict=True)
    ]


def _normal(weights: Mapping[str, float] | None, criteria: Sequence[str]) -> list[float]:
    """Return the weights as shares of their sum."""
    given = dict(weights or {})
    unknown = [name for name in given if name not in criteria]
    if unknown:
        raise ValueError(message("matrices.no_criterion", found=", ".join(unknown), known=", ".join(criteria)))
    values = [given.get(name, 1) for name in criteria]
    for name, value in zip(criteria, values, strict=True):
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value < math.inf:
            raise ValueError(message("matrices.bad_weight", criterion=name, found=value))
    total = math.fsum(values)
    if total <= 0:
        raise ValueError(message("matrices.zero_weights"))
    return [value / total for value in values]


def _total(scores: Sequence[float], shares: Sequence[float], instead: float) -> float:
    return math.fsum(w * (instead if math.isnan(s) else s) for w, s in zip(shares, scores, strict=True))


def _dominated_by(at: int, names: Sequence[str], table: Sequence[Sequence[float]]) -> tuple[str, ...]:
    """Return the options that are nowhere worse and somewhere better; none where scores are missing."""
    own = table[at]
    found = []
    for other, row in enumerate(table):
        pairs = list(zip(row, own, strict=True))
        if other != at and all(theirs >= mine for theirs, mine in pairs) and any(t > m for t, m in pairs):
            found.append(names[other])
    return tuple(found)


def _turns(
    names: Sequence[str], table: Sequence[Sequence[float]], shares: Sequence[float], criteria: Sequence[str]
) -> tuple[Turn, ...]:
    """Return for each criterion the nearest weights at which the winner changes, the others keeping their proportion.

    The lead over each rival is linear in the weight, so the weight at which it is used up is exact.
    """
    totals = [_total(row, shares, LOW) for row in table]
    best = max(range(len(names)), key=lambda at: (totals[at], -at))
    found = []
    for number, criterion in enumerate(criteria):
        share = shares[number]
        rest = 1 - share
        others = [w / rest if rest > _EVEN else 1 / max(len(shares) - 1, 1) for w in shares]
        others[number] = 0.0
        below: tuple[float, tuple[str, ...]] = (math.nan, ())
        above: tuple[float, tuple[str, ...]] = (math.nan, ())
        for rival in range(len(names)):
            if rival == best or len(criteria) == 1:
                continue
            with_it = table[best][number] - table[rival][number]
            without = math.fsum(w * (table[best][c] - table[rival][c]) for c, w in enumerate(others))
            if abs(with_it - without) < _EVEN:
                continue  # its lead does not depend on this weight
            at = without / (without - with_it)
            if with_it < -_EVEN and share - _EVEN <= at < 1 - _EVEN:
                above = _nearer(above, at, names[rival], up=True)
            if without < -_EVEN and _EVEN < at <= share + _EVEN:
                below = _nearer(below, at, names[rival], up=False)
        turn = Turn(
            criterion=criterion,
            weight=share,
            below=below[0],
            below_winners=below[1],
            above=above[0],
            above_winners=above[1],
        )
        found.append(turn)
    return tuple(found)


def _nearer(known: tuple[float, tuple[str, ...]], at: float, rival: str, *, up: bool) -> tuple[float, tuple[str, ...]]:
    """Return the turn that comes first when the weight is moved away; several rivals may come level there."""
    if math.isnan(known[0]) or (at < known[0] - _EVEN if up else at > known[0] + _EVEN):
        return at, (rival,)
    return (known[0], (*known[1], rival)) if abs(at - known[0]) <= _EVEN else known
