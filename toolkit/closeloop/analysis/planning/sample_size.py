"""`sample_size`: how many answers a precision takes, or the finding of a difference or of a change."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from closeloop.analysis.planning.sample_plan import Purpose, SampleSize, SampleSizeStep
from closeloop.analysis.planning.sample_spread import assumed_spread
from closeloop.metrics.spec import Metric
from closeloop.stats.intervals import normal_quantile
from closeloop.text import message

__all__ = ["SampleSize", "SampleSizeStep", "sample_size"]

_KINDS = {"nps": "nps", "top_box": "top_box", "csat": "top_box", "ces": "top_box", "share": "top_box", "mean": "mean"}


def sample_size(
    metric: Metric | str = "nps",
    margin: float | None = None,
    *,
    difference: float | None = None,
    power: float = 0.8,
    paired: bool = False,
    mix: Any = None,
    variance: float | None = None,
    correlation: float | None = None,
    confidence_level: float = 0.95,
    design_effect: float = 1.0,
    response_rate: float = 1.0,
    population: int | None = None,
) -> SampleSize:
    """Return how many answers a margin takes, or the finding of a difference.

    Parameters
    ----------
    metric : Nps, TopBox, MeanScore, GapScore or str
        What is to be measured; also ``"nps"``, ``"csat"``, ``"ces"``, ``"share"``, ``"mean"``.
    margin : float, optional
        Half the width of the interval that is wanted, in points of an NPS, as a share 0…1, in units of the scale.
        Without margin and difference a ladder of margins is shown.
    difference : float, optional
        The true difference between two groups that is to be found; with `paired` the change of the same respondents.
    power : float
        The probability to find it.
    paired : bool
        Whether the same respondents answer twice. Then `variance` is that of the *change* of one respondent, or
        `correlation` says how the two answers go together.
    mix : result, tuple or float, optional
        Who answers what: the result of an earlier wave (`NpsResult`, `ShareResult`, `MeanResult`), for an NPS the
        shares of promoters, passives and detractors, for a share its value. Without it an NPS is taken to have them in
        equal parts, a share to be ½.
    variance : float, optional
        In place of `mix`: the variance of one answer, of an NPS on −1…1 (0.67 for equal parts, at most 1).
    correlation : float, optional
        Between the two answers of a respondent.
    confidence_level : float
        Between 0 and 1.
    design_effect : float
        How many times the variance of a simple random sample the design has.
    response_rate : float
        Share of the invited who answer.
    population : int, optional
        All who could be asked, if they are few; with `margin`.

    Returns
    -------
    SampleSize
        With ``.margin(n)`` for the opposite question.

    Raises
    ------
    ValueError
        If something is out of range, missing or given twice.

    Notes
    -----
    See `closeloop.stats.sample_size`. A mean is planned with Student's t, a share with the normal interval, for which
    Wilson's needs a few answers fewer.

    Examples
    --------
    >>> sample_size("nps", margin=10, response_rate=0.2).invitations
    1275
    >>> sample_size("nps", difference=10).n, sample_size("csat", margin=0.05).n
    (1049, 385)
    """
    unit = _unit(metric)
    normal_quantile(confidence_level)
    purpose: Purpose = "paired" if paired else "precision" if difference is None else "comparison"
    _check(margin, difference, purpose, population)
    asked = margin if margin is not None else difference
    largest = {"nps": 200.0, "top_box": 1.0, "mean": math.inf}[unit]
    for name, value, low, high in (
        ("margin", margin, 0.0, largest), ("difference", difference, 0.0, largest), ("power", power, 0.0, 1.0),
        ("response_rate", response_rate, 0.0, 1.0), ("design_effect", design_effect, 0.0, math.inf),
        ("variance", variance, 0.0, math.inf), ("population", population, 0.0, math.inf),
    ):  # fmt: skip
        number = isinstance(value, int | float | np.integer)
        if value is not None and not (number and low < value <= high and math.isfinite(value)):
            found = value if number else repr(value)
            raise ValueError(
                message("sample_size.out_of_range", name=name, value=found, low=f"{low:g}", high=f"{high:g}")
            )
    if power == 1:
        raise ValueError(message("sample_size.bad_power", value=power))
    spread, assumed = assumed_spread(unit, mix, variance, correlation, paired=paired)
    return SampleSize(
        unit=unit, purpose=purpose, asked=asked, variance=spread, assumed=assumed, confidence_level=confidence_level,
        power=power, design_effect=design_effect, response_rate=response_rate, population=population,
    )  # fmt: skip


def _unit(metric: Metric | str) -> str:
    if not isinstance(metric, str):
        return metric.kind
    if metric not in _KINDS:
        raise ValueError(message("sample_size.unknown_metric", metric=metric, choices=", ".join(_KINDS)))
    return _KINDS[metric]


def _check(margin: float | None, difference: float | None, purpose: Purpose, population: int | None) -> None:
    if margin is not None and difference is not None:
        raise ValueError(message("sample_size.margin_or_difference"))
    if purpose == "paired" and margin is not None:
        raise ValueError(message("sample_size.paired_difference"))
    if purpose != "precision" and population is not None:
        raise ValueError(message("sample_size.population_margin"))
