"""Invented histories of cases, event by event: some end well, some wait, some come back."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np

from closeloop.followup.event import CaseEvent

FIRST = dt.datetime(2026, 1, 5, 8, tzinfo=dt.UTC)
CODES = ("delivery", "price", "staff_attitude", "refund", "app")
_SHARES = (0.38, 0.25, 0.2, 0.14, 0.03)
_CHANNELS = ("survey", "phone", "email", "social")


class History:
    """The events of one case in the making."""

    def __init__(self, case_id: str, at: dt.datetime) -> None:
        self.case_id, self.at, self.events, self.stage = case_id, at, [], "received"
        self.events: list[CaseEvent] = []

    def say(self, event: str, hours: float = 0.0, /, *, late: float = 0.1, **payload: Any) -> int:
        """Add an event so many hours later, written down `late` hours after; gives its number."""
        self.at += dt.timedelta(hours=hours)
        to = payload.get("to")
        if to is not None:
            payload["from"], self.stage = self.stage, to
        recorded = self.at + dt.timedelta(hours=late)
        seq = len(self.events) + 1
        written = CaseEvent(
            case_id=self.case_id, seq=seq, type=event, at=self.at, recorded_at=recorded, actor="li", payload=payload
        )
        self.events.append(written)
        return seq


def year(n: int = 600, *, seed: int = 11, days: float = 170.0) -> tuple[list[CaseEvent], list[dict[str, Any]]]:
    """Give the events of n cases and the slim rows of ten times as many responses."""
    rng = np.random.default_rng(seed)
    events: list[CaseEvent] = []
    rows: list[dict[str, Any]] = []
    for i in range(10 * n):
        at = FIRST + dt.timedelta(days=days * i / (10 * n))
        low = i % 10 == 0
        row: dict[str, Any] = {
            "survey_id": "relationship", "response_id": f"r{i}", "subject_id": f"S-{i % (8 * n)}", "answered_at": at,
            "scores": {"recommend": int(rng.integers(0, 7)) if low else int(rng.choice([7, 8, 9, 9, 10, 10]))},
            "qualifies": low, "contactable": bool(rng.random() < 0.94) if low else True,
        }  # fmt: skip
        rows.append(row)
        if not low:
            continue
        if rng.random() < 0.06:
            row |= {"outcome": "suppressed", "reason": "quiet_period"}
            continue
        case = history(rng, f"C-{i:05d}", row)
        row |= {"outcome": "case", "case_id": case.case_id}
        events += case.events
        last = case.at
        if rng.random() < 0.45:
            rows.append(
                {"survey_id": "complaint-closing", "response_id": f"c{i}", "subject_id": row["subject_id"],
                 "answered_at": last + dt.timedelta(days=2), "qualifies": False, "contactable": True, "scores": {
                     name: int(np.clip(rng.normal(5, 1.4), 1, 7)) for name in
                     ("felt_heard", "clear", "fair_procedure", "fair_treatment", "fair_outcome", "trust")
                 } | {"overall": int(np.clip(rng.normal(3.8, 1.1), 1, 5))}}
            )  # fmt: skip
            rows.append(
                {"survey_id": "complaint-closing", "response_id": f"b{i}", "subject_id": row["subject_id"],
                 "answered_at": at + dt.timedelta(hours=1), "qualifies": False, "contactable": True,
                 "scores": {"trust": int(np.clip(rng.normal(4, 1.4), 1, 7))}}
            )  # fmt: skip
    return events, rows


def history(rng: np.random.Generator, case_id: str, row: dict[str, Any]) -> History:
    """Give the events of one case."""
    case = History(case_id, row["answered_at"] + dt.timedelta(minutes=20))
    case.say(
        "CaseOpened", kind="complaint", channel=str(rng.choice(_CHANNELS, p=[0.6, 0.2, 0.17, 0.03])), scope="customer",
        subject_id=row["subject_id"], response_id=row["response_id"], survey_id=row["survey_id"],
        score=row["scores"]["recommend"], received_at=row["answered_at"].isoformat(), safety=bool(rng.random() < 0.02),
    )  # fmt: skip
    case.say("OwnerChanged", 1, owner="li", team="east", department="service")
    case.say("Acknowledged", float(rng.exponential(4)), to="acknowledged", sent=True)
    if rng.random() < 0.1:
        return case
    case.say(
        "ContactAttempted", float(rng.exponential(22)), direction="outbound", channel="phone", human=True,
        reached=True, late=float(rng.exponential(8)),
    )  # fmt: skip
    case.say("NatureConfirmed", 2, to="confirmed", code=str(rng.choice(CODES, p=_SHARES)), severity="major")
    case.say("AnalysisStarted", 5, to="analysing")
    if rng.random() < 0.15:
        return case
    if rng.random() < 0.3:
        case.say("OwnerChanged", 3, owner="wang", department="logistics")
    remedy = str(rng.choice(["refund", "apology", "replacement"], p=[0.5, 0.44, 0.06]))
    option = case.say(
        "OptionAdded", float(rng.exponential(60)), family="compensation", remedies=[remedy],
        cost=float(rng.integers(20, 200)), currency="CNY",
    )  # fmt: skip
    case.say("Proposed", 4, to="proposed", option_ids=[option])
    hold = case.say("HoldStarted", 1, on="customer", reason="asked")
    case.say("HoldEnded", float(rng.exponential(30)))
    if rng.random() < 0.05:
        case.say("Withdrawn", 3, to="withdrawn", reason="no wish to go on")
        return case
    case.say("Agreed", 2, to="agreed", option=option)
    promise = case.say("PromiseMade", what="refund", due_at=(case.at + dt.timedelta(days=3)).isoformat(), to="customer")
    case.say("ImplementationStarted", 3, to="implementing")
    case.say("Resolved", float(rng.exponential(50)), to="resolved")
    if rng.random() < 0.85:
        case.say("PromiseKept" if rng.random() < 0.9 else "PromiseBroken", promise=promise)
    if rng.random() < 0.3:
        case.say("NoAnswerTimeout", 200, to="closed_unconfirmed")
        return case
    case.say("CustomerConfirmed", float(rng.exponential(20)), to="satisfied", channel="phone")
    case.say("Reviewed", 5, to="learning")
    case.say("Closed", 5, to="closed", no_lesson=True, no_problem=True)
    if rng.random() < 0.08:
        case.say("Reopened", 24 * float(rng.integers(3, 50)), to="received", reason="again")
    elif rng.random() < 0.5:
        case.say("RemeasureReceived", 24 * 20, score=int(np.clip(row["scores"]["recommend"] + rng.integers(-1, 6), 0, 10)))
    assert hold
    return case
