"""The clocks of a case in its panel: when each falls due, how much is left, and why."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.followup.clock.clocks import Clocks
from closeloop.followup.loop.case import Case
from closeloop.numbers import percent
from closeloop.text import language, message
from closeloop.views.clock_words import DayRow, day_rows, how_long, remarks
from closeloop.widgets.board.command_fields import entry_title
from closeloop.widgets.board.panel_words import here, moment

_DAY = 86_400
MOST_CLOCKS = 12
_OF = {"action_due": "tasks", "promise": "promises"}
_FULL = 100


def clock_blocks(case: Case, clocks: Clocks, explained: Mapping[str, int]) -> list[dict[str, Any]]:
    """Return a block for every clock that runs and has a target, the first to fall due first."""
    running = [each for each in clocks.readings if each.is_open and each.due_at is not None]
    running.sort(key=lambda each: (each.due_at, each.clock, each.ref))
    return [_block(case, clocks, each, explained) for each in running[:MOST_CLOCKS]]


def clock_key(reading: ClockReading) -> str:
    """Return by what a clock is asked for: its name, and of which task or promise."""
    return f"clock:{reading.clock}:{reading.ref}"


def _block(case: Case, clocks: Clocks, reading: ClockReading, explained: Mapping[str, int]) -> dict[str, Any]:
    key = clock_key(reading)
    is_open = key in explained
    block: dict[str, Any] = {
        "key": key, "title": _title(case, reading), "note": _policy(reading),
        "due": _due(reading, clocks),
        "fold": {"part": key, "open": is_open, "label": here(message("case_panel.why"))},
    }  # fmt: skip
    if is_open:
        block["rows"] = _why(case, clocks, reading)
        block["css"] = "why"
    return block


def _title(case: Case, reading: ClockReading) -> str:
    """Return which clock it is; of a task or a promise, of which."""
    kind = _OF.get(reading.clock, "")
    entry = next((each for each in case.state.added(kind) if each.seq == reading.ref), None)
    if entry is None:
        return here(message("case_panel.clock", clock=reading.label))
    return here(message("case_panel.of_field", label=reading.label, value=entry_title(entry, kind)))


def _policy(reading: ClockReading) -> str:
    name, _, version = reading.policy.partition("@")
    return here(message("case_panel.policy", name=name, version=version)) if version else ""


def _due(reading: ClockReading, clocks: Clocks) -> dict[str, Any]:
    """Return when it is due and how far off that is on the wall: the same that stands on the card."""
    due = reading.due_at or clocks.now
    left = (due - clocks.now).total_seconds()
    words = {"time": _span(left), "when": moment(due, reading.zone, clocks.now, end=True)}
    key = "over" if left < 0 else "paused" if reading.state == "paused" else "left"
    share = reading.share
    return {
        "when": here(message("case_panel.was_due" if left < 0 else "case_panel.due", **words)),
        "left": here(message(f"case_panel.{key}", **words)), "late": left < 0,
        "share": None if share is None else round(_FULL * min(1.0, share), 1),
        "marks": [] if share is None else [level for level, _ in reading.warns if level < _FULL],
    }  # fmt: skip


def _span(seconds: float) -> str:
    """Return a length of time as people speak of it: from two days on without minutes."""
    if abs(seconds) < 2 * _DAY:
        return how_long(seconds, language())
    days, rest = divmod(int(abs(seconds)), _DAY)
    hours = rest // 3600
    return here(message("case_panel.days_hours" if hours else "case_panel.days", days=days, hours=hours))


def _why(case: Case, clocks: Clocks, reading: ClockReading) -> list[dict[str, Any]]:
    """Return the spans that count, day by day, the warnings, and what else there is to know."""
    tag = language()
    passed = message("case_panel.passed", time=how_long(reading.elapsed_s, tag))
    rows: list[dict[str, Any]] = [{"text": _target(reading), "right": here(passed)}]
    explanation = case.explain(reading.clock, cycle=reading.cycle, ref=reading.ref, now=clocks.now)
    for phase, days in groupby(day_rows(explanation), key=lambda each: each.phase):
        if phase != "past":
            rows.append({"text": here(message(f"clock.phase_{phase}")), "head": True})
        rows += [_day(each, tag) for each in days]
    for level, at in reading.warns:
        if level < _FULL:
            text = message("case_panel.warning", percent=percent(level, tag))
            rows.append({"text": here(text), "right": moment(at, reading.zone, clocks.now)})
    rows += [{"text": note, "soft": True} for note in remarks(reading, tag)]
    return rows


def _day(row: DayRow, tag: str) -> dict[str, Any]:
    hours = ", ".join(row.hours) if tag == "en" else "、".join(row.hours)
    what = row.what(tag)
    return {
        "text": f"{row.days(tag)} {hours}".strip(), "sub": what,
        "right": how_long(row.seconds, tag) if row.seconds else here(message("case_panel.nothing")),
    }  # fmt: skip


def _target(reading: ClockReading) -> str:
    return here(message(f"clock.amount_{reading.unit}", n=f"{reading.amount or 0:g}"))
