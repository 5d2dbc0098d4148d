"""Analysis of covariance: a randomised waiting list, compared at the same starting point."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from closeloop.stats.effect import EstimatedEffect, from_t


def ancova(
    before: npt.ArrayLike, after: npt.ArrayLike, treated: npt.ArrayLike, confidence_level: float = 0.95
) -> EstimatedEffect:
    """Return the effect of a treatment given by lot: after ~ treated + before, with HC3 standard errors.

    Both groups come back towards the middle alike, so that regression to the mean cancels. In a randomised comparison
    this is never less exact in large samples than the change score or the plain difference.

    Parameters
    ----------
    before : array_like
        An answer given before the lot was drawn. If all are alike it is left out.
    after : array_like
        The outcome (an NPS enters as −1, 0, 1).
    treated : array_like of bool
        Who was worked on at once; the others wait.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    EstimatedEffect
        Rows with a missing value are left out. NaN where a group is empty, no error where nothing is left to
        estimate it from.

    Notes
    -----
    Not to be used where people, and not a lot, decided who waits: the groups then differ in more than `before`.

    References
    ----------
    Vickers A. J., Altman D. G. (2001), BMJ 323:1123–1124. Long J. S., Ervin L. H. (2000), The American Statistician
    54:217–224 (HC3).

    Examples
    --------
    >>> before, after = [0, 2, 4, 6, 1, 3, 5, 6], [-1, 0, 1, 1, -1, -1, 0, 0]
    >>> effect = ancova(before, after, [True] * 4 + [False] * 4)
    >>> round(effect.estimate, 4)
    0.9766
    """
    x, y = np.asarray(before, dtype=float), np.asarray(after, dtype=float)
    lot = np.asarray(treated, dtype=bool)
    some = ~(np.isnan(x) | np.isnan(y))
    x, y, lot = x[some], y[some], lot[some]
    n = len(y)
    if not (lot.any() and (~lot).any()):
        return from_t(math.nan, math.nan, math.nan, n, confidence_level)
    columns = [np.ones(n), lot.astype(float)]
    if np.ptp(x) > 0:
        columns.append(x - x.mean())
    design = np.column_stack(columns)
    if np.linalg.matrix_rank(design) < design.shape[1]:  # `before` tells the groups apart: their start is no overlap
        return from_t(math.nan, math.nan, math.nan, n, confidence_level)
    if n - design.shape[1] < 1 or min(lot.sum(), (~lot).sum()) < 2:
        coefficients = np.linalg.lstsq(design, y, rcond=None)[0]
        return from_t(float(coefficients[1]), math.nan, math.nan, n, confidence_level)
    from statsmodels.regression.linear_model import OLS

    with np.errstate(divide="ignore", invalid="ignore"):
        fit = OLS(y, design).fit(cov_type="HC3", use_t=True)
        error = float(np.sqrt(np.maximum(fit.cov_params()[1, 1], 0.0)))
    return from_t(float(fit.params[1]), error, n - design.shape[1], n, confidence_level)
