"""The causes of a five-whys as a graph: what leads to what, what is verified, where it ends, where it runs in a circle.

One pass over the state; rules, views and exports read it. Nothing here recurses: a chain of 1 000 whys is as good as
one of five.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from closeloop.rootcause.whys.state import TOP, CauseState, Evidence, LinkState, Readback, WhysState
from closeloop.text import LocalText, message

Status = Literal["verified", "hypothesis", "ruled-out"]
Group = tuple[LinkState, ...]
"""One explanation of an effect: one link, or all the links that are needed together."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a cause stands when the graph is read as a tree; a shared cause stands in several places."""

    number: str
    cause: str
    link: LinkState
    depth: int
    again: bool


class CauseGraph:
    """A state of a five-whys, indexed.

    Parameters
    ----------
    state : WhysState
        What it says.
    """

    def __init__(self, state: WhysState) -> None:
        self.state = state
        self.causes: dict[str, CauseState] = {cause.id: cause for cause in state.causes}
        self.links: dict[str, LinkState] = {link.id: link for link in state.links}
        below: defaultdict[str, list[LinkState]] = defaultdict(list)
        above: defaultdict[str, list[LinkState]] = defaultdict(list)
        for link in state.links:
            below[link.effect].append(link)
            above[link.cause].append(link)
        self.below, self.above = dict(below), dict(above)
        self._live: dict[str, list[LinkState]] = {}

    def text(self, cause: str) -> LocalText | str:
        """Return what a cause says; the top without a title is called after the gap."""
        if cause != TOP:
            return self.causes[cause].text
        if self.state.title:
            return self.state.title
        return self.state.gap.label if self.state.gap else message("whys.untitled")

    def words(self, cause: str) -> str:
        """Return what a cause says, the same whatever language is in use; a read-back holds for these words."""
        text = self.text(cause)
        return text.en if isinstance(text, LocalText) else text

    @cached_property
    def statuses(self) -> dict[str, Status]:
        """Link id → verified, hypothesis or ruled out."""
        return {link.id: self._status(link) for link in self.state.links}

    def status(self, link: LinkState) -> Status:
        """Return how sure a link is."""
        return self.statuses[link.id]

    def _status(self, link: LinkState) -> Status:
        if self.causes[link.cause].ruled_out is not None:
            return "ruled-out"
        if supporting(link) and not contradicting(link) and self.answer(link) == "holds":
            return "verified"
        return "hypothesis"

    def readings(self, link: LinkState) -> list[Readback]:
        """Return each reader's last answer to the words as they stand now; a changed wording has to be read again."""
        now = (self.words(link.cause), self.words(link.effect))
        last = {same_person(read.by): read for read in link.readbacks if (read.cause, read.effect) == now}
        return list(last.values())

    def answer(self, link: LinkState) -> Literal["holds", "does_not", "not_sure", "not_yet"]:
        """Return what the second persons said of a link; one "does not" outweighs every "holds"."""
        answers = [read.holds for read in self.readings(link)]
        if False in answers:
            return "does_not"
        if True in answers:
            return "holds"
        return "not_sure" if answers else "not_yet"

    @cached_property
    def _back(self) -> frozenset[str]:
        """Undeclared links that close a cycle, found depth first from the top, then from whatever is left."""
        seen: set[str] = set()
        on_path: set[str] = set()
        closing: set[str] = set()
        for start in [TOP, *self.causes]:
            if start in seen:
                continue
            stack: list[tuple[str, Iterator[LinkState]]] = [(start, iter(self.below.get(start, ())))]
            seen.add(start)
            on_path.add(start)
            while stack:
                here, links = stack[-1]
                for link in links:
                    if link.loop:
                        continue
                    if link.cause in on_path:
                        closing.add(link.id)
                    elif link.cause not in seen:
                        seen.add(link.cause)
                        on_path.add(link.cause)
                        stack.append((link.cause, iter(self.below.get(link.cause, ()))))
                        break
                else:
                    stack.pop()
                    on_path.discard(here)
        return frozenset(closing)

    @property
    def closing(self) -> list[LinkState]:
        """The undeclared links that make the graph run in a circle."""
        return [link for link in self.state.links if link.id in self._back]

    def kept(self, effect: str) -> list[LinkState]:
        """Return the links below an effect without those that close a circle, in the order in which they were asked."""
        return [link for link in self.below.get(effect, ()) if not link.loop and link.id not in self._back]

    def live(self, effect: str) -> list[LinkState]:
        """Return the links below an effect that are not ruled out and close no circle."""
        if effect not in self._live:
            self._live[effect] = [link for link in self.kept(effect) if self.status(link) != "ruled-out"]
        return self._live[effect]

    def explanations(self, effect: str) -> list[Group]:
        """Return the explanations of an effect that stand: each "or" by itself, all the "and" as one."""
        return self.grouped(self.live(effect))

    @staticmethod
    def grouped(links: list[LinkState]) -> list[Group]:
        """Return links as explanations: each "or" by itself, all the "and" as one, where the first of them stands."""
        together = tuple(link for link in links if link.gate == "and")
        groups: list[Group] = []
        for link in links:
            if link.gate == "or":
                groups.append((link,))
            elif link is together[0]:
                groups.append(together)
        return groups

    @cached_property
    def reached(self) -> dict[str, int]:
        """What is reached from the top by links that stand → its depth, the longest way counted; in order of depth."""
        reachable = {TOP}
        stack = [TOP]
        waiting: defaultdict[str, int] = defaultdict(int)
        while stack:
            for link in self.live(stack.pop()):
                waiting[link.cause] += 1
                if link.cause not in reachable:
                    reachable.add(link.cause)
                    stack.append(link.cause)
        depth = {TOP: 0}
        ready = [TOP]
        for here in ready:  # grows while it is read: a cause is ready once all its effects are numbered
            for link in self.live(here):
                depth[link.cause] = max(depth.get(link.cause, 0), depth[here] + 1)
                waiting[link.cause] -= 1
                if not waiting[link.cause]:
                    ready.append(link.cause)
        return {cause: depth[cause] for cause in ready}

    @cached_property
    def standing(self) -> list[LinkState]:
        """The links that stand: not ruled out, and on a way to the top; from the top down."""
        return [link for effect in self.reached for link in self.live(effect)]

    @cached_property
    def leaves(self) -> list[str]:
        """The causes that stand and have none below them."""
        return [cause for cause in self.reached if cause != TOP and not self.live(cause)]

    @cached_property
    def verified(self) -> frozenset[str]:
        """The causes from which verified links lead to the top."""
        found: set[str] = set()
        stack = [TOP]
        while stack:
            for link in self.live(stack.pop()):
                if self.status(link) == "verified" and link.cause not in found:
                    found.add(link.cause)
                    stack.append(link.cause)
        return frozenset(found)

    @cached_property
    def roots(self) -> list[str]:
        """The ends of verified chains."""
        return [cause for cause in self.leaves if cause in self.verified]

    @cached_property
    def loops(self) -> list[LinkState]:
        """The links that are declared as loops."""
        return [link for link in self.state.links if link.loop]

    @cached_property
    def places(self) -> list[Place]:
        """The graph read as a tree, parents before children; a shared cause is followed at its first place only."""
        found: list[Place] = []
        seen = {TOP}
        stack = [Place(number, link.cause, link, 1, again=False) for number, link in self._numbered(TOP, "")]
        while stack:
            place = stack.pop()
            if place.cause in seen:
                found.append(Place(place.number, place.cause, place.link, place.depth, again=True))
                continue
            seen.add(place.cause)
            found.append(place)
            stack.extend(
                Place(number, link.cause, link, place.depth + 1, again=False)
                for number, link in self._numbered(place.cause, f"{place.number}.")
            )
        return found

    def _numbered(self, effect: str, prefix: str) -> list[tuple[str, LinkState]]:
        links = self.kept(effect)
        return [(f"{prefix}{position}", link) for position, link in enumerate(links, 1)][::-1]

    @cached_property
    def numbers(self) -> dict[str, str]:
        """Cause → its number (``"1.2.1"``) at its first place; the top has none, nor has what lies off the tree."""
        return {place.cause: place.number for place in self.places if not place.again}

    def within_below(self, cause: str, sought: str) -> bool:
        """Whether `sought` is a cause of `cause`, near or far, declared loops apart."""
        seen = {cause}
        stack = [cause]
        while stack:
            here = stack.pop()
            if here == sought:
                return True
            for link in self.below.get(here, ()):
                if not link.loop and link.cause not in seen:
                    seen.add(link.cause)
                    stack.append(link.cause)
        return False


def supporting(link: LinkState) -> list[Evidence]:
    """Return the evidence that speaks for a link."""
    return [one for one in link.evidence if one.shows == "supports"]


def contradicting(link: LinkState) -> list[Evidence]:
    """Return the evidence that speaks against a link."""
    return [one for one in link.evidence if one.shows == "contradicts"]


def same_person(name: str) -> str:
    """Return a name as it is compared: case, width and spaces apart.

    Examples
    --------
    >>> same_person(" Li  MEI ") == same_person("li mei")
    True
    """
    return "".join(unicodedata.normalize("NFKC", name).casefold().split())
