"""A text as one byte per character: numbers for the characters that matter, and for the kinds of all others.

The terms of a codebook use few different characters. Each of them gets a number of its own below 256 (where none is
left, several of one kind share it), all other characters the number of their kind. So a single look-up per character
gives everything: kinds are a translation of the bytes, and a term is found as a string of bytes. Case and width are
gone by then; nothing has moved.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.themes.codings.characters import Codes, Halves, code_points, tables

Ints = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]
FRAME = 16
"""How far beyond the ends of a text one may look."""
_NUMBERS = 256
_NOTHING = "\0" * FRAME


@dataclass(frozen=True, slots=True, kw_only=True)
class Alphabet:
    """The numbers of characters.

    Attributes
    ----------
    numbers : ndarray of uint8
        Code point → number.
    kinds : ndarray of uint8
        Number → kinds, as bits.
    shared : ndarray of bool
        Number → whether several of the characters share it.
    """

    numbers: Bytes
    kinds: Bytes
    shared: npt.NDArray[np.bool_]

    def having(self, kinds: int) -> bytes:
        """Return a table for ``bytes.translate``: 1 for the numbers of any of these kinds, 0 for the others."""
        flags: bytes = ((self.kinds & kinds) != 0).tobytes()
        return flags


@dataclass(frozen=True, slots=True, kw_only=True)
class Characters:
    """A text with the numbers of its characters; made by `read`.

    Attributes
    ----------
    text : str
    codes : ndarray
        Its code points.
    numbers : bytes
        One per character.
    alphabet : Alphabet
    framed_codes, framed_numbers : ndarray
        The same with a few zeros before and behind, so that a look beyond the ends finds nothing.
    """

    text: str
    codes: Codes
    numbers: bytes
    alphabet: Alphabet
    framed_codes: Codes
    framed_numbers: Bytes

    def where(self, kinds: int) -> Ints:
        """Return the positions of the characters of any of these kinds."""
        return np.flatnonzero(np.frombuffer(self.numbers.translate(self.alphabet.having(kinds)), bool))

    def without(self, kinds: int) -> Ints:
        """Return the positions of the characters of none of these kinds."""
        return np.flatnonzero(~np.frombuffer(self.numbers.translate(self.alphabet.having(kinds)), bool))

    def kind(self, at: Ints) -> Bytes:
        """Return the kinds at some positions, up to `FRAME` beyond the ends of the text: nothing is there."""
        return self.alphabet.kinds[self.framed_numbers[at + FRAME]]

    def char(self, at: Ints) -> Codes:
        """Return the folded characters at some positions, up to `FRAME` beyond the ends of the text: 0."""
        return tables().fold[self.framed_codes[at + FRAME]]


def read(text: str, alphabet: Alphabet, halves: Halves = "surrogatepass") -> Characters:
    """Return a text with the numbers of its characters; half characters stay, or raise `UnicodeEncodeError`."""
    framed_codes = code_points(f"{_NOTHING}{text}{_NOTHING}", halves)
    framed_numbers = alphabet.numbers.take(framed_codes, mode="clip")
    framed_numbers[:FRAME] = framed_numbers[len(framed_numbers) - FRAME :] = 0
    numbers = framed_numbers[FRAME:-FRAME].tobytes()
    return Characters(
        text=text, codes=framed_codes[FRAME:-FRAME], numbers=numbers, alphabet=alphabet, framed_codes=framed_codes,
        framed_numbers=framed_numbers,
    )  # fmt: skip


def make_alphabet(chars: Iterable[str] = ()) -> Alphabet:
    """Return the alphabet in which some (folded) characters have numbers of their own, as far as numbers go.

    Examples
    --------
    >>> alphabet = make_alphabet("价格")
    >>> len({int(alphabet.numbers[ord(char)]) for char in "价格贵便"})
    3
    """
    both = tables()
    combinations = both.combinations
    numbers = both.plain_numbers.copy()
    kinds = np.zeros(_NUMBERS, np.uint8)
    kinds[: combinations.size] = combinations
    shared = np.zeros(_NUMBERS, bool)
    of_kind: dict[int, list[str]] = {}
    for char in sorted(set(chars)):
        of_kind.setdefault(int(both.kinds[ord(char)]), []).append(char)
    first, left = combinations.size, len(of_kind)
    for kind, same in sorted(of_kind.items(), key=lambda entry: len(entry[1])):  # so the few have their own
        room = min(len(same), (_NUMBERS - first) // left)
        own = room if len(same) == room else room - room // 4 - 1
        given = np.arange(len(same))
        given[own:] = own + np.arange(len(same) - own) % max(room - own, 1)
        numbers[[ord(char) for char in same]] = first + given
        kinds[first + given] = kind
        shared[first + given[own:]] = True
        first, left = first + room, left - 1
    numbers[both.folding] = numbers[both.fold[both.folding]]
    return Alphabet(numbers=numbers, kinds=kinds, shared=shared)
