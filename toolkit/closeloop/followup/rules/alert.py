"""`Alert`: one warning, why in one sentence, and what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from closeloop.followup.rules.alert_rule import AlertRule
from closeloop.text import LocalText, message

CASE, SUPPRESSED, SHOWN, ACKNOWLEDGED = "case", "suppressed", "shown", "acknowledged"
OUTCOMES = (CASE, SUPPRESSED, SHOWN, ACKNOWLEDGED)
"""A case was opened; nothing, for a reason; it stands on the board; somebody has seen it. There is no other."""
COOLDOWN = "cooldown"

_TEXTS = ("segment", "window_id", "severity", "reason", "case_id")
_NUMBERS = ("observed", "expected", "low", "high", "n", "exposure")


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """One warning.

    Attributes
    ----------
    rule_id, rule_version
        Which rule.
    segment : str
        Which series, such as a code; empty for the whole.
    window_id : str
        Such as ``2026-W31``, or the day on which a cluster was reached.
    fired_at : datetime
        The end of the window, or the case that completed a cluster; not when it was looked at, so that looking again
        finds the same alerts.
    severity : str
    observed, expected, low, high : float
        The figure, what was to be expected, and the limits; an NPS in points; NaN where there is none.
    n : int
        Answers or cases.
    exposure : float
        What cases are counted over; NaN where that is nothing.
    sentence : LocalText
        Why, with n and limits.
    outcome, reason, case_id : str
        See `OUTCOMES`.
    """

    rule_id: str
    rule_version: int
    segment: str
    window_id: str
    fired_at: dt.datetime
    severity: str
    observed: float
    expected: float
    low: float
    high: float
    n: int
    exposure: float
    sentence: LocalText
    outcome: str
    reason: str = ""
    case_id: str = ""

    @property
    def ref(self) -> str:
        """Series and window in one text; unique within a rule."""
        return f"{self.segment}|{self.window_id}"

    @property
    def series(self) -> tuple[str, str]:
        """Rule and segment."""
        return (self.rule_id, self.segment)

    def with_case(self, case_id: str) -> Alert:
        """Return the alert with the case that was opened for it."""
        return replace(self, outcome=CASE, case_id=case_id)

    def acknowledged(self, by: str) -> Alert:
        """Return the alert as one that somebody has seen.

        Raises
        ------
        ValueError
            If it is not on the board, or nobody is named.
        """
        if self.outcome != SHOWN:
            raise ValueError(message("rules.alert_not_shown", rule=self.rule_id, outcome=self.outcome))
        if not by.strip():
            raise ValueError(message("rules.alert_nobody", rule=self.rule_id))
        return replace(self, outcome=ACKNOWLEDGED, reason=by.strip())

    def to_row(self) -> dict[str, Any]:
        """Return it as the store's table of alerts has it."""
        numbers: dict[str, Any] = {name: _known(getattr(self, name)) for name in _NUMBERS}
        return {
            "rule_id": self.rule_id, "ref": self.ref, "rule_version": str(self.rule_version), "survey_id": "",
            "response_id": "", "segment": self.segment, "window_id": self.window_id, "fired_at": self.fired_at,
            "severity": self.severity, "outcome": self.outcome, "reason": self.reason, "case_id": self.case_id,
            "detail": numbers | {"sentence": dict(self.sentence)},
        }  # fmt: skip

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Alert:
        """Return what `to_row` gave."""
        details = row["detail"]
        numbers: dict[str, Any] = {name: float("nan") if details[name] is None else details[name] for name in _NUMBERS}
        texts: dict[str, Any] = {
            name: row.get(name) or "" for name in ("segment", "window_id", "severity", "reason", "case_id")
        }
        return cls(
            rule_id=row["rule_id"], rule_version=int(row["rule_version"]), fired_at=row["fired_at"],
            outcome=row["outcome"], sentence=LocalText(details["sentence"]), **numbers, **texts,
        )  # fmt: skip


def first_outcome(rule: AlertRule, fired_at: dt.datetime, last: dt.datetime | None) -> tuple[str, str]:
    """Return outcome and reason of an alert, given when the series last had one that was not suppressed."""
    if last is not None and fired_at - last < dt.timedelta(days=rule.cooldown_days):
        return SUPPRESSED, COOLDOWN
    return (CASE, "") if rule.route == "case" else (SHOWN, "")


def _known(value: float) -> float | None:
    return None if value != value else value  # NaN is not itself
