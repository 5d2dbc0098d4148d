"""Values of fields: checked, written so that JSON can hold them, private texts set apart."""

from __future__ import annotations

import datetime as dt
import math
import numbers
from collections.abc import Callable, Mapping
from typing import Any

from closeloop.errors import closest
from closeloop.followup.commands.context import Context, Screened
from closeloop.followup.commands.table import CommandTable, Field
from closeloop.followup.event import PRIVATE
from closeloop.followup.state import CaseState, Entry
from closeloop.forms.fields import shown
from closeloop.text import LocalText, message

_LONGEST_NAME = 200
_LARGEST = 2**53
"""Beyond it, neither JSON nor a database keeps every whole number."""


class FieldFaultError(ValueError):
    """A value that a field cannot take."""

    def __init__(self, text: LocalText) -> None:
        super().__init__(text)
        self.text = text


class FieldFaultsError(ValueError):
    """Several fields of a command that cannot stay as they are; `fields` says of each what is wrong."""

    def __init__(self, text: LocalText, fields: Mapping[str, LocalText]) -> None:
        super().__init__(text)
        self.text = text
        self.fields = dict(fields)


def fault(key: str, **fields: object) -> FieldFaultError:
    """Return the fault of that message."""
    return FieldFaultError(message(f"case.{key}", **fields))


def utc_text(time: dt.datetime) -> str:
    """Return a time as it stands in payloads: UTC, sortable.

    Examples
    --------
    >>> utc_text(dt.datetime(2026, 11, 22, 17, 30, tzinfo=dt.timezone(dt.timedelta(hours=8))))
    '2026-11-22T09:30:00.000000Z'
    """
    return time.astimezone(dt.UTC).isoformat(timespec="microseconds")[:26] + "Z"


def utc_time(text: object) -> dt.datetime | None:
    """Return the time that a payload's text gives; None if it gives none.

    Examples
    --------
    >>> utc_time("2026-11-22T09:30:00.000000Z"), utc_time("soon")
    (datetime.datetime(2026, 11, 22, 9, 30, tzinfo=datetime.timezone.utc), None)
    """
    if not isinstance(text, str):
        return None
    try:
        time = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return time.replace(tzinfo=dt.UTC) if time.tzinfo is None else time.astimezone(dt.UTC)


def checked(value: Any, field: Field, table: CommandTable, state: CaseState, context: Context) -> Any:
    """Return a value as it stands in a payload, texts still as they are.

    Raises
    ------
    FieldFaultError
        If the field cannot take it.
    """
    match field.type:
        case "choices" | "codes" | "entries" | "names" | "texts":
            return [_one(each, field, table, state, context) for each in _list(value)]
        case "mapping":
            if not isinstance(value, Mapping) or not all(isinstance(name, str) for name in value):
                raise fault("expected_mapping", found=shown(value))
            return {name: _text(each) for name, each in value.items()}
        case _:
            return _one(value, field, table, state, context)


def _list(value: Any) -> list[Any]:
    if isinstance(value, str) or not isinstance(value, (list, tuple, set, frozenset)):
        raise fault("expected_list", found=shown(value))
    return list(value)


def _one(value: Any, field: Field, table: CommandTable, state: CaseState, context: Context) -> Any:
    match field.type:
        case "text" | "texts":
            return _text(value)
        case "name" | "names":
            return checked_name(value)
        case "foreign_id":
            return _foreign_id(value)
        case "choice" | "choices":
            return _choice(value, tuple(table.choices[field.choices or ""]))
        case "code" | "codes":
            known = context.codes.get(field.codebook or "")
            return checked_name(value) if known is None else _choice(value, tuple(known))
        case "boolean":
            if not isinstance(value, bool):
                raise fault("expected_boolean", found=shown(value))
            return value
        case "integer" | "number":
            return _number(value, field)
        case "date":
            return _date(value)
        case "datetime":
            return utc_text(_datetime(value))
        case "entry" | "entries":
            return _entry(value, field, state)
        case _:
            return _plain(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise fault("expected_text", found=shown(value))
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise fault("not_unicode", position=error.start + 1) from None
    return value.strip()


def checked_name(value: Any) -> str:
    """Return a name as it may stand in tables and logs: on one line, not too long."""
    name = _text(value)
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise fault("expected_name", longest=_LONGEST_NAME, found=shown(name))
    return name


def _foreign_id(value: Any) -> str:
    """Return an id as it was given, however odd: another system made it, and its response must be found by it."""
    if not isinstance(value, str):
        raise fault("expected_text", found=shown(value))
    return value


def _choice(value: Any, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        near = closest(str(value), choices)
        raise fault("expected_choice", choices=", ".join(dict.fromkeys((*near, *choices))), found=shown(value))
    return value


def _number(value: Any, field: Field) -> int | float:
    kind = numbers.Integral if field.type == "integer" else numbers.Real
    if isinstance(value, bool) or not isinstance(value, kind):
        raise fault("expected_integer" if field.type == "integer" else "expected_number", found=shown(value))
    number: int | float = int(value) if isinstance(value, numbers.Integral) else float(value)
    if not -_LARGEST <= number <= _LARGEST:
        raise fault("expected_number", found=shown(value))
    low, high = field.min, field.max
    if (low is not None and number < low) or (high is not None and number > high):
        key = "expected_least" if high is None else "expected_between"
        raise fault(key, low=low, high=high, found=number)
    return number


def _date(value: Any) -> str:
    if isinstance(value, dt.datetime):
        raise fault("expected_date", found=shown(value))
    if isinstance(value, dt.date):
        return value.isoformat()
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        raise fault("expected_date", found=shown(value)) from None


def _datetime(value: Any) -> dt.datetime:
    time = value
    if isinstance(value, str):
        try:
            time = dt.datetime.fromisoformat(value)
        except ValueError:
            raise fault("expected_datetime", found=shown(value)) from None
    if not isinstance(time, dt.datetime):
        raise fault("expected_datetime", found=shown(value))
    if time.tzinfo is None:
        raise fault("no_zone", found=shown(value))
    try:
        return time.astimezone(dt.UTC)
    except OverflowError:  # in UTC it is no year any more
        raise fault("expected_datetime", found=shown(value)) from None


def _entry(value: Any, field: Field, state: CaseState) -> int:
    there = state.added(field.of or "")
    number = value.seq if isinstance(value, Entry) else value
    if isinstance(number, bool) or not isinstance(number, int) or all(each.seq != number for each in there):
        numbers_there = ", ".join(str(each.seq) for each in there) or "–"
        raise fault("expected_entry", known=numbers_there, found=shown(value))
    return number


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.date, dt.datetime)):
        return _date(value) if not isinstance(value, dt.datetime) else utc_text(_datetime(value))
    if isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise fault("expected_plain", found=shown(value))


def set_apart(
    name: str, value: Any, field: Field, screen: Callable[[str], Screened] | None
) -> tuple[Any, dict[str, str]]:
    """Return what of a value may stand in the payload, and the private texts: path of the field → text.

    A private text leaves only its length. Other free text is screened: if something personal is found, the masked text
    stays and the original becomes private.
    """
    if not field.is_free_text:
        return value, {}
    if isinstance(value, str):
        if field.private:
            return {PRIVATE: len(value)}, {name: value}
        screened = screen(value) if screen is not None else None
        if screened is None or not screened.found:
            return value, {}
        return screened.masked, {name: value}
    apart: dict[str, str] = {}
    parts = value.items() if isinstance(value, Mapping) else enumerate(value)
    written = {}
    for key, part in parts:
        written[key], found = set_apart(f"{name}.{key}", part, field, screen)
        apart |= found
    return (written if isinstance(value, Mapping) else list(written.values())), apart
