"""The distinct combinations of some columns, with the sums of weights in each: all of a sample that raking needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import as_frame, plain_value, require_columns
from closeloop.metrics.design import checked_weights, refuse_weights
from closeloop.metrics.encode import Codes, encode_key
from closeloop.metrics.score_input import ScoreInput, answer_rows
from closeloop.stats.design import compact
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
_SUMS = ("closeloop rows", "closeloop n", "closeloop w", "closeloop w2", "closeloop low", "closeloop high")


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginCells:
    """The combinations that occur.

    Attributes
    ----------
    columns : tuple of str
        The columns; with the column of weights as the last one where the cells are told apart by it too.
    values : list of tuple
        Of each cell its value in each column; None is missing.
    rows, n : ndarray
        Answers of each cell, and those of them whose weight is not 0.
    weight, squares, low, high : ndarray
        Of each cell Σw, Σw², and the smallest and largest weight that is not 0 (0 where there is none).
    row : ndarray or None
        The cell of each row of the sample; None for a lazy frame.
    """

    columns: tuple[str, ...]
    values: list[tuple[object, ...]]
    rows: FloatArray
    n: FloatArray
    weight: FloatArray
    squares: FloatArray
    low: FloatArray
    high: FloatArray
    row: npt.NDArray[np.int64] | None


def margin_cells(given: ScoreInput, columns: Sequence[str], weight: str | None, by_weight: bool = False) -> MarginCells:
    """Return the combinations of some columns; a lazy frame's own engine counts them.

    Parameters
    ----------
    given : ScoreInput
        The sample.
    columns : sequence of str
        The columns.
    weight : str, optional
        Column of weights; each answer counts 1 if not given.
    by_weight : bool
        Whether answers of different weight are different cells.

    Returns
    -------
    MarginCells

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If a weight is negative, infinite or missing.

    Examples
    --------
    >>> cells = margin_cells(ScoreInput(frame=pd.DataFrame({"sex": list("ffm")})), ["sex"], None)
    >>> cells.values, cells.weight.tolist()
    ([('f',), ('m',)], [2.0, 1.0])
    """
    frame = as_frame(given.frame)
    keys = [*columns, weight] if by_weight and weight is not None else list(columns)
    wanted = [*columns, weight] if weight is not None else list(columns)
    require_columns(frame, wanted, given.source)
    if isinstance(frame, nw.LazyFrame):
        small = _counted_in_engine(frame, keys, weight)
        table = [small[name].to_numpy(dtype=float) for name in _SUMS]
        return _combined(small, keys, table, lazy=True)
    rows = answer_rows(given, wanted, message("rake.what"))
    w = np.ones(len(rows)) if weight is None else checked_weights(rows[weight], weight)
    table = [np.ones(len(rows)), (w > 0).astype(float), w, w**2, np.where(w > 0, w, np.inf), w]
    return _combined(rows, keys, table, lazy=False)


def combined_codes(encoded: Sequence[Codes], n_rows: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the combination of several keys on each row, and the first row of each combination.

    Examples
    --------
    >>> codes = [encode_key(pd.Series(list("aba"))), encode_key(pd.Series([1, 1, 2]))]
    >>> [part.tolist() for part in combined_codes(codes, 3)]
    [[0, 2, 1], [0, 2, 1]]
    """
    cell = np.zeros(n_rows, np.int64)
    cells = 1
    for codes in encoded:
        width = len(codes.labels)
        found, cell = compact(cell * width + codes.values.astype(np.int64) + codes.offset, cells * width)
        cells = len(found)
    first = np.empty(cells if n_rows else 0, np.int64)
    first[cell[::-1]] = np.arange(n_rows - 1, -1, -1)
    return cell, first


def _combined(frame: pd.DataFrame, keys: Sequence[str], table: Sequence[FloatArray], *, lazy: bool) -> MarginCells:
    codes = [encode_key(frame[key]) for key in keys]
    cell, first = combined_codes(codes, len(frame))
    values = [
        tuple(plain_value(c.labels[int(c.values[at]) + c.offset]) for c in codes) for at in first.tolist()
    ]  # fmt: skip
    sums = [np.asarray(np.bincount(cell, weights=column, minlength=first.size), dtype=float) for column in table[:4]]
    rows, n, w, squares = sums
    low, high = np.full(first.size, np.inf), np.zeros(first.size)
    np.minimum.at(low, cell, table[4])
    np.maximum.at(high, cell, table[5])
    return MarginCells(
        columns=tuple(keys), values=values, rows=rows, n=n, weight=w, squares=squares,
        low=np.where(np.isinf(low), 0.0, low), high=high, row=None if lazy else cell,
    )  # fmt: skip


def _counted_in_engine(frame: nw.LazyFrame[Any], keys: Sequence[str], weight: str | None) -> pd.DataFrame:
    names = [f"closeloop key {i}" for i in range(len(keys))]
    w = nw.lit(1.0) if weight is None else nw.col(weight).cast(nw.Float64)
    usable = (w >= 0) & (w < np.inf)
    positive = usable & (w > 0)
    columns = frame.select(
        *(nw.col(key).alias(name) for key, name in zip(keys, names, strict=True)),
        nw.when(positive).then(nw.lit(1.0)).otherwise(nw.lit(0.0)).alias(_SUMS[1]),
        w.alias(_SUMS[2]) if weight is not None else nw.lit(1.0).alias(_SUMS[2]),
        (w * w).alias(_SUMS[3]) if weight is not None else nw.lit(1.0).alias(_SUMS[3]),
        nw.when(positive).then(w).otherwise(nw.lit(np.inf)).alias(_SUMS[4]),
        nw.when(positive).then(w).otherwise(nw.lit(0.0)).alias(_SUMS[5]),
        nw.when(usable).then(nw.lit(0)).otherwise(nw.lit(1)).alias("closeloop bad"),
    )
    grouped = columns.group_by(*names).agg(
        nw.len().alias(_SUMS[0]),
        *(nw.col(name).sum() for name in _SUMS[1:4]),
        nw.col(_SUMS[4]).min(),
        nw.col(_SUMS[5]).max(),
        nw.col("closeloop bad").sum(),
    )
    small: pd.DataFrame = grouped.collect().to_pandas()
    if weight is not None and small["closeloop bad"].sum():
        number = nw.col(weight).cast(nw.Float64)
        strange = frame.filter(~((number >= 0) & (number < np.inf)) | number.is_null()).select(weight).head(5)
        refuse_weights(weight, int(small["closeloop bad"].sum()), strange.collect().to_pandas()[weight].tolist())
    return small.rename(columns=dict(zip(names, keys, strict=True)))
