"""What the codes of cases are called, in both languages: kinds of complaint, remedies, severities, channels."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook_file import load_codebook

_CODEBOOKS = {"code": "conflict-types", "remedy": "remedy-types"}
_WORDS = {
    "channel": {
        one: f"measure.channel_{one}" for one in ("survey", "phone", "email", "chat", "social", "desk", "letter")
    },
    "severity": {one: f"board.severity_{one}" for one in ("minor", "major", "severe")},
}


@cache
def shipped_names(kind: str) -> Mapping[str, LocalText]:
    """Return what codes of a kind (``"code"``, ``"remedy"``, ``"channel"``, ``"severity"``) are called.

    Examples
    --------
    >>> shipped_names("channel")["phone"].zh, shipped_names("severity")["severe"].en, shipped_names("team")
    ('电话', 'severe', {})
    """
    if kind in _CODEBOOKS:
        return {code.id: LocalText(dict(code.label)) for code in load_codebook(_CODEBOOKS[kind]).codes}
    return {one: message(key) for one, key in _WORDS.get(kind, {}).items()}


def named(own: Mapping[str, LocalText], kind: str, code: str, blank: str = "not_said") -> LocalText:
    """Return what a code is called: by one's own names, by the shipped ones, or as it is.

    Examples
    --------
    >>> own = {"late": LocalText("Late parcels")}
    >>> named(own, "code", "late").en, named(own, "team", "east").en, named(own, "team", "").en
    ('Late parcels', 'east', 'not said')
    """
    if not code:
        return message(f"measure.{blank}")
    return own.get(code) or shipped_names(kind).get(code) or LocalText(code)
