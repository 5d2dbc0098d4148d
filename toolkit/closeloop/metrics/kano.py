"""The Kano model: which features customers take for granted, which they measure, which delight them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt

from closeloop.errors import ResponseValidationError
from closeloop.frames import plain_value
from closeloop.metrics.planned import column_of, planned
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_input import answer_rows, score_input
from closeloop.stats.intervals import normal_quantile
from closeloop.stats.kano import (
    CATEGORIES,
    POINTS,
    TABLES,
    Coefficient,
    KanoCounts,
    Leading,
    better,
    classify,
    count_categories,
    leading,
    worse,
)
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_joined, told_level, told_list

if TYPE_CHECKING:
    import pandas as pd

LEVELS: Mapping[object, int] = {
    **{point: point for point in POINTS},
    "like": 1, "must_be": 2, "neutral": 3, "live_with": 4, "dislike": 5,
}  # fmt: skip
"""How answers are read if nothing else is said."""

_FEW = 30
_MANY_QUESTIONABLE = 0.1
_EXAMPLES = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class KanoFeature:
    """One feature.

    Attributes
    ----------
    feature : str
        Its name.
    title : LocalText
        What it is called.
    counts : KanoCounts
        Pairs of answers by category.
    leading : Leading
        The most frequent category, and whether it leads clearly.
    better, worse : Coefficient
        On 0…1 and −1…0, with Wilson intervals.
    n, n_missing : int
        Respondents with both answers, and those without.
    """

    feature: str
    title: LocalText
    counts: KanoCounts
    leading: Leading
    better: Coefficient
    worse: Coefficient
    n: int
    n_missing: int

    @property
    def category(self) -> str | None:
        """``M``, ``O``, ``A``, ``I``, ``R`` or ``Q``; None without answers."""
        return self.leading.category

    @property
    def category_title(self) -> LocalText:
        """The category in words; with the second one where the lead is not clear."""
        if self.category is None:
            return message("kano.no_answers")
        first = category_title(self.category)
        if self.leading.clear or self.leading.second is None:
            return first
        return message("kano.mixed", first=first, second=category_title(self.leading.second))


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Kano(TableResult):
    """Categories of features; made by `kano`.

    Attributes
    ----------
    features : tuple of KanoFeature
        In the order given.
    table : str
        The evaluation table.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> answers = {"with": [1, 1, 1, 2], "without": [3, 4, 3, 5]}
    >>> kano(answers, {"delivery within the hour": ("with", "without")}).features[0].category
    'A'
    """

    kind: ClassVar[str] = "kano"

    features: tuple[KanoFeature, ...]
    table: str
    confidence_level: float

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("kano.title")

    @property
    def sentence(self) -> LocalText:
        """The features of each category, and those that would be missed most."""
        answered = [feature for feature in self.features if feature.category is not None]
        if not answered:
            return message("kano.nobody")
        parts = [
            message("kano.group", category=category_title(name), features=told_list(titles))
            for name in CATEGORIES
            if (titles := [f.title for f in answered if f.category == name and f.leading.clear])
        ]
        if unclear := [f.title for f in answered if not f.leading.clear]:
            parts.append(message("kano.unclear", features=told_list(unclear)))
        groups = told_joined(parts, "; ", "；")
        judged = [feature for feature in answered if not math.isnan(feature.worse.estimate)]
        if not judged:
            return message("kano.groups", groups=groups)
        most = min(judged, key=lambda f: f.worse.estimate)
        return message(
            "kano.sentence",
            groups=groups,
            most=most.title,
            worse=told(-most.worse.estimate, "percent", 0),
            level=told_level(self.confidence_level),
            interval=told_interval(-most.worse.ci.high, -most.worse.ci.low, "percent", 0),
        )

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method and cautions."""
        notes = [message(f"kano.table_{self.table}"), message("kano.method")]
        if few := [f.title for f in self.features if f.n < _FEW]:
            notes.append(message("kano.few", few=_FEW, features=told_list(few)))
        if odd := [f.title for f in self.features if f.n and _MANY_QUESTIONABLE * f.n < f.counts.Q]:
            share = told(_MANY_QUESTIONABLE, "percent", 0)
            notes.append(message("kano.questionable", share=share, features=told_list(odd)))
        if missing := max((f.n_missing for f in self.features), default=0):
            notes.append(message("kano.missing", count=told(missing, "count")))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What is shown of each feature."""
        interval = message("analysis.interval", level=told_level(self.confidence_level))
        return (
            Shown("title", message("kano.feature")),
            Shown("category_title", message("kano.category")),
            *(Shown(name, LocalText(name), "count") for name in CATEGORIES),
            Shown("n", message("analysis.n"), "count"),
            Shown("better", message("kano.better"), "decimal"),
            Shown("better_low", interval, "decimal", high="better_high"),
            Shown("worse", message("kano.worse"), "decimal"),
            Shown("worse_low", interval, "decimal", high="worse_high"),
            Shown("total_strength", message("kano.total_strength"), "percent", digits=0),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per feature."""
        return [
            {
                "feature": f.feature,
                "title": f.title,
                "category": f.category,
                "category_title": f.category_title,
                "second": f.leading.second,
                "clear": f.leading.clear,
                **f.counts._asdict(),
                "n": f.n,
                "n_missing": f.n_missing,
                "better": f.better.estimate,
                "better_low": f.better.ci.low,
                "better_high": f.better.ci.high,
                "worse": f.worse.estimate,
                "worse_low": f.worse.ci.low,
                "worse_high": f.worse.ci.high,
                "fong_threshold": f.leading.threshold,
                "category_strength": f.leading.strength,
                "total_strength": f.leading.total_strength,
            }
            for f in self.features
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return the evaluation table and the level."""
        return {"table": self.table, "confidence_level": self.confidence_level}

    def plot(self, ax: Any = None) -> Any:
        """Draw Better against Worse, with intervals and quadrants."""
        from closeloop.views.kano_chart import plot_kano

        return plot_kano(self, ax)


def category_title(category: str) -> LocalText:
    """Return what a category is called.

    Examples
    --------
    >>> category_title("M").zh
    '必备属性（M）'
    """
    return message(f"kano.category_{category}")


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
