"""Whether the register is whole: its chains, its derived rows, and that no answer that called for somebody is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.followup.case.fold import fold
from closeloop.followup.event import CaseEvent
from closeloop.followup.store.rebuild import MakeRows
from closeloop.followup.store.verification import Break, Verification
from closeloop.followup.triage.rows import CASE, SUPPRESSED
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.loop.desk import Desk
    from closeloop.followup.store.transaction import Reading


def verify(desk: Desk) -> Verification:
    """Return what is not as it was written, and which answers that called for somebody came to nothing."""
    found = desk.store.verify(_make_rows(desk))
    with desk.store.reading() as tx:
        lost = tuple(_lost(tx))
    return replace(found, breaks=(*found.breaks, *lost))


def rebuild(desk: Desk) -> int:
    """Make the derived rows again; return how many cases there are."""
    return desk.store.rebuild(_make_rows(desk))


def _make_rows(desk: Desk) -> MakeRows:
    def rows(events: list[CaseEvent]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        with desk.store.reading() as tx:
            return desk.rows(tx, fold(events), events)

    return rows


def _lost(tx: Reading) -> Iterator[Break]:
    """Give each answer that qualified and has neither a case that exists nor a reason why not."""
    known = {row["case_id"] for row in tx.cases()}
    for alert in tx.alerts():
        if not alert["response_id"]:
            continue  # of a rule that watches many answers
        if not alert["response_id"]:  # of a window of many answers: it is shown, and calls for nobody by itself
            continue
        has_case = alert["outcome"] == CASE and alert["case_id"] in known
        has_reason = alert["outcome"] == SUPPRESSED and alert["reason"]
        if not has_case and not has_reason:
            yield Break(case_id=alert["case_id"] or "", seq=0, what=message("loop.lost", ref=alert["ref"]))
