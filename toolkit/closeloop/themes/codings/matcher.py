"""Where the terms and phrases of a codebook match in a text."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from closeloop.themes.codings.alphabet import Characters
from closeloop.themes.codings.characters import GAP, WORD
from closeloop.themes.codings.hits import Hits, no_hits
from closeloop.themes.codings.needles import Needles

Ints = npt.NDArray[np.int64]
_SPACE = 32


def find_terms(needles: Needles, text: Characters) -> Hits:
    """Return all matches of terms and phrases in a text that was read in the needles' alphabet, also overlapping ones.

    A match within a longer Latin word is none, at the ends where the term is Latin: the neighbours that refuse it are
    A–Z, a–z, 0–9 and _ (also in full width). A Chinese neighbour does not refuse: there are no spaces between words.
    """
    if needles.automaton is None:
        return no_hits()
    numbers, places = _joints_as_one(needles, text.numbers)
    which, start = needles.automaton(numbers)
    rule, start = _members(needles, which, start)
    last = start + needles.lengths[rule] - 1
    begin, end = (start, last + 1) if places is None else (places[start], places[last] + 1)
    refused = needles.whole_start[rule] & ((text.kind(begin - 1) & WORD) != 0)
    refused |= needles.whole_end[rule] & ((text.kind(end) & WORD) != 0)
    doubtful = np.flatnonzero(needles.shared[rule] & ~refused)
    refused[doubtful] = ~_same(needles, text, rule[doubtful], start[doubtful], places)
    return Hits(rule=rule, start=begin, end=end).where(~refused)


def _joints_as_one(needles: Needles, numbers: bytes) -> tuple[bytes, Ints | None]:
    """Return a text in which each run of white space and hyphens is one character, and where its characters were."""
    if not needles.spaced:
        return numbers, None
    joined = numbers.translate(needles.joints)
    gap = np.frombuffer(joined, np.uint8) == needles.alphabet.numbers[_SPACE]
    goes_on = np.concatenate(([False], gap[1:] & gap[:-1]))
    if not goes_on.any():
        return joined, None
    places = np.flatnonzero(~goes_on)
    return np.frombuffer(joined, np.uint8)[places].tobytes(), places


def _members(needles: Needles, which: Ints, start: Ints) -> tuple[Ints, Ints]:
    """Return the rules of what the automaton found: mostly one, several where it cannot tell them apart."""
    first = needles.first[which]
    count = needles.first[which + 1] - first
    begin = np.cumsum(count) - count
    member = np.arange(count.sum()) - np.repeat(begin - first, count)
    return needles.members[member], np.repeat(start, count)


def _same(needles: Needles, text: Characters, rule: Ints, start: Ints, places: Ints | None) -> npt.NDArray[np.bool_]:
    """Say which matches are so character by character; some characters share a number."""
    longest = int(needles.lengths[rule].max(initial=0))
    expected = needles.chars[rule, :longest]
    at = np.minimum(start[:, None] + np.arange(longest), (text.codes.size if places is None else places.size) - 1)
    at = at if places is None else places[at]
    gap = (expected == _SPACE) & ((text.kind(at) & GAP) != 0)
    same: npt.NDArray[np.bool_] = (gap | (expected == 0) | (expected == text.char(at))).all(axis=1)
    return same
