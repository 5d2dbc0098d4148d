"""What groups are called on display: the labels of their values, crossed where several columns make them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from closeloop.text import LocalText, message
from closeloop.written import told_joined

Labels = Mapping[str, Mapping[object, LocalText]]
"""Column → value → what the value is called."""


def value_label(labels: Labels, column: str, value: object) -> LocalText:
    """Return what a value of a column is called: its label, else itself; a missing one says so.

    Examples
    --------
    >>> str(value_label({"plan": {"p": LocalText("Pro")}}, "plan", "p")), str(value_label({}, "plan", None))
    ('Pro', '(missing)')
    """
    if value is None:
        return message("scores.missing_key")
    return labels.get(column, {}).get(value, LocalText(str(value)))


def group_label(labels: Labels, columns: Sequence[str], values: Sequence[object]) -> LocalText:
    """Return what a group is called that has these values in these columns.

    Examples
    --------
    >>> str(group_label({}, ["plan", "year"], ["pro", 2025]))
    'pro × 2025'
    """
    return told_joined([value_label(labels, *pair) for pair in zip(columns, values, strict=True)], " × ")
