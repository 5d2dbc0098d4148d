"""Adding tallies: what was counted of two sets of rows, added, is what is counted of both together.

Counts add up exactly. Whether weights differ is only known of all rows, so each tally says what everybody weighs as
long as they do not.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from closeloop.metrics.counts import CountTally, MomentTally
from closeloop.metrics.encode import sort_key
from closeloop.metrics.tabulate import distinct
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
T = TypeVar("T", bound=CountTally | MomentTally)


def sum_tallies(parts: Sequence[T]) -> T:
    """Return the tally of the rows of all parts together.

    Parameters
    ----------
    parts : sequence of CountTally or MomentTally
        At least one; all of the same column, keys and weights.

    Returns
    -------
    CountTally or MomentTally
        Its labels and cells are sorted, so that the order of the parts does not show.

    Raises
    ------
    ValueError
        If the parts have other keys or answers, or one of them has been closed under a design: which units were drawn
        is then no longer in it. `closeloop.tally` keeps tallies that can be added.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.counts import count
    >>> monday = count(pd.DataFrame({"x": [9, 10], "k": ["b", "b"]}), "x", range(11), ["k"])
    >>> tuesday = count(pd.DataFrame({"x": [9, None], "k": ["b", "a"]}), "x", range(11), ["k"])
    >>> both = monday + tuesday
    >>> both.labels, both.codes.ravel().tolist(), both.answer.tolist(), both.n.tolist()
    ((['a', 'b'],), [0, 1, 1], [11, 9, 10], [1, 2, 1])
    """
    first = parts[0]
    for part in parts:
        if part.sample is not None:
            raise ValueError(message("tally.closed"))
        if type(part) is not type(first) or len(part.labels) != len(first.labels) or _answers(part) != _answers(first):
            raise ValueError(message("tally.other_shape"))
    labels, codes = _merged_keys(parts)
    counts = [part for part in parts if isinstance(part, CountTally)]
    moments = [part for part in parts if isinstance(part, MomentTally)]
    total: Any = _sum_counts(counts, labels, codes) if counts else _sum_moments(moments, labels, codes)
    return total  # type: ignore[no-any-return]  # of the kind of the parts, which are all of one


def with_keys(tally: T, keys: Sequence[tuple[int, Callable[[object], object] | None]]) -> T:
    """Return a tally by fewer or coarser keys.

    Parameters
    ----------
    tally : CountTally or MomentTally
    keys : sequence of (position, function or None)
        For each key of the result the key that it is made of, and what turns a label of that one into its own.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.counts import count
    >>> days = count(pd.DataFrame({"x": [9, 9], "day": ["2026-01-03", "2026-01-09"]}), "x", range(11), ["day"])
    >>> months = with_keys(days, [(0, lambda day: day[:7])])
    >>> months.labels, months.n.tolist()
    ((['2026-01'],), [2])
    """
    labels, columns = [], []
    for position, made_of in keys:
        names, codes = list(tally.labels[position]), tally.codes[:, position]
        if made_of is not None:
            owners = [None if name is None else made_of(name) for name in names]
            names = list(dict.fromkeys(owners))
            place = {name: code for code, name in enumerate(names)}
            codes = np.array([place[owner] for owner in owners], np.int64)[codes]
        labels.append(names)
        columns.append(codes)
    codes = np.column_stack(columns) if columns else np.empty((len(tally.codes), 0), np.int64)
    return sum_tallies([replace(tally, labels=tuple(labels), codes=codes)])


def _answers(tally: CountTally | MomentTally) -> int:
    """Return how many answers are allowed; -1 of numbers, which are summed up."""
    return tally.n_answers if isinstance(tally, CountTally) else -1


def _merged_keys(parts: Sequence[CountTally | MomentTally]) -> tuple[tuple[list[object], ...], IntArray]:
    """Return the labels that occur in any part, in their order, and the codes of all cells, one part after another."""
    labels, columns = [], []
    for key in range(len(parts[0].labels)):
        place: dict[object, int] = {}
        found = []
        for part in parts:
            occurring, at = distinct(part.codes[:, key : key + 1])
            names = part.labels[key]
            found.append(np.array([place.setdefault(names[c], len(place)) for c in occurring[:, 0]], np.int64)[at])
        order = sorted(place, key=sort_key)
        rank = np.empty(len(order), np.int64)
        rank[[place[name] for name in order]] = np.arange(len(order))
        labels.append(order)
        columns.append(rank[np.concatenate(found)])
    n_cells = sum(len(part.codes) for part in parts)
    return tuple(labels), np.column_stack(columns) if columns else np.empty((n_cells, 0), np.int64)


def _common_weight(parts: Sequence[CountTally | MomentTally]) -> float | None:
    """Return what everybody weighs in all parts; None where the weights differ."""
    parts = [part for part in parts if part.n_rows]
    found = {part.equal_weight for part in parts}
    if any(part.weighted for part in parts) or len(found) > 1:
        return None
    return found.pop() if found else 1.0


def _sum_counts(parts: Sequence[CountTally], labels: tuple[list[object], ...], codes: IntArray) -> CountTally:
    answer = np.concatenate([part.answer for part in parts])
    cells, at = distinct(np.column_stack([codes, answer]))
    equal = _common_weight(parts)
    weight = squares = None
    if equal is None:
        weight = _float_sums(at, [_weights(part, part.weight, 1) for part in parts], len(cells))
        squares = _float_sums(at, [_weights(part, part.weight_squares, 2) for part in parts], len(cells))
    return CountTally(
        labels=labels,
        codes=cells[:, :-1],
        answer=cells[:, -1],
        n_answers=parts[0].n_answers,
        n=_whole_sums(at, [part.n for part in parts], len(cells)),
        weight=weight,
        weight_squares=squares,
        n_rows=sum(part.n_rows for part in parts),
        equal_weight=1.0 if equal is None else equal,
    )


def _sum_moments(parts: Sequence[MomentTally], labels: tuple[list[object], ...], codes: IntArray) -> MomentTally:
    groups, at = distinct(codes)
    if not len(at):  # without keys there is one group, unless nobody was counted
        groups = groups[:0]
    equal = _common_weight(parts)
    each = [part.sums if equal is not None else scaled_sums(part) for part in parts]
    columns = [_float_sums(at, [sums[:, i] for sums in each], len(groups)) for i in range(6)]
    return MomentTally(
        labels=labels,
        codes=groups,
        n=_whole_sums(at, [part.n for part in parts], len(groups)),
        n_missing=_whole_sums(at, [part.n_missing for part in parts], len(groups)),
        sums=np.column_stack(columns),
        weighted=equal is None,
        n_rows=sum(part.n_rows for part in parts),
        equal_weight=1.0 if equal is None else equal,
    )


def scaled_sums(tally: MomentTally) -> FloatArray:
    """Return the sums with the weights as they were given, also where they do not differ.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.counts import sum_moments
    >>> scaled_sums(sum_moments(pd.DataFrame({"x": [1.0, 3.0], "w": [2.0, 2.0]}), "x", weight="w"))[0, :2].tolist()
    [4.0, 8.0]
    """
    w = tally.equal_weight
    return tally.sums if tally.weighted else tally.sums * np.repeat([w, w * w], 3)


def scaled_counts(tally: CountTally) -> FloatArray:
    """Return Σw of each cell with the weights as they were given, also where they do not differ.

    Examples
    --------
    >>> import pandas as pd
    >>> from closeloop.metrics.counts import count
    >>> scaled_counts(count(pd.DataFrame({"x": [9, 9], "w": [2.0, 2.0]}), "x", range(11), weight="w")).tolist()
    [4.0]
    """
    return _weights(tally, tally.weight, 1)


def _weights(part: CountTally, sums: FloatArray | None, power: int) -> FloatArray:
    return np.asarray(part.n * part.equal_weight**power, dtype=float) if sums is None else sums


def _float_sums(at: IntArray, columns: Sequence[FloatArray], size: int) -> FloatArray:
    return np.asarray(np.bincount(at, np.concatenate(columns), size), dtype=float)


def _whole_sums(at: IntArray, columns: Sequence[IntArray], size: int) -> IntArray:
    """Return sums of whole numbers as such: exact beyond 2**53 too."""
    total = np.zeros(size, np.int64)
    np.add.at(total, at, np.concatenate(columns))
    return total
