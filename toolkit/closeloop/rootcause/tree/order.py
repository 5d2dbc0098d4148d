"""The order of siblings: by time, by structure, by importance, or as a deduction; exactly one, and it must hold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise

from closeloop.rootcause.tree.node import PREMISES, TreeNode, moment
from closeloop.text import LocalText, message

_START = datetime(1970, 1, 1)  # noqa: DTZ001  all moments here are without a zone


def order_faults(node: TreeNode) -> Iterator[LocalText]:
    """Give what is wrong with the order of a node's children, given the order it claims.

    Examples
    --------
    >>> parts = (TreeNode(id="n1", text="App", value=3), TreeNode(id="n2", text="Shop", value=8))
    >>> [str(fault) for fault in order_faults(TreeNode(id="n0", text="Why?", order="importance", children=parts))]
    ['“Shop” (8) weighs more than “App” (3), which stands before it.']
    """
    if node.order in {"time", "importance"}:
        yield from _by_value(node)
    elif node.order == "deductive":
        yield from _deduction(node)
    elif node.order == "structure" and node.whole is None:
        yield message("tree.order_no_whole")


def _by_value(node: TreeNode) -> Iterator[LocalText]:
    without = [child.text for child in node.children if child.value is None]
    if without:
        yield message(f"tree.order_no_{node.order}", node=without[0], count=len(without))
        return
    places = [_place(child.value, node.order == "time") for child in node.children]
    wrong = [child.text for child, place in zip(node.children, places, strict=True) if place is None]
    kinds = {kind for kind, _ in (place for place in places if place is not None)}
    if wrong:
        yield message(f"tree.order_bad_{node.order}", node=wrong[0])
    elif len(kinds) > 1:
        yield message("tree.order_mixed")
    else:
        sign = 1 if node.order == "time" else -1
        known = [place[1] for place in places if place is not None]
        for (before, first), (after, second) in pairwise(zip(node.children, known, strict=True)):
            if sign * second < sign * first:
                said = {"before": before.text, "after": after.text, "first": before.value, "second": after.value}
                yield message(f"tree.order_wrong_{node.order}", **said)


def _place(value: object, dated: bool) -> tuple[str, float] | None:
    if isinstance(value, int | float):
        return "number", float(value)
    when = moment(value) if dated else None
    return None if when is None else ("date", (when - _START).total_seconds())


def _deduction(node: TreeNode) -> Iterator[LocalText]:
    parts = [str(child.value) for child in node.children]
    strange = [child.text for child in node.children if child.value not in PREMISES]
    if strange:
        yield message("tree.order_no_deductive", node=strange[0])
        return
    if parts.count("conclusion") != 1:
        yield message("tree.order_conclusions", count=parts.count("conclusion"))
    if not {"major", "minor"} <= set(parts):
        yield message("tree.order_premises")
    for (before, first), (after, second) in pairwise(zip(node.children, parts, strict=True)):
        if PREMISES.index(second) < PREMISES.index(first):
            roles = [message(f"tree.premise_{part}") for part in (first, second)]
            yield message(
                "tree.order_wrong_deductive", before=before.text, after=after.text, first=roles[0], second=roles[1]
            )
