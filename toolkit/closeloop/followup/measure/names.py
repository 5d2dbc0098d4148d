"""What the codes of cases are called, in both languages: kinds of complaint, remedies, severities, channels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook_file import load_codebook

_CODEBOOKS = ("conflict-types", "remedy-types")
_CHANNELS = ("survey", "phone", "email", "chat", "social", "desk", "letter")
_SEVERITIES = ("minor", "major", "severe")


@cache
def shipped_names() -> Mapping[str, LocalText]:
    """Return what the codes of the shipped codebooks, the channels and the severities are called.

    Examples
    --------
    >>> shipped_names()["phone"].zh, shipped_names()["severe"].en
    ('电话', 'severe')
    """
    names = {code.id: LocalText(dict(code.label)) for book in _CODEBOOKS for code in load_codebook(book).codes}
    channels = {one: message(f"measure.channel_{one}") for one in _CHANNELS}
    return names | channels | {one: message(f"board.severity_{one}") for one in _SEVERITIES}


def named(names: Mapping[str, LocalText], code: str, blank: str = "not_said") -> LocalText:
    """Return what a code is called; one that nobody named is shown as it is.

    Examples
    --------
    >>> named({"late": LocalText("Late parcels")}, "late").en, named({}, "x").en, named({}, "").en
    ('Late parcels', 'x', 'not said')
    """
    if not code:
        return message(f"measure.{blank}")
    return names.get(code, LocalText(code))
