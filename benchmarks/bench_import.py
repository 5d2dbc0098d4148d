"""What ``import closeloop`` costs beside ``import pandas``, each in a fresh interpreter."""

from __future__ import annotations

import subprocess
import sys

from figures import Figure, compared

_PROGRAM = "import time; start = time.perf_counter(); import {}; print(time.perf_counter() - start)"
ROUNDS = 9


def measure(rounds: int = ROUNDS) -> list[Figure]:
    times: dict[str, list[float]] = {"closeloop": [], "pandas": []}
    for turn in range(rounds + 1):
        for name, seconds in times.items():
            run = subprocess.run(
                [sys.executable, "-c", _PROGRAM.format(name)], capture_output=True, text=True, check=True
            )
            if turn:  # the first round fills the disk cache
                seconds.append(float(run.stdout))
    return [compared("import closeloop / import pandas", "<= 0.2", times["closeloop"], times["pandas"], bar="import")]
