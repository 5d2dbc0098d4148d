"""Trying everything: over all answers that make a difference, when is a condition true, when is an item shown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from closeloop.forms.coded import Coded
from closeloop.forms.form import Form
from closeloop.forms.logic import Expression, parse
from closeloop.survey.lint.domains import MOST, domain
from closeloop.survey.lint.subject import Subject, pages_of


@dataclass(frozen=True, slots=True)
class Trial:
    """Every combination of the answers to some items.

    Attributes
    ----------
    columns : mapping
        Name in conditions → answers, one for each combination; “unanswered” is among them.
    n : int
        How many combinations there are.
    """

    columns: Mapping[str, Coded]
    n: int

    def holds(self, expression: Expression) -> NDArray[np.bool_]:
        """Say for each combination whether a condition is true."""
        return expression.holds_many(self.columns, self.n)

    def seen(self, shown: Mapping[str, NDArray[np.bool_]]) -> Trial:
        """Return the trial in which what is not shown is unanswered."""
        return Trial(
            {name: column.where(shown[name.partition(".")[0]]) for name, column in self.columns.items()}, self.n
        )


def trial(subject: Subject, expressions: Sequence[Expression]) -> Trial | None:
    """Return every combination of the answers to which some conditions refer; None if there are too many to try."""
    names = sorted({name for expression in expressions for name in expression.names})
    domains: dict[str, tuple[Any, ...]] = {}
    for name in names:
        item = subject.item_of(name)
        if item is None:
            return None
        looking = [expression for expression in expressions if name in expression.names]
        found = domain(item, name.partition(".")[2], looking, name)
        if found is None:
            return None
        domains[name] = found
    sizes = [len(values) + 1 for values in domains.values()]
    n = math.prod(sizes)
    if n > MOST:
        return None
    codes = np.indices(sizes).reshape(len(sizes), n) if sizes else np.zeros((0, 1), dtype=int)
    columns = {
        name: Coded(code.astype(np.int32) - 1, values)
        for (name, values), code in zip(domains.items(), codes, strict=True)
    }
    return Trial(columns, n)


def closure(subject: Subject, names: Iterable[str]) -> frozenset[str]:
    """Return items and all on which it depends whether they are shown."""
    found: set[str] = set()
    waiting = [name for name in names if subject.form.has(name)]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(subject.depends[name])
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class Branching:
    """What is shown under every combination of answers that matters.

    Attributes
    ----------
    trial : Trial
        The answers, without those to items that are not shown.
    shown : mapping
        Item → whether it is shown, for each combination.
    """

    trial: Trial
    shown: Mapping[str, NDArray[np.bool_]]


def branching(subject: Subject, items: Iterable[str], also: Sequence[Expression] = ()) -> Branching | None:
    """Return when some items are shown; None if there is too much to try.

    Parameters
    ----------
    subject : Subject
    items : iterable of str
        The items to be looked at.
    also : sequence of Expression
        Further conditions that are asked about afterwards.
    """
    heads = {name.partition(".")[0] for expression in also for name in expression.names}
    wanted = closure(subject, {*items, *heads})
    pages = pages_of(subject, wanted)
    ends = tuple(
        text for text in subject.form.end_if if {name.partition(".")[0] for name in parse(text).names} <= wanted
    )
    texts = [*ends, *(page.show_if for page in pages if page.items)]
    texts += [item.show_if for page in pages for item in page.items]
    expressions = [parse(text) for text in texts if text is not None]
    tried = trial(subject, [*expressions, *also])
    if tried is None:
        return None
    # A page without any of the items says nothing; its condition may refer to items that are not wanted.
    pages = tuple(page if page.items else page.model_copy(update={"show_if": None}) for page in pages)
    shown = Form(pages, ends).visible(tried.columns, tried.n)
    return Branching(tried.seen(shown), shown)
