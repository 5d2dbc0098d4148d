"""What a command may look at beside the case itself; the loop gives it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from closeloop.followup.state import CaseState
from closeloop.text import LocalText


class Screened(Protocol):
    """A text with what is personal in it masked."""

    @property
    def masked(self) -> str:
        """The text to be shown."""

    @property
    def found(self) -> Sequence[Any]:
        """What was masked; empty if nothing was."""


class Authority(Protocol):
    """Who may concede how much without asking."""

    def beyond(self, person: str, option: Mapping[str, Any]) -> LocalText | None:
        """Return in words what of an option goes beyond a person's authority; None if nothing does."""


def _no_case(_case_id: str) -> CaseState | None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What a command may look at.

    Attributes
    ----------
    now : datetime
        The time, in UTC; nothing may be dated later.
    zone : str
        In which zone people speak of days.
    actor : str
        Who asks what is allowed.
    screen : callable, optional
        Masks personal data in free text.
    authority : Authority, optional
        Limits of what people may concede; without it nothing needs an approval.
    attempts_needed, attempts_days : int
        How often, and over how many days, a customer is asked before the case is closed unconfirmed. The defaults are
        ours, no source gives them.
    teams : mapping
        Team → who is in it.
    case : callable
        Returns another case by its id, or None.
    codes : mapping
        Codebook → its codes; those of a codebook that is not there are taken as they are.
    """

    now: dt.datetime
    zone: str = "UTC"
    actor: str = ""
    screen: Callable[[str], Screened] | None = None
    authority: Authority | None = None
    attempts_needed: int = 3
    attempts_days: int = 5
    teams: Mapping[str, Collection[str]] = field(default_factory=dict)
    case: Callable[[str], CaseState | None] = _no_case
    codes: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command that somebody wants to give, as guards see it.

    Attributes
    ----------
    state : CaseState
    command : str
    fields : mapping
        As they would stand in the event.
    at : datetime
    actor : str
    context : Context
    """

    state: CaseState
    command: str
    fields: Mapping[str, Any]
    at: dt.datetime
    actor: str
    context: Context
