"""Texts as vectors: character n-grams weighed by how rare they are, so that Chinese works without a word list.

Where words are not separated (Chinese, Japanese, Thai) the n-grams are of two and three characters; within words of
other scripts of four and five, the edges of the word among them, so that “parking” and “parked” have much in common.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Codes = npt.NDArray[np.uint32]

_DENSE, _WORD, _BREAK = 1, 2, 0
_SPACE, _END = np.uint32(32), np.uint32(10)
_MIX = np.uint64(0x9E3779B97F4A7C15)
_DENSE_RANGES = ((0x0E00, 0x0F00), (0x3040, 0x3100), (0x3400, 0x4DC0), (0x4E00, 0xA000), (0xF900, 0xFB00),
                 (0x20000, 0x32000))  # fmt: skip
"""Thai and Lao, kana, Han: written without spaces."""

_CLASS = "".join(f"{chr(low)}-{chr(high - 1)}" for low, high in _DENSE_RANGES)
_DENSE_CHAR = re.compile(f"[{_CLASS}]")
_RUN = re.compile(f"[{_CLASS}]+|[^{_CLASS}]+")


def is_dense(text: str) -> bool:
    """Return whether a text has a character of a script that does not separate words.

    Examples
    --------
    >>> is_dense("停车"), is_dense("parking")
    (True, False)
    """
    return _DENSE_CHAR.search(text) is not None


def plain(text: str) -> str:
    """Return a text without case, width, punctuation and runs of white space: what makes two comments the same.

    Examples
    --------
    >>> plain("  No Parking!! "), plain("停车　难。")
    ('no parking', '停车 难')
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join("".join(char if char.isalnum() else " " for char in folded).split())


@dataclass(frozen=True, slots=True, eq=False)
class Vectors:
    """Texts as rows in the space of n-grams.

    Attributes
    ----------
    rows : sparse array
        Texts × n-grams that several texts have, or a repeated one, TF–IDF. With the other n-grams each row would have
        length 1.
    telling : ndarray
        How much of a word each n-gram is: two Chinese characters are one, four letters a third.
    """

    rows: Any
    telling: FloatArray


def vectors(texts: Sequence[str], repeated: Sequence[bool] = ()) -> Vectors:
    """Return texts as vectors.

    Parameters
    ----------
    texts : sequence of str
        As `plain` gives them, each once.
    repeated : sequence of bool
        For the first texts, whether so many wrote the same that the text is a group by itself; its n-grams are kept,
        though no other text has them.

    Examples
    --------
    >>> found = vectors(["no parking", "no parking lot", "friendly staff", "friendly stuff"]).rows
    >>> similar = (found @ found.T).toarray()
    >>> bool(similar[0, 1] > 0.7), float(similar[0, 2])
    (True, 0.0)
    """
    from pandas import factorize
    from scipy.sparse import coo_array, csr_array

    owner, gram, dense = _grams(texts)
    column, names = factorize(gram)
    counts: Any = coo_array((np.ones(len(owner)), (owner, column)), shape=(len(texts), len(names))).tocsr()
    counts.data[:] = 1.0  # clauses are short: whether, not how often
    df = np.bincount(counts.indices, minlength=len(names))
    rare = np.log(len(texts) / np.maximum(df, 1)) + 0.1
    kept = np.zeros(len(texts), bool)
    kept[: len(repeated)] = repeated
    df[counts[np.flatnonzero(kept)].indices] = 2  # of a text that many wrote
    shared = np.flatnonzero(df >= 2)
    # what no other text has cannot make two texts alike, but it makes them unlike: it counts for the length
    length = np.sqrt(np.asarray(counts @ rare**2).reshape(-1))
    rows: Any = csr_array(counts[:, shared])
    rows.data = rare[shared][rows.indices] / np.repeat(length, np.diff(rows.indptr))
    of_dense = np.zeros(len(names), bool)
    of_dense[column[dense]] = True
    return Vectors(rows, np.where(of_dense[shared], 1.0, 1 / 3))


def _grams(texts: Sequence[str]) -> tuple[IntArray, npt.NDArray[np.uint64], npt.NDArray[np.bool_]]:
    """Return the text and the n-gram of each occurrence, and whether its script does not separate words."""
    joined = "\n".join(f" {text} " for text in texts) + "\n"
    codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), np.uint32)
    owner = np.cumsum(codes == _END) - (codes == _END)
    kind = np.where(codes == _END, _BREAK, np.where(codes == _SPACE, _BREAK, np.where(_dense(codes), _DENSE, _WORD)))
    # a word beside a Chinese character has an edge there, too
    edge = np.flatnonzero((kind[:-1] != kind[1:]) & (kind[:-1] != _BREAK) & (kind[1:] != _BREAK)) + 1
    codes = np.insert(codes, edge, _SPACE)
    owner, kind = np.insert(owner, edge, owner[edge]), np.insert(kind, edge, _BREAK)
    owners, grams, scripts = [], [], []
    for n, script in ((2, _DENSE), (3, _DENSE), (4, _WORD), (5, _WORD)):
        size = len(codes) - n + 1
        if size <= 0:
            continue
        inner = kind == script
        fits = np.ones(size, bool)
        for k in range(n):
            mine = inner[k : k + size]
            if script == _WORD and k in (0, n - 1):
                mine = mine | (codes[k : k + size] == _SPACE)
            fits &= mine
        at = np.flatnonzero(fits)
        mixed = np.full(len(at), np.uint64(n))
        with np.errstate(over="ignore"):
            for k in range(n):
                mixed = (mixed ^ codes[at + k]) * _MIX
                mixed ^= mixed >> np.uint64(29)
        owners.append(owner[at])
        grams.append(mixed)
        scripts.append(np.full(len(at), script == _DENSE))
    if not owners:
        return np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, bool)
    return np.concatenate(owners).astype(np.int64), np.concatenate(grams), np.concatenate(scripts)


def _dense(codes: Codes) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(codes), bool)
    for low, high in _DENSE_RANGES:
        found |= (codes >= low) & (codes < high)
    return found


@lru_cache(maxsize=1 << 14)
def readable(text: str) -> frozenset[str]:
    """Return what of a plain text may be a term: words, pairs of words, and two to five Chinese characters.

    Examples
    --------
    >>> sorted(readable("no parking 停车难"))
    ['no parking', 'parking', '停车', '停车难', '车难']
    """
    found: set[str] = set()
    words: list[str] = []
    for word in text.split():
        for part in _RUN.findall(word):
            if is_dense(part):
                words.append("")
                size = len(part)
                found.update(part[i : i + n] for n in range(2, 6) for i in range(size - n + 1))
            else:
                if len(part) > 2:
                    found.add(part)
                words.append(part)
    found.update(f"{a} {b}" for a, b in pairwise(words) if a and b)
    return frozenset(found)
