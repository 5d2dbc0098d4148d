"""How far two or more people agree when they sort the same things into categories."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import normal_quantile
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
        Limits of `kappa`.
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
    observed = float(np.trace(table) / table.sum())
    if (table.sum(axis=0) + table.sum(axis=1) > 0).sum() < 2:
        return Agreement(n=int(a.size), observed=observed, kappa=np.nan, ci_low=np.nan, ci_high=np.nan)
    from statsmodels.stats.inter_rater import cohens_kappa

    used = np.flatnonzero(table.sum(axis=0) + table.sum(axis=1))
    found = cohens_kappa(table[np.ix_(used, used)])
    margin = normal_quantile(confidence_level) * float(found.std_kappa)
    kappa = float(found.kappa)
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
    weight 1 / (m − 1).

    References
    ----------
    Krippendorff K. (2004), Human Communication Research 30:411–433.

    Examples
    --------
    >>> round(krippendorff_alpha([[0, 0], [1, 1], [0, 1], [1, 1], [0, -1]]).kappa, 4)
    0.5333
    """
    given = _codes(codes)
    given = given[(given >= 0).sum(axis=1) > 1] if given.ndim == 2 else np.empty((0, 2), np.int64)
    if not given.size:
        return Agreement(n=0, observed=np.nan, kappa=np.nan, ci_low=np.nan, ci_high=np.nan)
    counts = np.stack([(given == code).sum(axis=1) for code in range(int(given.max()) + 1)], axis=1).astype(float)
    judged = counts.sum(axis=1)
    agreeing = (counts * (counts - 1)).sum(axis=1) / (judged - 1)
    alpha = float(_alpha(agreeing.sum(), counts.sum(axis=0)))
    weights = np.random.default_rng(seed).multinomial(len(given), np.full(len(given), 1 / len(given)), size=draws)
    resampled = _alpha(weights @ agreeing, weights @ counts)
    resampled = resampled[np.isfinite(resampled)]
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(resampled, (tail, 1 - tail)) if resampled.size and np.isfinite(alpha) else (np.nan, np.nan)
    return Agreement(
        n=len(given), observed=float(agreeing.sum() / judged.sum()), kappa=alpha, ci_low=float(low), ci_high=float(high)
    )


def _codes(given: npt.ArrayLike) -> npt.NDArray[np.int64]:
    """Return category codes; a missing one is "not coded", too."""
    codes = np.asarray(given, dtype=float)
    return np.where(np.isnan(codes), -1, codes).astype(np.int64)


def _alpha(agreeing: npt.ArrayLike, totals: npt.ArrayLike) -> FloatArray:
    """Return α from the weight of agreeing pairs and the judgements per category (last axis)."""
    same, total = np.asarray(agreeing, dtype=float), np.asarray(totals, dtype=float)
    n = total.sum(axis=-1)
    by_chance = (total * (total - 1)).sum(axis=-1) / (n * (n - 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(by_chance < 1, 1 - (1 - same / n) / (1 - by_chance), np.nan))
