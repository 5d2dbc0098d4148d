"""A gap as a small drawing in line with its figure: the standard as a line, what is as a dot with its limits."""

from __future__ import annotations

import math

from closeloop.html import Html, element, join
from closeloop.metrics.measured_gap import Gap
from closeloop.views.words import say
from closeloop.written import write

_WIDTH, _LEFT, _RIGHT = 232.0, 14.0, 218.0


def gap_figure(gap: Gap, tag: str) -> Html:
    """Return the drawing; hidden from screen readers, because the figures stand beside it.

    Examples
    --------
    >>> gap_figure(Gap(metric="late", standard=0.05, actual=0.138, n=4820, as_of="2026-09-30"), "en")[:4]
    '<svg'
    """
    limits = gap.ci or (gap.actual, gap.actual)
    ticks = _ticks(min(gap.standard, *limits), max(gap.standard, *limits), zero=gap.unit in {"percent", "count"})
    low, step = ticks[0], ticks[1] - ticks[0]

    def at(value: float) -> float:
        return round(_LEFT + (value - low) / (ticks[-1] - low) * (_RIGHT - _LEFT), 1)

    scale = 100 if gap.unit == "percent" else 1
    digits = max(0, -math.floor(math.log10(step * scale) + 1e-9))
    parts: list[Html] = []
    for tick in ticks:
        parts.append(element("line", class_="grid", x1=at(tick), x2=at(tick), y1=18, y2=38))
        parts.append(element("text", write(tick, gap.unit, tag, digits), class_="m", x=at(tick), y=52))
    parts.append(element("line", class_="axis", x1=_LEFT, x2=_RIGHT, y1=38, y2=38))
    parts.append(element("line", class_="std", x1=at(gap.standard), x2=at(gap.standard), y1=14, y2=38))
    if gap.ci is not None:
        parts.append(element("line", class_="ci", x1=at(limits[0]), x2=at(limits[1]), y1=28, y2=28))
    parts.append(element("circle", cx=at(gap.actual), cy=28, r=4))
    standard, actual = at(gap.standard), at(gap.actual)
    # The words stand over their marks, and apart from one another where the marks are close.
    apart = abs(standard - actual)
    push = max(0.0, (62 - apart) / 2)
    left, right = (standard, actual) if standard <= actual else (actual, standard)
    places = {True: left - push, False: right + push}
    for name, x in (("standard", places[standard <= actual]), ("actual", places[standard > actual])):
        inside = min(max(x, 26.0), _WIDTH - 26)
        parts.append(element("text", say(f"whys.{name}", tag), class_="m strong", x=round(inside, 1), y=9))
    drawn = join(parts, " ")  # so that the texts stay apart where the drawing is taken out of a page
    return element("svg", drawn, class_="ch", width=232, height=56, viewBox="0 0 232 56", aria_hidden="true")


def _ticks(low: float, high: float, *, zero: bool) -> list[float]:
    """Return three to six round numbers that hold both values."""
    low = min(low, 0.0) if zero else low
    span = high - low or abs(high) or 1.0
    rough = span / 4
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * (1 - 1e-9))
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    last = max(last, first + 1)
    return [index * step for index in range(first, last + 1)]
