"""From what each row adds to an estimate to the variance of the estimate, under whatever design the sample has."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.design import Design, DesignArrays
from closeloop.stats.design import DesignVariance, taylor
from closeloop.stats.raking import residuals

FloatArray = npt.NDArray[np.float64]


def design_arrays(design: Design | None, frame: pd.DataFrame) -> DesignArrays:
    """Return a design's columns of a frame; without a design all rows count alike.

    Examples
    --------
    >>> design_arrays(None, pd.DataFrame({"a": [1, 2]})).weight is None
    True
    """
    return DesignArrays(weight=None, strata=None, clusters=None, fpc=None) if design is None else design.arrays(frame)


def design_variance(influence: FloatArray, arrays: DesignArrays, lonely: str = "error") -> DesignVariance:
    """Return the covariance of estimates from their influence values.

    Parameters
    ----------
    influence : ndarray, rows × k
        Linearised values *without* the row's weight, for a mean ``(y − m) / Σw``; zeros outside the domain.
    arrays : DesignArrays
        The design of the rows.
    lonely : str
        See `closeloop.stats.design.taylor`.

    Returns
    -------
    DesignVariance
        NaN with 0 degrees of freedom where a single row leaves nothing to compare.

    Notes
    -----
    Where the weights were raked, the values are first replaced by their residuals from the margins, see
    `closeloop.stats.raking.residuals`.

    Examples
    --------
    >>> y = np.array([1.0, 0.0, -1.0, 1.0])
    >>> arrays = design_arrays(None, pd.DataFrame(index=range(4)))
    >>> float(design_variance(((y - y.mean()) / 4)[:, None], arrays).covariance[0, 0].round(6))
    0.229167
    """
    if len(influence) < 2:
        return DesignVariance(covariance=np.full((influence.shape[1],) * 2, np.nan), df=0.0)
    values = influence
    if arrays.margins is not None and arrays.margin_cells is not None:
        margins = [codes[arrays.margins] for codes in arrays.margin_cells.T]
        values = residuals(values, margins, arrays.base_weight)
    if arrays.weight is not None:
        values = values * arrays.weight[:, None]
    return taylor(values, strata=arrays.strata, clusters=arrays.clusters, fpc=arrays.fpc, lonely=lonely)


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
