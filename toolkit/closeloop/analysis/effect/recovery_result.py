"""What a recovery analysis returns: its sentence, table, notes and figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.intervals import Interval, nps_interval
from closeloop.stats.regression_to_mean import no_change_nps
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

LEAST_PAIRS = 30
"""Untouched respondents needed before a reliability is estimated from them."""
LEAST_DETRACTORS = 10
"""Untouched detractors needed before they are compared with directly."""
_LIKELY = (0.8, 0.5)
Counts = tuple[int, int, int]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Recovery(TableResult):
    """Detractors at a second survey, against the benchmark of no treatment.

    Attributes
    ----------
    first : tuple of int
        Detractors, passives and promoters of the whole first survey.
    second : tuple of int
        What those of its detractors who answered again have become.
    source : str
        Where the benchmark comes from: ``"reliability"``, ``"control"`` (test–retest of untouched respondents),
        ``"holdout"`` (untouched detractors themselves) or ``"none"``.
    expected, expected_interval : float, Interval
        The benchmark, in points; NaN without one.
    rho, rho_std_error : float
        The latent test–retest correlation behind it.
    control, control_pairs : tuple of int or None, int
        What untouched detractors have become, and how many untouched respondents answered both surveys.
    net_interval, direct_interval : Interval
        Of `net` and `direct`, in points.
    repeated, nameless : int
        Answers left out because the respondent has another one, or no id.
    confidence_level : float
        Of all intervals.

    Examples
    --------
    >>> from closeloop.analysis.effect.recovery import recovery
    >>> first = [2] * 40 + [8] * 60 + [10] * 100
    >>> second = [3] * 10 + [8] * 6 + [10] * 4 + [None] * 180
    >>> result = recovery(first, second, reliability=0.6)
    >>> round(result.observed), round(result.expected), round(result.net)
    (-30, -34, 4)
    """

    kind: ClassVar[str] = "recovery"

    first: Counts
    second: Counts
    source: str
    expected: float
    expected_interval: Interval[float]
    rho: float
    rho_std_error: float
    control: Counts | None
    control_pairs: int
    net_interval: Interval[float]
    direct_interval: Interval[float]
    repeated: int
    nameless: int
    confidence_level: float

    @property
    def n(self) -> int:
        """Detractors of the first survey who answered the second."""
        return sum(self.second)

    @property
    def observed(self) -> float:
        """Their NPS at the second survey, in points. At the first it was −100 by their being chosen."""
        return nps_of(self.second)

    @property
    def net(self) -> float:
        """Observed − expected, in points; NaN without a benchmark."""
        return self.observed - self.expected

    @property
    def direct(self) -> float:
        """Observed − NPS of untouched detractors, in points; NaN without enough of them."""
        return self.observed - nps_of(self.control) if enough_detractors(self.control) else math.nan

    @property
    def observed_interval(self) -> Interval[float]:
        """Interval of `observed` (Tango's score), in points."""
        return score_limits(self.second, self.confidence_level)

    @property
    def recovered(self) -> float:
        """Share of those asked again who are no longer detractors; says nothing without a benchmark either."""
        return (self.second[1] + self.second[2]) / self.n if self.n else math.nan

    @property
    def anyway(self) -> tuple[float, float]:
        """Where detractors come to stand with nothing done, for reliabilities of .8 and .5, in points."""
        if not (self.first[0] and sum(self.first[1:])):
            return math.nan, math.nan
        low, high = (100 * float(no_change_nps(self.first, rho)[0]) for rho in _LIKELY)
        return low, high

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return message("recovery.title")

    @property
    def sentence(self) -> LocalText:
        """What was found; without a benchmark, why nothing can be said."""
        if not self.n:
            return message("recovery.nobody", detractors=told(self.first[0], "count"))
        observed = {"observed": told(self.observed, "points", 0), "n": told(self.n, "count")}
        if math.isnan(self.net):
            return message("recovery.no_benchmark", **observed, why=self._why, likely=self._likely)
        low, high = self.net_interval
        verdict = "better" if low > 0 else "worse" if high < 0 else "neither"
        return message(
            "recovery.found",
            **observed,
            expected=told(self.expected, "points", 0),
            net=told(self.net, "points", 0),
            level=told_level(self.confidence_level),
            interval=told_interval(low, high, "points", 0),
            verdict=message(f"recovery.verdict_{verdict}"),
        )

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Where the benchmark comes from, who did not answer again, what was left out."""
        notes = [self._method]
        if self.source == "reliability" and self.rho_std_error == 0:
            notes.append(message("recovery.note_exact"))
        silent = self.first[0] - self.n
        if self.n and silent > 0:
            d, n0, p = self.second
            worst, best = nps_of((d + silent, n0, p)), nps_of((d, n0, p + silent))
            notes.append(
                message(
                    "recovery.note_silent", n=told(self.n, "count"), all=told(self.first[0], "count"),
                    worst=told(worst, "points", 0), best=told(best, "points", 0),
                )
            )  # fmt: skip
        if 0 < self.n < 30:
            notes.append(message("recovery.note_few", n=told(self.n, "count")))
        if self.repeated:
            notes.append(message("recovery.note_repeated", count=told(self.repeated, "count")))
        if self.nameless:
            notes.append(message("recovery.note_nameless", count=told(self.nameless, "count")))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Quantity, estimate, interval, n."""
        level = told_level(self.confidence_level)
        return (
            Shown("label", message("recovery.quantity")),
            Shown("estimate", message("recovery.points"), "points"),
            Shown("ci_low", message("analysis.interval", level=level), "points", high="ci_high"),
            Shown("n", message("analysis.n"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return start, observed, expected and net NPS, and the direct comparison where there is one."""
        rows = [
            _row("start", -100.0 if self.first[0] else math.nan, None, self.first[0]),
            _row("observed", self.observed, self.observed_interval, self.n),
        ]
        if self.source == "none":
            for name, value in zip(("anyway_low", "anyway_high"), self.anyway, strict=True):
                rows.append(_row(name, value, None, None))
        elif self.source == "holdout":
            rows.append(_row("control", self.expected, self.expected_interval, sum(self.control or ())))
        else:
            rows.append(_row("expected", self.expected, self.expected_interval, self.control_pairs or None))
        rows.append(_row("net", self.net, self.net_interval, self.n))
        if self.source == "control" and not math.isnan(self.direct) and self.control is not None:
            rows.append(
                _row("control", nps_of(self.control), score_limits(self.control, self.confidence_level),
                     sum(self.control))
            )  # fmt: skip
            rows.append(_row("direct", self.direct, self.direct_interval, self.n))
        return rows

    def facts(self) -> Mapping[str, Any]:
        """Return where the benchmark comes from, the counts and the level."""
        return {
            "source": self.source,
            "reliability": self.rho,
            "reliability_std_error": self.rho_std_error,
            "first": self.first,
            "second": self.second,
            "recovered": self.recovered,
            "control_pairs": self.control_pairs,
            "confidence_level": self.confidence_level,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw the observed NPS against the benchmark, and the −100 at which detractors start by being chosen."""
        from closeloop.views.recovery_chart import plot_recovery

        return plot_recovery(self, ax)

    @property
    def _likely(self) -> LocalText:
        low, high = self.anyway
        if math.isnan(low):
            return message("recovery.likely_unknown")
        return message("recovery.likely", interval=told_interval(low, high, "points", 0))

    @property
    def _why(self) -> LocalText:
        if self.control is not None:
            return message(
                "recovery.why_small", pairs=told(self.control_pairs, "count"), least=told(LEAST_PAIRS, "count")
            )
        if not math.isnan(self.rho):
            return message("recovery.why_only_detractors")
        return message("recovery.why_nothing")

    @property
    def _method(self) -> LocalText:
        rho = {"rho": told(self.rho, "decimal", 2)}
        if self.source == "reliability":
            return message("recovery.note_reliability", **rho)
        if self.source == "control":
            pairs = told(self.control_pairs, "count")
            return message("recovery.note_control", **rho, error=told(self.rho_std_error, "decimal", 2), pairs=pairs)
        if self.source == "holdout":
            return message("recovery.note_holdout", n=told(sum(self.control or ()), "count"))
        return message("recovery.note_none")


def nps_of(counts: Counts | None) -> float:
    """Return the NPS of counts, in points; NaN without any.

    Examples
    --------
    >>> nps_of((1, 2, 3))
    33.333333333333336
    """
    if counts is None or not any(counts):
        return math.nan
    return 100 * (counts[2] - counts[0]) / sum(counts)


def score_limits(counts: Counts, confidence_level: float) -> Interval[float]:
    """Return Tango's score interval of the NPS of counts, in points.

    Examples
    --------
    >>> score_limits((0, 0, 10), 0.95).high
    100.0
    """
    low, high = nps_interval(*counts, confidence_level, "score")
    return Interval(100 * float(low), 100 * float(high))


def enough_detractors(counts: Counts | None) -> bool:
    """Return whether untouched detractors are enough to compare with directly.

    Examples
    --------
    >>> enough_detractors((4, 2, 1)), enough_detractors(None)
    (False, False)
    """
    return counts is not None and counts[0] + counts[1] + counts[2] >= LEAST_DETRACTORS


def _row(quantity: str, estimate: float, interval: Interval[float] | None, n: int | None) -> dict[str, Any]:
    low, high = interval if interval is not None else (math.nan, math.nan)
    label = message(f"recovery.row_{quantity}")
    return {"quantity": quantity, "label": label, "estimate": estimate, "ci_low": low, "ci_high": high, "n": n}
