"""Which of a person's answers count: those to questions and options that are shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from closeloop.forms.coded import Coded
from closeloop.forms.form import Form
from closeloop.forms.items import OTHER, BaseItem, Matrix, Page, TextItem
from closeloop.forms.logic import parse
from closeloop.forms.operators import is_empty
from closeloop.forms.options import Option

OTHER_TEXT = "__other_text"
"""What stands behind an item's name where the words beside “other” are kept."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What is shown to a person, and which of the answers count.

    Attributes
    ----------
    shown : mapping
        Item → whether it is shown.
    answers : mapping
        Item (or ``<item>__other_text``) → answer, of the answers that count.
    """

    shown: Mapping[str, bool]
    answers: Mapping[str, Any]


def counted(form: Form, answers: Mapping[str, Any]) -> Counted:
    """Take away what is not shown until nothing changes: an option that goes may take a question with it.

    Parameters
    ----------
    form : Form
    answers : mapping
        Item (or ``<item>__other_text``) → typed answer.

    Examples
    --------
    >>> from closeloop.forms.items import Comment, Nps, Page
    >>> items = (Nps(name="recommend", type="nps"), Comment(name="why", type="comment", show_if="{recommend} <= 8"))
    >>> counted(Form((Page(name="main", items=items),)), {"recommend": 9, "why": "slow"}).answers
    {'recommend': 9}
    """
    given = {name: value for name, value in answers.items() if not _blank(value)}
    kept = given
    shown: dict[str, bool] = {}
    for _ in range(len(form.items) + 1):
        shown = _shown_by(form, kept)
        seen = {name: value for name, value in given.items() if shown[item_of(form, name)]}
        trimmed = dict(_trimmed(form, seen))
        if trimmed == kept:
            break
        kept = trimmed
    return Counted(shown, kept)


def item_of(form: Form, name: str) -> str:
    """Return the item to which an answer belongs: ``pains`` for ``pains__other_text``."""
    head = name.removesuffix(OTHER_TEXT)
    if head == name or form.has(name) or not form.has(head):
        return name
    return head if getattr(form.item(head), "other", False) else name


def parts_of(item: BaseItem) -> Sequence[Option]:
    """Return the options of an item, or the rows of a matrix."""
    parts: Sequence[Option] = item.rows if isinstance(item, Matrix) else getattr(item, "options", ())
    return parts


def offered(option: Option, answers: Mapping[str, Any]) -> bool:
    """Say whether an option is shown, given the answers that count."""
    return option.show_if is None or parse(option.show_if).holds(answers)


def shown_pages(form: Form, shown: Mapping[str, bool]) -> list[Page]:
    """Return the pages on which there is something to see."""
    return [page for page in form.pages if any(item.type != "hidden" and shown[item.name] for item in page.items)]


def _shown_by(form: Form, answers: Mapping[str, Any]) -> dict[str, bool]:
    columns = {name: Coded(np.zeros(1, dtype=np.int8), (value,)) for name, value in answers.items() if form.has(name)}
    return {name: bool(seen[0]) for name, seen in form.visible(columns, 1).items()}


def _trimmed(form: Form, seen: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Give the answers without options and rows that are not offered, and without words beside no “other”."""
    for name, value in seen.items():
        item = form.item(item_of(form, name))
        if name != item.name:
            chosen = seen.get(item.name)
            if chosen == OTHER or (isinstance(chosen, tuple) and OTHER in chosen):
                yield name, value.strip()
            continue
        gone = {option.value for option in parts_of(item) if not offered(option, seen)}
        if isinstance(value, tuple):
            value = tuple(each for each in value if each not in gone)
        elif isinstance(value, dict):
            value = {row: each for row, each in value.items() if row not in gone}
        elif isinstance(value, str) and value in gone:
            value = None
        elif isinstance(item, TextItem):
            value = value.strip()
        if not is_empty(value):
            yield name, value


def _blank(value: object) -> bool:
    return isinstance(value, str) and not value.strip()
