"""Signs of careless answering: always the same point, too even, too odd, too fast. Signs to look at, never a verdict.

The rows are respondents, the columns items of one scale in the order in which they were asked; NaN is "not answered".
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def longest_run(answers: npt.ArrayLike) -> FloatArray:
    """Return the longest run of equal answers of each respondent.

    Parameters
    ----------
    answers : array_like, respondents × items
        An item without an answer is passed over: it neither ends nor lengthens a run.

    Returns
    -------
    ndarray
        0 without any answer.

    References
    ----------
    Johnson J. A. (2005), Journal of Research in Personality 39:103–129.

    Examples
    --------
    >>> longest_run([[3, 3, 3, 4, 3], [1, 2, float("nan"), 2, 1]]).tolist()
    [3.0, 2.0]
    """
    return _runs(answers)[0]


def average_run(answers: npt.ArrayLike) -> FloatArray:
    """Return the mean length of the runs of equal answers of each respondent; NaN without any answer.

    Examples
    --------
    >>> average_run([[5, 4, 4, 5, 5, 1, 2, 1, 2, 1]]).tolist()
    [1.25]
    """
    return _runs(answers)[1]


def within_person_sd(answers: npt.ArrayLike) -> FloatArray:
    """Return the standard deviation of each respondent's own answers (n − 1); NaN below two answers.

    Very small: straight-lining. Very large: perhaps random.

    References
    ----------
    Dunn A. M., Heggestad E. D., Shanock L. R., Theilgard N. (2018), Journal of Business and Psychology 33:105–121.

    Examples
    --------
    >>> within_person_sd([[1, 1, 1], [1, 2, 3]]).tolist()
    [0.0, 1.0]
    """
    x = np.asarray(answers, dtype=float)
    n = (~np.isnan(x)).sum(axis=1)
    mean = np.nansum(x, axis=1) / np.maximum(n, 1)
    squares = np.nansum((x - mean[:, None]) ** 2, axis=1)
    return np.where(n > 1, np.sqrt(squares / np.maximum(n - 1, 1)), np.nan)


def mahalanobis(answers: npt.ArrayLike) -> FloatArray:
    """Return the squared Mahalanobis distance of each respondent from the mean of all.

    Unusual combinations of answers. Compare with a high quantile of χ² with as many degrees of freedom as items.

    Parameters
    ----------
    answers : array_like, respondents × items

    Returns
    -------
    ndarray
        NaN for a respondent with a gap, and for all where fewer rows than items or collinear items give no distance.

    References
    ----------
    Mahalanobis P. C. (1936), Proceedings of the National Institute of Sciences of India 2:49–55.

    Examples
    --------
    >>> mahalanobis([[1, 2], [2, 1], [3, 3], [4, 5]]).round(3).tolist()
    [2.25, 1.75, 0.25, 1.75]
    """
    x = np.asarray(answers, dtype=float)
    distance = np.full(len(x), np.nan)
    whole = ~np.isnan(x).any(axis=1)
    complete = x[whole]
    if x.shape[1] and len(complete) > x.shape[1]:
        centred = complete - complete.mean(axis=0)
        covariance = centred.T @ centred / (len(complete) - 1)
        if np.linalg.matrix_rank(covariance) == x.shape[1]:
            distance[whole] = np.einsum("ij,ji->i", centred, np.linalg.solve(covariance, centred.T))
    return distance


def too_fast(seconds: npt.ArrayLike, share_of_median: float = 1 / 3) -> npt.NDArray[np.bool_]:
    """Return who took less than a share of the median time; a missing time is never too fast.

    Examples
    --------
    >>> too_fast([60, 90, 15, float("nan")]).tolist()
    [False, False, True, False]
    """
    time = np.asarray(seconds, dtype=float)
    known = time[np.isfinite(time)]
    if not known.size:
        return np.zeros(time.shape, dtype=bool)
    with np.errstate(invalid="ignore"):
        return np.asarray(time < share_of_median * np.median(known))


def _runs(answers: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the longest and the mean run, column by column over all respondents at once."""
    x = np.asarray(answers, dtype=float)
    last = np.full(len(x), np.nan)
    current, longest, number, total = (np.zeros(len(x)) for _ in range(4))
    for column in x.T:
        answered = ~np.isnan(column)
        same = answered & (column == last)
        current = np.where(same, current + 1, np.where(answered, 1.0, current))
        number += answered & ~same
        total += answered
        longest = np.maximum(longest, current)
        last = np.where(answered, column, last)
    return longest, np.where(number > 0, total / np.maximum(number, 1), np.nan)
