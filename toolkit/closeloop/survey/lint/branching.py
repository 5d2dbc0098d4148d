"""Branching that leads nowhere: what nobody can ever see, what is asked of nobody, what refers to what comes later."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from closeloop.forms.counted import parts_of
from closeloop.forms.form import last_page
from closeloop.forms.items import BaseItem, Matrix
from closeloop.forms.logic import parse
from closeloop.survey.lint.conditions import faults
from closeloop.survey.lint.report import LintFinding
from closeloop.survey.lint.rules import rule
from closeloop.survey.lint.subject import Place, Subject
from closeloop.survey.lint.trial import branching

_DEAD = frozenset({"condition_never", "comparison_never", "unknown_choice", "type_mismatch"})


@rule(item_unreachable="error", required_hidden="error", page_unreachable="error")
def unreachable(subject: Subject) -> Iterator[LintFinding]:
    """Give the items and pages that nobody is ever shown."""
    hidden = {item.name for item in subject.form.items if _never_shown(subject, item)}
    if not hidden:
        return
    told = {place.path for place in subject.places if any(each.code in _DEAD for each in faults(subject, place))}
    for number, page in enumerate(subject.form.pages):
        asked = [item for item in page.items if item.type != "hidden"]
        if len(asked) > 1 and all(item.name in hidden for item in asked):
            if ("pages", number, "show_if") not in told:
                yield subject.found("page_unreachable", ("pages", number), page=page.name)
            continue
        for item in page.items:
            path = subject.paths[item.name]
            if item.name in hidden and (*path, "show_if") not in told and ("pages", number, "show_if") not in told:
                code = "required_hidden" if item.required else "item_unreachable"
                yield subject.found(code, (*path, "show_if") if item.show_if else path, item.name, name=item.name)


def _never_shown(subject: Subject, item: BaseItem) -> bool:
    if not subject.depends[item.name] and item.show_if is None:
        page = subject.form.pages[subject.page_number(item.name)]
        if page.show_if is None and not subject.form.end_if:
            return False
    found = branching(subject, [item.name])
    return found is not None and not found.shown[item.name].any()


@rule(option_unreachable="warning", no_option_left="warning")
def options(subject: Subject) -> Iterator[LintFinding]:
    """Give the options that nobody is offered, and the questions that may be left without any."""
    for item in subject.form.items:
        parts = parts_of(item)
        conditions = [parse(part.show_if) for part in parts if part.show_if is not None]
        if not conditions:
            continue
        found = branching(subject, [item.name], conditions)
        if found is None or not found.shown[item.name].any():
            continue
        seen = found.shown[item.name]
        key = "rows" if isinstance(item, Matrix) else "options"
        left = np.zeros(found.trial.n, dtype=bool)
        for at, part in enumerate(parts):
            offered = seen if part.show_if is None else seen & found.trial.holds(parse(part.show_if))
            left |= offered
            if not offered.any():
                path = (*subject.paths[item.name], key, at, "show_if")
                place = Place(path, "option", item.name, part.show_if or "")
                if not any(each.code in _DEAD for each in faults(subject, place)):
                    yield subject.found("option_unreachable", path, item.name, name=item.name, option=part.value)
        extra = getattr(item, "other", False) or getattr(item, "none", False)
        if not extra and (seen & ~left).any() and len(conditions) == len(parts):
            yield subject.found("no_option_left", (*subject.paths[item.name], key), item.name, name=item.name)


@rule(require_idle="warning", require_redundant="warning")
def requirements(subject: Subject) -> Iterator[LintFinding]:
    """Give the ``require_if`` that require nothing."""
    for item in subject.form.items:
        if item.require_if is None:
            continue
        path = (*subject.paths[item.name], "require_if")
        if item.required:
            yield subject.found("require_redundant", path, item.name, name=item.name)
            continue
        condition = parse(item.require_if)
        found = branching(subject, [item.name], [condition])
        if found is None or not found.shown[item.name].any() or not found.trial.holds(condition).any():
            continue
        if not (found.trial.holds(condition) & found.shown[item.name]).any():
            yield subject.found("require_idle", path, item.name, name=item.name, condition=item.require_if)


@rule(refers_forward="warning", reference_self="warning")
def direction(subject: Subject) -> Iterator[LintFinding]:
    """Give the conditions that look at what is asked only later, or at their own question."""
    for place in subject.places:
        heads = sorted({name.partition(".")[0] for name in place.expression.names})
        if place.kind in {"require", "option", "row", "column"} and place.item in heads:
            yield subject.found("reference_self", place.path, place.item, name=place.item)
        here = place.path[1] if place.kind in {"page", "show", "require", "option", "row", "check"} else None
        for name in heads if isinstance(here, int) else ():
            later = subject.form.has(name) and subject.form.item(name).type != "hidden"
            if later and isinstance(here, int) and subject.page_number(name) > here:
                page = subject.form.pages[subject.page_number(name)].name
                yield subject.found("refers_forward", place.path, place.item, name=name, page=page)


@rule(end_if_idle="warning", end_if_skips_required="info")
def endings(subject: Subject) -> Iterator[LintFinding]:
    """Give the ``end_if`` that end nothing, and those behind which something has to be answered."""
    names = [[item.name for item in page.items] for page in subject.form.pages]
    for at, text in enumerate(subject.form.end_if):
        last = last_page(text, names)
        if last == len(names) - 1:
            page = subject.form.pages[last].name
            yield subject.found("end_if_idle", ("end_if", at), condition=text, page=page)
            continue
        after = [item.name for page in subject.form.pages[last + 1 :] for item in page.items if item.required]
        measured = [name for name in after if name in subject.measured]
        if measured:
            yield subject.found("end_if_skips_required", ("end_if", at), condition=text, names=", ".join(measured))


@rule(hidden_conditional="warning")
def hidden_values(subject: Subject) -> Iterator[LintFinding]:
    """Give the values that come with the invitation and are lost with a page or a condition."""
    for item in subject.form.items:
        if item.type == "hidden" and subject.depends[item.name]:
            yield subject.found("hidden_conditional", subject.paths[item.name], item.name, name=item.name)
