"""The result of `closeloop.analysis.impact.impact.theme_impact`: a row per theme, a sentence, a figure."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.compare_text import difference_interval, difference_size
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.spec import Metric
from closeloop.metrics.units import DIGITS, FORM, SCALE
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_level

_PUBLISHED = (
    "estimate", "without", "impact", "std_error", "ci_low", "ci_high", "contribution", "contribution_std_error",
    "contribution_low", "contribution_high",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeRow:
    """One theme, on the scale inside (an NPS on −1…1); `ThemeImpact` hands it out in public units.

    Attributes
    ----------
    theme : str
        The theme.
    n : int or None
        Responses with an answer that mention it; None where hidden.
    share : float
        Their share by weight, 0…1.
    estimate, without : float
        Score of those who mention it, and of those who do not.
    impact, std_error, ci_low, ci_high : float
        Score of all minus `without`.
    contribution, contribution_std_error, contribution_low, contribution_high : float
        The theme's part of `ThemeSplit.whole`.
    reason : str or None
        ``"small"`` where hidden.

    Examples
    --------
    >>> ThemeRow.hidden("price").reason
    'small'
    """

    theme: str
    n: int | None
    share: float
    estimate: float
    without: float
    impact: float
    std_error: float
    ci_low: float
    ci_high: float
    contribution: float = math.nan
    contribution_std_error: float = math.nan
    contribution_low: float = math.nan
    contribution_high: float = math.nan
    reason: str | None = None

    @classmethod
    def hidden(cls, theme: str) -> ThemeRow:
        """Return the row of a theme about which nothing is told."""
        nothing = dict.fromkeys(("share", "estimate", "without", "impact", "std_error", "ci_low", "ci_high"), math.nan)
        return cls(theme=theme, n=None, reason="small", **nothing)

    def with_contribution(self, found: tuple[float, float, float, float] | None) -> ThemeRow:
        """Return the row with its part of the whole, where there is one."""
        if found is None:
            return self
        value, error, low, high = found
        return replace(
            self, contribution=value, contribution_std_error=error, contribution_low=low, contribution_high=high
        )

    def scaled(self, scale: float) -> ThemeRow:
        """Return the row in other units."""
        return replace(self, **{name: scale * getattr(self, name) for name in _PUBLISHED})


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeSplit:
    """What the contributions of the shown themes add up to.

    Attributes
    ----------
    n_none : int or None
        Responses that mention none of them; None where there are too few.
    reference : float
        Their score; NaN where there are too few.
    whole : float
        Score of all minus `reference`.

    Examples
    --------
    >>> ThemeSplit(n_none=60, reference=0.4, whole=-0.1).whole
    -0.1
    """

    n_none: int | None
    reference: float
    whole: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ThemeImpact(TableResult):
    """How much the responses that mention a theme pull a score down or up.

    ``impact["price"]`` is a theme's row in public units.

    Attributes
    ----------
    metric : Nps, TopBox or MeanScore
        What is scored.
    themes : tuple of ThemeRow
        On the scale inside; the theme that costs most first, hidden ones last.
    split : ThemeSplit
        What the contributions add up to.
    estimate : float
        Score of all, on the scale inside.
    n : int or None
        Responses with an answer; None where they are fewer than `min_n`, and so hidden.
    n_unknown : int
        Coded responses that are not among the data.
    df : float
        Degrees of freedom of the standard errors.
    confidence_level : float
        Of the intervals.
    min_n : int
        Themes that fewer responses mention are hidden.
    weight : str or None
        Column of weights.

    Examples
    --------
    >>> from closeloop.analysis.impact.impact import theme_impact
    >>> from closeloop.metrics.spec import Nps
    >>> data = {"response_id": list(range(10)), "recommend": [9, 9, 9, 7, 8, 6, 0, 3, 10, 8]}
    >>> coding = {"response_id": [3, 5, 6, 7], "theme": ["price"] * 4}
    >>> round(theme_impact(coding, data, Nps("recommend"), min_n=0)["price"].impact, 4)
    -56.6667
    """

    kind = "theme_impact"

    metric: Metric
    themes: tuple[ThemeRow, ...]
    split: ThemeSplit
    estimate: float
    n: int | None
    n_unknown: int
    df: float
    confidence_level: float
    min_n: int
    weight: str | None = None

    def __getitem__(self, theme: str) -> ThemeRow:
        """Return a theme's row in public units (NPS in points).

        Raises
        ------
        ColumnNotFoundError
            If there is no such theme.
        """
        for row in self.themes:
            if row.theme == theme:
                return row.scaled(self.scale)
        raise ColumnNotFoundError(theme, [row.theme for row in self.themes], message("impact.the_coding"))

    @property
    def scale(self) -> float:
        """What figures inside are multiplied by to be published."""
        return SCALE[self.metric.kind]

    @property
    def shown(self) -> tuple[ThemeRow, ...]:
        """The themes that have an impact, in public units."""
        return tuple(row.scaled(self.scale) for row in self.themes if math.isfinite(row.impact))

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("impact.title", metric=self.metric.label)

    @property
    def sentence(self) -> LocalText:
        """Which theme costs most, and which brings most."""
        rows = self.shown
        if not rows:
            return message("impact.nothing", min_n=self.min_n) if self.themes else message("impact.no_themes")
        worst, best = rows[0], rows[-1]
        texts = [self._costs(worst)] if worst.impact < 0 else [message("impact.none_costs", metric=self.metric.label)]
        if best.impact > 0:
            texts.append(message("impact.brings", theme=best.theme, **self._size(best)))
        return message("impact.joined", first=texts[0], second=texts[1]) if len(texts) > 1 else texts[0]

    def _costs(self, row: ThemeRow) -> LocalText:
        form, digits = FORM[self.metric.kind], DIGITS[self.metric.kind]
        told_scores = {
            "share": told(row.share, "percent", 0),
            "without": told(row.without, form, digits),
            "total": told(self.scale * self.estimate, form, digits),
        }
        # NaN limits tell nothing either, so the question is whether the interval is surely below zero.
        key = "impact.costs" if row.ci_high < 0 else "impact.costs_perhaps"
        return message(key, theme=row.theme, metric=self.metric.label, **told_scores, **self._size(row))

    def _size(self, row: ThemeRow) -> dict[str, LocalText]:
        kind = self.metric.kind
        return {
            "size": difference_size(row.impact, kind),
            "level": told_level(self.confidence_level),
            "interval": difference_interval(Interval(row.ci_low, row.ci_high), kind),
        }

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done, and what to be careful about."""
        kind = self.metric.kind
        form, digits = FORM[kind], DIGITS[kind]
        found = [message("impact.note_method")]
        if self.split.n_none is None:
            found.append(message("impact.note_no_split", min_n=max(self.min_n, 1)))
        else:
            whole = difference_size(self.scale * self.split.whole, kind, signed=True)
            reference = told(self.scale * self.split.reference, form, digits)
            n_none = told(self.split.n_none, "count")
            found.append(message("impact.note_split", whole=whole, reference=reference, n=n_none))
        everybody = [row.theme for row in self.themes if row.reason is None and row.n == self.n and self.n]
        if everybody:
            found.append(message("impact.note_everybody", themes=", ".join(everybody)))
        hidden = sum(row.reason is not None for row in self.themes)
        if hidden:
            found.append(message("impact.note_hidden", count=hidden, min_n=self.min_n))
        if self.n_unknown:
            found.append(message("impact.note_unknown", count=self.n_unknown))
        if self.weight is not None:
            found.append(message("impact.note_weighted", weight=self.weight))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        form = FORM[self.metric.kind]
        level = told_level(self.confidence_level)
        split = (Shown("contribution", message("impact.contribution"), form),) if self.split.n_none is not None else ()
        return (
            Shown("theme", message("impact.theme")),
            Shown("n", message("analysis.n"), "count"),
            Shown("share", message("impact.share"), "percent"),
            Shown("estimate", message("impact.of_theme"), form),
            Shown("without", message("impact.without"), form),
            Shown("impact", message("impact.impact"), form),
            Shown("ci_low", message("analysis.interval", level=level), form, high="ci_high"),
            *split,
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per theme in public units; of a hidden one nothing but its name and the reason."""
        return [
            {"theme": row.theme, "n": row.n, "share": row.share}
            | {name: getattr(row, name) for name in _PUBLISHED}
            | {"reason": row.reason}
            for row in (row.scaled(self.scale) for row in self.themes)
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return the figures of the whole."""
        return {
            "metric": self.metric.name, "estimate": self.scale * self.estimate, "n": self.n, "df": self.df,
            "confidence_level": self.confidence_level, "min_n": self.min_n, "n_unknown": self.n_unknown,
            "n_without_theme": self.split.n_none, "reference": self.scale * self.split.reference,
            "whole": self.scale * self.split.whole,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the impacts with their intervals, the one that costs most on top."""
        from closeloop.views.impact_chart import plot_impact

        return plot_impact(self, ax)
