"""The result of a control chart of counts or single figures, and how it is shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from closeloop.analysis.trend.charted_result import ChartedResult
from closeloop.analysis.trend.periods import Event, period_told
from closeloop.analysis.trend.series import TrendSeries
from closeloop.analysis.trend.text import chart_notes, one_line_sentence
from closeloop.metrics.result import Shown
from closeloop.stats.control import ControlChart
from closeloop.text import LocalText, message
from closeloop.written import told

_RARE = 5
"""With fewer events than this in a period the normal limits are rough."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ControlResult(ChartedResult):
    """Counts or single figures over time on a control chart; what `control_chart` returns.

    Attributes
    ----------
    name : LocalText
        What the figures are called.
    measure : str
        What they are: ``"p"``, ``"u"``, ``"c"`` or ``"individuals"``.
    chart : str
        One of `closeloop.analysis.trend.charted.CHARTS`.
    rules : tuple of str
        What counts as an alarm.
    arl0 : float
        Average number of periods until a false alarm, if nothing changes and the baseline is exact.
    baseline : tuple of str
        The periods that the level and the spread come from.
    chosen : bool
        Whether somebody chose the baseline.
    counts, sizes : tuple of float
        What was given; NaN in a gap. No sizes where a chart takes none.
    drawn : ControlChart
        Centre, spread and limits.
    series : tuple of TrendSeries
        The one line.
    events : tuple of Event
    sigma : str
        How the spread between periods was estimated.
    confidence_level : float
        Of the single periods' intervals.
    every : str
        A word for what the labels name; ``"period"``.
    by : tuple
        Empty: there is one line.

    Examples
    --------
    >>> from closeloop.analysis.trend.control_chart import control_chart
    >>> found = control_chart([12, 15, 9, 20, 14, 41], [200, 220, 180, 250, 210, 210], baseline=5)
    >>> found.alarms()[["period", "rules", "direction"]]
      period          rules direction
    0      6  beyond-limits     above
    """

    kind: ClassVar[str] = "control_chart"
    higher_is_better: ClassVar[bool] = False

    name: LocalText
    measure: str
    chart: str
    rules: tuple[str, ...]
    arl0: float
    baseline: tuple[str, ...]
    chosen: bool
    counts: tuple[float, ...]
    sizes: tuple[float, ...]
    drawn: ControlChart
    series: tuple[TrendSeries, ...]
    events: tuple[Event, ...]
    sigma: str
    confidence_level: float
    every: str = "period"
    by: tuple[str, ...] = ()

    @property
    def label(self) -> LocalText:
        """What the figures are called."""
        return self.name

    @property
    def value_form(self) -> tuple[str, int]:
        """How the figures are written: with so many decimals that a standard error shows; counts without."""
        form, scale = ("percent", 100.0) if self.measure == "p" else ("decimal", 1.0)
        error = scale * self.drawn.sigma * float(np.nanmedian(self.drawn.std_error))
        digits = (0 if self.measure == "c" else 1) - math.floor(math.log10(error))
        return form, min(max(digits, 0), 9)

    @property
    def title(self) -> LocalText:
        """What is shown over time."""
        return message("control_chart.title", name=self.name)

    @property
    def sentence(self) -> LocalText:
        """Whether anything alarms, since when, and how large it is."""
        return one_line_sentence(self, self.series[0])

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The method, the rate of false alarms, gaps and rare events."""
        notes = chart_notes(self, self._chart_name())
        if gaps := sum(math.isnan(point.estimate) for point in self.series[0].points):
            notes.append(message("control_chart.note_gaps", count=gaps))
        expected = self._fewest_expected()
        if expected < _RARE:
            notes.append(message("control_chart.note_rare", expected=told(expected, "decimal", 1)))
        return tuple(notes)

    def _chart_name(self) -> LocalText:
        if self.measure == "individuals":
            spread = told(float(np.nanmax(self.drawn.std_error)), *self.value_form)
            return message("control_chart.chart_individuals", spread=spread)
        kind = "plain" if self.sigma == "fixed" else "chart"
        return message(f"control_chart.{kind}_{self.measure}")

    def _fewest_expected(self) -> float:
        """Return how many events, or non-events of a share, the centre makes expect in a typical period."""
        if self.measure == "individuals":
            return math.inf
        if self.measure == "c":
            return self.drawn.centre
        rarer = min(self.drawn.centre, 1 - self.drawn.centre) if self.measure == "p" else self.drawn.centre
        return rarer * float(np.nanmedian(self.sizes))

    @property
    def figure_title(self) -> LocalText:
        """The head of the figures' column."""
        return message(f"control_chart.head_{self.measure}")

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Period, count and size where a share or rate has them, figure, interval, expected range, z, alarm."""
        whole = all(math.isnan(value) or value == round(value) for value in (*self.counts, *self.sizes))
        form = "count" if whole else "decimal"
        parts: tuple[Shown, ...] = ()
        if self.sizes:
            parts = (
                Shown("count", message("control_chart.count"), form),
                Shown("size", message(f"control_chart.size_{self.measure}"), form),
            )
        figures = self.figure_columns()
        if self.measure == "individuals":
            figures = tuple(shown for shown in figures if shown.name != "ci_low")
        return (Shown("period_name", message("control_chart.period")), *parts, *figures)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per period, gaps included; a share has count and size, a count no size."""
        line = self.series[0]
        sizes = self.sizes or (math.nan,) * len(self.counts)
        found = []
        for point, count, size in zip(line.points, self.counts, sizes, strict=True):
            row: dict[str, Any] = {"period": point.period, "period_name": period_told(point.period)}
            if self.measure != "individuals":
                row["count"] = count
            if self.sizes:
                row["size"] = size
            found.append(row | self.figure_row(line, point))
        return found

    def facts(self) -> Mapping[str, Any]:
        """Return what is charted, rules, ARL0, baseline, level and spread."""
        line = self.series[0]
        return {
            "name": self.name, "measure": self.measure, "chart": self.chart, "rules": list(self.rules),
            "arl0": self.arl0, "baseline": list(self.baseline), "centre": line.centre, "sigma_z": line.sigma_z,
            "n_baseline": line.n_baseline, "excluded": list(line.excluded), "sigma": self.sigma,
            "confidence_level": self.confidence_level, "events": [[e.period, e.text] for e in self.events],
        }  # fmt: skip
