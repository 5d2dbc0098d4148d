"""The gap of each respondent as a column, so that it is summed up like any other number."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import add
from typing import Any

import narwhals.stable.v2 as nw
import pandas as pd

from closeloop.errors import ResponseValidationError
from closeloop.frames import Frame
from closeloop.metrics.counts import Key, MomentTally, sum_moments, sum_moments_cuts
from closeloop.metrics.design import Design
from closeloop.metrics.encode import answer_numbers
from closeloop.metrics.spec import GapScore, MeanScore


def sum_gaps(
    frame: Frame,
    spec: GapScore,
    cuts: Sequence[Sequence[Key]],
    weight: str | None = None,
    cache: dict[object, Any] | None = None,
    design: Design | None = None,
) -> list[MomentTally]:
    """Sum up the gaps of respondents by sets of keys; parameters and errors as `counts.sum_moments_cuts`.

    Examples
    --------
    >>> frame = pd.DataFrame({"e": [5, 4, 5], "p": [4, 4, None]})
    >>> (tally,) = sum_gaps(frame, GapScore(["e"], ["p"]), [[]])
    >>> tally.n.tolist(), tally.sums[0, 1].item()
    ([2], -1.0)
    """
    column = f"closeloop gap {list(spec.items)}"
    if isinstance(frame, pd.DataFrame):
        with_gap = frame.assign(**{column: _values(frame, spec)})
        return sum_moments_cuts(with_gap, column, cuts, weight, cache, design)
    schema = frame.collect_schema()
    texts = [item for item in spec.items if not (schema[item].is_numeric() or schema[item] == nw.Boolean)]
    for item in texts:
        sum_moments(frame, item)  # refuses what is no number, naming the column
    lazily = frame.with_columns(_expression(spec).alias(column))
    try:
        return sum_moments_cuts(lazily, column, cuts, weight, design=design)
    except ResponseValidationError:
        for item in spec.items:
            sum_moments(frame, item)  # names the column in question
        raise


def sum_apart(
    frame: Frame,
    spec: MeanScore | GapScore,
    centre: float,
    keys: Sequence[Key] = (),
    weight: str | None = None,
    design: Design | None = None,
) -> MomentTally:
    """Sum up by how much answers, or gaps, lie above `centre`: near their mean sums of squares keep their digits.

    Parameters are those of `closeloop.metrics.counts.sum_moments`; the answers have been summed up before, so that
    those which are no numbers have been refused.

    Examples
    --------
    >>> tally = sum_apart(pd.DataFrame({"x": [2001.0, 2003.0]}), MeanScore("x"), 2002.0)
    >>> tally.sums[0, :3].tolist()
    [2.0, 0.0, 2.0]
    """
    column = f"closeloop apart {list(spec.items)}"
    if isinstance(frame, pd.DataFrame):
        return sum_moments(frame.assign(**{column: _values(frame, spec) - centre}), column, keys, weight, None, design)
    return sum_moments(
        frame.with_columns((_expression(spec) - centre).alias(column)), column, keys, weight, design=design
    )


def _values(frame: pd.DataFrame, spec: MeanScore | GapScore) -> Any:
    numbers = [answer_numbers(frame[item]) for item in spec.items]
    if isinstance(spec, MeanScore):
        return numbers[0]
    pairs = len(spec.expectation)
    return (reduce(add, numbers[pairs:]) - reduce(add, numbers[:pairs])) / pairs


def _expression(spec: MeanScore | GapScore) -> nw.Expr:
    numbers = [nw.col(item).cast(nw.Float64) for item in spec.items]
    if isinstance(spec, MeanScore):
        return numbers[0]
    pairs = len(spec.expectation)
    return (reduce(add, numbers[pairs:]) - reduce(add, numbers[:pairs])) / pairs
