"""What results on a control chart share: their rows, their alarms as a frame, their figure."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar

from closeloop.analysis.trend.charted import TrendPoint
from closeloop.analysis.trend.periods import Event
from closeloop.analysis.trend.series import TrendSeries
from closeloop.analysis.trend.text import alarm_text, rules_told
from closeloop.frames import convert
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.written import told_level


class ChartedResult(TableResult):
    """Figures over time on a control chart: `Trend` of answers, `ControlResult` of counts.

    A result has the fields named here, and says by `label` and `value_form` what its figures are.
    """

    __slots__ = ()

    higher_is_better: ClassVar[bool] = True

    chart: str
    rules: tuple[str, ...]
    arl0: float
    every: str
    by: tuple[str, ...]
    baseline: tuple[str, ...]
    chosen: bool
    series: tuple[TrendSeries, ...]
    events: tuple[Event, ...]
    confidence_level: float

    @property
    @abstractmethod
    def label(self) -> LocalText:
        """What the figures are called."""

    @property
    @abstractmethod
    def value_form(self) -> tuple[str, int]:
        """How the figures are written: form and decimals."""

    def figure_columns(self) -> tuple[Shown, ...]:
        """Return the columns that every chart has: figure, interval, expected range, z, what it looks at, alarm."""
        form, digits = self.value_form
        level = message("analysis.interval", level=told_level(self.confidence_level))
        memory = {
            "shewhart": (),
            "ewma": (Shown("ewma", message("trend.ewma_short"), "decimal"),
                     Shown("limit", message("trend.limit"), "decimal")),
            "cusum": (Shown("cusum_up", message("trend.cusum_up"), "decimal"),
                      Shown("cusum_down", message("trend.cusum_down"), "decimal"),
                      Shown("limit", message("trend.limit"), "decimal")),
        }[self.chart]  # fmt: skip
        return (
            Shown("estimate", self.figure_title, form, digits=digits),
            Shown("ci_low", level, form, high="ci_high", digits=digits),
            Shown("lower", message("trend.expected"), form, high="upper", digits=digits),
            Shown("z", message("trend.z"), "decimal"),
            *memory,
            Shown("alarm_name", message("trend.alarm"), "text"),
        )

    @property
    def figure_title(self) -> LocalText:
        """The head of the figures' column."""
        return message("analysis.score")

    def figure_row(self, series: TrendSeries, point: TrendPoint) -> dict[str, Any]:
        """Return what a row says of a figure: itself, where it was expected, what the rules say."""
        row: dict[str, Any] = {
            "estimate": point.estimate, "std_error": point.std_error, "ci_low": point.ci_low,
            "ci_high": point.ci_high, "centre": series.centre, "lower": point.lower, "upper": point.upper,
            "z": point.z, "p_value": point.p_value, "phase": point.phase, "watch": point.watch, "alarm": point.alarm,
            "rules": list(point.rules), "side": {1: "above", -1: "below"}.get(point.side),
        }  # fmt: skip
        if self.by:
            row["q_value"] = point.q_value
        if self.chart == "ewma":
            row |= {"ewma": point.statistic, "limit": point.limit}
        elif self.chart == "cusum":
            row |= {"cusum_up": point.statistic, "cusum_down": point.statistic_low, "limit": point.limit}
        said = rules_told(point.rules) if point.alarm else message("trend.watch") if point.watch else LocalText("")
        return row | {"alarm_name": said}

    def alarms(self, backend: str = "pandas") -> Any:
        """Return the alarms since the baseline as a frame: group, period, rules, side, figures, q, message.

        Parameters
        ----------
        backend : {"pandas", "polars", "pyarrow"}
            Which kind of frame.

        Returns
        -------
        DataFrame
            One row per group and period in which a rule holds, in the order of time: the keys, period, rules (joined by
            commas), direction (``"above"`` or ``"below"``), n, estimate, expected, lower, upper, z, p_value, q_value
            and message (in the language in use). p and q speak of the period's figure alone: an alarm for a run of
            eight may have large ones. n is missing where the figures do not come from answers.
        """
        import pandas as pd

        place = {point.period: i for i, point in enumerate(self.series[0].points)}
        found = sorted(
            ((place[one.period], i, series, one) for i, series in enumerate(self.series) for one in series.alarms),
            key=lambda one: one[:2],
        )
        rows = []
        for _, _, series, point in found:
            rows.append(
                (*series.key, point.period, ", ".join(point.rules), "above" if point.side > 0 else "below", point.n,
                 point.estimate, series.centre, point.lower, point.upper, point.z, point.p_value, point.q_value,
                 str(alarm_text(self, series, point)))
            )  # fmt: skip
        figures = ("estimate", "expected", "lower", "upper", "z", "p_value", "q_value")
        frame = pd.DataFrame(rows, columns=[*self.by, "period", "rules", "direction", "n", *figures, "message"])
        texts = dict.fromkeys(("period", "rules", "direction", "message"), "str")
        whole = "Int64" if frame["n"].isna().any() else "int64"
        return convert(frame.astype({**texts, "n": whole, **dict.fromkeys(figures, float)}), backend)

    def plot(self, ax: Any = None) -> Any:
        """Draw the line with its limits, alarms and events; groups as panels, the six that matter most."""
        from closeloop.views.trend_chart import plot_trend

        return plot_trend(self, ax=ax)
