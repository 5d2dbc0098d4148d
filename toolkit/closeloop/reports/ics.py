"""What is due as a calendar file (RFC 5545): actions, promises, the clocks of open cases; no word of a customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from closeloop import __version__
from closeloop.html import harmless
from closeloop.text import language as language_in_use
from closeloop.text import message, normalise_tag, speaking

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.loop.moments import Moment

_OCTETS = 75
_FAR = dt.timedelta(days=36_500)
"""Everything that is due at all."""
_NOT_DATED = ("no_owner",)


def loop_calendar(loop: Loop, language: str | None = None, now: Moment | None = None) -> str:
    r"""Return the calendar of a loop.

    Parameters
    ----------
    loop : Loop
    language : {"en", "zh-CN"}, optional
        The language in use, if left out.
    now : datetime or str, optional
        As of when.

    Examples
    --------
    >>> import closeloop as cl
    >>> with cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
    ...     lines = loop_calendar(loop).split("\r\n")
    >>> lines[0], lines[-2]
    ('BEGIN:VCALENDAR', 'END:VCALENDAR')
    """
    tag = language_in_use() if language is None else normalise_tag(language)
    with speaking(tag):
        moment = loop.moment(now)
        stamp = _utc(moment)
        lines = [
            "BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:-//closeloop//closeloop {__version__}//{tag[:2].upper()}",
            "CALSCALE:GREGORIAN", "METHOD:PUBLISH", f"X-WR-CALNAME:{_escaped(str(message('retrospective.calendar')))}",
        ]  # fmt: skip
        zone = ZoneInfo(loop.zone)
        today = moment.astimezone(zone).date()
        for uid, when, what, about in sorted([*_of_cases(loop, moment, zone), *_of_actions(loop, today)]):
            lines += ["BEGIN:VEVENT", f"UID:{_escaped(uid)}@closeloop", f"DTSTAMP:{stamp}", when,
                      f"SUMMARY:{_escaped(what)}", f"DESCRIPTION:{_escaped(about)}", "TRANSP:TRANSPARENT",
                      "END:VEVENT"]  # fmt: skip
        lines.append("END:VCALENDAR")
    return "".join(f"{_folded(line)}\r\n" for line in lines)


def _of_cases(loop: Loop, now: dt.datetime, zone: ZoneInfo) -> Iterator[tuple[str, str, str, str]]:
    """Give what of open cases is due; of texts that people wrote none, for they may name the customer."""
    for row in loop.due(now, ahead=_FAR).to_dict("records"):
        if row["kind"] in _NOT_DATED or not row["due_at"]:
            continue
        at = dt.datetime.fromisoformat(row["due_at"])
        what = message("retrospective.due_of_case", number=row["number"], what=message(f"board.due_{row['kind']}"))
        about = [_in_charge(row["owner"]), str(message("retrospective.look", call=f"loop.case({row['number']})"))]
        when, said = f"DTSTART:{_utc(at)}", str(what)
        if at < now:
            when, said = _late(at.astimezone(zone).date(), said, now.astimezone(zone).date())
        yield f"{row['case_id']}-{row['kind']}-{row['ref'] or 0}", when, said, "\n".join(about)


def _of_actions(loop: Loop, today: dt.date) -> Iterator[tuple[str, str, str, str]]:
    """Give the open actions of problems, each as a whole day; those of cases are among their clocks."""
    cases = set(loop.cases()["case_id"])
    for row in loop.actions(today).to_dict("records"):
        if row["done_on"] or not row["due_on"] or row["belongs_to"] in cases:
            continue
        day = dt.date.fromisoformat(row["due_on"])
        when = f"DTSTART;VALUE=DATE:{day:%Y%m%d}"
        what = str(message("retrospective.due_action", what=row["what"] or "–"))
        if day < today:
            when, what = _late(day, what, today)
        yield f"{row['belongs_to']}-{row['ref']}", when, what, f"{_in_charge(row['owner'])}\n{row['belongs_to']}"


def _late(day: dt.date, what: str, today: dt.date) -> tuple[str, str]:
    """Return what is late as a matter of today: nobody looks at the days that are over."""
    return f"DTSTART;VALUE=DATE:{today:%Y%m%d}", str(message("retrospective.overdue_since", day=day, what=what))


def _in_charge(owner: object) -> str:
    named = owner if isinstance(owner, str) and owner else message("retrospective.nobody")
    return str(message("retrospective.owner_is", owner=named))


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    r"""Return a text as a value: what has a meaning in the format is marked.

    Examples
    --------
    >>> print(_escaped("a,b;c\\d\ne"))
    a\,b\;c\\d\ne
    """
    said = harmless("\n".join(text.splitlines()))
    for sign in ("\\", ",", ";"):
        said = said.replace(sign, f"\\{sign}")
    return said.replace("\n", "\\n")


def _folded(line: str) -> str:
    r"""Return a line in pieces of at most 75 octets, never within a character.

    Examples
    --------
    >>> [len(part.encode()) for part in _folded("客" * 40).split("\r\n")]
    [75, 46]
    """
    pieces, piece, size = [], "", 0
    for character in line:
        octets = len(character.encode("utf-8"))
        if size + octets > _OCTETS:
            pieces.append(piece)
            piece, size = " ", 1
        piece, size = piece + character, size + octets
    return "\r\n".join([*pieces, piece])
