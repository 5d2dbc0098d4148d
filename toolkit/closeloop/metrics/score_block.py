"""One block of a table of scores: a metric broken down by some keys, and each group's row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from closeloop.metrics.doors import number
from closeloop.metrics.estimate import Result
from closeloop.metrics.moments import DesignMoments
from closeloop.metrics.satisfaction import MeanResult
from closeloop.metrics.spec import Metric
from closeloop.stats.intervals import Interval

RESERVED = (
    "metric", "breakdown", "n", "n_missing", "promoters", "passives", "detractors", "top", "mean", "sd", "estimate",
    "std_error", "ci_low", "ci_high", "method", "suppressed", "reason",
)  # fmt: skip
"""Names of the table's own columns; no key may bear one of them."""

EXTRA = {"nps": ("promoters", "passives", "detractors"), "top_box": ("top", "mean"), "mean": ("sd",)}
"""What `ScoreTable.to_dict` tells of each kind of metric beside the common columns."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupScore:
    """One group's score, or that it is hidden.

    Attributes
    ----------
    key : tuple
        One value per key of the block; None where the key is missing.
    n, n_missing : int or None
        Respondents who answered and who did not; None where hidden.
    result : NpsResult, ShareResult, MeanResult or None
        None where hidden.
    ci : Interval or None
        In public units, by the table's method and level; None where hidden or without a limit.
    suppressed : bool
        Whether the group is hidden to protect its members.
    reason : {None, "small", "complementary"}
        Why: too few answers, or hidden so that a hidden group cannot be had by subtraction.
    method : str, optional
        The interval method, where it is not the block's.
    """

    key: tuple[object, ...]
    n: int | None
    n_missing: int | None
    result: Result | None
    ci: Interval[float] | None
    suppressed: bool = False
    reason: str | None = None
    method: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreBlock:
    """One metric broken down by one set of keys.

    Attributes
    ----------
    metric : Nps, TopBox or MeanScore
    keys : tuple of str
        Names of the key columns; empty for a metric of everybody together.
    groups : tuple of GroupScore
        In display order: periods as time goes, else the largest first and hidden ones last. Empty without keys.
    total : GroupScore
        Everybody together.
    method : str
        The interval method, ``"…+n*"`` in a weighted or otherwise designed sample.
    moments : DesignMoments, optional
        Sums by group and sampling unit, for differences; only in such a sample.
    moment_keys : tuple of tuples
        The key of each group in `moments`.
    """

    metric: Metric
    keys: tuple[str, ...]
    groups: tuple[GroupScore, ...]
    total: GroupScore
    method: str
    moments: DesignMoments | None = field(default=None, repr=False, compare=False)
    moment_keys: tuple[tuple[object, ...], ...] = field(default=(), repr=False, compare=False)


def group_row(block: ScoreBlock, group: GroupScore) -> dict[str, Any]:
    """Return one group as JSON-safe values: metric, keys, figures; those of a hidden one are None."""
    result, ci = group.result, group.ci
    row: dict[str, Any] = {"metric": block.metric.name}
    row |= {key: _json_key(value) for key, value in zip(block.keys, group.key, strict=False)}
    row |= {"n": group.n, "n_missing": group.n_missing}
    for name in EXTRA[block.metric.kind]:
        value = getattr(result, name, None)
        value = value.score if isinstance(value, MeanResult) else value
        row[name] = None if value is None else number(value)
    row["estimate"] = None if result is None else number(result.score)
    row["std_error"] = None if result is None else number(result.std_error)
    row["ci_low"] = None if ci is None else number(ci.low)
    row["ci_high"] = None if ci is None else number(ci.high)
    return row | {"method": group.method or block.method, "suppressed": group.suppressed, "reason": group.reason}


def _json_key(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    return value if value is None or isinstance(value, str | int | float) else str(value)
