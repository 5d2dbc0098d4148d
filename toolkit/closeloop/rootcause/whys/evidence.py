"""What people put on record, checked at the door: a wrong word is refused with the choices."""

from __future__ import annotations

import datetime as dt
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from closeloop.errors import closest
from closeloop.html import harmless
from closeloop.rootcause.days import day_or_none
from closeloop.rootcause.whys.contrast import Contrast
from closeloop.rootcause.whys.state import EVIDENCE_KINDS, Evidence
from closeloop.text import LocalText, message
from closeloop.written import told_joined

MOST_CHARACTERS = 2_000
"""A cause is a sentence; what is longer is a document, and goes into evidence."""
SHOWS = ("supports", "contradicts", "neither")


def evidence_of(
    kind: str,
    *,
    source: str,
    says: str | None = None,
    on: dt.date | str | None = None,
    by: str | None = None,
    shows: str = "supports",
    result: Any = None,
    sha256: str | None = None,
) -> Evidence:
    """Return a piece of evidence.

    Parameters
    ----------
    kind : {"query", "document", "observation", "interview", "test"}
    source : str
        Where anybody can look it up: a query, a file, a place and time, a person.
    says : str, optional
        What it says, in its own words where it has some.
    on, by : optional
        When it was found, and who found it.
    shows : {"supports", "contradicts", "neither"}
    result : mapping or object with ``to_dict``, optional
        What a query computed.
    sha256 : str, optional
        The hash of a document, so that it can be told later whether it is still the same.

    Raises
    ------
    ValueError
        If a word is none of the choices, the source is empty, or the result cannot be kept.
    """
    chosen("kind", kind, EVIDENCE_KINDS)
    chosen("shows", shows, SHOWS)
    if sha256 is not None and not re.fullmatch(r"[0-9a-fA-F]{64}", sha256):
        raise ValueError(message("whys.not_sha256", found=sha256))
    return Evidence.model_validate(
        {
            "kind": kind, "source": words(source, "source"), "says": says or "", "shows": shows, "on": day_or_none(on),
            "by": by or "", "sha256": sha256.lower() if sha256 else None, "result": _kept(result),
        }
    )  # fmt: skip


def contrast_evidence(contrast: Contrast, *, source: str, by: str | None, on: dt.date | str | None) -> Evidence:
    """Return a contrast as evidence; what it shows follows from its interval."""
    return evidence_of(
        "query", source=source, says=str(contrast.sentence), on=on, by=by, shows=contrast.shows, result=contrast
    )


def words(text: object, field: str) -> str:
    """Return a text on one line without what would hide it.

    Raises
    ------
    ValueError
        If it is no text, nothing is left of it, or it is a document of its own.
    """
    said = " ".join(harmless(text).split()) if isinstance(text, str | LocalText) else ""
    if not said:
        raise ValueError(message("whys.no_words", field=field, found=repr(text)))
    if len(said) > MOST_CHARACTERS:
        raise ValueError(message("whys.too_long", field=field, n=len(said), most=MOST_CHARACTERS, start=said[:40]))
    return said


def ids_of(given: Iterable[object], field: str) -> tuple[str, ...]:
    """Return ids as texts, each once.

    Raises
    ------
    ValueError
        If it is a single text, or no list.

    Examples
    --------
    >>> ids_of(["C-1", 7, "C-1"], "cases")
    ('C-1', '7')
    """
    if isinstance(given, str):
        raise ValueError(message("whys.ids_text", field=field, found=given))  # noqa: TRY004  # a wrong value
    if not isinstance(given, Iterable):
        raise ValueError(message("whys.ids_not_list", field=field, found=repr(given)))  # noqa: TRY004
    return tuple(dict.fromkeys(words(str(one), field) for one in given))


def chosen(field: str, value: object, choices: Sequence[str]) -> None:
    """Refuse a word that is none of the choices.

    Raises
    ------
    ValueError
        It names the choices, and the closest one.
    """
    if value not in choices:
        near = closest(str(value), choices, n=1)
        text = message("whys.not_a_choice", field=field, found=value, choices=", ".join(choices))
        hint = message("whys.did_you_mean", name=near[0]) if near else LocalText({"en": "", "zh-CN": ""})
        raise ValueError(told_joined([text, hint], " ", "") if near else text)


def number_of(field: str, value: object) -> float:
    """Return a finite number.

    Raises
    ------
    ValueError
        If it is none.
    """
    number = _number(value)
    if number is None:
        raise ValueError(message("whys.no_number", field=field, found=value))
    return number


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not hasattr(value, "__float__"):
        return None
    number = float(value)
    return number if math.isfinite(number) else None


def _kept(result: Any) -> dict[str, Any] | None:
    """Return what a query computed as JSON-safe values."""
    if result is None:
        return None
    content = result.to_dict() if hasattr(result, "to_dict") and not isinstance(result, Mapping) else result
    if not isinstance(content, Mapping):
        raise ValueError(message("whys.result_not_kept", reason=type(content).__name__))  # noqa: TRY004  # a wrong value
    try:
        kept: dict[str, Any] = json.loads(json.dumps(dict(content), allow_nan=False))
    except (TypeError, ValueError) as error:
        raise ValueError(message("whys.result_not_kept", reason=error)) from None
    return kept
