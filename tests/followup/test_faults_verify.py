"""A register that somebody changed by hand: what shows, shows where; what cannot be told is not claimed."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pandas as pd
import pytest

import closeloop as cl
from closeloop.followup.clock.policy import Policy

NOW = "2026-07-01T09:00+08:00"
_NO_TRIGGERS = ("DROP TRIGGER event_update", "DROP TRIGGER event_delete")
_BY_HAND = "(SELECT case_id FROM case_row WHERE number = 1)"


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("whole") / "loop.sqlite"
    rows = pd.DataFrame({
        "response_id": ["r1", "r2", "r3"], "respondent_id": ["c1", "c1", "c2"],
        "answered_at": ["2026-06-01T00:00:00Z", "2026-06-02T00:00:00Z", "2026-06-03T00:00:00Z"],
        "recommend": ["0", "0", "10"], "why": ["bad", "bad", "good"],
    })  # fmt: skip
    with cl.open_loop(place, actor="li", now=NOW) as loop:
        case = loop.open_case("It broke.", "phone", "2026-07-01T08:30+08:00", subject="4711")
        case.assign(owner="li")
        loop.triage(cl.read_responses(rows, "relationship-nps"))
        loop.adopt(Policy.model_validate({
            "id": "strict", "version": 1, "title": {"en": "Strict", "zh-CN": "严格"}, "calendar": "24x7",
            "targets": {"first_response": [{"amount": 10, "unit": "calendar_hours"}]},
        }))  # fmt: skip
        assert loop.verify().is_intact
    return place


def changed(whole: Path, folder: Path, *statements: str) -> cl.Loop:
    place = folder / "loop.sqlite"
    for suffix in ("", ".keys"):
        shutil.copy(f"{whole}{suffix}", f"{place}{suffix}")
    connection = sqlite3.connect(place)
    for statement in (*_NO_TRIGGERS, *statements):
        connection.execute(statement)
    connection.commit()
    connection.close()
    return cl.open_loop(place, actor="li", now=NOW)


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("UPDATE event SET payload = replace(payload, 'phone', 'email') WHERE seq = 1", "not what was written"),
        ("UPDATE event SET actor = 'mallory' WHERE seq = 2", "not what was written"),
        ("UPDATE event SET sealed = x'00' WHERE sealed IS NOT NULL", "sealed text"),
        ("UPDATE event SET sealed = NULL WHERE sealed IS NOT NULL", "no erasure is on record"),
        ("DELETE FROM event WHERE seq = 3", "event is missing"),
        ("UPDATE case_head SET version = version + 1", "the register knows of"),
        ("UPDATE case_row SET owner = 'mallory'", "owner"),
        ("DELETE FROM case_row", "table of cases"),
        ("DELETE FROM due", "due"),
        ("DELETE FROM response WHERE response_id = 'r1'", "relationship-nps/r1"),
        ("DELETE FROM response WHERE response_id = 'r2'", "relationship-nps/r2"),
        ("DELETE FROM alert WHERE response_id = 'r1'", "relationship-nps/r1"),
        ("UPDATE alert SET outcome = 'suppressed', reason = ''", "neither a case nor a reason"),
        ("DELETE FROM setting", "strict@1"),
        ("UPDATE meta SET value = '0' WHERE key = 'number'", "only 0 were given"),
    ],
)
def test_what_was_changed_is_named(whole: Path, tmp_path: Path, statement: str, named: str) -> None:
    with changed(whole, tmp_path, statement) as loop:
        found = loop.verify()
        assert not found.is_intact
        assert any(named in str(each) for each in found.breaks), [str(each) for each in found.breaks]
        cl.set_language("zh-CN")
        assert all(str(each) for each in found.breaks)


def test_a_case_that_was_taken_out_with_all_that_belongs_to_it_leaves_its_number(whole: Path, tmp_path: Path) -> None:
    tables = ("event", "case_head", "due", "case_row")
    statements = [f"DELETE FROM {each} WHERE case_id = {_BY_HAND}" for each in tables]  # noqa: S608  # our own words
    with changed(whole, tmp_path, *statements) as loop:
        assert [str(each.what) for each in loop.verify().breaks] == [
            "No case has the number 1, though it was given: a case was taken out of the register."
        ]


def test_what_was_erased_by_us_is_no_break(whole: Path, tmp_path: Path) -> None:
    with changed(whole, tmp_path) as loop:
        loop.erase(loop.case(1).state.value("subject_id"), "asked for it", purge=True)
        assert loop.case(1).events[0].sealed is None
        assert loop.verify().is_intact


def test_a_register_that_lost_its_migrations_is_said_to_be_damaged(whole: Path, tmp_path: Path) -> None:
    with pytest.raises(cl.StoreError, match="damaged"):
        changed(whole, tmp_path, "DELETE FROM migration")
