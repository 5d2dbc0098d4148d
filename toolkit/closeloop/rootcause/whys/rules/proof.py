"""What a link rests on: evidence (W02), a second person's answer (W03), rivals and contrast (W10)."""

from __future__ import annotations

from closeloop.rootcause.whys.contrast import contrasts
from closeloop.rootcause.whys.graph import CauseGraph, supporting
from closeloop.rootcause.whys.rules.finding import WhysFinding, found
from closeloop.rootcause.whys.state import CauseState
from closeloop.written import told_list


def w02_evidence(graph: CauseGraph) -> list[WhysFinding]:
    """Find links that somebody confirmed without any evidence, and countermeasures that hang on a mere hypothesis."""
    bare = [
        found(graph, "W02", "error", "bare", link=link)
        for link in graph.standing
        if not supporting(link) and graph.answer(link) == "holds"
    ]
    hanging = []
    for cause in graph.state.causes:
        if cause.remedies and cause.id not in graph.verified:
            ids = told_list([remedy.id for remedy in cause.remedies])
            hanging.append(found(graph, "W02", "error", _why_not(graph, cause), cause=cause.id, ids=ids))
    return bare + hanging


def _why_not(graph: CauseGraph, cause: CauseState) -> str:
    """Return which text says why a cause cannot carry a countermeasure."""
    if cause.ruled_out is not None:
        return "ruled_out"
    own = [graph.status(link) for link in graph.above.get(cause.id, ())]
    return "broken_chain" if "verified" in own else "remedy"


def w03_read_back(graph: CauseGraph) -> list[WhysFinding]:
    """Find links that have evidence and were not read back by a second person, and those that did not hold."""
    result = []
    for link in graph.standing:
        answer = graph.answer(link)
        if answer in {"does_not", "not_sure"} or (answer == "not_yet" and supporting(link)):
            stale = answer == "not_yet" and bool(link.readbacks)
            key = "stale" if stale else answer
            names = told_list([read.by for read in graph.readings(link) if read.holds is not True])
            result.append(found(graph, "W03", "error", key, link=link, effect=graph.text(link.effect), by=names))
    return result


def w10_rivals(graph: CauseGraph) -> list[WhysFinding]:
    """Find effects with a single explanation and nobody saying why, and contrasts that show no difference."""
    result = []
    for effect in graph.reached:
        considered = graph.grouped(graph.kept(effect))  # a cause that was ruled out has been considered
        if graph.live(effect) and len(considered) < 2 and not graph.causes[effect].no_rival:
            result.append(found(graph, "W10", "warn", "single", cause=effect))
    for link in graph.standing:
        blurred = [contrast for contrast in contrasts(link.evidence) if contrast.verdict != "more"]
        result += [found(graph, "W10", "warn", "contrast", link=link, counts=one.sentence) for one in blurred]
    return result
