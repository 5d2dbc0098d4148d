"""The answers of a worksheet: as they are stored, checked, seen by conditions and written."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import numpy as np

from closeloop.errors import ColumnNotFoundError
from closeloop.forms.answers import check_answers
from closeloop.forms.coded import Coded
from closeloop.forms.fields import shown
from closeloop.forms.form import Form
from closeloop.forms.items import BaseItem, Hidden, Page
from closeloop.forms.logic import parse
from closeloop.forms.operators import is_empty
from closeloop.forms.values import Problem
from closeloop.rootcause.worksheet.template import SheetPage, Template
from closeloop.text import LANGUAGES, LocalText, message

Answers = Mapping[str, Any]
"""Item → answer; repeated page → list of such mappings."""

# What check_answers says that is not about the value itself: a sheet may be filled in any order.
_LATER = frozenset({"required", "answered_while_hidden", "check_failed", "unknown_item"})
_OTHER_TEXT = "__other_text"


def is_blank(value: object) -> bool:
    """Say whether an answer is none: empty, or a text of white space.

    Examples
    --------
    >>> is_blank("  "), is_blank(0), is_blank([])
    (True, False, True)
    """
    return is_empty(value) or (isinstance(value, str) and not value.strip())


def as_stored(value: object) -> Any:
    """Return an answer as a file holds it: dates as text, sets and tuples as lists, numbers of arrays as plain ones.

    Examples
    --------
    >>> from datetime import date
    >>> as_stored(date(2026, 3, 31)), as_stored(("a", "b"))
    ('2026-03-31', ['a', 'b'])
    """
    if isinstance(value, np.generic):
        return as_stored(value.item())
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): as_stored(entry) for key, entry in value.items() if not is_blank(entry)}
    if isinstance(value, (set, frozenset)):
        return [as_stored(entry) for entry in sorted(value, key=str)]
    if isinstance(value, (list, tuple)):
        return [as_stored(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # no JSON; the check of the value has refused it before
    return value


@lru_cache(maxsize=256)
def scope_form(template: Template, page: str) -> Form:
    """Return the form in which one entry of a repeated page is judged (or, for ``""``, the sheet's own items).

    The form of an entry holds the page and what its conditions hang on: items of the sheet itself, and repeated pages
    as hidden items, whose answer is ``{page.count}``.
    """
    pages: list[Page] = [*template.single]
    found = template.page(page) if page else None
    if found is not None:
        wanted = _hangs_on(template, found)
        reduced = [_only(own, wanted) for own in template.single]
        pages = [*(own for own in reduced if own is not None), found]
    referred = _referred(pages)
    counts = tuple(Hidden(name=each.name, type="hidden") for each in template.repeated if each.name in referred)
    return Form((*pages, Page(name="entry_counts", items=counts)) if counts else tuple(pages))


def _referred(pages: Iterable[Page]) -> set[str]:
    """Return the names that the conditions of some pages refer to."""
    texts: list[str | None] = []
    for page in pages:
        texts.append(page.show_if)
        for item in page.items:
            texts += [item.show_if, item.require_if, *(check.expr for check in item.checks)]
            parts = (*getattr(item, "options", ()), *getattr(item, "rows", ()), *getattr(item, "columns", ()))
            texts += [option.show_if for option in parts]
    return {name.partition(".")[0] for text in texts if text for name in parse(text).names}


def _hangs_on(template: Template, page: SheetPage) -> set[str]:
    """Return the sheet's own items on which an entry of a page hangs, at any remove."""
    wanted, waiting = set[str](), _referred([page])
    while waiting:
        wanted |= waiting
        needed = [part for own in template.single if (part := _only(own, waiting)) is not None]
        waiting = _referred(needed) - wanted
    return wanted


def _only(page: Page, names: Collection[str]) -> Page | None:
    """Return a page with some of its items; None if it has none of them."""
    kept = tuple(item for item in page.items if item.name in names)
    return page.model_copy(update={"items": kept}) if kept else None


def seen_by(template: Template, answers: Answers, entry: Answers | None = None) -> dict[str, Any]:
    """Return what conditions see: the sheet's own answers, the entry's, and how many entries each page has."""
    own = {item.name for page in template.single for item in page.items}
    seen = {name: value for name, value in answers.items() if name.removesuffix(_OTHER_TEXT) in own}
    for page in template.repeated:
        seen[page.name] = {"count": len(entries_of(answers, page.name))}
    return {**seen, **(entry or {})}


def entries_of(answers: Answers, page: str) -> list[dict[str, Any]]:
    """Return the entries of a repeated page; none if there are none."""
    found = answers.get(page)
    return list(found) if isinstance(found, list) else []


def visible_items(template: Template, answers: Answers, page: SheetPage, entry: Answers | None) -> tuple[BaseItem, ...]:
    """Return the items of a page that are shown, given the answers; `entry` is None for a page answered once."""
    seen = visible_names(template, answers, page.name if page.repeat is not None else "", entry)
    return tuple(item for item in page.items if item.name in seen)


def visible_names(template: Template, answers: Answers, page: str, entry: Answers | None) -> set[str]:
    """Return the names of what is shown in the scope of a repeated page, or (for ``""``) of the sheet's own items."""
    form = scope_form(template, page)
    columns = {
        name: Coded(np.zeros(1, dtype=np.int8), (tuple(value) if isinstance(value, list) else value,))
        for name, value in seen_by(template, answers, entry).items()
        if not is_blank(value)
    }
    return {name for name, shown in form.visible(columns, 1).items() if shown[0]}


def refused(template: Template, answers: Answers) -> Iterator[tuple[str, int | None, Problem]]:
    """Give what cannot be an answer at all: page ("" for the sheet's own), entry from 1, and the problem."""
    for page, number, problem in all_problems(template, answers):
        if problem.code not in _LATER:
            yield page.name if number is not None else "", number, problem


def all_problems(template: Template, answers: Answers) -> Iterator[tuple[SheetPage, int | None, Problem]]:
    """Give all that `check_answers` says of a sheet: the page, the entry from 1 if it is repeated, and the problem."""
    own = _problems(template, answers, "", None)
    for page in template.pages:
        names = {item.name for item in page.items}
        entries: Sequence[Answers | None] = [None] if page.repeat is None else entries_of(answers, page.name)
        for number, entry in enumerate(entries, 1):
            for problem in own if entry is None else _problems(template, answers, page.name, entry):
                if problem.item.partition(".")[0].removesuffix(_OTHER_TEXT) in names:
                    yield page, None if entry is None else number, problem


def _problems(template: Template, answers: Answers, page: str, entry: Answers | None) -> tuple[Problem, ...]:
    form = scope_form(template, page)
    known = {item.name for item in form.items}
    seen = seen_by(template, answers, entry).items()
    asked = {name: value for name, value in seen if name.partition(".")[0].removesuffix(_OTHER_TEXT) in known}
    return check_answers(form, asked)


def accept(template: Template, answers: Answers, given: Mapping[str, object]) -> dict[str, Any]:
    """Return the answers with those given put in, each checked; None takes an answer away.

    Raises
    ------
    ColumnNotFoundError
        If there is no such item or page; the message names the closest.
    ValueError
        If a value cannot be an answer; the message names every one of them, what was expected and what was found.
    """
    items = {item.name: item for page in template.single for item in page.items}
    pages = {page.name: page for page in template.repeated}
    faults: list[LocalText] = []
    taken = dict(answers)
    for name, value in given.items():
        if name in pages:
            entries, wrong = _entries(pages[name], value)
            faults += wrong
            taken[name] = entries
        elif _known(name, items):
            taken[name] = value
        else:
            raise ColumnNotFoundError(name, [*items, *pages], message("worksheet.the_sheet", id=template.id))
    taken = {name: value for name, value in taken.items() if name in pages or not is_blank(value)}
    faults += [problem_text(page, number, problem) for page, number, problem in refused(template, taken)]
    if faults:
        raise ValueError(message("worksheet.refused", n=len(faults), faults=_lines(faults)))
    stored = {name: as_stored(value) for name, value in taken.items()}
    order = [name for page in template.pages for name in _page_names(page)]
    return {name: stored[name] for name in sorted(stored, key=lambda each: _place(each, order)) if stored[name] != []}


def _page_names(page: SheetPage) -> tuple[str, ...]:
    return (page.name,) if page.repeat is not None else tuple(item.name for item in page.items)


def _place(name: str, order: Sequence[str]) -> int:
    return order.index(name.removesuffix(_OTHER_TEXT).partition(".")[0])


def _known(name: str, items: Mapping[str, BaseItem]) -> bool:
    if name in items:
        return True
    written = name.removesuffix(_OTHER_TEXT)
    return written != name and bool(getattr(items.get(written), "other", False))


def _entries(page: SheetPage, value: object) -> tuple[list[dict[str, Any]], list[LocalText]]:
    """Return the entries that were given for a repeated page, and what is wrong with their form."""
    if value is None:
        return [], []
    if isinstance(value, (str, Mapping)) or not isinstance(value, Sequence):
        return [], [message("worksheet.not_entries", page=page.name, value=shown(_plain(value)))]
    items = {item.name: item for item in page.items}
    entries, faults = [], []
    for number, entry in enumerate(value, 1):
        if not isinstance(entry, Mapping):
            faults.append(message("worksheet.not_entry", page=page.name, n=number, value=shown(_plain(entry))))
            continue
        for name in entry:
            if not _known(str(name), items):
                where = message("worksheet.the_entry", page=page.name, n=number)
                raise ColumnNotFoundError(str(name), items, where)
        answered = {str(name): each for name, each in entry.items() if not is_blank(each)}
        entries.append({name: answered[name] for name in sorted(answered, key=lambda each: _place(each, list(items)))})
    most = page.repeat.max if page.repeat is not None else None
    if most is not None and len(entries) > most:
        faults.append(message("worksheet.too_many_entries", page=page.name, n=len(entries), most=most))
    return entries, faults


def _plain(value: object) -> object:
    return str(dict(value)) if isinstance(value, Mapping) else value


def problem_text(page: str, number: int | None, problem: Problem) -> LocalText:
    """Return a problem with its place, in both languages."""
    text = problem.message
    if problem.suggestion is not None:
        text = message("worksheet.with_suggestion", text=text, suggestion=problem.suggestion)
    return message("worksheet.in_entry", page=page, n=number, text=text) if number is not None else text


def _lines(texts: Sequence[LocalText]) -> LocalText:
    return LocalText({tag: "\n".join(f"  {text.in_language(tag)}" for text in texts) for tag in LANGUAGES})


def page_is_shown(template: Template, answers: Answers, page: SheetPage) -> bool:
    """Say whether a repeated page is asked for at all."""
    return page.show_if is None or parse(page.show_if).holds(seen_by(template, answers))
