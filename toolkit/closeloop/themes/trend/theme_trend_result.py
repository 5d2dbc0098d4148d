"""The result of `closeloop.themes.trend.theme_trend.theme_trend`: a chart per theme, and what changed for good."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.analysis.trend.charted_result import ChartedResult
from closeloop.analysis.trend.periods import Event, period_told, some_periods, span_told
from closeloop.analysis.trend.series import TrendSeries
from closeloop.metrics.result import Shown
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_joined, told_level, told_list, told_p

_NAMED = 6
_FEW_PERIODS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeChange:
    """The likeliest lasting change of one theme.

    Attributes
    ----------
    code : str
    label : LocalText
    last, first : str
        The last period of the old level and the first of the new one.
    before, after : float
        The shares of both stretches.
    p_value, p_adjusted : float
        How often chance alone makes such a change somewhere; after Holm's correction over the themes.

    Examples
    --------
    >>> ThemeChange(code="price", label=LocalText("Price"), last="2025-10", first="2025-11", before=0.1, after=0.3,
    ...             p_value=0.001, p_adjusted=0.004).after
    0.3
    """

    code: str
    label: LocalText
    last: str
    first: str
    before: float
    after: float
    p_value: float
    p_adjusted: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ThemeTrend(ChartedResult):
    """Themes over time on control charts; what ``coding.trend`` returns.

    Attributes
    ----------
    unit : str
        What shares are of: ``"response"`` or ``"mention"``.
    every : str
    arl0 : float
        Average number of periods until a false alarm of any theme, if nothing changes and the baseline is exact.
    baseline : tuple of str
    chosen : bool
        Whether somebody chose the baseline.
    series : tuple of TrendSeries
        A line per theme.
    counts : tuple of tuples
        How often each theme came up in each period.
    changes : tuple of ThemeChange
        The likeliest lasting change of each theme, certain or not.
    left_out : tuple of LocalText
        Themes whose baseline has nothing to measure by.
    events : tuple of Event
    undated : int
        Comments without a time.
    width : float
        Limits lie so many σ_z standard errors out.
    min_n : int
    confidence_level : float
    sigma : str
    chart, rules, by
        One way to judge: Shewhart's chart, single periods, theme by theme.

    Examples
    --------
    >>> from closeloop.themes.codings.coding import Coding
    >>> months = [f"2025-{m:02d}" for m in range(1, 13) for _ in range(100)]
    >>> codes = ["price" if i % 100 < (40 if i >= 800 else 12 + i // 100 % 3) else None for i in range(1200)]
    >>> found = Coding.from_table({"id": range(1200), "code": codes}, unit="response").trend(months, baseline=6)
    >>> found.changes[0].first
    '2025-09'
    """

    kind: ClassVar[str] = "theme_trend"
    higher_is_better: ClassVar[bool] = False
    unit: str
    every: str
    arl0: float
    baseline: tuple[str, ...]
    chosen: bool
    series: tuple[TrendSeries, ...]
    counts: tuple[tuple[float, ...], ...]
    changes: tuple[ThemeChange, ...]
    left_out: tuple[LocalText, ...]
    events: tuple[Event, ...]
    undated: int
    width: float
    min_n: int
    confidence_level: float
    sigma: str
    chart: str = "shewhart"
    rules: tuple[str, ...] = ("beyond-limits",)
    by: tuple[str, ...] = ("theme",)

    @property
    def label(self) -> LocalText:
        """What is charted."""
        return message(f"theme_trend.share_of_{self.unit}")

    @property
    def value_form(self) -> tuple[str, int]:
        """Shares are written as whole percentages, with a decimal where the themes are rare."""
        return "percent", 0 if max(one.centre for one in self.series) >= 0.05 else 1

    @property
    def figure_title(self) -> LocalText:
        """The head of the shares."""
        return message("pareto.share")

    @property
    def certain_changes(self) -> tuple[ThemeChange, ...]:
        """The lasting changes that chance alone would seldom make anywhere, in the order of time."""
        alpha = 1 - self.confidence_level + 1e-12
        return tuple(sorted((one for one in self.changes if one.p_adjusted <= alpha), key=lambda one: one.first))

    @property
    def title(self) -> LocalText:
        """What is shown over time."""
        return message("theme_trend.title", period=message(f"trend.by_{self.every}"), share=self.label)

    @property
    def sentence(self) -> LocalText:
        """Which themes changed for good, and which had periods beyond the limits."""
        form, digits = self.value_form
        loud = sorted((one for one in self.series if one.alarms), key=lambda one: one.alarms[0].period)
        parts = []
        if self.certain_changes:
            changed = [
                message(
                    "theme_trend.changed", theme=one.label, period=period_told(one.first), p=told_p(one.p_adjusted),
                    before=told(one.before, form, digits), after=told(one.after, form, digits),
                )
                for one in self.certain_changes[:_NAMED]
            ]  # fmt: skip
            if len(self.certain_changes) > _NAMED:
                changed.append(message("pareto.more", count=len(self.certain_changes) - _NAMED))
            parts.append(message("theme_trend.changes", found=told_joined(changed, "; ", "；")))
        else:
            parts.append(message("theme_trend.no_change", count=len(self.series)))
        if loud:
            beyond = [
                message(
                    "theme_trend.left", theme=one.label, period=period_told(one.alarms[0].period),
                    value=told(one.alarms[0].estimate, form, digits),
                    expected=told_interval(one.alarms[0].lower, one.alarms[0].upper, form, digits),
                )
                for one in loud[:_NAMED]
            ]  # fmt: skip
            if len(loud) > _NAMED:
                beyond.append(message("pareto.more", count=len(loud) - _NAMED))
            parts.append(message("theme_trend.alarms", found=told_joined(beyond, "; ", "；")))
        else:
            parts.append(message("theme_trend.quiet", baseline=span_told(self.baseline)))
        return told_joined(parts, " ", "")

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The method, the rate of false alarms, what is not shown."""
        sizes = [one.sigma_z for one in self.series]
        notes = [
            message(
                "theme_trend.note_method", baseline=span_told(self.baseline), width=told(self.width, "decimal", 2),
                sigma=told_interval(min(sizes), max(sizes), "decimal", 2), count=len(self.series),
                periods=some_periods(round(self.arl0), self.every),
            ),
            message(f"theme_trend.note_{self.unit}", level=told_level(self.confidence_level)),
            message("theme_trend.note_changes", level=told_level(self.confidence_level)),
        ]  # fmt: skip
        if not self.chosen:
            first = some_periods(len(self.baseline), self.every)
            notes.append(message("trend.note_default_baseline", count=first, of=len(self.series[0].points)))
        fewest = min(one.n_baseline for one in self.series)
        if fewest < _FEW_PERIODS:
            notes.append(message("trend.note_short_baseline", count=some_periods(fewest, self.every)))
        if restless := [one.label for one in self.series if one.baseline_alarms]:
            notes.append(message("theme_trend.note_restless", themes=told_list(restless)))
        if gaps := sum(point.n is None for point in self.series[0].points):
            notes.append(message("theme_trend.note_hidden", count=gaps, min_n=self.min_n))
        if self.left_out:
            notes.append(message("theme_trend.note_left_out", themes=told_list(self.left_out)))
        if self.undated:
            notes.append(message("theme_trend.note_undated", count=told(self.undated, "count")))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Theme, period, count, share, interval, where it was expected, alarm, what happened."""
        event = (Shown("event", message("theme_trend.event")),) if self.events else ()
        return (
            Shown("theme_name", message("pareto.theme")),
            Shown("period_name", message("theme_trend.period")),
            Shown("n", message("theme_trend.comments"), "count"),
            Shown("count", message(f"pareto.head_{self.unit}"), "count"),
            *self.figure_columns(),
            *event,
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per theme and period, gaps included."""
        happened: dict[str, list[LocalText]] = {}
        for event in self.events:
            happened.setdefault(event.period, []).append(event.text)
        found = []
        for line, counts in zip(self.series, self.counts, strict=True):
            for point, count in zip(line.points, counts, strict=True):
                hidden = point.n is None
                found.append(
                    {"theme": line.key[0], "theme_name": line.label, "period": point.period,
                     "period_name": period_told(point.period), "n": point.n, "count": None if hidden else int(count)}
                    | self.figure_row(line, point)
                    | {"event": told_joined(happened[point.period], "; ", "；") if point.period in happened else None}
                )  # fmt: skip
        return found

    def facts(self) -> Mapping[str, Any]:
        """Return rules, limits, baseline, and the changes of level."""
        return {
            "unit": self.unit, "every": self.every, "rules": list(self.rules), "arl0": self.arl0, "width": self.width,
            "baseline": list(self.baseline), "undated": self.undated, "confidence_level": self.confidence_level,
            "events": [[one.period, one.text] for one in self.events],
            "changes": [
                {"theme": one.code, "first": one.first, "before": one.before, "after": one.after,
                 "p_value": one.p_value, "p_adjusted": one.p_adjusted}
                for one in self.changes
            ],
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw a panel per theme, each on its own scale: figures, limits, alarms, lasting changes and events."""
        from closeloop.views.theme_trend_chart import plot_theme_trend

        return plot_theme_trend(self, ax)
