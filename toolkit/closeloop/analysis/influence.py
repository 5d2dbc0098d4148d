"""A design row by row, and the interval that a standard error gives."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.design import Design, DesignArrays

FloatArray = npt.NDArray[np.float64]


def design_arrays(design: Design | None, frame: pd.DataFrame) -> DesignArrays:
    """Return a design's columns of a frame; without a design all rows count alike.

    Examples
    --------
    >>> design_arrays(None, pd.DataFrame({"a": [1, 2]})).weight is None
    True
    """
    return DesignArrays(weight=None, strata=None, clusters=None, fpc=None) if design is None else design.arrays(frame)


def t_margin(std_error: npt.ArrayLike, df: float, confidence_level: float) -> FloatArray:
    """Return half the length of a t interval; NaN without a degree of freedom.

    Examples
    --------
    >>> float(t_margin(1.0, 14, 0.95).round(4))
    2.1448
    """
    from scipy.special import stdtrit

    quantile = float(stdtrit(df, 0.5 + confidence_level / 2)) if df >= 1 else math.nan
    return np.asarray(quantile * np.asarray(std_error, dtype=float))
