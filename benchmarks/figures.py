"""What a benchmark gives back, and how two ways of doing a thing are timed side by side."""

from __future__ import annotations

import gc
import operator
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One ratio measured in this run, beside its target (``">= 8"``, ``"<= 1.2"``)."""

    name: str
    target: str
    ratio: float
    detail: str

    @property
    def met(self) -> bool:
        """Whether the ratio keeps the target."""
        sign, bound = self.target.split()
        return bool({">=": operator.ge, "<=": operator.le}[sign](self.ratio, float(bound)))

    def to_dict(self) -> dict[str, str | float | bool]:
        """Return the entry of bench.json."""
        return {
            "name": self.name, "target": self.target, "ratio": round(self.ratio, 3), "met": self.met,
            "detail": self.detail,
        }  # fmt: skip


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """Return the median seconds of each way; the rounds alternate, so that a busy machine hits all of them."""
    times: dict[str, list[float]] = {name: [] for name in ways}
    for turn in range(rounds + 1):
        for name, way in ways.items():
            gc.collect()
            start = time.perf_counter()
            way()
            if turn:  # the first round warms up
                times[name].append(time.perf_counter() - start)
    return {name: statistics.median(seconds) for name, seconds in times.items()}
