"""The words of a case's panel: moments that are near, calls of Python in the words of the forms, clocks."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from closeloop.followup.calendar.zone import any_zone
from closeloop.followup.commands.table import command_table
from closeloop.text import LocalText, language, message
from closeloop.views.clock_words import when

_FIELD = re.compile(r"\b([a-z_]+)=(?:…|\"[^\"]*\"|\w+)")

_LONGEST = 320
"""Of a longer text only the beginning is shown until somebody asks for the whole."""
_CODE = re.compile(r"\b[a-z]+(?:_[a-z]+)+\b")
_METHOD = re.compile(
    r"\b(?:case\.)?(clocks|consistency|explain|help|history|letter|negotiation)\([^()]*\)(?:\.\w+(?:\(\))?)?"
)
"""What a case can be asked in Python, and a reader of the panel finds in it."""


def here(text: LocalText | str) -> str:
    """Return a text in the language in use."""
    return str(text)


def plain(text: LocalText | str) -> str:
    """Return a message of the loop as people read it: the calls of Python that it names in the words of the forms.

    Examples
    --------
    >>> plain("It has no owner: assign(owner=…).")
    'It has no owner: “Assign”.'
    >>> plain("Write it down before you ring: record_contact(goal=…), then score=….")
    'Write it down before you ring: “Record a contact”, then “Score”.'
    """
    text = _METHOD.sub(lambda found: here(message(f"case_panel.see_{found[1]}")), here(text))
    said = _calls().sub(lambda found: _quoted(command_table().commands[found[1]].label), text)
    said = _FIELD.sub(lambda found: _quoted(_labels()[found[1]]) if found[1] in _labels() else found[0], said)
    return _CODE.sub(lambda found: here(_choices().get(found[0], found[0])), said)


def without_buttons(words: str, labels: Iterable[LocalText | str]) -> str:
    """Return words without what buttons beside them say as well.

    Examples
    --------
    >>> without_buttons("It has no owner: “Assign”.", ["Assign"])
    'It has no owner.'
    >>> without_buttons("The type is not named: “Set the type”, or “Confirm”.", ["Confirm", "Set the type"])
    'The type is not named.'
    """
    one = "|".join(re.escape(_quoted(here(label))) for label in labels)
    return re.sub(rf"\s*[:：.。]\s*(?:{one})(?:(?:,? or |\s*或\s*)(?:{one}))*([.。])$", r"\1", words)


def moment(at: dt.datetime, zone: str, now: dt.datetime, *, end: bool = False) -> str:
    """Return a moment on the wall: today by its time, this year without the year; with `end`, midnight ends a day.

    Examples
    --------
    >>> now = dt.datetime(2026, 10, 13, 1, 40, tzinfo=dt.UTC)
    >>> moment(now, "Asia/Shanghai", now), moment(now - dt.timedelta(days=1), "Asia/Shanghai", now)
    ('today 09:40', 'Mon 12 Oct 09:40')
    """
    wall, today = at.astimezone(any_zone(zone)), now.astimezone(any_zone(zone))
    midnight = end and wall.time() == dt.time()
    wall -= dt.timedelta(days=midnight)
    if wall.date() == today.date():
        return here(message("case_panel.today", time="24:00" if midnight else f"{wall:%H:%M}"))
    told = when(at, zone, language(), end=end)
    return told.replace(f" {wall.year} ", " ").replace(f"{wall.year}-", "") if wall.year == today.year else told


def folded(text: str, sub: str, part: str, unfolded: Mapping[str, int]) -> dict[str, Any]:
    """Return the texts of a row: long ones cut short, with what shows the whole of them."""
    if max(len(text), len(sub)) <= _LONGEST:
        return {"text": text, "sub": sub}
    is_open = part in unfolded
    fold = {"part": part, "open": is_open, "label": here(message("case_panel.whole_text"))}
    return {"text": text, "sub": sub, "fold": fold} if is_open else {"text": _cut(text), "sub": _cut(sub), "fold": fold}


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _quoted(label: LocalText | str) -> str:
    return f"“{label}”"


@cache
def _calls() -> re.Pattern[str]:
    return re.compile(rf"\b({'|'.join(command_table().commands)})\([^()]*(?:\{{[^}}]*\}}[^()]*)*\)")


@cache
def _labels() -> dict[str, LocalText]:
    """Return what the fields are called; where several commands have one of a name, as the first calls it."""
    commands = reversed(command_table().commands.values())
    return {name: field.label for each in commands for name, field in each.fields.items()}


@cache
def _choices() -> dict[str, LocalText]:
    return {code: label for choices in command_table().choices.values() for code, label in choices.items()}
