"""Capture: whether every response that qualifies became a case or was left out for a logged reason."""

from __future__ import annotations

import math

import numpy as np

from closeloop.followup.measure.columns import DAY, BoolArray, lookup
from closeloop.followup.measure.figure import Figure, missing, share
from closeloop.followup.measure.group_table import GroupTable
from closeloop.followup.measure.scope import Scope, outcome_of
from closeloop.followup.measure.section import LoopSection
from closeloop.followup.rules.quiet import BY_HAND, QUIET, WORKED_ON
from closeloop.metrics.result import Shown
from closeloop.rootcause.findings import Finding
from closeloop.text import LocalText, message
from closeloop.written import told, told_list

_HIGHEST_DETRACTOR = 6


def capture_section(scope: Scope) -> tuple[LoopSection, list[Finding]]:
    """Return what became of the responses that qualify, and an error if of one nothing is known."""
    qualifies = scope.responses.columns["qualifies"]
    n = int(qualifies.sum())
    lost = _lost(scope)
    caught = n - int(lost.sum())
    base = message("measure.base_qualifying")
    contactable, unknown = _contactable(scope, qualifies, base)
    figures = [_captured(caught, n, base), contactable, _follow_up(scope)]
    found = []
    if lost.any():
        examples = told_list(scope.responses.columns["response_id"][lost][:5].tolist())
        found.append(
            Finding(
                rule="LM1", level="error",
                message=message("measure.lost", count=told(int(lost.sum()), "count"), examples=examples),
                suggestion=message("measure.lost_do"),
            )
        )  # fmt: skip
    if not n:
        said = message("measure.said_capture_none")
    elif lost.any():
        said = message("measure.said_capture_lost", lost=told(int(lost.sum()), "count"), n=told(n, "count"))
    else:
        said = message("measure.said_capture", n=told(n, "count"), **_kinds(scope))
    cautions = [message("measure.note_capture")]
    if unknown:
        cautions.append(message("measure.note_contact_unknown", count=told(unknown, "count")))
    table = _reasons(scope)
    section = LoopSection(
        name="capture", figures=tuple(figures), said=said, cautions=tuple(cautions),
        tables=(table,) if table.lines else (), details={"funnel": _funnel(scope, n, caught)},
        confidence_level=scope.confidence_level,
    )  # fmt: skip
    return section, found


def _lost(scope: Scope) -> BoolArray:
    """Return the qualifying responses of which nothing came, or whose case does not exist."""
    columns = scope.responses.columns
    named = columns["case_id"]
    gone = (named != "") & (lookup(scope.every.cases["case_id"], named) < 0)
    return np.asarray(columns["qualifies"] & ((columns["outcome"] == "") | ((columns["outcome"] == "case") & gone)))


def _captured(caught: int, n: int, base: LocalText) -> Figure:
    label = message("measure.captured")
    if not n:
        return missing("capture", "captured", label, base, message("measure.why_no_responses"))
    note = None if caught == n else message("measure.note_not_captured")
    return Figure(
        section="capture", name="captured", label=label, base=base, n=n, estimate=caught / n,
        digits=0 if caught == n else 2, method="exact", note=note,
    )  # fmt: skip


def _contactable(scope: Scope, qualifies: BoolArray, base: LocalText) -> tuple[Figure, int]:
    reach = scope.responses.columns["contactable"][qualifies]
    known = ~np.isnan(reach)
    figure = share(
        "capture", "contactable", float(reach[known].sum()), int(known.sum()), message("measure.contactable"), base,
        scope.confidence_level,
    )  # fmt: skip
    return figure, int((~known).sum())


def eligible(scope: Scope) -> BoolArray:
    """Return the cases of the period that detractors opened who can be contacted, each given its time.

    Left out: cases that went on in another one, and those that are younger than the hours a first answer may take.
    """
    row = scope.response_row
    reach = np.full(scope.table.n, np.nan)
    reach[row >= 0] = scope.all_responses.columns["contactable"][row[row >= 0]]
    old_enough = scope.now - scope.table.cases["received_at"] >= scope.within * DAY / 24
    detractor = scope.opening_score <= _HIGHEST_DETRACTOR
    return np.asarray(detractor & (reach != 0) & old_enough & (outcome_of(scope.table) != "merged"))


def _follow_up(scope: Scope) -> Figure:
    who = eligible(scope)
    contacted = ~np.isnan(scope.contacted_at[who])
    return share(
        "capture", "followed_up", int(contacted.sum()), int(who.sum()), message("measure.followed_up"),
        message("measure.base_eligible", hours=told(scope.within, "decimal", 0)), scope.confidence_level,
    )  # fmt: skip


def _kinds(scope: Scope) -> dict[str, LocalText]:
    columns = scope.responses.columns
    outcome = columns["outcome"][columns["qualifies"]]
    cases = int((outcome == "case").sum())
    return {"cases": told(cases, "count"), "suppressed": told(len(outcome) - cases, "count")}


def _funnel(scope: Scope, n: int, caught: int) -> tuple[tuple[str, int], ...]:
    """Return how many got how far: qualified, captured, a case, contacted, resolved, confirmed by the customer."""
    table = scope.table
    from_response = scope.response_row >= 0
    reached = {
        "contacted": scope.contacted_at, "resolved": table.last("resolved_at"), "confirmed": table.last("confirmed_at")
    }  # fmt: skip
    steps = [("qualified", n), ("captured", caught), ("cases", int(from_response.sum()))]
    still = from_response
    for name, times in reached.items():
        still = still & ~np.isnan(times)
        steps.append((name, int(still.sum())))
    return tuple(steps)


def _reasons(scope: Scope) -> GroupTable:
    """Return why responses that qualify got no case of their own."""
    columns = scope.responses.columns
    left_out = columns["qualifies"] & (columns["outcome"] != "case") & (columns["outcome"] != "")
    names, counts = np.unique(columns["reason"][left_out], return_counts=True)
    total = int(counts.sum())
    lines = tuple(
        {"group": _reason(str(name)), "n": int(count), "estimate": count / total if total else math.nan}
        for name, count in sorted(zip(names, counts, strict=True), key=lambda pair: (-pair[1], pair[0]))
    )
    return GroupTable(
        name="suppressed", heading=message("measure.table_suppressed"), lines=lines,
        said=message("measure.said_suppressed", count=told(total, "count")),
        shown=(Shown("group", message("measure.col_reason")), Shown("n", message("measure.col_n"), "count"),
               Shown("estimate", message("measure.col_share"), "percent", digits=0)),
        axis=message("measure.col_share"),
    )  # fmt: skip


def _reason(name: str) -> LocalText:
    if name in (QUIET, WORKED_ON, BY_HAND):
        return message(f"measure.reason_{name}")
    return LocalText(name) if name else message("measure.no_reason")
