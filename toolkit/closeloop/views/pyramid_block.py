"""A pyramid as HTML: the answer, the sentence that says all, the groups with their points."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Html, element
from closeloop.text import language
from closeloop.views.document_block import document_css
from closeloop.views.outline import Bullet, Note, outline
from closeloop.views.style import framed
from closeloop.views.words import marks, say

if TYPE_CHECKING:
    from closeloop.rootcause.tree.pyramid import Pyramid
    from closeloop.rootcause.tree.statement import Statement


def pyramid_html(pyramid: Pyramid) -> str:
    """Return a pyramid as the HTML of a notebook output, in the language in use.

    Examples
    --------
    >>> from closeloop.rootcause.tree.pyramid import Pyramid
    >>> "Parcels wait overnight" in pyramid_html(Pyramid(question="Why?", answer="Parcels wait overnight"))
    True
    """
    tag = language()
    style = element("style", document_css(("issue-tree",)))
    return framed(Html(style + pyramid_block(pyramid, tag)), tag)


def pyramid_block(pyramid: Pyramid, tag: str) -> Html:
    """Return a pyramid as a piece of HTML that says everything without style, too."""
    findings = pyramid.findings()
    notes: dict[str, list[Note]] = {}
    for finding in findings:
        notes.setdefault(finding.at, []).append(Note(finding.level, finding.rule, finding.in_language(tag)))
    top = Bullet(
        "", pyramid.answer or say("pyramid.no_answer", tag), "finding" if pyramid.answer else "question",
        notes=tuple(notes.get("", ())),
        children=tuple(_bullet(group, str(i), notes) for i, group in enumerate(pyramid.groups, 1)),
    )  # fmt: skip
    colon = marks(tag).colon
    head = element(
        "div",
        element("div", element("span", say("pyramid.question", tag), colon, class_="soft"), pyramid.question),
        element("div", element("span", say("pyramid.in_one", tag), colon, class_="soft"),
                pyramid.one_sentence.in_language(tag)),
        class_="thead",
    )  # fmt: skip
    return element("div", head, outline([top], tag, label=say("pyramid.answer", tag)), class_="block")


def _bullet(one: Statement, number: str, notes: dict[str, list[Note]]) -> Bullet:
    children = tuple(_bullet(child, f"{number}.{i}", notes) for i, child in enumerate(one.children, 1))
    return Bullet(number, one.text, notes=tuple(notes.get(one.at, ()) if one.at else ()), children=children)
