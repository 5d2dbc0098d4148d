"""Penalty–reward contrast: whether an item hurts when it is bad, delights when it is good, or both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.errors import InsufficientDataError
from closeloop.stats.design import taylor
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

_NOTHING = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PenaltyReward:
    """Penalties and rewards of several items; one entry per item, NaN for an item that could not be estimated.

    Attributes
    ----------
    penalty : ndarray
        What the outcome loses (a number below 0) where the item is low instead of in the middle, the others equal.
    reward : ndarray
        What it gains where the item is high instead of in the middle.
    penalty_error, reward_error, range_error : ndarray
        Standard errors, of rows (or clusters) drawn.
    n_low, n_high : ndarray
        Rows on which penalty and reward rest.
    n_middle : ndarray
        Rows in between.
    r_squared : float
        Of the regression on all contrasts.

    Examples
    --------
    >>> found = penalty_reward([1, 3, 4, 1, 3, 4], [[1], [2], [3], [1], [2], [3]], low=[1], high=[3])
    >>> found.penalty.round(6).tolist(), found.reward.round(6).tolist(), found.asymmetry.round(4).tolist()
    ([-2.0], [1.0], [-0.3333])
    """

    penalty: FloatArray
    reward: FloatArray
    penalty_error: FloatArray
    reward_error: FloatArray
    range_error: FloatArray
    n_low: npt.NDArray[np.int64]
    n_middle: npt.NDArray[np.int64]
    n_high: npt.NDArray[np.int64]
    r_squared: float

    @property
    def wrong_sign(self) -> BoolArray:
        """Whether the penalty came out above 0 or the reward below 0."""
        return np.asarray((self.penalty > _NOTHING) | (self.reward < -_NOTHING))

    @property
    def range(self) -> FloatArray:
        """Reward + |penalty|; what has the wrong sign counts as 0."""
        return np.asarray(np.maximum(self.reward, 0) - np.minimum(self.penalty, 0))

    @property
    def asymmetry(self) -> FloatArray:
        """(reward − |penalty|) / range: −1 only hurts, 0 both alike, 1 only delights; NaN where the range is nil."""
        span = self.range
        with np.errstate(divide="ignore", invalid="ignore"):
            found = (np.maximum(self.reward, 0) + np.minimum(self.penalty, 0)) / span
        return np.where(span > _NOTHING, found, np.nan)


def penalty_reward(
    outcome: npt.ArrayLike,
    items: npt.ArrayLike,
    *,
    low: npt.ArrayLike,
    high: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
) -> PenaltyReward:
    """Return what low and high values of each item do to the outcome, against its middle values.

    One regression on two contrasts per item. For satisfaction items and an overall rating. Not for items that hardly
    anybody rates low (or high): the penalty then rests on a few people, which `n_low` shows. There is no agreed rule
    for "low" and "high", nor for the asymmetry from which an item is basic or exciting: all are parameters.

    Parameters
    ----------
    outcome : array_like
        The overall rating.
    items : array_like
        Rows × items.
    low, high : array_like
        Per item: answers up to `low` are low, from `high` on high, those in between are the middle.
    weights : array_like, optional
        Not negative; rows of weight 0 count nowhere.
    clusters : array_like, optional
        Integer code of each row's cluster, for the standard errors.

    Returns
    -------
    PenaltyReward
        NaN for an item without low, middle or high answers, which is left out.

    Raises
    ------
    ValueError
        If a value is missing, `low` is not below `high`, or the contrasts of several items are collinear.
    InsufficientDataError
        If there are not more rows than contrasts.

    Notes
    -----
    ``y = a + Σ (penalty_j · low_j + reward_j · high_j)``; range = reward + |penalty|, asymmetry = (reward −
    |penalty|)/range. Sandwich standard errors.

    References
    ----------
    Brandt D. R. (1988), Journal of Services Marketing 2(3):35–41.
    Mikulić J., Prebežac D. (2008), Managing Service Quality 18:559–576. On the missing agreement about cut-offs:
    Albayrak T., Caber M. (2013), Total Quality Management & Business Excellence 24:1288–1300.

    Examples
    --------
    >>> found = penalty_reward([1, 3, 4, 1, 3, 4], [[1], [2], [3], [1], [2], [3]], low=[1], high=[3])
    >>> found.range.round(6).tolist()
    [3.0]
    """
    y, x = np.asarray(outcome, dtype=float), np.asarray(items, dtype=float)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    if not ((w >= 0) & (w < np.inf)).all():
        raise ValueError(message("drivers.bad_weights"))
    used = w > 0
    groups = None if clusters is None else np.unique(np.asarray(clusters)[used], return_inverse=True)[1]
    y, x, w = y[used], x[used], w[used]
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError(message("drivers.incomplete"))
    bottom, top = np.asarray(low, dtype=float), np.asarray(high, dtype=float)
    if not (bottom < top).all():
        raise ValueError(message("drivers.low_above_high"))
    is_low, is_high = x <= bottom, x >= top
    n_low, n_high = is_low.sum(axis=0), is_high.sum(axis=0)
    n_middle = len(y) - n_low - n_high
    estimable = (n_low > 0) & (n_high > 0) & (n_middle > 0)
    k = int(estimable.sum())
    if len(y) <= 2 * k + 1:
        raise InsufficientDataError(message("drivers.more_parameters", parameters=2 * k + 1, rows=len(y)))
    contrasts = np.column_stack([np.ones(len(y)), is_low[:, estimable], is_high[:, estimable]])
    coefficients, covariance, r_squared = _regression(y, contrasts, w, groups)
    penalty, reward = coefficients[1 : k + 1], coefficients[k + 1 :]
    errors = np.sqrt(np.diagonal(covariance))
    between = np.diagonal(covariance[1 : k + 1, k + 1 :])
    used_penalty, used_reward = penalty < _NOTHING, reward > -_NOTHING  # the wrong sign counts as 0, and not as error
    spread = np.sqrt(
        np.maximum(
            used_penalty * errors[1 : k + 1] ** 2 + used_reward * errors[k + 1 :] ** 2
            - 2 * used_penalty * used_reward * between,
            0,
        )
    )  # fmt: skip

    def spread_out(values: FloatArray) -> FloatArray:
        found = np.full(x.shape[1], np.nan)
        found[estimable] = values
        return found

    return PenaltyReward(
        penalty=spread_out(penalty),
        reward=spread_out(reward),
        penalty_error=spread_out(errors[1 : k + 1]),
        reward_error=spread_out(errors[k + 1 :]),
        range_error=spread_out(spread),
        n_low=n_low,
        n_middle=n_middle,
        n_high=n_high,
        r_squared=r_squared,
    )


def _regression(
    y: FloatArray, x: FloatArray, w: FloatArray, groups: npt.NDArray[np.int64] | None
) -> tuple[FloatArray, FloatArray, float]:
    """Return coefficients, their covariance and R² of a weighted regression."""
    moments = (x * w[:, None]).T @ x
    scale = np.sqrt(np.diagonal(moments))
    if np.linalg.eigvalsh(moments / np.outer(scale, scale))[0] < 1e-10:
        raise ValueError(message("drivers.collinear_contrasts"))
    inverse = np.linalg.inv(moments)
    coefficients = inverse @ (x.T @ (w * y))
    left = y - x @ coefficients
    centred = y - w @ y / w.sum()
    total = w @ centred**2
    covariance = taylor((w * left)[:, None] * x @ inverse, clusters=groups).covariance
    return coefficients, covariance, float(1 - w @ left**2 / total) if total > 0 else float("nan")
