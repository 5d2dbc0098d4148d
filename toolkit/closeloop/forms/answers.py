"""A respondent's answers against a form: the values, and whether they had to or could be given at all."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

import numpy as np

from closeloop.errors import closest
from closeloop.forms.coded import Coded
from closeloop.forms.form import Form
from closeloop.forms.items import BaseItem, Matrix
from closeloop.forms.logic import parse
from closeloop.forms.operators import is_empty
from closeloop.forms.values import Problem, check_value, problem_of
from closeloop.text import LocalText, message

__all__ = ["Problem", "check_answers", "check_value"]

_WRITTEN = "__other_text"


def check_answers(form: Form, answers: Mapping[str, object]) -> tuple[Problem, ...]:
    """Check one respondent's answers against a form, branching respected.

    Parameters
    ----------
    form : Form
    answers : mapping
        Item → typed answer, as in `check_value`; a matrix may also be given row by row as ``matrix.row``; what was
        written beside “other” is ``<item>__other_text``.

    Returns
    -------
    tuple of Problem
        In the order of the form; empty if all is well.
    """
    given, problems = _gathered(form, answers)
    columns = {name: _one(value) for name, value in given.items() if not is_empty(value)}
    visible = {name: bool(seen[0]) for name, seen in form.visible(columns, 1).items()}
    seen = {name: value for name, value in given.items() if visible[name]}
    for item in form.items:
        problems.extend(_check_item(item, given.get(item.name), visible[item.name], seen))
    return tuple(problems)


def _one(value: object) -> Coded:
    return Coded(np.zeros(1, dtype=np.int8), (value,))


def _gathered(form: Form, answers: Mapping[str, object]) -> tuple[dict[str, object], list[Problem]]:
    """Return the answers by item, and a problem for every name that is none."""
    items = {item.name: item for item in form.items}
    given: dict[str, object] = {}
    problems: list[Problem] = []
    for name, value in answers.items():
        head, dot, row = name.partition(".")
        written = name.removesuffix(_WRITTEN)
        if name in items:
            earlier = given.get(name)
            given[name] = {**earlier, **value} if isinstance(earlier, dict) and isinstance(value, Mapping) else value
        elif dot and isinstance(items.get(head), Matrix):
            rows = given.get(head)
            given[head] = {**rows, row: value} if isinstance(rows, Mapping) else {row: value}
        elif written != name and getattr(items.get(written), "other", False):
            if not (is_empty(value) or isinstance(value, str)):
                problems.append(problem_of("wrong_type", name, value, expected=message("forms.expected_text")))
        else:
            similar = closest(name, items, n=1)
            suggestion = message("forms.did_you_mean", name=similar[0]) if similar else None
            problems.append(problem_of("unknown_item", name, value, suggestion))
    return given, problems


def _check_item(item: BaseItem, value: object, visible: bool, seen: Mapping[str, object]) -> Iterator[Problem]:
    answered = not (is_empty(value) or (isinstance(value, str) and not value.strip()))
    if not visible:
        if answered:
            yield problem_of("answered_while_hidden", item, value, condition=item.show_if or "–")
        return
    if not answered:
        if item.required or (item.require_if is not None and parse(item.require_if).holds(seen)):
            problem = problem_of("required", item, value)
            yield problem if item.required_message is None else _said(problem, item.required_message)
        return
    fault = check_value(item, value)
    if fault is not None:
        yield fault
        return
    yield from _hidden_options(item, value, seen)
    yield from _missing_rows(item, value)
    for check in item.checks:
        if not parse(check.expr).holds(seen):
            yield _said(problem_of("check_failed", item, value), check.message)


def _said(problem: Problem, text: LocalText) -> Problem:
    """Return the problem with the survey's own words for it."""
    return Problem(code=problem.code, item=problem.item, value=problem.value, message=text)


def _hidden_options(item: BaseItem, value: object, seen: Mapping[str, object]) -> Iterator[Problem]:
    options = item.rows if isinstance(item, Matrix) else getattr(item, "options", ())
    chosen: Collection[object] = (value,)
    if isinstance(value, (tuple, list, set, frozenset)):
        chosen = value
    elif isinstance(value, Mapping):
        chosen = [row for row, answer in value.items() if not is_empty(answer)]
    for option in options:
        if option.show_if is not None and option.value in chosen and not parse(option.show_if).holds(seen):
            yield problem_of("answered_while_hidden", item, option.value, condition=option.show_if)


def _missing_rows(item: BaseItem, value: object) -> Iterator[Problem]:
    if isinstance(item, Matrix) and item.every_row and isinstance(value, Mapping):
        for row in item.rows:
            if is_empty(value.get(row.value)):
                yield problem_of("required", f"{item.name}.{row.value}", None)
