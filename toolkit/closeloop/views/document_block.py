"""Documents as HTML: which block shows which kind, and the frame of a notebook output."""

from __future__ import annotations

from functools import cache
from importlib import import_module, resources
from typing import Any

from closeloop.html import Html, element
from closeloop.text import language
from closeloop.versioned import Document
from closeloop.views.style import framed, shortened

# Style sheets beside the common one: a file, where a kind of document has one of its own.
_STYLES = {
    "five-whys": ("outline.css", "whys.css"),
    "issue-tree": ("outline.css",),
    "worksheet": ("worksheet.css",),
    "problem": ("outline.css", "whys.css", "worksheet.css"),  # it shows the others
}

# Kind of document → module of `closeloop.views`, whose function of the same name draws it.
_BLOCKS = {
    "codebook": "codebook_block",
    "coding": "coding_block",
    "five-whys": "whys_block",
    "issue-tree": "tree_block",
    "worksheet": "worksheet_block",
    "problem": "problem_block",
}


def document_block(document: Document[Any], tag: str) -> Html:
    """Return a document as a piece of HTML in the language `tag`; it says everything without style, too."""
    name = _BLOCKS[document.kind]
    block = getattr(import_module(f"closeloop.views.{name}"), name)(document, tag)
    return Html(block)


def document_html(document: Document[Any]) -> str:
    """Return a document as the HTML of a notebook output, in the language in use."""
    style = element("style", document_css((document.kind,)))
    return framed(Html(style + document_block(document, language())), language())


@cache
def document_css(kinds: tuple[str, ...]) -> Html:
    """Return what the blocks of some kinds of document need beside the common style sheet; each sheet once."""
    names = dict.fromkeys(name for kind in kinds for name in _STYLES.get(kind, ()))
    folder = resources.files("closeloop").joinpath("views")
    sheets = [folder.joinpath(name) for name in names]
    return Html("".join(shortened(sheet.read_text(encoding="utf-8")) for sheet in sheets if sheet.is_file()))
