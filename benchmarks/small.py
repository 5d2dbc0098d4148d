"""The most telling bars at sizes that take seconds: run at every change, so that nothing becomes slow unnoticed.

Prints ratios, never seconds. Fails only where a ratio is twice as bad as that of ``recorded.json``; one that looks so
is measured a second time before it counts, as another process may just have been busy.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RECORDED = HERE / "recorded.json"
WORSE = 2.0
UNSTEADY = frozenset({"tracker"})
"""Shown, but nothing fails by it: engines of several threads beside some milliseconds of ours."""


def benchmarks() -> dict[str, Callable[[], list[Any]]]:
    """Return the reduced benchmarks by a word that names each."""
    import figures

    figures.clock = time.process_time

    import bench_design
    import bench_drivers
    import bench_import
    import bench_intervals
    import bench_tally
    import bench_text
    import bench_tracker

    coded = bench_tally.coded_frame(500_000)
    plain = coded.astype({"month": "int16", "segment": str})
    return {
        "coded": lambda: [bench_tally.coded_speed(coded, rounds=3)],
        "engines": lambda: bench_tally.engines(plain, rounds=3, names=["Polars lazy"]),
        "raw": lambda: bench_tally.raw_figures(bench_tally.raw_frame(500_000), rounds=3),
        "weighted": lambda: [bench_design.grouped(bench_design.grouped_frame(100_000), rounds=2)],
        "tracker": lambda: bench_tracker.against(bench_tracker.tracker_frame(100_000, n_items=3), rounds=1),
        "bootstrap": lambda: [bench_intervals.bootstrap()],
        "drivers": lambda: [bench_drivers.refits(rounds=2)],
        "codebook": lambda: bench_text.measure(4_000),
        "import": lambda: bench_import.measure(rounds=3),
    }


def measured(words: list[str] | None = None) -> list[dict[str, Any]]:
    """Run them; return the entries, as in bench.json."""
    return [
        figure.to_dict() | {"word": word}
        for word, run in benchmarks().items()
        if words is None or word in words
        for figure in run()
    ]


def worse(entry: dict[str, Any], recorded: dict[str, float]) -> float:
    """Return how many times worse a ratio is than the recorded one; 0 for one that is not recorded."""
    before = recorded.get(entry["name"])
    if not before:
        return 0.0
    now: float = entry["ratio"]
    return before / now if entry["target"].startswith(">=") else now / before


def main() -> int:
    recorded: dict[str, float] = json.loads(RECORDED.read_text(encoding="utf-8"))["small"]
    entries = measured()
    again = {entry["word"] for entry in entries if worse(entry, recorded) > WORSE}
    second = {entry["name"]: entry for entry in measured(sorted(again))} if again else {}
    slow = []
    for entry in entries:
        best = min((entry, second.get(entry["name"], entry)), key=lambda each: worse(each, recorded))
        before = recorded.get(entry["name"])
        too_slow = worse(best, recorded) > WORSE
        slow += [entry["name"]] if too_slow else []
        print(f"{'SLOWER' if too_slow else 'ok    '} {best['ratio']:8.4g}  (recorded {before or '–'})  {entry['name']}")
    if slow:
        print(f"twice as bad as recorded: {'; '.join(slow)}")
    print(f"{len(entries) - len(slow)} of {len(entries)} ratios are within {WORSE:g} times of those recorded")
    return int(bool(slow))


if __name__ == "__main__":
    sys.path.insert(0, str(HERE))
    sys.exit(main())
