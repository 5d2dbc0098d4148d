"""What a team wrote down in its retrospectives: votes, decisions, actions, and what was still open from last time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closeloop.reports.rows import Rows
from closeloop.rootcause.worksheet.worksheet import Worksheet
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    import pandas as pd

SHEET = "retrospective"
"""The worksheet that is agenda and minutes at once."""


@dataclass(frozen=True, slots=True)
class Minutes:
    """The sheet of this retrospective and that of the one before, as far as they were saved.

    Attributes
    ----------
    sheet, before : Worksheet or None
    """

    sheet: Worksheet | None = None
    before: Worksheet | None = None

    @property
    def held_on(self) -> str:
        """The day of the meeting; empty if none was recorded."""
        return str(self.sheet.answers.get("held_on") or "") if self.sheet is not None else ""

    def entries(self, page: str, *, last: bool = False) -> list[Mapping[str, Any]]:
        """Return what was written on a page of this sheet, or of the last one."""
        sheet = self.before if last else self.sheet
        return list(sheet.answers.get(page) or ()) if sheet is not None else []


def minutes_of(
    versions: Sequence[tuple[dt.datetime, Worksheet]], since: dt.datetime | None, until: dt.datetime
) -> Minutes:
    """Return the latest sheet of a period, and the latest one of an earlier meeting.

    Parameters
    ----------
    versions : sequence of (datetime, Worksheet)
        When it was saved, and what it said, the first one first.
    since : datetime, optional
    until : datetime

    Examples
    --------
    >>> minutes_of([], None, dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    Minutes(sheet=None, before=None)
    """
    known = [(at, sheet) for at, sheet in versions if at <= until]
    own = [sheet for at, sheet in known if since is None or at >= since]
    sheet = own[-1] if own else None
    day = None if sheet is None else sheet.answers.get("held_on")
    earlier = [each for at, each in known if each.answers.get("held_on") != day or (sheet is None)]
    return Minutes(sheet, earlier[-1] if earlier else None)


@dataclass(frozen=True, slots=True)
class Action:
    """Something that somebody has undertaken to do."""

    what: str
    owner: str
    due_on: str
    done_on: str
    belongs_to: str
    is_late: bool = field(default=False)

    @property
    def is_open(self) -> bool:
        """Whether it is not done."""
        return not self.done_on


def actions_of(frame: pd.DataFrame, minutes: Minutes, today: dt.date) -> tuple[list[Action], list[Action]]:
    """Return what was undertaken up to the last meeting or elsewhere, and what this meeting did; late ones first.

    Parameters
    ----------
    frame : DataFrame
        What `Loop.actions` returns.
    minutes : Minutes
    today : date
    """
    earlier = [
        Action(_said(row["what"]), _said(row["owner"]), _said(row["due_on"]), _said(row["done_on"]),
               _said(row["belongs_to"]), bool(row["is_late"]))
        for row in frame.to_dict("records")
    ]  # fmt: skip
    earlier += [_noted(entry, minutes.before, today) for entry in minutes.entries("actions", last=True)]
    own = [_noted(entry, minutes.sheet, today) for entry in minutes.entries("actions")]
    decided = {(each.what, each.owner, each.due_on) for each in own}  # kept as tasks of a problem, they are not older
    earlier = [each for each in earlier if (each.what, each.owner, each.due_on) not in decided]
    return sorted(earlier, key=_urgency), sorted(own, key=_urgency)


def _urgency(action: Action) -> tuple[bool, bool, str, str]:
    return not action.is_open, not action.is_late, action.due_on or "9999", action.what


def _noted(entry: Mapping[str, Any], sheet: Worksheet | None, today: dt.date) -> Action:
    due, done = _said(entry.get("due")), _said(entry.get("done_on"))
    held = str(sheet.answers.get("held_on") or "") if sheet is not None else ""
    late = not done and bool(due) and due < today.isoformat()
    of = str(message("retrospective.meeting", day=held or "–"))
    return Action(_said(entry.get("what")), _said(entry.get("owner")), due, done, of, late)


def action_rows(title: LocalText, actions: Sequence[Action]) -> Rows:
    """Return actions as a table: what, who, by when, how it stands, where it belongs."""
    heads = tuple(message(f"retrospective.col_{name}") for name in ("what", "owner", "due", "state", "of"))
    rows = tuple((each.what, each.owner, each.due_on, _state(each), each.belongs_to) for each in actions)
    return Rows(title, heads, rows, narrow=(2, 3))


def _state(action: Action) -> LocalText:
    if action.done_on:
        return message("retrospective.done", day=action.done_on)
    return message("retrospective.late" if action.is_late else "retrospective.open_state")


def vote_rows(minutes: Minutes) -> Rows | None:
    """Return what was voted on, most votes first; None if nobody voted."""
    voted = [entry for entry in minutes.entries("observations") if entry.get("votes") is not None]
    if not voted:
        return None
    rows = tuple(
        (str(entry["votes"]), _said(entry.get("observation")), _said(entry.get("condition")))
        for entry in sorted(voted, key=lambda entry: -entry["votes"])
    )
    heads = tuple(message(f"retrospective.col_{name}") for name in ("votes", "observation", "condition"))
    return Rows(message("retrospective.vote_order"), heads, rows, narrow=(0,))


def decision_rows(minutes: Minutes) -> Rows | None:
    """Return what was decided, by whom and from when on; None if nothing was recorded."""
    decided = minutes.entries("decisions")
    if not decided:
        return None
    rows = tuple(
        tuple(_said(entry.get(name)) for name in ("decision", "decided_by", "valid_from")) for entry in decided
    )
    heads = tuple(message(f"retrospective.col_{name}") for name in ("decision", "decided_by", "valid_from"))
    return Rows(message("retrospective.decided"), heads, rows, narrow=(2,))


def _said(value: Any) -> str:
    return "" if value is None or value != value else str(value)  # NaN is not itself
