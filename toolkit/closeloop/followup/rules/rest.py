"""Whom to ask and whom to call, and whom to leave in peace: a rest between contacts, each decision with its reason."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from closeloop.forms.fields import Count, Model
from closeloop.text import LocalText, message

ContactKind = Literal["survey", "callback"]


class ContactRest(Model):
    """How long a customer is left in peace; a frozen object that the loop keeps by version.

    Attributes
    ----------
    id : str
    after_survey_days, after_call_days : int
        No survey so soon after the last one; no survey, and no routine call, so soon after a conversation. Ours, not
        from the sources.
    ask_with_open_case : bool
        Whether a customer whose case is open is sent a survey.

    Examples
    --------
    >>> ContactRest(id="all").after_survey_days
    30
    """

    kind: Literal["contact_rest"] = "contact_rest"
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]*$")]
    after_survey_days: Count = 30
    after_call_days: Count = 14
    ask_with_open_case: bool = Field(default=False, strict=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class PastContact:
    """What there was with a customer.

    Attributes
    ----------
    surveyed_on, called_on : date or None
        The last survey sent or answered; the last conversation.
    has_open_case, opted_out : bool
    promised_on : date or None
        The day for which a call was promised: that is kept, whatever the rest.
    """

    surveyed_on: dt.date | None = None
    called_on: dt.date | None = None
    has_open_case: bool = False
    opted_out: bool = False
    promised_on: dt.date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactDecision:
    """Whether a customer is contacted.

    Attributes
    ----------
    subject_id, kind : str
    goes : bool
    again_on : date or None
        From when on it would be possible; None where that is no matter of time.
    reason : LocalText
    """

    subject_id: str
    kind: ContactKind
    goes: bool
    again_on: dt.date | None
    reason: LocalText


def schedule(
    subjects: Iterable[str],
    kind: ContactKind,
    on: dt.date,
    *,
    past: Mapping[str, PastContact],
    rest: ContactRest,
) -> tuple[ContactDecision, ...]:
    """Return who belongs to a wave of surveys, or to a round of routine calls, and who is left in peace, and why.

    Parameters
    ----------
    subjects : iterable of str
        Customers, each once.
    kind : {"survey", "callback"}
    on : date
        The day of the wave.
    past : mapping
        Customer → what there was; who is not in it was never contacted.
    rest : ContactRest

    Examples
    --------
    >>> past = {"S-1": PastContact(surveyed_on=dt.date(2026, 3, 1))}
    >>> found = schedule(["S-1", "S-2"], "survey", dt.date(2026, 3, 20), past=past, rest=ContactRest(id="all"))
    >>> [(one.goes, str(one.again_on)) for one in found]
    [(False, '2026-03-31'), (True, '2026-03-20')]
    """
    return tuple(_decided(who, kind, on, past.get(who, PastContact()), rest) for who in dict.fromkeys(subjects))


def _decided(who: str, kind: ContactKind, on: dt.date, past: PastContact, rest: ContactRest) -> ContactDecision:
    if kind == "callback" and past.promised_on is not None and past.promised_on <= on:
        reason = message("rules.rest_promised", day=past.promised_on.isoformat())
        return ContactDecision(subject_id=who, kind=kind, goes=True, again_on=on, reason=reason)
    if past.opted_out:
        reason = message("rules.rest_opted_out")
        return ContactDecision(subject_id=who, kind=kind, goes=False, again_on=None, reason=reason)
    if kind == "survey" and past.has_open_case and not rest.ask_with_open_case:
        reason = message("rules.rest_open_case")
        return ContactDecision(subject_id=who, kind=kind, goes=False, again_on=None, reason=reason)
    asked = past.surveyed_on if kind == "survey" else None
    waits: Sequence[tuple[dt.date | None, int, str]] = (
        (asked, rest.after_survey_days, "surveyed"), (past.called_on, rest.after_call_days, "called"),
    )  # fmt: skip
    until = [(day + dt.timedelta(days=days), day, what) for day, days, what in waits if day is not None]
    last = max(until, default=None)
    if last is not None and last[0] > on:
        texts = {"day": last[1].isoformat(), "again": last[0].isoformat()}
        key = "rules.rest_surveyed" if last[2] == "surveyed" else "rules.rest_called"
        return ContactDecision(
            subject_id=who, kind=kind, goes=False, again_on=last[0], reason=message(key, **texts)
        )  # fmt: skip
    return ContactDecision(subject_id=who, kind=kind, goes=True, again_on=on, reason=message("rules.rest_over"))
