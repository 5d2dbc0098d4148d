"""What is done with the answers: follow-up rules and thanks that are never reached, branching without tests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from closeloop.forms.logic import parse
from closeloop.survey.lint.conditions import faults
from closeloop.survey.lint.report import LintFinding
from closeloop.survey.lint.rules import rule
from closeloop.survey.lint.subject import Place, Subject
from closeloop.survey.lint.trial import branching

_GRAVITY = {"minor": 0, "major": 1, "severe": 2}


@rule(rule_shadowed="warning", rule_graver_shadowed="error")
def follow_up(subject: Subject) -> Iterator[LintFinding]:
    """Give the rules that never open a case, because an earlier one always does.

    A rule with ``quiet_days`` keeps silent now and then, and so leaves the case to the next.
    """
    rules = subject.survey.follow_up
    loud = [number for number, each in enumerate(rules) if each.quiet_days is None or each.safety]
    for number, each in enumerate(rules):
        earlier = [rules[at] for at in loud if at < number]
        if earlier and _covered(subject, "follow_up", number, each.when, [rule.when for rule in earlier]):
            graver = each.safety or _GRAVITY[each.severity] > max(_GRAVITY[rule.severity] for rule in earlier)
            code = "rule_graver_shadowed" if graver else "rule_shadowed"
            names = ", ".join(rule.id for rule in earlier)
            yield subject.found(code, ("follow_up", number, "when"), name=each.id, earlier=names)


@rule(thanks_no_default="warning", thanks_shadowed="warning")
def thanks(subject: Subject) -> Iterator[LintFinding]:
    """Give the texts at the end that nobody reads, and say where some people are told nothing."""
    texts = subject.survey.thanks
    earlier: list[str] = []
    for number, each in enumerate(texts):
        after_default = any(text.condition is None for text in texts[:number])
        if after_default or (each.condition and _covered(subject, "thanks", number, each.condition, earlier)):
            yield subject.found("thanks_shadowed", ("thanks", number), number=number + 1)
        if each.condition is not None:
            earlier.append(each.condition)
    if texts and all(text.condition is not None for text in texts) and not _exhaustive(subject, earlier):
        yield subject.found("thanks_no_default", ("thanks",))


def _covered(subject: Subject, key: str, number: int, text: str, earlier: Sequence[str]) -> bool:
    """Say whether one of the earlier conditions is true wherever this one is."""
    place = Place((key, number, "when" if key == "follow_up" else "if"), key, "", text)
    if not earlier or any(True for _ in faults(subject, place)):
        return False  # one that never holds is told as such
    found = _held(subject, [*earlier, text])
    return found is not None and bool(found[-1].any()) and bool(np.any(found[:-1], axis=0)[found[-1]].all())


def _exhaustive(subject: Subject, conditions: Sequence[str]) -> bool:
    found = _held(subject, conditions)
    return found is not None and bool(np.any(found, axis=0).all())


def _held(subject: Subject, conditions: Sequence[str]) -> list[NDArray[np.bool_]] | None:
    expressions = [parse(text) for text in conditions]
    found = branching(subject, (), expressions)
    return None if found is None else [found.trial.holds(expression) for expression in expressions]


@rule(untested="info")
def untested(subject: Subject) -> Iterator[LintFinding]:
    """Say that there is branching and nothing tests it."""
    branched = [place for place in subject.places if place.kind in {"page", "show", "end_if"}]
    if branched and not subject.survey.tests:
        yield subject.found("untested", branched[0].path, branched[0].item, n=len(branched))
