"""What is said of a cause or a link in a few words: its status, its evidence, the read-back, the stop."""

from __future__ import annotations

import datetime as dt

from closeloop.numbers import day
from closeloop.rootcause.whys.contrast import contrasts
from closeloop.rootcause.whys.coverage import counted
from closeloop.rootcause.whys.graph import CauseGraph, contradicting
from closeloop.rootcause.whys.state import CauseState, Evidence, LinkState
from closeloop.rootcause.whys.subjects import subject_label
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.written import FORMS, told, told_joined


def chips(graph: CauseGraph, link: LinkState) -> list[LocalText]:
    """Return the short facts beside a cause: class, stop, evidence, read-back, cases."""
    cause = graph.causes[link.cause]
    found = [subject_label(cause.subject)] if cause.subject else []
    if link.rival:
        found.append(message("whys.chip_rival"))
    if graph.status(link) == "ruled-out":
        n = len(cause.ruled_out.evidence) if cause.ruled_out else 0
        return [*found, message("whys.chip_evidence", n=n)]
    if cause.stop is not None and not graph.live(link.cause):
        found.append(message(f"whys.stop_{cause.stop.reason}"))
    if cause.cases:
        found.append(counted("chip_cases", len(cause.cases)))
    against = len(contradicting(link))
    key = "whys.chip_evidence_against" if against else "whys.chip_evidence"
    found.append(message(key, n=len(link.evidence), against=against))
    found.append(message(f"whys.answer_{graph.answer(link)}"))
    return found


def evidence_says(one: Evidence) -> LocalText | str:
    """Return what a piece of evidence says; a contrast in both languages, from its counts."""
    compared = contrasts([one])
    return compared[0].sentence if compared else one.says


def evidence_source(one: Evidence) -> LocalText:
    """Return kind, source, hash, who and when of a piece of evidence."""
    parts: list[LocalText | str] = [message(f"whys.kind_{one.kind}"), one.source]
    if one.sha256:
        parts.append(f"sha256 {one.sha256[:8]}…{one.sha256[-4:]}")
    if one.by or one.on:
        parts.append(who_when(one.by, one.on))
    return told_joined(parts, " · ")


def who_when(who: str, when: dt.date | None) -> LocalText:
    """Return a name and a day, either of which may be unknown."""
    parts: list[LocalText | str] = [who] if who else []
    if when is not None:
        parts.append(told_day(when))
    return told_joined(parts, ", ", "，")


def told_day(when: dt.date) -> LocalText:
    """Return a day in both languages."""
    return LocalText({tag: day(when, tag) for tag in LANGUAGES})


def expected_text(graph: CauseGraph, cause: CauseState) -> LocalText | None:
    """Return what is expected if the cause were gone; None where nobody said."""
    expected, gap = cause.counterfactual, graph.state.gap
    if expected is None:
        return None
    unit = gap.unit if gap is not None and gap.unit in FORMS else "decimal"
    target = told(expected.shrinks_to, unit)
    who = expected.by or message("whys.somebody")
    if gap is None:
        return message("whys.expected", who=who, target=target)
    return message("whys.expected_from", who=who, metric=gap.label, actual=told(gap.actual, unit), target=target)


def answered(holds: bool | None) -> str:
    """Return the key of what a second person answered."""
    return "answer_not_sure" if holds is None else "answer_holds" if holds else "answer_does_not"


def looked(found: bool | None) -> str:
    """Return the key of whether a predicted effect was found."""
    return "not_looked" if found is None else "found" if found else "not_found"
