"""Intervals of many segments at once, and the bootstrap from counts beside one that resamples rows."""

from __future__ import annotations

import numpy as np
from figures import Figure, compared, interleaved, times

from closeloop.stats.bootstrap import bootstrap_counts
from closeloop.stats.intervals import nps_interval

SEGMENTS = 10_000
ANSWERS, DRAWS, TIMED, ROUNDS = 100_000, 10_000, 100, 5


def measure() -> list[Figure]:
    return [segments(), bootstrap()]


def segments() -> Figure:
    """Time the score intervals of segments of 5 to 5 000 answers, lopsided ones among them."""
    rng = np.random.default_rng(1)
    n = np.exp(rng.uniform(np.log(5), np.log(5000), SEGMENTS)).astype(int)
    cells = rng.multinomial(n, rng.dirichlet([1, 1, 2], SEGMENTS)).astype(float)
    seconds = interleaved({"score": lambda: nps_interval(*cells.T, method="score")})["score"]
    detail = f"{1000 * seconds:.1f} ms; seconds, not a ratio"
    return Figure(name="score intervals of 10 000 segments: seconds", target="<= 0.1", ratio=seconds, detail=detail)


def bootstrap() -> Figure:
    """Time 10 000 bootstrap draws of an NPS of 100 000 answers, from counts and from rows."""
    rng = np.random.default_rng(2)
    values = rng.choice(np.array([-1, 0, 1], dtype=np.int8), ANSWERS, p=[0.2, 0.3, 0.5])
    counts = np.bincount(values + 1, minlength=3)

    def ours() -> object:
        return bootstrap_counts(counts, lambda drawn: (drawn[:, 2] - drawn[:, 0]) / ANSWERS, draws=DRAWS, seed=3)

    def theirs() -> None:
        for _ in range(TIMED):
            values[rng.integers(0, ANSWERS, ANSWERS)].mean()

    took = times({"ours": ours, "theirs": theirs}, ROUNDS)
    return compared(
        "bootstrap from counts / resampling rows", ">= 300", took["ours"],
        [seconds / TIMED * DRAWS for seconds in took["theirs"]], bar="bootstrap",
        note=f"numpy loop, scaled up from {TIMED} of {DRAWS:,} draws; n = {ANSWERS:,}",
    )  # fmt: skip
