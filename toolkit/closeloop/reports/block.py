"""A part of a report that shows what people wrote: none of it counts as computed, none of it is held to be."""

from __future__ import annotations

from abc import ABC, abstractmethod

from closeloop.html import Html


class Block(ABC):
    """What a report can show beside results, documents and texts; a kind of block says how it looks.

    Examples
    --------
    >>> from closeloop.html import element
    >>> class Line(Block):
    ...     def block(self, tag):
    ...         return element("hr")
    >>> Line().block("en")
    '<hr></hr>'
    """

    __slots__ = ()

    @abstractmethod
    def block(self, tag: str) -> Html:
        """Return the block as HTML in one language; it says everything without style, too."""

    def css(self) -> Html:
        """Return what it needs beside the common style sheet."""
        return Html("")
