"""Comments are coded by rules: what matches, what does not, and that all ways of looking find the same."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.themes.codebooks.codebook import Codebook, CodebookState
from closeloop.themes.codings.characters import as_needle, folded
from closeloop.themes.codings.clauses import split_clauses
from closeloop.themes.codings.code_mentions import code_mentions
from closeloop.themes.codings.coding import Coding
from closeloop.themes.codings.needles import codebook_rules, compile_needles


def book(*rules: dict[str, Any]) -> Codebook:
    """Make a codebook with one code per argument: c0, c1, …."""
    text = {"en": "x"}
    codes = [{"id": f"c{i}", "label": text, "definition": text, "rules": rule} for i, rule in enumerate(rules)]
    return Codebook(
        CodebookState.model_validate(
            {"id": "b", "version": 3, "languages": ["en"], "title": text, "split": text, "codes": codes}
        )
    )


@contextmanager
def engine(name: str) -> Iterator[None]:
    """Code with ahocorasick-rs, or as if it were not installed."""
    kept = sys.modules.get("ahocorasick_rs")
    if name == "ahocorasick":
        pytest.importorskip("ahocorasick_rs")
    else:
        sys.modules["ahocorasick_rs"] = None  # type: ignore[assignment]
    compile_needles.cache_clear()
    try:
        yield
    finally:
        sys.modules.pop("ahocorasick_rs", None)
        if kept is not None:
            sys.modules["ahocorasick_rs"] = kept
        compile_needles.cache_clear()


@pytest.fixture(params=["ahocorasick", "numpy"])
def either(request: pytest.FixtureRequest) -> Iterator[str]:
    with engine(request.param):
        yield request.param


def found(coding: Coding) -> list[tuple[str, str, str, str]]:
    """Give mention, code, rule and the words that the rule matched."""
    return [
        (
            coding.mention_text(mention), coding.codes[code], coding.rules[rule],
            coding.texts[coding.response[mention]][start:end],
        )
        for mention, code, rule, start, end in zip(
            coding.mention.tolist(), coding.code.tolist(), coding.rule.tolist(), coding.found_start.tolist(),
            coding.found_end.tolist(), strict=True,
        )
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("term", "text", "words"),
    [
        ("late", "It was LATE.", "LATE"),
        ("late", "ｌａｔｅ again", "ｌａｔｅ"),
        ("late", "很late了", "late"),
        ("late", "later", None),
        ("late", "plate", None),
        ("late", "late_", None),
        ("late", "ｐlate", None),
        ("late", "so-late!", "late"),
        ("app", "这个app很慢", "app"),
        ("app", "apps", None),
        ("5g", "no 5G here", "5G"),
        ("c++", "my c++ book", "c++"),
        ("delay*", "Delays again", "Delay"),
        ("delay*", "undelayed", None),
        ("慢", "太慢了", "慢"),
        ("APP闪退", "app闪退", "app闪退"),
        ("ＡＰＰ", "the app", "app"),
        ("customer service", "Customer-Service is bad", "Customer-Service"),
        ("customer service", "customer \t – service", "customer \t – service"),
        ("customer service", "customer\nservice", None),
        ("customer service", "customerservice", None),
        ("red-tape", "red  tape", "red  tape"),
        ("客服 电话", "客服　电话", "客服　电话"),
        ("straße", "STRASSE Straße", "Straße"),
        ("don't", "I DON'T care", "DON'T"),
    ],
)
def test_a_term_matches_whole_latin_words_and_chinese_anywhere(
    term: str, text: str, words: str | None, either: str
) -> None:
    coding = code_mentions([text], book({"terms": {"en": [term]}}))
    assert [each[3] for each in found(coding)] == ([] if words is None else [words])


def test_overlapping_terms_all_give_their_codes(either: str) -> None:
    codebook = book(*({"terms": {"zh-CN": [term]}} for term in ("服务态度", "态度差", "态度")))
    assert [each[1:] for each in found(code_mentions(["服务态度差"], codebook))] == [
        ("c0", "服务态度", "服务态度"), ("c1", "态度差", "态度差"), ("c2", "态度", "态度"),
    ]  # fmt: skip


def test_of_several_rules_of_a_code_the_first_then_the_longest_is_kept(either: str) -> None:
    codebook = book({"terms": {"en": ["again", "late", "late again"]}, "patterns": ["l.te"]})
    assert found(code_mentions(["So late again"], codebook)) == [("So late again", "c0", "late again", "late again")]


def test_unless_takes_back_the_clause_and_only_the_clause(either: str) -> None:
    rules = {
        "terms": {"en": ["late"], "zh-CN": ["慢"]},
        "unless": {"terms": {"zh-CN": ["不慢"]}, "phrases": {"en": ["not late"]}, "patterns": ["never .*late"]},
    }
    texts = ["Not late. But late!", "不慢。慢", "It is never too late", "late, not late"]
    assert [each[0] for each in found(code_mentions(texts, book(rules, {"terms": {"en": ["late"]}})))] == [
        "Not late.", "But late!", "But late!", "慢", "It is never too late", "late, not late",
    ]  # fmt: skip


def test_a_pattern_is_found_within_one_clause_in_folded_text_with_its_span_in_the_original(either: str) -> None:
    codebook = book({"patterns": ["等了?(\\d+|半)个?小时", "TOO (slow|LATE)", "，但"]})
    texts = ["我们等了３个小时。等\n2小时", "Much Too Late!", "好，但贵", "too slow… 等半小时"]
    assert [each[3] for each in found(code_mentions(texts, codebook))] == [
        "等了３个小时", "Too Late", "，但", "too slow", "等半小时",
    ]  # fmt: skip


def test_comments_without_words_or_in_other_languages_are_kept_without_codes(either: str) -> None:
    codebook = book({"terms": {"en": ["late"], "zh-CN": ["慢"]}})
    nothing, other = ["", None, float("nan"), pd.NA], ["👍", "الخدمة سيئة", "Очень плохо", "ひどい"]
    texts = [*nothing, *other, "<b>late</b>", "late " * 20_000]
    coding = code_mentions(texts, codebook, ids=[f"r{i}" for i in range(10)])
    assert coding.n_responses == 10
    assert coding.ids.tolist() == [f"r{i}" for i in range(10)]
    assert coding.matrix("response").ravel().tolist() == [0] * 8 + [1, 1]
    assert set(range(4)).isdisjoint(coding.response.tolist())
    assert coding.texts is not None
    assert coding.texts[:4].tolist() == ["", "", "", ""]


def test_half_characters_become_whole_ones() -> None:
    coding = code_mentions(["late \ud800 again", "ok"], book({"terms": {"en": ["again"]}}))
    assert found(coding) == [("late � again", "c0", "again", "again")]


def test_numbers_and_times_in_a_column_are_read_as_text() -> None:
    coding = code_mentions(pd.Series([404, "error 404"], dtype=object), book({"terms": {"en": ["404"]}}))
    assert coding.matrix("response").tolist() == [[1], [1]]


def test_any_kind_of_column_is_taken() -> None:
    polars = pytest.importorskip("polars")
    codebook = book({"terms": {"en": ["late"]}})
    values = ["late", None, "ok"]
    expected = code_mentions(values, codebook)
    for column in (pd.Series(values), np.array(values, object), tuple(values), polars.Series(values)):
        assert code_mentions(column, codebook) == expected


def test_wrong_ids_are_refused() -> None:
    codebook = book({"terms": {"en": ["late"]}})
    with pytest.raises(ValueError, match="2 ids for 1 comments"):
        code_mentions(["late"], codebook, ids=[1, 2])
    with pytest.raises(ValueError, match="first in row 2"):
        code_mentions(["late", "ok"], codebook, ids=[1, None])
    with pytest.raises(TypeError):
        code_mentions("late", codebook)


def test_a_codebook_without_rules_codes_nothing(either: str) -> None:
    coding = code_mentions(["late"], book({}))
    assert (coding.n_mentions, coding.n_assignments, coding.rules) == (1, 0, ())
    assert code_mentions([], book({"terms": {"en": ["late"]}})).n_responses == 0


def test_the_coder_is_the_codebook_with_its_version() -> None:
    assert code_mentions(["late"], book({"terms": {"en": ["late"]}})).coders == ("b@3",)


def test_more_characters_than_a_byte_can_number_are_still_told_apart(either: str) -> None:
    # 1200 ideographs in terms share fewer than 250 numbers: every look-alike must be refused.
    chars = [chr(0x4E00 + i) for i in range(1200)]
    terms = ["".join(chars[i : i + 2]) for i in range(0, 1200, 2)]
    codebook = book(*({"terms": {"zh-CN": terms[i::6]}} for i in range(6)))
    texts = ["".join(pair) for pair in zip(chars, chars[1:] + chars[:1], strict=True)]
    coding = code_mentions(texts, codebook)
    assert [each[0] for each in found(coding)] == terms
    assert [each[2] for each in found(coding)] == terms


# --- against a loop of regular expressions ---

GAP = r"[^\S\n\r\x0b\x0c\x85\u2028\u2029]"


@cache
def expression(needle: str, any_ending: bool) -> re.Pattern[str]:
    """Write a needle as a regular expression of Python, for folded text."""
    body = rf"(?:{GAP}|[-‐‑–－])+".join(re.escape(part) for part in needle.split(" "))
    before = r"(?<![a-z0-9_])" if re.match("[a-z0-9_]", needle) else ""
    after = r"(?![a-z0-9_])" if re.search("[a-z0-9_]$", needle) and not any_ending else ""
    return re.compile(f"{before}(?={body}{after})({body}){after}")


def loop(texts: list[str], codebook: Codebook) -> list[tuple[int, int, int, str, int, int]]:
    """Code with one regular expression per rule: text, clause start, code, rule, span."""
    rules = codebook_rules(codebook)
    clauses = split_clauses(texts)
    rows = []
    for text, start, end in zip(clauses.text.tolist(), clauses.start.tolist(), clauses.end.tolist(), strict=True):
        plain = folded(texts[text])
        best: dict[int, tuple[int, int, int]] = {}
        vetoed = set()
        for order, rule in enumerate(rules):
            # Every start on its own, so that matches may overlap.
            for at in range(start, end):
                match = expression(rule.needle, rule.any_ending).match(plain, at, end)
                whole = match and (match.end() == end or not _goes_on(plain, match.end(), rule.needle, rule.any_ending))
                if match and whole:
                    if rule.vetoes:
                        vetoed.add(rule.code)
                    else:
                        key = (match.start(), match.start() - match.end(), order)
                        best[rule.code] = min(best.get(rule.code, key), key)
        for code, (begin, length, order) in sorted(best.items()):
            if code not in vetoed:
                rows.append((text, start, code, rules[order].name, begin, begin - length))
    return rows


def _goes_on(plain: str, at: int, needle: str, any_ending: bool) -> bool:
    word = re.compile("[a-z0-9_]")
    return bool(not any_ending and word.match(needle[-1]) and at < len(plain) and word.match(plain[at]))


def rows(coding: Coding) -> list[tuple[int, int, int, str, int, int]]:
    return [
        (int(coding.response[m]), int(coding.start[m]), int(c), coding.rules[r], int(s), int(e))
        for m, c, r, s, e in zip(
            coding.mention, coding.code, coding.rule, coding.found_start, coding.found_end, strict=True
        )
    ]


# Terms that overlap, begin and end in one another, and pieces of text that make and break them.
LATIN = ["ab", "ba", "bab", "BAB*", "aba*", "a b", "ab ba", "b-a", "ＡＢ　ab", "1_", "ab'b", "b.a"]
CHINESE = ["贵", "慢", "慢贵", "贵ab", "ab贵", "b贵a", "é贵", "慢 ab"]
TERMS = st.sampled_from([*LATIN, *CHINESE])
PIECES = st.sampled_from([*"abAｂ贵慢- 　.。!\n_1é'Ｋx", "ab", "  ", "\t–"])
TEXTS = st.lists(st.lists(PIECES | TERMS, max_size=14).map("".join), max_size=6)


def once(terms: list[str], taken: frozenset[str] = frozenset()) -> dict[str, Any]:
    """Keep each term once: a codebook refuses what it would look for twice."""
    kept = {as_needle(term.removesuffix("*")): term for term in terms}
    return {"terms": {"en": [term for needle, term in kept.items() if needle not in taken]}}


@settings(max_examples=200, deadline=None)
@given(
    texts=TEXTS,
    terms=st.lists(st.lists(TERMS, max_size=5), min_size=1, max_size=3),
    vetoes=st.lists(TERMS, max_size=1),
)
def test_both_ways_of_looking_find_what_a_loop_of_regular_expressions_finds(
    texts: list[str], terms: list[list[str]], vetoes: list[str]
) -> None:
    taken = frozenset(as_needle(term.removesuffix("*")) for term in terms[0])
    codebook = book({**once(terms[0]), "unless": once(vetoes, taken)}, *map(once, terms[1:]))
    expected = loop(texts, codebook)
    with engine("numpy"):
        without = code_mentions(texts, codebook)
    assert rows(without) == expected
    with engine("ahocorasick"):
        assert code_mentions(texts, codebook) == without
