"""Two groups of a score table compared, with what they share under the sample's design."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from closeloop.errors import InsufficientDataError
from closeloop.metrics.compare import Difference, compare
from closeloop.metrics.estimate import Result
from closeloop.metrics.moments import DesignMoments, Estimates
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.table_lookup import blocks_of, group_name, group_of
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.metrics.score_block import GroupScore, ScoreBlock
    from closeloop.metrics.score_table import ScoreTable


def compare_groups(table: ScoreTable, a: object, b: object, metric: str | None, by: Sequence[str] | None) -> Difference:
    """Return a minus b; parameters and errors as `ScoreTable.compare`."""
    block = next((block for block in blocks_of(table, metric, by) if block.keys), None)
    if block is None:
        raise ValueError(message("scores.compare_how"))
    one = _group(table, block, a)
    other = None if b is ... else _group(table, block, b)
    if one is other:
        raise ValueError(message("scores.compare_itself", asked=group_name(table, block, one)))
    first, second = one.result, _rest(table, block, one) if other is None else other.result
    if first is None or second is None:
        raise InsufficientDataError(message("scores.group_hidden", min_n=table.min_n))
    rest: LocalText | str = message("scores.the_rest")
    names = (group_name(table, block, one), rest if other is None else group_name(table, block, other))
    if block.moments is None:
        return compare(first, second, names=names, confidence_level=table.confidence_level)
    index = {key: position for position, key in enumerate(block.moment_keys)}
    mine = [index[one.key]]
    theirs = [i for i in index.values() if i not in mine] if other is None else [index[other.key]]
    variance, df = block.moments.difference(mine, theirs)
    return Difference.from_design(
        first,
        second,
        names=names,
        variance=variance,
        df=df,
        confidence_level=table.confidence_level,
        notes=[message("design.note_difference")],
    )


def _group(table: ScoreTable, block: ScoreBlock, asked: object) -> GroupScore:
    values = asked if isinstance(asked, tuple) else (asked,)
    if len(values) != len(block.keys):
        example = ", ".join(repr(value) for value in block.groups[0].key) if block.groups else ""
        text = message(
            "scores.compare_key", keys=" × ".join(block.keys), count=len(block.keys), asked=asked, example=example
        )
        raise ValueError(text)
    return group_of(table, block, dict(zip(block.keys, values, strict=True)))


def _rest(table: ScoreTable, block: ScoreBlock, group: GroupScore) -> Result:
    """Return the result of everybody outside of a group."""
    total, part = block.total.result, group.result
    n = 0 if total is None or part is None else int(total.n - part.n)
    if total is None or part is None or n < table.min_n:
        raise InsufficientDataError(message("scores.group_hidden", min_n=table.min_n))
    missing = total.n_missing - part.n_missing
    others = None if block.moments is None else _others(block.moments, block.moment_keys.index(group.key))
    design = None if others is None else others.precision[0]
    if isinstance(total, NpsResult) and isinstance(part, NpsResult):
        promoters, passives, detractors = (
            _less(getattr(total, name), getattr(part, name)) for name in ("promoters", "passives", "detractors")
        )
        return NpsResult(promoters, passives, detractors, missing, design)
    if isinstance(total, ShareResult) and isinstance(part, ShareResult):
        return ShareResult(_less(total.top, part.top), _less(total.rest, part.rest), missing, None, design)
    if others is not None:
        mean, square = float(others.mean[0]), float(others.spread[0])
    else:
        whole, own = (_sums(r) for r in (total, part) if isinstance(r, MeanResult))
        mean = (whole[0] - own[0]) / n if n else math.nan
        square = max(whole[1] - own[1] - n * mean**2, 0.0) / (n - 1) if n > 1 else math.nan
    return MeanResult(mean, math.sqrt(square) if n > 1 else math.nan, n, missing, design)


def _others(moments: DesignMoments, group: int) -> Estimates:
    """Return the one estimate of all groups but this one."""
    of = np.zeros(moments.n_groups, np.int64)
    of[group] = -1
    return moments.estimates(of, 1)


def _less(whole: float, part: float) -> float:
    """Return a count without a part of it; sums of weights may leave a hair below nothing."""
    return max(whole - part, 0)


def _sums(result: MeanResult) -> tuple[float, float]:
    """Return Σy and Σy²."""
    n, mean = result.n, result.score
    if n == 0:
        return 0.0, 0.0
    return n * mean, n * mean**2 + ((n - 1) * result.sd**2 if n > 1 else 0.0)
