"""The figures of a MECE report as the rows of its table."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from closeloop.text import LocalText, message
from closeloop.written import told, told_interval

if TYPE_CHECKING:
    from closeloop.themes.mece.mece_report import MeceReport
    from closeloop.themes.mece.mece_shares import Division


def report_rows(report: MeceReport) -> list[dict[str, Any]]:
    """Return one row per measure, the parts of a whole below it."""
    asked = {check.name: check for check in report.checks}
    rows = [_row("n", report.n, report.n, report.n, "count", report)]
    rows += _of_division(report.split, "", report)
    if report.weighted is not None:
        rows += _of_division(report.weighted, "_weighted", report)
    hints = float(len(report.pairs.hints))
    if report.unit == "mention":
        rows.append(_row("pairs", hints, math.nan, math.nan, "count", report))
    found = report.unseen
    rows.append(_row("new", found.next_new, found.next_low, found.next_high, "percent", report))
    rows.append(_row("kinds", found.kinds, found.kinds_low, found.kinds_high, "count", report))
    rows.append(_row("effective", report.balance.effective, math.nan, math.nan, "decimal", report))
    if report.alpha is not None:
        alpha = report.alpha
        rows.append(_row("alpha", alpha.kappa, alpha.ci_low, alpha.ci_high, "decimal", report))
    for row in rows:
        check = asked.get(row["name"])
        # Per response an overlap may be two things that a person said: it is shown, not judged.
        if check is None or (report.unit == "response" and row["name"].startswith("overlap")):
            row |= {"limit": math.nan, "outcome": None, "allowed": "", "judgement": ""}
        else:
            row |= {
                "limit": check.limit, "outcome": check.outcome, "allowed": _allowed(check.name, check.limit),
                "judgement": message(f"mece.outcome_{check.outcome.replace(' ', '_')}"),
            }  # fmt: skip
    return rows


def _of_division(split: Division, suffix: str, report: MeceReport) -> list[dict[str, Any]]:
    parts = {
        "coverage": split.covered, "residual": split.residual, "other": split.other,
        "parent_only": split.parent_only, "uncoded": split.uncoded, "overlap": split.overlap,
    }  # fmt: skip
    # At the top there is no parent to be coded with alone, below it nothing is without a code.
    absent = {"parent_only"} if report.node is None else {"uncoded"}
    return [
        _row(f"{name}{suffix}", share.estimate, share.ci_low, share.ci_high, "percent", report)
        for name, share in parts.items()
        if name not in absent or share.estimate > 0
    ]


def _row(name: str, value: float, low: float, high: float, form: str, report: MeceReport) -> dict[str, Any]:
    interval: LocalText | str = "" if name == "n" or math.isnan(low) else told_interval(low, high, form)
    key = f"{name}_{report.unit}" if name in ("n", "new", "overlap", "overlap_weighted") else name
    if name.startswith("parent_only") and report.node is None:
        key = name.replace("parent_only", "outside")  # own groups: there is no parent
    return {
        "name": name, "measure": message(f"mece.row_{key}"), "estimate": value, "ci_low": low, "ci_high": high,
        "value": told(value, form), "interval": interval,
    }  # fmt: skip


def _allowed(name: str, limit: float) -> LocalText:
    if name in ("n", "alpha"):
        return message("mece.at_least", limit=told(limit, "count") if name == "n" else told(limit, "decimal", 3))
    if name == "pairs":
        return message("mece.none_allowed")
    return message("mece.at_most", limit=told(limit, "percent", 0))
