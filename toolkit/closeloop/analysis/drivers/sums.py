"""What a driver analysis needs of the data: complete rows, or only their sums where another engine holds the rows.

A row counts if the outcome and all items are answered and its weight is not 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt

from closeloop.errors import ResponseValidationError
from closeloop.frames import as_frame, require_columns
from closeloop.metrics.design import Design, refuse_weights
from closeloop.metrics.encode import answer_numbers
from closeloop.metrics.score_input import ScoreInput, answer_rows
from closeloop.stats.correlation import correlation_of
from closeloop.text import LocalText, message

FloatArray = npt.NDArray[np.float64]

_ROUNDING = 1e-20  # of the mean square: both engines centre before they square


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverRows:
    """The complete rows.

    Attributes
    ----------
    values : ndarray, rows × columns
        Items, the outcome last.
    weights : ndarray
        All 1 without weights.
    clusters : ndarray or None
        Cluster of each row.
    """

    values: FloatArray
    weights: FloatArray
    clusters: npt.NDArray[np.int64] | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DriverSums:
    """Sums over the complete rows; the columns are the items, the outcome last.

    Attributes
    ----------
    n, n_missing : int
        Complete rows; rows left out for a gap.
    weight_sum : float
        Σw.
    mean : ndarray
        Weighted means.
    gram : ndarray
        Σ w (x_i − m_i)(x_j − m_j).
    """

    n: int
    n_missing: int
    weight_sum: float
    mean: FloatArray
    gram: FloatArray

    @property
    def correlation(self) -> FloatArray:
        """The correlation matrix; NaN where a column has no variance."""
        return correlation_of(self.gram, _ROUNDING * self.weight_sum * self.mean**2)

    @property
    def sd(self) -> FloatArray:
        """Weighted standard deviations."""
        if not self.weight_sum > 0:
            return np.full(len(self.mean), np.nan)
        return np.asarray(np.sqrt(np.diagonal(self.gram) / self.weight_sum))


def rows_of(
    given: ScoreInput, columns: Sequence[str], weight: str | None, cluster: str | None, what: LocalText
) -> tuple[DriverRows, int]:
    """Return the complete rows, and how many were left out for a gap.

    Raises
    ------
    ColumnNotFoundError, ResponseValidationError, ValueError
        If a column is not there or holds something else than numbers, the frame is lazy, or a weight or cluster cannot
        be used.

    Examples
    --------
    >>> given = ScoreInput(frame={"a": [1, 2, None], "y": [1, 5, 2]})
    >>> rows, missing = rows_of(given, ["a", "y"], None, None, LocalText("this"))
    >>> rows.values.tolist(), missing
    ([[1.0, 1.0], [2.0, 5.0]], 1)
    """
    design = Design(weight=weight, cluster=cluster) if weight or cluster else None
    frame = answer_rows(given, [*columns, *(design.columns if design else ())], what)
    drawn = design.arrays(frame) if design else None
    values = np.column_stack([answer_numbers(frame[column]) for column in columns])
    weights = np.ones(len(values)) if drawn is None or drawn.weight is None else drawn.weight
    counted, complete = weights > 0, ~np.isnan(values).any(axis=1)
    used = counted & complete
    clusters = None if drawn is None or drawn.clusters is None else drawn.clusters[used]
    rows = DriverRows(values=values[used], weights=weights[used], clusters=clusters)
    return rows, int((counted & ~complete).sum())


def sums_of(rows: DriverRows, n_missing: int) -> DriverSums:
    """Return the sums of complete rows.

    Examples
    --------
    >>> rows = DriverRows(values=np.array([[1.0, 1.0], [2.0, 5.0]]), weights=np.ones(2), clusters=None)
    >>> sums_of(rows, 0).gram.tolist()
    [[0.5, 2.0], [2.0, 8.0]]
    """
    total = float(rows.weights.sum())
    k = rows.values.shape[1]
    mean = rows.weights @ rows.values / total if total else np.full(k, np.nan)
    centred = rows.values - mean
    gram = (centred * rows.weights[:, None]).T @ centred
    return DriverSums(n=len(rows.values), n_missing=n_missing, weight_sum=total, mean=mean, gram=gram)


def is_lazy(given: ScoreInput) -> bool:
    """Return whether another engine holds the rows.

    Examples
    --------
    >>> is_lazy(ScoreInput(frame={"a": [1]}))
    False
    """
    return isinstance(as_frame(given.frame), nw.LazyFrame)


def sums_in_engine(given: ScoreInput, columns: Sequence[str], weight: str | None) -> DriverSums:
    """Return the sums of a lazy frame's complete rows, added up where they lie: one pass for means, one for products.

    Raises
    ------
    ColumnNotFoundError, ResponseValidationError, ValueError
        If a column is not there, holds something else than finite numbers, or a weight cannot be used.
    """
    frame = as_frame(given.frame)
    if not isinstance(frame, nw.LazyFrame):
        raise TypeError(message("drivers.not_lazy", found=type(given.frame).__name__))
    require_columns(frame, [*columns, *([weight] if weight else [])], given.source)
    schema = frame.collect_schema()
    for column in columns:
        if not (schema[column].is_numeric() or schema[column] == nw.Boolean):
            raise ResponseValidationError(message("drivers.not_numbers", column=column, found=str(schema[column])))
    k = len(columns)
    names = [f"closeloop x{i}" for i in range(k)]
    numbers = [nw.col(column).cast(nw.Float64) for column in columns]
    finite = [(x > -np.inf) & (x < np.inf) for x in numbers]  # false or null of a NaN and a null in every engine
    w = nw.lit(1.0) if weight is None else nw.col(weight).cast(nw.Float64)
    usable = (w >= 0) & (w < np.inf)
    rows = frame.select(
        *(_number(ok, x).alias(name) for ok, x, name in zip(finite, numbers, names, strict=True)),
        *(_number(ok, nw.lit(1.0)).alias(f"{name} ok") for ok, name in zip(finite, names, strict=True)),
        *(
            _number((x == np.inf) | (x == -np.inf), nw.lit(1.0)).alias(f"{name} infinite")  # to some, a NaN is above it
            for x, name in zip(numbers, names, strict=True)
        ),
        _number(usable, w).alias("closeloop w"),
        _number(usable & (w > 0), nw.lit(1.0)).alias("closeloop counted"),
        (1.0 - _number(usable, nw.lit(1.0))).alias("closeloop bad"),
    )
    complete = nw.col("closeloop counted")
    for name in names:
        complete = complete * nw.col(f"{name} ok")
    rows = rows.with_columns(complete.alias("closeloop complete")).with_columns(
        (nw.col("closeloop complete") * nw.col("closeloop w")).alias("closeloop v")
    )
    first = _added_up(
        rows,
        [nw.col(name) for name in ("closeloop counted", "closeloop complete", "closeloop v", "closeloop bad")]
        + [nw.col(f"{name} infinite") for name in names]
        + [nw.col("closeloop v") * nw.col(name) for name in names],
    )
    counted, n, total, bad = first[:4]
    if bad and weight is not None:
        _refuse_weights(frame, weight, int(bad))
    for column, infinite in zip(columns, first[4 : 4 + k], strict=True):
        if infinite:
            raise ResponseValidationError(message("drivers.infinite", column=column, count=int(infinite)))
    mean = first[4 + k :] / total if total > 0 else np.full(k, np.nan)
    gram = np.full((k, k), np.nan)
    if total > 0:
        centred = [nw.col(name) - float(m) for name, m in zip(names, mean, strict=True)]
        upper = [(i, j) for i in range(k) for j in range(i, k)]
        products = _added_up(rows, [nw.col("closeloop v") * centred[i] * centred[j] for i, j in upper])
        for (i, j), product in zip(upper, products, strict=True):
            gram[i, j] = gram[j, i] = product
    return DriverSums(n=round(n), n_missing=round(counted - n), weight_sum=float(total), mean=mean, gram=gram)


def _number(condition: nw.Expr, value: nw.Expr) -> nw.Expr:
    return nw.when(condition).then(value).otherwise(nw.lit(0.0))


def _added_up(rows: Any, terms: list[nw.Expr]) -> FloatArray:
    """Return the sums of some expressions over all rows (some engines add up plain columns only)."""
    names = [f"closeloop sum {i}" for i in range(len(terms))]
    wide = rows.select(*(term.alias(name) for term, name in zip(terms, names, strict=True)))
    small = wide.select(*(nw.col(name).sum() for name in names)).collect().to_pandas()
    return small[names].to_numpy(dtype=float, na_value=0.0)[0]  # type: ignore[no-any-return]


def _refuse_weights(frame: Any, weight: str, count: int) -> None:
    w = nw.col(weight).cast(nw.Float64)
    bad = frame.filter(~((w >= 0) & (w < np.inf)) | w.is_null()).select(weight).head(5).collect().to_pandas()
    refuse_weights(weight, count, bad[weight].tolist())
