"""What a worksheet still needs before it is complete."""

from __future__ import annotations

from dataclasses import dataclass

from closeloop.text import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Missing:
    """A required answer, or an entry of a page, that is not there.

    Attributes
    ----------
    page, item : str
        Where; `item` is empty where entries are missing.
    entry : int or None
        The number of the entry of a repeated page, from 1.
    label : LocalText
        What is missing, in words.
    """

    page: str
    item: str
    entry: int | None
    label: LocalText

    def __str__(self) -> str:
        return str(self.label)

    def __repr__(self) -> str:
        return f"<missing {self}>"
