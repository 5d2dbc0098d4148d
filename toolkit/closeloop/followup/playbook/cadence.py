"""How often we contact a customer of our own accord: importance by frequency, as data.

``cadence.yaml`` holds the intervals (weekly, monthly, quarterly), the table that assigns one to each pair of importance
and frequency, the day after the end of a case, and how many days must lie between two contacts.
"""

from __future__ import annotations

import calendar
import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import Field, model_validator

from closeloop.errors import closest
from closeloop.followup.playbook.read_definition import read_definition
from closeloop.forms.fields import Count, Model, Text, fault
from closeloop.survey.shipped import data_folder
from closeloop.text import message

if TYPE_CHECKING:
    from pathlib import Path


class Interval(Model):
    """A stretch of weeks or months."""

    label: Text
    weeks: Count = 0
    months: Count = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.weeks and not self.months:
            raise fault("playbook.interval_empty")
        return self

    def after(self, day: dt.date) -> dt.date:
        """Return the day that lies so much later; of a month without that day, its last.

        Examples
        --------
        >>> Interval(label="a month", months=1).after(dt.date(2026, 1, 31))
        datetime.date(2026, 2, 28)
        """
        month = day.month - 1 + self.months
        year, month = day.year + month // 12, month % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return dt.date(year, month, min(day.day, last)) + dt.timedelta(weeks=self.weeks)


class Cadence(Model):
    """How often customers are contacted.

    Attributes
    ----------
    importance, frequency : mapping
        Level → its label.
    intervals : mapping of str to Interval
    table : mapping
        Importance → frequency → interval.
    after_closing_days, quiet_days : int
    """

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    importance: Annotated[dict[str, Text], Field(min_length=1)]
    frequency: Annotated[dict[str, Text], Field(min_length=1)]
    intervals: Annotated[dict[str, Interval], Field(min_length=1)]
    table: dict[str, dict[str, str]]
    after_closing_days: Count
    quiet_days: Count

    @model_validator(mode="after")
    def _check(self) -> Self:
        for level in self.importance:
            for often in self.frequency:
                name = self.table.get(level, {}).get(often)
                if name not in self.intervals:
                    fields = {"importance": level, "frequency": often, "known": ", ".join(self.intervals)}
                    raise fault("playbook.cadence_gap", found=name or "–", **fields)
        return self

    def interval(self, importance: str, frequency: str) -> Interval:
        """Return how often a customer is contacted.

        Raises
        ------
        ValueError
            If there is no such level; the message names the closest.
        """
        for found, known in ((importance, self.importance), (frequency, self.frequency)):
            if found not in known:
                near = ", ".join(dict.fromkeys((*closest(str(found), known), *known)))
                raise ValueError(message("playbook.unknown_name", found=found, known=near))
        return self.intervals[self.table[importance][frequency]]


def next_contact(
    importance: str,
    frequency: str,
    last_contact_on: dt.date,
    *,
    quiet_since: dt.date | None = None,
    cadence: Cadence | None = None,
) -> dt.date:
    """Return when a customer is contacted next.

    Parameters
    ----------
    importance, frequency : str
        ``high``, ``normal``, ``low`` and ``often``, ``regular``, ``rare`` in the shipped cadence.
    last_contact_on : date
    quiet_since : date, optional
        Day of the last survey; so many days after it nobody is contacted.
    cadence : Cadence, optional
        One's own, see `load_cadence`.

    Returns
    -------
    date

    Raises
    ------
    ValueError
        If the cadence has no such level.

    Examples
    --------
    >>> day = dt.date(2026, 11, 30)
    >>> [next_contact(*pair, day).isoformat() for pair in (("high", "often"), ("normal", "regular"), ("low", "rare"))]
    ['2026-12-07', '2026-12-30', '2027-02-28']
    """
    rule = cadence or shipped_cadence()
    due = rule.interval(importance, frequency).after(last_contact_on)
    return due if quiet_since is None else max(due, quiet_since + dt.timedelta(days=rule.quiet_days))


@cache
def shipped_cadence() -> Cadence:
    """Return the shipped cadence."""
    return load_cadence(data_folder("playbooks") / "cadence.yaml")


def load_cadence(path: str | Path) -> Cadence:
    """Return a cadence from a file.

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them, each with its line.
    """
    return read_definition(path, Cadence, {"intervals": Interval})
