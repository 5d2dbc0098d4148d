"""The fault tree of a cause graph: gates from left to right, ends as circles, and the minimal cut sets in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closeloop.html import Html, element
from closeloop.rootcause.whys.cut_sets import MOST, cut_sets_of
from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.state import TOP
from closeloop.views.svg_text import drawing, wrap, write_lines
from closeloop.views.words import in_tag, marks, say

if TYPE_CHECKING:
    from closeloop.rootcause.whys.five_whys import FiveWhys

_SIZE, _SMALL, _LINE = 13.0, 12.0, 17.0
_BOX, _BETWEEN, _GAP, _MARGIN = 196.0, 92.0, 14.0, 10.0
_MOST_BOXES, _DEEPEST, _MOST_SETS, _LINES = 120, 12, 12, 4


@dataclass(slots=True)
class _Box:
    """An event of the tree; `gates` holds its explanations, each a list of boxes that are needed together."""

    cause: str
    lines: list[str]
    status: str
    depth: int
    again: str = ""
    proved: bool = False
    cut: bool = False
    gates: list[list[_Box]] = field(default_factory=list)
    y: float = 0.0

    @property
    def height(self) -> float:
        return _LINE * len(self.lines) + 14


def fault_tree_svg(whys: FiveWhys, tag: str) -> str:
    """Return what stands as a fault tree; ruled-out causes and loops are left out.

    Parameters
    ----------
    whys : FiveWhys
    tag : str
        The language.

    Returns
    -------
    str

    Examples
    --------
    >>> from closeloop.rootcause.whys.five_whys import FiveWhys
    >>> whys = FiveWhys("Parcels arrive late")
    >>> _ = whys.ask(whys.top, "The pick-up is at 16:00", gate="and")
    >>> _ = whys.ask(whys.top, "The shop takes orders until 20:00", gate="and")
    >>> "{1, 2}" in fault_tree_svg(whys, "en")
    True
    """
    graph = whys.graph
    top, left_out = _tree(graph, tag)
    page = _Page(tag)
    page.place(top)
    page.draw(top)
    title = say("whys.fault_tree_title", tag, title=in_tag(graph.text(TOP), tag))
    sets = _sets(graph, tag)
    desc = say("whys.fault_tree_desc", tag, n=len(graph.reached) - 1, sets=sets)
    wide = max(page.right + _MARGIN, 480.0)
    remarks = [desc, *([say("whys.deeper", tag, n=left_out)] if left_out else [])]
    lines = [line for remark in remarks for line in wrap(remark, wide - 2 * _MARGIN, _SMALL)]
    page.parts.append(write_lines(lines, _MARGIN, page.y + 22, _SMALL, _LINE))
    rails = [page.joined()] if page.rails else []
    return drawing(wide, page.y + 22 + _LINE * len(lines), title, desc, [*rails, *page.parts])


def _tree(graph: CauseGraph, tag: str) -> tuple[_Box, int]:
    """Return the boxes from the top down, breadth first until there are too many, and how many causes are left out."""
    top = _Box(TOP, wrap(in_tag(graph.text(TOP), tag), _BOX - 20, _SIZE, _LINES), "", 0)
    seen = {TOP}
    waiting = [top]
    n = 1
    for box in waiting:  # grows while it is read
        groups = graph.explanations(box.cause)
        if groups and (box.depth >= _DEEPEST or n + sum(map(len, groups)) > _MOST_BOXES):
            box.cut = True
            continue
        for group in groups:
            gate = []
            for link in group:
                number = graph.numbers[link.cause]
                again = number if link.cause in seen else ""
                words = say("whys.see", tag, number=number) if again else f"{number} {graph.words(link.cause)}"
                lines = wrap(words, _BOX - 20, _SIZE, _LINES)
                proved = link.cause in graph.verified
                child = _Box(link.cause, lines, graph.status(link), box.depth + 1, again, proved)
                gate.append(child)
                n += 1
                if not again:
                    seen.add(link.cause)
                    waiting.append(child)
            box.gates.append(gate)
    return top, len(graph.reached) - len(seen)


def _sets(graph: CauseGraph, tag: str) -> str:
    try:
        found = cut_sets_of(graph, MOST)
    except ValueError:
        return say("whys.sets_too_many", tag)
    if not found:
        return say("whys.no_sets", tag)
    order = {cause: at for at, cause in enumerate(graph.reached)}
    listed = []
    for one in found[:_MOST_SETS]:
        numbers = ", ".join(graph.numbers[cause] for cause in sorted(one, key=order.__getitem__))
        listed.append(say("whys.cut_set", tag, causes=numbers))
    if len(found) > _MOST_SETS:
        listed.append(say("whys.sets_more", tag, n=len(found) - _MOST_SETS))
    return marks(tag).semicolon.join(listed)


class _Page:
    """The drawing in the making."""

    def __init__(self, tag: str) -> None:
        self.tag, self.y, self.right = tag, _MARGIN, 0.0
        self.parts: list[Html] = []
        self.rails: list[str] = []

    def place(self, box: _Box) -> None:
        """Set the heights: ends one below the other, an event in the middle of its causes."""
        self.right = max(self.right, _x(box) + _BOX + 34)
        children = [child for gate in box.gates for child in gate]
        start = self.y
        for child in children:
            self.place(child)
        if children:
            box.y = (children[0].y + children[-1].y) / 2
            self.y = max(self.y, box.y + box.height / 2 + _GAP)
            short = start - (box.y - box.height / 2)
            if short > 0:  # an event taller than all its causes
                _shift(box, short)
                self.y += short
        else:
            box.y = self.y + box.height / 2
            self.y += box.height + _GAP

    def draw(self, box: _Box) -> None:
        """Draw an event, its gates, and all below it."""
        x, dashed = _x(box), "4 3" if box.status == "hypothesis" else None
        self.parts.append(
            element("rect", x=_number(x), y=_number(box.y - box.height / 2), width=_number(_BOX),
                    height=_number(box.height), rx=7, fill="none", stroke="currentColor", stroke_opacity="0.6",
                    stroke_width="1.4" if box.cause == TOP else None, stroke_dasharray=dashed)
        )  # fmt: skip
        first = box.y - _LINE * (len(box.lines) - 1) / 2 + 4.5
        bold = {"font_weight": "600"} if box.cause == TOP else {}
        self.parts.append(write_lines(box.lines, x + 10, first, _SIZE, _LINE, **bold))
        if box.gates:
            self._gates(box, x + _BOX)
        elif box.cause != TOP:
            self._end(box, x + _BOX)
        for gate in box.gates:
            for child in gate:
                self.draw(child)

    def _gates(self, box: _Box, x: float) -> None:
        several = len(box.gates) > 1
        if several:
            self._line(x, box.y, x + 14, box.y)
            self._gate("or", x + 14, box.y)
        for gate in box.gates:
            middle = (gate[0].y + gate[-1].y) / 2 if several else box.y
            if len(gate) > 1:
                start = x + 54 if several else x + 30
                if several:
                    self._elbow(x + 40, box.y, start, middle)
                else:
                    self._line(x, middle, start, middle)
                self._gate("and", start, middle)
                for child in gate:
                    self._elbow(start + 26, middle, _x(child), child.y)
            elif several:
                self._elbow(x + 40, box.y, _x(gate[0]), gate[0].y)
            else:
                self._elbow(x, box.y, _x(gate[0]), gate[0].y)

    def _gate(self, kind: str, x: float, y: float) -> None:
        """Draw a gate on its side, its output at the left: a shield for "or", a flat-backed D for "and"."""
        paths = {
            "and": "M26 -14H13a13 14 0 0 0 0 28H26Z",
            "or": "M26 -14C12 -14 4 -8 0 0C4 8 12 14 26 14C21 5 21 -5 26 -14Z",
        }
        self.parts.append(
            element("path", d=paths[kind], transform=f"translate({_number(x)} {_number(y)})", fill="none",
                    stroke="currentColor", stroke_width="1.4", stroke_linejoin="round")
        )  # fmt: skip
        label = say(f"whys.gate_{kind}", self.tag)
        self.parts.append(write_lines([label], x + 13, y - 18, 11.0, 13.0, text_anchor="middle", font_weight="600"))

    def _end(self, box: _Box, x: float) -> None:
        """Draw an end: a circle for a verified root, a diamond where it is not developed or goes on elsewhere."""
        self._line(x, box.y, x + 10, box.y)
        place = f"translate({_number(x + 10)} {_number(box.y)})"
        how = {"fill": "none", "stroke": "currentColor", "stroke_width": "1.4", "transform": place}
        if box.again:
            self.parts.append(element("path", d="M0 0L14 -8V8Z", stroke_linejoin="round", **how))
        elif box.proved and not box.cut:
            self.parts.append(element("circle", cx=8, cy=0, r=8, **how))
        else:
            self.parts.append(element("path", d="M0 0L9 -9L18 0L9 9Z", stroke_linejoin="round", **how))

    def _line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        self.rails.append(f"M{_number(x1)} {_number(y1)}L{_number(x2)} {_number(y2)}")

    def _elbow(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """Draw a line that turns once upright, close to its goal."""
        turn = x2 - 14 if x2 - x1 > 20 else x1 + (x2 - x1) / 2
        self.rails.append(f"M{_number(x1)} {_number(y1)}H{_number(turn)}V{_number(y2)}H{_number(x2)}")

    def joined(self) -> Html:
        """Return all lines as one path, so that half-transparent ones do not darken where they meet."""
        return element("path", d="".join(self.rails), fill="none", stroke="currentColor", stroke_opacity="0.6")


def _x(box: _Box) -> float:
    return _MARGIN + box.depth * (_BOX + _BETWEEN)


def _shift(box: _Box, by: float) -> None:
    stack = [box]
    while stack:
        one = stack.pop()
        one.y += by
        stack += [child for gate in one.gates for child in gate]


def _number(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
