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
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

from closeloop.followup.case.fold import fold
from closeloop.followup.commands.context import Context
from closeloop.followup.commands.decide import decide
from closeloop.followup.event import CaseEvent, NewEvent
from closeloop.followup.state import CaseState
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


@pytest.fixture(params=["file", "postgresql"])
def lasting_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the URL of an empty register on each database that can be opened twice."""
    if request.param == "postgresql":
        yield from _schema(request.getfixturevalue("postgres_server"))
    else:
        yield str(tmp_path / "loop.sqlite")


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
        owners = [e.payload["owner"] for e in events if e.type == "OwnerChanged"]
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


NINE = dt.datetime(2026, 3, 2, 1, tzinfo=dt.UTC)
"""Nine o'clock on a Monday in Shanghai."""

# One way through all stages of a matter that is not minor; "$name" is the number of an earlier step.
WAY: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("", "open_case", {"channel": "phone", "words": "It broke again.", "subject_id": "S-1"}),
    ("", "assign", {"owner": "lin"}),
    ("", "acknowledge", {"sent": True, "channel": "phone"}),
    ("", "add_stakeholder", {"role": "customer", "attitude": -1, "influence": 3}),
    ("", "playback", {"summary": "Broke twice, wants a new one.", "agreed": True}),
    ("", "code", {"code": "defect"}),
    ("", "set_severity", {"severity": "major"}),
    ("", "confirm_nature", {"remedy_sought": "a new one"}),
    ("", "add_fact", {"text": "Bought in January.", "source": "receipt"}),
    ("", "start_analysis", {}),
    ("", "add_evidence", {"kind": "complaint", "what": "note of the call"}),
    ("", "focus", {"focus": "a sound one in time"}),
    ("cause", "link_cause", {"cause": "loose clamp", "level": "root"}),
    ("first", "add_option", {
        "text": "send a new one", "owner": "lin", "due_on": "2026-03-05", "steps": ["send"], "cause": "$cause",
        "effect_metric": "sound", "effect_delta": 1, "effect_by": "2026-03-06", "treats_level": "symptom",
        "lawful": "yes", "cost": 300, "remedies": ["replacement"],
    }),
    ("second", "add_option", {
        "text": "repair it", "owner": "wu", "due_on": "2026-03-06", "steps": ["fetch", "mend"], "cause": "$cause",
        "effect_metric": "sound", "effect_delta": 1, "effect_by": "2026-03-08", "treats_level": "symptom",
        "lawful": "yes", "cost": 80, "remedies": ["replacement"],
    }),
    ("", "score_option", {"option": "$first", "resources": 4, "time": 4, "people": 4, "customer": 5, "market": 3}),
    ("", "score_option", {"option": "$second", "resources": 4, "time": 2, "people": 3, "customer": 2, "market": 3}),
    ("", "assess_risk", {
        "option": "$first", "source": "customer", "likelihood": 2, "impact": 3, "response": "reduce", "owner": "wu",
        "trigger": "it fails again",
    }),
    ("", "assess_risk", {
        "option": "$second", "source": "impact", "likelihood": 3, "impact": 3, "response": "accept", "owner": "wu",
        "trigger": "parts are late",
    }),
    ("", "propose", {}),
    ("", "offer", {"option": "$first", "channel": "phone"}),
    ("", "agree", {
        "option": "$first", "positions": {"customer": "a new one", "company": "a repair"},
        "interests": {"customer": "time", "company": "cost"},
    }),
    ("task", "add_task", {"what": "send it", "owner": "wu", "due_on": "2026-03-04"}),
    ("", "start", {}),
    ("", "task_done", {"task": "$task", "evidence": "signature of receipt"}),
    ("", "resolve", {}),
    ("", "customer_message", {"channel": "email", "words": "It works."}),
    ("", "customer_confirms", {}),
    ("", "review", {}),
    ("", "lesson", {"root": "r", "trigger": "t", "gains": "g", "losses": "l"}),
    ("", "close", {"no_problem": "a single one", "remeasure_on": "2026-05-01"}),
)  # fmt: skip


class PlayedCase:
    """A case in memory: commands are decided and folded as they would be live; one minute passes with each."""

    def __init__(self, case_id: str = "C-TEST", **context: Any) -> None:
        self.state = CaseState(case_id=case_id)
        self.events: list[CaseEvent] = []
        self.context: dict[str, Any] = {"zone": "Asia/Shanghai", **context}
        self.names: dict[str, int] = {}
        self.now = NINE

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**span)

    def decide(self, command: str, actor: str = "lin", **fields: Any) -> list[NewEvent]:
        """Give the events that a command becomes, without taking them in."""
        said = {name: self._resolved(value) for name, value in fields.items()}
        context = Context(now=self.now, actor=actor, **self.context)
        return decide(self.state, command, said, at=self.now, actor=actor, context=context)

    def do(self, command: str, actor: str = "lin", **fields: Any) -> int:
        """Do a command; give the number of its event."""
        self.now += dt.timedelta(minutes=1)
        for new in self.decide(command, actor, **fields):
            self.take(new.type, actor, **new.payload)
        return self.state.version

    def take(self, type_: str, actor: str = "lin", **payload: Any) -> int:
        """Take in an event that nobody guarded."""
        event = CaseEvent(
            case_id=self.state.case_id, seq=self.state.version + 1, type=type_, at=self.now, recorded_at=self.now,
            actor=actor, zone="Asia/Shanghai", payload=payload,
        )  # fmt: skip
        self.events.append(event)
        self.state = fold([event], self.state)
        return event.seq

    def play(self, until: str = "", *, without: Collection[str] = (), severity: str = "major") -> PlayedCase:
        """Go the way through the stages up to the step `until`, leaving commands out."""
        for name, command, fields in WAY:
            if command == until:
                break
            if command in without or name in without:
                continue
            said = fields | {"severity": severity} if command == "set_severity" else fields
            number = self.do(command, **said)
            if name:
                self.names[name] = number
        return self

    def _resolved(self, value: Any) -> Any:
        return self.names[value[1:]] if isinstance(value, str) and value.startswith("$") else value


@pytest.fixture(scope="session")
def new_case() -> Callable[..., PlayedCase]:
    """Give a maker of cases that play in memory."""
    return PlayedCase
