"""The whole register goes into a folder and comes back the same, from any database to any other, or not at all."""

from __future__ import annotations

import base64
import csv
import datetime as dt
import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from closeloop.errors import StoreError
from closeloop.followup.event import CaseEvent
from closeloop.followup.store.exchange.export_register import export_register
from closeloop.followup.store.exchange.import_register import import_register
from closeloop.followup.store.exchange.layout import PARTS
from closeloop.followup.store.schema import CASE_HEAD, CASE_ROW, DUE, META
from closeloop.followup.store.store import Store
from closeloop.text import set_language

Make = Callable[..., CaseEvent]
Rows = Callable[[list[CaseEvent]], tuple[dict[str, Any], list[dict[str, Any]]]]

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
HOSTILE = '=HYPERLINK("http://x","慢")'


def fill(store: Store, event: Make, make_rows: Rows) -> None:
    """Put something of every kind into a register."""
    with store.writing() as tx:
        events = [
            event("C-1", 1, "CaseOpened", number=tx.next_number(), subject_id="S-1", sealed=b"\x00cipher\xff"),
            event("C-1", 2, "OwnerChanged", owner=HOSTILE),
            event("C-1", 3, "TaskAdded", what="+49 call\n\x00back", due_at="2026-03-09T00:00:00Z", owner="anna"),
            event("C-1", 4, "TaskAdded", what="refund", due_at="2026-03-08T00:00:00Z", owner="anna"),
            event("C-1", 5, "TaskDone", task=3, evidence="receipt"),
            event("C-1", 6, "PromiseMade", what={"private": 12}, due_at="2026-03-10", to="customer", n=0.1),
            event("C-1", 7, "PromiseMade", what="news", due_at="2026-03-11", to="customer"),
            event("C-1", 8, "PromiseBroken", promise=7, reason="half \ud83d"),
            event("C-1", 9, "TaskChanged", task=4, owner="li"),
        ]
        tx.append("C-1", 0, events)
        tx.project(*make_rows(events))
        other = [event("C-2", 1, "CaseOpened", number=tx.next_number(), subject_id="S-2", sealed=b"gone")]
        tx.append("C-2", 0, other)
        tx.project(*make_rows(other))
        tx.purge(["key-C-2"])
        tx.put_responses(
            [
                {"survey_id": "nps", "response_id": "=1", "answered_at": NOON, "scores": {"nps": 3, "trust": 2.5}},
                {"survey_id": "nps", "response_id": "r-2", "scores": {"nps": 9}, "qualifies": False},
            ]
        )
        tx.put_alerts([{"rule_id": "d", "ref": "nps/r-1", "fired_at": NOON, "outcome": "case", "detail": {"n": [1]}}])
        tx.put_document("problem", "P-1", {"gap": 0.1, "text": HOSTILE}, actor="anna")
        tx.put_document("problem", "P-1", {"gap": 0.2}, actor="anna")
        tx.put_setting("policy", "default", {"hours": 24}, NOON)
        tx.journal("triage", {"opened": 2}, actor="anna")
        tx.post("letter", {"text": "尊敬的客户"}, case_id="C-1")
        tx.post("letter", {})
        tx.mark_sent([1], at=NOON)
        tx.put_meta("salt", "pepper")
        tx.put_sealed_key("k-1", "S-1", b"sealed to the key file")


def content(store: Store) -> dict[str, list[dict[str, Any]]]:
    """Give everything that a register holds."""
    tables = {name: part.ordered() for name, part in PARTS.items()}
    tables |= {table.name: sa.select(table).order_by(*list(table.c)[:1]) for table in (META, CASE_HEAD, CASE_ROW, DUE)}
    with store.reading() as tx:
        return {name: [dict(row) for row in tx.connection.execute(q).mappings()] for name, q in tables.items()}


def test_what_goes_out_comes_back_the_same(
    store: Store, event: Make, make_rows: Rows, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    fill(store, event, make_rows)
    folder = export_register(store, tmp_path / "export")
    into_file = store.dialect == "postgresql"  # the other database each time
    target = str(tmp_path / "copy.sqlite") if into_file else request.getfixturevalue("postgres_url")
    taken = import_register(folder, target, make_rows=make_rows)
    assert taken["events.jsonl"] == 10
    with Store.open(target) as copy:
        assert content(copy) == content(store)
        assert copy.verify(make_rows).is_intact
        assert copy.verify().digest == store.verify().digest
        with copy.writing() as tx:  # and it goes on from there
            assert tx.next_number() == 3
            tx.journal("after", {})
            tx.post("letter", {})
            assert [row["number"] for row in tx.journal_entries()] == [1, 2]
            tx.append("C-1", 9, [event("C-1", 10)])


def test_the_same_register_gives_the_same_files(store: Store, event: Make, make_rows: Rows, tmp_path: Path) -> None:
    fill(store, event, make_rows)
    one, two = (export_register(store, tmp_path / name, at=NOON) for name in ("one", "two"))
    assert {p.name: p.read_bytes() for p in one.iterdir()} == {p.name: p.read_bytes() for p in two.iterdir()}


def test_sealed_text_goes_out_sealed(store: Store, event: Make, make_rows: Rows, tmp_path: Path) -> None:
    fill(store, event, make_rows)
    folder = export_register(store, tmp_path / "export")
    lines = [json.loads(line) for line in (folder / "events.jsonl").read_text(encoding="utf-8").splitlines()]
    assert base64.b64decode(lines[0]["sealed"]) == b"\x00cipher\xff"
    assert lines[0]["payload"] == {"number": 1, "subject_id": "S-1"}
    assert [line["sealed"] for line in lines[1:]] == [None] * 9
    assert lines[9]["sealed_digest"] is not None, "of what was purged the digest is kept"


def test_tables_for_people_run_nothing(store: Store, event: Make, make_rows: Rows, tmp_path: Path) -> None:
    fill(store, event, make_rows)
    folder = export_register(store, tmp_path / "export")
    tables = {}
    for path in folder.glob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf"), "spreadsheets then read Chinese"
        with path.open(encoding="utf-8-sig", newline="") as stream:
            tables[path.stem] = list(csv.DictReader(stream))
    cases, tasks, promises, responses = (tables[name] for name in ("cases", "tasks", "promises", "responses"))
    for table in (cases, tasks, promises):
        assert list(table[0])[:3] == ["case_id", "number", "subject_id"]
    assert [(row["case_id"], row["number"], row["is_open"]) for row in cases] == [
        ("C-1", "1", "true"),
        ("C-2", "2", "true"),
    ]
    assert cases[0]["owner"] == f"'{HOSTILE}"
    assert [(row["task"], row["what"], row["owner"], row["evidence"], bool(row["done_at"])) for row in tasks] == [
        ("3", "'+49 call\n\ufffdback", "anna", "receipt", True),
        ("4", "refund", "li", "", False),
    ]
    assert [(row["promise"], row["what"], row["kept"]) for row in promises] == [
        ("6", "•••", ""),
        ("7", "news", "false"),
    ]
    assert [(row["response_id"], row["score.nps"], row["score.trust"], row["qualifies"]) for row in responses] == [
        ("'=1", "3", "2.5", ""),
        ("r-2", "9", "", "false"),
    ]
    assert not [
        value for table in tables.values() for row in table for value in row.values() if value[:1] in "=+@" and value
    ]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def change(path: Path) -> None:
    lines = path.read_bytes().split(b"\n")
    lines[1] = lines[1].replace(b"anna", b"eve!", 1)
    path.write_bytes(b"\n".join(lines))


def change_with_its_digest(path: Path) -> None:
    from closeloop.followup.store.exchange.layout import line_of, values_of
    from closeloop.followup.store.schema import EVENT

    lines = path.read_text(encoding="utf-8").splitlines()
    row = values_of(EVENT, lines[2])
    assert row is not None
    lines[2] = line_of(EVENT, {**row, "actor": "eve"})
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def take_out(path: Path) -> None:
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:-1]))


def take_out_in_the_middle(path: Path) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:4] + lines[5:]))


def swap(path: Path) -> None:
    path.write_bytes(b"".join(reversed(path.read_bytes().splitlines(keepends=True))))


def twice(path: Path) -> None:
    path.write_bytes(path.read_bytes() * 2)


FAULTS: list[tuple[str, Callable[[Path], object], str]] = [
    ("events.jsonl", cut, r"events\.jsonl, line 10: this is not what was exported"),
    ("events.jsonl", change, r"events\.jsonl, line 2: this is not"),
    ("events.jsonl", change_with_its_digest, r"events\.jsonl, line 3: event 3 of case C-1 does not follow"),
    ("events.jsonl", take_out, r"events\.jsonl has 9 lines; 10 were exported"),
    ("events.jsonl", take_out_in_the_middle, r"events\.jsonl, line 5: event 6 of case C-1"),
    ("events.jsonl", swap, r"events\.jsonl, line 2: event 9 of case C-1"),
    ("events.jsonl", Path.unlink, r"events\.jsonl is part of the export and cannot be read"),
    ("documents.jsonl", change, r"documents\.jsonl, line 2: this is not"),
    ("documents.jsonl", swap, r"documents\.jsonl has other lines, or in another order"),
    ("responses.jsonl", cut, r"responses\.jsonl, line 2: this is not"),
    ("responses.jsonl", take_out, r"responses\.jsonl has 1 lines; 2 were exported"),
    ("journal.jsonl", twice, r"journal\.jsonl has 2 lines; 1 were exported"),
    ("settings.jsonl", Path.unlink, r"settings\.jsonl is part of the export and cannot be read"),
    ("alerts.jsonl", lambda path: path.write_bytes(b"\xff\xfe[[[\n"), r"alerts\.jsonl, line 1: this is not"),
    ("manifest.json", cut, r"manifest\.json, line 1: this is not"),
    ("manifest.json", Path.unlink, r"manifest\.json is missing or not one of ours"),
    ("manifest.json", lambda path: path.write_text("[]"), r"manifest\.json is missing or not one of ours"),
]


@pytest.mark.parametrize(("name", "spoil", "words"), FAULTS)
def test_a_spoilt_export_is_not_taken(
    name: str, spoil: Callable[[Path], object], words: str, event: Make, make_rows: Rows, tmp_path: Path
) -> None:
    with Store.open(":memory:") as store:
        fill(store, event, make_rows)
        folder = export_register(store, tmp_path / "export")
    spoil(folder / name)
    target = tmp_path / "copy.sqlite"
    with pytest.raises(StoreError, match=words) as told:
        import_register(folder, target)
    assert told.value.file.endswith(name)
    assert not list(tmp_path.glob("copy*")), "not even an empty register is left"
    set_language("zh")
    assert "未导入任何内容" in str(told.value)


def test_an_export_of_a_newer_version_is_not_guessed_at(event: Make, make_rows: Rows, tmp_path: Path) -> None:
    with Store.open(":memory:") as store:
        folder = export_register(store, tmp_path / "export")
    manifest = folder / "manifest.json"
    manifest.write_text(manifest.read_text(encoding="utf-8").replace('"format": 1', '"format": 9'), encoding="utf-8")
    with pytest.raises(StoreError, match="written by a newer closeloop") as told:
        import_register(folder, tmp_path / "copy.sqlite")
    assert (told.value.found, told.value.expected) == (9, 1)


def test_only_an_empty_register_takes_an_export(store: Store, event: Make, make_rows: Rows, tmp_path: Path) -> None:
    fill(store, event, make_rows)
    folder = export_register(store, tmp_path / "export")
    target = tmp_path / "copy.sqlite"
    with Store.open(target) as copy, copy.writing() as tx:
        tx.journal("begun", {}, at=NOON)
    with pytest.raises(StoreError, match="There is something in"):
        import_register(folder, target)
    with Store.open(target) as copy, copy.reading() as tx:
        assert [row["type"] for row in tx.journal_entries()] == ["begun"]
        assert list(tx.all_events()) == []


def test_an_import_that_fails_at_the_end_leaves_nothing(event: Make, make_rows: Rows, tmp_path: Path) -> None:
    with Store.open(":memory:") as store:
        fill(store, event, make_rows)
        folder = export_register(store, tmp_path / "export")

    def failing(_: list[CaseEvent]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        import_register(folder, tmp_path / "copy.sqlite", make_rows=failing)
    assert not list(tmp_path.glob("copy*"))


def test_an_export_replaces_an_earlier_one_and_nothing_else(
    store: Store, event: Make, make_rows: Rows, tmp_path: Path
) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    export_register(store, folder)
    fill(store, event, make_rows)
    export_register(store, folder)
    assert len((folder / "events.jsonl").read_bytes().splitlines()) == 10
    other = tmp_path / "other"
    other.mkdir()
    (other / "thesis.txt").write_text("years of work", encoding="utf-8")
    for taken in (other, other / "thesis.txt"):
        with pytest.raises(StoreError, match="holds something else"):
            export_register(store, taken)
    with pytest.raises(StoreError, match="there is no folder"):
        export_register(store, tmp_path / "missing" / "export")
    assert (other / "thesis.txt").read_text(encoding="utf-8") == "years of work"
    assert sorted(p.name for p in tmp_path.iterdir() if p.is_dir()) == ["export", "other"]


@pytest.mark.parametrize("call", ["fsync", "rename"])
def test_a_disk_that_is_full_leaves_the_earlier_export(
    call: str, event: Make, make_rows: Rows, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(":memory:") as store:
        folder = export_register(store, tmp_path / "export")
        before = {p.name: p.read_bytes() for p in folder.iterdir()}
        fill(store, event, make_rows)
        real = Path.rename

        def full(*arguments: Any) -> Path:
            if call == "rename" and "earlier" in str(arguments[1]):
                return real(*arguments)
            if call == "rename" and "earlier" in str(arguments[0]):
                return real(*arguments)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        monkeypatch.setattr(os if call == "fsync" else Path, call, full)
        with pytest.raises(StoreError, match="No space left on device"):
            export_register(store, folder)
        monkeypatch.undo()
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == before
    assert [p.name for p in tmp_path.iterdir()] == ["export"]
