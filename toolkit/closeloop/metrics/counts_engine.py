"""Counting in another engine (Polars, PyArrow, DuckDB, Dask, Spark …), through narwhals: only the tally comes back.

The engine groups by the keys and by the answer as it stands; whether answers are allowed is seen on the small result.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NoReturn

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.counts import CountTally, Key, MomentTally
from closeloop.metrics.design import HUGE_WEIGHT, Design, refuse_weights
from closeloop.metrics.encode import Codes, encode_answers, encode_key, refuse_answers
from closeloop.metrics.period import Period, period_labels
from closeloop.metrics.sampling import SampledRows, place, sample_codes, tallied
from closeloop.metrics.tabulate import tabulate
from closeloop.text import message

EngineFrame = nw.LazyFrame[Any] | nw.DataFrame[Any]

_ANSWER, _ROWS = "closeloop answer", "closeloop rows"
_WEIGHT = ("closeloop n", "closeloop w", "closeloop w2", "closeloop bad", "closeloop min", "closeloop max")
_MOMENTS = tuple(f"closeloop moment {i}" for i in range(8))
_SAMPLE = "closeloop sample {}"
_BASE, _BAD_BASE = "closeloop base", "closeloop bad base"
_BASE_ANSWERED = ("closeloop base answered", "closeloop base y")
_BY_MONTH = ("month", "quarter", "year")


def count_in_engine(
    frame: EngineFrame,
    column: str,
    levels: range,
    keys: Sequence[Key],
    weight: str | None,
    design: Design | None = None,
) -> CountTally:
    """Count as `closeloop.metrics.counts.count` does, in the frame's own engine."""
    key_names = [f"closeloop key {i}" for i in range(len(keys))]
    drawn = _sample_columns(design)
    grouped = frame.select(
        nw.col(column).alias(_ANSWER), *_key_columns(frame, keys, key_names), *drawn, *_weight_columns(weight),
        *_base_columns(design),
    )  # fmt: skip
    by = [*key_names, *_sample_names(design), _ANSWER]
    small = _collect(grouped.group_by(*by).agg(nw.len().alias(_ROWS), *_weight_sums(weight), *_base_sums(design)))
    weighted = weight is not None and _weights_differ(frame, small, weight)
    sample = _placed(frame, small, design, weighted)
    answers = encode_answers(small[_ANSWER].rename(column), levels, small[_ROWS])
    codes = [*_key_codes(small, keys, key_names), *sample_codes(sample), answers]
    n = small[_WEIGHT[0] if weighted else _ROWS].to_numpy(dtype=float)
    columns = [n, *(small[name].to_numpy(dtype=float) for name in _WEIGHT[1:3])] if weighted else [n]
    columns += [] if sample is None or sample.base is None else [sample.base]
    present, _, sums = tabulate(codes, len(small), lambda rows: [values[rows] for values in columns])
    return CountTally(
        labels=tuple(c.labels for c in codes[: len(keys)]),
        codes=present[:, : len(keys)],
        answer=present[:, -1],
        n_answers=len(levels),
        n=sums[:, 0].astype(np.int64),
        weight=sums[:, 1] if weighted else None,
        weight_squares=sums[:, 2] if weighted else None,
        n_rows=int(small[_ROWS].sum()),
        sample=tallied(sample, present[:, len(keys) :], sums[:, -1:]),
        equal_weight=_equal_weight(small, weight, weighted),
    )


def sum_moments_in_engine(
    frame: EngineFrame, column: str, keys: Sequence[Key], weight: str | None, design: Design | None = None
) -> MomentTally:
    """Sum up as `closeloop.metrics.counts.sum_moments` does, in the frame's own engine."""
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
    margins = design is not None and bool(design.margins)
    base = [nw.col(_BASE) * y for y in (answered, value)] if margins else []
    rows = (
        frame.select(
            nw.when(finite).then(number).otherwise(nw.lit(0.0)).alias("closeloop y"),
            nw.when(finite).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias("closeloop answered"),
            nw.when(strange).then(nw.lit(1)).otherwise(nw.lit(0)).alias("closeloop strange"),
            *_key_columns(frame, keys, key_names),
            *_sample_columns(design),
            *_weight_columns(weight),
            *_base_columns(design),
        )
    ).with_columns(
        *(term.alias(name) for term, name in zip(terms, _MOMENTS, strict=True)),
        *(term.alias(name) for term, name in zip(base, _BASE_ANSWERED, strict=False)),
    )
    sums = [nw.col(name).sum() for name in (*_MOMENTS, "closeloop strange", *(_BASE_ANSWERED if margins else ()))]
    by = [*key_names, *_sample_names(design)]
    if not by:  # everybody together
        rows, by = rows.with_columns(nw.lit(0).alias("closeloop key")), ["closeloop key"]
    wanted = [nw.len().alias(_ROWS), *sums, *_weight_sums(weight), *_base_sums(design)]
    small = _collect(rows.group_by(*by).agg(*wanted))
    if small["closeloop strange"].sum():
        found = _collect(frame.filter(strange).select(column))
        refuse_answers(found[column], np.ones(len(found), dtype=bool), None)
    weighted = weight is not None and _weights_differ(frame, small, weight)
    sample = _placed(frame, small, design, weighted)
    codes = [*_key_codes(small, keys, key_names), *sample_codes(sample)]
    columns = [small[name].to_numpy(dtype=float) for name in (*_MOMENTS, *(_BASE_ANSWERED if margins else ()))]
    present, _, table = tabulate(codes, len(small), lambda rows: [values[rows] for values in columns])
    if weight is not None and not weighted:  # equal weights are no weights
        scale = _equal_weight(small, weight, weighted)
        table[:, 2:5] /= scale
        table[:, 5:8] /= scale * scale
    return MomentTally(
        labels=tuple(c.labels for c in codes[: len(keys)]),
        codes=present[:, : len(keys)],
        n=table[:, 0].round().astype(np.int64),
        n_missing=table[:, 1].round().astype(np.int64),
        sums=table[:, 2:8],
        weighted=weighted,
        n_rows=int(small[_ROWS].sum()),
        sample=tallied(sample, present[:, len(keys) :], table[:, 8:9]),
        base_y=table[:, 9] if margins else None,
        equal_weight=_equal_weight(small, weight, weighted),
    )


def _sample_columns(design: Design | None) -> list[nw.Expr]:
    """Return strata, clusters, population counts and margins, to be grouped by."""
    names = [] if design is None else design.unit_columns
    return [nw.col(name).alias(_SAMPLE.format(i)) for i, name in enumerate(names)]


def _sample_names(design: Design | None) -> list[str]:
    return [] if design is None else [_SAMPLE.format(i) for i in range(len(design.unit_columns))]


def _base_columns(design: Design | None) -> list[nw.Expr]:
    """Return the weights before raking, and whether one cannot be used."""
    if design is None or not design.margins:
        return []
    if design.base_weight is None:
        return [nw.lit(1.0).alias(_BASE), nw.lit(0).alias(_BAD_BASE)]
    w = nw.col(design.base_weight).cast(nw.Float64)
    bad = nw.when((w >= 0) & (w < HUGE_WEIGHT)).then(nw.lit(0)).otherwise(nw.lit(1))
    return [w.alias(_BASE), bad.alias(_BAD_BASE)]


def _base_sums(design: Design | None) -> list[nw.Expr]:
    return [] if design is None or not design.margins else [nw.col(_BASE).sum(), nw.col(_BAD_BASE).sum()]


def _placed(frame: EngineFrame, small: pd.DataFrame, design: Design | None, weighted: bool) -> SampledRows | None:
    """Return where the rows of the small table belong in the sample."""
    if design is None:
        return None
    rows = small[_ROWS].to_numpy(dtype=float)
    base = rows
    if design.margins:
        if design.base_weight is not None and small[_BAD_BASE].sum():
            _refuse_weights(frame, design.base_weight, int(small[_BAD_BASE].sum()))
        base = small[_BASE].to_numpy(dtype=float)
    places = {name: small[_SAMPLE.format(i)] for i, name in enumerate(design.unit_columns)}
    columns = pd.DataFrame(places, index=small.index)
    arrays = replace(design, weight=None, base_weight=None).arrays(columns, rows.astype(np.int64))
    w, w2 = (small[name].to_numpy(dtype=float) for name in _WEIGHT[1:3]) if weighted else (rows, rows)
    return place(design, arrays, rows=rows, weight=w, weight_squares=w2, base=base)


def _key_columns(frame: EngineFrame, keys: Sequence[Key], names: Sequence[str]) -> list[nw.Expr]:
    """Return the keys as expressions; months, quarters and years as one whole number a month, others as one a day."""
    schema = frame.collect_schema()
    whole = nw.Float64 if frame.implementation.is_dask() else nw.Int32  # a whole number cannot be missing there
    columns = []
    for key, name in zip(keys, names, strict=True):
        if isinstance(key, str):
            expression = nw.col(key)
        else:
            dtype = schema[key.column]
            if not isinstance(dtype, nw.Datetime | nw.Date):
                raise ValueError(message("scores.not_a_date", column=key.column, found=str(dtype)))  # noqa: TRY004
            date = nw.col(key.column)
            month = date.dt.year().cast(whole) * 12 + date.dt.month().cast(whole)
            # A day is a whole number too: some engines hand the day of a zone over as a moment of another.
            expression = month if key.every in _BY_MONTH else month * 31 + date.dt.day().cast(whole) - 1
        columns.append(expression.alias(name))
    return columns


def _weight_columns(weight: str | None) -> list[nw.Expr]:
    """Return the weight, its square (some engines sum plain columns only), and whether it counts or is unusable."""
    if weight is None:
        return []
    w = nw.col(weight).cast(nw.Float64)
    usable = (w >= 0) & (w < HUGE_WEIGHT)  # false or null of a NaN and a null in every engine
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
        _refuse_weights(frame, weight, int(small[_WEIGHT[3]].sum()))
    if not len(small):
        return False
    low = small[_WEIGHT[4]].min()
    return not low == small[_WEIGHT[5]].max() > 0


def _equal_weight(small: pd.DataFrame, weight: str | None, weighted: bool) -> float:
    """Return what everybody weighs, if the weights do not differ."""
    return 1.0 if weight is None or weighted or not len(small) else float(small[_WEIGHT[4]].max())


def _refuse_weights(frame: EngineFrame, weight: str, how_many: int) -> NoReturn:
    w = nw.col(weight).cast(nw.Float64)
    bad = _collect(frame.filter(~((w >= 0) & (w < HUGE_WEIGHT)) | w.is_null()).select(weight).head(5))
    refuse_weights(weight, how_many, bad[weight].tolist())


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
            found.append(encode_key(_days(column), key))
    return found


def _days(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return days from month * 31 + day of the month - 1; missing ones stay so."""
    number = column.to_numpy(dtype=float, na_value=np.nan)
    missing = np.isnan(number)
    months, day = np.divmod(np.where(missing, (1970 * 12 + 1) * 31, number).astype(np.int64), 31)
    days = (months - 1970 * 12 - 1).astype("M8[M]").astype("M8[D]") + day
    return pd.Series(days.astype("M8[s]"), index=column.index).mask(missing)


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
