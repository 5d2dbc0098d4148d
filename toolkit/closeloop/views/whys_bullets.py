"""A cause graph as nested statements, for the outline in HTML and as a drawing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from closeloop.rootcause.findings import Findings
from closeloop.rootcause.whys.graph import CauseGraph, Place
from closeloop.rootcause.whys.rules.finding import WhysFinding
from closeloop.rootcause.whys.state import LinkState
from closeloop.rootcause.whys.whys_words import chips, evidence_says, evidence_source
from closeloop.views.outline import Bullet, Note
from closeloop.views.words import in_tag, say

DEEPEST = 30
"""Deeper causes are counted and not drawn: a list that is nested further has no room for words."""


@dataclass(frozen=True, slots=True)
class Gate:
    """The label above the causes of one effect."""

    label: str = ""
    note: str = ""


@dataclass(slots=True)
class _Branch:
    place: Place
    branches: list[_Branch] = field(default_factory=list)


def whys_bullets(graph: CauseGraph, found: Findings, tag: str) -> tuple[tuple[Bullet, ...], Gate]:
    """Return the causes as statements with what the rules found under each, and the gate of the first level."""
    notes = _notes(found, tag)
    first: list[_Branch] = []
    path: list[list[_Branch]] = [first]
    for place in graph.places:
        branch = _Branch(place)
        del path[place.depth :]
        path[-1].append(branch)
        path.append(branch.branches)
    return _children(graph, first, notes, tag, 1)


def notes_of(found: Iterable[WhysFinding], tag: str) -> tuple[Note, ...]:
    """Return findings as remarks under the cause they are about, which they do not name again."""
    return tuple(Note(one.level, one.rule, one.beside_subject(tag)) for one in found)


def _notes(found: Findings, tag: str) -> dict[str, tuple[Note, ...]]:
    by_cause: defaultdict[str, list[WhysFinding]] = defaultdict(list)
    for one in found:
        if isinstance(one, WhysFinding):
            by_cause[one.cause].append(one)
    return {cause: notes_of(some, tag) for cause, some in by_cause.items()}


def _children(
    graph: CauseGraph, branches: list[_Branch], notes: dict[str, tuple[Note, ...]], tag: str, depth: int
) -> tuple[tuple[Bullet, ...], Gate]:
    """Return the causes of an effect as statements, and the gate above them."""
    both_needed = Gate(say("whys.gate_and", tag), say("whys.gate_and_note", tag))
    any_enough = Gate(say("whys.gate_or", tag), say("whys.gate_or_note", tag))
    shown = {branch.place.link.id: _bullet(graph, branch, notes, tag, depth) for branch in branches}
    groups = graph.grouped([branch.place.link for branch in branches])
    if len(groups) == 1:
        return tuple(shown[link.id] for link in groups[0]), both_needed if len(groups[0]) > 1 else Gate()
    bullets = []
    for group in groups:
        together = tuple(shown[link.id] for link in group)
        if len(group) > 1:
            label = say("whys.together", tag)
            bullets.append(Bullet("", label, gate=both_needed.label, gate_note=both_needed.note, children=together))
        else:
            bullets += together
    return tuple(bullets), any_enough if groups else Gate()


def _bullet(graph: CauseGraph, branch: _Branch, notes: dict[str, tuple[Note, ...]], tag: str, depth: int) -> Bullet:
    place = branch.place
    text, status = in_tag(graph.text(place.cause), tag), graph.status(place.link)
    if place.again:
        same = say("whys.see", tag, number=graph.numbers[place.cause])
        return Bullet(place.number, text, status, chips=(same,))
    under = (*notes.get(place.cause, ()), *_ruled_out(graph, place.link, tag))
    children: tuple[Bullet, ...] = ()
    gate = Gate()
    if depth < DEEPEST:
        children, gate = _children(graph, branch.branches, notes, tag, depth + 1)
    elif branch.branches:
        left = len(_below(branch))
        under = (*under, Note("info", "", say("whys.deeper", tag, n=left)))
    facts = tuple(in_tag(one, tag) for one in chips(graph, place.link))
    return Bullet(place.number, text, status, facts, gate.label, under, children, gate.note)


def _below(branch: _Branch) -> list[_Branch]:
    found, stack = [], list(branch.branches)
    while stack:
        one = stack.pop()
        found.append(one)
        stack += one.branches
    return found


def _ruled_out(graph: CauseGraph, link: LinkState, tag: str) -> tuple[Note, ...]:
    cause = graph.causes[link.cause]
    if cause.ruled_out is None:
        return ()
    label = say("whys.ruled_out", tag)
    said = [in_tag(evidence_says(one) or evidence_source(one), tag) for one in cause.ruled_out.evidence]
    return tuple(Note("info", label, text) for text in said)
