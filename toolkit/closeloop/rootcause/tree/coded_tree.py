"""Issue trees on a coding: whether the children of each node are complete and free of overlap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.tree.node import TreeNode, walk
from closeloop.text import LocalText, message
from closeloop.written import told, told_level, told_list

if TYPE_CHECKING:
    from closeloop.themes.codings.coding import Coding
    from closeloop.themes.mece.mece import MeceReport


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeMece:
    """What the coding says of one node.

    Attributes
    ----------
    node, text : str
        Its id and words.
    report : MeceReport
        Of its children.
    """

    node: str
    text: str
    report: MeceReport


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TreeMece(TableResult):
    """Whether each node of a tree is divided completely and without overlap: a row per node with coded children.

    ``found["n3"]`` is the full report of a node.

    Attributes
    ----------
    nodes : tuple of NodeMece
        The nodes, parents first.
    unknown : tuple of str
        Codes of the tree that the coding does not know; they count as never found.
    uncoded : tuple of str
        Children without a code and without coded statements below: nothing can match them.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> from closeloop.rootcause.tree.issue_tree import IssueTree
    >>> tree = IssueTree("What do they complain about?")
    >>> parts = tree.add(None, "Price", code="price"), tree.add(None, "Delivery", code="delivery")
    >>> coding = Coding.from_table({"id": range(9), "code": ["price"] * 5 + ["delivery"] * 4}, unit="response")
    >>> tree.mece(coding).verdict
    'cannot tell'
    """

    kind = "tree_mece"

    nodes: tuple[NodeMece, ...]
    unknown: tuple[str, ...]
    uncoded: tuple[str, ...]
    confidence_level: float

    def __getitem__(self, node: str) -> MeceReport:
        """Return the report of a node, by its id.

        Raises
        ------
        KeyError
            If it was not checked.
        """
        return next(one.report for one in self.nodes if one.node == node)

    @property
    def verdict(self) -> str:
        """``"fail"`` if a node fails, ``"pass"`` if all pass, else ``"cannot tell"``."""
        found = {one.report.verdict for one in self.nodes}
        return "fail" if "fail" in found else "pass" if found == {"pass"} else "cannot tell"

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("tree.mece_title")

    @property
    def sentence(self) -> LocalText:
        """How many nodes pass, and which do not."""
        by = {
            verdict: [f"“{one.text}”" for one in self.nodes if one.report.verdict == verdict] for verdict in _VERDICTS
        }
        parts = {"count": told(len(self.nodes), "count"), "passed": told(len(by["pass"]), "count")}
        if by["fail"]:
            return message("tree.mece_fail", nodes=told_list(by["fail"]), **parts)
        if by["cannot tell"]:
            return message("tree.mece_unknown", nodes=told_list(by["cannot tell"]), **parts)
        return message("tree.mece_pass", **parts)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The first reasons of each node that does not pass, and what could not be matched."""
        found = []
        for one in self.nodes:
            reasons = one.report.reasons[:_REASONS] if one.report.verdict != "pass" else ()
            found += [message("tree.mece_reason", node=one.text, reason=reason) for reason in reasons]
        if self.unknown:
            found.append(message("tree.mece_unknown_codes", codes=told_list(self.unknown)))
        if self.uncoded:
            found.append(message("tree.mece_uncoded", nodes=told_list(self.uncoded)))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        interval = message("analysis.interval", level=told_level(self.confidence_level))
        return (
            Shown("text", message("tree.node")),
            Shown("verdict", message("tree.verdict")),
            Shown("n", message("analysis.n"), "count"),
            Shown("coverage", message("tree.coverage"), "percent"),
            Shown("coverage_low", interval, "percent", high="coverage_high"),
            Shown("overlap", message("tree.overlap"), "percent"),
            Shown("overlap_low", interval, "percent", high="overlap_high"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per node."""
        return [
            {
                "node": one.node, "text": one.text, "verdict": message(f"tree.verdict_{_VERDICTS[one.report.verdict]}"),
                "n": one.report.n, "coverage": one.report.coverage.estimate,
                "coverage_low": one.report.coverage.ci_low, "coverage_high": one.report.coverage.ci_high,
                "overlap": one.report.overlap.estimate, "overlap_low": one.report.overlap.ci_low,
                "overlap_high": one.report.overlap.ci_high,
            }
            for one in self.nodes
        ]  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw coverage and overlap of each node with their intervals."""
        from closeloop.views.driver_chart import plot_tree_mece

        return plot_tree_mece(self, ax)


_REASONS = 3
"""Of each node; they come with the gravest first."""
_VERDICTS = {"pass": "pass", "fail": "fail", "cannot tell": "unknown"}


def tree_mece(root: TreeNode, coding: Coding, *, confidence_level: float = 0.95, **how: Any) -> TreeMece:
    """Check each node with two coded children or more on the mentions that were coded within it.

    Parameters
    ----------
    root : TreeNode
        The tree; a child stands for its own code and all codes below it.
    coding : Coding
        The mentions.
    confidence_level : float
        Of the intervals.
    **how
        Passed on to `closeloop.themes.mece.mece.mece`.

    Returns
    -------
    TreeMece

    Raises
    ------
    ValueError
        If no node has two coded children, or the coding knows none of the codes.
    """
    from closeloop.themes.mece.mece import mece

    known = set(coding.codes) if coding.codebook is None else {code.id for code in coding.codebook.codes}
    mine = {node.code for _, node, _ in walk(root) if node.code is not None}
    if not mine & known:
        raise ValueError(message("tree.mece_no_codes", codes=", ".join(sorted(mine)) or "–",
                                 known=", ".join(sorted(known)[:8]) or "–"))  # fmt: skip
    nodes, uncoded = [], []
    for path, node, _ in walk(root):
        groups: dict[str, set[str]] = {}
        for child in node.children:
            if codes := _codes(child):
                name = f"{child.text} ({child.id})" if child.text in groups else child.text
                groups[name] = codes & known
        uncoded += [child.text for child in node.children if not _codes(child)]
        if len(groups) < 2:
            continue
        part = coding if not path else _within(coding, _codes(node) & known)
        report = mece(part, groups=groups, confidence_level=confidence_level, **how)
        nodes.append(NodeMece(node=node.id, text=node.text, report=report))
    if not nodes:
        raise ValueError(message("tree.mece_no_children"))
    return TreeMece(nodes=tuple(nodes), unknown=tuple(sorted(mine - known)), uncoded=tuple(uncoded),
                    confidence_level=confidence_level)  # fmt: skip


def _codes(node: TreeNode) -> set[str]:
    return {one.code for _, one, _ in walk(node) if one.code is not None}


def _within(coding: Coding, codes: set[str]) -> Coding:
    """Return the coding with only those mentions counted that have one of the codes, or a code below them."""
    every = set(codes)
    if coding.codebook is not None:
        every.update(below.id for code in codes for below in coding.codebook.descendants(code))
    columns = [i for i, code in enumerate(coding.codes) if code in every]
    inside = np.asarray(coding.matrix("mention"))[:, columns].any(axis=1)
    return replace(coding, substantive=np.asarray(coding.substantive, dtype=bool) & inside)
