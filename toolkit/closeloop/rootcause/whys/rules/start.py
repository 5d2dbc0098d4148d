"""Where the graph starts: rule W01."""

from __future__ import annotations

from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.rules.finding import WhysFinding, found


def w01_measured_gap(graph: CauseGraph) -> list[WhysFinding]:
    """Find a start that is no measured gap: no figures, a standard that is met, or one that chance may have missed."""
    gap = graph.state.gap
    if gap is None:
        return [found(graph, "W01", "error", "none")]
    if gap.size <= 0:
        return [found(graph, "W01", "error", "met", gap=gap.sentence)]
    if gap.ci is not None and gap.verdict != "missed":
        return [found(graph, "W01", "error", "chance", gap=gap.sentence)]
    return []
