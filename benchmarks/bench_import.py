"""What ``import closeloop`` costs beside ``import pandas``, each in a fresh interpreter."""

from __future__ import annotations

import statistics
import subprocess
import sys

from figures import Figure

_PROGRAM = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
_ROUNDS = 9


def measure() -> list[Figure]:
    times: dict[str, list[float]] = {"closeloop": [], "pandas": []}
    for turn in range(_ROUNDS + 1):
        for name, seconds in times.items():
            run = subprocess.run(
                [sys.executable, "-c", _PROGRAM.format(name)], capture_output=True, text=True, check=True
            )
            if turn:  # the first round fills the disk cache
                seconds.append(float(run.stdout))
    ours, theirs = (statistics.median(times[name]) for name in ("closeloop", "pandas"))
    detail = f"{1000 * ours:.1f} ms against {1000 * theirs:.0f} ms"
    return [Figure(name="import closeloop / import pandas", target="<= 0.2", ratio=ours / theirs, detail=detail)]
