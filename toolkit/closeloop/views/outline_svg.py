"""A tree of statements as an SVG that needs no style sheet: indented boxes with rails, as the HTML shows it."""

from __future__ import annotations

from collections.abc import Iterable

from closeloop.html import Html, element
from closeloop.numbers import number
from closeloop.views.outline import ICONS, MOST_BULLETS, Bullet, walk
from closeloop.views.svg_text import BOLD, drawing, width, wrap, write_lines
from closeloop.views.words import marks, say

WIDTH = 860.0
_SIZE, _SMALL, _LINE, _SMALL_LINE = 13.0, 12.0, 19.0, 17.0
_STEP, _PAD, _GAP = 36.0, 10.0, 8.0
_LEAST = 240.0
"""Pixels that a statement keeps however deep it stands: deeper levels are indented less."""
_COLOURS = {"error": "#c0392b", "warn": "#a06a00", "info": "currentColor"}
"""On white and on black alike at least 4:1."""


def outline_svg(bullets: Iterable[Bullet], title: str, tag: str, *, gate: str = "", gate_note: str = "") -> str:
    """Return statements as a drawing of indented boxes.

    Parameters
    ----------
    bullets : iterable of Bullet
        The statements of the first level.
    title : str
        What they stand under; drawn on top.
    tag : str
        The language of the words that are added.
    gate, gate_note : str
        A label above the first level, and what it means.

    Returns
    -------
    str

    Examples
    --------
    >>> svg = outline_svg([Bullet("1", "Parcels stay overnight", "verified")], "Why late?", "en")
    >>> svg.startswith("<svg "), "<title>Why late?</title>" in svg
    (True, True)
    """
    every = tuple(bullets)
    page = _Page(tag)
    lines = wrap(title, WIDTH - 4, 15.0 * BOLD)
    page.put(write_lines(lines, 2, page.y + 16, 15.0, 21.0, font_weight="600"))
    page.y += 21.0 * len(lines) + 6
    deepest = max((depth for depth, _ in _levels(every)), default=0)
    page.step = min(_STEP, max((WIDTH - _LEAST) / max(deepest + 1, 1), 6.0))
    page.group(every, 0, gate, gate_note)
    total = sum(1 for _ in walk(every))
    if page.drawn < total:
        left_out = say("tree.left_out", tag, count=number(total - page.drawn))
        page.put(write_lines([left_out], 2, page.y + 16, _SMALL, _SMALL_LINE, opacity="0.72"))
        page.y += 24
    said = marks(tag).semicolon.join(f"{one.number} {one.text}".strip() for one in every[:7])
    return drawing(WIDTH, page.y + 6, title, said, page.rails + page.parts)


class _Page:
    """The drawing in the making; y is where the next thing goes."""

    def __init__(self, tag: str) -> None:
        self.tag, self.y, self.step, self.drawn = tag, 0.0, _STEP, 0
        self.parts: list[Html] = []
        self.rails: list[Html] = []

    def put(self, part: Html) -> None:
        self.parts.append(part)

    def group(self, bullets: tuple[Bullet, ...], depth: int, gate: str, gate_note: str) -> None:
        """Draw statements side by side, with the rail that joins them."""
        rail = 14 + self.step * depth
        top = self.y
        if gate and bullets and self.drawn < MOST_BULLETS:
            top = self._gate(rail, gate, gate_note)
        ends = []
        for one in bullets:
            if self.drawn >= MOST_BULLETS:
                break
            self.drawn += 1
            ends.append(self._bullet(one, rail + self.step * 0.64))
            self.group(one.children, depth + 1, one.gate, one.gate_note)
        if ends:
            down = element("path", d=f"M{rail:.1f} {top:.1f}V{ends[-1] - 7:.1f}", **_rail())
            turns = [
                element("path", d=f"M{rail:.1f} {end - 7:.1f}q0 7 7 7H{rail + self.step * 0.64:.1f}", **_rail())
                for end in ends
            ]
            self.rails += [down, *turns]

    def _gate(self, rail: float, gate: str, gate_note: str) -> float:
        shown = wrap(gate, WIDTH - rail - 30, _SMALL * BOLD, 1)[0]
        beside = width(shown, _SMALL * BOLD) + 8
        room = WIDTH - rail - 30 - beside
        means = wrap(gate_note, room, _SMALL, 1)[0] if gate_note and room > 60 else ""
        self.y += 6
        box = beside + width(means, _SMALL) + 14
        self.put(element("rect", x=f"{rail - 11:.1f}", y=f"{self.y:.1f}", width=f"{box:.1f}", height=20, rx=10,
                         fill="none", stroke="currentColor", stroke_opacity="0.54"))  # fmt: skip
        self.put(write_lines([shown], rail - 2, self.y + 14, _SMALL, _SMALL_LINE, font_weight="600"))
        if means:
            self.put(write_lines([means], rail - 2 + beside, self.y + 14, _SMALL, _SMALL_LINE, opacity="0.72"))
        self.y += 20
        return self.y

    def _bullet(self, one: Bullet, left: float) -> float:
        """Draw a statement with its remarks; return where its rail ends."""
        self.y += _GAP
        inner = left + _PAD + (24 if one.mark != "none" else 0)
        number_width = width(one.number, _SIZE) + 8 if one.number else 0.0
        chips = " · ".join(chip for chip in one.chips if chip)
        room = WIDTH - inner - number_width - _PAD - 2
        beside = width(chips, _SMALL) + 16
        wide = _SIZE * BOLD if one.mark == "finding" else _SIZE
        fits = chips and width(one.text, wide) + beside <= room
        lines = wrap(one.text, room, wide)
        below = wrap(chips, room, _SMALL) if chips and not fits else []
        height = 16 + _LINE * len(lines) + _SMALL_LINE * len(below)
        dashed = {"stroke_dasharray": "4 3"} if one.mark == "hypothesis" else {}
        faint = one.mark == "ruled-out"
        self.put(element("rect", x=f"{left:.1f}", y=f"{self.y:.1f}", width=f"{WIDTH - left - 2:.1f}",
                         height=f"{height:.1f}", rx=7, fill="none", stroke="currentColor",
                         stroke_opacity="0.25" if faint else "0.54", **dashed))  # fmt: skip
        base = self.y + 8 + 14
        if one.mark != "none":
            self._icon(one.mark, left + _PAD, base - 12)
        if one.number:
            self.put(write_lines([one.number], inner, base, _SIZE, _LINE, opacity="0.72"))
        struck = {"text_decoration": "line-through", "opacity": "0.72"} if faint else {}
        bold = {"font_weight": "600"} if one.mark == "finding" else {}
        self.put(write_lines(lines, inner + number_width, base, _SIZE, _LINE, **struck, **bold))
        if fits:
            place = WIDTH - 2 - _PAD
            self.put(write_lines([chips], place, base, _SMALL, _LINE, text_anchor="end", opacity="0.72"))
        elif below:
            self.put(write_lines(below, inner + number_width, base + _LINE * len(lines), _SMALL, _SMALL_LINE,
                                 opacity="0.72"))  # fmt: skip
        middle = self.y + 18
        self.y += height
        for note in one.notes:
            self._note(note.level, note.code, note.text, inner)
        return middle

    def _note(self, level: str, code: str, text: str, left: float) -> None:
        lines = wrap(f"{code} {text}".strip(), WIDTH - left - 26, _SMALL)
        self.y += 4
        self._icon(level, left, self.y + 1, _COLOURS[level])
        self.put(write_lines(lines, left + 21, self.y + 13, _SMALL, _SMALL_LINE, fill=_COLOURS[level]))
        self.y += _SMALL_LINE * len(lines)

    def _icon(self, name: str, x: float, y: float, colour: str = "currentColor") -> None:
        dashed = {"stroke_dasharray": "2.2 2.1"} if name == "hypothesis" else {}
        self.put(element("path", d=ICONS[name], transform=f"translate({x:.1f} {y:.1f})", fill="none", stroke=colour,
                         stroke_width="1.4", stroke_linecap="round", stroke_linejoin="round", **dashed))  # fmt: skip


def _rail() -> dict[str, object]:
    return {"fill": "none", "stroke": "currentColor", "stroke_opacity": "0.45"}


def _levels(bullets: tuple[Bullet, ...]) -> list[tuple[int, Bullet]]:
    found, stack = [], [(0, one) for one in bullets]
    while stack:
        depth, one = stack.pop()
        found.append((depth, one))
        stack += [(depth + 1, child) for child in one.children]
    return found
