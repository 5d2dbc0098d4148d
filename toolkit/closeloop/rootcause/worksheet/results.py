"""The computed views of a sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError
from closeloop.rootcause.worksheet.answers import Answers, entries_of, is_blank
from closeloop.rootcause.worksheet.registry import VIEWS, view_function
from closeloop.rootcause.worksheet.template import Template, ViewUse
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.metrics.result import TableResult


def view_names(template: Template) -> tuple[str, ...]:
    """Return the names of a template's views."""
    return tuple(use.view for use in template.computed)


def view_result(template: Template, answers: Answers, name: str) -> TableResult:
    """Return a computed view.

    Raises
    ------
    ColumnNotFoundError
        If the template has no such view.
    ValueError
        If there is nothing to compute it from.
    """
    use = next((each for each in template.computed if each.view == name), None)
    if use is None:
        raise ColumnNotFoundError(name, view_names(template), message("worksheet.the_views", id=template.id))
    result: TableResult = view_function(name)(view_input(use, answers))
    return result


def view_input(use: ViewUse, answers: Answers) -> dict[str, Any]:
    """Return what a view reads: page → entries by slot, and the slots of the sheet's own items."""
    spec = VIEWS[use.view]
    slots = (*spec.needs, *spec.takes)
    found: dict[str, Any] = {}
    for page in spec.pages:
        inside = {
            slot.partition(".")[2]: use.items.get(slot, slot.partition(".")[2]) for slot in slots if _in(slot, page)
        }
        found[page] = [
            {slot: entry[item] for slot, item in inside.items() if not is_blank(entry.get(item))}
            for entry in entries_of(answers, use.pages.get(page, page))
        ]
    own = {slot: use.items.get(slot, slot) for slot in slots if "." not in slot}
    return {**found, **{slot: answers[item] for slot, item in own.items() if not is_blank(answers.get(item))}}


def _in(slot: str, page: str) -> bool:
    return slot.partition(".")[0] == page and "." in slot
