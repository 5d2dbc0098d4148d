"""`coverage`: what each NPS interval does at one's own number of answers and one's own mix, exactly."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import Shown, TableResult
from closeloop.numbers import number
from closeloop.stats.coverage import LARGEST, coverages, samples
from closeloop.stats.intervals import METHODS, normal_quantile
from closeloop.stats.nps_intervals import NPS_FORMULAE
from closeloop.text import LocalText, message
from closeloop.written import told, told_level, told_list

NEARBY = 0.05
"""How far the mixes around the given one go, in each of two shares."""
SHORTFALL = 0.015
"""A method keeps its level if no mix nearby has a coverage further below it."""

_SLOW = ("dirichlet", "bootstrap")
_SLOW_ABOVE = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodCoverage:
    """What one method does.

    Attributes
    ----------
    method : str
        As ``method=`` of `score` takes it.
    coverage : float
        Probability 0…1 that its interval contains the true NPS.
    lowest_coverage : float
        The lowest such probability among the mixes within 5 percentage points.
    mean_width : float
        Mean width in points.
    """

    method: str
    coverage: float
    lowest_coverage: float
    mean_width: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Coverage(TableResult):
    """How often each interval contains the true NPS, and how wide it is; made by `coverage`.

    Attributes
    ----------
    n : int
        Answers per sample.
    promoters, passives, detractors : float
        The mix, as shares.
    methods : tuple of MethodCoverage
        In the order of `closeloop.stats.intervals.METHODS`.
    recommended : str
        The method to take here; of a single method itself.
    confidence_level : float
        What the intervals promise.

    Examples
    --------
    >>> from closeloop.analysis.planning.coverage import coverage
    >>> found = coverage(20, (50, 30, 20))
    >>> round(found.of("adjusted-wald").coverage, 3), found.of("wald").coverage < 0.94
    (0.948, True)
    """

    n: int
    promoters: float
    passives: float
    detractors: float
    methods: tuple[MethodCoverage, ...]
    recommended: str
    confidence_level: float

    kind: ClassVar[str] = "coverage"

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("coverage.title", n=number(self.n))

    @property
    def mix(self) -> LocalText:
        """The mix in words."""
        shares = {name: told(getattr(self, name), "percent", 0) for name in ("promoters", "passives", "detractors")}
        return message("coverage.mix", **shares)

    def of(self, method: str) -> MethodCoverage:
        """Return what one method does.

        Raises
        ------
        ValueError
            If the method is not in the result.
        """
        for found in self.methods:
            if found.method == method:
                return found
        names = ", ".join(f'"{found.method}"' for found in self.methods)
        raise ValueError(message("scores.unknown_method", method=method, what="NPS", choices=names))

    @property
    def sentence(self) -> LocalText:
        """Which method to take here, and why."""
        chosen = self.of(self.recommended)
        facts = {
            "n": number(self.n), "mix": self.mix, "method": chosen.method, "level": told_level(self.confidence_level),
            "coverage": told(chosen.coverage, "percent", 1), "lowest": told(chosen.lowest_coverage, "percent", 1),
            "width": told(chosen.mean_width, "decimal", 1),
        }  # fmt: skip
        if len(self.methods) == 1:
            return message("coverage.one", **facts)
        default, wald = self.of(METHODS["nps"][0]), self.of("wald")
        others = {
            "default": default.method, "default_lowest": told(default.lowest_coverage, "percent", 1),
            "wald": told(wald.coverage, "percent", 1),
        }  # fmt: skip
        if not self._keeps(chosen):
            return message("coverage.take_best", **facts, **others)
        return message("coverage.take" if chosen == default else "coverage.take_other", **facts, **others)

    def _keeps(self, one: MethodCoverage) -> bool:
        return one.lowest_coverage >= self.confidence_level - SHORTFALL

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was computed."""
        notes = [message("coverage.note_exact"), message("coverage.note_nearby", points=number(100 * NEARBY))]
        if self.n > _SLOW_ABOVE and len(self.methods) > 1:
            notes.append(message("coverage.note_left_out", methods=_quoted(_SLOW), n=number(_SLOW_ABOVE)))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Method, coverage, lowest coverage nearby, width, whether to take it."""
        shown = (
            Shown("method", message("analysis.method")),
            Shown("coverage", message("coverage.coverage"), "percent", digits=1),
            Shown("lowest_coverage", message("coverage.lowest"), "percent", digits=1),
            Shown("mean_width", message("coverage.width"), "decimal", digits=1),
        )
        if len(self.methods) == 1:  # there is nothing to choose from
            return shown
        return (*shown, Shown("recommended", message("coverage.recommended"), "yes"))

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per method: shares 0…1, width in points."""
        return [
            {
                "method": one.method, "coverage": one.coverage, "lowest_coverage": one.lowest_coverage,
                "mean_width": one.mean_width, "recommended": one.method == self.recommended,
            }
            for one in self.methods
        ]  # fmt: skip

    def facts(self) -> dict[str, Any]:
        """Return n, the mix and the level."""
        return {
            "n": self.n, "promoters": self.promoters, "passives": self.passives, "detractors": self.detractors,
            "confidence_level": self.confidence_level, "recommended": self.recommended,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw coverage against width; into `ax` if given."""
        from closeloop.views.coverage_chart import plot_coverage

        return plot_coverage(self, ax)


def coverage(
    n: int, mix: Sequence[float] | NpsResult, method: str | None = None, confidence_level: float = 0.95
) -> Coverage:
    """Return how often each NPS interval contains the truth at n answers and a mix, and how wide it is.

    Parameters
    ----------
    n : int
        Answers per sample, 1 to 2 000.
    mix : sequence of three numbers, or NpsResult
        Promoters, passives and detractors, in this order: shares, percentages or counts, only their ratio matters. An
        `NpsResult` stands for the mix that it found.
    method : str, optional
        One method of `closeloop.stats.intervals.nps_interval`; without it all of them (above 300 answers without
        ``"dirichlet"`` and ``"bootstrap"``, which take long there; each can be asked for alone).
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Coverage
        With a sentence that says which method to take, and why.

    Raises
    ------
    ValueError
        If n, the mix, the method or the level cannot be.

    Notes
    -----
    Every possible sample is listed with its multinomial probability; nothing is simulated. The lowest coverage is that
    over a 5 × 5 grid of mixes within 5 percentage points, because coverage jumps from mix to mix and nobody knows the
    own mix better than that. Of several methods the default is recommended if its lowest coverage nearby is at most
    1.5 percentage points below the level, else the score interval on the same terms, else the narrowest that keeps
    them, else the one with the highest lowest coverage. Wald and the bootstrap are never recommended.

    References
    ----------
    Brown L. D., Cai T. T., DasGupta A. (2001), Statistical Science 16:101–133. Rocks B. (2016), The American
    Statistician 70:365–372.

    Examples
    --------
    >>> found = coverage(20, (50, 30, 20))
    >>> found.recommended, round(found.of("wald").coverage, 4)
    ('adjusted-wald', 0.9262)
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    size = _size(n)
    promoters, passives, detractors = _shares(mix)
    names = _methods(method, size)
    steps = np.linspace(-NEARBY, NEARBY, 5)
    down, up = (side.ravel() for side in np.meshgrid(detractors + steps, promoters + steps))
    inside = (down >= 0) & (up >= 0) & (down + up <= 1 + 1e-12)
    down, up = np.append(detractors, down[inside]), np.append(promoters, up[inside])
    at = samples(size, down, up)
    rows = []
    for name in names:
        found = coverages(at, down, up, NPS_FORMULAE[name], confidence_level)
        rows.append(
            MethodCoverage(
                method=name, coverage=float(found.coverage[0]), lowest_coverage=float(found.coverage.min()),
                mean_width=100 * float(found.width[0]),
            )
        )  # fmt: skip
    return Coverage(
        n=size, promoters=promoters, passives=passives, detractors=detractors, methods=tuple(rows),
        recommended=_recommended(rows, confidence_level), confidence_level=confidence_level,
    )  # fmt: skip


def _quoted(names: Sequence[str]) -> LocalText:
    return told_list([LocalText({"en": f'"{name}"', "zh-CN": f"“{name}”"}) for name in names])


def _size(n: int) -> int:
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or not 1 <= n <= LARGEST:
        raise ValueError(message("coverage.bad_n", n=n, most=number(LARGEST)))
    return operator.index(n)


def _shares(mix: Sequence[float] | NpsResult) -> tuple[float, float, float]:
    parts: tuple[Any, ...]
    if isinstance(mix, NpsResult):
        parts = (mix.promoters, mix.passives, mix.detractors)
    else:
        parts = tuple(mix) if isinstance(mix, Iterable) else (mix,)
    possible = len(parts) == 3 and all(isinstance(part, int | float | np.number) for part in parts)
    if not possible or not all(math.isfinite(part) and part >= 0 for part in parts) or not sum(parts) > 0:
        raise ValueError(message("coverage.bad_mix", mix=parts))
    total = math.fsum(parts)
    promoters, passives, detractors = (float(part) / total for part in parts)
    return promoters, passives, detractors


def _methods(method: str | None, n: int) -> tuple[str, ...]:
    names = METHODS["nps"]
    if method is not None:
        if method not in names:
            choices = ", ".join(f'"{name}"' for name in names)
            raise ValueError(message("scores.unknown_method", method=method, what="NPS", choices=choices))
        return (method,)
    return names if n <= _SLOW_ABOVE else tuple(name for name in names if name not in _SLOW)


def _recommended(rows: Sequence[MethodCoverage], level: float) -> str:
    if len(rows) == 1:
        return rows[0].method
    sound = [row for row in rows if row.method not in ("wald", "bootstrap")]
    keeping = [row for row in sound if row.lowest_coverage >= level - SHORTFALL]
    for favourite in (METHODS["nps"][0], "score"):
        if any(row.method == favourite for row in keeping):
            return favourite
    if keeping:
        return min(keeping, key=lambda row: row.mean_width).method
    return max(sound, key=lambda row: row.lowest_coverage).method
