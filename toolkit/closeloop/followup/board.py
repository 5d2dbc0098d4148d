"""The case board: who is waiting, what is due, what is late; a static picture of the register at one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from closeloop.followup.projection import NO_OWNER
from closeloop.followup.stages.table import stage_table
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.followup.board_rows import OpenCase

GROUPS = {
    "received": ("received",),
    "understanding": ("acknowledged", "confirmed", "analysing"),
    "solving": ("proposed", "agreed", "implementing"),
    "confirming": ("resolved",),
    "learning": ("satisfied", "learning"),
}
"""Column of the board → the stages in it; a stage that is in none of them stands in the first."""

COLUMNS = (
    "number", "case_id", "group", "stage", "title", "owner", "severity", "hold", "score", "due", "due_at", "is_late",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A case on the board.

    Attributes
    ----------
    case_id : str
    number : int
    group, stage : str
    title : LocalText
        What it is about, as far as that is known.
    owner, severity, hold : str
    score : float or None
        What the customer had answered.
    due : LocalText or None
        What falls due next.
    due_at : datetime or None
    is_late : bool
    """

    case_id: str
    number: int
    group: str
    stage: str
    title: LocalText
    owner: str
    severity: str
    hold: str
    score: float | None
    due: LocalText | None
    due_at: dt.datetime | None
    is_late: bool


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Board:
    """All open cases, the most urgent first; made by `Loop.glance`.

    Attributes
    ----------
    now : datetime
        As of when, in UTC.
    cards : tuple of Card
    closed : mapping of str to int
        End stage → how many cases.
    n_qualifying, n_with_case, n_suppressed : int
        Of all responses that called for somebody.
    zone : str
        In which its moment is told.

    Examples
    --------
    >>> Board(now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC), cards=(), closed={})
    <Board: 0 open cases: 0 late, 0 due within 24 hours, 0 without an owner, 0 on hold.>
    """

    now: dt.datetime
    cards: tuple[Card, ...]
    closed: Mapping[str, int]
    n_qualifying: int = 0
    n_with_case: int = 0
    n_suppressed: int = 0
    zone: str = "UTC"

    @property
    def n_late(self) -> int:
        """How many are late."""
        return sum(card.is_late for card in self.cards)

    @property
    def n_without_owner(self) -> int:
        """How many nobody has taken on."""
        return sum(not card.owner for card in self.cards)

    @property
    def n_on_hold(self) -> int:
        """How many wait for somebody else."""
        return sum(bool(card.hold) for card in self.cards)

    @property
    def n_due_today(self) -> int:
        """How many fall due within 24 hours."""
        soon = self.now + dt.timedelta(days=1)
        return sum(card.due_at is not None and not card.is_late and card.due_at <= soon for card in self.cards)

    @property
    def sentence(self) -> LocalText:
        """How it stands, in a sentence."""
        figures = {"open": len(self.cards), "late": self.n_late, "soon": self.n_due_today}
        figures |= {"nobody": self.n_without_owner, "hold": self.n_on_hold}
        return message("board.sentence_one" if len(self.cards) == 1 else "board.sentence", **figures)

    @property
    def reconciliation(self) -> LocalText:
        """That no answer was lost."""
        return _reconciled(self.n_qualifying, self.n_with_case, self.n_suppressed)

    def column(self, group: str) -> tuple[Card, ...]:
        """Return the cards of a column, the most urgent first."""
        return tuple(card for card in self.cards if card.group == group)

    def to_frame(self) -> pd.DataFrame:
        """Return the cards, one a row."""
        import pandas as pd

        rows = [
            {
                "number": card.number, "case_id": card.case_id, "group": card.group, "stage": card.stage,
                "title": str(card.title), "owner": card.owner, "severity": card.severity, "hold": card.hold,
                "score": card.score, "due": str(card.due) if card.due else "",
                "due_at": card.due_at.isoformat() if card.due_at else None, "is_late": card.is_late,
            }
            for card in self.cards
        ]  # fmt: skip
        return pd.DataFrame(rows, columns=list(COLUMNS))

    def __repr__(self) -> str:
        return f"<Board: {self.sentence}>"

    def __str__(self) -> str:
        lines = [str(self.sentence), str(self.reconciliation)]
        for group in GROUPS:
            cards = self.column(group)
            lines.append(f"{message(f'board.group_{group}')} ({len(cards)})")
            lines += [f"  #{card.number} {card.title}, {card.owner or message('board.nobody')}" for card in cards[:8]]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        from closeloop.views.board_block import board_html

        return board_html(self)


def board(
    cases: Iterable[OpenCase], closed: Mapping[str, int], came: Mapping[str, int], codes: Mapping[str, LocalText],
    now: dt.datetime, zone: str = "UTC",
) -> Board:  # fmt: skip
    """Return the board of a register.

    Parameters
    ----------
    cases : iterable of OpenCase
    closed : mapping of str to int
        End stage → how many cases.
    came : mapping of str to int
        What became of the responses that called for somebody → how many.
    codes : mapping
        Code of a complaint → its label.
    now : datetime
    zone : str
        In which the moment is told.
    """
    cards = tuple(_card(case, codes, now) for case in sorted(cases, key=lambda case: case.urgency))
    return Board(
        now=now, cards=cards, closed={stage: closed.get(stage, 0) for stage in stage_table().end_stages},
        n_qualifying=sum(came.values()), n_with_case=came.get("case", 0), n_suppressed=came.get("suppressed", 0),
        zone=zone,
    )  # fmt: skip


def reconciliation(came: Mapping[str, int]) -> LocalText:
    """Return that no answer was lost, from what became of the responses that called for somebody.

    Examples
    --------
    >>> print(reconciliation({"case": 3, "suppressed": 1}))
    4 qualifying responses = 3 cases + 1 suppressed, reasons logged.
    """
    return _reconciled(sum(came.values()), came.get("case", 0), came.get("suppressed", 0))


def _reconciled(n: int, cases: int, suppressed: int) -> LocalText:
    key = "board.reconciled" if n == cases + suppressed else "board.not_reconciled"
    return message(key, n=n, cases=cases, suppressed=suppressed)


def group_of(stage: str) -> str:
    """Return the column in which a stage stands.

    Examples
    --------
    >>> group_of("agreed"), group_of("unheard_of")
    ('solving', 'received')
    """
    return _GROUP_OF.get(stage, "received")


def title_of(case: OpenCase, codes: Mapping[str, LocalText]) -> LocalText:
    """Return what a case is about, as far as that is known: its code, else its kind."""
    return codes.get(case.code) or _text(f"kind_{case.kind or 'other'}")


@cache
def _text(key: str) -> LocalText:
    """Return a text of the board's own catalogue; asked for once a card, and there may be ten thousand."""
    return message(f"board.{key}")


def _card(case: OpenCase, codes: Mapping[str, LocalText], now: dt.datetime) -> Card:
    due_at = dt.datetime.fromisoformat(case.next_due_at) if case.next_due_at else None
    return Card(
        case_id=case.case_id, number=case.number, group=group_of(case.stage), stage=case.stage,
        title=title_of(case, codes), owner=case.owner, severity=case.severity, hold=case.hold, score=case.score,
        due=_text(f"due_{case.next_due}") if case.next_due else None, due_at=due_at,
        is_late=due_at is not None and due_at < now and case.next_due != NO_OWNER,
    )  # fmt: skip


_GROUP_OF = {stage: group for group, stages in GROUPS.items() for stage in stages}
