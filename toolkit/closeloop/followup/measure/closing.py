"""Closing: how cases end, who comes back, and whose cause comes back."""

from __future__ import annotations

import numpy as np

from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.columns import DAY, BoolArray, first_of
from closeloop.followup.measure.figure import Figure, share
from closeloop.followup.measure.scope import Scope, is_merged, outcome_of
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


def reopened(table: CaseTable, since: float, now: float) -> tuple[BoolArray, BoolArray]:
    """Return which cases can tell, and which of them were reopened within 30 days of their first end.

    Those can tell whose 30 days ran out in the period.
    """
    ended, second = table.first("ended_at"), np.full(table.n, np.nan)
    later = table.cycles["number"] == 2
    second[table.cycles["case"][later]] = table.cycles["began_at"][later]
    over = ended + REOPEN_DAYS * DAY
    known = (over >= since) & (over <= now) & ~is_merged(table)
    return np.asarray(known), np.asarray(known & (second - ended <= REOPEN_DAYS * DAY))


def _reopened(scope: Scope) -> Figure:
    known, again = reopened(scope.every, scope.since, scope.now)
    days = told(REOPEN_DAYS, "count")
    return share(
        "closing", "reopened", int(again.sum()), int(known.sum()), message("measure.reopened", days=days),
        message("measure.base_ended_days", days=days), scope.confidence_level,
    )  # fmt: skip


def _repeated(scope: Scope) -> Figure:
    """Of customers with a case whose kind is known, who has another of the same kind within 90 days.

    As with `reopened` those can tell whose 90 days ran out in the period.
    """
    cases = scope.every.cases
    whose = (cases["subject_id"] != "") & (cases["code"] != "") & (cases["stage"] != "merged")
    rows = np.flatnonzero(whose)
    rows = rows[np.lexsort((cases["received_at"][rows], cases["code"][rows], cases["subject_id"][rows]))]
    subject, code, at = cases["subject_id"][rows], cases["code"][rows], cases["received_at"][rows]
    # The next row is the same customer's next case of that kind, if there is one.
    next_at = np.full(len(rows), np.nan)
    same = (subject[1:] == subject[:-1]) & (code[1:] == code[:-1])
    next_at[:-1][same] = at[1:][same]
    over = at + REPEAT_DAYS * DAY
    window = (over >= scope.since) & (over <= scope.now)
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
