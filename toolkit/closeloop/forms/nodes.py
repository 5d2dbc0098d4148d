"""An expression that has been read, as a small tree; each node knows its value for one respondent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from closeloop.forms.operators import BINARY, UNARY, answer_value, truthy


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, a text or true/false, as written."""

    value: object

    def evaluate(self, answers: Mapping[str, object]) -> object:  # noqa: ARG002  one signature for all nodes
        """Return the value."""
        return self.value

    def names(self) -> Iterator[str]:
        """Give no names."""
        return iter(())


@dataclass(frozen=True, slots=True)
class Reference:
    """``{name}``: the answer to an item, or to the row of a matrix as ``{matrix.row}``."""

    name: str

    def evaluate(self, answers: Mapping[str, object]) -> object:
        """Return the answer."""
        return answer_value(lookup(answers, self.name))

    def names(self) -> Iterator[str]:
        """Give the name."""
        yield self.name


@dataclass(frozen=True, slots=True)
class Array:
    """``['a', 'b']``."""

    entries: tuple[Node, ...]

    def evaluate(self, answers: Mapping[str, object]) -> object:
        """Return the entries' values."""
        return tuple(entry.evaluate(answers) for entry in self.entries)

    def names(self) -> Iterator[str]:
        """Give the names in the entries."""
        for entry in self.entries:
            yield from entry.names()


@dataclass(frozen=True, slots=True)
class Unary:
    """``! x``, ``x empty``, ``x notempty``."""

    operator: str
    operand: Node

    def evaluate(self, answers: Mapping[str, object]) -> object:
        """Return true or false."""
        return UNARY[self.operator](self.operand.evaluate(answers))

    def names(self) -> Iterator[str]:
        """Give the names in the operand."""
        return self.operand.names()


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands and what stands between them."""

    operator: str
    left: Node
    right: Node

    def evaluate(self, answers: Mapping[str, object]) -> object:
        """Return the operator's value."""
        return BINARY[self.operator](self.left.evaluate(answers), self.right.evaluate(answers))

    def names(self) -> Iterator[str]:
        """Give the names in both operands."""
        yield from self.left.names()
        yield from self.right.names()


@dataclass(frozen=True, slots=True)
class Choice:
    """``iif(condition, then, otherwise)``."""

    condition: Node
    then: Node
    otherwise: Node

    def evaluate(self, answers: Mapping[str, object]) -> object:
        """Return the value of the branch taken."""
        return (self.then if truthy(self.condition.evaluate(answers)) else self.otherwise).evaluate(answers)

    def names(self) -> Iterator[str]:
        """Give the names in all three."""
        for node in (self.condition, self.then, self.otherwise):
            yield from node.names()


Node = Literal | Reference | Array | Unary | Binary | Choice


def lookup(answers: Mapping[str, object], name: str) -> object:
    """Return the answer called `name`; None where there is none.

    ``matrix.row`` is found under that name or inside the matrix's own answer; a matrix is also gathered from its rows.

    Examples
    --------
    >>> lookup({"e": {"tan1": 5}}, "e.tan1"), lookup({"e.tan1": 5}, "e")
    (5, {'tan1': 5})
    """
    if name in answers:
        return answers[name]
    head, dot, row = name.partition(".")
    if dot:
        matrix = answers.get(head)
        return matrix.get(row) if isinstance(matrix, Mapping) else None
    rows = {key[len(name) + 1 :]: value for key, value in answers.items() if key.startswith(f"{name}.")}
    return rows or None
