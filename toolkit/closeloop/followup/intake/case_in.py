"""What comes in by telephone, at the desk, by letter or any other way, checked and as the fields of ``open_case``."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from closeloop.errors import closest
from closeloop.followup.rules.response_rule import CaseKind, Severity
from closeloop.followup.rules.severity import SEVERITIES, raised
from closeloop.text import LocalText, message

ChannelKind = Literal["survey", "phone", "email", "chat", "social", "desk", "letter"]
CHANNEL_KINDS: tuple[ChannelKind, ...] = get_args(ChannelKind)
CASE_KINDS: tuple[CaseKind, ...] = get_args(CaseKind)

_SPOKEN = ("phone", "desk")
_SKEW = dt.timedelta(minutes=5)
"""So much may another clock be ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseIn:
    """A case that is about to be opened.

    Attributes
    ----------
    fields : dict
        What ``open_case`` takes; ``words`` and ``contact`` are private.
    customer : str
        Customer number or address, of which the loop makes the pseudonym; empty where nobody is known. Private.
    key : str
        By which the source knows it, so that it is not opened twice; empty where it has none.
    row : int
        Row of the table it came from, from 1; 0 elsewhere.
    notes : tuple of LocalText
        What was left out.
    """

    fields: dict[str, Any]
    customer: str = ""
    key: str = ""
    row: int = 0
    notes: tuple[LocalText, ...] = field(default=())


def case_in(
    *,
    words: str,
    channel: str,
    received_at: dt.datetime,
    now: dt.datetime,
    customer: str = "",
    contact: str = "",
    form: str = "",
    kind: str = "complaint",
    severity: Severity = "minor",
    language: str = "",
    code: str = "",
    score: float | None = None,
    public_exposure: bool = False,
    key: str = "",
    row: int = 0,
    notes: tuple[LocalText, ...] = (),
) -> CaseIn:
    """Return one matter that somebody brought forward, checked.

    Parameters
    ----------
    words : str
        What the customer said, as closely as possible.
    channel : str
        One of `CHANNEL_KINDS`.
    received_at, now : datetime
        With time zone.
    customer, contact : str
        Customer number; name, telephone, address. Both are private.
    form : str
        ``"oral"`` or ``"written"``; left out: telephone and desk are oral, everything else is written.
    kind : str
        ``"complaint"`` (somebody is dissatisfied and expects a response), ``"enquiry"``, ``"suggestion"``, ``"other"``.
    severity : str
        At least; what the public sees is raised one step.
    language, code, score, public_exposure, key, row, notes
        Language; code of the conflict type; score of a review; others can read it; see `CaseIn`.

    Raises
    ------
    ValueError
        If there are no words, the channel or kind is unknown, or the time lies in the future or has no zone; a row of
        a table is named.

    Examples
    --------
    >>> now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> found = case_in(words="The lamp came broken.", channel="phone", received_at=now, now=now, customer="4711")
    >>> found.fields["form"], found.fields["kind"], found.fields["scope"]
    ('oral', 'complaint', 'customer')
    """
    where = message("intake.row", row=row) if row else message("intake.this")
    for name, value, known in (
        ("channel", channel, CHANNEL_KINDS), ("kind", kind, CASE_KINDS), ("form", form or "oral", ("oral", "written")),
        ("severity", severity, SEVERITIES),
    ):  # fmt: skip
        if value not in known:
            near = closest(value, known, n=1)
            first = near[0] if near else known[0]
            raise ValueError(
                message("intake.unknown", where=where, name=name, found=value, near=first, known=", ".join(known))
            )
    if not words.strip():
        raise ValueError(message("intake.no_words", where=where))
    for moment in (received_at, now):
        if moment.tzinfo is None:
            raise ValueError(message("intake.no_zone", where=where, found=moment.isoformat()))
    if received_at > now + _SKEW:
        raise ValueError(
            message("intake.future", where=where, found=received_at.isoformat(), now=now.isoformat(timespec="minutes"))
        )
    public = public_exposure or channel == "social"
    fields: dict[str, Any] = {
        "kind": kind, "channel": channel, "form": form or ("oral" if channel in _SPOKEN else "written"),
        "scope": "customer", "language": language, "received_at": min(received_at, now).astimezone(dt.UTC),
        "severity": raised(severity, int(public)), "public_exposure": public, "code": code, "score": score,
        "words": words.strip(), "contact": contact.strip(),
    }  # fmt: skip
    kept = {name: value for name, value in fields.items() if value is not None and value != ""}
    return CaseIn(fields=kept, customer=customer.strip(), key=key.strip(), row=row, notes=notes)


def between_departments(
    parent: str, *, words: str, department: str, now: dt.datetime, severity: Severity = "minor", kind: str = "other"
) -> CaseIn:
    """Return a matter between departments, which hangs on the customer's case that it holds up.

    Parameters
    ----------
    parent : str
        Id of the customer's case.
    words : str
        What the departments disagree about.
    department : str
        The one it is put to; the loop assigns it there.
    now : datetime
    severity, kind : str

    Raises
    ------
    ValueError
        If there are no words, or no case is named.

    Examples
    --------
    >>> now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> found = between_departments("C-AB12CD34", words="No answer since Monday.", department="Warehouse", now=now)
    >>> found.fields["scope"], found.fields["parent_case_id"]
    ('interdepartment', 'C-AB12CD34')
    """
    if not parent.strip():
        raise ValueError(message("intake.no_parent"))
    found = case_in(words=words, channel="desk", received_at=now, now=now, form="written", kind=kind, severity=severity)
    fields = found.fields | {"scope": "interdepartment", "parent_case_id": parent.strip()}
    return CaseIn(fields=fields, customer="", notes=(message("intake.for_department", department=department),))


def definition(kind: CaseKind) -> LocalText:
    """Return what a kind of case is, for people who take one in.

    Examples
    --------
    >>> print(definition("complaint").en)
    Complaint: somebody is dissatisfied with a product, a service or how they were treated, and expects a response.
    """
    return message(f"intake.definition_{kind}")
