"""The list of the cases that have ended: how, when, and whose they were; some at a time."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from typing import Any

from closeloop.followup.board import title_of
from closeloop.followup.board_rows import OpenCase
from closeloop.followup.stages.table import stage_table
from closeloop.followup.store.store import Store
from closeloop.html import Column, Html, Section, element, join, table
from closeloop.text import LocalText, language, message
from closeloop.widgets.board.cards import Moments, short_day

PAGE = 50


def ends(closed: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return how many cases ended in which way, in the order of the stages."""
    most = max(closed.values(), default=0)
    return [
        {"label": str(_end(stage)), "n": f"{n:,}", "share": round(100 * n / most)} for stage, n in closed.items() if n
    ]


def ended_html(
    store: Store, closed: Mapping[str, int], stage: str, start: int, codes: Mapping[str, LocalText], moments: Moments
) -> Html:
    """Return a page of the cases that ended, the last one first, with what turns the page.

    Parameters
    ----------
    store : Store
    closed : mapping of str to int
        End stage → how many cases.
    stage : str
        Only those that ended so; empty: all.
    start : int
        How many are left out before.
    codes : mapping
        Code of a complaint → its label.
    moments : Moments
    """
    filters: dict[str, Any] = {"stage": stage} if stage in stage_table().end_stages else {}
    with store.reading() as tx:
        n = tx.n_cases(is_open=False, **filters)
        rows = tx.cases(order_by="ended_at", descending=True, limit=PAGE, offset=start, is_open=False, **filters)
    columns = tuple(Column(head=str(message(f"case_board.col_{name}"))) for name in ("case", "end", "day", "owner"))
    cells = tuple(_cells(row, codes, moments) for row in rows)
    every = [("", message("case_board.all_ends"), sum(closed.values()))]
    every += [(each, _end(each), count) for each, count in closed.items() if count]
    kinds = [
        _button("ended", f"{label} {count:,}", "pill", pressed=each == stage, stage=each)
        for each, label, count in every
    ]
    last = start + len(rows)
    pages: list[Any] = [message("case_board.page", first=min(start + 1, n), last=last, n=f"{n:,}")]
    if start:
        pages.append(_button("ended", str(message("case_board.earlier")), "btn", stage=stage, start=start - PAGE))
    if last < n:
        more = str(message("case_board.more", n=f"{n - last:,}"))
        pages.append(_button("ended", more, "btn", stage=stage, start=last))
    caption = str(message("case_board.ended_caption"))
    return join(
        [
            element("div", join(kinds, " "), class_="pills"),
            element("div", table(columns, [Section(rows=cells)], caption=caption, css="res"), class_="scroll"),
            element("p", join(pages, " "), class_="pages"),
        ]
    )  # fmt: skip


def _cells(row: Mapping[str, Any], codes: Mapping[str, LocalText], moments: Moments) -> tuple[object, ...]:
    number = _button("open", f"#{row['number']}", "link", case_id=row["case_id"])
    title = title_of(OpenCase.of(row), codes)
    return join([number, title], " "), str(_end(row["stage"])), _day(row["ended_at"], moments), row["owner"] or ""


def _end(stage: str) -> LocalText:
    return message(f"case_board.end_{stage}")


def _button(name: str, text: str, look: str, *, pressed: bool | None = None, **fields: Any) -> Html:
    """Return a button that asks the kernel for something when it is pressed."""
    state = None if pressed is None else str(pressed).lower()
    asked = json.dumps([name, fields], ensure_ascii=False)
    return element("button", text, class_=look, type="button", aria_pressed=state, **{"data-do": asked})


def _day(at: str | None, moments: Moments) -> str:
    if not at:
        return ""
    return short_day(moments.local(dt.datetime.fromisoformat(at)), moments.local(moments.now), language())
