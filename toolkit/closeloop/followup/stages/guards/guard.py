"""What a guard is, and what several of them look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from closeloop.followup.commands.context import Asked
from closeloop.followup.event import is_said
from closeloop.followup.state import CaseState, Entry
from closeloop.text import LocalText

Check = Callable[[Asked], LocalText | None]
"""Returns what is missing and which call supplies it; None if nothing is."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What must be there before a step.

    Attributes
    ----------
    id : str
        As the tables name it.
    check : callable
    with_call : bool
        Whether the fields of the call itself supply it; else something has to be recorded before.
    by : tuple of str
        Commands that supply it beforehand, the usual one first.
    fields : tuple of str
        Fields of the call itself that supply it, where that call has them.
    """

    id: str
    check: Check
    with_call: bool
    by: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()


class GuardSet:
    """The guards of one subject; its decorators collect them, each with what supplies it.

    Examples
    --------
    >>> guards = GuardSet()
    >>> @guards.before("assign")
    ... def owner(asked):
    ...     return None
    >>> [(guard.id, guard.by) for guard in guards.found]
    [('owner', ('assign',))]
    """

    def __init__(self) -> None:
        self.found: list[Guard] = []

    def before(self, *by: str, fields: tuple[str, ...] = ()) -> Callable[[Check], Check]:
        """Collect a guard that looks at what was recorded before, by one of some commands."""
        return self._collect(with_call=False, by=by, fields=fields)

    def with_call(self, *fields: str, by: tuple[str, ...] = ()) -> Callable[[Check], Check]:
        """Collect a guard that some fields of the call itself meet."""
        return self._collect(with_call=True, by=by, fields=fields)

    def _collect(self, *, with_call: bool, by: tuple[str, ...], fields: tuple[str, ...]) -> Callable[[Check], Check]:
        def collect(check: Check) -> Check:
            self.found.append(Guard(check.__name__, check, with_call=with_call, by=by, fields=fields))
            return check

        return collect


def given(asked: Asked, field: str) -> bool:
    """Return whether the call says something in a field."""
    return is_said(asked.fields.get(field))


def known(asked: Asked, name: str) -> bool:
    """Return whether the call or the case says something under a name."""
    return given(asked, name) or is_said(asked.state.value(name))


def severity(asked: Asked) -> str:
    """Return how grave the case is; empty if nobody has said."""
    return str(asked.fields.get("severity") or asked.state.value("severity", ""))


def newest(state: CaseState, kind: str) -> Entry | None:
    """Return the newest entry of a kind in this cycle."""
    entries = state.added(kind, this_cycle=True)
    return entries[-1] if entries else None


def entry(state: CaseState, kind: str, number: object) -> Entry | None:
    """Return the entry of that number."""
    return next((each for each in state.added(kind) if each.seq == number), None)


def from_customer(state: CaseState, after: Entry | None = None, *, ever: bool = False) -> list[Entry]:
    """Return what came from the customer in this cycle (or `ever`), not from an agent; with `after`, since that entry.

    An outbound call is an agent's note about the customer, however it is worded; it is none of these.
    """
    messages = state.added("messages", this_cycle=not ever)
    calls = [each for each in state.added("contacts", this_cycle=not ever) if each.get("direction") == "inbound"]
    found = [each for each in (*messages, *calls) if is_said(each.get("words"))]
    if after is not None:
        found = [each for each in found if each.seq > after.seq and each.at >= after.at]
    return sorted(found, key=lambda each: each.seq)


def attempts(state: CaseState, after: Entry | None = None) -> list[Entry]:
    """Return the attempts of people of ours to reach the customer since they were last heard of (and since `after`)."""
    contacts = state.added("contacts", this_cycle=True)
    signs = [*from_customer(state), *(each for each in contacts if each.get("reached"))]
    since = max([each.seq for each in signs] + ([after.seq] if after is not None else []), default=0)
    return [
        each
        for each in contacts
        if each.seq > since
        and each.get("direction") == "outbound"
        and each.get("human", True)
        and (after is None or each.at >= after.at)
    ]


def days_between(entries: list[Entry]) -> float:
    """Return the days from the earliest to the latest of some entries."""
    times = [each.at for each in entries]
    return (max(times) - min(times)) / dt.timedelta(days=1) if times else 0.0


def asked_often_enough(asked: Asked, after: Entry | None) -> bool:
    """Return whether the customer was tried as often and over as many days as the team has set."""
    tried = attempts(asked.state, after)
    context = asked.context
    return len(tried) >= context.attempts_needed and days_between(tried) >= context.attempts_days


def listed(value: object) -> list[Any]:
    """Return the entries of a list; none of what is no list, as imported history may have it."""
    return list(value) if isinstance(value, (list, tuple)) else []


def numbers(entries: list[Entry]) -> str:
    """Return the numbers of some entries, as they are named in messages."""
    return ", ".join(str(each.seq) for each in entries)


def options_meant(asked: Asked) -> list[Entry]:
    """Return the options that a step is about: the one or the several that the call names, or the one agreed upon."""
    fields = asked.fields
    meant = listed(fields.get("option_ids")) or ([fields["option"]] if "option" in fields else [])
    if not meant and asked.command == "start":
        agreed = newest(asked.state, "agreements")
        meant = [] if agreed is None else [agreed.get("option")]
    found = [entry(asked.state, "options", number) for number in meant]
    return [each for each in found if each is not None]
