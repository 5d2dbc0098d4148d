"""Conditions of a survey as XPath, through the tree that was read: exactly the same meaning, or a reason why not."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from closeloop.forms.logic import parse
from closeloop.forms.loose import answer_value, is_empty, is_true, number_like, to_text, truthy
from closeloop.forms.nodes import Binary, Choice, Literal, Node, Reference, Unary
from closeloop.forms.operators import BINARY, equal
from closeloop.survey.xlsform.fields import Field
from closeloop.survey.xlsform.spelled import any_case, bare, finite, joined, matching, number_text, quoted, refused
from closeloop.survey.xlsform.sums import NUMERIC, Numbers, constant, value_of

_COMPARED = frozenset({"=", "!=", "<", "<=", ">", ">="})
_HELD = frozenset({"contains", "notcontains", "anyof", "allof", "noneof"})
_TURNED: Mapping[str, str] = {"=": "=", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


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
    if constant(tree):
        return "true()" if is_true(tree.evaluate({})) else "false()"
    if isinstance(tree, Reference) and writer.field(tree).kind in NUMERIC:
        return f"{writer.field(tree).path} = 1"  # a browser asks at the end whether the whole equals true
    return bare(writer.condition(tree))


class _Writer(Numbers):
    """Writes the parts of one condition."""

    def condition(self, node: Node) -> str:
        """Return a node as what is true or false."""
        if constant(node):
            return "true()" if truthy(value_of(node)) else "false()"
        if isinstance(node, Reference):
            return self.truth(node)
        if isinstance(node, Unary):
            return self.unary(node)
        if isinstance(node, Choice):
            condition = self.condition(node.condition)
            then, otherwise = self.side(node.then), self.side(node.otherwise)
            return f"(({condition} and {then}) or (not({condition}) and {otherwise}))"
        if isinstance(node, Binary):
            if node.operator in {"and", "or"}:
                return f"({self.side(node.left)} {node.operator} {self.side(node.right)})"
            if node.operator in _COMPARED:
                return self.comparison(node)
            if node.operator in _HELD:
                return self.held(node)
        raise refused("number_as_condition")

    def side(self, node: Node) -> str:
        """Return one side of and/or/iif: only what is true or false, as the value of the whole may be that side's."""
        if isinstance(node, Reference) and self.field(node).kind != "yesno":
            raise refused("bare", name=node.name)
        if constant(node) and not (value_of(node) is None or isinstance(value_of(node), bool)):
            raise refused("number_as_condition")
        return self.condition(node)

    def truth(self, node: Reference) -> str:
        field = self.field(node)
        if field.kind == "yesno":
            return f"{field.path} = 'true'"
        if field.kind in NUMERIC:
            return f"({field.path} != '' and {field.path} != 0)"
        raise refused("bare", name=node.name)

    def unary(self, node: Unary) -> str:
        if node.operator == "!":
            return f"not({bare(self.condition(node.operand))})"
        wanted = "=" if node.operator == "empty" else "!="
        if not isinstance(node.operand, Reference):
            raise refused("number_as_condition")
        field = self.field(node.operand)
        if field.kind == "matrix":
            names = ["${" + row + f"}} {wanted} ''" for row in field.rows]
            return joined(names, "and" if wanted == "=" else "or")
        return f"{field.path} {wanted} ''"

    def comparison(self, node: Binary) -> str:
        left, operator, right = node.left, node.operator, node.right
        if constant(left):
            left, operator, right = right, _TURNED[operator], left
        if constant(right):
            return self.againstconstant(left, operator, right)
        if self.is_condition(left) and self.is_condition(right) and operator in {"=", "!="}:
            return f"(({self.condition(left)}) {operator} ({self.condition(right)}))"
        if self.is_number(left) and self.is_number(right):
            return self.two_numbers(left, operator, right)
        if isinstance(left, Reference) and isinstance(right, Reference):
            return self.two_answers(self.field(left), operator, self.field(right))
        raise refused("compared", operator=operator)

    def againstconstant(self, left: Node, operator: str, right: Node) -> str:
        value = value_of(right)
        if isinstance(left, Reference):
            return self.answer_against(left, operator, right)
        if self.is_condition(left) and isinstance(value, bool) and operator in {"=", "!="}:
            held = bare(self.condition(left))
            return f"({held})" if value == (operator == "=") else f"not({held})"
        if not self.is_number(left) or isinstance(value, (tuple, bool)) or is_empty(value) or not finite(value):
            raise refused("compared", operator=operator)
        return f"{self.number(left)} {operator} {number_text(value)}"

    def answer_against(self, left: Reference, operator: str, right: Node) -> str:
        """Return one answer compared with what is the same for everybody."""
        field, value = self.field(left), value_of(right)
        if field.kind in {"choice", "yesno"}:
            return self.enumerated(left, operator, right)
        if is_empty(value):
            if value not in (None, "") or operator not in {"=", "!="}:
                raise refused("compared", operator=operator)  # no number, no tick, or an order among nothing
            return self.unary(Unary("empty" if operator == "=" else "notempty", left))
        if field.kind in NUMERIC and finite(value) and not isinstance(value, (bool, tuple)):
            return f"{field.path} {operator} {number_text(value)}"
        if field.kind == "date":
            return self.day(field, operator, value, left.name)
        if field.kind == "list" and operator in {"=", "!="}:
            return self.same_ticks(field, operator, value)
        if field.kind == "text" and isinstance(value, (int, float, str)) and not isinstance(value, bool):
            return self.written(field, operator, value, left.name)
        raise refused("compared", operator=operator)

    def enumerated(self, node: Reference, operator: str, right: Node) -> str:
        """Return the answers for which a comparison holds: each is tried, so that nothing is left to XPath's habits."""
        field = self.field(node)
        apply, value = BINARY[operator], value_of(right)
        held = [name for option, name in field.codes.items() if apply(answer_value(option), value)]
        unanswered = bool(apply(None, value))
        every = [*field.codes.values()]
        if len(held) == len(every):
            return "true()" if unanswered else f"{field.path} != ''"
        if unanswered:
            return joined([f"{field.path} != {quoted(name)}" for name in every if name not in held], "and")
        return joined([f"{field.path} = {quoted(name)}" for name in held], "or")

    def day(self, field: Field, operator: str, value: object, name: str) -> str:
        try:
            day = date.fromisoformat(str(value))
        except ValueError:
            raise refused("not_a_date", name=name, found=to_text(value)) from None
        if day.isoformat() != value:  # compared as text, so 20240615 would not be the same day
            raise refused("not_a_date", name=name, found=to_text(value))
        if operator == "!=":
            return f"not(date({field.path}) = date('{day}'))"
        return f"date({field.path}) {operator} date('{day}')"

    def same_ticks(self, field: Field, operator: str, value: object) -> str:
        if not isinstance(value, tuple):
            return "false()" if operator == "=" else "true()"  # several ticks never equal one word
        named = [self.ticked(field, each) for each in value]
        same = joined([f"count-selected({field.path}) = {len(value)}", *named], "and")
        return same if operator == "=" else f"not({bare(same)})"

    def written(self, field: Field, operator: str, value: Any, name: str) -> str:
        """Return a text answer compared with a number or, letter by letter and whatever the case, with a text."""
        if not isinstance(value, str):
            if operator == "!=":
                return f"not({field.path} = {number_text(value)})"
            return f"{field.path} {operator} {number_text(value)}"
        if operator in {"=", "!="} and re.fullmatch(r"[1-9]\d{0,8}", value):
            # What looks like a number is compared as one, unless a leading zero says that it is a code.
            same = f"({field.path} = {value} and not(starts-with({field.path}, '0')))"
            return same if operator == "=" else f"not{same}"
        if number_like(value) is not None:
            raise refused("text_order", name=name, operator=f"{operator} '{value}'")
        if operator not in {"=", "!="} or value.strip().lower() in {"", "true", "false", "undefined"}:
            raise refused("text_order", name=name, operator=operator)
        pattern = rf"^\s*{any_case(value.strip())}\s*$"
        same = f"regex({field.path}, {quoted(pattern)})"
        return same if operator == "=" else f"not({same})"

    def two_numbers(self, left: Node, operator: str, right: Node) -> str:
        one, other = self.number(left), self.number(right)
        if operator not in {"=", "<=", ">=", "!="}:
            return f"number({one}) {operator} number({other})"
        both = (
            f"(number({one}) {operator if operator != '!=' else '='} number({other}) or ({one} = '' and {other} = ''))"
        )
        return f"not{both}" if operator == "!=" else both

    def two_answers(self, left: Field, operator: str, right: Field) -> str:
        if left.kind == right.kind == "date":
            return self.two_days(left, operator, right)
        same = {each.casefold(): (each, name) for each, name in left.codes.items()}
        if left.kind == right.kind == "choice" and operator in {"=", "!="}:
            numbers = any(number_like(each) is not None for each in (*left.codes, *right.codes))
            known = ((same.get(each.casefold()), (each, name)) for each, name in right.codes.items())
            if not numbers and all(one in {None, other} for one, other in known):
                return f"{left.path} {operator} {right.path}"
        raise refused("compared", operator=operator)

    def two_days(self, left: Field, operator: str, right: Field) -> str:
        order = f"date({left.path}) {operator if operator != '!=' else '='} date({right.path})"
        if operator in {"<", ">"}:
            return order
        both = f"({order} or ({left.path} = '' and {right.path} = ''))"
        return f"not{both}" if operator == "!=" else both

    def held(self, node: Binary) -> str:
        left, operator, right = node.left, node.operator, node.right
        if not isinstance(left, Reference) or not constant(right):
            raise refused("member", operator=operator)
        field, value = self.field(left), value_of(right)
        if field.kind in {"choice", "yesno"}:
            return self.enumerated(left, operator, right)
        if operator == "noneof":
            return f"not({bare(self.held(Binary('anyof', left, right)))})"
        if is_empty(value):
            return self.held_nothing(operator, left.name)
        if operator == "notcontains":
            return f"not({bare(self.held(Binary('contains', left, right)))})"
        wanted = value if isinstance(value, tuple) else (value,)
        if field.kind == "list":
            return joined([self.ticked(field, each) for each in wanted], "or" if operator == "anyof" else "and")
        if operator == "anyof" and isinstance(value, tuple):
            asked = [each for each in value if not is_empty(each)]  # unanswered is among nothing, not even among ''
            return joined([self.answer_against(left, "=", Literal(each)) for each in asked], "or")
        if field.kind == "text" and operator == "contains" and isinstance(value, str):
            return f"regex({field.path}, {quoted(matching(any_case(value)))})"
        raise refused("member", operator=operator)

    def held_nothing(self, operator: str, name: str) -> str:
        """Return what it means to hold none of nothing; as strange as the question."""
        if operator == "anyof":
            return "true()"
        raise refused("member", operator=f"{{{name}}} {operator} []")

    def ticked(self, field: Field, value: object) -> str:
        meant = [name for option, name in field.codes.items() if equal(option, value)]
        return joined([f"selected({field.path}, {quoted(name)})" for name in meant], "or")
