"""Risks of a decision: how likely, how bad, what is done about them, and what is left afterwards."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.rootcause.worksheet.computed.reading import (
    amount_in,
    choice_in,
    distinct,
    name_in,
    named,
    rows_of,
    score_in,
)
from closeloop.text import LocalText, message
from closeloop.written import told_interval

SOURCES = ("side_effects", "legal", "customer", "market")
"""The four sources of risk."""
RESPONSES = ("avoid", "reduce", "transfer", "accept")
"""What can be done about a risk; to accept it openly is ours."""
BANDS = ((15, "extreme"), (10, "high"), (5, "moderate"), (1, "low"))
"""Likelihood × impact from which a band begins. The bands are ours; both scales are ordinal, so that the product only
sorts into bands and is never averaged or added up."""
POINTS = range(1, 6)


def band_of(score: float) -> str:
    """Return the band of likelihood × impact.

    Examples
    --------
    >>> [band_of(score) for score in (4, 5, 10, 25)]
    ['low', 'moderate', 'high', 'extreme']
    """
    return next(name for least, name in BANDS if score >= least)


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """One risk.

    Attributes
    ----------
    name : str
    source : str
        One of `SOURCES`; empty if it is not said.
    likelihood, impact : float
        1…5; NaN where there is none.
    response : str
        One of `RESPONSES`; empty as long as none is chosen.
    owner, trigger : str
    likelihood_after, impact_after : float
        What is expected once the response is in place.
    cost_low, cost_high : float
        The range of what it would cost; NaN where there is none.
    """

    name: str
    source: str
    likelihood: float
    impact: float
    response: str
    owner: str
    trigger: str
    likelihood_after: float
    impact_after: float
    cost_low: float
    cost_high: float

    @property
    def score(self) -> float:
        """Likelihood × impact; NaN where one is missing."""
        return self.likelihood * self.impact

    @property
    def residual(self) -> float:
        """The same after the response; what is not said to change stays; NaN where nothing is said."""
        if math.isnan(self.likelihood_after) and math.isnan(self.impact_after):
            return math.nan
        likelihood = self.likelihood if math.isnan(self.likelihood_after) else self.likelihood_after
        return likelihood * (self.impact if math.isnan(self.impact_after) else self.impact_after)

    @property
    def band(self) -> str:
        """The band of the score; empty where there is none."""
        return "" if math.isnan(self.score) else band_of(self.score)

    @property
    def residual_band(self) -> str:
        """The band of the residual; empty where there is none."""
        return "" if math.isnan(self.residual) else band_of(self.residual)


@dataclass(frozen=True, slots=True, kw_only=True)
class RiskMatrix(TableResult):
    """Risks by likelihood and impact.

    Attributes
    ----------
    risks : tuple of Risk
        The gravest first; those without a score last.
    """

    kind: ClassVar[str] = "risk_matrix"

    risks: tuple[Risk, ...]

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("matrices.risks_title", n=len(self.risks))

    @property
    def sentence(self) -> LocalText:
        """The gravest risk, and how many have no answer."""
        rated = [risk for risk in self.risks if risk.band]
        if not rated:
            return message("matrices.risks_unrated")
        top = [risk.name for risk in rated if risk.score == rated[0].score]
        open_ones = sum(1 for risk in rated if not risk.response)
        key = "matrices.risks_all" if not open_ones else "matrices.risks_open"
        return message(key, names=named(top), band=band_title(rated[0].band), n=open_ones)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What a risk lacks, and how the bands are made."""
        lacking = {
            "unscored": [risk for risk in self.risks if not risk.band],
            "unanswered": [risk for risk in self.risks if risk.band in {"high", "extreme"} and not risk.response],
            "unowned": [risk for risk in self.risks if risk.response and not risk.owner],
            "untriggered": [risk for risk in self.risks if risk.band in {"high", "extreme"} and not risk.trigger],
            "no_better": [risk for risk in self.risks if risk.residual >= risk.score + (risk.response == "accept")],
        }
        found = [
            message(f"matrices.risk_{key}", names=named([risk.name for risk in risks]))
            for key, risks in lacking.items()
            if risks
        ]
        return (*found, message("matrices.risk_bands"))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Number, risk, source, likelihood, impact, band, response, owner, trigger, residual; cost if there is any."""
        names = ("number", "risk", "source", "likelihood", "impact", "score", "band", "response", "owner", "trigger")
        forms = {"likelihood": "count", "impact": "count", "score": "count", "residual": "count", "number": "count"}
        shown = [
            Shown(n, message(f"matrices.risk_{n}"), forms.get(n, "text")) for n in (*names, "residual", "residual_band")
        ]
        if any(not math.isnan(risk.cost_low) or not math.isnan(risk.cost_high) for risk in self.risks):
            shown.append(Shown("cost", message("matrices.risk_cost")))
        return tuple(shown)

    def rows(self) -> list[dict[str, Any]]:
        """One row per risk."""
        return [
            {
                "number": number,
                "risk": risk.name,
                "source": message(f"matrices.source_{risk.source}") if risk.source else None,
                "likelihood": risk.likelihood,
                "impact": risk.impact,
                "score": risk.score,
                "band": band_title(risk.band) if risk.band else None,
                "response": message(f"matrices.response_{risk.response}") if risk.response else None,
                "owner": risk.owner or None,
                "trigger": risk.trigger or None,
                "residual": risk.residual,
                "residual_band": band_title(risk.residual_band) if risk.residual_band else None,
                "cost_low": risk.cost_low,
                "cost_high": risk.cost_high,
                "cost": _cost(risk),
            }
            for number, risk in enumerate(self.risks, 1)
        ]

    def plot(self, ax: Any = None) -> Any:
        """Draw the matrix; the numbers in its cells are those of the table."""
        from closeloop.views.matrix_chart import plot_risks

        return plot_risks(self, ax)


def band_title(name: str) -> LocalText:
    """Return what a band is called."""
    return message(f"matrices.band_{name}")


def _cost(risk: Risk) -> LocalText | None:
    low, high = risk.cost_low, risk.cost_high
    if math.isnan(low) and math.isnan(high):
        return None
    if math.isnan(high):
        return message("matrices.cost_from", low=f"{low:,.0f}")
    return told_interval(0.0 if math.isnan(low) else low, high, "decimal", 0)


def risk_matrix(risks: Sequence[Mapping[str, Any]]) -> RiskMatrix:
    """Sort risks by likelihood × impact into bands, before and after what is done about them.

    Parameters
    ----------
    risks : sequence of mapping
        ``risk`` (its name), ``source`` (side_effects, legal, customer, market), ``likelihood`` and ``impact`` 1 to 5,
        ``response`` (avoid, reduce, transfer, accept), ``owner``, ``trigger`` (by what one notices it),
        ``likelihood_after`` and ``impact_after``, ``cost_low`` and ``cost_high``.

    Returns
    -------
    RiskMatrix

    Raises
    ------
    ValueError
        If there are no risks, or a value is not one that can be.

    Examples
    --------
    >>> found = risk_matrix([{"risk": "refunds are abused", "source": "side_effects", "likelihood": 4, "impact": 3,
    ...                       "response": "reduce", "owner": "Wang Li", "likelihood_after": 2}])
    >>> found.risks[0].band, found.risks[0].residual_band
    ('high', 'moderate')
    """
    rows = rows_of(risks, "risks")
    names = distinct(name_in(row, "risk", number) for number, row in enumerate(rows, 1))
    found = [_risk(name, row) for name, row in zip(names, rows, strict=True)]
    return RiskMatrix(risks=tuple(sorted(found, key=lambda risk: -risk.score if risk.band else math.inf)))


def _risk(name: str, row: Mapping[str, Any]) -> Risk:
    scores = {slot: score_in(row, slot, name) for slot in ("likelihood", "impact", "likelihood_after", "impact_after")}
    low, high = amount_in(row, "cost_low", name), amount_in(row, "cost_high", name)
    if low > high:
        raise ValueError(message("matrices.cost_order", where=name, low=low, high=high))
    return Risk(
        name=name,
        source=choice_in(row, "source", name, SOURCES),
        response=choice_in(row, "response", name, RESPONSES),
        owner=str(row.get("owner") or "").strip(),
        trigger=str(row.get("trigger") or "").strip(),
        cost_low=low,
        cost_high=high,
        **scores,
    )


def compute(given: Mapping[str, Any]) -> RiskMatrix:
    """Return the matrix of a worksheet's risks."""
    return risk_matrix(given["risks"])
