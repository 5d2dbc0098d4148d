"""Survey expressions: ``{recommend} <= 8 and {pains} contains 'price'``, read once and evaluated for one or for many.

For many respondents the scalar meaning is applied to the distinct combinations of answers only, and the connectives
and, or, ! are applied to whole arrays. So both ways mean the same by construction.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from lark import Token, Tree
from numpy.typing import NDArray

from closeloop.forms.coded import Coded
from closeloop.forms.grammar import ExpressionError, parse_tree
from closeloop.forms.nodes import Array, Binary, Choice, Literal, Node, Reference, Unary, lookup
from closeloop.forms.operators import is_true
from closeloop.text import message

__all__ = ["Coded", "Expression", "ExpressionError", "lookup", "parse"]

_SPELLINGS = {"==": "=", "<>": "!=", "=<": "<=", "=>": ">=", "&&": "and", "||": "or"}
_YES_NO = frozenset({"=", "!=", "<", "<=", ">", ">=", "contains", "notcontains", "anyof", "allof", "noneof"})
_MOST_COMBINATIONS = 1 << 16


@dataclass(frozen=True, slots=True)
class Expression:
    """An expression that has been read; made by `parse`.

    Attributes
    ----------
    text : str
        The expression as written.
    names : frozenset of str
        The items and matrix rows it refers to.
    """

    text: str
    tree: Node
    names: frozenset[str]

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def evaluate(self, answers: Mapping[str, object]) -> object:
        """Return the value for one respondent.

        Parameters
        ----------
        answers : mapping
            Item (or ``matrix.row``) → typed answer; what is not there is unanswered.

        Returns
        -------
        object
            A number, text, boolean, tuple, or None.

        Examples
        --------
        >>> parse("{visits} + 1").evaluate({"visits": 2})
        3
        """
        return self.tree.evaluate(answers)

    def holds(self, answers: Mapping[str, object]) -> bool:
        """Say whether the expression is true for one respondent.

        Examples
        --------
        >>> parse("{recommend} <= 8").holds({"recommend": 8}), parse("{recommend} <= 8").holds({})
        (True, False)
        """
        return is_true(self.tree.evaluate(answers))

    def holds_many(self, columns: Mapping[str, Coded | NDArray[Any]], n: int) -> NDArray[np.bool_]:
        """Say for each of `n` respondents whether the expression is true; exactly what `holds` says of each.

        Parameters
        ----------
        columns : mapping
            Item (or ``matrix.row``) → its answers, coded or as an array; an item that is not there is unanswered.
        n : int
            The number of respondents.

        Returns
        -------
        bool array

        Examples
        --------
        >>> column = Coded(np.array([0, 1, -1]), (3, 9))
        >>> parse("{recommend} <= 8").holds_many({"recommend": column}, 3).tolist()
        [True, False, False]
        """
        return _holds_many(self.tree, _coded(columns, self.names), n)


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Read an expression.

    Parameters
    ----------
    text : str
        As in a survey file: ``= != <> < <= > >= contains notcontains anyof allof noneof empty notempty and or && || !
        ( ) + - * / iif()``, numbers, ``'text'``, ``true``, ``false``, ``[…]``, ``{item}``, ``{matrix.row}``.

    Raises
    ------
    ExpressionError
        Names the character at which reading stopped, and what to write instead.

    Examples
    --------
    >>> sorted(parse("{recommend} <= 8 and {pains} contains 'price'").names)
    ['pains', 'recommend']
    >>> parse("not {a}")
    Traceback (most recent call last):
    closeloop.forms.grammar.ExpressionError: “not {a}” cannot be read at character 1: “not” is written “!”: !{a}.
    """
    tree = _build(parse_tree(text), text)
    return Expression(text, tree, frozenset(tree.names()))


def _build(node: Tree[Token] | Token, text: str) -> Node:
    if isinstance(node, Token):
        return _build_token(node, text)
    parts = node.children
    if node.data == "binary":
        left = _build(parts[0], text)
        for operator, right in zip(parts[1::2], parts[2::2], strict=True):
            left = Binary(_operator(operator), left, _build(right, text))
        return left
    if node.data == "negation":
        return Unary("!", _build(parts[1], text))
    if node.data == "emptiness":
        return Unary(_operator(parts[1]), _build(parts[0], text))
    if node.data == "negative":
        return Literal(-_number(str(parts[1])))
    if node.data == "array":
        return Array(tuple(_build(part, text) for part in parts))
    condition, then, *rest = (_build(part, text) for part in parts[1:])
    return Choice(condition, then, rest[0] if rest else Literal(None))


def _build_token(token: Token, text: str) -> Node:
    written = str(token)
    if token.type == "REFERENCE":
        name = written[1:-1].strip()
        if not name:
            raise ExpressionError(text, (token.start_pos or 0) + 1, message("forms.expression_no_name"))
        return Reference(name)
    if token.type == "TEXT":
        return Literal(re.sub(r"\\(['\"])", r"\1", written[1:-1]))
    if token.type == "BOOLEAN":
        return Literal(written.lower() == "true")
    return Literal(_number(written))


def _operator(token: Tree[Token] | Token) -> str:
    written = str(token).lower()
    return _SPELLINGS.get(written, written)


def _number(written: str) -> int | float:
    return float(written) if "." in written else int(written)


def _coded(columns: Mapping[str, Coded | NDArray[Any]], names: Iterable[str]) -> dict[str, Coded]:
    """Return the columns an expression needs, factorised; a matrix stands for all of its rows."""
    wanted = set(names)
    whole = wanted | {name.partition(".")[0] for name in wanted if name not in columns}
    return {
        key: column if isinstance(column, Coded) else Coded.of(column)
        for key, column in columns.items()
        if key in whole or key.partition(".")[0] in wanted
    }


def _holds_many(node: Node, columns: Mapping[str, Coded], n: int) -> NDArray[np.bool_]:
    if isinstance(node, Binary) and node.operator in {"and", "or"} and _is_yes_no(node.left) and _is_yes_no(node.right):
        left, right = _holds_many(node.left, columns, n), _holds_many(node.right, columns, n)
        return left & right if node.operator == "and" else left | right
    if isinstance(node, Unary) and node.operator == "!" and _is_yes_no(node.operand):
        return ~_holds_many(node.operand, columns, n)
    return _by_combination(node, columns, n)


def _is_yes_no(node: Node) -> bool:
    """Say whether a node's value is always true or false, so that and/or may work on whole arrays of it."""
    if isinstance(node, Binary):
        return node.operator in _YES_NO or (
            node.operator in {"and", "or"} and _is_yes_no(node.left) and _is_yes_no(node.right)
        )
    return isinstance(node, Unary) or (isinstance(node, Literal) and isinstance(node.value, bool))


def _by_combination(node: Node, columns: Mapping[str, Coded], n: int) -> NDArray[np.bool_]:
    """Evaluate a node once for each combination of answers that occurs."""
    needed = _coded(columns, node.names())
    if not needed:
        return np.full(n, is_true(node.evaluate({})))
    names, used = list(needed), list(needed.values())
    table: NDArray[np.bool_]
    if len(used) == 1:
        # The code of “unanswered” is -1: the last place of the table.
        table = np.array([is_true(node.evaluate({names[0]: value})) for value in (*used[0].values, None)])
        return table.take(used[0].codes, mode="wrap")
    joint, combinations = _joint(used)
    table = np.array([is_true(node.evaluate(dict(zip(names, values, strict=True)))) for values in combinations])
    return table.take(joint)


def _joint(columns: list[Coded]) -> tuple[NDArray[np.integer[Any]], list[tuple[object, ...]]]:
    """Return each respondent's combination as one code, and the combinations that the codes stand for."""
    joint: NDArray[np.integer[Any]] = np.zeros(len(columns[0]), dtype=np.int64)
    combinations: list[tuple[object, ...]] = [()]
    for column in columns:
        width = len(column.values) + 1
        joint = joint * width + column.codes + 1
        size = len(combinations) * width
        if size <= _MOST_COMBINATIONS:
            seen = np.flatnonzero(np.bincount(joint, minlength=size))
            places = np.zeros(size, dtype=np.int64)
            places[seen] = np.arange(len(seen))
            joint = places[joint]
        else:
            seen, joint = np.unique(joint, return_inverse=True)
        answers = (None, *column.values)
        combinations = [(*combinations[code // width], answers[code % width]) for code in seen.tolist()]
    return joint, combinations
