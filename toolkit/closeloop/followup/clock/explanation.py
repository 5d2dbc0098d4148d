"""Why a clock shows what it shows: day by day what counted, what did not, and what is still to come."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Literal

from closeloop.drawing import Drawing
from closeloop.followup.clock.clock_reading import ClockReading
from closeloop.text import LocalText, language

SpanKind = Literal["counted", "paused", "holiday", "rest", "closed"]
"""``closed``: a working day on which none of its hours lie within the time that is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeSpan:
    """A stretch of one local day.

    Attributes
    ----------
    day : date
        Where the clock's calendar holds.
    start, end : datetime
        In UTC; of a day off the day itself.
    kind : str
    seconds : float
        What counts of it; 0 unless it is ``counted``.
    ahead : bool
        It lies between the reading and the due date.
    late : bool
        It lies behind the due date.
    void : bool
        The case was on hold, but the hold does not count.
    make_up : bool
        It belongs to a day that is worked to make up for another.
    name : LocalText or None
        Of a holiday, or of what is made up for.
    shift_s : float
        By how many seconds the clocks are put forward on this day (negative: back).
    """

    day: dt.date
    start: dt.datetime
    end: dt.datetime
    kind: SpanKind
    seconds: float = 0.0
    ahead: bool = False
    late: bool = False
    void: bool = False
    make_up: bool = False
    name: LocalText | None = None
    shift_s: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Explanation:
    """How a reading came about.

    Attributes
    ----------
    reading : ClockReading
    spans : tuple of TimeSpan
        In order, from the start to the due date, or to the stop or the reading if that is later. What counts up to the
        reading adds up to ``reading.elapsed_s``, exactly.

    Examples
    --------
    >>> import closeloop as cl
    >>> loop = cl.open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00")
    >>> case = loop.open_case(words="Late again.", channel="phone", received_at="2026-07-01T08:00+08:00")
    >>> case.explain("first_response").elapsed_s
    3600.0
    """

    reading: ClockReading
    spans: tuple[TimeSpan, ...]

    @property
    def elapsed_s(self) -> float:
        """The sum of what counted so far."""
        return sum(round(span.seconds * 1e6) for span in self.spans if not span.ahead) / 1e6

    def to_frame(self) -> Any:
        """Return one row per span: day, start and end (UTC), kind, seconds, sum so far, and what else there is to say.

        Returns
        -------
        DataFrame
        """
        import pandas as pd

        total, rows = 0, []
        for span in self.spans:
            total += round(span.seconds * 1e6)
            rows.append(
                {
                    "day": span.day, "start": span.start, "end": span.end, "kind": span.kind, "seconds": span.seconds,
                    "total_s": total / 1e6, "ahead": span.ahead, "late": span.late, "void_pause": span.void,
                    "make_up": span.make_up, "name": "" if span.name is None else str(span.name),
                    "shift_s": span.shift_s,
                }
            )  # fmt: skip
        return pd.DataFrame(rows)

    def to_svg(self, tag: str | None = None) -> Drawing:
        """Return the time as a strip: what counted, what did not, the due date, and the moment of reading."""
        from closeloop.views.clock_svg import clock_svg

        return Drawing(clock_svg(self, tag or language()))

    def _repr_html_(self) -> str:
        from closeloop.views.clock_block import explanation_html

        return explanation_html(self)

    def __str__(self) -> str:
        from closeloop.views.clock_block import explanation_text

        return explanation_text(self, language())

    def __repr__(self) -> str:
        return f"<Explanation: {self.reading.clock}, {self.reading.state}, {len(self.spans)} spans>"
