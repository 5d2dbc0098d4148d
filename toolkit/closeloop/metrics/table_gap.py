"""The gap between a standard and one group of a score table."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from closeloop.errors import InsufficientDataError
from closeloop.metrics.measured_gap import Gap
from closeloop.metrics.table_lookup import blocks_of, group_name, group_of
from closeloop.metrics.units import FORM
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.metrics.score_table import ScoreTable


def table_gap(
    table: ScoreTable,
    standard: float,
    metric: str | None,
    as_of: dt.date | str | None,
    higher_is_better: bool,
    keys: dict[str, object],
) -> Gap:
    """Return the gap of one group; parameters and errors as `closeloop.metrics.score_table.ScoreTable.gap`."""
    block = blocks_of(table, metric, tuple(keys) or None)[0]
    group = group_of(table, block, keys) if keys else block.total
    if group.result is None:
        raise InsufficientDataError(message("scores.group_hidden", min_n=table.min_n))
    if not group.n:
        raise InsufficientDataError(message("gap.no_answers"))
    day = as_of if as_of is not None else table.period[1] if table.period else None
    if day is None:
        raise ValueError(message("gap.no_as_of"))
    return Gap(
        metric=block.metric.name,
        labels=dict(block.metric.label),
        standard=standard,
        actual=float(group.result.score),
        n=int(group.n),
        as_of=day,
        ci=None if group.ci is None else (float(group.ci.low), float(group.ci.high)),
        unit=FORM[block.metric.kind],  # type: ignore[arg-type]
        higher_is_better=higher_is_better,
        where=str(group_name(table, block, group)) if keys else "",
        source=str(table.source),
        confidence_level=table.confidence_level,
    )
