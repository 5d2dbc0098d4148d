"""A tree of statements as a nested list: it wraps at any width, prints, and says all without style."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from closeloop.html import Html, element, join
from closeloop.numbers import number
from closeloop.views.words import say

Mark = Literal["verified", "hypothesis", "ruled-out", "question", "finding", "none"]
Level = Literal["error", "warn", "info"]
MOST_BULLETS = 400
"""More than these are counted and not drawn: nobody reads them, and a notebook would keep them all."""

# The icons of the mockups, drawn in place: an id would be global to the notebook.
_CIRCLE = "M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8z"
ICONS = {
    "verified": f"{_CIRCLE}M5.2 8.2l2 2 3.7-4.2",
    "hypothesis": _CIRCLE,
    "ruled-out": f"{_CIRCLE}M3.7 12.3l8.6-8.6",
    "question": f"{_CIRCLE}M6.2 6.4a1.8 1.8 0 1 1 2.6 1.6c-.6.3-.8.7-.8 1.3M8 11.3v.1",
    "finding": f"{_CIRCLE}M8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
    "error": "M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4zM8 5v3.8M8 10.8v.2",
    "warn": "M8 2.2l6.2 11H1.8zM8 6.5v3.2M8 11.4v.2",
    "info": f"{_CIRCLE}M8 7.4v3.4M8 5v.1",
}
"""Mark of a statement, or level of a note → path of its icon on a square of 16."""
_CSS = {"verified": "ver", "hypothesis": "hyp", "ruled-out": "out", "question": "ask", "finding": "fin", "none": ""}


@dataclass(frozen=True, slots=True)
class Note:
    """A remark under a statement: what is weak, and what to do.

    Parameters
    ----------
    level : str
        ``"error"``, ``"warn"`` or ``"info"``.
    code : str
        Which rule, as people refer to it (``"W02"``); may be empty.
    text : str
        The remark.
    """

    level: Level
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Bullet:
    """One statement of a tree, with what stands beside, above and under it.

    Parameters
    ----------
    number : str
        Its number (``"1.2.1"``); may be empty.
    text : str
        The statement.
    mark : str
        ``"verified"``, ``"hypothesis"``, ``"ruled-out"``, ``"question"``, ``"finding"`` or ``"none"``.
    chips : tuple of str
        Short facts at its right.
    gate : str
        A label above its children (``"AND"``).
    notes : tuple of Note
        Remarks under it.
    children : tuple of Bullet
        The statements below it.
    gate_note : str
        What the label means (``"needed together"``).

    Examples
    --------
    >>> Bullet("1", "Parcels stay overnight", "verified", chips=("3 evidence",)).children
    ()
    """

    number: str
    text: str
    mark: Mark = "none"
    chips: tuple[str, ...] = ()
    gate: str = ""
    notes: tuple[Note, ...] = ()
    children: tuple[Bullet, ...] = ()
    gate_note: str = ""


def outline(bullets: Iterable[Bullet], tag: str, *, gate: str = "", gate_note: str = "", label: str = "") -> Html:
    """Return statements as a nested list.

    Parameters
    ----------
    bullets : iterable of Bullet
        The statements of the first level.
    tag : str
        The language of the words that are added (the marks and levels).
    gate, gate_note : str
        A label above the first level, and what it means.
    label : str
        What the list is, for screen readers.

    Returns
    -------
    Html

    Examples
    --------
    >>> html = outline([Bullet("1", "Nobody owns <it>", "hypothesis", notes=(Note("warn", "W04", "Why?"),))], "en")
    >>> "Nobody owns &lt;it&gt;" in html, "hypothesis" in html
    (True, True)
    """
    every = tuple(bullets)
    budget = _Budget(MOST_BULLETS)
    shown = _group(every, tag, budget, gate, gate_note, label)
    left_out = sum(1 for _ in walk(every)) - (MOST_BULLETS - budget.left)
    if not left_out:
        return shown
    return Html(shown + element("p", say("tree.left_out", tag, count=number(left_out)), class_="note"))


def outline_notes(notes: Iterable[Note], tag: str) -> Html:
    """Return remarks about a whole tree, one below the other.

    Examples
    --------
    >>> "Name it." in outline_notes([Note("warn", "T02", "Name it.")], "en")
    True
    """
    return join(_note(note, tag) for note in notes)


def outline_key(bullets: Iterable[Bullet], tag: str) -> Html:
    """Return what the marks mean that occur in a tree; empty where none does.

    Examples
    --------
    >>> outline_key([Bullet("1", "so")], "en")
    ''
    """
    marks = [mark for mark in _CSS if mark != "none" and any(one.mark == mark for one in walk(bullets))]
    parts = [element("span", icon(mark), " ", say(f"tree.mark_{mark}", tag)) for mark in marks]
    return (
        element("p", element("span", say("tree.marks", tag), class_="sr"), " ", join(parts, " "), class_="tkey")
        if marks
        else Html("")
    )


def walk(bullets: Iterable[Bullet]) -> Iterator[Bullet]:
    """Give each statement, parents before children."""
    stack = list(bullets)[::-1]
    while stack:
        one = stack.pop()
        yield one
        stack.extend(one.children[::-1])


def icon(name: str) -> Html:
    """Return the drawing of a mark or of a level; the word for it must stand beside it."""
    dashed = "2.2 2.1" if name == "hypothesis" else None
    shape = element("path", d=ICONS[name], stroke_dasharray=dashed)
    # With its size as attributes it also stays small where there is no style sheet.
    return element(
        "svg", shape, class_="i", viewBox="0 0 16 16", width=16, height=16, fill="none", stroke="currentColor",
        aria_hidden="true",
    )  # fmt: skip


class _Budget:
    def __init__(self, left: int) -> None:
        self.left = left


def _group(bullets: tuple[Bullet, ...], tag: str, budget: _Budget, gate: str, gate_note: str, label: str) -> Html:
    rows = []
    if gate and bullets and budget.left:
        means = [" ", element("span", gate_note)] if gate_note else []
        rows.append(element("li", element("span", element("b", gate), *means, class_="pill"), class_="gate"))
    for one in bullets:
        if not budget.left:
            break
        budget.left -= 1
        rows.append(_row(one, tag, budget))
    return element("ul", *rows, class_="tree", aria_label=label) if rows else Html("")


def _row(one: Bullet, tag: str, budget: _Budget) -> Html:
    marked = one.mark != "none"
    said = [" ", _spoken(one.mark, tag)] if marked else []
    chips = [element("span", element("span", " · ", class_="sr"), chip) for chip in one.chips if chip]
    node = element(
        "div",
        icon(one.mark) if marked else Html(""),
        join([element("span", one.number, class_="no"), " "]) if one.number else Html(""),
        element("span", one.text, *said, class_="tx"),
        element("span", *chips, class_="chips") if chips else Html(""),
        class_=f"node {_CSS[one.mark]}".strip(),
    )
    notes = [_note(note, tag) for note in one.notes]
    return element("li", node, *notes, _group(one.children, tag, budget, one.gate, one.gate_note, ""))


def _spoken(mark: Mark, tag: str) -> Html:
    """Return the word for a mark, which stands where the icon cannot be seen."""
    return element("span", say("tree.in_brackets", tag, word=say(f"tree.mark_{mark}", tag)), class_="sr")


def _note(note: Note, tag: str) -> Html:
    level = element("span", say(f"tree.level_{note.level}", tag), " ", class_="sr")
    code = [element("b", note.code), " "] if note.code else []
    return element("div", icon(note.level), level, *code, element("span", note.text), class_=f"find {note.level}")
