"""What the parts of a worksheet template say about one another: names, conditions, checks, views, examples."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from closeloop.errors import ColumnNotFoundError, closest
from closeloop.forms.form import dependencies, find_cycle
from closeloop.forms.grammar import ExpressionError
from closeloop.forms.items import Matrix
from closeloop.forms.logic import parse
from closeloop.forms.options import Option
from closeloop.rootcause.worksheet.answers import accept
from closeloop.rootcause.worksheet.registry import CHECKS, VIEWS
from closeloop.rootcause.worksheet.template import Template
from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding
from closeloop.survey.semantics import Entry, Outline, item_entries
from closeloop.text import LocalText, message


def check_template(document: Document, languages: Sequence[str], template: Template | None) -> list[Finding]:
    """Return the faults that lie between the parts of a template.

    Parameters
    ----------
    document : Document
        The file; it is read as plain data, so that these faults are found beside those of single keys.
    languages : sequence of str
        Those it declares.
    template : Template or None
        The template, if its single keys are free of faults.
    """
    parts = Parts(document, languages)
    found = [*parts.twice(), *parts.conditions(), *parts.cycles(), *parts.findings()]
    found += [*parts.checks(), *parts.views(), *parts.repeats()]
    if template is not None and not found:
        found += _examples(document, template)
    return found


def entries_at(data: object, key: str) -> list[Any]:
    """Return the list below a key; none if it is no list."""
    value = data.get(key) if isinstance(data, Mapping) else None
    return value if isinstance(value, list) else []


def mapping_at(data: Mapping[str, Any], key: str) -> Mapping[Any, Any]:
    """Return the mapping below a key; an empty one if it is none."""
    value = data.get(key)
    return value if isinstance(value, Mapping) else {}


class Parts:
    """The pages of a template in their scopes."""

    def __init__(self, document: Document, languages: Sequence[str]) -> None:
        self.document = document
        self.pages: list[Any] = entries_at(document.data, "pages")
        self.entries = tuple(item_entries(document.data, languages))
        self.repeated = {
            page["name"]: number
            for number, page in enumerate(self.pages)
            if isinstance(page, Mapping) and isinstance(page.get("name"), str) and page.get("repeat") is not None
        }
        inside = set(self.repeated.values())
        self.own = tuple(entry for entry in self.entries if entry.page not in inside)
        counts = tuple(_count(name, number) for name, number in self.repeated.items())
        self.outline = Outline(document, (*self.own, *counts))
        self.scopes = {
            name: Outline(document, (*self.of_page(number), *self.own, *counts))
            for name, number in self.repeated.items()
        }

    def of_page(self, number: int) -> tuple[Entry, ...]:
        """Return the items of a page."""
        return tuple(entry for entry in self.entries if entry.page == number)

    def scope(self, page: int) -> Outline:
        """Return the names that conditions on a page see."""
        name = next((name for name, number in self.repeated.items() if number == page), None)
        return self.outline if name is None else self.scopes[name]

    def fault(self, code: str, path: KeyPath, known: Sequence[str] = (), **fields: object) -> Finding:
        """Return a fault in the words ``worksheet.<code>``; with the closest of the known names."""
        similar = closest(str(fields.get("name", "")), known, n=1)
        suggestion: LocalText | None = None
        if similar:
            suggestion = message("survey.did_you_mean", name=similar[0])
        elif known:
            suggestion = message("survey.known_keys", names=", ".join(known))
        return Finding(
            code=code,
            file=self.document.file,
            line=self.document.line(path),
            field=path_text(path),
            message=message(f"worksheet.{code}", **fields),
            suggestion=suggestion,
        )

    def twice(self) -> Iterator[Finding]:
        """Give the names that mean two things where both are seen."""
        pages: dict[str, int] = {}
        for number, page in enumerate(self.pages):
            name = page.get("name") if isinstance(page, Mapping) else None
            if isinstance(name, str) and pages.setdefault(name, number) != number:
                first = self.document.line(("pages", pages[name], "name")) or "–"
                yield self.fault("page_twice", ("pages", number, "name"), name=name, first=first)
        inside = [entry for number in self.repeated.values() for entry in self.of_page(number)]
        own: dict[str, Entry] = {}
        for entry in (*self.own, *inside):
            first_one = own.get(entry.name)
            if entry.page in self.repeated.values():
                siblings = self.of_page(entry.page)
                first_one = first_one or next(each for each in siblings if each.name == entry.name)
            else:
                first_one = own.setdefault(entry.name, entry)
            if first_one is not entry:
                line = self.document.line((*first_one.path, "name")) or "–"
                yield self.fault("item_twice", (*entry.path, "name"), name=entry.name, first=line)
            elif entry.name in self.repeated:
                yield self.fault("item_is_page", (*entry.path, "name"), name=entry.name)

    def conditions(self) -> Iterator[Finding]:
        """Give the names in conditions that are no answer."""
        for number, page in enumerate(self.pages):
            if isinstance(page, Mapping):
                # Whether a page is shown is asked before its entries are answered.
                yield from _unknown(self.outline, page.get("show_if"), ("pages", number, "show_if"), "")
        for entry in self.entries:
            outline = self.scope(entry.page)
            for key in ("show_if", "require_if"):
                yield from _unknown(outline, entry.raw.get(key), (*entry.path, key), entry.name)
            for key, part in (("checks", "expr"), ("options", "show_if"), ("rows", "show_if"), ("columns", "show_if")):
                for position, each in enumerate(entries_at(entry.raw, key)):
                    if isinstance(each, Mapping):
                        yield from _unknown(outline, each.get(part), (*entry.path, key, position, part), entry.name)

    def cycles(self) -> Iterator[Finding]:
        """Give the items whose being shown depends on themselves."""
        for page in (None, *self.repeated.values()):
            wanted = {entry.page for entry in self.own} | ({page} if page is not None else set())
            pages = []
            for number in sorted(wanted):
                shown = [(each.name, _readable(each.raw.get("show_if"))) for each in self.of_page(number)]
                pages.append((_readable(self.pages[number].get("show_if")), shown))
            cycle = find_cycle(dependencies(pages, ()))
            entry = next((each for each in self.entries if cycle and each.name == cycle[0]), None)
            if entry is not None:
                text = message("forms.cycle", cycle=" → ".join(cycle))
                yield self.outline.finding("cycle", (*entry.path, "show_if"), text, item=entry.name)

    def findings(self) -> Iterator[Finding]:
        """Give what the `findings:` refer to and is not there."""
        for position, rule in enumerate(entries_at(self.document.data, "findings")):
            if not isinstance(rule, Mapping):
                continue
            path: KeyPath = ("findings", position)
            each = rule.get("each")
            if isinstance(each, str) and each not in self.scopes:
                yield self.fault("not_repeated", (*path, "each"), tuple(self.repeated), name=each)
                continue
            outline = self.scopes[each] if isinstance(each, str) else self.outline
            yield from _unknown(outline, rule.get("when"), (*path, "when"), "")
            place = rule.get("on")
            pages = [page.get("name") for page in self.pages if isinstance(page, Mapping)]
            names = [entry.name for entry in outline.entries]
            if isinstance(place, str) and place not in {*names, *pages}:
                yield self.fault("no_place", (*path, "on"), [*names, *map(str, pages)], name=place)

    def checks(self) -> Iterator[Finding]:
        """Give the checks that do not exist, and those whose items are not there."""
        for position, raw in enumerate(entries_at(self.document.data, "checks")):
            use: Any = {"check": raw} if isinstance(raw, str) else raw
            path: KeyPath = ("checks", position)
            if not isinstance(use, Mapping) or not isinstance(use.get("check"), str):
                continue
            spec = CHECKS.get(use["check"])
            if spec is None:
                yield self.fault("no_check", path, tuple(CHECKS), name=use["check"])
                continue
            named = use.get("each") or ([spec.page] if spec.page else [])
            pages = [named] if isinstance(named, str) else [str(page) for page in named]
            items = mapping_at(use, "items")
            yield from self._slots(path, use["check"], items, (*spec.needs, *spec.takes))
            for page in pages:
                if page not in self.scopes:
                    yield self.fault("not_repeated", path, tuple(self.repeated), name=page)
            for outline in [self.scopes[page] for page in pages if page in self.scopes] or [self.outline] * (not pages):
                yield from self._needed(path, use["check"], items, spec.needs, outline)

    def views(self) -> Iterator[Finding]:
        """Give the computed views that do not exist, and those whose pages or items are not there."""
        for position, raw in enumerate(entries_at(self.document.data, "computed")):
            use: Any = {"view": raw} if isinstance(raw, str) else raw
            path: KeyPath = ("computed", position)
            if not isinstance(use, Mapping) or not isinstance(use.get("view"), str):
                continue
            spec = VIEWS.get(use["view"])
            if spec is None:
                yield self.fault("no_view", path, tuple(VIEWS), name=use["view"])
                continue
            items = mapping_at(use, "items")
            pages = mapping_at(use, "pages")
            yield from self._slots(path, use["view"], items, (*spec.needs, *spec.takes))
            yield from self._slots(path, use["view"], pages, spec.pages)
            for name in spec.pages:
                page = str(pages.get(name, name))
                if page not in self.scopes:
                    yield self.fault("not_repeated", path, tuple(self.repeated), name=page)
                    continue
                needs = [slot for slot in spec.needs if slot.startswith(f"{name}.")]
                yield from self._needed(path, use["view"], items, needs, self.scopes[page])

    def _slots(self, path: KeyPath, use: str, given: Mapping[Any, Any], slots: Sequence[str]) -> Iterator[Finding]:
        for slot in given:
            if slot not in slots:
                yield self.fault("no_slot", path, slots, name=slot, use=use)

    def _needed(
        self, path: KeyPath, use: str, items: Mapping[Any, Any], needs: Sequence[str], outline: Outline
    ) -> Iterator[Finding]:
        for slot in needs:
            name = str(items.get(slot, slot.rpartition(".")[2]))
            if outline.entry(name) is None:
                yield self.fault("slot_item", path, [e.name for e in outline.entries], name=name, slot=slot, use=use)
        for slot, name in items.items():
            known = any(scope.entry(str(name)) for scope in (outline, self.outline))
            if slot not in needs and "." not in str(slot) and not known:
                yield self.fault("slot_item", path, [e.name for e in outline.entries], name=name, slot=slot, use=use)

    def repeats(self) -> Iterator[Finding]:
        """Give the pages whose smallest number of entries is above the largest."""
        for number in self.repeated.values():
            repeat = self.pages[number]["repeat"]
            low, high = (repeat.get("min", 0), repeat.get("max")) if isinstance(repeat, Mapping) else (0, None)
            if isinstance(low, int) and isinstance(high, int) and low > high:
                yield self.fault("repeat_order", ("pages", number, "repeat"), low=low, high=high)


def _count(name: str, number: int) -> Entry:
    """Return a repeated page as what conditions see of it: ``{page.count}``."""
    rows = (Option(value="count", text=LocalText("count")),)
    item = Matrix(name=name, type="matrix", rows=rows, points=2)
    return Entry(name, ("pages", number), number, {"type": "matrix"}, item)


def _readable(text: object) -> str | None:
    """Return a condition that can be read; the others are reported where their key is validated."""
    if not isinstance(text, str):
        return None
    try:
        parse(text)
    except ExpressionError:
        return None
    return text


def _unknown(outline: Outline, content: object, path: KeyPath, item: str) -> Iterator[Finding]:
    text = _readable(content)
    for name in sorted(parse(text).names) if text is not None else ():
        fault = outline.unknown_name("unknown_name", name, path, item)
        if fault is not None:
            yield fault


def _examples(document: Document, template: Template) -> Iterator[Finding]:
    """Give the examples that could not be filled in."""
    for position, example in enumerate(template.examples):
        for tag in sorted({*template.languages, *example.answers}):
            path: KeyPath = ("examples", position, "answers", tag)
            reason: object = ""
            if tag not in example.answers or tag not in template.languages:
                reason = message("worksheet.example_language", languages=", ".join(template.languages))
            else:
                try:
                    accept(template, {}, example.answers[tag])
                except (ColumnNotFoundError, ValueError) as error:
                    reason = error.args[0]
            if reason:
                yield Finding(
                    code="example",
                    file=document.file,
                    line=document.line(path),
                    field=path_text(path),
                    message=message("worksheet.example", reason=reason),
                )
