"""Whether the steps hold together: sufficiency (W05), breach (W08), duty (W09), time (W15), cycles (W16)."""

from __future__ import annotations

import datetime as dt

from closeloop.metrics.measured_gap import Gap
from closeloop.numbers import day
from closeloop.rootcause.whys.graph import CauseGraph
from closeloop.rootcause.whys.rules.finding import WhysFinding, found
from closeloop.rootcause.whys.state import TOP
from closeloop.text import LANGUAGES, LocalText


def w05_sufficiency(graph: CauseGraph) -> list[WhysFinding]:
    """Find causes that do not explain their effect alone and have no partner, and verified ones nobody asked about."""
    result = []
    for link in graph.standing:
        effect = graph.text(link.effect)
        if link.gate == "and":
            if not any(one.gate == "and" and one is not link for one in graph.live(link.effect)):
                result.append(found(graph, "W05", "warn", "no_partner", link=link, effect=effect))
            elif link.alone:
                result.append(found(graph, "W05", "warn", "both", link=link, effect=effect))
        elif link.alone is False:
            result.append(found(graph, "W05", "warn", "not_alone", link=link, effect=effect))
        elif link.alone is None and graph.status(link) == "verified":
            result.append(found(graph, "W05", "warn", "unasked", link=link, effect=effect))
    return result


def w08_breach(graph: CauseGraph) -> list[WhysFinding]:
    """Find a breach of a procedure at which the asking stopped."""
    return [
        found(graph, "W08", "error", "leaf", cause=cause)
        for cause in graph.leaves
        if graph.causes[cause].claim == "breach"
    ]


def w09_duty(graph: CauseGraph) -> list[WhysFinding]:
    """Find a failure to act without a recorded duty to act."""
    return [
        found(graph, "W09", "error", "no_duty", cause=cause)
        for cause in graph.reached
        if graph.causes[cause].claim == "omission" and not graph.causes[cause].duty
    ]


def w15_time(graph: CauseGraph) -> list[WhysFinding]:
    """Find causes that are dated after their effect; the start is dated by the day of the measurement."""
    result = []
    for link in graph.standing:
        before, after = date_of(graph, link.cause), date_of(graph, link.effect)
        if before is not None and after is not None and before > after:
            effect = graph.text(link.effect)
            result.append(
                found(graph, "W15", "error", "late", link=link, effect=effect, on=_told(before), effect_on=_told(after))
            )
    return result


def date_of(graph: CauseGraph, cause: str) -> dt.date | None:
    """Return when a cause happened; the start, unless dated, when it was measured."""
    dated = graph.causes[cause].dated
    if dated is None and cause == TOP and graph.state.gap is not None:
        return measured_on(graph.state.gap)
    return dated


def measured_on(gap: Gap) -> dt.date:
    """Return the day of a measurement."""
    return gap.as_of if isinstance(gap.as_of, dt.date) else dt.date.fromisoformat(gap.as_of)


def w16_cycle(graph: CauseGraph) -> list[WhysFinding]:
    """Find links that make the graph run in a circle and are not declared as a loop."""
    return [found(graph, "W16", "error", "cycle", link=link, effect=graph.text(link.effect)) for link in graph.closing]


def _told(when: dt.date) -> LocalText:
    return LocalText({tag: day(when, tag) for tag in LANGUAGES})
