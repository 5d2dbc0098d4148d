"""The register on SQLite and PostgreSQL alike: what goes in comes out, all of it or nothing, and nothing is changed."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from closeloop.errors import ConflictError, StoreError
from closeloop.followup.event import CaseEvent
from closeloop.followup.store.store import Store
from closeloop.text import set_language

Make = Callable[..., CaseEvent]
Rows = Callable[[list[CaseEvent]], tuple[dict[str, Any], list[dict[str, Any]]]]

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


def fill(store: Store, event: Make, make_rows: Rows, n: int = 3) -> None:
    """Open `n` cases with an owner and a task each."""
    with store.writing() as tx:
        for i in range(1, n + 1):
            case_id = f"C-{i:03d}"
            events = [
                event(case_id, 1, "CaseOpened", number=tx.next_number(), subject_id=f"S-{i % 2}", sealed=b"cipher"),
                event(case_id, 2, "OwnerChanged", owner="anna" if i % 2 else "李雷"),
                event(case_id, 3, "TaskAdded", what="call back", due_at=f"2026-03-{i % 27 + 1:02d}T08:00:00Z"),
            ]
            tx.append(case_id, 0, events)
            tx.project(*make_rows(events))


def test_events_come_back_as_they_were_written(store: Store, event: Make) -> None:
    hostile = "慢'; DROP TABLE event; --\x00\x1b=1+1"
    events = [
        event("C-1", 1, "CaseOpened", words=hostile, n=3, share=0.1, big=2**80, none=None, sealed=b"\x00\xff'"),
        replace(event("C-1", 2, "Coded", code=["物流", {"depth": [1.5, True]}]), actor="o'neil"),
    ]
    with store.writing() as tx:
        tx.append("C-1", 0, events)
    with store.reading() as tx:
        assert tx.events("C-1") == events
        assert tx.head("C-1") == 2
        assert (tx.events("C-2"), tx.head("C-2")) == ([], 0)
        assert list(tx.all_events()) == events
        assert list(tx.all_events(after="C-1")) == []
        assert tx.cases_of_event("Coded") == ["C-1"]
        assert tx.cases_of_event("Closed") == []


def test_half_a_character_is_kept_in_a_payload_and_replaced_in_a_name(store: Store, event: Make) -> None:
    written = replace(event("C-1", 1, "CaseOpened", words="half \ud83d"), actor="a\ud800\x00b")
    with store.writing() as tx:
        tx.append("C-1", 0, [written])
    with store.reading() as tx:
        assert tx.events("C-1") == [replace(written, actor="a\ufffd\ufffdb")]
    assert not [each for each in store.verify().breaks if "chain" in str(each.what)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(written=st.lists(st.lists(st.dictionaries(st.text(), JSON, max_size=4), min_size=1, max_size=3), min_size=1))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_payload_comes_back_and_its_chain_holds(written: list[list[dict[str, Any]]], event: Make) -> None:
    events = [
        [replace(event(f"C-{i:03d}", seq), payload=payload) for seq, payload in enumerate(payloads, 1)]
        for i, payloads in enumerate(written)
    ]
    with Store.open(":memory:") as store:
        with store.writing() as tx:
            tx.append_many((each[0].case_id, 0, each) for each in events)
        with store.reading() as tx:
            assert list(tx.all_events()) == [e for each in events for e in each]
        assert {each.what.en for each in store.verify().breaks} == {
            "The case is missing in the table of cases. Rebuild the tables."
        }


def test_who_is_late_is_told_what_came_before(store: Store, event: Make) -> None:
    with store.writing() as tx:
        tx.append("C-1", 0, [event("C-1", 1), event("C-1", 2, "OwnerChanged"), event("C-1", 3, "TaskAdded")])
    with (
        pytest.raises(
            ConflictError, match=r"C-1 was read at version 1 and is now at 3.*OwnerChanged, TaskAdded"
        ) as told,
        store.writing() as tx,
    ):
        tx.append("C-1", 1, [event("C-1", 2, "Closed")])
    assert told.value.current_version == 3
    assert told.value.changed == ("OwnerChanged", "TaskAdded")
    with pytest.raises(ConflictError), store.writing() as tx:
        tx.append("C-1", 0, [event("C-1", 1, "CaseOpened")])
    with store.reading() as tx:
        assert [e.type for e in tx.events("C-1")] == ["FactAdded", "OwnerChanged", "TaskAdded"]


def test_numbers_have_no_gap_and_belong_to_their_case(store: Store, event: Make) -> None:
    for wrong in (event("C-1", 2), event("C-2", 1)):
        with pytest.raises(ValueError, match="numbers have no gap"), store.writing() as tx:
            tx.append("C-1", 0, [wrong])
    with pytest.raises(ValueError, match="has no time zone"), store.writing() as tx:
        tx.append("C-1", 0, [replace(event("C-1", 1), at=dt.datetime(2026, 1, 1))])  # noqa: DTZ001
    with store.reading() as tx:
        assert list(tx.all_events()) == []


def test_a_transaction_that_fails_leaves_nothing(store: Store, event: Make, make_rows: Rows) -> None:
    def fail() -> None:
        with store.writing() as tx:
            tx.append("C-1", 0, [event("C-1", 1)])
            tx.project(*make_rows([event("C-1", 1)]))
            tx.next_number()
            tx.put_document("problem", "P-1", {})
            tx.journal("triage", {})
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.writing() as tx:
        assert list(tx.all_events()) == tx.cases() == tx.documents() == tx.journal_entries() == []
        assert tx.next_number() == 1


def test_a_part_of_a_transaction_can_fail_by_itself(store: Store, event: Make) -> None:
    def conflict() -> None:
        with store.writing() as inner:
            inner.append("C-2", 0, [event("C-2", 1)])
            inner.append("C-1", 7, [event("C-1", 8)])

    with store.writing() as tx:
        tx.append("C-1", 0, [event("C-1", 1)])
        with pytest.raises(ConflictError):
            conflict()
        with store.reading() as same:
            assert same.head("C-1") == 1
    with store.reading() as tx:
        assert [e.case_id for e in tx.all_events()] == ["C-1"]
        with pytest.raises(RuntimeError, match="begun for reading"):
            store.writing().__enter__()


def test_many_cases_are_one_transaction(store: Store, event: Make, make_rows: Rows) -> None:
    ids = [f"C-{i:04d}" for i in range(1203)]
    with store.writing() as tx:
        first = tx.next_number(len(ids))
        tx.append_many((c, 0, [event(c, 1, number=first + i), event(c, 2)]) for i, c in enumerate(ids))
        tx.project_many(make_rows([event(c, 1), event(c, 2)]) for c in ids)
        assert tx.next_number() == len(ids) + 1
    with pytest.raises(ConflictError), store.writing() as tx:
        tx.append_many([(c, 2, [event(c, 3)]) for c in ids[:-1]] + [(ids[-1], 1, [event(ids[-1], 2)])])
    with store.writing() as tx:
        tx.append_many((c, 2, [event(c, 3)]) for c in reversed(ids))
        assert tx.n_cases() == len(ids)
    with store.reading() as tx:
        found = list(tx.all_events())
    assert [(e.case_id, e.seq) for e in found] == [(c, seq) for c in ids for seq in (1, 2, 3)]


def test_cases_are_found_by_their_columns_and_in_pages(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows, 7)
    with store.reading() as tx:
        assert [row["number"] for row in tx.cases(owner="anna")] == [1, 3, 5, 7]
        assert [row["number"] for row in tx.cases(owner=["李雷", "nobody"], is_open=True)] == [2, 4, 6]
        assert [row["number"] for row in tx.cases(number=slice(3, 5))] == [3, 4]
        assert tx.cases(opened_at=slice(NOON + dt.timedelta(hours=1), None)) == []
        assert tx.n_cases(team=None) == 7
        assert tx.n_cases(owner=[]) == 0
        pages = [tx.cases(order_by="subject_id", descending=True, limit=3, offset=o) for o in (0, 3, 6)]
        assert [row["case_id"] for page in pages for row in page] == [f"C-00{i}" for i in (1, 3, 5, 7, 2, 4, 6)]
        row = tx.case_row("C-002")
        assert row is not None
        assert (row["opened_at"], row["is_open"], row["team"]) == ("2026-03-02T12:01:00.000000Z", True, None)
        assert tx.case_row("C-999") is None


def test_a_filter_is_a_name_that_exists_and_a_value_never_sql(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows)
    with store.reading() as tx:
        assert tx.cases(owner="x' OR '1'='1") == []
        with pytest.raises(ValueError, match=r"cannot be chosen by “ownr”.*owner"):
            tx.cases(ownr="anna")
        for name in ("1=1 OR owner", "owner; DROP TABLE event"):
            with pytest.raises(ValueError, match="cannot be chosen by"):
                tx.cases(**{name: "anna"})
            with pytest.raises(ValueError, match="has no column"):
                tx.cases(order_by=name)
    with pytest.raises(ValueError, match="no column colour"), store.writing() as tx:
        tx.project({"case_id": "C-001", "version": 3, "colour": "red"}, [])


def test_what_is_due_comes_in_time_and_in_order(store: Store) -> None:
    at = "2026-03-02T09:00:00Z"
    with store.writing() as tx:
        tx.project(
            {"case_id": "C-1", "version": 1, "number": 7, "team": "east"},
            [
                {"kind": "task", "ref": 3, "due_at": "2026-03-02T16:00+08:00", "owner": "anna"},
                {"kind": "first_response", "due_at": "2026-03-03T00:00:00Z", "warn_at": at, "severity": "severe"},
                {"kind": "promise", "ref": "4", "due_at": "2026-03-09T00:00:00Z"},
            ],
        )
        now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
        found = tx.due(now)
        assert [(row["kind"], row["ref"], row["number"], row["team"]) for row in found] == [
            ("task", "3", 7, "east"),
            ("first_response", "", 7, "east"),
        ]
        assert found[0]["due_at"] == found[0]["warn_at"] == "2026-03-02T08:00:00.000000Z"
        assert len(tx.due(now - dt.timedelta(hours=2))) == 0
        assert [row["kind"] for row in tx.due(now, ahead=dt.timedelta(days=7), limit=1, offset=2)] == ["promise"]
        assert [row["kind"] for row in tx.due(now, owner="anna", team="east")] == ["task"]
        assert tx.due(now, team="west") == []
        with pytest.raises(ValueError, match="cannot be chosen by"):
            tx.due(now, colour="red")
        tx.project({"case_id": "C-1", "version": 2}, [])
        assert tx.due(now + dt.timedelta(days=99)) == tx.due_of("C-1") == []


def test_documents_keep_every_version(store: Store) -> None:
    with store.writing() as tx:
        assert tx.put_document("five_whys", "P-1", {"top": "late"}, actor="anna", at=NOON, expected=0) == 1
        assert tx.put_document("five_whys", "P-1", {"top": "late"}, actor="anna") == 1
        assert tx.put_document("five_whys", "P-1", {"top": "迟到"}, actor="li", expected=1) == 2
        assert tx.put_document("problem", "P-2", {}) == 1
        with pytest.raises(ConflictError, match="was read at version 1 and is now at 2") as told:
            tx.put_document("five_whys", "P-1", {"top": "lost"}, expected=1)
        assert told.value.current_version == 2
        with pytest.raises(ValueError, match="is of the kind five_whys, not problem"):
            tx.put_document("problem", "P-1", {})
    with store.reading() as tx:
        last, first = tx.document("P-1"), tx.document("P-1", 1)
        assert last is not None
        assert first is not None
        assert (last["content"], last["version"], last["actor"]) == ({"top": "迟到"}, 2, "li")
        assert (first["content"], first["saved_at"]) == ({"top": "late"}, "2026-03-02T12:00:00.000000Z")
        assert (tx.document("P-1", 3), tx.document("P-9")) == (None, None)
        assert [(row["doc_id"], row["version"]) for row in tx.documents()] == [("P-1", 2), ("P-2", 1)]
        assert [row["doc_id"] for row in tx.documents("problem")] == ["P-2"]
        assert [row["version"] for row in tx.document_versions("P-1")] == [1, 2]


def test_settings_keep_every_version_with_the_day_from_which_it_holds(store: Store) -> None:
    with store.writing() as tx:
        assert tx.put_setting("policy", "default", {"hours": 24}, NOON, actor="anna") == 1
        assert tx.put_setting("policy", "default", {"hours": 8}, NOON + dt.timedelta(days=1)) == 2
        assert tx.put_setting("calendar", "default", {}, NOON) == 1
        found = tx.settings("policy")
        assert [(row["version"], row["valid_from"][:10], row["content"]["hours"]) for row in found] == [
            (1, "2026-03-02", 24),
            (2, "2026-03-03", 8),
        ]
        assert [row["kind"] for row in tx.settings("calendar", "default")] == ["calendar"]
        assert tx.settings("policy", "other") == []


def test_journal_and_outbox(store: Store) -> None:
    with store.writing() as tx:
        tx.journal("triage", {"opened": 3}, actor="anna", at=NOON)
        tx.journal("erased", {"subject_id": "S-1"})
        tx.post("letter", {"to": "S-1"}, case_id="C-1", at=NOON)
        tx.post("warning", {})
        letter = tx.outbox(kind="letter")[0]
        assert tx.mark_sent([letter["number"]], at=NOON) == 1
        assert tx.mark_sent([letter["number"]]) == 0
    with store.reading() as tx:
        assert [row["type"] for row in tx.journal_entries()] == ["triage", "erased"]
        assert tx.journal_entries("triage")[0]["payload"] == {"opened": 3}
        assert [row["kind"] for row in tx.outbox()] == ["warning"]
        assert [row["payload"] for row in tx.outbox(sent=True)] == [{"to": "S-1"}]
        assert len(tx.outbox(sent=None)) == 2


def test_values_about_the_register_and_sealed_keys(store: Store) -> None:
    with store.writing() as tx:
        assert tx.meta("salt") == ""
        tx.put_meta("salt", "a")
        tx.put_meta("salt", "b")
        assert tx.meta("salt") == "b"
        tx.put_sealed_key("k-1", "S-1", b"\x00sealed", at=NOON)
        assert [(row["key_id"], row["subject_id"], row["sealed"]) for row in tx.sealed_keys()] == [
            ("k-1", "S-1", b"\x00sealed")
        ]
        assert tx.drop_sealed_keys(["k-1", "k-2"]) == 1
        assert tx.sealed_keys() == []


def test_the_same_responses_twice_are_kept_once(store: Store) -> None:
    rows = [
        {"survey_id": "nps", "response_id": f"r-{i}", "subject_id": "S-1", "answered_at": NOON, "scores": {"nps": i}}
        for i in range(700)
    ]
    with store.writing() as tx:
        assert tx.put_responses(rows[:400]) == 400
        assert tx.put_responses(reversed(rows)) == 300
        assert tx.put_responses(rows) == 0
        assert tx.put_responses([{**rows[0], "scores": '{"nps": 9}', "qualifies": True}]) == 0
    with store.reading() as tx:
        found = {row["response_id"]: row for row in tx.responses(survey_id="nps")}
        assert len(found) == 700
        assert (found["r-0"]["scores"], found["r-0"]["qualifies"]) == ('{"nps":9}', True)
        assert (found["r-7"]["scores"], found["r-7"]["qualifies"]) == ('{"nps":7}', None)


def test_a_rule_raises_one_alert_for_a_response_or_window(store: Store) -> None:
    alert = {"rule_id": "detractor", "ref": "nps/r-1", "fired_at": NOON, "outcome": "case", "case_id": "C-1"}
    with store.writing() as tx:
        assert tx.put_alerts([alert, {**alert, "ref": "east/2026-03"}]) == 2
        assert tx.put_alerts([{**alert, "outcome": "suppressed", "reason": "quiet"}]) == 0
        assert [row["reason"] for row in tx.alerts(outcome="suppressed")] == ["quiet"]
        assert len(tx.alerts(rule_id="detractor")) == 2


def test_tables_made_again_are_those_that_stand_there(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows, 5)
    with store.reading() as tx:
        before = tx.cases(), tx.due_of(*(f"C-00{i}" for i in range(1, 6)))
    assert store.verify(make_rows).is_intact
    with store.writing() as tx:
        tx.clear_projections()
    assert not store.verify().is_intact
    assert store.rebuild(make_rows) == 5
    with store.reading() as tx:
        assert (tx.cases(), tx.due_of(*(f"C-00{i}" for i in range(1, 6)))) == before
    with store.writing() as tx:
        tx.project({**before[0][1], "owner": "eve"}, [])
    assert [str(each) for each in store.verify(make_rows).breaks] == [
        "case C-002, event 3: What the events make differs from the tables in: owner, due. Rebuild the tables."
    ]
    assert store.verify().is_intact, "without a projection only versions are compared"


def test_a_rebuild_that_fails_leaves_the_tables(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows)

    def failing(events: list[CaseEvent]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        if events[0].case_id == "C-003":
            raise ZeroDivisionError
        return make_rows(events)

    with pytest.raises(ZeroDivisionError):
        store.rebuild(failing)
    assert store.verify(make_rows).is_intact


TAMPERED = {
    "UPDATE event SET actor = 'eve' WHERE case_id = 'C-002' AND seq = 2": (2, "is not what was written"),
    "UPDATE event SET payload = '{\"owner\":\"eve\"}' WHERE case_id = 'C-002' AND seq = 2": (2, "not what was written"),
    "UPDATE event SET at = '2026-03-02T12:01:01.000000Z' WHERE case_id = 'C-002' AND seq = 1": (1, "not what was"),
    "UPDATE event SET sealed = prev_hash WHERE case_id = 'C-002' AND seq = 1": (1, "sealed text"),
    "UPDATE event SET prev_hash = hash WHERE case_id = 'C-002' AND seq = 3": (3, "does not follow"),
    "DELETE FROM event WHERE case_id = 'C-002' AND seq = 1": (1, "is missing"),
    "DELETE FROM event WHERE case_id = 'C-002' AND seq = 2": (2, "is missing"),
    "DELETE FROM event WHERE case_id = 'C-002' AND seq = 3": (2, "the register knows of 3"),
    "DELETE FROM event WHERE case_id = 'C-002'": (1, "is missing"),
    "DELETE FROM case_head WHERE case_id = 'C-002'": (3, "no record of the last one"),
    "UPDATE case_head SET version = 2 WHERE case_id = 'C-002'": (3, "takes event 2 for the last"),
    "UPDATE case_head SET hash = (SELECT prev_hash FROM event AS e WHERE e.case_id = 'C-002' AND seq = 3)"
    " WHERE case_id = 'C-002'": (3, "its digest is another"),
    "DELETE FROM case_row WHERE case_id = 'C-002'": (3, "missing in the table of cases"),
    "UPDATE case_row SET version = 2 WHERE case_id = 'C-002'": (3, "another version"),
}  # fmt: skip


@pytest.mark.parametrize("statement", TAMPERED)
def test_the_first_break_is_named(store: Store, event: Make, make_rows: Rows, statement: str) -> None:
    fill(store, event, make_rows)
    intact = store.verify(make_rows)
    assert (intact.is_intact, intact.n_cases, intact.n_events, len(intact.digest)) == (True, 3, 9, 64)
    assert "tamper-evident" in str(intact)
    assert intact.digest in str(intact)
    unguard(store)
    with store.writing() as tx:
        assert tx.connection.exec_driver_sql(statement).rowcount
    found = store.verify()
    seq, words = TAMPERED[statement]
    assert found.first is not None
    assert (found.first.case_id, found.first.seq) == ("C-002", seq)
    assert words in str(found.first)
    assert "C-002" in str(found)
    assert len(found.breaks) == 1
    set_language("zh")
    assert "个案 C-002" in str(found)


def unguard(store: Store) -> None:
    """Take the guards away, as somebody can who has the file, or owns the database."""
    with store.writing() as tx:
        connection = tx.connection
        if store.dialect == "sqlite":
            for name in ("event_delete", "event_update", "event_replace"):
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("ALTER TABLE event DISABLE TRIGGER USER")
            connection.exec_driver_sql("GRANT UPDATE, DELETE ON event TO CURRENT_USER")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE event SET payload = '{}'",
        "UPDATE event SET sealed = prev_hash",
        "UPDATE event SET sealed = NULL, actor = 'eve'",
        "DELETE FROM event",
        "UPDATE journal SET type = 'x'",
        "DELETE FROM journal",
    ],
)
def test_the_database_refuses_to_change_what_happened(
    store: Store, event: Make, make_rows: Rows, statement: str
) -> None:
    fill(store, event, make_rows)
    with store.writing() as tx:
        tx.journal("triage", {})
    with pytest.raises(StoreError, match="only ever added to"), store.writing() as tx:
        tx.connection.exec_driver_sql(statement)
    assert store.verify(make_rows).is_intact
    with store.reading() as tx:
        assert len(tx.journal_entries()) == 1


def test_the_database_refuses_to_put_an_event_in_the_place_of_another(
    store: Store, event: Make, make_rows: Rows
) -> None:
    fill(store, event, make_rows)
    copied = "INTO event SELECT * FROM event WHERE case_id = 'C-001' AND seq = 1"
    verb = "INSERT OR REPLACE" if store.dialect == "sqlite" else "INSERT"
    with pytest.raises((StoreError, ConflictError)), store.writing() as tx:
        tx.connection.exec_driver_sql(f"{verb} {copied}")
    if store.dialect == "postgresql":
        with pytest.raises(StoreError, match="only ever added to"), store.writing() as tx:
            tx.connection.exec_driver_sql("TRUNCATE event")
    assert store.verify(make_rows).is_intact


def test_what_was_sealed_can_be_purged_and_the_chain_holds(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows)
    before = store.verify(make_rows)
    with store.writing() as tx:
        assert tx.purge(["key-C-001", "key-C-003", "unknown"]) == 2
        assert tx.purge(["key-C-001"]) == 0
    store.compact()
    after = store.verify(make_rows)
    assert after.is_intact
    assert after.digest == before.digest
    with store.reading() as tx:
        assert [e.sealed for e in tx.all_events() if e.seq == 1] == [None, b"cipher", None]
        assert {e.key_id for e in tx.all_events() if e.seq == 1} == {"key-C-001", "key-C-002", "key-C-003"}


def test_what_was_purged_is_in_no_file_any_more(tmp_path: Path, event: Make) -> None:
    secret = bytes(range(200, 250))

    def found() -> list[str]:
        return [path.name for path in tmp_path.iterdir() if secret in path.read_bytes()]

    with Store.open(tmp_path / "loop.sqlite") as store, Store.open(tmp_path / "loop.sqlite") as other:
        with store.writing() as tx:
            tx.append("C-1", 0, [event("C-1", 1, sealed=secret), event("C-1", 2)])
        assert found()
        with store.writing() as tx:
            assert tx.purge(["key-C-1"]) == 1
        store.compact()
        assert found() == []
        with other.reading() as tx:
            assert tx.head("C-1") == 2
            with Store.open(tmp_path / "loop.sqlite", timeout_s=0.1) as third:
                with third.writing() as busy:
                    busy.append("C-1", 2, [event("C-1", 3)])
                with pytest.raises(StoreError, match=r"could not be compacted|is locked"):
                    third.compact()
        assert other.verify().n_events == 3


def test_the_digest_of_all_heads_changes_with_any_event(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows)
    seen = {store.verify().digest}
    for case_id in ("C-001", "C-003"):
        with store.writing() as tx:
            tx.append(case_id, 3, [event(case_id, 4)])
        seen.add(store.verify().digest)
    assert len(seen) == 3


def test_a_newer_event_is_not_guessed_at(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows)
    unguard(store)
    with store.writing() as tx:
        tx.connection.exec_driver_sql("UPDATE event SET schema_v = 2")
    with pytest.raises(StoreError, match="written by a newer closeloop") as told, store.reading() as tx:
        tx.events("C-001")
    assert (told.value.found, told.value.expected) == (2, 1)


def test_threads_take_turns(store: Store, event: Make) -> None:
    def work(name: str) -> None:
        for seq in range(1, 21):
            with store.writing() as tx:
                assert tx.head(name) == seq - 1
                tx.append(name, seq - 1, [event(name, seq, n=seq)])

    threads = [threading.Thread(target=work, args=(f"C-{i}",)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as tx:
        assert [tx.head(f"C-{i}") for i in range(3)] == [20, 20, 20]


def test_a_long_answer_need_not_be_read_to_its_end(store: Store, event: Make, make_rows: Rows) -> None:
    fill(store, event, make_rows)
    with store.reading() as tx:
        first = next(tx.all_events())
    assert first.case_id == "C-001"
    store.close()  # nothing is left open: that would be a warning, and warnings are errors here


def test_whoever_reads_sees_one_moment(lasting_url: str, event: Make) -> None:
    with Store.open(lasting_url) as one, Store.open(lasting_url) as other:
        with other.reading() as view:
            assert view.head("C-1") == 0
            with one.writing() as tx:
                tx.append("C-1", 0, [event("C-1", 1)])
            assert view.head("C-1") == 0
        with other.reading() as view:
            assert view.head("C-1") == 1


def test_the_tables_are_those_that_statements_are_built_on(store: Store) -> None:
    from closeloop.followup.store import schema

    tables = [value for value in vars(schema).values() if isinstance(value, sa.TableClause)]
    with store.reading() as tx:
        looked = sa.inspect(tx.connection)
        assert set(looked.get_table_names()) - {"sqlite_sequence"} == {table.name for table in tables}
        for table in tables:
            assert {c["name"] for c in looked.get_columns(table.name)} == set(table.c.keys())
