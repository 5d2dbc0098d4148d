"""Importance–performance analysis: what matters and how well it is done."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.errors import InsufficientDataError
from closeloop.metrics.encode import answer_numbers
from closeloop.metrics.planned import column_of, different_scales, planned, scale_of, title_of
from closeloop.metrics.quadrants import ImportancePerformance, PlacedItem
from closeloop.metrics.score_input import answer_rows, score_input
from closeloop.stats.correlation import FloatArray, collinear, correlation_of, moments
from closeloop.stats.importance_performance import (
    LINES,
    MOST_LMG,
    QUADRANTS,
    crossing,
    derived_importance,
    quadrants_of,
    resampled_moments,
)
from closeloop.stats.intervals import Interval, normal_quantile
from closeloop.text import message


def importance_performance(
    data: Any,
    outcome: str | None = None,
    items: Sequence[str] | None = None,
    *,
    importance: str | Mapping[str, str] | Mapping[str, float] = "derived",
    lines: str = "mean",
    scale: tuple[float, float] | None = None,
    bootstrap: int = 500,
    seed: int = 0,
    confidence_level: float = 0.95,
) -> ImportancePerformance:
    """Return what matters to customers and how well it is done, in four quadrants, with how sure each placement is.

    Parameters
    ----------
    data : frame, mapping or Responses
        Answers, one row per respondent.
    outcome : str, optional
        Column that importance is derived for, such as overall satisfaction; not needed with an importance of your own.
        Of responses with a survey also the name of its metric of the kind ``importance_performance``, then without
        `items`; with neither, the only one there is.
    items : sequence of str
        Columns of performance, at least two.
    importance : "derived" or mapping
        ``"derived"``: how much of the outcome's variance each item accounts for (LMG; beyond 12 items Johnson's
        relative weights). Item → column: means of stated importance. Item → number: as it is.
    lines : {"mean", "median", "midpoint"}
        Where the lines that part high from low are drawn. All that can be had are computed and shown.
    scale : tuple of float, optional
        Lowest and highest answer, for the midpoint; of responses with a survey that of the items.
    bootstrap : int
        Samples of respondents drawn with replacement; 0 for none.
    seed : int
        Of the bootstrap.
    confidence_level : float
        Of the percentile intervals, between 0 and 1.

    Returns
    -------
    ImportancePerformance

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If nothing can be derived: the outcome or an item is constant, items are collinear; if `importance` is not given
        for exactly the items, or the midpoint is asked for without a scale.
    InsufficientDataError
        If there are not more complete answers than items and two.
    ResponseValidationError
        If an answer is no number.

    Notes
    -----
    Lines at the mean, the median and the midpoint can give one item different quadrants: the result names such items.
    Bootstrap samples of respondents are taken through everything, lines included. Derived importance is of an
    association, not a cause; not for surveys in which everybody answers all items alike. The midpoint of derived
    importance, which has no scale, is halfway between the least and the most important item. Respondents with a missing
    answer are left out (listwise) and counted.

    References
    ----------
    Martilla J. A., James J. C. (1977), Journal of Marketing 41(1):77–79. Matzler K. et al. (2004), Industrial Marketing
    Management 33:271–277 (derived rather than stated importance).

    Examples
    --------
    >>> answers = {"speed": [4, 2, 5, 1, 3, 2], "price": [3, 4, 3, 4, 5, 4]}
    >>> found = importance_performance(answers, items=["speed", "price"], importance={"speed": 0.6, "price": 0.2})
    >>> [(item.item, item.quadrant) for item in found.items]
    [('speed', 'concentrate'), ('price', 'overkill')]
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    outcome, names = _asked(data, outcome, items)
    if lines not in LINES:
        raise ValueError(message("ipa.unknown_lines", lines=lines, choices=", ".join(f'"{one}"' for one in LINES)))
    if scale is not None and not (isinstance(scale, Sequence) and len(scale) == 2 and scale[0] < scale[1]):
        raise ValueError(message("ipa.bad_scale", scale=scale))
    if not isinstance(bootstrap, int | np.integer) or bootstrap < 0:
        raise ValueError(message("ipa.bad_bootstrap", value=bootstrap))
    kind, fixed, stated = _importance_of(importance, names, outcome)
    if scale is None and (declared := scale_of(data, names)) is not None:
        scale = declared[0], declared[-1]
    if lines == "midpoint" and scale is None:
        raise ValueError(message("ipa.no_scale"))
    if differing := different_scales(data, names):
        told = ", ".join(f"{name} {answers[0]}–{answers[-1]}" for name, answers in differing.items())
        raise ValueError(message("ipa.different_scales", scales=told))
    given = score_input(data)
    extra = [outcome] if kind == "derived" and outcome is not None else stated
    frame = answer_rows(given, [*names, *extra], message("ipa.what"))
    answers = np.column_stack([answer_numbers(frame[name]) for name in (*names, *extra)])
    rows = answers[~np.isnan(answers).any(axis=1)]
    k = len(names)
    _refuse_what_cannot_be_placed(rows, names, outcome if kind == "derived" else None)

    def placed(mean: FloatArray, gram: FloatArray) -> FloatArray:
        if kind == "derived":
            return derived_importance(gram)
        return mean[..., k:] if stated else np.broadcast_to(fixed, mean.shape)

    once = moments(rows)
    with_outcome = correlation_of(once.gram)[:k, -1] if kind == "derived" else np.full(k, np.nan)
    weight, performance = placed(*once), once.mean[:k]
    drawn = resampled_moments(rows, bootstrap, seed)
    weights, performances = placed(*drawn), drawn.mean[:, :k]
    usable = ~np.isnan(weights).any(axis=-1)
    weights, performances = weights[usable], performances[usable]
    ways = [way for way in LINES if way != "midpoint" or scale is not None]

    def at(i: FloatArray, p: FloatArray, way: str) -> npt.NDArray[np.int64]:
        return quadrants_of(i, p, crossing(i, p, way, scale=scale, stated=bool(stated)))

    by_lines = {way: at(weight, performance, way) for way in ways}
    among = at(weights, performances, lines)
    line_importance, line_performance = crossing(weight, performance, lines, scale=scale, stated=bool(stated))
    share = _shares(among)
    low_i, high_i = _percentiles(weights, confidence_level, k)
    low_p, high_p = _percentiles(performances, confidence_level, k)
    method = kind if kind != "derived" else "lmg" if k <= MOST_LMG else "johnson"
    return ImportancePerformance(
        items=tuple(
            PlacedItem(
                item=name,
                title=title_of(data, given, name),
                importance=float(weight[j]),
                performance=float(performance[j]),
                importance_ci=Interval(float(low_i[j]), float(high_i[j])),
                performance_ci=Interval(float(low_p[j]), float(high_p[j])),
                correlation=float(with_outcome[j]),
                quadrant=QUADRANTS[by_lines[lines][j]],
                probability={quadrant: float(share[q, j]) for q, quadrant in enumerate(QUADRANTS)},
                by_lines={way: QUADRANTS[found[j]] for way, found in by_lines.items()},
            )
            for j, name in enumerate(names)
        ),
        importance_kind=method,
        lines=lines,
        line_importance=float(line_importance),
        line_performance=float(line_performance),
        r_squared=float(weight.sum()) if kind == "derived" else math.nan,
        n=len(rows),
        n_missing=len(answers) - len(rows),
        n_bootstrap=int(usable.sum()),
        seed=seed,
        confidence_level=confidence_level,
    )


def _asked(data: Any, outcome: str | None, items: Sequence[str] | None) -> tuple[str | None, tuple[str, ...]]:
    """Return outcome and items as columns, of the survey's plan where no items are given."""
    if items is None:
        plan = planned(data, outcome, "importance_performance")
        outcome, items = plan.outcome, plan.performance
    if isinstance(items, str) or len(items) < 2:
        raise ValueError(message("ipa.few_items"))
    names = tuple(dict.fromkeys(column_of(name) for name in items))
    if outcome is not None and column_of(outcome) in names:
        raise ValueError(message("ipa.outcome_among", outcome=outcome))
    return None if outcome is None else column_of(outcome), names


def _importance_of(
    importance: str | Mapping[str, Any], names: Sequence[str], outcome: str | None
) -> tuple[str, FloatArray, list[str]]:
    """Return where importance comes from: ``derived``, ``stated`` or ``given``; the numbers; the columns."""
    if isinstance(importance, str):
        if importance != "derived":
            raise ValueError(message("ipa.unknown_importance", importance=importance))
        if outcome is None:
            raise ValueError(message("ipa.no_outcome"))
        return "derived", np.empty(0), []
    by_column = {column_of(name): value for name, value in importance.items()}
    if set(by_column) != set(names):
        different = ", ".join(sorted(set(by_column) ^ set(names)))
        raise ValueError(message("ipa.importance_items", items=different))
    values = [by_column[name] for name in names]
    if all(isinstance(value, str) for value in values):
        return "stated", np.empty(0), [column_of(value) for value in values]
    if not all(isinstance(value, int | float | np.integer) and math.isfinite(value) for value in values):
        raise ValueError(message("ipa.importance_values"))
    return "given", np.array(values, dtype=float), []


def _refuse_what_cannot_be_placed(rows: FloatArray, names: Sequence[str], outcome: str | None) -> None:
    """Raise where there are too few answers or importance cannot be derived from them."""
    least = 1 if outcome is None else len(names) + 2
    if len(rows) < least:
        raise InsufficientDataError(message("ipa.few_rows", n=len(rows), least=least, k=len(names)))
    if outcome is None:
        return
    constant = [name for name, column in zip((*names, outcome), rows.T, strict=True) if (column == column[0]).all()]
    if constant:
        raise ValueError(message("ipa.constant", columns=", ".join(constant)))
    if involved := collinear(correlation_of(moments(rows).gram)):
        raise ValueError(message("ipa.collinear", items=", ".join(names[i] for i in involved)))


def _shares(among: npt.NDArray[np.int64]) -> FloatArray:
    """Return the share of samples in which each item lies in each quadrant; NaN without samples."""
    counted = np.stack([(among == q).sum(axis=0) for q in range(len(QUADRANTS))]).astype(float)
    return counted / len(among) if len(among) else np.full_like(counted, np.nan)


def _percentiles(values: FloatArray, confidence_level: float, k: int) -> tuple[FloatArray, FloatArray]:
    if not len(values):
        return np.full(k, np.nan), np.full(k, np.nan)
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(values, [tail, 1 - tail], axis=0)
    return low, high
