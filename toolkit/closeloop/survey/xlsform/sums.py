"""Sums, differences, products and quotients of conditions as XPath, with what a survey takes for nothing."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any

from closeloop.forms.loose import to_text
from closeloop.forms.nodes import Binary, Choice, Literal, Node, Reference, Unary
from closeloop.survey.xlsform.fields import Field
from closeloop.survey.xlsform.spelled import bare, finite, number_text, refused

NUMERIC = frozenset({"whole", "decimal"})
"""Kinds of answers that are numbers."""
_SUMS: Mapping[str, str] = {"+": "+", "-": "-", "*": "*", "/": "div"}
_DIGITS = 10  # cuts the noise of binary fractions, as 0.1 + 0.2 is 0.3 in a survey


def constant(node: Node) -> bool:
    """Say whether a node is the same for everybody."""
    return next(iter(node.names()), None) is None


def value_of(node: Node) -> Any:
    """Return the value of a node that is the same for everybody."""
    return node.evaluate({})


class Numbers(ABC):
    """Writes what is a number; `_Writer` adds what is a condition."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields

    @abstractmethod
    def condition(self, node: Node) -> str:
        """Return a node as what is true or false."""

    def field(self, reference: Reference) -> Field:
        """Return the answer that a condition refers to."""
        found = self.fields.get(reference.name)
        if found is None:
            raise refused("unknown", name=reference.name)
        return found

    def is_condition(self, node: Node) -> bool:
        """Say whether a node is true or false whatever is answered; an answer alone is not."""
        if isinstance(node, Reference):
            return False
        if isinstance(node, Choice):
            return self.is_condition(node.then) and self.is_condition(node.otherwise)
        if isinstance(node, Literal):
            return isinstance(node.value, bool)
        return isinstance(node, Unary) or (isinstance(node, Binary) and node.operator not in _SUMS)

    def is_number(self, node: Node) -> bool:
        """Say whether a node is a number, or unanswered."""
        if isinstance(node, Reference):
            return self.field(node).kind in NUMERIC
        if isinstance(node, Choice):
            return all(
                (constant(each) and value_of(each) is None) or self.is_number(each)
                for each in (node.then, node.otherwise)
            )
        if isinstance(node, Literal):
            return isinstance(node.value, (int, float)) and not isinstance(node.value, bool) and finite(node.value)
        return isinstance(node, Binary) and node.operator in _SUMS

    def number(self, node: Node) -> str:
        """Return a node as a number; '' where it has none."""
        if constant(node):
            value = value_of(node)
            if value is None:
                return "''"
            if isinstance(value, (bool, tuple, str)) or not finite(value):
                raise refused("compared", operator=to_text(value))
            return number_text(value)
        if isinstance(node, Reference):
            if self.field(node).kind not in NUMERIC:
                raise refused("not_a_number", name=node.name)
            return self.field(node).path
        if isinstance(node, Choice):
            return (
                f"if({bare(self.condition(node.condition))}, {self.number(node.then)}, {self.number(node.otherwise)})"
            )
        if isinstance(node, Binary) and node.operator in _SUMS:
            return self.sum(node)
        raise refused("number_as_condition")

    def sum(self, node: Binary) -> str:
        """Return a sum, a difference, a product or a quotient."""
        left, right = self.filled(node.left), self.filled(node.right)
        if node.operator == "/":
            return f"if({right} = 0, '', {left} div {right})"
        text = f"({left} {_SUMS[node.operator]} {right})"
        return text if self.is_whole(node) else f"round({bare(text)}, {_DIGITS})"

    def filled(self, node: Node) -> str:
        """Return an operand of a sum; unanswered, it counts as nothing."""
        text = self.number(node)
        return text if constant(node) and text != "''" else f"coalesce({text}, 0)"

    def is_whole(self, node: Node) -> bool:
        """Say whether a node is a whole number wherever it is a number."""
        if isinstance(node, Reference):
            return self.field(node).kind == "whole"
        if isinstance(node, Literal):
            return node.value is None or (isinstance(node.value, (int, float)) and float(node.value).is_integer())
        if isinstance(node, Choice):
            return self.is_whole(node.then) and self.is_whole(node.otherwise)
        return (
            isinstance(node, Binary) and node.operator != "/" and self.is_whole(node.left) and self.is_whole(node.right)
        )
