"""What is weak in a negotiation sheet."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from closeloop.rootcause.findings import Finding
from closeloop.rootcause.worksheet.checks.interest_not_position import repeats
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.playbook.negotiation_sheet import NegotiationSheet


def sheet_findings(sheet: NegotiationSheet) -> Iterator[Finding]:
    """Give what is weak, panel by panel."""
    for side, interest in sheet.interests.items():
        position = sheet.positions.get(side, "")
        if position and repeats(position, interest):
            yield Finding(
                rule="interest_not_position", level="warn", at=side, subject=interest,
                message=message("worksheet.interest_repeats"), suggestion=message("worksheet.interest_do"),
            )  # fmt: skip
    if 0 < len(sheet.alternatives) < 2:
        yield Finding(rule="one_option", level="error", at="alternatives", message=message("playbook.one_option"))
    for each in sheet.alternatives:
        where, text = str(each.option.seq), str(each.option.get("text") or "")
        if each.beyond is not None and not each.approved:
            yield Finding(rule="beyond_authority", level="error", at=where, subject=text, message=each.beyond)
        if sheet.maximum is not None and (each.cost or 0) > sheet.maximum:
            yield Finding(
                rule="beyond_limit", level="error", at=where, subject=text,
                message=message("playbook.beyond_limit", option=each.option.seq),
            )  # fmt: skip
        for remedy in each.remedies:
            if remedy.missing:
                yield Finding(rule="remedy_incomplete", level="warn", at=where, subject=text, message=remedy.says())
            if remedy.lives_on == "problem":
                yield Finding(
                    rule="belongs_to_problem", level="info", at=where, subject=text,
                    message=message("playbook.belongs_to_problem", remedy=remedy.label),
                )  # fmt: skip
    limits = [each for each in (sheet.minimum, sheet.target, sheet.maximum) if each is not None]
    if limits != sorted(limits):
        yield Finding(
            rule="limits_in_disorder", level="error", at="limits", message=message("playbook.limits_disorder")
        )
    for each_standard in sheet.standards:
        if not each_standard.clause or not each_standard.version:
            yield Finding(
                rule="standard_without_version", level="info", at=str(each_standard.seq), subject=each_standard.source,
                message=message("playbook.standard_version", source=each_standard.source),
            )  # fmt: skip
