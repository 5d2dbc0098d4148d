"""The Kano model: which features customers take for granted, which they measure, which delight them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from closeloop.errors import ResponseValidationError
from closeloop.frames import plain_value
from closeloop.metrics.kano_result import Kano, KanoFeature
from closeloop.metrics.planned import column_of, planned
from closeloop.metrics.score_input import answer_rows, score_input
from closeloop.stats.intervals import normal_quantile
from closeloop.stats.kano import POINTS, TABLES, better, classify, count_categories, leading, worse
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    import pandas as pd

LEVELS: Mapping[object, int] = {
    **{point: point for point in POINTS},
    "like": 1, "must_be": 2, "neutral": 3, "live_with": 4, "dislike": 5,
}  # fmt: skip
"""How answers are read if nothing else is said."""

_EXAMPLES = 5


def kano(
    data: Any,
    pairs: Mapping[str, tuple[str, str]] | str | None = None,
    table: str | None = None,
    *,
    levels: Mapping[object, int] = LEVELS,
    titles: Mapping[str, LocalText | str] | None = None,
    confidence_level: float = 0.95,
) -> Kano:
    """Return the Kano category of each feature, with Better and Worse coefficients and their intervals.

    Parameters
    ----------
    data : frame, mapping or Responses
        Answers, one row per respondent.
    pairs : mapping or str, optional
        Feature → (column of "if it is there", column of "if it is missing"). Of responses with a survey: the name of
        its metric of the kind ``kano``; left out, the only one there is.
    table : {"standard", "pouliot"}, optional
        The evaluation table, see `closeloop.stats.kano.TABLES`; left out, that of the survey's plan, else the standard
        one. ``"pouliot"`` takes it as a contradiction to expect a feature both ways, or to live with it both ways.
    levels : mapping
        Answer → 1 (like), 2 (expect), 3 (neutral), 4 (live with), 5 (dislike). By default the numbers themselves and
        the words ``like``, ``must_be``, ``neutral``, ``live_with``, ``dislike``.
    titles : mapping, optional
        Feature → what it is called on display.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Kano
        A feature without answers has no category and NaN figures; one whose answers are all reverse or questionable has
        a category and NaN for Better and Worse.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If there is no such table, or no pair.
    ResponseValidationError
        If an answer is none of `levels`.

    Notes
    -----
    Formulae and sources: `closeloop.stats.kano`. Respondents who left out one of the two answers are not counted for
    that feature. Not for fewer than some 30 respondents per segment, and not to be averaged over segments that differ:
    then the mixture is called indifferent.

    Examples
    --------
    >>> answers = {"with": [1, 1, 1, 2], "without": [3, 4, 3, 5]}
    >>> found = kano(answers, {"delivery within the hour": ("with", "without")})
    >>> found.features[0].category, found.features[0].better.estimate, found.features[0].worse.estimate
    ('A', 0.75, -0.25)
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    asked = planned(data, pairs, "kano")
    if not isinstance(asked, Mapping):
        table = asked.table if table is None else table
        asked = {name: (column_of(p.functional), column_of(p.dysfunctional)) for name, p in asked.pairs.items()}
    table = "standard" if table is None else table
    if table not in TABLES:
        raise ValueError(message("kano.unknown_table", table=table, choices=", ".join(f'"{t}"' for t in TABLES)))
    if not asked or any(isinstance(pair, str) or len(pair) != 2 for pair in asked.values()):
        raise ValueError(message("kano.no_pairs"))
    if wrong := [point for point in levels.values() if point not in POINTS]:
        raise ValueError(message("kano.bad_level", value=wrong[0]))
    frame = answer_rows(score_input(data), [c for pair in asked.values() for c in pair], message("kano.what"))
    return Kano(
        features=tuple(
            _feature(name, frame, pair, table, levels, (titles or {}).get(name, name), confidence_level)
            for name, pair in asked.items()
        ),
        table=table,
        confidence_level=confidence_level,
    )


def _feature(
    name: str,
    frame: pd.DataFrame,
    pair: tuple[str, str],
    table: str,
    levels: Mapping[object, int],
    title: LocalText | str,
    confidence_level: float,
) -> KanoFeature:
    functional, dysfunctional = (_points(frame[column], levels) for column in pair)
    both = (functional > 0) & (dysfunctional > 0)
    counts = count_categories(classify(functional[both], dysfunctional[both], table))
    return KanoFeature(
        feature=name,
        title=title if isinstance(title, LocalText) else LocalText({"en": title, "zh-CN": title}),
        counts=counts,
        leading=leading(counts),
        better=better(counts, confidence_level),
        worse=worse(counts, confidence_level),
        n=int(both.sum()),
        n_missing=int((~both).sum()),
    )


def _points(series: pd.Series[Any], levels: Mapping[object, int]) -> npt.NDArray[np.int64]:
    """Return answers as 1…5, a missing one as 0."""
    import pandas as pd

    codes, found = pd.factorize(series.astype(object))
    values = [plain_value(value) for value in found]
    points = [0 if v is None else -1 if isinstance(v, bool) else levels.get(v, -1) for v in values]
    counted = np.bincount(codes[codes >= 0], minlength=len(values))
    strange = sorted(
        ((repr(v), int(n)) for v, p, n in zip(values, points, counted, strict=True) if p < 0),
        key=lambda one: (-one[1], one[0]),
    )
    if strange:
        text = message(
            "kano.not_a_level",
            count=sum(n for _, n in strange),
            column=series.name,
            examples=", ".join(value for value, _ in strange[:_EXAMPLES]),
            levels=", ".join(repr(level) for level in levels),
        )
        report = pd.DataFrame([(series.name, *one) for one in strange], columns=["column", "value", "count"])
        raise ResponseValidationError(text, report)
    return np.array([*points, 0])[codes]
