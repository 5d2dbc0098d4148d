"""One turn of plan, do, check, act: the check needs figures, the act needs a check."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from closeloop.metrics.measured_gap import Gap
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.problem.entry import Entry
from closeloop.text import LocalText, message

Act = Literal["adopt", "adapt", "abandon"]


class PdcaCycle(Entry):
    """One turn of the PDCA cycle.

    Parameters
    ----------
    plan : str
        What is tried, and what is expected of it in words.
    expected : float, optional
        The figure that is expected, in the unit of `check`.
    do : tuple of str
        What was really done, with its dates.
    check : Gap, optional
        What was measured: `standard` is the figure of the plan.
    act : {"adopt", "adapt", "abandon"}, optional
        What follows from the check.
    because : str
        Why that follows.
    from_on, to_on : date, optional
        First and last day of the turn.

    Raises
    ------
    ValueError
        If there is an act without a check, or the turn ends before it begins.

    Examples
    --------
    >>> PdcaCycle(plan="move the pick-up to 18:00").findings().rules
    ('P01', 'P03', 'P02')
    """

    plan: str = Field(min_length=1)
    expected: float | None = None
    do: tuple[str, ...] = ()
    check: Gap | None = None
    act: Act | None = None
    because: str = ""
    from_on: dt.date | None = None
    to_on: dt.date | None = None

    @model_validator(mode="after")
    def _check_act(self) -> Self:
        if self.act is not None and self.check is None:
            raise ValueError(str(message("problem.act_needs_check", act=self.act)))
        if self.from_on is not None and self.to_on is not None and self.to_on < self.from_on:
            raise ValueError(str(message("problem.turn_order", start=self.from_on, end=self.to_on)))
        return self

    def findings(self) -> Findings:
        """Return what the turn still lacks."""
        found = []
        if self.expected is None:
            found.append(_finding("P01", "error", "pdca_no_expected", self.plan))
        if not self.do:
            found.append(_finding("P02", "warn", "pdca_no_do", self.plan))
        if self.check is None:
            found.append(_finding("P03", "error", "pdca_no_check", self.plan))
        elif self.expected is not None and self.check.standard != self.expected:
            found.append(_finding("P04", "error", "pdca_other_standard", self.plan))
        if self.check is not None and self.act is None:
            found.append(_finding("P05", "warn", "pdca_no_act", self.plan))
        if self.act == "adopt" and self.check is not None and self.check.verdict != "met":
            found.append(_finding("P06", "warn", "pdca_adopt_unmet", self.plan))
        return Findings(found)

    @property
    def sentence(self) -> LocalText:
        """What came of it, as far as it has come."""
        if self.check is None:
            return message("problem.pdca_planned", plan=self.plan)
        return message("problem.pdca_checked", plan=self.plan, check=self.check.sentence)


def _finding(rule: str, level: Any, key: str, subject: str) -> Finding:
    text, hint = message(f"problem.{key}"), message(f"problem.{key}_do")
    return Finding(rule=rule, level=level, subject=subject, message=text, suggestion=hint)
