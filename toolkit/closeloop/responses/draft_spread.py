"""What a question is that an export spreads over several columns: ticks, ranks, or a grid of rows on one scale."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from closeloop.responses.source import Cells, codes_of

_MOST_COLUMNS = 12
_MOST_POINTS = 10


def spread_kind(cells: Cells, positions: Sequence[int], texts: Sequence[Sequence[str]], labels: Sequence[str]) -> str:
    """Return ``multi``, ``ranking`` or ``matrix``; the empty text where the columns are questions of their own.

    Parameters
    ----------
    cells : Cells
        The source's cells.
    positions : sequence of int
        The columns of the question.
    texts : sequence of sequences
        What each of them holds, without the empty cells.
    labels : sequence of str
        The option or row that each of them is headed by.
    """
    ticks = [set(each) - {"0"} for each in texts]
    marks = [text for each in ticks for text in each]
    if all(len(each) <= 1 for each in ticks) and len(set(marks)) in (0, 1, len(marks)):
        return "multi"
    distinct = {text for each in texts for text in each}
    ranks = {str(rank) for rank in range(1, len(positions) + 1)}
    if len(positions) > 2 and {_whole(text) for text in distinct} <= ranks and _each_once(cells, positions):
        return "ranking"
    used = [set(each) for each in texts if each]
    few = len(distinct) <= _MOST_COLUMNS and sum(map(len, texts)) >= 2 * len(distinct)
    alike = all(len(each & distinct) * 4 >= len(distinct) for each in used)
    return "matrix" if len(positions) > 1 and few and alike and all(labels) and len(set(labels)) == len(labels) else ""


def points_of(texts: Sequence[str]) -> int | None:
    """Return how many points a grid's scale has; None where it is one of words."""
    whole = {_whole(text) for text in texts}
    if not all(text.isdecimal() and 1 <= int(text) <= _MOST_POINTS for text in whole):
        return None
    most = max(int(text) for text in whole)
    return next(points for points in (5, 7, _MOST_POINTS) if points >= most)


def _whole(text: str) -> str:
    return text.removesuffix(".0")


def _each_once(cells: Cells, positions: Sequence[int]) -> bool:
    """Say whether hardly anybody gave one rank twice."""
    ranks = np.zeros((len(cells.source_rows), len(positions)), dtype=np.int32)
    for place, position in enumerate(positions):
        column = cells.columns[position]
        numbers = [int(t) if (t := _whole(text.strip())).isdecimal() else 0 for text in column.dictionary.to_pylist()]
        ranks[:, place] = np.array(numbers or [0])[codes_of(column)]
    ordered = np.sort(ranks, axis=1)
    twice = ((ordered[:, 1:] == ordered[:, :-1]) & (ordered[:, 1:] > 0)).any(axis=1)
    return bool(twice.mean() < 0.05) if len(twice) else False
