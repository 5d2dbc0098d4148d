"""Which responses mention which theme, however a coding is written down, where the responses are at hand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NoReturn, Protocol, runtime_checkable

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import Frame, as_frame, column_names, plain_value, require_columns
from closeloop.metrics.encode import sort_key
from closeloop.text import message

IntArray = npt.NDArray[np.int64]

_CLOSE = 64

THEME = "theme"
"""The column of themes in a coding's long form."""


@runtime_checkable
class CodedResponses(Protocol):
    """A coding, as far as themes of responses go; that of `closeloop.themes` stands to the right of this package."""

    codes: tuple[str, ...]
    ids: Any

    def matrix(self, unit: str = ..., coder: str | None = ...) -> Any:
        """Return which response (a row) has which code (a column)."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CodedIds:
    """A coding, read: which of its entries mention which theme.

    Attributes
    ----------
    ids : Series
        The response of each entry; a response may have several.
    themes : tuple of str
        The themes, in the order in which they first occur (long form) or stand (wide form, Coding).
    entry, theme : ndarray of int
        The pairs: position of the entry, position of the theme.
    all_known : bool
        Whether each id has to be among the data.
    """

    ids: pd.Series[Any]
    themes: tuple[str, ...]
    entry: IntArray
    theme: IntArray
    all_known: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeTable:
    """Themes of responses, each pair once.

    Attributes
    ----------
    themes : tuple of str
        The themes.
    row, theme : ndarray of int
        The pairs: position of the response, position of the theme.
    n_unknown : int
        Coded responses that are not among the data.
    """

    themes: tuple[str, ...]
    row: IntArray
    theme: IntArray
    n_unknown: int


def coded_ids(coding: Any, on: str) -> CodedIds:
    """Return a coding as pairs of entry and theme.

    Parameters
    ----------
    coding : Coding, frame, or object with ``to_frame()``
        A Coding: its codes, as assigned. Long form: a row per mention with the columns `on` and ``theme`` (a missing
        theme says "none"). Wide form: a row per response with `on` and a column of 0 and 1 per theme.
    on : str
        The column that tells responses apart.

    Returns
    -------
    CodedIds

    Raises
    ------
    ColumnNotFoundError
        If the coding has no column `on`.
    ValueError
        If a wide column holds something else than 0/1.

    Examples
    --------
    >>> found = coded_ids({"response_id": ["r1", "r1"], "theme": ["price", None]}, "response_id")
    >>> found.themes, found.entry.tolist(), len(found.ids)
    (('price',), [0], 2)
    """
    if isinstance(coding, CodedResponses):
        marks = np.asarray(coding.matrix("response")) > 0
        said = np.flatnonzero(marks.any(axis=0))
        entry, theme = np.nonzero(marks[:, said])
        return CodedIds(
            ids=pd.Series(coding.ids), themes=tuple(coding.codes[i] for i in said), entry=entry, theme=theme,
            all_known=True,
        )  # fmt: skip
    frame = _pandas(coding)
    require_columns(as_frame(frame), [on], message("impact.the_coding"))
    if THEME in frame.columns:
        codes, found = pd.factorize(frame[THEME])
        names = list(found)
        entry = np.flatnonzero(codes >= 0)
        theme = codes[entry].astype(np.int64)
    else:
        names, entry, theme = _wide(frame, on)
    return CodedIds(
        ids=frame[on], themes=tuple(str(plain_value(name)) for name in names), entry=entry, theme=theme,
        all_known=False,
    )  # fmt: skip


def theme_table(coding: Any, ids: pd.Series[Any], on: str) -> ThemeTable:
    """Return which of the responses mention which theme.

    Parameters
    ----------
    coding : Coding, frame, or object with ``to_frame()``
        See `coded_ids`; several mentions of a theme count once, and the ids of a Coding must all be among the data.
    ids : Series
        The responses of the data, in their order.
    on : str
        The column that tells responses apart.

    Returns
    -------
    ThemeTable

    Raises
    ------
    ColumnNotFoundError
        If the coding has no column `on`.
    ValueError
        If ids occur twice in the data, none of the coding's is there (of a Coding: not all), or a wide column holds
        something else than 0/1.

    Examples
    --------
    >>> coding = {"response_id": ["r1", "r1", "r3"], "theme": ["price", "price", "staff"]}
    >>> found = theme_table(coding, pd.Series(["r1", "r2", "r3"]), "response_id")
    >>> found.themes, found.row.tolist(), found.theme.tolist()
    (('price', 'staff'), [0, 2], [0, 1])
    """
    coded = coded_ids(coding, on)
    at = _places(coded.ids, ids, on)
    lost = at < 0
    data = repr(plain_value(ids.iloc[0])) if len(ids) else "–"
    if coded.all_known and lost.any():
        refuse_unmatched(int(lost.sum()), len(at), on, coded.ids[lost].iloc[0], data)
    if len(at) and lost.all():
        refuse_all(on, coded.ids.iloc[0], data)
    row = at[coded.entry]
    width = max(len(coded.themes), 1)
    known = row >= 0
    pairs = _distinct(row[known].astype(np.int64) * width + coded.theme[known], len(ids) * width)
    return ThemeTable(
        themes=coded.themes, row=pairs // width, theme=pairs % width,
        n_unknown=int(coded.ids[lost].nunique(dropna=False)),
    )  # fmt: skip


def refuse_twice(on: str, count: int, example: object) -> NoReturn:
    """Raise for ids that stand in several rows of the data.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(message("impact.id_twice", column=on, count=count, example=repr(example)))


def refuse_unmatched(count: int, of: int, on: str, coded: object, data: str) -> NoReturn:
    """Raise for ids of a Coding that are not among the data.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(
        message("impact.unmatched", count=count, of=of, column=on, coded=repr(plain_value(coded)), data=data)
    )


def refuse_all(on: str, coded: object, data: str) -> NoReturn:
    """Raise for a coding of which no id is among the data.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(message("impact.no_match", column=on, coded=repr(plain_value(coded)), data=data))


def refuse_mark(column: str, found: object) -> NoReturn:
    """Raise for a wide column that holds something else than 0 and 1.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(message("impact.not_a_mark", column=column, found=repr(plain_value(found)), theme=THEME))


def _places(named: pd.Series[Any], ids: pd.Series[Any], on: str) -> IntArray:
    """Return where each id of a coding stands in the data; −1 where it does not."""
    known = pd.Index(ids.astype(object))
    twice = known[known.notna() & known.duplicated()]
    if len(twice):
        found = sorted(map(plain_value, twice.unique()), key=sort_key)
        refuse_twice(on, len(found), found[0])
    at = known.get_indexer_for(pd.Index(named.astype(object))) if len(named) else np.empty(0, np.int64)
    return np.where(named.isna().to_numpy(), -1, at)


def _distinct(codes: IntArray, size: int) -> IntArray:
    """Return the codes that occur, in order; by marking them where they lie close, which is many times faster."""
    if size > _CLOSE * max(len(codes), 1 << 16):
        return np.unique(codes)
    seen = np.zeros(size, dtype=bool)
    seen[codes] = True
    return np.flatnonzero(seen)


def coding_frame(coding: Any) -> Frame:
    """Return the table of a coding that is not a `Coding`, lazy if it was.

    Examples
    --------
    >>> coding_frame({"response_id": ["r1"], "theme": ["price"]}).shape
    (1, 2)
    """
    as_table = getattr(coding, "to_frame", None)
    return as_frame(as_table() if callable(as_table) and not isinstance(coding, pd.DataFrame) else coding)


def _pandas(coding: Any) -> pd.DataFrame:
    frame = coding_frame(coding)
    if isinstance(frame, pd.DataFrame):
        return frame
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    table: pd.DataFrame = eager.to_pandas()
    return table


def _wide(frame: pd.DataFrame, on: str) -> tuple[list[str], IntArray, IntArray]:
    names = [name for name in column_names(frame) if name != on]
    if not names:
        raise ValueError(message("impact.no_theme", column=THEME))
    marks = np.zeros((len(frame), len(names)), dtype=bool)
    for i, name in enumerate(names):
        column = frame[name]
        strange = ~(column.isna() | column.isin([0, 1]))
        if strange.any():
            refuse_mark(name, column[strange].iloc[0])
        marks[:, i] = column.isin([1]).to_numpy()
    entry, codes = np.nonzero(marks)
    return names, entry, codes
