"""What a rule found, before it is an alert with an outcome."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from closeloop.text import LocalText


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One finding; its fields are those of `closeloop.followup.rules.alert.Alert`."""

    segment: str
    window_id: str
    at: dt.datetime
    observed: float
    expected: float
    low: float
    high: float
    n: int
    exposure: float
    sentence: LocalText
