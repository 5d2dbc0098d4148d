"""What a case itself can say in a letter: numbers, days, who sees to it, what was agreed; nothing that is sealed."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Any

from closeloop.followup.commands.values import utc_time
from closeloop.followup.event import is_said
from closeloop.followup.playbook.standards import standards_of

if TYPE_CHECKING:
    from closeloop.followup.state import CaseState, Entry


def letter_facts(state: CaseState, tag: str, zone: dt.tzinfo) -> dict[str, Any]:
    """Return gap → what the case says; the days are those of `zone`."""
    agreed = _entry(state, "options", state.value("agreed_option"))
    rejected = _last(state, "rejections")
    ended = _last(state, "resolutions")
    asked = [each for each in state.added("contacts", this_cycle=True) if each.get("direction") == "outbound"]
    number = state.value("number")
    facts = {
        "number": f"{number}" if number else state.case_id,
        "received_on": _day(state.value("received_at") or state.opened_at, zone),
        "owner": _plain(state.value("owner")),
        "wish": _plain(state.value("remedy_sought")),
        "next_update_on": _next_update(state, zone),
        "decision": None if agreed is None else _plain(agreed.get("text")),
        "remedy": None if agreed is None else _plain(agreed.get("text")),
        "done_by": None if agreed is None else agreed.get("due_on"),
        "reasons": _reasons(state, rejected),
        "outside_bodies": None if rejected is None else _plain(rejected.get("options_told")),
        "done_on": None if ended is None else _day(ended.at, zone),
        "attempts": len([each for each in asked if not each.get("reached")]) or None,
        "asked_on": _day(asked[-1].at, zone) if asked else None,
        "standard": _standard(state, tag),
    }
    if ended is not None and agreed is not None:
        facts["done"] = _plain(agreed.get("text"))
    return {name: value for name, value in facts.items() if value}


def _reasons(state: CaseState, rejected: Entry | None) -> str | None:
    if rejected is not None:
        return _plain(rejected.get("reason"))
    agreed = _last(state, "agreements")
    return None if agreed is None else _plain(agreed.get("why_chosen"))


def _next_update(state: CaseState, zone: dt.tzinfo) -> Any:
    """Return the day that the customer was told last, by a contact or a promise."""
    told = [(each.seq, each.get("next_update_on")) for each in state.added("contacts", this_cycle=True)]
    promised = [
        (each.seq, _day(each.get("due_at"), zone))
        for each in state.added("promises", this_cycle=True)
        if each.get("kept") is None and each.get("to") == "customer"
    ]
    days = [found for found in sorted([*told, *promised], key=lambda each: each[0]) if found[1]]
    return days[-1][1] if days else None


def _standard(state: CaseState, tag: str) -> str | None:
    found = [each for each in standards_of(state) if each.clause]
    return found[-1].named.in_language(tag) if found else None


def _last(state: CaseState, kind: str) -> Entry | None:
    found = state.added(kind, this_cycle=True)
    return found[-1] if found else None


def _entry(state: CaseState, kind: str, seq: object) -> Entry | None:
    return next((each for each in state.added(kind, this_cycle=True) if each.seq == seq), None)


def _plain(value: Any) -> str | None:
    return value if isinstance(value, str) and is_said(value) else None


def _day(value: Any, zone: dt.tzinfo) -> dt.date | None:
    time = value if isinstance(value, dt.datetime) else utc_time(value)
    return None if time is None else time.astimezone(zone).date()
