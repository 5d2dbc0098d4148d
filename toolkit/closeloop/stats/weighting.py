"""What weights, strata and clusters do to the precision of an estimate."""

from __future__ import annotations

import math
from typing import NamedTuple

from closeloop.stats.effective_size import t_ratio


class Precision(NamedTuple):
    """Precision of an estimate from a weighted or otherwise designed sample.

    Attributes
    ----------
    n : int
        Respondents, each counted once.
    variance : float
        Linearised variance of the estimate, on the scale inside (an NPS on −1…1). NaN where the design gives none: all
        respondents of a group in a single cluster.
    n_eff : float
        Effective sample size before the degrees of freedom are heeded: variance of one answer by variance of the
        estimate, at most n; infinite in a census.
    df : float
        Degrees of freedom of the variance: sampling units less strata, of those that hold a member of the group.
    deff : float
        Design effect: variance by that of a simple random sample with replacement of n answers.

    Examples
    --------
    >>> p = Precision(n=200, variance=0.00426, n_eff=170.78766, df=197, deff=1.16519)
    >>> round(p.n_star, 3)
    170.766
    """

    n: int
    variance: float
    n_eff: float
    df: float
    deff: float

    @property
    def n_star(self) -> float:
        """Effective sample size that a 95 % interval is made with, see `n_star_at`."""
        return self.n_star_at(0.95)

    @property
    def is_census(self) -> bool:
        """Whether everybody was asked: nothing is uncertain."""
        return math.isinf(self.n_eff)

    def n_star_at(self, confidence_level: float) -> float:
        """Return how many equal answers would give an interval as long: n_eff (t_{n−1}/t_df)²; NaN where df is 0.

        Examples
        --------
        >>> p = Precision(n=80, variance=0.01, n_eff=50, df=7, deff=1.58)
        >>> round(p.n_star_at(0.9), 4)
        38.5874
        """
        return self.n_eff if self.df == self.n - 1 else self.n_eff * float(t_ratio(self.n, self.df, confidence_level))

    def share_of(self, total: float, confidence_level: float = 0.95) -> float:
        """Return what counts that add up to `total` are multiplied by before they enter an interval.

        Where the design gives no precision they count for nothing; in a census each respondent counts once.

        Examples
        --------
        >>> Precision(n=80, variance=0.01, n_eff=50, df=79, deff=1.58).share_of(100)
        0.5
        """
        size = self.n if self.is_census else self.n_star_at(confidence_level)
        return 0.0 if not total or math.isnan(size) else size / total

    def deff_against(self, population: float) -> float:
        """Return the design effect against a simple random sample without replacement from so many.

        Examples
        --------
        >>> round(Precision(n=200, variance=0.0, n_eff=171.0, df=197, deff=1.16519).deff_against(6194), 4)
        1.2041
        """
        return self.deff / (1 - self.n / population)
