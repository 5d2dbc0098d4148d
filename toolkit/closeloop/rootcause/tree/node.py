"""What an issue tree says: statements under statements, immutable, and how to find and replace one of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StrictFloat, StrictInt, model_validator

from closeloop.html import harmless
from closeloop.text import LocalText, message
from closeloop.versioned import State

TreeKind = Literal["why", "how", "driver"]
"""What the children of a statement are: its reasons, its ways, or the quantities it is computed from."""
NodeKind = Literal["question", "hypothesis", "finding"]
OrderKind = Literal["time", "structure", "importance", "deductive"]
"""Why siblings stand in the order in which they stand."""
PREMISES = ("major", "minor", "conclusion")
"""The parts of a deduction, in their order."""
MOST_LEVELS = 50
MOST_CHARACTERS = 2000
"""Of one statement: what is longer is a chapter."""

_NO_BREAKS = str.maketrans(dict.fromkeys("\u2028\u2029\x85", " "))


def line(text: str) -> str:
    r"""Return a statement as it is kept: one line, no control characters.

    Raises
    ------
    ValueError
        If nothing is left, or more than a statement.

    Examples
    --------
    >>> line("  Parcels\n are late ")
    'Parcels are late'
    """
    if not isinstance(text, str | LocalText):
        raise ValueError(message("tree.not_text", found=repr(text)[:80]))  # noqa: TRY004  # a wrong value
    kept = " ".join(harmless(str(text).translate(_NO_BREAKS)).split())
    if not kept:
        raise ValueError(message("tree.no_text"))
    if len(kept) > MOST_CHARACTERS:
        raise ValueError(message("tree.long_text", count=len(kept), most=MOST_CHARACTERS))
    return kept


Line = Annotated[str, AfterValidator(line)]


class TreeNode(State):
    """One statement with what stands under it.

    Attributes
    ----------
    id : str
        Stays the same when the statement is moved or renamed.
    text : str
        The statement.
    code : str or None
        Its code in a coding, or the column that holds its values; once in a tree.
    kind : str
        ``"question"``, ``"hypothesis"`` or ``"finding"``.
    split : str or None
        The one question that splits it into its children.
    formula : str or None
        How it is computed from the codes of its children.
    order : str or None
        Why its children stand in this order.
    whole : str or None
        For the order by structure: what the children are parts of.
    value : int, float, str or None
        Its place in the order of its siblings: a number, a date (ISO 8601), or its part in a deduction.
    children : tuple of TreeNode
        What stands under it.
    """

    id: Annotated[str, Field(min_length=1)]
    text: Line
    code: Line | None = None
    kind: NodeKind = "question"
    split: Line | None = None
    formula: Line | None = None
    order: OrderKind | None = None
    whole: Line | None = None
    value: StrictInt | StrictFloat | Line | None = None
    children: tuple[TreeNode, ...] = ()


class TreeState(State):
    """What an issue tree says at one moment.

    Attributes
    ----------
    kind : str
        ``"why"``, ``"how"`` or ``"driver"``.
    root : TreeNode
        The question, with all that stands under it.
    issued : int
        Ids handed out so far, so that none is given twice.
    """

    kind: TreeKind = "why"
    root: TreeNode
    issued: Annotated[int, Field(ge=0)] = 0

    @model_validator(mode="after")
    def _checked(self) -> Self:
        seen: set[str] = set()
        for path, node, _ in walk(self.root):
            if len(path) >= MOST_LEVELS:
                raise ValueError(message("tree.too_deep", most=MOST_LEVELS))
            for name in (node.id, node.code):
                if name is not None and name in seen:
                    raise ValueError(message("tree.twice", name=name))
            seen.update(name for name in (node.id, node.code) if name is not None)
        return self


def usual_kind(kind: TreeKind, *, root: bool = False) -> NodeKind:
    """Return what a statement is if nobody said: a hypothesis; a root and a quantity are questions."""
    return "question" if root or kind == "driver" else "hypothesis"


def walk(root: TreeNode) -> Iterator[tuple[tuple[int, ...], TreeNode, TreeNode | None]]:
    """Give each node with its path (positions from the root on) and its parent; parents before children.

    Examples
    --------
    >>> root = TreeNode(id="n0", text="Why?", children=(TreeNode(id="n1", text="Price"),))
    >>> [(path, node.id) for path, node, _ in walk(root)]
    [((), 'n0'), ((0,), 'n1')]
    """
    stack: list[tuple[tuple[int, ...], TreeNode, TreeNode | None]] = [((), root, None)]
    while stack:
        path, node, parent = stack.pop()
        yield path, node, parent
        stack.extend(((*path, i), node.children[i], node) for i in range(len(node.children) - 1, -1, -1))


def said(root: TreeNode) -> list[tuple[object, ...]]:
    """Return what a tree says, without the ids."""
    return [(path, *(getattr(node, name) for name in _SAID)) for path, node, _ in walk(root)]


_SAID = ("text", "code", "kind", "split", "formula", "order", "whole", "value")


def at(root: TreeNode, path: tuple[int, ...]) -> TreeNode:
    """Return the node at a path."""
    for position in path:
        root = root.children[position]
    return root


def changed(root: TreeNode, path: tuple[int, ...], change: Callable[[TreeNode], TreeNode]) -> TreeNode:
    """Return the tree with the node at a path changed; all other branches are shared with the old tree."""
    if not path:
        return change(root)
    first, *rest = path
    child = changed(root.children[first], tuple(rest), change)
    return with_children(root, (*root.children[:first], child, *root.children[first + 1 :]))


def with_children(node: TreeNode, children: tuple[TreeNode, ...]) -> TreeNode:
    """Return the node with other children."""
    return node.model_copy(update={"children": children})


def height(node: TreeNode) -> int:
    """Return the number of levels, the node's own included."""
    return 1 + max((len(path) for path, _, _ in walk(node)), default=0)


def moment(value: object) -> datetime | None:
    """Return a date or time as written in ISO 8601, in UTC where it has a zone; None if it is none.

    Examples
    --------
    >>> moment("2026-10-13"), moment("soon")
    (datetime.datetime(2026, 10, 13, 0, 0), None)
    """
    try:
        found = value if isinstance(value, datetime) else datetime.fromisoformat(_whole_day(str(value)))
    except ValueError:
        return None
    return found if found.tzinfo is None else found.astimezone(UTC).replace(tzinfo=None)


def _whole_day(written: str) -> str:
    """Return a month as its first day."""
    return f"{written}-01" if re.fullmatch(r"\d{4}-\d{2}", written) else written
