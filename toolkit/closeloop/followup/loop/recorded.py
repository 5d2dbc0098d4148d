"""What a command gives back: that it was written, and under which number others may refer to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """An event that was written; where a command asks for an earlier entry (``task=``, ``option=``), this is one.

    Attributes
    ----------
    case_id : str
    seq : int
        Number of the event in its case.
    event : str
        Such as ``TaskAdded``.
    label : str
        What happened, in the language that was in use.
    at : datetime
        When it happened, in UTC.
    """

    case_id: str
    seq: int
    event: str
    label: str
    at: dt.datetime

    def __index__(self) -> int:
        return self.seq

    def __repr__(self) -> str:
        return f"<{self.case_id} #{self.seq} {self.label}, {self.at:%Y-%m-%d %H:%M} UTC>"
