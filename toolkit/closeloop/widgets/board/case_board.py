"""The case board that people work on: who is waiting, what is due, the next step, and what others do meanwhile."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.followup.board import GROUPS, reconciliation
from closeloop.followup.board_rows import NOTHING, BoardRows
from closeloop.followup.clock.explain import explain
from closeloop.followup.loop.house import labels
from closeloop.followup.projection import NO_OWNER
from closeloop.text import LocalText, language, message, speaking
from closeloop.views.clock_block import explanation_block
from closeloop.widgets.base import Widget
from closeloop.widgets.board.cards import Moments, card, moment_words, search_words
from closeloop.widgets.board.ended import PAGE, ended_html, ends
from closeloop.widgets.board.filters import CaseColumns, Chosen, Filters, Picked, choose
from closeloop.widgets.board.moving import CLOSED, Moving
from closeloop.widgets.board.news import News
from closeloop.widgets.board.panel import Panelled
from closeloop.widgets.board.shown import list_views, pill_views
from closeloop.widgets.board.taking_in import TakingIn

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.followup.board import Board
    from closeloop.followup.board_rows import Changed
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.loop.moments import Moment

FIRST, MOST = 12, 40
"""So many cards of a column are shown at first, and at most; five columns stay within what a page is sent."""
_MINUTE = 60.0
_KEEPS = frozenset({"menu", "drop"})
"""What leaves the menu of a card open."""


class CaseBoard(Panelled, Moving, TakingIn, Widget):
    """The open cases of a loop as columns, to be worked on; made by `Loop.board`.

    Parameters
    ----------
    loop : Loop
    now : datetime or str, optional
        A fixed moment; left out, the time of the loop.
    language : str, optional
    **filters
        What is chosen at the start: ``pill``, ``search``, ``owner``, ``type``, ``problem``, ``score``, ``severity``,
        ``channel``, ``department``.

    Examples
    --------
    >>> import closeloop as cl
    >>> loop = cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00")
    >>> case = loop.open_case(words="Nobody called me back.", channel="phone", received_at="2026-07-01T08:30+08:00")
    >>> board = loop.board()
    >>> board
    <CaseBoard: 1 open case, 0 late>
    >>> board.do("filter", by="pill", value="late")
    ''
    >>> [column["n"] for column in board.view["columns"]]
    ['0', '0', '0', '0', '0', '0']
    """

    scripts = ("panel", "board")
    sheets = ("panel", "board")
    areas: ClassVar[tuple[str, ...]] = ("case_board", *Panelled.areas)

    def __init__(self, loop: Loop, *, now: Moment | None = None, language: str | None = None, **filters: str) -> None:
        self.loop = loop
        self.now = now
        self._codes = labels("conflict-types")
        self._rows = BoardRows(loop._desk.store)  # of the same package
        self._news = News()
        self._filters = Filters()
        for name, value in filters.items():
            self._filters = self._filters.choosing(name, str(value))
        self._pages: dict[str, tuple[int, int]] = {}
        self._problems: dict[str, LocalText] = {}
        self._columns: tuple[tuple[int, str], CaseColumns] | None = None
        self._why: dict[str, Any] | None = None
        self._ended: tuple[str, int] | None = None
        self._likely: set[str] = set()
        self._still = False
        self._drawn_at = 0.0
        super().__init__(language=language)

    # --- what it says without a page ---

    @property
    def glance(self) -> Board:
        """The same as a picture: every open case, whatever is filtered."""
        return self.loop.glance(self.now)

    def to_frame(self) -> pd.DataFrame:
        """Return the open cases, one a row, whatever is filtered."""
        return self.glance.to_frame()

    def __repr__(self) -> str:
        if self.loop._desk.store.is_closed:
            return "<CaseBoard: closed>"
        n, late = len(self._rows.cases), self._chosen(Filters()).pills["late"]
        return f"<CaseBoard: {n} open case{'' if n == 1 else 's'}, {late} late>"

    def _static(self) -> str:
        return self.glance._repr_html_()

    def moments(self) -> Moments:
        """Return what time it is for the board, and in which zone it tells times."""
        clock = self.loop._desk.clock
        return Moments(now=clock.now(self.now), zone=clock.timezone or "UTC")

    # --- what a person does ---

    def do(self, name: str, **fields: Any) -> str:
        """Do what a click would do; what others did before counts as news, not as part of it."""
        if name != "look":
            with speaking(self.language):
                self._take_news(self._rows.look())
            if name not in _KEEPS:
                self._menu = None
            if name == "open":
                self._put_away()
            self._likely = {str(fields.get("case_id") or ""), self._case_id} - {""}
            if "case_id" in fields:
                self._news.seen(str(fields["case_id"]))
        return super().do(name, **fields)

    def do_look(self) -> None:
        """See what others have done meanwhile; a page asks for it every few seconds."""
        changed = self._rows.look()
        self._take_news(changed)
        self._still = not changed and time.monotonic() - self._drawn_at < _MINUTE

    def do_filter(self, by: str, value: str = "") -> None:
        """Choose which cases are shown: ``pill``, ``search``, ``owner``, ``type`` …; an empty value chooses nothing."""
        self._filters = self._filters.choosing(by, str(value))
        self._pages = {}

    def do_clear(self) -> None:
        """Show every open case again."""
        self._filters, self._pages = Filters(), {}

    def do_more(self, group: str) -> None:
        """Show more cards of a column: as many as a page takes, then the page after."""
        start, size = self._page(group)
        self._pages[group] = (start + MOST, MOST) if size == MOST else (start, MOST)

    def do_earlier(self, group: str) -> None:
        """Show the page of a column before this one."""
        start, _ = self._page(group)
        self._pages[group] = (max(0, start - MOST), MOST)

    def do_why(self, case_id: str) -> None:
        """Show how the time on a card was counted."""
        case = self._rows.get(case_id)
        if case is None or not case.next_due or case.next_due == NO_OWNER:
            raise ValueError(message("case_board.no_clock", case=case_id))
        moments, desk = self.moments(), self.loop._desk
        clocks = self.loop.case(case_id).clocks(moments.now)
        of_name = [each for each in clocks if each.clock == case.next_due]
        open_ones = [each for each in of_name if each.is_open and each.due_at is not None]
        reading = min(open_ones, key=lambda each: each.due_at or moments.now, default=None)
        if reading is None:
            raise ValueError(message("case_board.no_clock", case=case_id))
        with desk.store.reading() as tx:
            told = explain(reading, desk.house.said(tx).calendars)
        title = message("case_board.why_title", number=case.number, clock=reading.label)
        self._why = {"id": "why", "title": str(title), "html": str(explanation_block(told, language()))}

    def do_ended(self, stage: str = "", start: int = 0) -> None:
        """Show the list of the cases that ended, all or those that ended in one way."""
        self._ended = (stage, max(0, int(start) // PAGE * PAGE))

    def do_close_over(self) -> None:
        """Put away what lies over the board: the form of a new case, an explanation, the list of ended cases."""
        self._put_away()

    # --- what the page shows ---

    def refresh(self) -> None:
        """Send to the page what is so now; nothing at all if nobody did anything since it was sent."""
        if self._still:
            self._still = False
            return
        self._rows.look(self._likely)
        super().refresh()
        self._drawn_at = time.monotonic()

    def _shown(self) -> dict[str, Any]:
        moments = self.moments()
        chosen = self._chosen(self._filters)
        return {
            "moment": moment_words(moments),
            "came": str(reconciliation(self._rows.came)) if self._rows.came else "",
            "pills": pill_views(chosen, self._filters, self.loop.actor),
            "lists": list_views(chosen, self._filters, self._codes, self._titles(chosen)),
            "search": self._filters.search, "filtered": self._filters.is_set,
            "columns": [*(self._column(name, found, moments) for name, found in chosen.groups.items()), self._closed()],
            "none": self._nothing(chosen), "menu": self._menu, "over": self._over(moments),
            "panel": self.panel_view(), "selected": self._case_id,
            "news": {"turn": self._news.turn, "said": self._news.said},
        }  # fmt: skip

    def _column(self, group: str, cases: Picked, moments: Moments) -> dict[str, Any]:
        start, size = self._page(group)
        start = min(start, max(0, (len(cases) - 1) // MOST * MOST))
        shown = cases.page(start, size)
        end = start + len(shown)
        more, of = len(cases) - end, ""
        if start:
            of = str(message("case_board.page", first=start + 1, last=end, n=f"{len(cases):,}"))
        return {
            "id": group, "label": str(message(f"board.group_{group}")), "n": f"{len(cases):,}",
            "cards": [card(case, self._codes, moments, self._news.mark(case.case_id)) for case in shown],
            "more": str(message("case_board.more", n=f"{more:,}")) if more else "", "earlier": start > 0, "of": of,
        }  # fmt: skip

    def _closed(self) -> dict[str, Any]:
        n = sum(self._rows.closed.values())
        label = str(message("board.group_closed"))
        return {"id": CLOSED, "label": label, "n": f"{n:,}", "cards": [], "ends": ends(self._rows.closed)}

    def _page(self, group: str) -> tuple[int, int]:
        if group not in GROUPS:
            raise ValueError(message("case_board.no_column", found=group, known=", ".join(GROUPS)))
        return self._pages.get(group, (0, FIRST))

    def _chosen(self, filters: Filters) -> Chosen:
        moments, turn = self.moments(), (self._rows.turn, self.language)
        if self._columns is None or self._columns[0] != turn:
            self._columns = (turn, CaseColumns(self._rows.cases, search_words(self._codes)))
        return choose(self._columns[1], filters, moments.now, moments.midnight)

    def _titles(self, chosen: Chosen) -> dict[str, LocalText]:
        """Return problem → title; read when a problem is there that was not there before."""
        ids = [each for each, _ in chosen.options["problem"]]
        if not self._problems.keys() >= set(ids):
            found = self.loop.problems()
            titles = zip(found["problem_id"], found["title"], strict=True)
            self._problems = {each: LocalText(each) for each in ids} | dict(titles)
        return self._problems

    def _nothing(self, chosen: Chosen) -> str:
        if chosen.n:
            return ""
        if self._filters.is_set and self._rows.cases:
            return str(message("case_board.nothing_found"))
        return str(message("case_board.nothing_open" if any(self._rows.closed.values()) else "case_board.nothing_yet"))

    def _over(self, moments: Moments) -> dict[str, Any] | None:
        """Return what lies over the board."""
        if self._ended is not None:
            html = ended_html(self.loop._desk.store, self._rows.closed, *self._ended, self._codes, moments)
            return {"id": "ended", "title": str(message("case_board.ended_title")), "html": str(html)}
        return self._why or self._new_view()

    def _put_away(self) -> None:
        self._why = self._ended = self._faults = None

    def _take_news(self, changed: Changed) -> None:
        if changed is not NOTHING and changed:
            self._news.take(changed, self._rows, self._codes)
