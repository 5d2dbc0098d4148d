"""The rules of a codebook, ready to be looked for: terms and phrases as strings of bytes in one automaton."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from closeloop.themes.codebooks.rules import Matchers
from closeloop.themes.codings.alphabet import Alphabet, make_alphabet
from closeloop.themes.codings.automaton import Automaton, automaton
from closeloop.themes.codings.characters import GAP, LINE, WORD, as_needle, code_points, tables

if TYPE_CHECKING:
    from closeloop.themes.codebooks.codebook import Codebook

Ints = npt.NDArray[np.int64]
_SPACE = " "


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One term, phrase or pattern of a code.

    Attributes
    ----------
    code : int
        Position of the code in the codebook.
    name : str
        As it is written in the codebook; a pattern between slashes.
    needle : str
        What is looked for (see `as_needle`); of a pattern, the regular expression.
    pattern, vetoes, any_ending : bool
        Whether it is a pattern, whether it takes matches back, whether a word may go on behind it.
    """

    code: int
    name: str
    needle: str
    pattern: bool
    vetoes: bool
    any_ending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Needles:
    """The terms and phrases of a codebook, compiled.

    Attributes
    ----------
    rules : tuple of Rule
        All rules, patterns too, in the order of the codebook.
    codes, vetoes : ndarray
        Per rule its code, and whether it takes matches back.
    alphabet : Alphabet
        In which texts are to be read.
    joints : bytes
        Number → itself, but all white space and hyphens one number; for ``bytes.translate``.
    spaced : bool
        Whether any term has white space in it.
    automaton : Automaton or None
        Finds all terms in one pass; None if there are none.
    first, members : ndarray
        The terms that the automaton cannot tell apart: those of its k-th are ``members[first[k]:first[k + 1]]``.
    chars : ndarray of uint32
        Per rule its characters, filled up with zeros.
    lengths, whole_start, whole_end, shared : ndarray
        Per rule: how many characters; whether a word may not begin before it and not go on behind it; whether its
        characters have to be compared because they share numbers.
    """

    rules: tuple[Rule, ...]
    codes: Ints
    vetoes: npt.NDArray[np.bool_]
    alphabet: Alphabet
    joints: bytes
    spaced: bool
    automaton: Automaton | None
    first: Ints
    members: Ints
    chars: npt.NDArray[np.uint32]
    lengths: Ints
    whole_start: npt.NDArray[np.bool_]
    whole_end: npt.NDArray[np.bool_]
    shared: npt.NDArray[np.bool_]


def codebook_rules(codebook: Codebook) -> tuple[Rule, ...]:
    """Return all rules of a codebook, in its order."""
    return tuple(
        rule
        for position, code in enumerate(codebook.codes)
        for matchers, vetoes in ((code.rules, False), (code.rules.unless, True))
        for rule in _rules(position, matchers, vetoes)
    )


def _rules(code: int, matchers: Matchers, vetoes: bool) -> Iterator[Rule]:
    for written in matchers.literals():
        word = written.strip()
        yield Rule(
            code=code, name=word, needle=as_needle(word.removesuffix("*")), pattern=False, vetoes=vetoes,
            any_ending=word.endswith("*"),
        )  # fmt: skip
    for written in matchers.patterns:
        yield Rule(code=code, name=f"/{written}/", needle=written, pattern=True, vetoes=vetoes, any_ending=True)


@lru_cache(maxsize=8)
def compile_needles(rules: tuple[Rule, ...]) -> Needles:
    """Return rules ready to be looked for."""
    literal = [at for at, rule in enumerate(rules) if not rule.pattern]
    alphabet = make_alphabet({char for at in literal for char in rules[at].needle if char != _SPACE})
    lengths = np.zeros(len(rules), np.int64)
    lengths[literal] = [len(rules[at].needle) for at in literal]
    chars = np.zeros((len(rules), int(lengths.max(initial=0))), np.uint32)
    whole_start, whole_end, shared = np.zeros((3, len(rules)), bool)
    keys: dict[bytes, list[int]] = {}
    for at in literal:
        needle = rules[at].needle
        codes = code_points(needle)
        chars[at, : codes.size] = codes
        whole_start[at] = _is_word(needle[0])
        whole_end[at] = _is_word(needle[-1]) and not rules[at].any_ending
        shared[at] = alphabet.shared[alphabet.numbers[codes]].any()
        keys.setdefault(alphabet.numbers[codes].tobytes(), []).append(at)
    space = int(alphabet.numbers[ord(_SPACE)])
    joint = [bool(kind & GAP) and not kind & LINE for kind in alphabet.kinds.tolist()]
    return Needles(
        rules=rules, codes=np.array([rule.code for rule in rules], np.int64),
        vetoes=np.array([rule.vetoes for rule in rules], bool), alphabet=alphabet,
        joints=bytes(space if gap else number for number, gap in enumerate(joint)),
        spaced=any(_SPACE in rules[at].needle for at in literal),
        automaton=automaton(list(keys), alphabet.having(WORD)), first=np.cumsum([0, *map(len, keys.values())]),
        members=np.array(list(chain(*keys.values())), np.int64), chars=chars, lengths=lengths,
        whole_start=whole_start, whole_end=whole_end, shared=shared,
    )  # fmt: skip


def _is_word(char: str) -> bool:
    return bool(tables().kinds[ord(char)] & WORD)
