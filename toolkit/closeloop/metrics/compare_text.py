"""Differences as they stand in a sentence: with their unit, signed limits, p, and the name of the method."""

from __future__ import annotations

from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval

_NAMED = {"adjusted-wald", "mover", "wald", "newcombe", "score", "welch", "taylor", "wilson", "t", "paired-t"}


def difference_size(estimate: float, unit: str, *, signed: bool = False) -> LocalText:
    """Return a difference with its unit in both languages: 12 points, 4 percentage points, 0.35.

    Examples
    --------
    >>> str(difference_size(-0.042, "top_box")), str(difference_size(12.2, "nps", signed=True))
    ('4.2 percentage points', '+12 points')
    """
    value = estimate if signed else abs(estimate)
    if unit == "mean":
        return _signed(value, 2, signed=signed)
    shown = _signed(value if unit == "nps" else 100 * value, 0 if unit == "nps" else 1, signed=signed)
    return told_unit(shown, unit)


def told_unit(shown: LocalText, unit: str) -> LocalText:
    """Return a written difference with its unit: points of an NPS, percentage points of a share.

    Examples
    --------
    >>> str(told_unit(LocalText("1"), "nps")), str(told_unit(LocalText("−2"), "nps"))
    ('1 point', '−2 points')
    """
    one = shown.en.lstrip("+−") == "1"
    if unit == "nps":
        return message("compare.point" if one else "compare.points", value=shown)
    return message("compare.percentage_point" if one else "compare.percentage_points", value=shown)


def difference_interval(ci: Interval[float], unit: str) -> LocalText:
    """Return the limits of a difference, signed, in both languages.

    Examples
    --------
    >>> str(difference_interval(Interval(-0.042, 0.1), "top_box")).replace(chr(0xA0), " ")
    '−4.2 to +10.0'
    """
    scale, digits = {"nps": (1, 0), "top_box": (100, 1), "mean": (1, 2)}[unit]
    return told_interval(scale * ci.low, scale * ci.high, "points", digits)


def _signed(value: float, digits: int, *, signed: bool) -> LocalText:
    return told(value, "points" if signed else "decimal", digits)


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
