"""Formulas of a driver tree: ``price * volume``, read by the grammar of the survey expressions, worked out on columns.

Only numbers, codes, + − × ÷ and parentheses are allowed, and ``sum(…)`` round the whole: the sum over the rows of a
period. Nothing is ever executed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from closeloop.forms.grammar import ExpressionError
from closeloop.forms.logic import parse
from closeloop.forms.nodes import Binary, Literal, Node, Reference
from closeloop.text import message

FloatArray = NDArray[np.float64]

_SIGNS = str.maketrans("×✕＊·÷／−－–＋（）｛｝", "****//---+(){}")
_NAME = re.compile(r"\{[^{}]*\}|[^\W\d]\w*")
_SUM = re.compile(r"\s*(?:sum|Σ|合计)\s*\((?P<inner>.*)\)\s*$", re.IGNORECASE | re.DOTALL)
_MOST_CHARACTERS = 1000
_MOST_NESTED = 40


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula that has been read; made by `parse_formula`.

    Attributes
    ----------
    text : str
        As written.
    tree : object
        What it means.
    names : tuple of str
        The codes it uses, in the order in which they first stand in it.
    summed : bool
        Whether it is summed over the rows of a period.
    """

    text: str
    tree: Node
    names: tuple[str, ...]
    summed: bool

    def __repr__(self) -> str:
        return f"Formula({self.text!r})"

    def values(self, columns: Mapping[str, FloatArray], n: int) -> FloatArray:
        """Return the value on each of `n` rows, before it is summed; NaN where one is missing or divided by zero.

        Examples
        --------
        >>> columns = {"price": np.array([2.0, 3.0]), "volume": np.array([5.0, 0.0])}
        >>> parse_formula("price / volume").values(columns, 2).tolist()
        [0.4, nan]
        """
        return np.broadcast_to(_value(self.tree, columns), (n,)).astype(float)


@lru_cache(maxsize=512)
def parse_formula(text: str) -> Formula:
    """Read a formula.

    Parameters
    ----------
    text : str
        Codes, numbers, ``+ - * /`` (also ``× ÷ −``), parentheses; ``sum(…)`` round the whole. A code that is no plain
        word stands in braces: ``{e-mail} + sms``.

    Raises
    ------
    ValueError
        Says what cannot be read, and what to write instead.

    Examples
    --------
    >>> parse_formula("price × volume").names, parse_formula("sum(价格 * 销量)").summed
    (('price', 'volume'), True)
    """
    if len(text) > _MOST_CHARACTERS:
        raise ValueError(message("tree.formula_long", count=len(text), most=_MOST_CHARACTERS))
    plain = text.translate(_SIGNS)
    summed = _whole_sum(plain)
    if _depth(plain) > _MOST_NESTED:
        raise ValueError(message("tree.formula_nested", most=_MOST_NESTED))
    braced = _NAME.sub(lambda found: found[0] if found[0].startswith("{") else f"{{{found[0]}}}", summed or plain)
    try:
        tree = parse(braced).tree
    except ExpressionError:  # its advice is about conditions
        raise ValueError(message("tree.formula_broken", formula=text)) from None
    for node in _nodes(tree):
        if not _is_arithmetic(node):
            raise ValueError(message("tree.formula_not_arithmetic", formula=text))
    names = tuple(dict.fromkeys(tree.names()))
    if not names:
        raise ValueError(message("tree.formula_no_names", formula=text))
    return Formula(text, tree, names, summed is not None)


def terms_of(tree: Node) -> list[tuple[int, Node]]:
    """Return what a formula adds up, each with its sign; a product is one term.

    Examples
    --------
    >>> [sign for sign, _ in terms_of(parse_formula("a * b - (c - d)").tree)]
    [1, -1, 1]
    """
    found: list[tuple[int, Node]] = []
    stack = [(1, tree)]
    while stack:
        sign, node = stack.pop()
        if isinstance(node, Binary) and node.operator in {"+", "-"}:
            stack.append((sign if node.operator == "+" else -sign, node.right))
            stack.append((sign, node.left))
        else:
            found.append((sign, node))
    return found


def value_of(tree: Node, columns: Mapping[str, FloatArray]) -> FloatArray:
    """Return the values of a part of a formula."""
    return _value(tree, columns)


def _whole_sum(text: str) -> str | None:
    """Return what stands inside a ``sum(…)`` round the whole; None without one."""
    found = _SUM.match(text)
    if found is None:
        return None
    inner = found["inner"]
    depth = 0
    for character in inner:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return None  # sum(a) + (b): the first parenthesis closes before the end
    return inner


def _depth(text: str) -> int:
    depth = most = 0
    for character in text:
        depth += (character == "(") - (character == ")")
        most = max(most, depth)
    return most


def _nodes(tree: Node) -> list[Node]:
    found, stack = [], [tree]
    while stack:
        node = stack.pop()
        found.append(node)
        if isinstance(node, Binary):
            stack += [node.left, node.right]
    return found


def _is_arithmetic(node: Node) -> bool:
    if isinstance(node, Binary):
        return node.operator in {"+", "-", "*", "/"}
    if isinstance(node, Literal):
        return isinstance(node.value, int | float) and not isinstance(node.value, bool)
    return isinstance(node, Reference)


def _value(node: Node, columns: Mapping[str, FloatArray]) -> FloatArray:
    if isinstance(node, Reference):
        return columns[node.name]
    if isinstance(node, Binary):
        left, right = _value(node.left, columns), _value(node.right, columns)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if node.operator == "+":
                found = left + right
            elif node.operator == "-":
                found = left - right
            elif node.operator == "*":
                found = left * right
            else:
                found = left / right
        # A row that was divided by zero has no value; infinity would hide every other row of its sum.
        return np.where(np.isfinite(found), found, np.nan)
    if isinstance(node, Literal) and isinstance(node.value, int | float):
        return np.asarray(node.value, dtype=float)
    raise TypeError(message("tree.formula_not_arithmetic", formula=str(node)))
