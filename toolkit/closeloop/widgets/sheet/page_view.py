"""What the editor draws of a worksheet: the list of its sections, and the section that is open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.forms.form import Form
from closeloop.forms.items import BaseItem, Page
from closeloop.rootcause.worksheet.answers import Answers, is_blank, page_is_shown, visible_names
from closeloop.rootcause.worksheet.judge import item_label
from closeloop.rootcause.worksheet.registry import VIEWS
from closeloop.rootcause.worksheet.template import SheetPage, entry_word
from closeloop.text import language, message
from closeloop.views.words import marks
from closeloop.views.worksheet_block import result_block
from closeloop.widgets.base import MOST_ROWS
from closeloop.widgets.form.filling import Filling
from closeloop.widgets.sheet.plane import Plane
from closeloop.widgets.sheet.planes import planes_of
from closeloop.widgets.sheet.remarks import Place, Remarks
from closeloop.widgets.sheet.score_table import ScoreTable, score_tables_of
from closeloop.widgets.sheet.typing_state import TypingState, tried, words_of

RESULTS = "=results"
"""The section of the computed results; no page can be called so."""
AT_ONCE = 50
"""So many entries are shown at once; the others come when they are asked for."""
_FEW_ITEMS = 3
"""Entries of so few items are all open."""
_LONGEST = 160
_DOT = " · "


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Which part of the sheet is in front.

    Attributes
    ----------
    page : str
        The section; `RESULTS` for what is computed.
    entry : str
        The entry that is open; empty if none is.
    part : int
        Which part of a long list of entries, from 0.
    """

    page: str
    entry: str = ""
    part: int = 0


class PageView:
    """The sections of a worksheet as the page draws them, in the language in use.

    Parameters
    ----------
    state : TypingState
    """

    def __init__(self, state: TypingState) -> None:
        self.state, self.sheet, self.tag = state, state.sheet, language()
        self.template = state.sheet.template
        self.answers: Answers = state.sheet.state.answers
        self.remarks = Remarks(state.sheet)
        self.planes: tuple[Plane, ...] = planes_of(self.template, self.answers)
        self._visible = visible_names(self.template, self.answers, "", None)
        self.scores: tuple[ScoreTable, ...] = score_tables_of(self.template)

    # --- the list of sections ---

    def sections(self, look: Look) -> list[dict[str, Any]]:
        """Return the sections that are asked for, with how far each is."""
        found = [self._section(page, look) for page in self.template.pages if self.is_asked(page)]
        if self.sheet.results:
            title = str(message("sheet.results"))
            found.append({"name": RESULTS, "title": title, "open": look.page == RESULTS, "told": ""})
        return found

    def _section(self, page: SheetPage, look: Look) -> dict[str, Any]:
        return {
            "name": page.name,
            "title": self._title(page),
            "open": page.name == look.page,
            "told": _DOT.join([self._done(page), *self.remarks.told(page.name, kept=self.state.not_taken(page.name))]),
        }

    def is_asked(self, page: SheetPage) -> bool:
        """Say whether a page is asked for, or holds anything all the same."""
        if page.repeat is not None:
            return page_is_shown(self.template, self.answers, page) or page.name in self.answers
        names = {item.name for item in page.items}
        return not names.isdisjoint(self._visible) or not names.isdisjoint(self.answers)

    def _done(self, page: SheetPage) -> str:
        if page.repeat is not None:
            return str(message("sheet.done_entries", n=len(self.state.entries(page.name))))
        items = [item for item in page.items if item.name in self._visible and item.type != "note"]
        done = sum(item.name in self.answers for item in items)
        return str(message("sheet.done", done=done, all=len(items)))

    def _title(self, page: SheetPage) -> str:
        return page.title.in_language(self.tag) if page.title is not None else page.name

    # --- the open section ---

    def shown(self, look: Look) -> dict[str, Any]:
        """Return the section that is open."""
        page = self.template.page(look.page)
        if page is None:
            title = str(message("sheet.results"))
            return {"name": RESULTS, "kind": "results", "title": title, "remarks": [], "html": self._results()}
        head = {
            "name": page.name,
            "title": self._title(page),
            "help": "" if page.help is None else page.help.in_language(self.tag),
            "remarks": self.remarks.at(Place(page=page.name)),
        }
        return head | (self._single(page) if page.repeat is None else self._repeated(page, look))

    def _results(self) -> list[str]:
        return [str(result_block(self.sheet, name, self.tag)) for name in self.sheet.results]

    def _single(self, page: SheetPage) -> dict[str, Any]:
        return {"kind": "single", **self._fields(page, "", None, self.answers)}

    def _fields(self, page: SheetPage, entry: str, number: int | None, answers: Answers) -> dict[str, Any]:
        """Return the fields of a page or of one of its entries, with what is said beside each."""
        prefix = f"{page.name}-{entry}-" if entry else f"{page.name}-"
        filling, touched = self.state.filling(page.name, entry), self.state.touched(page.name, entry)
        fields = filling.described(page.items, self.tag, touched, prefix=prefix)
        shown = {field["name"] for field in fields}
        for item in page.items:
            if item.name not in shown and not is_blank(answers.get(item.name)):
                fields += _open(item, answers).described([item], self.tag, touched, prefix=prefix)
        items = {item.name: item for item in page.items}
        places = {each["name"]: Place(page=page.name, entry=number, item=each["name"]) for each in fields}
        return {
            "fields": [each | self._words(items[each["name"]]) for each in fields],
            "beside": {name: said for name, place in places.items() if (said := self.remarks.at(place))},
        }

    def _words(self, item: BaseItem) -> dict[str, str]:
        """Return the short name of an item, and below it what is asked, as the static form has it."""
        label = item_label(item).in_language(self.tag)
        asked = (text.in_language(self.tag) for text in (item.ask, item.help) if text is not None)
        return {"label": label, "help": marks(self.tag).gap.join(text for text in asked if text != label)}

    # --- entries ---

    def _repeated(self, page: SheetPage, look: Look) -> dict[str, Any]:
        entries = self.state.entries(page.name)
        planes = [plane for plane in self.planes if plane.page == page.name]
        tables = [table for table in self.scores if table.page == page.name]
        ids = list(entries)
        part = self.part(page.name, look)
        naming = next(iter([*(each.naming for each in planes), *(each.naming for each in tables)]), _naming(page))
        open_all = not planes and not tables and len([i for i in page.items if i.type != "note"]) <= _FEW_ITEMS
        most = page.repeat.max if page.repeat is not None else None
        here = ids[part * AT_ONCE : (part + 1) * AT_ONCE]
        return {
            "kind": "entries",
            "word": entry_word(page).in_language(self.tag),
            "count": len(ids),
            "full": most is not None and len(ids) >= most,
            "most": most,
            "parts": _parts(len(ids), part),
            "foldable": not open_all,
            "entries": [
                self._entry(page, key, ids.index(key) + 1, entries[key], naming, is_open=open_all or key == look.entry)
                for key in here
            ],
            "planes": [self._plane(plane, entries) for plane in planes],
            "scores": [table.shown(entries, self._names(entries, table.naming)) for table in tables],
            "said": self._said(page),
        }

    def part(self, page: str, look: Look) -> int:
        """Return which part of the entries of a page is shown: the one asked for, or the last that there is."""
        return max(0, min(look.part, (len(self.state.entries(page)) - 1) // AT_ONCE))

    def _entry(
        self, page: SheetPage, key: str, number: int, entry: Mapping[str, Any], naming: str, *, is_open: bool
    ) -> dict[str, Any]:
        found: dict[str, Any] = {
            "id": key,
            "n": number,
            "name": _name(entry, naming),
            "open": is_open,
            "told": _DOT.join(self.remarks.told(page.name, number, self.state.not_taken(page.name, key))),
            "remarks": self.remarks.at(Place(page=page.name, entry=number)),
        }
        return found | (self._fields(page, key, number, entry) if is_open else {})

    def _names(self, entries: Mapping[str, Mapping[str, Any]], naming: str) -> dict[str, str]:
        return {key: _name(entry, naming) for key, entry in entries.items()}

    def _plane(self, plane: Plane, entries: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        chips = []
        for number, (key, entry) in enumerate(entries.items(), 1):
            at = plane.at(entry)
            said = plane.said(*at) if at is not None else str(message("sheet.not_placed"))
            column, row = at if at is not None else (None, None)
            name = _name(entry, plane.naming)
            called = name or str(number)
            chips.append(
                {"id": key, "n": number, "name": name, "called": called, "column": column, "row": row, "said": said}
            )
        return plane.shown(chips) | {"chips": chips[:MOST_ROWS]}

    def _said(self, page: SheetPage) -> list[str]:
        """Return the sentences of what is computed from the entries of a page; of several, from the last of them."""
        found = []
        for use in self.template.computed:
            pages = [use.pages.get(name, name) for name in VIEWS[use.view].pages]
            if page.name == pages[-1] and self.state.entries(page.name):
                try:
                    found.append(self.sheet.result(use.view).sentence.in_language(self.tag))
                except ValueError as reason:
                    found.append(words_of(reason).in_language(self.tag))
        return found


def _open(item: BaseItem, answers: Answers) -> Filling:
    """Return an answer to what is not asked any more in a form that asks it, so that it can be taken away."""
    asked: Any = item.model_copy(update={"show_if": None, "required": False, "require_if": None, "checks": ()})
    filling = Filling(Form((Page(name="unasked", items=(asked,)),)))
    for name in (item.name, f"{item.name}__other_text"):
        if name in answers:
            tried(filling, name, answers[name])
    return filling


def _parts(count: int, part: int) -> list[dict[str, Any]]:
    """Return the other parts of a long list of entries."""
    parts = range(-(-count // AT_ONCE))
    spans = {n: {"from": n * AT_ONCE + 1, "to": min(count, (n + 1) * AT_ONCE), "of": count} for n in parts}
    return [{"part": n, "text": str(message("sheet.part", **span))} for n, span in spans.items() if n != part]


def _naming(page: SheetPage) -> str:
    """Return the item that names an entry: its first text."""
    return next((item.name for item in page.items if item.type in {"text", "comment"}), page.items[0].name)


def _name(entry: Mapping[str, Any], naming: str) -> str:
    text = " ".join(str(entry.get(naming) or "").split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
