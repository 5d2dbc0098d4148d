"""Generated calendars: what must hold on all of them, beside a count that goes minute by minute."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from closeloop.followup.calendar.calendar import Calendar
from closeloop.followup.clock.explain import explain
from closeloop.followup.clock.policy import Policy
from closeloop.followup.clock.reading import read_clocks
from closeloop.followup.event import CaseEvent

ZONES = (
    "UTC", "Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu",
    "Australia/Lord_Howe",  # half an hour of summer time
    "Africa/Cairo",  # the clocks change at midnight
    "America/Havana",  # 01:00 becomes 00:00 of the same day
)  # fmt: skip
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
TURNS = (
    dt.datetime(2026, 3, 29, 1, tzinfo=dt.UTC), dt.datetime(2026, 10, 25, 1, tzinfo=dt.UTC),  # Berlin
    dt.datetime(2026, 3, 8, 7, tzinfo=dt.UTC), dt.datetime(2026, 11, 1, 6, tzinfo=dt.UTC),  # New York
    dt.datetime(2026, 4, 23, 22, tzinfo=dt.UTC), dt.datetime(2026, 10, 29, 21, tzinfo=dt.UTC),  # Cairo
    dt.datetime(2028, 2, 29, 12, tzinfo=dt.UTC), dt.datetime(2026, 12, 31, 23, tzinfo=dt.UTC),
)  # fmt: skip


def hours(source: random.Random, most: int = 4) -> list[str]:
    """Give up to so many stretches of a day, apart from one another, some of them touching midnight."""
    quarters = sorted(source.sample(range(97), 2 * source.randint(1, most)))
    pairs = zip(quarters[::2], quarters[1::2], strict=True)
    return [f"{a // 4:02d}:{a % 4 * 15:02d}-{b // 4:02d}:{b % 4 * 15:02d}" for a, b in pairs]


@cache
def drawn(seed: int) -> tuple[Calendar, dt.datetime]:
    """Give a calendar and a change of its clocks, a leap day or the end of a year that lies within its days."""
    source = random.Random(seed)
    near = source.choice(TURNS)
    days = [near.date() + dt.timedelta(days=step) for step in range(-8, 13)]
    made_up = source.sample(days, source.randint(0, 3))
    calendar = Calendar.model_validate(
        {
            "id": "generated", "title": "Generated", "zone": source.choice(ZONES),
            "week": {name: hours(source) for name in source.sample(WEEKDAYS, source.randint(1, 7))},
            "holidays": [{"on": day, "name": "off"} for day in source.sample(days, source.randint(0, 4))],
            "workdays": [{"on": day, "hours": hours(source, 2), "name": "on"} for day in made_up],
        }
    )  # fmt: skip
    return calendar, near


def started(drawing: tuple[int, int]) -> tuple[Calendar, dt.datetime]:
    """Give a calendar and a time not far from what is special in it."""
    seed, quarters = drawing
    calendar, near = drawn(seed)
    return calendar, near + dt.timedelta(minutes=15 * quarters)


def open_steps(calendar: Calendar, start: dt.datetime, end: dt.datetime, minutes: int) -> Iterator[dt.datetime]:
    """Give every step of so many minutes at which somebody works."""
    zone, at = ZoneInfo(calendar.zone), start
    data = calendar.model_dump(mode="json")
    own = {day["on"]: day["hours"] for day in data["workdays"]}
    off = {day["on"] for day in data["holidays"]}
    while at < end:
        wall = at.astimezone(zone)
        date = wall.date().isoformat()
        todays = own[date] if date in own else [] if date in off else data["week"][WEEKDAYS[wall.weekday()]]
        clock = f"{wall:%H:%M}"
        if any(each[:5] <= clock < each[6:] for each in todays):
            yield at
        at += dt.timedelta(minutes=minutes)


CASES = settings(max_examples=1000, deadline=None, suppress_health_check=[HealthCheck.too_slow])
SOME = settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
FEW = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
# Others in each run, and each looked at from many times: to draw a calendar takes longer than to ask it something. What
# fails is shown with its number, which gives the same calendar again.
CALENDARS = [random.SystemRandom().randrange(2**32) for _ in range(200)]
TIMES = st.tuples(st.sampled_from(CALENDARS), st.integers(-500, 500))


@CASES
@given(TIMES, st.integers(0, 60_000_000_000), st.integers(0, 60_000_000_000))
def test_what_is_added_lies_between_and_sums_are_added_in_any_order(
    drawing: tuple[int, int], first: int, second: int
) -> None:
    calendar, start = started(drawing)
    a, b = first / 1e6, second / 1e6  # microseconds: nothing is rounded away
    there = calendar.add(start, a)
    assert calendar.between(start, there) == a
    assert calendar.add(there, b) == calendar.add(start, (first + second) / 1e6)
    assert calendar.between(there, start) == -a


@CASES
@given(TIMES, st.integers(0, 400))
def test_working_time_is_what_a_count_of_quarters_of_an_hour_gives(drawing: tuple[int, int], quarters: int) -> None:
    calendar, start = started(drawing)
    end = start + dt.timedelta(minutes=15 * quarters)
    counted = sum(1 for _ in open_steps(calendar, start, end, 15))
    assert calendar.between(start, end) == counted * 900
    assert sum((b - a).total_seconds() for a, b in calendar.spans(start, end)) == counted * 900


@FEW
@given(TIMES, st.integers(0, 7000))
def test_working_time_is_what_a_count_of_minutes_gives(drawing: tuple[int, int], minutes: int) -> None:
    calendar, start = started(drawing)
    start -= dt.timedelta(minutes=7)
    worked = list(open_steps(calendar, start, start + dt.timedelta(minutes=minutes), 1))
    assert calendar.between(start, start + dt.timedelta(minutes=minutes)) == len(worked) * 60
    if worked:  # the first moment at which all of it has passed is the end of its last minute
        assert calendar.add(start, len(worked) * 60) == worked[-1] + dt.timedelta(minutes=1)
        assert calendar.opening(start) == worked[0]


@SOME
@given(st.sampled_from(ZONES), st.sampled_from(TURNS), st.integers(-300_000, 300_000), st.integers(0, 500_000))
def test_round_the_clock_is_the_wall_clock_when_the_clocks_change(
    zone: str, near: dt.datetime, before: int, seconds: int
) -> None:
    always = {name: ["00:00-24:00"] for name in WEEKDAYS}
    calendar = Calendar.model_validate({"id": "always", "title": "Always", "zone": zone, "week": always})
    start = near + dt.timedelta(seconds=before)
    assert calendar.add(start, seconds) == start + dt.timedelta(seconds=seconds)
    assert calendar.between(start, start + dt.timedelta(seconds=seconds)) == seconds


@SOME
@given(TIMES, st.integers(1, 6))
def test_a_working_day_later_is_a_working_time_at_the_same_hour(drawing: tuple[int, int], n_days: int) -> None:
    calendar, start = started(drawing)
    due = calendar.add_days(start, n_days)
    first = calendar.local_date(start)
    last = calendar.day(calendar.local_date(due))
    if not last.spans:  # closes at midnight
        last = calendar.day(last.day - dt.timedelta(days=1))
    days = [calendar.day(first + dt.timedelta(days=step)) for step in range(1, (last.day - first).days + 1)]
    assert sum(bool(day.spans) for day in days) in {n_days, n_days + 1}  # one more where midnight belongs to two days
    assert calendar.add_days(start, n_days + 1) > due
    assert calendar.add_days(start + dt.timedelta(hours=3), n_days) >= due
    assert calendar.between(start, due) > 0


@CASES
@given(TIMES, st.integers(0, 2**32))
def test_pauses_never_shorten_and_time_adds_up(drawing: tuple[int, int], other: int) -> None:
    calendar, start = started(drawing)
    source = random.Random(other)
    unit, amount = source.choice(["calendar_hours", "business_hours", "working_days"]), source.randint(1, 12)
    holds = [(source.randint(0, 400), source.randint(0, 400)) for _ in range(source.randint(0, 3))]
    wrote = source.choice([None, source.randint(1, 400)])
    target = {"amount": amount, "unit": unit, "pausable": True}
    policy = Policy.model_validate(
        {"id": "default", "title": "Generated", "calendar": "generated", "targets": {"resolution": [target]}}
    )

    def at(quarters: int) -> dt.datetime:
        return start + dt.timedelta(minutes=15 * quarters)

    happened: list[tuple[dt.datetime, str, dict[str, object]]] = []
    for began, lasted in holds:
        happened.append((at(began), "HoldStarted", {"on": "customer", "reason": "asked"}))
        happened.append((at(began + lasted), "HoldEnded", {}))
    happened += [(at(wrote), "CustomerMessage", {})] if wrote is not None else []
    happened = [(start, "CaseOpened", {}), *sorted(happened, key=lambda h: h[0])]
    events = [
        CaseEvent(case_id="C-1", seq=seq, type=type_, at=when, recorded_at=when, actor="ann", payload=payload)
        for seq, (when, type_, payload) in enumerate(happened, 1)
    ]
    now = at(900)
    shelves = {"default": policy}, {"generated": calendar}
    plain = next(c for c in read_clocks(events[:1], *shelves, now) if c.clock == "resolution")
    held = next(c for c in read_clocks(events, *shelves, now) if c.clock == "resolution")
    assert plain.due_at is not None
    assert held.due_at is not None
    assert held.due_at >= plain.due_at
    assert held.elapsed_s <= plain.elapsed_s
    assert held.elapsed_s >= 0
    between = calendar.between if unit != "calendar_hours" else lambda a, b: (b - a).total_seconds()
    paused = sum(between(pause.start, pause.end) for pause in held.pauses if pause.valid)
    assert held.elapsed_s + paused == pytest.approx(plain.elapsed_s, abs=1e-6)
    valid = [pause for pause in held.pauses if pause.valid]
    assert all(one.end <= other.start for one, other in pairwise(valid))
    if wrote is not None:  # never while the customer waits for us
        assert not any(p.start < at(wrote) < p.end for p in valid)
    if held.due_at < now:  # at its due date exactly the target has passed
        known = [p for p in valid if p.start < held.due_at]
        until_due = between(start, held.due_at) - sum(between(p.start, p.end) for p in known)
        assert until_due == pytest.approx(held.target, abs=1e-6)
    assert (held.state in {"breached"}) == (held.due_at < now)
    if other % 8 == 0:  # day by day it comes to the same
        why = explain(held, {calendar.key: calendar})
        assert why.elapsed_s == held.elapsed_s
        if held.due_at > now and not any(p.open for p in held.pauses):
            assert sum(span.seconds for span in why.spans) == pytest.approx(held.target, abs=1e-6)
