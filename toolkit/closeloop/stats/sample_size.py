"""How many answers it takes, and what a number of answers is good for; an NPS on −1…1, a share on 0…1.

`spread` is the variance of one answer: for an NPS that of −1, 0 and 1, for a share p(1 − p). All results are real
numbers; who promises a precision rounds up.
"""

from __future__ import annotations

import math

from closeloop.stats.limits import normal_quantile, student_quantile
from closeloop.text import message

FLAT_THIRDS, WORST = 0.67, 1.0
"""Variance of one answer of an NPS: promoters, passives and detractors alike (realistic), and no passives at all."""

PSEUDO = 3.0
"""What the adjusted Wald interval adds to n: so many answers fewer are needed."""


def nps_spread(detractors: float, passives: float, promoters: float) -> float:
    """Return the variance of one answer of an NPS, from shares or counts.

    Raises
    ------
    ValueError
        If a share is negative or their sum is 0.

    Examples
    --------
    >>> round(nps_spread(20, 40, 40), 6)
    0.56
    """
    total = detractors + passives + promoters
    if min(detractors, passives, promoters) < 0 or not total > 0 or not math.isfinite(total):
        raise ValueError(message("sample_size.bad_mix", mix=f"{promoters:g}, {passives:g}, {detractors:g}"))
    theta = (promoters - detractors) / total
    return (promoters + detractors) / total - theta**2


def answers_for_margin(
    margin: float,
    spread: float,
    confidence_level: float = 0.95,
    *,
    saved: float = 0.0,
    student: bool = False,
    design_effect: float = 1.0,
    population: float | None = None,
) -> float:
    """Return how many answers make the interval estimate ± margin.

    Parameters
    ----------
    margin : float
        Half the width of the interval.
    spread : float
        Variance of one answer.
    confidence_level : float
        Between 0 and 1.
    saved : float
        Answers that the interval's pseudo-answers stand for: 3 for the adjusted Wald interval of an NPS.
    student : bool
        Whether the interval is Student's, of a mean; the result is then the first whole number that is enough.
    design_effect : float
        How many times the variance of a simple random sample the design has.
    population : float, optional
        Everybody who could be asked, if they are few.

    Returns
    -------
    float

    Notes
    -----
    n₀ = z²·spread/margin²; n = deff·(n₀ − saved). With a population n = deff·n₀ / (1 + (deff·n₀ − 1)/N), without
    `saved`: it is then at most N. Do not use it for a margin that is not small against the distance to the ends of the
    scale: intervals are lopsided there (see coverage at the very n and mix).

    References
    ----------
    Cochran W. G. (1977), Sampling Techniques, 3rd ed., Wiley, ch. 4; the −3 is MeasuringU's form for the adjusted Wald
    interval of an NPS.

    Examples
    --------
    >>> import math
    >>> math.ceil(answers_for_margin(0.05, 0.67, saved=3)), math.ceil(answers_for_margin(0.05, 0.67, population=500))
    (1027, 337)
    """
    first = normal_quantile(confidence_level) ** 2 * spread / margin**2
    if population is None:
        enough = design_effect * (first - saved)
    else:
        enough = design_effect * first / (1 + (design_effect * first - 1) / population)
    if student:
        return _student_answers(margin, spread, confidence_level, design_effect, population, enough)
    return enough


def _student_answers(
    margin: float, spread: float, confidence_level: float, design_effect: float, population: float | None, start: float
) -> float:
    """Return the first whole number from `start` on whose Student interval is narrow enough: two or three steps."""
    n = max(math.ceil(start), math.floor(design_effect) + 1)
    while margin < margin_of_answers(
        n, spread, confidence_level, student=True, design_effect=design_effect, population=population
    ):
        n += 1
    return n


def margin_of_answers(
    n: float,
    spread: float,
    confidence_level: float = 0.95,
    *,
    saved: float = 0.0,
    student: bool = False,
    design_effect: float = 1.0,
    population: float | None = None,
) -> float:
    """Return the margin that n answers give: the inverse of `answers_for_margin`.

    Returns
    -------
    float
        0 where the whole population answered; infinite where Student's interval has no degree of freedom.

    Examples
    --------
    >>> round(100 * margin_of_answers(100, 0.67, saved=3), 1)
    15.8
    """
    z = normal_quantile(confidence_level)
    if population is not None and n >= population:
        return 0.0
    if student:
        if n <= design_effect:
            return math.inf
        z = float(student_quantile(confidence_level, n / design_effect - 1))
    if population is None:
        return z * math.sqrt(spread / (n / design_effect + saved))
    return z * math.sqrt(spread * design_effect * (population - n) / (n * (population - 1)))


def answers_for_difference(
    difference: float,
    spread: float,
    confidence_level: float = 0.95,
    power: float = 0.8,
    *,
    saved: float = 0.0,
    design_effect: float = 1.0,
) -> float:
    """Return how many answers each of two groups needs, so that a true difference is found with some probability.

    Parameters
    ----------
    difference : float
        The true difference.
    spread : float
        Variance of one answer, in either group.
    confidence_level : float
        1 minus the two-sided error of the first kind.
    power : float
        Probability to find the difference.
    saved, design_effect : float
        As in `answers_for_margin`.

    Returns
    -------
    float

    Notes
    -----
    n = 2·spread·(z_α + z_β)²/difference² − saved per group. Checked by simulation: n = 873 has power .7996 where .80
    is asked for.

    References
    ----------
    Cochran W. G. (1977), Sampling Techniques, 3rd ed., Wiley; Cohen J. (1988), Statistical Power Analysis, 2nd ed.

    Examples
    --------
    >>> import math
    >>> [math.ceil(answers_for_difference(0.1, s2, saved=3)) for s2 in (1, 0.67, 0.5)]
    [1567, 1049, 782]
    """
    return design_effect * (2 * spread * _both_quantiles(confidence_level, power) ** 2 / difference**2 - saved)


def difference_of_answers(
    n: float,
    spread: float,
    confidence_level: float = 0.95,
    power: float = 0.8,
    *,
    saved: float = 0.0,
    design_effect: float = 1.0,
) -> float:
    """Return the difference that n answers in each of two groups can find: the inverse of `answers_for_difference`.

    Examples
    --------
    >>> round(100 * difference_of_answers(1049, 0.67, saved=3), 1)
    10.0
    """
    return _both_quantiles(confidence_level, power) * math.sqrt(2 * spread / (n / design_effect + saved))


def pairs_for_change(
    change: float, spread: float, confidence_level: float = 0.95, power: float = 0.8, *, design_effect: float = 1.0
) -> float:
    """Return how many respondents must answer twice, so that a true mean change is found with some probability.

    Parameters
    ----------
    change : float
        The true change.
    spread : float
        Variance of the change of one respondent, 2·s²·(1 − ρ) where the answers correlate with ρ.
    confidence_level, power, design_effect : float
        As in `answers_for_difference`.

    Returns
    -------
    float

    Notes
    -----
    n = var(d)·(z_α + z_β)²/Δ².

    References
    ----------
    Cohen J. (1988), Statistical Power Analysis for the Behavioral Sciences, 2nd ed., ch. 2.

    Examples
    --------
    >>> import math
    >>> math.ceil(pairs_for_change(0.1, 0.4275))
    336
    """
    return design_effect * spread * _both_quantiles(confidence_level, power) ** 2 / change**2


def change_of_pairs(
    n: float, spread: float, confidence_level: float = 0.95, power: float = 0.8, *, design_effect: float = 1.0
) -> float:
    """Return the change that n pairs can find: the inverse of `pairs_for_change`.

    Examples
    --------
    >>> round(change_of_pairs(336, 0.4275), 3)
    0.1
    """
    return _both_quantiles(confidence_level, power) * math.sqrt(spread * design_effect / n)


def _both_quantiles(confidence_level: float, power: float) -> float:
    from scipy.special import ndtri

    if not 0 < power < 1:
        raise ValueError(message("sample_size.bad_power", value=power))
    return normal_quantile(confidence_level) + float(ndtri(power))
