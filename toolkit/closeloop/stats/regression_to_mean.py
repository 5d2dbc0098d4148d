"""What a re-survey shows when nothing was done: extreme answers come back nearer the middle.

Who is called because of a low score is chosen partly for bad luck of the day. Asked again, the luck is drawn anew. The
benchmark here says how much of a rise that explains; only what goes beyond it may be called an effect.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import Interval, normal_quantile, nps_interval
from closeloop.stats.polychoric import cell_probabilities, margin_cuts, polychoric
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

_VALUES = np.array([-1.0, 0.0, 1.0])


class NormalRegression(NamedTuple):
    """First and second mean of those selected below a cut, and the rise between them.

    Examples
    --------
    >>> NormalRegression(5.3, 6.6, 1.3).rise
    1.3
    """

    first: float
    second: float
    rise: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Benchmark:
    """The NPS (on −1…1) that detractors show at the second survey when nothing was done.

    Attributes
    ----------
    expected, std_error : numpy.ndarray
        The benchmark and what is uncertain about it.
    rho, rho_std_error : numpy.ndarray
        The latent test–retest correlation that it rests on.

    Examples
    --------
    >>> benchmark = benchmark_from_reliability([20, 35, 45], 0.6)
    >>> round(float(benchmark.expected), 4), round(float(benchmark.std_error), 3)
    (-0.3696, 0.042)
    """

    expected: FloatArray
    std_error: FloatArray
    rho: FloatArray
    rho_std_error: FloatArray

    def confidence_interval(self, confidence_level: float = 0.95) -> Interval[FloatArray]:
        """Return the interval of the benchmark, by Fisher's z (a benchmark lies within ±1, and so do its limits)."""
        with np.errstate(invalid="ignore", divide="ignore"):
            centre = np.arctanh(self.expected)
            margin = normal_quantile(confidence_level) * self.std_error / (1 - self.expected**2)
        return Interval(np.tanh(centre - margin), np.tanh(centre + margin))


def no_change_nps(marginals: npt.ArrayLike, reliability: npt.ArrayLike) -> FloatArray:
    """Return the NPS at a second survey of those who were detractors, passives and promoters at the first.

    Both surveys cut a bivariate normal variable with correlation ρ at the same places, those of the marginals:
    E[y₂ | group of y₁], exact.

    Parameters
    ----------
    marginals : array_like
        Shares or counts of detractors, passives and promoters (last axis).
    reliability : array_like of float
        Latent (polychoric) test–retest correlation, between 0 and 1. The plain correlation of 0–10 answers is smaller.

    Returns
    -------
    numpy.ndarray
        On −1…1; the last axis is the group at the first survey; NaN for a group that is empty.

    Raises
    ------
    ValueError
        If a reliability does not lie between 0 and 1.

    Notes
    -----
    Not to be used where the second survey differs (another channel, another occasion to be asked about): then only
    untouched respondents can say what to expect.

    References
    ----------
    Barnett A. G., van der Pols J. C., Dobson A. J. (2005), International Journal of Epidemiology 34:215–220 (regression
    to the mean); the formula for an NPS is worked out here.

    Examples
    --------
    >>> (100 * no_change_nps([20, 35, 45], 0.5)).round(2).tolist()
    [-25.71, 14.96, 55.34]
    """
    rho = checked_reliability(reliability)
    margin = np.asarray(marginals, dtype=float)
    cuts = margin_cuts(margin)
    cells, _ = cell_probabilities(cuts, cuts, rho)
    group = cells.sum(-1)
    empty = np.broadcast_to(margin, group.shape) <= 0
    expected: FloatArray = np.where(empty, np.nan, (cells @ _VALUES) / np.where(empty, 1.0, group))
    return expected


def normal_regression(mean: float, between_variance: float, within_variance: float, cut: float) -> NormalRegression:
    """Return what happens to the mean of those below a cut when a normal measurement is simply repeated.

    rise = σ²_within / √(σ²_within + σ²_between) · φ(z) / Φ(z), z = (cut − μ) / σ_total.

    Parameters
    ----------
    mean : float
        Of everybody.
    between_variance, within_variance : float
        Of the people's true values, and of one person's answers round them; together above 0.
    cut : float
        Those below it are selected.

    Returns
    -------
    NormalRegression
        In the units of the answers.

    Raises
    ------
    ValueError
        If a variance is below 0 or both are 0.

    References
    ----------
    Gardner M. J., Heady J. A. (1973), Journal of Chronic Diseases 26:781–795.

    Examples
    --------
    >>> first, second, rise = normal_regression(8, 2, 2, 6.5)
    >>> round(first, 6), round(second, 6), round(rise, 6)
    (5.342444, 6.671222, 1.328778)
    """
    total = between_variance + within_variance
    if min(between_variance, within_variance) < 0 or not total > 0:
        raise ValueError(message("recovery.bad_variance", between=between_variance, within=within_variance))
    normal = NormalDist()
    z = (cut - mean) / total**0.5
    ratio = normal.pdf(z) / normal.cdf(z)
    rise = within_variance / total**0.5 * ratio
    first = mean - total**0.5 * ratio
    return NormalRegression(first, first + rise, rise)


def benchmark_from_reliability(counts: npt.ArrayLike, reliability: float, std_error: float = 0.0) -> Benchmark:
    """Return the no-treatment benchmark from a known reliability.

    Parameters
    ----------
    counts : array_like of float
        Detractors, passives and promoters of the whole first survey (last axis), not only of those asked again.
    reliability, std_error : float
        Latent test–retest correlation and, if it is itself an estimate, its standard error.

    Returns
    -------
    Benchmark
        Its standard error (delta method) carries what the size of the first survey and `std_error` leave open. NaN
        where there is no detractor.

    Raises
    ------
    ValueError
        If the reliability does not lie between 0 and 1, or the standard error is below 0.

    Examples
    --------
    >>> round(float(benchmark_from_reliability([200, 350, 450], 0.8).expected), 4)
    -0.6117
    """
    rho = checked_reliability(reliability)
    if not 0 <= std_error < 1:
        raise ValueError(message("recovery.bad_reliability_error", value=std_error))
    margin = np.asarray(counts, dtype=float)
    n = margin.sum(-1, keepdims=True)
    cuts = margin_cuts(margin)
    cells, slopes = cell_probabilities(cuts, cuts, rho)
    with np.errstate(invalid="ignore", divide="ignore"):
        expected, gradient = _first_row(cells, slopes, _VALUES)
        density = np.exp(-cuts * cuts / 2) / np.sqrt(2 * np.pi)
        share = np.cumsum(margin, -1)[..., :-1] / n
        low = np.minimum(share[..., :, None], share[..., None, :])
        high = np.maximum(share[..., :, None], share[..., None, :])
        spread = low * (1 - high) / n[..., None] / (density[..., :, None] * density[..., None, :])
    spread = np.where(np.isfinite(spread), spread, 0.0)  # an empty end has no cut that could vary
    by_cut = gradient[..., :2] + gradient[..., 2:4]  # one margin cuts both surveys
    variance = np.einsum("...i,...ij,...j->...", by_cut, spread, by_cut)
    variance = variance + (gradient[..., 4] * std_error / (1 - rho**2)) ** 2
    some = margin[..., 0] > 0
    return Benchmark(
        expected=np.where(some, expected, np.nan),
        std_error=np.where(some, np.sqrt(variance), np.nan),
        rho=np.broadcast_to(rho, expected.shape),
        rho_std_error=np.broadcast_to(float(std_error), expected.shape),
    )


def benchmark_from_control(table: npt.ArrayLike) -> Benchmark:
    """Return the no-treatment benchmark from untouched respondents who were asked twice.

    The polychoric correlation and the cuts of both surveys are estimated together (a general rise or fall between the
    surveys is thereby allowed for); the benchmark is E[y₂ | detractor at the first].

    Parameters
    ----------
    table : array_like of float
        3 × 3 counts (…, first, second) in the order detractors, passives, promoters; leading axes are a batch.

    Returns
    -------
    Benchmark
        Standard error by the delta method from the information of all parameters. NaN where the table cannot tell: no
        detractor, or fewer than two groups at either survey. Categories that nobody chose are left out.

    Examples
    --------
    >>> benchmark = benchmark_from_control([[22, 12, 8], [14, 35, 21], [6, 22, 60]])
    >>> round(float(benchmark.rho), 3), round(float(benchmark.expected), 3)
    (0.591, -0.368)
    """
    counts = np.asarray(table, dtype=float)
    rows, columns = counts.sum(-1) > 0, counts.sum(-2) > 0
    if rows.all() and columns.all():
        return _control_benchmark(counts, _VALUES)
    if counts.ndim > 2:
        parts = [benchmark_from_control(one) for one in counts]
        return Benchmark(
            expected=np.array([part.expected for part in parts]),
            std_error=np.array([part.std_error for part in parts]),
            rho=np.array([part.rho for part in parts]),
            rho_std_error=np.array([part.rho_std_error for part in parts]),
        )
    if not rows[0] or rows.sum() < 2 or columns.sum() < 2:
        nothing = np.array(np.nan)
        return Benchmark(expected=nothing, std_error=nothing, rho=nothing, rho_std_error=nothing)
    return _control_benchmark(counts[np.ix_(rows, columns)], _VALUES[columns])


def net_interval(
    counts: npt.ArrayLike, expected: npt.ArrayLike, expected_interval: Interval[FloatArray],
    confidence_level: float = 0.95, method: str = "score",
) -> Interval[FloatArray]:  # fmt: skip
    """Return the interval of observed minus expected NPS (on −1…1), by MOVER.

    With the observed NPS o in (l, u) and the expected e in (l′, u′): o − e − √((o − l)² + (u′ − e)²) to
    o − e + √((u − o)² + (e − l′)²).

    Parameters
    ----------
    counts : array_like
        Detractors, passives and promoters (last axis) at the second survey among those who were worked on.
    expected, expected_interval : array_like, Interval
        The benchmark, independent of `counts`, and its interval at the same level.
    confidence_level : float
        Between 0 and 1.
    method : str
        Of the observed NPS, see `closeloop.stats.intervals.nps_interval`.

    Returns
    -------
    Interval
        NaN where nobody was asked again or there is no benchmark.

    References
    ----------
    Zou G. Y., Donner A. (2008), Statistics in Medicine 27:1693–1702.

    Examples
    --------
    >>> low, high = net_interval([30, 20, 10], -0.37, Interval(-0.5, -0.24))
    >>> round(float(low), 2), round(float(high), 2)
    (-0.18, 0.28)
    """
    d, n0, p = np.moveaxis(np.asarray(counts, dtype=float), -1, 0)
    n = d + n0 + p
    low, high = nps_interval(d, n0, p, confidence_level, method)
    with np.errstate(invalid="ignore", divide="ignore"):
        observed = np.where(n > 0, (p - d) / n, np.nan)
    e = np.asarray(expected, dtype=float)
    net = observed - e
    return Interval(
        net - np.sqrt((observed - low) ** 2 + (expected_interval.high - e) ** 2),
        net + np.sqrt((high - observed) ** 2 + (e - expected_interval.low) ** 2),
    )


def checked_reliability(reliability: npt.ArrayLike) -> FloatArray:
    """Return a reliability as an array.

    Raises
    ------
    ValueError
        If one does not lie between 0 and 1.

    Examples
    --------
    >>> float(checked_reliability(0.6))
    0.6
    """
    rho = np.asarray(reliability, dtype=float)
    if not ((rho > 0) & (rho < 1)).all():
        raise ValueError(message("recovery.bad_reliability", value=reliability))
    return rho


def _control_benchmark(counts: FloatArray, values: FloatArray) -> Benchmark:
    fit = polychoric(counts)
    cells, slopes = cell_probabilities(fit.row_cuts, fit.column_cuts, fit.rho)
    expected, gradient = _first_row(cells, slopes, values)
    variance = np.einsum("...i,...ij,...j->...", gradient, fit.covariance, gradient)
    known = np.isfinite(variance)
    return Benchmark(
        expected=np.where(known, expected, np.nan),
        std_error=np.sqrt(variance),
        rho=fit.rho,
        rho_std_error=fit.std_error,
    )


def _first_row(cells: FloatArray, slopes: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Return the mean value within the first row, and its derivatives by the parameters."""
    row, slope = cells[..., 0, :], slopes[..., 0, :]
    total = row.sum(-1)
    expected = row @ values / total
    gradient = (slope @ values - slope.sum(-1) * expected[..., None]) / total[..., None]
    return expected, gradient
