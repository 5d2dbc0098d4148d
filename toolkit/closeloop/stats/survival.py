"""Time until something happens, where it has not happened to everybody yet: Kaplan–Meier.

An open case counts for as long as it has been open. A mean over the closed ones alone would look the better, the more
cases are left lying.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from closeloop.stats.intervals import Interval, normal_quantile, share_interval
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

_ZERO = 1e-12
"""A surviving share below this is rounding."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivalCurve:
    """The share to whom it has not happened yet, over time.

    Attributes
    ----------
    times, surviving : numpy.ndarray
        Distinct times of events, and the share that is still without the event just after each.
    log_error : numpy.ndarray
        Greenwood's sum Σ d / (n (n − d)) up to each time: the variance of log S.
    at_risk : numpy.ndarray
        How many were still under observation just before each time.
    durations, events : numpy.ndarray
        The data.

    Examples
    --------
    >>> curve = kaplan_meier([2, 5, 9, 30], [True, True, False, True])
    >>> curve.median
    5.0
    """

    times: FloatArray
    surviving: FloatArray
    log_error: FloatArray
    at_risk: FloatArray
    durations: FloatArray
    events: npt.NDArray[np.bool_]

    @property
    def n(self) -> int:
        """Cases, open ones included."""
        return len(self.durations)

    @property
    def n_events(self) -> int:
        """Cases to which it has happened."""
        return int(self.events.sum())

    @property
    def median(self) -> float:
        """The first time by which it has happened to at least half; NaN if that has not been seen."""
        passed = np.flatnonzero(self.surviving <= 0.5 + _ZERO)
        return float(self.times[passed[0]]) if len(passed) else math.nan

    def median_interval(self, confidence_level: float = 0.95) -> Interval[float]:
        """Return the interval of the median: the times at which the log–log interval of S holds ½ (Brookmeyer–Crowley).

        The upper limit is infinite where the curve has not come down far enough.
        """
        if not self.n_events:
            return Interval(math.nan, math.nan)
        from statsmodels.duration.survfunc import SurvfuncRight

        with np.errstate(divide="ignore", invalid="ignore"):
            low, high = SurvfuncRight(self.durations, self.events).quantile_ci(0.5, 1 - confidence_level)
        return Interval(float(low), float(high))

    def share_within(self, time: float) -> float:
        """Return the share to whom it happened by `time`, 1 − S; NaN beyond what was observed.

        Examples
        --------
        >>> round(kaplan_meier([2, 5, 9, 30], [True, True, False, True]).share_within(24), 6)
        0.5
        """
        if not self.n or (time > self.durations.max() and not self._finished):
            return math.nan
        i = int(np.searchsorted(self.times, time, side="right")) - 1
        if i < 0:
            return 0.0
        return 1.0 if self.surviving[i] < _ZERO else 1.0 - float(self.surviving[i])

    def share_interval(self, time: float, confidence_level: float = 0.95) -> Interval[float]:
        """Return the interval of `share_within`, on the log–log scale.

        Where nobody or everybody has had the event by then, the log–log scale has no width: Wilson's interval of the
        cases under observation then stands in.
        """
        share = self.share_within(time)
        if math.isnan(share):
            return Interval(math.nan, math.nan)
        i = int(np.searchsorted(self.times, time, side="right")) - 1
        if share in (0.0, 1.0):
            n = int((self.durations >= time).sum()) if share == 0 else self.n
            limits = share_interval(share * n, n, confidence_level)
            return Interval(float(limits.low), float(limits.high)) if n else Interval(0.0, 1.0)
        log_survival = math.log(1 - share)
        reach = normal_quantile(confidence_level) * math.sqrt(self.log_error[i]) / abs(log_survival)
        return Interval(1 - math.exp(log_survival * math.exp(-reach)), 1 - math.exp(log_survival * math.exp(reach)))

    @property
    def _finished(self) -> bool:
        return bool(len(self.surviving)) and self.surviving[-1] < _ZERO


def kaplan_meier(durations: npt.ArrayLike, events: npt.ArrayLike) -> SurvivalCurve:
    """Return the Kaplan–Meier curve of right-censored durations.

    S(t) = Π over times ≤ t of (1 − d / n), d events among the n still under observation.

    Parameters
    ----------
    durations : array_like
        Time until the event, or until now for an open case; none missing, none below 0.
    events : array_like of bool
        Whether it has happened.

    Returns
    -------
    SurvivalCurve
        Without any case: empty, every share NaN.

    Raises
    ------
    ValueError
        If a duration is missing, infinite or below 0, or the lengths differ.

    Notes
    -----
    Valid if open cases are open because of when we look, not because they will never happen: a case closed without
    contact is not "open". Not to be used for repeated events of one case.

    References
    ----------
    Kaplan E. L., Meier P. (1958), Journal of the American Statistical Association 53:457–481. Interval: Greenwood's
    variance on the log–log scale, Kalbfleisch J. D., Prentice R. L. (1980), The Statistical Analysis of Failure Time
    Data, Wiley. Median: Brookmeyer R., Crowley J. (1982), Biometrics 38:29–41.

    Examples
    --------
    >>> curve = kaplan_meier([1, 3, 3, 6, 8], [True, True, False, False, True])
    >>> curve.surviving.round(4).tolist()
    [0.8, 0.6, 0.0]
    """
    time, event = np.asarray(durations, dtype=float), np.asarray(events, dtype=bool)
    if time.shape != event.shape or time.ndim != 1:
        raise ValueError(message("survival.bad_lengths", durations=time.shape, events=event.shape))
    bad = ~np.isfinite(time) | (time < 0)
    if bad.any():
        raise ValueError(message("survival.bad_duration", count=int(bad.sum()), example=time[bad][0]))
    if not len(time):
        nothing = np.array([])
        return SurvivalCurve(
            times=nothing, surviving=nothing, log_error=nothing, at_risk=nothing, durations=time, events=event
        )
    from statsmodels.duration.survfunc import SurvfuncRight

    with np.errstate(divide="ignore", invalid="ignore"):
        fit = SurvfuncRight(time, event)
        d, n = np.asarray(fit.n_events, dtype=float), np.asarray(fit.n_risk, dtype=float)
        log_error = np.cumsum(np.where(d > 0, d / (n * (n - d)), 0.0))
    return SurvivalCurve(
        times=np.asarray(fit.surv_times, dtype=float),
        surviving=np.asarray(fit.surv_prob, dtype=float),
        log_error=log_error,
        at_risk=n,
        durations=time,
        events=event,
    )


def log_rank(durations: npt.ArrayLike, events: npt.ArrayLike, group: npt.ArrayLike) -> tuple[float, float]:
    """Return χ² and p of the log-rank test that all groups run alike; NaN with one group or without any event.

    References
    ----------
    Mantel N. (1966), Cancer Chemotherapy Reports 50:163–170.

    Examples
    --------
    >>> chi2, p = log_rank([1, 2, 3, 6, 7, 8], [True] * 6, [0, 0, 0, 1, 1, 1])
    >>> round(chi2, 4), round(p, 4)
    (5.0517, 0.0246)
    """
    time, event, code = np.asarray(durations, dtype=float), np.asarray(events, dtype=bool), np.asarray(group)
    if len(np.unique(code)) < 2 or not event.any():
        return math.nan, math.nan
    from statsmodels.duration.survfunc import survdiff

    with np.errstate(divide="ignore", invalid="ignore"):
        chi2, p = survdiff(time, event, code)
    return float(chi2), float(p)
