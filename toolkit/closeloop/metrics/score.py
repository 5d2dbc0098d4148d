"""`score`: from a frame or responses and metric specifications to a table of scores."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from closeloop.metrics.breakdowns import Cut, Key, chosen_cuts, key_name
from closeloop.metrics.counting import AnyTally, Scored, answer_frame, design_weight, sample_design, scored, tallies_of
from closeloop.metrics.design import Design
from closeloop.metrics.encode import sort_key
from closeloop.metrics.estimate import Result, interval_rows
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.period import Period
from closeloop.metrics.protect import checked_min_n, protect
from closeloop.metrics.score_block import RESERVED, GroupScore, ScoreBlock
from closeloop.metrics.score_input import ScoreInput, cautions_on, chosen_metrics, score_input
from closeloop.metrics.score_notes import score_notes
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import Metric
from closeloop.metrics.written_call import as_code, written_call
from closeloop.stats.intervals import DEGENERATE, METHODS, Interval, normal_quantile
from closeloop.text import message

__all__ = ["GroupScore", "ScoreBlock", "ScoreInput", "ScoreTable", "score"]


def score(
    data: Any,
    metric: Metric | str | Sequence[Metric | str] | None = None,
    by: Key | Sequence[Key] | None = None,
    *,
    breakdowns: Sequence[Key | Sequence[Key]] | None = None,
    weight: str | None = None,
    design: Design | None = None,
    confidence_level: float = 0.95,
    method: str | None = None,
    min_n: int = 10,
) -> ScoreTable:
    """Return the scores of groups, each with its interval.

    Parameters
    ----------
    data : frame, Responses or Tally
        Any frame that narwhals knows, eager or lazy, a mapping of columns, or `Responses`. None, NaN and NA are missing
        answers (never passives) or missing keys (a group of their own). A `Tally` of any of them gives the same table.
    metric : Nps, TopBox, MeanScore, GapScore or str, or a list of them
        What to measure; of responses also the name of a metric that the survey declares, or None for all of them; of a
        tally the name of one that was counted, or None for all of them.
    by : str, Period or list of them
        The key to break down by; a list crosses its keys. A tally without `by` and `breakdowns` is broken down as it
        was counted; ``by=[]`` asks for everybody together.
    breakdowns : list
        Several breakdowns, one block each; an entry is whatever `by` may be.
    weight : str, optional
        Column of weights: finite, not negative, none missing. A row of weight 0 stays in the sample and counts nowhere.
        Equal weights are the same as none.
    design : Design, optional
        How the sample was drawn: columns of weights, strata, clusters and population counts.
    confidence_level : float
        Between 0 and 1.
    method : str, optional
        The interval: of an NPS ``"adjusted-wald"`` (default), ``"score"``, ``"mover"``, ``"dirichlet"``,
        ``"agresti-min"``, ``"bonett-price"``, ``"may-johnson"``, ``"goodman"``, ``"t"``, ``"wald"`` or ``"bootstrap"``
        (see `closeloop.stats.intervals.nps_interval`); of a share ``"wilson"`` (default), ``"jeffreys"``,
        ``"agresti-coull"`` or ``"clopper-pearson"``; of a mean ``"t"``. A method without any width where all answers of
        a group are alike gives way to ``"score"`` there, and a note says so.
    min_n : int
        Groups with fewer answers are hidden, and with them as many of the next smallest as it takes that nobody can
        work them out from the figures shown; 0 hides none.

    Returns
    -------
    ScoreTable

    Raises
    ------
    ResponseValidationError
        If an answer is not allowed (11, 7.5, a text): nothing is rounded or dropped.
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If something else asked for cannot be.

    Notes
    -----
    A weighted or otherwise designed sample has a linearised standard error (`closeloop.stats.design.taylor`; without a
    design respondents count as drawn independently). The interval is the same formula at the effective sample size n*
    (`closeloop.stats.effective_size.n_star`), and its method says so (``"adjusted-wald+n*"``); for a mean that is
    Student's t with the design's degrees of freedom. A group has those of the units and strata in which it has members.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> frame = {"recommend": [10, 9, 9, 3, 7] * 6, "region": ["East"] * 15 + ["West"] * 15}
    >>> table = score(frame, Nps("recommend"), by="region")
    >>> table
    <ScoreTable: nps by region; 2 groups, 0 hidden, 30 rows>
    >>> table.result(region="West")
    NpsResult(score=40.0, n=15, 95% CI -3.6 to 70.3)
    """
    checked_min_n(min_n)
    weighed_by = design_weight(weight, design)
    normal_quantile(confidence_level)  # refuses an impossible level before anything is counted
    given = score_input(data, tallies=True)
    metrics = chosen_metrics(metric, given)
    cuts = chosen_cuts(by, breakdowns, RESERVED)
    tallies: Callable[[Metric, Sequence[Cut]], Sequence[AnyTally]]
    if given.tally is None:
        frame = answer_frame(given, metrics, cuts, weighed_by, design)
        drawn = sample_design(design)
        tallies = partial(tallies_of, frame, weight=weighed_by, cache=given.cache, design=drawn)
    else:
        given.tally.require_design(weighed_by, design)
        cuts = cuts if breakdowns is not None or by is not None else list(given.tally.cuts)
        weighed_by, drawn, tallies = given.tally.weight, sample_design(given.tally.design), given.tally.of_each
    methods = [_method(spec, method) for spec in metrics]
    blocks: list[ScoreBlock] = []
    n_rows = 0
    for spec, interval in zip(metrics, methods, strict=True):
        found = tallies(spec, cuts)
        counted = [_in_order(spec, tally) for tally in found]
        n_rows = found[0].n_rows
        verdicts = protect(cuts, [([int(r.n) for r in c.results], c.keys) for c in counted], min_n)
        for cut, rows, verdict in zip(cuts, counted, verdicts, strict=True):
            blocks.append(_block(spec, cut, rows, verdict, interval, confidence_level))
    periods = {key.key: key.title for cut in cuts for key in cut if isinstance(key, Period)}
    return ScoreTable(
        blocks=tuple(blocks),
        confidence_level=confidence_level,
        min_n=min_n,
        n_rows=n_rows,
        notes=(*score_notes(blocks, min_n, weighed_by, drawn), *cautions_on(given, metrics)),
        source=given.source,
        period=given.period,
        labels=given.labels,
        titles={**periods, **given.titles},
        call=written_call(
            *_called(given, data, metric),
            {
                "by": (by, None),
                "breakdowns": (breakdowns, None),
                "weight": (weighed_by if design is None and given.tally is None else None, None),
                "design": (design, None),
                "confidence_level": (confidence_level, 0.95),
                "method": (method, None),
                "min_n": (min_n, 10),
            },
        ),
    )


def _called(given: ScoreInput, data: Any, metric: Any) -> tuple[str, list[str]]:
    """Return the name of the call and what stands first in it."""
    if given.tally is not None:
        return "cl.score", ["tally", *([] if metric is None else [as_code(metric)])]
    if metric is None:
        return "responses.score", []
    return "cl.score", ["responses" if hasattr(data, "__closeloop_scores__") else "data", as_code(metric)]


def _method(spec: Metric, method: str | None) -> str:
    choices = METHODS[spec.kind]
    if method is not None and method not in choices:
        shown = ", ".join(f'"{choice}"' for choice in choices)
        raise ValueError(message("scores.unknown_method", method=method, what=spec.name, choices=shown))
    return choices[0] if method is None else method


def _in_order(spec: Metric, tally: AnyTally) -> Scored:
    """Return the results by their keys, so that what is hidden does not depend on the order an engine found them in."""
    found = scored(spec, tally)
    keys = found.keys
    order = [0, *sorted(range(1, len(keys)), key=lambda row: [sort_key(value) for value in keys[row]])]
    return replace(found, keys=[keys[row] for row in order], results=[found.results[row] for row in order])


def _block(spec: Metric, cut: Cut, rows: Scored, verdict: list[str | None], method: str, level: float) -> ScoreBlock:
    limits = interval_rows(rows.results, level, method)
    added = "" if rows.moments is None else "+n*"
    own: list[str | None] = [None] * len(limits)
    for row in _without_width(rows.results, limits, method):
        limits[row] = interval_rows([rows.results[row]], level, "score")[0]
        own[row] = f"score{added}"
    scores = [
        GroupScore(key=key, n=int(result.n), n_missing=result.n_missing, result=result, ci=ci, method=other)
        if reason is None
        else GroupScore(key=key, n=None, n_missing=None, result=None, ci=None, suppressed=True, reason=reason)
        for key, result, ci, reason, other in zip(rows.keys, rows.results, limits, verdict, own, strict=True)
    ]
    ordered = [isinstance(key, Period) or _is_scale(rows.keys, position) for position, key in enumerate(cut)]

    def place(group: GroupScore) -> tuple[Any, ...]:
        """Periods and scales in their order, then the largest group; hidden ones last, as their place tells their n."""
        natural = [sort_key(value) for value, is_ordered in zip(group.key, ordered, strict=False) if is_ordered]
        return natural, group.suppressed, -(group.n or 0), [sort_key(value) for value in group.key]

    return ScoreBlock(
        metric=spec,
        keys=tuple(key_name(key) for key in cut),
        groups=tuple(sorted(scores[1:], key=place)) if cut else (),
        total=scores[0],
        method=f"{method}{added}",
        moments=rows.moments,
        moment_keys=rows.moment_keys,
    )


def _without_width(results: Sequence[Result], limits: Sequence[Interval[float] | None], method: str) -> list[int]:
    """Return the groups whose answers are all alike, so that the method asked for would claim to know them exactly."""
    return [
        row
        for row, (result, ci) in enumerate(zip(results, limits, strict=True))
        if isinstance(result, NpsResult) and method in DEGENERATE and result.n and ci is not None and ci.low == ci.high
        if result.design is None or not result.design.is_census
    ]


def _is_scale(keys: Sequence[tuple[object, ...]], position: int) -> bool:
    """Return whether a key's values are whole numbers, which have an order of their own."""
    values = [key[position] for key in keys[1:] if key[position] is not None]
    return bool(values) and all(isinstance(value, int) and not isinstance(value, bool) for value in values)
