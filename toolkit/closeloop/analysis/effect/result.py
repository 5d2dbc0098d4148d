"""What an effect analysis returns: its sentence, table, notes and figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.compare_text import difference_interval, difference_size
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.units import FORM
from closeloop.stats.did import FEW_CLUSTERS
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_level, told_p

_DOUBTFUL = 0.1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One group in one period.

    Examples
    --------
    >>> Cell(group=LocalText("a"), treated=True, period=LocalText("1"), after=False, n=3, estimate=20.0).n
    3
    """

    group: LocalText
    treated: bool
    period: LocalText
    after: bool
    n: int
    estimate: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Effect(TableResult):
    """An estimated effect with the means that it comes from.

    Attributes
    ----------
    label, unit : LocalText, str
        The metric, and its kind: ``"nps"`` (values in points), ``"top_box"`` (shares 0…1) or ``"mean"``.
    method, inference : str
        How the effect was estimated, and its error: ``"cluster"``, ``"permutation"``, ``"robust"``, ``"welch"`` or
        ``"hc3"``.
    action : LocalText
        What was done.
    estimate, std_error, ci_low, ci_high, p_value : float
        The effect. A limit is infinite where nothing can be excluded on that side, NaN where the data cannot tell.
    n : int
        Answers (units, where these were compared) used.
    cells, periods : tuple
        The means by group and period, the treated first; the names of the periods.
    pre_trend_p, n_leads : float, int
        Test that the groups ran alike before, over so many periods; NaN where it cannot be made.
    n_units : tuple of int
        Treated units and others; zeros without units.
    n_partial, dropped : int
        Units that answered only before or only after; rows left out.
    rho_squared : float
        CUPED: share of the variance that falls away.
    confidence_level : float
        Of the interval.
    min_n : int
        If a group has fewer answers in a period, all these means are hidden: one could be had from the others.

    Examples
    --------
    >>> from closeloop.analysis.effect.effect import effect
    >>> from closeloop.metrics.spec import MeanScore
    >>> answers = {"score": [4, 5, 4, 6, 7, 8], "called": [0, 0, 0, 1, 1, 1]}
    >>> effect(answers, MeanScore("score"), group="called", method="randomised").estimate
    2.666666666666667
    """

    kind: ClassVar[str] = "effect"

    label: LocalText
    unit: str
    method: str
    inference: str
    action: LocalText
    estimate: float
    std_error: float
    ci_low: float
    ci_high: float
    p_value: float
    n: int
    cells: tuple[Cell, ...]
    periods: tuple[LocalText, ...]
    pre_trend_p: float
    n_leads: int
    n_units: tuple[int, int]
    n_partial: int
    dropped: int
    rho_squared: float
    confidence_level: float
    min_n: int = 10

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return message("effect.title", metric=self.label)

    @property
    def sentence(self) -> LocalText:
        """What was found."""
        if math.isnan(self.estimate):
            return message("effect.nothing_did" if self.method == "did" else "effect.nothing")
        beyond = message("effect.beyond_did" if self.method == "did" else "effect.beyond_lot")
        size, signed = (difference_size(self.estimate, self.unit, signed=with_sign) for with_sign in (False, True))
        words = {"action": self.action, "metric": self.label, "beyond": beyond, "size": size}
        if math.isnan(self.ci_low):
            return message("effect.no_error", **words, signed=signed)
        level = told_level(self.confidence_level)
        if math.isinf(self.ci_low) or math.isinf(self.ci_high):
            return message("effect.unbounded", **words, signed=signed, level=level)
        words |= {"level": level, "interval": self._interval}
        if self.ci_low > 0:
            return message("effect.raised", **words)
        if self.ci_high < 0:
            return message("effect.lowered", **words)
        return message("effect.neither", **words, signed=signed)

    @property
    def is_hidden(self) -> bool:
        """Whether the means by group and period are hidden, because some stand for too few answers."""
        return any(0 < cell.n < self.min_n for cell in self.cells)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method, whether the groups ran alike before, cautions."""
        treated, others = self.n_units
        counts = {"treated": told(treated, "count"), "others": told(others, "count")}
        notes = [message(f"effect.method_{self.method}"), message(f"effect.by_{self.inference}", **counts)]
        if self.method == "did":
            notes.append(self._trend)
            if self.inference == "cluster" and min(treated, others) < FEW_CLUSTERS / 2:
                notes.append(message("effect.note_few", **counts))
            if self.n_partial:
                all_units = told(treated + others, "count")
                notes.append(message("effect.note_partial", count=told(self.n_partial, "count"), all=all_units))
        if not math.isnan(self.rho_squared):
            notes.append(message("effect.note_cuped", share=told(self.rho_squared, "percent", 0)))
        if self.is_hidden:
            notes.append(message("effect.note_hidden", min_n=self.min_n))
        if self.dropped:
            notes.append(message("effect.note_dropped", count=told(self.dropped, "count")))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Group, period, value, interval, p, n."""
        form, level = FORM[self.unit], told_level(self.confidence_level)
        return (
            Shown("group", message("analysis.group")),
            *((Shown("period", message("effect.period")),) if self.method == "did" else ()),
            Shown("estimate", self.label, form),
            Shown("ci_low", message("analysis.interval", level=level), form, high="ci_high"),
            Shown("p_value", message("analysis.p_value"), "p"),
            Shown("n", message("analysis.n"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the effect, then both groups in each period (none if hidden); an infinite limit is NaN here."""
        low, high = (limit if math.isfinite(limit) else math.nan for limit in (self.ci_low, self.ci_high))
        found: dict[str, Any] = {
            "row": "effect", "group": message("effect.effect"), "period": LocalText(""), "after": True,
            "estimate": self.estimate, "std_error": self.std_error, "ci_low": low, "ci_high": high,
            "p_value": self.p_value, "n": self.n,
        }  # fmt: skip
        cells = [
            {
                "row": "cell", "group": cell.group, "period": cell.period, "after": cell.after,
                "estimate": cell.estimate, "std_error": math.nan, "ci_low": math.nan, "ci_high": math.nan,
                "p_value": math.nan, "n": cell.n,
            }
            for cell in (() if self.is_hidden else self.cells)
        ]  # fmt: skip
        return [found, *cells]

    def facts(self) -> Mapping[str, Any]:
        """Return method, inference, pre-trend check and level."""
        return {
            "metric": self.label,
            "unit": self.unit,
            "method": self.method,
            "inference": self.inference,
            "pre_trend_p": self.pre_trend_p,
            "n_leads": self.n_leads,
            "n_units": self.n_units,
            "rho_squared": self.rho_squared,
            "confidence_level": self.confidence_level,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw both groups over time with the counterfactual dashed; of a randomised comparison both means."""
        from closeloop.views.effect_chart import plot_effect

        return plot_effect(self, ax)

    @property
    def _interval(self) -> LocalText:
        return difference_interval(Interval(self.ci_low, self.ci_high), self.unit)

    @property
    def _trend(self) -> LocalText:
        if not self.n_leads:
            return message("effect.trend_unknown")
        if math.isnan(self.pre_trend_p):
            return message("effect.trend_weak")
        key = "effect.trend_doubtful" if self.pre_trend_p < _DOUBTFUL else "effect.trend_fine"
        return message(key, periods=told(self.n_leads + 1, "count"), p=told_p(self.pre_trend_p))
