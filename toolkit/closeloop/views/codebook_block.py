"""A codebook as HTML: the tree of its codes, what each means, how it splits, and what its rules look for."""

from __future__ import annotations

from closeloop.html import Column, Html, Section, element, join, table
from closeloop.numbers import number
from closeloop.themes.codebooks.codebook import Code, Codebook
from closeloop.themes.codebooks.codebook_text import Place, book_sentence, book_title, code_limits, places
from closeloop.themes.codebooks.rules import Matchers
from closeloop.views.result_table import two_lines
from closeloop.views.words import in_tag, marks, say

_MOST_TERMS = 14


def codebook_block(codebook: Codebook, tag: str) -> Html:
    """Return a codebook as a piece of HTML in the language `tag`; it says everything without style, too."""
    heads = ("themes.code", "themes.what_belongs", "themes.looked_for")
    rows = tuple(
        (_name(place, tag), _meaning(codebook, place.code, tag), _rules(place.code, tag)) for place in places(codebook)
    )
    caption = two_lines(in_tag(book_title(codebook), tag), in_tag(book_sentence(codebook), tag))
    body = table(tuple(Column(head=say(head, tag)) for head in heads), [Section(rows=rows)], caption=caption)
    source = [] if codebook.source is None else [element("p", in_tag(codebook.source, tag), class_="note")]
    return element("div", element("div", body, class_="scroll"), *source, class_="block")


def _name(place: Place, tag: str) -> Html:
    label = in_tag(place.code.label, tag)
    shown = label if place.depth else element("b", label)
    return join([f"{place.number} ", shown, " ", element("span", place.code.id, class_="soft")])


def _meaning(codebook: Codebook, code: Code, tag: str) -> Html:
    limits = (element("div", in_tag(line, tag), class_="soft") for line in code_limits(codebook, code))
    return join([element("div", in_tag(code.definition, tag)), *limits])


def _rules(code: Code, tag: str) -> Html:
    parts = [_matchers(code.rules, tag)]
    vetoes = _matchers(code.rules.unless, tag)
    if vetoes:
        parts.append(element("div", say("themes.unless", tag), marks(tag).colon, vetoes))
    return join(parts) or Html("–")


def _matchers(matchers: Matchers, tag: str) -> Html:
    names = [*matchers.literals(), *(f"/{pattern}/" for pattern in matchers.patterns)]
    shown = [element("samp", name) for name in names[:_MOST_TERMS]]
    if len(names) > _MOST_TERMS:
        shown.append(join([say("themes.more_rules", tag, n=number(len(names) - _MOST_TERMS))]))
    return join(shown, " ")
