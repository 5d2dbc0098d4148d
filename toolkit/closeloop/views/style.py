"""The look, once: tokens and rules (``style.css``), the data colours, and the frame round a notebook output."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources

from closeloop.html import Html, element

DETRACTOR, PASSIVE, PROMOTER = "#C44E00", "#8A8A8A", "#0072B2"
"""Three colours that stay apart for colour-blind readers and reach 3:1 on white and on black."""


@cache
def css() -> Html:
    """Return the style sheet without comments and needless white space (it is repeated in every output).

    Examples
    --------
    >>> "--cl-promoter:#0072B2" in css()
    True
    """
    source = resources.files("closeloop").joinpath("views", "style.css").read_text(encoding="utf-8")
    return shortened(source)


def shortened(source: str) -> Html:
    """Return CSS without its comments and needless white space.

    Examples
    --------
    >>> shortened(".a { color: red; /* why */ }")
    '.a{color:red}'
    """
    text = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    text = re.sub(r"\s+", " ", text)
    return Html(re.sub(r"\s*([{};,])\s*|(?<=[\w)-]):\s+", lambda m: m[1] or ":", text).replace(";}", "}").strip())


def framed(body: Html, tag: str) -> str:
    """Return a piece of HTML as a notebook output: its style, and a root that names the language.

    Examples
    --------
    >>> framed(Html("<p>ok</p>"), "en").partition("</style>")[2]
    '<div class="cl" lang="en"><p>ok</p></div>'
    """
    return element("style", css()) + element("div", body, class_="cl", lang=tag)
