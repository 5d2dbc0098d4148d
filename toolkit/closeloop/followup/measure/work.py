"""The work behind it: promises, contacts, records, where cases wait, which solutions hold, who hands on to whom."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from closeloop.followup.measure.causes import hidden_note, share_columns
from closeloop.followup.measure.closing import reopened
from closeloop.followup.measure.columns import HOUR
from closeloop.followup.measure.figure import Figure, counted, mean, share
from closeloop.followup.measure.group_table import GroupTable, with_small_hidden
from closeloop.followup.measure.names import named
from closeloop.followup.measure.scope import Scope, is_merged
from closeloop.followup.measure.section import LoopSection
from closeloop.followup.measure.waits import waits_table
from closeloop.metrics.result import Shown
from closeloop.rootcause.findings import Finding
from closeloop.text import LocalText, message
from closeloop.written import told, told_level

_SAME_DAY = 24.0
"""Hours within which a contact should be written down. Ours: the source says only "promptly"."""


def work_section(scope: Scope) -> tuple[LoopSection, list[Finding]]:
    """Return what keeping the loop going costs, and where it sticks."""
    promises, overdue = _promises(scope)
    stages = waits_table(scope)
    figures = [
        promises, counted("work", "promises_overdue", overdue, message("measure.promises_overdue"),
                          message("measure.base_promises_open")),
        _contacts(scope), *_lag(scope), _handoffs(scope), _public(scope),
    ]  # fmt: skip
    tables = [stages, _options(scope), _groups(scope, "channel"), _groups(scope, "department")]
    found = []
    if overdue:
        found.append(
            Finding(
                rule="LM5", level="warn", message=message("measure.overdue", count=told(overdue, "count")),
                suggestion=message("measure.overdue_do"),
            )
        )  # fmt: skip
    section = LoopSection(
        name="work", figures=tuple(figures), said=stages.said, cautions=(message("measure.note_work"),),
        tables=tuple(table for table in tables if table.lines), confidence_level=scope.confidence_level,
    )  # fmt: skip
    return section, found


def _promises(scope: Scope) -> tuple[Figure, int]:
    """Return the share of promises that were kept, of those that are decided or past their time."""
    kept, due = scope.table.promises["kept"], scope.table.promises["due_at"]
    overdue = np.isnan(kept) & (due < scope.now)
    n = int((~np.isnan(kept) | overdue).sum())
    figure = share(
        "work", "promises_kept", int((kept == 1).sum()), n, message("measure.promises_kept"),
        message("measure.base_promises"), scope.confidence_level,
    )  # fmt: skip
    return figure, int(overdue.sum())


def _contacts(scope: Scope) -> Figure:
    ended = ~scope.table.cases["is_open"] & ~is_merged(scope.table)
    per_case = np.bincount(scope.table.contacts["case"], minlength=scope.table.n)[ended]
    return mean(
        "work", "contacts_per_case", per_case, message("measure.contacts_per_case"), message("measure.base_ended"),
        confidence_level=scope.confidence_level, digits=1,
        note=message("measure.note_contacts") if len(per_case) else None,
    )  # fmt: skip


def _lag(scope: Scope) -> list[Figure]:
    """Return how long after a contact it was written down."""
    lag = np.maximum(scope.table.contacts["recorded_at"] - scope.table.contacts["at"], 0) / HOUR
    lag = lag[~np.isnan(lag)]
    base = message("measure.base_contacts")
    return [
        share("work", "recorded_in_time", int((lag <= _SAME_DAY).sum()), len(lag),
              message("measure.recorded_in_time", hours=told(_SAME_DAY, "decimal", 0)), base, scope.confidence_level),
        Figure(
            section="work", name="record_lag", label=message("measure.record_lag"), base=base, n=len(lag),
            form="decimal", digits=1, estimate=float(np.median(lag)) if len(lag) else math.nan,
        ),
    ]  # fmt: skip


def _handoffs(scope: Scope) -> Figure:
    kept = ~is_merged(scope.table)
    per_case = np.bincount(scope.table.handoffs["case"], minlength=scope.table.n)[kept]
    return share(
        "work", "handed_on", int((per_case > 0).sum()), int(kept.sum()), message("measure.handed_on"),
        message("measure.base_cases"), scope.confidence_level,
    )  # fmt: skip


def _public(scope: Scope) -> Figure:
    cases, kept = scope.table.cases, ~is_merged(scope.table)
    public = (cases["channel"] == "social") | cases["public_exposure"]
    return share(
        "work", "public_share", int((public & kept).sum()), int(kept.sum()), message("measure.public_share"),
        message("measure.base_cases"), scope.confidence_level,
    )  # fmt: skip


def _groups(scope: Scope, column: str) -> GroupTable:
    """Return the cases by channel or department, small groups hidden."""
    kept = ~is_merged(scope.table)
    names, counts = np.unique(scope.table.cases[column][kept], return_counts=True)
    total = int(counts.sum())
    lines: list[dict[str, Any]] = []
    if len(names) and any(names):
        for name, count in sorted(zip(names.tolist(), counts.tolist(), strict=True), key=lambda pair: -pair[1]):
            figure = share("work", name, count, total, LocalText(name), LocalText(""), scope.confidence_level)
            lines.append(
                {"group": named(scope.names, column, name), "n": count, "estimate": figure.estimate,
                 "ci_low": figure.ci_low, "ci_high": figure.ci_high}
            )  # fmt: skip
    shown, hidden = with_small_hidden(lines, scope.min_n)
    return GroupTable(
        name=f"{column}s", heading=message(f"measure.table_{column}s"), lines=shown,
        said=message(f"measure.said_{column}s", count=told(len(lines), "count"), n=told(total, "count")),
        shown=share_columns(scope.confidence_level, message(f"measure.col_{column}")),
        axis=message("measure.axis_cases"), cautions=hidden_note(hidden, scope.min_n),
    )  # fmt: skip


def _options(scope: Scope) -> GroupTable:
    """Return for each kind of remedy how often it was agreed to, then confirmed by the customer, then reopened."""
    options = scope.table.options
    used = options["agreed"]
    known, again = reopened(scope.table, -math.inf, scope.now)
    confirmed = ~np.isnan(scope.table.last("confirmed_at"))
    settled = ~scope.table.cases["is_open"]
    lines: list[dict[str, Any]] = []
    kinds = np.where(options["remedy"] == "", options["family"], options["remedy"])
    for kind in np.unique(kinds[used]).tolist():
        case = np.unique(options["case"][used & (kinds == kind)])
        done, late = case[settled[case]], case[known[case]]
        yes = share("work", kind, int(confirmed[done].sum()), len(done), LocalText(kind), LocalText(""),
                    scope.confidence_level)  # fmt: skip
        back = share("work", kind, int(again[late].sum()), len(late), LocalText(kind), LocalText(""),
                     scope.confidence_level)  # fmt: skip
        lines.append(
            {"group": named(scope.names, "remedy", kind), "n": len(case), "ended": len(done),
             "estimate": yes.estimate, "ci_low": yes.ci_low, "ci_high": yes.ci_high, "reopened": back.estimate,
             "reopened_low": back.ci_low, "reopened_high": back.ci_high}
        )  # fmt: skip
    shown, hidden = with_small_hidden(sorted(lines, key=lambda line: -line["n"]), scope.min_n)
    level = message("analysis.interval", level=told_level(scope.confidence_level))
    return GroupTable(
        name="options", heading=message("measure.table_options"), lines=shown,
        said=message("measure.said_options", count=told(len(lines), "count")),
        shown=(
            Shown("group", message("measure.col_option")), Shown("n", message("measure.col_used"), "count"),
            Shown("ended", message("measure.col_ended"), "count"),
            Shown("estimate", message("measure.col_confirmed"), "percent", digits=0),
            Shown("ci_low", level, "percent", high="ci_high", digits=0),
            Shown("reopened", message("measure.col_reopened"), "percent", digits=0),
            Shown("reopened_low", level, "percent", high="reopened_high", digits=0),
        ),
        axis=message("measure.col_confirmed"),
        cautions=(message("measure.note_options", days=told(30, "count")), *hidden_note(hidden, scope.min_n)),
    )  # fmt: skip
