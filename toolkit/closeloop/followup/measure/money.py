"""Money: what solutions cost, what stands at risk in open cases, and whether customers stayed."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from closeloop.followup.measure.columns import BoolArray
from closeloop.followup.measure.figure import Figure, missing
from closeloop.followup.measure.scope import Scope
from closeloop.followup.measure.section import LoopSection
from closeloop.stats.share_contrast import share_contrast
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountValue:
    """What a customer is worth, by somebody's account.

    Attributes
    ----------
    amount : float
    currency : str
    source : str
        Where the figure comes from: the accounts, the contract, an estimate by whom. There is no value without one.

    Raises
    ------
    ValueError
        If the amount is negative or no number, or the source is not said.

    Examples
    --------
    >>> AccountValue(amount=1200, currency="CNY", source="contract 2026").amount
    1200
    """

    amount: float
    currency: str
    source: str

    def __post_init__(self) -> None:
        if not (math.isfinite(self.amount) and self.amount >= 0 and self.source.strip()):
            raise ValueError(message("measure.bad_value", amount=self.amount, source=repr(self.source)))


def money_section(
    scope: Scope,
    values: Mapping[str, AccountValue] | None = None,
    retained: Mapping[str, bool] | None = None,
) -> LoopSection:
    """Return cost, value at risk, and the comparison of who stayed; each only from figures that somebody gave."""
    risk = _at_risk(scope, values or {})
    figures = [*_cost(scope), *risk, _retention(scope, retained)]
    known = [figure for figure in risk if figure.is_measured]
    said = told_joined([_said(figure) for figure in known], " ", "") if known else message("measure.said_money_none")
    return LoopSection(
        name="money", figures=tuple(figures), said=said, cautions=(message("measure.note_money"),),
        confidence_level=scope.confidence_level,
    )  # fmt: skip


def _said(figure: Figure) -> LocalText:
    return message("measure.said_money", value=figure.shown, n=told(figure.n, "count"), unit=figure.label)


def _cost(scope: Scope) -> list[Figure]:
    options = scope.table.options
    used = options["agreed"] & ~np.isnan(options["cost"])
    base = message("measure.base_agreed")
    if not used.any():
        return [missing("money", "cost", message("measure.cost"), base, message("measure.why_no_cost"))]
    return [
        Figure(
            section="money", name=f"cost_{currency}" if currency else "cost", base=base, n=int(here.sum()),
            form="count", label=message("measure.cost_in", currency=currency or "–"),
            estimate=float(options["cost"][here].sum()),
        )
        for currency in np.unique(options["currency"][used]).tolist()
        for here in [used & (options["currency"] == currency)]
    ]  # fmt: skip


def _at_risk(scope: Scope, values: Mapping[str, AccountValue]) -> list[Figure]:
    """Return what the customers of open cases are worth, each counted once, by currency."""
    cases = scope.table.cases
    waiting = [subject for subject in np.unique(cases["subject_id"][cases["is_open"]]).tolist() if subject]
    label, base = message("measure.value_at_risk"), message("measure.base_open_customers")
    known = [values[subject] for subject in waiting if subject in values]
    if not known:
        return [missing("money", "value_at_risk", label, base, message("measure.why_no_values"))]
    figures = []
    for currency in sorted({value.currency for value in known}):
        mine = [value for value in known if value.currency == currency]
        sources = sorted({value.source for value in mine})
        figures.append(
            Figure(
                section="money", name=f"value_at_risk_{currency}" if currency else "value_at_risk", base=base,
                n=len(mine), form="count", estimate=math.fsum(value.amount for value in mine),
                label=message("measure.value_at_risk_in", currency=currency or "–"),
                note=message("measure.note_values", known=told(len(known), "count"), all=told(len(waiting), "count"),
                             sources=_listed(sources)),
            )
        )  # fmt: skip
    return figures


def _listed(names: Iterable[str]) -> LocalText:
    every = list(names)
    shown = told_joined(every[:3], ", ", "、")
    return shown if len(every) <= 3 else told_joined([shown, "…"], ", ", "、")


def _retention(scope: Scope, retained: Mapping[str, bool] | None) -> Figure:
    """Return how much more often customers whose complaint was handled have stayed: observational, never a cause."""
    label, base = message("measure.retention"), message("measure.base_retention")
    if not retained:
        return missing("money", "retention_difference", label, base, message("measure.why_no_retention"))
    cases = scope.table.cases
    handled = np.unique(cases["subject_id"][~np.isnan(scope.table.first("resolved_at")) & (cases["subject_id"] != "")])
    complained = [one for one in np.unique(cases["subject_id"]).tolist() if one and one in retained]
    stayed = np.array([retained[one] for one in complained], dtype=np.bool_)
    is_handled: BoolArray = np.isin(np.array(complained, dtype=np.str_), handled)
    counts = [(int(stayed[side].sum()), int(side.sum())) for side in (~is_handled, is_handled)]
    found = share_contrast(counts[0], counts[1], scope.confidence_level)
    low, high = found.interval
    return Figure(
        section="money", name="retention_difference", label=label, base=base, n=len(complained), form="points",
        digits=0, estimate=100 * found.estimate, ci_low=100 * low, ci_high=100 * high,
        method="Newcombe" if not math.isnan(found.estimate) else "",
        note=message("measure.note_observational", handled=_of(counts[1]), ignored=_of(counts[0])),
    )  # fmt: skip


def _of(count: tuple[int, int]) -> LocalText:
    return message("measure.k_of_n", k=told(count[0], "count"), n=told(count[1], "count"))
