"""A question taken apart: why-, how- and driver trees as documents that can be changed, checked and undone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from closeloop.rootcause.findings import Findings
from closeloop.rootcause.tree import edit
from closeloop.rootcause.tree.node import NodeKind, OrderKind, TreeKind, TreeNode, TreeState, at, line, said, walk
from closeloop.rootcause.tree.pyramid import Pyramid, tree_pyramid
from closeloop.rootcause.tree.reading import so_what, top_down
from closeloop.rootcause.tree.tree_doors import TreeDoors
from closeloop.rootcause.tree.tree_findings import tree_findings
from closeloop.text import LocalText, message

Place = TreeNode | str | None
"""A node, its id or its code; None is the root."""


class IssueTree(TreeDoors):
    """A question and what it splits into.

    Nodes are named by the id that `add` returns, by their code, or by None for the root. Every change can be undone.

    Parameters
    ----------
    question : str
        What is to be taken apart.
    kind : {"why", "how", "driver"}
        What stands below: reasons, ways, or the quantities from which a quantity is computed.
    split : str, optional
        The one question that splits the root into its children.
    code : str, optional
        The root's own code: in a driver tree the column that holds its values.

    Examples
    --------
    >>> tree = IssueTree("Why do parcels arrive late?", split="On which part of the way?")
    >>> packing = tree.add(None, "Packed after the last pick-up", code="packing")
    >>> transport = tree.add(None, "Longer on the road", code="transport")
    >>> tree.order(None, "structure", whole="the way from order to door")
    >>> tree
    <IssueTree why: Why do parcels arrive late? (2 statements, 0 findings)>
    >>> print(tree)
    Why do parcels arrive late?
    On which part of the way? (by structure, parts of the way from order to door)
    1 Packed after the last pick-up (hypothesis)
    2 Longer on the road (hypothesis)
    """

    def __init__(
        self, question: str | TreeState, *, kind: TreeKind = "why", split: str | None = None, code: str | None = None
    ) -> None:
        if isinstance(question, TreeState):
            super().__init__(question)
            return
        edit.one_of(kind, get_args(TreeKind), "kind")
        root = TreeNode(id="n0", text=line(question), split=edit.optional(split), code=edit.optional(code))
        super().__init__(TreeState(kind=kind, root=root))

    # What it holds.

    @property
    def question(self) -> str:
        """What is taken apart."""
        return self.state.root.text

    @property
    def tree_kind(self) -> TreeKind:
        """``"why"``, ``"how"`` or ``"driver"``."""
        return self.state.kind

    @property
    def root(self) -> TreeNode:
        """The root with all that stands under it; immutable."""
        return self.state.root

    def node(self, place: Place) -> TreeNode:
        """Return a statement by its id or code; None is the root.

        Raises
        ------
        ValueError
            If there is none.
        """
        return at(self.root, edit.find(self.state, place))

    @property
    def n_statements(self) -> int:
        """The number of statements below the root."""
        return sum(1 for _ in walk(self.root)) - 1

    def __eq__(self, other: object) -> bool:
        """Say whether two trees say the same; their ids may differ."""
        return (
            isinstance(other, IssueTree) and other.tree_kind == self.tree_kind and said(other.root) == said(self.root)
        )

    __hash__ = None  # type: ignore[assignment]  # it changes

    # Changes.

    def add(
        self,
        parent: Place,
        text: str,
        *,
        code: str | None = None,
        kind: NodeKind | None = None,
        split: str | None = None,
    ) -> str:
        """Put a statement under another, after its siblings.

        Parameters
        ----------
        parent : TreeNode, str or None
            A node, its id or its code; None is the root.
        text : str
            The statement.
        code : str, optional
            Its code in a coding, or its column; once in a tree.
        kind : {"question", "hypothesis", "finding"}, optional
            Default: a hypothesis; in a driver tree a question.
        split : str, optional
            The one question that will split it.

        Returns
        -------
        str
            Its id.
        """
        path = edit.find(self.state, parent)
        more = {} if kind is None else {"kind": edit.node_kind(kind)}
        fields = {"code": edit.free_code(self.state, code), "split": edit.optional(split), **more}
        state, ids = edit.added(self.state, path, [text], **fields)
        self._change(state)
        return ids[0]

    def rename(self, node: Place, text: str) -> None:
        """Give a statement other words."""
        self.revise(node, text=text)

    def revise(
        self,
        node: Place,
        *,
        text: str | None = None,
        code: str | None = None,
        kind: NodeKind | None = None,
        split: str | None = None,
    ) -> None:
        """Change what is given: words, code, kind, or the question that splits it; an empty code or question goes."""
        path = edit.find(self.state, node)
        update: dict[str, Any] = {}
        if text is not None:
            update["text"] = line(text)
        if code is not None:
            update["code"] = edit.free_code(self.state, code, [self.node(node).id])
        if kind is not None:
            update["kind"] = edit.node_kind(kind)
        if split is not None:
            update["split"] = edit.optional(split)
        self._change(edit.revised(self.state, path, update))

    def split(self, node: Place, into: Sequence[str], question: str) -> tuple[str, ...]:
        """Take a statement apart: `question` is what splits it, `into` are the answers, put under it.

        Returns
        -------
        tuple of str
            Their ids.
        """
        if isinstance(into, str) or not into:
            raise ValueError(message("tree.split_into"))
        path = edit.find(self.state, node)
        state, ids = edit.added(self.state, path, into)
        self._change(edit.revised(state, path, {"split": line(question)}))
        return ids

    def merge(self, a: Place, b: Place, text: str, *, code: str | None = None) -> str:
        """Put two statements together: the first takes the new words and the children of both, the second goes.

        Returns
        -------
        str
            The id of the first, which stays.
        """
        first, second = edit.find(self.state, a), edit.find(self.state, b)
        ids = [at(self.root, path).id for path in (first, second)]
        self._change(edit.merged(self.state, first, second, text, edit.free_code(self.state, code, ids)))
        return ids[0]

    def move(self, node: Place, parent: Place, position: int | None = None) -> None:
        """Put a statement with all under it elsewhere: last, or at a position counted from 0."""
        path, goal = edit.find(self.state, node), edit.find(self.state, parent)
        self._change(edit.moved(self.state, path, goal, position))

    def remove(self, node: Place) -> None:
        """Take a statement out, with all that stands under it."""
        self._change(edit.removed(self.state, edit.find(self.state, node)))

    def formula(self, node: Place, formula: str | None) -> None:
        """Say how a quantity is computed from the codes of its children; None takes the formula away.

        Parameters
        ----------
        node : TreeNode, str or None
            The quantity.
        formula : str or None
            ``"price * volume"``: codes of children, numbers, + − × ÷, parentheses. ``"sum(price * volume)"`` is summed
            over the rows of a period.

        Raises
        ------
        ValueError
            If it cannot be read, or names what is no child of the node.
        """
        path = edit.find(self.state, node)
        written = None if formula is None else edit.checked_formula(at(self.root, path), formula)
        self._change(edit.revised(self.state, path, {"formula": written}))

    def order(
        self,
        node: Place,
        by: OrderKind | None,
        values: Mapping[str, object] | None = None,
        *,
        whole: str | None = None,
    ) -> None:
        """Say why the children of a node stand in their order: one reason for all of them.

        Parameters
        ----------
        node : TreeNode, str or None
            Whose children.
        by : {"time", "structure", "importance", "deductive"} or None
            The reason; None takes it away.
        values : mapping, optional
            Child (id or code) → its date or number (time), its weight (importance), or ``"major"``, ``"minor"``,
            ``"conclusion"`` (deductive). `findings` says where the order does not hold; the order itself stays yours.
        whole : str, optional
            For structure: what the children are the parts of.
        """
        path = edit.find(self.state, node)
        places = None if values is None else {edit.find(self.state, child): place for child, place in values.items()}
        self._change(edit.ordered(self.state, path, by, places, whole))

    # What it tells.

    def findings(self) -> Findings:
        """Return what is weak, rules T01 to T14: splitting questions, order, siblings, formulas."""
        return tree_findings(self.state)

    def mece(self, data: Any, **how: Any) -> Any:
        """Check on data whether the children of each node are complete and do not overlap.

        Parameters
        ----------
        data : Coding or frame
            A coding (nodes match by `code`), or a frame with a column per code of a driver tree.
        **how
            As of `closeloop.rootcause.tree.coded_tree.tree_mece` or
            `closeloop.rootcause.tree.driver_check.driver_check`.

        Returns
        -------
        TreeMece or DriverCheck
        """
        from closeloop.rootcause.tree.coded_tree import tree_mece
        from closeloop.rootcause.tree.driver_check import driver_check
        from closeloop.themes.codings.coding import Coding

        return tree_mece(self.root, data, **how) if isinstance(data, Coding) else driver_check(self.root, data, **how)

    def top_down(self) -> tuple[LocalText, ...]:
        """Return the tree as questions and answers, from the top down."""
        return top_down(self.state)

    def so_what(self) -> tuple[LocalText, ...]:
        """Return the tree from the bottom up: what some statements say together, to be confirmed by a reader."""
        return so_what(self.state)

    def pyramid(
        self, answer: str | None = None, *, because: str | None = None, recommend: str | None = None
    ) -> Pyramid:
        """Return the tree as a text that begins with the answer; see `closeloop.rootcause.tree.pyramid.Pyramid`."""
        return tree_pyramid(self.state, answer, because=because, recommend=recommend)

    def __repr__(self) -> str:
        numbers = [(self.n_statements, "statement"), (len(self.findings()), "finding")]
        counts = ", ".join(f"{n} {word}{'' if n == 1 else 's'}" for n, word in numbers)
        return f"<IssueTree {self.tree_kind}: {self.question} ({counts})>"
