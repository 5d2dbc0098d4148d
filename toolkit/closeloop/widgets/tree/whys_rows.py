"""A cause graph as the rows of the editor: one per place, with its chips, its gate and what the rules found."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from closeloop.rootcause.findings import Findings
from closeloop.rootcause.whys.graph import CauseGraph, Place, contradicting
from closeloop.rootcause.whys.rules.finding import WhysFinding
from closeloop.rootcause.whys.state import TOP, CauseState, LinkState
from closeloop.rootcause.whys.subjects import subject_label
from closeloop.rootcause.whys.whys_words import evidence_says, evidence_source
from closeloop.text import language
from closeloop.views.words import in_tag
from closeloop.widgets.tree.parts import Json, note, say, wording
from closeloop.widgets.tree.tools import refusals
from closeloop.widgets.tree.tree_editor import spoken_words

DEEPEST = 30
"""Deeper causes are counted and not drawn: a list that is nested further has no room for words."""

_OF_A_STEP = ("move", "remove", "split", "evidence", "stop", "out")
"""Tools that need a cause and its effect."""
_IN_FULL = ("add", "rename", "gate", "split", "evidence", "stop", "out")
"""Tools for a cause where it stands with all that is below it."""


def whys_rows(graph: CauseGraph, findings: Findings) -> list[Json]:
    """Return the top and every place of the tree, parents first.

    A row is named by its link, which stands in the tree once; the top by ``"top"``.
    """
    notes = _notes(findings)
    above = {place.cause: place.link.id for place in graph.places if not place.again}
    rows = [_top(graph, notes[TOP])]
    left: defaultdict[str, int] = defaultdict(int)
    shown: dict[str, str] = {TOP: TOP}
    for place in graph.places:
        up = above.get(place.link.effect, TOP)
        if place.depth > DEEPEST:
            shown[place.cause] = shown[place.link.effect]
            left[shown[place.cause]] += 1
            continue
        if not place.again:
            shown[place.cause] = place.link.id
        rows.append(_row(graph, place, up, [] if place.again else notes[place.cause]))
    for row in rows:
        if row["id"] in left:
            row["notes"].append(["info", "", say("deeper", n=left[row["id"]])])
    return rows


def _notes(findings: Iterable[object]) -> defaultdict[str, list[list[str]]]:
    """Return the findings by their cause; coverage has a place of its own."""
    found: defaultdict[str, list[list[str]]] = defaultdict(list)
    for one in findings:
        if isinstance(one, WhysFinding) and one.rule != "W18":
            found[one.cause].append(note(one))
    return found


def _top(graph: CauseGraph, notes: list[list[str]]) -> Json:
    text = in_tag(graph.text(TOP), language())
    gate = gate_of(graph, TOP)
    return {
        "id": TOP, "up": "", "no": "", "text": text, "mark": "top", "chips": [], "gate": gate, "notes": notes,
        "spoken": spoken_words([say("spoken_top"), _spoken_gate(gate), _spoken_notes(notes)]),
        "no_tool": refusals(gate="" if gate else "no_gate", **dict.fromkeys(_OF_A_STEP, "no_top")),
    }  # fmt: skip


def _row(graph: CauseGraph, place: Place, up: str, notes: list[list[str]]) -> Json:
    cause, status = graph.causes[place.cause], graph.status(place.link)
    row: Json = {
        "id": place.link.id, "up": up, "no": place.number, "text": in_tag(graph.text(place.cause), language()),
        "mark": status, "chips": [], "gate": None, "notes": notes,
    }  # fmt: skip
    if place.again:
        same = wording("whys.see", number=graph.numbers[place.cause])
        there = refusals(**dict.fromkeys(_IN_FULL, "no_again"))
        row |= {"again": graph.numbers[place.cause], "chips": [["link", same]], "spoken": spoken_words([same]),
                "no_tool": there}  # fmt: skip
        return row
    gate = gate_of(graph, place.cause)
    chips = _chips(graph, place.link, cause)
    # One who listens hears the state, the gate and how many findings there are; the chips are read with the words.
    said = [say(f"mark_{status}"), _spoken_gate(gate), _spoken_notes(notes)]
    out = "no_ruled_out" if status == "ruled-out" else ""
    stop = "no_stop" if graph.live(place.cause) else ""
    row |= {
        "gate": gate, "chips": chips, "spoken": spoken_words(said), "notes": [*notes, *_ruled_out(cause)],
        "no_tool": refusals(gate="" if gate else "no_gate", split=out, evidence=out, stop=out or stop),
    }  # fmt: skip
    return row


def gate_of(graph: CauseGraph, effect: str) -> list[str] | None:
    """Return the label above the causes of an effect, and what it means; None with fewer than two."""
    links = graph.kept(effect)
    if len(links) < 2:
        return None
    key = "and" if all(link.gate == "and" for link in links) else "or"
    return [key, wording(f"whys.gate_{key}"), wording(f"whys.gate_{key}_note")]


def _chips(graph: CauseGraph, link: LinkState, cause: CauseState) -> list[list[str]]:
    """Return the short facts at the right, each with its drawing: class, stop, cases, evidence, read-back."""
    found: list[tuple[str, str]] = []
    mixed = {one.gate for one in graph.kept(link.effect)} == {"and", "or"}
    if mixed and link.gate == "and":
        found.append(("gate", wording("whys.gate_and_note")))
    if cause.subject:
        found.append(("", str(subject_label(cause.subject))))
    if link.rival:
        found.append(("", wording("whys.chip_rival")))
    if cause.cases:
        found.append(("", say("chip_cases", n=len(cause.cases))))
    if graph.status(link) == "ruled-out":
        found.append(("doc", _evidence_chip(len(cause.ruled_out.evidence) if cause.ruled_out else 0, 0)))
        return [list(chip) for chip in found]
    if cause.stop is not None and not graph.live(link.cause):
        found.append(("flag", say("chip_stop")))
    found.append(("doc", _evidence_chip(len(link.evidence), len(contradicting(link)))))
    found.append(("people", say(f"answer_{graph.answer(link)}")))
    return [list(chip) for chip in found]


def _evidence_chip(n: int, against: int) -> str:
    return (
        wording("whys.chip_evidence_against", n=n, against=against) if against else wording("whys.chip_evidence", n=n)
    )


def _ruled_out(cause: CauseState) -> list[list[str]]:
    """Return what shows that a cause is none."""
    if cause.ruled_out is None:
        return []
    tag = language()
    said = [in_tag(evidence_says(one) or evidence_source(one), tag) for one in cause.ruled_out.evidence]
    return [["ok", say("mark_ruled-out"), text] for text in said]


def _spoken_gate(gate: list[str] | None) -> str:
    return "" if gate is None else say(f"spoken_gate_{gate[0]}")


def _spoken_notes(notes: list[list[str]]) -> str:
    counts = [(level, sum(1 for one in notes if one[0] == level)) for level in ("error", "warn")]
    return ", ".join(say(f"n_{level}", n=n) for level, n in counts if n)
