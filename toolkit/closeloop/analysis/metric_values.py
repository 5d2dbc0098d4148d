"""A metric answer by answer: what each response contributes, and how figures on its scale are shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.encode import answer_numbers, encode_answers
from closeloop.metrics.spec import GapScore, MeanScore, Metric

FloatArray = npt.NDArray[np.float64]


def metric_values(frame: pd.DataFrame, spec: Metric) -> FloatArray:
    """Return what each response contributes to a metric, NaN where it has no answer.

    Parameters
    ----------
    frame : pandas.DataFrame
        The responses, with the metric's columns.
    spec : Nps, TopBox, MeanScore or GapScore
        What is measured.

    Returns
    -------
    ndarray
        −1, 0, 1 for an NPS; 0, 1 for a share; the answer itself for a mean; perception less expectation for a gap.

    Raises
    ------
    ResponseValidationError
        If an answer is not allowed.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> metric_values(pd.DataFrame({"recommend": [10, 8, None, 3]}), Nps("recommend")).tolist()
    [1.0, 0.0, nan, -1.0]
    """
    if isinstance(spec, MeanScore):
        return answer_numbers(frame[spec.item])
    if isinstance(spec, GapScore):
        expected, found = (
            np.mean([answer_numbers(frame[column]) for column in columns], axis=0)
            for columns in (spec.expectation, spec.perception)
        )
        return np.asarray(found - expected, dtype=float)
    codes = encode_answers(frame[spec.item], spec.levels)
    table = np.array([*spec.values, np.nan])
    return np.asarray(table[codes.values.astype(np.int64) + codes.offset], dtype=float)
