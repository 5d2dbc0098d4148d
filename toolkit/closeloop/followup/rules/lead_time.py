"""Could it have been seen earlier? The first sign of a case, and how long before the case it was there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from closeloop.text import LocalText, message
from closeloop.written import told


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlySign:
    """Something that was there before the case.

    Attributes
    ----------
    at : datetime
    what : str
        ``"drop"``: the customer's own score fell; ``"low_score"``; ``"alert"``: a rule had fired for this kind of case;
        ``"contact"``: the customer had been in touch about it.
    ref : str
        Response, alert or case.
    """

    at: dt.datetime
    what: str
    ref: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadTime:
    """The first sign before a case.

    Attributes
    ----------
    case_id : str
    received_at : datetime
    first : EarlySign or None
    n_signs : int

    Examples
    --------
    >>> day = lambda n: dt.datetime(2026, 1, n, tzinfo=dt.UTC)
    >>> found = lead_time("C-1", day(20), [EarlySign(at=day(5), what="drop"), EarlySign(at=day(25), what="alert")])
    >>> found.days, print(found.sentence)
    The first sign, a drop in the customer's own score, was there 15.0 days before the case.
    (15.0, None)
    """

    case_id: str
    received_at: dt.datetime
    first: EarlySign | None
    n_signs: int

    @property
    def days(self) -> float | None:
        """How long before the case, in days; None without a sign."""
        return None if self.first is None else (self.received_at - self.first.at) / dt.timedelta(days=1)

    @property
    def sentence(self) -> LocalText:
        """What there was to be seen, and how early."""
        if self.first is None:
            return message("rules.lead_none")
        return message("rules.lead", what=message(f"rules.sign_{self.first.what}"), days=told(self.days, "decimal", 1))


def lead_time(
    case_id: str, received_at: dt.datetime, signs: Iterable[EarlySign], *, look_back_days: int = 365
) -> LeadTime:
    """Return the first sign within the time before a case.

    Parameters
    ----------
    case_id : str
    received_at : datetime
    signs : iterable of EarlySign
        Those of the same customer, or of the same kind of case; later ones are left out.
    look_back_days : int
        Signs older than this have nothing to do with it; ours, not from the sources.
    """
    begin = received_at - dt.timedelta(days=look_back_days)
    before = sorted((sign for sign in signs if begin <= sign.at < received_at), key=lambda sign: (sign.at, sign.ref))
    return LeadTime(case_id=case_id, received_at=received_at, first=before[0] if before else None, n_signs=len(before))
