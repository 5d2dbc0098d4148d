"""The rows by which cases are found: derived from the events, and made again from them at any time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState

if TYPE_CHECKING:
    from closeloop.followup.clock.reading import ClockReading

_SET = (
    "subject_id", "owner", "team", "department", "severity", "kind", "scope", "channel", "form", "language", "code",
    "rule_id", "response_id", "survey_id", "problem_id", "parent_case_id", "policy",
)  # fmt: skip
NO_OWNER = "no_owner"
"""That nobody has taken a case on: due from the first moment, and late only by a clock or an escalation rule."""
_RUNNING = ("running", "breached")


def case_row(state: CaseState, due: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the row of a case.

    Parameters
    ----------
    state : CaseState
    due : sequence of mappings
        Its rows of `due_rows`; the first to fall due stands in the case's row.
    """
    row: dict[str, Any] = {name: state.value(name) for name in _SET}
    cycle = state.cycles[-1]
    timed = [each for each in due if each["kind"] != NO_OWNER]
    first = min(timed or due, key=lambda each: each["due_at"], default=None)
    return row | {
        "case_id": state.case_id,
        "number": state.value("number"),
        "stage": state.stage,
        "is_open": not stage_table().is_end(state.stage),
        "cycle": state.cycle,
        "hold": state.hold,
        "escalation": state.escalation,
        "safety": bool(state.value("safety")),
        "public_exposure": bool(state.value("public_exposure")),
        "score": state.value("score"),
        "merged_into": state.value("merged_into"),
        "opened_at": state.opened_at,
        "received_at": state.value("received_at") or state.opened_at,
        "stage_since": state.trail[-1][0],
        "first_response_at": cycle.first_response_at,
        "resolved_at": cycle.resolved_at,
        "confirmed_at": cycle.confirmed_at,
        "ended_at": cycle.ended_at,
        "outcome": cycle.outcome,
        "remeasure_on": state.value("remeasure_on"),
        "next_due_at": first["due_at"] if first else None,
        "next_due": first["kind"] if first else None,
        "version": state.version,
    }


def due_rows(state: CaseState, readings: Iterable[ClockReading]) -> list[dict[str, Any]]:
    """Return what will need somebody and when: clocks that run, tasks and promises among them, and a missing owner."""
    texts = {entry.seq: entry.get("what") for kind in ("tasks", "promises") for entry in state.added(kind)}
    rows = [
        _row(state, reading.clock, reading.due_at, reading.warns[0][1] if reading.warns else reading.due_at)
        | {
            "ref": str(reading.ref or reading.cycle),
            "owner": reading.owner or state.value("owner"),
            "text": texts.get(reading.ref) or "",
        }
        for reading in readings
        if reading.state in _RUNNING and reading.stopped_at is None and reading.due_at is not None
    ]
    if not state.value("owner") and state.stage and not stage_table().is_end(state.stage):
        rows.append(_row(state, NO_OWNER, state.opened_at, state.opened_at))
    return rows


def _row(state: CaseState, kind: str, due_at: dt.datetime | None, warn_at: dt.datetime | None) -> dict[str, Any]:
    return {
        "case_id": state.case_id, "kind": kind, "ref": "", "owner": None, "due_at": due_at,
        "warn_at": warn_at, "severity": state.value("severity"), "text": "",
    }  # fmt: skip
