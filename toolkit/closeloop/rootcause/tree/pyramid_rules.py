"""The linter of arguments: P01 to P06, each a small function over statements.

Conclusion first (P01), parents cover their children (P02), a group has a name that its members share (P03), two to
seven siblings (P04), their order is named (P05), numbers have a source (P06). Rules about words are
hints: they ask a reader, they do not judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from closeloop.rootcause.findings import Finding, Level
from closeloop.rootcause.tree.argument_words import ANNOUNCES, CLASS, FIGURE, NEXT, ORDERED, QUANTITY, SOURCE, VERB
from closeloop.rootcause.tree.statement import Statement
from closeloop.rootcause.tree.words import terms
from closeloop.text import LocalText, message

_FEWEST, _MOST, _FEWEST_ON_TOP = 2, 7, 3


def pyramid_faults(top: Statement) -> Iterator[Finding]:
    """Give what is weak about an argument, its conclusion given as the top.

    Examples
    --------
    >>> top = Statement(text="This report describes the parcels of the third quarter.")
    >>> [finding.rule for finding in pyramid_faults(top)]
    ['P01']
    """
    yield from conclusion_first(top)
    stack = [(0, top)]
    while stack:
        depth, one = stack.pop()
        yield from parent_covers(one)
        yield from group_named(one)
        yield from siblings_counted(one, on_top=depth == 0)
        yield from order_named(one)
        yield from numbers_sourced(one)
        stack += [(depth + 1, child) for child in one.children[::-1]]


def conclusion_first(top: Statement) -> Iterator[Finding]:
    """P01: the first sentence is the answer: not an announcement, not a question, not a mere title."""
    first = first_sentence(top.text)
    if not first:
        return
    if ANNOUNCES.search(first):
        key = "pyramid.p01_announces"
    elif re.search(r"[?？]$", first):
        key = "pyramid.p01_question"
    elif not (VERB.search(first) or FIGURE.search(first)):
        key = "pyramid.p01_title"
    else:
        return
    yield _say("P01", "error", top, message(key, sentence=_short(first)), message("pyramid.p01_do"))


def parent_covers(one: Statement) -> Iterator[Finding]:
    """P02: what a parent says covers its children; asked of the reader where their words have nothing in common."""
    claimed = terms(f"{one.text} {one.lead} {one.asked}")
    apart = [child for child in one.children if not claimed & terms(" ".join([child.text, child.lead]))]
    if len(one.children) > 1 and one.text and len(apart) == len(one.children):
        yield _say(
            "P02", "info", one, message("pyramid.p02", claim=_short(one.text), count=len(one.children)),
            message("pyramid.p02_do"),
        )  # fmt: skip


def group_named(one: Statement) -> Iterator[Finding]:
    """P03: members that only belong together (no deduction) share one noun in the plural, or the parent is a claim."""
    named = any(CLASS.search(text) for text in (one.text, one.lead, one.asked))
    claim = VERB.search(one.text) or FIGURE.search(one.text)
    whole = any(child.part_of for child in one.children)
    if len(one.children) > 1 and one.text and one.order != "deductive" and not (claim or whole or named):
        yield _say("P03", "warn", one, message("pyramid.p03", name=_short(one.text)), message("pyramid.p03_do"))


def siblings_counted(one: Statement, *, on_top: bool) -> Iterator[Finding]:
    """P04: two to seven siblings; three to seven right under the answer."""
    n = len(one.children)
    if n == 1:
        yield _say("P04", "warn", one, message("pyramid.p04_one", child=_short(one.children[0].text)),
                   message("pyramid.p04_one_do"))  # fmt: skip
    elif n > _MOST:
        yield _say("P04", "warn", one, message("pyramid.p04_many", count=n, most=_MOST), message("pyramid.p04_many_do"))
    elif on_top and _FEWEST <= n < _FEWEST_ON_TOP:
        yield _say("P04", "info", one, message("pyramid.p04_few", count=n), message("pyramid.p04_few_do"))


def order_named(one: Statement) -> Iterator[Finding]:
    """P05: three siblings or more stand in an order that is named or can be seen."""
    seen = one.order or all(child.numbered for child in one.children)
    named = ORDERED.search(" ".join([one.text, one.lead, one.asked]))
    counted = sum(1 for child in one.children if NEXT.match(child.text)) > 1
    if len(one.children) > 2 and not (seen or named or counted):
        yield _say("P05", "warn", one, message("pyramid.p05", count=len(one.children)), message("pyramid.p05_do"))


def numbers_sourced(one: Statement) -> Iterator[Finding]:
    """P06: a figure says where it comes from, beside it or right below."""
    below = " ".join(child.text for child in one.children)
    found = QUANTITY.search(f"{one.text} {one.lead}")
    if found and not SOURCE.search(f"{one.text} {one.lead} {below}"):
        yield _say("P06", "warn", one, message("pyramid.p06", figure=found[0].strip()), message("pyramid.p06_do"))


def first_sentence(text: str) -> str:
    """Return the first sentence of a text; a decimal point does not end it.

    Examples
    --------
    >>> first_sentence("Late parcels cost 3.5 points. We know why."), first_sentence("延误来自截单。原因有三。")
    ('Late parcels cost 3.5 points.', '延误来自截单。')
    """
    plain = " ".join(text.split())
    return re.split(r"(?<=[。！？!?])|(?<=\.)\s", plain, maxsplit=1)[0].strip()


def _short(text: str) -> str:
    return text if len(text) <= 80 else f"{text[:79]}…"


def _say(rule: str, level: Level, one: Statement, text: LocalText, suggestion: LocalText) -> Finding:
    return Finding(rule=rule, level=level, at=one.at, subject=_short(one.text), message=text, suggestion=suggestion)
