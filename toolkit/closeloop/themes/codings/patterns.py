"""Patterns: regular expressions of RE2, which pyarrow brings; linear time, whatever people write.

Python's own ``re`` is not used to find anything here: it understands other expressions, and can take for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from closeloop.themes.codings.characters import folded
from closeloop.themes.codings.hits import Hits, no_hits

_SPECIAL = frozenset(r"\.+*?()[]{}|^$-&~#")


def pattern_source(pattern: str) -> str:
    r"""Return a pattern as it is looked for in folded text: case ignored, full-width characters as plain ones.

    Examples
    --------
    >>> pattern_source("太（贵|慢），Really")
    '(?i)太\\(贵|慢\\),Really'
    """
    return "(?i)" + "".join(_plain(char) for char in pattern)


def _plain(char: str) -> str:
    if char.isascii():
        return char
    plain = folded(char)
    if plain == char or not plain.isascii():
        return char
    return f"\\{plain}" if plain in _SPECIAL else plain


def pattern_error(pattern: str) -> str:
    """Return why RE2 refuses a pattern; empty if it does not."""
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        # RE2 looks at the pattern when there is a text to look at.
        pc.match_substring_regex(pa.array([""]), pattern=pattern_source(pattern))
    except (pa.ArrowInvalid, UnicodeEncodeError) as error:
        return str(error)
    return ""


def matched(pattern: str, texts: Sequence[str]) -> list[bool]:
    """Return in which (folded) texts a pattern is found.

    Examples
    --------
    >>> matched("too (slow|late)", ["much too late", "late"])
    [True, False]
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    return list(pc.match_substring_regex(pa.array(texts, pa.string()), pattern=pattern_source(pattern)).to_pylist())


def find_patterns(patterns: Sequence[tuple[int, str]], clauses: Sequence[str], starts: Any) -> Hits:
    """Return the first match of each pattern in each clause.

    Parameters
    ----------
    patterns : sequence of (int, str)
        Number of the rule, and the pattern.
    clauses : sequence of str
        Folded.
    starts : ndarray
        Where each clause begins in the text.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    if not patterns or not clauses:
        return no_hits()
    array = pa.array(clauses, pa.string())
    rules, begins, ends = [], [], []
    for number, pattern in patterns:
        source = pattern_source(pattern)
        at = np.flatnonzero(pc.match_substring_regex(array, pattern=source).to_numpy(zero_copy_only=False))
        if not at.size:
            continue
        found = array.take(pa.array(at))
        # Bytes: where the first match begins, and how many go when it is taken out.
        first = pc.find_substring_regex(found, pattern=source).to_numpy()
        rest = pc.replace_substring_regex(found, pattern=source, replacement="", max_replacements=1)
        length = pc.binary_length(found).to_numpy() - pc.binary_length(rest).to_numpy()
        for clause, begin, size in zip(at.tolist(), first.tolist(), length.tolist(), strict=True):
            encoded = clauses[clause].encode()
            before = len(encoded[:begin].decode())
            rules.append(number)
            begins.append(starts[clause] + before)
            ends.append(starts[clause] + before + len(encoded[begin : begin + size].decode()))
    return Hits(rule=np.array(rules, np.int64), start=np.array(begins, np.int64), end=np.array(ends, np.int64))
