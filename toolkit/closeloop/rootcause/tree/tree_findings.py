"""What is weak about a tree: T01 to T14, each with what to do."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator

from closeloop.rootcause.findings import Finding, Findings, Level
from closeloop.rootcause.tree.formula import parse_formula
from closeloop.rootcause.tree.node import TreeNode, TreeState, walk
from closeloop.rootcause.tree.order import order_faults
from closeloop.rootcause.tree.words import likeness
from closeloop.text import LocalText, message

MOST_SIBLINGS = 7
"""More than these at once nobody keeps in mind (ours)."""
_SAME = 0.8
"""From this likeness on a statement says what its parent says (ours)."""
_ASKS = re.compile(
    r"\b(?:what|where|when|who|whom|whose|which|why|how)\b|什么|哪|谁|何时|为何|为什么|怎么|怎样|如何|多少|是否|几",
    re.IGNORECASE,
)
_JOINS = re.compile(r"\b(?:and|or|as well as)\b|[、，；,;]|以及|并且|还有|而且|和|与|或", re.IGNORECASE)


def tree_findings(state: TreeState) -> Findings:
    """Return what is weak about a tree, the gravest first.

    Examples
    --------
    >>> tree_findings(TreeState(root=TreeNode(id="n0", text="Why do parcels arrive late?"))).rules
    ('T01',)
    """
    found: list[Finding] = []
    for path, node, parent in walk(state.root):
        found += _about_split(node)
        found += _about_siblings(node)
        found += _about_formula(node, state.kind)
        if parent is not None:
            found += _about_text(node, parent)
        if not node.children and not path:
            found.append(_say("T01", "info", node, message("tree.t01"), message("tree.t01_do")))
    return Findings(found)


def two_questions(text: str) -> bool:
    """Say whether a text asks more than one question.

    Examples
    --------
    >>> two_questions("Where and how does it happen?"), two_questions("Which part of the way, from order to door?")
    (True, False)
    >>> two_questions("发生在哪个环节，由谁负责？"), two_questions("发生在哪个环节？")
    (True, False)
    """
    if len(re.findall(r"[?？]", text)) > 1:
        return True
    asked = list(_ASKS.finditer(text))
    return any(_JOINS.search(text[first.end() : second.start()]) for first, second in itertools.pairwise(asked))


def _about_split(node: TreeNode) -> Iterator[Finding]:
    if len(node.children) < 2:
        return
    if node.split is None and node.formula is None:  # a formula is the one question: what is it computed from?
        yield _say("T02", "error", node, message("tree.t02"), message("tree.t02_do"))
    elif node.split is not None and two_questions(node.split):
        yield _say("T03", "error", node, message("tree.t03", split=node.split), message("tree.t03_do"))


def _about_siblings(node: TreeNode) -> Iterator[Finding]:
    n = len(node.children)
    if n == 1:
        only = node.children[0].text
        yield _say("T04", "warn", node, message("tree.t04", child=only), message("tree.t04_do"))
    elif n > MOST_SIBLINGS:
        yield _say("T05", "warn", node, message("tree.t05", count=n), message("tree.t05_do", most=MOST_SIBLINGS))
    if n > 1 and node.order is None and node.formula is None:  # a formula is an order by structure
        yield _say("T06", "error", node, message("tree.t06"), message("tree.t06_do"))
    if n > 1:
        for fault in order_faults(node):
            yield _say("T07", "error", node, fault, message("tree.t07_do"))
    first: dict[str, str] = {}
    for child in node.children:
        same = " ".join(child.text.casefold().split())
        if same in first:
            yield _say("T08", "error", child, message("tree.t08"), message("tree.t08_do"))
        first.setdefault(same, child.id)


def _about_text(node: TreeNode, parent: TreeNode) -> Iterator[Finding]:
    how_alike = likeness(node.text, parent.text)
    if how_alike >= _SAME:
        yield _say("T09", "warn", node, message("tree.t09", parent=parent.text), message("tree.t09_do"))
    if not node.children and node.kind == "question" and re.search(r"[?？]$", node.text):
        yield _say("T10", "info", node, message("tree.t10"), message("tree.t10_do"))


def _about_formula(node: TreeNode, kind: str) -> Iterator[Finding]:
    if node.formula is None:
        if kind == "driver" and node.children:
            yield _say("T11", "warn", node, message("tree.t11"), message("tree.t11_do"))
        return
    try:
        names = parse_formula(node.formula).names
    except ValueError as error:  # from a file that somebody wrote
        reason = error.args[0]
        text = reason if isinstance(reason, LocalText) else LocalText(str(reason))
        yield _say("T12", "error", node, text, message("tree.t12_do"))
        return
    codes = [child.code for child in node.children]
    unknown = [name for name in names if name not in codes]
    unused = [child.text for child in node.children if child.code not in names]
    if unknown:
        yield _say("T12", "error", node, message("tree.t12", name=unknown[0]), message("tree.t12_do"))
    if unused:
        yield _say("T13", "warn", node, message("tree.t13", child=unused[0]), message("tree.t13_do"))
    if len(names) == 1 and parse_formula(node.formula).text.strip(" {}()") == names[0]:
        yield _say("T14", "warn", node, message("tree.t14", name=names[0]), message("tree.t14_do"))


def _say(rule: str, level: Level, node: TreeNode, text: LocalText, suggestion: LocalText) -> Finding:
    return Finding(rule=rule, level=level, at=node.id, subject=node.text, message=text, suggestion=suggestion)
