"""From the events of many cases to columns, in one pass."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any

from closeloop.followup.case.fold import fold
from closeloop.followup.event import CaseEvent
from closeloop.followup.measure.case_table import CASE, CYCLE, TABLES, CaseTable
from closeloop.followup.measure.columns import columns_of_rows, seconds
from closeloop.followup.stages.table import stage_table
from closeloop.followup.state import CaseState, Cycle

_NUMBERS = {"score"}
_FLAGS = {"safety", "public_exposure"}
_CYCLE_TIMES = tuple(name for name, kind in CYCLE.items() if kind == "time")

Rows = dict[str, list[tuple[Any, ...]]]
"""Of each table the rows, each with a value for every column in the order of `TABLES`."""


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
    ends = frozenset(stage_table().end_stages)
    for _, group in groupby(events, key=attrgetter("case_id")):
        history = [event for event in group if now is None or event.at <= now]
        if history:
            _add(rows, fold(history), history, ends)
    return CaseTable(**{name: columns_of_rows(kinds, rows[name], name) for name, kinds in TABLES.items()})


def _add(rows: Rows, state: CaseState, history: Sequence[CaseEvent], ends: frozenset[str]) -> None:
    """Add one case to the rows of every table."""
    place = len(rows["cases"])
    rows["cases"].append(_case(state, history, ends))
    for cycle in state.cycles:
        times = [seconds(getattr(cycle, name)) for name in _CYCLE_TIMES]
        rows["cycles"].append((place, cycle.number, *times, _ending(cycle.outcome, cycle)))
    moments = [seconds(at) for at, _, _ in state.trail]
    for (_, stage, number), entered, left in zip(state.trail, moments, [*moments[1:], math.nan], strict=True):
        if stage not in ends:
            rows["stays"].append((place, number, stage, entered, left))
    for hold in state.added("holds"):
        rows["holds"].append((place, hold.get("on"), seconds(hold.at), seconds(hold.get("ended_at"))))
    for made in state.added("promises"):
        rows["promises"].append((place, seconds(made.at), seconds(made.get("due_at")), made.get("kept")))
    _add_events(rows, state, history, place)


def _ending(stage: str, cycle: Cycle | None) -> str:
    """Return how a case ended: only the customer's own word makes it a confirmed end, whatever was imported says."""
    return "closed_unconfirmed" if stage == "closed" and (cycle is None or cycle.confirmed_at is None) else stage


def _case(state: CaseState, history: Sequence[CaseEvent], ends: frozenset[str]) -> tuple[Any, ...]:
    opened, received = seconds(state.opened_at), state.value("received_at")
    remeasured = next((event for event in history if event.type == "RemeasureReceived"), None)
    derived: dict[str, Any] = {
        "case_id": state.case_id, "hold": state.hold, "opened_at": opened,
        "stage": _ending(state.stage, state.cycles[-1] if state.cycles else None),
        "is_open": bool(state.stage) and state.stage not in ends,
        "received_at": opened if received is None else min(seconds(received), opened),
        "remeasure_score": _number(remeasured.payload.get("score")) if remeasured else None,
        "remeasured_at": seconds(remeasured.at) if remeasured else None,
        "remeasure_on": seconds(state.value("remeasure_on")),
    }  # fmt: skip
    return tuple(derived[name] if name in derived else _plain(name, state.value(name)) for name in CASE)


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
                    rows["handoffs"].append((place, seconds(event.at), group, to))
                group = to or group
            case "Agreed":
                chosen = said.get("option")
                agreed.update(one for one in (chosen if isinstance(chosen, list) else [chosen]) if isinstance(one, int))
            case _:
                pass
    for option in state.added("options"):
        cost = _number(option.get("cost"))
        for number, remedy in enumerate(option.get("remedies") or [""]):
            rows["options"].append(
                (place, option.cycle, option.get("family"), remedy, option.seq in agreed,
                 cost if number == 0 else None, option.get("currency"))
            )  # fmt: skip


def _contact(place: int, event: CaseEvent) -> tuple[Any, ...]:
    said: Mapping[str, Any] = event.payload
    outbound = event.type == "ContactAttempted" and said.get("direction") == "outbound"
    human, reached = said.get("human") is not False, said.get("reached") is not False
    return place, seconds(event.at), seconds(event.recorded_at), outbound, human, reached


def _plain(name: str, value: object) -> Any:
    """Return a value as its column takes it; None where it says nothing that counts."""
    if name in _NUMBERS:
        return _number(value)
    if name in _FLAGS:
        return bool(value)
    return None if value is None else str(value)


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
