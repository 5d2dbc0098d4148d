"""`drivers`: which items go along with an outcome, and how strongly."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np

from closeloop.analysis.drivers.bootstrap import Resampled
from closeloop.analysis.drivers.models import contrasts, logit, shares
from closeloop.analysis.drivers.result import METHODS, Driver, Drivers
from closeloop.analysis.drivers.sums import DriverRows, DriverSums, is_lazy, rows_of, sums_in_engine, sums_of
from closeloop.analysis.drivers.text import cautions, quoted, reason_of_nothing
from closeloop.errors import InsufficientDataError
from closeloop.metrics.score_input import ScoreInput, score_input
from closeloop.metrics.spec import Metric, Nps
from closeloop.stats.correlation import collinear
from closeloop.stats.importance import regression
from closeloop.stats.intervals import normal_quantile
from closeloop.text import message

_FEWEST = 100


def drivers(
    data: Any,
    outcome: str | Metric,
    items: Sequence[str | Metric],
    *,
    method: str = "lmg",
    weight: str | None = None,
    bootstrap: int = 0,
    seed: int = 0,
    confidence_level: float = 0.95,
    cluster: str | None = None,
    low: float | Mapping[str, float] | None = None,
    high: float | Mapping[str, float] | None = None,
    asymmetry: float = 0.1,
) -> Drivers:
    """Return which items go along with an outcome, and how strongly: key drivers.

    Parameters
    ----------
    data : frame, mapping or Responses
        One row per response. A lazy frame is enough for ``"lmg"`` and ``"johnson"`` without a bootstrap: its engine
        adds up the sums.
    outcome : str or metric
        A column, or a metric by name or specification. Of a metric its raw answers are the outcome: for an NPS the
        score 0 to 10, not the three classes.
    items : sequence of str or metric
        Columns (or metrics) that may explain it, as numbers. Nothing is reversed: a negative correlation is shown as it
        is.
    method : {"lmg", "johnson", "ordered-logit", "penalty-reward"}
        * ``"lmg"``: share of the outcome's variance, averaged over all orders in which the items can join. The default.
        * ``"johnson"``: the same question by relative weights; for more than a dozen items.
        * ``"ordered-logit"``: odds of a higher outcome per standard deviation of the item, with p values. Takes the
          outcome as ordered only; for short scales.
        * ``"penalty-reward"``: what low and high values do, each against the middle.
    weight : str, optional
        Column of weights, not negative; rows of weight 0 count nowhere.
    bootstrap : int
        For ``"lmg"`` and ``"johnson"``: resamples for intervals and the probability of ranks, 1 000 for a report.
    seed : int
        Of the resamples.
    confidence_level : float
        Of the intervals.
    cluster : str, optional
        Column of the clusters drawn (branches, households): whole clusters are resampled, or their variance is used.
    low, high : float or mapping item → float, optional
        For ``"penalty-reward"``: answers up to `low` are low, from `high` on high. Without them the outer quarters of
        the range that occurs: 1–2 and 4–5 on a scale of 5. There is no agreed rule.
    asymmetry : float
        For ``"penalty-reward"``: an item whose asymmetry lies beyond ± this is called basic or exciting. A choice, too.

    Returns
    -------
    Drivers
        The items, most important first. NaN with the reason in its notes for an item that everybody answered alike, and
        everywhere if the outcome is constant or there are too few answers.

    Raises
    ------
    ValueError
        If items repeat one another exactly (named), an argument does not suit the method, or a lazy frame would have to
        give up its rows.
    ColumnNotFoundError, ResponseValidationError
        If a column is not there or does not hold numbers.
    InsufficientDataError
        If there is only one cluster, or a model has more parameters than there are answers.

    Notes
    -----
    Formulae and sources: `closeloop.stats.importance`, `closeloop.stats.ordinal`, `closeloop.stats.penalty_reward`.
    Only rows in which the outcome and all items are answered count; the others are counted in `n_missing`. Intervals
    are percentiles of the resampled shares; as a share is never negative, an interval near 0 says nothing about
    "no effect". An association, not proof of cause. Not for telling what to do with an item that hardly varies, and not
    with fewer than about ten answers per item.

    Examples
    --------
    >>> ratings = {"recommend": [9, 3, 7, 10, 2, 8, 6, 9], "staff": [5, 2, 4, 5, 1, 4, 4, 4],
    ...            "price": [3, 3, 2, 4, 2, 3, 4, 5]}
    >>> found = drivers(ratings, "recommend", ["staff", "price"])
    >>> [(driver.item, round(driver.estimate, 3)) for driver in found.items]
    [('staff', 0.758), ('price', 0.155)]
    """
    if method not in METHODS:
        raise ValueError(message("drivers.unknown_method", method=method, choices=", ".join(METHODS)))
    normal_quantile(confidence_level)  # refuses an impossible level
    _check_arguments(method, bootstrap, cluster, asymmetry, (low, high))
    given = score_input(data)
    target = _column(outcome, given)
    names = [_column(item, given) for item in ([items] if isinstance(items, str | Metric) else items)]
    columns = [*names, target]
    _check_columns(names, target)
    rows: DriverRows | None = None
    if is_lazy(given) and not bootstrap and method in ("lmg", "johnson"):
        sums = sums_in_engine(given, columns, weight)
    else:
        rows, missing = rows_of(given, columns, weight, cluster, message("drivers.needs_rows"))
        sums = sums_of(rows, missing)
    correlation = sums.correlation
    known = [int(i) for i in np.flatnonzero(~np.isnan(np.diagonal(correlation))[:-1])]
    nothing = reason_of_nothing(sums.n, len(known), outcome_varies=not np.isnan(correlation[-1, -1]))
    result = Drivers(
        method=method,
        outcome=target,
        outcome_label=given.titles.get(target, target),
        items=_described(names, given, sums, fitted=nothing is None),
        n=sums.n,
        n_missing=sums.n_missing,
        confidence_level=confidence_level,
        r_squared=math.nan,
        bootstrap=bootstrap,
        seed=seed,
        weight=weight,
        cluster=cluster,
        n_clusters=_clusters(rows),
    )
    drawn: Resampled | None = None
    if nothing is None:
        if method == "ordered-logit" and rows is not None:
            result = logit(result, rows, known, sums.sd)
        elif method == "penalty-reward" and rows is not None:
            result = contrasts(result, rows, known, low, high, asymmetry)
        else:
            result, drawn = shares(result, correlation, rows, known)
    result = replace(result, items=_ranked(result.items))
    close = _undecided(result, drawn, [names[i] for i in known])
    spec = given.specs.get(outcome) if isinstance(outcome, str) else outcome
    return replace(
        result,
        cautions=cautions(result, nothing, close, drawn, is_nps=isinstance(spec, Nps), asymmetry=asymmetry),
        undecided=any(first.rank == 1 for first, _ in close),
    )


def _column(what: str | Metric, given: ScoreInput) -> str:
    """Return the column of an item or outcome: its own name, or what a declared metric reads."""
    spec = given.specs.get(what) if isinstance(what, str) else what
    if spec is None:
        return str(what)
    if len(spec.items) != 1:
        raise ValueError(message("drivers.several_columns", name=spec.name, columns=", ".join(spec.items)))
    return spec.items[0]


def _check_arguments(
    method: str, bootstrap: int, cluster: str | None, asymmetry: float, cuts: Sequence[object]
) -> None:
    by_shares = method in ("lmg", "johnson")
    if bootstrap != 0 and bootstrap < _FEWEST:
        raise ValueError(message("drivers.few_resamples", fewest=_FEWEST, value=bootstrap))
    if bootstrap and not by_shares:
        raise ValueError(message("drivers.no_bootstrap", method=method))
    if cluster is not None and by_shares and not bootstrap:
        raise ValueError(message("drivers.cluster_needs_bootstrap"))
    if method != "penalty-reward" and any(cut is not None for cut in cuts):
        raise ValueError(message("drivers.only_penalty", method=method))
    if not 0 <= asymmetry < 1:
        raise ValueError(message("drivers.bad_asymmetry", value=asymmetry))


def _check_columns(names: Sequence[str], target: str) -> None:
    if not names:
        raise ValueError(message("drivers.no_items"))
    if target in names:
        raise ValueError(message("drivers.outcome_is_item", column=target))
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise ValueError(message("drivers.item_twice", column=twice))


def _clusters(rows: DriverRows | None) -> int | None:
    """Return the number of clusters; refuse a single one, which says nothing about their differences."""
    if rows is None or rows.clusters is None:
        return None
    count = len(np.unique(rows.clusters))
    if count == 1:
        raise InsufficientDataError(message("drivers.one_cluster"))
    return count


def _described(names: Sequence[str], given: ScoreInput, sums: DriverSums, *, fitted: bool) -> tuple[Driver, ...]:
    """Return the items with what holds whatever the method; refuse those that repeat one another exactly."""
    correlation = sums.correlation
    labels = [given.titles.get(name, name) for name in names]
    vif, coefficient = np.full(len(names), np.nan), np.full(len(names), np.nan)
    if fitted:
        twins = collinear(correlation)
        if twins:
            raise ValueError(message("drivers.collinear", items=quoted([labels[i] for i in twins])))
        fit = regression(correlation)
        vif, coefficient = fit.vif, fit.coefficients
    return tuple(
        Driver(
            item=name,
            label=labels[i],
            correlation=float(correlation[i, -1]),
            coefficient=float(coefficient[i]),
            mean=float(sums.mean[i]),
            vif=float(vif[i]),
        )
        for i, name in enumerate(names)
    )


def _ranked(items: tuple[Driver, ...]) -> tuple[Driver, ...]:
    """Return the items, the largest importance first, those without one last."""
    known = sorted((d for d in items if not math.isnan(d.estimate)), key=lambda d: -abs(d.estimate))
    unknown = [driver for driver in items if math.isnan(driver.estimate)]
    return (*(replace(driver, rank=place) for place, driver in enumerate(known, 1)), *unknown)


def _undecided(result: Drivers, drawn: Resampled | None, names: list[str]) -> list[tuple[Driver, Driver]]:
    """Return the neighbours whose order the resamples leave open at the confidence level."""
    if drawn is None:
        return []
    ranked = [driver for driver in result.items if driver.rank is not None]
    return [
        (first, second)
        for first, second in pairwise(ranked)
        if not drawn.order_is_sure(names.index(first.item), names.index(second.item)) >= result.confidence_level
    ]
