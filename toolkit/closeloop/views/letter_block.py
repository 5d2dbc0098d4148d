"""A letter as HTML: the page as it would be sent, its open gaps marked, and what is wrong with it below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Html, element
from closeloop.text import language
from closeloop.views.findings_table import findings_table
from closeloop.views.playbook_block import playbook_css
from closeloop.views.style import framed
from closeloop.views.words import in_tag

if TYPE_CHECKING:
    from closeloop.followup.playbook.letter import Letter


def letter_html(letter: Letter) -> str:
    """Return a letter as the HTML of a notebook output; the frame in the language in use."""
    return framed(Html(element("style", playbook_css()) + letter_block(letter, language())), language())


def letter_block(letter: Letter, tag: str) -> Html:
    """Return a letter as a piece of HTML; it says everything without style, too."""
    subject, *body = (
        [element("mark", f"[{text}]") if gap else text for text, gap in pieces] for pieces in letter.paragraphs()
    )
    page = element(
        "div", element("p", element("b", *subject)), *(element("p", *pieces) for pieces in body), class_="page",
        lang=letter.language,
    )  # fmt: skip
    head = element("div", element("b", in_tag(letter.template.title, tag)), class_="top")
    return element("div", head, page, findings_table(letter.findings(), tag), class_="block pb letter")
