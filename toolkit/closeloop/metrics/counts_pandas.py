"""Counting in pandas: each column is encoded once, rows are counted block by block.

Grouping in pandas itself takes many times as long, and so does any engine that has to read the frame first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.counts import CountTally, Key, MomentTally
from closeloop.metrics.crossed import tabulate_cuts
from closeloop.metrics.design import Design, checked_weights
from closeloop.metrics.encode import Codes, answer_numbers, encode_answers, encode_key
from closeloop.metrics.period import Period
from closeloop.metrics.sampling import SampledRows, sample_codes, sampled_rows, tallied

FloatArray = npt.NDArray[np.float64]
T = TypeVar("T")

_SIDE_BY_SIDE = 1 << 18


def count_in_pandas(
    frame: pd.DataFrame,
    column: str,
    levels: range,
    cuts: Sequence[Sequence[Key]],
    weight: str | None,
    cache: dict[object, Any],
    design: Design | None,
) -> list[CountTally]:
    """Count as `closeloop.metrics.counts.count_cuts` does."""
    keys = list(dict.fromkeys(key for cut in cuts for key in cut))
    jobs = [partial(_key_codes, frame, key, cache) for key in keys]
    *codes, answers = _at_once(
        [*jobs, lambda: _cached(cache, ("answers", column, levels), lambda: encode_answers(frame[column], levels))],
        _slow(frame, [*keys, column]),
    )
    weights = _weights(frame, weight, cache)
    sample = _sampled(frame, design, weights, weight, cache)
    base = None if sample is None else sample.base

    zeros = weights is not None and weights.min() == 0  # half the time of all()

    def columns(rows: slice) -> Sequence[npt.NDArray[Any]]:
        w = None if weights is None else weights[rows]
        sums = [] if w is None else [w, w * w]
        return [*sums, *([] if base is None else [base[rows]]), *([w > 0] if w is not None and zeros else [])]

    at = [[keys.index(key) for key in cut] for cut in cuts]
    tables = tabulate_cuts(codes, [*sample_codes(sample), answers], at, len(frame), columns, _keep(cache, keys))
    return [
        CountTally(
            labels=tuple(codes[key].labels for key in cut),
            codes=present[:, : len(cut)],
            answer=present[:, -1],
            n_answers=len(levels),
            n=sums[:, -1].astype(np.int64) if zeros else n,
            weight=None if weights is None else sums[:, 0],
            weight_squares=None if weights is None else sums[:, 1],
            n_rows=len(frame),
            sample=tallied(sample, present[:, len(cut) :], sums[:, 0 if weights is None else 2 :]),
            equal_weight=_equal_weight(weight, weights, cache),
        )
        for cut, (present, n, sums) in zip(at, tables, strict=True)
    ]


def sum_moments_in_pandas(
    frame: pd.DataFrame,
    column: str,
    cuts: Sequence[Sequence[Key]],
    weight: str | None,
    cache: dict[object, Any],
    design: Design | None,
) -> list[MomentTally]:
    """Sum up as `closeloop.metrics.counts.sum_moments_cuts` does."""
    keys = list(dict.fromkeys(key for cut in cuts for key in cut))
    y = _cached(cache, ("numbers", column), lambda: answer_numbers(frame[column]))
    codes = _at_once([partial(_key_codes, frame, key, cache) for key in keys], _slow(frame, keys))
    weights = _weights(frame, weight, cache)
    sample = _sampled(frame, design, weights, weight, cache)
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

    at = [[keys.index(key) for key in cut] for cut in cuts]
    tables = tabulate_cuts(codes, sample_codes(sample), at, len(frame), columns, _keep(cache, keys))
    return [
        MomentTally(
            labels=tuple(codes[key].labels for key in cut),
            codes=present[:, : len(cut)],
            n=sums[:, 0].astype(np.int64),
            n_missing=sums[:, 1].astype(np.int64),
            sums=sums[:, 2:8],
            weighted=weights is not None,
            n_rows=len(frame),
            sample=tallied(sample, present[:, len(cut) :], sums[:, 8:9]),
            base_y=None if base is None else sums[:, 9],
            equal_weight=_equal_weight(weight, weights, cache),
        )
        for cut, (present, _, sums) in zip(at, tables, strict=True)
    ]


def _keep(cache: dict[object, Any], keys: Sequence[Key]) -> Callable[[Sequence[int], Callable[[], Codes]], Codes]:
    """Return what keeps crossings of keys: the next item is counted by the same ones."""
    return lambda union, make: _cached(cache, ("crossed", *(keys[key] for key in union)), make)


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
