"""Triage in a loop: what the plan of a file says is written in one transaction, or not at all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from closeloop.followup.loop.desk import Command, Desk
from closeloop.followup.loop.watching import ACTOR as RULES
from closeloop.followup.triage.changes import CaseNote
from closeloop.followup.triage.known import Known, KnownCase
from closeloop.followup.triage.plan import TriagePlan, plan
from closeloop.followup.triage.rows import ResponseRow
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.rules.response_rule import ResponseRule
    from closeloop.followup.store.transaction import Reading, Writing
    from closeloop.followup.triage.result import TriageResult
    from closeloop.responses.responses import Responses

ACTOR = "triage"
"""Who opens the cases of a survey: nobody of ours, the rules do."""


def triage(
    desk: Desk,
    responses: Responses,
    *,
    now: dt.datetime,
    subject_of: Callable[[str], str],
    rules: Iterable[ResponseRule] = (),
    since: dt.datetime | None = None,
) -> TriageResult:
    """Open the cases that a file of responses calls for, and keep a slim row of every response.

    Raises
    ------
    ValueError
        If the responses were read without a survey.
    """
    if not hasattr(responses, "ledger"):
        raise ValueError(message("loop.not_responses", found=type(responses).__name__))
    if responses.survey is None:
        raise ValueError(message("loop.no_survey"))
    accepted, ledger = responses.accepted, responses.ledger  # read the file before anybody has to wait for us
    with desk.store.writing(alone=True) as tx:
        every = (*rules, *desk.house.all(tx, "response_rule"))
        planned = plan(
            accepted,
            responses.survey,
            now=now,
            rules=every,
            known=_known(tx),
            subject_of=subject_of,
            ledger=ledger,
            since=since,
        )
        _open(desk, tx, planned)
        for merge in planned.merges:
            fields = {"into": merge.into}
            desk.write(tx, merge.case_id, tx.events(merge.case_id), [Command(name="merge", fields=fields, actor=ACTOR)])
        for note in planned.notes:
            desk.write(tx, note.case_id, tx.events(note.case_id), [_noted(note)])
        tx.put_responses([row.to_response() for row in planned.rows])
        tx.put_alerts([alert for row in planned.rows if (alert := row.to_alert(now)) is not None])
        tx.journal(
            "Triaged", {"survey_id": responses.survey.id, "ledger": ledger, "opened": len(planned.opens)}, at=now
        )
    return planned.result


def _known(tx: Reading) -> Known:
    alerts = {(row["survey_id"], row["response_id"]): row for row in tx.alerts()}
    rows = [ResponseRow.of(row, alerts.get((row["survey_id"], row["response_id"]))) for row in tx.responses()]
    cases = tx.cases()
    by_hand = [
        KnownCase(
            case_id=row["case_id"],
            subject_id=row["subject_id"],
            received_at=_moment(row["received_at"]),
            kind=row["kind"],
        )
        for row in cases
        if not row["response_id"] and row["subject_id"] and row["scope"] == "customer"
    ]
    taken = [row["case_id"] for row in cases]
    touched = frozenset(tx.worked_on(but=(ACTOR, RULES), types=("PolicyApplied", "PiiRevealed")))
    return Known.of(rows, worked_on=touched, by_hand=by_hand, case_ids=taken)


def _moment(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


def _open(desk: Desk, tx: Writing, planned: TriagePlan) -> None:
    if not planned.opens:
        return
    desk.vault.prepare({opening.fields["subject_id"] for opening in planned.opens})
    policy = desk.house.said(tx).policy
    number = tx.next_number(len(planned.opens))
    under = {"policy": policy.id, "version": policy.version}
    by: dict[str, Any] = {"actor": ACTOR, "zone": desk.clock.zone_of(None)}  # in it clocks are told to people
    opened = (
        Command(name="open_case", fields={**opening.fields, "number": number + place}, at=opening.at, **by)
        for place, opening in enumerate(planned.opens)
    )
    adopted = Command(name="set_policy", fields=under, **by)
    desk.write_many(
        tx, ((opening.case_id, (), (each, adopted)) for opening, each in zip(planned.opens, opened, strict=True))
    )


def _noted(note: CaseNote) -> Command:
    """Return how another answer of the same customer is noted on a case: as a message of theirs."""
    survey_id, response_id = note.key
    fields: dict[str, Any] = {
        "channel": "survey", "words": note.words or None, "score": note.score, "response_id": response_id,
        "survey_id": survey_id,
    }  # fmt: skip
    return Command(name="customer_message", fields=fields, actor=ACTOR, at=note.at)
