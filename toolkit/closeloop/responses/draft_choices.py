"""Whether texts are choices, one or several in a cell, and which options they come from."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from closeloop.responses.dialects.layout import Layout
from closeloop.responses.labels import OTHER_LABELS, plain_text
from closeloop.responses.spelling import split_write_in
from closeloop.text import message

_MOST_OPTIONS = 30
_FEW_OPTIONS = 12
_LONG_LABEL = 60
_LONGEST_LABEL = 200  # of options that come again and again
_LONG_TEXT = 30
_ENOUGH = 20  # answers before one that came once may be called written in
_OFTEN = 3


def choice_of(texts: Sequence[str], distinct: Sequence[str], layout: Layout, tag: str) -> dict[str, Any]:
    """Return what answers in words are: several choices in a cell, one choice, a text; with options and the reason."""
    for separator in layout.separators:
        several = _several(texts, distinct, separator, layout)
        if several is not None:
            labels, other = several
            return {
                "type": "multi",
                "options": options_of(labels, tag),
                **({"other": True} if other else {}),
                "why": message("responses.draft_multi", separator=separator, n=len(labels)),
            }
    labels, other = labels_of(texts)
    n = len(labels)
    often = n * 5 <= len(texts)
    repeated = (n <= _FEW_OPTIONS and n < len(texts)) or (n <= _MOST_OPTIONS and often)
    if labels and repeated and max(map(len, labels)) <= (_LONGEST_LABEL if often else _LONG_LABEL):
        return {
            "type": "single",
            "options": options_of(labels, tag),
            **({"other": True} if other else {}),
            "why": message("responses.draft_single", n=len(labels)),
        }
    long = sum(map(len, distinct)) / len(distinct) > _LONG_TEXT
    return {"type": "comment" if long else "text", "why": message("responses.draft_text", n=len(distinct))}


def _several(
    texts: Sequence[str], distinct: Sequence[str], separator: str, layout: Layout
) -> tuple[list[str], bool] | None:
    """Return the options of cells that hold several, and whether there is an "other"; None where they do not."""
    cells = _glued([[p.strip() for p in text.split(separator) if p.strip()] for text in texts], separator)
    parts = [part for cell in cells for part in cell]
    labels, other = labels_of(parts)
    if layout.write_ins and len(texts) >= _ENOUGH:
        counts = Counter(parts)
        often = [label for label in labels if counts[label] >= _OFTEN]
        if len(often) > 1 and len(often) < len(labels):
            labels, other = often, True
    few = 0 < len(labels) <= _MOST_OPTIONS and len(labels) * 2 <= len(parts)
    if not few or sum(len(cell) > 1 for cell in cells) * 5 < len(texts):
        return None
    each = Counter(p.strip() for text in distinct for p in text.split(separator) if p.strip())
    longest = max(map(len, labels))
    # “Yes, please” and “No, thank you” have a comma and nothing in common
    if max(each.values()) < 2 or longest > (_LONGEST_LABEL if len(labels) * 5 <= len(parts) else _LONG_LABEL):
        return None
    return labels, other


def _glued(cells: list[list[str]], separator: str) -> list[list[str]]:
    """Join pieces that are never apart and look like halves of one option: a bracket left open, a small letter."""
    while True:
        counts = Counter(piece for cell in cells for piece in cell)
        pairs = Counter(pair for cell in cells for pair in pairwise(cell))
        halves = {
            pair for pair, n in pairs.items() if n > 1 and n == counts[pair[0]] == counts[pair[1]] and _is_half(*pair)
        }
        if not halves:
            return cells
        cells = [_joined(cell, halves, separator) for cell in cells]


def _is_half(left: str, right: str) -> bool:
    return left.count("(") > left.count(")") or left.count("（") > left.count("）") or right[0].islower()


def _joined(cell: Sequence[str], halves: set[tuple[str, str]], separator: str) -> list[str]:
    result: list[str] = []
    last = ""
    for piece in cell:
        if (last, piece) in halves:
            result[-1] += separator + piece
            last = ""  # three in a row are joined in the next round
        else:
            result.append(piece)
            last = piece
    return result


def labels_of(texts: Sequence[str]) -> tuple[list[str], bool]:
    """Return option labels, numbered ones in their order, and whether something was written beside one of them."""
    labels: dict[str, None] = {}
    other = False
    for text in texts:
        label, written = split_write_in(text)
        if written is not None or plain_text(label) in _OTHER:
            other = True
        else:
            labels.setdefault(label)
    numbers = [re.search(r"\d+", label) for label in labels]
    if all(numbers) and len({m[0] for m in numbers if m}) == len(labels):
        return sorted(labels, key=lambda label: int(re.search(r"\d+", label)[0])), other  # type: ignore[index]
    return list(labels), other


_OTHER = {plain_text(label) for label in OTHER_LABELS}


def options_of(labels: Sequence[str], tag: str) -> list[dict[str, Any]]:
    """Return options named by their labels, those that differ in case only once."""
    folded: dict[str, str] = {}
    for label in labels:
        folded.setdefault(label.casefold(), label)
    return [{"value": label, "text": {tag: label}} for label in folded.values()]
