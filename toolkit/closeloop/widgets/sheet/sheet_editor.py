"""The editor of a worksheet in a notebook."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import ColumnNotFoundError
from closeloop.rootcause.worksheet.state import SheetState
from closeloop.rootcause.worksheet.template import SheetPage, entry_word
from closeloop.rootcause.worksheet.worksheet import Worksheet
from closeloop.text import LANGUAGES, LocalText, message, normalise_tag
from closeloop.views.document_block import document_html
from closeloop.widgets.base import Widget
from closeloop.widgets.sheet.page_view import AT_ONCE, RESULTS, Look, PageView
from closeloop.widgets.sheet.plane import Plane
from closeloop.widgets.sheet.planes import planes_of
from closeloop.widgets.sheet.remarks import KINDS, Place, Remarks
from closeloop.widgets.sheet.typing_state import Spot, TypingState

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop


class SheetEditor(Widget):
    """A worksheet being filled; `Worksheet.edit` makes it.

    What is typed is in the worksheet at once, so that ``sheet.missing()`` in the next cell sees it; a file or a loop
    gets it with Save.

    Parameters
    ----------
    sheet : Worksheet
        It is changed.
    path : str or Path, optional
        The file that Save writes.
    loop : Loop, optional
        The loop in which Save keeps a version.
    language : str, optional
        ``"en"`` or ``"zh-CN"``; the language in use, if left out.

    Raises
    ------
    ValueError
        If both a file and a loop are given.

    Examples
    --------
    >>> from closeloop.rootcause.worksheet.worksheet import worksheet
    >>> editor = worksheet("5w2h").edit()
    >>> editor.do("answer", page="problem", item="what", value="The statement came late")
    ''
    >>> editor
    <SheetEditor 5w2h: 1 of 15 items answered, 5 missing>
    >>> editor.sheet.answers
    {'what': 'The statement came late'}
    """

    scripts = ("fields", "sheet")
    sheets = ("fields", "sheet")
    areas = ("form", "sheet")

    def __init__(
        self,
        sheet: Worksheet,
        *,
        path: str | Path | None = None,
        loop: Loop | None = None,
        language: str | None = None,
    ) -> None:
        if path is not None and loop is not None:
            raise ValueError(message("sheet.path_and_loop"))
        self.sheet = sheet
        self._state = TypingState(sheet)
        self._path = None if path is None else Path(path)
        self._loop = loop
        self._version: int | None = None
        self._saved: SheetState = sheet.state
        self._look = Look(page=sheet.template.pages[0].name)
        self._goal = ""
        self._jumped = ("", -1)
        super().__init__(language=language)

    # --- what is shown ---

    def _shown(self) -> dict[str, Any]:
        view, left = PageView(self._state), self._state.not_taken()
        asked = [page.name for page in self.sheet.template.pages if view.is_asked(page)]
        if self._look.page not in (*asked, RESULTS):
            self._look = Look(page=asked[0] if asked else RESULTS)
        return {
            "title": self.sheet.title.in_language(self.language),
            "purpose": self.sheet.template.purpose.in_language(self.language),
            "todo": view.remarks.todo("", kept=left),
            "complete": not left and view.remarks.complete,
            "sections": view.sections(self._look),
            "page": view.shown(self._look),
            "goal": self._goal,
            "can_undo": self._state.can_undo,
            "can_redo": self._state.can_redo,
            "can_save": self._path is not None or self._loop is not None,
            "unsaved": self.sheet.state != self._saved,
            "file": "" if self._path is None else self._path.name,
            "languages": list(LANGUAGES),
        }

    def _static(self) -> str:
        return document_html(self.sheet)

    def __repr__(self) -> str:
        answered, asked = self.sheet.answered
        missing = len(self.sheet.missing())
        return f"<SheetEditor {self.sheet.id}: {answered} of {asked} items answered, {missing} missing>"

    # --- where one is ---

    def do_open(self, page: str) -> None:
        """Open a section."""
        if page != RESULTS and self.sheet.template.page(page) is None:
            raise ColumnNotFoundError(page, [each.name for each in self.sheet.template.pages], self._place())
        self._look = Look(page=page)

    def do_fold(self, page: str, entry: str) -> None:
        """Open an entry; close it, if it is open."""
        number = self._state.number(page, entry)
        opened = "" if (self._look.page, self._look.entry) == (page, entry) else entry
        self._look = self._looking_at(page, number, opened)

    def do_part(self, page: str, part: int) -> None:
        """Show another part of a long list of entries."""
        self._repeated(page)
        self._look = Look(page=page, part=max(0, int(part)))

    def do_jump(self, kind: str) -> LocalText:
        """Open the first place at which something is missing or weak; asked again, the next."""
        found = self._places(kind)
        if not found:
            raise ValueError(message("sheet.none_of_kind"))
        at = (self._jumped[1] + 1) % len(found) if self._jumped[0] == kind else 0
        self._jumped = (kind, at)
        place, text = found[at]
        self._go(place)
        return message("sheet.jumped", n=at + 1, of=len(found), text=text)

    def _places(self, kind: str) -> list[tuple[Place, str]]:
        """Return the places of a kind, with what is said there."""
        if kind == "kept":
            text = str(message("sheet.n_kept", n=1))
            return [(self._place_of(spot), text) for spot in self._state.spots()]
        if kind not in KINDS:
            raise ValueError(message("sheet.no_kind", found=kind, known=", ".join((*KINDS, "kept"))))
        return [(each.place, each.text) for each in Remarks(self.sheet).all if each.kind == kind]

    def _place_of(self, spot: Spot) -> Place:
        number = self._state.number(spot.page, spot.entry) if spot.entry else None
        return Place(page=spot.page, entry=number, item=spot.name.removesuffix("__other_text"))

    def _go(self, place: Place) -> None:
        """Bring a place into view; the page puts the focus there."""
        page = self.sheet.template.page(place.page)
        if page is None:
            self._goal = "top"
            return
        if page.repeat is None or place.entry is None:
            self._look = Look(page=page.name)
            self._goal = f"{page.name}-{place.item}" if place.item else "page"
            return
        entry = list(self._state.entries(page.name))[place.entry - 1]
        self._look = self._looking_at(page.name, place.entry, entry)
        self._goal = f"{page.name}-{entry}-{place.item}" if place.item else f"entry-{entry}"

    def _looking_at(self, page: str, number: int, entry: str) -> Look:
        return Look(page=page, entry=entry, part=(number - 1) // AT_ONCE)

    def do_language(self, tag: str) -> None:
        """Go on in another language."""
        self.language = normalise_tag(tag)

    # --- answers ---

    def do_answer(self, page: str, item: str, value: Any = None, entry: str = "") -> LocalText | None:
        """Answer an item; what cannot be taken over stays in its field, with the reason."""
        self._jumped = ("", -1)
        if entry:
            self._repeated(page)
        return self._state.answer(Spot(page=page, entry=entry, name=item), value)

    # --- entries ---

    def do_add(self, page: str) -> LocalText:
        """Add an entry to a repeated page and open it."""
        return self._add(self._repeated(page), {})

    def _add(self, page: SheetPage, answers: dict[str, Any]) -> LocalText:
        entry = self._state.add(page.name, answers)
        number = self._state.number(page.name, entry)
        self._look = self._looking_at(page.name, number, entry)
        first = next(item for item in page.items if item.type != "note")
        self._goal = f"{page.name}-{entry}-{first.name}"
        return message("sheet.added", entry=entry_word(page), n=number)

    def do_remove(self, page: str, entry: str) -> LocalText:
        """Take an entry away."""
        found, number = self._repeated(page), self._state.number(page, entry)
        ids = [each for each in self._state.entries(page) if each != entry]
        self._state.arrange(page, ids)
        self._goal = f"entry-{ids[min(number, len(ids)) - 1]}" if ids else "add"
        return message("sheet.removed", entry=entry_word(found), n=number)

    def do_move(self, page: str, entry: str, by: int) -> LocalText:
        """Move an entry up (-1) or down (1)."""
        found, number = self._repeated(page), self._state.number(page, entry)
        ids = list(self._state.entries(page))
        to = number + (1 if by > 0 else -1)
        if not 1 <= to <= len(ids):
            raise ValueError(message("sheet.at_the_end", entry=entry_word(found), n=number))
        ids.insert(to - 1, ids.pop(number - 1))
        self._state.arrange(page, ids)
        return message("sheet.moved", entry=entry_word(found), n=number, to=to)

    # --- matrices ---

    def do_place(self, plane: str, entry: str, column: int, row: int) -> LocalText:
        """Put an entry into a cell of a matrix."""
        found = self._plane(plane)
        number = self._state.number(found.page, entry)
        self._state.change(found.page, entry, found.answers(int(column), int(row)))
        word = entry_word(self._repeated(found.page))
        return message("sheet.placed", entry=word, n=number, cell=found.said(int(column), int(row)))

    def do_lift(self, plane: str, entry: str) -> LocalText:
        """Take an entry out of a matrix; the entry itself stays."""
        found = self._plane(plane)
        number = self._state.number(found.page, entry)
        self._state.change(found.page, entry, found.nowhere)
        return message("sheet.lifted", entry=entry_word(self._repeated(found.page)), n=number)

    def do_add_at(self, plane: str, column: int, row: int) -> LocalText:
        """Add an entry in a cell of a matrix, and open it."""
        found = self._plane(plane)
        return self._add(self._repeated(found.page), found.answers(int(column), int(row)))

    # --- undo and save ---

    def do_undo(self) -> LocalText:
        """Take the last change back."""
        return message("widgets.undone" if self._state.undo() else "widgets.nothing_to_undo")

    def do_redo(self) -> LocalText:
        """Make the change again that was taken back last."""
        return message("widgets.redone" if self._state.redo() else "widgets.nothing_to_redo")

    def do_save(self) -> LocalText:
        """Write the file, or keep a version in the loop."""
        if self._loop is not None:
            self._version = self._loop.save(self.sheet, expected=self._version)
            said = message("sheet.saved_version", n=self._version)
        elif self._path is not None:
            self.sheet.save(self._path)
            said = message("sheet.saved_file", file=self._path.name)
        else:
            raise ValueError(message("sheet.nowhere_to_save"))
        self._saved = self.sheet.state
        left = self._state.not_taken()
        return message("sheet.saved_without", text=said, n=left) if left else said

    # --- names ---

    def _repeated(self, page: str) -> SheetPage:
        found = self.sheet.template.page(page)
        if found is None or found.repeat is None:
            raise ColumnNotFoundError(page, [each.name for each in self.sheet.template.repeated], self._place())
        return found

    def _plane(self, name: str) -> Plane:
        planes = {plane.name: plane for plane in planes_of(self.sheet.template, self.sheet.state.answers)}
        if name not in planes:
            raise ColumnNotFoundError(name, planes, self._place())
        return planes[name]

    def _place(self) -> LocalText:
        return message("worksheet.the_sheet", id=self.sheet.id)
