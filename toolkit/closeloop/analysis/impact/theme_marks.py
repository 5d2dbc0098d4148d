"""Responses with their themes in columns of whole numbers, a bit each: what any engine can group sums by."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.engine_join import fits, key_columns, key_kind, key_names, key_values, plain_key, uploaded
from closeloop.analysis.impact.theme_table import (
    THEME,
    CodedIds,
    CodedResponses,
    IntArray,
    ThemeTable,
    coded_ids,
    coding_frame,
    refuse_all,
    refuse_mark,
    refuse_twice,
    refuse_unmatched,
)  # fmt: skip
from closeloop.frames import Frame, column_names, plain_value, require_columns
from closeloop.metrics.encode import sort_key
from closeloop.text import message

Lazy = nw.LazyFrame[Any]

_BITS = 48
"""Themes in a column: sums of so many bits are whole numbers in a float, too."""
_VALUE, _KNOWN = key_names()
_CODED, _ROWS, _TWICE = "closeloop coded", "closeloop rows", "closeloop twice"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MarkedResponses:
    """Responses with their themes.

    Attributes
    ----------
    frame : pandas.DataFrame or LazyFrame
        The responses.
    columns : list of str
        The columns that hold the themes; 0 where there is none.
    themes : tuple of str
        The theme of each bit.
    n_unknown : int
        Coded responses that are not among the data.
    """

    frame: Frame
    columns: list[str]
    themes: tuple[str, ...]
    n_unknown: int


def marked_rows(frame: pd.DataFrame, table: ThemeTable) -> MarkedResponses:
    """Return a pandas frame with the themes of its rows.

    Examples
    --------
    >>> table = ThemeTable(themes=("price", "staff"), row=np.array([1, 1]), theme=np.array([0, 1]), n_unknown=0)
    >>> found = marked_rows(pd.DataFrame({"x": [9, 3]}), table)
    >>> found.frame[found.columns[0]].tolist()
    [0, 3]
    """
    names = _names(len(table.themes))
    words = _words(table.row, table.theme, len(frame), len(names))
    return MarkedResponses(
        frame=frame.assign(**dict(zip(names, words, strict=True))), columns=names, themes=table.themes,
        n_unknown=table.n_unknown,
    )  # fmt: skip


def marked_lazy(frame: Lazy, coding: Any, on: str) -> MarkedResponses:
    """Return a lazy frame with the themes of its rows joined in; parameters and errors as `theme_table`.

    A coding that lies in the same engine stays there. Any other goes to the rows, as a table of ids and themes.

    Examples
    --------
    >>> import polars as pl
    >>> rows = nw.from_native(pl.LazyFrame({"id": ["a", "b"]}))
    >>> found = marked_lazy(rows, {"id": ["a", "c"], "theme": ["price", "staff"]}, "id")
    >>> found.themes, found.n_unknown, sorted(found.frame.collect()[found.columns[0]])
    (('price', 'staff'), 1, [0, 1])
    """
    table = coding if isinstance(coding, CodedResponses) else coding_frame(coding)
    if isinstance(table, nw.LazyFrame) and _same_engine(frame, table):
        coded = _coded_there(frame, table, on)
    else:
        coded = _sent_there(frame, coded_ids(table, on), on)
    names = _names(len(coded.themes))
    keyed = frame.with_columns(*key_columns(on, coded.kind))
    joined = keyed.join(coded.rows, on=[_VALUE, _KNOWN], how="left").with_columns(
        nw.col(name).fill_null(0).cast(nw.Int64) for name in (*names, _CODED)
    )
    matched = _matched(joined, on, coded.kind)
    if coded.of is not None and (coded.n_missing or matched < coded.n_ids):
        _refuse_lost(keyed, coded, coded.of, on)
    if coded.first is not None and not matched:
        refuse_all(on, coded.first[0], _first(frame, on))
    return MarkedResponses(
        frame=joined, columns=names, themes=coded.themes, n_unknown=coded.n_ids - matched + coded.n_missing
    )


def themes_of(keys: Sequence[tuple[object, ...]], n_themes: int) -> tuple[IntArray, IntArray]:
    """Return the pairs of group and theme, from the groups' values in the columns of themes.

    Examples
    --------
    >>> [pairs.tolist() for pairs in themes_of([(0,), (5,)], 3)]
    [[1, 1], [0, 2]]
    """
    words = np.array(keys, dtype=np.int64).reshape(len(keys), -1)
    said = [np.flatnonzero(words[:, theme // _BITS] >> (theme % _BITS) & 1) for theme in range(n_themes)]
    if not said:
        return np.empty(0, np.int64), np.empty(0, np.int64)
    return np.concatenate(said), np.repeat(np.arange(n_themes), [len(groups) for groups in said])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Coded:
    """A coding in the engine of the data.

    Attributes
    ----------
    rows : LazyFrame
        Each id that is not missing once, with its themes.
    themes : tuple of str
    kind : str
        What kind of column the ids are, see `closeloop.analysis.engine_join.KIND`.
    n_ids, n_missing : int
        Ids that are not missing; 1 if one is.
    first : tuple or None
        The first id; None if there are no coded responses.
    of : CodedIds or None
        The coding of which each id has to be among the data.
    """

    rows: Lazy
    themes: tuple[str, ...]
    kind: str
    n_ids: int
    n_missing: int
    first: tuple[object] | None
    of: CodedIds | None = None


def _sent_there(frame: Lazy, coded: CodedIds, on: str) -> _Coded:
    import pyarrow as pa

    kind = key_kind(frame, on)
    codes, found = pd.factorize(coded.ids.astype(object))
    ids = [plain_value(value) for value in found]
    known = codes[coded.entry] >= 0
    width = max(len(coded.themes), 1)
    pairs = np.unique(codes[coded.entry][known].astype(np.int64) * width + coded.theme[known])
    names = _names(len(coded.themes))
    words = _words(pairs // width, pairs % width, len(ids), len(names))
    may = np.array([fits(value, kind) for value in ids], dtype=bool)  # a text is not among numbers
    columns = key_values((value for value, ok in zip(ids, may.tolist(), strict=True) if ok), kind)
    columns[_CODED] = pa.array(np.ones(int(may.sum()), np.int64))
    columns |= {name: pa.array(word[may]) for name, word in zip(names, words, strict=True)}
    return _Coded(
        rows=uploaded(frame, columns), themes=coded.themes, kind=kind, n_ids=len(ids),
        n_missing=int((codes < 0).any()), first=(coded.ids.iloc[0],) if len(coded.ids) else None,
        of=coded if coded.all_known else None,
    )  # fmt: skip


def _coded_there(frame: Lazy, coding: Lazy, on: str) -> _Coded:
    require_columns(coding, [on], message("impact.the_coding"))
    kinds = {key_kind(frame, on), key_kind(coding, on)}
    head = _small(coding.select(on).head(1))[on]
    first = (head.iloc[0],) if len(head) else None
    if len(kinds) > 1 and kinds != {"whole", "number"} and first is not None:
        refuse_all(on, first[0], _first(frame, on))
    kind = "number" if "number" in kinds else min(kinds)
    themes, marks = _marks_of_mentions(coding) if THEME in column_names(coding) else _marks_of_columns(coding, on)
    names = _names(len(themes))
    marked = [mark.alias(f"closeloop mark {i}") for i, mark in enumerate(marks)]
    said = coding.select(*key_columns(on, kind), *marked).group_by(_VALUE, _KNOWN)
    by_id = said.agg(nw.len().alias(_ROWS), *(nw.col(f"closeloop mark {i}").max() for i in range(len(marks))))
    words = []
    for place, name in enumerate(names):
        bits = [nw.col(f"closeloop mark {i}").cast(nw.Int64) * 2 ** (i % _BITS) for i in range(len(marks))]
        mine = bits[place * _BITS : (place + 1) * _BITS]
        words.append((reduce(add, mine) if mine else nw.lit(0)).cast(nw.Int64).alias(name))
    rows = by_id.filter(nw.col(_KNOWN) == 1).with_columns(*words, nw.lit(1).alias(_CODED))
    ids = _small(by_id.group_by(_KNOWN).agg(nw.len().alias(_ROWS)))
    counts = dict(zip(ids[_KNOWN].tolist(), ids[_ROWS].tolist(), strict=True))
    return _Coded(
        rows=rows.select(_VALUE, _KNOWN, _CODED, *names), themes=themes, kind=kind, n_ids=int(counts.get(1, 0)),
        n_missing=int(counts.get(0, 0) > 0), first=first,
    )  # fmt: skip


def _marks_of_mentions(coding: Lazy) -> tuple[tuple[str, ...], list[nw.Expr]]:
    """Return the themes of a lazy coding in long form, and for each whether a row mentions it."""
    dtype = coding.collect_schema()[THEME]
    theme = nw.col(THEME).cast(nw.String) if isinstance(dtype, nw.Categorical | nw.Enum) else nw.col(THEME)
    found = _small(coding.select(theme.alias(THEME)).group_by(THEME).agg(nw.len().alias(_ROWS)))[THEME]
    values = [value for value in found.tolist() if plain_value(value) is not None]
    values.sort(key=lambda value: sort_key(plain_value(value)))
    marks = [nw.when(theme == value).then(nw.lit(1)).otherwise(nw.lit(0)) for value in values]
    return tuple(str(plain_value(value)) for value in values), marks


def _marks_of_columns(coding: Lazy, on: str) -> tuple[tuple[str, ...], list[nw.Expr]]:
    """Return the themes of a lazy coding in wide form, and for each whether a row mentions it."""
    names = [name for name in column_names(coding) if name != on]
    if not names:
        raise ValueError(message("impact.no_theme", column=THEME))
    schema = coding.collect_schema()
    marks = []
    for name in names:
        column = nw.col(name)
        mark, strange = nw.lit(0), ~column.is_null()
        if schema[name].is_numeric() or isinstance(schema[name], nw.Boolean):
            number = column.cast(nw.Float64)
            mark = nw.when(number == 1).then(nw.lit(1)).otherwise(nw.lit(0))
            # (No engine takes a NaN, which is a missing mark, to be under ∞.)
            strange = (number < 0) | ((number > 0) & (number < 1)) | ((number > 1) & (number <= np.inf))
        found = _small(coding.filter(strange).select(name).head(1))[name]
        if len(found):
            refuse_mark(name, found.iloc[0])
        marks.append(mark)
    return tuple(names), marks


def _matched(joined: Lazy, on: str, kind: str) -> int:
    """Return how many of the responses are coded; refuse ids that stand in several rows."""
    by_id = joined.filter(nw.col(_KNOWN) == 1).group_by(_VALUE).agg(nw.len().alias(_ROWS), nw.col(_CODED).max())
    marked = by_id.with_columns(nw.when(nw.col(_ROWS) > 1).then(nw.lit(1)).otherwise(nw.lit(0)).alias(_TWICE))
    found = _small(marked.group_by(_TWICE, _CODED).agg(nw.len().alias(_ROWS)))
    twice = int(found[_ROWS][found[_TWICE] == 1].sum())
    if twice:
        example = _small(by_id.filter(nw.col(_ROWS) > 1).select(nw.col(_VALUE).min()))[_VALUE].iloc[0]
        refuse_twice(on, twice, plain_key(example, kind))
    return int(found[_ROWS][found[_CODED] == 1].sum())


def _refuse_lost(keyed: Lazy, coded: _Coded, of: CodedIds, on: str) -> None:
    """Raise for ids of a Coding that are not among the data, naming the first."""
    there = coded.rows.join(keyed.select(_VALUE, _KNOWN), on=[_VALUE, _KNOWN], how="semi").select(_VALUE)
    found = {plain_key(value, coded.kind) for value in _small(there)[_VALUE].tolist()}
    lost = [value for value in of.ids if plain_value(value) not in found]
    refuse_unmatched(len(lost), len(of.ids), on, lost[0], _first(keyed, on))


def _first(frame: Lazy, on: str) -> str:
    """Return the first id of the data, for messages."""
    head = _small(frame.select(on).head(1))[on]
    return repr(plain_value(head.iloc[0])) if len(head) else "–"


def _same_engine(one: Lazy, other: Lazy) -> bool:
    """Return whether one engine holds both; relations of two connections of DuckDB cannot be joined."""
    engine: Any = one.implementation
    if engine is not other.implementation:
        return False
    if not engine.is_duckdb():
        return True
    import duckdb

    try:
        nw.to_native(one).set_alias("a").cross(nw.to_native(other).set_alias("b"))
    except duckdb.InvalidInputException:
        return False
    return True


def _names(n_themes: int) -> list[str]:
    return [f"closeloop themes {i}" for i in range(max(-(-n_themes // _BITS), 1))]


def _words(row: IntArray, theme: IntArray, size: int, n_words: int) -> list[npt.NDArray[np.int64]]:
    """Return the bits of each row's themes; each pair stands once."""
    bit = np.exp2(theme % _BITS)
    place = theme // _BITS
    return [
        np.bincount(row[place == word], bit[place == word], size).astype(np.int64) for word in range(n_words)
    ]  # fmt: skip


def _small(frame: Lazy) -> pd.DataFrame:
    table: pd.DataFrame = frame.collect().to_pandas()
    return table
