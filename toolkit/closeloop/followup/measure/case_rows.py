"""From the events of many cases to columns, in one pass."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from closeloop.followup.case.fold import fold
from closeloop.followup.event import CaseEvent
from closeloop.followup.measure.case_table import CASE, TABLES, CaseTable
from closeloop.followup.measure.columns import blanks, seconds, stacked
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState

_DERIVED = {
    "case_id", "stage", "is_open", "hold", "received_at", "opened_at", "remeasure_score", "remeasured_at", "remeasure_on",
}  # fmt: skip
_SET = tuple(name for name in CASE if name not in _DERIVED)
_CYCLE_TIMES = ("began_at", "acknowledged_at", "first_response_at", "resolved_at", "confirmed_at", "ended_at")
_NUMBERS = {"score", "remeasure_score"}
_FLAGS = {"safety", "public_exposure"}

Rows = dict[str, list[dict[str, Any]]]


def case_table(events: Iterable[CaseEvent], *, now: dt.datetime | None = None) -> CaseTable:
    """Return the cases of events as columns.

    Parameters
    ----------
    events : iterable of CaseEvent
        Those of one case one after the other, in their order, as the store gives them.
    now : datetime, optional
        Events after it are left out, so that the same period gives the same figures at any later time.

    Returns
    -------
    CaseTable

    Examples
    --------
    >>> at = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> opened = CaseEvent(case_id="C-1", seq=1, type="CaseOpened", at=at, recorded_at=at, actor="Li Mei",
    ...                    payload={"kind": "complaint", "channel": "phone", "scope": "customer"})
    >>> case_table([opened]).cases["channel"].tolist()
    ['phone']
    """
    rows: Rows = {name: [] for name in TABLES}
    for _, group in groupby(events, key=attrgetter("case_id")):
        history = [event for event in group if now is None or event.at <= now]
        if history:
            _add(rows, fold(history), history)
    tables = {}
    for name, kinds in TABLES.items():
        tables[name] = stacked(rows[name], kinds, blanks(kinds))
    return CaseTable.of(**tables)


def _add(rows: Rows, state: CaseState, history: Sequence[CaseEvent]) -> None:
    """Add one case to the rows of every table."""
    place = len(rows["cases"])
    remeasured = [event for event in history if event.type == "RemeasureReceived"]
    first = remeasured[0] if remeasured else None
    case: dict[str, Any] = {name: _plain(name, state.value(name)) for name in _SET}
    opened = seconds(state.opened_at)
    received = state.value("received_at")
    case |= {
        "case_id": state.case_id, "stage": state.stage, "hold": state.hold,
        "is_open": bool(state.stage) and not stage_table().is_end(state.stage), "opened_at": opened,
        "received_at": opened if received is None else min(seconds(received), opened),
        "remeasure_score": _plain("remeasure_score", first.payload.get("score")) if first else None,
        "remeasured_at": seconds(first.at) if first else None, "remeasure_on": seconds(state.value("remeasure_on")),
    }  # fmt: skip
    rows["cases"].append(case)
    for cycle in state.cycles:
        times = {name: seconds(getattr(cycle, name)) for name in _CYCLE_TIMES}
        rows["cycles"].append({"case": place, "number": cycle.number, "outcome": cycle.outcome, **times})
    _add_stays(rows, state, place)
    for made in state.added("promises"):
        kept = made.get("kept")
        rows["promises"].append(
            {"case": place, "made_at": seconds(made.at), "due_at": seconds(made.get("due_at")),
             "kept": None if kept is None else float(kept)}
        )  # fmt: skip
    for hold in state.added("holds"):
        ended = hold.get("ended_at")
        rows["holds"].append(
            {"case": place, "on": hold.get("on") or "", "began_at": seconds(hold.at), "ended_at": seconds(ended)}
        )
    _add_events(rows, state, history, place)


def _add_stays(rows: Rows, state: CaseState, place: int) -> None:
    ends = [seconds(at) for at, _, _ in state.trail[1:]] + [None]
    for (at, stage, cycle), left in zip(state.trail, ends, strict=True):
        if not stage_table().is_end(stage):
            rows["stays"].append(
                {"case": place, "cycle": cycle, "stage": stage, "entered_at": seconds(at), "left_at": left}
            )


def _add_events(rows: Rows, state: CaseState, history: Sequence[CaseEvent], place: int) -> None:
    """Add what is told by single events: contacts with the time they were written, hand-offs, reviews, options."""
    agreed: set[int] = set()
    group = ""
    for event in history:
        said = event.payload
        match event.type:
            case "ContactAttempted" | "CustomerMessage":
                rows["contacts"].append(_contact(place, event))
            case "OwnerChanged":
                to = said.get("department") or said.get("team") or ""
                if group and to and to != group:
                    rows["handoffs"].append({"case": place, "at": seconds(event.at), "left": group, "to": to})
                group = to or group
            case "Agreed":
                chosen = said.get("option")
                agreed.update(one for one in (chosen if isinstance(chosen, list) else [chosen]) if isinstance(one, int))
            case "EffectReviewed":
                rows["reviews"].append(
                    {
                        "case": place, "at": seconds(event.at), "effective": str(said.get("effective") or ""),
                        "expected": _plain("score", said.get("expected")),
                        "observed": _plain("score", said.get("observed")),
                    }
                )  # fmt: skip
            case _:
                pass
    for option in state.added("options"):
        shared = {"case": place, "cycle": option.cycle, "family": option.get("family") or "",
                  "agreed": option.seq in agreed, "cost": _plain("score", option.get("cost")),
                  "currency": option.get("currency") or ""}  # fmt: skip
        for number, remedy in enumerate(option.get("remedies") or [""]):
            cost = shared["cost"] if number == 0 else None  # an option of several remedies costs once
            rows["options"].append(shared | {"remedy": remedy, "cost": cost})


def _contact(place: int, event: CaseEvent) -> dict[str, Any]:
    said: Mapping[str, Any] = event.payload
    outbound = event.type == "ContactAttempted" and said.get("direction") == "outbound"
    return {
        "case": place, "at": seconds(event.at), "recorded_at": seconds(event.recorded_at), "outbound": outbound,
        "human": said.get("human") is not False, "reached": said.get("reached") is not False,
    }  # fmt: skip


def _plain(name: str, value: object) -> Any:
    """Return a value as its column takes it; None where it says nothing that counts."""
    if name in _NUMBERS:
        return float(value) if _is_number(value) else None  # type: ignore[arg-type]
    if name in _FLAGS:
        return bool(value)
    return None if value is None else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
