"""E-mails as text: who wrote when, what the letter says without the history quoted below it."""

from __future__ import annotations

import datetime as dt
import email.policy
import re
from email.message import EmailMessage
from email.parser import BytesParser, Parser
from email.utils import parseaddr, parsedate_to_datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from closeloop.followup.intake.case_in import CaseIn, case_in
from closeloop.text import message

_HISTORY = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|原始邮件|转发的?邮件|ursprüngliche nachricht)\s*-{2,}"
    r"|on .{5,120} wrote:\s*$|在\s?.{4,80}写道[:：]\s*$|.{0,60}于\s?.{4,60}写道[:：]\s*$|_{10,}\s*$"
    r"|(?:from|发件人)[:：].{3,}$)",
    re.IGNORECASE,
)
"""Where the letter that is answered begins."""
_SIGNATURE = re.compile(r"^--\s?$")


def from_email(text: str | bytes, *, now: dt.datetime, zone: str = "UTC", kind: str = "complaint") -> CaseIn:
    r"""Return the matter that an e-mail brings forward.

    Parameters
    ----------
    text : str or bytes
        The message as it was saved (``.eml``): headers From, Date, Subject, an empty line, the letter.
    now : datetime
    zone : str
        Of a Date that does not name one.
    kind : str
        See `closeloop.followup.intake.case_in.case_in`.

    Returns
    -------
    CaseIn
        Subject and letter are the customer's words; history quoted below or above, signatures, and what is only markup
        is left out. The address is the customer and the contact; the Message-ID is the key.

    Raises
    ------
    ValueError
        If From or Date is missing or cannot be read, nothing is written, the date lies in the future, or it is an
        automatic reply.

    Examples
    --------
    >>> head = "From: Li Lei <li@example.com>\nDate: Mon, 2 Mar 2026 09:30:00 +0800\nSubject: Broken\n\n"
    >>> found = from_email(head + "The lamp is broken.\n\n> Thank you!", now=dt.datetime(2026, 3, 3, tzinfo=dt.UTC))
    >>> found.fields["words"], found.customer, found.fields["received_at"].isoformat()
    ('Broken\n\nThe lamp is broken.', 'li@example.com', '2026-03-02T01:30:00+00:00')
    """
    letter = _parsed(text)
    automatic = str(letter.get("Auto-Submitted", "no")).strip().lower()
    if automatic not in ("", "no"):
        raise ValueError(message("intake.automatic", found=automatic))
    name, address = parseaddr(str(letter.get("From", "")))
    if "@" not in address:
        raise ValueError(message("intake.mail_header", header="From", found=str(letter.get("From", "–"))))
    subject = " ".join(str(letter.get("Subject", "")).split())
    body, cut = without_history(_body(letter))
    notes = [message("intake.history_cut", lines=cut)] if cut else []
    attached = sum(1 for _ in letter.iter_attachments()) if letter.is_multipart() else 0
    notes += [message("intake.attachments", count=attached)] if attached else []
    return case_in(
        words="\n\n".join(part for part in (subject, body) if part), channel="email",
        received_at=_sent_at(letter, zone), now=now, customer=address.lower(),
        contact=f"{name} <{address}>".strip() if name else address, kind=kind,
        key=str(letter.get("Message-ID", "")).strip(), notes=tuple(notes),
    )  # fmt: skip


def without_history(text: str) -> tuple[str, int]:
    r"""Return a letter without what is quoted in it, and how many lines that was.

    Examples
    --------
    >>> without_history("It is still broken.\n\nOn Mon, 2 Mar 2026, Service wrote:\n> Is it?\n")
    ('It is still broken.', 2)
    """
    lines = text.replace("\r\n", "\n").replace("\r", "\n").strip().split("\n")
    kept: list[str] = []
    for place, line in enumerate(lines):
        rest = [one for one in lines[place + 1 :] if one.strip() and not one.lstrip().startswith(">")]
        if _HISTORY.match(line) or _SIGNATURE.match(line):
            answered_below = not any(one.strip() for one in kept) and bool(rest)
            if not answered_below:
                break
            continue
        if not line.lstrip().startswith(">"):
            kept.append(line)
    said = "\n".join(kept).strip()
    cut = sum(1 for line in lines if line.strip()) - sum(1 for line in kept if line.strip())
    return re.sub(r"\n{3,}", "\n\n", said), cut


def _parsed(text: str | bytes) -> EmailMessage:
    policy = email.policy.default
    if isinstance(text, bytes):
        found = BytesParser(policy=policy).parsebytes(text.removeprefix(b"\xef\xbb\xbf").lstrip())
    else:
        found = Parser(policy=policy).parsestr(text.removeprefix("\ufeff").lstrip())
    if not isinstance(found, EmailMessage):
        raise TypeError(message("intake.not_mail", found=type(found).__name__))
    return found


def _sent_at(letter: EmailMessage, zone: str) -> dt.datetime:
    written = str(letter.get("Date", ""))
    try:
        sent = parsedate_to_datetime(written)
    except (TypeError, ValueError):
        raise ValueError(message("intake.mail_header", header="Date", found=written or "–")) from None
    return sent if sent.tzinfo is not None else sent.replace(tzinfo=ZoneInfo(zone))


def _body(letter: EmailMessage) -> str:
    part = letter.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    try:
        text = str(part.get_content())
    except LookupError:  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        text = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else str(payload)
    return _plain(text) if part.get_content_type() == "text/html" else text


class _Plain(HTMLParser):
    """Collects what a reader of a page would see."""

    _HIDDEN = ("script", "style", "head", "title", "blockquote")
    _BREAKS = ("p", "br", "div", "li", "tr", "h1", "h2", "h3")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        """Note a break, or that what follows is not shown."""
        self.hidden += tag in self._HIDDEN
        if tag in self._BREAKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """Note that what follows is shown again."""
        if tag in self._HIDDEN and self.hidden:
            self.hidden -= 1

    def handle_data(self, data: str) -> None:
        """Keep a text that is shown."""
        if not self.hidden:
            self.parts.append(" ".join(data.split("\n")))


def _plain(markup: str) -> str:
    reader = _Plain()
    reader.feed(markup)
    reader.close()
    lines = "".join(reader.parts).split("\n")
    return "\n".join(" ".join(line.split()) for line in lines)
