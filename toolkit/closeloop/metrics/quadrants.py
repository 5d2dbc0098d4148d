"""Items in the four quadrants of importance and performance, and how sure each is of its own."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from closeloop.metrics.result import Shown, TableResult
from closeloop.stats.importance_performance import QUADRANTS
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_level, told_list

_SURE = 0.8
"""Below this probability of its quadrant an item is called unsure."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlacedItem:
    """One item.

    Attributes
    ----------
    item : str
        The column of its performance.
    title : LocalText
        What it is called.
    importance, performance : float
        Share of the outcome's variance, or mean stated importance; mean answer.
    importance_ci, performance_ci : Interval
        Percentiles of the bootstrap; NaN without one.
    correlation : float
        With the outcome; NaN if importance is not derived.
    quadrant : str
        One of ``keep``, ``concentrate``, ``low``, ``overkill``, by the chosen lines.
    probability : mapping
        Quadrant → share of the bootstrap samples in which the item lies there; NaN without bootstrap.
    by_lines : mapping
        Lines → quadrant, for every way of drawing the lines that can be had.
    """

    item: str
    title: LocalText
    importance: float
    performance: float
    importance_ci: Interval[float]
    performance_ci: Interval[float]
    correlation: float
    quadrant: str
    probability: Mapping[str, float]
    by_lines: Mapping[str, str]

    @property
    def certainty(self) -> float:
        """Probability of the quadrant it was given."""
        return self.probability[self.quadrant]

    @property
    def depends_on_lines(self) -> bool:
        """Whether other lines would give another quadrant."""
        return len(set(self.by_lines.values())) > 1


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ImportancePerformance(TableResult):
    """Items in four quadrants; made by `importance_performance`.

    Attributes
    ----------
    items : tuple of PlacedItem
        In the order given.
    importance_kind : {"lmg", "johnson", "stated", "given"}
        Where importance comes from.
    lines : str
        How the lines were drawn.
    line_importance, line_performance : float
        Where.
    r_squared : float
        Share of the outcome's variance that the items explain together; NaN if importance is not derived.
    n, n_missing : int
        Complete answers, and those left out.
    n_bootstrap : int
        Bootstrap samples that could be used.
    seed : int
        Of the bootstrap.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> from closeloop.metrics.importance_performance import importance_performance
    >>> answers = {"speed": [4, 2, 5, 1, 3, 2], "price": [3, 4, 3, 4, 5, 4]}
    >>> found = importance_performance(answers, items=["speed", "price"], importance={"speed": 0.6, "price": 0.2})
    >>> found.to_frame()["item"].tolist()
    ['speed', 'price']
    """

    kind: ClassVar[str] = "importance_performance"

    items: tuple[PlacedItem, ...]
    importance_kind: str
    lines: str
    line_importance: float
    line_performance: float
    r_squared: float
    n: int
    n_missing: int
    n_bootstrap: int
    seed: int
    confidence_level: float

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("ipa.title", k=len(self.items))

    @property
    def sentence(self) -> LocalText:
        """What to work on, and how sure that is."""
        wanted = sorted(self._in("concentrate"), key=lambda item: -item.importance)
        if not wanted:
            kept = told_list([item.title for item in self._in("keep")])
            key = "nothing_keep" if self._in("keep") else "nothing"
            return message(f"ipa.{key}", items=kept, n=told(self.n, "count"))
        first = wanted[0]
        fields = {"n": told(self.n, "count"), "items": told_list([item.title for item in wanted])}
        if math.isnan(first.certainty):
            return message("ipa.focus", **fields)
        least = min(item.certainty for item in wanted)
        if least == 1:
            return message("ipa.focus_certain", **fields)
        sure = told(math.floor(100 * least) / 100, "percent", 0)  # 99.8 % is not said to be all
        key = "focus_sure" if len(wanted) == 1 else "focus_sure_all"
        return message(f"ipa.{key}", sure=sure, **fields)

    def _in(self, quadrant: str) -> list[PlacedItem]:
        return [item for item in self.items if item.quadrant == quadrant]

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method and cautions."""
        notes = [message(f"ipa.method_{self.importance_kind}")]
        if turned := [item.title for item in self.items if item.depends_on_lines]:
            notes.append(message("ipa.sensitive", items=told_list(turned)))
        if unsure := [item.title for item in self.items if item.certainty < _SURE]:
            notes.append(message("ipa.unsure", items=told_list(unsure), sure=told(_SURE, "percent", 0)))
        if negative := [item.title for item in self.items if item.correlation < 0]:
            notes.append(message("ipa.negative", items=told_list(negative)))
        notes += [message("ipa.quadrants"), message("ipa.lines", lines=lines_title(self.lines))]
        if self.n_bootstrap:
            notes.append(message("ipa.bootstrap", count=told(self.n_bootstrap, "count"), seed=str(self.seed)))
        if self.n_missing:
            notes.append(message("ipa.missing", count=told(self.n_missing, "count")))
        if not math.isnan(self.r_squared):
            notes.append(message("ipa.explained", share=told(self.r_squared, "percent", 0)))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What is shown of each item."""
        interval = message("analysis.interval", level=told_level(self.confidence_level))
        form = "decimal" if self.importance_kind in ("stated", "given") else "percent"
        shown = [Shown("title", message("analysis.item")), Shown("importance", message("ipa.importance"), form)]
        if self.n_bootstrap and self.importance_kind != "given":
            shown.append(Shown("importance_low", interval, form, high="importance_high"))
        shown.append(Shown("performance", message("ipa.performance"), "decimal"))
        if self.n_bootstrap:
            shown.append(Shown("performance_low", interval, "decimal", high="performance_high"))
        shown.append(Shown("quadrant_title", message("ipa.quadrant")))
        if self.n_bootstrap:
            shown.append(Shown("certainty", message("ipa.certainty"), "percent", digits=0))
        others = [name for name in self.items[0].by_lines if name != self.lines]
        shown += [Shown(f"by_{name}_title", message("ipa.by", lines=lines_title(name))) for name in others]
        return tuple(shown)

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per item."""
        return [
            {
                "item": item.item,
                "title": item.title,
                "importance": item.importance,
                "importance_low": item.importance_ci.low,
                "importance_high": item.importance_ci.high,
                "performance": item.performance,
                "performance_low": item.performance_ci.low,
                "performance_high": item.performance_ci.high,
                "correlation": item.correlation,
                "quadrant": item.quadrant,
                "quadrant_title": quadrant_title(item.quadrant),
                "certainty": item.certainty,
                **{f"p_{name}": item.probability[name] for name in QUADRANTS},
                **{f"by_{name}": quadrant for name, quadrant in item.by_lines.items()},
                **{f"by_{name}_title": quadrant_title(quadrant) for name, quadrant in item.by_lines.items()},
            }
            for item in self.items
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return where the lines are, how importance was had, and what it rests on."""
        return {
            "importance": self.importance_kind,
            "lines": self.lines,
            "line_importance": self.line_importance,
            "line_performance": self.line_performance,
            "r_squared": self.r_squared,
            "n": self.n,
            "n_missing": self.n_missing,
            "n_bootstrap": self.n_bootstrap,
            "seed": self.seed,
            "confidence_level": self.confidence_level,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw importance against performance, with the lines and how sure each item's quadrant is."""
        from closeloop.views.ipa_chart import plot_importance_performance

        return plot_importance_performance(self, ax)


def quadrant_title(quadrant: str) -> LocalText:
    """Return what a quadrant is called.

    Examples
    --------
    >>> quadrant_title("concentrate").en
    'concentrate here'
    """
    return message(f"ipa.{quadrant}")


def lines_title(lines: str) -> LocalText:
    """Return what a way of drawing the lines is called.

    Examples
    --------
    >>> lines_title("median").zh
    '中位数'
    """
    return message(f"ipa.line_{lines}")
