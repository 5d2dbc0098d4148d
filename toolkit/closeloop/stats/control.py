"""Control charts of shares, rates, counts, single figures, Net Promoter Scores and means.

Figures are on the scale inside the package: an NPS on −1…1, a share on 0…1.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from closeloop.stats.control_chart import (
    SIGMA_METHODS,
    ControlChart,
    FloatArray,
    baseline_mask,
    finished_chart,
    ratio,
    sigma_z,
)
from closeloop.text import message

__all__ = [
    "SIGMA_METHODS", "ControlChart", "c_chart", "individuals_chart", "mean_chart", "nps_chart", "p_chart", "sigma_z",
    "u_chart",
]  # fmt: skip


def p_chart(
    count: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    baseline: npt.ArrayLike | None = None,
    sigma: str = "fixed",
    floor: float = 0.0,
    width: float = 3.0,
) -> ControlChart:
    """Return the chart of a share; with ``sigma="mean"`` Laney's p′ chart.

    Parameters
    ----------
    count, n : array_like
        Hits and answers of each period (effective numbers in a weighted sample). NaN, or n of 0, is a gap.
    baseline : array_like of bool, optional
        The periods that centre and spread are estimated from; by default all.
    sigma, floor
        See `sigma_z`.
    width : float
        Limits in standard errors.

    Returns
    -------
    ControlChart
        Centre p̄ = Σ count / Σ n over the baseline; limits p̄ ± width · σ_z · √(p̄(1 − p̄)/nᵢ), cut at 0 and 1.

    Raises
    ------
    ValueError
        If the baseline holds no answer.

    References
    ----------
    Montgomery D. C. (2013), Introduction to Statistical Quality Control, 7th ed., section 7.2. Laney (2002), see
    `sigma_z`.

    Examples
    --------
    >>> chart = p_chart([12, 15, 9, 20], [200, 220, 180, 250], sigma="mean", floor=1.0)
    >>> round(chart.centre, 6), round(float(chart.upper[0]), 6), chart.sigma
    (0.065882, 0.118507, 1.0)
    """
    k, size = _arrays(count, n)
    at = baseline_mask(baseline, size)
    centre = float(k[at].sum() / size[at].sum())
    error = np.sqrt(max(centre * (1 - centre), 0.0) / size)
    return finished_chart(ratio(k, size), error, centre, at, sigma, floor, width, (0.0, 1.0))


def u_chart(
    count: npt.ArrayLike,
    exposure: npt.ArrayLike,
    *,
    baseline: npt.ArrayLike | None = None,
    sigma: str = "fixed",
    floor: float = 0.0,
    width: float = 3.0,
) -> ControlChart:
    """Return the chart of a rate (complaints per 1000 orders); with ``sigma="mean"`` Laney's u′ chart.

    Parameters
    ----------
    count, exposure : array_like
        Events and what they are counted over; an exposure of 0 is a gap.
    baseline, sigma, floor, width
        See `p_chart`.

    Returns
    -------
    ControlChart
        Centre ū = Σ count / Σ exposure; limits ū ± width · σ_z · √(ū/aᵢ), cut at 0.

    Raises
    ------
    ValueError
        If the baseline holds no exposure.

    Notes
    -----
    When not to use: for rare events (fewer than about five a period) the normal limits are far off.

    References
    ----------
    Montgomery (2013), section 7.3; Laney (2002), see `sigma_z`.

    Examples
    --------
    >>> chart = u_chart([8, 12, 10], [2.0, 3.0, 2.5])
    >>> chart.centre, round(float(chart.upper[0]), 4)
    (4.0, 8.2426)
    """
    k, size = _arrays(count, exposure)
    at = baseline_mask(baseline, size)
    centre = float(k[at].sum() / size[at].sum())
    return finished_chart(ratio(k, size), np.sqrt(centre / size), centre, at, sigma, floor, width, (0.0, math.inf))


def c_chart(
    count: npt.ArrayLike,
    *,
    baseline: npt.ArrayLike | None = None,
    sigma: str = "fixed",
    floor: float = 0.0,
    width: float = 3.0,
) -> ControlChart:
    """Return the chart of a number of events in periods of equal exposure: c̄ ± width · σ_z · √c̄, cut at 0.

    Parameters and cautions as `u_chart`.

    Raises
    ------
    ValueError
        If the baseline is empty.

    References
    ----------
    Montgomery (2013), section 7.3.

    Examples
    --------
    >>> chart = c_chart([4, 6, 5, 14])
    >>> chart.centre, round(float(chart.upper[0]), 4)
    (7.25, 15.3277)
    """
    k = np.asarray(count, dtype=float)
    return u_chart(k, np.where(np.isnan(k), np.nan, 1.0), baseline=baseline, sigma=sigma, floor=floor, width=width)


def individuals_chart(
    values: npt.ArrayLike, *, baseline: npt.ArrayLike | None = None, sigma: str = "mean", width: float = 3.0
) -> ControlChart:
    """Return the chart of single figures whose precision is not known (X–mR).

    Parameters
    ----------
    values : array_like
        One figure a period; NaN is a gap.
    baseline : array_like of bool, optional
        The periods that centre and spread are estimated from; by default all.
    sigma : {"mean", "median"}
        Mean moving range / 1.128, or median moving range / 0.954.
    width : float
        Limits in standard errors.

    Returns
    -------
    ControlChart
        Centre x̄; limits x̄ ± width · mR̄/1.128 (2.66 mR̄ at a width of 3).

    Raises
    ------
    ValueError
        If the baseline has fewer than two figures.

    Notes
    -----
    When not to use: where the number of answers behind each figure is known and differs, `p_chart`, `nps_chart` or
    `mean_chart` know better what chance does.

    References
    ----------
    Montgomery (2013), section 6.4.

    Examples
    --------
    >>> chart = individuals_chart([10.0, 12.0, 11.0, 13.0])
    >>> chart.centre, round(float(chart.upper[0]), 4)
    (11.5, 15.9326)
    """
    x = np.asarray(values, dtype=float)
    at = baseline_mask(baseline, np.where(np.isnan(x), np.nan, 1.0))
    if at.sum() < 2 or sigma == "fixed":
        raise ValueError(message("trend.no_ranges"))
    spread = sigma_z(x[at], sigma)
    return ControlChart(estimate=x, std_error=np.where(np.isnan(x), np.nan, spread), centre=float(x[at].mean()),
                        width=width)  # fmt: skip


def nps_chart(
    detractors: npt.ArrayLike,
    passives: npt.ArrayLike,
    promoters: npt.ArrayLike,
    *,
    baseline: npt.ArrayLike | None = None,
    sigma: str = "mean",
    floor: float = 0.0,
    width: float = 3.0,
) -> ControlChart:
    """Return the chart of a Net Promoter Score, on −1…1.

    Parameters
    ----------
    detractors, passives, promoters : array_like
        Counts of each period (effective numbers in a weighted sample); NaN, or no answer, is a gap.
    baseline : array_like of bool, optional
        The periods that centre and spread are estimated from; by default all. Later periods never change them.
    sigma, floor
        See `sigma_z`.
    width : float
        Limits in standard errors.

    Returns
    -------
    ControlChart
        With the pooled baseline counts (d, n0, p), N their sum: centre θ₀ = (p − d)/N, variance of one answer
        s₀² = (p + d)/N − θ₀², zₜ = (θₜ − θ₀)/√(s₀²/nₜ), limits θ₀ ± width · σ_z · √(s₀²/nₜ), cut at ±1.

    Raises
    ------
    ValueError
        If the baseline holds no answer.

    Notes
    -----
    The three counts of a period are one trinomial draw, so a p chart of promoters and one of detractors would say less
    and alarm twice. The centre and σ_z are themselves estimates. Simulated with 24 baseline periods of 40 to 300
    answers, the limits are passed by chance once in about 110 periods with bare Laney, once in 310 with
    ``sigma="fixed"`` and once in 450 with ``floor=1``; an exactly known baseline gives one in 370. With 12 baseline
    periods: 52, 250 and 380 (``tests/stats/test_control.py``). A baseline whose answers are all alike has no spread: z
    is NaN.

    References
    ----------
    Laney (2002), see `sigma_z`, for σ_z; the chart of an NPS is worked out here.

    Examples
    --------
    >>> chart = nps_chart([20, 25, 18], [40, 35, 45], [60, 55, 70], sigma="fixed")
    >>> round(chart.centre, 6), [round(v, 4) for v in chart.z.tolist()]
    (0.331522, [0.0264, -1.0089, 0.913])
    """
    d, n0, p = np.broadcast_arrays(
        np.asarray(detractors, dtype=float), np.asarray(passives, dtype=float), np.asarray(promoters, dtype=float)
    )
    size = d + n0 + p
    size = np.where(size > 0, size, np.nan)
    at = baseline_mask(baseline, size)
    total = size[at].sum()
    centre = float((p[at].sum() - d[at].sum()) / total)
    spread = max(float((p[at].sum() + d[at].sum()) / total) - centre**2, 0.0)
    return finished_chart((p - d) / size, np.sqrt(spread / size), centre, at, sigma, floor, width, (-1.0, 1.0))


def mean_chart(
    mean: npt.ArrayLike,
    sd: npt.ArrayLike,
    n: npt.ArrayLike,
    *,
    baseline: npt.ArrayLike | None = None,
    sigma: str = "mean",
    floor: float = 0.0,
    width: float = 3.0,
) -> ControlChart:
    """Return the chart of a mean of ratings.

    Parameters
    ----------
    mean, sd, n : array_like
        Mean, standard deviation and number of answers (effective in a weighted sample) of each period; NaN, or n of 0,
        is a gap. An sd of NaN (one answer) tells nothing about the spread.
    baseline, sigma, floor, width
        See `nps_chart`.

    Returns
    -------
    ControlChart
        Centre m₀ = Σ nₜmₜ / Σ nₜ, variance within periods s₀² = Σ (nₜ − 1)sₜ² / Σ (nₜ − 1), both over the baseline;
        limits m₀ ± width · σ_z · √(s₀²/nₜ).

    Raises
    ------
    ValueError
        If the baseline holds no answer.

    References
    ----------
    Montgomery (2013), section 6.3 (variable sample size), with the standardised moving range of Laney (2002) in the
    place of a chart of the standard deviations.

    Examples
    --------
    >>> chart = mean_chart([4.0, 4.2, 4.1], [1.0, 1.1, 0.9], [100, 120, 90], sigma="fixed")
    >>> round(chart.centre, 4), round(float(chart.upper[0]), 4)
    (4.1065, 4.4104)
    """
    m, s, size = np.broadcast_arrays(*(np.asarray(values, dtype=float) for values in (mean, sd, n)))
    size = np.where((size > 0) & ~np.isnan(m), size, np.nan)
    at = baseline_mask(baseline, size)
    centre = float((size[at] * m[at]).sum() / size[at].sum())
    freedom = np.where(np.isnan(s) | (size <= 1), 0.0, size - 1)[at]
    spread = (freedom * np.nan_to_num(s[at]) ** 2).sum() / freedom.sum() if freedom.sum() > 0 else 0.0
    return finished_chart(m, np.sqrt(spread / size), centre, at, sigma, floor, width, (-math.inf, math.inf))


def _arrays(count: npt.ArrayLike, size: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    k, n = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(size, dtype=float))
    known = (n > 0) & ~np.isnan(k)
    return np.where(known, k, np.nan), np.where(known, n, np.nan)
