"""Comments split into clauses, all of them in one pass over their characters.

A clause ends at 。！？；.!?;… (a run of them, with the quotes and brackets that close behind it, is one end) and at the
end of a line. It does not end

- at a full stop that a letter or digit follows directly (3.5, a.b@c.com, closeloop.org, e.g), but at an ellipsis;
- at the full stop of an abbreviation: e.g., i.e., Mr., approx. …; etc., p.m., Inc. … end it before a capital letter;
- at the full stop of a number that starts a line (``1. slow``);
- within a web address, and at the semicolon of an HTML entity (``&amp;``).

A comma ends nothing: “not bad, but late” is one clause.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from closeloop.themes.codings.alphabet import Alphabet, Characters, make_alphabet, read
from closeloop.themes.codings.characters import CLOSER, CONTENT, DOT, END, LINE, SPACE, WORD

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

# Before a full stop that ends nothing; the second set ends a clause where a capital letter follows.
_ABBREVIATIONS = ("mr", "mrs", "ms", "dr", "prof", "st", "vs", "e.g", "i.e", "cf", "approx", "fig", "dept", "ca")
_MAYBE_LAST = ("etc", "a.m", "p.m", "inc", "ltd", "co", "corp", "u.s", "u.k", "min", "hrs", "ext", "tel")
_BEFORE_NUMBER = ("no", "nr", "pp", "p")
_LONGEST = 7  # characters of an abbreviation, and one before it that is not part of it: packed in eight bytes
_ASCII = 128
_ENTITY = 10
_SHORTEST_ENTITY = 2  # as in &lt;
_ADDRESS = re.compile(r"[!-~]+")
_PUNCTUATION = ".,;:!?)]}'\""
_FEW = 4  # white space at the end of a clause: mostly one character, or none


@dataclass(frozen=True, slots=True, kw_only=True)
class Clauses:
    """Clauses of many texts.

    Attributes
    ----------
    text : ndarray
        Per clause the text it stands in.
    start, end : ndarray
        Its span within that text, without white space at the ends.
    substantive : ndarray of bool
        Whether it holds a letter, a digit, a symbol or an emoji.
    """

    text: Ints
    start: Ints
    end: Ints
    substantive: Flags


def split_clauses(texts: Sequence[str]) -> Clauses:
    """Return the clauses of texts, in order.

    Examples
    --------
    >>> found = split_clauses(["Late again!! It cost 3.5 € more.", "味道好。就是贵……"])
    >>> list(zip(found.text.tolist(), found.start.tolist(), found.end.tolist()))
    [(0, 0, 12), (0, 13, 32), (1, 0, 4), (1, 4, 9)]
    """
    return text_clauses(read("\n".join(texts), _plain_alphabet()), text_begins(texts))


@cache
def _plain_alphabet() -> Alphabet:
    return make_alphabet()


def text_begins(texts: Sequence[str]) -> Ints:
    """Return where each text begins when all are joined with one line feed between each two."""
    lengths = np.fromiter(map(len, texts), np.int64, len(texts)) + 1
    return np.cumsum(lengths) - lengths


def text_clauses(joined: Characters, begins: Ints) -> Clauses:
    """Return the clauses of texts that have been joined; ``begins`` says where each begins."""
    start, end, substantive = _clause_spans(joined)
    text = np.searchsorted(begins, start, side="right") - 1
    return Clauses(text=text, start=start - begins[text], end=end - begins[text], substantive=substantive)


def _clause_spans(text: Characters) -> tuple[Ints, Ints, Flags]:
    """Return start and end of each clause of one text, and whether it is substantive."""
    cuts = np.concatenate(([0], _cuts(text), [text.codes.size]))
    start, end = _without_space(text, cuts[:-1], cuts[1:])
    filled = start < end
    start, end = start[filled], end[filled]
    substantive = (text.kind(start) & CONTENT) != 0
    for at in np.flatnonzero(~substantive).tolist():  # those that begin with a quote or a mark
        substantive[at] = (text.kind(np.arange(start[at], end[at])) & CONTENT).any()
    return start, end, substantive


def _cuts(text: Characters) -> Ints:
    """Return the positions behind the ends of clauses."""
    marks = text.where(END | DOT | LINE)
    kind = text.kind(marks)
    ends = np.ones(marks.size, bool)
    dots = np.flatnonzero(kind & DOT)
    ends[dots] = _dot_ends(marks[dots], text)
    semicolons = np.flatnonzero(text.codes[marks] == ord(";"))
    ends[semicolons] &= ~_ends_entity(marks[semicolons], text)
    if (((kind & END) != 0) & ((text.kind(marks + 1) & WORD) != 0)).any():  # an address may have such marks within it
        for begin, stop in _addresses(text.text):
            ends[np.searchsorted(marks, begin) : np.searchsorted(marks, stop)] = False
    marks, line = marks[ends], (kind[ends] & LINE) != 0
    behind = marks + 1
    for _ in range(2):  # a quote and a bracket
        behind = behind + (~line & ((text.kind(behind) & CLOSER) != 0))
    last_of_run = line | np.concatenate((behind[:-1] != marks[1:], [True]))[: marks.size]
    found: Ints = behind[last_of_run]
    return found


def _dot_ends(dots: Ints, text: Characters) -> Flags:
    """Say which full stops end a clause."""
    if not dots.size:
        return np.empty(0, bool)
    ellipsis = ((text.kind(dots - 1) | text.kind(dots + 1)) & DOT) != 0
    inside = ((text.kind(dots + 1) & WORD) != 0) | (text.char(dots + 1) == ord(","))
    near, far = (np.minimum(text.char(dots - back), _ASCII - 1) for back in (1, 2))
    short = np.flatnonzero(_short_endings()[near, far])  # a few of them: only there the whole word is looked at
    inside[short] |= _shortens(dots[short], text)
    behind_digit = np.flatnonzero((near >= ord("0")) & (near <= ord("9")))
    inside[behind_digit] |= _numbers_line(dots[behind_digit], text)
    ends: Flags = ellipsis | ~inside
    return ends


@cache
def _short_endings() -> Flags:
    """Return which characters, the last and the one before it, stand at the end of what may be an abbreviation."""
    table = np.zeros((_ASCII, _ASCII), bool)
    table[ord("a") : ord("z") + 1, ord(".")] = True
    for word in (*_ABBREVIATIONS, *_MAYBE_LAST, *_BEFORE_NUMBER):
        if len(word) == 1:
            table[ord(word)] = True
        else:
            table[ord(word[-1]), ord(word[-2])] = True
    return table


def _shortens(dots: Ints, text: Characters) -> Flags:
    """Say which full stops stand behind an abbreviation that does not end its clause."""
    follower = dots + 1
    for _ in range(2):
        follower = follower + ((text.kind(follower) & (SPACE | LINE)) == SPACE)
    after = text.codes.take(follower, mode="clip")
    digit_follows = (after >= ord("0")) & (after <= ord("9"))
    goes_on = (after >= ord("a")) & (after <= ord("z")) | digit_follows
    word = _word_before(dots, text)
    letter = ((word & 0xFF) >= ord("a")) & (((word >> np.uint64(8)) & 0xFF) == ord("."))  # the J of F.J.
    found: Flags = np.isin(word, _packed(_ABBREVIATIONS))
    found |= goes_on & (np.isin(word, _packed(_MAYBE_LAST)) | letter)
    found |= digit_follows & np.isin(word, _packed(_BEFORE_NUMBER))
    return found


def _word_before(dots: Ints, text: Characters) -> npt.NDArray[np.uint64]:
    """Return the letters and full stops before each full stop, the nearest first, packed into one number."""
    chars = text.char(dots[:, None] - np.arange(1, _LONGEST + 2))
    going = np.logical_and.accumulate(((chars >= ord("a")) & (chars <= ord("z"))) | (chars == ord(".")), axis=1)
    return np.where(going, chars, 0).astype(np.uint8).view("<u8")[:, 0]


def _packed(words: tuple[str, ...]) -> npt.NDArray[np.uint64]:
    return np.array([int.from_bytes(word[::-1].encode(), "little") for word in words], np.uint64)


def _numbers_line(dots: Ints, text: Characters) -> Flags:
    """Say which full stops stand behind a number of one or two digits with which a line begins."""
    before = dots - 1 - _digit(text, dots - 2)
    begins = (before == 0) | ((text.kind(before - 1) & LINE) != 0)
    found: Flags = _digit(text, dots - 1) & begins
    return found


def _digit(text: Characters, at: Ints) -> Flags:
    char = text.char(at)
    found: Flags = (char >= ord("0")) & (char <= ord("9"))
    return found


def _ends_entity(at: Ints, text: Characters) -> Flags:
    """Say which semicolons end an HTML entity such as ``&amp;`` and ``&#39;``."""
    before = at[:, None] - np.arange(1, _ENTITY)
    chars = text.char(before)
    going = np.logical_and.accumulate(((text.kind(before) & WORD) != 0) | (chars == ord("#")), axis=1)
    found: Flags = (going[:, _SHORTEST_ENTITY - 1 : -1] & (chars[:, _SHORTEST_ENTITY:] == ord("&"))).any(axis=1)
    return found


def _addresses(joined: str) -> Iterator[tuple[int, int]]:
    """Give the spans of web addresses, without the punctuation behind them."""
    for sign in ("://", "www."):
        at = joined.find(sign)
        while at >= 0:
            match = _ADDRESS.match(joined, at)
            stop = at + len(sign) if match is None else at + len(match[0].rstrip(_PUNCTUATION))
            yield at, stop
            at = joined.find(sign, max(stop, at + len(sign)))


def _without_space(text: Characters, start: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return spans without the white space at their ends; one of white space alone becomes empty."""
    start, end = start.copy(), end.copy()
    for edge, step, offset in ((start, 1, 0), (end, -1, -1)):
        waiting = np.flatnonzero(start < end)
        for _ in range(_FEW):
            waiting = waiting[(text.kind(edge[waiting] + offset) & SPACE) != 0]
            edge[waiting] += step
            waiting = waiting[start[waiting] < end[waiting]]
        if waiting.size:
            filled = text.without(SPACE)
            if step > 0:
                first = np.append(filled, text.codes.size)[np.searchsorted(filled, start[waiting])]
                start[waiting] = np.minimum(first, end[waiting])
            else:
                last = np.append(-1, filled)[np.searchsorted(filled, end[waiting])]
                end[waiting] = np.maximum(last + 1, start[waiting])
    return start, end
