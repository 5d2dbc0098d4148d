"""The calendar of a trend: every period from the first to the last, the baseline among them, and what happened when."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from closeloop.metrics.period import period_labels
from closeloop.numbers import MONTHS
from closeloop.text import LANGUAGES, LocalText, message

FIRST_PERIODS = 12
"""Without a choice the baseline is the first so many periods, or the first half where that is fewer."""

_WHEN = re.compile(r"(?P<year>\d{4})(?:-Q(?P<quarter>[1-4])|-W(?P<week>\d{2})|-(?P<month>\d{2})(?:-(?P<day>\d{2}))?)?")

_NUMBERED = re.compile(r"\d{1,3}")

Baseline = tuple[Any, Any] | list[Any] | slice | int | None
"""How a baseline may be given; labels may be dates."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened: the label of its period, and what it was.

    Examples
    --------
    >>> Event("2025-03", LocalText("Refund policy tightened")).period
    '2025-03'
    """

    period: str
    text: LocalText


def first_day(label: str) -> dt.date:
    """Return the first day of a period.

    Raises
    ------
    ValueError
        If the label is none: 2026-08-14, 2026-W33, 2026-08, 2026-Q3, 2026.

    Examples
    --------
    >>> first_day("2026-W33"), first_day("2026-Q3")
    (datetime.date(2026, 8, 10), datetime.date(2026, 7, 1))
    """
    found = _WHEN.fullmatch(label)
    if found is not None:
        year = int(found["year"])
        try:
            if found["week"]:
                return dt.date.fromisocalendar(year, int(found["week"]), 1)
            month = 3 * int(found["quarter"]) - 2 if found["quarter"] else int(found["month"] or 1)
            return dt.date(year, month, int(found["day"] or 1))
        except ValueError:
            pass  # a thirteenth month: said below
    raise ValueError(message("trend.not_a_period", found=label))


def label_of(when: object, every: str | None) -> str:
    """Return the label of the period in which a date, or the first day of another period, lies; without `every` itself.

    Raises
    ------
    ValueError
        If `when` is neither a date nor such a label.

    Examples
    --------
    >>> label_of("2025-11-15", "month"), label_of(dt.date(2025, 11, 15), "quarter")
    ('2025-11', '2025-Q4')
    """
    if every is None:
        return label_text(when)
    if isinstance(when, dt.datetime):
        day = when.date()
    elif isinstance(when, dt.date):
        day = when
    else:
        day = first_day(str(when))
    return period_labels(np.array([day], "M8[D]"), every)[0]


def label_text(label: object) -> str:
    """Return a label that is given as it is: a time of midnight as its date, a whole number without decimals.

    Examples
    --------
    >>> label_text(dt.datetime(2025, 3, 1)), label_text("KW 3"), label_text(7.0)
    ('2025-03-01', 'KW 3', '7')
    """
    if isinstance(label, dt.datetime) and label.time() == dt.time():
        return label.date().isoformat()
    if isinstance(label, float) and label.is_integer():
        return str(int(label))
    return str(label)


def calendar(labels: Sequence[str], every: str) -> tuple[str, ...]:
    """Return every period from the first to the last of some, in order.

    Examples
    --------
    >>> calendar(["2026-02", "2025-12"], "month")
    ('2025-12', '2026-01', '2026-02')
    """
    if not labels:
        return ()
    first, last = first_day(min(labels)), first_day(max(labels))
    days = np.arange(np.datetime64(first, "D"), np.datetime64(last, "D") + 1)
    return tuple(dict.fromkeys(period_labels(days, every)))


def out_of_order(labels: Sequence[str]) -> tuple[str, str] | None:
    """Return the first two neighbours that go back in time, if the labels are dates or periods of one kind.

    Examples
    --------
    >>> out_of_order(["2025-02", "2025-01"]), out_of_order(["Mon", "Fri"])
    (('2025-02', '2025-01'), None)
    """
    if len({len(label) for label in labels}) > 1 or not all(map(_WHEN.fullmatch, labels)):
        return None
    return next((pair for pair in pairwise(labels) if pair[1] < pair[0]), None)


def chosen_baseline(baseline: Baseline, periods: Sequence[str], every: str | None) -> tuple[str, ...]:
    """Return the periods of the baseline.

    Parameters
    ----------
    baseline : tuple of str, list of str, slice, int or None
        First and last period; single periods; a slice of labels (both ends included) or of positions; how many of the
        first ones; or None for the first twelve, or the first half where that is fewer.
    periods : sequence of str
        The calendar.
    every : str or None
        What a period is. A date or a coarser label stands for the period that its first day lies in. None where the
        labels are anything, in the order in which they stand.

    Raises
    ------
    ValueError
        If it is none of these, or no period lies in it.

    Examples
    --------
    >>> chosen_baseline(("2025-02", "2025-03"), ["2025-01", "2025-02", "2025-03", "2025-04"], "month")
    ('2025-02', '2025-03')
    """
    if baseline is None:
        found = tuple(periods[: min(FIRST_PERIODS, max(len(periods) // 2, 1))])
    elif isinstance(baseline, int) and not isinstance(baseline, bool):
        found = tuple(periods[: max(baseline, 0)])
    elif isinstance(baseline, slice) and _by_position(baseline):
        found = tuple(periods[baseline])
    elif isinstance(baseline, slice) and baseline.step is None:
        found = _between(baseline.start, baseline.stop, periods, every)
    elif isinstance(baseline, tuple) and len(baseline) == 2:
        found = _between(*baseline, periods, every)
    elif isinstance(baseline, list):
        named = {label_of(one, every) for one in baseline}
        if unknown := sorted(named - set(periods)):
            raise ValueError(message("trend.baseline_outside", found=", ".join(unknown), **_span(periods)))
        found = tuple(period for period in periods if period in named)
    else:
        raise ValueError(message("trend.not_a_baseline", found=repr(baseline)))
    if not found:
        raise ValueError(message("trend.baseline_outside", found=repr(baseline), **_span(periods)))
    return found


def _by_position(part: slice) -> bool:
    return part.step != 0 and all(isinstance(end, int | None) for end in (part.start, part.stop, part.step))


def _between(first: object, last: object, periods: Sequence[str], every: str | None) -> tuple[str, ...]:
    """Return the periods between two ends, an open end being that of the calendar."""
    start = None if first is None else label_of(first, every)
    stop = None if last is None else label_of(last, every)
    if every is not None:
        return tuple(p for p in periods if (start is None or p >= start) and (stop is None or p <= stop))
    if unknown := sorted({end for end in (start, stop) if end is not None} - set(periods)):
        raise ValueError(message("trend.baseline_outside", found=", ".join(unknown), **_span(periods)))
    begin = 0 if start is None else periods.index(start)
    return tuple(periods[begin : len(periods) if stop is None else periods.index(stop) + 1])


def _span(periods: Sequence[str]) -> dict[str, str]:
    return {"first": periods[0], "last": periods[-1]} if periods else {"first": "–", "last": "–"}


def chosen_events(events: Sequence[tuple[Any, LocalText | str]], every: str | None) -> tuple[Event, ...]:
    """Return what happened, in the order of time.

    Raises
    ------
    ValueError
        If an event is not a pair of a date or period and a text.

    Examples
    --------
    >>> chosen_events([("2025-11-15", "price rise")], "month")[0].period
    '2025-11'
    """
    found = []
    for event in events:
        if not (isinstance(event, tuple | list) and len(event) == 2 and isinstance(event[1], str | LocalText)):
            raise ValueError(message("trend.not_an_event", found=repr(event)))
        when, text = event
        found.append(Event(label_of(when, every), text if isinstance(text, LocalText) else LocalText(text)))
    return tuple(sorted(found, key=lambda one: one.period))


def period_told(label: str) -> LocalText:
    """Return a period as people write it, in both languages; one that has but a number as "period 3".

    Examples
    --------
    >>> period_told("2025-11").en, period_told("2025-Q4").en, period_told("2025-11").zh
    ('Nov 2025', 'Q4 2025', '2025-11')
    """
    if _NUMBERED.fullmatch(label):
        return message("trend.numbered", number=label)
    found = _WHEN.fullmatch(label)
    if found is not None and found["quarter"]:
        return message("views.quarter", quarter=found["quarter"], year=found["year"])
    if found is not None and found["month"] and not found["day"]:
        return LocalText(dict.fromkeys(LANGUAGES, label) | {"en": f"{MONTHS[int(found['month']) - 1]} {found['year']}"})
    return LocalText(dict.fromkeys(LANGUAGES, label))


def span_told(periods: Sequence[str]) -> LocalText:
    """Return the first and the last of some periods as a stretch of time.

    Examples
    --------
    >>> span_told(["2025-01", "2025-02"]).en
    'Jan 2025 – Feb 2025'
    """
    if len(periods) == 1:
        return period_told(periods[0])
    return message("trend.span", first=period_told(periods[0]), last=period_told(periods[-1]))


def some_periods(count: int, every: str) -> LocalText:
    """Return a number of periods in words.

    Examples
    --------
    >>> some_periods(12, "month").en, some_periods(1, "week").en
    ('12 months', '1 week')
    """
    return message(f"trend.{every}" if count == 1 else f"trend.{every}s", count=f"{count:,}")
