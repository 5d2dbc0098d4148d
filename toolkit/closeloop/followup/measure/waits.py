"""Where cases wait: the time between entering a stage and leaving it, from the loop's own events."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from closeloop.followup.measure.columns import DAY, FloatArray
from closeloop.followup.measure.group_table import GroupTable, with_small_hidden
from closeloop.followup.measure.scope import Scope
from closeloop.followup.stages.table import stage_table
from closeloop.metrics.result import Shown
from closeloop.stats.survival import kaplan_meier
from closeloop.text import LocalText, message
from closeloop.written import told, told_level


def waits_table(scope: Scope) -> GroupTable:
    """Return for each stage how long a case stays in it, how much of all waiting that is, and how many are in it now.

    Examples
    --------
    >>> from closeloop.followup.measure.case_table import CaseTable
    >>> from closeloop.followup.measure.response_table import ResponseTable
    >>> n = 12
    >>> table = CaseTable.of(cases={"is_open": [True] * n}, stays={"case": range(n), "stage": ["analysing"] * n,
    ...                      "entered_at": [0.0] * n, "left_at": [DAY] * 6 + [float("nan")] * 6})
    >>> waits_table(Scope.of(table, ResponseTable.of([]), now=3 * DAY)).rows()[0]["total"]
    24.0
    """
    stays = scope.table.stays
    entered, left = stays["entered_at"], stays["left_at"]
    still = ~(left <= scope.now)
    until = np.where(still, scope.now, left)
    spent = np.maximum(until - entered, 0.0) / DAY
    held = _held(scope, entered, until) / DAY
    whole = float(spent.sum())
    lines: list[dict[str, Any]] = []
    for stage in stage_table().stages:
        here = stays["stage"] == stage.id
        if not here.any():
            continue
        curve = kaplan_meier(spent[here], ~still[here])
        low, high = curve.median_interval(scope.confidence_level)
        total = float(spent[here].sum())
        lines.append(
            {"group": LocalText(dict(stage.label)), "stage": stage.id, "n": int(here.sum()),
             "still": int((still & here).sum()), "estimate": curve.median, "ci_low": low, "ci_high": _open(high),
             "total": total, "share": total / whole if whole else math.nan,
             "held": float(held[here].sum()) / total if total else math.nan}
        )  # fmt: skip
    # A stage is no person: small ones are told, the cases in them are known to whoever sees the report of the loop.
    shown, _ = with_small_hidden(lines, 0)
    level = message("analysis.interval", level=told_level(scope.confidence_level))
    return GroupTable(
        name="stages", heading=message("measure.table_stages"), said=_sentence(lines), lines=shown, form="decimal",
        shown=(
            Shown("group", message("measure.col_stage")), Shown("n", message("measure.col_stays"), "count"),
            Shown("still", message("measure.col_still"), "count"),
            Shown("estimate", message("measure.col_median_days"), "decimal", digits=1),
            Shown("ci_low", level, "decimal", high="ci_high", digits=1),
            Shown("total", message("measure.col_total_days"), "count"),
            Shown("share", message("measure.col_share_waiting"), "percent", digits=0),
            Shown("held", message("measure.col_held"), "percent", digits=0),
        ),
        axis=message("measure.axis_waiting"), cautions=(message("measure.note_stages"),),
    )  # fmt: skip


def _held(scope: Scope, entered: FloatArray, until: FloatArray) -> FloatArray:
    """Return for how long of each stay the case was on hold for the customer, in seconds."""
    holds, case = scope.table.holds, scope.table.stays["case"]
    found = np.zeros(len(entered))
    chosen = np.flatnonzero(holds["on"] == "customer")
    order = np.argsort(case, kind="stable")
    first, last = (np.searchsorted(case[order], holds["case"][chosen], side=side) for side in ("left", "right"))
    size = last - first
    # Every hold beside every stay of its case.
    hold = np.repeat(chosen, size)
    stay = order[np.repeat(first, size) + np.arange(int(size.sum())) - np.repeat(np.cumsum(size) - size, size)]
    end = np.where(np.isnan(holds["ended_at"][hold]), scope.now, holds["ended_at"][hold])
    shared = np.minimum(until[stay], end) - np.maximum(entered[stay], holds["began_at"][hold])
    np.add.at(found, stay, np.maximum(shared, 0.0))
    return found


def _open(limit: float) -> float:
    return math.nan if math.isinf(limit) else limit


def _sentence(lines: list[dict[str, Any]]) -> LocalText:
    if not lines:
        return message("measure.said_stages_none")
    longest = max(lines, key=lambda line: line["total"])
    return message(
        "measure.said_stages", stage=longest["group"], share=told(longest["share"], "percent", 0),
        days=told(longest["total"], "count"), still=told(longest["still"], "count"),
    )  # fmt: skip
