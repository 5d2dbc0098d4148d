"""What goes wrong with files, disks, locks and servers is said in words, and nothing that was written is lost."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from closeloop.errors import StoreError
from closeloop.followup.event import CaseEvent
from closeloop.followup.store import store as store_module
from closeloop.followup.store.migrations import steps
from closeloop.followup.store.store import Store
from closeloop.text import language, set_language

Make = Callable[..., CaseEvent]


def one_case(store: Store, event: Make, case_id: str = "C-1", n: int = 1) -> None:
    with store.writing() as tx:
        tx.append(case_id, 0, [event(case_id, seq, note="x" * 200) for seq in range(1, n + 1)])
        tx.project({"case_id": case_id, "version": n}, [])


def in_both_languages(error: StoreError) -> str:
    """Give what an error says, after a look whether it says it in Chinese too."""
    assert set(error.text) == {"en", "zh-CN"}
    assert language() == "en"
    set_language("zh")
    assert any("\u4e00" <= letter <= "\u9fff" for letter in str(error))
    set_language("en")
    return str(error)


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("not a register", encoding="utf-8")
    with pytest.raises(StoreError, match="is not a SQLite database") as told:
        Store.open(file)
    assert str(file) in in_both_languages(told.value)
    assert told.value.file == str(file)
    assert file.read_text(encoding="utf-8") == "not a register"
    assert [p.name for p in tmp_path.iterdir()] == ["notes.txt"]


def test_a_database_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as other:
        other.execute("CREATE TABLE event (case_id TEXT)")
        other.execute("CREATE TABLE meta (key TEXT, value TEXT)")
    other.close()
    before = file.read_bytes()
    with pytest.raises(StoreError, match="but not a register of closeloop") as told:
        Store.open(file)
    in_both_languages(told.value)
    assert file.read_bytes() == before


def test_a_postgresql_database_of_somebody_else_is_left_alone(postgres_url: str) -> None:
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("CREATE TABLE event (id INTEGER)")
    with pytest.raises(StoreError, match="but not a register of closeloop"):
        Store.open(postgres_url)
    with psycopg.connect(postgres_url, autocommit=True) as other:
        other.execute("DROP TABLE event")
        other.execute("CREATE TABLE invoice (id INTEGER)")
    with Store.open(postgres_url) as store, store.reading() as tx:  # other tables beside ours do not matter
        assert tx.n_cases() == 0


def test_a_register_that_was_only_begun_is_finished(tmp_path: Path) -> None:
    """Whoever was killed after the file was made and before its tables were left an empty database."""
    file = tmp_path / "loop.sqlite"
    begun = sqlite3.connect(file)
    begun.execute("PRAGMA journal_mode = WAL")
    begun.close()
    assert file.stat().st_size
    with Store.open(file) as store:
        assert store.verify().is_intact


def test_an_empty_file_becomes_a_register_only_if_one_may_be_made(tmp_path: Path) -> None:
    file = tmp_path / "loop.sqlite"
    file.touch()
    with pytest.raises(StoreError, match="There is no register at"):
        Store.open(file, create=False)
    assert file.read_bytes() == b""
    with Store.open(file) as store, store.reading() as tx:
        assert tx.n_cases() == 0


def test_a_missing_folder_a_missing_file_and_a_folder(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="there is no folder") as told:
        Store.open(tmp_path / "missing" / "loop.sqlite")
    assert str(tmp_path / "missing") in in_both_languages(told.value)
    with pytest.raises(StoreError, match="There is no register at") as told:
        Store.open(tmp_path / "loop.sqlite", create=False)
    in_both_languages(told.value)
    with pytest.raises(StoreError, match="is a folder") as told:
        Store.open(tmp_path)
    in_both_languages(told.value)
    assert list(tmp_path.iterdir()) == []


def test_a_register_of_a_newer_version_is_refused(lasting_url: str, event: Make) -> None:
    with Store.open(lasting_url) as store:
        one_case(store, event)
        with store.writing() as tx:
            tx.connection.exec_driver_sql("INSERT INTO migration VALUES (99, 'later', '9.9', '2030-01-01')")
    with pytest.raises(StoreError, match=r"its tables have version 99, this version knows up to 1") as told:
        Store.open(lasting_url)
    in_both_languages(told.value)
    assert (told.value.found, told.value.expected) == (99, 1)


def add_colour(connection: sa.Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE case_row ADD COLUMN colour TEXT")


def fail_half_way(connection: sa.Connection) -> None:
    connection.exec_driver_sql("ALTER TABLE case_row ADD COLUMN shape TEXT")
    raise ZeroDivisionError


def test_an_older_register_is_brought_up_step_by_step(
    lasting_url: str, event: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store.open(lasting_url) as store:
        one_case(store, event, n=3)
        digest = store.verify().digest
    monkeypatch.setattr(store_module, "STEPS", {**steps.STEPS, 2: ("colour", add_colour), 3: ("shape", fail_half_way)})
    with pytest.raises(ZeroDivisionError):
        Store.open(lasting_url)
    monkeypatch.setattr(store_module, "STEPS", {**steps.STEPS, 2: ("colour", add_colour)})
    with Store.open(lasting_url) as store, store.reading() as tx:
        columns = {c["name"] for c in sa.inspect(tx.connection).get_columns("case_row")}
        assert "colour" in columns
        assert "shape" not in columns, "a step that fails is undone together with its record"
        recorded = tx.connection.exec_driver_sql("SELECT number, name FROM migration ORDER BY number").all()
        assert [tuple(row) for row in recorded] == [(1, "register"), (2, "colour")]
        assert store.verify().is_intact
        assert store.verify().digest == digest


def test_a_lock_that_somebody_holds_too_long(lasting_url: str, event: Make) -> None:
    with Store.open(lasting_url) as holder, Store.open(lasting_url, timeout_s=0.2) as waiting:
        one_case(holder, event)
        with holder.writing(alone=True) as tx:
            tx.append("C-1", 1, [event("C-1", 2)])
            with pytest.raises(StoreError, match="is locked: somebody else has been writing") as told:
                one_case(waiting, event, "C-2")
            in_both_languages(told.value)
            with waiting.reading() as view:
                assert view.head("C-1") == 1, "whoever reads does not wait"
        one_case(waiting, event, "C-2")
        with waiting.reading() as view:
            assert (view.head("C-1"), view.head("C-2")) == (2, 1)


def test_a_case_that_is_being_decided_on_waits_for_the_other(postgres_url: str, event: Make) -> None:
    holder, waiting = Store.open(postgres_url), Store.open(postgres_url, timeout_s=0.2)
    with holder, waiting, holder.writing() as tx:
        assert tx.events("C-1") == []
        with waiting.writing() as other:
            assert other.events("C-2") == []
        with pytest.raises(StoreError, match="is locked"), waiting.writing() as other:
            other.events("C-1")
        tx.append("C-1", 0, [event("C-1", 1)])


def test_a_full_disk_loses_nothing(tmp_path: Path, event: Make) -> None:
    file = tmp_path / "loop.sqlite"
    with Store.open(file) as store:
        one_case(store, event)
        with store.writing() as tx:
            pages = tx.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            tx.connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 3}")
        with pytest.raises(StoreError, match="There is no room left for") as told:
            one_case(store, event, "C-2", n=500)
        assert "disk is full" in in_both_languages(told.value)
        with store.writing() as tx:
            assert (tx.head("C-1"), tx.head("C-2")) == (1, 0)
            tx.connection.exec_driver_sql("PRAGMA max_page_count = 100000")
        one_case(store, event, "C-2", n=500)
    with Store.open(file) as store:
        assert store.verify().is_intact


CHILD = """
import datetime as dt, os, resource, signal, sys
from closeloop.errors import StoreError
from closeloop.followup.event import CaseEvent
from closeloop.followup.store.store import Store
from closeloop.text import message

NOW = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)
def append(tx, case_id, n):
    tx.append(case_id, 0, [CaseEvent(case_id=case_id, seq=seq, type="FactAdded", at=NOW, recorded_at=NOW, actor="anna",
                                     payload={"note": "x" * 500}) for seq in range(1, n + 1)])
    tx.project({"case_id": case_id, "version": n}, [])
url = sys.argv[1]
"""


def child(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", CHILD + program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)


def test_a_file_that_may_not_grow_loses_nothing(tmp_path: Path, event: Make) -> None:
    """The operating system itself refuses to write."""
    file = tmp_path / "loop.sqlite"
    with Store.open(file) as store:
        one_case(store, event)
    run = child(
        """
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with Store.open(url) as store:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
    try:
        with store.writing() as tx:
            append(tx, "C-2", 2000)
    except StoreError as error:
        print(error)
""",
        str(file),
    )
    assert "Nothing of this step was written" in run.stdout, run.stderr
    with Store.open(file) as store, store.reading() as tx:
        assert (tx.head("C-1"), tx.head("C-2")) == (1, 0)
        assert store.verify().is_intact


def test_whoever_is_killed_while_writing_leaves_nothing_behind(tmp_path: Path, event: Make) -> None:
    file = tmp_path / "loop.sqlite"
    with Store.open(file) as store:
        one_case(store, event)
    run = child(
        """
store = Store.open(url)
with store.writing() as tx:
    append(tx, "C-2", 3000)  # more than the cache holds, so that some of it is on the disk
    os.kill(os.getpid(), signal.SIGKILL)
""",
        str(file),
    )
    assert run.returncode == -9
    with Store.open(file) as store, store.reading() as tx:
        assert (tx.head("C-1"), tx.head("C-2")) == (1, 0)
        assert store.verify().is_intact


def test_a_log_that_was_cut_off_holds_what_was_whole(tmp_path: Path, event: Make) -> None:
    """Cut anywhere, the write-ahead log gives a prefix of the transactions, each of them whole."""
    file = tmp_path / "loop.sqlite"
    Store.open(file).close()
    seen = set()
    with Store.open(file) as store:
        for i in range(12):
            one_case(store, event, f"C-{i:02d}", n=3)
        log = Path(f"{file}-wal").read_bytes()
        assert len(log) > 100_000
        for share in (0, 0.11, 0.3, 0.52, 0.77, 0.93, 0.999, 1):
            copy = tmp_path / f"copy-{share}.sqlite"
            shutil.copy(file, copy)
            Path(f"{copy}-wal").write_bytes(log[: int(len(log) * share)])
            with Store.open(copy) as cut, cut.reading() as tx:
                cases = [row["case_id"] for row in tx.cases()]
                assert cases == [f"C-{i:02d}" for i in range(len(cases))]
                found = cut.verify()
                assert found.is_intact, str(found)
                assert found.n_events == 3 * len(cases)
                seen.add(len(cases))
    assert {0, 12} <= seen
    assert len(seen) > 4


def test_a_file_that_was_cut_off_is_not_taken_for_whole(tmp_path: Path, event: Make) -> None:
    file = tmp_path / "loop.sqlite"
    with Store.open(file) as store:
        for i in range(40):
            one_case(store, event, f"C-{i:02d}", n=20)
    whole = file.read_bytes()

    def found_out(content: bytes) -> bool:
        file.write_bytes(content)
        try:
            with Store.open(file) as store:
                return not store.verify().is_intact
        except StoreError as error:
            in_both_languages(error)
            return True

    assert not found_out(whole)
    for share in (0.004, 0.1, 0.5, 0.9):
        assert found_out(whole[: int(len(whole) * share)])
    assert found_out(whole[:50_000] + b"\xff" * 20_000 + whole[70_000:])


def test_a_register_that_is_opened_for_reading_only(tmp_path: Path, event: Make) -> None:
    file = tmp_path / "loop.sqlite"
    with Store.open(file) as store:
        one_case(store, event)
    with Store.open(f"sqlite:///file:{file}?mode=ro") as store:
        with store.reading() as tx:
            assert tx.head("C-1") == 1
        with pytest.raises(StoreError, match="may only be read") as told:
            one_case(store, event, "C-2")
        assert str(file) in in_both_languages(told.value)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.parametrize("what", ["folder", "file"])
def test_a_folder_or_file_that_may_not_be_written(what: str, event: Make) -> None:
    """As somebody who may only read; the root user may write everywhere, so a child becomes somebody else."""
    folder = Path(tempfile.mkdtemp())
    try:
        file = folder / "loop.sqlite"
        with Store.open(file) as store:
            one_case(store, event)
        file.chmod(0o444)
        folder.chmod(0o555 if what == "folder" else 0o777)
        run = child(
            """
import glob
message("store.locked", file="", reason="")  # what is loaded late may not be readable for somebody else
with Store.open(":memory:") as store, store.writing() as tx:
    append(tx, "C-1", 1)
if os.geteuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
try:
    with Store.open(url) as store:
        with store.reading() as tx:
            print("reads", tx.head("C-1"))
        with store.writing() as tx:
            append(tx, "C-2", 1)
except StoreError as error:
    print(error)
try:
    Store.open(os.path.dirname(url) + "/new.sqlite").close()
    print("makes")
except StoreError as error:
    print(error)
""",
            str(file),
        )
        assert run.returncode == 0, run.stderr
        assert "may only be read" in run.stdout or "cannot be opened" in run.stdout
        assert ("makes" in run.stdout) == (what == "file")
        assert str(file) in run.stdout
        folder.chmod(0o755)
        file.chmod(0o644)
        with Store.open(file) as store, store.reading() as tx:
            assert [row["case_id"] for row in tx.cases()] == ["C-1"]
    finally:
        folder.chmod(stat.S_IRWXU)
        shutil.rmtree(folder)


def test_a_server_that_does_not_answer_is_named_without_the_password(postgres_server: str) -> None:
    right = sa.make_url(postgres_server)
    user, port = right.username, right.port
    wrong = {
        f"postgresql://{user}:s3cret@127.0.0.1:1/postgres": "cannot be reached",
        f"postgresql://{user}:s3cret@127.0.0.1:{port}/postgres": "cannot be reached|refused the user name",
        f"postgresql://{user}:{right.password}@127.0.0.1:{port}/nothere": "cannot be reached|no such database",
    }
    for url, words in wrong.items():
        with pytest.raises(StoreError, match=words) as told:
            Store.open(url, timeout_s=2)
        said = in_both_languages(told.value)
        assert f"{user}:***@127.0.0.1" in said
        for secret in ("s3cret", str(right.password)):
            assert secret not in said
            assert secret not in str(told.value.text["zh-CN"])


@pytest.mark.parametrize("url", ["mysql://anna:s3cret@host/loop", "oracle://x", "postgresql://anna:s3cret@host:port/x"])
def test_an_address_that_is_none_is_named_without_the_password(url: str) -> None:
    with pytest.raises(StoreError, match="cannot be opened at an address of the kind") as told:
        Store.open(url)
    assert "s3cret" not in in_both_languages(told.value)


def test_without_the_driver_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(StoreError, match=r"closeloop\[postgres\]") as told:
        Store.open("postgresql://anna@127.0.0.1/loop")
    in_both_languages(told.value)


def test_a_connection_that_breaks_off(postgres_url: str, event: Make) -> None:
    with Store.open(postgres_url) as store, psycopg.connect(postgres_url, autocommit=True) as other:
        one_case(store, event)
        with pytest.raises(StoreError, match="the connection broke off") as told:
            cut(store, other, event)
        in_both_languages(told.value)
        with store.reading() as tx:
            assert (tx.head("C-1"), tx.head("C-2")) == (1, 0)
        one_case(store, event, "C-2")
        assert store.verify().is_intact


def cut(store: Store, other: psycopg.Connection[Any], event: Make) -> None:
    with store.writing() as tx:
        tx.append("C-2", 0, [event("C-2", 1)])
        process = tx.connection.exec_driver_sql("SELECT pg_backend_pid()").scalar_one()
        other.execute("SELECT pg_terminate_backend(%s)", [process])
        tx.append("C-2", 1, [event("C-2", 2)])


def test_two_that_open_the_same_case_at_once(postgres_url: str, event: Make) -> None:
    from closeloop.errors import ConflictError

    with Store.open(postgres_url) as one, Store.open(postgres_url) as other:
        with one.writing() as tx:
            tx.append("C-1", 0, [event("C-1", 1)])
            with Store.open(postgres_url, timeout_s=0.2) as waiting, pytest.raises(StoreError, match="is locked"):
                one_case(waiting, event)
        with pytest.raises(ConflictError) as told:
            one_case(other, event)
        assert told.value.current_version == 1
