"""The result of an NPS, and `nps` of a plain sequence of scores."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from closeloop.metrics.doors import ResultDoors, number
from closeloop.stats.intervals import Interval, nps_interval
from closeloop.stats.weighting import Precision
from closeloop.text import message

_INF = math.inf


@dataclass(frozen=True, slots=True)
class NpsResult(ResultDoors):
    """A Net Promoter Score, from the counts that suffice for it; its public figures are in points (−100…100).

    Parameters
    ----------
    promoters, passives, detractors : float
        Answers 9–10, 7–8 and 0–6; sums of weights in a weighted sample.
    n_missing : int
        Respondents without an answer. They are never passives.
    design : Precision, optional
        The precision of a weighted or otherwise designed sample.

    Raises
    ------
    ValueError
        If a count is negative or not finite.

    Notes
    -----
    All in one category: the standard error is 0, but the default interval is not. No answer at all: the score is NaN
    and the interval −100…100.

    Examples
    --------
    >>> r = NpsResult(promoters=17, passives=12, detractors=7)
    >>> round(r.score, 4)
    27.7778
    >>> low, high = r.confidence_interval()
    >>> round(low, 4), round(high, 4)
    (1.573, 49.7091)
    """

    promoters: float
    passives: float
    detractors: float
    n_missing: int = 0
    design: Precision | None = None

    kind = "nps"

    def __post_init__(self) -> None:
        counts = self.promoters, self.passives, self.detractors, self.n_missing
        p, n, d, missing = counts
        if 0 <= p < _INF and 0 <= n < _INF and 0 <= d < _INF and 0 <= missing < _INF:
            return  # written out: a table has thousands of groups, and a loop takes five times as long
        for count in counts:
            if not 0 <= count < _INF:
                raise ValueError(message("scores.bad_count", value=count))

    @property
    def n(self) -> int | float:
        """Respondents who answered."""
        return self._total if self.design is None else self.design.n

    @property
    def _total(self) -> float:
        return self.promoters + self.passives + self.detractors

    @property
    def score(self) -> float:
        """The NPS in points; NaN without an answer."""
        return 100 * (self.promoters - self.detractors) / self._total if self._total else math.nan

    @property
    def std_error(self) -> float:
        """Standard error in points; NaN without an answer."""
        if not self._total:
            return math.nan
        if self.design is not None:
            return 100 * math.sqrt(self.design.variance)
        theta = (self.promoters - self.detractors) / self._total
        spread = (self.promoters + self.detractors) / self._total - theta**2
        return 100 * math.sqrt(max(spread, 0.0) / self._total)

    def confidence_interval(self, confidence_level: float = 0.95, method: str = "adjusted-wald") -> Interval[float]:
        """Return the interval in points.

        Parameters
        ----------
        confidence_level : float
            Between 0 and 1.
        method : str
            ``"adjusted-wald"`` (default), ``"score"`` (below n = 30 or beyond ±70), ``"mover"``, ``"dirichlet"``,
            ``"agresti-min"``, ``"bonett-price"``, ``"may-johnson"``, ``"goodman"``, ``"t"``, ``"wald"`` or
            ``"bootstrap"``: see `closeloop.stats.intervals.nps_interval` for each. A weighted sample enters with its
            effective sample size.

        Returns
        -------
        Interval
            ``(low, high)``, within −100…100.

        Examples
        --------
        >>> low, high = NpsResult(5, 3, 2).confidence_interval(method="score")
        >>> round(low, 4), round(high, 4)
        (-21.6592, 67.5278)
        """
        if self.design is not None and self.design.is_census:
            return Interval(self.score, self.score)
        low, high = nps_interval(*self.effective_counts(confidence_level), confidence_level, method)
        return Interval(100 * float(low), 100 * float(high))

    def effective_counts(self, confidence_level: float = 0.95) -> tuple[float, float, float]:
        """Return detractors, passives and promoters that add up to n*, the effective sample size of an interval.

        Without a design they are the counts themselves; where the design gives no precision they are 0.
        """
        scale = 1.0 if self.design is None else self.design.share_of(self._total, confidence_level)
        return self.detractors * scale, self.passives * scale, self.promoters * scale

    def test(self, target: float = 0.0) -> float:
        """Return the two-sided p value of "the NPS is `target`".

        Parameters
        ----------
        target : float
            In points.

        Returns
        -------
        float
            Against 0, of whole counts, McNemar's exact test; otherwise the score test, which agrees with the
            ``"score"`` interval. NaN without an answer.

        References
        ----------
        McNemar Q. (1947), Psychometrika 12:153–157. Tango T. (1998), Statistics in Medicine 17:891–908.

        Examples
        --------
        >>> round(NpsResult(promoters=40, passives=40, detractors=20).test(), 7)
        0.0134893
        """
        from closeloop.stats.one_sample import nps_target_test, nps_zero_p

        whole = all(float(count).is_integer() for count in (self.promoters, self.detractors))
        if not self._total:
            return math.nan
        if target == 0 and self.design is None and whole:
            return nps_zero_p(int(self.detractors), int(self.promoters))
        return nps_target_test(*self.effective_counts(), target / 100).p_value

    def probability_above(self, target: float = 0.0) -> float:
        """Return how probable it is, after these answers, that the NPS lies above `target`.

        Parameters
        ----------
        target : float
            In points.

        Returns
        -------
        float
            Posterior probability with Jeffreys' prior (half an answer in each category), without simulation.

        References
        ----------
        See `closeloop.stats.dirichlet.posterior_cdf`.

        Examples
        --------
        >>> round(NpsResult(promoters=17, passives=12, detractors=7).probability_above(20), 5)
        0.70929
        """
        from closeloop.stats.dirichlet import posterior_cdf

        return 1.0 - float(posterior_cdf(*self.effective_counts(), target / 100))

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON-safe values, with its kind and the version of this layout."""
        ci = self.confidence_interval()
        return {
            "kind": self.kind, "version": 1, "n": self.n, "n_missing": self.n_missing, "promoters": self.promoters,
            "passives": self.passives, "detractors": self.detractors, "estimate": number(self.score),
            "std_error": number(self.std_error), "ci_low": number(ci.low), "ci_high": number(ci.high),
            "method": "adjusted-wald" if self.design is None else "adjusted-wald+n*",
        }  # fmt: skip

    def __repr__(self) -> str:
        low, high = self.confidence_interval()
        return f"NpsResult(score={self.score:.1f}, n={self.n:g}, 95% CI {low:.1f} to {high:.1f})"


def nps(scores: Any, weights: Any = None) -> NpsResult:
    """Return the NPS of a sequence of 0–10 scores.

    Parameters
    ----------
    scores : list, array or Series
        Whole numbers 0 to 10; None, NaN and NA are missing.
    weights : list, array or Series, optional
        One weight per score, not negative.

    Returns
    -------
    NpsResult

    Raises
    ------
    ResponseValidationError
        If a score is not allowed; nothing is rounded, cut off or counted as missing.

    Examples
    --------
    >>> nps([10, 9, 8, 6, 10, None])
    NpsResult(score=40.0, n=5, 95% CI -29.8 to 79.8)
    """
    import pandas as pd

    from closeloop.frames import as_column
    from closeloop.metrics.counts import count
    from closeloop.metrics.estimate import group_counts, nps_results
    from closeloop.metrics.spec import Nps

    spec = Nps("scores")
    frame = pd.DataFrame({spec.item: as_column(scores).array})
    if weights is not None:
        frame["weights"] = as_column(weights).array
    tally = count(frame, spec.item, spec.levels, weight=None if weights is None else "weights")
    return nps_results(group_counts(tally), spec)[0]
