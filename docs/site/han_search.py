"""Words to search by, in English and in Chinese: runs of Chinese characters are cut into pairs, on both sides alike.

Chinese writes no spaces. Sphinx leaves it to a dictionary that is no part of it; without one it indexes no Chinese word.
Pairs need no dictionary: 贬损者 is 贬损 and 损者, and a page with both is found.
"""

from __future__ import annotations

import re

from sphinx.search.en import SearchEnglish

WORDS = re.compile(r"[\u4e00-\u9fff]+|[^\W\u4e00-\u9fff]+")


class HanAndEnglish(SearchEnglish):
    """English words by their stem, Chinese characters by pairs."""

    lang = "zh"
    js_splitter_code = r"""
var splitQuery = (query) =>
  (query.match(/[\u4e00-\u9fff]+|(?:(?![\u4e00-\u9fff])[\p{Letter}\p{Number}_])+/gu) || []).flatMap((word) =>
    /^[\u4e00-\u9fff]{3,}$/.test(word) ? [...word].slice(1).map((_, at) => word.slice(at, at + 2)) : [word],
  );
"""

    def split(self, input: str) -> list[str]:  # noqa: A002
        """Give the words and pairs of a text."""
        return [piece for word in WORDS.findall(input) for piece in pieces(word)]


def pieces(word: str) -> list[str]:
    """Give a word as it is, a run of three and more Chinese characters as its pairs."""
    if len(word) < 3 or not "\u4e00" <= word[0] <= "\u9fff":
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]
