"""What events add up to: nothing is lost, nothing is edited, and the order of reading them does not matter."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from closeloop.errors import CaseTransitionError
from closeloop.followup.case.findings import case_findings
from closeloop.followup.case.fold import fold
from closeloop.followup.case.history import history as log_of
from closeloop.followup.commands.table import command_table
from closeloop.followup.event import CaseEvent
from closeloop.followup.stages.table import stage_table

Make = Callable[..., Any]
NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
GATES = ("Acknowledged", "NatureConfirmed", "Agreed", "Resolved", ("CustomerConfirmed", "LateConfirmed"), "Reviewed")


def as_dict(state: Any) -> dict[str, Any]:
    return dataclasses.asdict(state)


def test_a_case_goes_all_the_way(new_case: Make) -> None:
    case = new_case().play()
    state = case.state
    assert (state.stage, state.cycle, state.version) == ("closed", 1, len(case.events))
    [cycle] = state.cycles
    assert cycle.outcome == "closed"
    times = [cycle.began_at, cycle.acknowledged_at, cycle.resolved_at, cycle.confirmed_at, cycle.ended_at]
    assert times == sorted(times)
    assert [stage for _, stage, _ in state.trail] == [
        "received", "acknowledged", "confirmed", "analysing", "proposed", "agreed", "implementing", "resolved",
        "satisfied", "learning", "closed",
    ]  # fmt: skip
    assert state.value("agreed_option") == case.names["first"]
    assert state.value("remeasure_on") == "2026-05-01"
    assert state.added("tasks")[0].get("evidence") == "signature of receipt"
    assert state.added("tasks")[0].get("done_at") == case.events[state.added("tasks")[0].seq + 1].at


def test_reopening_starts_a_cycle_and_keeps_the_times_of_the_one_before(new_case: Make) -> None:
    case = new_case().play()
    before = dataclasses.replace(case.state.cycles[0])
    case.wait(days=3)
    case.do("reopen", reason="it broke again")
    state = case.state
    assert (state.stage, state.cycle) == ("received", 2)
    assert state.cycles[0] == before
    assert state.cycles[1].began_at == case.now
    assert state.cycles[1].acknowledged_at is None
    assert state.value("owner") == "lin"
    assert state.added("tasks", this_cycle=True) == []
    assert len(state.added("tasks")) == 1
    case.do("acknowledge", sent=True, channel="phone")
    with pytest.raises(CaseTransitionError, match="has not agreed to our summary"):  # that of the first cycle is over
        case.do("confirm_nature")


def test_an_appeal_starts_a_cycle_too(new_case: Make) -> None:
    case = new_case().play("start_analysis")
    case.do("add_evidence", kind="complaint", what="note")
    case.do("reject", reason_code="no_grounds", second_person="wu", options_told="ombudsman")
    assert case.state.cycles[0].outcome == "rejected"
    case.do("appeal", reason="new photograph")
    assert (case.state.stage, case.state.cycle) == ("received", 2)


def test_a_late_confirmation_goes_on_in_the_same_cycle(new_case: Make) -> None:
    case = new_case().play("customer_message")
    for channel in ("phone", "email", "phone"):
        case.wait(days=3)
        case.do("record_contact", direction="outbound", channel=channel, reached=False)
    case.do("no_answer_timeout")
    assert case.state.cycles[0].outcome == "closed_unconfirmed"
    case.do("customer_message", channel="email", words="I was away; it works.")
    case.do("late_confirm")
    [cycle] = case.state.cycles
    assert (case.state.stage, cycle.outcome, cycle.ended_at) == ("satisfied", "", None)
    assert cycle.confirmed_at == case.now


def test_hold_and_escalation_stand_beside_the_stage(new_case: Make) -> None:
    case = new_case().play("propose")
    case.do("hold", on="third_party", reason="waiting for the part")
    case.do("escalate", level=2, reason="late")
    assert (case.state.stage, case.state.hold, case.state.escalation) == ("analysing", "third_party", 2)
    case.do("ack_escalation", actor="chen")
    assert case.state.added("escalations")[0].get("acked_at") == case.now
    case.do("resume")
    assert case.state.hold == ""
    assert case.state.added("holds")[0].get("ended_at") == case.now
    case.do("escalate", level=0, reason="settled with the manager")
    assert case.state.escalation == 0


def test_a_case_that_ends_is_no_longer_on_hold(new_case: Make) -> None:
    case = new_case().play("propose")
    case.do("hold", on="third_party", reason="waiting for the part")
    case.do("customer_message", channel="email", words="Forget it.")
    case.do("withdraw", words="Forget it.")
    assert (case.state.hold, case.state.stage) == ("", "withdrawn")
    assert case.state.added("holds")[0].get("ended_at") == case.now


def test_the_first_response_is_a_persons(new_case: Make) -> None:
    case = new_case().play("acknowledge")
    case.do("record_contact", direction="outbound", channel="email", human=False)
    case.do("record_contact", direction="outbound", channel="phone", reached=False)
    case.do("record_contact", direction="inbound", channel="phone", reached=True)
    assert case.state.cycles[0].first_response_at is None
    case.do("record_contact", direction="outbound", channel="email")
    first = case.now
    case.do("record_contact", direction="outbound", channel="phone", reached=True)
    assert case.state.cycles[0].first_response_at == first


def test_a_case_begins_when_it_was_received() -> None:
    opened = CaseEvent(
        case_id="C-1", seq=1, type="CaseOpened", at=NOON, recorded_at=NOON, actor="lin",
        payload={"channel": "letter", "received_at": "2026-03-01T08:00:00.000000Z"},
    )  # fmt: skip
    assert fold([opened]).cycles[0].began_at == dt.datetime(2026, 3, 1, 8, tzinfo=dt.UTC)
    assert fold([opened]).opened_at == NOON


def test_a_correction_adjusts_the_value_and_edits_nothing(new_case: Make) -> None:
    case = new_case().play("propose")
    wrong = next(e for e in case.events if e.type == "SeveritySet")
    before = list(case.events)
    case.do("correct", event=wrong.seq, field="severity", is_="severe", reason="somebody was hurt")
    assert case.state.value("severity") == "severe"
    assert case.events[: len(before)] == before
    assert wrong.payload["severity"] == "major"
    assert case.events[-1].payload["was"] == "major"
    case.do("correct", event=case.names["first"], field="cost", is_=280, reason="a slip")
    option = next(each for each in case.state.added("options") if each.seq == case.names["first"])
    assert option.get("cost") == 280
    opening = case.state.added("openings")[0].seq
    case.do("correct", event=opening, field="channel", is_="email", reason="it was a mail")
    assert case.state.value("channel") == "email"


def test_a_correction_of_what_no_longer_holds_leaves_the_value_alone(new_case: Make) -> None:
    case = new_case().play("propose")
    old = next(e.seq for e in case.events if e.type == "SeveritySet")
    case.do("set_severity", severity="severe")
    case.do("correct", event=old, field="severity", is_="minor", reason="it had been minor then")
    assert case.state.value("severity") == "severe"
    assert next(e for e in case.state.added("severities") if e.seq == old).get("severity") == "minor"


def test_unknown_events_and_illegal_steps_of_imported_history_do_no_harm(new_case: Make) -> None:
    case = new_case().play("acknowledge")
    seq = case.take("TicketTouched", by="crm")
    assert (case.state.version, case.state.stage) == (seq, "received")
    case.take("Closed", to="closed", **{"from": "received"})
    assert (case.state.stage, case.state.cycles[0].outcome) == ("closed", "closed")
    case.take("Closed", to="archived")
    assert case.state.stage == "archived"
    case.take("TaskDone", task=99, evidence="none")
    case.take("Escalated")
    assert (case.state.added("tasks"), case.state.escalation) == ([], 1)


def test_history_may_begin_in_the_middle() -> None:
    event = CaseEvent(
        case_id="C-1", seq=1, type="Reviewed", at=NOON, recorded_at=NOON, actor="x", payload={"to": "learning"}
    )
    state = fold([event])
    assert (state.stage, state.cycle, state.version, state.case_id) == ("learning", 1, 1, "C-1")


def test_folding_on_leaves_the_state_as_it_was(new_case: Make) -> None:
    case = new_case().play("propose")
    before = as_dict(case.state)
    fold([dataclasses.replace(case.events[-1], seq=99, type="Escalated", payload={"level": 3})], case.state)
    assert as_dict(case.state) == before


# What is tried in random walks; a walk starts somewhere on the way.
TRIED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("acknowledge", {"sent": True, "channel": "phone"}),
    ("confirm_nature", {"remedy_sought": "money"}),
    ("start_analysis", {}),
    ("propose", {}),
    ("propose", {"fast_track": True, "reason": "small"}),
    (
        "agree",
        {
            "option": "$first",
            "positions": {"customer": "a", "company": "b"},
            "interests": {"customer": "a", "company": "b"},
        },
    ),
    ("refuse", {"objection": "no"}),
    ("start", {}),
    ("resolve", {}),
    ("effect_short", {"note": "no effect"}),
    ("customer_confirms", {}),
    ("customer_denies", {"objection": "no"}),
    ("no_answer_timeout", {}),
    ("review", {}),
    ("close", {"no_lesson": "x", "no_problem": "x", "opt_out": "x"}),
    ("reopen", {"reason": "again"}),
    ("appeal", {"reason": "again"}),
    ("late_confirm", {}),
    ("withdraw", {"words": "forget it"}),
    ("reject", {"reason_code": "not_ours", "second_person": "wu", "options_told": "court"}),
    ("go_external", {"body": "court", "options_told": "court"}),
    ("ruling", {"ruling": "pay"}),
    ("customer_message", {"channel": "email", "words": "hello"}),
    ("playback", {"summary": "s", "agreed": True}),
    ("record_contact", {"direction": "outbound", "channel": "phone", "reached": False}),
    ("record_contact", {"direction": "outbound", "channel": "email", "reached": True}),
    ("offer", {"option": "$first", "channel": "phone"}),
    ("link_cause", {"cause": "c", "level": "root"}),
    ("add_task", {"what": "w", "owner": "wu", "due_on": "2026-04-01"}),
    ("task_done", {"task": "$task", "evidence": "e"}),
    ("assign", {"owner": "wu", "handover": "h"}),
    ("set_severity", {"severity": "minor", "reason": "r"}),
    ("hold", {"on": "third_party", "reason": "r"}),
    ("resume", {}),
    ("escalate", {"level": 1, "reason": "r"}),
    ("lesson", {"root": "r", "trigger": "t", "gains": "g", "losses": "l"}),
    ("correct", {"event": 1, "field": "channel", "is_": "chat", "reason": "r"}),
)
STARTS = ("acknowledge", "confirm_nature", "propose", "agree", "start", "resolve", "customer_confirms", "close", "")


@settings(max_examples=60, deadline=None)
@given(start=st.sampled_from(STARTS), walk=st.lists(st.tuples(st.sampled_from(TRIED), st.integers(0, 60)), max_size=25))
def test_random_walks_keep_the_invariants(new_case: Make, start: str, walk: list[Any]) -> None:
    case = new_case().play(start)
    for (command, fields), hours in walk:
        case.wait(hours=hours)
        before = (as_dict(case.state), len(case.events))
        try:
            case.do(command, **fields)
        except (CaseTransitionError, ValueError, KeyError):  # refused, or of an entry that this walk has not
            assert (as_dict(case.state), len(case.events)) == before
    check_invariants(case)


def check_invariants(case: Any) -> None:
    state, stages = case.state, stage_table()
    assert state.version == len(case.events) == case.events[-1].seq
    assert stages.stage(state.stage) is not None
    legal = {(each.source, each.target) for each in stages.transitions}
    assert all((a[1], b[1]) in legal for a, b in zip(state.trail, state.trail[1:], strict=False))
    assert state.trail[-1][1] == state.stage
    assert state.cycle == 1 + sum(e.type in {"Reopened", "Appealed"} for e in case.events)
    assert all(cycle.outcome for cycle in state.cycles[:-1])
    assert bool(state.cycles[-1].outcome) == stages.is_end(state.stage)
    assert state.hold == "" or not stages.is_end(state.stage) or state.stage == "external"
    cycle_events: list[set[str]] = [set()]
    for event in case.events:
        if event.type in {"Reopened", "Appealed"}:
            cycle_events.append(set())
        cycle_events[-1].add(event.type)
    for cycle, types in zip(state.cycles, cycle_events, strict=True):
        if cycle.outcome == "closed":
            assert all(types & ({gate} if isinstance(gate, str) else set(gate)) for gate in GATES)
    half = len(case.events) // 2
    assert as_dict(fold(case.events[half:], fold(case.events[:half]))) == as_dict(fold(case.events)) == as_dict(state)


TYPES = st.sampled_from([*(c.event for c in command_table().commands.values()), "ClockBreached", "Imported"])
VALUES = (
    st.none()
    | st.booleans()
    | st.integers(0, 9)
    | st.sampled_from(["minor", "lin", "closed", "received", "2026-03-02", ["training"], [1, 2], {"customer": "x"}])
    | st.sampled_from([{"private": 4}, "2026-03-02T10:00:00.000000Z", "soon", ""])
)
PAYLOADS = st.dictionaries(
    st.sampled_from(["to", "from", "severity", "owner", "task", "option", "on", "level", "event", "field", "is", "was",
                     "promise", "direction", "human", "reached", "channel", "into", "words", "received_at",
                     "option_ids", "positions", "interests", "remeasure_on", "remedies", "due_at", "kept", "kept_at",
                     "kind", "state", "team", "role", "who", "reachable_by", "ended_at", "cause", "treats_level",
                     "agreed", "evidence"]),
    VALUES, max_size=5,
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(TYPES, PAYLOADS), max_size=30), st.data())
def test_any_history_can_be_folded_in_any_parts_and_judged(history: list[Any], data: st.DataObject) -> None:
    events = [
        CaseEvent(
            case_id="C-1",
            seq=place,
            type=type_,
            at=NOON + dt.timedelta(minutes=place),
            recorded_at=NOON,
            actor="x",
            payload=payload,
        )
        for place, (type_, payload) in enumerate(history, start=1)
    ]
    cut = data.draw(st.integers(0, len(events)))
    state = fold(events)
    assert state.version == len(events)
    assert as_dict(fold(events[cut:], fold(events[:cut]))) == as_dict(state)
    found = case_findings(state, events, [], NOON + dt.timedelta(days=30))
    assert len(str(found)) > 0
    assert len(log_of(events).rows()) == len(events)
