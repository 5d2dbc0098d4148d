"""Reading and checking a million rows of twenty columns, beside reading the same file as text with pandas."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
from figures import Figure

_ROWS = 1_000_000
_ROUNDS = 3

_PEAK = """
import re
def high_water():  # bytes; since the reset, and of this process alone (a child starts with its parent's)
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1])
def reset():
    open("/proc/self/clear_refs", "w").write("5")
    return high_water()
"""
_PANDAS = (
    _PEAK
    + """
import json, sys, time
import pandas as pd, pyarrow
before = reset()
start = time.perf_counter()
frame = pd.read_csv(sys.argv[1], dtype="string[pyarrow]", engine="c")
seconds = time.perf_counter() - start
peak = high_water() - before
print(json.dumps([seconds, peak, int(frame.memory_usage(deep=True).sum())]))
"""
)
_CLOSELOOP = (
    _PEAK
    + """
import json, sys, time
import closeloop as cl
import pandas, pyarrow.csv
from closeloop.responses import assemble, delimited, read, responses
survey = cl.load_survey("relationship-nps")
before = reset()
start = time.perf_counter()
found = cl.read_responses(sys.argv[1], survey)
assert found.ledger["rows_in"] == len(found.accepted) + found.ledger["quarantined"] + found.ledger["superseded"]
assert len(found.issues)
seconds = time.perf_counter() - start
peak = high_water() - before
print(json.dumps([seconds, peak, len(found.issues)]))
"""
)


def measure() -> list[Figure]:
    runs: dict[str, list[list[float]]] = {_PANDAS: [], _CLOSELOOP: []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "million.csv"
        pacsv.write_csv(million_rows(), path)
        for _ in range(_ROUNDS):
            for program, results in runs.items():
                run = subprocess.run(
                    [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
                )
                results.append(json.loads(run.stdout))
        megabytes = path.stat().st_size / 1e6
    ours, theirs = ([statistics.median(values) for values in zip(*runs[p], strict=True)] for p in (_CLOSELOOP, _PANDAS))
    size = theirs[2]
    return [
        Figure(
            name="read and check 1e6 rows × 20 columns / pandas.read_csv as text", target="<= 3",
            ratio=ours[0] / theirs[0],
            detail=f"{ours[0]:.2f} s against {theirs[0]:.2f} s; {megabytes:.0f} MB, {int(ours[2]):,} issues",
        ),
        Figure(
            name="peak memory of that / the pandas frame", target="<= 3", ratio=ours[1] / size,
            detail=f"{ours[1] / 1e6:.0f} MB for a frame of {size / 1e6:.0f} MB (pandas: {theirs[1] / 1e6:.0f} MB)",
        ),
    ]  # fmt: skip


def million_rows() -> pa.Table:
    """Return a wave of a tracker: ids, times, the items of the relationship survey, a few more, and some dirt."""
    draws = np.random.default_rng(1)

    def pick(*values: str) -> pa.Array:
        return pa.array(values).take(pa.array(draws.integers(0, len(values), _ROWS)))

    words = [
        "late",
        "delivery",
        "good",
        "price",
        "service",
        "app",
        "slow",
        "fine",
        "配送",
        "很慢",
        "价格",
        "高",
        "服务",
        "好",
        "满意",
        "never",
        "again",
    ]
    comments = [" ".join(words[i] for i in row) for row in draws.integers(0, len(words), (_ROWS // 3, 6))]
    start = np.datetime64("2024-07-01T00:00:00")
    times = start + draws.integers(0, 2 * 365 * 86400, _ROWS).astype("timedelta64[s]")
    scores = [*(str(i) for i in range(11)), *(str(i) for i in range(11)), "", "9", "10", "8", "N/A", "11"]
    return pa.table(
        {
            "response_id": pa.array([f"R_{i:09d}" for i in range(_ROWS)]),
            "respondent_id": pa.array([f"C-{i}" for i in draws.integers(0, 400_000, _ROWS)]),
            "answered_at": pa.array(np.char.replace(times.astype(str), "T", " ")),
            "language": pick("en", "zh-CN"),
            "region": pick("east", "south", "north", "central", "southwest", "northeast"),
            "touchpoint": pick("app", "store", "hotline"),
            "recommend": pick(*scores),
            "overall": pick("1", "2", "3", "4", "5", ""),
            "effort": pick("1", "2", "3", "4", "5", "6", "7", ""),
            "why": pa.array([*comments, *[""] * (_ROWS - len(comments))]).take(pa.array(draws.permutation(_ROWS))),
            "pains": pick("", "price", "price;service", "delivery;quality;app", "billing"),
            "callback": pick("true", "false", ""),
            **{f"item_{i}": pick("1", "2", "3", "4", "5") for i in range(6)},
            "visits": pa.array([str(i) for i in draws.integers(0, 5000, _ROWS)]),
            "plan": pick("basic", "pro", "team", ""),
        }
    )
