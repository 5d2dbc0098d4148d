"""Recovery: what became of the detractors who were worked on, beside what would have become of them anyway."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from closeloop.analysis.effect.recovery_result import (
    LEAST_PAIRS,
    Counts,
    Recovery,
    enough_detractors,
    nps_of,
    score_limits,
)
from closeloop.analysis.effect.waves import Pairs, control_pairs, joined
from closeloop.frames import plain_value
from closeloop.metrics.spec import Nps
from closeloop.stats.intervals import Interval, normal_quantile
from closeloop.stats.regression_to_mean import (
    Benchmark,
    benchmark_from_control,
    benchmark_from_reliability,
    checked_reliability,
    net_interval,
)
from closeloop.text import message


def recovery(
    before: Any,
    after: Any,
    *,
    reliability: float | tuple[float, float] | None = None,
    control: Any = None,
    metric: Nps | str | None = None,
    on: str = "respondent_id",
    confidence_level: float = 0.95,
) -> Recovery:
    """Return how far detractors have recovered beyond what they would have without being worked on.

    Asked again, detractors rise by themselves: they were chosen partly for bad luck of the day (regression to the
    mean). So the observed NPS is set against a benchmark, and without the means for one no net effect is given.

    Parameters
    ----------
    before : frame, Responses or sequence of scores
        The **whole** first survey, not only its detractors: its marginals are needed.
    after : frame, Responses or sequence of scores
        The second survey of those who were worked on. Others must not be in it; leave them out first. Plain
        sequences are taken as aligned with `before`, None where somebody did not answer again.
    reliability : float or (float, float), optional
        Latent (polychoric) test–retest correlation of the NPS answer, with its standard error if it is an estimate.
        Beware: the plain correlation of 0–10 answers is smaller, and a smaller number expects more of nature.
    control : (before, after) or frame, optional
        The same two surveys of respondents who were left alone, ideally by lot: two frames, two sequences, or one frame
        with the columns ``before`` and ``after``. The correlation is estimated from them, a general rise or fall
        between the surveys is allowed for; with at least 10 detractors among them they are compared with directly
        too. Instead of `reliability`.
    metric : Nps or str, optional
        Which NPS, of frames: ``Nps("column")``, or the name that the survey declares.
    on : str
        The column of respondents.
    confidence_level : float
        Of the intervals.

    Returns
    -------
    Recovery

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ResponseValidationError
        If a score is no whole number from 0 to 10.
    ValueError
        If both `reliability` and `control` are given, a reliability does not lie between 0 and 1, or somebody of the
        control is in `after`.

    Notes
    -----
    Expected: E[y₂ | detractor at the first survey] of a bivariate normal variable cut at the marginals (see
    `closeloop.stats.regression_to_mean`). Net interval: MOVER of the observed NPS (score interval) and of the
    benchmark, whose own error carries that of ρ and of the marginals.

    A *service recovery paradox* (recovered complainers end up happier than customers who never had a problem) is
    another question: it needs customers without a failure as the comparison, not the complainers' own low score. The
    meta-analysis of de Matos, Henrique & Rossi (2007, Journal of Service Research 10:60–77) finds it for
    satisfaction, not for repurchase, word of mouth or image. An NPS asks for word of mouth: expect none.

    Not to be used where `after` is a transaction survey that only buyers get: those who left cannot answer.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> before = {"respondent_id": range(200), "recommend": [2] * 40 + [8] * 60 + [10] * 100}
    >>> after = {"respondent_id": range(20), "recommend": [3] * 4 + [8] * 8 + [10] * 8}
    >>> print(recovery(before, after, reliability=0.6, metric=Nps("recommend")).sentence.en.replace(chr(0xA0), " "))
    Detractors asked again stand at +20 (n = 20). With nothing done −34 was to be expected.
    Net of that the recovery is +54 points (95 % +19 to +84): more than regression to the mean explains.
    """
    if reliability is not None and control is not None:
        raise ValueError(message("recovery.both"))
    normal_quantile(confidence_level)  # refuses an impossible level
    pairs = joined(before, after, metric, on)
    others = control_pairs(control, metric, on) if control is not None else None
    if others is not None:
        _refuse_overlap(pairs, others)
    rho, error = _known(reliability)
    second = _counts(pairs.table[0])
    untouched = _counts(others.table[0]) if others is not None else None
    n_control = int(others.table.sum()) if others is not None else 0
    source, benchmark = _benchmark(pairs, others, rho, error)
    expected, limits = math.nan, Interval(math.nan, math.nan)
    if source == "holdout" and untouched is not None:
        expected, limits = nps_of(untouched), score_limits(untouched, confidence_level)
    elif benchmark is not None:
        low, high = benchmark.confidence_interval(confidence_level)
        expected, limits = 100 * float(benchmark.expected), Interval(100 * float(low), 100 * float(high))
    if benchmark is not None:
        rho, error = float(benchmark.rho), float(benchmark.rho_std_error)
    direct = Interval(math.nan, math.nan)
    if untouched is not None and enough_detractors(untouched):
        direct = _net(second, nps_of(untouched), score_limits(untouched, confidence_level), confidence_level)
    return Recovery(
        first=_counts(pairs.first),
        second=second,
        source=source,
        expected=expected,
        expected_interval=limits,
        rho=math.nan if rho is None else rho,
        rho_std_error=math.nan if rho is None else error,
        control=untouched,
        control_pairs=n_control,
        net_interval=_net(second, expected, limits, confidence_level),
        direct_interval=direct,
        repeated=pairs.repeated + (others.repeated if others else 0),
        nameless=pairs.nameless + (others.nameless if others else 0),
        confidence_level=confidence_level,
    )


def _known(reliability: float | tuple[float, float] | None) -> tuple[float | None, float]:
    """Return a reliability and its standard error."""
    if reliability is None:
        return None, 0.0
    pair = reliability if isinstance(reliability, tuple) else (reliability, 0.0)
    if len(pair) != 2 or not all(isinstance(part, int | float | np.integer) for part in pair):
        raise ValueError(message("recovery.bad_reliability", value=repr(reliability)))
    checked_reliability(pair[0])
    return pair


def _benchmark(
    pairs: Pairs, others: Pairs | None, rho: float | None, error: float
) -> tuple[str, Benchmark | None]:  # fmt: skip
    """Return where a benchmark can be had from, and what it is ("holdout": the untouched detractors themselves)."""
    if others is not None:
        if others.table.sum() >= LEAST_PAIRS:
            found = benchmark_from_control(others.table)
            if math.isfinite(found.std_error):
                return "control", found
        return ("holdout", None) if enough_detractors(_counts(others.table[0])) else ("none", None)
    if rho is not None and pairs.first[0] and pairs.first[1:].any():
        return "reliability", benchmark_from_reliability(pairs.first, rho, error)
    return "none", None


def _refuse_overlap(pairs: Pairs, others: Pairs) -> None:
    if pairs.respondents is not None and others.respondents is not None:
        both = pairs.respondents.intersection(others.respondents)
        if len(both):
            raise ValueError(message("recovery.overlap", count=len(both), example=repr(plain_value(both[0]))))


def _net(second: Counts, expected: float, limits: Interval[float], confidence_level: float) -> Interval[float]:
    inside = Interval(np.asarray(limits.low / 100), np.asarray(limits.high / 100))
    low, high = net_interval(second, expected / 100, inside, confidence_level)
    return Interval(100 * float(low), 100 * float(high))


def _counts(row: Any) -> Counts:
    d, n0, p = (int(v) for v in row)
    return d, n0, p
