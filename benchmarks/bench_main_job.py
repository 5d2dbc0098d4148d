"""The main job on a million rows: import, score every declared metric by five breakdowns, report; and `--help`."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import pyarrow.csv as pacsv
from bench_read import million_rows
from figures import Figure

_ROUNDS = 3
_JOB = """
import json, sys, time
import closeloop as cl
took = {}
def lap(name, work):
    start = time.perf_counter()
    found = work()
    took[name] = time.perf_counter() - start
    return found
cuts = ["region", "touchpoint", "language", cl.Period("answered_at"), ["region", "touchpoint"]]
responses = lap("read", lambda: cl.read_responses(sys.argv[1], "relationship-nps"))
lap("checked", lambda: (responses.ledger, responses.issues))
table = lap("first", lambda: responses.score(breakdowns=cuts))
again = lap("again", lambda: responses.score(breakdowns=cuts))
assert again == table
lap("report", lambda: cl.report("A million answers", [responses, table], language="en").to_html(sys.argv[2]))
took["metrics"], took["groups"] = len({b.metric.name for b in table.blocks}), sum(len(b.groups) for b in table.blocks)
print(json.dumps(took))
"""


def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        source, page = Path(folder) / "million.csv", Path(folder) / "report.html"
        pacsv.write_csv(million_rows(), source)
        runs = []
        for _ in range(_ROUNDS):
            run = subprocess.run(
                [sys.executable, "-c", _JOB, str(source), str(page)], capture_output=True, text=True, check=True
            )
            runs.append(json.loads(run.stdout.splitlines()[-1]))
        kilobytes = page.stat().st_size / 1e3
    found = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    read = found["read"] + found["checked"]
    helped = statistics.median(_help_seconds() for _ in range(9))
    return [
        Figure(
            name="every declared metric by five breakdowns, 1e6 rows: seconds", target="<= 2", ratio=found["first"],
            detail=f"{found['metrics']:.0f} metrics, {found['groups']:.0f} groups with intervals; asked again "
            f"(columns encoded) {found['again']:.2f} s; read and checked in {read:.1f} s",
        ),
        Figure(
            name="report on these responses and scores: seconds", target="<= 3", ratio=found["report"],
            detail=f"one page of HTML with figures, {kilobytes:,.0f} kB",
        ),
        Figure(
            name="closeloop --help: seconds", target="<= 0.6", ratio=helped, detail="median of 9, a process each",
        ),
    ]  # fmt: skip


def _help_seconds() -> float:
    program = Path(sysconfig.get_path("scripts")) / "closeloop"
    start = time.perf_counter()
    subprocess.run([str(program), "--help"], capture_output=True, check=True)
    return time.perf_counter() - start
