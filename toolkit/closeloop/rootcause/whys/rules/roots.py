"""Where the asking ends: stop reasons (W11), counterfactual (W12), predictions (W13), countermeasures (W17)."""

from __future__ import annotations

from closeloop.rootcause.whys.coverage import coverage_of
from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.rules.finding import WhysFinding, found
from closeloop.written import told_list

SHALLOW = 3
"""A cause at which the asking stops before so many whys needs a word why; five are never required."""


def w11_stop(graph: CauseGraph) -> list[WhysFinding]:
    """Find ends without a stop reason, early ones without a word why, and "another problem" that is not named."""
    result = []
    for cause in graph.leaves:
        stop = graph.causes[cause].stop
        if stop is None:
            result.append(found(graph, "W11", "error", "none", cause=cause))
        elif stop.reason == "another_problem" and not stop.problem:
            result.append(found(graph, "W11", "error", "unlinked", cause=cause))
        elif graph.reached[cause] < SHALLOW and not stop.note:
            result.append(found(graph, "W11", "error", "early", cause=cause, depth=graph.reached[cause]))
    return result


def w12_counterfactual(graph: CauseGraph) -> list[WhysFinding]:
    """Find roots of which nobody said what would be without them, and those without which nothing would change."""
    result = []
    gap = graph.state.gap
    for cause in _own_roots(graph):
        expected = graph.causes[cause].counterfactual
        if expected is None:
            result.append(found(graph, "W12", "error", "none", cause=cause))
        elif gap is not None:
            better = expected.shrinks_to > gap.actual if gap.higher_is_better else expected.shrinks_to < gap.actual
            if not better:
                result.append(found(graph, "W12", "error", "no_change", cause=cause))
    return result


def w13_prediction(graph: CauseGraph) -> list[WhysFinding]:
    """Find roots without a predicted other effect, and predictions that nobody looked for or that failed."""
    result = []
    for cause in _own_roots(graph):
        predictions = graph.causes[cause].predictions
        if not predictions:
            result.append(found(graph, "W13", "warn", "none", cause=cause))
        for one in predictions:
            if one.found is not True:
                key = "not_found" if one.found is False else "not_looked"
                result.append(found(graph, "W13", "warn", key, cause=cause, effect=one.effect))
    return result


def w17_countermeasure(graph: CauseGraph) -> list[WhysFinding]:
    """Find roots that nobody does anything about, those with weak measures only, and outside causes not softened."""
    result = []
    for cause in _own_roots(graph):
        state = graph.causes[cause]
        outside = state.stop is not None and state.stop.reason == "outside_control"
        if state.stop is not None and state.stop.reason == "evidence_exhausted":
            continue
        if not state.remedies:
            result.append(found(graph, "W17", "warn", "outside" if outside else "none", cause=cause))
        elif all(remedy.strength in {"weak", "unknown"} for remedy in state.remedies):
            ids = told_list([remedy.id for remedy in state.remedies])
            weak = any(remedy.strength == "weak" for remedy in state.remedies)
            result.append(found(graph, "W17", "warn", "weak" if weak else "unknown", cause=cause, ids=ids))
        elif outside and all(remedy.aim == "prevent" for remedy in state.remedies):
            result.append(found(graph, "W17", "warn", "outside", cause=cause))
    return result


def w18_coverage(graph: CauseGraph) -> list[WhysFinding]:
    """Tell how many of the problem's cases the verified roots reach, where some are not reached."""
    coverage = coverage_of(graph)
    if coverage.n == 0 or coverage.reached == coverage.n:
        return []
    return [found(graph, "W18", "info", "cases", coverage=coverage.sentence)]


def _own_roots(graph: CauseGraph) -> list[str]:
    """Return the verified roots, without those that are a problem of their own."""
    stops = {cause: graph.causes[cause].stop for cause in graph.roots}
    return [cause for cause, stop in stops.items() if stop is None or stop.reason != "another_problem"]
