"""What part of a change in a quantity comes from which of its drivers: Shapley's value, exact and adding up."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from closeloop.forms.nodes import Node
from closeloop.rootcause.tree.formula import FloatArray, Formula, terms_of, value_of
from closeloop.rootcause.tree.node import TreeNode
from closeloop.text import message

MOST_TOGETHER = 12
"""Drivers of one product: each more doubles the work."""
ENTERED, LEFT, RESIDUAL = "entered", "left", "residual"
Key = tuple[object, ...]
_NOISE = 1e-9
"""Relative: what floating-point sums leave over."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the columns."""

    columns: Mapping[str, FloatArray]
    number: int

    def value(self, name: str) -> float:
        """Return the value of a column on this row."""
        return float(self.columns[name][self.number])


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePart:
    """What one driver contributes to the change of a quantity.

    Attributes
    ----------
    node : str
        Id of the quantity.
    text : str
        Its words.
    before_period, after_period : object
        Between which periods.
    before, after : float
        The quantity in both.
    code : str
        The driver; ``"entered"`` and ``"left"``: rows of one period only; ``"residual"``: what the formula does not
        explain.
    name : str
        Its words; empty for those three.
    value : float
        What it contributes; NaN where a value is missing.
    """

    node: str
    text: str
    before_period: object
    after_period: object
    before: float
    after: float
    code: str
    name: str
    value: float

    @property
    def is_residual(self) -> bool:
        """Whether it is what the formula does not explain."""
        return self.code == RESIDUAL and not self.name


def change_parts(
    node: TreeNode,
    formula: Formula,
    names: Mapping[str, str],
    before: tuple[Mapping[Key, Row], float],
    after: tuple[Mapping[Key, Row], float],
    periods: tuple[object, object],
) -> tuple[ChangePart, ...]:
    """Return the parts of a change between two periods; they add up to it.

    Parameters
    ----------
    node : TreeNode
        The quantity.
    formula : Formula
        How it is computed.
    names : mapping
        Code → words of its drivers.
    before, after : tuple
        The rows of the period by key, and the quantity's total.
    periods : tuple
        Their names.
    """
    (old, total_before), (new, total_after) = before, after
    both = [key for key in old if key in new]
    a = {name: np.array([old[key].value(name) for key in both]) for name in formula.names}
    b = {name: np.array([new[key].value(name) for key in both]) for name in formula.names}
    values = shapley(formula, a, b, len(both))
    came = _total(formula, [row for key, row in new.items() if key not in old])
    went = -_total(formula, [row for key, row in old.items() if key not in new])
    found = [(name, names.get(name, name), value) for name, value in values.items()]
    if any(key not in old for key in new):
        found.append((ENTERED, "", came))
    if any(key not in new for key in old):
        found.append((LEFT, "", went))
    left_over = (total_after - total_before) - math.fsum(value for _, _, value in found)
    size = max(abs(total_before), abs(total_after))
    found.append((RESIDUAL, "", 0.0 if abs(left_over) <= _NOISE * size else left_over))
    return tuple(
        ChangePart(
            node=node.id, text=node.text, before_period=periods[0], after_period=periods[1], before=total_before,
            after=total_after, code=code, name=name, value=value,
        )
        for code, name, value in found
    )  # fmt: skip


def shapley(
    formula: Formula, before: Mapping[str, FloatArray], after: Mapping[str, FloatArray], n: int
) -> dict[str, float]:
    """Return what each driver contributes to the change of a formula's sum over `n` rows.

    Examples
    --------
    >>> from closeloop.rootcause.tree.formula import parse_formula
    >>> one, two = {"p": np.array([10.0]), "v": np.array([20.0])}, {"p": np.array([12.0]), "v": np.array([15.0])}
    >>> shapley(parse_formula("p * v"), one, two, 1)
    {'p': 35.0, 'v': -55.0}
    """
    found = dict.fromkeys(formula.names, 0.0)
    for sign, term in terms_of(formula.tree):  # the value of a sum is the sum of the values
        for name, value in _of_term(term, before, after, n, formula.text).items():
            found[name] += sign * value
    return found


def _of_term(
    term: Node, before: Mapping[str, FloatArray], after: Mapping[str, FloatArray], n: int, text: str
) -> dict[str, float]:
    names = tuple(dict.fromkeys(term.names()))
    m = len(names)
    if m > MOST_TOGETHER:
        raise ValueError(message("tree.formula_wide", formula=text, count=m, most=MOST_TOGETHER))
    worth: dict[frozenset[str], float] = {}
    for size in range(m + 1):
        for some in combinations(names, size):
            mixed = {name: (after if name in some else before)[name] for name in names}
            worth[frozenset(some)] = float(np.broadcast_to(value_of(term, mixed), (n,)).sum())
    found = {}
    for name in names:
        others = [other for other in names if other != name]
        parts = []
        for size in range(m):
            weight = math.factorial(size) * math.factorial(m - size - 1) / math.factorial(m)
            parts += [
                weight * (worth[frozenset((*some, name))] - worth[frozenset(some)])
                for some in combinations(others, size)
            ]
        found[name] = math.fsum(parts)
    return found


def _total(formula: Formula, rows: list[Row]) -> float:
    columns = {name: np.array([row.value(name) for row in rows]) for name in formula.names}
    return float(formula.values(columns, len(rows)).sum())
