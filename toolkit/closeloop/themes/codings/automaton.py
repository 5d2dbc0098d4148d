"""All terms at once: one pass over a text, whatever the number of terms.

With the extra ``text`` the pass is that of ahocorasick-rs. Without it numpy walks a tree of the terms, from all
positions of the text where one may begin at the same time: one step per character of the longest term.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Automaton = Callable[[bytes], tuple[Ints, Ints]]
"""Text → which term, and where it begins, for all matches, also those that overlap."""


def automaton(terms: Sequence[bytes], word: bytes) -> Automaton | None:
    """Return what finds some terms, all different; None if there are none.

    Parameters
    ----------
    terms : sequence of bytes
    word : bytes
        256 flags: whether a byte is part of a word. A term that begins with such a byte need not be found within a
        word; the caller refuses it there.

    Examples
    --------
    >>> find = automaton([b"he", b"she", b"hers"], bytes(256))
    >>> which, start = find(b"ushers")
    >>> sorted(zip(which.tolist(), start.tolist()))
    [(0, 2), (1, 1), (2, 2)]
    """
    if not terms:
        return None
    try:
        import ahocorasick_rs
    except ImportError:
        return walk(terms, word)
    found = ahocorasick_rs.BytesAhoCorasick(list(terms), implementation=ahocorasick_rs.Implementation.DFA)

    def find(text: bytes) -> tuple[Ints, Ints]:
        matches = found.find_matches_as_indexes(text, overlapping=True)
        table = np.fromiter(chain.from_iterable(matches), np.int64, 3 * len(matches)).reshape(-1, 3)
        return table[:, 0], table[:, 1]

    return find


def walk(terms: Sequence[bytes], word: bytes) -> Automaton:
    """Return what finds some terms by walking their tree with numpy; parameters as in `automaton`.

    Examples
    --------
    >>> which, start = walk([b"aa", b"a"], bytes(256))(b"aa")
    >>> sorted(zip(which.tolist(), start.tolist()))
    [(0, 0), (1, 0), (1, 1)]
    """
    follower, ends = _tree(terms)
    longest = max(map(len, terms))
    begins = bytes(any(term[0] == byte for term in terms) for byte in range(256))

    def find(text: bytes) -> tuple[Ints, Ints]:
        allowed = np.frombuffer(text.translate(begins), bool).copy()
        in_word = np.frombuffer(text.translate(word), bool)
        allowed[1:] &= ~(in_word[1:] & in_word[:-1])
        at = np.flatnonzero(allowed)
        numbers = np.frombuffer(text + bytes(longest), np.uint8)
        state = np.zeros(at.size, np.int64)
        which, where = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
        for depth in range(longest):
            state = follower[state + numbers[at + depth]]
            going = np.flatnonzero(state)
            at, state = at[going], state[going]
            if not at.size:
                break
            term = ends[state >> 8]
            done = np.flatnonzero(term >= 0)
            which.append(term[done])
            where.append(at[done])
        return np.concatenate(which), np.concatenate(where)

    return find


def _tree(terms: Sequence[bytes]) -> tuple[Ints, Ints]:
    """Return the tree as a table (256 × node + byte → 256 × next node, 0: none), and the term ending at each node."""
    nodes: list[dict[int, int]] = [{}]
    last: dict[int, int] = {}
    for number, term in enumerate(terms):
        node = 0
        for byte in term:
            if byte not in nodes[node]:
                nodes[node][byte] = len(nodes)
                nodes.append({})
            node = nodes[node][byte]
        last[node] = number
    follower = np.zeros(256 * len(nodes), np.int64)
    for node, children in enumerate(nodes):
        for byte, child in children.items():
            follower[256 * node + byte] = 256 * child
    ends = np.full(len(nodes), -1, np.int64)
    ends[list(last)] = list(last.values())
    return follower, ends
