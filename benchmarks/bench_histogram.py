"""The tally on 100 million coded rows beside a histogram in C, one thread, compiled here and now."""

from __future__ import annotations

import ctypes
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import numpy.typing as npt
from bench_tally import KEYS, LEVELS, MONTHS, SEGMENTS, coded_frame
from figures import Figure, compared, skipped, times

from closeloop.metrics.counts import count

ROWS = 100_000_000
NAME, TARGET, BAR = "tally, 1e8 coded rows / histogram in C, one thread", "<= 3", "c_histogram"
SOURCE = Path(__file__).with_name("histogram.c")


def measure() -> list[Figure]:
    compiler = os.environ.get("CC") or next(filter(None, map(shutil.which, ("cc", "gcc", "clang"))), None)
    if compiler is None:
        return [skipped(NAME, TARGET, "there is no C compiler on this machine", BAR)]
    with tempfile.TemporaryDirectory() as folder:
        library = Path(folder) / "histogram.so"
        command = [compiler, "-O3", "-march=native", "-shared", "-fPIC", str(SOURCE), "-o", str(library)]
        built = subprocess.run(command, capture_output=True, text=True, check=False)
        if built.returncode:
            return [skipped(NAME, TARGET, f"{compiler} does not compile histogram.c: {built.stderr.strip()}", BAR)]
        return [against(ctypes.CDLL(str(library)))]


def against(library: ctypes.CDLL) -> Figure:
    """Count the same columns with the library; both must find the same."""
    frame = coded_frame(ROWS)
    segment, month = (np.asarray(frame[key].array.codes) for key in KEYS)
    score = frame["score"].to_numpy()
    n = np.zeros(SEGMENTS * MONTHS * len(LEVELS), np.int64)

    def theirs() -> npt.NDArray[np.int64]:
        n[:] = 0
        library.histogram(
            *(ctypes.c_void_p(column.ctypes.data) for column in (segment, month, score)),
            ctypes.c_int64(len(score)), ctypes.c_int32(MONTHS), ctypes.c_int32(len(LEVELS)),
            ctypes.c_void_p(n.ctypes.data),
        )  # fmt: skip
        return n

    def ours() -> npt.NDArray[np.int64]:
        return count(frame, "score", LEVELS, KEYS).n

    if not np.array_equal(ours(), theirs()):
        raise RuntimeError("the tally and the C histogram count different things")
    took = times({"ours": ours, "theirs": theirs}, rounds=5)
    return compared(NAME, TARGET, took["ours"], took["theirs"], bar=BAR, note=f"{ROWS:,} rows")
