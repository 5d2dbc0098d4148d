"""Slots: what a document asks for, what is on record about it, and for what is not the call that records it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

from closeloop.html import Html, element, join
from closeloop.reports.block import Block
from closeloop.text import LocalText
from closeloop.views.style import shortened
from closeloop.views.words import in_tag, marks, say

_ASKS = ("?", "？", ":", "：", ".", "。")


@dataclass(frozen=True, slots=True)
class Slot:
    """One thing that a document asks for.

    Parameters
    ----------
    label : LocalText or str
        What is asked.
    said : tuple of LocalText or str
        What is on record; one line each.
    do : str
        The call that would record it.

    Examples
    --------
    >>> Slot("Leader", (), 'problem.add(cl.worksheet("8d").fill(leader=…))').is_open
    True
    """

    label: LocalText | str
    said: tuple[LocalText | str, ...] = ()
    do: str = ""

    @property
    def is_open(self) -> bool:
        """Whether nothing is on record."""
        return not self.said


@dataclass(frozen=True, slots=True)
class Slots(Block):
    """Slots one below the other, or (`inline`) as many on a line as fit.

    Examples
    --------
    >>> print(Slots((Slot("Leader", ("Li Mei",)),)).block("en"))
    <div class="slots"><p><b>Leader:</b> Li Mei</p></div>
    """

    slots: tuple[Slot, ...]
    inline: bool = False

    def block(self, tag: str) -> Html:
        """Return the slots; one that is open says so, with the call that fills it."""
        css = "slots inline" if self.inline else "slots"
        return element("div", *(_slot(each, tag) for each in self.slots), class_=css)

    def css(self) -> Html:
        """Return the style sheet of filled documents."""
        return filled_css()


def _slot(slot: Slot, tag: str) -> Html:
    asked = in_tag(slot.label, tag)
    label = element("b", asked if asked.endswith(_ASKS) else asked + marks(tag).colon.rstrip())
    if slot.is_open:
        parts: list[object] = [label, " ", element("span", say("filled.open", tag), class_="lack")]
        parts += [" ", element("code", slot.do)] if slot.do else []
        return element("p", *parts)
    said = [in_tag(each, tag) for each in slot.said]
    if len(said) == 1:
        return element("p", label, " ", said[0])
    return join([element("p", label), element("ul", *(element("li", each) for each in said))])


@cache
def filled_css() -> Html:
    """Return what blocks of documents that are filled from a record need beside the common style sheet."""
    return shortened(resources.files("closeloop").joinpath("reports", "filled.css").read_text(encoding="utf-8"))
