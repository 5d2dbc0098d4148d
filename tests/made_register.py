"""A register with cases in every stage, written as events: what a board shows, without the work of weeks."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import closeloop as cl
from closeloop.followup.event import CaseEvent

NOW = "2026-10-13T09:40+08:00"
_AT = dt.datetime(2026, 10, 13, 1, 40, tzinfo=dt.UTC)
_WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("Acknowledged", "acknowledged", {"sent": True, "channel": "email"}),
    ("NatureConfirmed", "confirmed", {"remedy_sought": "refund"}),
    ("AnalysisStarted", "analysing", {}),
    ("Proposed", "proposed", {"option_ids": [6]}),
    ("Agreed", "agreed", {"option": 6}),
    ("ImplementationStarted", "implementing", {}),
    ("Resolved", "resolved", {"note": "refunded"}),
    ("CustomerConfirmed", "satisfied", {"channel": "phone"}),
    ("Reviewed", "learning", {}),
    ("Closed", "closed", {"no_problem": True}),
)
STAGES = ("received", *(stage for _, stage, _ in _WAY))


def opened(place: str | Path = ":memory:", *, actor: str = "Lin Mei", **how: Any) -> cl.Loop:
    """Give a loop at a fixed moment."""
    return cl.open_loop(place, **{"actor": actor, "now": NOW, "timezone": "Asia/Shanghai"} | how)


def add(
    loop: cl.Loop, stage: str = "received", *, hours: float = 3.0, hold: str = "", level: int = 0, **said: Any
) -> str:
    """Write a case that came `hours` ago and stands in a stage; what is said is put into its first event."""
    with loop._desk.store.writing() as tx:
        number = tx.next_number()
        case_id, at = f"C-{number:04d}", _AT - dt.timedelta(hours=hours)
        owner, problem = said.pop("owner", ""), said.pop("problem_id", "")
        first = {
            "number": number, "kind": "complaint", "channel": "survey", "form": "written", "scope": "customer",
            "subject_id": f"S-{number:08d}", "received_at": at.isoformat(), "rule_id": "detractor", "score": 3,
        }  # fmt: skip
        steps: list[tuple[str, str, dict[str, Any]]] = [("CaseOpened", "", first | said)]
        steps.append(("PolicyApplied", "", {"policy": "default", "version": 1}))
        steps += [("OwnerChanged", "", {"owner": owner})] if owner else []
        steps += _WAY[: STAGES.index(stage)]
        cause = {"cause": "Nobody can keep it", "level": "root", "problem_id": problem}
        steps += [("CauseLinked", "", cause)] if problem else []
        steps += [("HoldStarted", "", {"on": hold, "reason": "asked"})] if hold else []
        steps += [("Escalated", "", {"level": level, "reason": "late"})] if level else []
        before, events = "received", []
        for seq, (type_, to, fields) in enumerate(steps, start=1):
            payload = {**fields, "from": before, "to": to} if to else fields
            before = to or before
            events.append(
                CaseEvent(case_id=case_id, seq=seq, type=type_, at=at, recorded_at=at, actor="Lin Mei", payload=payload)
            )
        tx.append(case_id, 0, events)
    return case_id


def filled(place: str | Path = ":memory:", **how: Any) -> cl.Loop:
    """Give a loop with twelve open cases and three that have ended."""
    loop = opened(place, **how)
    add(loop, hours=30, code="promise_broken", severity="severe")
    add(loop, hours=3, code="response_speed", owner="Chen Yu")
    add(loop, hours=2, code="response_speed", channel="phone", score=0)
    add(loop, "acknowledged", hours=50, owner="Lin Mei", code="attitude", severity="major", level=2)
    add(loop, "analysing", hours=10, owner="Zhao Ning", code="process", hold="customer", score=6, problem_id="P-2")
    add(loop, "analysing", hours=20, owner="Chen Yu", code="promise_broken", severity="minor")
    add(loop, "proposed", owner="Lin Mei", code="defect", channel="email", problem_id="P-1")
    add(loop, "implementing", owner="Chen Yu", code="promise_broken", hold="third_party")
    add(loop, "resolved", owner="Zhao Ning", code="attitude")
    add(loop, "satisfied", owner="Lin Mei", code="process")
    add(loop, "satisfied", owner="Chen Yu", code="response_speed")
    add(loop, "learning", owner="Zhao Ning", code="defect", problem_id="P-1")
    for hours in (90, 80, 70):
        add(loop, "closed", hours=hours, owner="Chen Yu", code="defect")
    loop.rebuild()
    return loop
