"""A worksheet while somebody types: which entry is which, and what was typed and cannot be taken over yet."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from closeloop.rootcause.worksheet.answers import entries_of, scope_form, seen_by
from closeloop.rootcause.worksheet.state import SheetState
from closeloop.rootcause.worksheet.worksheet import Worksheet
from closeloop.text import LocalText, message
from closeloop.widgets.form.filling import Filling
from closeloop.widgets.sheet.entry_ids import Entry, EntryIds
from closeloop.widgets.sheet.view_items import renumbered


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A field: the item `name` of an entry of a repeated page, or of the sheet itself (`entry` is then empty)."""

    page: str
    entry: str
    name: str


@dataclass(frozen=True, slots=True)
class _Draft:
    """What was typed into a field, and the state of the sheet when it was."""

    raw: object
    state: SheetState


class TypingState:
    """What a person has typed into a worksheet.

    An answer that fits is in the sheet at once. What does not fit stays in its field with the reason, and the sheet
    keeps the answer that it had.

    Parameters
    ----------
    sheet : Worksheet

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.worksheet import worksheet
    >>> state = TypingState(worksheet("ideas"))
    >>> print(state.answer(Spot(page="question", entry="", name="asked_n"), "a few"))
    “a few” cannot be read as a number. ...
    >>> state.sheet.answers, state.not_taken("question")
    ({}, 1)
    """

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet
        self._ids = {page.name: EntryIds() for page in sheet.template.repeated}
        self._drafts: dict[Spot, _Draft] = {}
        self._undone: list[tuple[Spot, _Draft]] = []

    # --- entries ---

    def entries(self, page: str) -> dict[str, Entry]:
        """Return the entries of a repeated page by their ids, in their order."""
        entries = entries_of(self.sheet.state.answers, page)
        return dict(zip(self._ids[page].of(entries), entries, strict=True))

    def number(self, page: str, entry: str) -> int:
        """Return the number of an entry, from 1.

        Raises
        ------
        ValueError
            If it is gone.
        """
        ids = list(self.entries(page)) if page in self._ids else []
        if entry not in ids:
            raise ValueError(message("sheet.entry_gone"))
        return ids.index(entry) + 1

    def arrange(self, page: str, ids: list[str]) -> None:
        """Put the entries of a page into an order; those that are not named are taken away.

        What refers to them by their number (S2, merged into 3) follows.
        """
        before = list(self.entries(page))
        numbers = {before.index(each) + 1: number for number, each in enumerate(ids, 1)}
        changed = renumbered(self.sheet.template, self.sheet.state.answers, page, numbers)
        known = dict(zip(before, changed.pop(page, None) or self.entries(page).values(), strict=True))
        entries = [known[each] for each in ids]
        self.sheet.fill(**changed, **{page: entries})
        self._ids[page].reorder(ids, entries)

    def add(self, page: str, answers: Entry) -> str:
        """Add an entry at the end; give its id."""
        self.sheet.add(page, **answers)
        return list(self.entries(page))[-1]

    def change(self, page: str, entry: str, answers: Entry) -> None:
        """Answer items of an entry; None takes an answer away.

        Raises
        ------
        ValueError
            If it does not fit; nothing is changed then.
        """
        self.number(page, entry)
        entries = [{**each, **answers} if key == entry else each for key, each in self.entries(page).items()]
        self.sheet.fill(**{page: entries})
        for name in answers:
            self._drafts.pop(Spot(page=page, entry=entry, name=name), None)

    # --- answers ---

    def filling(self, page: str, entry: str) -> Filling:
        """Return the answers of an entry (or of the sheet itself) as they stand in their fields."""
        filling = self._taken(page, entry)
        for spot, draft in self._drafts_of(page, entry):
            tried(filling, spot.name, draft.raw)
        return filling

    def _taken(self, page: str, entry: str) -> Filling:
        """Return the answers that are in the sheet."""
        filling = Filling(self._form(page, entry))
        for name, value in self._seen(page, entry).items():
            tried(filling, name, value)
        return filling

    def _form(self, page: str, entry: str) -> Any:
        return scope_form(self.sheet.template, page if entry else "")

    def _seen(self, page: str, entry: str) -> dict[str, Any]:
        own = self.entries(page)[entry] if entry else None
        form = self._form(page, entry)
        known = {item.name for item in form.items}
        seen = seen_by(self.sheet.template, self.sheet.state.answers, own)
        return {name: value for name, value in seen.items() if name.removesuffix("__other_text") in known}

    def answer(self, spot: Spot, raw: object) -> LocalText | None:
        """Take an answer as the page sends it; what is wrong with it, if it cannot be taken over.

        Raises
        ------
        ColumnNotFoundError
            If there is no such item.
        """
        if spot.entry:
            self.number(spot.page, spot.entry)
        filling = self._taken(spot.page, spot.entry)
        fault = tried(filling, spot.name, raw)
        value = filling.answers.get(spot.name)
        if fault is None:
            try:
                self._take(spot, value)
            except ValueError as refused:
                fault = next(iter(filling.issues().get(spot.name, [])), None) or words_of(refused)
        self._undone.clear()
        self._drafts.pop(spot, None)
        if fault is not None:
            self._drafts[spot] = _Draft(raw, self.sheet.state)
        return fault

    def _take(self, spot: Spot, value: object) -> None:
        if spot.entry:
            self.change(spot.page, spot.entry, {spot.name: value})
        else:
            self.sheet.fill(**{spot.name: value})

    def touched(self, page: str, entry: str) -> set[str]:
        """Return the items in which something stands that could not be taken over."""
        return {spot.name.removesuffix("__other_text") for spot, _ in self._drafts_of(page, entry)}

    def not_taken(self, page: str = "", entry: str = "") -> int:
        """Return how many answers could not be taken over: in all, of a page, or of one of its entries."""
        return sum(page in ("", spot.page) and entry in ("", spot.entry) for spot in self.spots())

    def spots(self) -> list[Spot]:
        """Return the fields in which something stands that could not be taken over."""
        return [spot for spot in self._drafts if not spot.entry or spot.entry in self.entries(spot.page)]

    def _drafts_of(self, page: str, entry: str) -> Iterator[tuple[Spot, _Draft]]:
        for spot, draft in self._drafts.items():
            if spot.entry == entry and (not entry or spot.page == page):
                yield spot, draft

    # --- undo ---

    @property
    def can_undo(self) -> bool:
        """Whether there is anything to take back."""
        return self._last_draft() is not None or self.sheet.can_undo

    @property
    def can_redo(self) -> bool:
        """Whether there is anything to do again."""
        return self._next_draft() or self.sheet.can_redo

    def undo(self) -> bool:
        """Take the last thing back that was typed or done; False if there is none."""
        last = self._last_draft()
        if last is None:
            return self.sheet.undo()
        self._undone.append((last, self._drafts.pop(last)))
        return True

    def redo(self) -> bool:
        """Do again what was taken back last; False if there is none."""
        if not self._next_draft():
            return self.sheet.redo()
        spot, draft = self._undone.pop()
        self._drafts[spot] = draft
        return True

    def _last_draft(self) -> Spot | None:
        """Return the field into which the last thing was typed, unless the sheet has changed since."""
        spot = next(reversed(self._drafts), None)
        return spot if spot is not None and self._drafts[spot].state is self.sheet.state else None

    def _next_draft(self) -> bool:
        return bool(self._undone) and self._undone[-1][1].state is self.sheet.state


def tried(filling: Filling, name: str, raw: object) -> LocalText | None:
    """Give an answer to a form; what is wrong with it, if it cannot be understood."""
    try:
        filling.answer(name, raw)
    except ValueError as fault:
        return words_of(fault)
    return None


def words_of(fault: ValueError) -> LocalText:
    """Return what an error says, in both languages where it has them."""
    said = fault.args[0] if fault.args else ""
    return said if isinstance(said, LocalText) else LocalText(str(fault))
