"""Characters for text matching: one for one without case and width, and what kind each is.

Everything here keeps positions: character i of the folded text is character i of the text, so a span found in one is a
span of the other.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal

import numpy as np
import numpy.typing as npt

Codes = npt.NDArray[np.uint32]
"""A text as its code points."""
Halves = Literal["surrogatepass", "strict"]
"""What becomes of half characters (lone surrogates): they stay, or are an error."""

SPACE, WORD, CONTENT, END, DOT, CLOSER, LINE, GAP = (1 << bit for bit in range(8))
"""Kinds of character, as bits: white space · ASCII letter, digit or _ · letter, digit, symbol or emoji · ends a clause
· full stop (ends one, unless within a number or word) · closing quote or bracket · line end · white space or hyphen."""

_ALL = 0x110000
_NAMED = 0x20000  # planes beyond hold ideographs, and nothing else that matters here
_IDEOGRAPHS = 0x32000  # where those end
_ENDS = "。！？；!?;…｡"
_CLOSERS = "”’」』）)]}\"'»›》〉】〕］｝"
_LINES = "\n\r\x0b\x0c\x85\u2028\u2029"
_HYPHENS = "-‐‑–－"
_APOSTROPHES = "’‘"  # what telephones write for one
_BLOCK = 64
_WIDTHS = frozenset({0x3000, *range(0xFF00, 0x10000, _BLOCK)})  # blocks of the characters that are wide or narrow forms
_REPLACEMENT = 0xFFFD


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What is known of all characters.

    Attributes
    ----------
    fold, kinds : ndarray
        Code point → its folded code point; its kinds.
    folding : ndarray
        The code points that are not their own folded one.
    combinations : ndarray
        The combinations of kinds that there are, sorted.
    plain_numbers : ndarray
        Code point → position of its kinds in `combinations`.
    """

    fold: npt.NDArray[np.uint32]
    kinds: npt.NDArray[np.uint8]
    folding: npt.NDArray[np.int64]
    combinations: npt.NDArray[np.uint8]
    plain_numbers: npt.NDArray[np.uint8]


@cache
def tables() -> Tables:
    """Return both tables, made at the first use."""
    named = as_text(np.arange(_NAMED, dtype=np.uint32))
    folds, own = _folds(named), _kinds(named)
    kinds = own[folds]
    folds[0xD800:0xE000] = _REPLACEMENT
    for chars, kind in ((_ENDS, END), (_CLOSERS, CLOSER), (_LINES, LINE | SPACE | GAP), (_HYPHENS, GAP), (".．", DOT)):
        for char in chars:
            kinds[ord(char)] |= kind
    kinds = kinds[folds]
    fold = np.arange(_ALL, dtype=np.uint32)
    fold[:_NAMED] = folds
    all_kinds = np.zeros(_ALL, np.uint8)
    all_kinds[:_NAMED] = kinds
    all_kinds[_NAMED:_IDEOGRAPHS] = CONTENT
    combinations = np.unique(all_kinds[: _IDEOGRAPHS + 1])  # those that follow have none
    numbers = np.zeros(256, np.uint8)
    numbers[combinations] = np.arange(len(combinations))
    return Tables(
        fold=fold, kinds=all_kinds, folding=np.flatnonzero(folds != np.arange(_NAMED)), combinations=combinations,
        plain_numbers=numbers[all_kinds],
    )  # fmt: skip


def _folds(chars: str) -> npt.NDArray[np.uint32]:
    """Return the folded code point of each character; only blocks in which one folds are looked through."""
    fold = np.arange(len(chars), dtype=np.uint32)
    for start in range(0, len(chars), _BLOCK):
        block = chars[start : start + _BLOCK]
        if block.casefold() != block or block.lower() != block or start in _WIDTHS:
            fold[start : start + _BLOCK] = [ord(_plain(char)) for char in block]
    for apostrophe in _APOSTROPHES:
        fold[ord(apostrophe)] = ord("'")
    return fold


def _plain(char: str) -> str:
    """Return a character without width and case, where that is one character again."""
    width = unicodedata.decomposition(char)
    if width.startswith(("<wide>", "<narrow>")):
        char = chr(int(width.split()[1], 16))
    for form in (char.casefold(), char.lower()):
        if len(form) == 1:
            return form
    return char


def _kinds(chars: str) -> npt.NDArray[np.uint8]:
    """Return the kinds of each character that it has by Unicode."""
    kinds = np.zeros(len(chars), np.uint8)
    for pattern, kind in ((r"\s+", SPACE | GAP), (r"[^\W_]+", CONTENT), (r"(?a:\w+)", WORD)):
        for run in re.finditer(pattern, chars):
            kinds[run.start() : run.end()] |= kind
    category = unicodedata.category
    symbols = [code for code in np.flatnonzero(kinds == 0).tolist() if category(chars[code]) == "So"]
    kinds[symbols] |= CONTENT
    return kinds


def code_points(text: str, halves: Halves = "surrogatepass") -> Codes:
    """Return a text as its code points; half characters (lone surrogates) stay, or raise `UnicodeEncodeError`.

    Examples
    --------
    >>> code_points("A价").tolist()
    [65, 20215]
    """
    return np.frombuffer(text.encode("utf-32-le", halves), np.uint32)


def as_text(codes: Codes) -> str:
    """Return code points as a text; the inverse of `code_points`.

    Examples
    --------
    >>> as_text(code_points("A价"))
    'A价'
    """
    return codes.astype("<u4", copy=False).tobytes().decode("utf-32-le", "surrogatepass")


def folded(text: str) -> str:
    """Return a text without case and width, character for character.

    Examples
    --------
    >>> folded("ＡＰＰ 价格！"), len("Straße") == len(folded("Straße"))
    ('app 价格!', True)
    """
    return as_text(tables().fold[code_points(text)])


@lru_cache(maxsize=1 << 14)
def as_needle(text: str) -> str:
    """Return a term as it is looked for: folded, and any run of white space and hyphens one space.

    Examples
    --------
    >>> as_needle("  Customer-Service "), as_needle("客服　电话")
    ('customer service', '客服 电话')
    """
    codes = code_points(text)
    gap = (tables().kinds[codes] & GAP) != 0
    spaced = np.where(gap, np.uint32(32), tables().fold[codes])
    kept = ~gap if not gap.size else ~(gap & np.concatenate(([False], gap[:-1])))
    return as_text(spaced[kept]).strip(" ")


def whole_characters(texts: Sequence[str]) -> list[str]:
    r"""Return texts in which no half character is left (a lone surrogate, which no file can hold).

    Examples
    --------
    >>> whole_characters(["a\ud83d\ude00b", "\ud800"]) == ["a😀b", "�"]
    True
    """
    try:
        "".join(texts).encode()
    except UnicodeEncodeError:
        return [text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace") for text in texts]
    return list(texts)
