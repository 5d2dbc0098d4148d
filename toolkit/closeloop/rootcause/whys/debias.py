"""Questions against habits of thought, asked before and during the search for causes."""

from __future__ import annotations

from closeloop.rootcause.whys.contrast import contrasts
from closeloop.rootcause.whys.graph import CauseGraph, contradicting, same_person
from closeloop.text import LocalText, message


def debias_questions(graph: CauseGraph) -> tuple[LocalText, ...]:
    """Return the questions, each with what the graph itself says to it.

    Anchoring, the first cause found, looking for confirmation only, the beaten path, where the problem is not, a single
    source.
    """
    effects = [effect for effect in graph.reached if graph.live(effect)]
    single = [effect for effect in effects if len(graph.grouped(graph.kept(effect))) < 2]
    links = graph.state.links
    tested = [one for one in links if contradicting(one) or contrasts(one.evidence) or graph.status(one) == "ruled-out"]
    compared = [one for one in links if contrasts(one.evidence)]
    givers = {same_person(piece.by) for one in links for piece in one.evidence if piece.by}
    return (
        message("whys.debias_anchor"),
        message("whys.debias_first", single=len(single), n=len(effects)),
        message("whys.debias_confirm", tested=len(tested), n=len(links)),
        message("whys.debias_path"),
        message("whys.debias_elsewhere", compared=len(compared), n=len(links)),
        message("whys.debias_source", givers=len(givers)),
    )
