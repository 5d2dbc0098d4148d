"""The links of a five-whys as a frame."""

from __future__ import annotations

from typing import Any

from closeloop.rootcause.whys.graph import CauseGraph, contradicting, supporting


def link_rows(graph: CauseGraph) -> list[dict[str, Any]]:
    """Return a row per link in the order of the tree; links that close a circle stand at the end."""
    placed = [(place.number, place.link) for place in graph.places]
    ids = {link.id for _, link in placed}
    rows = []
    for number, link in [*placed, *(("", link) for link in graph.state.links if link.id not in ids)]:
        cause = graph.causes[link.cause]
        rows.append(
            {
                "number": number, "link": link.id, "cause_id": link.cause, "cause": str(graph.text(link.cause)),
                "effect_id": link.effect, "effect": str(graph.text(link.effect)), "gate": link.gate,
                "status": graph.status(link), "n_evidence": len(link.evidence),
                "n_supporting": len(supporting(link)), "n_contradicting": len(contradicting(link)),
                "read_back": graph.answer(link), "read_by": ", ".join(read.by for read in graph.readings(link)),
                "by": link.by, "on": link.on, "alone": link.alone, "loop": link.loop, "rival": link.rival,
                "depth": graph.reached.get(link.cause), "subject": cause.subject, "claim": cause.claim,
                "dated": cause.dated, "stop": None if cause.stop is None else cause.stop.reason,
                "countermeasures": ", ".join(remedy.id for remedy in cause.remedies), "n_cases": len(cause.cases),
            }
        )  # fmt: skip
    return rows


COLUMNS = (
    "number", "link", "cause_id", "cause", "effect_id", "effect", "gate", "status", "n_evidence", "n_supporting",
    "n_contradicting", "read_back", "read_by", "by", "on", "alone", "loop", "rival", "depth", "subject", "claim",
    "dated", "stop", "countermeasures", "n_cases",
)  # fmt: skip
