"""What is wrong with the rules of a code: those that match everything or nothing, and patterns RE2 refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from closeloop.survey.document import KeyPath
from closeloop.text import LocalText, message
from closeloop.themes.codings.characters import CONTENT, DOT, END, LINE, as_needle, code_points, tables
from closeloop.themes.codings.clauses import split_clauses
from closeloop.themes.codings.patterns import matched, pattern_error

RuleFault = tuple[KeyPath, str, LocalText]

_SHORTEST_BEGINNING = 3
# Words that stand in almost every sentence, whatever it is about.
_ENGLISH = """
    a an the and or but of to in on at is it its i we you he she they this that for with was were be are as by my our
"""
_CHINESE = """
    的 了 是 我 在 有 和 就 也 都 不 很 这 那 你 他 她 们 个 一 到 说 要 会 着 没 我们 你们 他们 一个 这个 那个
"""
_IN_EVERY_SENTENCE = frozenset((_ENGLISH + _CHINESE).split())
# Clauses about nothing in common; a pattern that is found in all of one language says nothing about a theme.
_ANY_CLAUSES = (
    (
        "the train to oxford was early this morning", "she ordered another tea without sugar",
        "our printer does not like thick paper there", "nobody at the desk could answer the phone on sunday",
    ),
    ("今天早上的火车提前到了。", "她又点了一杯不加糖的茶", "打印机吃不了厚的纸", "星期天前台没有人接电话"),
)  # fmt: skip
# What other engines understand and RE2 does not, and what to write instead.
_FOREIGN = (
    (re.compile(r"\(\?<?[=!]"), "lookaround"),
    (re.compile(r"\\[1-9]|\(\?P=|\\k[<{]"), "backreference"),
    (re.compile(r"[*+?}]\+|\(\?>"), "possessive"),
)


def rule_faults(rules: Mapping[str, Any]) -> Iterator[RuleFault]:
    """Give the path within the rules, the kind of fault and its message, for all rules of a code.

    Examples
    --------
    >>> [fault for _, fault, _ in rule_faults({"terms": {"en": ["late", "a", "Late"]}, "patterns": [".*"]})]
    ['matches_everything', 'term_twice', 'matches_everything']
    """
    seen: dict[str, str] = {}
    yield from _matchers(rules, (), seen)
    vetoes = rules.get("unless")
    if isinstance(vetoes, Mapping):
        taken_back: dict[str, str] = {}
        yield from _matchers(vetoes, ("unless",), taken_back)
        for path, term in _literals(vetoes, ("unless",)):
            if as_needle(term) in seen:
                yield path, "never_matches", message("codebook.term_vetoed", term=term)


def _literals(matchers: Mapping[str, Any], above: KeyPath) -> Iterator[tuple[KeyPath, str]]:
    for group in ("terms", "phrases"):
        by_language = matchers.get(group)
        for tag, spellings in by_language.items() if isinstance(by_language, Mapping) else ():
            for position, term in enumerate([spellings] if isinstance(spellings, str) else spellings or ()):
                if isinstance(term, str):
                    path = (*above, group, tag) if isinstance(spellings, str) else (*above, group, tag, position)
                    yield path, term


def _matchers(matchers: Mapping[str, Any], above: KeyPath, seen: dict[str, str]) -> Iterator[RuleFault]:
    for path, term in _literals(matchers, above):
        found = _term_fault(term)
        if found is not None:
            yield path, *found
            continue
        first = seen.setdefault(as_needle(term), term)
        if first is not term:
            yield path, "term_twice", message("codebook.term_twice", term=term, first=first)
    patterns = matchers.get("patterns")
    for position, pattern in enumerate([patterns] if isinstance(patterns, str) else patterns or ()):
        if isinstance(pattern, str):
            path = (*above, "patterns") if isinstance(patterns, str) else (*above, "patterns", position)
            found = _pattern_fault(pattern)
            if found is not None:
                yield path, *found
            elif seen.setdefault(f"/{pattern}/", pattern) is not pattern:
                yield path, "term_twice", message("codebook.term_twice", term=pattern, first=pattern)


def _term_fault(term: str) -> tuple[str, LocalText] | None:
    """Return what is wrong with a term or phrase."""
    word = term.strip()
    stem = as_needle(word.removesuffix("*"))
    if not (tables().kinds[code_points(stem)] & CONTENT).any():
        return "matches_everything", message("codebook.term_empty", term=term)
    if "*" in stem or (word.endswith("*") and not stem[-1].isascii()):
        return "star", message("codebook.star", term=term)
    if word.endswith("*") and len(stem) < _SHORTEST_BEGINNING:
        return "matches_everything", message("codebook.short_beginning", term=term, n=_SHORTEST_BEGINNING)
    if len(stem) == 1 and stem.isascii():
        return "matches_everything", message("codebook.single_letter", term=term)
    if stem in _IN_EVERY_SENTENCE:
        return "matches_everything", message("codebook.in_every_sentence", term=term)
    # Letters round the term, so that it is whole only if nothing in it ends a clause. (Few hold what could end one.)
    ends = (tables().kinds[code_points(word)] & (END | DOT | LINE)) != 0
    if ends.any() and len(split_clauses([f"x{word.removesuffix('*')}x"]).text) > 1:
        return "never_matches", message("codebook.ends_within", term=term)
    return None


def _pattern_fault(pattern: str) -> tuple[str, LocalText] | None:
    """Return what is wrong with a pattern."""
    refused = pattern_error(pattern)
    if refused:
        kind = next((name for sign, name in _FOREIGN if sign.search(pattern)), "syntax")
        return "pattern", message(
            "codebook.pattern", pattern=pattern, reason=refused.removeprefix("Invalid regular expression: "),
            instead=message(f"codebook.instead_{kind}"),
        )  # fmt: skip
    in_empty, *in_clauses = matched(pattern, ["", *chain(*_ANY_CLAUSES)])
    if in_empty:
        return "matches_everything", message("codebook.pattern_empty", pattern=pattern)
    for number, clauses in enumerate(_ANY_CLAUSES):
        if all(in_clauses[number * len(clauses) : (number + 1) * len(clauses)]):
            return "matches_everything", message("codebook.pattern_all", pattern=pattern, example=clauses[0])
    return None
