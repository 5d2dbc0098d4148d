"""A problem is a gap: what should be, what is, measured when and on how many."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, Literal

from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.units import DIGITS, FORM
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

Unit = Literal["points", "percent", "decimal", "count"]
"""How the figures of a gap are written, see `closeloop.written.FORMS`."""

_DIGITS: Mapping[str, int] = {**{FORM[kind]: DIGITS[kind] for kind in FORM}, "percent": 1, "count": 0}


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Gap(TableResult):
    """The distance between a standard and what was measured; a problem starts from one.

    Parameters
    ----------
    metric : str
        What was measured, in a few words.
    standard : float
        What should be: a promise, a target, a rule. In the unit of `actual`.
    actual : float
        What is.
    n : int
        Answers, orders, cases … that `actual` stands for.
    as_of : date or str
        The day of the measurement (ISO).
    ci : pair of float, optional
        Limits of `actual`.
    unit : {"points", "percent", "decimal", "count"}
        ``"percent"`` for shares 0…1, ``"points"`` for an NPS.
    higher_is_better : bool
        False for what should be small: late parcels, complaints.
    where : str
        Which part of the business: a region, a channel; empty for all of it.
    source : str
        Where the figure comes from.
    confidence_level : float
        Of `ci`.
    labels : mapping
        What the metric is called, by language, where that is known.

    Raises
    ------
    ValueError
        If a figure is not finite, `n` is negative, the limits do not hold `actual`, or the day is no date.

    Notes
    -----
    Whether the standard is met is decided by the interval: a standard within it can not be told from `actual`.

    Examples
    --------
    >>> gap = Gap(metric="late parcels", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30", ci=(0.129, 0.148),
    ...           unit="percent", higher_is_better=False)
    >>> gap.verdict, round(gap.size, 3)
    ('missed', 0.088)
    """

    metric: str
    standard: float
    actual: float
    n: int
    as_of: dt.date | str
    ci: tuple[float, float] | None = None
    unit: Unit = "decimal"
    higher_is_better: bool = True
    where: str = ""
    source: str = ""
    confidence_level: float = 0.95
    labels: Mapping[str, str] = field(default_factory=dict)

    kind = "gap"

    def __post_init__(self) -> None:
        if not str(self.metric).strip():
            raise ValueError(message("gap.no_metric"))
        for name in ("standard", "actual"):
            value = getattr(self, name)
            if not _is_number(value):
                raise ValueError(message("gap.no_number", field=name, found=value))
            object.__setattr__(self, name, value if isinstance(value, int) else float(value))
        n: Any = self.n  # a whole number of any library
        if isinstance(n, bool) or not isinstance(n, Integral) or int(n) < 1:
            raise ValueError(message("gap.no_n", found=n))
        object.__setattr__(self, "n", int(n))
        if self.unit not in _DIGITS:
            raise ValueError(message("gap.no_unit", found=self.unit, known=", ".join(_DIGITS)))
        if self.ci is not None:
            if len(self.ci) != 2 or not all(map(_is_number, self.ci)):
                raise ValueError(message("gap.no_interval", found=self.ci))
            low, high = (float(limit) for limit in self.ci)
            if not low <= self.actual <= high:
                raise ValueError(message("gap.limits", low=low, high=high, actual=self.actual))
            object.__setattr__(self, "ci", (low, high))
        object.__setattr__(self, "as_of", _day(self.as_of))

    @property
    def size(self) -> float:
        """How far what is lies beyond what should be, in the unit; above 0 is what falls short."""
        return self.standard - self.actual if self.higher_is_better else self.actual - self.standard

    @property
    def verdict(self) -> str:
        """``"missed"``, ``"met"``, or ``"cannot tell"``: there are no limits, or the standard lies within them."""
        if self.ci is None or self.ci[0] < self.standard < self.ci[1]:
            return "cannot tell"
        return "missed" if self.size > 0 else "met"

    @property
    def label(self) -> LocalText:
        """What was measured, and where."""
        named = LocalText(dict(self.labels) or self.metric)
        return message("gap.label_where", metric=named, where=self.where) if self.where else named

    @property
    def title(self) -> LocalText:
        """What the gap is of."""
        return message("gap.title", metric=self.label)

    @property
    def sentence(self) -> LocalText:
        """What should be, what is, and whether that can be told apart."""
        digits = _DIGITS[self.unit]
        size = abs(self.size) * (100 if self.unit == "percent" else 1)
        facts = {
            "metric": self.label, "standard": told(self.standard, self.unit, digits), "n": told(self.n, "count"),
            "actual": told(self.actual, self.unit, digits), "as_of": str(self.as_of),
            "size": message(f"gap.size_{self.unit}", size=told(size, "decimal", digits)),
        }  # fmt: skip
        if self.ci is None:
            return message("gap.sentence_no_limits", **facts)
        facts |= {"level": told_level(self.confidence_level), "interval": told_interval(*self.ci, self.unit, digits)}
        return message(f"gap.sentence_{self.verdict.replace(' ', '_')}", **facts)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Where the figure comes from; what is missing."""
        source = (message("gap.source", source=self.source),) if self.source else ()
        return source + (() if self.ci else (message("gap.no_limits"),))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Standard, actual, limits, n, day."""
        digits = None if self.unit != "count" else 0
        level = told_level(self.confidence_level)
        return (
            Shown("standard", message("gap.standard"), self.unit, digits=digits),
            Shown("actual", message("gap.actual"), self.unit, digits=digits),
            Shown("ci_low", message("analysis.interval", level=level), self.unit, high="ci_high", digits=digits),
            Shown("n", message("analysis.n"), "count"),
            Shown("as_of", message("gap.as_of")),
            Shown("verdict_text", message("gap.verdict")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the one row."""
        low, high = self.ci or (math.nan, math.nan)
        return [
            {
                "metric": self.metric, "standard": self.standard, "actual": self.actual, "ci_low": low, "ci_high": high,
                "n": self.n, "as_of": str(self.as_of), "size": self.size, "verdict": self.verdict,
                "verdict_text": message(f"gap.is_{self.verdict.replace(' ', '_')}"),
            }
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return what the row does not hold."""
        return {"unit": self.unit, "higher_is_better": self.higher_is_better, "where": self.where,
                "source": self.source}  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw standard and actual with its limits on one scale; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.gap_chart import plot_gap

        return plot_gap(self, ax)


def _is_number(value: Any) -> bool:
    return not isinstance(value, bool) and isinstance(value, Real) and math.isfinite(value)


def _day(given: object) -> dt.date:
    if isinstance(given, dt.datetime) and given == given:  # pandas' NaT is a datetime that is no day
        return given.date()
    if isinstance(given, dt.date) and not isinstance(given, dt.datetime):
        return given
    try:
        return dt.date.fromisoformat(str(given))
    except ValueError:
        raise ValueError(message("gap.no_day", found=given)) from None
