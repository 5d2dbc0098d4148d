"""A year of a busy team in the register of the loop (50 000 cases, 600 000 events), beside raw SQLite inserts."""

from __future__ import annotations

import datetime as dt
import json
import random
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from figures import Figure

from closeloop.followup.event import CaseEvent
from closeloop.followup.rules.team import Member, Team
from closeloop.followup.store.store import Store
from closeloop.followup.triage.rows import ResponseRow

CASES = 50_000
NOW = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)

_BULK = 5_000  # cases that are also inserted without us
_COMMANDS = 800  # of each round of writers
_WRITERS = 4
_ROUNDS = 3

_TEAM = [f"agent {i}" for i in range(40)]
_CODES = ("price", "delay", "quality", "service", "billing")
# What happens to a case that runs to its end; one that is withdrawn early leaves this path for good.
_PATH: tuple[tuple[str, str, dict[str, Any]], ...] = (
    ("OwnerChanged", "", {"team": "care"}),
    ("Acknowledged", "acknowledged", {"sent": True, "channel": "email"}),
    ("SeveritySet", "", {"severity": "major", "reason": "late twice"}),
    ("ContactAttempted", "", {"direction": "outbound", "channel": "phone", "reached": True, "human": True}),
    ("NatureConfirmed", "confirmed", {"remedy_sought": "refund", "customer_agreed": True}),
    ("FactAdded", "", {"text": {"private": 60}, "source": "order system"}),
    ("AnalysisStarted", "analysing", {}),
    ("CauseLinked", "", {"cause": "no slot was free", "level": "root", "cause_class": "process"}),
    ("OptionAdded", "", {"text": "refund the fee", "family": "compensation", "steps": ["refund", "call"]}),
    ("Proposed", "proposed", {"option_ids": [10], "cause_level": "root"}),
    ("Agreed", "agreed", {"option": 10, "positions": "refund", "interests": "be on time"}),
    ("TaskAdded", "", {"what": "refund the fee", "priority": "high"}),
    ("ImplementationStarted", "implementing", {}),
    ("TaskDone", "", {"task": 13, "evidence": "booking 4711"}),
    ("Resolved", "resolved", {"note": "refunded"}),
    ("CustomerConfirmed", "satisfied", {"words": {"private": 40}, "channel": "phone"}),
    ("Reviewed", "learning", {}),
    ("LessonRecorded", "", {"root": "no slots", "trigger": "holiday", "tags": ["delivery"]}),
    ("Closed", "closed", {"no_problem": True, "opt_out": True}),
)


def busy_year(n_cases: int = CASES, seed: int = 1) -> Iterator[list[CaseEvent]]:
    """Give the events of one case after the other, twelve on average; about one case in twenty-five is still open."""
    chance = random.Random(seed)
    for number in range(1, n_cases + 1):
        case_id = f"C-{number:08d}"
        at = NOW - dt.timedelta(days=365 * (1 - number / n_cases), seconds=chance.randrange(3600))
        length = chance.choice((len(_PATH), len(_PATH), chance.randrange(3, 8), chance.randrange(3, 8), 5))
        said = {
            "kind": "complaint", "channel": "survey", "form": "written", "scope": "customer", "number": number,
            "subject_id": f"S-{chance.randrange(n_cases):08d}", "language": "en", "received_at": at.isoformat(),
            "rule_id": "detractor", "survey_id": "relationship-nps", "response_id": f"R-{number:08d}",
            "score": chance.randrange(7), "code": chance.choice(_CODES), "words": {"private": 80},
        }  # fmt: skip
        events = [_event(case_id, 1, "CaseOpened", at, said, chance)]
        stage = "received"
        for type_, to, fields in _PATH[:length]:
            at += dt.timedelta(hours=chance.expovariate(1 / 9))
            if at > NOW:
                break
            payload = {**fields, "from": stage, "to": to} if to else dict(fields)
            if type_ == "OwnerChanged":
                payload["owner"] = chance.choice(_TEAM)
            if type_ == "TaskAdded":
                payload.update(owner=chance.choice(_TEAM), due_on=(at + dt.timedelta(days=3)).date().isoformat())
            events.append(_event(case_id, len(events) + 1, type_, at, payload, chance))
            stage = to or stage
        if length < len(_PATH) and at <= NOW and chance.random() < 0.94:
            payload = {"from": stage, "to": "withdrawn", "reason": "settled by itself"}
            events.append(_event(case_id, len(events) + 1, "Withdrawn", at, payload, chance))
        yield events


def _event(
    case_id: str, seq: int, type_: str, at: dt.datetime, payload: dict[str, Any], chance: random.Random
) -> CaseEvent:
    private = any(isinstance(value, dict) for value in payload.values())
    return CaseEvent(
        case_id=case_id, seq=seq, type=type_, at=at, recorded_at=at, actor=_TEAM[seq % len(_TEAM)], payload=payload,
        key_id=f"k-{case_id}" if private else "", sealed=chance.randbytes(120) if private else None,
    )  # fmt: skip


def write_year(path: Path, n_cases: int = CASES) -> int:
    """Write such a year into a register, 1 000 cases a transaction; return how many events it has."""
    n = 0
    rest = busy_year(n_cases)
    with Store.open(path) as store:
        while some := list(islice(rest, 1000)):
            n += sum(map(len, some))
            with store.writing() as tx:
                tx.append_many((events[0].case_id, 0, events) for events in some)
                tx.next_number(len(some))
                answers = [_answer(events[0]) for events in some]
                tx.put_responses(answer.to_response() for answer in answers)
                tx.put_alerts(answer.to_alert(NOW) or {} for answer in answers)
    return n


def _answer(opened: CaseEvent) -> ResponseRow:
    """Return the answer that opened a case."""
    said = opened.payload
    same = {name: said[name] for name in ("survey_id", "response_id", "subject_id", "language", "rule_id", "code")}
    return ResponseRow(
        **same, answered_at=opened.at, score=said["score"], scores={"recommend": said["score"]}, qualifies=True,
        contactable=True, opens="complaint", outcome="case", case_id=opened.case_id,
    )  # fmt: skip


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        return [_bulk(place), *_year(place / "year.sqlite"), *_triage(place / "triage.sqlite"), *writers(place)]


def _bulk(place: Path) -> Figure:
    """Insert the same events with and without us: one transaction each, the same tables and the same durability."""
    cases = list(busy_year(_BULK))
    n = sum(map(len, cases))
    ours, raw = [], []
    for turn in range(_ROUNDS):
        with Store.open(place / f"ours-{turn}.sqlite") as store:
            start = time.perf_counter()
            with store.writing() as tx:
                tx.append_many((events[0].case_id, 0, events) for events in cases)
            ours.append(time.perf_counter() - start)
            with store.reading() as tx:
                rows = [tuple(row) for row in tx.connection.exec_driver_sql("SELECT * FROM event")]
        raw.append(_raw_inserts(place / f"raw-{turn}.sqlite", rows))
    mine, theirs = statistics.median(ours), statistics.median(raw)
    return Figure(
        name="append events with their hash chain / raw SQLite inserts of the same rows", target="<= 8",
        ratio=mine / theirs, detail=f"{n / mine:,.0f} events/s against {n / theirs:,.0f} rows/s, one transaction each",
    )  # fmt: skip


def _raw_inserts(path: Path, rows: list[tuple[Any, ...]]) -> float:
    Store.open(path).close()
    connection = sqlite3.connect(path, isolation_level=None)
    for pragma in ("journal_mode = WAL", "synchronous = FULL", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute("DROP TRIGGER event_replace")
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany(f"INSERT INTO event VALUES ({', '.join('?' * len(rows[0]))})", rows)
    connection.execute("COMMIT")
    seconds = time.perf_counter() - start
    connection.close()
    return seconds


def _year(path: Path) -> list[Figure]:
    """Measure what a team waits for, on the whole year."""
    import closeloop as cl

    written, n = _once(lambda: write_year(path))
    with cl.open_loop(path, actor="agent 1", now=NOW) as loop:
        rebuilt, n_cases = _once(loop.rebuild)
        due, n_due = _timed(loop.due)
        ids = loop.cases(is_open=True)["case_id"].head(200)
        seconds = []
        for case_id in ids:
            case = loop.case(case_id)
            start = time.perf_counter()
            case.add_fact(text="The parcel was scanned twice.", source="carrier")
            seconds.append(time.perf_counter() - start)
        verified, found = _once(loop.verify)
        if not found.is_intact:
            raise RuntimeError(str(found))
        measured, report = _once(loop.measure)
    command = statistics.median(seconds)
    size = f"{n_cases:,} cases, {n:,} events"
    return [
        Figure(
            name="loop.due() on a year of a busy team, seconds", target="<= 1", ratio=due,
            detail=f"{n_due:,} rows of {size}",
        ),
        Figure(
            name="one command on a year of a busy team, milliseconds", target="<= 20", ratio=1000 * command,
            detail=f"median of {len(seconds)}; slowest {1000 * max(seconds):.0f} ms; {size}",
        ),
        Figure(
            name="rebuild the tables of a year / writing its events", target="<= 3", ratio=rebuilt / written,
            detail=f"{rebuilt:.1f} s against {written:.1f} s; {size}",
        ),
        Figure(
            name="loop.verify() of a year / writing its events", target="<= 4", ratio=verified / written,
            detail=f"{verified:.1f} s against {written:.1f} s; every hash and every derived row of {size}",
        ),
        Figure(
            name="loop.measure() of a year, seconds of the processor", target="<= 60", ratio=measured,
            detail=f"{report.n_cases:,} cases in the report; {size}",
        ),
    ]  # fmt: skip


def _triage(path: Path) -> list[Figure]:
    """Measure the triage of the sample exports, then of the same once more, then the first owners of all cases."""
    import closeloop as cl
    from closeloop.demo import sample_data

    folder = sample_data("")
    files = [*folder.glob("281746093_*.xlsx"), *folder.glob("relationship_qualtrics_*.csv")]
    responses = cl.read_responses(files, "relationship-nps")
    n = len(responses.accepted)
    with cl.open_loop(path, actor="agent 1", now=NOW) as loop:
        first, _ = _once(lambda: loop.triage(responses))
        again, _ = _once(lambda: loop.triage(responses))
        loop.adopt(Team(id="care", members=tuple(Member(name=name) for name in _TEAM)))
        given, n_given = _once(loop.assign_open)
        n_cases = len(loop.cases())
    return [
        Figure(
            name="triage of the sample responses, seconds of the processor", target="<= 15", ratio=first,
            detail=f"{n:,} responses, {n_cases:,} cases opened, one transaction",
        ),
        Figure(
            name="the same triage again / the first time", target="<= 0.5", ratio=again / first,
            detail=f"{again:.1f} s against {first:.1f} s; it opens nothing",
        ),
        Figure(
            name="loop.assign_open(), milliseconds of the processor a case", target="<= 5",
            ratio=1000 * given / max(n_given, 1),
            detail=f"{n_given:,} cases in {given:.1f} s, one transaction",
        ),
    ]  # fmt: skip


def _once(call: Callable[[], Any]) -> tuple[float, Any]:
    """Return the seconds of the processor that a long call takes, and its answer; others who work do not count."""
    start = time.process_time()
    answer = call()
    return time.process_time() - start, answer


def _timed(call: Callable[[], Any]) -> tuple[float, int]:
    """Return the median seconds of a call and how long its answer is."""
    seconds, answer = [], ()
    for _ in range(_ROUNDS):
        start = time.perf_counter()
        answer = call()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds), len(answer)


_WRITER = """
import datetime as dt, json, sys, time
from closeloop.errors import CloseloopError
from closeloop.followup.event import CaseEvent
from closeloop.followup.store.store import Store
url, name, n, begin = sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4])
now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
errors, slowest = 0, 0.0
with Store.open(url) as store:
    with store.reading() as tx:
        tx.n_cases()
    time.sleep(max(0, begin - time.time()))
    first = time.time()
    for i in range(n):
        start = time.perf_counter()
        case_id = f"C-{name}-{i % 50}"
        try:
            with store.writing() as tx:
                seq = len(tx.events(case_id)) + 1
                event = CaseEvent(case_id=case_id, seq=seq, type="FactAdded", at=now, recorded_at=now, actor=name,
                                  payload={"source": "shop", "n": i})
                tx.append(case_id, seq - 1, [event])
                tx.project({"case_id": case_id, "version": seq, "owner": name}, [{"kind": "task", "due_at": now}])
        except CloseloopError as error:
            errors += 1
            print(error, file=sys.stderr)
        slowest = max(slowest, time.perf_counter() - start)
print(json.dumps([first, time.time(), errors, slowest]))
"""


def writers(place: Path) -> list[Figure]:
    """Write the same number of commands by one process and by several at once, in turns."""
    rates: dict[int, list[float]] = {1: [], _WRITERS: []}
    errors, slowest = 0, 0.0
    for turn in range(_ROUNDS):
        for n, found in rates.items():
            path = place / f"writers-{turn}-{n}.sqlite"
            Store.open(path).close()
            seconds, failed, longest = _at_once(path, n)
            found.append(_COMMANDS / seconds)
            errors += failed
            slowest = max(slowest, longest)
    one, many = (statistics.median(rates[n]) for n in (1, _WRITERS))
    by_round = [ours / alone for ours, alone in zip(rates[_WRITERS], rates[1], strict=True)]
    name = f"commands of {_WRITERS} processes at once"
    return [
        Figure(
            name=f"{name} / of one", target=">= 0.7", ratio=many / one, bar="writers_rate",
            spread=(min(by_round), max(by_round)),
            detail=f"{many:,.0f} against {one:,.0f} a second, slowest {1000 * slowest:.0f} ms",
        ),
        Figure(
            name=f"{name}: errors", target="<= 0", ratio=errors, bar="writers_errors",
            detail=f"of {_ROUNDS * _COMMANDS:,} commands of {_WRITERS} processes and as many of one",
        ),
    ]  # fmt: skip


def _at_once(path: Path, n: int) -> tuple[float, int, float]:
    begin = time.time() + 4  # when all are ready
    command = [sys.executable, "-c", _WRITER, str(path)]
    running = [
        subprocess.Popen([*command, str(i), str(_COMMANDS // n), str(begin)], stdout=subprocess.PIPE, text=True)
        for i in range(n)
    ]
    told = [json.loads(process.communicate()[0]) for process in running]
    starts, ends, errors, slowest = zip(*told, strict=True)
    return max(ends) - min(starts), sum(errors), max(slowest)
