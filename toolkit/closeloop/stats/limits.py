"""The two limits of an interval, and what a confidence level is."""

from __future__ import annotations

from statistics import NormalDist
from typing import Generic, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
Limits = tuple[FloatArray, FloatArray]
Bound = TypeVar("Bound")


class Interval(NamedTuple, Generic[Bound]):
    """The two limits of a confidence interval.

    Examples
    --------
    >>> Interval(-1.5, 20.0).low
    -1.5
    """

    low: Bound
    high: Bound


def normal_quantile(confidence_level: float) -> float:
    """Return the two-sided quantile of the normal distribution (0.95 → 1.96).

    Raises
    ------
    ValueError
        If the level does not lie between 0 and 1.

    Examples
    --------
    >>> round(normal_quantile(0.95), 6)
    1.959964
    """
    if not (isinstance(confidence_level, int | float | np.integer) and 0 < confidence_level < 1):
        raise ValueError(message("scores.confidence_level", value=confidence_level))
    return NormalDist().inv_cdf(0.5 + confidence_level / 2)
