"""An issue tree as the rows of the editor: one per statement, with what splits it, its code and its counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from closeloop.rootcause.findings import Findings
from closeloop.rootcause.tree.coded_tree import TreeMece
from closeloop.rootcause.tree.node import TreeNode, TreeState, walk
from closeloop.text import language, message
from closeloop.views.tree_block import node_mark, split_label
from closeloop.widgets.tree.coding_counts import NodeCount
from closeloop.widgets.tree.parts import Json, note, say
from closeloop.widgets.tree.tools import refusals
from closeloop.widgets.tree.tree_editor import spoken_words
from closeloop.written import write

VERDICTS = {"pass": "ok", "fail": "error", "cannot tell": "ask"}
"""Verdict of a MECE check → its drawing."""


def issue_rows(
    state: TreeState, findings: Findings, counts: Mapping[str, NodeCount], mece: TreeMece | str | None
) -> list[Json]:
    """Return every statement, parents first; the question is the first row."""
    notes: defaultdict[str, list[list[str]]] = defaultdict(list)
    for finding in findings:
        notes[finding.at].append(note(finding))
    verdicts = {one.node: one.report.verdict for one in mece.nodes} if isinstance(mece, TreeMece) else {}
    rows = []
    for path, node, above in walk(state.root):
        mark = "top" if above is None else node_mark(node, state)
        gate = gate_of(node, verdicts.get(node.id))
        rows.append(
            {
                "id": node.id, "up": "" if above is None else above.id, "no": ".".join(str(at + 1) for at in path),
                "text": node.text, "mark": mark, "chips": _chips(node, counts), "gate": gate, "notes": notes[node.id],
                "spoken": spoken_words(_spoken(node, mark, notes[node.id])), "no_tool": _refused(node, above),
            }
        )  # fmt: skip
    return rows


def gate_of(node: TreeNode, verdict: str | None) -> list[str] | None:
    """Return what stands above the children of a node: what splits it, their order, and the verdict on the data."""
    label, order = split_label(node, language())
    if not label and not order and verdict is None:
        return None
    found = ["split", label or order, order if label else ""]
    if verdict is not None:
        found += [VERDICTS[verdict], say(f"mece_{verdict.replace(' ', '_')}")]
    return found


def _refused(node: TreeNode, above: TreeNode | None) -> Json:
    """Return the tools that do not apply to a statement."""
    order = "" if len(node.children) > 1 else "no_order"
    if above is None:
        return refusals(order=order, **dict.fromkeys(("move", "merge", "remove"), "no_top_issue"))
    return refusals(order=order, merge="" if len(above.children) > 1 else "no_merge")


def _chips(node: TreeNode, counts: Mapping[str, NodeCount]) -> list[list[str]]:
    found = []
    if node.value is not None:
        known = node.value in ("major", "minor", "conclusion")
        found.append(
            ["", str(message(f"tree.premise_{node.value}")) if known else write(node.value, "text", language())]
        )
    if node.code is not None:
        found.append(["", node.code])
    if node.id in counts:
        found.append(["people", str(counts[node.id].text)])
    return found


def _spoken(node: TreeNode, mark: str, notes: list[list[str]]) -> list[str]:
    """Return what one who listens hears after the words: which kind, what splits it, how many findings."""
    levels = [level for level, _, _ in notes]
    said = [say("spoken_question") if mark == "top" else say(f"mark_{node.kind}")]
    said += [say("spoken_split", split=node.split)] if node.split and node.children else []
    return said + [say(f"n_{level}", n=levels.count(level)) for level in ("error", "warn") if level in levels]
