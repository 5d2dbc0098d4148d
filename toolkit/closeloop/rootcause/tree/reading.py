"""The two ways to read a tree: down, question and answers; up, what some statements say together."""

from __future__ import annotations

from closeloop.rootcause.tree.node import TreeNode, TreeState, walk
from closeloop.text import LocalText, message
from closeloop.written import told_joined


def top_down(state: TreeState) -> tuple[LocalText, ...]:
    """Return each question with its answers, from the top down.

    Examples
    --------
    >>> parts = (TreeNode(id="n1", text="Packed late"), TreeNode(id="n2", text="Longer on the road"))
    >>> root = TreeNode(id="n0", text="Why late?", split="On which part of the way?", children=parts)
    >>> str(top_down(TreeState(root=root))[0])
    '“Why late?” On which part of the way? → Packed late; Longer on the road'
    """
    found = []
    for _, node, _ in walk(state.root):
        if node.children:
            asked = LocalText(node.split) if node.split else message(f"tree.asked_{state.kind}")
            found.append(message("tree.top_down", node=node.text, question=asked, answers=_joined(node.children)))
    return tuple(found)


def so_what(state: TreeState) -> tuple[LocalText, ...]:
    """Return each group with what it says together, the deepest first; a reader confirms or mends the summary.

    Examples
    --------
    >>> parts = (TreeNode(id="n1", text="Packed late"), TreeNode(id="n2", text="Longer on the road"))
    >>> root = TreeNode(id="n0", text="Parcels are late", kind="finding", children=parts)
    >>> str(so_what(TreeState(root=root))[0])
    'Packed late; Longer on the road. So what? Parcels are late'
    """
    groups = [(path, node) for path, node, _ in walk(state.root) if node.children]
    groups.sort(key=lambda group: (-len(group[0]), group[0]))
    found = []
    for _, node in groups:
        # An open question is no summary: which answer the points give is for the reader to say.
        key = "tree.so_what_open" if node.kind == "question" else "tree.so_what"
        found.append(message(key, node=node.text, points=_sentence(node.children)))
    return tuple(found)


def _sentence(nodes: tuple[TreeNode, ...]) -> LocalText:
    said = _joined(nodes)
    ended = {"en": ".", "zh-CN": "。"}
    return LocalText({tag: text if text[-1] in "?？!！" else text + ended[tag] for tag, text in said.items()})


def _joined(nodes: tuple[TreeNode, ...]) -> LocalText:
    return told_joined([node.text.rstrip(".。;；") for node in nodes], "; ", "；")
