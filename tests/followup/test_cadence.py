"""How often customers hear from us of our own accord, who is due, and what is promised to all of them."""

from __future__ import annotations

import datetime as dt
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from closeloop.errors import SurveyDefinitionError
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.playbook.cadence import load_cadence, next_contact, shipped_cadence
from closeloop.followup.playbook.due_contacts import Relation, care_after, due_contacts
from closeloop.followup.playbook.service_promises import load_service_promises
from closeloop.followup.state import CaseState, Entry
from closeloop.survey.shipped import data_folder
from made_cases import NOW, entry, made

LAST = dt.date(2026, 1, 31)


@pytest.mark.parametrize(
    ("importance", "frequency", "day"),
    [
        ("high", "often", dt.date(2026, 2, 7)),  # weekly
        ("normal", "regular", dt.date(2026, 2, 28)),  # monthly; February has no 31st
        ("low", "rare", dt.date(2026, 4, 30)),  # quarterly
    ],
)
def test_weekly_monthly_and_quarterly(importance: str, frequency: str, day: dt.date) -> None:  # L147
    assert next_contact(importance, frequency, LAST) == day


def test_the_three_intervals_of_the_sources_and_no_other() -> None:
    rule = shipped_cadence()
    assert set(rule.intervals) == {"weekly", "monthly", "quarterly"}
    assert {name for row in rule.table.values() for name in row.values()} == set(rule.intervals)


@given(st.dates(dt.date(2000, 1, 1), dt.date(2090, 1, 1)))
def test_more_important_or_more_frequent_is_never_later(last: dt.date) -> None:
    levels, often = ("high", "normal", "low"), ("often", "regular", "rare")
    days = {pair: next_contact(*pair, last) for pair in product(levels, often)}
    for each in levels:
        assert days[each, "often"] <= days[each, "regular"] <= days[each, "rare"]
    for each in often:
        assert days["high", each] <= days["normal", each] <= days["low", each]
    assert min(days.values()) > last


def test_after_a_survey_nobody_is_contacted_for_a_while() -> None:  # L056
    day = next_contact("high", "often", LAST)
    assert next_contact("high", "often", LAST, quiet_since=dt.date(2026, 2, 5)) == dt.date(2026, 2, 12)
    assert next_contact("high", "often", LAST, quiet_since=dt.date(2026, 1, 20)) == day


@pytest.mark.parametrize(("importance", "frequency"), [("huge", "often"), ("high", "oftn")])
def test_an_unknown_level_names_those_there_are(importance: str, frequency: str) -> None:
    with pytest.raises(ValueError, match=r"There are: (high|often)"):
        next_contact(importance, frequency, LAST)


def relation(name: str, days: int, **more: Any) -> Relation:
    said: dict[str, Any] = {"importance": "high", "frequency": "often"} | more
    return Relation(subject_id=name, last_contact_on=dt.date(2026, 7, 1) - dt.timedelta(days=days), **said)


def test_the_list_of_who_is_due() -> None:  # L146
    people = [
        relation("S-1", 7, channel="phone"), relation("S-2", 20), relation("S-3", 6),
        relation("S-4", 90, opted_out=True),
        relation("S-5", 20, importance="low", frequency="rare"),
    ]  # fmt: skip
    due = due_contacts(people, dt.date(2026, 7, 1))
    assert [(each.relation.subject_id, each.days_late) for each in due] == [("S-2", 13), ("S-1", 0)]
    assert "2 of 5 customers are to be contacted, 1 of them late; 1 have opted out" in due.sentence.en
    assert due.to_frame()["channel"].tolist() == ["", "phone"]
    assert "S-4" not in str(due)


def closed(*, opt_out: str = "", contacts: list[Entry] | None = None) -> CaseState:
    case = made("closed", closings=[entry(9, opt_out=opt_out)], contacts=contacts or [])
    case.cycles[-1].ended_at = NOW
    return case


def test_care_after_the_end_of_a_case() -> None:  # L142
    assert care_after(made("resolved"), "high", "often") is None
    assert care_after(closed(), "high", "often") == dt.date(2026, 7, 22)
    assert care_after(closed(opt_out="wants no calls"), "high", "often") is None
    called = entry(12, at=NOW + dt.timedelta(days=21), direction="outbound")
    assert care_after(closed(contacts=[called]), "high", "often") == dt.date(2026, 7, 29)
    before = entry(3, at=NOW - dt.timedelta(days=1), direction="outbound")
    assert care_after(closed(contacts=[before]), "high", "often") == dt.date(2026, 7, 22)


@pytest.mark.parametrize(
    ("was", "becomes", "says"),
    [
        ("low: {often: monthly, regular", "low: {often: daily, regular", "daily"),
        ("low: {often: monthly, regular: quarterly, rare: quarterly}", "low: {often: monthly}", "regular"),
        ("weekly: {weeks: 1, ", "weekly: {", "weeks"),
        ("quiet_days: 7", "quiet_days: -7", "-7"),
    ],
)
def test_a_faulty_cadence_is_refused(tmp_path: Path, was: str, becomes: str, says: str) -> None:
    text = (data_folder("playbooks") / "cadence.yaml").read_text(encoding="utf-8")
    assert was in text
    path = tmp_path / "ours.yaml"
    path.write_text(text.replace(was, becomes), encoding="utf-8")
    with pytest.raises(SurveyDefinitionError, match=says):
        load_cadence(path)


def test_ones_own_cadence(tmp_path: Path) -> None:
    text = (data_folder("playbooks") / "cadence.yaml").read_text(encoding="utf-8")
    path = tmp_path / "ours.yaml"
    path.write_text(text.replace("high: {often: weekly", "high: {often: quarterly"), encoding="utf-8")
    assert next_contact("high", "often", LAST, cadence=load_cadence(path)) == dt.date(2026, 4, 30)


EXAMPLE = data_folder("playbooks") / "example.promises.yaml"


def test_promises_to_all_are_public_or_inside_and_hold_for_a_time() -> None:  # L131
    register = load_service_promises(EXAMPLE)
    day = dt.date(2026, 5, 1)
    assert [each.id for each in register.on(day, public=True)] == ["first_answer", "runtime", "price_notice"]
    assert [each.id for each in register.on(day, public=False)] == ["call_back"]
    assert [each.id for each in register.on(dt.date(2027, 1, 1), public=False)] == []
    assert {each.area for each in register.promises} == {"performance", "service", "price"}
    assert not register.findings()


def test_a_vague_promise_and_an_area_without_a_public_one_are_found(tmp_path: Path) -> None:
    text = EXAMPLE.read_text(encoding="utf-8")
    path = tmp_path / "ours.yaml"
    text = text.replace("within two working hours", "as soon as possible").replace("area: performance", "area: service")
    path.write_text(text, encoding="utf-8")
    assert load_service_promises(path).findings().rules == ("vague_promise", "nothing_public")


def test_a_public_promise_says_where_it_can_be_read(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    text = EXAMPLE.read_text(encoding="utf-8")
    path.write_text(text.replace("    published_at: {en: Data sheet, zh-CN: 产品参数页}\n", ""), encoding="utf-8")
    with pytest.raises(SurveyDefinitionError, match="where customers can read it"):
        load_service_promises(path)


@pytest.mark.parametrize(
    ("state", "late", "stopped", "kept"),
    [("met", False, True, True), ("met_late", True, True, False), ("running", False, False, None)],
)
def test_a_clock_shows_whether_a_promise_was_kept(state: Any, late: bool, stopped: bool, kept: bool | None) -> None:
    reading = ClockReading(
        clock="first_response", cycle=1, unit="calendar_hours", started_at=NOW, read_at=NOW, state=state, amount=24,
        stopped_at=NOW if stopped else None, breached_at=NOW if late else None,
    )  # fmt: skip
    first, runtime, *_ = load_service_promises(EXAMPLE).promises
    assert first.kept([reading]) is kept
    assert runtime.kept([reading]) is None
