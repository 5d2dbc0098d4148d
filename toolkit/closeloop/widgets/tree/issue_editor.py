"""The editor of an issue tree: add, split, move, merge, order, and see what a coding says of each statement."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.rootcause.tree.issue_tree import IssueTree
from closeloop.rootcause.tree.node import walk
from closeloop.text import LocalText, message
from closeloop.widgets.tree.coding_counts import CodingCounts, NodeCount
from closeloop.widgets.tree.issue_panel import issue_panel
from closeloop.widgets.tree.issue_rows import issue_rows
from closeloop.widgets.tree.parts import Json, given, say
from closeloop.widgets.tree.tools import issue_tools
from closeloop.widgets.tree.tree_editor import TreeEditor, legend

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.rootcause.tree.coded_tree import TreeMece
    from closeloop.themes.codings.coding import Coding


class IssueEditor(TreeEditor):
    r"""An issue tree to be worked on; `document` is the tree itself, which changes.

    Parameters
    ----------
    tree : IssueTree
        What is edited.
    coding : Coding, optional
        Mentions with codes: each statement with a code shows how many it has, each split whether it is MECE.
    path : str or Path, optional
        The file that "Save" writes.
    loop : Loop, optional
        The loop in which "Save" keeps a version.
    language : str, optional
        ``"en"`` or ``"zh-CN"``; the language in use, if left out.

    Examples
    --------
    >>> tree = IssueTree("Why do parcels arrive late?")
    >>> editor = IssueEditor(tree)
    >>> editor.do("split", node="n0", question="On which part of the way?", into="Packing\nRoad")
    'Split into 2.'
    >>> editor
    <IssueEditor why: Why do parcels arrive late? (2 statements, 1 finding)>
    """

    scripts: ClassVar[tuple[str, ...]] = ("tree",)

    def __init__(
        self,
        tree: IssueTree,
        *,
        coding: Coding | None = None,
        path: str | Path | None = None,
        loop: Loop | None = None,
        language: str | None = None,
    ) -> None:
        self._coding = None if coding is None else CodingCounts(coding)
        self._counts: dict[str, NodeCount] = {}
        self._mece: TreeMece | str | None = None
        super().__init__(tree, path=path, loop=loop, language=language)

    @property
    def tree(self) -> IssueTree:
        """The tree itself."""
        tree: IssueTree = self.document  # type: ignore[assignment]  # it was made of one
        return tree

    # What is shown.

    def _check(self) -> None:
        super()._check()
        if self._coding is not None:
            self._counts, self._mece = self._coding.counts(self.tree.state), self._coding.mece(self.tree.state)

    def _rows(self) -> list[Json]:
        return issue_rows(self.tree.state, self.findings, self._counts, self._mece)

    def _key(self) -> tuple[Any, ...]:
        return (self._counts, str(self._mece))

    def _tools(self) -> list[Json | None]:
        return issue_tools()

    def _panel(self) -> Json:
        row, node = self._row(self.at), self.tree.node(self.at)
        beside = [self.tree.node(one) for one in self._beside(self.at) if one != self.at]
        return issue_panel(self.tree.state, node, row, beside, self._counts, self._mece)

    def _more(self) -> Json:
        state = self.tree.state
        kinds = {node.kind for path, node, _ in walk(state.root) if path}
        marks = [kind for kind in ("hypothesis", "question", "finding") if kind in kinds and (
            kind != "question" or state.kind != "driver")]  # fmt: skip
        facts = [say("n_statements", n=self.tree.n_statements)]
        if self._coding is not None:
            facts.append(say("n_mentions", n=self._coding.n))
        above = str(message(f"tree.kind_{state.kind}"))
        mece = str(self._mece.sentence) if self._mece is not None and not isinstance(self._mece, str) else ""
        return {
            "top": {"above": above, "figure": "", "facts": facts, "said": mece}, "cover": "", "circles": [],
            "legend": legend(marks), "label": say("tools_issue"), "write": say("write_below"), "also": False,
        }  # fmt: skip

    # The shape.

    def do_add(self, node: str, text: str) -> LocalText:
        """Put a statement below another."""
        return self._choose(self.tree.add(node, text), "added")

    def do_rename(self, node: str, text: str) -> LocalText:
        """Give a statement other words."""
        self.tree.rename(node, text)
        return self._choose(node, "renamed")

    def do_remove(self, node: str) -> LocalText:
        """Take a statement out with all below it."""
        row, n = self._row(node), self._below(node)
        self.tree.remove(node)
        self.at = node  # what is nearest to it is chosen next
        return message("tree_editor.removed_with" if n else "tree_editor.removed", text=row["text"], n=n)

    def do_move(self, node: str, to: str) -> LocalText:
        """Put a statement with all below it under another."""
        self.tree.move(node, to)
        return self._choose(node, "moved")

    def do_shift(self, node: str, by: int) -> LocalText:
        """Move a statement up or down among those beside it."""
        beside = self._beside(node)
        place = beside.index(node) + by
        if not 0 <= place < len(beside):
            raise ValueError(message("tree_editor.no_further"))
        self.tree.move(node, self._row(node)["up"], place)
        return self._choose(node, "moved")

    def do_split(self, node: str, question: str, into: str) -> LocalText:
        """Take a statement apart: one question, an answer on each line."""
        answers = [line for line in into.splitlines() if line.strip()]
        ids = self.tree.split(node, answers, question)
        self.at = ids[0]
        return message("tree_editor.split_done", n=len(ids))

    def do_merge(self, node: str, other: str, text: str) -> LocalText:
        """Put two statements together; this one stays."""
        return self._choose(self.tree.merge(node, other, text), "merged")

    # What is said of a statement.

    def do_revise(self, node: str, kind: str = "", code: str = "") -> LocalText:
        """Change kind and code; an empty code goes."""
        self.tree.revise(node, code=code, kind=given(kind))  # type: ignore[arg-type]  # checked there
        return message("tree_editor.recorded")

    def do_question(self, node: str, split: str = "") -> LocalText:
        """Change the one question that splits a statement."""
        self.tree.revise(node, split=split)
        return message("tree_editor.recorded")

    def do_order(self, node: str, by: str = "", whole: str = "", **values: str) -> LocalText:
        """Say why the children stand in their order, and the place of each (``v_<id>``)."""
        kind = given(by)
        children = self.tree.node(node).children
        same = kind == self.tree.node(node).order
        places = {one.id: _place(values[f"v_{one.id}"]) for one in children if given(values.get(f"v_{one.id}"))}
        self.tree.order(node, kind, places if same else {}, whole=whole)  # type: ignore[arg-type]  # checked there
        return message("tree_editor.recorded")

    def do_formula(self, node: str, formula: str = "") -> LocalText:
        """Say how a quantity is computed from the codes below it; nothing takes the formula away."""
        self.tree.formula(node, given(formula))
        return message("tree_editor.recorded")

    def _choose(self, node: str, key: str) -> LocalText:
        row = self._row(node)
        self.at = node
        return message(f"tree_editor.{key}", text=f"{row['no']} {row['text']}".strip())

    def __repr__(self) -> str:
        text = repr(self.tree).replace("<IssueTree ", "<IssueEditor ", 1)
        return f"{text[:-1]} · unsaved>" if self._saving.possible and self._saving.pending else text


def _place(text: str) -> float | str:
    """Return a place in an order as it was typed: a number, else a date or a word."""
    plain = text.strip()
    try:
        return int(plain) if plain.lstrip("-").isdigit() else float(plain.replace(",", "."))
    except ValueError:
        return plain
