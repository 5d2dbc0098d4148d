"""What the survey behind some data declares for an analysis: its plan, its scales, its dimensions, its words.

An object that has a survey shows it as ``.survey``; a frame has none. Nothing here is guessed from column names.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from closeloop.metrics.score_input import ScoreInput
from closeloop.text import LocalText, message


def planned(data: Any, asked: Any, kind: str) -> Any:
    """Return the metric of the survey's plan that is meant, or what was asked for where that is no name.

    Parameters
    ----------
    data : frame or Responses
        Whose survey is looked at.
    asked : object
        The name of a metric of the plan; None for the only one of its kind; anything else is handed back.
    kind : str
        The kind of metric wanted, such as ``"kano"``.

    Raises
    ------
    ValueError
        If there is no such metric, or more than one and none is named.

    Examples
    --------
    >>> planned({"a": [1]}, {"wifi": ("a", "b")}, "kano")
    {'wifi': ('a', 'b')}
    """
    if asked is not None and not isinstance(asked, str):
        return asked
    survey = getattr(data, "survey", None)
    plans = {} if survey is None else {name: plan for name, plan in survey.metrics.items() if plan.kind == kind}
    if isinstance(asked, str) and asked in plans:
        return plans[asked]
    if asked is None and len(plans) == 1:
        return next(iter(plans.values()))
    declared = ", ".join(plans) or message("scores.none_declared")
    if asked is None:
        raise ValueError(message("reliability.not_named", kind=kind, declared=declared))
    raise ValueError(message("reliability.not_planned", name=asked, kind=kind, declared=declared))


def column_of(name: str) -> str:
    """Return the column of an item or of a matrix row (``item.row``).

    Examples
    --------
    >>> column_of("service.speed")
    'service__speed'
    """
    return name.replace(".", "__")


def columns_of(data: Any, items: str | Sequence[str]) -> tuple[str, ...]:
    """Return the columns meant by a list of them, by the name of a matrix, or by that of a dimension of the survey.

    Examples
    --------
    >>> columns_of({"q1": [1], "q2": [2]}, ["q1", "q2"])
    ('q1', 'q2')
    """
    if not isinstance(items, str):
        return tuple(column_of(name) for name in items)
    declared = [item for item in _items(data) if items in (item.name, item.dimension)]
    return tuple(column for item in declared for column in _columns(item)) or (column_of(items),)


def dimensions_of(data: Any) -> dict[str, tuple[str, ...]]:
    """Return the columns of the items on a scale that declare a dimension, by dimension, in the survey's order."""
    found: dict[str, tuple[str, ...]] = {}
    for item in _items(data):
        if item.dimension is not None and item.scale is not None:
            found[item.dimension] = found.get(item.dimension, ()) + _columns(item)
    return found


def reversed_of(data: Any) -> frozenset[str]:
    """Return the columns whose item says that a high answer is a bad one."""
    return frozenset(column for item in _items(data) if item.reverse for column in _columns(item))


def scale_of(data: Any, columns: Sequence[str]) -> range | None:
    """Return the scale that all these columns are answered on; None if they have several, or the survey none."""
    scales = {column: item.scale for item in _items(data) for column in _columns(item)}
    found = {scales.get(column) for column in columns}
    return found.pop() if len(found) == 1 else None


def different_scales(data: Any, columns: Sequence[str]) -> dict[str, range]:
    """Return the scale of each of these columns where the survey declares that they have several; else nothing."""
    scales = {column: item.scale for item in _items(data) for column in _columns(item)}
    found = {column: scales[column] for column in columns if scales.get(column) is not None}
    return found if len(set(found.values())) > 1 else {}


def title_of(data: Any, given: ScoreInput, column: str) -> LocalText:
    """Return what a column is called on display: its title, the text of its matrix row, else its name."""
    if column in given.titles:
        return given.titles[column]
    name, _, part = column.partition("__")
    for item in _items(data):
        if item.name == name:
            for row in getattr(item, "rows", ()):
                if row.value == part:
                    text: LocalText = row.text
                    return text
    return LocalText({"en": column, "zh-CN": column})


def _items(data: Any) -> Sequence[Any]:
    survey = getattr(data, "survey", None)
    return () if survey is None else survey.items


def _columns(item: Any) -> tuple[str, ...]:
    rows = getattr(item, "rows", ())
    return tuple(f"{item.name}__{row.value}" for row in rows) if rows else (item.name,)
