"""After which period the answers of a trend became other ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np

from closeloop.analysis.trend.periods import period_told
from closeloop.analysis.trend.series import TrendSeries, chart_of_results, effective_n
from closeloop.analysis.trend.text import value_form
from closeloop.errors import InsufficientDataError
from closeloop.metrics.estimate import Result
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.spec import Metric
from closeloop.metrics.units import SCALE
from closeloop.stats.change import Change, change_in_counts, change_in_means
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined, told_p


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelChange:
    """One change: between which periods, from what to what; figures in public units.

    Attributes
    ----------
    last, first : str
        The last period of the old level and the first of the new one.
    before, after : float
    n_before, n_after : int
    statistic, p_value : float
        The likelihood ratio, and how often chance alone makes one as large.
    """

    last: str
    first: str
    before: float
    after: float
    n_before: int
    n_after: int
    statistic: float
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class TrendChange(TableResult):
    """The changes of level of one group; what `Trend.change_point` returns.

    Attributes
    ----------
    metric : Nps, TopBox, MeanScore or GapScore
    every : str
    group : LocalText or None
        The group, None for everybody together.
    found : tuple of LevelChange
        In the order of time. Without a change that passes the level: the likeliest one alone.
    periods, estimates : tuple
        The periods that have a figure, and their figures.
    by_counts : bool
        Whether the counts were dealt out anew; else normal means were drawn.
    confidence_level : float
        A change is one where p is at most 1 minus this.
    permutations : int
    """

    kind: ClassVar[str] = "trend_change"

    metric: Metric
    every: str
    group: LocalText | None
    found: tuple[LevelChange, ...]
    periods: tuple[str, ...]
    estimates: tuple[float, ...]
    by_counts: bool
    confidence_level: float
    permutations: int

    @property
    def certain(self) -> bool:
        """Whether chance alone would seldom look like this."""
        return bool(self.found) and max(one.p_value for one in self.found) <= 1 - self.confidence_level + 1e-12

    @property
    def title(self) -> LocalText:
        """What was looked for, in what."""
        if self.group is None:
            return message("trend.change_title", score=self.metric.label)
        return message("trend.change_title_group", score=self.metric.label, group=self.group)

    @property
    def sentence(self) -> LocalText:
        """When the level changed, from what to what, or that it cannot be told."""
        form, digits = value_form(self.metric)
        if not self.certain:
            best = self.found[0]
            return message("trend.no_change", period=period_told(best.first), p=told_p(best.p_value))
        parts = [
            message(
                "trend.changed", period=period_told(one.first), before=told(one.before, form, digits),
                after=told(one.after, form, digits), p=told_p(one.p_value),
            )
            for one in self.found
        ]  # fmt: skip
        return message("trend.changes", score=self.metric.label, found=told_joined(parts, "; ", "；"))

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How p was found."""
        key = "trend.note_dealt" if self.by_counts else "trend.note_drawn"
        notes = [message(key, count=f"{self.permutations:,}")]
        if len(self.found) > 1:
            notes.append(message("trend.note_segmented"))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """First period of the new level, both levels with their n, likelihood ratio, p."""
        form, digits = value_form(self.metric)
        return (
            Shown("first_name", message("trend.changed_in")),
            Shown("before", message("trend.before"), form, digits=digits),
            Shown("n_before", message("trend.n_before"), "count"),
            Shown("after", message("trend.after"), form, digits=digits),
            Shown("n_after", message("trend.n_after"), "count"),
            Shown("difference", message("trend.difference"), form, digits=digits),
            Shown("statistic", message("trend.ratio"), "decimal"),
            Shown("p_value", message("analysis.p_value"), "p"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per change."""
        return [
            {"first": one.first, "first_name": period_told(one.first), "last": one.last, "before": one.before,
             "n_before": one.n_before, "after": one.after, "n_after": one.n_after,
             "difference": one.after - one.before, "statistic": one.statistic, "p_value": one.p_value}
            for one in self.found
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return metric, group, level, and whether the change is certain."""
        return {"metric": self.metric.name, "group": self.group, "certain": self.certain,
                "confidence_level": self.confidence_level, "permutations": self.permutations}  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the figures with the levels before and after."""
        from closeloop.views.trend_change_chart import plot_change

        return plot_change(self, ax=ax)


def trend_change(
    series: TrendSeries,
    metric: Metric,
    every: str,
    weight: str | None,
    confidence_level: float,
    most: int,
    permutations: int,
    seed: int,
    *,
    named: bool,
) -> TrendChange:
    """Find the changes of one group; further ones within the stretches between those found (binary segmentation)."""
    shown = [(point.period, one) for point, one in zip(series.points, series.results, strict=True) if one is not None]
    if len(shown) < 2:
        raise InsufficientDataError(message("trend.two_periods"))
    if most < 1 or permutations < 1:
        raise ValueError(message("trend.at_least_one", most=most, permutations=permutations))
    periods, results = [period for period, _ in shown], [one for _, one in shown]
    by_counts = weight is None and not isinstance(results[0], MeanResult)
    alpha = 1 - confidence_level + 1e-12
    cuts: dict[int, Change] = {}
    best: dict[tuple[int, int], Change] = {}
    while len(cuts) < most:
        ends = [0, *sorted(cut + 1 for cut in cuts), len(results)]
        stretches = [(a, b) for a, b in pairwise(ends) if b - a >= 2]
        for a, b in stretches:
            if (a, b) not in best:
                best[a, b] = _change(results[a:b], by_counts, permutations, seed)
        open_ones = [(best[s].p_value, -best[s].statistic, s) for s in stretches if best[s].p_value <= alpha]
        if not open_ones:
            break
        _, _, chosen = min(open_ones)
        cuts[chosen[0] + best[chosen].after] = best[chosen]
    if not cuts:
        whole = best[0, len(results)]
        cuts[whole.after] = whole
    places = sorted(cuts)
    ends = [0, *(place + 1 for place in places), len(results)]
    levels = [_level(results[a:b]) for a, b in pairwise(ends)]
    found = [
        LevelChange(
            last=periods[place], first=periods[place + 1], before=levels[i][0], n_before=levels[i][1],
            after=levels[i + 1][0], n_after=levels[i + 1][1], statistic=cuts[place].statistic,
            p_value=cuts[place].p_value,
        )
        for i, place in enumerate(places)
    ]  # fmt: skip
    return TrendChange(
        metric=metric, every=every, group=series.label if named else None, found=tuple(found), periods=tuple(periods),
        estimates=tuple(one.score for one in results), by_counts=by_counts, confidence_level=confidence_level,
        permutations=permutations,
    )  # fmt: skip


def _change(results: list[Result], by_counts: bool, permutations: int, seed: int) -> Change:
    """Look for one change: in the counts where they are whole, else in the level."""
    if by_counts:
        rows = [
            (r.detractors, r.passives, r.promoters) if isinstance(r, NpsResult) else (r.top, r.rest)
            for r in results
            if isinstance(r, NpsResult | ShareResult)
        ]
        return change_in_counts(rows, permutations=permutations, seed=seed)
    chart = chart_of_results(results, np.ones(len(results), bool), "fixed", 1.0)
    sizes = [effective_n(one) for one in results]
    variance = float(np.nanmax(chart.std_error**2 * np.array(sizes)))
    return change_in_means(chart.estimate, sizes, variance, permutations=permutations, seed=seed)


def _level(results: list[Result]) -> tuple[float, int]:
    """Return the level of a stretch in public units, and its answers."""
    chart = chart_of_results(results, np.ones(len(results), bool), "fixed", 1.0)
    return SCALE[results[0].kind] * chart.centre, int(sum(one.n for one in results))
