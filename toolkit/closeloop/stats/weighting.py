"""What unequal weights do to the precision of an estimate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Precision:
    """Precision of an estimate whose respondents do not all count the same.

    Attributes
    ----------
    n : int
        Respondents, each counted once.
    variance : float
        Linearised variance of the estimate, on the scale inside (an NPS on −1…1).
    n_star : float
        Effective sample size: so many equal answers would be as precise. Interval formulae are fed with it.

    Examples
    --------
    >>> Precision(n=200, variance=0.0044, n_star=168.6).n_star
    168.6
    """

    n: int
    variance: float
    n_star: float


def linearised_variance(squares: npt.ArrayLike, weight_sum: npt.ArrayLike, n_rows: int) -> FloatArray:
    """Return the variance of a weighted mean in a group (Taylor linearisation, respondents drawn independently).

    Parameters
    ----------
    squares : array_like
        Σ w²(y − m)² over the group's answers.
    weight_sum : array_like
        Σ w over the group's answers.
    n_rows : int
        Rows of the whole sample, not of the group: the rows outside a group count as zeros and stay in the design.

    Returns
    -------
    ndarray
        The variance; NaN for a group without weight.

    Notes
    -----
    V = N/(N−1) · Σ w²(y − m)² / (Σw)². Agrees with ``svymean`` of R's survey package for a design with weights only.

    Examples
    --------
    >>> float(linearised_variance(2.0, 4.0, 5))
    0.15625
    """
    factor = n_rows / (n_rows - 1) if n_rows > 1 else 1.0
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(factor * np.asarray(squares, dtype=float) / np.asarray(weight_sum, dtype=float) ** 2)


def effective_n(
    spread: npt.ArrayLike,
    variance: npt.ArrayLike,
    n: npt.ArrayLike,
    weight_sum: npt.ArrayLike,
    weight_squares: npt.ArrayLike,
) -> FloatArray:
    """Return how many equal answers would be as precise as the weighted ones.

    Parameters
    ----------
    spread : array_like
        Weighted variance of one answer, Σ w(y − m)² / Σw.
    variance : array_like
        Variance of the estimate.
    n, weight_sum, weight_squares : array_like
        Answers, Σw, Σw².

    Returns
    -------
    ndarray
        spread / variance, at most n. Where all answers are alike the variance is 0 and says nothing; Kish's
        (Σw)²/Σw² stands in.

    Examples
    --------
    >>> float(effective_n(0.5, 0.01, 80, 100.0, 150.0))
    50.0
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        kish = np.asarray(weight_sum, dtype=float) ** 2 / np.asarray(weight_squares, dtype=float)
        found = np.where(
            np.asarray(variance) > 0, np.asarray(spread, dtype=float) / np.asarray(variance, dtype=float), kish
        )
    return np.asarray(np.minimum(found, np.asarray(n, dtype=float)))
