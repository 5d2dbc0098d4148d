"""What triage wants to have done: cases to open, cases to merge, answers to note on a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from closeloop.followup.triage.rows import Key


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseToOpen:
    """A case that an answer opens.

    Attributes
    ----------
    case_id : str
    key : (str, str)
        Survey and response.
    at : datetime
        When the customer answered, or now where nobody knows or the answer is dated in the future.
    fields : mapping
        What the command ``open_case`` takes; ``words`` and ``contact`` are private.
    also : tuple of str
        Other rules that matched.

    Examples
    --------
    >>> CaseToOpen(case_id="C-1", key=("s", "r"), at=dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).also
    ()
    """

    case_id: str
    key: Key
    at: dt.datetime
    fields: Mapping[str, Any] = field(default_factory=dict)
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseToMerge:
    """An untouched case of a later answer, which goes into that of an earlier one that came to be known only now.

    Attributes
    ----------
    case_id, into : str
    key : (str, str)
        The answer that had opened it.
    """

    case_id: str
    into: str
    key: Key


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseNote:
    """An answer that is noted on a case.

    Attributes
    ----------
    case_id : str
    key : (str, str)
    kind : str
        ``"again"``: it qualifies but opens no second case; ``"amended"``: the answer that opened the case was changed.
    reason : str
        Of the suppression.
    at : datetime or None
        When the customer answered.
    score : float or None
    words : str
        What the customer wrote; private.
    was : mapping
        Of an amended answer: column → points before.

    Examples
    --------
    >>> CaseNote(case_id="C-1", key=("s", "r2"), kind="again", reason="quiet_period", score=3.0).was
    {}
    """

    case_id: str
    key: Key
    kind: Literal["again", "amended"]
    reason: str = ""
    at: dt.datetime | None = None
    score: float | None = None
    words: str = ""
    was: Mapping[str, float] = field(default_factory=dict)
