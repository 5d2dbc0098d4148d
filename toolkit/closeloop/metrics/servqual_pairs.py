"""Expectations and perceptions of the same respondents: what is averaged for each item, dimension and overall."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.metrics.encode import answer_numbers, refuse_answers
from closeloop.metrics.reliability import covariance_of
from closeloop.metrics.servqual_spec import ServqualSpec
from closeloop.stats.intervals import Interval, mean_interval
from closeloop.stats.reliability import FloatArray, cronbach_alpha, difference_reliability

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.metrics.design import Design

_TOLERANCE = 0.5
"""How far a respondent's points may be from 100: thirds are written 33.3."""


class Reliabilities(NamedTuple):
    """Alpha of a dimension's expectations and of its perceptions, and the reliability of their difference."""

    expectation: float = math.nan
    perception: float = math.nan
    gap: float = math.nan


NO_RELIABILITIES = Reliabilities()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Expectation and perception of each respondent in one item, one dimension or overall; NaN where one is missing.

    Attributes
    ----------
    level : str
        ``item``, ``dimension``, ``overall`` or ``overall_weighted``.
    dimension, item : str or None
        Which one.
    expectation, perception : ndarray
        Row by row, missing in both or in none. Without expectations the first is NaN throughout.
    weight : float
        Mean points of the dimension.
    reliabilities : Reliabilities
        Of a dimension.
    """

    level: str
    expectation: FloatArray
    perception: FloatArray
    dimension: str | None = None
    item: str | None = None
    weight: float = math.nan
    reliabilities: Reliabilities = NO_RELIABILITIES


class Mean(NamedTuple):
    """Means over the respondents with all that is needed, and the interval of the one that is judged."""

    expectation: float
    perception: float
    gap: float
    std_error: float
    ci: Interval[float]
    n: int


def scores_of(frame: pd.DataFrame, columns: Sequence[str], spec: ServqualSpec) -> FloatArray:
    """Return answers row by row, reversed where the specification says so.

    Raises
    ------
    ResponseValidationError
        If one is not on the scale.

    Examples
    --------
    >>> import pandas as pd
    >>> scores_of(pd.DataFrame({"p": [7, 2]}), ["p"], ServqualSpec({"empathy": ["p"]}, reverse=["p"])).tolist()
    [[1.0], [6.0]]
    """
    found = np.empty((len(frame), len(columns)))
    for i, name in enumerate(columns):
        numbers = answer_numbers(frame[name])
        outside = (numbers < 1) | (numbers > spec.points)
        if outside.any():
            refuse_answers(frame[name], outside, range(1, spec.points + 1))
        found[:, i] = spec.points + 1 - numbers if name in spec.reverse else numbers
    return found


def usable_points(points: FloatArray) -> npt.NDArray[np.bool_]:
    """Return which rows hold points out of 100 that can be used.

    Examples
    --------
    >>> usable_points(np.array([[60.0, 40.0], [60.0, 60.0], [110.0, -10.0], [33.3, 66.6]])).tolist()
    [True, False, False, True]
    """
    with np.errstate(invalid="ignore"):
        adds_up = np.abs(points.sum(axis=1) - 100) <= _TOLERANCE
        return np.asarray(adds_up & (points >= 0).all(axis=1))


def pairs_of(frame: pd.DataFrame, spec: ServqualSpec, row_weights: FloatArray | None) -> list[Pairs]:
    """Return what is averaged: overall, weighted overall where there are points, each dimension with its items.

    Raises
    ------
    ResponseValidationError
        If an answer is not on the scale, or points are no numbers.
    """
    perception = scores_of(frame, [p for _, _, p in spec.pairs], spec)
    expectation = np.full_like(perception, np.nan)
    present = ~np.isnan(perception)
    if not spec.perceptions_only:
        expectation = scores_of(frame, [e for _, e, _ in spec.pairs if e is not None], spec)
        present &= ~np.isnan(expectation)
    perception = np.where(present, perception, np.nan)
    expectation = np.where(present, expectation, np.nan)
    points = points_of(frame, spec)
    usable = None if points is None else usable_points(points)
    blocks: list[list[Pairs]] = []
    names = [dimension for dimension, _, _ in spec.pairs]
    for position, name in enumerate(spec.dimensions):
        of_it = [i for i, dimension in enumerate(names) if dimension == name]
        e, p = expectation[:, of_it], perception[:, of_it]
        weight = math.nan
        if points is not None and usable is not None and usable.any():
            weight = _mean_points(points[usable, position], None if row_weights is None else row_weights[usable])
        whole = Pairs(
            level="dimension", dimension=name, weight=weight, expectation=e.mean(axis=1), perception=p.mean(axis=1),
            reliabilities=_reliabilities(e, p),
        )  # fmt: skip
        items = [
            Pairs(level="item", dimension=name, item=spec.pairs[i][2], expectation=expectation[:, i],
                  perception=perception[:, i])
            for i in of_it
        ]  # fmt: skip
        blocks.append([whole, *items])
    e = np.column_stack([block[0].expectation for block in blocks])
    p = np.column_stack([block[0].perception for block in blocks])
    overall = [Pairs(level="overall", expectation=e.mean(axis=1), perception=p.mean(axis=1))]
    if points is not None and usable is not None:
        given = np.where(usable[:, None], points, np.nan)
        shares = given / given.sum(axis=1, keepdims=True)
        overall.append(
            Pairs(level="overall_weighted", expectation=(e * shares).sum(axis=1), perception=(p * shares).sum(axis=1))
        )
    return [*overall, *(pair for block in blocks for pair in block)]


def _mean_points(points: FloatArray, row_weights: FloatArray | None) -> float:
    if row_weights is None:
        return float(points.mean())
    total = float(row_weights.sum())
    return float(row_weights @ points) / total if total > 0 else math.nan


def points_of(frame: pd.DataFrame, spec: ServqualSpec) -> FloatArray | None:
    """Return each respondent's points out of 100, a column per dimension; None without weights."""
    if spec.weights is None:
        return None
    return np.column_stack([answer_numbers(frame[spec.weights[name]]) for name in spec.dimensions])


def _reliabilities(expectation: FloatArray, perception: FloatArray) -> Reliabilities:
    complete = ~np.isnan(perception).any(axis=1)
    p = perception[complete]
    alpha_p = cronbach_alpha(covariance_of(p))
    if np.isnan(expectation).all():
        return Reliabilities(perception=alpha_p)
    e = expectation[complete]
    alpha_e = cronbach_alpha(covariance_of(e))
    both = covariance_of(np.column_stack([e.mean(axis=1), p.mean(axis=1)]))
    sd_e, sd_p = np.sqrt(np.diagonal(both)).tolist()
    r = both[0, 1] / (sd_e * sd_p) if sd_e > 0 and sd_p > 0 else math.nan
    return Reliabilities(alpha_e, alpha_p, difference_reliability(sd_e, sd_p, alpha_e, alpha_p, float(r)))


def means_of(
    pairs: Sequence[Pairs], frame: pd.DataFrame, design: Design | None, perceptions_only: bool, confidence_level: float
) -> list[Mean]:
    """Return means and intervals: a paired t for each, or all from one Taylor linearisation of the design."""
    judged = np.column_stack([pair.perception if perceptions_only else pair.perception - pair.expectation
                              for pair in pairs])  # fmt: skip
    used = ~np.isnan(judged)
    n = used.sum(axis=0)
    weight = np.ones(len(judged))
    arrays = None if design is None else design.arrays(frame)
    if arrays is not None and arrays.weight is not None:
        weight = arrays.weight
    weights = np.where(used, weight[:, None], 0.0)
    estimate = _weighted_mean(judged, weights)
    deviations = np.where(used, judged - estimate, 0.0)
    if design is None or arrays is None or not used.any():
        with np.errstate(invalid="ignore", divide="ignore"):
            std_error = np.where(n > 1, np.sqrt((deviations**2).sum(axis=0) / (n - 1) / n), np.nan)
        ci = mean_interval(estimate, std_error, n, confidence_level)
    else:
        from closeloop.stats.design import taylor
        from closeloop.stats.raking import residuals

        total = weights.sum(axis=0)
        values = deviations / np.where(total > 0, total, 1.0)
        if arrays.margins is not None and arrays.margin_cells is not None:
            margins = [codes[arrays.margins] for codes in arrays.margin_cells.T]
            values = residuals(values, margins, arrays.base_weight)
        influence = values * weight[:, None]
        found = taylor(influence, strata=arrays.strata, clusters=arrays.clusters, fpc=arrays.fpc, lonely=design.lonely)
        std_error = np.where(n > 1, np.sqrt(np.diagonal(found.covariance)), np.nan)
        ci = mean_interval(estimate, std_error, np.full(len(n), found.df + 1), confidence_level)
    expectation = _weighted_mean(np.column_stack([pair.expectation for pair in pairs]), weights)
    perception = _weighted_mean(np.column_stack([pair.perception for pair in pairs]), weights)
    return [
        Mean(
            expectation=float(expectation[i]),
            perception=float(perception[i]),
            gap=math.nan if perceptions_only else float(estimate[i]),
            std_error=float(std_error[i]),
            ci=Interval(float(ci.low[i]), float(ci.high[i])),
            n=int(n[i]),
        )
        for i in range(len(pairs))
    ]


def _weighted_mean(values: FloatArray, weights: FloatArray) -> FloatArray:
    """Return means by column over the rows that have a weight; NaN without any."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(np.where(weights > 0, values * weights, 0.0).sum(axis=0) / weights.sum(axis=0))
