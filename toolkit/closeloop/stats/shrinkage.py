"""Many groups at once: estimates drawn towards their mean, the ranks they may have, and limits by chance alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrunk:
    """Estimates after partial pooling.

    Attributes
    ----------
    mean, mean_error : float
        The mean of the groups, and its standard error.
    tau2 : float
        Variance between the groups, beyond what chance within them makes.
    estimates, std_errors : ndarray
        One per group, on the scale of the input.
    """

    mean: float
    mean_error: float
    tau2: float
    estimates: FloatArray
    std_errors: FloatArray


def shrink(estimates: npt.ArrayLike, variances: npt.ArrayLike) -> Shrunk:
    """Return estimates drawn towards their mean, the more so the less each of them is known.

    For league tables. Not for a single group that somebody asks about: its own interval answers that.

    Parameters
    ----------
    estimates, variances : array_like
        One per group; the variance of each estimate, greater than 0 (of an NPS: from adjusted counts, so that a group
        of one category has some). A group with a missing one stays missing and counts nowhere.

    Returns
    -------
    Shrunk
        With fewer than two groups nothing is pooled.

    Notes
    -----
    θ̃ = B μ + (1 − B) θ with B = V / (V + τ²); τ² by DerSimonian and Laird, μ the random-effects mean. The standard
    error is that of the conditional mean, √((1 − B) V + B² Var μ), with τ² taken as known. Written out, because
    ``combine_effects`` of statsmodels lets τ² become negative where the groups differ less than chance would make them.

    References
    ----------
    DerSimonian R., Laird N. (1986), Controlled Clinical Trials 7:177–188. Efron B., Morris C. (1975), Journal of the
    American Statistical Association 70:311–319.

    Examples
    --------
    >>> found = shrink([0.5, 0.1, 0.3], [0.01, 0.001, 0.002])
    >>> found.estimates.round(3).tolist()
    [0.441, 0.107, 0.299]
    """
    theta, variance = np.asarray(estimates, dtype=float), np.asarray(variances, dtype=float)
    known = np.isfinite(theta) & np.isfinite(variance) & (variance > 0)
    if known.sum() < 2:
        found = np.where(known, theta, np.nan)
        mean = float(found[known][0]) if known.any() else np.nan
        error = float(np.sqrt(variance[known][0])) if known.any() else np.nan
        return Shrunk(mean=mean, mean_error=error, tau2=0.0, estimates=found,
                      std_errors=np.where(known, np.sqrt(np.maximum(variance, 0.0)), np.nan))  # fmt: skip
    t, v = theta[known], variance[known]
    w = 1 / v
    heterogeneity = float((w * (t - (w * t).sum() / w.sum()) ** 2).sum())
    tau2 = max((heterogeneity - (t.size - 1)) / float(w.sum() - (w**2).sum() / w.sum()), 0.0)
    w = 1 / (v + tau2)
    mean, error = float((w * t).sum() / w.sum()), float(1 / np.sqrt(w.sum()))
    share = np.where(known, variance / (variance + tau2), np.nan)
    return Shrunk(
        mean=mean, mean_error=error, tau2=tau2,
        estimates=np.where(known, share * mean + (1 - share) * theta, np.nan),
        std_errors=np.sqrt((1 - share) * np.where(known, variance, np.nan) + share**2 * error**2),
    )  # fmt: skip


def rank_limits(
    estimates: npt.ArrayLike,
    std_errors: npt.ArrayLike,
    confidence_level: float = 0.95,
    *,
    draws: int = 4000,
    seed: int = 0,
) -> tuple[FloatArray, FloatArray]:
    """Return the best and the worst rank that each group may well have (rank 1 is the highest estimate).

    Parameters
    ----------
    estimates, std_errors : array_like
        One per group, taken as independent and normal; a missing one has no rank.
    confidence_level : float
        Of each group's range of ranks.
    draws, seed : int
        How often the ranks are drawn, and the start of the generator: the same seed gives the same ranks.

    Returns
    -------
    tuple of ndarray

    References
    ----------
    Goldstein H., Spiegelhalter D. J. (1996), Journal of the Royal Statistical Society A 159:385–443.

    Examples
    --------
    >>> rank_limits([0.9, 0.1, 0.12], [0.01, 0.1, 0.1])
    (array([1., 2., 2.]), array([1., 3., 3.]))
    """
    theta, error = np.asarray(estimates, dtype=float), np.asarray(std_errors, dtype=float)
    known = np.isfinite(theta) & np.isfinite(error)
    best, worst = np.full(theta.shape, np.nan), np.full(theta.shape, np.nan)
    if known.any():
        noise = np.random.default_rng(seed).standard_normal((draws, int(known.sum())))
        order = np.argsort(-(theta[known] + noise * error[known]), axis=1)
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(1, order.shape[1] + 1)[None, :], axis=1)
        tail = (1 - confidence_level) / 2
        best[known] = np.quantile(ranks, tail, axis=0, method="inverted_cdf")
        worst[known] = np.quantile(ranks, 1 - tail, axis=0, method="inverted_cdf")
    return best, worst


def funnel_z(
    estimates: npt.ArrayLike, n: npt.ArrayLike, centre: float, spread: float, between: float = 0.0
) -> FloatArray:
    """Return how many standard errors each group lies from a common value.

    Parameters
    ----------
    estimates : array_like
        One per group.
    n : array_like
        Answers of each group (of a weighted sample: the effective number).
    centre, spread : float
        The common value, and the variance of one answer under it.
    between : float
        Variance between groups that is taken as normal (0: none; the limits are those of chance alone).

    Returns
    -------
    ndarray
        (θ − centre) / √(spread / n + between); NaN where nobody answered or nothing varies.

    References
    ----------
    Spiegelhalter D. J. (2005), Statistics in Medicine 24:1185–1202.

    Examples
    --------
    >>> funnel_z([0.3, 0.1], [100, 25], 0.2, 0.64).round(3).tolist()
    [1.25, -0.625]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt(spread / np.asarray(n, dtype=float) + between)
        z = (np.asarray(estimates, dtype=float) - centre) / error
    return np.where(np.isfinite(z), z, np.nan)
