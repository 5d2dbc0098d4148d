"""Counting: keys × answers → n, Σw, Σw². The only step that touches the responses.

A tally is small whatever it was counted from, and every statistic is computed from it. pandas frames are counted here,
from codes, block by block; every other engine counts by itself and hands over the result (`tally_engine`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import Frame
from closeloop.metrics.design import Design, checked_weights
from closeloop.metrics.encode import Codes, answer_numbers, encode_answers, encode_key
from closeloop.metrics.period import Period
from closeloop.metrics.sampling import SampledRows, sample_codes, sampled_rows, tallied
from closeloop.metrics.tabulate import tabulate

FloatArray = npt.NDArray[np.float64]
Key = str | Period
T = TypeVar("T")

_SIDE_BY_SIDE = 1 << 18


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
        """Return the tally of the rows of both, see `closeloop.metrics.tally_sum.sum_tallies`."""
        from closeloop.metrics.tally_sum import sum_tallies

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
        """Return the tally of the rows of both, see `closeloop.metrics.tally_sum.sum_tallies`."""
        from closeloop.metrics.tally_sum import sum_tallies

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
    if not isinstance(frame, pd.DataFrame):
        from closeloop.metrics.tally_engine import count_in_engine

        return count_in_engine(frame, column, levels, keys, weight, design)
    cache = {} if cache is None else cache
    jobs = [partial(_key_codes, frame, key, cache) for key in keys]
    codes = _at_once(
        [*jobs, lambda: _cached(cache, ("answers", column, levels), lambda: encode_answers(frame[column], levels))],
        _slow(frame, [*keys, column]),
    )
    weights = _weights(frame, weight, cache)
    sample = _sampled(frame, design, weights, weight, cache)
    codes = [*codes[:-1], *sample_codes(sample), codes[-1]]
    base = None if sample is None else sample.base

    zeros = weights is not None and weights.min() == 0  # half the time of all()

    def columns(rows: slice) -> Sequence[npt.NDArray[Any]]:
        w = None if weights is None else weights[rows]
        sums = [] if w is None else [w, w * w]
        return [*sums, *([] if base is None else [base[rows]]), *([w > 0] if w is not None and zeros else [])]

    present, n, sums = tabulate(codes, len(frame), columns)
    return CountTally(
        labels=tuple(c.labels for c in codes[: len(keys)]),
        codes=present[:, : len(keys)],
        answer=present[:, -1],
        n_answers=len(levels),
        n=sums[:, -1].astype(np.int64) if zeros else n,
        weight=None if weights is None else sums[:, 0],
        weight_squares=None if weights is None else sums[:, 1],
        n_rows=len(frame),
        sample=tallied(sample, present[:, len(keys) :], sums[:, 0 if weights is None else 2 :]),
        equal_weight=_equal_weight(weight, weights, cache),
    )


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
    if not isinstance(frame, pd.DataFrame):
        from closeloop.metrics.tally_engine import sum_moments_in_engine

        return sum_moments_in_engine(frame, column, keys, weight, design)
    cache = {} if cache is None else cache
    y = _cached(cache, ("numbers", column), lambda: answer_numbers(frame[column]))
    codes = _at_once([partial(_key_codes, frame, key, cache) for key in keys], _slow(frame, keys))
    weights = _weights(frame, weight, cache)
    sample = _sampled(frame, design, weights, weight, cache)
    codes += sample_codes(sample)
    base = None if sample is None else sample.base

    def columns(rows: slice) -> Sequence[FloatArray | npt.NDArray[np.bool_]]:
        value = y[rows]
        missing = np.isnan(value)
        value = np.where(missing, 0.0, value)
        w = (~missing).astype(float) if weights is None else np.where(missing, 0.0, weights[rows])
        counted = True if weights is None else weights[rows] > 0
        wy, w2 = w * value, w * w
        sums = [~missing & counted, missing & counted, w, wy, wy * value, w2, w2 * value, w2 * value * value]
        d = None if base is None else np.where(missing, 0.0, base[rows])
        return sums if d is None else [*sums, d, d * value]

    present, _, sums = tabulate(codes, len(frame), columns)
    return MomentTally(
        labels=tuple(c.labels for c in codes[: len(keys)]),
        codes=present[:, : len(keys)],
        n=sums[:, 0].astype(np.int64),
        n_missing=sums[:, 1].astype(np.int64),
        sums=sums[:, 2:8],
        weighted=weights is not None,
        n_rows=len(frame),
        sample=tallied(sample, present[:, len(keys) :], sums[:, 8:9]),
        base_y=None if base is None else sums[:, 9],
        equal_weight=_equal_weight(weight, weights, cache),
    )


def _sampled(
    frame: pd.DataFrame,
    design: Design | None,
    weights: FloatArray | None,
    weight: str | None,
    cache: dict[object, Any],
) -> SampledRows | None:
    if design is None:
        return None
    return _cached(cache, ("sample", design, weight), lambda: sampled_rows(design, frame, weights))


def _slow(frame: pd.DataFrame, columns: Sequence[Key]) -> int:
    """Return how many columns take long to encode: of many rows all but categories and whole numbers."""
    if len(frame) < _SIDE_BY_SIDE:
        return 0
    dtypes = [frame[key.column if isinstance(key, Period) else key].dtype for key in columns]
    return sum(not isinstance(dtype, pd.CategoricalDtype) and dtype.kind not in "iu" for dtype in dtypes)


def _at_once(jobs: Sequence[Callable[[], Codes]], slow: int) -> list[Codes]:
    """Encode columns side by side when several are slow: Arrow and numpy release the interpreter lock."""
    if slow < 2:
        return [job() for job in jobs]
    with ThreadPoolExecutor(max_workers=2) as pool:
        return list(pool.map(lambda job: job(), jobs))


def _key_codes(frame: pd.DataFrame, key: Key, cache: dict[object, Any]) -> Codes:
    if isinstance(key, Period):
        return _cached(cache, ("period", key.column, key.every), lambda: encode_key(frame[key.column], key))
    return _cached(cache, ("key", key), lambda: encode_key(frame[key]))


def _weights(frame: pd.DataFrame, weight: str | None, cache: dict[object, Any]) -> FloatArray | None:
    """Return the weights, None when there are none or they are all equal, which is the same."""
    if weight is None:
        return None
    w = _cached(cache, ("weights", weight), lambda: checked_weights(frame[weight], weight))
    return None if not len(w) or (w[0] == w[-1] and w.min() == w.max() > 0) else w


def _equal_weight(weight: str | None, weights: FloatArray | None, cache: dict[object, Any]) -> float:
    """Return what everybody weighs, if the weights do not differ; a tally of others may be added later."""
    if weight is None or weights is not None:
        return 1.0
    w = cache["weights", weight]
    return float(w[0]) if len(w) else 1.0


def _cached(cache: dict[object, Any], name: object, make: Callable[[], T]) -> T:
    if name not in cache:
        cache[name] = make()
    return cache[name]  # type: ignore[no-any-return]
