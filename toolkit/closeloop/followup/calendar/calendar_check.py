"""What the parts of a calendar must not say together."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.followup.calendar.hours import Holiday, Week, Workday, names_by_day
from closeloop.forms.fields import fault
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from pydantic_core import PydanticCustomError

    from closeloop.survey.document import KeyPath

_LONGEST_WAIT = 3653


@dataclass(frozen=True, slots=True)
class CalendarFault:
    """One fault: where in the file, which text of the catalogue, and what to put in."""

    path: KeyPath
    key: str
    fields: Mapping[str, object]

    @property
    def text(self) -> LocalText:
        """The fault in both languages."""
        return message(self.key, **self.fields)

    @property
    def error(self) -> PydanticCustomError:
        """The fault as pydantic takes it."""
        return fault(self.key, **self.fields)


def calendar_faults(week: Week, holidays: Sequence[Holiday], workdays: Sequence[Workday]) -> Iterator[CalendarFault]:
    """Give what contradicts itself: days that are there twice, and hours that never come.

    Parameters
    ----------
    week : Week
    holidays : sequence of Holiday
    workdays : sequence of Workday
    """
    yield from _twice(holidays, workdays)
    if not any(getattr(week, name) for name in type(week).model_fields):
        yield CalendarFault(("week",), "calendar.no_hours", {})
        return
    for position, workday in enumerate(workdays):
        if workday.like is not None and not getattr(week, workday.like):
            fields = {"day": workday.on.isoformat(), "weekday": workday.like}
            yield CalendarFault(("workdays", position, "like"), "calendar.like_free", fields)
    yield from _idle(week, holidays, workdays)


def _twice(holidays: Sequence[Holiday], workdays: Sequence[Workday]) -> Iterator[CalendarFault]:
    dated: dict[object, Holiday] = {}
    for position, holiday in enumerate(holidays):
        days: list[object] = [*holiday.days(), *holiday.yearly()]
        again = next((day for day in days if day in dated), None)
        if again is not None:
            fields = {"day": _told(again), "first": dated[again].name, "second": holiday.name}
            yield CalendarFault(("holidays", position), "calendar.holiday_twice", fields)
        dated |= {day: holiday for day in days if day not in dated}
    seen: set[dt.date] = set()
    for position, workday in enumerate(workdays):
        if workday.on in seen:
            yield CalendarFault(("workdays", position), "calendar.workday_twice", {"day": workday.on.isoformat()})
        seen.add(workday.on)


def _idle(week: Week, holidays: Sequence[Holiday], workdays: Sequence[Workday]) -> Iterator[CalendarFault]:
    """Give the first stretch of ten years in which nobody works."""
    dated, yearly = names_by_day(holidays)
    worked = {workday.on for workday in workdays}
    starts = {dt.date(2000, 1, 1), *(holiday.on for holiday in holidays if holiday.on is not None)}
    for start in sorted(starts):
        day = start
        for _ in range(_LONGEST_WAIT):
            free = day in dated or (day.month, day.day) in yearly or not week.of(day)
            if not free or day in worked:
                break
            day += dt.timedelta(days=1)
        else:
            yield CalendarFault(("holidays",), "calendar.idle", {"start": start.isoformat(), "years": 10})
            return


def _told(day: object) -> str:
    return day.isoformat() if isinstance(day, dt.date) else "{:02d}-{:02d}".format(*day)  # type: ignore[misc]
