"""Codings as JSON-safe values and back, nothing lost."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from closeloop.errors import StoreError
from closeloop.text import LocalText, message
from closeloop.themes.codebooks.codebook import Codebook
from closeloop.themes.codings.coding import Coding
from closeloop.versioned import MARK

_MENTIONS = ("response", "start", "end")
_ASSIGNMENTS = ("mention", "code", "coder", "rule", "found_start", "found_end")
_KEYS = frozenset({
    "unit", "codes", "coders", "rules", "ids", "texts", "mentions", "assignments", "judged", "codebook", "weights",
    "notes",
})  # fmt: skip


def coding_document(coding: Coding) -> dict[str, Any]:
    """Return a coding as JSON-safe values: one list per column."""
    return {
        MARK: Coding.kind,
        "format": Coding.format,
        "unit": coding.unit,
        "codebook": None if coding.codebook is None else coding.codebook.to_document(),
        "codes": list(coding.codes),
        "coders": list(coding.coders),
        "rules": list(coding.rules),
        "ids": coding.ids.tolist(),
        "texts": None if coding.texts is None else coding.texts.tolist(),
        "weights": None if coding.weights is None else coding.weights.tolist(),
        "mentions": {
            **{name: getattr(coding, name).tolist() for name in _MENTIONS},
            "substantive": coding.substantive.astype(int).tolist(),
        },
        "assignments": {name: getattr(coding, name).tolist() for name in _ASSIGNMENTS},
        # Per coder the mentions that were not looked at: mostly none.
        "judged": [np.flatnonzero(~coding.judged[:, at]).tolist() for at in range(len(coding.coders))],
        "notes": [dict(note) for note in coding.notes],
    }


def coding_values(content: Mapping[str, Any], file: str) -> dict[str, Any]:
    """Return the fields of the coding that a document holds.

    Raises
    ------
    StoreError
        If it is of another kind, of a newer version, or not complete.
    """
    place = file or str(message("versioned.no_file"))
    if content.get(MARK) != Coding.kind:
        raise StoreError(message("versioned.kind", file=place, expected=Coding.kind, found=content.get(MARK, "–")))
    layout = content.get("format")
    if not isinstance(layout, int) or isinstance(layout, bool) or layout < 1:
        raise StoreError(message("versioned.no_format", file=place, found=layout))
    if layout > Coding.format:
        raise StoreError(message("versioned.newer", file=place, kind=Coding.kind, found=layout, known=Coding.format))
    unknown = sorted(set(content) - _KEYS - {MARK, "format"})
    if unknown:
        raise _broken(place, unknown[0], message("themes.unknown_part"))
    try:
        values = _values(content, file)
    except KeyError as error:
        raise _broken(place, str(error.args[0]), message("themes.part_missing")) from None
    except (TypeError, ValueError, AttributeError, IndexError) as error:
        raise _broken(place, "–", str(error)) from None
    wrong = _inconsistent(values)
    if wrong:
        raise _broken(place, wrong, message("themes.part_wrong"))
    return values


def _broken(place: str, where: str, reason: object) -> StoreError:
    return StoreError(message("versioned.broken", file=place, kind=Coding.kind, where=where, reason=reason))


def _values(content: Mapping[str, Any], file: str) -> dict[str, Any]:
    mentions, given = content["mentions"], content["assignments"]
    values: dict[str, Any] = {name: tuple(content[name]) for name in ("codes", "coders", "rules")}
    values |= {name: np.array(mentions[name], np.int64) for name in _MENTIONS}
    values |= {name: np.array(given[name], np.int64) for name in _ASSIGNMENTS}
    judged = np.ones((len(values["response"]), len(values["coders"])), bool)
    for at, absent in enumerate(content["judged"]):
        judged[np.array(absent, np.int64), at] = False
    book, weights = content["codebook"], content["weights"]
    return values | {
        "unit": content["unit"],
        "ids": _objects(content["ids"]),
        "texts": None if content["texts"] is None else _objects(content["texts"]),
        "substantive": np.array(mentions["substantive"], bool),
        "judged": judged,
        "codebook": None if book is None else Codebook.from_document(book, file),
        "weights": None if weights is None else np.array(weights, float),
        "notes": tuple(LocalText(note) for note in content["notes"]),
    }


def _objects(values: list[Any]) -> Any:
    made = np.empty(len(values), object)
    made[:] = values
    return made


def _inconsistent(values: Mapping[str, Any]) -> str:
    """Return the part that does not fit the others; empty if all do."""
    n, mentions = len(values["ids"]), len(values["response"])
    bounds = {"response": n, "mention": mentions, "code": len(values["codes"]), "coder": len(values["coders"])}
    for name, size in bounds.items():
        if values[name].size and not 0 <= values[name].min() <= values[name].max() < size:
            return name
    if values["rule"].size and not -1 <= values["rule"].min() <= values["rule"].max() < len(values["rules"]):
        return "rule"
    if values["unit"] not in ("mention", "response"):
        return "unit"
    for name in ("start", "end", "substantive"):
        if len(values[name]) != mentions:
            return name
    for name in ("code", "coder", "rule", "found_start", "found_end"):
        if len(values[name]) != len(values["mention"]):
            return name
    for name in ("texts", "weights"):
        if values[name] is not None and len(values[name]) != n:
            return name
    if values["texts"] is not None and mentions:
        lengths = np.fromiter(map(len, values["texts"]), np.int64, n)[values["response"]]
        if not ((values["start"] <= values["end"]) & (values["end"] <= lengths)).all():
            return "end"
    return ""
