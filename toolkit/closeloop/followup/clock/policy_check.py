"""A policy against its calendar: whether a first response could become due after the resolution."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import TYPE_CHECKING

from closeloop.followup.calendar.zone import moment
from closeloop.followup.clock.measure import Measure
from closeloop.followup.clock.policy import Policy, Target, every_case
from closeloop.rootcause.findings import Finding, Findings
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.calendar.calendar import Calendar

_MONDAY = moment(1_767_571_200_000_000)  # 2026-01-05
_STARTS = 4 * 7 * 24
"""Each full hour of four weeks, so that ordinary holidays do not hide a fault."""


def check_policy(policy: Policy, calendars: Mapping[str, Calendar]) -> Findings:
    """Return what is wrong between a policy and the calendars.

    Parameters
    ----------
    policy : Policy
    calendars : mapping
        As `closeloop.followup.calendar.load.shelf` gives it.

    Returns
    -------
    Findings
        P01: its calendar is not there; P02: there are times from which the first response is due after the resolution.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar, shelf
    >>> from closeloop.followup.clock.policy_file import load_policy
    >>> check_policy(load_policy("default"), shelf([load_calendar("24x7")]))
    <Findings: errors 0, warnings 0, remarks 0>
    """
    calendar = calendars.get(policy.calendar)
    if calendar is None:
        known = ", ".join(sorted(calendars)) or "–"
        text = message("clock.unknown_calendar", calendar=policy.calendar, known=known)
        return Findings([Finding(rule="P01", level="error", at=policy.key, subject=policy.calendar, message=text)])
    pairs = {(policy.target("first_response", case), policy.target("resolution", case)) for case in every_case()}
    found = []
    for response, resolution in pairs:
        start = _late_from(response, resolution, calendar)
        if response is not None and resolution is not None and start is not None:
            text = message(
                "clock.response_could_be_after",
                response=message(f"clock.amount_{response.unit}", n=f"{response.amount:g}"),
                resolution=message(f"clock.amount_{resolution.unit}", n=f"{resolution.amount:g}"),
                start=start.isoformat(timespec="minutes"),
            )
            found.append(Finding(rule="P02", level="error", at=policy.key, subject=str(policy.title), message=text))
    return Findings(found)


def _late_from(response: Target | None, resolution: Target | None, calendar: Calendar) -> dt.datetime | None:
    if response is None or resolution is None:
        return None
    first, last = Measure(response.unit, calendar), Measure(resolution.unit, calendar)
    for hour in range(_STARTS):
        start = _MONDAY + dt.timedelta(hours=hour)
        if first.due(start, response.amount) > last.due(start, resolution.amount):
            return start
    return None
