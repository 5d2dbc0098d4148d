"""A trend's result: its lines, its alarms, its change points, and how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.analysis.trend.change import TrendChange, trend_change
from closeloop.analysis.trend.charted import TrendPoint
from closeloop.analysis.trend.charted_result import ChartedResult
from closeloop.analysis.trend.periods import Event, period_told
from closeloop.analysis.trend.series import TrendSeries
from closeloop.analysis.trend.text import trend_notes, trend_sentence, trend_title, value_form
from closeloop.metrics.result import Shown
from closeloop.metrics.spec import Metric
from closeloop.text import LocalText, message
from closeloop.written import told_joined

RESERVED = (
    "group", "period", "period_name", "n", "estimate", "std_error", "ci_low", "ci_high", "centre", "lower", "upper",
    "z", "p_value", "q_value", "phase", "watch", "alarm", "alarm_name", "rules", "side", "ewma", "cusum_up",
    "cusum_down", "limit", "direction", "expected", "message", "sigma_z", "n_baseline", "excluded",
)  # fmt: skip
"""Names of the table's own columns; no key may bear one of them."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Trend(ChartedResult):
    """A score over time on a control chart; what `trend` returns.

    Attributes
    ----------
    metric : Nps, TopBox, MeanScore or GapScore
    every : str
        What a period is.
    by : tuple of str
        The keys of the groups; empty for everybody together.
    chart : str
        One of `closeloop.analysis.trend.trend.CHARTS`.
    rules : tuple of str
        What counts as an alarm.
    arl0 : float
        Average number of periods until a false alarm, per group, if nothing changes and the baseline is exact.
    baseline : tuple of str
        The periods that the level and the spread come from.
    chosen : bool
        Whether somebody chose the baseline.
    series : tuple of TrendSeries
        One per group.
    left_out : tuple of LocalText
        Groups without enough answers in the baseline.
    events : tuple of Event
    undated : int
        Answers without a date; they are in no period.
    sigma : str
        How the spread between periods was estimated.
    weight : str or None
    min_n : int
    confidence_level : float
        Of the single periods' intervals.
    titles : mapping
        What the keys are called on display.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.analysis.trend.trend import trend
    >>> from closeloop.metrics.spec import Nps
    >>> month = pd.date_range("2024-01-01", periods=14, freq="MS").repeat(50)
    >>> frame = pd.DataFrame({"recommend": ([10] * 20 + [8] * 20 + [3] * 10) * 14, "answered_at": month})
    >>> len(trend(frame, Nps("recommend")).alarms())
    0
    """

    kind: ClassVar[str] = "trend"

    metric: Metric
    every: str
    by: tuple[str, ...]
    chart: str
    rules: tuple[str, ...]
    arl0: float
    baseline: tuple[str, ...]
    chosen: bool
    series: tuple[TrendSeries, ...]
    left_out: tuple[LocalText, ...]
    events: tuple[Event, ...]
    undated: int
    sigma: str
    weight: str | None
    min_n: int
    confidence_level: float
    titles: Mapping[str, LocalText]

    @property
    def label(self) -> LocalText:
        """What the metric is called."""
        return self.metric.label

    @property
    def value_form(self) -> tuple[str, int]:
        """How the metric's figures are written: form and decimals."""
        return value_form(self.metric)

    @property
    def title(self) -> LocalText:
        """What is shown over time."""
        return trend_title(self)

    @property
    def sentence(self) -> LocalText:
        """Whether anything alarms, since when, and how large it is."""
        return trend_sentence(self)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The method, the rate of false alarms, and what is not shown."""
        return trend_notes(self)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Group, period, n, score, interval, expected range, z, alarm."""
        return (
            *(Shown("group", self.group_title, "text") for _ in self.by[:1]),
            Shown("period_name", message(f"scores.{self.every}")),
            Shown("n", message("analysis.n"), "count"),
            *self.figure_columns(),
            *(Shown("q_value", message("trend.q_value"), "p") for _ in self.by[:1]),
        )

    @property
    def group_title(self) -> LocalText:
        """What the groups are called together."""
        return told_joined([self.titles.get(key, key) for key in self.by], " × ")

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per group and period, gaps included."""
        return [self._row(series, point) for series in self.series for point in series.points]

    def _row(self, series: TrendSeries, point: TrendPoint) -> dict[str, Any]:
        row: dict[str, Any] = dict(zip(self.by, series.key, strict=True))
        if self.by:
            row["group"] = series.label
        row |= {"period": point.period, "period_name": period_told(point.period), "n": point.n}
        return row | self.figure_row(series, point)

    def facts(self) -> Mapping[str, Any]:
        """Return metric, rules, ARL0 and baseline, and level and spread of each group."""
        groups = [
            {**dict(zip(self.by, s.key, strict=True)), "centre": s.centre, "sigma_z": s.sigma_z,
             "n_baseline": s.n_baseline, "excluded": list(s.excluded)}
            for s in self.series
        ]  # fmt: skip
        return {
            "metric": self.metric.name, "every": self.every, "chart": self.chart, "rules": list(self.rules),
            "arl0": self.arl0, "baseline": list(self.baseline), "confidence_level": self.confidence_level,
            "min_n": self.min_n, "groups": groups, "events": [[e.period, e.text] for e in self.events],
        }  # fmt: skip

    def change_point(self, *, most: int = 1, permutations: int = 9_999, seed: int = 0, **keys: object) -> TrendChange:
        """Return after which period the answers changed, wherever a baseline lies.

        Parameters
        ----------
        most : int
            How many changes to look for at most; each further one within the stretches that the last ones left.
        permutations, seed : int
            See `closeloop.stats.change.change_in_counts`.
        **keys : object
            Key = value of the group; needed where there are several.

        Returns
        -------
        TrendChange

        Raises
        ------
        ValueError
            If there is no such group, or it is not told which.
        InsufficientDataError
            If fewer than two periods have enough answers.
        """
        found = [s for s in self.series if dict(zip(self.by, s.key, strict=True)) == keys]
        if len(self.series) == 1 and not keys:
            found = list(self.series)
        if not found:
            known = "; ".join(", ".join(f"{k}={v!r}" for k, v in zip(self.by, s.key, strict=True)) for s in self.series)
            raise ValueError(message("trend.which_group", known=known or "–"))
        level = self.confidence_level
        return trend_change(found[0], self.metric, self.every, self.weight, level, most, permutations, seed,
                            named=bool(self.by))  # fmt: skip
