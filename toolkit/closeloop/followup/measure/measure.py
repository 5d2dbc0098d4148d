"""`measure`: whether the follow-up loop closes, from events and responses."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from closeloop.followup.event import CaseEvent
from closeloop.followup.measure.capture import capture_section
from closeloop.followup.measure.case_rows import case_table
from closeloop.followup.measure.case_table import CaseTable
from closeloop.followup.measure.causes import causes_section
from closeloop.followup.measure.closing import closing_section
from closeloop.followup.measure.columns import seconds
from closeloop.followup.measure.loop_report import LoopReport
from closeloop.followup.measure.money import AccountValue, money_section
from closeloop.followup.measure.recovered import recovery_section
from closeloop.followup.measure.response_table import ResponseTable
from closeloop.followup.measure.scope import Items, Scope
from closeloop.followup.measure.speed import speed_section
from closeloop.followup.measure.voice import voice_section
from closeloop.followup.measure.work import work_section
from closeloop.rootcause.findings import Findings
from closeloop.rootcause.problem.problem import Problem
from closeloop.stats.intervals import normal_quantile
from closeloop.text import LocalText, message


def measure(
    histories: CaseTable | Iterable[CaseEvent],
    responses: ResponseTable | Iterable[Mapping[str, Any]],
    *,
    now: dt.datetime,
    since: dt.datetime | None = None,
    within: float = 24.0,
    problems: Iterable[Problem] = (),
    changes: Mapping[str, dt.datetime] | None = None,
    reliability: float | tuple[float, float] | None = None,
    arms: Mapping[str, str] | None = None,
    values: Mapping[str, AccountValue] | None = None,
    retained: Mapping[str, bool] | None = None,
    invited: tuple[int, int] | None = None,
    items: Items | None = None,
    names: Mapping[str, LocalText] | None = None,
    confidence_level: float = 0.95,
    min_n: int = 10,
) -> LoopReport:
    """Return whether the loop closes and whether it helped: every figure with its base and its interval.

    Parameters
    ----------
    histories : CaseTable or iterable of CaseEvent
        The cases, or their events, those of one case one after the other.
    responses : ResponseTable or iterable of mapping
        The slim rows of **every** response, not only of those that became cases.
    now : datetime
        Up to when. What happened later is left out, so that the report of a period stays what it was.
    since : datetime, optional
        From when on: cases that reached us, and responses given, since then; of all time if left out.
    within : float
        Hours that a first answer may take.
    problems : iterable of Problem
        For the effects of countermeasures, and for when something was done about a theme.
    changes : mapping of str to datetime
        Code of a complaint → when something was done about it, where no problem says so.
    reliability : float or (float, float), optional
        Latent test–retest correlation of the likelihood to recommend, with its standard error; else it is estimated
        from customers whom nobody contacted in between, if there are enough of them.
    arms : mapping of str to str
        Case → ``"now"``, ``"wait"`` or ``"exempt"``, as drawn by
        `Loop.draw_lots`.
    values : mapping of str to AccountValue
        Customer → what the account is worth, with its source.
    retained : mapping of str to bool
        Customer → whether still a customer.
    invited : tuple of int, optional
        How many were asked in the period before and in this one, for the response rate.
    items : Items, optional
        What the scores are called.
    names : mapping of str to LocalText, optional
        What codes are called, beside those of the shipped codebooks.
    confidence_level : float
    min_n : int
        Groups with fewer cases are hidden.

    Returns
    -------
    LoopReport

    Raises
    ------
    ValueError
        If `since` is not before `now`, or something else given is impossible.

    Notes
    -----
    What cannot be said is said to be so: a figure without data is "not measured", one that the data do not settle
    "cannot tell". Sections and what they rest on: see the modules of `closeloop.followup.measure`.

    Examples
    --------
    >>> rows = [{"survey_id": "s", "response_id": str(i), "qualifies": i < 2, "outcome": "case" if i < 2 else "",
    ...          "scores": {"recommend": 3 if i < 2 else 9}} for i in range(10)]
    >>> report = measure([], rows, now=dt.datetime(2026, 7, 1, tzinfo=dt.UTC))
    >>> report["captured"].estimate, report["nps"].estimate
    (1.0, 60.0)
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    until, start = seconds(now), -math.inf if since is None else seconds(since)
    if not start < until:
        raise ValueError(message("measure.bad_period", since=since, now=now))
    every = histories if isinstance(histories, CaseTable) else case_table(histories, now=now)
    if arms:
        every = _with_arms(every, arms)
    given = responses if isinstance(responses, ResponseTable) else ResponseTable.of(responses)
    scope = Scope.of(
        every, given, now=until, since=start, items=items, within=within, confidence_level=confidence_level,
        min_n=min_n, names=names,
    )  # fmt: skip
    capture, lost = capture_section(scope)
    recovery, silent = recovery_section(scope, reliability)
    causes, falling = causes_section(scope, problems, changes, invited)
    work, overdue = work_section(scope)
    return LoopReport(
        sections=(
            capture,
            speed_section(scope),
            closing_section(scope),
            recovery,
            voice_section(scope),
            causes,
            work,
            money_section(scope, values, retained),
        ),
        found=Findings([*lost, *silent, *falling, *overdue]),
        since=since,
        now=now,
        n_cases=scope.table.n,
        n_responses=scope.responses.n,
        confidence_level=confidence_level,
        min_n=scope.min_n,
    )


def _with_arms(table: CaseTable, arms: Mapping[str, str]) -> CaseTable:
    """Return the cases with the lots that were drawn for them."""
    strange = sorted(set(arms.values()) - {"now", "wait", "exempt"})
    if strange:
        raise ValueError(message("measure.bad_arm", found=repr(strange[0])))
    drawn = np.array([arms.get(case, "") for case in table.cases["case_id"].tolist()], dtype=np.str_)
    tables = {name: getattr(table, name) for name in table.__slots__}
    return CaseTable(**tables | {"cases": {**table.cases, "arm": drawn}})
