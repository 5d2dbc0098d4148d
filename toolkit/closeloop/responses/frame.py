"""The accepted frame: one typed column for what each item asks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from closeloop.forms.coded import Coded
from closeloop.responses.answers import Answers
from closeloop.responses.match import Match, unique_name
from closeloop.responses.source import Cells, codes_of
from closeloop.responses.system import categories, text_series

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from closeloop.survey.survey import Survey


def item_columns(survey: Survey, answers: Answers, n: int) -> dict[str, pd.Series]:
    """Return the columns of all items of a survey, in its order; an item the source lacks is missing throughout."""
    columns: dict[str, pd.Series] = {}
    nothing = Coded(np.full(n, -1, dtype=np.int8), ())
    for item in survey.items:
        if item.type != "note" and item.name not in _SYSTEM_ITEMS:
            columns |= _columns_of(item, answers, nothing)
    return columns


_SYSTEM_ITEMS = {"response_id", "respondent_id", "language", "wave", "channel_source"}


def _columns_of(item: Any, answers: Answers, nothing: Coded) -> dict[str, pd.Series]:
    column = answers.columns.get(item.name, nothing)
    name = item.name
    if item.type == "multi":
        return _ticks(item, column) | _beside(item, answers, nothing)
    if item.type == "matrix":
        rows = {f"{name}__{row.value}": answers.columns.get(f"{name}.{row.value}", nothing) for row in item.rows}
        return {key: _points(c) if item.scale is not None else _choices(c, item.values) for key, c in rows.items()}
    if item.type == "ranking":
        return {f"{name}__{option.value}": _rank(column, option.value) for option in item.options}
    if item.type == "single":
        return {name: _choices(column, item.values)} | _beside(item, answers, nothing)
    if item.type in ("nps", "csat", "ces", "rating"):
        return {name: _points(column)}
    if item.type == "number":
        return {name: _numbers(column, whole=item.integer)}
    if item.type == "yesno":
        return {name: _masked(column, [bool(v) for v in column.values], "bool")}
    if item.type == "date":
        days = pa.array([*column.values], pa.date32())
        taken = days.take(pa.array(column.codes, mask=column.codes < 0))
        return {name: pd.Series(pd.array(taken, dtype=pd.ArrowDtype(pa.date32())))}
    return {name: text_series(column.codes, [str(v) for v in column.values])}


def _beside(item: Any, answers: Answers, nothing: Coded) -> dict[str, pd.Series]:
    if not item.other:
        return {}
    other = answers.others.get(item.name, nothing)
    return {f"{item.name}__other_text": text_series(other.codes, [str(v) for v in other.values])}


def _masked(column: Coded, values: Sequence[Any], kind: str) -> pd.Series:
    """Return a nullable column: the values where there is a code, ``<NA>`` where there is none."""
    known = np.array([*values, 0]).astype(kind)
    array: Any = {"b": pd.arrays.BooleanArray, "i": pd.arrays.IntegerArray, "f": pd.arrays.FloatingArray}[
        known.dtype.kind
    ]
    return pd.Series(array(known[column.codes], column.codes < 0))


def _points(column: Coded) -> pd.Series:
    return _masked(column, column.values, "int8")


def _numbers(column: Coded, *, whole: bool) -> pd.Series:
    return _masked(column, column.values, "int64" if whole else "float64")


def _choices(column: Coded, order: Sequence[str]) -> pd.Series:
    return categories(column.codes, [str(v) for v in column.values], order)


def _ticks(item: Any, column: Coded) -> dict[str, pd.Series]:
    chosens = _tuples(column)
    return {
        f"{item.name}__{option}": _masked(column, [option in chosen for chosen in chosens], "bool")
        for option in item.values
    }


def _tuples(column: Coded) -> list[tuple[object, ...]]:
    return [value for value in column.values if isinstance(value, tuple)]


def _rank(column: Coded, option: str) -> pd.Series:
    ranks = [order.index(option) + 1 if option in order else 0 for order in _tuples(column)]
    series = _masked(column, ranks, "int8")
    return series.mask(series == 0)


def kept_columns(cells: Cells, matches: Sequence[Match], taken: Mapping[str, Any]) -> dict[str, pd.Series]:
    """Return the columns that were matched to nothing, as text under their own header; a repeated one gets ``#2``."""
    columns: dict[str, pd.Series] = {}
    known: dict[str, Any] = dict.fromkeys(taken)
    for match in matches:
        if match.item is None and match.system is None and match.column.position < len(cells.columns):
            header = match.column.header.strip() or f"column {match.column.position + 1}"
            name = unique_name(header, known)
            known[name] = None
            column = cells.columns[match.column.position]
            columns[name] = text_series(codes_of(column), column.dictionary.to_pylist())
    return columns


def rows_of(flags: NDArray[np.bool_], frame: pd.DataFrame) -> pd.DataFrame:
    """Return the flagged rows, numbered from 0."""
    return frame if flags.all() else frame[flags].reset_index(drop=True)
