"""What alert rules look at: answers and cases, as few of their fields as are needed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedAnswer:
    """An answer.

    Attributes
    ----------
    at : datetime
        In UTC.
    survey_id : str
    scores : mapping of str to float
    segments : mapping of str to str
        ``touchpoint``, ``channel``, ``wave``, ``language`` …
    """

    at: dt.datetime
    survey_id: str
    scores: Mapping[str, float]
    segments: Mapping[str, str] = field(default_factory=dict)

    def segment(self, name: str | None) -> str | None:
        """Return of which series it is; None where that is not known."""
        if name is None:
            return ""
        return self.survey_id if name == "survey_id" else self.segments.get(name) or None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservedCase:
    """A case.

    Attributes
    ----------
    at : datetime
        When the complaint was received, in UTC.
    case_id, subject_id, kind : str
    segments : mapping of str to str
        ``code``, ``product``, ``site``, ``channel``, ``department`` …
    """

    at: dt.datetime
    case_id: str
    subject_id: str
    kind: str = "complaint"
    segments: Mapping[str, str] = field(default_factory=dict)

    def segment(self, name: str | None) -> str | None:
        """Return of which series it is; None where that is not known."""
        return "" if name is None else self.segments.get(name) or None
