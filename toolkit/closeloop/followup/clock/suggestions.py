"""What the clocks of a case know before anybody fills in a form: a cause code, a tag of a lesson, late records."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.event import CaseEvent

RESPONSE_SPEED = "response_speed"
"""The code of the codebook ``conflict-types`` for answers that come too late."""
SLOW = "slow reaction"
"""The tag of a lesson about a reaction that came too late."""
_REACTIONS = frozenset({"acknowledge", "first_response", "next_update", "promise", "proposal", "resolution"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLag:
    """How long after it happened something was written down.

    Attributes
    ----------
    seq : int
    type : str
    at, recorded_at : datetime
    """

    seq: int
    type: str
    at: dt.datetime
    recorded_at: dt.datetime

    @property
    def seconds(self) -> float:
        """From the happening to the record; 0 where it was written down at once."""
        return max(0.0, (self.recorded_at - self.at).total_seconds())


def suggested_codes(readings: Iterable[ClockReading]) -> tuple[str, ...]:
    """Return the cause codes that the clocks suggest; a person decides.

    Examples
    --------
    >>> at = dt.datetime(2026, 10, 16, tzinfo=dt.UTC)
    >>> late = ClockReading(clock="first_response", cycle=1, unit="calendar_hours", started_at=at, read_at=at,
    ...                     state="breached", breached_at=at)
    >>> suggested_codes([late]), lesson_tags([late])
    (('response_speed',), ('slow reaction',))
    """
    late = any(reading.clock in {"acknowledge", "first_response"} and reading.is_late for reading in readings)
    return (RESPONSE_SPEED,) if late else ()


def lesson_tags(readings: Iterable[ClockReading]) -> tuple[str, ...]:
    """Return the tags of a lesson that the clocks can give: whether the reaction was too slow.

    Missing means and poor communication inside the house only people can see.
    """
    return (SLOW,) if any(reading.clock in _REACTIONS and reading.is_late for reading in readings) else ()


def slow_days(readings: Sequence[ClockReading]) -> float | None:
    """Return the days from the first clock's start to a person's first answer; None if there is none yet.

    The worksheet ``lessons`` asks for them where a reaction was too slow.
    """
    first = next((r for r in readings if r.clock == "first_response" and r.met_at is not None), None)
    return None if first is None or first.met_at is None else (first.met_at - first.started_at).total_seconds() / 86400


def record_lags(events: Iterable[CaseEvent], types: Iterable[str] = ()) -> tuple[RecordLag, ...]:
    """Return for each contact and message how long after it happened it was written down.

    Parameters
    ----------
    events : iterable of CaseEvent
    types : iterable of str
        Of other events than contacts and messages.

    Examples
    --------
    >>> at = dt.datetime(2026, 10, 16, 9, tzinfo=dt.UTC)
    >>> call = CaseEvent(case_id="C-1", seq=2, type="ContactAttempted", at=at, actor="ann",
    ...                  recorded_at=at + dt.timedelta(minutes=30))
    >>> record_lags([call])[0].seconds
    1800.0
    """
    wanted = frozenset(types) or frozenset({"ContactAttempted", "CustomerMessage"})
    return tuple(
        RecordLag(seq=event.seq, type=event.type, at=event.at, recorded_at=event.recorded_at)
        for event in events
        if event.type in wanted
    )
