"""What an issue tree can be turned into, and made from: outlines, OPML, drawings, text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self, get_args

from closeloop.drawing import Drawing
from closeloop.rootcause.tree import opml, outline_text
from closeloop.rootcause.tree.edit import one_of
from closeloop.rootcause.tree.node import TreeKind, TreeState
from closeloop.versioned import Document

if TYPE_CHECKING:
    from pathlib import Path


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

    def edit(
        self, *, coding: Any = None, path: str | Path | None = None, loop: Any = None, language: str | None = None
    ) -> Any:
        """Return an editor to be shown in a notebook; what is done there changes this very tree.

        Parameters
        ----------
        coding : Coding, optional
            Mentions with codes: statements show how many have their code, splits whether they are MECE.
        path : str or Path, optional
            The file that "Save" writes; `closeloop.load` reads it.
        loop : Loop, optional
            The loop in which "Save" keeps a version, in place of a file.
        language : str, optional
            ``"en"`` or ``"zh-CN"``; the language in use, if left out.

        Returns
        -------
        IssueEditor

        Examples
        --------
        >>> from closeloop.rootcause.tree.issue_tree import IssueTree
        >>> tree = IssueTree("Why do parcels arrive late?")
        >>> tree.edit().do("add", node="n0", text="Packed after the last pick-up")
        'Added: 1 Packed after the last pick-up'
        """
        from closeloop.widgets.tree.issue_editor import IssueEditor

        tree: Any = self  # the class below adds the changes
        return IssueEditor(tree, coding=coding, path=path, loop=loop, language=language)

    def __str__(self) -> str:
        from closeloop.views.tree_text import tree_text

        return tree_text(self.state)
