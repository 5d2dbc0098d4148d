"""Which words a statement is made of, in English and in Chinese, and how much two statements have in common."""

from __future__ import annotations

import re

_WORD = re.compile(r"[A-Za-z][A-Za-z'’-]+|\d+(?:[.,]\d+)*|[\u3400-\u9fff]+")
_STOP_WORDS = """
the and for with that this these those from into than then are was were has have had not but our their its his her there
they them will would can could should must may more less most least very too also because therefore by of to in on at is
it as an or be we you do does did what why how who when where which all any each every about after before over under
between out up down off so if no yes
"""
_STOP = frozenset(_STOP_WORDS.split())
_STOP_HAN = frozenset("的了在是和与及或也都就而之于对为被把从到有中上下这那其个们我你他她它等")


def terms(text: str) -> frozenset[str]:
    """Return the words that carry meaning: English ones without their plural s, Chinese as pairs of characters.

    Examples
    --------
    >>> sorted(terms("The parcels are late")), sorted(terms("配送的延误"))
    (['late', 'parcel'], ['延误', '配送'])
    """
    found: set[str] = set()
    for piece in _WORD.findall(text):
        if "\u3400" <= piece[0] <= "\u9fff":
            run = "".join(" " if character in _STOP_HAN else character for character in piece)
            for part in run.split():
                found.update(part[i : i + 2] for i in range(max(len(part) - 1, 1)))
        else:
            word = piece.casefold()
            if word not in _STOP:
                found.add(_singular(word))
    return frozenset(found)


def likeness(one: str, other: str) -> float:
    """Return how alike two statements are, 0…1 (Dice coefficient of their words).

    Examples
    --------
    >>> likeness("Parcels are late", "The parcel was late"), likeness("价格", "服务")
    (1.0, 0.0)
    """
    first, second = terms(one), terms(other)
    if not first or not second:
        return float(one.casefold() == other.casefold())
    return 2 * len(first & second) / (len(first) + len(second))


def _singular(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
