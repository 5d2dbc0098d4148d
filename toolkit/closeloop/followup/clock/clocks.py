"""All clocks of a case at one moment, as a table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.followup.calendar.zone import local_text
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message

_HOUR = 3600


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Clocks(TableResult):
    """What the clocks of a case show; made by `Case.clocks`.

    Attributes
    ----------
    case_id : str
    readings : tuple of ClockReading
        Of all cycles: a case that is reopened keeps the times of the cycles before.
    now : datetime
        As of when, in UTC.

    Examples
    --------
    >>> Clocks(case_id="C-1", readings=(), now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    <Clocks: Clocks running: 0, late: 0.>
    """

    case_id: str
    readings: tuple[ClockReading, ...]
    now: dt.datetime

    kind: ClassVar[str] = "clocks"

    def __iter__(self) -> Iterator[ClockReading]:
        return iter(self.readings)

    def __len__(self) -> int:
        return len(self.readings)

    def of(self, clock: str, cycle: int | None = None, ref: int | None = None) -> ClockReading:
        """Return what a clock shows: in a cycle, else in the last; with `ref`, that of one task, promise or hold.

        Raises
        ------
        ValueError
            If the case has no such clock.
        """
        of_clock = [each for each in self.readings if each.clock == clock and cycle in (None, each.cycle)]
        found = [each for each in of_clock if ref in (None, each.ref)]
        if not found:
            known = ", ".join(dict.fromkeys(each.clock for each in self.readings)) or "–"
            raise ValueError(message("clocks.none", clock=clock, known=known))
        return max(found, key=lambda each: (each.cycle, each.started_at))

    @property
    def title(self) -> LocalText:
        """Whose clocks."""
        return message("clocks.title", case=self.case_id)

    @property
    def sentence(self) -> LocalText:
        """How many run, how many are late, which falls due first."""
        running = [each for each in self.readings if each.is_open]
        late = sum(each.is_late for each in running)
        ahead = [each for each in running if each.due_at is not None and each.due_at >= self.now]
        first = min(ahead, key=lambda each: each.due_at or self.now, default=None)
        if first is None:
            return message("clocks.sentence", running=len(running), late=late)
        due = _due(first)
        return message("clocks.sentence_next", running=len(running), late=late, clock=first.label, due=due)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What the clocks themselves note: targets that changed, pauses that do not count."""
        return tuple(dict.fromkeys(note for each in self.readings for note in each.notes))

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Clock, cycle, state, target, when it is due, hours that have run and are left."""
        return (
            Shown("label", message("clocks.clock")), Shown("cycle", message("clocks.cycle"), "count"),
            Shown("state_label", message("clocks.state")), Shown("target_text", message("clocks.target")),
            Shown("due", message("clocks.due")), Shown("elapsed_h", message("clocks.elapsed"), "number", digits=1),
            Shown("remaining_h", message("clocks.remaining"), "number", digits=1),
        )  # fmt: skip

    def rows(self) -> list[dict[str, Any]]:
        """Return one row a clock and cycle."""
        return [
            {
                "clock": each.clock, "label": each.label, "cycle": each.cycle, "ref": each.ref, "state": each.state,
                "state_label": each.state_label, "unit": each.unit, "amount": each.amount,
                "target_text": _target(each), "started_at": each.started_at.isoformat(),
                "due_at": each.due_at.isoformat() if each.due_at else None,
                "due": _due(each),
                "met_at": each.met_at.isoformat() if each.met_at else None, "is_late": each.is_late,
                "elapsed_h": each.elapsed_s / _HOUR,
                "remaining_h": None if each.remaining_s is None else each.remaining_s / _HOUR,
            }
            for each in self.readings
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return case and moment."""
        return {"case_id": self.case_id, "now": self.now.isoformat()}

    def plot(self, ax: Any = None) -> Any:
        """Draw how much of each target has run; into `ax` if given. Returns a `Chart`."""
        from closeloop.views.clocks_chart import plot_clocks

        return plot_clocks(self, ax)


def _due(reading: ClockReading) -> str:
    """Return when a clock is due on the wall; the end of a day is 24:00 of that day."""
    if reading.due_at is None:
        return ""
    told = local_text(reading.due_at, reading.zone)
    if " 00:00" not in told:
        return told
    return local_text(reading.due_at - dt.timedelta(days=1), reading.zone).replace(" 00:00", " 24:00")


def _target(reading: ClockReading) -> LocalText:
    if reading.unit == "date" and reading.due_at is not None:
        return message("clocks.target_date")
    if reading.amount is None:
        return message("clocks.no_target")
    return message(f"clocks.target_{reading.unit}", n=f"{reading.amount:g}")
