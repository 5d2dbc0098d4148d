"""Clocks of a case: what starts, stops and pauses them, and what a later change cannot take back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import pytest

from closeloop.followup.calendar.calendar import Calendar
from closeloop.followup.calendar.load import load_calendar, shelf, shipped_calendars
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.clock.delivery import deliver_at
from closeloop.followup.clock.explain import explain
from closeloop.followup.clock.policy import Policy
from closeloop.followup.clock.policy_file import load_policy
from closeloop.followup.clock.reading import read_clocks
from closeloop.followup.clock.suggestions import lesson_tags, record_lags, slow_days, suggested_codes
from closeloop.followup.event import CaseEvent

CALENDARS = shelf([load_calendar(name) for name in shipped_calendars()])
FRIDAY = dt.datetime(2026, 10, 16, 16, tzinfo=dt.UTC)  # 9–17 UTC, eight hours a day


def at(hours: float) -> dt.datetime:
    """Give the time so many hours after Friday 16:00."""
    return FRIDAY + dt.timedelta(hours=hours)


def case(*happened: tuple[float, str, dict[str, Any]], **opening: Any) -> list[CaseEvent]:
    """Give a case that was opened on Friday 16:00, and what happened so many hours later."""
    told = [(0.0, "CaseOpened", {"kind": "complaint", "channel": "email"} | opening), *happened]
    return [
        CaseEvent(case_id="C-1", seq=seq, type=type_, at=at(hours), recorded_at=at(hours), actor="ann", payload=payload)
        for seq, (hours, type_, payload) in enumerate(told, 1)
    ]


def policy(version: int = 1, calendar: str = "weekdays-9-17", **targets: Any) -> Policy:
    """Give the default policy with these targets."""
    return Policy.model_validate(
        {"id": "default", "version": version, "title": "Test", "calendar": calendar, "targets": targets}
    )


def hours(amount: float, unit: str = "calendar_hours", **more: Any) -> list[dict[str, Any]]:
    """Give one target for all cases."""
    return [{"amount": amount, "unit": unit, **more}]


def read(events: Sequence[CaseEvent], now: float, *policies: Policy) -> list[ClockReading]:
    return list(read_clocks(events, shelf(policies or [load_policy("default")]), CALENDARS, at(now)))


def one(readings: Sequence[ClockReading], clock: str, cycle: int = 1) -> ClockReading:
    found = [reading for reading in readings if (reading.clock, reading.cycle) == (clock, cycle)]
    assert len(found) == 1, found
    return found[0]


def reached(**more: Any) -> dict[str, Any]:
    return {"direction": "outbound", "channel": "phone", "reached": True, "human": True} | more


# --- the unit ---


@pytest.mark.parametrize(
    ("amount", "unit", "due"),
    [
        (24, "calendar_hours", "Sat 17 Oct 16:00"),
        (24, "business_hours", "Wed 21 Oct 16:00"),
        (1, "working_days", "Mon 19 Oct 16:00"),
    ],
)
def test_friday_sixteen_plus_twenty_four_depends_on_the_unit(amount: int, unit: str, due: str) -> None:
    reading = one(read(case(), 1, policy(first_response=hours(amount, unit))), "first_response")
    assert reading.due_at is not None
    assert f"{reading.due_at:%a %d %b %H:%M}" == due
    assert reading.unit == unit


def test_only_the_first_response_has_a_target_until_the_team_sets_one() -> None:
    readings = read(case(), 1)
    assert {r.clock for r in readings if r.target is not None} == {"first_response"}
    first = one(readings, "first_response")
    assert (first.target, first.unit, first.due_at) == (24 * 3600, "calendar_hours", at(24))
    assert {r.state for r in readings if r.clock != "first_response"} == {"not_set"}


# --- what stops a clock ---


@pytest.mark.parametrize(
    ("contact", "stops"),
    [
        (reached(), True),
        (reached(reached=False), False),  # nobody took the call
        (reached(human=False), False),  # a machine answered
        (reached(human=False, channel="email", reached=None), False),
        (reached(channel="email", reached=None), True),  # sent
        (reached(channel="email", reached=False), False),  # came back
        (reached(direction="inbound"), False),  # the customer called us
        (reached(reached=None), False),  # a call of which nobody says whether it was taken
    ],
)
def test_only_a_person_who_reaches_the_customer_stops_the_first_response(contact: dict[str, Any], stops: bool) -> None:
    reading = one(read(case((2, "ContactAttempted", contact)), 5), "first_response")
    assert (reading.met_at == at(2)) is stops
    assert reading.state == ("met" if stops else "running")
    assert reading.elapsed_s == (2 if stops else 5) * 3600


def test_a_confirmation_of_receipt_stops_acknowledge_but_not_the_first_response() -> None:
    rules = policy(acknowledge=hours(2), first_response=hours(24))
    readings = read(case((1, "Acknowledged", {"sent": True, "channel": "email"})), 3, rules)
    assert one(readings, "acknowledge").state == "met"
    assert one(readings, "first_response").state == "running"


def test_where_nobody_can_be_told_acknowledge_does_not_apply() -> None:
    told = {"sent": False, "no_channel_reason": "no address"}
    assert one(read(case((1, "Acknowledged", told)), 3, policy(acknowledge=hours(2))), "acknowledge").state == "void"


def test_the_clock_runs_from_receipt_not_from_the_record() -> None:
    events = case(received_at=at(-5).isoformat())
    reading = one(read(events, 1), "first_response")
    assert (reading.started_at, reading.due_at, reading.elapsed_s) == (at(-5), at(19), 6 * 3600)


def test_met_exactly_at_the_due_date_is_in_time_and_one_microsecond_later_is_not() -> None:
    events = case((24, "ContactAttempted", reached()))
    assert one(read(events, 30), "first_response").state == "met"
    late = case((24 + 1e-6 / 3600 * 1.01, "ContactAttempted", reached()))
    reading = one(read(late, 30), "first_response")
    assert (reading.state, reading.breached_at) == ("met_late", at(24))


def test_what_happened_after_now_is_not_known_yet() -> None:
    events = case((30, "ContactAttempted", reached()))
    assert one(read(events, 20), "first_response").state == "running"
    assert one(read(events, 25), "first_response").state == "breached"
    assert one(read(events, 31), "first_response").state == "met_late"
    assert read(events, -1) == []
    late = one(read(events, 24 * 3000), "first_response")
    assert late.elapsed_s == 30 * 3600


def test_a_solution_that_the_customer_turns_down_is_none() -> None:
    rules = policy(resolution=hours(100))
    events = case((10, "Resolved", {}), (20, "CustomerDenied", {"objection": {"private": 3}}))
    assert one(read(events[:2], 15, rules), "resolution").state == "met"
    again = one(read(events, 30, rules), "resolution")
    assert (again.state, again.elapsed_s) == ("running", 30 * 3600)
    pausable = one(read(events, 30, policy(resolution=hours(100, pausable=True))), "resolution")
    assert pausable.elapsed_s == 20 * 3600  # while the customer tried it, the customer was to act
    assert [(p.on, p.valid) for p in pausable.pauses] == [("confirmation", True)]


def test_cancelled_by_a_merge_unless_it_was_late_before() -> None:
    events = case((10, "Merged", {"into": "C-2"}))
    assert one(read(events, 50), "first_response").state == "cancelled"
    late = one(read(case((30, "Withdrawn", {})), 50), "first_response")
    assert (late.state, late.breached_at, late.stopped_at, late.is_open) == ("breached", at(24), at(30), False)


# --- pauses ---

WAIT = {"on": "customer", "reason": "asked for the bill"}


def test_waiting_for_the_customer_pauses_only_what_may_pause() -> None:
    rules = policy(first_response=hours(24), resolution=hours(48, pausable=True))
    events = case((2, "HoldStarted", WAIT), (12, "HoldEnded", {}))
    readings = read(events, 20, rules)
    first, end = one(readings, "first_response"), one(readings, "resolution")
    assert (first.elapsed_s, first.due_at) == (20 * 3600, at(24))
    assert (end.elapsed_s, end.due_at) == (10 * 3600, at(58))
    assert [(p.valid, p.reason) for p in first.pauses] == [(False, "not_pausable")]
    assert one(read(events, 5, rules), "resolution").state == "paused"


def test_a_pause_is_void_from_the_customers_message_on() -> None:
    rules = policy(resolution=hours(48, pausable=True))
    asked = (1, "ContactAttempted", reached(channel="email", reached=None))
    answered = (6, "CustomerMessage", {"channel": "email"})
    reading = one(read(case(asked, (2, "HoldStarted", WAIT), answered, (12, "HoldEnded", {})), 20, rules), "resolution")
    assert [(p.start, p.end, p.valid, p.reason) for p in reading.pauses] == [
        (at(2), at(6), True, ""), (at(6), at(12), False, "customer_answered"),
    ]  # fmt: skip
    assert (reading.elapsed_s, reading.due_at) == (16 * 3600, at(52))


def test_a_pause_that_begins_after_the_customer_answered_is_void_as_a_whole() -> None:
    rules = policy(resolution=hours(48, pausable=True))
    asked = (1, "ContactAttempted", reached(channel="email", reached=None))
    answered = (2, "CustomerMessage", {"channel": "email"})
    reading = one(read(case(asked, answered, (3, "HoldStarted", WAIT)), 20, rules), "resolution")
    assert [(p.valid, p.reason) for p in reading.pauses] == [(False, "customer_answered")]
    assert (reading.elapsed_s, reading.state) == (20 * 3600, "running")


def test_a_summary_agreed_to_in_the_same_talk_does_not_make_the_question_at_its_end_void() -> None:
    rules = policy(resolution=hours(48, pausable=True))
    talk = (1, "ContactAttempted", reached()), (1.1, "PlaybackAgreed", {"agreed": True})
    reading = one(read(case(*talk, (1.2, "HoldStarted", WAIT)), 20, rules), "resolution")
    assert [p.valid for p in reading.pauses] == [True]


def test_a_third_party_pauses_the_internal_clock_alone() -> None:
    rules = policy(resolution=hours(48, pausable=True), resolution_internal=hours(48, pausable=True))
    events = case((2, "HoldStarted", {"on": "third_party", "reason": "lab"}), (12, "HoldEnded", {}))
    readings = read(events, 20, rules)
    assert one(readings, "resolution").elapsed_s == 20 * 3600
    assert one(readings, "resolution_internal").elapsed_s == 10 * 3600


def test_a_longest_pause_and_an_end_of_the_hold_are_kept() -> None:
    longest = {"amount": 4, "unit": "calendar_hours"}
    rules = policy(resolution=hours(48, pausable=True, max_pause=longest))
    twice = case((1, "HoldStarted", WAIT), (4, "HoldEnded", {}), (5, "HoldStarted", WAIT))
    reading = one(read(twice, 20, rules), "resolution")
    assert [(p.start, p.end, p.valid, p.reason) for p in reading.pauses] == [
        (at(1), at(4), True, ""), (at(5), at(6), True, ""), (at(6), at(20), False, "too_long"),
    ]  # fmt: skip
    assert reading.elapsed_s == 16 * 3600
    until = case((1, "HoldStarted", WAIT | {"until": at(3).isoformat()}))
    readings = read(until, 20, policy(resolution=hours(48, pausable=True)))
    assert one(readings, "resolution").elapsed_s == 18 * 3600
    assert one(readings, "hold_expired").state == "breached"  # it is its owner's again


# --- what changes on the way ---


def test_a_new_policy_keeps_the_time_that_has_passed() -> None:
    change = (10, "PolicyApplied", {"policy": "default", "version": 2})
    first, second = policy(1, resolution=hours(48)), policy(2, resolution=hours(20))
    start = (0, "PolicyApplied", {"policy": "default", "version": 1})
    reading = one(read(case(start, change), 15, first, second), "resolution")
    assert (reading.elapsed_s, reading.due_at, reading.policy) == (15 * 3600, at(20), "default@2")
    assert reading.state == "running"
    assert len(reading.notes) == 1


def test_nobody_is_late_by_a_rule_before_it_holds() -> None:
    start = (0, "PolicyApplied", {"policy": "default", "version": 1})
    change = (10, "PolicyApplied", {"policy": "default", "version": 2})
    rules = policy(1, resolution=hours(48)), policy(2, resolution=hours(4))
    reading = one(read(case(start, change), 15, *rules), "resolution")
    assert (reading.due_at, reading.breached_at, reading.state) == (at(10), at(10), "breached")


def test_what_was_late_stays_late_under_a_kinder_policy() -> None:
    start = (0, "PolicyApplied", {"policy": "default", "version": 1})
    change = (10, "PolicyApplied", {"policy": "default", "version": 2})
    rules = policy(1, resolution=hours(4)), policy(2, resolution=hours(100))
    reading = one(read(case(start, change), 15, *rules), "resolution")
    assert (reading.breached_at, reading.state, reading.due_at) == (at(4), "breached", at(100))
    done = one(read(case(start, change, (12, "Resolved", {})), 15, *rules), "resolution")
    assert done.state == "met_late"


def test_a_graver_severity_brings_its_own_target_from_then_on() -> None:
    rules = policy(resolution=[*hours(48), *hours(20, severity="severe")])
    events = case((10, "SeveritySet", {"severity": "severe"}))
    assert one(read(events, 5, rules), "resolution").due_at == at(48)
    assert one(read(events, 15, rules), "resolution").due_at == at(20)


def test_a_unit_that_changes_measures_the_whole_time_anew() -> None:
    start = (0, "PolicyApplied", {"policy": "default", "version": 1})
    change = (10, "PolicyApplied", {"policy": "default", "version": 2})
    rules = policy(1, resolution=hours(100)), policy(2, resolution=hours(2, "business_hours"))
    reading = one(read(case(start, change), 70, *rules), "resolution")  # Monday 14:00
    assert reading.due_at == at(66)  # one hour on Friday, one on Monday
    assert reading.elapsed_s == 6 * 3600


@pytest.mark.parametrize(
    ("opening", "amount"),
    [
        ({}, 24), ({"kind": "enquiry"}, 8), ({"kind": "suggestion"}, 72), ({"channel": "social"}, 4),
        ({"channel": "social", "kind": "enquiry", "severity": "severe"}, 1),
    ],
)  # fmt: skip
def test_kinds_channels_and_severities_have_times_of_their_own(opening: dict[str, str], amount: int) -> None:
    rules = policy(
        first_response=[
            *hours(24), *hours(8, kind="enquiry"), *hours(72, kind=["suggestion", "other"]),
            *hours(4, channel="social"), *hours(1, channel="social", severity="severe"),
        ]
    )  # fmt: skip
    assert one(read(case(**opening), 0.5, rules), "first_response").due_at == at(amount)


def test_a_case_that_is_opened_again_has_clocks_of_its_own_and_keeps_the_old_ones() -> None:
    rules = policy(first_response=hours(24), resolution=hours(48))
    answered, solved = (1, "ContactAttempted", reached()), (60, "Resolved", {})
    closed = (70, "CustomerConfirmed", {}), (80, "Closed", {"lesson": 1})
    again = (200, "Reopened", {"reason": "broken once more"}), (200.2, "ContactAttempted", reached())
    readings = read(case(answered, solved, *closed, *again), 210, rules)
    assert one(readings, "resolution", 1).state == "met_late"
    assert one(readings, "resolution", 1).met_at == at(60)
    assert one(readings, "first_response", 1).elapsed_s == 3600
    second = one(readings, "first_response", 2)
    assert second.started_at == at(200)
    assert second.elapsed_s == pytest.approx(720)  # twelve minutes, not eight days
    assert second.state == "met"
    assert one(readings, "resolution", 2).state == "running"


def test_an_unknown_policy_or_calendar_is_named() -> None:
    events = case((0, "PolicyApplied", {"policy": "gold", "version": 3}))
    with pytest.raises(ValueError, match="no policy “gold@3”"):
        read(events, 1)
    with pytest.raises(ValueError, match="no calendar “moon”"):
        read(case(), 1, policy(calendar="moon", first_response=hours(24)))
    with pytest.raises(ValueError, match="no zone"):
        read_clocks(case(), {}, CALENDARS, dt.datetime(2026, 10, 16))  # noqa: DTZ001


def test_a_correction_of_when_it_was_received_moves_the_clock() -> None:
    fix = {"event": 1, "field": "received_at", "was": None, "is": at(-2).isoformat(), "reason": "postmark"}
    assert one(read(case((3, "Corrected", fix)), 5), "first_response").due_at == at(22)


# --- clocks that end on a named day ---


def test_the_next_update_is_due_when_the_promised_day_closes() -> None:
    told = (1, "ContactAttempted", reached(next_update_on="2026-10-20"))
    again = (90, "ContactAttempted", reached(channel="email", reached=None))
    closes = dt.datetime(2026, 10, 20, 17, tzinfo=dt.UTC)
    running = one(read(case(told), 20, policy(first_response=hours(24))), "next_update")
    assert (running.state, running.due_at, running.unit) == ("running", closes, "date")
    assert one(read(case(told, again), 100, policy()), "next_update").state == "met"
    assert one(read(case(told), 100, policy()), "next_update").state == "breached"


def test_a_policy_can_ask_for_updates_without_a_promise() -> None:
    rules = policy(next_update=hours(2, "working_days"))
    reading = one(read(case((1, "ContactAttempted", reached())), 20, rules), "next_update")
    assert reading.due_at == dt.datetime(2026, 10, 20, 17, tzinfo=dt.UTC)


def test_tasks_and_promises_are_due_and_done_one_by_one() -> None:
    first = (1, "TaskAdded", {"what": "refund", "owner": "bo", "due_on": "2026-10-19"})
    second = (1, "TaskAdded", {"what": "letter", "owner": "cy", "due_on": "2026-10-19"})
    moved = (2, "TaskChanged", {"task": 3, "due_on": "2026-10-21", "owner": "di"})
    done = (3, "TaskDone", {"task": 2, "evidence": "receipt"})
    promised = (1, "PromiseMade", {"what": "call", "due_at": at(10).isoformat(), "to": "customer"})
    readings = read(case(first, second, moved, done, promised), 100)
    tasks = [(r.ref, r.state, r.owner, r.due_at and r.due_at.day) for r in readings if r.clock == "action_due"]
    assert tasks == [(2, "met", "bo", 20), (3, "running", "di", 22)]  # round the clock: a day is over at midnight
    promise = one(readings, "promise")
    assert (promise.state, promise.breached_at) == ("breached", at(10))
    kept = case(promised, (5, "PromiseKept", {"promise": 2}))
    assert one(read(kept, 100), "promise").state == "met"
    broken = one(read(case(promised, (5, "PromiseBroken", {"promise": 2, "reason": "ill"})), 100), "promise")
    assert (broken.state, broken.breached_at, broken.is_open) == ("breached", at(5), False)


def test_a_named_day_is_over_where_it_was_named() -> None:
    task = {"what": "refund", "owner": "bo", "due_on": "2026-10-19"}
    event = CaseEvent(
        case_id="C-1", seq=2, type="TaskAdded", at=at(1), recorded_at=at(1), actor="ann", zone="Asia/Shanghai",
        payload=task,
    )  # fmt: skip
    midnight = shanghai(10, 20, 0)
    assert one(read([*case(), event], 5), "action_due").due_at == midnight
    office = policy(calendar="weekdays-9-18")
    assert one(read([*case(), event], 5, office), "action_due").due_at == shanghai(10, 19, 18)


def test_asking_again_goes_on_after_the_case_is_closed() -> None:
    events = case((10, "Closed", {"remeasure_on": "2026-10-30"}))
    assert one(read(events, 20), "remeasure").state == "running"
    assert one(read(events, 24 * 30), "remeasure").state == "breached"
    answered = [*events, *case((0, "x", {}), (200, "RemeasureReceived", {"score": 9}))[2:]]
    assert one(read(answered, 24 * 30), "remeasure").state == "met"


def test_the_review_of_the_effect_is_due_on_the_day_fixed_before() -> None:
    option = (1, "OptionAdded", {"text": "new carrier", "effect_by": "2026-11-16"})
    agreed = (2, "Agreed", {"option": 2})
    reviewed = (3, "EffectReviewed", {"option": 2, "effective": "yes"})
    assert one(read(case(option, agreed), 24 * 32), "effect_review").state == "breached"
    assert one(read(case(option, agreed, reviewed), 24 * 32), "effect_review").state == "met"


# --- warnings ---


def test_warnings_pass_at_half_three_quarters_and_all_of_the_target() -> None:
    levels = [one(read(case(), now), "first_response").warn_levels for now in (11, 12, 18, 23.9, 24, 30)]
    assert levels == [(), (50,), (50, 75), (50, 75), (50, 75, 100), (50, 75, 100)]
    assert one(read(case(), 1), "first_response").warns == ((50, at(12)), (75, at(18)), (100, at(24)))


def test_warnings_wait_for_the_owners_hours_unless_safety_is_at_stake() -> None:
    office, saturday = CALENDARS["weekdays-9-17"], at(12)
    assert deliver_at(saturday, office) == dt.datetime(2026, 10, 19, 9, tzinfo=dt.UTC)
    assert deliver_at(saturday, office, safety=True) == saturday
    monday = dt.datetime(2026, 10, 19, 11, tzinfo=dt.UTC)
    assert deliver_at(monday, office) == monday


# --- what follows from the clocks ---


def test_a_late_first_response_suggests_its_code_and_the_first_tag_of_the_lesson() -> None:
    late = read(case((30, "ContactAttempted", reached())), 40)
    in_time = read(case((3, "ContactAttempted", reached())), 40)
    assert suggested_codes(late) == ("response_speed",)
    assert lesson_tags(late) == ("slow reaction",)
    assert slow_days(late) == 1.25
    assert suggested_codes(in_time) == lesson_tags(in_time) == ()


def test_the_suggested_code_is_one_of_the_codebook() -> None:
    from closeloop.themes.codebooks.codebook_file import load_codebook

    codes = {code.id for code in load_codebook("conflict-types").codes}
    assert set(suggested_codes(read(case(), 30))) <= codes
    assert suggested_codes(read(case(), 30))


def test_the_lag_between_contact_and_record_is_known() -> None:
    call = CaseEvent(case_id="C-1", seq=2, type="ContactAttempted", at=at(1), recorded_at=at(4), actor="ann")
    assert [(lag.seq, lag.seconds) for lag in record_lags([*case(), call])] == [(2, 3 * 3600)]


# --- explanations ---


def shanghai(month: int, day: int, hour: int, minute: int = 0) -> dt.datetime:
    return dt.datetime(2026, month, day, hour, minute, tzinfo=dt.timezone(dt.timedelta(hours=8))).astimezone(dt.UTC)


def holiday_case() -> list[CaseEvent]:
    told = [
        (shanghai(9, 24, 15, 20), "CaseOpened", {"kind": "complaint"}),
        (shanghai(9, 28, 10), "HoldStarted", WAIT),
        (shanghai(9, 29, 15), "CustomerMessage", {}),
        (shanghai(9, 30, 11), "HoldEnded", {}),
    ]
    return [
        CaseEvent(case_id="C-1", seq=seq, type=type_, at=when, recorded_at=when, actor="ann", payload=payload)
        for seq, (when, type_, payload) in enumerate(told, 1)
    ]


def test_an_explanation_adds_up_and_names_holidays_make_up_days_and_pauses() -> None:
    rules = policy(calendar="example-with-make-up-days", resolution=hours(10, "working_days", pausable=True))
    now = shanghai(10, 9, 16, 30)
    reading = one(list(read_clocks(holiday_case(), shelf([rules]), CALENDARS, now)), "resolution")
    why = explain(reading, CALENDARS)
    assert why.elapsed_s == reading.elapsed_s == 45 * 3600 + 600  # by hand: 2:40+8+8+1+3+8+8+6:30 hours
    assert sum(span.seconds for span in why.spans) == reading.target == 75 * 3600
    by_day = {span.day.isoformat(): span for span in why.spans}
    assert [by_day[day].kind for day in ("2026-10-03", "2026-09-27", "2026-09-26")] == ["holiday", "rest", "counted"]
    assert by_day["2026-09-26"].make_up
    frame = why.to_frame()
    assert frame["seconds"].sum() == reading.target
    assert frame.loc[frame["kind"] == "paused", "seconds"].sum() == 0
    said = str(why)
    for words in ("Autumn break", "make-up workday", "paused, waiting for the customer", "the customer had written"):
        assert words in said
    assert reading.due_at == shanghai(10, 15, 10, 20)
    assert "Thu 15 Oct 2026 10:20" in said


def test_an_explanation_tells_of_a_change_of_the_clocks() -> None:
    opened = dt.datetime(2026, 10, 24, 12, tzinfo=dt.UTC)
    events = [
        CaseEvent(case_id="C-1", seq=1, type="CaseOpened", at=opened, recorded_at=opened, actor="ann",
                  zone="Europe/Berlin")
    ]  # fmt: skip
    now = opened + dt.timedelta(hours=30)
    reading = one(list(read_clocks(events, shelf([load_policy("default")]), CALENDARS, now)), "first_response")
    why = explain(reading, CALENDARS)
    assert why.elapsed_s == 30 * 3600
    assert "clocks put back by 1 h" in str(why)
    assert "Sun 25 Oct 2026 13:00" in str(why)  # 24 hours later the wall clock shows an hour less


def test_an_explanation_reads_in_both_languages_and_shows_hostile_names_harmlessly() -> None:
    from closeloop.text import set_language

    bad = "<script>alert(1)</script>"
    calendar = Calendar.model_validate(
        {
            "id": "bad", "title": "Bad", "zone": "UTC", "week": {"mon": ["09:00-17:00"], "fri": ["09:00-17:00"]},
            "holidays": [{"on": "2026-10-19", "name": bad}],
        }
    )  # fmt: skip
    rules = policy(calendar="bad", resolution=hours(3, "business_hours"))
    reading = one(list(read_clocks(case(), shelf([rules]), shelf([calendar]), at(1))), "resolution")
    why = explain(reading, shelf([calendar]))
    assert bad in str(why)
    shown = why._repr_html_()
    assert bad not in shown
    assert "&lt;script&gt;" in shown
    assert why.to_svg().startswith("<svg")
    set_language("zh")
    assert "计时中" in str(why)
    assert "到期之前" in why._repr_html_()
    assert "到期 2026-10-23 周五 11:00" in why.to_svg()
