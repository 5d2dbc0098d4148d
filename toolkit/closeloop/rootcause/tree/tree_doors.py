"""What an issue tree can be turned into, and made from: outlines, OPML, drawings, text."""

from __future__ import annotations

from typing import ClassVar, Self, get_args

from closeloop.drawing import Drawing
from closeloop.rootcause.tree import opml, outline_text
from closeloop.rootcause.tree.edit import one_of
from closeloop.rootcause.tree.node import TreeKind, TreeState
from closeloop.versioned import Document


class TreeDoors(Document[TreeState]):
    """The doors of an issue tree; `closeloop.rootcause.tree.issue_tree.IssueTree` adds the changes and checks."""

    kind: ClassVar[str] = "issue-tree"
    model: ClassVar[type[TreeState]] = TreeState

    def to_markdown(self) -> str:
        """Return the tree as a markdown outline that `from_markdown` reads without loss."""
        return outline_text.to_markdown(self.state)

    @classmethod
    def from_markdown(cls, text: str, *, kind: TreeKind = "why") -> Self:
        """Return the tree of a markdown outline: a heading with the question, a list below; headings may be levels.

        Parameters
        ----------
        text : str
            The outline.
        kind : {"why", "how", "driver"}
            Where the outline does not say it.
        """
        return cls(outline_text.from_markdown(text, one_of(kind, get_args(TreeKind), "kind")))

    def to_opml(self) -> str:
        """Return the tree as OPML 2.0, which mind-map programs read."""
        return opml.to_opml(self.state)

    @classmethod
    def from_opml(cls, text: str | bytes, *, kind: TreeKind = "why") -> Self:
        """Return the tree of an OPML file's content; document types and entities are refused.

        Parameters
        ----------
        text : str or bytes
            What the file holds.
        kind : {"why", "how", "driver"}
            Where the file does not say it.
        """
        return cls(opml.from_opml(text, one_of(kind, get_args(TreeKind), "kind")))

    def to_svg(self, kind: str = "tree") -> Drawing:
        """Return the tree as SVG, which shows itself: ``"tree"`` (left to right), ``"mind-map"`` or ``"outline"``."""
        from closeloop.views.tree_svg import tree_svg

        return Drawing(tree_svg(self.state, kind))

    def __str__(self) -> str:
        from closeloop.views.tree_text import tree_text

        return tree_text(self.state)
