"""Quiet periods: which of a customer's answers open a case, decided over everything known of that customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Iterable
from dataclasses import dataclass

QUIET, WORKED_ON, BY_HAND = "quiet_period", "worked_on", "already_a_case"
REASONS = (QUIET, WORKED_ON, BY_HAND)
"""Why an answer that calls for somebody opens no case: the customer has one that is younger than the quiet period;
somebody already works on the case of a later answer; the customer's complaint came in another way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One answer that calls for somebody, or a case that is there anyway.

    Attributes
    ----------
    key : hashable
        Sortable; what `decide` answers with.
    at : datetime
    quiet_days : int
        0 opens a case always.
    exempt : bool
        Safety: opens a case always.
    worked_on : bool
        It has a case that a person has touched: that stays.
    has_case : bool
        It has a case already.
    by_hand : bool
        It is a case that came in another way than by these answers.
    """

    key: tuple[str, ...]
    at: dt.datetime
    quiet_days: int = 0
    exempt: bool = False
    worked_on: bool = False
    has_case: bool = False
    by_hand: bool = False

    @property
    def stays(self) -> bool:
        """Whether nothing can take it back."""
        return self.worked_on or self.by_hand

    @property
    def quiet(self) -> dt.timedelta:
        """For how long."""
        return dt.timedelta(days=0 if self.exempt else self.quiet_days)


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of a signal: a case, or none because of another one."""

    opens: bool
    reason: str = ""
    because_of: tuple[str, ...] = ()


def decide(signals: Iterable[Signal]) -> dict[Hashable, Decision]:
    """Return what becomes of each signal of one customer.

    In the order of time an answer opens a case unless the customer's last case is younger than the quiet period of the
    rule. It is decided over all of them together, so that it does not matter in which order they came to be known. Only
    what a person has touched stays as it is: an answer shortly before it opens no second case.

    Parameters
    ----------
    signals : iterable of Signal
        Of one customer.

    Returns
    -------
    dict
        Key → decision.

    Examples
    --------
    >>> day = lambda n: dt.datetime(2026, 1, n, tzinfo=dt.UTC)
    >>> early, late = (Signal(key=(name,), at=day(n), quiet_days=30) for name, n in (("early", 2), ("late", 20)))
    >>> [one.opens for one in decide([late]).values()], [one.opens for one in decide([late, early]).values()]
    ([True], [True, False])
    """
    ordered = sorted(signals, key=lambda one: (one.at, not one.by_hand, one.key))
    decided: dict[Hashable, Decision] = {}
    last: Signal | None = None
    for position, one in enumerate(ordered):
        if one.stays or not one.quiet:
            decided[one.key] = Decision(True)
            last = one
        elif last is not None and one.at - last.at < one.quiet and not (last.by_hand and one.has_case):
            decided[one.key] = Decision(False, BY_HAND if last.by_hand else QUIET, last.key)
        elif (later := _later(one, ordered[position + 1 :])) is not None:
            decided[one.key] = Decision(False, WORKED_ON, later.key)
        else:
            decided[one.key] = Decision(True)
            last = one
    return decided


def _later(one: Signal, after: Iterable[Signal]) -> Signal | None:
    """Return the next later answer with a case that somebody works on, which the earlier one would have kept quiet."""
    return next((o for o in after if o.worked_on and o.at - one.at < o.quiet), None)
