"""A worksheet as HTML: its answers under their labels, what is missing, what is weak, what is computed from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import BaseItem
from closeloop.html import Cell, Column, Html, Section, element, join, table
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.worksheet.answers import entries_of, is_blank, visible_items
from closeloop.rootcause.worksheet.judge import item_label, place_id
from closeloop.rootcause.worksheet.missing import Missing
from closeloop.rootcause.worksheet.template import SheetPage, entry_word, number_head
from closeloop.rootcause.worksheet.written import answer_text
from closeloop.views.result_table import result_table
from closeloop.views.words import marks, say

if TYPE_CHECKING:
    from closeloop.rootcause.worksheet.worksheet import Worksheet

_NARROW = frozenset({"number", "rating", "yesno", "date", "nps", "csat", "ces"})
_MOST_COLUMNS = 6
"""Answers of an entry that fit beside one another; with more, the entries stand beside one another instead."""
_MOST_BESIDE = 4
_SQUEEZED = 3


def worksheet_block(sheet: Worksheet, tag: str) -> Html:
    """Return a worksheet as a piece of HTML that says everything without style, too.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.worksheet import worksheet
    >>> "What happened" in worksheet_block(worksheet("5w2h"), "en")
    True
    """
    said = _Said(sheet, tag)
    parts = [said.head(), said.remarks("")]
    parts += [said.page(page) for page in sheet.template.pages]
    parts += [result_block(sheet, name, tag) for name in sheet.results]
    return element("div", *parts, class_="block sheet")


def result_block(sheet: Worksheet, name: str, tag: str) -> Html:
    """Return a computed view of a sheet as a table; why there is none, while it cannot be computed."""
    try:
        return result_table(sheet.result(name), tag)
    except ValueError as error:
        reason = error.args[0]
        text = reason.in_language(tag) if hasattr(reason, "in_language") else str(reason)
        return element("p", text, class_="note")


class _Said:
    """A sheet, with what is missing and weak at hand by place."""

    def __init__(self, sheet: Worksheet, tag: str) -> None:
        self.sheet, self.tag = sheet, tag
        self.findings: Findings = sheet.findings()
        self.missing: tuple[Missing, ...] = sheet.missing()
        self.open = {_place(each) for each in self.missing}

    def head(self) -> Html:
        """Return title, purpose, and how far the sheet is."""
        tag = self.tag
        errors, warnings = len(self.findings.of("error")), len(self.findings.of("warn"))
        state = [say("worksheet.counts", tag, missing=len(self.missing), errors=errors, warnings=warnings)]
        if self.sheet.links:
            state.append(say("worksheet.belongs_to", tag, names=marks(tag).comma.join(self.sheet.links)))
        lines = [
            element("div", element("b", self.sheet.title.in_language(tag))),
            element("div", self.sheet.template.purpose.in_language(tag), class_="soft"),
            element("div", marks(tag).gap.join(map(marks(tag).ended, state)), class_="soft"),
        ]
        return element("div", *lines, class_="shead")

    def remarks(self, place: str) -> Html:
        """Return what is weak at a place."""
        return join(_remark(finding, self.tag) for finding in self.findings.at(place))

    def page(self, page: SheetPage) -> Html:
        """Return a page: its heading, its answers or entries, its findings."""
        heading = [element("b", page.title.in_language(self.tag))] if page.title is not None else []
        if page.help is not None:
            heading.append(element("div", page.help.in_language(self.tag), class_="soft"))
        body = self.answers(page) if page.repeat is None else self.entries(page)
        short = next((each for each in self.missing if each.page == page.name and not each.item), None)
        lacking = [self._lacking(short.label.in_language(self.tag))] if short is not None else []
        head = element("div", *heading, class_="sh") if heading else Html("")
        return element("div", head, *lacking, self.remarks(page.name), body, class_="spage")

    def answers(self, page: SheetPage) -> Html:
        """Return the answers of a page that is answered once."""
        answers = self.sheet.state.answers
        shown = visible_items(self.sheet.template, answers, page, None)
        extra = [item for item in page.items if item not in shown and not is_blank(answers.get(item.name))]
        return self._list([*shown, *extra], answers, page, None)

    def entries(self, page: SheetPage) -> Html:
        """Return the entries of a repeated page: a table, or a list per entry where they have many answers."""
        entries = entries_of(self.sheet.state.answers, page.name)
        word = entry_word(page).in_language(self.tag)
        if not entries:
            return element("p", say("worksheet.no_entries", self.tag), class_="soft")
        items = [item for item in page.items if item.type != "note"]
        places = {finding.at for finding in self.findings} | self.open
        used = [
            item
            for item in items
            if any(
                not is_blank(entry.get(item.name)) or place_id(page, number, item) in places
                for number, entry in enumerate(entries, 1)
            )
        ]
        unused = [item_label(item).in_language(self.tag) for item in items if item not in used]
        names = say("worksheet.unused", self.tag, names=marks(self.tag).comma.join(unused))
        left = [element("p", marks(self.tag).ended(names), class_="note")]
        if len(used) > _MOST_COLUMNS:
            body = self._transposed(page, entries, used, word)
        else:
            body = self._entry_table(page, entries, used)
        return join([body, *(left if unused else [])])

    def _transposed(self, page: SheetPage, entries: list[dict[str, Any]], items: Sequence[BaseItem], word: str) -> Html:
        """Return entries with many answers side by side, a row per item; at most `_MOST_BESIDE` in one table."""
        tables = []
        for start in range(0, len(entries), _MOST_BESIDE):
            numbers = range(start + 1, min(start + _MOST_BESIDE, len(entries)) + 1)
            columns = (
                Column(head=_spoken(word), css="qs"),
                *(Column(head=element("b", f"{word} {number}")) for number in numbers),
            )
            rows: list[tuple[object, ...]] = [
                (item_label(item).in_language(self.tag), *(self._cell(page, n, entries[n - 1], item) for n in numbers))
                for item in items
            ]
            whole = [self.remarks(place_id(page, number, None)) for number in numbers]
            if any(whole):
                rows.append(("", *whole))
            body = table(columns, [Section(rows=tuple(rows))], caption=_spoken(self._caption(page)), css=_css(columns))
            tables.append(element("div", body, class_="scroll"))
        return join(tables)

    def _cell(self, page: SheetPage, number: int, entry: Mapping[str, Any], item: BaseItem) -> Html:
        place = place_id(page, number, item)
        return join([self._answer(item, entry, place), self.remarks(place)])

    def _caption(self, page: SheetPage) -> str:
        return page.title.in_language(self.tag) if page.title is not None else entry_word(page).in_language(self.tag)

    def _entry_table(self, page: SheetPage, entries: list[dict[str, Any]], items: Sequence[BaseItem]) -> Html:
        columns = (
            Column(head=number_head(page, map(item_label, items), self.tag), css="no"),
            *(
                Column(head=item_label(item).in_language(self.tag), css="nar" if item.type in _NARROW else "")
                for item in items
            ),
        )
        rows: list[tuple[object, ...]] = []
        for number, entry in enumerate(entries, 1):
            cells = [self._answer(item, entry, place_id(page, number, item)) for item in items]
            rows.append((number, *cells))
            places = [place_id(page, number, None), *(place_id(page, number, item) for item in items)]
            remarks = join(self.remarks(place) for place in places)
            if remarks:
                rows.append((Cell(content=""), Cell(content=remarks, css="rem", span=len(items))))
        body = table(columns, [Section(rows=tuple(rows))], caption=_spoken(self._caption(page)), css=_css(columns))
        return element("div", body, class_="scroll")

    def _list(self, items: Iterable[BaseItem], answers: Mapping[str, Any], page: SheetPage, number: int | None) -> Html:
        parts = []
        for item in items:
            if item.type == "note":
                parts.append(element("div", item.ask.in_language(self.tag) if item.ask else "", class_="soft"))
                continue
            label, place = item_label(item).in_language(self.tag), place_id(page, number, item)
            ask = item.ask.in_language(self.tag) if item.ask is not None else ""
            term = [element("b", label)]
            if ask and ask != label:
                term += [Html(" "), element("span", ask, class_="soft")]
            said = element("dd", self._answer(item, answers, place), self.remarks(place))
            parts.append(element("div", element("dt", *term), said, class_="qa"))
        return element("dl", *parts, class_="ans")

    def _answer(self, item: BaseItem, answers: Mapping[str, Any], place: str) -> Html:
        other = str(answers.get(f"{item.name}__other_text", ""))
        text = answer_text(item, answers.get(item.name), self.tag, other)
        if text:
            return Html(element("br").join(join([line]) for line in text.splitlines()))
        if place in self.open:
            return self._lacking(say("worksheet.lacking", self.tag))
        return element("span", "–", class_="soft")

    def _lacking(self, text: str) -> Html:
        return element("span", text, class_="lack")


def _css(columns: Sequence[Column]) -> str:
    """Return the class of a table of entries; a wide one is scrolled rather than squeezed."""
    return "res ents wide" if len(columns) > _SQUEEZED else "res ents"


def _spoken(text: str) -> Html:
    """Return what only a screen reader needs, because it stands above in larger letters."""
    return element("span", text, class_="sr")


def _place(missing: Missing) -> str:
    head = missing.page if missing.entry is None else f"{missing.page}[{missing.entry}]"
    if not missing.item:
        return head
    item = missing.item.partition(".")[0]
    return item if missing.entry is None else f"{head}.{item}"


def _remark(finding: Finding, tag: str) -> Html:
    level = element("b", say(f"findings.{finding.level}", tag))
    colon = marks(tag).colon
    return element("div", level, colon, finding.in_language(tag), class_=f"rem {finding.level}")
