"""Random expressions of the survey language with random answers, to compare two engines that evaluate them."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

__all__ = ["random_expression", "random_values"]

_NAMES = ("a", "b", "c", "题目", "grid", "grid.r1", "grid.r2", "nobody", "pains", "day")
_TEXTS = ("x", "X ", "price", "Price", "it\\'s", "价格", "10", "007", "1.5", "", " ", "true", "2024-06-15", "a,b", "-3")
_NUMBERS = ("0", "1", "2", "7", "10", "1.5", "-3", "0.1", "100", "3.0")
_COMPARISONS = ("=", "==", "!=", "<>", "<", "<=", "=<", ">", ">=", "=>")
_MEMBERSHIPS = ("contains", "notcontains", "anyof", "allof", "noneof")


def random_expression(rng: random.Random, depth: int = 3) -> str:
    """Return an expression that follows the grammar."""
    return _condition(rng, depth)


def random_values(rng: random.Random) -> dict[str, Any]:
    """Return answers as JSON holds them; some names are left out.

    No answer is an empty list or text: a survey in the browser deletes an answer when its last tick is taken away.
    """
    kinds: dict[str, Callable[[], Any]] = {name: lambda: _scalar(rng) for name in ("a", "b", "c", "题目")}
    kinds["pains"] = lambda: rng.sample(["price", "Price ", "x", "it's", "10", 10, "价格", 1, True], rng.randint(1, 3))
    kinds["grid"] = lambda: {row: _scalar(rng) for row in ("r1", "r2") if rng.random() < 0.7}
    kinds["day"] = lambda: f"20{rng.randint(20, 26)}-0{rng.randint(1, 9)}-{rng.randint(10, 28)}"
    values = {name: make() for name, make in kinds.items() if rng.random() < 0.75}
    return {name: value for name, value in values.items() if value != {}}


def _scalar(rng: random.Random) -> Any:
    return rng.choice(
        (
            rng.randint(-3, 12),
            rng.choice((0, 1, 10, 1.5, 0.1, 0.2, 2.5)),
            rng.choice(("x", "X", " price", "Price", "it's", "价格", "10", "007", "1.5", "true", "False", "a,b", "-3")),
            rng.choice((True, False)),
        )
    )


def _condition(rng: random.Random, depth: int) -> str:
    roll = rng.random()
    if depth <= 0 or roll < 0.45:
        return _comparison(rng, depth)
    if roll < 0.75:
        joint = rng.choice((" and ", " or ", " && ", "||", " AND ", " Or "))
        return f"{_condition(rng, depth - 1)}{joint}{_condition(rng, depth - 1)}"
    if roll < 0.85:
        return f"!({_condition(rng, depth - 1)})"
    if roll < 0.93:
        return f"({_condition(rng, depth - 1)})"
    return _choice(rng, depth)


def _comparison(rng: random.Random, depth: int) -> str:
    roll = rng.random()
    if roll < 0.55:
        return f"{_sum(rng, depth)}{_spaced(rng, rng.choice(_COMPARISONS))}{_sum(rng, depth)}"
    if roll < 0.8:
        right = _array(rng) if rng.random() < 0.5 else _atom(rng)
        return f"{_name(rng)} {rng.choice(_MEMBERSHIPS)} {right}"
    if roll < 0.95:
        return f"{_name(rng)} {rng.choice(('empty', 'notempty'))}"
    return rng.choice((_name(rng), "!" + _name(rng), "true", "false"))


def _spaced(rng: random.Random, operator: str) -> str:
    return operator if rng.random() < 0.2 else f" {operator} "


def _sum(rng: random.Random, depth: int) -> str:
    text = _atom(rng)
    while depth > 0 and rng.random() < 0.25:
        text += f" {rng.choice('+-*/')} {_atom(rng)}"
    if depth > 1 and rng.random() < 0.1:
        return f"({text}) {rng.choice('+-*/')} {_atom(rng)}"
    return _choice(rng, depth - 1) if depth > 1 and rng.random() < 0.05 else text


def _choice(rng: random.Random, depth: int) -> str:
    return f"iif({_condition(rng, depth - 1)}, {_atom(rng)}, {_atom(rng)})"


def _array(rng: random.Random) -> str:
    return "[" + ", ".join(_literal(rng) for _ in range(rng.randint(0, 3))) + "]"


def _atom(rng: random.Random) -> str:
    return _name(rng) if rng.random() < 0.6 else _literal(rng)


def _name(rng: random.Random) -> str:
    return "{" + rng.choice(_NAMES) + "}"


def _literal(rng: random.Random) -> str:
    roll = rng.random()
    if roll < 0.5:
        return rng.choice(_NUMBERS)
    if roll < 0.9:
        return f"'{rng.choice(_TEXTS)}'"
    return rng.choice(("true", "false", "True"))
