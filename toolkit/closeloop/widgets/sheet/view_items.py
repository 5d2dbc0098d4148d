"""The pages and items that a computed view reads, and how entries refer to one another by their numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from closeloop.forms.items import BaseItem
from closeloop.rootcause.worksheet.answers import Answers, entries_of
from closeloop.rootcause.worksheet.template import SheetPage, Template, ViewUse

_POINT = re.compile(r"\s*([SWOTswot])\s*([0-9]{1,3})(?![0-9])")
POINTS: Mapping[str, str] = {"S": "strengths", "W": "weaknesses", "O": "opportunities", "T": "threats"}
"""The letter of a point of a SWOT → the page on which it stands."""


def point_name(value: object) -> str | None:
    """Return the point of a SWOT that an answer names; None if it names none.

    Examples
    --------
    >>> point_name("s 1"), point_name("W02 prices"), point_name("next year")
    ('S1', 'W2', None)
    """
    match = _POINT.match(str(value or ""))
    return f"{match[1].upper()}{int(match[2])}" if match else None


class ViewItems:
    """A computed view with the pages and the items that a template gives it.

    Parameters
    ----------
    template : Template
    use : ViewUse
    """

    def __init__(self, template: Template, use: ViewUse) -> None:
        self.template, self.use = template, use

    def item_name(self, slot: str) -> str:
        """Return the name of the item of a slot, ``page.item`` or ``item``."""
        return self.use.items.get(slot, slot.partition(".")[2] or slot)

    def page(self, slot: str) -> SheetPage | None:
        """Return the page of a slot."""
        name = slot.partition(".")[0]
        return self.template.page(self.use.pages.get(name, name))

    def item(self, slot: str) -> BaseItem | None:
        """Return the item of a slot."""
        page = self.page(slot)
        return next((each for each in page.items if each.name == self.item_name(slot)), None) if page else None


def renumbered(
    template: Template, answers: Answers, page: str, numbers: Mapping[int, int]
) -> dict[str, list[dict[str, Any]]]:
    """Return the entries that refer to entries of a page by number, with the new numbers; what is gone is not named.

    Parameters
    ----------
    template : Template
    answers : mapping
        As they were.
    page : str
        The page whose entries have changed places.
    numbers : mapping
        Number before → number now, of the entries that are still there.

    Returns
    -------
    dict
        Page → all of its entries, for each page on which a reference has changed.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.load import shipped_template
    >>> answers = {"cross": [{"internal": "S2", "external": "O1"}, {"internal": "S1"}]}
    >>> renumbered(shipped_template("swot"), answers, "strengths", {2: 1})
    {'cross': [{'internal': 'S1', 'external': 'O1'}, {}]}
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for use in template.computed:
        for where, item, letter in _references(ViewItems(template, use), page):
            entries = found.get(where) or entries_of(answers, where)
            changed = [_with(entry, item, _moved(entry.get(item), letter, numbers)) for entry in entries]
            if changed != entries:
                found[where] = changed
    return found


def _references(used: ViewItems, page: str) -> Iterator[tuple[str, str, str]]:
    """Give page, item and letter of what refers to the entries of a page by number."""
    if used.use.view == "swot_cross":
        for letter, name in POINTS.items():
            points, slot = used.page(f"{name}.point"), "cross.internal" if letter in "SW" else "cross.external"
            cross = used.page(slot)
            if points is not None and cross is not None and points.name == page:
                yield cross.name, used.item_name(slot), letter
    elif used.use.view == "ideas" and used.item("ideas.merged_into") is not None:
        ideas = used.page("ideas.merged_into")
        if ideas is not None and ideas.name == page:
            yield page, used.item_name("ideas.merged_into"), ""


def _moved(value: object, letter: str, numbers: Mapping[int, int]) -> object:
    """Return a reference with the new number; None if it refers to what is gone."""
    if not letter:
        known = isinstance(value, (int, float)) and not isinstance(value, bool)
        return numbers.get(int(str(value).partition(".")[0])) if known else value
    match = _POINT.match(str(value or ""))
    if match is None or match[1].upper() != letter:
        return value
    number = numbers.get(int(match[2]))
    return None if number is None else f"{letter}{number}{str(value)[match.end() :]}"


def _with(entry: Mapping[str, Any], item: str, value: object) -> dict[str, Any]:
    kept = {name: answer for name, answer in entry.items() if name != item or value is not None}
    return kept | ({item: value} if value is not None else {})
