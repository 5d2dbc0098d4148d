"""Whether the register is whole: its chains, its derived rows, and that no answer that called for somebody is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from closeloop.followup.case.fold import fold
from closeloop.followup.event import CaseEvent
from closeloop.followup.loop.desk import rows_of
from closeloop.followup.privacy.reveal import ERASED
from closeloop.followup.store.rebuild import MakeRows
from closeloop.followup.store.verification import Break, Verification
from closeloop.followup.triage.rows import CASE, SUPPRESSED
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.loop.desk import Desk
    from closeloop.followup.loop.house import House
    from closeloop.followup.store.store import Store
    from closeloop.followup.store.transaction import Reading


def verify(desk: Desk) -> Verification:
    """Return what is not as it was written, and which answers that called for somebody came to nothing."""
    unreadable: tuple[Break, ...] = ()
    try:
        found = desk.store.verify(_make_rows(desk.store, desk.house))
    except ValueError as error:  # a policy or calendar that cases run under is not there: no row can be made
        found = desk.store.verify()
        unreadable = (Break(case_id="", seq=0, what=LocalText(str(error))),)
    with desk.store.reading() as tx:
        more = (*unreadable, *_unnumbered(tx), *_gone(tx), *_lost(tx))
    return replace(found, breaks=(*found.breaks, *more))


def rebuild(store: Store, house: House) -> int:
    """Make the derived rows again; return how many cases there are."""
    return store.rebuild(_make_rows(store, house))


def _make_rows(store: Store, house: House) -> MakeRows:
    def rows(events: list[CaseEvent]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        with store.reading() as tx:
            return rows_of(house.said(tx), fold(events), events)

    return rows


def _unnumbered(tx: Reading) -> Iterator[Break]:
    """Give the numbers that were given and that no case has: a case was taken out with all that belongs to it."""
    numbers = {row["number"] for row in tx.cases()}
    for number in range(1, tx.last_number() + 1):
        if number not in numbers:
            yield Break(case_id="", seq=0, what=message("loop.no_numbered", number=number))
    for number in sorted(each for each in numbers if each is not None and each > tx.last_number()):
        yield Break(case_id="", seq=0, what=message("loop.number_ahead", number=number, last=tx.last_number()))


def _gone(tx: Reading) -> Iterator[Break]:
    """Give sealed texts that are not there though nobody's erasure is on record."""
    erased = {key for entry in tx.journal_entries(ERASED) for key in entry["payload"]["key_ids"]}
    for case_id, seq, key_id in tx.purged():
        if key_id not in erased:
            yield Break(case_id=case_id, seq=seq, what=message("loop.purged_unrecorded"))


def _lost(tx: Reading) -> Iterator[Break]:
    """Give each answer that qualified and has neither a case that exists nor a reason why not, or is not there."""
    cases = tx.cases()
    known = {row["case_id"] for row in cases}
    responses = {(row["survey_id"], row["response_id"]) for row in tx.responses()}
    noted = set()
    for alert in tx.alerts():
        if not alert["response_id"]:  # of a window of many answers: it is shown, and calls for nobody by itself
            continue
        noted.add((alert["survey_id"], alert["response_id"]))
        has_case = alert["outcome"] == CASE and alert["case_id"] in known
        has_reason = alert["outcome"] == SUPPRESSED and alert["reason"]
        if not has_case and not has_reason:
            yield Break(case_id=alert["case_id"] or "", seq=0, what=message("loop.lost", ref=alert["ref"]))
    opened = {(row["survey_id"], row["response_id"]): row["case_id"] for row in cases if row["response_id"]}
    for key in sorted(noted | opened.keys()):
        if key not in responses or key not in noted:
            ref = "/".join(key)
            yield Break(case_id=opened.get(key, ""), seq=0, what=message("loop.no_response", ref=ref))
