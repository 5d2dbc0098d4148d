"""Entries scored on several criteria, as one table: a row per entry, a column per score."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.forms.items import BaseItem
from closeloop.forms.scales import ScaleItem
from closeloop.rootcause.worksheet.judge import item_label
from closeloop.rootcause.worksheet.registry import CRITERIA
from closeloop.rootcause.worksheet.template import Template, ViewUse
from closeloop.text import language
from closeloop.widgets.base import MOST_ROWS

_SCORED: Mapping[str, tuple[str, str, tuple[str, ...]]] = {
    "option_matrix": ("options", "name", CRITERIA),
    "fmea": ("failures", "mode", ("severity", "occurrence", "detection")),
}
"""View → the page, what names an entry, and what is scored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreTable:
    """The scores of the entries of a page.

    Attributes
    ----------
    name : str
        By which a page refers to it.
    page : str
        The repeated page.
    naming : str
        The item that names an entry.
    items : tuple of ScaleItem
        What is scored, from left to right.
    """

    name: str
    page: str
    naming: str
    items: tuple[ScaleItem, ...]

    def shown(self, entries: Mapping[str, Mapping[str, Any]], names: Mapping[str, str]) -> dict[str, Any]:
        """Return what a page draws of it."""
        tag = language()
        columns = [
            {
                "item": item.name,
                "title": item_label(item).in_language(tag),
                "help": (item.ask or item_label(item)).in_language(tag),
                "points": [_point(item, point, tag) for point in item.scale or ()],
            }
            for item in self.items
        ]
        rows = [
            {
                "id": key,
                "n": number,
                "name": names[key],
                "called": names[key] or str(number),
                "scores": [entry.get(item.name) for item in self.items],
            }
            for number, (key, entry) in enumerate(entries.items(), 1)
        ]
        return {"name": self.name, "columns": columns, "rows": rows[:MOST_ROWS]}


def _point(item: ScaleItem, point: int, tag: str) -> dict[str, Any]:
    """Return a point of a scale; the ends with what stands there."""
    ends = {item.scale[0]: item.low, item.scale[-1]: item.high} if item.scale else {}
    text = item.labels.get(point) or ends.get(point)
    return {"value": point, "text": f"{point} {text.in_language(tag)}" if text is not None else str(point)}


def score_tables_of(template: Template) -> tuple[ScoreTable, ...]:
    """Return the tables of scores of a worksheet.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.load import shipped_template
    >>> [[item.name for item in table.items] for table in score_tables_of(shipped_template("fmea"))]
    [['severity', 'occurrence', 'detection']]
    """
    return tuple(table for use in template.computed if (table := _table(template, use)) is not None)


def _table(template: Template, use: ViewUse) -> ScoreTable | None:
    if use.view not in _SCORED:
        return None
    slot_page, naming, scores = _SCORED[use.view]
    page = template.page(use.pages.get(slot_page, slot_page))
    if page is None:
        return None
    named: Mapping[str, BaseItem] = {item.name: item for item in page.items}
    wanted = [named.get(use.items.get(f"{slot_page}.{slot}", slot)) for slot in scores]
    items = tuple(item for item in wanted if isinstance(item, ScaleItem))
    if not items:
        return None
    return ScoreTable(name=use.view, page=page.name, naming=use.items.get(f"{slot_page}.{naming}", naming), items=items)
