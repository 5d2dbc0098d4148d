"""What others did meanwhile: which cards it is marked on, and what is said of it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closeloop.followup.board import title_of
from closeloop.text import LocalText, message
from closeloop.widgets.board.cards import stage_label

if TYPE_CHECKING:
    from closeloop.followup.board_rows import BoardRows, Changed

_FEW = 20
"""Of more changed cases only the number is told."""
_KEPT = 300.0
"""So many seconds a mark stays on a card."""
_MINUTE = 60.0


@dataclass(slots=True)
class News:
    """What others did.

    Attributes
    ----------
    said : str
        What a page says aloud, once for each `turn`.
    turn : int
    """

    said: str = ""
    turn: int = 0
    _by: dict[str, tuple[str, float]] = field(default_factory=dict)

    def take(self, changed: Changed, rows: BoardRows, codes: Mapping[str, LocalText]) -> None:
        """Take note of what others changed."""
        ids = list(dict.fromkeys([*changed.now, *changed.before]))
        self.turn += 1
        if len(ids) > _FEW:
            self.said = str(message("case_board.many_changed", n=len(ids)))
            return
        actors, at = rows.last_actors(ids), time.monotonic()
        self._by |= {case_id: (actors.get(case_id, ""), at) for case_id in ids}
        told = []
        for case_id in ids:
            case = changed.now.get(case_id) or changed.before[case_id]
            what = {"number": case.number, "title": title_of(case, codes), "who": actors.get(case_id, "")}
            if case_id not in changed.now:
                told.append(message("case_board.ended_by", **what))
            elif case_id not in changed.before:
                told.append(message("case_board.opened_by", **what))
            else:
                told.append(message("case_board.changed_to", **what, stage=stage_label(case.stage)))
        self.said = " ".join(str(each) for each in told)

    def mark(self, case_id: str) -> str:
        """Return what a card says of a change; empty if there was none of late."""
        who, at = self._by.get(case_id, ("", 0.0))
        passed = time.monotonic() - at
        if not who or passed > _KEPT:
            return ""
        key = "case_board.changed_now" if passed < _MINUTE else "case_board.changed_ago"
        return str(message(key, who=who, n=int(passed // _MINUTE)))

    def seen(self, case_id: str) -> None:
        """Take the mark off a card: somebody has looked at it."""
        self._by.pop(case_id, None)
