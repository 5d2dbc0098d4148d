"""What one clock of a case shows at one moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from closeloop.text import LocalText, message

ClockState = Literal["running", "paused", "met", "met_late", "breached", "void", "not_set", "cancelled"]
"""``not_set``: the policy gives no target; ``void``: it does not apply, because the customer cannot be reached."""

OPEN = frozenset({"running", "paused", "breached"})
"""States of a clock that somebody still has to do something about, as long as it has not stopped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pause:
    """A stretch in which a case was on hold, and whether a clock took notice of it.

    Attributes
    ----------
    start, end : datetime
        In UTC; of a hold that lasts, `end` is the moment of reading.
    on : str
        For whom it waits: ``"customer"``, ``"third_party"``; ``"confirmation"`` between a solution and the customer's
        answer that it is none.
    valid : bool
        A void stretch counts as time: somebody had to act, whatever the hold said.
    reason : str
        Why it is void: ``"customer_answered"``, ``"too_long"``, ``"not_pausable"``, ``"third_party"``, ``"expired"``;
        empty where it is valid.
    open : bool
        The hold lasts.
    """

    start: dt.datetime
    end: dt.datetime
    on: str
    valid: bool
    reason: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockReading:
    """What a clock shows.

    Attributes
    ----------
    clock : str
        ``acknowledge``, ``first_response``, ``next_update``, ``proposal``, ``resolution``, ``resolution_internal``,
        ``customer_confirm_wait``, ``action_due``, ``promise``, ``effect_review``, ``remeasure``, ``hold_expired``.
    cycle : int
        Which way through the stages it belongs to.
    ref : int
        Number of the event that started it; of tasks, promises and holds their own.
    unit : str
        ``calendar_hours``, ``business_hours``, ``working_days``; ``date`` where a day was promised.
    amount : float or None
        The target in this unit.
    target : float or None
        The target in seconds of this clock; None without one.
    started_at : datetime
    due_at : datetime or None
    met_at : datetime or None
        When what was asked for was done, late or not.
    stopped_at : datetime or None
        When the clock stopped, for whatever reason; None while it runs.
    read_at : datetime
        As of when it is read.
    breached_at : datetime or None
        When it became late, under the target that was in force then; a later policy does not take it back.
    elapsed_s : float
        Seconds that count, until it stopped or until it was read.
    remaining_s : float or None
        Seconds that are left; negative when late; None without a target.
    state : str
    warn_levels : tuple of int
        Percentages of the target that have passed.
    warns : tuple of (int, datetime)
        Each percentage and when it is reached, if nothing pauses the clock from now on.
    pauses : tuple of Pause
    pausable : bool
    policy : str
        Such as ``default@1``; empty for a promised day.
    calendar : str
        Such as ``weekdays-9-18@1``; empty where calendar hours count.
    zone : str
        In which zone its times are told.
    owner : str
        Of a task, who is to do it.
    notes : tuple of LocalText
        What a reader should know: a target that changed, an earlier breach.
    """

    clock: str
    cycle: int
    unit: str
    started_at: dt.datetime
    read_at: dt.datetime
    state: ClockState
    ref: int = 0
    amount: float | None = None
    target: float | None = None
    due_at: dt.datetime | None = None
    met_at: dt.datetime | None = None
    stopped_at: dt.datetime | None = None
    breached_at: dt.datetime | None = None
    elapsed_s: float = 0.0
    remaining_s: float | None = None
    warn_levels: tuple[int, ...] = ()
    warns: tuple[tuple[int, dt.datetime], ...] = ()
    pauses: tuple[Pause, ...] = ()
    pausable: bool = False
    policy: str = ""
    calendar: str = ""
    zone: str = "UTC"
    owner: str = ""
    notes: tuple[LocalText, ...] = ()

    @property
    def share(self) -> float | None:
        """Elapsed time over the target; None without one."""
        return None if self.target is None or self.target <= 0 else self.elapsed_s / self.target

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to act."""
        return self.stopped_at is None and self.state in OPEN

    @property
    def is_late(self) -> bool:
        """Whether it was, or is, late."""
        return self.breached_at is not None

    @property
    def label(self) -> LocalText:
        """The clock's name for people."""
        return message(f"clock.name_{self.clock}")

    @property
    def state_label(self) -> LocalText:
        """The state for people."""
        return message(f"clock.state_{self.state}")

    def to_dict(self) -> dict[str, Any]:
        """Return the reading as JSON-safe values: times as ISO text, notes in both languages."""
        from dataclasses import fields

        told: dict[str, Any] = {each.name: getattr(self, each.name) for each in fields(self)}
        told["share"] = self.share
        told["pauses"] = [
            {"start": p.start, "end": p.end, "on": p.on, "valid": p.valid, "reason": p.reason, "open": p.open}
            for p in self.pauses
        ]
        told["notes"] = [dict(note) for note in self.notes]
        told["warns"] = [{"percent": level, "at": at} for level, at in self.warns]
        return {name: _plain(value) for name, value in told.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_plain(each) for each in value]
    if isinstance(value, dict):
        return {name: _plain(each) for name, each in value.items()}
    return value
