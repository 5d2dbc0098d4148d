"""Headers of the kind "3. question - option", whose number says which columns belong to one question."""

from __future__ import annotations

from collections.abc import Sequence


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
