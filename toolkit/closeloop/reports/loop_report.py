"""The report of a loop: whether it closes, section by section; at the end whether it adds up and is whole."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from closeloop.followup.measure.loop_report import LoopReport
from closeloop.followup.measure.reconciliation import reconciliation
from closeloop.reports.report import Report, report
from closeloop.reports.slots import Slot, Slots
from closeloop.text import LocalText, message, normalise_tag, speaking
from closeloop.text import language as language_in_use
from closeloop.written import told

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop
    from closeloop.followup.loop.moments import Moment
    from closeloop.followup.store.verification import Verification

__all__ = ["loop_report"]

_NAMED = 20


def loop_report(
    loop: Loop, *, since: Moment | None = None, now: Moment | None = None, language: str | None = None, **more: Any
) -> Report:
    """Return the report of a loop, its conclusion first, reconciliation and integrity at the end.

    Parameters
    ----------
    loop : Loop
    since : datetime or str, optional
        From when on; from the beginning.
    now : datetime or str, optional
        Up to when.
    language : {"en", "zh-CN"}, optional
        The language in use, if left out.
    **more
        As `Loop.measure` takes it: ``reliability``, ``values``, ``within`` …

    Returns
    -------
    Report

    Examples
    --------
    >>> import closeloop as cl
    >>> with cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
    ...     _ = loop.open_case(words="Nobody called.", channel="phone", received_at="2026-06-30T08:30+08:00")
    ...     page = cl.loop_report(loop)
    >>> page
    <Report: The follow-up loop, up to 2026-07-01; ... parts>
    """
    tag = language_in_use() if language is None else normalise_tag(language)
    given = more if since is None else more | {"since": since}
    measured = loop.measure(now, **given)
    verification = loop.verify()
    with speaking(tag):
        parts = [
            *_measured(measured),
            *_headed("reconciliation", reconciliation(measured)),
            *_headed("integrity", integrity(verification)),
        ]
    return replace(
        report(message("loop_report.title", period=_period(measured, loop.zone)), parts, language=tag), leads=True
    )


def integrity(verification: Verification) -> Slots:
    """Return what the check of a register found, as a part of a report."""
    slots = [Slot(message("loop_report.chain"), (verification.sentence,))]
    if verification.breaks:
        breaks = tuple(
            message("store.break", case=each.case_id or "–", seq=each.seq or "–", what=each.what)
            for each in verification.breaks[:_NAMED]
        )
        slots.append(Slot(message("loop_report.breaks"), breaks))
    return Slots(tuple(slots))


def _measured(measured: LoopReport) -> list[Any]:
    """Return the sections, each with what is drawn of it; the sentence that matters most comes first."""
    said, *rest = measured.parts()
    parts: list[Any] = [said]
    if measured.found:
        found, *rest = rest
        parts += _headed("found", found)
    return [*parts, *_headed("measured", *rest), *measured.notes]


def _headed(key: str, *parts: Any) -> list[Any]:
    heading = message(f"loop_report.{key}")
    return [LocalText({tag: f"# {said}" for tag, said in heading.items()}), *parts]


def _period(measured: LoopReport, zone: str) -> LocalText:
    until = told(_day(measured.now, zone), "text")
    if measured.since is None:
        return message("loop_report.period_all", until=until)
    return message("loop_report.period", since=told(_day(measured.since, zone), "text"), until=until)


def _day(moment: dt.datetime, zone: str) -> str:
    """Return on which day a moment lies, where the loop is."""
    return moment.astimezone(ZoneInfo(zone)).date().isoformat()
