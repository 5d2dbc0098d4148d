"""An issue tree as HTML: the question, what splits it, every statement with what is weak about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from closeloop.html import Html, element
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.tree.node import TreeNode, TreeState, walk
from closeloop.views.outline import Bullet, Mark, Note, outline, outline_key, outline_notes
from closeloop.views.words import marks, say
from closeloop.written import write

if TYPE_CHECKING:
    from closeloop.rootcause.tree.issue_tree import IssueTree


def tree_block(tree: IssueTree, tag: str) -> Html:
    """Return a tree as a piece of HTML that says everything without style, too.

    Examples
    --------
    >>> from closeloop.rootcause.tree.issue_tree import IssueTree
    >>> tree = IssueTree("Why late?", split="Where?")
    >>> _ = tree.add(None, "Packing")
    >>> "<b>Why late?</b>" in tree_block(tree, "en")
    True
    """
    findings = tree.findings()
    root, bullets = tree.root, tree_bullets(tree.state, tag, findings)
    label, note = split_label(root, tag)
    notes = outline_notes([_note(finding, tag) for finding in findings.at(root.id)], tag)
    question = element("div", element("b", root.text))
    counts = element("div", tree_counts(tree, tag, findings), class_="soft")
    head = element("div", question, counts, notes, class_="thead")
    body = outline(bullets, tag, gate=label, gate_note=note, label=root.text)
    return element("div", head, body, outline_key(bullets, tag), class_="block")


def tree_counts(tree: IssueTree, tag: str, findings: Findings) -> str:
    """Return what kind of tree it is, how large, and how many findings it has."""
    return say(
        "tree.counts", tag, kind=say(f"tree.kind_{tree.tree_kind}", tag),
        statements=write(tree.n_statements, "count", tag), errors=len(findings.of("error")),
        warnings=len(findings.of("warn")),
    )  # fmt: skip


def tree_bullets(state: TreeState, tag: str, findings: Findings | None = None) -> tuple[Bullet, ...]:
    """Return the statements below the root as bullets, with findings as their notes."""
    said: dict[str, list[Note]] = {}
    for finding in findings or ():
        said.setdefault(finding.at, []).append(_note(finding, tag))
    return tuple(_bullet(child, str(i), state, tag, said) for i, child in enumerate(state.root.children, 1))


def split_label(node: TreeNode, tag: str) -> tuple[str, str]:
    """Return what stands above the children of a node: what splits it, and in which order they stand."""
    label = node.split or ""
    if node.formula is not None:
        label = f"{node.split} = {node.formula}" if node.split else f"= {node.formula}"
    order = [say(f"tree.order_{node.order}", tag)] if node.order else []
    whole = [say("tree.order_parts", tag, whole=node.whole)] if node.whole else []
    return (label, marks(tag).clause.join([*order, *whole])) if node.children else ("", "")


def node_mark(node: TreeNode, state: TreeState) -> Mark:
    """Return the mark of a statement; a quantity of a driver tree has none, unless it is a claim."""
    return "none" if state.kind == "driver" and node.kind == "question" else node.kind


def tree_levels(state: TreeState) -> int:
    """Return the number of levels below the root."""
    return max(len(path) for path, _, _ in walk(state.root))


def _bullet(node: TreeNode, number: str, state: TreeState, tag: str, said: dict[str, list[Note]]) -> Bullet:
    gate, gate_note = split_label(node, tag)
    if node.children and not gate:
        gate, gate_note = gate_note, ""
    value = () if node.value is None else (_place(node.value, tag),)
    code = () if node.code is None else (say("tree.chip_code", tag, code=node.code),)
    return Bullet(
        number=number, text=node.text, mark=node_mark(node, state), chips=(*value, *code), gate=gate,
        gate_note=gate_note, notes=tuple(said.get(node.id, ())),
        children=tuple(_bullet(child, f"{number}.{i}", state, tag, said) for i, child in enumerate(node.children, 1)),
    )  # fmt: skip


def _place(value: float | str, tag: str) -> str:
    if value in ("major", "minor", "conclusion"):
        return say(f"tree.premise_{value}", tag)
    return write(value, "text", tag)


def _note(finding: Finding, tag: str) -> Note:
    return Note(finding.level, finding.rule, finding.in_language(tag))
