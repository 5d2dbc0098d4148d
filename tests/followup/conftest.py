"""A register on every database: in memory, in a file, and on a PostgreSQL server that is started for the tests."""

from __future__ import annotations

import datetime as dt
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from closeloop.followup.event import CaseEvent
from closeloop.followup.store.store import Store

_PATIENCE = 60  # seconds until the server must answer; the machine may be busy
_USER = "loop"
_ATTEMPTS = 3  # somebody else may take the port meanwhile


def _programs() -> Path | None:
    """Give the folder of ``initdb`` and ``postgres``, ``$POSTGRES_BIN`` first."""
    found = shutil.which("initdb")
    folders = [
        os.environ.get("POSTGRES_BIN", ""), str(Path(found).parent) if found else "",
        *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin")), reverse=True),
        *sorted(map(str, Path("/opt/homebrew/opt").glob("postgresql*/bin")), reverse=True),
    ]  # fmt: skip
    names = ("initdb", "postgres")
    usable = (Path(f) for f in folders if f and all(os.access(Path(f, name), os.X_OK) for name in names))
    return next(usable, None)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Run a PostgreSQL server of our own, from the first test that asks for it, and give its URL.

    Without an installed one the test is skipped, under continuous integration it fails.
    """
    folder = _programs()
    if folder is None:
        reason = "no PostgreSQL found; scripts/postgres.sh says how to install one"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    user = _other_user()
    data = Path(tempfile.mkdtemp(prefix="closeloop-pg-"))
    try:
        password = secrets.token_urlsafe(12)
        _prepare(folder, data, user, password)
        process, port = _started(folder, data, user, password)
        try:
            yield f"postgresql://{_USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            process.send_signal(signal.SIGINT)  # ends without waiting for those who are still connected
            process.wait(_PATIENCE)
    finally:
        shutil.rmtree(data, ignore_errors=True)


def _other_user() -> str | None:
    """Give the user that the server runs as: PostgreSQL refuses to be run by root."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _prepare(folder: Path, data: Path, user: str | None, password: str) -> None:
    secret = data / "password"
    secret.write_text(password, encoding="utf-8")
    if user is not None:
        shutil.chown(data, user)
        shutil.chown(secret, user)
    command = [
        str(folder / "initdb"), "--pgdata", str(data / "cluster"), "--username", _USER, "--pwfile", str(secret),
        "--auth", "scram-sha-256", "--encoding", "UTF8", "--no-locale", "--no-sync",
    ]  # fmt: skip
    made = subprocess.run(command, user=user, cwd=data, env=_ENV, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr


_ENV = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C"}


def _started(folder: Path, data: Path, user: str | None, password: str) -> tuple[subprocess.Popen[bytes], int]:
    said = ""
    for _ in range(_ATTEMPTS):
        port = _free_port()
        command = [
            str(folder / "postgres"), "-D", str(data / "cluster"), "-p", str(port), "-h", "127.0.0.1", "-k", str(data),
            "-c", "fsync=on", "-c", "synchronous_commit=on", "-c", "shared_buffers=32MB", "-c", "max_connections=40",
        ]  # fmt: skip
        with (data / "log").open("wb") as log:
            process = subprocess.Popen(command, user=user, cwd=data, env=_ENV, stdout=log, stderr=log)
        if _answers(process, port, password):
            return process, port
        process.kill()
        process.wait()
        said = (data / "log").read_text(encoding="utf-8", errors="replace")
    pytest.fail(f"PostgreSQL did not start: {said}")


def _answers(process: subprocess.Popen[bytes], port: int, password: str) -> bool:
    patience = time.monotonic() + _PATIENCE
    while process.poll() is None and time.monotonic() < patience:
        try:
            psycopg.connect(
                host="127.0.0.1", port=port, user=_USER, password=password, dbname="postgres", connect_timeout=5
            ).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return True
    return False


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(params=["memory", "file", "postgresql"])
def store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty register on each database."""
    if request.param == "postgresql":
        yield from _schema(request.getfixturevalue("postgres_server"))
    else:
        yield ":memory:" if request.param == "memory" else str(tmp_path / "loop.sqlite")


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """Give the URL of an empty register on PostgreSQL."""
    yield from _schema(postgres_server)


@pytest.fixture
def store(store_url: str) -> Iterator[Store]:
    """Give an empty register on each database."""
    with Store.open(store_url) as opened:
        yield opened


def _schema(server: str) -> Iterator[str]:
    """Make a schema of its own: tests share the server, not the tables."""
    name = f"t_{secrets.token_hex(6)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {name}")
        yield f"{server}?options={quote(f'-c search_path={name}')}"
        connection.execute(f"DROP SCHEMA {name} CASCADE")


NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def event() -> Callable[..., CaseEvent]:
    """Give a maker of events: ``event("C-1", 1, "CaseOpened", words="…")``."""

    def make(case_id: str, seq: int, type_: str = "FactAdded", **payload: Any) -> CaseEvent:
        sealed = payload.pop("sealed", None)
        at = NOON + dt.timedelta(minutes=seq)
        return CaseEvent(
            case_id=case_id, seq=seq, type=type_, at=at, recorded_at=at, actor="anna", zone="Asia/Shanghai",
            payload=payload, key_id=f"key-{case_id}" if sealed else "", sealed=sealed,
        )  # fmt: skip

    return make


@pytest.fixture
def make_rows() -> Callable[[list[CaseEvent]], tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Give a small projection: who owns a case, when it was opened, and one due date for each task."""

    def made(events: list[CaseEvent]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        first, last = events[0], events[-1]
        owners = [e.payload["owner"] for e in events if "owner" in e.payload]
        row = {
            "case_id": last.case_id, "version": last.seq, "number": int(first.payload.get("number", 0)),
            "opened_at": first.at, "owner": owners[-1] if owners else None, "is_open": last.type != "Closed",
            "stage": "received", "subject_id": first.payload.get("subject_id"),
        }  # fmt: skip
        due = [
            {
                "kind": "task",
                "ref": e.seq,
                "due_at": e.payload["due_at"],
                "owner": row["owner"],
                "text": e.payload["what"],
            }
            for e in events
            if e.type == "TaskAdded"
        ]
        return row, due

    return made
