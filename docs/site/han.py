"""Words to search by, English and Chinese: runs of Chinese characters are cut into pairs, in index and query alike.

Chinese writes no spaces. Sphinx leaves it to a dictionary that is no part of it, and without one indexes no Chinese.
Pairs need none: 贬损者 is 贬损 and 损者, and a page with both is found.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")
IN_THE_BROWSER = r"""
var splitQuery = (query) =>
  (query.match(/[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{Letter}\p{Number}_])+/gu) || []).flatMap((word) =>
    /^[\u4e00-\u9fff]{3,}$/.test(word) ? [...word].slice(1).map((_, at) => word.slice(at, at + 2)) : [word],
  );
"""


def words(text: str) -> list[str]:
    """Give the words of a text, and of each run of three and more Chinese characters its pairs."""
    return [piece for word in WORD.findall(text) for piece in pieces(word)]


def pieces(word: str) -> list[str]:
    """Give a word as it is, a run of three and more Chinese characters as its pairs."""
    if len(word) < 3 or not "\u4e00" <= word[0] <= "\u9fff":
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]
