"""What a command gives back: that it was written, and under which number others may refer to it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from closeloop.followup.calendar.zone import local_text


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
    zone : str
        In which its time is told.
    """

    case_id: str
    seq: int
    event: str
    label: str
    at: dt.datetime
    zone: str = "UTC"

    def __index__(self) -> int:
        return self.seq

    def __repr__(self) -> str:
        return f"<{self.case_id} #{self.seq} {self.label}, {local_text(self.at, self.zone)}>"
