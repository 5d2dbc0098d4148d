"""Rules over many answers at once: which one opens, and which others matched too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from closeloop.followup.rules.response_rule import ResponseRule
from closeloop.forms.coded import UNANSWERED, Coded
from closeloop.forms.logic import parse


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matches:
    """Which rules matched which responses.

    Attributes
    ----------
    rules : tuple of ResponseRule
        Those that could be applied.
    table : bool array, rules × responses
    not_applied : dict of str to tuple of str
        Rules that ask about something these responses do not have, with what that is.
    """

    rules: tuple[ResponseRule, ...]
    table: NDArray[np.bool_]
    not_applied: Mapping[str, tuple[str, ...]]

    @property
    def first(self) -> NDArray[np.int64]:
        """For each response the first rule that opens a case, as a position in `rules`; -1 where there is none."""
        opening = np.array([rule.opens != "nothing" for rule in self.rules], dtype=bool)
        opens = self.table & opening[:, None]
        if not len(self.rules):
            return np.full(self.table.shape[1], -1, dtype=np.int64)
        return np.where(opens.any(axis=0), opens.argmax(axis=0), -1).astype(np.int64)

    @property
    def any_hit(self) -> list[bool]:
        """For each response whether any rule matched."""
        return [bool(hit) for hit in np.any(self.table, axis=0)]

    def matched(self, response: int) -> tuple[str, ...]:
        """Return the ids of all rules that matched a response, in their order."""
        return tuple(rule.id for rule, hit in zip(self.rules, self.table[:, response].tolist(), strict=True) if hit)


def match(rules: Sequence[ResponseRule], columns: Mapping[str, Coded], n: int) -> Matches:
    """Return which rules match which of `n` responses.

    Parameters
    ----------
    rules : sequence of ResponseRule
        In their order of precedence.
    columns : mapping
        Item, ``matrix.row`` or column → its answers; see `closeloop.forms.logic.Expression.holds_many`.
    n : int
        How many responses there are.

    Returns
    -------
    Matches

    Notes
    -----
    The survey language takes ``{a} != 1`` for true where nobody answered ``a``. A rule does not: at least one of the
    items it asks about has to be answered.

    Examples
    --------
    >>> answers = {"recommend": Coded(np.array([0, 1, -1]), (3, 9))}
    >>> found = match([ResponseRule(id="low", when="{recommend} != 9")], answers, 3)
    >>> found.first.tolist(), found.matched(0)
    ([0, -1, -1], ('low',))
    """
    applied, rows, absent = [], [], {}
    for rule in rules:
        expression = parse(rule.when)
        used = {name: found for name in sorted(expression.names) if (found := _columns_of(name, columns))}
        missing = tuple(name for name in sorted(expression.names) if name not in used)
        if missing:
            absent[rule.id] = missing
            continue
        answered = np.zeros(n, dtype=bool)
        for names in used.values():
            for name in names:
                answered |= columns[name].codes != UNANSWERED
        applied.append(rule)
        rows.append(expression.holds_many(dict(columns), n) & answered)
    table = np.array(rows, dtype=bool).reshape(len(applied), n)
    return Matches(rules=tuple(applied), table=table, not_applied=absent)


def _columns_of(name: str, columns: Mapping[str, Coded]) -> list[str]:
    """Return the columns that a reference stands for: itself, or the rows of a matrix."""
    if name in columns:
        return [name]
    return [column for column in columns if column.startswith(f"{name}.")]
