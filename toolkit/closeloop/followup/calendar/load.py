"""Calendars from files: ``<id>.calendar.yaml``.

::

    format: 1
    id: weekdays-9-18
    version: 1
    languages: [en, zh-CN]
    title: {en: Weekdays 9 to 18, zh-CN: 工作日 9 点至 18 点}
    zone: Asia/Shanghai                       # IANA name; daylight saving time follows from it
    week:                                     # a weekday that is not named is free
      mon: [09:00-12:00, 13:00-18:00]         # several stretches a day; the day ends at 24:00
      tue: [09:00-12:00, 13:00-18:00]
    holidays:
      - {on: 2026-10-01, until: 2026-10-08, name: {en: National Day, zh-CN: 国庆节}}
      - {every: "12-25", until: "12-26", name: {en: Christmas, zh-CN: 圣诞节}}
    workdays:                                 # days that make up for them; they win over holidays
      - {on: 2026-09-27, like: fri, name: {en: For National Day, zh-CN: 国庆节调休}}
      - {on: 2026-10-10, hours: [09:00-12:00], name: {en: For National Day, zh-CN: 国庆节调休}}
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol, TypeVar

from closeloop.followup.calendar.calendar import Calendar
from closeloop.followup.calendar.calendar_check import calendar_faults
from closeloop.followup.calendar.hours import Holiday, Week, Workday
from closeloop.forms.fields import Model
from closeloop.survey.defined import defined, finding_at
from closeloop.survey.document import read_document
from closeloop.survey.findings import Finding
from closeloop.survey.shipped import data_folder, definition_file, shipped_in

if TYPE_CHECKING:
    from pathlib import Path

SUFFIX = ".calendar.yaml"
"""How the name of a calendar file ends."""

_ENTRIES: dict[str, type[Model]] = {"week": Week, "holidays": Holiday, "workdays": Workday}


class Versioned(Protocol):
    """What has an id and a version."""

    @property
    def id(self) -> str:
        """By what it is called."""

    @property
    def version(self) -> int:
        """Which edition of it."""


Kept = TypeVar("Kept", bound=Versioned)


def load_calendar(name_or_path: str | Path) -> Calendar:
    """Return a calendar, shipped or one's own.

    Parameters
    ----------
    name_or_path : str or Path
        The name of a shipped one (see `shipped_calendars`), or a file.

    Returns
    -------
    Calendar

    Raises
    ------
    SurveyDefinitionError
        If there is no such calendar, or the file has faults: all of them are collected, each with file and line.

    Examples
    --------
    >>> load_calendar("24x7").title.en
    'Round the clock'
    """
    path = definition_file(name_or_path, data_folder("followup") / "calendars", SUFFIX, "calendar")
    file = path.stat()
    return _read(str(path), file.st_mtime_ns, file.st_size)


def shipped_calendars() -> tuple[str, ...]:
    """Return the names of the shipped calendars, sorted.

    Examples
    --------
    >>> shipped_calendars()
    ('24x7', 'example-with-make-up-days', 'weekdays-9-17', 'weekdays-9-18')
    """
    return shipped_in(data_folder("followup") / "calendars", SUFFIX)


def shelf(kept: Iterable[Kept]) -> dict[str, Kept]:
    """Return calendars or policies by their names: ``id@version`` each, and ``id`` for the newest version.

    Examples
    --------
    >>> sorted(shelf([load_calendar("24x7")]))
    ['24x7', '24x7@1']
    """
    found: dict[str, Kept] = {}
    for each in sorted(kept, key=lambda one: one.version):
        found[f"{each.id}@{each.version}"] = found[each.id] = each
    return found


@lru_cache(maxsize=32)
def _read(path: str, _changed: int, _size: int) -> Calendar:
    document = read_document(path)

    def check(calendar: Calendar | None) -> Iterator[Finding]:
        for found in () if calendar is None else calendar_faults(calendar.week, calendar.holidays, calendar.workdays):
            yield finding_at(document, found.path, found.key, found.text)

    return defined(document, Calendar, _ENTRIES, check, checked_later=True)
