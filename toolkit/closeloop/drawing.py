"""An SVG that shows itself: a picture on a white card in a notebook, whatever the theme; plain text everywhere else."""

from __future__ import annotations

import base64
import html
import re
from pathlib import Path
from typing import Any

from closeloop.html import Html, element

_CARD = "background:#fff;color:#1a1a1a;color-scheme:light"
"""A picture takes no colours from the page it stands in: without these it would be black on a dark theme."""


class Drawing(str):
    """The text of an SVG; in a notebook it is shown as a picture with its words as alternative text.

    Examples
    --------
    >>> drawing = Drawing("<svg><title>Why late?</title><desc>3 causes.</desc></svg>")
    >>> drawing, drawing.alt
    (<Drawing: Why late? 3 causes.>, 'Why late? 3 causes.')
    """

    __slots__ = ()

    @property
    def alt(self) -> str:
        """What the drawing shows, in words: its title and description."""
        said = [re.search(f"<{name}>(.*?)</{name}>", self, re.DOTALL) for name in ("title", "desc")]
        return " ".join(html.unescape(found[1]).strip() for found in said if found)

    def save(self, path: str | Path) -> Path:
        """Write the SVG to a file; gives the path."""
        target = Path(path)
        target.write_text(self, encoding="utf-8", newline="\n")
        return target

    def to_html(self) -> Html:
        """Return the drawing as an HTML ``figure``: an image on a white card."""
        style = re.search(r'<svg[^>]* style="', self)
        if style:
            card = f"{self[: style.end()]}{_CARD};{self[style.end() :]}"
        else:
            card = self.replace("<svg", f'<svg style="{_CARD}"', 1)
        code = base64.b64encode(card.encode("utf-8")).decode("ascii")
        how = "max-width:100%;background:#fff;padding:12px;box-sizing:border-box"
        image = element("img", alt=self.alt, src=f"data:image/svg+xml;base64,{code}", style=how)
        return element("figure", image, style="margin:0")

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return {"text/html": self.to_html(), "image/svg+xml": str.__str__(self), "text/plain": repr(self)}

    def __repr__(self) -> str:
        return f"<Drawing: {self.alt}>"
