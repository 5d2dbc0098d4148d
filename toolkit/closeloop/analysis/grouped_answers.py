"""A metric's answers as sums of each group, added up by whichever engine holds the rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.weighting.margin_cells import combined_codes
from closeloop.frames import Frame, as_frame, require_columns
from closeloop.metrics.counting import tally_of
from closeloop.metrics.counts import CountTally, MomentTally
from closeloop.metrics.design import Design
from closeloop.metrics.encode import Codes, sort_key
from closeloop.metrics.gap import sum_apart
from closeloop.metrics.moments import DesignMoments, moments_of_counts, moments_of_sums
from closeloop.metrics.score_input import ScoreInput, answer_rows
from closeloop.metrics.spec import GapScore, MeanScore, Metric
from closeloop.text import LocalText

FloatArray = npt.NDArray[np.float64]

_FAR = 1e3
"""Squared mean over variance from which a sum of squares has too few digits left for the squares about the mean."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class GroupedAnswers:
    """Sums of each group, the groups in the order of their keys, whatever order the rows have.

    Attributes
    ----------
    keys : list of tuple
        The groups that have rows, answered or not; None is a missing value.
    n, weight, total : ndarray
        Of each group: answers with a weight above 0, Σw, and Σw (y − centre).
    centre : float
        What was taken off every answer before it was summed: 0, or the mean where the answers lie far from 0.
    moments : DesignMoments
        The same sums by sampling unit.
    n_rows : int
        Rows of the sample.
    """

    keys: list[tuple[object, ...]]
    n: FloatArray
    weight: FloatArray
    total: FloatArray
    centre: float
    moments: DesignMoments
    n_rows: int


def rows_or_lazy(given: ScoreInput, columns: Sequence[str], what: LocalText) -> pd.DataFrame | nw.LazyFrame[Any]:
    """Return a frame that can be summed up: a lazy one as it is, any other as a pandas frame of the columns.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.

    Examples
    --------
    >>> rows_or_lazy(ScoreInput(frame={"a": [1], "b": [2]}), ["b"], LocalText("this")).shape
    (1, 1)
    """
    frame = as_frame(given.frame)
    wanted = list(dict.fromkeys(columns))
    require_columns(frame, wanted, given.source)
    return frame.select(wanted) if isinstance(frame, nw.LazyFrame) else answer_rows(given, wanted, what)


def grouped_answers(
    frame: Frame,
    spec: Metric,
    keys: Sequence[str],
    design: Design | None = None,
    cache: dict[object, Any] | None = None,
) -> GroupedAnswers:
    """Return the sums of a metric's answers by keys; of a lazy frame nothing but these leaves its engine.

    Parameters
    ----------
    frame : DataFrame
        A pandas or narwhals frame that has all the columns.
    spec : Nps, TopBox, MeanScore or GapScore
        What is measured.
    keys : sequence of str
        The columns of the groups.
    design : Design, optional
        How the sample was drawn.
    cache : dict, optional
        Codes of columns of this very pandas frame.

    Returns
    -------
    GroupedAnswers

    Raises
    ------
    ResponseValidationError, ValueError
        If an answer is not allowed, or the design cannot be used.

    Examples
    --------
    >>> found = grouped_answers(pd.DataFrame({"x": [5, 1, None], "k": list("bab")}), MeanScore("x"), ["k"])
    >>> found.keys, found.n.tolist(), found.total.tolist()
    ([('a',), ('b',)], [1.0, 1.0], [1.0, 5.0])
    """
    weight = None if design is None else design.weight
    drawn = None if design is None or design.weights_only else design
    tally = tally_of(frame, spec, keys, weight=weight, cache=cache, design=drawn)
    if not isinstance(spec, MeanScore | GapScore):
        return _grouped(tally, spec.values)
    first = _grouped(tally)
    centre = _far_centre(first.moments)
    if not centre:
        return first
    return _grouped(sum_apart(frame, spec, centre, keys, weight, drawn), centre=centre)


def _grouped(tally: CountTally | MomentTally, values: Sequence[float] = (), *, centre: float = 0.0) -> GroupedAnswers:
    """Return the groups of a tally; `values` are what the answers of a count tally stand for."""
    columns = [Codes(codes, 0, labels) for codes, labels in zip(tally.codes.T, tally.labels, strict=True)]
    row, first = combined_codes(columns, len(tally.codes))
    found = [tuple(c.labels[int(c.values[at])] for c in columns) for at in first.tolist()]
    order = sorted(range(len(found)), key=lambda at: [sort_key(value) for value in found[at]])
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    row, size = place[row], len(found)
    if isinstance(tally, CountTally):
        moments = moments_of_counts(tally, row, size, values)
    else:
        moments = moments_of_sums(tally, row, size)
    n, weight, total = (
        np.bincount(moments.group, column, size).astype(float) for column in (moments.n, *moments.sums[:2])
    )
    return GroupedAnswers(
        keys=[found[at] for at in order], n=n, weight=weight, total=total, centre=centre, moments=moments,
        n_rows=tally.n_rows,
    )  # fmt: skip


def _far_centre(moments: DesignMoments) -> float:
    """Return the mean of answers that lie far from 0 for their spread, else 0."""
    w, wy, wyy = (float(column.sum()) for column in moments.sums[:3])
    if not w > 0:
        return 0.0
    mean = wy / w
    return mean if mean**2 > _FAR * max(wyy / w - mean**2, 0.0) else 0.0
