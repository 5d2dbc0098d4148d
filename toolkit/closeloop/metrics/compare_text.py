"""Differences as they stand in a sentence: with their unit, signed limits, p, and the name of the method."""

from __future__ import annotations

from closeloop.metrics.units import SHOWN
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval

_DIGITS = {"nps": 0, "top_box": 1, "mean": 2}
_NAMED = {"adjusted-wald", "mover", "wald", "newcombe", "score", "welch", "taylor", "wilson", "t", "paired-t"}


def difference_size(estimate: float, unit: str, *, signed: bool = False, digits: int | None = None) -> LocalText:
    """Return a difference with its unit in both languages: 12 points, 4 percentage points, 0.35.

    Examples
    --------
    >>> str(difference_size(-0.042, "top_box")), str(difference_size(12.2, "nps", signed=True))
    ('4.2 percentage points', '+12 points')
    """
    value = SHOWN[unit] * (estimate if signed else abs(estimate))
    return told_unit(told(value, "points" if signed else "decimal", _DIGITS[unit] if digits is None else digits), unit)


def told_unit(shown: LocalText, unit: str) -> LocalText:
    """Return a written difference with its unit: points of an NPS, percentage points of a share; a mean has none.

    Examples
    --------
    >>> str(told_unit(LocalText("1"), "nps")), str(told_unit(LocalText("−2"), "nps"))
    ('1 point', '−2 points')
    """
    if unit == "mean":
        return shown
    one = shown.en.lstrip("+−") == "1"
    if unit == "nps":
        return message("compare.point" if one else "compare.points", value=shown)
    return message("compare.percentage_point" if one else "compare.percentage_points", value=shown)


def difference_interval(ci: Interval[float], unit: str, digits: int | None = None) -> LocalText:
    """Return the limits of a difference, signed, in both languages.

    Examples
    --------
    >>> str(difference_interval(Interval(-0.042, 0.1), "top_box")).replace(chr(0xA0), " ")
    '−4.2 to +10.0'
    """
    places = _DIGITS[unit] if digits is None else digits
    return told_interval(SHOWN[unit] * ci.low, SHOWN[unit] * ci.high, "points", places)


def method_name(method: str) -> LocalText:
    """Return what a method is called on display.

    Examples
    --------
    >>> str(method_name("adjusted-wald+n*"))
    'adjusted Wald, at n*'
    """
    plain, _, weighted = method.partition("+")
    name = message(f"compare.method_{plain.replace('-', '_')}") if plain in _NAMED else LocalText(plain)
    return message("compare.at_n_star", method=name) if weighted else name
