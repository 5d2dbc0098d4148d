"""Changes of an issue tree, each from one immutable state to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, get_args

from closeloop.errors import closest
from closeloop.rootcause.tree.formula import parse_formula
from closeloop.rootcause.tree.node import (
    MOST_LEVELS,
    PREMISES,
    NodeKind,
    OrderKind,
    TreeNode,
    TreeState,
    at,
    changed,
    height,
    line,
    moment,
    usual_kind,
    walk,
    with_children,
)
from closeloop.text import message
from closeloop.written import told_joined

Path = tuple[int, ...]
"""Where a node stands: positions from the root on."""


def find(state: TreeState, place: TreeNode | str | None) -> Path:
    """Return where a node stands, by itself, its id or its code; None is the root.

    Raises
    ------
    ValueError
        If there is none.
    """
    wanted = place.id if isinstance(place, TreeNode) else place
    if wanted is None:
        return ()
    coded = None
    for path, node, _ in walk(state.root):
        if node.id == wanted:
            return path
        if node.code == wanted:
            coded = path
    if coded is not None:
        return coded
    known = [name for _, node, _ in walk(state.root) for name in (node.code, node.id) if name]
    near = closest(str(wanted), known) or tuple(known[:5])
    raise ValueError(message("tree.unknown_node", node=wanted, names=", ".join(near)))


def added(state: TreeState, parent: Path, texts: Sequence[str], **given: Any) -> tuple[TreeState, tuple[str, ...]]:
    """Return the state with statements put last under a node, and their ids; `given` are further fields of each."""
    if len(parent) + 2 > MOST_LEVELS:
        raise ValueError(message("tree.too_deep", most=MOST_LEVELS))
    taken = {node.code for _, node, _ in walk(state.root)}
    number, made = state.issued, []
    for text in texts:
        number += 1
        while f"n{number}" in taken:  # a code that looks like an id
            number += 1
        fields = {"id": f"n{number}", "text": line(text), "kind": usual_kind(state.kind), **given}
        made.append(TreeNode(**fields))
    root = changed(state.root, parent, lambda node: with_children(node, (*node.children, *made)))
    return _next(state, root, number), tuple(one.id for one in made)


def revised(state: TreeState, path: Path, update: Mapping[str, Any]) -> TreeState:
    """Return the state with other fields of one node."""
    return _next(state, changed(state.root, path, lambda node: node.model_copy(update=dict(update))))


def merged(state: TreeState, first: Path, second: Path, text: str, code: str | None) -> TreeState:
    """Return the state with two nodes put together in the place of the first.

    Raises
    ------
    ValueError
        If they are one and the same, or one stands below the other.
    """
    one, other = at(state.root, first), at(state.root, second)
    if first == second:
        raise ValueError(message("tree.merge_same"))
    if _begins(first, second) or _begins(second, first):
        raise ValueError(message("tree.merge_line", a=one.text, b=other.text))
    update = {
        "text": line(text), "kind": one.kind if one.kind == other.kind else "hypothesis",
        "code": code or one.code or other.code, "split": one.split or other.split,
        "children": one.children + other.children,
    }  # fmt: skip
    if len(first) + height(one.model_copy(update=update)) > MOST_LEVELS:
        raise ValueError(message("tree.too_deep", most=MOST_LEVELS))
    # The second goes first; that may shift the path of the first, so it is looked for again by its id.
    root = changed(state.root, second[:-1], lambda node: _without(node, second[-1]))
    path = next(path for path, node, _ in walk(root) if node.id == one.id)
    return _next(state, changed(root, path, lambda node: node.model_copy(update=update)))


def moved(state: TreeState, path: Path, goal: Path, position: int | None) -> TreeState:
    """Return the state with a node put under another, with all that stands under it.

    Raises
    ------
    ValueError
        If it is the root, or the goal stands below it.
    """
    if not path:
        raise ValueError(message("tree.root_stays"))
    if _begins(path, goal):
        raise ValueError(message("tree.loop", node=at(state.root, path).text, parent=at(state.root, goal).text))
    node, under = at(state.root, path), at(state.root, goal).id
    if len(goal) + 1 + height(node) > MOST_LEVELS:
        raise ValueError(message("tree.too_deep", most=MOST_LEVELS))
    if path[:-1] != goal:
        node = node.model_copy(update={"value": None})  # its place was one among its old siblings
    root = changed(state.root, path[:-1], lambda old: _without(old, path[-1]))
    goal = next(where for where, old, _ in walk(root) if old.id == under)

    most = len(at(root, goal).children)
    if position is not None and (type(position) is not int or not 0 <= position <= most):
        raise ValueError(message("tree.no_position", found=position, most=most))

    def taken(old: TreeNode) -> TreeNode:
        children = list(old.children)
        children.insert(len(children) if position is None else position, node)
        return with_children(old, tuple(children))

    return _next(state, changed(root, goal, taken))


def removed(state: TreeState, path: Path) -> TreeState:
    """Return the state without a node and all that stands under it."""
    if not path:
        raise ValueError(message("tree.root_stays"))
    return _next(state, changed(state.root, path[:-1], lambda old: _without(old, path[-1])))


def ordered(
    state: TreeState, path: Path, by: OrderKind | None, values: Mapping[Path, object] | None, whole: str | None
) -> TreeState:
    """Return the state with the order of a node's children named; `values` are their places, by path."""
    if by is not None:
        one_of(by, get_args(OrderKind), "order")
    given = {child: _order_value(by, value) for child, value in (values or {}).items()}
    strange = next((where for where in given if not where or where[:-1] != path), None)
    if strange is not None:
        texts = {"node": at(state.root, strange).text, "parent": at(state.root, path).text}
        raise ValueError(message("tree.not_a_child", **texts))

    def placed(node: TreeNode) -> TreeNode:
        children = tuple(
            child.model_copy(update={"value": given.get((*path, i), child.value if values is None else None)})
            for i, child in enumerate(node.children)
        )
        return node.model_copy(update={"order": by, "whole": optional(whole), "children": children})

    return _next(state, changed(state.root, path, placed))


def checked_formula(node: TreeNode, formula: str) -> str:
    """Return a formula that can be read and names nothing but children of the node.

    Raises
    ------
    ValueError
        If it cannot be read, uses a name that is no child's code, or the node's own.
    """
    written = line(formula)
    codes = [child.code for child in node.children if child.code]
    for name in parse_formula(written).names:
        if name == node.code:
            raise ValueError(message("tree.formula_self", formula=written, name=name))
        if name not in codes:
            known = ", ".join(codes) or "–"
            raise ValueError(message("tree.formula_unknown", formula=written, name=name, known=known))
    return written


def free_code(state: TreeState, code: str | None, own: Sequence[str] = ()) -> str | None:
    """Return a code that no other node has; `own` are the ids of nodes that may have it."""
    wanted = optional(code)
    if wanted is not None:
        for _, node, _ in walk(state.root):
            if wanted == node.id or (wanted == node.code and node.id not in own):
                raise ValueError(message("tree.code_taken", code=wanted, node=node.text))
    return wanted


def one_of(value: Any, known: Sequence[str], what: str) -> Any:
    """Return a value that is one of those known.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    if value not in known:
        text = message(f"tree.unknown_{what}", found=value, known=", ".join(known))
        near = closest(str(value), known, n=1)
        raise ValueError(told_joined([text, message("whys.did_you_mean", name=near[0])], " ", "") if near else text)
    return value


def node_kind(kind: NodeKind) -> NodeKind:
    """Return a kind of statement, checked."""
    found: NodeKind = one_of(kind, get_args(NodeKind), "node_kind")
    return found


def optional(text: str | None) -> str | None:
    """Return a text as it is kept; None for an empty one."""
    return line(text) if text and str(text).strip() else None


def _order_value(by: str | None, value: object) -> int | float | str:
    if by == "deductive":
        return str(one_of(value, PREMISES, "premise"))
    if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
        return value
    if by == "time" and moment(value) is not None:
        return value.isoformat() if isinstance(value, date) else str(value)
    raise ValueError(message("tree.order_value", value=value))


def _next(state: TreeState, root: TreeNode, issued: int | None = None) -> TreeState:
    return state.model_copy(update={"root": root, "issued": state.issued if issued is None else issued})


def _without(node: TreeNode, position: int) -> TreeNode:
    return with_children(node, (*node.children[:position], *node.children[position + 1 :]))


def _begins(path: Path, other: Path) -> bool:
    return other[: len(path)] == path
