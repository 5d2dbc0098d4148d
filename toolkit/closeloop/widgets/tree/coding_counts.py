"""What a coding says of the nodes of an issue tree: how many mentions each has, and whether its children are MECE."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from closeloop.rootcause.tree.node import TreeNode, TreeState, walk
from closeloop.stats.intervals import share_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval

if TYPE_CHECKING:
    from closeloop.rootcause.tree.coded_tree import TreeMece
    from closeloop.themes.codings.coding import Coding


@dataclass(frozen=True, slots=True)
class NodeCount:
    r"""How many of all mentions have the code of a node, or one below it.

    Examples
    --------
    >>> NodeCount(n=42, of=230).text.en
    '42 (18\xa0%, 14\xa0to\xa024)'
    """

    n: int
    of: int

    @property
    def text(self) -> LocalText:
        """The count, the share and its limits."""
        if not self.of:
            return message("tree_editor.count_none")
        low, high = share_interval(self.n, self.of)
        limits = told_interval(float(low) * 100, float(high) * 100, "count")
        return message("tree_editor.count", n=told(self.n, "count"), share=told(self.n / self.of, "percent", 0),
                       interval=limits)  # fmt: skip


class CodingCounts:
    """A coding, asked by an editor after each change.

    Parameters
    ----------
    coding : Coding
        The mentions; nodes match by `code`.
    """

    def __init__(self, coding: Coding) -> None:
        self._coding = coding
        self._given = np.asarray(coding.matrix("mention"), dtype=bool)
        self._asked = np.asarray(coding.substantive, dtype=bool)
        self._columns = {code: at for at, code in enumerate(coding.codes)}
        self.n = int(self._asked.sum())

    def counts(self, state: TreeState) -> dict[str, NodeCount]:
        """Return the count of each node that has a code, or codes below it."""
        found = {}
        for _, node, _ in walk(state.root):
            columns = sorted({column for _, one, _ in walk(node) for column in self._of(one)})
            if columns:
                hit = self._given[:, columns].any(axis=1) & self._asked
                found[node.id] = NodeCount(int(hit.sum()), self.n)
        return found

    def _of(self, node: TreeNode) -> list[int]:
        if node.code is None:
            return []
        codes = [node.code]
        book = self._coding.codebook
        if book is not None and node.code in {code.id for code in book.codes}:
            codes += [code.id for code in book.descendants(node.code)]
        return [self._columns[code] for code in codes if code in self._columns]

    def mece(self, state: TreeState) -> TreeMece | str:
        """Return whether the children of each node are complete and apart; words, where that cannot be asked."""
        from closeloop.rootcause.tree.coded_tree import tree_mece

        try:
            return tree_mece(state.root, self._coding)
        except ValueError as error:  # no code of the tree is in the coding, or no node has two coded children
            return str(error.args[0])
