"""Notes of conversations, letters, chats and posts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator

from closeloop.followup.intake.case_in import CaseIn, case_in
from closeloop.followup.rules.response_rule import Severity
from closeloop.text import message

CUSTOMER = ("customer", "client", "visitor", "user", "guest", "buyer", "客户", "顾客", "买家", "访客", "用户", "我")
_TIME = r"\d{4}[-/.年]\d{1,2}[-/.月]\d{1,2}日?[ T]?\d{0,2}:?\d{0,2}(?::\d{2})?|\d{1,2}:\d{2}(?::\d{2})?"
_TIMED = re.compile(rf"^\s*[\[(（【]?\s*(?:{_TIME})\s*[\])）】]?\s*")
_LINE = re.compile(r"^\s*(?P<who>[^\d:：\[\]][^:：\[\]]{0,39}?)\s*[:：]\s*(?P<said>.*)$")


def from_phone(
    words: str, *, received_at: dt.datetime, now: dt.datetime, customer: str = "", contact: str = "",
    language: str = "", kind: str = "complaint",
) -> CaseIn:  # fmt: skip
    """Return the matter that somebody called about.

    Parameters
    ----------
    words : str
        What the caller said, as closely as it could be noted.
    received_at, now : datetime
    customer, contact, language, kind : str
        See `closeloop.followup.intake.case_in.case_in`.

    Examples
    --------
    >>> now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> from_phone("Waited two hours.", received_at=now, now=now).fields["form"]
    'oral'
    """
    return case_in(
        words=words, channel="phone", received_at=received_at, now=now, customer=customer, contact=contact,
        language=language, kind=kind,
    )  # fmt: skip


def from_desk(
    words: str, *, received_at: dt.datetime, now: dt.datetime, customer: str = "", contact: str = "",
    language: str = "", kind: str = "complaint", written: bool = False,
) -> CaseIn:  # fmt: skip
    """Return the matter that somebody brought to the desk; `written` if they handed in a form.

    Parameters as of `from_phone`.

    Examples
    --------
    >>> now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> from_desk("Wrong size.", received_at=now, now=now, written=True).fields["form"]
    'written'
    """
    return case_in(
        words=words, channel="desk", received_at=received_at, now=now, customer=customer, contact=contact,
        language=language, kind=kind, form="written" if written else "oral",
    )  # fmt: skip


def from_letter(
    words: str, *, received_at: dt.datetime, now: dt.datetime, customer: str = "", contact: str = "",
    language: str = "", kind: str = "complaint",
) -> CaseIn:  # fmt: skip
    """Return the matter of a letter; it is received on the day it arrives, not on that it bears.

    Parameters as of `from_phone`.

    Examples
    --------
    >>> now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> from_letter("Dear Sirs …", received_at=now, now=now).fields["channel"]
    'letter'
    """
    return case_in(
        words=words, channel="letter", received_at=received_at, now=now, customer=customer, contact=contact,
        language=language, kind=kind,
    )  # fmt: skip


def from_chat(
    log: str, *, received_at: dt.datetime, now: dt.datetime, customer: str = "", contact: str = "",
    speaker: str = "", language: str = "", kind: str = "complaint",
) -> CaseIn:  # fmt: skip
    r"""Return the matter of a chat: what the customer wrote, without the answers.

    Parameters
    ----------
    log : str
        Lines such as ``[10:02] Customer: It is broken``; a line without a name belongs to the one before.
    received_at : datetime
        When the chat began.
    speaker : str
        What the customer is called in the log; left out: customer, visitor, 客户 …
    now, customer, contact, language, kind
        See `from_phone`.

    Raises
    ------
    ValueError
        If nobody in the log is the customer; the names that occur are told.

    Examples
    --------
    >>> now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> found = from_chat("[10:02] 客服: 您好\n[10:03] 客户: 货坏了\n包装也破了", received_at=now, now=now)
    >>> found.fields["words"]
    '货坏了\n包装也破了'
    """
    lines = list(_spoken(log))
    wanted = (speaker.casefold(),) if speaker else CUSTOMER
    said = [text for who, text in lines if who.casefold() in wanted]
    if not said:
        names = ", ".join(dict.fromkeys(who for who, _ in lines if who)) or "–"
        raise ValueError(message("intake.chat_nobody", names=names))
    left = len(lines) - len(said)
    return case_in(
        words="\n".join(said), channel="chat", received_at=received_at, now=now, customer=customer, contact=contact,
        language=language, kind=kind, notes=(message("intake.chat_others", count=left),) if left else (),
    )  # fmt: skip


def from_post(
    words: str, *, posted_at: dt.datetime, now: dt.datetime, author: str = "", link: str = "", language: str = "",
    kind: str = "complaint", severity: Severity = "minor", score: float | None = None,
) -> CaseIn:  # fmt: skip
    """Return the matter of a post or review that others can read: public, and so one step more severe.

    Parameters
    ----------
    words : str
    posted_at : datetime
    author, link : str
        Who, and where it stands: the contact; the link is the key as well.
    score : float, optional
        The stars of a review.
    now, language, kind, severity
        See `closeloop.followup.intake.case_in.case_in`.

    Examples
    --------
    >>> now = dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC)
    >>> found = from_post("Never again!", posted_at=now, now=now, author="@li", score=1)
    >>> found.fields["public_exposure"], found.fields["severity"]
    (True, 'major')
    """
    return case_in(
        words=words, channel="social", received_at=posted_at, now=now, customer=author, key=link,
        contact=" ".join(part for part in (author.strip(), link.strip()) if part), language=language, kind=kind,
        severity=severity, score=score, public_exposure=True,
    )  # fmt: skip


def _spoken(log: str) -> Iterator[tuple[str, str]]:
    """Give who said what, line by line; where lines bear times, only those that do begin with a name."""
    who = ""
    timed = any(_TIMED.match(line) for line in log.splitlines())
    for line in log.splitlines():
        if not line.strip():
            continue
        at = _TIMED.match(line)
        found = _LINE.match(line[at.end() :] if at else line) if at or not timed else None
        if found is not None:
            who = found["who"].strip()
            if found["said"].strip():
                yield who, found["said"].strip()
        else:
            yield who, line.strip()
