"""The conclusion of a retrospective in one paragraph: score and change, cases, what is overdue."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import TYPE_CHECKING

from closeloop.followup.board import Board
from closeloop.metrics.difference import Difference
from closeloop.metrics.score_table import ScoreTable
from closeloop.reports.minutes import Action
from closeloop.text import LANGUAGES, LocalText, message
from closeloop.views.score_panel import panels
from closeloop.written import told, told_joined

if TYPE_CHECKING:
    import pandas as pd


def conclusion(
    cases: pd.DataFrame,
    board: Board,
    since: dt.datetime | None,
    now: dt.datetime,
    scores: ScoreTable | None,
    change: Difference | None,
    actions: Sequence[Action],
) -> LocalText:
    """Return the conclusion: the figures are those of the tables below it.

    Examples
    --------
    >>> import pandas as pd
    >>> now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    >>> none = pd.DataFrame(columns=["received_at", "ended_at", "confirmed_at"])
    >>> print(conclusion(none, Board(now=now, cards=(), closed={}), None, now, None, None, []))
    There is no response and no case in the register yet. Nothing is open: nobody has undertaken anything.
    """
    said = []
    if scores is not None:
        said.append(LocalText({tag: panels(scores, tag)[0].sentence for tag in LANGUAGES}))
        said.append(message("retrospective.no_change") if change is None else change.sentence)
    known = len(cases) or scores is not None
    said.append(_of_cases(cases, board, since, now) if known else message("retrospective.nothing"))
    said.append(_of_actions(actions))
    return told_joined(said, " ", "")


def _of_cases(cases: pd.DataFrame, board: Board, since: dt.datetime | None, now: dt.datetime) -> LocalText:
    def within(column: str) -> int:
        moments = [dt.datetime.fromisoformat(at) for at in cases[column] if isinstance(at, str) and at]
        return sum((since is None or at >= since) and at <= now for at in moments)

    return message(
        "retrospective.cases", opened=told(within("received_at"), "count"), closed=told(within("ended_at"), "count"),
        confirmed=told(within("confirmed_at"), "count"), open=told(len(board.cards), "count"),
        late=told(board.n_late, "count"),
    )  # fmt: skip


def _of_actions(actions: Sequence[Action]) -> LocalText:
    if not actions:
        return message("retrospective.no_actions_at_all")
    still = [each for each in actions if each.is_open]
    if not still:
        return message("retrospective.all_done", n=len(actions))
    return message("retrospective.overdue", n=len(still), late=sum(each.is_late for each in still))
