"""Counting in another engine (Polars, PyArrow, DuckDB, Dask, Spark …), through narwhals: only the tally comes back.

The engine groups by the keys and by the answer as it stands; whether answers are allowed is seen on the small result.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.encode import Codes, encode_answers, encode_key, refuse_answers
from closeloop.metrics.period import Period, period_labels
from closeloop.metrics.tabulate import tabulate
from closeloop.metrics.tally import CountTally, Key, MomentTally, refuse_weights
from closeloop.text import message

EngineFrame = nw.LazyFrame[Any] | nw.DataFrame[Any]

_ANSWER, _ROWS = "closeloop answer", "closeloop rows"
_WEIGHT = ("closeloop n", "closeloop w", "closeloop w2", "closeloop bad", "closeloop min", "closeloop max")
_MOMENTS = tuple(f"closeloop moment {i}" for i in range(8))
_BY_MONTH = ("month", "quarter", "year")


def count_in_engine(
    frame: EngineFrame, column: str, levels: range, keys: Sequence[Key], weight: str | None
) -> CountTally:
    """Count as `closeloop.metrics.tally.count` does, in the frame's own engine."""
    key_names = [f"closeloop key {i}" for i in range(len(keys))]
    grouped = frame.select(
        nw.col(column).alias(_ANSWER), *_key_columns(frame, keys, key_names), *_weight_columns(weight)
    )
    small = _collect(grouped.group_by(*key_names, _ANSWER).agg(nw.len().alias(_ROWS), *_weight_sums(weight)))
    weighted = weight is not None and _weights_differ(frame, small, weight)
    answers = encode_answers(small[_ANSWER].rename(column), levels, small[_ROWS])
    codes = [*_key_codes(small, keys, key_names), answers]
    n = small[_WEIGHT[0] if weighted else _ROWS].to_numpy(dtype=float)
    columns = [n, *(small[name].to_numpy(dtype=float) for name in _WEIGHT[1:3])] if weighted else [n]
    present, _, sums = tabulate(codes, len(small), lambda rows: [values[rows] for values in columns])
    return CountTally(
        labels=tuple(c.labels for c in codes[:-1]),
        codes=present[:, :-1],
        answer=present[:, -1],
        n_answers=len(levels),
        n=sums[:, 0].astype(np.int64),
        weight=sums[:, 1] if weighted else None,
        weight_squares=sums[:, 2] if weighted else None,
        n_rows=int(small[_ROWS].sum()),
    )


def sum_moments_in_engine(frame: EngineFrame, column: str, keys: Sequence[Key], weight: str | None) -> MomentTally:
    """Sum up as `closeloop.metrics.tally.sum_moments` does, in the frame's own engine."""
    dtype = frame.collect_schema()[column]
    if not (dtype.is_numeric() or dtype == nw.Boolean):
        found = _collect(frame.filter(~nw.col(column).is_null()).group_by(column).agg(nw.len().alias(_ROWS)))
        if len(found):
            refuse_answers(found[column], np.ones(len(found), dtype=bool), None, found[_ROWS])
    key_names = [f"closeloop key {i}" for i in range(len(keys))]
    number = nw.col(column).cast(nw.Float64)
    finite = (number > -np.inf) & (number < np.inf)
    strange = (~finite & ~number.is_nan()) if dtype.is_float() else nw.lit(value=False)
    value, answered = nw.col("closeloop y"), nw.col("closeloop answered")
    w = nw.lit(1.0) if weight is None else nw.col(_WEIGHT[1])
    counted = nw.lit(1.0) if weight is None else nw.col(_WEIGHT[0]).cast(nw.Float64)
    terms = [answered * counted, (1 - answered) * counted]
    terms += [factor * y for factor in (w, w * w) for y in (answered, value, value * value)]
    rows = (
        frame.select(
            nw.when(finite).then(number).otherwise(nw.lit(0.0)).alias("closeloop y"),
            nw.when(finite).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias("closeloop answered"),
            nw.when(strange).then(nw.lit(1)).otherwise(nw.lit(0)).alias("closeloop strange"),
            *_key_columns(frame, keys, key_names),
            *_weight_columns(weight),
        )
    ).with_columns(*(term.alias(name) for term, name in zip(terms, _MOMENTS, strict=True)))
    sums = [nw.col(name).sum() for name in (*_MOMENTS, "closeloop strange")]
    everybody = not keys
    if everybody:
        rows, key_names = rows.with_columns(nw.lit(0).alias("closeloop key")), ["closeloop key"]
    small = _collect(rows.group_by(*key_names).agg(nw.len().alias(_ROWS), *sums, *_weight_sums(weight)))
    if small["closeloop strange"].sum():
        found = _collect(frame.filter(strange).select(column))
        refuse_answers(found[column], np.ones(len(found), dtype=bool), None)
    weighted = weight is not None and _weights_differ(frame, small, weight)
    codes = [] if everybody else _key_codes(small, keys, key_names)
    columns = [small[name].to_numpy(dtype=float) for name in _MOMENTS]
    present, _, table = tabulate(codes, len(small), lambda rows: [values[rows] for values in columns])
    if weight is not None and not weighted:  # equal weights are no weights
        scale = float(small[_WEIGHT[4]].max())
        table[:, 2:5] /= scale
        table[:, 5:8] /= scale * scale
    return MomentTally(
        labels=tuple(c.labels for c in codes),
        codes=present,
        n=table[:, 0].round().astype(np.int64),
        n_missing=table[:, 1].round().astype(np.int64),
        sums=table[:, 2:],
        weighted=weighted,
        n_rows=int(small[_ROWS].sum()),
    )


def _key_columns(frame: EngineFrame, keys: Sequence[Key], names: Sequence[str]) -> list[nw.Expr]:
    """Return the keys as expressions; months, quarters and years as one whole number a month, the others as days."""
    schema = frame.collect_schema()
    columns = []
    for key, name in zip(keys, names, strict=True):
        if isinstance(key, str):
            expression = nw.col(key)
        else:
            dtype = schema[key.column]
            if not isinstance(dtype, nw.Datetime | nw.Date):
                raise ValueError(message("scores.not_a_date", column=key.column, found=str(dtype)))  # noqa: TRY004
            date = nw.col(key.column)
            if key.every in _BY_MONTH:
                expression = date.dt.year().cast(nw.Int32) * 12 + date.dt.month().cast(nw.Int32)
            else:
                expression = date if isinstance(dtype, nw.Date) else date.dt.truncate("1d")
        columns.append(expression.alias(name))
    return columns


def _weight_columns(weight: str | None) -> list[nw.Expr]:
    """Return the weight, its square (some engines sum plain columns only), and whether it counts or is unusable."""
    if weight is None:
        return []
    w = nw.col(weight).cast(nw.Float64)
    usable = (w >= 0) & (w < np.inf)  # false or null of a NaN and a null in every engine
    return [
        nw.when(usable & (w > 0)).then(nw.lit(1)).otherwise(nw.lit(0)).alias(_WEIGHT[0]),
        w.alias(_WEIGHT[1]),
        (w * w).alias(_WEIGHT[2]),
        nw.when(usable).then(nw.lit(0)).otherwise(nw.lit(1)).alias(_WEIGHT[3]),
    ]


def _weight_sums(weight: str | None) -> list[nw.Expr]:
    if weight is None:
        return []
    extremes = (nw.col(_WEIGHT[1]).min().alias(_WEIGHT[4]), nw.col(_WEIGHT[1]).max().alias(_WEIGHT[5]))
    return [*(nw.col(name).sum() for name in _WEIGHT[:4]), *extremes]


def _weights_differ(frame: EngineFrame, small: pd.DataFrame, weight: str) -> bool:
    """Return whether the weights are not all equal; refuse those that cannot be used."""
    if small[_WEIGHT[3]].sum():
        w = nw.col(weight).cast(nw.Float64)
        bad = _collect(frame.filter(~((w >= 0) & (w < np.inf)) | w.is_null()).select(weight).head(5))
        refuse_weights(weight, int(small[_WEIGHT[3]].sum()), bad[weight].tolist())
    if not len(small):
        return False
    low = small[_WEIGHT[4]].min()
    return not low == small[_WEIGHT[5]].max() > 0


def _key_codes(small: pd.DataFrame, keys: Sequence[Key], names: Sequence[str]) -> list[Codes]:
    """Return the keys of the small table as codes, each value once (an engine may tell a NaN and a null apart)."""
    found = []
    for key, name in zip(keys, names, strict=True):
        column = small[name]
        if isinstance(key, str):
            found.append(encode_key(column))
        elif key.every in _BY_MONTH:
            found.append(_month_codes(column, key))
        else:
            found.append(encode_key(pd.to_datetime(column), key))
    return found


def _month_codes(column: pd.Series[Any], period: Period) -> Codes:
    number = column.to_numpy(dtype=float, na_value=np.nan)
    missing = np.isnan(number)
    months: npt.NDArray[np.int64] = np.where(missing, 1970 * 12 + 1, number).astype(np.int64)
    first_days = (months - 1970 * 12 - 1).astype("M8[M]").astype("M8[D]")
    labels, codes = np.unique(np.array(period_labels(first_days, period.every), dtype=str), return_inverse=True)
    return Codes(np.where(missing, 0, codes + 1), 0, [None, *labels.tolist()])


def _collect(frame: EngineFrame) -> pd.DataFrame:
    """Return a small result as a pandas frame."""
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    table: pd.DataFrame = eager.to_pandas()
    return table
