"""What a worksheet lacks and where it is weak, by the place at which a page says it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.rootcause.findings import Finding
from closeloop.rootcause.worksheet.template import Template
from closeloop.rootcause.worksheet.worksheet import Worksheet
from closeloop.text import language, message

KINDS = ("missing", "error", "warn", "info")
"""What a remark may be, the gravest first."""
_AT = re.compile(r"(?P<page>\w+)(?:\[(?P<entry>\d+)\])?(?:\.(?P<item>\w+))?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in a worksheet; the whole sheet if all is empty.

    Attributes
    ----------
    page, item : str
        Either may be empty.
    entry : int or None
        The number of the entry of a repeated page, from 1.
    """

    page: str = ""
    entry: int | None = None
    item: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing that is missing or weak.

    Attributes
    ----------
    place : Place
    kind : str
        One of `KINDS`.
    text : str
        In words, in the language in use.
    """

    place: Place
    kind: str
    text: str

    def shown(self) -> dict[str, str]:
        """Return what a page draws of it."""
        return {"kind": self.kind, "text": self.text}


def place_at(template: Template, at: str) -> Place:
    """Return the place that a finding names.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.load import shipped_template
    >>> found = place_at(shipped_template("risk-matrix"), "risks[2].action")
    >>> found.page, found.entry, found.item
    ('risks', 2, 'action')
    """
    match = _AT.fullmatch(at)
    if match is None:
        return Place()
    name, entry = match["page"], match["entry"]
    if template.page(name) is not None:
        return Place(page=name, entry=int(entry) if entry else None, item=match["item"] or "")
    page = next((each.name for each in template.single if name in {item.name for item in each.items}), "")
    return Place(page=page, item=name)


class Remarks:
    """All remarks about a worksheet, in the order in which it is read.

    Parameters
    ----------
    sheet : Worksheet
    """

    def __init__(self, sheet: Worksheet) -> None:
        template, tag = sheet.template, language()
        lacking = str(message("sheet.lacking"))
        found = [
            Remark(
                place=Place(page=each.page, entry=each.entry, item=each.item.partition(".")[0]),
                kind="missing",
                text=lacking if each.item else each.label.in_language(tag),
            )
            for each in sheet.missing()
        ]
        found += [
            Remark(place=place_at(template, each.at), kind=each.level, text=_said(each, tag))
            for each in sheet.findings()
        ]
        order = _order(template)
        self.all = tuple(sorted(found, key=lambda each: order(each.place)))
        self._counts: Counter[tuple[str, int | None, str]] = Counter()
        self._at: dict[Place, list[dict[str, str]]] = {}
        for each in self.all:
            where = each.place
            parts = {("", None), (where.page, None), (where.page, where.entry)}
            self._counts.update((page, entry, each.kind) for page, entry in parts)
            self._at.setdefault(where, []).append(each.shown())

    def counts(self, page: str = "", entry: int | None = None) -> dict[str, int]:
        """Return how many there are of each kind: in all, of a page, or of one of its entries."""
        return {kind: self._counts[page, entry, kind] for kind in KINDS}

    @property
    def complete(self) -> bool:
        """Whether nothing is missing and nothing is an error."""
        return not any(self._counts["", None, kind] for kind in ("missing", "error"))

    def todo(self, page: str, entry: int | None = None, kept: int = 0) -> list[dict[str, str]]:
        """Return how many there are of each kind that asks for something: ``3 missing``, ``1 warning``."""
        counts = {"kept": kept} | self.counts(page, entry)
        return [
            {"kind": kind, "text": str(message(f"sheet.n_{kind}", n=n))}
            for kind, n in counts.items()
            if n and kind != "info"
        ]

    def told(self, page: str, entry: int | None = None, kept: int = 0) -> list[str]:
        """Return the words of `todo`."""
        return [each["text"] for each in self.todo(page, entry, kept)]

    def at(self, place: Place) -> list[dict[str, str]]:
        """Return what a page says at a place."""
        return self._at.get(place, [])


def _said(finding: Finding, tag: str) -> str:
    level = message(f"findings.{finding.level}").in_language(tag)
    return str(message("sheet.level", level=level, text=finding.in_language(tag)))


def _order(template: Template) -> Any:
    """Return the key by which places are sorted as they are read."""
    pages: Mapping[str, int] = {page.name: number for number, page in enumerate(template.pages)}
    items = {(page.name, item.name): number for page in template.pages for number, item in enumerate(page.items)}
    return lambda place: (pages.get(place.page, -1), place.entry or 0, items.get((place.page, place.item), -1))
