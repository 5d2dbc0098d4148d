"""The state of a customer relationship, computed from what happened between the two sides.

The five states and the rules that lead to them are ours, not from the sources, and say so wherever they are shown.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from closeloop.text import LocalText, message
from closeloop.written import told

State = Literal["new", "steady", "recovering", "strained", "lost"]
STATES: tuple[State, ...] = ("new", "steady", "recovering", "strained", "lost")
"""From the one that asks for least to the one that asks for most."""

NEW = dt.timedelta(days=90)
RECOVERING = dt.timedelta(days=180)
"""For how long after the first contact a relationship is new, and how long after a confirmed solution it recovers."""

_CONFIRMED = ("closed", "satisfied", "learning")


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAnswer:
    """One answer: when, and how high on its scale (0…1).

    Attributes
    ----------
    at : datetime
    height : float
        (points − lowest) / (highest − lowest); for 0 to 10, points / 10.
    is_low : bool
        A detractor, or dissatisfied.
    """

    at: dt.datetime
    height: float
    is_low: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCase:
    """One case: when, and how it stands.

    Attributes
    ----------
    case_id : str
    received_at : datetime
    stage : str
    ended_at : datetime or None
    kind : str
        Only complaints weigh on a relationship; suggestions and enquiries are contacts.
    """

    case_id: str
    received_at: dt.datetime
    stage: str
    ended_at: dt.datetime | None = None
    kind: str = "complaint"

    @property
    def is_confirmed(self) -> bool:
        """Whether the customer said that it is settled."""
        return self.stage in _CONFIRMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """One customer, with everything that happened.

    Attributes
    ----------
    subject_id : str
    account_id : str
        The account (company, household) the customer belongs to; empty for none.
    answers : sequence of PastAnswer
    cases : sequence of PastCase
    contacts : sequence of datetime
        Conversations, in either direction.
    left_at : datetime or None
        Since when the customer is known to have left; nothing else makes a relationship lost.
    """

    subject_id: str
    account_id: str = ""
    answers: Sequence[PastAnswer] = ()
    cases: Sequence[PastCase] = ()
    contacts: Sequence[dt.datetime] = ()
    left_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Relationship:
    """The state of a relationship, and why.

    Attributes
    ----------
    of : str
        Customer or account.
    state : str
        One of `STATES`.
    reason : LocalText
    first_at, last_at : datetime or None
        First and last time that the two sides met.
    n_answers, n_cases, n_open, n_contacts : int
    """

    of: str
    state: State
    reason: LocalText
    first_at: dt.datetime | None
    last_at: dt.datetime | None
    n_answers: int
    n_cases: int
    n_open: int
    n_contacts: int

    @property
    def label(self) -> LocalText:
        """The name of the state."""
        return message(f"rules.state_{self.state}")

    @property
    def sentence(self) -> LocalText:
        """State, reason, and whose rule it is."""
        return message("rules.relationship", state=self.label, reason=self.reason)


def relationship(customer: Customer, now: dt.datetime) -> Relationship:
    """Return the state of the relationship with a customer.

    Lost: the customer has left. Strained: a complaint is open, or the last answer is low and nothing was settled since,
    or the last complaint ended without the customer's confirmation and no better answer came since. Recovering: the
    last complaint was settled as the customer says, not longer ago than 180 days. New: the two sides first met within
    90 days, or never. Steady: everything else.

    Parameters
    ----------
    customer : Customer
    now : datetime
        What happens later is left out.

    Examples
    --------
    >>> now = dt.datetime(2026, 6, 1, tzinfo=dt.UTC)
    >>> case = PastCase(case_id="C-1", received_at=dt.datetime(2026, 3, 1, tzinfo=dt.UTC), stage="agreed")
    >>> print(relationship(Customer(subject_id="S-1", cases=[case]), now).sentence)
    strained: a complaint is open (C-1); states and rules are ours, not from the sources.
    """
    answers = sorted((one for one in customer.answers if one.at <= now), key=lambda one: one.at)
    cases = sorted((one for one in customer.cases if one.received_at <= now), key=lambda one: one.received_at)
    met = sorted([one.at for one in answers] + [one.received_at for one in cases]
                 + [at for at in customer.contacts if at <= now])  # fmt: skip
    complaints = [one for one in cases if one.kind == "complaint"]
    state, reason = _state(customer, answers, complaints, met, now)
    return Relationship(
        of=customer.subject_id, state=state, reason=reason, first_at=met[0] if met else None,
        last_at=met[-1] if met else None, n_answers=len(answers), n_cases=len(cases),
        n_open=sum(_is_open(one, now) for one in cases), n_contacts=sum(at <= now for at in customer.contacts),
    )  # fmt: skip


def account_relationship(account_id: str, customers: Sequence[Customer], now: dt.datetime) -> Relationship:
    """Return the state of an account: that of the customer in it with whom it stands worst; lost if all have left.

    Raises
    ------
    ValueError
        If no customer belongs to the account.
    """
    found = [relationship(one, now) for one in customers if one.account_id == account_id]
    if not found:
        raise ValueError(message("rules.account_empty", account=account_id))
    staying = [one for one in found if one.state != "lost"]
    worst = max(staying or found, key=lambda one: STATES.index(one.state))
    return Relationship(
        of=account_id, state=worst.state, reason=message("rules.of_account", subject=worst.of, reason=worst.reason),
        first_at=min((one.first_at for one in found if one.first_at), default=None),
        last_at=max((one.last_at for one in found if one.last_at), default=None),
        n_answers=sum(one.n_answers for one in found), n_cases=sum(one.n_cases for one in found),
        n_open=sum(one.n_open for one in found), n_contacts=sum(one.n_contacts for one in found),
    )  # fmt: skip


def _state(
    customer: Customer, answers: Sequence[PastAnswer], complaints: Sequence[PastCase], met: Sequence[dt.datetime],
    now: dt.datetime,
) -> tuple[State, LocalText]:  # fmt: skip
    if customer.left_at is not None and customer.left_at <= now:
        return "lost", message("rules.because_left", day=customer.left_at.date().isoformat())
    still = [one for one in complaints if _is_open(one, now)]
    if still:
        return "strained", message("rules.because_open", cases=", ".join(one.case_id for one in still))
    last = max(complaints, key=lambda one: one.ended_at or one.received_at, default=None)
    ended = last.ended_at if last is not None else None
    answer = answers[-1] if answers else None
    settled_since = last is not None and ended is not None and last.is_confirmed
    if answer is not None and answer.is_low and not (settled_since and ended is not None and ended >= answer.at):
        return "strained", message("rules.because_low", day=answer.at.date().isoformat())
    better_since = answer is not None and ended is not None and answer.at > ended and not answer.is_low
    if last is not None and ended is not None and not last.is_confirmed and not better_since:
        return "strained", message("rules.because_unconfirmed", case=last.case_id)
    if last is not None and ended is not None and last.is_confirmed and now - ended <= RECOVERING:
        return "recovering", message("rules.because_settled", case=last.case_id, day=ended.date().isoformat())
    if not met:
        return "new", message("rules.because_never")
    if now - met[0] <= NEW:
        return "new", message("rules.because_new", day=met[0].date().isoformat())
    return "steady", message("rules.because_steady", n=told(len(met), "count"), day=met[0].date().isoformat())


def _is_open(case: PastCase, now: dt.datetime) -> bool:
    return case.ended_at is None or case.ended_at > now
