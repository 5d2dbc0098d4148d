"""Charts with a memory: EWMA and CUSUM of standardised figures find small lasting shifts sooner than single periods."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]

EWMA_SMOOTHING, EWMA_WIDTH = 0.2, 2.858960569
"""Weight of the newest period, and limits that give a false alarm about every 370 periods."""

CUSUM_REFERENCE, CUSUM_LIMIT = 0.5, 4.773833707
"""Half the shift looked for, in standard errors, and a limit that gives a false alarm about every 370 periods."""


class Ewma(NamedTuple):
    """The moving average of each period and how far from 0 it may be.

    Examples
    --------
    >>> Ewma(np.array([0.1]), np.array([0.57])).limit.tolist()
    [0.57]
    """

    value: FloatArray
    limit: FloatArray


class Cusum(NamedTuple):
    """The sums of what lies above and below the centre; both count upwards from 0.

    Examples
    --------
    >>> Cusum(np.array([0.5]), np.array([0.0])).up.tolist()
    [0.5]
    """

    up: FloatArray
    down: FloatArray


def ewma(z: npt.ArrayLike, smoothing: float = EWMA_SMOOTHING, width: float = EWMA_WIDTH) -> Ewma:
    """Return the exponentially weighted moving average with its exact limits.

    Parameters
    ----------
    z : array_like
        Standardised figures in the order of time; NaN (gaps) leave the average as it was and are NaN in the result.
    smoothing : float
        Weight λ of the newest figure, above 0 and at most 1; small for small shifts.
    width : float
        Limits L in standard errors of the average.

    Returns
    -------
    Ewma
        Eₜ = λzₜ + (1 − λ)Eₜ₋₁ with E₀ = 0; limits ± L √(λ/(2 − λ) · (1 − (1 − λ)²ᵗ)).

    Raises
    ------
    ValueError
        If λ does not lie in 0…1.

    Notes
    -----
    When not to use: a single bad period is found later than by Shewhart's limits.

    References
    ----------
    Roberts S. W. (1959), Technometrics 1:239–250. Lucas J. M., Saccucci M. S. (1990), Technometrics 32:1–12.

    Examples
    --------
    >>> average, limit = ewma([0.5, -0.2, 1.1], 0.2, 2.859)
    >>> [round(v, 6) for v in average.tolist()], [round(v, 6) for v in limit.tolist()]
    ([0.1, 0.04, 0.252], [0.5718, 0.732261, 0.818613])
    """
    if not 0 < smoothing <= 1:
        raise ValueError(message("trend.smoothing", value=smoothing))
    given = np.asarray(z, dtype=float)
    value, limit = np.full(given.shape, np.nan), np.full(given.shape, np.nan)
    shown = np.flatnonzero(~np.isnan(given))
    last = 0.0
    for i in shown:
        last = smoothing * given[i] + (1 - smoothing) * last
        value[i] = last
    t = np.arange(1, len(shown) + 1)
    limit[shown] = width * np.sqrt(smoothing / (2 - smoothing) * (1 - (1 - smoothing) ** (2 * t)))
    return Ewma(value, limit)


def cusum(z: npt.ArrayLike, reference: float = CUSUM_REFERENCE) -> Cusum:
    """Return the two cumulative sums.

    Parameters
    ----------
    z : array_like
        Standardised figures in the order of time; NaN (gaps) leave the sums as they were and are NaN in the result.
    reference : float
        Half the shift looked for, k, in standard errors.

    Returns
    -------
    Cusum
        C⁺ₜ = max(0, C⁺ₜ₋₁ + zₜ − k), C⁻ₜ = max(0, C⁻ₜ₋₁ − zₜ − k), both from 0. A sum above h is an alarm.

    References
    ----------
    Page E. S. (1954), Biometrika 41:100–115. Montgomery (2013), Introduction to Statistical Quality Control,
    section 9.1.

    Examples
    --------
    >>> up, down = cusum([1.0, 2.0, -1.0])
    >>> up.tolist(), down.tolist()
    ([0.5, 2.0, 0.5], [0.0, 0.0, 0.5])
    """
    given = np.asarray(z, dtype=float)
    up, down = np.full(given.shape, np.nan), np.full(given.shape, np.nan)
    high = low = 0.0
    for i in np.flatnonzero(~np.isnan(given)):
        high, low = max(0.0, high + given[i] - reference), max(0.0, low - given[i] - reference)
        up[i], down[i] = high, low
    return Cusum(up, down)
