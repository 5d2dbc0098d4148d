"""Counting: keys × answers → n, Σw, Σw². The only step that touches the responses.

A tally is small whatever it was counted from, and every statistic is computed from it. pandas frames are counted block
by block (`counts_pandas`); every other engine counts by itself and hands over the result (`counts_engine`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import Frame
from closeloop.metrics.design import Design
from closeloop.metrics.period import Period
from closeloop.metrics.sampling import SampledRows

FloatArray = npt.NDArray[np.float64]
Key = str | Period


@dataclass(frozen=True, slots=True, kw_only=True)
class CountTally:
    """How often each answer was given in each group; only cells that occur.

    Attributes
    ----------
    labels : tuple of sequences
        For each key its values; None is the missing one.
    codes : ndarray, cells × keys
        Positions in `labels`.
    answer : ndarray
        Position of the cell's answer among the allowed ones; one past the last is "no answer".
    n_answers : int
        How many answers are allowed.
    n : ndarray
        Respondents in the cell (in a weighted tally those whose weight is not 0).
    weight, weight_squares : ndarray or None
        Σw and Σw² of the cell; None in an unweighted tally, and where all weights are equal.
    n_rows : int
        Rows counted.
    sample : SampledRows or None
        Under a design: the sample, and each cell's unit, margins and Σ of base weights.
    equal_weight : float
        What each respondent weighs where `weight` is None: 1 without a column of weights.
    """

    labels: tuple[Sequence[object], ...]
    codes: npt.NDArray[np.int64]
    answer: npt.NDArray[np.int64]
    n_answers: int
    n: npt.NDArray[np.int64]
    weight: FloatArray | None
    weight_squares: FloatArray | None
    n_rows: int
    sample: SampledRows | None = None
    equal_weight: float = 1.0

    @property
    def weighted(self) -> bool:
        """Whether the weights differ."""
        return self.weight is not None

    def __add__(self, other: CountTally) -> CountTally:
        """Return the tally of the rows of both, see `closeloop.metrics.counts_sum.sum_tallies`."""
        from closeloop.metrics.counts_sum import sum_tallies

        return sum_tallies([self, other]) if isinstance(other, CountTally) else NotImplemented


@dataclass(frozen=True, slots=True, kw_only=True)
class MomentTally:
    """Sums of a numeric answer in each group.

    Attributes
    ----------
    labels : tuple of sequences
        For each key its values; None is the missing one.
    codes : ndarray, groups × keys
        Positions in `labels`.
    n, n_missing : ndarray
        Respondents with and without an answer.
    sums : ndarray, groups × 6
        Σw, Σwy, Σwy², Σw², Σw²y, Σw²y² over the answers; w = 1 where the weights do not differ.
    weighted : bool
        Whether the weights differ.
    n_rows : int
        Rows counted.
    sample : SampledRows or None
        Under a design: the sample, and each row's unit, margins and Σ of base weights over the answers.
    base_y : ndarray or None
        Σ of base weight times y.
    equal_weight : float
        What each respondent weighs where the weights do not differ: 1 without a column of weights.
    """

    labels: tuple[Sequence[object], ...]
    codes: npt.NDArray[np.int64]
    n: npt.NDArray[np.int64]
    n_missing: npt.NDArray[np.int64]
    sums: FloatArray
    weighted: bool
    n_rows: int
    sample: SampledRows | None = None
    base_y: FloatArray | None = None
    equal_weight: float = 1.0

    def __add__(self, other: MomentTally) -> MomentTally:
        """Return the tally of the rows of both, see `closeloop.metrics.counts_sum.sum_tallies`."""
        from closeloop.metrics.counts_sum import sum_tallies

        return sum_tallies([self, other]) if isinstance(other, MomentTally) else NotImplemented


def count(
    frame: Frame,
    column: str,
    levels: range,
    keys: Sequence[Key] = (),
    weight: str | None = None,
    cache: dict[object, Any] | None = None,
    design: Design | None = None,
) -> CountTally:
    """Count the answers of a column by keys.

    Parameters
    ----------
    frame : DataFrame
        A pandas or narwhals frame (see `closeloop.frames.as_frame`) that has all the columns.
    column : str
        The answers.
    levels : range
        The allowed ones.
    keys : sequence of str or Period
        What to break down by.
    weight : str, optional
        Column of weights.
    cache : dict, optional
        Where codes of columns are kept; only ever one that belongs to this very frame.
    design : Design, optional
        How the sample was drawn, if there is more to it than weights; its weight goes into `weight`.

    Returns
    -------
    CountTally

    Raises
    ------
    ResponseValidationError
        If an answer is not allowed.
    ValueError
        If a weight is negative, infinite or missing.

    Examples
    --------
    >>> tally = count(pd.DataFrame({"x": [9, 9, None], "k": list("aab")}), "x", range(11), ["k"])
    >>> tally.answer.tolist(), tally.n.tolist()
    ([9, 11], [2, 1])
    """
    return count_cuts(frame, column, levels, [keys], weight, cache, design)[0]


def count_cuts(
    frame: Frame,
    column: str,
    levels: range,
    cuts: Sequence[Sequence[Key]],
    weight: str | None = None,
    cache: dict[object, Any] | None = None,
    design: Design | None = None,
) -> list[CountTally]:
    """Count the answers of a column by several sets of keys, in as few passes as it takes; else as `count`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [9, 9, 3], "k": list("aab"), "m": [1, 2, 2]})
    >>> [tally.n.tolist() for tally in count_cuts(frame, "x", range(11), [["k"], ["m"]])]
    [[2, 1], [1, 1, 1]]
    """
    if isinstance(frame, pd.DataFrame):
        from closeloop.metrics.counts_pandas import count_in_pandas

        return count_in_pandas(frame, column, levels, cuts, weight, {} if cache is None else cache, design)
    from closeloop.metrics.counts_engine import count_in_engine

    return [count_in_engine(frame, column, levels, keys, weight, design) for keys in cuts]


def sum_moments(
    frame: Frame,
    column: str,
    keys: Sequence[Key] = (),
    weight: str | None = None,
    cache: dict[object, Any] | None = None,
    design: Design | None = None,
) -> MomentTally:
    """Sum up a numeric column by keys; parameters and errors as `count`.

    Examples
    --------
    >>> tally = sum_moments(pd.DataFrame({"x": [1.0, 3.0, None]}), "x")
    >>> tally.n.tolist(), tally.n_missing.tolist(), tally.sums[0, :3].tolist()
    ([2], [1], [2.0, 4.0, 10.0])
    """
    return sum_moments_cuts(frame, column, [keys], weight, cache, design)[0]


def sum_moments_cuts(
    frame: Frame,
    column: str,
    cuts: Sequence[Sequence[Key]],
    weight: str | None = None,
    cache: dict[object, Any] | None = None,
    design: Design | None = None,
) -> list[MomentTally]:
    """Sum up a numeric column by several sets of keys, in as few passes as it takes; else as `count`.

    Examples
    --------
    >>> frame = pd.DataFrame({"x": [1.0, 2.0, 4.0], "k": list("aab"), "m": [1, 2, 2]})
    >>> [tally.sums[:, 1].tolist() for tally in sum_moments_cuts(frame, "x", [["k"], ["m"]])]
    [[3.0, 4.0], [1.0, 6.0]]
    """
    if isinstance(frame, pd.DataFrame):
        from closeloop.metrics.counts_pandas import sum_moments_in_pandas

        return sum_moments_in_pandas(frame, column, cuts, weight, {} if cache is None else cache, design)
    from closeloop.metrics.counts_engine import sum_moments_in_engine

    return [sum_moments_in_engine(frame, column, keys, weight, design) for keys in cuts]
