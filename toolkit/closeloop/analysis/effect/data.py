"""Answers sorted for an effect analysis: treated or not, before or after, by whom."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import plain_value
from closeloop.metrics.encode import answer_numbers, encode_answers, encode_key
from closeloop.metrics.period import Period
from closeloop.metrics.score_input import ScoreInput, answer_rows
from closeloop.metrics.spec import MeanScore, Nps, TopBox
from closeloop.text import LocalText, message

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectData:
    """The answers that can be used, row by row.

    Attributes
    ----------
    value : numpy.ndarray
        What each answer contributes to the metric (an NPS −1, 0, 1).
    answer : numpy.ndarray
        The answer as given.
    treated, after : numpy.ndarray
        Whether it is of the treated group, and from after the action.
    period : numpy.ndarray
        Position in `periods`.
    unit : numpy.ndarray or None
        Codes of the units: positions in `unit_names`.
    unit_names : tuple
        What the units are called.
    covariate : numpy.ndarray or None
        NaN where missing.
    periods : tuple
        Names of the periods in the order of time.
    names : tuple of LocalText
        What the treated group and the others are called.
    dropped : int
        Rows left out because answer, group, period or unit is missing.
    """

    value: FloatArray
    answer: FloatArray
    treated: BoolArray
    after: BoolArray
    period: IntArray
    unit: IntArray | None
    unit_names: tuple[object, ...]
    covariate: FloatArray | None
    periods: tuple[LocalText, ...]
    names: tuple[LocalText, LocalText]
    dropped: int


def effect_data(
    given: ScoreInput,
    spec: Nps | TopBox | MeanScore,
    *,
    group: str,
    period: str | Period | None,
    unit: str | None,
    treated: object,
    after: object,
    covariate: str | None,
) -> EffectData:
    """Return the usable rows.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ResponseValidationError
        If an answer is not allowed.
    ValueError
        If it cannot be told which group was treated, or when.
    """
    item = spec.items[0]
    when = period.column if isinstance(period, Period) else period
    wanted = [column for column in (item, group, when, unit, covariate) if column is not None]
    rows = answer_rows(given, wanted, message("effect.what"))
    answer, value = _answers(rows[item], spec)
    lot, known_group, names = _groups(rows[group], group, treated, given)
    position, late, periods = _periods(rows, period, after)
    usable = ~np.isnan(value) & known_group & (position >= 0)
    codes: IntArray | None = None
    unit_names: tuple[object, ...] = ()
    if unit is not None:
        factorized, found = pd.factorize(rows[unit])
        codes, unit_names = factorized.astype(np.int64), tuple(plain_value(one) for one in found)
        usable &= codes >= 0
    extra = answer_numbers(rows[covariate])[usable] if covariate is not None else None
    return EffectData(
        value=value[usable], answer=answer[usable], treated=lot[usable], after=late[usable], period=position[usable],
        unit=None if codes is None else codes[usable], unit_names=unit_names, covariate=extra,
        periods=periods, names=names, dropped=int((~usable).sum()),
    )  # fmt: skip


def _answers(series: pd.Series[Any], spec: Nps | TopBox | MeanScore) -> tuple[FloatArray, FloatArray]:
    """Return the answers, and what they contribute to the metric."""
    if isinstance(spec, MeanScore):
        numbers = answer_numbers(series)
        return numbers, numbers
    codes = encode_answers(series, spec.levels)
    position = codes.values.astype(np.int64) + codes.offset
    levels = np.array([*spec.levels, np.nan], dtype=np.float64)
    return levels[position], np.array([*spec.values, np.nan], dtype=np.float64)[position]


def _groups(
    series: pd.Series[Any], column: str, treated: object, given: ScoreInput
) -> tuple[BoolArray, BoolArray, tuple[LocalText, LocalText]]:
    codes = encode_key(series)
    position = codes.values.astype(np.int64) + codes.offset
    present = [codes.labels[i] for i in np.unique(position).tolist() if codes.labels[i] is not None]
    known = np.array([label is not None for label in codes.labels])[position]
    chosen = _treated_labels(present, column, treated)
    lot = np.array([label in chosen for label in codes.labels], dtype=bool)[position]
    names = given.labels.get(column, {})

    def name(labels: Sequence[object], fallback: str) -> LocalText:
        if len(labels) != 1 or isinstance(labels[0], bool) or labels[0] in (0, 1):
            return message(fallback)
        return names.get(labels[0], LocalText(str(labels[0])))

    others = [label for label in present if label not in chosen]
    return lot, known, (name(chosen, "effect.treated"), name(others, "effect.others"))


def _treated_labels(present: Sequence[object], column: str, treated: object) -> list[object]:
    shown = ", ".join(repr(label) for label in sorted(present, key=str)[:8])
    if treated is None:
        if set(present) <= {0, 1}:  # False and True are equal to these
            return [label for label in present if label]
        raise ValueError(message("effect.which_treated", column=column, found=shown))
    chosen = list(treated) if isinstance(treated, list | tuple | set | frozenset) else [treated]
    chosen = [plain_value(label) for label in chosen]
    unknown = [label for label in chosen if label not in present]
    if unknown:
        raise ValueError(message("effect.unknown_treated", column=column, asked=repr(unknown[0]), found=shown))
    return chosen


def _periods(
    rows: pd.DataFrame, period: str | Period | None, after: object
) -> tuple[IntArray, BoolArray, tuple[LocalText, ...]]:
    """Return the position of each row's period (−1: missing), whether it is late, and what the periods are called."""
    if period is None:
        return np.zeros(len(rows), np.int64), np.ones(len(rows), bool), (message("effect.after"),)
    column = period.column if isinstance(period, Period) else period
    series = rows[column]
    if not isinstance(period, Period) and (
        pd.api.types.is_datetime64_any_dtype(series) or isinstance(after, dt.date | pd.Timestamp)
    ):
        return _by_moment(series, column, after)
    codes = encode_key(series, period if isinstance(period, Period) else None)
    position = codes.values.astype(np.int64) + codes.offset
    present = [codes.labels[i] for i in np.unique(position).tolist() if codes.labels[i] is not None]
    ordered = _in_order(present, after, series, column)
    start = ordered.index(plain_value(after)) if after is not None else len(ordered) - 1
    if len(ordered) < 2 and after is None:
        start = len(ordered)
    place = {label: i for i, label in enumerate(ordered)}
    rank = np.array([place.get(label, -1) if label is not None else -1 for label in codes.labels])[position]
    return rank, rank >= start, tuple(LocalText(_plain(label)) for label in ordered)


def _in_order(present: list[object], after: object, series: pd.Series[Any], column: str) -> list[object]:
    """Return the periods in the order of time; two texts have the order that `after` gives them."""
    shown = ", ".join(repr(label) for label in sorted(present, key=str)[:8])
    if after is not None and plain_value(after) not in present:
        raise ValueError(message("effect.unknown_after", column=column, asked=repr(after), found=shown))
    if len(present) == 2 and after is not None:
        return sorted(present, key=lambda label: label == plain_value(after))
    if isinstance(series.dtype, pd.CategoricalDtype) and series.dtype.ordered:
        return [label for label in map(plain_value, series.dtype.categories) if label in present]
    texts = any(isinstance(label, str) for label in present)
    dated = not pd.api.types.is_string_dtype(series.dtype)  # a Period's labels are texts of a column of dates
    if after is None and len(present) > 1 and (len(present) > 2 or (texts and not dated)):
        raise ValueError(message("effect.which_after", column=column, found=shown))
    return sorted(present, key=str) if texts else sorted(present)  # type: ignore[type-var]


def _by_moment(series: pd.Series[Any], column: str, after: object) -> tuple[IntArray, BoolArray, tuple[LocalText, ...]]:
    if after is None:
        raise ValueError(message("effect.which_moment", column=column))
    times = pd.to_datetime(series)
    if times.dt.tz is not None:
        times = times.dt.tz_localize(None)
    try:
        moment = pd.Timestamp(after)  # type: ignore[arg-type]
    except (ValueError, TypeError) as error:
        raise ValueError(message("effect.no_moment", found=repr(after), column=column)) from error
    late = (times >= moment.tz_localize(None)).to_numpy()
    position = np.where(times.isna().to_numpy(), -1, late.astype(np.int64))
    return position, late, (message("effect.before"), message("effect.after"))


def _plain(label: object) -> str:
    return f"{label:g}" if isinstance(label, float) else str(label)
