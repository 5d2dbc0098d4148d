"""The proportional-odds model for an ordered outcome, with weights that count, and its variance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.errors import InsufficientDataError
from closeloop.stats.design import taylor
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

_STEPS = 60
_SMALL = 1e-9  # the gradient per unit of weight at which the top is reached
_FLAT = 1e-7  # information per unit of weight below which the likelihood has no top, only a slope that fades


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class OrderedLogit:
    """An ordered logit fitted by maximum likelihood.

    Attributes
    ----------
    coefficients : ndarray
        Change of the log odds of a higher category per unit of each item.
    thresholds : ndarray
        Of the log odds, one fewer than there are categories.
    categories : ndarray
        The values of the outcome that occur, ascending.
    log_likelihood : float
        Weighted.
    covariance : ndarray
        Of coefficients and thresholds, in this order.
    n : int
        Rows with a positive weight.

    Examples
    --------
    >>> fit = ordered_logit([1, 2, 2, 3, 1, 3], [[0], [0], [1], [1], [1], [0]])
    >>> abs(round(float(fit.coefficients[0]), 6))
    0.0
    """

    coefficients: FloatArray
    thresholds: FloatArray
    categories: FloatArray
    log_likelihood: float
    covariance: FloatArray
    n: int

    @property
    def deviance(self) -> float:
        """−2 times the log likelihood."""
        return -2 * self.log_likelihood

    @property
    def std_errors(self) -> FloatArray:
        """Standard errors of the coefficients."""
        errors: FloatArray = np.sqrt(np.diagonal(self.covariance))[: len(self.coefficients)]
        return errors


def ordered_logit(
    outcome: npt.ArrayLike,
    items: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    clusters: npt.ArrayLike | None = None,
    robust: bool = False,
) -> OrderedLogit:
    """Fit ``logit P(outcome ≤ k) = threshold_k − items · coefficients``.

    For inference on drivers where the outcome is a short ordered scale. One coefficient per item serves all thresholds;
    where an item works only at one end of the scale this hides it (see `closeloop.stats.penalty_reward`).

    Parameters
    ----------
    outcome : array_like
        Ordered categories, as numbers.
    items : array_like
        Rows × items, without a constant.
    weights : array_like, optional
        Not negative. A weight of 3 is the same as the row three times; rows of weight 0 count nowhere.
    clusters : array_like, optional
        Integer code of each row's cluster: the variance is then that of whole clusters drawn.
    robust : bool
        Sandwich variance over rows, which weights of a survey need. Without it and without clusters the variance is the
        inverse of the information, as if weights counted equal rows.

    Returns
    -------
    OrderedLogit
        The fit.

    Raises
    ------
    ValueError
        If a value is missing, the items are collinear or constant, or one of them sorts the outcome perfectly.
    InsufficientDataError
        If the outcome has one category only, there are not more rows than parameters, or only one cluster.

    Notes
    -----
    Newton's method on the weighted log likelihood Σ w log P(outcome), which is concave; the fit is accepted only where
    the gradient has vanished. Sandwich: H⁻¹ (Σ_c s_c s_c') H⁻¹ · G/(G−1), with s_c the summed weighted scores of a
    cluster (or row) and G their number. ``statsmodels`` has this model, but takes ``freq_weights`` without a word and
    ignores them; hence this one.

    References
    ----------
    McCullagh P. (1980), Journal of the Royal Statistical Society B 42:109–142.
    Binder D. A. (1983), International Statistical Review 51:279–292.

    Examples
    --------
    >>> fit = ordered_logit([1, 2, 3], [[0], [0], [0.5]], weights=[3, 2, 1e-9])
    Traceback (most recent call last):
    closeloop.errors.InsufficientDataError: The model has 3 parameters ...
    >>> fit = ordered_logit([1, 1, 2, 1, 2, 2], [[0], [0], [0], [1], [1], [1]])
    >>> round(float(fit.coefficients[0]), 4)
    1.3863
    """
    y, x = np.asarray(outcome, dtype=float), np.asarray(items, dtype=float)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=float)
    used = w > 0
    groups = None if clusters is None else np.unique(np.asarray(clusters)[used], return_inverse=True)[1]
    if not ((w >= 0) & (w < np.inf)).all():
        raise ValueError(message("drivers.bad_weights"))
    y, x, w = y[used], x[used], w[used]
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise ValueError(message("drivers.incomplete"))
    categories, codes = np.unique(y, return_inverse=True)
    parameters = x.shape[1] + len(categories) - 1
    if len(categories) < 2:
        raise InsufficientDataError(message("drivers.one_category"))
    if len(y) <= parameters:
        raise InsufficientDataError(message("drivers.more_parameters", parameters=parameters, rows=len(y)))
    centre, scale = w @ x / w.sum(), np.sqrt(w @ (x - w @ x / w.sum()) ** 2 / w.sum())
    if not (scale > 0).all():
        raise ValueError(message("drivers.constant_items", items=", ".join(_places(scale <= 0))))
    z = (x - centre) / scale
    smallest = np.linalg.eigvalsh((z * w[:, None]).T @ z / w.sum())[0]
    if smallest < 1e-10:
        raise ValueError(message("drivers.collinear_items"))
    return _unscaled(*_climb(codes, z, w), centre, scale, categories, _design_of(groups, robust, len(y)))


def _design_of(groups: IntArray | None, robust: bool, rows: int) -> IntArray | None:
    """Return what is summed before it is squared: clusters, rows, or nothing."""
    if groups is None:
        return np.arange(rows) if robust else None
    if groups.max() < 1:
        raise InsufficientDataError(message("drivers.one_cluster"))
    return groups


def _climb(codes: IntArray, z: FloatArray, w: FloatArray) -> tuple[FloatArray, float, FloatArray, FloatArray]:
    """Return parameters, log likelihood, scores of the rows and information at the top."""
    below = np.cumsum(np.bincount(codes, w))[:-1] / w.sum()
    now = np.concatenate([np.zeros(z.shape[1]), np.log(below / (1 - below))])
    height, scores, information = _likelihood(now, codes, z, w)
    for _ in range(_STEPS):
        gradient = scores.sum(axis=0)
        if np.abs(gradient).max() <= _SMALL * w.sum():
            if np.linalg.eigvalsh(information)[0] < _FLAT * w.sum():
                break
            return now, height, scores, information
        try:
            step = np.linalg.solve(information, gradient)
        except np.linalg.LinAlgError:
            break
        for _ in range(40):
            found = _likelihood(now + step, codes, z, w)
            if found[0] >= height - 1e-12 * abs(height):
                break
            step = step / 2
        now, (height, scores, information) = now + step, found
    raise ValueError(message("drivers.separated"))


def _likelihood(
    parameters: FloatArray, codes: IntArray, z: FloatArray, w: FloatArray
) -> tuple[float, FloatArray, FloatArray]:
    """Return the weighted log likelihood, the score of each row, and the information (minus the second derivative)."""
    p = z.shape[1]
    edges = np.concatenate([[-np.inf], parameters[p:], [np.inf]])
    if (np.diff(edges) <= 0).any():
        return -np.inf, np.zeros((len(w), len(parameters))), np.eye(len(parameters))
    eta = z @ parameters[:p]
    low, high = edges[codes] - eta, edges[codes + 1] - eta
    mirrored = low > 0  # both far right: 1 − σ loses digits, the mirror image does not
    left, right = np.where(mirrored, -high, low), np.where(mirrored, -low, high)
    probability = np.maximum(_sigmoid(right) - _sigmoid(left), np.finfo(float).tiny)
    f_low, f_high = _density(low) / probability, _density(high) / probability
    slope_low = f_low * (1 - 2 * _sigmoid(low))
    slope_high = f_high * (1 - 2 * _sigmoid(high))
    at_low, at_high = _derivatives(codes - 1, z, len(parameters)), _derivatives(codes, z, len(parameters))
    scores = w[:, None] * (f_high[:, None] * at_high - f_low[:, None] * at_low)
    information = (
        at_high.T @ ((w * (f_high**2 - slope_high))[:, None] * at_high)
        + at_low.T @ ((w * (f_low**2 + slope_low))[:, None] * at_low)
    )  # fmt: skip
    mixed = at_high.T @ ((w * f_high * f_low)[:, None] * at_low)
    return float(w @ np.log(probability)), scores, information - mixed - mixed.T


def _derivatives(threshold: IntArray, z: FloatArray, parameters: int) -> FloatArray:
    """Return the derivative of a threshold less the linear predictor; the outer thresholds are none."""
    p = z.shape[1]
    found = np.zeros((len(z), parameters))
    found[:, :p] = -z
    inner = (threshold >= 0) & (threshold < parameters - p)
    found[np.flatnonzero(inner), p + threshold[inner]] = 1.0
    return found


def _unscaled(
    top: FloatArray,
    height: float,
    scores: FloatArray,
    information: FloatArray,
    centre: FloatArray,
    scale: FloatArray,
    categories: FloatArray,
    design: IntArray | None,
) -> OrderedLogit:
    """Return the fit in the units of the items, with its variance."""
    p = len(scale)
    back = np.eye(len(top))
    back[:p, :p] = np.diag(1 / scale)
    back[p:, :p] = centre / scale
    inverse = np.linalg.inv(information)
    covariance = back @ inverse @ back.T
    if design is not None:
        covariance = taylor(scores @ inverse @ back.T, clusters=design).covariance
    found = back @ top
    return OrderedLogit(
        coefficients=found[:p],
        thresholds=found[p:],
        categories=categories,
        log_likelihood=height,
        covariance=covariance,
        n=len(scores),
    )


def _sigmoid(x: FloatArray) -> FloatArray:
    return np.asarray(0.5 * (1 + np.tanh(x / 2)))


def _density(x: FloatArray) -> FloatArray:
    e = np.exp(-np.abs(x))
    return np.asarray(e / (1 + e) ** 2)


def _places(which: npt.NDArray[np.bool_]) -> list[str]:
    return [str(i + 1) for i in np.flatnonzero(which)]
