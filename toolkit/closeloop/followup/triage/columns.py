"""The accepted frame as rules see it: item, ``matrix.row``, or a column of the export that no item asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.forms.coded import UNANSWERED, Coded

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.survey.survey import Survey


def rule_columns(accepted: pd.DataFrame, survey: Survey, names: Iterable[str]) -> dict[str, Coded]:
    """Return the columns that rules refer to, as far as the responses have them.

    Parameters
    ----------
    accepted : DataFrame
        The accepted rows of `closeloop.responses.responses.Responses`.
    survey : Survey
    names : iterable of str
        What the rules refer to.

    Examples
    --------
    >>> import closeloop as cl, pandas as pd
    >>> survey = cl.load_survey("relationship-nps")
    >>> accepted = cl.read_responses(pd.DataFrame({"recommend": ["9", ""], "plan": ["gold", ""]}), survey).accepted
    >>> {name: column.values for name, column in rule_columns(accepted, survey, ["recommend", "plan"]).items()}
    {'plan': ('gold',), 'recommend': (9.0,)}
    """
    items = {item.name: item for item in survey.items}
    found: dict[str, Coded] = {}
    for name in sorted(set(names)):
        item = items.get(name.partition(".")[0])
        kind = item.type if item is not None else ""
        column = name.replace(".", "__") if kind == "matrix" else name
        if kind == "multi" and item is not None:
            found[name] = _ticked(accepted, name, item.values)
        elif kind == "ranking" and item is not None:
            found[name] = _ranked(accepted, name, item.values)
        elif kind == "matrix" and item is not None and name == item.name:
            found |= rule_columns(accepted, survey, [f"{name}.{row.value}" for row in getattr(item, "rows", ())])
        elif column in accepted:
            found[name] = coded(accepted[column])
    return found


def coded(column: pd.Series[Any]) -> Coded:
    """Return one column; an empty text is no answer."""
    import pandas as pd

    if isinstance(column.dtype, pd.CategoricalDtype):
        values = tuple(str(value) for value in column.cat.categories)
        return Coded(column.cat.codes.to_numpy().astype(np.int32), values)
    if pd.api.types.is_bool_dtype(column.dtype):
        return Coded.of(column.astype(object).to_numpy())
    if pd.api.types.is_numeric_dtype(column.dtype):
        return Coded.of(column.to_numpy(dtype=float, na_value=np.nan))
    return Coded.of(np.array([value if _said(value) else None for value in column.tolist()], dtype=object))


def _said(value: object) -> bool:
    return not isinstance(value, str) or bool(value.strip())


def _ticked(accepted: pd.DataFrame, name: str, options: Iterable[str]) -> Coded:
    """Return the ticks of a question of several answers as one column of tuples."""
    there = [option for option in options if f"{name}__{option}" in accepted]
    return _tuples(_table(accepted, name, there), lambda row: tuple(o for o, v in zip(there, row, strict=True) if v))


def _ranked(accepted: pd.DataFrame, name: str, options: Iterable[str]) -> Coded:
    there = [option for option in options if f"{name}__{option}" in accepted]

    def order(row: tuple[float, ...]) -> tuple[str, ...]:
        ranks: Mapping[str, float] = {o: v for o, v in zip(there, row, strict=True) if v >= 1}
        return tuple(sorted(ranks, key=ranks.__getitem__))

    return _tuples(_table(accepted, name, there), order)


def _table(accepted: pd.DataFrame, name: str, options: list[str]) -> Any:
    columns = [accepted[f"{name}__{option}"].to_numpy(dtype=float, na_value=np.nan) for option in options]
    return np.column_stack(columns) if columns else np.empty((len(accepted), 0))


def _tuples(table: Any, of: Any) -> Coded:
    """Return rows as codes into tuples; a row in which nothing is known is unanswered."""
    codes = np.full(len(table), UNANSWERED, dtype=np.int32)
    known = ~np.isnan(table).all(axis=1) if table.shape[1] else np.zeros(len(table), dtype=bool)
    if not known.any():
        return Coded(codes, ())
    rows, inverse = np.unique(np.nan_to_num(table[known]), axis=0, return_inverse=True)
    codes[known] = inverse.reshape(-1)
    return Coded(codes, tuple(of(tuple(row)) for row in rows.tolist()))
