"""All answers that make a difference to some conditions: the finite domains over which lint tries everything.

The points of a scale, the options of a choice, yes and no are listed as they are. A number, a day or a free text has
endless answers; but conditions that only compare it with constants cannot tell more apart than the constants and what
lies between them. Where a condition does anything else with it, there is no domain, and lint says nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import combinations, pairwise, permutations
from typing import Any

from closeloop.forms.items import BaseItem, DateItem, Matrix, Multi, NumberItem, Ranking, TextItem
from closeloop.forms.logic import Expression
from closeloop.forms.nodes import Array, Binary, Choice, Literal, Node, Reference, Unary
from closeloop.forms.operators import to_number
from closeloop.forms.values import check_value

MOST = 1 << 14
"""Beyond so many combinations lint says nothing."""

_ORDERED = frozenset({"=", "!=", "<", "<=", ">", ">="})
_EQUAL = frozenset({"=", "!=", "anyof", "noneof"})
_FRESH = "\u2026something else\u2026"  # a text that no condition names


def nodes(node: Node) -> Iterator[Node]:
    """Give a node and everything below it."""
    waiting = [node]
    while waiting:
        here = waiting.pop()
        yield here
        waiting.extend(reversed(children(here)))


def children(node: Node) -> tuple[Node, ...]:
    """Return what stands directly below a node."""
    if isinstance(node, Binary):
        return (node.left, node.right)
    if isinstance(node, Unary):
        return (node.operand,)
    if isinstance(node, Array):
        return node.entries
    return (node.condition, node.then, node.otherwise) if isinstance(node, Choice) else ()


def constants(expressions: Iterable[Expression], name: str) -> list[tuple[str, object]] | None:
    """Return the constants with which a name is compared, each with its operator; None if it is used otherwise."""
    found: list[tuple[str, object]] = []
    for expression in expressions:
        used = sum(isinstance(node, Reference) and node.name == name for node in nodes(expression.tree))
        for node in nodes(expression.tree):
            compared = _compared(node, name)
            if compared is not None:
                used -= 1
                found.extend(compared)
        if used:
            return None
    return found


def _compared(node: Node, name: str) -> list[tuple[str, object]] | None:
    """Return the constants of one comparison of a name; None if the node is none."""
    if isinstance(node, Unary) and node.operator in {"empty", "notempty"}:
        return [] if isinstance(node.operand, Reference) and node.operand.name == name else None
    if not isinstance(node, Binary):
        return None
    sides = [node.left, node.right]
    if not any(isinstance(side, Reference) and side.name == name for side in sides):
        return None
    other = sides[1] if isinstance(sides[0], Reference) and sides[0].name == name else sides[0]
    if isinstance(other, Literal) and node.operator in _ORDERED | _EQUAL:
        return [(node.operator, other.value)]
    plain = isinstance(other, Array) and all(isinstance(entry, Literal) for entry in other.entries)
    if plain and isinstance(other, Array) and node.operator in _EQUAL and other is node.right:
        return [(node.operator, entry.value) for entry in other.entries if isinstance(entry, Literal)]
    return None


def domain(item: BaseItem, row: str, expressions: Sequence[Expression], name: str) -> tuple[Any, ...] | None:
    """Return the answers to an item that some conditions can tell apart; None where they cannot be listed.

    Parameters
    ----------
    item : BaseItem
    row : str
        The row of a matrix; empty for the item itself.
    expressions : sequence of Expression
        The conditions that look at it.
    name : str
        The name under which they do.
    """
    if isinstance(item, Matrix):
        if not row:
            return None
        return tuple(item.scale) if item.scale is not None else item.values
    if item.scale is not None:
        return tuple(item.scale)
    if item.type == "yesno":
        return (True, False)
    if isinstance(item, Multi):
        return _ticks(item)
    if isinstance(item, Ranking):
        return _ranks(item)
    if item.values:
        return item.values
    known = constants(expressions, name)
    if known is None:
        return None
    return _open(item, known)


def _ticks(item: Multi) -> tuple[Any, ...] | None:
    alone = {option.value for option in item.options if option.exclusive} | ({"none"} if item.none else set())
    free = [value for value in item.values if value not in alone]
    most = len(free) if item.max is None else min(item.max, len(free))
    least = max(1, item.min or 0)
    if sum(math.comb(len(free), size) for size in range(least, most + 1)) > MOST:
        return None
    several = [each for size in range(least, most + 1) for each in combinations(free, size)]
    return (*several, *((value,) for value in item.values if value in alone))


def _ranks(item: Ranking) -> tuple[Any, ...] | None:
    count = len(item.values)
    if sum(math.perm(count, size) for size in range(1, count + 1)) > MOST:
        return None
    return tuple(each for size in range(1, count + 1) for each in permutations(item.values, size))


def _open(item: BaseItem, known: Sequence[tuple[str, object]]) -> tuple[Any, ...] | None:
    values: list[Any]
    if isinstance(item, NumberItem):
        values = _numbers(item, [to_number(value) for _, value in known])
    elif isinstance(item, DateItem):
        days = [_day(value) for _, value in known]
        if any(day is None for day in days):
            return None
        values = _days(item, [day for day in days if day is not None])
    elif any(operator not in _EQUAL for operator, _ in known):
        return None  # a text that is smaller or greater than another: not a matter of a few cases
    else:
        values = [value for _, value in known if value is not None and value != ""]
        if item.type != "hidden":
            values = [value for value in values if isinstance(value, str)]
        strict = isinstance(item, TextItem) and (item.pattern is not None or item.format != "text")
        fresh = [_FRESH] if strict else [_FRESH, 0.5] if item.type == "hidden" else [_FRESH]
        return (*(value for value in values if check_value(item, value) is None), *fresh)
    return tuple(dict.fromkeys(value for value in values if check_value(item, value) is None)) or None


def _numbers(item: NumberItem, known: Sequence[float]) -> list[float]:
    limits = [limit for limit in (item.min, item.max) if limit is not None]
    points = sorted({*limits, *(number for number in known if math.isfinite(number))}) or [0.0]
    between = [(one + other) / 2 for one, other in pairwise(points)]
    found = [points[0] - 1, *points, *between, points[-1] + 1]
    if item.integer:
        found = [step for number in found for step in (math.floor(number), math.ceil(number), math.floor(number) + 1)]
        found += [math.ceil(number) - 1 for number in points]
    return [int(number) if number == int(number) else number for number in found]


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _days(item: DateItem, known: Sequence[date]) -> list[date]:
    points = sorted({*known, *(day for day in (item.min, item.max) if day is not None)}) or [date(2000, 1, 1)]
    numbers = [number for point in points for number in range(point.toordinal() - 1, point.toordinal() + 2)]
    return [date.fromordinal(number) for number in numbers if 1 <= number <= date.max.toordinal()]
