"""What hostile and careless people do to a loop: it is refused in words, or done as they meant it; nothing is lost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import closeloop as cl
from closeloop.followup.calendar.calendar import Calendar
from closeloop.followup.clock.policy import Policy

NOW = "2026-07-01T09:00+08:00"
RECEIVED = "2026-07-01T08:30+08:00"


def opened(place: str | Path = ":memory:", **how: Any) -> cl.Loop:
    return cl.open_loop(place, **({"actor": "li", "now": NOW} | how))


def complaint(loop: cl.Loop, **fields: Any) -> cl.Case:
    return loop.open_case(**({"words": "It broke.", "channel": "phone", "received_at": RECEIVED} | fields))


@pytest.fixture
def loop() -> Iterator[cl.Loop]:
    with opened() as made:
        yield made


# --- how a case is called ---


def test_a_case_is_found_by_whatever_people_have_of_it(loop: cl.Loop) -> None:
    case = complaint(loop)
    number = loop.cases()["number"].iloc[0]
    for called in (1, np.int64(1), number, "1", case.case_id, f" {case.case_id} ", case):
        assert loop.case(called).case_id == case.case_id
        assert loop.reveal(called, "call back").case_id == case.case_id


@pytest.mark.parametrize("called", [0, -1, 2, 10**30, "2", "C-NOWHERE", None, 1.5, ""])
def test_what_is_no_case_is_said(loop: cl.Loop, called: Any) -> None:
    complaint(loop)
    with pytest.raises(cl.StoreError, match="no case"):
        loop.case(called)


def test_a_mistaken_contact_can_be_corrected_and_answered_nobody(loop: cl.Loop) -> None:
    case = complaint(loop)
    call = case.record_contact(direction="outbound", channel="phone", reached=True, at="2026-07-01T08:40+08:00")
    assert case.clocks().of("first_response").state == "met"
    case.correct(event=call, field="reached", is_=False, reason="it was the voice mail")
    assert case.clocks().of("first_response").state == "running"
    assert case.state.cycles[0].first_response_at is None
    assert loop.cases()["first_response_at"].tolist() == [None]


def test_an_earlier_answer_that_is_recorded_later_is_the_first(loop: cl.Loop) -> None:
    case = complaint(loop)
    case.record_contact(direction="outbound", channel="phone", reached=True, at="2026-07-01T08:50+08:00")
    case.record_contact(direction="outbound", channel="phone", reached=True, at="2026-07-01T08:40+08:00")
    assert case.state.cycles[0].first_response_at == case.clocks().of("first_response").met_at
    assert f"{case.state.cycles[0].first_response_at:%H:%M}" == "00:40"


def test_nobody_answers_before_it_reached_us(loop: cl.Loop) -> None:
    case = complaint(loop)
    with pytest.raises(ValueError, match="only reached us"):
        case.record_contact(direction="outbound", channel="phone", reached=True, at="2026-06-01T08:30+08:00")
    case.record_contact(direction="inbound", channel="phone", reached=True, at="2026-06-01T08:30+08:00")
    assert case.clocks().of("first_response").met_at is None


# --- times and numbers at the edge ---


@pytest.mark.parametrize("at", ["2026-07-02T09:00Z", "2026-07-01T09:06+08:00"])
def test_what_is_received_tomorrow_is_not_received(loop: cl.Loop, at: str) -> None:
    with pytest.raises(ValueError, match="dated"):
        complaint(loop, received_at=at)
    assert loop.cases().empty


@pytest.mark.parametrize("at", ["0001-01-01T00:00+08:00", "9999-12-31T23:59-08:00"])
def test_a_time_that_is_no_year_in_utc_is_refused(loop: cl.Loop, at: str) -> None:
    with pytest.raises(ValueError, match="Expected a time"):
        complaint(loop, received_at=at)
    case = complaint(loop)
    with pytest.raises(ValueError, match="promise"):
        case.promise(what="call", due_at=at, to="the customer")


def test_a_year_of_three_digits_is_kept(loop: cl.Loop) -> None:
    case = complaint(loop, received_at="0726-07-01T09:00Z")
    assert case.state.value("received_at") == "0726-07-01T09:00:00.000000Z"
    assert loop.verify().is_intact


@pytest.mark.parametrize("score", [10**30, 10**400, 1e308, float("inf"), float("nan"), "7", True])
def test_a_number_that_no_table_keeps_is_refused(loop: cl.Loop, score: Any) -> None:
    with pytest.raises(ValueError, match="score"):
        complaint(loop, score=score)
    assert loop.verify().is_intact


@pytest.mark.parametrize("score", [np.int64(3), np.float32(2.5), -5])
def test_numbers_of_other_kinds_are_numbers(loop: cl.Loop, score: Any) -> None:
    assert complaint(loop, score=score).state.value("score") == score
    assert loop.verify().is_intact


# --- who ---


@pytest.mark.parametrize("actor", ["", "  ", 5, "a\nb", "x" * 300, "a\0b", "\ud800", "\u202eevil"])
def test_who_does_it_is_a_name(loop: cl.Loop, actor: Any) -> None:
    case = complaint(loop)
    with pytest.raises(ValueError, match=r"actor|Who"):
        case.add_fact(text="x", source="y", actor=actor)
    with pytest.raises(ValueError, match=r"actor|Who"):
        complaint(loop, actor=actor)
    assert case.refresh().version == 2


def test_the_customer_is_the_same_however_the_number_is_written(loop: cl.Loop) -> None:
    written = (4711, "4711", " 4711 ", np.int64(4711))
    found = {complaint(loop, subject=each).state.value("subject_id") for each in written}
    assert len(found) == 1
    nobody = {complaint(loop, subject=each).state.value("subject_id") for each in (None, "", "  ")}
    assert len(nobody) == 3, "customers whom nobody named are not one and the same"
    with pytest.raises(ValueError, match="number"):
        complaint(loop, subject=4711.0)


def test_a_customers_number_cannot_get_into_the_register_in_clear(loop: cl.Loop) -> None:
    with pytest.raises(ValueError, match="subject="):
        complaint(loop, subject_id="4711")


# --- the house ---


def policy(version: int = 1, amount: float = 10, **more: Any) -> Policy:
    said = {
        "id": "strict", "version": version, "title": {"en": "Strict", "zh-CN": "严格"}, "calendar": "24x7",
        "targets": {"first_response": [{"amount": amount, "unit": "calendar_hours"}]},
    }  # fmt: skip
    return Policy.model_validate(said | more)


def calendar(version: int, hours: str) -> Calendar:
    week = {day: [hours] for day in ("mon", "tue", "wed", "thu", "fri")}
    said = {"id": "house", "version": version, "title": {"en": "House", "zh-CN": "本店"}, "zone": "Europe/Berlin"}
    return Calendar.model_validate({"format": 1, "languages": ["en", "zh-CN"], "week": week} | said)


def test_a_rule_of_tomorrow_does_not_hold_today(loop: cl.Loop) -> None:
    case = complaint(loop)
    with pytest.raises(ValueError, match="would hold"):
        loop.adopt(policy(), since="2026-07-05T00:00+08:00")
    assert case.refresh().clocks().of("first_response").amount == 24
    assert complaint(loop).state.value("policy") == "default"


@pytest.mark.parametrize(
    ("since", "amount", "notes"), [("2026-01-05T00:00+08:00", 10, 0), ("2026-07-01T08:59+08:00", 10, 0)]
)
def test_a_rule_of_the_past_holds_for_open_cases(loop: cl.Loop, since: str, amount: float, notes: int) -> None:
    case = complaint(loop)
    loop.adopt(policy(), since=since)
    found = case.refresh().clocks().of("first_response")
    assert (found.amount, found.policy, len(found.notes)) == (amount, "strict@1", notes)
    assert loop.verify().is_intact


def test_the_policy_that_was_adopted_last_counts_for_new_cases(loop: cl.Loop) -> None:
    loop.adopt(policy(id="b"))
    loop.adopt(policy(id="a", amount=3))
    assert complaint(loop).state.value("policy") in {"a", "b"}
    with opened(now="2026-07-01T10:00+08:00") as later:
        moments = iter(pd.date_range("2026-07-01T01:00Z", periods=100, freq="min").to_pydatetime())
        later._desk.clock._source = lambda: next(moments)
        later.adopt(policy(id="b"))
        later.adopt(policy(id="a", amount=3))
        assert complaint(later, received_at="2026-07-01T00:00Z").state.value("policy") == "a"


def test_what_was_adopted_under_a_number_stays_what_it_was(loop: cl.Loop) -> None:
    loop.adopt(policy(amount=10))
    case = complaint(loop)
    with pytest.raises(ValueError, match="version=2"):
        loop.adopt(policy(amount=2))
    with pytest.raises(ValueError, match="version=2"):
        loop.adopt(policy(id="default", amount=2))
    assert case.refresh().clocks().of("first_response").amount == 10
    loop.adopt(policy(2, amount=2))
    assert case.refresh().clocks().of("first_response").amount == 2
    loop.adopt(policy(amount=10))
    assert case.refresh().clocks().of("first_response").amount == 10, "back to what was"


def test_a_new_calendar_moves_what_is_due_in_the_tables_too(loop: cl.Loop) -> None:
    loop.adopt(calendar(1, "09:00-17:00"))
    hours = {"targets": {"first_response": [{"amount": 8, "unit": "business_hours"}]}, "calendar": "house"}
    loop.adopt(policy(**hours))
    case = complaint(loop)
    case.assign(owner="li")
    before = loop.due("2026-07-09T00:00Z")["due_at"].tolist()
    loop.adopt(calendar(2, "10:00-12:00"))
    after = loop.due("2026-07-09T00:00Z")["due_at"].tolist()
    assert (before, after) == (["2026-07-01T15:00:00.000000Z"], ["2026-07-06T10:00:00.000000Z"])
    assert loop.verify().is_intact


def test_a_kind_of_rule_that_does_not_exist_is_said(loop: cl.Loop) -> None:
    with pytest.raises(ValueError, match="policy, calendar"):
        loop.settings("policies")


# --- what is opened ---


@pytest.mark.parametrize("place", [None, 5, b"loop.sqlite", "a\0b.sqlite"])
def test_what_is_no_place_makes_no_file(place: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(cl.StoreError, match="path"):
        opened(place)
    assert list(tmp_path.iterdir()) == []


def test_a_register_is_not_its_own_key_file(tmp_path: Path) -> None:
    place = tmp_path / "loop.sqlite"
    with pytest.raises(cl.StoreError, match="key file"):
        opened(place, key_file=place)
    with opened(place) as loop:
        complaint(loop)
    with pytest.raises(cl.StoreError, match="key file"):
        opened(place, key_file=tmp_path / "." / "loop.sqlite")
    with opened(place) as loop:
        assert len(loop.cases()) == 1


@pytest.mark.parametrize("place", [":memory:", "file"])
def test_a_loop_that_was_closed_says_so(place: str, tmp_path: Path) -> None:
    loop = opened(tmp_path / "loop.sqlite" if place == "file" else place)
    case = complaint(loop)
    loop.close()
    loop.close()
    for use in (loop.cases, lambda: complaint(loop), lambda: case.assign(owner="li"), loop.verify):
        with pytest.raises(cl.StoreError, match="closed"):
            use()


@pytest.mark.parametrize("found", [None, pd.DataFrame({"a": [1]}), "answers.csv"])
def test_what_are_no_responses_is_said(loop: cl.Loop, found: Any) -> None:
    with pytest.raises(ValueError, match="read_responses"):
        loop.triage(found)


def test_an_import_whose_key_file_is_wrong_can_be_opened_with_the_right_one(tmp_path: Path) -> None:
    with opened(tmp_path / "loop.sqlite") as loop:
        complaint(loop).assign(owner="li")
        loop.export(tmp_path / "out")
    with opened(tmp_path / "other.sqlite"):
        pass
    with pytest.raises(cl.StoreError, match="belongs to"):
        cl.import_loop(tmp_path / "out", tmp_path / "new.sqlite", key_file=tmp_path / "other.sqlite.keys")
    with opened(tmp_path / "new.sqlite", key_file=tmp_path / "loop.sqlite.keys") as again:
        assert again.cases()["owner"].tolist() == ["li"]
        assert again.verify().is_intact


def test_a_history_of_several_zones_names_them(loop: cl.Loop) -> None:
    case = complaint(loop)
    case.assign(owner="li", at="2026-07-01T02:59+02:00")
    told = [row["when"] for row in case.history().rows()]
    assert told == ["2026-07-01 09:00 +08:00", "2026-07-01 01:00 UTC", "2026-07-01 02:59 +02:00"]


def test_complaints_taken_in_are_all_there_or_none(loop: cl.Loop) -> None:
    from closeloop.followup.intake.case_in import CaseIn

    def one(key: str, at: str) -> CaseIn:
        fields = {"words": "x", "channel": "email", "received_at": dt.datetime.fromisoformat(at)}
        return CaseIn(fields=fields, key=key, customer="c1")

    with pytest.raises(ValueError, match="dated"):
        loop.take_in([one("a", RECEIVED), one("b", "2027-01-01T00:00Z")])
    assert loop.cases().empty
    assert len(loop.take_in([one("a", RECEIVED)])) == 1
    assert loop.take_in([one("a", RECEIVED)]) == []
