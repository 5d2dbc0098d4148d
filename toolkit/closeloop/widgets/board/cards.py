"""What a card of the board says: of what, where it stands, who has it, what falls due and how far off that is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from closeloop.followup.board import title_of
from closeloop.followup.board_rows import OpenCase
from closeloop.followup.calendar.zone import any_zone
from closeloop.followup.privacy.masking import mask_id
from closeloop.followup.projection import NO_OWNER
from closeloop.followup.stages.table import stage_table
from closeloop.numbers import MONTHS, NO_BREAK
from closeloop.text import LocalText, language, message
from closeloop.views.board_block import span_words
from closeloop.views.words import marks
from closeloop.widgets.board.filters import score_words

DETRACTOR = "detractor"
"""The rule of the shipped surveys by which an unhappy answer opens a case."""
_HOUR, _DAY = 3600, 86400


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """What time it is for a board, and in which zone it tells times."""

    now: dt.datetime
    zone: str

    def local(self, at: dt.datetime) -> dt.datetime:
        """Return a moment on the clocks of the zone."""
        return at.astimezone(any_zone(self.zone))

    @property
    def midnight(self) -> dt.datetime:
        """The end of today."""
        today = self.local(self.now).replace(hour=0, minute=0, second=0, microsecond=0)
        return today + dt.timedelta(days=1)


def card(case: OpenCase, codes: Mapping[str, LocalText], moments: Moments, changed: str) -> dict[str, Any]:
    """Return what a card shows, in the language in use; `changed` is what others did to it of late."""
    title, owner = str(title_of(case, codes)), case.owner
    severity = str(message(f"board.severity_{case.severity}")) if case.severity else ""
    meta = f"{NO_BREAK}· ".join(part for part in (mask_id(case.subject_id), stage_label(case.stage), severity) if part)
    signs = [("pause", str(message(f"board.on_hold_{case.hold}")) if case.hold else "")]
    signs.append(("flag", str(message("case_board.escalated", level=case.escalation)) if case.escalation else ""))
    signs.append(("people", changed))
    signs = [(sign, text) for sign, text in signs if text]
    due, late = due_words(case, moments)
    what = str(message(f"board.due_{case.next_due}")) if case.next_due else ""
    owned = str(message("case_board.owned_by", name=owner) if owner else message("case_board.nobody"))
    score = score_words(case.score)
    told = [f"#{case.number} {title}", str(message("case_board.score", score=score)) if score else ""]
    told += [stage_label(case.stage), severity, owned, *(text for _, text in signs), what, due]
    return {
        "id": case.case_id, "version": case.version, "number": f"#{case.number}", "title": title, "meta": meta,
        "score": score, "detractor": case.rule_id == DETRACTOR, "owner": initials(owner), "owned": owned,
        "marks": signs, "due": due, "what": what, "late": late, "timed": bool(due),
        "name": marks(language()).clause.join(part for part in told if part),
    }  # fmt: skip


def search_words(codes: Mapping[str, LocalText]) -> Callable[[OpenCase], str]:
    """Return what says what can be searched for in a case: number, id, type, stage, owner; no customer's words."""
    known: dict[tuple[str | None, ...], str] = {}

    def words(case: OpenCase) -> str:
        about = (case.code, case.kind, case.stage)
        if about not in known:
            known[about] = f"{title_of(case, codes)} {stage_label(case.stage)}"
        return f"#{case.number} {case.case_id} {known[about]} {case.owner} {case.problem_id}".casefold()

    return words


def stage_label(stage: str) -> str:
    """Return what a stage is called, in the language in use."""
    found = stage_table().stage(stage)
    return str(found.label) if found is not None else stage


def initials(name: str) -> str:
    """Return the initials of somebody: of two words, of one, or the first character of a Chinese name.

    Examples
    --------
    >>> initials("Lin Qiao"), initials("chen.yu"), initials("李梅"), initials("agent 12"), initials("")
    ('LQ', 'CY', '李', 'A1', '')
    """
    words = [word for word in "".join(c if c.isalnum() else " " for c in name).split() if word]
    if not words:
        return name[:1]
    if not words[0][0].isascii():
        return words[0][0]
    return "".join(word[0] for word in words[:2]).upper()


def due_words(case: OpenCase, moments: Moments) -> tuple[str, bool]:
    """Return how far off the next due date is, and whether it is over: ``6 h 40 left``, ``by Thu 15 Oct``."""
    if not case.next_due_at or case.next_due == NO_OWNER:
        return ("", False)
    due_at = dt.datetime.fromisoformat(case.next_due_at)
    tag, seconds = language(), (due_at - moments.now).total_seconds()
    if seconds < 0:
        return str(message("case_board.overdue", time=span_words(-seconds, tag))), True
    if seconds < _HOUR:
        return str(message("case_board.minutes_left", n=int(seconds // 60))), False
    if seconds < _DAY:
        hours, rest = divmod(int(seconds), _HOUR)
        key = "case_board.time_left" if rest >= 60 else "case_board.hours_left"
        return str(message(key, h=hours, m=rest // 60)), False
    return str(
        message("case_board.by_day", day=short_day(moments.local(due_at), moments.local(moments.now), tag))
    ), False


def short_day(day: dt.datetime, today: dt.datetime, tag: str) -> str:
    """Return a day with its weekday, and with its year where that is not this one.

    Examples
    --------
    >>> at, today = dt.datetime(2026, 10, 15), dt.datetime(2026, 10, 13)
    >>> short_day(at, today, "en"), short_day(at, today, "zh-CN")
    ('Thu 15 Oct', '10-15 周四')
    """
    weekday = message(f"clock.weekday_{day.weekday()}").in_language(tag)
    year = "" if day.year == today.year else str(day.year)
    if tag == "zh-CN":
        return f"{year}{'-' if year else ''}{day:%m-%d} {weekday}"
    return f"{weekday} {day.day} {MONTHS[day.month - 1]} {year}".strip()


def moment_words(moments: Moments) -> str:
    """Return the moment that a board shows: ``Tue 13 Oct 2026, 09:40, Asia/Shanghai``."""
    at, tag = moments.local(moments.now), language()
    weekday = message(f"clock.weekday_{at.weekday()}").in_language(tag)
    if tag == "zh-CN":
        return f"{at:%Y-%m-%d} {weekday} {at:%H:%M} {moments.zone}"
    return f"{weekday} {at.day} {MONTHS[at.month - 1]} {at.year}, {at:%H:%M}, {moments.zone}"
