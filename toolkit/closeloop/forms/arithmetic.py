"""Sums, differences, products and quotients in survey expressions, as a browser works them out."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Context, Decimal

from closeloop.forms.loose import is_empty, number_like, plain, to_number, to_text, truthy

_SMALL = 1e-6
_EXACT = Context(prec=400)  # a number of 308 digits before the point and its decimals


def _fill(value: object, other: object) -> object:
    """Return what an empty operand of arithmetic or of and/or counts as beside `other`."""
    if not is_empty(value):
        return value
    if isinstance(other, (int, float)) and not isinstance(other, bool):
        return 0
    if isinstance(value, str):
        return value
    if isinstance(other, str):
        return ""
    return () if isinstance(other, tuple) else 0


def _decimals(value: object) -> int:
    if not isinstance(value, float) or value.is_integer() or not math.isfinite(value):
        return 0
    if abs(value) < _SMALL:  # a browser counts what stands behind the point of 8.1e-19, the exponent with it
        return len(repr(value).replace("e-0", "e-").partition(".")[2])
    return max(0, -int(Decimal(str(value)).as_tuple().exponent))


def _rounded(number: float, digits: int) -> int | float:
    """Cut the noise of binary fractions: 0.1 + 0.2 is 0.3."""
    if digits == 0 or not math.isfinite(number):
        return plain(number)
    exact = Decimal(number).quantize(Decimal(1).scaleb(-digits), rounding=ROUND_HALF_UP, context=_EXACT)
    return plain(float(exact))


def plus(left: object, right: object) -> object:
    """Sum of two numbers; texts are joined."""
    if isinstance(left, tuple) or isinstance(right, tuple):
        return _joined(left, right)
    if isinstance(left, (str, dict)) or isinstance(right, (str, dict)):
        return to_text(left) + to_text(right)
    return _rounded(to_number(left) + to_number(right), max(_decimals(left), _decimals(right)))


def _joined(left: object, right: object) -> object:
    """Return the sum of an array and something: an array, a text, or the sum of the array's numbers and a number."""
    if _counts_as_number(left) and _counts_as_number(right):
        return to_text(left) + to_text(right)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return left + right
    array, other = (left, right) if isinstance(left, tuple) else (right, left)
    entries: tuple[object, ...] = array if isinstance(array, tuple) else ()
    if isinstance(other, str):
        text = ", ".join(map(to_text, entries))
        return text + other if array is left else other + text
    if isinstance(other, bool) or not isinstance(other, (int, float)):
        return to_text(left) + to_text(right)
    numbers = [entry for entry in entries if isinstance(entry, (int, float)) and not isinstance(entry, bool)]
    return _rounded(sum(numbers) + other, max(map(_decimals, (*numbers, other))))


def _counts_as_number(value: object) -> bool:
    """Say whether a value passes for a number before a sum: also the array of one number-like entry does."""
    if isinstance(value, tuple):
        return len(value) == 1 and not isinstance(value[0], (bool, tuple, dict)) and _counts_as_number(value[0])
    if isinstance(value, str):
        return number_like(value) is not None
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def minus(left: object, right: object) -> object:
    """Difference of two numbers."""
    return _rounded(to_number(left) - to_number(right), max(_decimals(left), _decimals(right)))


def times(left: object, right: object) -> object:
    """Product of two numbers."""
    return _rounded(to_number(left) * to_number(right), _decimals(left) + _decimals(right))


def divided(left: object, right: object) -> object:
    """Quotient of two numbers; nothing where the divisor is nothing or zero."""
    if not truthy(right):
        return None
    dividend, divisor = to_number(left), to_number(right)
    if divisor:
        return plain(dividend / divisor)
    # A blank text or an array of no number is not nothing, and yet counts as zero.
    if dividend == 0 or math.isnan(dividend):
        return math.nan
    return math.copysign(math.inf, dividend) * math.copysign(1, divisor)


def arithmetic(apply: Callable[[object, object], object]) -> Callable[[object, object], object]:
    """Return an operator that first gives an empty operand the value it has beside the other one."""

    def run(left: object, right: object) -> object:
        filled = _fill(left, right)
        return apply(filled, _fill(right, filled))

    return run
