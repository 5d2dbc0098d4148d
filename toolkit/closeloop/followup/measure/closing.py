"""Closing: how cases end, who comes back, and whose cause comes back."""

from __future__ import annotations

import numpy as np

from closeloop.followup.measure.columns import DAY, BoolArray, first_of
from closeloop.followup.measure.figure import Figure, share
from closeloop.followup.measure.scope import Scope, outcome_of
from closeloop.followup.measure.section import LoopSection
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

ENDS = ("closed", "closed_unconfirmed", "rejected", "withdrawn", "external")
"""How a case can end, the customer's own confirmation first; a merged one goes on in another."""
REOPEN_DAYS, REPEAT_DAYS = 30, 90


def closing_section(scope: Scope) -> LoopSection:
    """Return the mix of endings, reopened cases and repeated causes."""
    outcome = outcome_of(scope.table)
    counts = {name: int((outcome == name).sum()) for name in ENDS}
    n = sum(counts.values())
    base = message("measure.base_ended")
    mix = [
        share("closing", name, count, n, message(f"measure.end_{name}"), base, scope.confidence_level)
        for name, count in counts.items()
    ]
    figures = [*mix, _reopened(scope), _repeated(scope)]
    return LoopSection(
        name="closing", figures=tuple(figures), said=_sentence(scope, mix[0]),
        cautions=(message("measure.note_closing"),), details={"mix": counts}, confidence_level=scope.confidence_level,
    )  # fmt: skip


def reopened(scope: Scope) -> tuple[BoolArray, BoolArray]:
    """Return which cases have ended long enough ago to tell, and which were reopened within 30 days of their end."""
    table = scope.table
    ended, second = table.first("ended_at"), np.full(table.n, np.nan)
    later = table.cycles["number"] == 2
    second[table.cycles["case"][later]] = table.cycles["began_at"][later]
    known = (scope.now - ended >= REOPEN_DAYS * DAY) & (outcome_of(table) != "merged")
    return np.asarray(known), np.asarray(known & (second - ended <= REOPEN_DAYS * DAY))


def _reopened(scope: Scope) -> Figure:
    known, again = reopened(scope)
    days = told(REOPEN_DAYS, "count")
    return share(
        "closing", "reopened", int(again.sum()), int(known.sum()), message("measure.reopened", days=days),
        message("measure.base_ended_days", days=days), scope.confidence_level,
    )  # fmt: skip


def _repeated(scope: Scope) -> Figure:
    """Of customers with a case whose kind is known, who has another of the same kind within 90 days."""
    cases = scope.every.cases
    whose = (cases["subject_id"] != "") & (cases["code"] != "") & (cases["stage"] != "merged")
    rows = np.flatnonzero(whose)
    rows = rows[np.lexsort((cases["received_at"][rows], cases["code"][rows], cases["subject_id"][rows]))]
    subject, code, at = cases["subject_id"][rows], cases["code"][rows], cases["received_at"][rows]
    # The next row is the same customer's next case of that kind, if there is one.
    next_at = np.full(len(rows), np.nan)
    same = (subject[1:] == subject[:-1]) & (code[1:] == code[:-1])
    next_at[:-1][same] = at[1:][same]
    window = (at >= scope.since) & (scope.now - at >= REPEAT_DAYS * DAY)
    chosen = np.flatnonzero(window)
    first = chosen[first_of([subject[chosen], code[chosen]])]
    again = next_at[first] - at[first] <= REPEAT_DAYS * DAY
    days = told(REPEAT_DAYS, "count")
    return share(
        "closing", "repeated", int(again.sum()), len(first), message("measure.repeated", days=days),
        message("measure.base_repeat", days=days), scope.confidence_level,
    )  # fmt: skip


def _sentence(scope: Scope, confirmed: Figure) -> LocalText:
    if not confirmed.n:
        return message("measure.said_closing_none")
    return message(
        "measure.said_closing", n=told(confirmed.n, "count"), share=told(confirmed.estimate, "percent", 0),
        level=told_level(scope.confidence_level),
        interval=told_interval(confirmed.ci_low, confirmed.ci_high, "percent", 0),
    )  # fmt: skip
