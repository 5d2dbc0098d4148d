"""When a case goes higher: one case that does and one that does not for each reason."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.calendar.load import load_calendar, shelf, shipped_calendars
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.clock.escalation import Escalation, escalations
from closeloop.followup.clock.escalation_rules import EscalationRules, load_escalation
from closeloop.followup.state import CaseState, Cycle, Entry

CALENDARS = shelf([load_calendar(name) for name in shipped_calendars()])
START = dt.datetime(2026, 10, 16, 16, tzinfo=dt.UTC)


def at(hours: float) -> dt.datetime:
    return START + dt.timedelta(hours=hours)


def case(owner: str = "bo", **more: Any) -> CaseState:
    state = CaseState(case_id="C-1", version=1, stage="received", opened_at=START, cycles=[Cycle(1, START)])
    state.values = {"owner": owner} | more
    return state


def entry(hours: float, **fields: Any) -> Entry:
    return Entry(1, at(hours), "ann", 1, fields)


def late(hours: float, clock: str = "first_response", stopped: float | None = None) -> ClockReading:
    return ClockReading(
        clock=clock, cycle=1, unit="calendar_hours", started_at=START, read_at=at(100), state="breached",
        breached_at=at(hours), stopped_at=None if stopped is None else at(stopped),
    )  # fmt: skip


def due(state: CaseState, now: float, *readings: ClockReading) -> list[tuple[str, int]]:
    found = escalations(state, readings, at(now), load_escalation(), CALENDARS)
    return [(each.rule, each.level) for each in found if each.is_due]


def test_without_an_owner_after_its_time_and_at_once_when_it_is_grave() -> None:
    assert due(case(""), 3.9) == []
    assert due(case(""), 4) == [("unowned", 1)]
    assert due(case("", severity="severe"), 0) == [("unowned-severe", 2)]
    assert due(case("bo"), 1000) == []


def test_a_case_that_loses_its_owner_waits_from_then_on() -> None:
    state = case("")
    state.entries = {"handovers": [entry(10, owner="")]}
    assert due(state, 13) == []
    assert due(state, 14) == [("unowned", 1)]


def test_an_unanswered_message_and_one_that_was_answered() -> None:
    state = case()
    state.entries = {"messages": [entry(1)], "contacts": []}
    assert due(state, 24) == []
    assert due(state, 25) == [("unanswered", 1)]
    state.entries["contacts"] = [entry(2, direction="outbound", channel="phone", reached=False)]
    assert due(state, 25) == [("unanswered", 1)]
    state.entries["contacts"] = [entry(2, direction="outbound", channel="phone", reached=True, human=False)]
    assert due(state, 25) == [("unanswered", 1)]
    state.entries["contacts"] = [entry(2, direction="outbound", channel="phone", reached=True, human=True)]
    assert due(state, 25) == []
    state.entries["contacts"].append(entry(3, direction="inbound", channel="phone", reached=True))
    assert due(state, 27) == [("unanswered", 1)]


def test_late_at_once_and_higher_when_it_lasts() -> None:
    assert due(case(), 24, late(24)) == [("late", 1)]
    assert due(case(), 48, late(24)) == [("late-for-long", 2), ("late", 1)]
    assert due(case(), 48, late(24, stopped=30)) == []  # done meanwhile
    assert due(case(), 48, late(24, "action_due")) == []  # the customer does not feel it


def test_late_again_or_opened_again() -> None:
    assert due(case(), 31, late(24, stopped=25)) == []
    assert due(case(), 31, late(24, stopped=25), late(30, "resolution", stopped=31)) == [("repeated", 2)]
    again = case()
    again.cycles.append(Cycle(2, at(40)))
    assert due(again, 41) == []
    assert due(again, 41, late(24, stopped=25)) == [("repeated", 2)]


def test_an_escalation_of_which_nobody_takes_note() -> None:
    state = case()
    state.escalation = 1
    state.entries = {"escalations": [entry(10, level=1)]}
    assert due(state, 33) == []
    assert due(state, 34) == [("nobody-reacts", 3)]
    state.entries = {"escalations": [entry(10, level=1, acked_at="2026-10-17T03:00:00+00:00")]}
    assert due(state, 34) == []


def test_what_is_to_come_is_told_with_its_time_and_an_ended_case_goes_nowhere() -> None:
    (coming,) = escalations(case(""), [], at(1), load_escalation(), CALENDARS)
    assert isinstance(coming, Escalation)
    assert (coming.is_due, coming.at, str(coming.reason)) == (False, at(4), "Nobody owns the case.")
    ended = case("")
    ended.cycles[-1].ended_at = at(2)
    assert escalations(ended, [], at(100), load_escalation(), CALENDARS) == []


def test_waiting_times_can_be_working_hours() -> None:
    rules = EscalationRules.model_validate(
        {
            "id": "own", "title": "Own", "calendar": "weekdays-9-17", "levels": [{"level": 1, "name": "Lead"}],
            "rules": [{"id": "x", "when": "unowned", "level": 1, "after": {"amount": 4, "unit": "business_hours"}}],
        }
    )  # fmt: skip
    (found,) = escalations(case(""), [], at(20), rules, CALENDARS)
    assert f"{found.at:%a %H:%M}" == "Mon 12:00"
    with pytest.raises(ValueError, match="no calendar “weekdays-9-17”"):
        escalations(case(""), [], at(20), rules, {})


def test_rules_that_cannot_be_are_refused_with_their_lines(tmp_path: Path) -> None:
    good = {"id": "own", "title": "Own", "calendar": "24x7", "levels": [{"level": 1, "name": "Lead"}]}
    with pytest.raises(ValidationError, match="leads to level 2"):
        EscalationRules.model_validate(good | {"rules": [{"id": "x", "when": "unowned", "level": 2}]})
    twice = [{"id": "x", "when": "unowned", "level": 1}] * 2
    with pytest.raises(ValidationError, match="“x” is there twice"):
        EscalationRules.model_validate(good | {"rules": twice})
    file = tmp_path / "escalation.yaml"
    file.write_text(
        "format: 1\nid: own\nlanguages: [en]\ntitle: Own\ncalendar: 24x7\nlevels:\n  - {level: 1, name: Lead}\nrules:\n"
        "  - {id: a, when: tired, level: 1}\n  - {id: b, when: breached, level: 1, after: {amount: 4}}\n",
        encoding="utf-8",
    )
    with pytest.raises(SurveyDefinitionError) as caught:
        load_escalation(file)
    assert sorted((f.line, f.code) for f in caught.value.findings) == [(9, "not_a_choice"), (10, "missing_key")]


def test_the_shipped_figures_say_that_they_are_suggestions() -> None:
    for rule in load_escalation().rules:
        assert rule.source is not None
        if rule.after is not None and rule.id != "unanswered":
            assert "suggestion" in rule.source.en
