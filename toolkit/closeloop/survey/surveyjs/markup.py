"""Plain text as HTML and back: SurveyJS shows notes and thanks as HTML, a survey file holds plain text."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from html.parser import HTMLParser

from closeloop.survey.surveyjs.locales import Texts

_BREAKS = frozenset({"br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table"})
_UNSEEN = frozenset({"script", "style"})


def as_html(text: str) -> str:
    r"""Return the HTML that shows a plain text.

    Examples
    --------
    >>> as_html("5 < 6 & more\nnext line")
    '5 &lt; 6 &amp; more<br>next line'
    """
    return escape(text, quote=False).replace("\n", "<br>")


def as_text(html: str) -> str:
    r"""Return what one reads where HTML is shown, without its markup.

    Examples
    --------
    >>> as_text("<h3>Thank you</h3> 5 &lt; 6<script>alert(1)</script>")
    'Thank you\n5 < 6'
    """
    if as_html(plain := _Words.of(html, blanks=True)) == html:
        return plain
    return _Words.of(html, blanks=False)


class _Words(HTMLParser):
    """Collects the text between tags; a tag that starts a new line gives a line break."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    @classmethod
    def of(cls, html: str, *, blanks: bool) -> str:
        """Return the words of some HTML, its blanks kept or brought into order."""
        words = cls()
        words.feed(html)
        words.close()
        text = "".join(words.parts)
        if blanks:
            return text
        lines = (" ".join(line.split()) for line in text.split("\n"))
        return "\n".join(line for line in lines if line)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Note where a line ends or where nothing is seen."""
        if tag in _BREAKS:
            self.parts.append("\n")
        self.unseen += tag in _UNSEEN

    def handle_endtag(self, tag: str) -> None:
        """Note where a line ends or where something is seen again."""
        if tag in _BREAKS - {"br"}:
            self.parts.append("\n")
        self.unseen = max(0, self.unseen - (tag in _UNSEEN))

    def handle_data(self, data: str) -> None:
        """Note the text."""
        if not self.unseen:
            self.parts.append(data)


def written_html(text: Mapping[str, str], texts: Texts, marked: object = None) -> object:
    """Return a plain text as HTML: as `marked` has it, where its words still are the same.

    Parameters
    ----------
    text : mapping
        Language → text.
    texts : Texts
        How texts are written.
    marked : object
        The HTML from which the text once was read; None if there is none.
    """
    if marked is not None and read_html(marked, texts) == dict(text):
        return marked
    return texts.write({tag: as_html(words) for tag, words in text.items()})


def read_html(html: object, texts: Texts) -> object:
    """Return HTML of SurveyJS as one plain text per language; what is no text comes back as it is."""
    read = texts.read(html)
    if not isinstance(read, dict) or not all(isinstance(words, str) for words in read.values()):
        return read
    return {tag: as_text(words) for tag, words in read.items()}


def has_markup(html: object) -> bool:
    """Say whether HTML of SurveyJS is more than a plain text, in any language.

    Examples
    --------
    >>> has_markup({"default": "5 &lt; 6", "zh-cn": "<b>谢谢</b>"}), has_markup("Thank you")
    (True, False)
    """
    texts = html.values() if isinstance(html, Mapping) else (html,)
    return any(isinstance(text, str) and as_html(as_text(text)) != text for text in texts)
