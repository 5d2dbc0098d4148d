"""Conditions of a survey as XPath, through the tree that was read: exactly the same meaning, or a reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from closeloop.forms.logic import parse
from closeloop.forms.loose import answer_value, is_empty, is_true, number_like, to_number, to_text, truthy
from closeloop.forms.nodes import Array, Binary, Choice, Literal, Node, Reference, Unary
from closeloop.forms.operators import BINARY, equal
from closeloop.survey.xlsform.fields import Field
from closeloop.text import LocalText, message

_COMPARED = frozenset({"=", "!=", "<", "<=", ">", ">="})
_HELD = frozenset({"contains", "notcontains", "anyof", "allof", "noneof"})
_SUMS: Mapping[str, str] = {"+": "+", "-": "-", "*": "*", "/": "div"}
_TURNED: Mapping[str, str] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_NUMERIC = frozenset({"whole", "decimal"})
_DIGITS = 10  # cuts the noise of binary fractions, as 0.1 + 0.2 is 0.3 in a survey


class NotInXPathError(Exception):
    """A part of a condition that XPath cannot say with the same meaning."""

    def __init__(self, reason: LocalText) -> None:
        self.reason = reason
        super().__init__(str(reason))


def xpath(text: str, fields: Mapping[str, Field]) -> str:
    """Return a condition of a survey as an XPath expression of an XLSForm.

    Parameters
    ----------
    text : str
        The condition.
    fields : mapping
        Name in conditions → answer of the form.

    Raises
    ------
    NotInXPathError
        If XPath cannot say it; the reason says what to write instead.

    Examples
    --------
    >>> fields = {"score": Field("score", "whole"), "pains": Field("pains", "list", {"price": "price"})}
    >>> xpath("{score} <= 8 and {pains} contains 'Price'", fields)
    "${score} <= 8 and selected(${pains}, 'price')"
    """
    tree = parse(text).tree
    writer = _Writer(fields)
    if _constant(tree):
        return "true()" if is_true(tree.evaluate({})) else "false()"
    if isinstance(tree, Reference) and writer.field(tree).kind in _NUMERIC:
        return f"{writer.field(tree).path} = 1"  # a browser asks at the end whether the whole equals true
    return _bare(writer.condition(tree))


def quoted(text: str) -> str:
    """Return a text as XPath writes it, whatever quotes it holds.

    Examples
    --------
    >>> quoted("it's"), quoted('say "it\\'s"')
    ('"it\\'s"', 'concat(\\'say "it\\', "\\'", \\'s"\\')')
    """
    if "'" not in text:
        return f"'{text}'"
    if '"' not in text:
        return f'"{text}"'
    return "concat(" + ", \"'\", ".join(f"'{part}'" for part in text.split("'")) + ")"


def matching(pattern: str) -> str:
    """Return a pattern that matches a whole text where `pattern` is found in it, in every program that reads XLSForms.

    Examples
    --------
    >>> matching("[a-z]+")
    '^[\\\\s\\\\S]*(?:[a-z]+)[\\\\s\\\\S]*$'
    """
    return rf"^[\s\S]*(?:{pattern})[\s\S]*$"


def _bare(text: str) -> str:
    """Return an expression without the parentheses that stand around the whole of it."""
    if not text.startswith("(") or not text.endswith(")"):
        return text
    depth, quote = 0, ""
    for place, char in enumerate(text):
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        else:
            depth += (char == "(") - (char == ")")
            if depth == 0 and place < len(text) - 1:
                return text
    return text[1:-1]


def _constant(node: Node) -> bool:
    return next(iter(node.names()), None) is None


def _value(node: Node) -> Any:
    return node.evaluate({})


def _refused(key: str, **fields: object) -> NotInXPathError:
    return NotInXPathError(message(f"xlsform.{key}", **fields))


def _joined(parts: Sequence[str], word: str) -> str:
    if not parts:
        return "true()" if word == "and" else "false()"
    return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"


class _Writer:
    """Writes the parts of one condition."""

    def __init__(self, fields: Mapping[str, Field]) -> None:
        self.fields = fields

    def field(self, reference: Reference) -> Field:
        found = self.fields.get(reference.name)
        if found is None:
            raise _refused("unknown", name=reference.name)
        return found

    def condition(self, node: Node) -> str:
        """Return a node as what is true or false."""
        if _constant(node):
            return "true()" if truthy(_value(node)) else "false()"
        if isinstance(node, Reference):
            return self.truth(node)
        if isinstance(node, Unary):
            return self.unary(node)
        if isinstance(node, Choice):
            condition = self.condition(node.condition)
            branches = self.condition(node.then), self.condition(node.otherwise)
            return f"(({condition} and {branches[0]}) or (not({condition}) and {branches[1]}))"
        if isinstance(node, Binary):
            if node.operator in {"and", "or"}:
                return f"({self.side(node.left)} {node.operator} {self.side(node.right)})"
            if node.operator in _COMPARED:
                return self.comparison(node)
            if node.operator in _HELD:
                return self.held(node)
        raise _refused("number_as_condition")

    def side(self, node: Node) -> str:
        """Return one side of and/or: only what is true or false, as the value of the whole may be that side's."""
        if isinstance(node, Reference) and self.field(node).kind != "yesno":
            raise _refused("bare", name=node.name)
        if isinstance(node, Literal) and not isinstance(node.value, bool):
            raise _refused("number_as_condition")
        return self.condition(node)

    def truth(self, node: Reference) -> str:
        field = self.field(node)
        if field.kind == "yesno":
            return f"{field.path} = 'true'"
        if field.kind in _NUMERIC:
            return f"({field.path} != '' and {field.path} != 0)"
        raise _refused("bare", name=node.name)

    def unary(self, node: Unary) -> str:
        if node.operator == "!":
            return f"not({_bare(self.condition(node.operand))})"
        wanted = "=" if node.operator == "empty" else "!="
        if not isinstance(node.operand, Reference):
            raise _refused("number_as_condition")
        field = self.field(node.operand)
        if field.kind == "matrix":
            names = ["${" + row + f"}} {wanted} ''" for row in field.rows]
            return _joined(names, "and" if wanted == "=" else "or")
        return f"{field.path} {wanted} ''"

    def comparison(self, node: Binary) -> str:
        left, operator, right = node.left, node.operator, node.right
        if _constant(left):
            left, operator, right = right, _TURNED[operator], left
        if _constant(right):
            return self.against_constant(left, operator, right)
        if self.is_condition(left) and self.is_condition(right) and operator in {"=", "!="}:
            return f"(({self.condition(left)}) {operator} ({self.condition(right)}))"
        if self.is_number(left) and self.is_number(right):
            return self.two_numbers(left, operator, right)
        if isinstance(left, Reference) and isinstance(right, Reference):
            return self.two_answers(self.field(left), operator, self.field(right))
        raise _refused("compared", operator=operator)

    def against_constant(self, left: Node, operator: str, right: Node) -> str:
        value = _value(right)
        if isinstance(left, Reference):
            return self.answer_against(left, operator, right)
        if self.is_condition(left) and isinstance(value, bool) and operator in {"=", "!="}:
            held = _bare(self.condition(left))
            return f"({held})" if value == (operator == "=") else f"not({held})"
        if not self.is_number(left) or isinstance(value, tuple) or not _finite(value):
            raise _refused("compared", operator=operator)
        return f"{self.number(left)} {operator} {_number(value)}"

    def answer_against(self, left: Reference, operator: str, right: Node) -> str:
        """Return one answer compared with what is the same for everybody."""
        field, value = self.field(left), _value(right)
        if field.kind in {"choice", "yesno"}:
            return self.enumerated(left, operator, right)
        if is_empty(value) and operator in {"=", "!="}:
            return self.unary(Unary("empty" if operator == "=" else "notempty", left))
        if field.kind in _NUMERIC and _finite(value) and not isinstance(value, (bool, tuple)):
            return f"{field.path} {operator} {_number(value)}"
        if field.kind == "date":
            return self.day(field, operator, value, left.name)
        if field.kind == "list" and operator in {"=", "!="}:
            return self.same_ticks(field, operator, value)
        if field.kind == "text" and isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return self.written(field, operator, value, left.name)
        raise _refused("compared", operator=operator)

    def enumerated(self, node: Reference, operator: str, right: Node) -> str:
        """Return the answers for which a comparison holds: each is tried, so that nothing is left to XPath's habits."""
        field = self.field(node)
        apply, value = BINARY[operator], _value(right)
        held = [name for option, name in field.codes.items() if apply(answer_value(option), value)]
        unanswered = bool(apply(None, value))
        every = [*field.codes.values()]
        if len(held) == len(every):
            return "true()" if unanswered else f"{field.path} != ''"
        if unanswered:
            return _joined([f"{field.path} != {quoted(name)}" for name in every if name not in held], "and")
        return _joined([f"{field.path} = {quoted(name)}" for name in held], "or")

    def day(self, field: Field, operator: str, value: object, name: str) -> str:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            raise _refused("not_a_date", name=name, found=to_text(value)) from None
        if day.isoformat() != value:  # compared as text, so 20240615 would not be the same day
            raise _refused("not_a_date", name=name, found=to_text(value))
        if operator == "!=":
            return f"not(date({field.path}) = date('{day}'))"
        return f"date({field.path}) {operator} date('{day}')"

    def same_ticks(self, field: Field, operator: str, value: object) -> str:
        if not isinstance(value, tuple):
            return "false()" if operator == "=" else "true()"  # several ticks never equal one word
        named = [self.ticked(field, each) for each in value]
        same = _joined([f"count-selected({field.path}) = {len(value)}", *named], "and")
        return same if operator == "=" else f"not({_bare(same)})"

    def written(self, field: Field, operator: str, value: Any, name: str) -> str:
        """Return a text answer compared with a number or, letter by letter and whatever the case, with a text."""
        if not isinstance(value, str) or number_like(value) is not None:
            number = to_number(value)
            if operator == "!=":
                return f"not({field.path} = {_number(number)})"
            return f"{field.path} {operator} {_number(number)}"
        if operator not in {"=", "!="} or value.strip().lower() in {"true", "false", "undefined"}:
            raise _refused("text_order", name=name, operator=operator)
        same = f"regex({field.path}, {quoted(rf'^\s*{_any_case(value.strip())}\s*$')})"
        return same if operator == "=" else f"not({same})"

    def two_numbers(self, left: Node, operator: str, right: Node) -> str:
        one, other = self.number(left), self.number(right)
        if operator not in {"=", "<=", ">=", "!="}:
            return f"number({one}) {operator} number({other})"
        both = f"(number({one}) {operator if operator != '!=' else '='} number({other}) or ({one} = '' and {other} = ''))"
        return f"not{both}" if operator == "!=" else both

    def two_answers(self, left: Field, operator: str, right: Field) -> str:
        if left.kind == right.kind == "date":
            return self.two_days(left, operator, right)
        alike = {each.casefold() for each in left.codes} & {each.casefold() for each in right.codes}
        same = {each.casefold(): (each, name) for each, name in left.codes.items()}
        if left.kind == right.kind == "choice" and operator in {"=", "!="}:
            pairs = [(same[each.casefold()], (each, name)) for each, name in right.codes.items() if each.casefold() in alike]
            numbers = any(number_like(each) is not None for each in (*left.codes, *right.codes))
            if not numbers and all(one == other for one, other in pairs):
                return f"{left.path} {operator} {right.path}"
        raise _refused("compared", operator=operator)

    def two_days(self, left: Field, operator: str, right: Field) -> str:
        order = f"date({left.path}) {operator if operator != '!=' else '='} date({right.path})"
        if operator in {"<", ">"}:
            return order
        both = f"({order} or ({left.path} = '' and {right.path} = ''))"
        return f"not{both}" if operator == "!=" else both

    def held(self, node: Binary) -> str:
        left, operator, right = node.left, node.operator, node.right
        if not isinstance(left, Reference) or not _constant(right):
            raise _refused("member", operator=operator)
        field, value = self.field(left), _value(right)
        if field.kind in {"choice", "yesno"}:
            return self.enumerated(left, operator, right)
        if operator == "noneof":
            return f"not({_bare(self.held(Binary('anyof', left, right)))})"
        if is_empty(value):
            return self.held_nothing(field, operator, left.name)
        if operator == "notcontains":
            return f"not({_bare(self.held(Binary('contains', left, right)))})"
        wanted = value if isinstance(value, tuple) else (value,)
        if field.kind == "list":
            return _joined([self.ticked(field, each) for each in wanted], "or" if operator == "anyof" else "and")
        if operator == "anyof" and isinstance(value, tuple):
            return _joined([self.answer_against(left, "=", Literal(each)) for each in value], "or")
        if field.kind == "text" and operator == "contains" and isinstance(value, str):
            return f"regex({field.path}, {quoted(matching(_any_case(value)))})"
        raise _refused("member", operator=operator)

    def held_nothing(self, field: Field, operator: str, name: str) -> str:
        """Return what it means to hold none of nothing; as strange as the question."""
        if operator == "anyof":
            return "true()"
        raise _refused("member", operator=f"{{{name}}} {operator} []")

    def ticked(self, field: Field, value: object) -> str:
        meant = [name for option, name in field.codes.items() if equal(option, value)]
        return _joined([f"selected({field.path}, {quoted(name)})" for name in meant], "or")

    def is_condition(self, node: Node) -> bool:
        if isinstance(node, Reference):
            return False
        if isinstance(node, Choice):
            return self.is_condition(node.then) and self.is_condition(node.otherwise)
        if isinstance(node, Literal):
            return isinstance(node.value, bool)
        return isinstance(node, Unary) or (isinstance(node, Binary) and node.operator not in _SUMS)

    def is_number(self, node: Node) -> bool:
        if isinstance(node, Reference):
            return self.field(node).kind in _NUMERIC
        if isinstance(node, Choice):
            return all(_constant(each) and _value(each) is None or self.is_number(each) for each in (node.then, node.otherwise))
        if isinstance(node, Literal):
            return isinstance(node.value, (int, float)) and not isinstance(node.value, bool) and _finite(node.value)
        return isinstance(node, Binary) and node.operator in _SUMS

    def number(self, node: Node) -> str:
        """Return a node as a number; '' where it has none."""
        if _constant(node):
            value = _value(node)
            if value is None:
                return "''"
            if isinstance(value, (bool, tuple)) or not _finite(value):
                raise _refused("compared", operator=to_text(value))
            return _number(value)
        if isinstance(node, Reference):
            if self.field(node).kind not in _NUMERIC:
                raise _refused("not_a_number", name=node.name)
            return self.field(node).path
        if isinstance(node, Choice):
            return f"if({_bare(self.condition(node.condition))}, {self.number(node.then)}, {self.number(node.otherwise)})"
        if isinstance(node, Binary) and node.operator in _SUMS:
            return self.sum(node)
        raise _refused("number_as_condition")

    def sum(self, node: Binary) -> str:
        left, right = self.filled(node.left), self.filled(node.right)
        if node.operator == "/":
            return f"if({right} = 0, '', {left} div {right})"
        text = f"({left} {_SUMS[node.operator]} {right})"
        return text if self.is_whole(node) else f"round({_bare(text)}, {_DIGITS})"

    def filled(self, node: Node) -> str:
        """Return an operand of a sum; unanswered, it counts as nothing."""
        text = self.number(node)
        return text if _constant(node) and text != "''" else f"coalesce({text}, 0)"

    def is_whole(self, node: Node) -> bool:
        if isinstance(node, Reference):
            return self.field(node).kind == "whole"
        if isinstance(node, Literal):
            return node.value is None or (isinstance(node.value, (int, float)) and float(node.value).is_integer())
        if isinstance(node, Choice):
            return self.is_whole(node.then) and self.is_whole(node.otherwise)
        return isinstance(node, Binary) and node.operator != "/" and self.is_whole(node.left) and self.is_whole(node.right)


def _finite(value: object) -> bool:
    number = to_number(value)
    return abs(number) < float("inf")  # False also for what is no number


def _number(value: object) -> str:
    text = format(to_number(value), ".15g")
    if "e" in text:
        raise _refused("compared", operator=text)
    return text


def _any_case(text: str) -> str:
    """Return a regular expression for a text in whatever case."""
    return "".join(f"[{c.lower()}{c.upper()}]" if len({c.lower(), c.upper()}) == 2 else re.escape(c) for c in text)
