"""Two waves of answers, matched respondent by respondent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.metric_values import metric_values
from closeloop.errors import ResponseValidationError
from closeloop.metrics.score_input import ScoreInput, answer_rows
from closeloop.metrics.spec import Metric
from closeloop.text import LocalText, message

FloatArray = npt.NDArray[np.float64]
_EXAMPLES = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatchedWaves:
    """The answers of those who are in both waves, and of those who are in one only.

    Attributes
    ----------
    before, after : ndarray
        What each matched respondent contributes to the metric (−1, 0, 1; 0, 1; a number), answered both times.
    lost, joined : ndarray
        The same of those who answered only before, and only after.
    without_id : tuple of int
        Answers before and after that bear no id and cannot be matched.
    examples : tuple of str
        An id of each wave, for those who wonder why nothing matches.
    """

    before: FloatArray
    after: FloatArray
    lost: FloatArray
    joined: FloatArray
    without_id: tuple[int, int]
    examples: tuple[str, str]


def match_waves(before: ScoreInput, after: ScoreInput, on: str, metric: Metric) -> MatchedWaves:
    """Return the answers of two waves, matched by the id in the column `on`.

    Raises
    ------
    ColumnNotFoundError
        If a wave lacks a column.
    ValueError
        If a wave is a lazy frame.
    ResponseValidationError
        If an id comes twice in a wave, or an answer is not allowed.

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> before = ScoreInput(frame=pd.DataFrame({"id": ["a", "b"], "q": [9, 3]}))
    >>> after = ScoreInput(frame=pd.DataFrame({"id": ["b", "c"], "q": [8, 9]}))
    >>> match_waves(before, after, on="id", metric=Nps("q")).after
    array([0.])
    """
    first, second = (
        _wave(given, on, metric, message(f"paired_change.{name}"))
        for given, name in ((before, "before"), (after, "after"))
    )
    place = second.index.get_indexer(first.index)
    there = place >= 0
    earlier = first.to_numpy()
    later = np.full(len(first), np.nan)
    later[there] = second.to_numpy()[place[there]]
    newcomers = np.ones(len(second), bool)
    newcomers[place[there & ~np.isnan(earlier)]] = False
    both = ~(np.isnan(earlier) | np.isnan(later))
    lost = earlier[~np.isnan(earlier) & np.isnan(later)]
    joined = second.to_numpy()[newcomers]
    return MatchedWaves(
        before=earlier[both],
        after=later[both],
        lost=lost,
        joined=joined[~np.isnan(joined)],
        without_id=(first.attrs["without_id"], second.attrs["without_id"]),
        examples=(first.attrs["example"], second.attrs["example"]),
    )


def _wave(given: ScoreInput, on: str, metric: Metric, wave: LocalText) -> pd.Series[Any]:
    """Return what each respondent of a wave contributes, by id; answers without an id are only counted."""
    rows = answer_rows(given, [on, *metric.items], message("paired_change.title_short"))
    values = metric_values(rows, metric)
    ids = rows[on].astype(object)
    known = (ids.notna() & (ids.astype(str).str.strip() != "")).to_numpy()
    index = pd.Index(ids[known], dtype=object)
    twice = index[index.duplicated()].unique()
    if len(twice):
        shown = ", ".join(repr(value) for value in twice[:_EXAMPLES])
        rest = "" if len(twice) <= _EXAMPLES else " …"
        text = message("paired_change.id_twice", wave=wave, count=len(twice), column=on, examples=shown + rest)
        report = index[index.duplicated(keep=False)].value_counts().rename_axis(on).reset_index(name="rows")
        raise ResponseValidationError(text, report)
    found = pd.Series(values[known], index=index)
    found.attrs["without_id"] = int((~known & ~np.isnan(values)).sum())
    found.attrs["example"] = repr(index[0]) if len(index) else "–"
    return found
