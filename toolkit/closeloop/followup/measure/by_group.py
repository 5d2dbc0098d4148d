"""Speed and endings by group of cases: severity, channel, department; never a ranking of people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np

from closeloop.followup.event import CaseEvent
from closeloop.followup.measure.case_rows import case_table
from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.causes import hidden_note
from closeloop.followup.measure.closing import ENDS
from closeloop.followup.measure.columns import seconds
from closeloop.followup.measure.figure import share
from closeloop.followup.measure.group_table import GroupTable, with_small_hidden
from closeloop.followup.measure.names import named
from closeloop.followup.measure.response_table import ResponseTable
from closeloop.followup.measure.scope import Scope, is_merged, outcome_of
from closeloop.followup.measure.speed import waiting_curve
from closeloop.metrics.result import Shown
from closeloop.text import LocalText, message
from closeloop.written import told, told_level

GROUPS = ("severity", "channel", "department", "team", "code", "kind", "scope", "policy", "language", "owner")
"""By what cases can be told apart."""
_PEOPLE = ("owner",)


def measure_by(
    histories: CaseTable | Iterable[CaseEvent],
    by: str,
    *,
    now: dt.datetime,
    within: float = 24.0,
    confidence_level: float = 0.95,
    min_n: int = 10,
) -> GroupTable:
    """Return first answers in time and endings that the customer confirmed, by group.

    Parameters
    ----------
    histories : CaseTable or iterable of CaseEvent
    by : str
        One of `GROUPS`. By owner the rows stand in the order of the names, never of the figures, and those with fewer
        than `min_n` cases are hidden whatever else is asked for: a handful of cases says nothing about a person.
    now : datetime
    within : float
        Hours that a first answer may take.
    confidence_level : float
    min_n : int
        Groups with fewer cases are hidden.

    Returns
    -------
    GroupTable

    Raises
    ------
    ValueError
        If there is no such group.

    Examples
    --------
    >>> table = CaseTable.of(cases={"severity": ["minor"] * 12, "received_at": [0.0] * 12, "is_open": [True] * 12})
    >>> row = measure_by(table, "severity", now=dt.datetime(1970, 1, 3, tzinfo=dt.UTC)).rows()[0]
    >>> row["n"], row["estimate"]
    (12, 0.0)
    """
    if by not in GROUPS:
        raise ValueError(message("measure.no_group", found=by, known=", ".join(GROUPS)))
    every = histories if isinstance(histories, CaseTable) else case_table(histories, now=now)
    scope = Scope.of(
        every.chosen(~is_merged(every)), ResponseTable.of([]), now=seconds(now), within=within,
        confidence_level=confidence_level, min_n=min_n,
    )  # fmt: skip
    every = scope.table
    lines = [_line(replace(scope, table=every.chosen(every.cases[by] == name)), by, name) for name in _names(every, by)]
    least = max(scope.min_n, 10) if by in _PEOPLE else scope.min_n
    shown, hidden = with_small_hidden(lines, least)
    level = message("analysis.interval", level=told_level(confidence_level))
    return GroupTable(
        name=f"by_{by}", heading=message(f"measure.by_{by}"), lines=shown,
        said=message("measure.said_by", count=told(len(lines), "count"), n=told(every.n, "count")),
        shown=(
            Shown("group", message("measure.col_group")), Shown("n", message("measure.col_n"), "count"),
            Shown("estimate", message("measure.first_response_within", hours=told(within, "decimal", 0)), "percent",
                  digits=0),
            Shown("ci_low", level, "percent", high="ci_high", digits=0),
            Shown("ended", message("measure.col_ended"), "count"),
            Shown("confirmed", message("measure.col_confirmed"), "percent", digits=0),
            Shown("confirmed_low", level, "percent", high="confirmed_high", digits=0),
        ),
        axis=message("measure.first_response_within", hours=told(within, "decimal", 0)),
        cautions=(*((message("measure.note_people"),) if by in _PEOPLE else ()), *hidden_note(hidden, least)),
    )  # fmt: skip


def _names(table: CaseTable, by: str) -> list[str]:
    """Return the groups: people by name, everything else by size."""
    names, counts = np.unique(table.cases[by], return_counts=True)
    if by in _PEOPLE:
        return list(names.tolist())
    return [name for name, _ in sorted(zip(names.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1])]


def _line(scope: Scope, by: str, name: str) -> dict[str, Any]:
    curve = waiting_curve(scope, "first_response_at")
    limits = curve.share_interval(scope.within, scope.confidence_level)
    outcome = outcome_of(scope.table)
    ended = int(np.isin(outcome, ENDS).sum())
    nothing = LocalText("")
    confirmed = share("", "", int((outcome == "closed").sum()), ended, nothing, nothing, scope.confidence_level)
    return {
        "group": named(scope.names, by, name), "n": scope.table.n,
        "estimate": curve.share_within(scope.within), "ci_low": limits.low, "ci_high": limits.high, "ended": ended,
        "confirmed": confirmed.estimate, "confirmed_low": confirmed.ci_low, "confirmed_high": confirmed.ci_high,
    }  # fmt: skip
