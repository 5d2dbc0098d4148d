"""A clock as a strip of time: what counted, what did not and why, when it is due, and where it stands."""

from __future__ import annotations

import datetime as dt

from closeloop.followup.calendar.zone import any_zone
from closeloop.followup.clock.explanation import Explanation, TimeSpan
from closeloop.html import Html, element
from closeloop.numbers import MONTHS
from closeloop.views.clock_words import sentences, when
from closeloop.views.svg_text import drawing, width, wrap, write_lines
from closeloop.views.words import in_tag, say

_WIDE, _SIDE = 860.0, 14.0
_TOP, _TALL = 58.0, 26.0
_SIZE, _SMALL = 12.0, 11.0
COUNTED, PAUSED, LATE, OFF = "#0072B2", "#C47F00", "#B3261E", "#8A8A8A"
_NEEDED = 44.0
"""Pixels that the name of a day needs."""


def clock_svg(explanation: Explanation, tag: str) -> str:
    """Return the strip.

    Parameters
    ----------
    explanation : Explanation
    tag : str
        The language.

    Examples
    --------
    >>> from closeloop.followup.calendar.load import load_calendar, shelf
    >>> from closeloop.followup.clock.clock_reading import ClockReading
    >>> from closeloop.followup.clock.explain import explain
    >>> at = dt.datetime(2026, 10, 16, 8, tzinfo=dt.UTC)
    >>> reading = ClockReading(clock="first_response", cycle=1, unit="calendar_hours", amount=24, target=86400.0,
    ...     started_at=at, due_at=at + dt.timedelta(days=1), read_at=at + dt.timedelta(hours=6), state="running",
    ...     elapsed_s=21600.0, remaining_s=64800.0, zone="Asia/Shanghai")
    >>> "Sat 17 Oct 2026 16:00" in clock_svg(explain(reading, {}), "en")
    True
    """
    return _Strip(explanation, tag).svg()


class _Strip:
    """The drawing in the making."""

    def __init__(self, explanation: Explanation, tag: str) -> None:
        reading = explanation.reading
        self.explanation, self.reading, self.tag = explanation, reading, tag
        self.zone = any_zone(reading.zone)
        until = reading.stopped_at or reading.read_at
        self.first = reading.started_at
        ends = [until, *([reading.due_at] if reading.due_at is not None else []), *(s.end for s in explanation.spans)]
        self.last = max([*ends, self.first + dt.timedelta(hours=1)])
        self.until = until
        self.parts: list[Html] = []
        self.kinds: dict[str, None] = {}

    def svg(self) -> str:
        """Return the whole drawing."""
        self._days()
        self._track()
        for span in self.explanation.spans:
            self._span(span)
        self._marks()
        bottom = self._legend(_TOP + _TALL + 46)
        title = say("clock.why", self.tag, clock=in_tag(self.reading.label, self.tag))
        return drawing(_WIDE, bottom, title, sentences(self.reading, self.tag), self.parts)

    def _x(self, at: dt.datetime) -> float:
        share = (at - self.first) / (self.last - self.first)
        return _SIDE + share * (_WIDE - 2 * _SIDE)

    def _days(self) -> None:
        """Name the days along the top, as many as there is room for."""
        start, end = (at.astimezone(self.zone).date() for at in (self.first, self.last))
        n_days = (end - start).days + 1
        per_day = (_WIDE - 2 * _SIDE) * dt.timedelta(days=1) / (self.last - self.first)
        step = next((s for s in (1, 2, 7, 14, 28, 56, 112, 224, 448) if s * per_day >= _NEEDED), 896)
        used = -1.0
        for n in range(n_days):
            day = start + dt.timedelta(days=n)
            midnight = dt.datetime.combine(day, dt.time(), tzinfo=self.zone)
            if midnight > self.first:
                self._line(self._x(midnight), _TOP - 4, _TOP + _TALL + 4, "0.25")
            if step > 1 and (day.weekday() if step >= 7 else n % step):
                continue
            if step > 7 and n // 7 % (step // 7):
                continue
            x = max(self._x(midnight), _SIDE)
            label = f"{day:%m-%d}" if self.tag == "zh-CN" else f"{day.day} {MONTHS[day.month - 1]}"
            weekday = say(f"clock.weekday_{day.weekday()}", self.tag)
            room = max(width(label, _SMALL), width(weekday, _SMALL)) + 4
            crossed = self.reading.due_at is not None and x <= self._x(self.reading.due_at) <= x + room
            if x < used or x + room > _WIDE or crossed:
                continue
            used = x + room
            self.parts.append(write_lines([weekday, label], x + 2, _TOP - 22, _SMALL, 13.0, fill_opacity="0.75"))

    def _track(self) -> None:
        self.parts.append(self._box(self.first, self.last, "currentColor", fill_opacity="0.05"))

    def _span(self, span: TimeSpan) -> None:
        if span.kind == "holiday" and span.name is not None:
            self._day_off(span)
        if span.start >= span.end:
            return
        if span.kind == "paused":
            self.kinds["paused"] = None
            self.parts.append(self._box(span.start, span.end, PAUSED, fill_opacity="0.35", stroke=PAUSED))
            return
        kind = "late" if span.late else "ahead" if span.ahead else "counted"
        self.kinds[kind] = None
        look: dict[str, str | None] = {"fill_opacity": "0.18" if span.ahead else "0.9"}
        if span.ahead:
            look |= {"stroke": LATE if span.late else COUNTED, "stroke_dasharray": "3 2"}
        self.parts.append(self._box(span.start, span.end, LATE if span.late else COUNTED, **look))
        if span.void:
            self.kinds["void"] = None
            left, right = self._x(span.start), self._x(span.end)
            self.parts.append(
                element("rect", x=_px(left), y=_px(_TOP + _TALL + 1), width=_px(max(right - left, 1.5)), height="3",
                        fill=PAUSED)
            )  # fmt: skip

    def _day_off(self, span: TimeSpan) -> None:
        """Shade a holiday from midnight to midnight."""
        self.kinds["holiday"] = None
        midnight = dt.datetime.combine(span.day, dt.time(), tzinfo=self.zone)
        after = dt.datetime.combine(span.day + dt.timedelta(days=1), dt.time(), tzinfo=self.zone)
        box = self._box(max(midnight, self.first), min(after, self.last), OFF, fill_opacity="0.28")
        self.parts.append(box)

    def _marks(self) -> None:
        """Draw the due date above the strip, and the moment of reading or of stopping below it."""
        foot = _TOP + _TALL
        if self.reading.due_at is not None:
            x = self._x(self.reading.due_at)
            self.parts.append(self._pole(x, _TOP - 30, foot + 6, LATE))
            text = say("clock.mark_due", self.tag, at=when(self.reading.due_at, self.reading.zone, self.tag, end=True))
            self._label(text, x, _TOP - 38, LATE)
        x = self._x(self.until)
        done = self.reading.stopped_at is not None
        key = "clock.mark_read" if not done else (
            "clock.mark_met" if self.reading.met_at == self.until else "clock.mark_stopped"
        )  # fmt: skip
        self.parts.append(self._pole(x, _TOP - 4, foot + 14, "currentColor"))
        self._label(say(key, self.tag, at=when(self.until, self.reading.zone, self.tag)), x, foot + 28, "currentColor")

    def _label(self, text: str, x: float, y: float, colour: str) -> None:
        """Write beside a pole, on whichever side it fits."""
        room = width(text, _SIZE) * 1.05
        if x + room <= _WIDE - 2:
            self.parts.append(write_lines([text], x, y, _SIZE, 14.0, fill=colour, font_weight="600"))
        elif x - room >= 2:
            how = {"fill": colour, "font_weight": "600", "text_anchor": "end"}
            self.parts.append(write_lines([text], x, y, _SIZE, 14.0, **how))
        else:
            self.parts.append(write_lines([text], 4, y, _SIZE, 14.0, fill=colour, font_weight="600"))

    def _legend(self, y: float) -> float:
        """Say what the colours mean, those that occur; gives the height of the whole."""
        looks = {
            "counted": (COUNTED, "0.9"), "ahead": (COUNTED, "0.18"), "late": (LATE, "0.9"), "paused": (PAUSED, "0.35"),
            "void": (PAUSED, "1"), "holiday": (OFF, "0.28"),
        }  # fmt: skip
        x = _SIDE
        for kind, (colour, opacity) in looks.items():
            if kind not in self.kinds:
                continue
            text = say(f"clock.legend_{kind}", self.tag)
            room = 18 + width(text, _SMALL) + 18
            if x + room > _WIDE and x > _SIDE:
                x, y = _SIDE, y + 18
            height = 3 if kind == "void" else 10
            self.parts.append(
                element("rect", x=_px(x), y=_px(y - 9 + (10 - height) / 2), width="12", height=_px(height), fill=colour,
                        fill_opacity=opacity, stroke=colour if kind in {"ahead", "paused"} else None)
            )  # fmt: skip
            self.parts.append(write_lines(wrap(text, _WIDE, _SMALL), x + 18, y, _SMALL, 14.0))
            x += room
        return y + 12

    def _box(self, start: dt.datetime, end: dt.datetime, colour: str, **look: str | None) -> Html:
        left, right = self._x(start), self._x(end)
        return element("rect", x=_px(left), y=_px(_TOP), width=_px(max(right - left, 0.8)), height=_px(_TALL),
                       fill=colour, **look)  # fmt: skip

    def _pole(self, x: float, top: float, bottom: float, colour: str) -> Html:
        return element("line", x1=_px(x), x2=_px(x), y1=_px(top), y2=_px(bottom), stroke=colour, stroke_width="1.6")

    def _line(self, x: float, top: float, bottom: float, opacity: str) -> None:
        self.parts.append(
            element("line", x1=_px(x), x2=_px(x), y1=_px(top), y2=_px(bottom), stroke="currentColor",
                    stroke_opacity=opacity)
        )  # fmt: skip


def _px(value: float) -> str:
    return f"{value:.1f}".rstrip("0").rstrip(".")
