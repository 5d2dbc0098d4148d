"""The results of a share and of a mean, and `csat` and `ces` of a plain sequence of ratings."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from closeloop.metrics.doors import ResultDoors, number
from closeloop.stats.intervals import Interval, mean_interval, share_interval
from closeloop.stats.weighting import Precision
from closeloop.text import message


@dataclass(frozen=True, slots=True)
class MeanResult(ResultDoors):
    """A mean and its precision.

    Parameters
    ----------
    score : float
        The mean; NaN without an answer.
    sd : float
        Standard deviation of the answers; NaN below two answers.
    n : int
        Respondents who answered.
    n_missing : int
        Respondents without an answer.
    design : Precision, optional
        The precision of a weighted or otherwise designed sample.

    Examples
    --------
    >>> low, high = MeanResult(5.43, 1.4231491613, 100).confidence_interval()
    >>> round(low, 6), round(high, 6)
    (5.147616, 5.712384)
    """

    score: float
    sd: float
    n: int
    n_missing: int = 0
    design: Precision | None = None

    kind = "mean"

    @property
    def std_error(self) -> float:
        """Standard error of the mean; NaN below two answers."""
        if self.design is not None:
            return math.sqrt(self.design.variance)
        return self.sd / math.sqrt(self.n) if self.n > 1 else math.nan

    def confidence_interval(self, confidence_level: float = 0.95, method: str = "t") -> Interval[float]:
        """Return Student's interval of the mean; NaN below two answers."""
        if self.design is not None and self.design.is_census:
            return Interval(self.score, self.score)
        size = self.n if self.design is None else self.design.df + 1
        low, high = mean_interval(self.score, self.std_error, size, confidence_level, method)
        return Interval(float(low), float(high))

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON-safe values, with its kind and the version of this layout."""
        ci = self.confidence_interval()
        return {
            "kind": self.kind, "version": 1, "n": self.n, "n_missing": self.n_missing, "estimate": number(self.score),
            "sd": number(self.sd), "std_error": number(self.std_error), "ci_low": number(ci.low),
            "ci_high": number(ci.high), "method": "t" if self.design is None else "t+n*",
        }  # fmt: skip

    def __repr__(self) -> str:
        low, high = self.confidence_interval()
        return f"MeanResult(score={self.score:.2f}, n={self.n}, 95% CI {low:.2f} to {high:.2f})"


@dataclass(frozen=True, slots=True)
class ShareResult(ResultDoors):
    """A share of hits, 0…1, with the mean of the ratings it was made of.

    Parameters
    ----------
    top : float
        Answers in the top box; the sum of their weights in a weighted sample.
    rest : float
        The other answers.
    n_missing : int
        Respondents without an answer.
    mean : MeanResult, optional
        The mean rating.
    design : Precision, optional
        The precision of a weighted or otherwise designed sample.

    Raises
    ------
    ValueError
        If a count is negative or not finite.

    Examples
    --------
    >>> r = ShareResult(top=17, rest=3)
    >>> r.score
    0.85
    >>> low, high = r.confidence_interval()
    >>> round(low, 6), round(high, 6)
    (0.639581, 0.947631)
    """

    top: float
    rest: float
    n_missing: int = 0
    mean: MeanResult | None = None
    design: Precision | None = None

    kind = "top_box"

    def __post_init__(self) -> None:
        for count in (self.top, self.rest, self.n_missing):
            if not 0 <= count < math.inf:
                raise ValueError(message("scores.bad_count", value=count))

    @property
    def n(self) -> int | float:
        """Respondents who answered."""
        return self._total if self.design is None else self.design.n

    @property
    def _total(self) -> float:
        return self.top + self.rest

    @property
    def score(self) -> float:
        """The share, 0…1; NaN without an answer."""
        return self.top / self._total if self._total else math.nan

    @property
    def std_error(self) -> float:
        """Standard error of the share; NaN without an answer."""
        if not self._total:
            return math.nan
        if self.design is not None:
            return math.sqrt(self.design.variance)
        return math.sqrt(self.score * (1 - self.score) / self._total)

    def confidence_interval(self, confidence_level: float = 0.95, method: str = "wilson") -> Interval[float]:
        """Return the interval of the share.

        Parameters
        ----------
        confidence_level : float
            Between 0 and 1.
        method : {"wilson", "jeffreys", "agresti-coull", "clopper-pearson"}
            See `closeloop.stats.intervals.share_interval`. A weighted sample enters with its effective sample size.

        Returns
        -------
        Interval
            ``(low, high)``, within 0…1; NaN without an answer.

        Examples
        --------
        >>> low, high = ShareResult(top=17, rest=3).confidence_interval(method="jeffreys")
        >>> round(low, 6), round(high, 6)
        (0.651422, 0.955869)
        """
        if self.design is not None and self.design.is_census:
            return Interval(self.score, self.score)
        top, rest = self.effective_counts(confidence_level)
        low, high = share_interval(top, top + rest, confidence_level, method)
        return Interval(float(low), float(high))

    def effective_counts(self, confidence_level: float = 0.95) -> tuple[float, float]:
        """Return hits and others that add up to n*, as `closeloop.metrics.nps.NpsResult.effective_counts`."""
        scale = 1.0 if self.design is None else self.design.share_of(self._total, confidence_level)
        return self.top * scale, self.rest * scale

    def to_dict(self) -> dict[str, Any]:
        """Return the result as JSON-safe values, with its kind and the version of this layout."""
        ci = self.confidence_interval()
        return {
            "kind": self.kind, "version": 1, "n": self.n, "n_missing": self.n_missing, "top": self.top,
            "mean": None if self.mean is None else number(self.mean.score), "estimate": number(self.score),
            "std_error": number(self.std_error), "ci_low": number(ci.low), "ci_high": number(ci.high),
            "method": "wilson" if self.design is None else "wilson+n*",
        }  # fmt: skip

    def __repr__(self) -> str:
        low, high = self.confidence_interval()
        return f"ShareResult(score={self.score:.3f}, n={self.n:g}, 95% CI {low:.3f} to {high:.3f})"


def csat(ratings: Any, points: int = 5, top: int = 2) -> ShareResult:
    """Return the share of satisfied customers: ratings in the `top` best of 1…`points`.

    Parameters
    ----------
    ratings : list, array or Series
        Whole numbers 1 to `points`; None, NaN and NA are missing.
    points, top : int
        The scale, and how many of its best points count.

    Returns
    -------
    ShareResult

    Raises
    ------
    ResponseValidationError
        If a rating is not allowed.

    Examples
    --------
    >>> csat([5, 4, 3, 5, None])
    ShareResult(score=0.750, n=4, 95% CI 0.301 to 0.954)
    """
    return _top_box(ratings, points, top, "csat")


def ces(ratings: Any, points: int = 7, top: int = 3) -> ShareResult:
    """Return the share that found it easy (Customer Effort Score): ratings in the `top` best of 1…`points`.

    There is no single standard of reporting a CES; the mean is at hand as ``.mean``.

    Parameters
    ----------
    ratings : list, array or Series
        Whole numbers 1 to `points`, the best being easiest; None, NaN and NA are missing.
    points, top : int
        The scale, and how many of its best points count.

    Returns
    -------
    ShareResult

    Raises
    ------
    ResponseValidationError
        If a rating is not allowed.

    Examples
    --------
    >>> ces([7, 6, 5, 2]).mean
    MeanResult(score=5.00, n=4, 95% CI 1.56 to 8.44)
    """
    return _top_box(ratings, points, top, "ces")


def _top_box(ratings: Any, points: int, top: int, name: str) -> ShareResult:
    import pandas as pd

    from closeloop.frames import as_column
    from closeloop.metrics.counts import count
    from closeloop.metrics.estimate import group_counts, share_results
    from closeloop.metrics.spec import TopBox

    spec = TopBox("ratings", points=points, top=top, name=name)
    tally = count(pd.DataFrame({spec.item: as_column(ratings).array}), spec.item, spec.levels)
    return share_results(group_counts(tally), spec)[0]
