"""What the parts of a survey file say about one another: names, conditions, metrics, import maps.

These checks read the plain data, so that they also run where single keys are faulty.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from closeloop.errors import closest
from closeloop.forms.form import answer_names, dependencies, find_cycle
from closeloop.forms.grammar import ExpressionError
from closeloop.forms.items import ITEM_TYPES, BaseItem, Page
from closeloop.forms.logic import parse
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding
from closeloop.survey.migrations import check_migrations
from closeloop.survey.references import check_metrics, check_sources
from closeloop.text import LocalText, message


@dataclass(frozen=True, slots=True)
class Entry:
    """An item as it stands in the file: with its model, where it is free of faults of its own."""

    name: str
    path: KeyPath
    page: int
    raw: Mapping[str, Any]
    item: BaseItem | None


@dataclass(frozen=True, slots=True)
class Outline:
    """The items of a file, and a way to report on a place in it."""

    document: Document
    entries: tuple[Entry, ...]
    names: frozenset[str] = field(init=False)

    def __post_init__(self) -> None:
        names = {name for entry in self.entries if entry.item for name in answer_names(entry.item)}
        object.__setattr__(self, "names", frozenset(names | {e.name for e in self.entries if e.item is None}))

    def entry(self, name: str) -> Entry | None:
        """Return the item called `name`."""
        return next((entry for entry in self.entries if entry.name == name), None)

    def finding(
        self, code: str, path: KeyPath, text: LocalText, suggestion: LocalText | None = None, item: str = ""
    ) -> Finding:
        """Return a fault at a path of the file."""
        return Finding(
            code=code,
            file=self.document.file,
            line=self.document.line(path),
            item=item,
            field=path_text(path),
            message=text,
            suggestion=suggestion,
        )

    def unknown_name(self, code: str, name: str, path: KeyPath, item: str = "") -> Finding | None:
        """Return a fault if there is no answer called `name`."""
        head = self.entry(name.partition(".")[0])
        if name in self.names or (head is not None and head.item is None):
            return None
        if head is not None and head.raw.get("type") == "note":
            return self.finding(code, path, message("survey.note_referenced", name=name), item=item)
        similar = closest(name, self.names, n=1)
        suggestion = message("survey.did_you_mean", name=similar[0]) if similar else None
        return self.finding(code, path, message("survey.unknown_item", name=name), suggestion, item)


def check_semantics(document: Document, languages: Sequence[str], pages: Sequence[Page] = ()) -> Iterator[Finding]:
    """Give the faults that lie between the parts of a survey file.

    Parameters
    ----------
    document : Document
    languages : sequence of str
        The languages that the file declares.
    pages : sequence of Page
        The file's pages, where they are free of faults of their own: what was read once is not read again.
    """
    outline = Outline(document, tuple(item_entries(document.data, languages, pages)))
    yield from _twice(outline)
    yield from _conditions(outline)
    yield from _cycle(outline)
    yield from check_metrics(outline)
    yield from check_sources(outline)
    yield from _rules_twice(outline)
    yield from check_migrations(outline)


def _list(data: object, key: str) -> list[Any]:
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []


def item_entries(data: Mapping[str, Any], languages: Sequence[str], pages: Sequence[Page] = ()) -> Iterator[Entry]:
    """Give the items of all pages as they stand in the file."""
    for number, page in enumerate(_list(data, "pages")):
        for position, raw in enumerate(_list(page, "items")):
            if isinstance(raw, Mapping) and isinstance(raw.get("name"), str):
                path: KeyPath = ("pages", number, "items", position)
                item = pages[number].items[position] if pages else _item(raw, languages)
                yield Entry(raw["name"], path, number, raw, item)


def _item(raw: Mapping[str, Any], languages: Sequence[str]) -> BaseItem | None:
    model = ITEM_TYPES.get(str(raw.get("type")))
    if model is None:
        return None
    try:
        return model.model_validate(raw, context={"languages": languages})
    except ValidationError:
        return None  # its faults are reported where the whole file is validated


def _twice(outline: Outline) -> Iterator[Finding]:
    first: dict[str, Entry] = {}
    for entry in outline.entries:
        earlier = first.setdefault(entry.name, entry)
        if earlier is not entry:
            lines = (outline.document.line((*each.path, "name")) for each in (earlier, entry))
            places = dict(zip(("first", "second"), (line or "–" for line in lines), strict=True))
            text = message("survey.item_twice", name=entry.name, **places)
            yield outline.finding("item_twice", (*entry.path, "name"), text, item=entry.name)
    pages: dict[str, int] = {}
    for number, page in enumerate(_list(outline.document.data, "pages")):
        name = page.get("name") if isinstance(page, Mapping) else None
        if isinstance(name, str) and pages.setdefault(name, number) != number:
            path: KeyPath = ("pages", number, "name")
            first_line = outline.document.line(("pages", pages[name], "name")) or "–"
            text = message("survey.page_twice", name=name, first=first_line)
            yield outline.finding("page_twice", path, text)


def _condition_places(outline: Outline) -> Iterator[tuple[KeyPath, str, object]]:
    """Give the path, the item and the content of every condition of a file."""
    data = outline.document.data
    for number, page in enumerate(_list(data, "pages")):
        if isinstance(page, Mapping):
            yield ("pages", number, "show_if"), "", page.get("show_if")
    for entry in outline.entries:
        for key in ("show_if", "require_if"):
            yield (*entry.path, key), entry.name, entry.raw.get(key)
        for key, condition in (("checks", "expr"), ("options", "show_if"), ("rows", "show_if"), ("columns", "show_if")):
            for position, part in enumerate(_list(entry.raw, key)):
                if isinstance(part, Mapping):
                    yield (*entry.path, key, position, condition), entry.name, part.get(condition)
    for key, condition in (("thanks", "if"), ("follow_up", "when")):
        for position, part in enumerate(_list(data, key)):
            if isinstance(part, Mapping):
                yield (key, position, condition), "", part.get(condition)
    for position, text in enumerate(_list(data, "end_if")):
        yield ("end_if", position), "", text


def _readable(text: object) -> str | None:
    """Return a condition that can be read; the others are reported where their key is validated."""
    if not isinstance(text, str):
        return None
    try:
        parse(text)
    except ExpressionError:
        return None
    return text


def _conditions(outline: Outline) -> Iterator[Finding]:
    for path, item, content in _condition_places(outline):
        text = _readable(content)
        for name in sorted(parse(text).names) if text is not None else ():
            fault = outline.unknown_name("unknown_name", name, path, item)
            if fault is not None:
                yield fault


def _cycle(outline: Outline) -> Iterator[Finding]:
    pages = []
    for number, page in enumerate(_list(outline.document.data, "pages")):
        on_page = [(e.name, _readable(e.raw.get("show_if"))) for e in outline.entries if e.page == number]
        pages.append((_readable(page.get("show_if")) if isinstance(page, Mapping) else None, on_page))
    end_if = [text for text in map(_readable, _list(outline.document.data, "end_if")) if text is not None]
    cycle = find_cycle(dependencies(pages, end_if))
    entry = outline.entry(cycle[0]) if cycle else None
    if entry is not None:
        path = (*entry.path, "show_if") if "show_if" in entry.raw else ("pages", entry.page, "show_if")
        yield outline.finding("cycle", path, message("forms.cycle", cycle=" → ".join(cycle)), item=entry.name)


def _rules_twice(outline: Outline) -> Iterator[Finding]:
    keys = (("follow_up", "id", "rule_twice"), ("duplicates", "by", "rule_twice"), ("tests", "name", "test_twice"))
    for key, name, code in keys:
        seen: set[str] = set()
        for position, part in enumerate(_list(outline.document.data, key)):
            value = part.get(name) if isinstance(part, Mapping) else None
            if isinstance(value, str):
                if value in seen:
                    text = message("survey.entry_twice", name=value, key=key)
                    yield outline.finding(code, (key, position, name), text)
                seen.add(value)
