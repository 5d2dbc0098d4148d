"""What a benchmark gives back, and how two ways of doing a thing are timed side by side."""

from __future__ import annotations

import gc
import math
import operator
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One ratio measured in this run, beside its target (``">= 8"``, ``"<= 1.2"``).

    Attributes
    ----------
    name, target, ratio, detail
        What was measured, what it should be, what it is, and the figures behind it.
    bar : str
        The bar of ``bars.yaml`` that it measures; empty for a figure besides.
    spread : tuple of two floats, optional
        Lowest and highest ratio of the rounds.
    seconds : mapping
        Side → fastest, median and slowest seconds.
    skipped : str
        Why it could not be measured here.
    """

    name: str
    target: str
    ratio: float
    detail: str
    bar: str = ""
    spread: tuple[float, float] | None = None
    seconds: Mapping[str, tuple[float, float, float]] = field(default_factory=dict)
    skipped: str = ""

    @property
    def met(self) -> bool:
        """Whether the ratio keeps the target."""
        sign, bound = self.target.split()
        return bool({">=": operator.ge, "<=": operator.le}[sign](self.ratio, float(bound)))

    def to_dict(self) -> dict[str, Any]:
        """Return the entry of bench.json; what was skipped has neither ratio nor verdict."""
        entry: dict[str, Any] = {
            "name": self.name, "target": self.target, "ratio": None if self.skipped else significant(self.ratio),
            "met": None if self.skipped else self.met, "detail": self.detail,
        }  # fmt: skip
        optional = {
            "bar": self.bar, "spread": [] if self.spread is None else [significant(end) for end in self.spread],
            "seconds": {side: [significant(value) for value in values] for side, values in self.seconds.items()},
            "skipped": self.skipped,
        }  # fmt: skip
        return entry | {name: value for name, value in optional.items() if value}


def significant(value: float) -> float:
    """Return a number with four digits that count; what comes after them is noise."""
    return float(f"{value:.4g}")


def skipped(name: str, target: str, reason: str, bar: str = "") -> Figure:
    """Return the figure of something that cannot be measured here."""
    return Figure(name=name, target=target, ratio=math.nan, detail="", bar=bar, skipped=reason)


clock: Callable[[], float] = time.perf_counter
"""What `times` reads. The small form reads the processor's clock, on which others who work do not count."""


def times(ways: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, list[float]]:
    """Return the seconds of each way, round by round; the ways alternate, so that a busy machine hits all of them.

    As `timeit` does, what takes less than a tenth of a second is repeated within a round, and the garbage collector
    rests meanwhile: its long passes hit whoever is about, and leave empty caches behind.
    """
    found: dict[str, list[float]] = {name: [] for name in ways}
    calls = dict.fromkeys(ways, 1)
    for turn in range(rounds + 1):
        for name, way in ways.items():
            gc.collect()
            gc.disable()
            start = clock()
            for _ in range(calls[name]):
                way()
            took = clock() - start
            gc.enable()
            if turn:
                found[name].append(took / calls[name])
            else:  # the first round warms up, and tells how long a call takes
                calls[name] = max(1, min(100, math.ceil(0.1 / max(took, 1e-9))))
    return found


def interleaved(ways: Mapping[str, Callable[[], object]], rounds: int = 5) -> dict[str, float]:
    """Return the median seconds of each way, see `times`."""
    return {name: statistics.median(seconds) for name, seconds in times(ways, rounds).items()}


def compared(
    name: str, target: str, ours: Sequence[float], theirs: Sequence[float], *, bar: str = "", note: str = ""
) -> Figure:
    """Make the figure of two series of seconds.

    The ratio is "how many times faster" for a ``>=`` target and "share of their time" for a ``<=`` one: of the medians,
    its spread from round to round (where one side has more rounds: the widest that they allow).
    """
    above, below = (theirs, ours) if target.startswith(">=") else (ours, theirs)
    if len(above) == len(below):
        by_round = [a / b for a, b in zip(above, below, strict=True)]
        spread = min(by_round), max(by_round)
    else:
        spread = min(above) / max(below), max(above) / min(below)
    mine, other = statistics.median(ours), statistics.median(theirs)
    return Figure(
        name=name, target=target, ratio=statistics.median(above) / statistics.median(below), bar=bar, spread=spread,
        detail=f"{written(mine)} against {written(other)}" + (f"; {note}" if note else ""),
        seconds={"ours": (min(ours), mine, max(ours)), "theirs": (min(theirs), other, max(theirs))},
    )  # fmt: skip


def written(seconds: float) -> str:
    """Return seconds in the unit in which they have one to three digits before the point.

    >>> written(0.0236), written(39.87), written(1.4e-4)
    ('23.6 ms', '39.9 s', '140 µs')
    """
    unit, size = next((pair for pair in (("s", 1.0), ("ms", 1e-3)) if seconds >= pair[1]), ("µs", 1e-6))
    value = seconds / size
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"
