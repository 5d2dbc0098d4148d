"""What was revealed for a reason: shown with a mark by which it is found again before a notebook is saved."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from closeloop.followup.calendar.zone import local_text
from closeloop.followup.commands.table import command_table
from closeloop.html import Column, Html, Section, element, harmless, join, table
from closeloop.text import LocalText, language, message

MARK = "⟦closeloop: revealed, do not save⟧"
"""Stands in every display of a revealed text, in all languages the same; `clean_notebook` looks for it."""

METADATA = {"closeloop": {"revealed": True, "no_save": True}}
"""Metadata of a notebook output that shows revealed texts."""


class PrivateText(str):
    """A text that carries its mark wherever it is printed; ``.plain`` is the text alone.

    Examples
    --------
    >>> text = PrivateText("Nobody called.")
    >>> print(text)
    ⟦closeloop: revealed, do not save⟧ Nobody called.
    >>> text.plain, text == "Nobody called."
    ('Nobody called.', True)
    """

    __slots__ = ()

    @property
    def plain(self) -> str:
        """The text without a mark: whoever takes it answers for where it goes."""
        return str.__str__(self)[:]

    def __str__(self) -> str:
        return f"{MARK} {self.plain}"

    def __repr__(self) -> str:
        return f"{MARK} {self.plain!r}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)


_NOTHING = PrivateText()


@dataclass(frozen=True, slots=True, kw_only=True)
class RevealedText:
    """One private text of a case.

    Attributes
    ----------
    seq : int
        Number of its event.
    at : datetime
    type : str
        Of the event.
    field : str
    text : PrivateText
        Empty if it cannot be read any more.
    gone : LocalText or None
        Why it cannot: erased, purged, altered.
    zone : str
        In which its time is told.
    """

    seq: int
    at: dt.datetime
    type: str
    field: str
    text: PrivateText = _NOTHING
    gone: LocalText | None = None
    zone: str = "UTC"

    @property
    def label(self) -> LocalText:
        """What happened, and which field of it."""
        commands = command_table()
        command = commands.commands.get(commands.command_of(self.type) or "")
        field = None if command is None else command.fields.get(self.field)
        if not self.field:
            return commands.label_of(self.type)
        if field is None:
            return LocalText({"en": self.field, "zh-CN": self.field})
        return message("privacy.field_of", event=commands.label_of(self.type), field=field.label)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Revealed:
    """The private texts of a case, revealed to one person for one reason.

    Shown in a notebook it carries a mark, and `clean_notebook` takes it out again; `repr` shows no text at all.

    Attributes
    ----------
    case_id : str
    actor : str
        To whom.
    at : datetime
        When.
    reason : str
        Why, as it stands in the case's history.
    texts : tuple of RevealedText
    zone : str
        In which its time is told.
    """

    case_id: str
    actor: str
    at: dt.datetime
    reason: str
    texts: tuple[RevealedText, ...]
    zone: str = "UTC"

    def __getitem__(self, field: str) -> PrivateText:
        """Return the last text of a field.

        Raises
        ------
        KeyError
            If no text of that name can be read.
        """
        found = [each.text for each in self.texts if each.field == field and each.gone is None]
        if not found:
            raise KeyError(field)
        return found[-1]

    def __iter__(self) -> Iterator[RevealedText]:
        return iter(self.texts)

    def __len__(self) -> int:
        return len(self.texts)

    @property
    def heading(self) -> LocalText:
        """Whose texts these are, who sees them and why; or that none can be read."""
        n = sum(each.gone is None for each in self.texts)
        if not n:
            return message("privacy.nothing_revealed", case=self.case_id)
        at = local_text(self.at, self.zone)
        return message("privacy.revealed", case=self.case_id, actor=self.actor, reason=self.reason, at=at, n=n)

    @property
    def _mark(self) -> str:
        return MARK if any(each.gone is None for each in self.texts) else ""

    def __repr__(self) -> str:
        return f"<Revealed {self.case_id}: {message('privacy.n_texts', n=len(self))}>"

    def __str__(self) -> str:
        lines = [self._mark, harmless(self.heading)]
        for each in self.texts:
            said = each.text.plain if each.gone is None else str(each.gone)
            lines.append(f"{local_text(each.at, each.zone)}  {each.label}: {harmless(said)}")
        return "\n".join(line for line in lines if line)

    def _repr_mimebundle_(self, **_: Any) -> tuple[dict[str, str], dict[str, Any]]:
        from closeloop.views.style import framed

        html = framed(self._html(), language())
        return {"text/plain": str(self), "text/html": html}, dict(METADATA) if self._mark else {}

    def _html(self) -> Html:
        columns = tuple(Column(head=message(f"privacy.{name}")) for name in ("when", "what", "words"))
        rows = tuple(
            (
                local_text(each.at, each.zone),
                each.label,
                element("span", each.text.plain, style="white-space:pre-wrap")
                if each.gone is None
                else element("em", each.gone),
            )
            for each in self.texts
        )
        said = join([element("div", element("b", self._mark)), element("div", self.heading)])
        return element("div", table(columns, [Section(rows=rows)], caption=said, css="res"), class_="block")
