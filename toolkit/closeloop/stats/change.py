"""Change points: after which period the answers became other ones, and whether chance could have made it look so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

PERMUTATIONS, SEED = 9_999, 0
"""How often the answers are dealt out anew, and with which seed."""

_AT_ONCE = 1 << 21


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Change:
    """The most likely place of one change.

    Attributes
    ----------
    after : int
        The last period of the old level, counted from 0.
    statistic : float
        The likelihood ratio there, the largest of all.
    p_value : float
        How often chance alone makes a ratio as large anywhere.
    ratios : ndarray
        The likelihood ratio of a change after each period but the last; NaN where one side has no answers.

    Examples
    --------
    >>> change_in_counts([[5, 5], [5, 5], [9, 1], [9, 1]], permutations=99).after
    1
    """

    after: int
    statistic: float
    p_value: float
    ratios: FloatArray


def change_in_counts(counts: npt.ArrayLike, *, permutations: int = PERMUTATIONS, seed: int = SEED) -> Change:
    """Find the change in the distribution of answers over categories (detractors, passives, promoters).

    Parameters
    ----------
    counts : array_like, periods × categories
        How often each answer was given; whole numbers.
    permutations, seed : int
        How often the answers are dealt out anew over the periods, and from which seed.

    Returns
    -------
    Change
        With l the multinomial log-likelihood: G(k) = 2 [l(1…k) + l(k + 1…T) − l(1…T)], 0 · ln 0 = 0, largest over k.
        p = (1 + draws with a maximum as large) / (1 + draws).

    Raises
    ------
    ValueError
        If there are fewer than two periods with answers, or a count is negative or not whole.

    Notes
    -----
    Dealing the respondents out over the periods keeps each period's n and the total of each category (multivariate
    hypergeometric draws), so that p is right whatever the sizes, and for the search over all k. It takes answers for
    independent of one another: where the level wanders from period to period without a step, p is too small. A change
    of the distribution that leaves the score alone (passives turning into as many promoters as detractors) is found
    too.

    References
    ----------
    Csörgő M., Horváth L. (1997), Limit Theorems in Change-Point Analysis, section 1.1 (likelihood ratios).

    Examples
    --------
    >>> rows = [(20, 40, 60), (22, 35, 58), (18, 45, 70), (21, 40, 59),
    ...         (32, 38, 50), (35, 50, 46), (36, 38, 46), (31, 42, 56)]
    >>> found = change_in_counts(rows)
    >>> found.after, round(found.statistic, 4), found.p_value < 0.003
    (3, 18.6566, True)
    """
    table = np.asarray(counts, dtype=float)
    if table.ndim != 2 or not ((table >= 0) & (table == np.floor(table))).all():
        raise ValueError(message("trend.whole_counts"))
    _several_periods(table.sum(axis=1))
    whole = table.astype(np.int64)
    ratios = _count_ratios(whole)
    at_once = max(1, _AT_ONCE // whole.size)

    def draws(rng: np.random.Generator, how_many: int) -> FloatArray:
        return np.concatenate(
            [
                np.nanmax(_count_ratios(_dealt(whole, rng, min(at_once, how_many - done))), axis=-1)
                for done in range(0, how_many, at_once)
            ]
        )

    return _found(ratios, draws, permutations, seed)


def change_in_means(
    mean: npt.ArrayLike, n: npt.ArrayLike, variance: float, *, permutations: int = PERMUTATIONS, seed: int = SEED
) -> Change:
    """Find the change in the level of a mean, or of any score of a weighted sample.

    Parameters
    ----------
    mean, n : array_like
        The figure of each period and its number of answers (effective in a weighted sample).
    variance : float
        Variance of one answer within periods.
    permutations, seed : int
        How many series without a change are drawn, and from which seed.

    Returns
    -------
    Change
        G(k) = N₁N₂/N · (m₁ − m₂)²/s², the likelihood ratio of normal means, largest over k; p by drawing period means
        from N(m, s²/nₜ).

    Raises
    ------
    ValueError
        If there are fewer than two periods with answers, or the variance is not positive.

    Notes
    -----
    When not to use: with counts of whole answers `change_in_counts` needs no normal distribution.

    References
    ----------
    Hawkins D. M. (1977), Journal of the American Statistical Association 72:180–186.

    Examples
    --------
    >>> change_in_means([4.0, 4.1, 3.5, 3.4], [50, 60, 55, 40], 1.0, permutations=99).after
    1
    """
    size = np.nan_to_num(np.asarray(n, dtype=float))
    level = np.where(size > 0, np.asarray(mean, dtype=float), 0.0)
    _several_periods(size)
    if not variance > 0:
        raise ValueError(message("trend.no_spread"))
    ratios = _mean_ratios(level, size, variance)
    error = np.sqrt(variance / np.where(size > 0, size, np.inf))

    def draws(rng: np.random.Generator, how_many: int) -> FloatArray:
        still = rng.normal(size=(how_many, len(size))) * error
        largest: FloatArray = np.nanmax(_mean_ratios(still, size, variance), axis=-1)
        return largest

    return _found(ratios, draws, permutations, seed)


def _found(ratios: FloatArray, draws: Any, permutations: int, seed: int) -> Change:
    after = int(np.nanargmax(ratios))
    largest = float(ratios[after])
    drawn = draws(np.random.default_rng(seed), permutations)
    # a draw that ties with what was found, but for rounding, is as large
    as_large = int((drawn >= largest * (1 - 1e-12) - 1e-12).sum())
    return Change(after=after, statistic=largest, p_value=(1 + as_large) / (1 + permutations), ratios=ratios)


def _several_periods(size: FloatArray) -> None:
    if (size > 0).sum() < 2:
        raise ValueError(message("trend.two_periods"))


def _count_ratios(counts: npt.NDArray[np.int64]) -> FloatArray:
    """Return G after each period but the last; leading axes are draws."""
    from scipy.special import xlogy

    before = np.cumsum(counts, axis=-2, dtype=float)
    total = before[..., -1:, :]
    before = before[..., :-1, :]

    def likelihood(part: FloatArray) -> tuple[FloatArray, FloatArray]:
        n = part.sum(axis=-1)
        return np.asarray(xlogy(part, part).sum(axis=-1) - xlogy(n, n)), n

    old, n_old = likelihood(before)
    new, n_new = likelihood(total - before)
    together, _ = likelihood(total)
    return np.where((n_old > 0) & (n_new > 0), np.maximum(2 * (old + new - together), 0.0), np.nan)


def _mean_ratios(level: FloatArray, size: FloatArray, variance: float) -> FloatArray:
    total, n_total = (level * size).sum(axis=-1, keepdims=True), size.sum()
    n_old = np.cumsum(size)[:-1]
    n_new = n_total - n_old
    with np.errstate(divide="ignore", invalid="ignore"):
        old = np.cumsum(level * size, axis=-1)[..., :-1]
        gap = old / n_old - (total - old) / n_new
        return np.where((n_old > 0) & (n_new > 0), n_old * n_new / n_total * gap**2 / variance, np.nan)


def _dealt(counts: npt.NDArray[np.int64], rng: np.random.Generator, how_many: int) -> npt.NDArray[np.int64]:
    """Deal all answers out over the periods anew, each period keeping its n (multivariate hypergeometric)."""
    periods, categories = counts.shape
    left = np.broadcast_to(counts.sum(axis=0), (how_many, categories)).copy()
    dealt = np.zeros((how_many, periods, categories), np.int64)
    for t, n in enumerate(counts.sum(axis=1).tolist()):
        open_places = np.full(how_many, n)
        for k in range(categories - 1):
            others = left[:, k + 1 :].sum(axis=1)
            dealt[:, t, k] = rng.hypergeometric(left[:, k], others, open_places)
            open_places -= dealt[:, t, k]
        dealt[:, t, -1] = open_places
        left -= dealt[:, t]
    return dealt
