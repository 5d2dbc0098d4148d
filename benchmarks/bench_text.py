"""Coding comments by rules: `code_mentions` against a loop of compiled regular expressions, with the same result."""

from __future__ import annotations

import gc
import re
import sys
import time
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from figures import Figure, compared

from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.themes.codings.needles import compile_needles

COMMENTS, CODES, TERMS = 100_000, 30, 300
ROUNDS = 7
PARTS = 4  # of the comments, in which the loop of expressions is timed
Row = tuple[int, int, int, int, int, int]


def measure(comments: int = COMMENTS) -> list[Figure]:
    texts, terms = corpus(np.random.default_rng(4), comments)
    codebook = book(terms)
    with_extra, without = timed(texts, codebook, True), timed(texts, codebook, False)
    expected, reference = looped(texts, terms, re.IGNORECASE)
    lowered, folded_first = looped([text.lower() for text in texts], terms, re.NOFLAG)
    if lowered != expected:
        raise RuntimeError("the two loops of regular expressions give different assignments")
    again = timed(texts, codebook, True), timed(texts, codebook, False)
    for coding in (with_extra[1], without[1]):
        if rows(coding) != expected:
            raise RuntimeError("code_mentions and the loop of regular expressions give different assignments")
    if with_extra[1] != without[1]:
        raise RuntimeError("with and without the extra the codings differ")
    what = (
        f"seconds of the processor; {comments:,} comments,"
        f" half Chinese, {CODES} codes, {TERMS} terms; text to clause × code with spans,"
        f" {len(expected):,} assignments, the same in all"
    )
    figures = []
    for name, target, bar, ours in (
        ("with ahocorasick-rs", ">= 60", "codebook_extra", with_extra[0] + again[0][0]),
        ("with numpy alone", ">= 6", "codebook_plain", without[0] + again[1][0]),
    ):
        times = sum(folded_first) / len(folded_first) / (sum(ours) / len(ours))
        note = f"{what}; {times:.0f} times a loop that lowers each text first"
        figures.append(compared(f"code_mentions {name} / loop of re", target, ours, reference, bar=bar, note=note))
    return figures


def timed(texts: list[str], codebook: Codebook, extra: bool) -> tuple[list[float], Coding]:
    """Return the seconds of one core of several runs, each with the codebook compiled anew, and the coding."""
    kept = sys.modules.get("ahocorasick_rs")
    if not extra:
        sys.modules["ahocorasick_rs"] = None  # type: ignore[assignment]  # as if it were not installed
    seconds: list[float] = []
    for turn in range(ROUNDS + 1):
        compile_needles.cache_clear()
        gc.collect()
        start = time.process_time()
        coding = code_mentions(texts, codebook)
        if turn:  # the first round warms up
            seconds.append(time.process_time() - start)
    compile_needles.cache_clear()
    sys.modules.pop("ahocorasick_rs", None)
    if kept is not None:
        sys.modules["ahocorasick_rs"] = kept
    return seconds, coding


def looped(texts: list[str], terms: list[list[str]], flag: re.RegexFlag) -> tuple[list[Row], list[float]]:
    """Return what the loop finds, and what it takes for all, going by each part of the texts."""
    found: list[Row] = []
    seconds = []
    size = -(-len(texts) // PARTS)
    for first in range(0, len(texts), size):
        start = time.process_time()
        found += loop(texts[first : first + size], terms, flag, first)
        seconds.append((time.process_time() - start) * len(texts) / len(texts[first : first + size]))
    return found, seconds


def loop(texts: list[str], terms: list[list[str]], flag: re.RegexFlag, first: int = 0) -> list[Row]:
    """Code with one regular expression per code, as one would write it: text, clause, code, matched span."""
    clause = re.compile(r"[^。！？；.!?;\n]+[。！？；.!?;\n]*")
    ways: list[Callable[[str], re.Match[str] | None]] = [re.compile(expression(group), flag).search for group in terms]
    found = []
    for number, text in enumerate(texts, start=first):
        for part in clause.finditer(text):
            words = part[0]
            begin = part.start() + len(words) - len(words.lstrip())
            for code, search in enumerate(ways):
                match = search(words)
                if match:
                    found.append(
                        (number, begin, part.start() + len(words.rstrip()), code, part.start() + match.start(),
                         part.start() + match.end())
                    )  # fmt: skip
    return found


def expression(terms: list[str]) -> str:
    """Return one alternative per term, the longest first; Latin ones as whole words."""
    ordered = sorted(terms, key=len, reverse=True)
    latin = "|".join(re.escape(term) for term in ordered if term.isascii())
    chinese = "|".join(re.escape(term) for term in ordered if not term.isascii())
    return rf"(?<![A-Za-z0-9_])(?:{latin})(?![A-Za-z0-9_])|{chinese}"


def rows(coding: Coding) -> list[Row]:
    """Return a coding as the loop gives it."""
    columns = (
        coding.response[coding.mention], coding.start[coding.mention], coding.end[coding.mention], coding.code,
        coding.found_start, coding.found_end,
    )  # fmt: skip
    return list(zip(*(column.tolist() for column in columns), strict=True))


def book(terms: list[list[str]]) -> Codebook:
    """Make a codebook of some terms per code."""
    text = {"en": "x"}
    codes = [
        {"id": f"c{number}", "label": text, "definition": text, "rules": {"terms": {"en": group}}}
        for number, group in enumerate(terms)
    ]
    head = {"id": "bench", "version": 1, "languages": ["en"], "title": text, "split": text}
    return Codebook(CodebookState.model_validate({**head, "codes": codes}))


def zipf(n: int) -> npt.NDArray[np.float64]:
    """Return how often the n words of a vocabulary are said."""
    weight = (np.arange(n) + 3.0) ** -1.05
    return weight / weight.sum()


def corpus(rng: np.random.Generator, comments: int) -> tuple[list[str], list[list[str]]]:
    """Make comments of some 80 characters from two vocabularies whose words are as frequent as words are (Zipf)."""
    syllables = [a + b for a in (*"bcdfghklmnprstvw", "st", "tr", "pl") for b in (*"aeiou", "an", "er", "in")]
    words = list(dict.fromkeys("".join(rng.choice(syllables, rng.integers(2, 4))) for _ in range(6000)))
    hanzi = [chr(code) for code in rng.choice(np.arange(0x4E00, 0x9FA5), 2500, replace=False)]
    latin = [words[at] for at in rng.choice(np.arange(60, 3000), TERMS // 2, replace=False)]
    latin = [f"{term} {words[at]}" if at < 30 else term for at, term in enumerate(latin)]
    latin = [term for term in latin if len(term) > 2]
    chinese: dict[str, None] = {}
    while len(chinese) < TERMS - len(latin):
        chinese["".join(hanzi[at] for at in rng.integers(0, 600, rng.choice([2, 2, 2, 3, 4])))] = None
    both = [*latin, *chinese]
    latin_said = rng.choice(len(words), (comments // 2, 13), p=zipf(len(words))).tolist()
    chinese_said = rng.choice(len(hanzi), (comments // 2, 64), p=zipf(len(hanzi))).tolist()
    texts = []
    for number in range(comments):
        pool, size, joint = (words, 13, " ") if number % 2 else (hanzi, 64, "")
        said = [pool[at] for at in (latin_said if number % 2 else chinese_said)[number // 2]]
        if rng.random() < 0.5:
            said[3] = both[rng.integers(len(latin))] if number % 2 else both[rng.integers(len(latin), TERMS)]
        cut = size // 3 + number % (size // 3)
        end = (". ", "!") if number % 2 else ("。", "！")
        texts.append(f"{joint.join(said[:cut]).capitalize()}{end[0]}{joint.join(said[cut:]).capitalize()}{end[1]}")
    return texts, [both[code::CODES] for code in range(CODES)]
