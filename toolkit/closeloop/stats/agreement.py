"""How far two or more people agree when they sort the same things into categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import normal_quantile, share_interval
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """Agreement of coders beyond what chance would give.

    Attributes
    ----------
    n : int
        Things that were sorted by all (kappa), or by at least two (alpha).
    observed : float
        Share of pairs of judgements that agree.
    kappa : float
        1: always; 0: as often as by chance; NaN where everything is in one category, since chance then agrees too.
    ci_low, ci_high : float
        Limits of `kappa`; NaN where there is no spread to go by.
    """

    n: int
    observed: float
    kappa: float
    ci_low: float
    ci_high: float


def cohen_kappa(first: npt.ArrayLike, second: npt.ArrayLike, confidence_level: float = 0.95) -> Agreement:
    """Return Cohen's κ of two coders who each put every thing into one category.

    Parameters
    ----------
    first, second : array_like of int
        Category codes, one per thing, in the same order; −1 or NaN is "not coded" and leaves the thing out.
    confidence_level : float
        Of the interval, from the large-sample standard error.

    Returns
    -------
    Agreement

    Raises
    ------
    ValueError
        If the two are not equally long.

    Notes
    -----
    κ = (p_o − p_e) / (1 − p_e). Rare categories make κ small even where coders agree nearly always: read it beside the
    observed agreement. For more than two coders, or gaps, `krippendorff_alpha`.

    References
    ----------
    Cohen J. (1960), Educational and Psychological Measurement 20:37–46. Fleiss J. L., Cohen J., Everitt B. S. (1969),
    Psychological Bulletin 72:323–327.

    Examples
    --------
    >>> found = cohen_kappa([0, 0, 1, 1, 1, 0], [0, 0, 1, 1, 0, 0])
    >>> round(found.kappa, 4), round(found.observed, 4)
    (0.6667, 0.8333)
    """
    a, b = _codes(first), _codes(second)
    if a.shape != b.shape:
        raise ValueError(message("quality.not_the_same_things", first=a.size, second=b.size))
    both = (a >= 0) & (b >= 0)
    a, b = a[both], b[both]
    if not a.size:
        return Agreement(n=0, observed=np.nan, kappa=np.nan, ci_low=np.nan, ci_high=np.nan)
    size = int(max(a.max(), b.max())) + 1
    table = np.bincount(a * size + b, minlength=size * size).reshape(size, size)
    shares = table / table.sum()
    of_first, of_second = shares.sum(axis=1), shares.sum(axis=0)
    observed, by_chance = float(np.trace(shares)), float(of_first @ of_second)
    if (of_first + of_second > 0).sum() < 2:
        return Agreement(n=int(a.size), observed=observed, kappa=np.nan, ci_low=np.nan, ci_high=np.nan)
    kappa = (observed - by_chance) / (1 - by_chance)
    if (of_first > 0).sum() == 1 or (of_second > 0).sum() == 1:
        # One of them put everything into one category: κ is 0 whatever the other did, so it has no spread to go by.
        return Agreement(n=int(a.size), observed=observed, kappa=kappa, ci_low=np.nan, ci_high=np.nan)
    agreeing = np.diag(shares) @ (1 - (of_first + of_second) * (1 - kappa)) ** 2
    apart = (1 - kappa) ** 2 * float(
        ((shares - np.diag(np.diag(shares))) * np.add.outer(of_second, of_first) ** 2).sum()
    )
    variance = (agreeing + apart - (kappa - by_chance * (1 - kappa)) ** 2) / (a.size * (1 - by_chance) ** 2)
    margin = normal_quantile(confidence_level) * float(np.sqrt(max(variance, 0.0)))
    return Agreement(
        n=int(a.size),
        observed=observed,
        kappa=kappa,
        ci_low=max(kappa - margin, -1.0),
        ci_high=min(kappa + margin, 1.0),
    )


def krippendorff_alpha(
    codes: npt.ArrayLike, confidence_level: float = 0.95, *, draws: int = 2000, seed: int = 0
) -> Agreement:
    """Return Krippendorff's α for categories: any number of coders, gaps allowed.

    Parameters
    ----------
    codes : array_like of int, things × coders
        Category codes; −1 or NaN where a coder did not judge a thing. A thing judged once says nothing and is left out.
    confidence_level : float
        Of the interval, by resampling the things.
    draws, seed : int
        How often they are resampled, and the start of the generator.

    Returns
    -------
    Agreement
        With α in the place of κ.

    Notes
    -----
    α = 1 − D_o / D_e from the coincidence matrix: each thing with m judgements adds every ordered pair of them with
    weight 1 / (m − 1). Where nobody ever disagrees, resampling cannot find a disagreement either: the lower limit is
    then that of Wilson's upper limit for a disagreement that was found in none of n things. Beyond 10 000 things
    nothing is drawn: the limits come from the linearised standard error, to which resampling then leads as well.

    References
    ----------
    Krippendorff K. (2004), Human Communication Research 30:411–433.

    Examples
    --------
    >>> round(krippendorff_alpha([[0, 0], [1, 1], [0, 1], [1, 1], [0, -1]]).kappa, 4)
    0.5333
    """
    given = _codes(codes)
    if given.ndim != 2:
        given = np.empty((0, 2), np.int64)
    size = int(given.max()) + 1 if given.size else 0
    return weighted_alpha(given, 1 - np.eye(max(size, 0)), confidence_level, draws=draws, seed=seed)


def _codes(given: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return category codes; a missing one is "not coded", too."""
    codes = np.asarray(given, dtype=float)
    return np.where(np.isnan(codes), -1, codes).astype(np.int64)


def weighted_alpha(
    codes: npt.ArrayLike, distance: npt.ArrayLike, confidence_level: float = 0.95, *, draws: int = 2000, seed: int = 0
) -> Agreement:
    """Return Krippendorff's α for categories of which some lie closer together than others.

    Parameters
    ----------
    codes : array_like of int, things × coders
        Category codes; −1 or NaN where a coder did not judge a thing.
    distance : array_like, categories × categories
        How far apart two categories are, 0…1, 0 from a category to itself.
    confidence_level, draws, seed
        See `krippendorff_alpha`.

    Returns
    -------
    Agreement
        With α in the place of κ; `observed` is one minus the mean distance of two judgements of a thing.

    Examples
    --------
    >>> ordinal = [[0, 0.5, 1], [0.5, 0, 0.5], [1, 0.5, 0]]
    >>> round(weighted_alpha([[0, 0], [1, 1], [0, 1], [2, 2]], ordinal).kappa, 4)
    0.7407
    """
    given, apart = _codes(codes), np.asarray(distance, dtype=float)
    given = given[(given >= 0).sum(axis=1) > 1]
    if not given.size:
        return Agreement(n=0, observed=np.nan, kappa=np.nan, ci_low=np.nan, ci_high=np.nan)
    patterns, times = _patterns(given, len(apart))
    counts = np.zeros((len(patterns), len(apart)))
    for judged in patterns.T:
        seen = judged >= 0
        counts[np.flatnonzero(seen), judged[seen]] += 1
    apart_within = ((counts @ apart) * counts).sum(axis=1) / (counts.sum(axis=1) - 1)
    n, alpha = len(given), float(_alpha(times @ apart_within, times @ counts, apart))
    observed = 1 - float(times @ apart_within / (times @ counts).sum())
    low = high = np.nan
    if np.isfinite(alpha) and n > 1:  # one thing drawn again and again always gives the same α
        low, high = _limits(times, apart_within, counts, apart, confidence_level, draws, seed)
    return Agreement(n=n, observed=observed, kappa=alpha, ci_low=low, ci_high=high)


def _patterns(given: npt.NDArray[np.int64], size: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the different ways in which things were judged, and how many things each way was met in.

    Who judged how makes no difference to α, so a hundred thousand things come down to a few ways.
    """
    rows = np.sort(given, axis=1)
    if (size + 1) ** rows.shape[1] < 1 << 62:  # one number says the whole row, and numbers are quickly sorted
        place = (size + 1) ** np.arange(rows.shape[1], dtype=np.int64)
        _, first, times = np.unique((rows + 1) @ place, return_index=True, return_counts=True)
        return rows[first], times
    patterns, times = np.unique(rows, axis=0, return_counts=True)
    return patterns, times


_AT_ONCE = 1 << 22
"""Numbers held at once while resampling."""

_MANY = 10_000
"""Things from which on the limits are computed and not drawn: both are then the same to three digits."""


def _limits(
    times: npt.NDArray[np.int64], within: FloatArray, counts: FloatArray, apart: FloatArray,
    confidence_level: float, draws: int, seed: int,
) -> tuple[float, float]:  # fmt: skip
    z, n = normal_quantile(confidence_level), int(times.sum())
    inside, totals = float(times @ within), times @ counts
    by_chance = float((totals @ apart) @ totals)
    if not inside:
        low = 1 - float(share_interval(0, n, confidence_level).high) * totals.sum() * (totals.sum() - 1) / by_chance
        return float(low), 1.0
    if n > _MANY:
        size = totals.sum()
        pull = counts.sum(axis=1) * inside + (size - 1) * (
            within - 2 * inside * (counts @ (apart @ totals)) / by_chance
        )
        pull = pull / by_chance  # what one thing more of a kind takes off α
        error = float(np.sqrt(times @ pull**2 - (times @ pull) ** 2 / n))
        alpha = 1 - (size - 1) * inside / by_chance
        return float(alpha - z * error), float(min(alpha + z * error, 1.0))
    drawn = _resampled_alpha(times, within, counts, apart, draws, seed)
    if not drawn.size:
        return np.nan, np.nan
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(drawn, (tail, 1 - tail))
    return float(low), float(high)


def _resampled_alpha(
    times: npt.NDArray[np.int64], within: FloatArray, counts: FloatArray, apart: FloatArray, draws: int, seed: int
) -> FloatArray:
    generator, n = np.random.default_rng(seed), int(times.sum())
    block = max(1, _AT_ONCE // len(times))
    found = []
    for start in range(0, draws, block):
        weights = generator.multinomial(n, times / n, size=min(block, draws - start)).astype(float)
        found.append(_alpha(weights @ within, weights @ counts, apart))
    alphas = np.concatenate(found)
    return np.asarray(alphas[np.isfinite(alphas)])


def _alpha(within: npt.ArrayLike, totals: npt.ArrayLike, apart: FloatArray) -> FloatArray:
    """Return α from the disagreement within things and the judgements per category (last axis)."""
    inside, total = np.asarray(within, dtype=float), np.asarray(totals, dtype=float)
    n = total.sum(axis=-1)
    by_chance = ((total @ apart) * total).sum(axis=-1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(by_chance > 0, 1 - (n - 1) * inside / by_chance, np.nan))
