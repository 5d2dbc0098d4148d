"""An issue tree as plain text."""

from __future__ import annotations

from closeloop.rootcause.tree.node import TreeNode, TreeState, walk
from closeloop.text import language
from closeloop.views.tree_block import node_mark, split_label
from closeloop.views.words import marks, say


def tree_text(state: TreeState) -> str:
    """Return a tree as numbered lines, in the language in use."""
    tag = language()
    lines = []
    for path, node, _ in walk(state.root):
        indent = "  " * (len(path) - 1)
        number = ".".join(str(i + 1) for i in path)
        lines.append(f"{indent}{number} {node.text}{_behind(node, state, tag)}" if path else node.text)
        label, note = split_label(node, tag)
        said = marks(tag).gap.join(
            part for part in (label, say("tree.in_brackets", tag, word=note) if note else "") if part
        )
        if said:
            lines.append(f"{'  ' * len(path)}{said}" if path else said)
    return "\n".join(lines)


def _behind(node: TreeNode, state: TreeState, tag: str) -> str:
    mark = node_mark(node, state)
    return "" if mark == "none" else marks(tag).gap + say("tree.in_brackets", tag, word=say(f"tree.mark_{mark}", tag))
