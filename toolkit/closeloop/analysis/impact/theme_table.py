"""Which responses mention which theme, however a coding is written down."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import as_frame, column_names, plain_value, require_columns
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


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeTable:
    """Themes of responses, each pair once.

    Attributes
    ----------
    themes : tuple of str
        The themes, in the order in which they first occur (long form) or stand (wide form).
    row, theme : ndarray of int
        The pairs: position of the response, position of the theme.
    n_unknown : int
        Coded responses that are not among the data.
    """

    themes: tuple[str, ...]
    row: IntArray
    theme: IntArray
    n_unknown: int


def theme_table(coding: Any, ids: pd.Series[Any], on: str) -> ThemeTable:
    """Return which of the responses mention which theme.

    Parameters
    ----------
    coding : Coding, frame, or object with ``to_frame()``
        A Coding: its codes, as assigned; each of its ids must be among those of the data. Long form: a row per mention
        with the columns `on` and ``theme`` (several mentions of a theme count once, a missing theme says "none"). Wide
        form: a row per response with `on` and a column of 0 and 1 per theme.
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
    if isinstance(coding, CodedResponses):
        return _of_coding(coding, ids, on)
    frame = _pandas(coding)
    require_columns(as_frame(frame), [on], message("impact.the_coding"))
    at = _places(frame[on], ids, on)
    n_unknown = int(frame[on][at < 0].nunique(dropna=False))
    if len(frame) and not (at >= 0).any():
        raise ValueError(
            message("impact.no_match", column=on, coded=repr(plain_value(frame[on].iloc[0])), data=_first(ids))
        )
    if THEME in frame.columns:
        theme, found = pd.factorize(frame[THEME])
        names, row = list(found), at
    else:
        names, entry, theme = _wide(frame, on)
        row = at[entry]
    said = (row >= 0) & (theme >= 0)
    pairs = _distinct(row[said].astype(np.int64) * max(len(names), 1) + theme[said], len(ids) * len(names))
    return ThemeTable(
        themes=tuple(str(plain_value(name)) for name in names), row=pairs // max(len(names), 1),
        theme=pairs % max(len(names), 1), n_unknown=n_unknown,
    )  # fmt: skip


def _of_coding(coding: CodedResponses, ids: pd.Series[Any], on: str) -> ThemeTable:
    """Return the pairs of a coding: a response that has a code in any of its mentions has it once."""
    named = pd.Series(coding.ids)
    at = _places(named, ids, on)
    lost = at < 0
    if lost.any():
        raise ValueError(
            message(
                "impact.unmatched", count=int(lost.sum()), of=len(at), column=on,
                coded=repr(plain_value(named[lost].iloc[0])), data=_first(ids),
            )
        )  # fmt: skip
    marks = np.asarray(coding.matrix("response")) > 0
    said = np.flatnonzero(marks.any(axis=0))
    entry, theme = np.nonzero(marks[:, said])
    pairs = _distinct(at[entry].astype(np.int64) * max(len(said), 1) + theme, len(ids) * len(said))
    return ThemeTable(
        themes=tuple(coding.codes[i] for i in said), row=pairs // max(len(said), 1), theme=pairs % max(len(said), 1),
        n_unknown=0,
    )  # fmt: skip


def _places(named: pd.Series[Any], ids: pd.Series[Any], on: str) -> IntArray:
    """Return where each id of a coding stands in the data; −1 where it does not."""
    known = pd.Index(ids.astype(object))
    twice = known[known.notna() & known.duplicated()]
    if len(twice):
        raise ValueError(message("impact.id_twice", column=on, count=len(twice.unique()), example=repr(twice[0])))
    at = known.get_indexer_for(pd.Index(named.astype(object))) if len(named) else np.empty(0, np.int64)
    return np.where(named.isna().to_numpy(), -1, at)


def _distinct(codes: IntArray, size: int) -> IntArray:
    """Return the codes that occur, in order; by marking them where they lie close, which is many times faster."""
    if size > _CLOSE * max(len(codes), 1 << 16):
        return np.unique(codes)
    seen = np.zeros(size, dtype=bool)
    seen[codes] = True
    return np.flatnonzero(seen)


def _first(ids: pd.Series[Any]) -> str:
    return repr(plain_value(ids.iloc[0])) if len(ids) else "–"


def _pandas(coding: Any) -> pd.DataFrame:
    as_table = getattr(coding, "to_frame", None)
    frame = as_frame(as_table() if callable(as_table) and not isinstance(coding, pd.DataFrame) else coding)
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
            found = repr(plain_value(column[strange].iloc[0]))
            raise ValueError(message("impact.not_a_mark", column=name, found=found, theme=THEME))
        marks[:, i] = column.isin([1]).to_numpy()
    entry, codes = np.nonzero(marks)
    return names, entry, codes
