"""The slim row that is kept of every response: keys, pseudonym, time, scores, and what became of it."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Key = tuple[str, str]
"""Survey and response."""

CASE, SUPPRESSED = "case", "suppressed"

_TEXTS = ("survey_id", "response_id", "subject_id", "wave", "channel", "language")
_COLUMNS = (*_TEXTS, "answered_at", "contactable", "qualifies", "rule_id", "outcome", "reason", "case_id")
_KEPT = ("survey_version", "touchpoint", "score", "status", "has_own_subject", "public_exposure")
_DETAILS = ("opens", "code", "quiet_days", "safety", "again")


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseRow:
    """What is kept of a response; no word of the customer's, no name.

    Attributes
    ----------
    survey_id, response_id : str
    subject_id : str
        The customer's pseudonym; of a response without respondent, its own.
    answered_at : datetime or None
        In UTC.
    wave, touchpoint, channel, language, status : str
    score : float or None
        The first of the scores: the survey's main question.
    scores : mapping of str to float
        The points as given, by column.
    qualifies : bool
        Whether a rule says that it calls for somebody.
    contactable : bool
        Whether there is a way to reach the customer, and consent.
    rule_id : str
        The first rule that matched.
    matched : tuple of str
        All that did.
    opens, severity, code, quiet_days, safety, public_exposure
        What that rule says.
    outcome : str
        ``"case"``, ``"suppressed"``, or empty where it does not qualify.
    reason : str
        Why it was suppressed.
    case_id : str
        The case it opened, or the case on which it is noted.
    again : int
        How often its own case was merged into that of an earlier answer which came to be known later.
    has_own_subject : bool
        Nobody knows whose answer it is.

    Examples
    --------
    >>> row = ResponseRow(survey_id="s", response_id="r1", subject_id="S-1", scores={"recommend": 3.0})
    >>> ResponseRow.of(row.to_response()) == row
    True
    """

    survey_id: str
    response_id: str
    subject_id: str
    survey_version: int = 0
    answered_at: dt.datetime | None = None
    wave: str = ""
    touchpoint: str = ""
    channel: str = ""
    language: str = ""
    status: str = ""
    score: float | None = None
    scores: Mapping[str, float] = field(default_factory=dict)
    qualifies: bool = False
    contactable: bool = False
    rule_id: str = ""
    matched: tuple[str, ...] = ()
    opens: str = ""
    severity: str = ""
    code: str = ""
    quiet_days: int = 0
    safety: bool = False
    public_exposure: bool = False
    outcome: str = ""
    reason: str = ""
    case_id: str = ""
    again: int = 0
    has_own_subject: bool = False

    @property
    def key(self) -> Key:
        """Survey and response."""
        return (self.survey_id, self.response_id)

    @property
    def said(self) -> tuple[Any, ...]:
        """What an amended answer changes."""
        return (self.answered_at, tuple(sorted(self.scores.items())), self.matched)

    @property
    def ref(self) -> str:
        """Survey and response in one text."""
        return f"{self.survey_id}/{self.response_id}"

    def to_response(self) -> dict[str, Any]:
        """Return the row as the store's table of responses has it."""
        row = {name: getattr(self, name) for name in _COLUMNS}
        detail = {name: getattr(self, name) for name in _KEPT}
        return row | {"scores": dict(self.scores), "detail": detail | {"matched": list(self.matched)}}

    def to_alert(self, fired_at: dt.datetime) -> dict[str, Any] | None:
        """Return what became of a response that qualifies, as the store's table of alerts has it; else None."""
        if not self.qualifies:
            return None
        return {
            "rule_id": self.rule_id, "ref": self.ref, "rule_version": str(self.survey_version),
            "survey_id": self.survey_id, "response_id": self.response_id, "segment": "", "window_id": "",
            "fired_at": fired_at, "severity": self.severity, "outcome": self.outcome, "reason": self.reason,
            "case_id": self.case_id, "detail": {name: getattr(self, name) for name in _DETAILS},
        }  # fmt: skip

    @classmethod
    def of(cls, response: Mapping[str, Any], alert: Mapping[str, Any] | None = None) -> ResponseRow:
        """Return what `to_response` and `to_alert` gave."""
        detail = _said(response["detail"])
        said: dict[str, Any] = {name: response.get(name) or "" for name in _TEXTS}
        found = cls(
            **said, **{name: detail[name] for name in _KEPT},
            answered_at=_moment(response.get("answered_at")), contactable=bool(response.get("contactable")),
            scores=_said(response["scores"]), matched=tuple(detail["matched"]),
        )  # fmt: skip
        if alert is None:
            return found
        judged: dict[str, Any] = {
            name: alert.get(name) or "" for name in ("rule_id", "severity", "outcome", "reason", "case_id")
        }
        return replace(found, qualifies=True, **judged, **_said(alert["detail"]))


def _moment(text: Any) -> dt.datetime | None:
    """Return the time that the store keeps as text."""
    return dt.datetime.fromisoformat(text) if isinstance(text, str) else text


def _said(kept: Any) -> dict[str, Any]:
    """Return what the store keeps as the text of JSON."""
    return dict(json.loads(kept) if isinstance(kept, str) else kept)
