"""The word lists of the checks, and what a text is made of."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Any

from closeloop.rootcause.whys.lexicon import Lexicon, load_lexicon

HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LITTLE = frozenset({
    "a", "an", "the", "this", "that", "these", "those", "it", "its", "our", "their", "his", "her", "my", "your", "we",
    "they", "them", "him", "us", "me", "he", "she", "you", "i", "to", "of", "in", "on", "at", "by", "for", "from",
    "with", "and", "or", "not", "be", "is", "are", "was", "were", "will", "shall", "must", "should", "may", "can",
    "then", "so", "as",
})  # fmt: skip


@cache
def word_list(name: str) -> Lexicon:
    """Return a shipped word list: action, empty or collective."""
    return load_lexicon(str(resources.files("closeloop").joinpath("data", "lexicons", f"{name}.lexicon.yaml")))


def as_text(value: Any) -> str:
    """Return an answer as text without white space around it; empty where there is none."""
    return "" if value is None else str(value).strip()


def can_be_read(text: str) -> bool:
    """Say whether a text is in a script that the word lists know.

    Examples
    --------
    >>> can_be_read("退款"), can_be_read("refund"), can_be_read("Возврат")
    (True, True, False)
    """
    return bool(HAN.search(text) or _LATIN.search(text))


def content_words(text: str, without: str) -> int:
    """Return how many words with a content a text has beside `without`; of Chinese, how many characters by two.

    Examples
    --------
    >>> content_words("train the agents", "train"), content_words("培训客服", "培训"), content_words("培训", "培训")
    (1, 1, 0)
    """
    rest = text.replace(without, " ", 1)
    han = len(HAN.findall(rest))
    others = [word for word in _WORD.findall(HAN.sub(" ", rest)) if word.casefold() not in _LITTLE]
    return han // 2 + len(others)
