"""Columns of a pandas frame as small whole numbers, each column encoded once.

Codes that a column holds already (a category's codes, a column of small integers) are used where they lie; nothing is
copied. Strings are dictionary-encoded by Arrow, times go through a table from day to period.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.errors import ResponseValidationError
from closeloop.frames import plain_value
from closeloop.metrics.period import Period, period_labels
from closeloop.text import message

IntArray = npt.NDArray[np.integer[Any]]

_SMALL_RANGE = 1 << 16
_BLOCK = 1 << 16
_EXAMPLES = 5
LARGEST = 1e100
"""Answers beyond it are refused: their squares, and the sums of these, would leave the range of floats."""
_SECONDS_A_DAY = 86_400
_NUMERIC = ("integer", "floating", "mixed-integer-float", "decimal", "empty")
_UNITS = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_MISSING_TIME = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class Codes:
    """A column as codes: ``values + offset`` is the position of a row's label in `labels`."""

    values: IntArray
    offset: int
    labels: Sequence[object]


def encode_key(series: pd.Series[Any], period: Period | None = None) -> Codes:
    """Return a key column as codes; every kind of missing value has the label None.

    Raises
    ------
    ValueError
        If a period is asked for of a column that holds no dates.

    Examples
    --------
    >>> codes = encode_key(pd.Series(["b", None, "b"]))
    >>> [codes.labels[v + codes.offset] for v in codes.values]
    ['b', None, 'b']
    """
    if period is not None:
        return _encode_period(series, period)
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return Codes(np.asarray(series.array.codes), 1, [None, *map(plain_value, dtype.categories)])
    if isinstance(dtype, np.dtype) and dtype.kind in "iub":
        values = series.to_numpy()
        if dtype.kind == "b":
            return Codes(values.view(np.int8), 0, [False, True])
        low, high = (int(values.min()), int(values.max())) if len(values) else (0, 0)
        if high - low < _SMALL_RANGE:
            if dtype.kind == "u":
                values = values.astype(np.int64)
            return Codes(values, -low, range(low, high + 1))
    if isinstance(dtype, pd.StringDtype) or pd.api.types.is_object_dtype(dtype):
        encoded = _encode_strings(series)
        if encoded is not None:
            return encoded
    values, uniques = pd.factorize(series)
    return Codes(values, 1, [None, *map(plain_value, uniques)])


def sort_key(value: object) -> tuple[int, str, Any]:
    """Return something that orders keys of any types: numbers, then others by type, the missing one last.

    Examples
    --------
    >>> sorted(["b", None, 2, "a", 1.5], key=sort_key)
    [1.5, 2, 'a', 'b', None]
    """
    if value is None:
        return 2, "", ""
    if isinstance(value, int | float):
        return 0, "", value
    return 1, type(value).__name__, value


def _encode_strings(series: pd.Series[Any]) -> Codes | None:
    """Return the codes of a column of texts, None when it holds something else as well."""
    import pyarrow as pa

    try:
        column = pa.array(series.array, type=pa.large_string(), from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return None
    if isinstance(column, pa.ChunkedArray):
        column = column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
    encoded = column.dictionary_encode()
    indices = encoded.indices
    if indices.null_count:
        indices = indices.fill_null(-1)
    return Codes(indices.to_numpy(zero_copy_only=False), 1, [None, *encoded.dictionary.to_pylist()])


def _encode_period(series: pd.Series[Any], period: Period) -> Codes:
    ticks, a_day = _ticks(series, period)
    some = ticks if not ticks.size or ticks.min() != _MISSING_TIME else ticks[ticks != _MISSING_TIME]
    if not some.size:
        return Codes(np.zeros(len(ticks), np.int8), 0, [None])
    first, last = int(some.min()) // a_day, int(some.max()) // a_day
    span = np.arange(first, last + 1).astype("M8[D]")
    labels, table = np.unique(np.array(period_labels(span, period.every)), return_inverse=True)
    table = np.append(table + 1, 0).astype(np.min_scalar_type(-len(labels) - 1))  # the last entry is the missing day
    codes = np.empty(len(ticks), table.dtype)
    for start in range(0, len(ticks), _BLOCK):
        block = ticks[start : start + _BLOCK]
        day = block // a_day
        day -= first
        if some is not ticks:
            day[block == _MISSING_TIME] = -1
        np.take(table, day, out=codes[start : start + _BLOCK], mode="wrap")
    return Codes(codes, 0, [None, *labels.tolist()])


def _ticks(series: pd.Series[Any], period: Period) -> tuple[npt.NDArray[np.int64], int]:
    """Return times on the column's own wall clock as whole numbers, and how many of them make a day."""
    if isinstance(series.dtype, pd.ArrowDtype) or (
        pd.api.types.is_object_dtype(series.dtype)
        and pd.api.types.infer_dtype(series, skipna=True) in ("date", "datetime", "empty")
    ):
        series = pd.to_datetime(series)
    if isinstance(series.dtype, pd.DatetimeTZDtype):
        series = series.dt.tz_localize(None)
    if not (isinstance(series.dtype, np.dtype) and series.dtype.kind == "M"):
        raise ValueError(message("scores.not_a_date", column=period.column, found=str(series.dtype)))
    times = series.to_numpy()
    return times.view(np.int64), _UNITS[np.datetime_data(times.dtype)[0]] * _SECONDS_A_DAY


def encode_answers(series: pd.Series[Any], levels: range, rows: pd.Series[Any] | None = None) -> Codes:
    """Return an answer column as codes of the allowed answers, the last code being "missing".

    Parameters
    ----------
    series : Series
        The answers.
    levels : range
        The allowed ones.
    rows : Series, optional
        How many rows each answer stands for, where `series` is itself a tally.

    Raises
    ------
    ResponseValidationError
        If any other value occurs: nothing is rounded, clipped or counted as missing.

    Examples
    --------
    >>> codes = encode_answers(pd.Series([10.0, None, 0.0]), range(11))
    >>> (codes.values + codes.offset).tolist()
    [10, 11, 0]
    """
    labels = [*levels, None]
    dtype = series.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return Codes(_encode_categories(series, levels, rows), 0, labels)
    if isinstance(dtype, np.dtype) and dtype.kind in "iu":
        values = series.to_numpy()
        if len(values) and not (levels.start <= values.min() and values.max() < levels.stop):
            refuse_answers(series, ~_allowed(values, levels), levels, rows)
        return Codes(values if dtype.kind == "i" else values.astype(np.int8), -levels.start, labels)
    numbers = _numbers(series, levels, rows)
    codes = np.empty(len(numbers), np.int8)
    for start in range(0, len(numbers), _BLOCK):
        block = numbers[start : start + _BLOCK]
        with np.errstate(invalid="ignore"):
            whole = block.astype(np.int32)
        strange = np.flatnonzero(whole != block)
        whole[strange] = levels.start
        if whole.min() < levels.start or whole.max() >= levels.stop or not np.isnan(block[strange]).all():
            refuse_answers(series, ~_allowed(numbers, levels), levels, rows)
        whole[strange] = levels.stop
        codes[start : start + _BLOCK] = whole - levels.start
    return Codes(codes, 0, labels)


def _encode_categories(series: pd.Series[Any], levels: range, rows: pd.Series[Any] | None) -> IntArray:
    """Return the codes of a categorical answer column; a category that no row has may be anything."""
    codes = np.asarray(series.array.codes)
    categories = series.cat.categories.tolist()
    numbers = np.array([v if _is_number(v) else math.inf for v in categories], dtype=float)
    allowed = _allowed(numbers, levels)
    if not allowed.all():
        forbidden = np.isin(codes, np.flatnonzero(~allowed))
        if forbidden.any():
            refuse_answers(series, forbidden, levels, rows)
    table = np.where(allowed & ~np.isnan(numbers), numbers - levels.start, len(levels))
    lookup = np.append(table, len(levels)).astype(np.int8)  # code −1, no category, finds the last entry
    return np.asarray(lookup[codes])


def answer_numbers(series: pd.Series[Any], *, allow_infinite: bool = False) -> npt.NDArray[np.float64]:
    """Return an answer column as floats, the missing ones NaN.

    Raises
    ------
    ResponseValidationError
        If a value is not a finite number.

    Examples
    --------
    >>> answer_numbers(pd.Series([1, None, 2.5])).tolist()
    [1.0, nan, 2.5]
    """
    if series.dtype == bool:
        return series.to_numpy().astype(float)
    numbers = _numbers(series, None, None)
    if not allow_infinite and (
        np.fmax.reduce(numbers, initial=0) > LARGEST or np.fmin.reduce(numbers, initial=0) < -LARGEST
    ):
        refuse_answers(series, np.abs(numbers) > LARGEST, None)
    return numbers


def _numbers(series: pd.Series[Any], levels: range | None, rows: pd.Series[Any] | None) -> npt.NDArray[np.float64]:
    """Return numbers as floats; texts, booleans and everything else are refused."""
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind == "f":
        return series.to_numpy().astype(float, copy=False)
    plain = not (pd.api.types.is_bool_dtype(dtype) or pd.api.types.is_complex_dtype(dtype))
    if pd.api.types.is_numeric_dtype(dtype) and plain:
        return series.to_numpy(dtype=float, na_value=np.nan)
    if isinstance(dtype, pd.CategoricalDtype):
        return _numbers(series.astype(dtype.categories.dtype), levels, rows)
    present = series.notna().to_numpy()
    if pd.api.types.infer_dtype(series, skipna=True) not in _NUMERIC and present.any():
        strange = present & ~series.map(_is_number).to_numpy(dtype=bool)
        if strange.sum() == present.sum():
            _refuse_text(series, present, rows)
        refuse_answers(series, strange, levels, rows)
    return series.astype(object).where(present, np.nan).to_numpy().astype(float)


def _refuse_text(series: pd.Series[Any], present: npt.NDArray[np.bool_], rows: pd.Series[Any] | None) -> None:
    """Raise for a column of texts, most of which are numbers: a single "ten" turns a whole column into text."""
    reads = pd.to_numeric(series[present].astype("string"), errors="coerce").notna().to_numpy(dtype=bool)
    words = series[present][~reads]
    if reads.sum() <= len(words):
        return
    counts = words.value_counts() if rows is None else rows[words.index].groupby(words).sum()
    found = sorted(((repr(plain_value(v)), int(n)) for v, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
    key = "scores.words_among_numbers" if found else "scores.numbers_as_text"
    shown = ", ".join(value for value, _ in found[:_EXAMPLES])
    text = message(key, column=series.name, count=sum(n for _, n in found), examples=shown)
    report = pd.DataFrame([(series.name, *pair) for pair in found], columns=["column", "value", "count"])
    raise ResponseValidationError(text, report)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)


def _allowed(numbers: npt.NDArray[Any], levels: range) -> npt.NDArray[np.bool_]:
    inside = (numbers >= levels.start) & (numbers < levels.stop) & (np.floor(numbers) == numbers)
    allowed: npt.NDArray[np.bool_] = np.isnan(numbers) | inside
    return allowed


def refuse_answers(
    series: pd.Series[Any], bad: npt.NDArray[np.bool_], levels: range | None, rows: pd.Series[Any] | None = None
) -> NoReturn:
    """Raise for answers that are not allowed, with their number, some examples and the remedy.

    Raises
    ------
    ResponseValidationError
        Always; its report has one row per distinct value.
    """
    values = series[bad].astype(object)
    counts = values.value_counts() if rows is None else rows[bad].groupby(values).sum()
    found = sorted(((repr(plain_value(v)), int(n)) for v, n in counts.items()), key=lambda pair: (-pair[1], pair[0]))
    allowed = message("scores.any_number")
    if levels is not None:
        allowed = message("scores.whole_numbers", low=levels[0], high=levels[-1])
    text = message(
        "scores.not_allowed",
        count=sum(n for _, n in found),
        column=series.name,
        examples=", ".join(value for value, _ in found[:_EXAMPLES]),
        allowed=allowed,
    )
    report = pd.DataFrame([(series.name, *pair) for pair in found], columns=["column", "value", "count"])
    raise ResponseValidationError(text, report)
