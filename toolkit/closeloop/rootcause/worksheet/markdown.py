"""A worksheet as markdown and as plain text; a blank one is a form to fill in by hand."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import BaseItem, Matrix
from closeloop.html import harmless
from closeloop.rootcause.worksheet.answers import entries_of, visible_items
from closeloop.rootcause.worksheet.judge import item_label, place_id, place_of
from closeloop.rootcause.worksheet.template import SheetPage, entry_word, number_head
from closeloop.rootcause.worksheet.written import answer_text, labelled
from closeloop.text import language, message, normalise_tag

if TYPE_CHECKING:
    from closeloop.rootcause.worksheet.worksheet import Worksheet

_MARKUP = re.compile(r"([\\`*\[\]|~]|(?<![a-zA-Z0-9])_|_(?![a-zA-Z0-9]))")  # within a word _ is no markup
_LEADING = re.compile(r"^(\s*)([#>+-]|\d+[.)])")
_BLANK = "____________________"
_EMPTY_ROWS = 3


def safe(text: object) -> str:
    r"""Return a text on one line that markdown shows as it is.

    Examples
    --------
    >>> print(safe("# late | <b>[x](y)"))
    \# late \| &lt;b&gt;\[x\](y)
    """
    plain = " ".join(harmless(text).split()).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return _LEADING.sub(_escaped_start, _MARKUP.sub(r"\\\1", plain))


def _escaped_start(match: re.Match[str]) -> str:
    mark = match[2]
    return f"{match[1]}{mark[:-1]}\\{mark[-1]}"


def sheet_markdown(sheet: Worksheet, language_tag: str | None = None) -> str:
    """Return a sheet as markdown."""
    tag = language() if language_tag is None else normalise_tag(language_tag)
    template = sheet.template
    lines = [f"# {safe(template.title.in_language(tag))}", "", f"*{safe(template.purpose.in_language(tag))}*", ""]
    if sheet.links:
        linked = message("worksheet.belongs_to", names=", ".join(map(safe, sheet.links)))
        lines += [linked.in_language(tag), ""]
    blank = not sheet.answers
    for page in template.pages:
        lines += _page(sheet, page, tag, blank)
    if blank:
        lines += _guide(sheet, tag)
    else:
        lines += _weak(sheet, tag)
    return "\n".join(lines).rstrip("\n") + "\n"


def _page(sheet: Worksheet, page: SheetPage, tag: str, blank: bool) -> Iterator[str]:
    if page.title is not None:
        yield from (f"## {safe(page.title.in_language(tag))}", "")
    if page.help is not None:
        yield from (safe(page.help.in_language(tag)), "")
    if page.repeat is not None:
        yield from _table(sheet, page, tag, blank)
        return
    shown = page.items if blank else visible_items(sheet.template, sheet.answers, page, None)
    for item in shown:
        if item.type == "note":
            yield from (safe(item.ask.in_language(tag) if item.ask else ""), "")
            continue
        label, ask = item_label(item).in_language(tag), item.ask.in_language(tag) if item.ask else ""
        mark = " \\*" if blank and item.required else ""
        yield f"**{safe(label)}**{mark}" + (f" {safe(ask)}" if ask and ask != label else "")
        yield ""
        if blank:
            yield from (*_blank_answer(item, tag), "")
        else:
            yield from (_written(item, sheet.answers, tag) or f"*{message('worksheet.open').in_language(tag)}*", "")


def _written(item: BaseItem, answers: Mapping[str, Any], tag: str) -> str:
    text = answer_text(item, answers.get(item.name), tag, str(answers.get(f"{item.name}__other_text", "")))
    # Two blanks at the end keep the line breaks that a person wrote.
    return "  \n".join(safe(line) for line in text.splitlines() if line.strip())


def choices(item: BaseItem, tag: str) -> list[str]:
    """Return what can be chosen, as a form on paper prints it; empty where one writes freely."""
    options = getattr(item, "options", ())
    if options:
        return [option.text.in_language(tag) for option in options]
    if item.type == "yesno":
        return [message(f"worksheet.{word}").in_language(tag) for word in ("yes", "no")]
    return [str(point) for point in item.scale or ()]


def _blank_answer(item: BaseItem, tag: str) -> Iterator[str]:
    if isinstance(item, Matrix):
        columns = [str(column.text.in_language(tag)) for column in item.columns] or [str(n) for n in item.scale or ()]
        yield _row(["", *columns])
        yield _row(["---"] * (len(columns) + 1), raw=True)
        for row in item.rows:
            yield _row([row.text.in_language(tag), *([""] * len(columns))])
        return
    offered = choices(item, tag)
    if offered:
        yield "  ".join(f"☐ {safe(choice)}" for choice in offered)
        return
    lines = 3 if item.type == "comment" else 1
    yield "  \n".join([_BLANK.replace("_", "\\_") * (3 if lines > 1 else 2)] * lines)


def _table(sheet: Worksheet, page: SheetPage, tag: str, blank: bool) -> Iterator[str]:
    items = [item for item in page.items if item.type != "note"]
    yield _row([number_head(page, map(item_label, items), tag), *(item_label(item).in_language(tag) for item in items)])
    yield _row(["---"] * (len(items) + 1), raw=True)
    entries = entries_of(sheet.answers, page.name)
    for number, entry in enumerate(entries, 1):
        yield _row([str(number), *(_written(item, entry, tag).replace("  \n", "<br>") for item in items)], raw=True)
    least = page.repeat.min if page.repeat is not None else 0
    if blank:
        for number in range(1, max(least, _EMPTY_ROWS) + 1):
            yield _row([str(number), *([""] * len(items))])
    elif not entries:
        yield _row([message("worksheet.no_entries").in_language(tag), *([""] * len(items))])
    yield ""
    for item in items if blank else ():
        offered = choices(item, tag)
        if offered:
            yield f"- {safe(item_label(item).in_language(tag))}: {' / '.join(map(safe, offered))}"
    if blank:
        yield ""


def _row(cells: list[str], *, raw: bool = False) -> str:
    return "| " + " | ".join(cell if raw else safe(cell) for cell in cells) + " |"


def _guide(sheet: Worksheet, tag: str) -> Iterator[str]:
    if not sheet.template.guide:
        return
    yield from (f"## {message('worksheet.guide').in_language(tag)}", "")
    for number, step in enumerate(sheet.template.guide, 1):
        minutes = "" if step.minutes is None else message("worksheet.minutes", n=step.minutes).in_language(tag)
        yield f"{number}. {safe(step.text.in_language(tag))} {minutes}".rstrip()
    yield ""


def _weak(sheet: Worksheet, tag: str) -> Iterator[str]:
    missing, found = sheet.missing(), sheet.findings()
    if missing:
        yield from (f"## {message('worksheet.missing').in_language(tag)}", "")
        yield from (f"- {safe(each.label.in_language(tag))}" for each in missing)
        yield ""
    if found:
        yield from (f"## {message('worksheet.weak').in_language(tag)}", "")
        places = place_names(sheet, tag)
        for each in found:
            level = message(f"findings.{each.level}").in_language(tag)
            place, text = safe(places.get(each.at, "")), safe(each.in_language(tag))
            yield f"- {labelled(level, labelled(place, text, tag) if place else text, tag)}"
        yield ""


def place_names(sheet: Worksheet, tag: str) -> dict[str, str]:
    """Return what each place that findings name is called in a language."""
    found: dict[str, str] = {}
    for page in sheet.template.pages:
        found[page.name] = place_of(page, None, None).in_language(tag)
        numbers: list[int | None] = [None]
        if page.repeat is not None:
            numbers = list(range(1, len(entries_of(sheet.answers, page.name)) + 1))
        for number in numbers:
            for item in (None, *page.items):
                if item is not None or number is not None:
                    found[place_id(page, number, item)] = place_of(page, number, item).in_language(tag)
    return found


def sheet_text(sheet: Worksheet) -> str:
    """Return a sheet as readable plain text, in the language in use."""
    tag = language()
    lines = [sheet.title.in_language(tag)]
    for page in sheet.template.pages:
        lines += ["", page.title.in_language(tag)] if page.title is not None else [""]
        entries = [sheet.answers] if page.repeat is None else entries_of(sheet.answers, page.name)
        for number, entry in enumerate(entries, 1):
            if page.repeat is not None:
                lines.append(f"  {entry_word(page).in_language(tag)} {number}")
            for item in page.items:
                text = answer_text(item, entry.get(item.name), tag, str(entry.get(f"{item.name}__other_text", "")))
                if text:
                    body = harmless(text).replace("\n", "\n      ")
                    label = item_label(item).in_language(tag)
                    lines.append(f"    {labelled(label, body, tag)}")
    missing = sheet.missing()
    if missing:
        lines += ["", message("worksheet.missing").in_language(tag)]
        lines += [f"  {each.label.in_language(tag)}" for each in missing]
    found = sheet.findings()
    if found:
        lines += ["", message("worksheet.weak").in_language(tag), *(f"  {line}" for line in str(found).splitlines())]
    return "\n".join(lines)
