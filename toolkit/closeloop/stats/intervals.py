"""Confidence intervals of an NPS, a share and a mean, from counts; vectorised over groups.

Everything here is on the scale of the estimate inside the package: an NPS on −1…1, a share on 0…1. Counts need not be
whole numbers: a weighted sample enters with its shares times its effective sample size.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from closeloop.stats.limits import FloatArray, Interval, known_method, normal_quantile, student_quantile
from closeloop.stats.nps_intervals import NPS_FORMULAE
from closeloop.stats.share_intervals import SHARE_FORMULAE

__all__ = ["DEGENERATE", "METHODS", "Interval", "mean_interval", "normal_quantile", "nps_interval", "share_interval"]

METHODS: dict[str, tuple[str, ...]] = {"nps": tuple(NPS_FORMULAE), "top_box": tuple(SHARE_FORMULAE), "mean": ("t",)}
"""The interval methods of each kind of metric; the first is the default."""

DEGENERATE = ("may-johnson", "goodman", "t", "wald", "bootstrap")
"""NPS methods without any width where all answers are alike (``"may-johnson"``: where all are passives)."""


def nps_interval(
    detractors: npt.ArrayLike,
    passives: npt.ArrayLike,
    promoters: npt.ArrayLike,
    confidence_level: float = 0.95,
    method: str = "adjusted-wald",
) -> Interval[FloatArray]:
    """Return the interval of (promoters − detractors) / n, on −1…1.

    Parameters
    ----------
    detractors, passives, promoters : array_like of float
        Counts, not negative; arrays are taken elementwise.
    confidence_level : float
        Between 0 and 1.
    method : str
        - ``"adjusted-wald"`` (default): adds ¾, 1½ and ¾ of an answer; the narrowest with the right mean coverage.
        - ``"score"``: Tango's; the best worst case, to be preferred below n = 30 or beyond ±0.7.
        - ``"mover"``: Wilson's limits of both shares, put together; asymmetric, good from n = 20 or so.
        - ``"dirichlet"``: central credible interval under Jeffreys' prior, by exact quadrature; for statements such as
          "the NPS is above 20 with probability 0.71". Not a promise of coverage for one-sided mixes.
        - ``"agresti-min"``: adds ½, 1, ½; ``"bonett-price"``: adds 1, 0, 1 and is on the long side.
        - ``"may-johnson"``: Quesenberry and Hurst; no width where all are passives, too short for lopsided mixes.
        - ``"goodman"``: simultaneous for all contrasts of the three shares; far too long for this one.
        - ``"t"``: Wald with Student's quantile, as spreadsheets do. Not below n = 50.
        - ``"wald"``: the textbook formula. Not below n = 50, never for lopsided mixes; there to compare.
        - ``"bootstrap"``: the percentile bootstrap, exact, without a draw; as short as Wald. There to compare.

    Returns
    -------
    Interval
        Two arrays, within −1…1 (limits that a formula puts beyond are cut). Without any answer the limits are −1 and 1.

    Raises
    ------
    ValueError
        If the method or the level is not one that can be used.

    Notes
    -----
    Counts that are not whole (a weighted sample, shares · n*) go into every formula as they are, but for the bootstrap:
    it draws round(n*) answers, at least one, with the given shares. ``"t"`` of n ≤ 1 is −1…1. For all answers alike see
    `DEGENERATE`.

    References
    ----------
    Adjusted Wald: Rocks B. (2016), The American Statistician 70:365–372. Score: Tango T. (1998), Statistics in Medicine
    17:891–908. MOVER: Zou G. Y., Donner A. (2008), Statistics in Medicine 27:1693–1702, on Wilson E. B. (1927), JASA
    22:209–212. Agresti A., Min Y. (2005), Statistics in Medicine 24:729–740. Bonett D. G., Price R. M. (2012), Journal
    of Educational and Behavioral Statistics 37:479–488. May W. L., Johnson W. D. (1997), Statistics in Medicine
    16:2127–2136, after Quesenberry C. P., Hurst D. C. (1964), Technometrics 6:191–195. Goodman L. A. (1964), Annals of
    Mathematical Statistics 35:716–725. Dirichlet: see `closeloop.stats.dirichlet.posterior_cdf`. t: Student (1908),
    Biometrika 6:1–25. Bootstrap: Efron B. (1979), Annals of Statistics 7:1–26. Which to take: see
    `closeloop.analysis.planning.coverage.coverage`.

    Examples
    --------
    >>> low, high = nps_interval(20, 40, 40)
    >>> round(float(low), 6), round(float(high), 6)
    (0.049736, 0.338614)
    >>> low, high = nps_interval([2, 7], [3, 12], [5, 17], method="score")
    >>> high.round(6)
    array([0.675278, 0.503456])
    """
    formula = NPS_FORMULAE[known_method(NPS_FORMULAE, method, "NPS")]
    normal_quantile(confidence_level)  # refuses an impossible level
    d, n0, p = np.broadcast_arrays(
        np.asarray(detractors, dtype=float), np.asarray(passives, dtype=float), np.asarray(promoters, dtype=float)
    )
    some = (d + n0 + p) > 0
    low, high = np.full(d.shape, -1.0), np.full(d.shape, 1.0)
    if some.any():
        found = formula(d[some], n0[some], p[some], confidence_level)
        low[some], high[some] = np.maximum(found[0], -1.0), np.minimum(found[1], 1.0)
    return Interval(low, high)


def share_interval(
    count: npt.ArrayLike, n: npt.ArrayLike, confidence_level: float = 0.95, method: str = "wilson"
) -> Interval[FloatArray]:
    """Return the interval of the share count / n, on 0…1.

    Parameters
    ----------
    count, n : array_like of float
        Hits and answers, whole or not; arrays are taken elementwise.
    confidence_level : float
        Between 0 and 1.
    method : {"wilson", "jeffreys", "agresti-coull", "clopper-pearson"}
        ``"wilson"`` (default): the score interval; ``"jeffreys"``: the Bayesian one; ``"agresti-coull"``: Wilson's
        centre, a little longer; ``"clopper-pearson"``: never covers less than it promises and is too long for most
        purposes.

    Returns
    -------
    Interval
        Two arrays; NaN where n is 0.

    Raises
    ------
    ValueError
        If the method or the level is not one that can be used.

    Notes
    -----
    At count 0 the lower limit is exactly 0, at count n the upper limit exactly 1 (Agresti–Coull limits are cut there).

    References
    ----------
    Wilson E. B. (1927), Journal of the American Statistical Association 22:209–212. Brown L. D., Cai T. T., DasGupta A.
    (2001), Statistical Science 16:101–133. Agresti A., Coull B. A. (1998), The American Statistician 52:119–126.
    Clopper C. J., Pearson E. S. (1934), Biometrika 26:404–413.

    Examples
    --------
    >>> low, high = share_interval(17, 20)
    >>> round(float(low), 6), round(float(high), 6)
    (0.639581, 0.947631)
    """
    formula = SHARE_FORMULAE[known_method(SHARE_FORMULAE, method, "share")]
    normal_quantile(confidence_level)  # refuses an impossible level
    k, size = np.broadcast_arrays(np.asarray(count, dtype=float), np.asarray(n, dtype=float))
    some = size > 0
    low, high = np.full(k.shape, np.nan), np.full(k.shape, np.nan)
    if some.any():
        low[some], high[some] = formula(k[some], size[some], confidence_level)
    return Interval(low, high)


def mean_interval(
    mean: npt.ArrayLike,
    std_error: npt.ArrayLike,
    n: npt.ArrayLike,
    confidence_level: float = 0.95,
    method: str = "t",
) -> Interval[FloatArray]:
    """Return the interval of a mean, on the scale of the answers.

    Parameters
    ----------
    mean, std_error : array_like of float
        The estimate and its standard error.
    n : array_like of float
        Answers (of a weighted sample: the effective number); the t distribution has n − 1 degrees of freedom.
    confidence_level : float
        Between 0 and 1.
    method : {"t"}
        Student's t.

    Returns
    -------
    Interval
        Two arrays; NaN where n is at most 1, because one answer says nothing about the spread.

    Raises
    ------
    ValueError
        If the method or the level is not one that can be used.

    References
    ----------
    Student (1908), Biometrika 6:1–25.

    Examples
    --------
    >>> low, high = mean_interval(5.43, 0.14231491613, 100)
    >>> round(float(low), 6), round(float(high), 6)
    (5.147616, 5.712384)
    """
    known_method(METHODS["mean"], method, "mean")
    centre, error, size = np.broadcast_arrays(
        np.asarray(mean, dtype=float), np.asarray(std_error, dtype=float), np.asarray(n, dtype=float)
    )
    margin = student_quantile(confidence_level, size - 1) * error
    return Interval(centre - margin, centre + margin)
