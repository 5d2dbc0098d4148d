"""What happened outside a case and moves many of them: a change of policy or price, a law, a competitor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from pydantic import Field

from closeloop.rootcause.days import day_of
from closeloop.rootcause.findings import Finding, Findings
from closeloop.rootcause.problem.entry import Entry
from closeloop.text import message


class OutsideEvent(Entry):
    """A change of policy, or an event in the market, with its day and whom it touches.

    Parameters
    ----------
    what : str
    on : date or str
        The day from which it holds.
    kind : {"policy", "external"}
        Our own decision (price, terms, product), or what others did (market, competitor, law).
    announced_on, until : date or str, optional
        When customers were told; the last day it holds.
    codes : tuple of str
        Codes of a codebook that its complaints bear.
    affected : str
        Which customers it touches.
    purpose : str
        Why it is done, in words for customers.
    transition : str
        What those get who are hit: a transition period, a compensation.

    Examples
    --------
    >>> event = OutsideEvent(what="refund policy tightened", on="2025-03-01", codes=("policy",))
    >>> event.annotation
    ('2025-03-01', 'refund policy tightened')
    >>> event.touched([("C1", "2025-03-20", ["policy"]), ("C2", "2025-02-20", ["policy"]), ("C3", "2025-03-21", [])])
    ('C1',)
    """

    what: str = Field(min_length=1)
    on: dt.date
    kind: Literal["policy", "external"] = "policy"
    announced_on: dt.date | None = None
    until: dt.date | None = None
    codes: tuple[str, ...] = ()
    affected: str = ""
    purpose: str = ""
    transition: str = ""

    @property
    def annotation(self) -> tuple[str, str]:
        """Day and words, as the `events` of `closeloop.trend` take them."""
        return self.on.isoformat(), self.what

    def touched(self, cases: Iterable[tuple[str, dt.date | str, Iterable[str]]], *, days: int = 90) -> tuple[str, ...]:
        """Return the ids of the cases that may come from it: since it was told, within so many days, of its codes.

        Parameters
        ----------
        cases : iterable of (id, day, codes)
        days : int
            How long after it began to hold a case is still put down to it; 90 is ours.

        Returns
        -------
        tuple of str
            In the order given. A link in time is no proof of a cause.
        """
        first = min(self.announced_on or self.on, self.on)
        last = min(self.until or dt.date.max, self.on + dt.timedelta(days=days))
        found = []
        for name, given, codes in cases:
            day = day_of(given)
            if first <= day <= last and (not self.codes or set(self.codes) & set(codes)):
                found.append(name)
        return tuple(found)

    def findings(self) -> Findings:
        """Return what a change of policy still owes its customers: the reason, notice, a transition."""
        if self.kind != "policy":
            return Findings([])
        late = self.announced_on is None or self.announced_on >= self.on
        weak = [
            ("E01", "error", "event_no_purpose", not self.purpose),
            ("E02", "warn", "event_no_notice", late),
            ("E03", "warn", "event_no_transition", not self.transition),
            ("E04", "warn", "event_no_affected", not self.affected),
        ]
        return Findings(
            Finding(rule=rule, level=level, subject=self.what, message=message(f"problem.{key}"))  # type: ignore[arg-type]
            for rule, level, key, is_weak in weak
            if is_weak
        )
