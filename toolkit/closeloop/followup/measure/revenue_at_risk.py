"""What problems may cost in customers who leave: somebody's own figure, or a range, never one borrowed number."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.intervals import share_interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval

SUPPOSED = (0.05, 0.1, 0.2, 0.3, 0.5)
"""Shares that are shown where nobody has measured how many leave. Ours; none of them is a finding."""
FOLK = 0.7
"""“About 70 % stop buying after a problem”: told in source 001, without a source. What is widely cited (Goodman, TARP)
says something else: that 54–70 % *will* buy again *if* their complaint is resolved."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RevenueAtRisk(TableResult):
    """Customers with a problem × value × share who leave.

    Attributes
    ----------
    n_problem : int
        Customers who had a problem.
    value : float
        What a customer is worth.
    currency : str
    p_leave, p_low, p_high : float
        The share who leave, by one's own data, with its limits; NaN where nobody knows.
    source : str
        Where value and share come from.
    folk : bool
        Whether the unsourced 70 % is shown beside it.
    confidence_level : float

    Examples
    --------
    >>> found = revenue_at_risk(400, 250.0, (0.1, 0.2), source="churn of 2025, finance", currency="CNY")
    >>> [row["estimate"] for row in found.rows()]
    [10000.0, 20000.0]
    """

    kind: ClassVar[str] = "revenue_at_risk"

    n_problem: int
    value: float
    currency: str
    p_leave: float
    p_low: float
    p_high: float
    source: str
    folk: bool
    confidence_level: float

    @property
    def is_measured(self) -> bool:
        """Whether the share who leave is somebody's own figure."""
        return not math.isnan(self.p_low)

    @property
    def title(self) -> LocalText:
        """What it is."""
        return message("measure.revenue_title")

    @property
    def sentence(self) -> LocalText:
        """The range; one number only beside its limits."""
        low, high = (self.p_low, self.p_high) if self.is_measured else (SUPPOSED[0], SUPPOSED[-1])
        said = {
            "n": told(self.n_problem, "count"), "value": told(self.value, "decimal", 2), "currency": self.currency,
            "interval": told_interval(self._amount(low), self._amount(high), "count"),
            "shares": told_interval(low, high, "percent", 0),
        }  # fmt: skip
        return message("measure.revenue_own" if self.is_measured else "measure.revenue_unknown", **said)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Where the figures come from, and what the calculation leaves out."""
        notes = [message("measure.revenue_note")]
        if self.source:
            notes.append(message("measure.revenue_source", source=self.source))
        if self.folk:
            notes.append(message("measure.revenue_folk"))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Share who leave, where it comes from, amount."""
        return (
            Shown("p_leave", message("measure.col_p_leave"), "percent", digits=0),
            Shown("provenance", message("measure.col_provenance")),
            Shown("estimate", message("measure.col_amount"), "count"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the amount for each share: one's own with its limits, or the supposed ones."""
        if self.is_measured:
            own = [self.p_low, *([] if math.isnan(self.p_leave) else [self.p_leave]), self.p_high]
            rows = [self._row("own", p) for p in own]
        else:
            rows = [self._row("supposed", p) for p in SUPPOSED]
        return rows + ([self._row("folk", FOLK)] if self.folk else [])

    def facts(self) -> Mapping[str, Any]:
        """Return what went in."""
        return {
            "n_problem": self.n_problem, "value": self.value, "currency": self.currency, "source": self.source,
            "is_measured": self.is_measured, "confidence_level": self.confidence_level,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the amount for each share."""
        from closeloop.views.loop_group_chart import plot_revenue

        return plot_revenue(self, ax)

    def _amount(self, p: float) -> float:
        return self.n_problem * self.value * p

    def _row(self, origin: str, p: float) -> dict[str, Any]:
        said = message(f"measure.p_{origin}", source=self.source) if origin == "own" else message(f"measure.p_{origin}")
        return {"origin": origin, "p_leave": p, "provenance": said, "estimate": self._amount(p)}


def revenue_at_risk(
    n_problem: int,
    value: float,
    p_leave: float | tuple[float, float] | None = None,
    *,
    source: str = "",
    n: int | None = None,
    currency: str = "",
    folk: bool = False,
    confidence_level: float = 0.95,
) -> RevenueAtRisk:
    """Return what is at risk when customers who had a problem leave.

    Parameters
    ----------
    n_problem : int
        Customers who had a problem.
    value : float
        What one of them is worth.
    p_leave : float or (float, float), optional
        The share of them who leave *because of it*: one's own figure, or the limits of it. Without one a range of
        suppositions is shown and no single number.
    source : str
        Where `p_leave` comes from. There is no share without a source.
    n : int, optional
        How many customers `p_leave` was observed on; gives its interval.
    currency : str
    folk : bool
        Show the 70 % of source 001 too, marked as unsourced. Off, because nobody knows where it comes from.
    confidence_level : float

    Returns
    -------
    RevenueAtRisk

    Raises
    ------
    ValueError
        If a figure is impossible, a share has no source, or a single share comes without `n`: it would be one number
        without an interval.

    Examples
    --------
    >>> [round(row["estimate"]) for row in revenue_at_risk(400, 250, currency="CNY").rows()]
    [5000, 10000, 20000, 30000, 50000]
    """
    if not (n_problem >= 0 and math.isfinite(value) and value >= 0):
        raise ValueError(message("measure.bad_revenue", n=n_problem, value=value))
    low = high = own = math.nan
    if p_leave is not None:
        if not source.strip():
            raise ValueError(message("measure.no_source", p=p_leave))
        limits = p_leave if isinstance(p_leave, tuple) else (p_leave, p_leave)
        if not 0 <= limits[0] <= limits[1] <= 1:
            raise ValueError(message("measure.bad_p_leave", p=p_leave))
        low, high = limits
        if not isinstance(p_leave, tuple):
            if n is None or n < 1:
                raise ValueError(message("measure.no_interval", p=p_leave))
            own = p_leave
            found = share_interval(p_leave * n, n, confidence_level)
            low, high = float(found.low), float(found.high)
    return RevenueAtRisk(
        n_problem=int(n_problem), value=float(value), currency=currency, p_leave=own, p_low=low, p_high=high,
        source=source, folk=folk, confidence_level=confidence_level,
    )  # fmt: skip
