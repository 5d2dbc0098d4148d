"""Finding a group of a score table by what it is called: the key's value, or the label on display in any language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from typing import TYPE_CHECKING

from closeloop.errors import ColumnNotFoundError, InsufficientDataError, closest
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.metrics.score_block import GroupScore, ScoreBlock
    from closeloop.metrics.score_table import ScoreTable


def blocks_of(table: ScoreTable, metric: str | None, by: Sequence[str] | None) -> list[ScoreBlock]:
    """Return the blocks of a metric that are broken down by these keys.

    Raises
    ------
    ValueError
        If the metric is not told and there are several, or there is none of that name.
    ColumnNotFoundError
        If the table is not broken down by these keys.
    """
    names = list(dict.fromkeys(block.metric.name for block in table.blocks))
    if metric not in names and (metric is not None or len(names) > 1):
        raise ValueError(message("scores.which_metric", names=", ".join(names)))
    blocks = [b for b in table.blocks if metric in (None, b.metric.name)]
    if by is None:
        return blocks
    found = [b for b in blocks if set(b.keys) == set(by)]
    if not found:
        known = list(dict.fromkeys(key for block in table.blocks for key in block.keys))
        unknown = next((key for key in by if key not in known), next(iter(by)))
        raise ColumnNotFoundError(unknown, known, message("scores.the_table"))
    return found


def group_of(table: ScoreTable, block: ScoreBlock, wanted: Mapping[str, object]) -> GroupScore:
    """Return the group with these key values.

    Raises
    ------
    ValueError
        If there is no such group.
    InsufficientDataError
        If it is hidden.
    """
    key = tuple(_value(table, block, position, wanted[name]) for position, name in enumerate(block.keys))
    found = next((g for g in block.groups if g.key == key), None)
    if found is None:
        known = [", ".join(map(str, g.key)) for g in block.groups]
        asked = ", ".join(f"{k}={v!r}" for k, v in wanted.items())
        near = closest(", ".join(map(str, key)), known) or tuple(known[:5])
        raise ValueError(message("scores.no_group", asked=asked, near="; ".join(near)))
    if found.result is None:
        raise InsufficientDataError(message("scores.group_hidden", min_n=table.min_n))
    return found


def group_name(table: ScoreTable, block: ScoreBlock, group: GroupScore) -> LocalText | str:
    """Return what a group is called on display."""
    names: list[LocalText | str] = []
    for key, value in zip(block.keys, group.key, strict=True):
        if value is None:
            names.append(message("scores.missing_key"))
        else:
            names.append(table.labels.get(key, {}).get(value, str(value)))
    return reduce(lambda one, other: message("scores.crossed_name", one=one, other=other), names)


def _value(table: ScoreTable, block: ScoreBlock, position: int, asked: object) -> object:
    """Return the key's value itself, or the one that alone bears this label."""
    if any(group.key[position] == asked for group in block.groups):
        return asked
    labels = table.labels.get(block.keys[position], {})
    values = dict.fromkeys(group.key[position] for group in block.groups)
    bearing = [value for value in values if value in labels and asked in dict(labels[value]).values()]
    return bearing[0] if len(bearing) == 1 else asked
