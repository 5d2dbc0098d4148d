"""What is missing in a sheet and what is weak: required items, conditions, the template's rules, its checks in code."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from closeloop.forms.items import BaseItem
from closeloop.forms.logic import parse
from closeloop.rootcause.findings import Finding
from closeloop.rootcause.worksheet.answers import (
    Answers,
    all_problems,
    entries_of,
    is_blank,
    page_is_shown,
    seen_by,
    visible_items,
    visible_names,
)
from closeloop.rootcause.worksheet.checks.scope import Scope
from closeloop.rootcause.worksheet.missing import Missing
from closeloop.rootcause.worksheet.registry import CHECKS, check_function
from closeloop.rootcause.worksheet.template import CheckUse, FindingRule, SheetPage, Template, entry_word
from closeloop.text import LANGUAGES, LocalText, message

_WHERE = {"answered_while_hidden": "hidden_answer", "check_failed": "failed_check"}


def item_label(item: BaseItem) -> LocalText:
    """Return what an item is called where there is little room: its label, else its question, else its name."""
    return item.label or item.ask or LocalText(item.name)


def place_of(page: SheetPage, entry: int | None, item: BaseItem | None) -> LocalText:
    """Return where something stands, in words: ``option 2 · Cost``."""
    parts: list[LocalText] = []
    if page.repeat is not None and entry is not None:
        parts.append(message("worksheet.entry_number", entry=entry_word(page), n=entry))
    elif item is None and page.title is not None:
        parts.append(page.title)
    if item is not None:
        parts.append(item_label(item))
    return LocalText({tag: " · ".join(part.in_language(tag) for part in parts) for tag in LANGUAGES})


def missing_of(template: Template, answers: Answers) -> tuple[Missing, ...]:
    """Return the required items without answer that are shown, and the pages with too few entries."""
    required = {
        (page.name, number, problem.item): (page, number)
        for page, number, problem in all_problems(template, answers)
        if problem.code == "required"
    }
    found: list[Missing] = []
    for page in template.pages:
        if page.repeat is not None and page_is_shown(template, answers, page):
            found += _too_few(page, len(entries_of(answers, page.name)))
        for name, number, item in required:
            if name == page.name:
                label = _with_row(place_of(page, number, _item(page, item)), _item(page, item), item)
                found.append(Missing(page=name, item=item, entry=number, label=label))
    return tuple(found)


def _too_few(page: SheetPage, count: int) -> list[Missing]:
    least = page.repeat.min if page.repeat is not None else 0
    if count >= least:
        return []
    title = page.title or LocalText(page.name)
    label = message("worksheet.too_few", page=title, entry=entry_word(page), least=least, count=count)
    return [Missing(page=page.name, item="", entry=None, label=label)]


def _with_row(place: LocalText, item: BaseItem | None, name: str) -> LocalText:
    """Return a place with the row of a matrix that is meant."""
    row = next((row.text for row in getattr(item, "rows", ()) if name.endswith(f".{row.value}")), None)
    if row is None or "." not in name:
        return place
    return LocalText({tag: f"{place.in_language(tag)} · {row.in_language(tag)}" for tag in LANGUAGES})


def _item(page: SheetPage, name: str) -> BaseItem | None:
    return next((item for item in page.items if item.name == name.partition(".")[0]), None)


def findings_of(template: Template, answers: Answers, today: date | None) -> tuple[Finding, ...]:
    """Return what is weak in a sheet, in the order of its pages."""
    found = [*_problems(template, answers)]
    for rule in template.findings:
        found += _rule(template, answers, rule)
    for use in template.checks:
        found += _check(template, answers, use, today)
    places = [at for page in template.pages for at in _places(page, answers)]
    return tuple(sorted(dict.fromkeys(found), key=lambda each: places.index(each.at) if each.at else -1))


def place_id(page: SheetPage | None, entry: int | None, item: BaseItem | None) -> str:
    """Return where something stands as findings name it: ``options[2].cost``, ``what``, ``options``, ``""``."""
    if page is None:
        return ""
    if page.repeat is None or entry is None:
        return item.name if item is not None else page.name
    return f"{page.name}[{entry}]" + (f".{item.name}" if item is not None else "")


def _places(page: SheetPage, answers: Answers) -> Iterator[str]:
    """Give every place of a page, in the order in which it is read."""
    yield page.name
    if page.repeat is None:
        yield from (item.name for item in page.items)
    for number in range(1, len(entries_of(answers, page.name)) + 1):
        yield place_id(page, number, None)
        yield from (place_id(page, number, item) for item in page.items)


def _problems(template: Template, answers: Answers) -> Iterator[Finding]:
    """Give the answers that were not asked for, and those that fail a condition of their item."""
    for page, number, problem in all_problems(template, answers):
        if problem.code not in _WHERE:
            continue
        item = _item(page, problem.item)
        hidden = problem.code == "answered_while_hidden"
        yield Finding(
            rule=_WHERE[problem.code],
            level="warn" if hidden else "error",
            at=place_id(page, number, item),
            subject=str(place_of(page, number, item)),
            message=message("worksheet.hidden_answer") if hidden else problem.message,
        )


def _located(
    template: Template, on: str | None, each: SheetPage | None, entry: int | None
) -> tuple[SheetPage | None, BaseItem | None, int | None]:
    """Return the page, the item and the entry that a rule is about."""
    for page in (each, *template.single):
        item = _item(page, on) if page is not None and on else None
        if page is not None and item is not None:
            return page, item, entry if page is each else None
    if each is not None:
        return each, None, entry
    return (template.page(on) if on else None), None, None


def _rule(template: Template, answers: Answers, rule: FindingRule) -> Iterator[Finding]:
    each = template.page(rule.each) if rule.each else None
    entries = [None] if each is None else entries_of(answers, each.name)
    for number, entry in enumerate(entries, 1):
        if not parse(rule.when).holds(seen_by(template, answers, entry)):
            continue
        page, item, at = _located(template, rule.on, each, None if each is None else number)
        place = "" if page is None else str(place_of(page, at, item))
        yield Finding(rule=rule.code, level=rule.level, at=place_id(page, at, item), subject=place, message=rule.say)


def _check(template: Template, answers: Answers, use: CheckUse, today: date | None) -> Iterator[Finding]:
    spec = CHECKS[use.check]
    items = {slot: use.items.get(slot, slot) for slot in (*spec.needs, *spec.takes)}
    for name in use.each or (spec.page,):
        page = template.page(name) if name else None
        entries = entries_of(answers, name) if page is not None else [None]
        shown = [_shown(template, answers, page, entry) for entry in entries]
        scope = Scope(
            entries=tuple({slot: seen.get(item) for slot, item in items.items()} for seen in shown),
            own={slot: answers.get(item) for slot, item in items.items()},
            started=tuple(_started(template, answers, entry) for entry in entries),
            begun=bool(answers),
            asked=frozenset(slot for slot, item in items.items() if _exists(template, page, item)),
            today=today,
        )
        for note in check_function(use.check)(scope):
            at = None if page is None or note.entry is None else note.entry
            where, item, entry = _located(template, items.get(note.slot) if note.slot else None, page, at)
            where = where or page
            yield Finding(
                rule=note.rule,
                level=note.level if use.level is None or note.level == "info" else use.level,
                at=place_id(where, entry, item),
                subject="" if where is None else str(place_of(where, entry, item)),
                message=note.message,
                suggestion=note.suggestion,
            )


def _started(template: Template, answers: Answers, entry: Answers | None) -> bool:
    """Say whether anything is answered in an entry, or in the sheet itself."""
    own = {item.name for page in template.single for item in page.items}
    return bool(entry) if entry is not None else bool(own.intersection(answers))


def _shown(template: Template, answers: Answers, page: SheetPage | None, entry: Answers | None) -> dict[str, object]:
    """Return the answers that are shown: an entry's own, and those of the sheet."""
    names = visible_names(template, answers, "", None)
    if page is not None and entry is not None:
        names |= {item.name for item in visible_items(template, answers, page, entry)}
    seen = seen_by(template, answers, entry)
    return {name: value for name, value in seen.items() if name in names and not is_blank(value)}


def _exists(template: Template, page: SheetPage | None, name: str) -> bool:
    pages = (*template.single, *(() if page is None else (page,)))
    return any(item.name == name for each in pages for item in each.items)
