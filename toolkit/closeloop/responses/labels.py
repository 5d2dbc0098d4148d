"""When two texts mean the same: labels of options and questions, as surveys and exports write them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, TypeVar
from unicodedata import category, normalize

from closeloop.forms.items import NONE

T = TypeVar("T")

OTHER_TEXT = "other_text"
"""The part of an item that holds what was written beside "other"."""


def part_of(item: Any, written: str) -> str | None:
    """Return the option (or matrix row) of an item that a text names by value, label or code; None if there is none.

    The option "other" of an item that allows it is named ``other``.
    """
    return parts_by_text(item)(written)


def parts_by_text(item: Any) -> Callable[[str], str | None]:
    """Return `part_of` for one item, its labels laid out once for many texts."""
    parts = item.rows if item.type == "matrix" else getattr(item, "options", ())
    values = {str(option.value) for option in parts}
    codes = {str(option.code): str(option.value) for option in parts if option.code is not None}
    labels = by_label((text, str(o.value)) for o in parts for text in (o.value, *o.text.values()))
    others = other_labels(item)
    nones = {said_by(text)[1] for text in NONE_LABELS} if getattr(item, "none", False) else set()

    def find(written: str) -> str | None:
        stripped = written.strip()
        if stripped == OTHER_TEXT or (stripped == NONE and nones):
            return stripped
        if stripped in values:
            return stripped
        wanted = plain_text(written)
        found = look_up(labels, written) if wanted else None
        return found or ("other" if wanted in others else NONE if wanted in nones else codes.get(stripped))

    return find


NONE_LABELS = ("none", "None of the above", "None of these", "以上都不是", "以上皆无", "都没有")
"""How platforms call the option that excludes all others."""


def other_labels(item: Any) -> set[str]:
    """Return how the option "other" of an item may be called, as `plain_text`; empty where the item has none."""
    if not getattr(item, "other", False):
        return set()
    return {said_by(text)[1] for text in (*OTHER_LABELS, *(item.other_text or {}).values())}


OTHER_LABELS = (
    "other",
    "Other (please specify)",
    "Other, please specify",
    "-oth-",
    "其他",
    "其它",
    "其他（请注明）",
    "其它（请注明）",
    "其他（请说明）",
    "Andere",
    "Sonstiges",
    "Sonstiges (bitte angeben)",
    "Autre",
    "Autre (veuillez préciser)",
    "Otro",
    "Otro (especifique)",
    "Outro",
    "Altro",
)
"""How platforms call the option that lets people write something of their own; compared as `plain_text`."""


def plain_text(text: str) -> str:
    """Return a text without what exports change in it: markup, punctuation, space, width and case.

    Marks that carry a meaning stay: ``<18``, ``18+``, ``1-5``, ``C++`` and an emoji are not ``18``, ``15``, ``c``, "".

    Examples
    --------
    >>> plain_text("How <b>likely</b> are you …？") == plain_text("how likely are you...?")
    True
    """
    bare = _DASH.sub("-", _MARKUP.sub("", folded_text(text)))
    return _MARK.sub(lambda mark: mark[0] if mark[0] in "%#" or category(mark[0])[0] == "S" else "", bare)


_MARKUP = re.compile(r"</?[a-z][^<>]*>")
_DASH = re.compile(r"(?<=\d) ?[-–—−~] ?(?=\d)")
_MARK = re.compile(r"(?!(?<=\d)[-.,/:](?=\d))[\W_]")


def folded_text(text: str) -> str:
    """Return a text without what typing changes in it: width, case, and how much space is where.

    Examples
    --------
    >>> folded_text(" Ｃ++ ") == folded_text("c++") != folded_text("C")
    True
    """
    return " ".join(normalize("NFKC", text).casefold().split())


@lru_cache(maxsize=1 << 14)
def said_by(label: str) -> tuple[str, str]:
    """Return `folded_text` and `plain_text` of what a survey says: the same labels are laid out for every file."""
    return folded_text(label), plain_text(label)


def by_label(labels: Iterable[tuple[str, T]]) -> dict[str, T]:
    """Return what labels stand for: as written, by their `folded_text`, and by their `plain_text` where that is clear.

    So "Store" is the option of that name, though the value of another is "store".
    """
    written: dict[str, T] = {}
    exact: dict[str, T] = {}
    loose: dict[str, T] = {}
    clashing: set[str] = set()
    for label, target in labels:
        folded, plain = said_by(label)
        written.setdefault(label, target)
        exact.setdefault(folded, target)
        if plain and loose.setdefault(plain, target) != target:
            clashing.add(plain)
    return {plain: target for plain, target in loose.items() if plain not in clashing} | exact | written


def look_up(labels: Mapping[str, T], text: str) -> T | None:
    """Return what a text stands for among labels laid out by `by_label`; None if it is none of them."""
    if text in labels:
        return labels[text]
    folded = folded_text(text)
    return labels[folded] if folded in labels else labels.get(plain_text(text))


def point_labels(item: Any) -> dict[str, Any]:
    """Return the labels of a scale's points (or of yes and no), by `by_label`, with the answer each stands for."""
    points: list[tuple[str, Any]] = []
    for value, text in (getattr(item, "labels", None) or {}).items():
        answer = {"yes": True, "no": False}.get(value, value)
        points += [(label, answer) for label in text.values()]
    for end, place in (("low", 0), ("high", -1)):
        text = getattr(item, end, None)
        if text is not None and item.scale is not None and item.scale[place] not in item.labels:
            points += [(label, item.scale[place]) for label in text.values()]
    if item.type in ("nps", "csat", "ces", "rating", "matrix"):
        points += [
            (spelled, point) for label, point in points[:] for spelled in (f"{point} - {label}", f"{label} - {point}")
        ]
    for column in getattr(item, "columns", None) or ():
        answer = column.value if item.scale is None else int(column.value)
        points += [(label, answer) for label in (column.value, *column.text.values())]
    return by_label(points)
