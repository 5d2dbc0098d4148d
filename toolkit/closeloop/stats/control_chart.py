"""A control chart: what a period's figure would be if nothing had changed, and how far off it is.

Every chart is the same three steps: a centre and a spread from a baseline that later periods never touch, a distance
z of each period from the centre in its own standard errors, and limits some standard errors to either side.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

SIGMA_METHODS = ("mean", "median", "fixed")
"""How the spread between periods is estimated: mean or median moving range, or not at all."""

_MEAN_RANGE, _MEDIAN_RANGE = 1.128, 0.954
"""Mean and median of |z₁ − z₂| of two standard normal values."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ControlChart:
    """A chart: periods measured against a frozen baseline.

    Attributes
    ----------
    estimate : ndarray
        The figure of each period; NaN is a gap.
    std_error : ndarray
        Its standard error as long as nothing has changed.
    centre : float
        The baseline's level.
    sigma : float
        Laney's σ_z: how much more (or less) periods vary than their sizes explain; 1 where they vary as they should.
    width : float
        Limits lie so many σ_z standard errors from the centre.
    low, high : float
        Bounds of the scale; limits are cut there.

    Examples
    --------
    >>> chart = ControlChart(estimate=np.array([0.2, 0.5]), std_error=np.array([0.1, 0.1]), centre=0.3)
    >>> [round(v, 3) for v in chart.z.tolist()], [round(v, 3) for v in chart.upper.tolist()]
    ([-1.0, 2.0], [0.6, 0.6])
    """

    estimate: FloatArray
    std_error: FloatArray
    centre: float
    sigma: float = 1.0
    width: float = 3.0
    low: float = -math.inf
    high: float = math.inf

    @property
    def z(self) -> FloatArray:
        """Distance of each period from the centre in its own standard errors; NaN where it has none."""
        return ratio(self.estimate - self.centre, self.std_error)

    @property
    def score(self) -> FloatArray:
        """The distance in σ_z standard errors, z/σ_z: what run rules, EWMA and CUSUM are fed with."""
        return self.z / self.sigma if self.sigma > 0 else np.full_like(self.estimate, np.nan)

    @property
    def lower(self) -> FloatArray:
        """The lower limit of each period."""
        return self.limits(self.width)[0]

    @property
    def upper(self) -> FloatArray:
        """The upper limit of each period."""
        return self.limits(self.width)[1]

    def limits(self, width: float) -> tuple[FloatArray, FloatArray]:
        """Return limits at another width, cut at the bounds of the scale."""
        margin = width * self.sigma * self.std_error
        return np.maximum(self.centre - margin, self.low), np.minimum(self.centre + margin, self.high)


def sigma_z(z: npt.ArrayLike, method: str = "mean", floor: float = 0.0) -> float:
    """Return how much more standardised figures vary from one period to the next than chance explains (Laney).

    Parameters
    ----------
    z : array_like
        Distances from the centre in standard errors, in the order of time. NaN (gaps) are left out; the range over a
        gap counts like any other.
    method : {"mean", "median", "fixed"}
        Mean moving range / 1.128; median moving range / 0.954, which a single strange period does not lift; or 1
        without looking.
    floor : float
        The least that is returned. 1 takes a seemingly too quiet baseline for what it usually is: chance.

    Returns
    -------
    float
        σ_z; `floor`, but at least 1, where there are fewer than two figures.

    Raises
    ------
    ValueError
        If there is no such method.

    Notes
    -----
    When not to use: with fewer than about ten baseline periods σ_z is itself mostly chance (prefer ``"fixed"``); and a
    real shift within the baseline inflates it, so that the shift hides itself.

    References
    ----------
    Laney D. B. (2002), Quality Engineering 14:531–537.

    Examples
    --------
    >>> round(sigma_z([0.5, -1.0, 0.7, 0.2]), 4), sigma_z([0.1, 0.2, 0.1], floor=1.0)
    (1.0934, 1.0)
    """
    if method not in SIGMA_METHODS:
        raise ValueError(message("trend.unknown_sigma", method=method, choices=_quoted(SIGMA_METHODS)))
    given = np.asarray(z, dtype=float)
    ranges = np.abs(np.diff(given[~np.isnan(given)]))
    if method == "fixed" or not ranges.size:
        return max(1.0, floor)
    found = ranges.mean() / _MEAN_RANGE if method == "mean" else np.median(ranges) / _MEDIAN_RANGE
    return max(float(found), floor)


def finished_chart(
    estimate: FloatArray,
    error: FloatArray,
    centre: float,
    baseline: Mask,
    sigma: str,
    floor: float,
    width: float,
    bounds: tuple[float, float],
) -> ControlChart:
    """Return the chart with σ_z of its baseline."""
    z = ratio(estimate - centre, error)
    return ControlChart(
        estimate=estimate, std_error=error, centre=centre, sigma=sigma_z(z[baseline], sigma, floor), width=width,
        low=bounds[0], high=bounds[1],
    )  # fmt: skip


def baseline_mask(baseline: npt.ArrayLike | None, size: FloatArray) -> Mask:
    """Return which periods the baseline is made of: those chosen that have answers."""
    known = ~np.isnan(size)
    chosen = known if baseline is None else known & np.asarray(baseline, dtype=bool)
    if not chosen.any():
        raise ValueError(message("trend.empty_baseline"))
    return chosen


def ratio(top: FloatArray, bottom: FloatArray) -> FloatArray:
    """Divide; NaN where there is nothing to divide by."""
    out: FloatArray = np.full(np.shape(top), np.nan)
    return np.divide(top, bottom, out=out, where=bottom > 0)


def _quoted(names: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in names)
