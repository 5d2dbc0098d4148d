"""Headers of the kind "3. question - option", whose number says which columns belong to one question."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence


def numbered(headers: Mapping[int, str], question: re.Pattern[str]) -> dict[str, list[int]]:
    r"""Return the places of the headers that are a question's, by its number (the pattern's group of that name).

    Examples
    --------
    >>> numbered({0: "1. Why?", 1: "2. What? - Price", 2: "2. What? - Staff"}, re.compile(r"(?P<number>\d)[.].*"))
    {'1': [0], '2': [1, 2]}
    """
    groups: dict[str, list[int]] = {}
    for place, header in headers.items():
        found = question.fullmatch(header)
        if found:
            groups.setdefault(found["number"], []).append(place)
    return groups


def shared_stem(texts: Sequence[str], joins: Sequence[str]) -> tuple[str, str]:
    """Return the question that all texts "question<join>option" begin with, and the join; both empty if there is none.

    Examples
    --------
    >>> shared_stem(["Miss: what?:Price", "Miss: what?:Staff"], [":"])
    ('Miss: what?', ':')
    """
    low, high = min(texts), max(texts)  # what these two begin with, all between them begin with
    same = next((i for i, (a, b) in enumerate(zip(low, high, strict=False)) if a != b), min(len(low), len(high)))
    prefix = low[:same]
    for join in joins:
        stem, found, _ = prefix.rpartition(join)
        if found and all(len(text) > len(stem) + len(join) for text in texts):
            return stem, join
    return "", ""
