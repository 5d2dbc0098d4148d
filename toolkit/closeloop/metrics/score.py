"""`score`: from a frame or responses and metric specifications to a table of scores."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.frames import Frame, as_frame, require_columns
from closeloop.metrics.estimate import Result, group_counts, interval_rows, mean_results, nps_results, share_results
from closeloop.metrics.period import Period
from closeloop.metrics.protect import key_name, protect
from closeloop.metrics.score_input import ScoreInput, chosen_metrics, score_input
from closeloop.metrics.score_table import RESERVED, GroupScore, ScoreBlock, ScoreTable
from closeloop.metrics.spec import MeanScore, Metric, Nps
from closeloop.metrics.tally import Key, count, sum_moments
from closeloop.stats.intervals import METHODS, normal_quantile
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    pass

__all__ = ["GroupScore", "ScoreBlock", "ScoreInput", "ScoreTable", "score"]

_FEW = 30
"""Below so many answers a note recommends the score interval."""


def score(
    data: Any,
    metric: Metric | str | Sequence[Metric | str] | None,
    by: Key | Sequence[Key] | None = None,
    *,
    breakdowns: Sequence[Key | Sequence[Key]] | None = None,
    weight: str | None = None,
    design: None = None,
    confidence_level: float = 0.95,
    method: str | None = None,
    min_n: int = 10,
) -> ScoreTable:
    """Return the scores of groups, each with its interval.

    Parameters
    ----------
    data : frame or Responses
        Any frame that narwhals knows, eager or lazy, a mapping of columns, or `Responses`. None, NaN and NA are missing
        answers (never passives) or missing keys (a group of their own).
    metric : Nps, TopBox, MeanScore or str, or a list of them
        What to measure; of responses also the name of a metric that the survey declares, or None for all of them.
    by : str, Period or list of them
        The key to break down by; a list crosses its keys.
    breakdowns : list
        Several breakdowns, one block each; an entry is whatever `by` may be.
    weight : str, optional
        Column of weights: finite, not negative, none missing. A row of weight 0 stays in the sample and counts nowhere.
        Equal weights are the same as none.
    design : None
        Reserved for sample designs with strata and clusters.
    confidence_level : float
        Between 0 and 1.
    method : str, optional
        The interval: for an NPS ``"adjusted-wald"`` (default), ``"score"`` or ``"wald"``, for a share ``"wilson"``,
        for a mean ``"t"``.
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
    A weighted estimate has a linearised standard error (respondents drawn independently); its interval is the same
    formula at the effective sample size n*, and its method says so (``"adjusted-wald+n*"``).

    Examples
    --------
    >>> frame = {"recommend": [10, 9, 9, 3, 7] * 6, "region": ["East"] * 15 + ["West"] * 15}
    >>> table = score(frame, Nps("recommend"), by="region")
    >>> table
    <ScoreTable: nps by region; 2 groups, 0 hidden, 30 rows>
    >>> table.result(region="West")
    NpsResult(score=40.0, n=15, 95% CI -3.6 to 70.3)
    """
    if design is not None:
        raise ValueError(message("scores.no_design"))
    normal_quantile(confidence_level)  # refuses an impossible level before anything is counted
    given = score_input(data)
    metrics = chosen_metrics(metric, given)
    cuts = _cuts(by, breakdowns)
    frame = as_frame(given.frame)
    columns = [item for spec in metrics for item in spec.items]
    columns += [key.column if isinstance(key, Period) else key for cut in cuts for key in cut]
    require_columns(frame, columns if weight is None else [*columns, weight], given.source)
    methods = [_method(spec, method) for spec in metrics]
    blocks: list[ScoreBlock] = []
    n_rows = 0
    for spec, interval in zip(metrics, methods, strict=True):
        counted = [_count(frame, spec, cut, weight, given.cache) for cut in cuts]
        verdicts = protect(cuts, [([int(r.n) for r in c.results], c.keys) for c in counted], min_n)
        for cut, rows, verdict in zip(cuts, counted, verdicts, strict=True):
            blocks.append(_block(spec, cut, rows, verdict, interval, confidence_level))
            n_rows = rows.n_rows
    periods = {key.key: key.title for cut in cuts for key in cut if isinstance(key, Period)}
    return ScoreTable(
        blocks=tuple(blocks),
        confidence_level=confidence_level,
        min_n=min_n,
        n_rows=n_rows,
        notes=_notes(blocks, min_n, weight),
        source=given.source,
        period=given.period,
        labels=given.labels,
        titles={**periods, **given.titles},
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """The results of one metric and one set of keys; the first is that of everybody."""

    keys: list[tuple[object, ...]]
    results: list[Result]
    weighted: bool
    n_rows: int


def _cuts(by: Key | Sequence[Key] | None, breakdowns: Sequence[Key | Sequence[Key]] | None) -> list[tuple[Key, ...]]:
    """Return the sets of keys, one per block; one empty set for everybody together."""
    if by is not None and breakdowns is not None:
        raise ValueError(message("scores.by_and_breakdowns"))
    sets = ([] if by is None else [by]) if breakdowns is None else list(breakdowns)
    cuts = [(one,) if isinstance(one, str | Period) else tuple(one) for one in sets] or [()]
    for cut in cuts:
        names = [key_name(key) for key in cut]
        for name in names:
            if name in RESERVED:
                raise ValueError(message("scores.reserved_key", key=name))
            if names.count(name) > 1:
                raise ValueError(message("scores.key_twice", key=name))
    return list(dict.fromkeys(cuts))


def _method(spec: Metric, method: str | None) -> str:
    choices = METHODS[spec.kind]
    if method is not None and method not in choices:
        shown = ", ".join(f'"{choice}"' for choice in choices)
        raise ValueError(message("scores.unknown_method", method=method, what=spec.name, choices=shown))
    return choices[0] if method is None else method


def _count(frame: Frame, spec: Metric, cut: tuple[Key, ...], weight: str | None, cache: dict[object, Any]) -> _Counted:
    if isinstance(spec, MeanScore):
        moments = sum_moments(frame, spec.item, cut, weight, cache)
        keys, means = mean_results(moments)
        return _in_key_order(keys, list(means), moments.weighted, moments.n_rows)
    tally = count(frame, spec.item, spec.levels, cut, weight, cache)
    counts = group_counts(tally)
    results: list[Result]
    results = list(nps_results(counts, spec) if isinstance(spec, Nps) else share_results(counts, spec))
    return _in_key_order(counts.keys, results, tally.weight is not None, tally.n_rows)


def _in_key_order(keys: list[tuple[object, ...]], results: list[Result], weighted: bool, n_rows: int) -> _Counted:
    """Sort the groups, so that what is hidden does not depend on the order in which an engine found them."""
    order = sorted(range(1, len(keys)), key=lambda row: [_sortable(value) for value in keys[row]])
    rows = [0, *order]
    return _Counted([keys[row] for row in rows], [results[row] for row in rows], weighted, n_rows)


def _block(
    spec: Metric, cut: tuple[Key, ...], rows: _Counted, verdict: list[str | None], method: str, level: float
) -> ScoreBlock:
    limits = interval_rows(rows.results, level, method)
    scores = [
        GroupScore(key=key, n=int(result.n), n_missing=result.n_missing, result=result, ci=ci)
        if reason is None
        else GroupScore(key=key, n=None, n_missing=None, result=None, ci=None, suppressed=True, reason=reason)
        for key, result, ci, reason in zip(rows.keys, rows.results, limits, verdict, strict=True)
    ]
    times = [position for position, key in enumerate(cut) if isinstance(key, Period)]

    def place(group: GroupScore) -> tuple[Any, ...]:
        """Periods in their order, then the largest group; hidden ones last, because their place would tell their n."""
        when = [_sortable(group.key[position]) for position in times]
        return when, group.suppressed, -(group.n or 0), [_sortable(value) for value in group.key]

    return ScoreBlock(
        metric=spec,
        keys=tuple(key_name(key) for key in cut),
        groups=tuple(sorted(scores[1:], key=place)) if cut else (),
        total=scores[0],
        method=f"{method}+n*" if rows.weighted else method,
    )


def _sortable(value: object) -> tuple[int, str, Any]:
    """Return something that orders keys of any types: numbers, then others by type, the missing one last."""
    if value is None:
        return 2, "", ""
    if isinstance(value, int | float):
        return 0, "", value
    return 1, type(value).__name__, value


def _notes(blocks: Sequence[ScoreBlock], min_n: int, weight: str | None) -> tuple[LocalText, ...]:
    notes = []
    few = 0
    hidden = {"small": 0, "complementary": 0}
    for block in blocks:
        for group in block.groups or (block.total,):
            if group.reason is not None:
                hidden[group.reason] += 1
            elif block.metric.kind == "nps" and not block.method.startswith("score"):
                few += 0 < (group.n or 0) < _FEW
    if few:
        notes.append(message("scores.note_small", count=few))
    if any(hidden.values()):
        key = "scores.note_hidden_both" if hidden["complementary"] else "scores.note_hidden"
        notes.append(message(key, small=hidden["small"], more=hidden["complementary"], min_n=min_n))
    if weight is not None and any(block.method.endswith("+n*") for block in blocks):
        notes.append(message("scores.note_weighted", weight=weight))
    return tuple(notes)
