"""A part of an expression as it is written in a survey file."""

from __future__ import annotations

from closeloop.forms.nodes import Array, Binary, Literal, Node, Reference, Unary
from closeloop.forms.operators import to_text

_LONGEST = 120


def written(node: Node) -> str:
    """Return a node as text, short.

    Examples
    --------
    >>> from closeloop.forms.logic import parse
    >>> written(parse("{recommend}<=6 && !({pains} contains 'price')").tree)
    "{recommend} <= 6 and !({pains} contains 'price')"
    """
    text = _whole(node)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _whole(node: Node) -> str:
    if isinstance(node, Literal):
        return f"'{node.value}'" if isinstance(node.value, str) else to_text(node.value)
    if isinstance(node, Reference):
        return f"{{{node.name}}}"
    if isinstance(node, Array):
        return f"[{', '.join(map(_whole, node.entries))}]"
    if isinstance(node, Unary):
        return f"!{_inner(node.operand)}" if node.operator == "!" else f"{_inner(node.operand)} {node.operator}"
    if isinstance(node, Binary):
        return f"{_side(node.left, node.operator)} {node.operator} {_side(node.right, node.operator)}"
    return f"iif({_whole(node.condition)}, {_whole(node.then)}, {_whole(node.otherwise)})"


def _inner(node: Node) -> str:
    return f"({_whole(node)})" if isinstance(node, Binary) else _whole(node)


def _side(node: Node, operator: str) -> str:
    """Return an operand, in brackets where it would be read otherwise without them."""
    looser = {"and": {"or"}, "or": set()}.get(operator, {"and", "or"})
    bracketed = isinstance(node, Binary) and (node.operator in looser or operator in {"*", "/", "-", "contains"})
    return f"({_whole(node)})" if bracketed else _whole(node)
