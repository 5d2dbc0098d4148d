"""Alike for alike: how a remedy compares with what others got in cases of the same type."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np

from closeloop.followup.playbook.code_lines import code_label, line_of
from closeloop.followup.playbook.text_result import TextResult
from closeloop.metrics.result import Shown
from closeloop.numbers import number
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.state import CaseState, Entry

LEAST = 10
"""From so many past remedies on figures are shown; below, one could tell single customers, and chance decides."""
Verdict = Literal["usual", "lower", "higher", "cannot tell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PastRemedy:
    """What was agreed in a past case.

    Attributes
    ----------
    case_id, code : str
        Type of conflict.
    remedies : tuple of str
    cost : float or None
    currency : str
    """

    case_id: str
    code: str
    remedies: tuple[str, ...]
    cost: float | None
    currency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One remedy of an option beside the past.

    Attributes
    ----------
    remedy, currency : str
    n_cases : int
        Past cases of the type with an agreement.
    n : int
        Those in which this remedy was agreed, with a cost in this currency.
    cost, median, low, high : float or None
        None where it is not known or may not be shown.
    verdict : str
        ``lower`` or ``higher``: outside the middle half of the past.
    """

    remedy: str
    currency: str
    n_cases: int
    n: int
    cost: float | None
    median: float | None
    low: float | None
    high: float | None
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Consistency(TextResult):
    """How the remedies of an option compare with those of past cases; made by `consistency`.

    Attributes
    ----------
    code : str
        Type of conflict.
    least : int
    compared : tuple of Compared
    """

    kind: ClassVar[str] = "consistency"

    code: str
    least: int
    compared: tuple[Compared, ...]

    @property
    def title(self) -> LocalText:
        """For which type of conflict."""
        return message("playbook.consistency_title", code=code_label("conflict-types", self.code))

    @property
    def sentence(self) -> LocalText:
        """The verdict on the first remedy that is out of line, else on the first."""
        if not self.compared:
            return message("playbook.consistency_nothing")
        odd = [each for each in self.compared if each.verdict in ("lower", "higher")]
        each = (odd or list(self.compared))[0]
        key = f"playbook.consistency_{each.verdict.replace(' ', '_')}"
        fields = {"remedy": code_label("remedy-types", each.remedy), "n": each.n, "least": self.least}
        if each.verdict == "cannot tell":
            return message(key, **fields)
        told = {name: _amount(getattr(each, name)) for name in ("cost", "median", "low", "high")}
        return message(key, **fields, **told, currency=each.currency)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """That alike cases may differ."""
        return (message("playbook.consistency_note"),)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Remedy, cost, past cases, median, range, verdict."""
        return (
            Shown("label", message("playbook.col_remedy")),
            Shown("cost", message("playbook.col_cost"), "number", digits=2),
            Shown("currency", message("playbook.col_currency")),
            Shown("n", message("playbook.col_n"), "count"),
            Shown("n_cases", message("playbook.col_n_cases"), "count"),
            Shown("median", message("playbook.col_median"), "number", digits=2),
            Shown("low", message("playbook.col_range"), "number", high="high", digits=2),
            Shown("verdict_label", message("playbook.col_verdict")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per remedy."""
        return [
            {
                "remedy": each.remedy, "label": code_label("remedy-types", each.remedy), "cost": each.cost,
                "currency": each.currency, "n": each.n, "n_cases": each.n_cases, "median": each.median,
                "low": each.low, "high": each.high, "verdict": each.verdict,
                "verdict_label": message(f"playbook.verdict_{each.verdict.replace(' ', '_')}"),
            }
            for each in self.compared
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return the type of conflict and the threshold."""
        return {"code": self.code, "least": self.least}


def past_remedies(cases: Iterable[CaseState]) -> tuple[PastRemedy, ...]:
    """Return what was agreed in some cases, of each cycle that came to an agreement.

    Parameters
    ----------
    cases : iterable of CaseState

    Returns
    -------
    tuple of PastRemedy

    Examples
    --------
    >>> from closeloop.followup.case.examples import load_example
    >>> from closeloop.followup.case.fold import fold
    >>> found = past_remedies([fold(load_example("ecommerce").events()["C-SAMPLES1"])])
    >>> [each.code for each in found]
    ['defect']
    """
    found = []
    for case in cases:
        options = {each.seq: each for each in case.added("options")}
        for agreement in case.added("agreements"):
            option = options.get(agreement.get("option") or 0)
            if option is not None:
                found.append(
                    PastRemedy(
                        case_id=case.case_id,
                        code=str(case.value("code") or ""),
                        remedies=tuple(option.get("remedies") or ()),
                        cost=option.get("cost"),
                        currency=str(option.get("currency") or ""),
                    )
                )
    return tuple(found)


def consistency(
    option: Entry | Mapping[str, Any], past: Iterable[PastRemedy], *, code: str, least: int = LEAST
) -> Consistency:
    """Compare the remedies of an option with those agreed before in cases of the same type.

    Parameters
    ----------
    option : Entry or mapping
        ``remedies``, ``cost``, ``currency``.
    past : iterable of PastRemedy
        See `past_remedies`.
    code : str
        Type of conflict of the case; the types below it count with it.
    least : int
        With fewer past remedies no figure is shown and the verdict is ``cannot tell``.

    Returns
    -------
    Consistency

    Examples
    --------
    >>> past = [PastRemedy(case_id=f"C-{i}", code="defect", remedies=("refund",), cost=100.0 + i, currency="CNY")
    ...         for i in range(12)]
    >>> found = consistency({"remedies": ["refund"], "cost": 300, "currency": "CNY"}, past, code="defect")
    >>> found.compared[0].n, found.compared[0].median, found.compared[0].verdict
    (12, 105.5, 'higher')
    """
    alike = [each for each in past if code in line_of("conflict-types", each.code)]
    currency, cost = str(option.get("currency") or ""), option.get("cost")
    compared = tuple(_compared(remedy, alike, cost, currency, least) for remedy in option.get("remedies") or ())
    return Consistency(code=code, least=least, compared=compared)


def _compared(remedy: str, alike: list[PastRemedy], cost: float | None, currency: str, least: int) -> Compared:
    costs = [
        float(each.cost)
        for each in alike
        if each.cost is not None and each.currency == currency and remedy in each.remedies
    ]
    shown = len(costs) >= least
    verdict: Verdict = "cannot tell"
    if shown and cost is not None:
        lower, upper = np.quantile(costs, [0.25, 0.75])
        verdict = "lower" if cost < lower else "higher" if cost > upper else "usual"
    return Compared(
        remedy=remedy,
        currency=currency,
        n_cases=len(alike),
        n=len(costs),
        cost=cost,
        median=float(np.median(costs)) if shown else None,
        low=min(costs) if shown else None,
        high=max(costs) if shown else None,
        verdict=verdict,
    )


def _amount(value: float | None) -> str:
    return "–" if value is None else number(value, 0 if value == int(value) else 2)
