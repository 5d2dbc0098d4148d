"""An issue tree as a drawing: a logic tree from left to right, a mind map round its question, or an outline.

Every subtree keeps a band of its own and every level a column of its own, so nothing can overlap.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from closeloop.html import Html, element
from closeloop.numbers import number
from closeloop.rootcause.tree.node import TreeNode, TreeState, walk
from closeloop.text import language, message
from closeloop.views.outline import ICONS
from closeloop.views.outline_svg import outline_svg
from closeloop.views.svg_text import BOLD, drawing, width, wrap, write_lines
from closeloop.views.tree_block import node_mark, split_label, tree_bullets, tree_levels
from closeloop.views.words import marks, say

KINDS = ("tree", "mind-map", "outline")
MOST_DRAWN = 150
"""More statements than these no page holds; the deepest are counted and not drawn."""
_SIZE, _SMALL, _LINE, _SMALL_LINE = 13.0, 11.5, 18.0, 16.0
_ROOM, _GAP, _BETWEEN, _PAD, _EDGE = 196.0, 10.0, 40.0, 9.0, 8.0
_ICON = 22.0


@dataclass(slots=True)
class _Box:
    """A statement as it will be drawn; x and y are its left and its top."""

    lines: list[str]
    small: list[str]
    mark: str
    wide: float
    high: float
    children: list[_Box] = field(default_factory=list)
    band: float = 0.0
    deep: int = 0
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        return self.y + self.high / 2


def tree_svg(state: TreeState, kind: str = "tree") -> str:
    """Return a tree as an SVG, in the language in use.

    Parameters
    ----------
    state : TreeState
        What is drawn; of more than 150 statements the upper levels.
    kind : {"tree", "mind-map", "outline"}
        Its form.

    Raises
    ------
    ValueError
        If there is no such form.

    Examples
    --------
    >>> from closeloop.rootcause.tree.issue_tree import IssueTree
    >>> tree = IssueTree("Why late?")
    >>> ids = tree.split(None, ["Packing", "Transport"], "On which part of the way?")
    >>> "Packing" in tree_svg(tree.state, "mind-map")
    True
    """
    if kind not in KINDS:
        raise ValueError(message("tree.unknown_drawing", found=kind, known=", ".join(KINDS)))
    tag = language()
    if kind == "outline":
        label, note = split_label(state.root, tag)
        return outline_svg(tree_bullets(state, tag), state.root.text, tag, gate=label, gate_note=note)
    root = _boxes(state, tag, plain=kind == "mind-map")
    if kind == "tree":
        sides = [(root.children, 1)]
    else:
        right, left = _halves(root.children)
        sides = [(right, 1), (left, -1)]
    bands = [_band(children) for children, _ in sides]
    root.y = _EDGE + max(*bands, root.high) / 2 - root.high / 2
    root.x = 0.0
    for (children, direction), band in zip(sides, bands, strict=True):
        _place(children, direction, root.middle - band / 2, _columns(children, root, direction))
    every = _all(root)
    shift = _EDGE - min(box.x for box in every)
    for box in every:
        box.x += shift
    parts: list[Html] = []
    for box in every:
        parts += [_link(box, child, plain=kind == "mind-map") for child in box.children]
    for box in every:
        parts += _drawn(box, framed=kind == "tree" or box is root)
    wide = max(box.x + box.wide for box in every) + _EDGE
    high = max(box.y + box.high for box in every) + _EDGE
    return drawing(wide, high, state.root.text, _said(state, tag), parts)


def _boxes(state: TreeState, tag: str, *, plain: bool) -> _Box:
    """Return the boxes of the statements that are drawn: level by level until the page is full."""
    order = sorted(walk(state.root), key=lambda found: (len(found[0]), found[0]))
    kept = {path for path, _, _ in order[:MOST_DRAWN]}

    def made(node: TreeNode, path: tuple[int, ...]) -> _Box:
        mark = node_mark(node, state) if path else "none"
        room = _ROOM - (_ICON if mark != "none" else 0)
        size = _SIZE * BOLD if mark == "finding" or not path else _SIZE
        lines = wrap(node.text, room, size)
        label, note = ("", "") if plain else split_label(node, tag)
        small = [line for text in (label, note) if text for line in wrap(text, room, _SMALL)]
        left_out = sum(1 for i in range(len(node.children)) if (*path, i) not in kept)
        if left_out:
            small.append(say("tree.not_drawn", tag, count=number(left_out)))
        inside = max([width(line, size) for line in lines] + [width(line, _SMALL) for line in small])
        children = [made(child, (*path, i)) for i, child in enumerate(node.children) if (*path, i) in kept]
        return _Box(
            lines=lines, small=small, mark=mark, children=children, deep=len(path),
            wide=min(inside, room) + 2 * _PAD + (_ICON if mark != "none" else 0),
            high=2 * 6 + _LINE * len(lines) + _SMALL_LINE * len(small),
        )  # fmt: skip

    return made(state.root, ())


def _band(children: list[_Box]) -> float:
    """Return the height that siblings need with all that stands right of them; each keeps its own."""
    for child in children:
        child.band = max(child.high, _band(child.children))
    return sum(child.band for child in children) + _GAP * max(len(children) - 1, 0)


def _columns(children: list[_Box], root: _Box, direction: int) -> dict[int, float]:
    """Return where each level begins: as far from the root as the widest box of the level before needs."""
    widest: dict[int, float] = {}
    for child in children:
        for box in _all(child):
            widest[box.deep] = max(widest.get(box.deep, 0.0), box.wide)
    found, edge = {}, root.x + root.wide if direction > 0 else root.x
    for level in sorted(widest):
        edge += direction * _BETWEEN
        found[level] = edge
        edge += direction * widest[level]
    return found


def _place(children: list[_Box], direction: int, top: float, columns: dict[int, float]) -> None:
    """Put siblings into their bands and into the column of their level."""
    for child in children:
        start = columns[child.deep]
        child.x = start if direction > 0 else start - child.wide
        child.y = top + child.band / 2 - child.high / 2
        inner = sum(one.band for one in child.children) + _GAP * max(len(child.children) - 1, 0)
        _place(child.children, direction, child.middle - inner / 2, columns)
        top += child.band + _GAP


def _halves(children: list[_Box]) -> tuple[list[_Box], list[_Box]]:
    """Return the children for the right and for the left, in their order, both about equally high."""
    whole = _band(children)
    right: list[_Box] = []
    high = 0.0
    for child in children:
        if right and high + child.band / 2 > whole / 2:
            break
        right.append(child)
        high += child.band + _GAP
    return right, children[len(right) :]


def _link(box: _Box, child: _Box, *, plain: bool) -> Html:
    rightwards = child.x > box.x
    start = box.x + box.wide if rightwards else box.x
    end = child.x if rightwards else child.x + child.wide
    half = (start + end) / 2
    goal = child.y + child.high - 3 if plain else child.middle
    origin = box.y + box.high - 3 if plain and box.deep else box.middle  # a mind map's lines run under the words
    path = f"M{start:.1f} {origin:.1f}C{half:.1f} {origin:.1f} {half:.1f} {goal:.1f} {end:.1f} {goal:.1f}"
    if plain:
        path += f"H{child.x + child.wide if rightwards else child.x:.1f}"
    return element("path", d=path, fill="none", stroke="currentColor", stroke_opacity="0.45")


def _drawn(box: _Box, *, framed: bool) -> list[Html]:
    parts = []
    if framed:
        dashed = {"stroke_dasharray": "4 3"} if box.mark == "hypothesis" else {}
        parts.append(
            element("rect", x=f"{box.x:.1f}", y=f"{box.y:.1f}", width=f"{box.wide:.1f}", height=f"{box.high:.1f}", rx=7,
                    fill="none", stroke="currentColor", stroke_opacity="0.54", **dashed)
        )  # fmt: skip
    left, base = box.x + _PAD, box.y + 6 + 13
    if box.mark != "none":
        dashed = {"stroke_dasharray": "2.2 2.1"} if box.mark == "hypothesis" else {}
        parts.append(
            element("path", d=ICONS[box.mark], transform=f"translate({left:.1f} {base - 12.5:.1f})", fill="none",
                    stroke="currentColor", stroke_width="1.4", stroke_linecap="round", **dashed)
        )  # fmt: skip
        left += _ICON
    bold = {"font_weight": "600"} if box.mark == "finding" or (framed and not box.deep) else {}
    parts.append(write_lines(box.lines, left, base, _SIZE, _LINE, **bold))
    if box.small:
        below = base + _LINE * len(box.lines)
        parts.append(write_lines(box.small, left, below, _SMALL, _SMALL_LINE, opacity="0.72"))
    return parts


def _all(root: _Box) -> list[_Box]:
    found, stack = [], [root]
    while stack:
        box = stack.pop()
        found.append(box)
        stack.extend(box.children[::-1])
    return found


def _said(state: TreeState, tag: str) -> str:
    """Return the drawing in words."""
    kind = say(f"tree.kind_{state.kind}", tag)
    if not state.root.children:
        return say("tree.drawn_empty", tag, kind=kind)
    first = marks(tag).semicolon.join(child.text for child in state.root.children[:7])
    return say(
        "tree.drawn", tag, kind=kind, levels=tree_levels(state),
        statements=number(sum(1 for _ in walk(state.root)) - 1),
        first=first.rstrip(".。"),
    )  # fmt: skip
