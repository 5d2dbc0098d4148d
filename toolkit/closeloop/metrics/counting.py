"""From a metric and its keys to a tally, and from a tally to the results of its groups, whichever kind of metric."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.frames import Frame, as_frame, require_columns
from closeloop.metrics.breakdowns import Cut, Key, key_column
from closeloop.metrics.counts import CountTally, MomentTally, count_cuts, sum_moments_cuts
from closeloop.metrics.design import Design
from closeloop.metrics.estimate import Result, group_counts, mean_results, nps_results, share_results
from closeloop.metrics.gap import sum_gaps
from closeloop.metrics.moments import DesignMoments
from closeloop.metrics.score_input import ScoreInput
from closeloop.metrics.spec import GapScore, MeanScore, Metric, Nps
from closeloop.text import message

AnyTally = CountTally | MomentTally
Question = tuple[Any, ...]
"""What is counted for a metric; metrics that ask the same of the same column share it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """The results of one metric and one set of keys; the first is that of everybody.

    Attributes
    ----------
    keys : list of tuples
        The key of each result; empty for everybody.
    results : list of NpsResult, ShareResult or MeanResult
    moments : DesignMoments or None
        Of a weighted or otherwise designed sample.
    moment_keys : tuple of tuples
        The key of each group in `moments`.
    """

    keys: list[tuple[object, ...]]
    results: list[Result]
    moments: DesignMoments | None
    moment_keys: tuple[tuple[object, ...], ...]


def design_weight(weight: str | None, design: Design | None) -> str | None:
    """Return the column of weights, which may stand beside the design or in it.

    Raises
    ------
    TypeError
        If the design is none.
    ValueError
        If both name a column, and not the same.

    Examples
    --------
    >>> design_weight(None, Design(weight="w", strata="region"))
    'w'
    """
    if design is None:
        return weight
    if not isinstance(design, Design):
        raise TypeError(message("design.not_a_design", found=type(design).__name__))
    if weight is not None and weight != design.weight:
        raise ValueError(message("scores.weight_and_design", weight=weight, other=design.weight or "–"))
    return design.weight


def sample_design(design: Design | None) -> Design | None:
    """Return the design if it says more of the sample than weights.

    Examples
    --------
    >>> sample_design(Design(weight="w"))
    """
    return None if design is None or design.weights_only else design


def answer_frame(
    given: ScoreInput, metrics: Sequence[Metric], cuts: Sequence[Cut], weight: str | None, design: Design | None
) -> Frame:
    """Return the frame to be counted, which has all the columns that are asked for.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    """
    frame = as_frame(given.frame)
    columns = [item for spec in metrics for item in spec.items]
    columns += [key_column(key) for cut in cuts for key in cut]
    columns += [] if weight is None else [weight]
    require_columns(frame, columns if design is None else [*columns, *design.columns], given.source)
    return frame


def question(spec: Metric) -> Question:
    """Return what is counted for a metric, whatever it is called and whichever answers it calls good.

    Examples
    --------
    >>> from closeloop.metrics.spec import TopBox
    >>> question(TopBox("overall", top=1)) == question(TopBox("overall", top=2, name="satisfied"))
    True
    """
    if isinstance(spec, GapScore):
        return "gap", spec.expectation, spec.perception
    if isinstance(spec, MeanScore):
        return "sum", spec.item
    return "count", spec.item, spec.levels.start, spec.levels.stop


def tally_of(
    frame: Frame,
    spec: Metric,
    keys: Sequence[Key],
    *,
    weight: str | None = None,
    cache: dict[object, Any] | None = None,
    design: Design | None = None,
) -> AnyTally:
    """Count or sum up what a metric asks for; parameters and errors as `closeloop.metrics.counts.count`.

    Examples
    --------
    >>> import pandas as pd
    >>> tally_of(pd.DataFrame({"x": [9, 10]}), MeanScore("x"), []).n.tolist()
    [2]
    """
    return tallies_of(frame, spec, [keys], weight=weight, cache=cache, design=design)[0]


def tallies_of(
    frame: Frame,
    spec: Metric,
    cuts: Sequence[Sequence[Key]],
    *,
    weight: str | None = None,
    cache: dict[object, Any] | None = None,
    design: Design | None = None,
) -> Sequence[AnyTally]:
    """Count or sum up what a metric asks for, by several sets of keys; else as `tally_of`.

    Examples
    --------
    >>> import pandas as pd
    >>> [tally.n.tolist() for tally in tallies_of(pd.DataFrame({"x": [9, 10]}), MeanScore("x"), [[], ["x"]])]
    [[2], [1, 1]]
    """
    if isinstance(spec, GapScore):
        return sum_gaps(frame, spec, cuts, weight, cache, design)
    if isinstance(spec, MeanScore):
        return sum_moments_cuts(frame, spec.item, cuts, weight, cache, design)
    return count_cuts(frame, spec.item, spec.levels, cuts, weight, cache, design)


def scored(spec: Metric, tally: AnyTally) -> Scored:
    """Return the results of everybody and of each group of a tally.

    Examples
    --------
    >>> import pandas as pd
    >>> spec = Nps("x")
    >>> found = scored(spec, tally_of(pd.DataFrame({"x": [9, 3], "k": ["a", "b"]}), spec, ["k"]))
    >>> found.keys, [one.score for one in found.results]
    ([(), ('a',), ('b',)], [0.0, 100.0, -100.0])
    """
    if isinstance(tally, MomentTally):
        keys, means, moments = mean_results(tally)
        return Scored(keys=keys, results=list(means), moments=moments, moment_keys=tuple(keys[1:]))
    counts = group_counts(tally)
    if isinstance(spec, MeanScore | GapScore):
        raise TypeError(f"a tally of counts has no {type(spec).__name__}")
    moments = counts.moments(spec.values)
    results: list[Result]
    if isinstance(spec, Nps):
        results = list(nps_results(counts, spec, moments))
    else:
        results = list(share_results(counts, spec, moments))
    keys = counts.keys
    return Scored(keys=keys, results=results, moments=moments, moment_keys=tuple(keys[1:]))
