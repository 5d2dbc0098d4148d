"""A figure that can be read without being seen."""

from __future__ import annotations

import base64
import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.html import Html, element

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DPI = 200
_SAVING: dict[Any, Any] = {
    "svg.hashsalt": "closeloop",
    "svg.fonttype": "path",
    "savefig.bbox": None,
    "savefig.facecolor": "auto",
    "savefig.transparent": False,
    "path.sketch": None,
}
_METADATA: dict[str, dict[str, Any]] = {
    ".png": {"Software": None},
    ".svg": {"Date": None, "Creator": None},
    ".pdf": {"CreationDate": None, "Creator": None, "Producer": None},
}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Chart:
    """A drawn figure with the sentence that says what it shows.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        Free to be changed further.
    title : str
        What it is about.
    alt : str
        What it shows, in words and numbers, made from the same data.
    caption : str
        How it was done.
    result : object
        What is drawn; None where that is nothing computed.
    """

    figure: Figure
    title: str
    alt: str
    caption: str = ""
    result: Any = None

    def save(self, path: str | Path) -> Path:
        """Write the figure; the ending of the name says how (``.png``, ``.svg``, ``.pdf``).

        The same data give the same bytes, on the same versions of matplotlib and FreeType.

        Parameters
        ----------
        path : str or Path
            Where to.

        Returns
        -------
        Path
            Where it was written.
        """
        target = Path(path)
        target.write_bytes(self._bytes(target.suffix.lower() or ".png"))
        return target

    def png(self) -> bytes:
        """Return the picture as PNG; the same data give the same bytes, as in `save`."""
        return self._bytes(".png")

    def to_html(self) -> Html:
        """Return the figure as an HTML ``figure`` whose image carries the sentence as its alternative text."""
        return self._html(self._png())

    def _html(self, png: str) -> Html:
        width, height = (round(100 * inches) for inches in self.figure.get_size_inches())
        image = element("img", alt=self.alt, src=f"data:image/png;base64,{png}", width=width, height=height)
        caption = element("figcaption", self.caption, style="font-size:12px") if self.caption else Html("")
        return element("figure", image, caption, style="margin:0")  # a browser's own margin would indent it in a cell

    def _png(self) -> str:
        return base64.b64encode(self.png()).decode("ascii")

    def _bytes(self, ending: str) -> bytes:
        from matplotlib import rc_context

        stream = io.BytesIO()
        with rc_context(_SAVING):
            self.figure.savefig(stream, format=ending[1:], dpi=DPI, metadata=_METADATA.get(ending))
        return stream.getvalue()

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        png = self._png()
        bundle = {"text/plain": self.alt, "text/html": str(self._html(png)), "image/png": png}
        return {
            kind: data
            for kind, data in bundle.items()
            if (not include or kind in include) and kind not in (exclude or ())
        }

    def __repr__(self) -> str:
        return f"<Chart: {self.alt}>"
