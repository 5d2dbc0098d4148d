"""The result of a Kano analysis: the category of each feature, Better and Worse."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.kano import CATEGORIES, Coefficient, KanoCounts, Leading
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_joined, told_level, told_list

_FEW = 30
_MANY_QUESTIONABLE = 0.1


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
    """Categories of features; made by `closeloop.kano`.

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
    >>> import closeloop as cl
    >>> answers = {"with": [1, 1, 1, 2], "without": [3, 4, 3, 5]}
    >>> cl.kano(answers, {"delivery within the hour": ("with", "without")}).features[0].category
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
