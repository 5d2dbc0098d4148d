"""One choice of filters: its score, its groups, its course over time, its themes, and what people wrote."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.analysis.scorecard.words import ANY, ThemeBar, Verbatims
from closeloop.analysis.trend.result import Trend
from closeloop.errors import InsufficientDataError
from closeloop.metrics.estimate import Result
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.units import DIGITS, FORM
from closeloop.stats.intervals import Interval
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_joined, told_level

if TYPE_CHECKING:
    from closeloop.analysis.scorecard.scorecard import Scorecard


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Selection:
    """What a scorecard shows for one choice of filters; what `Scorecard.select` returns.

    Attributes
    ----------
    scorecard : Scorecard
    chosen : mapping
        Filter → value, for those that are not "all".
    rows : str or None
        The filter whose values are the rows of the table.
    result : NpsResult, ShareResult or None
        None where hidden.
    ci : Interval or None
    table : ScoreTable or None
        The groups by `rows`, and all of them together.
    trend : Trend or None
        Over the periods, with alarms; the period that is chosen does not narrow it.
    pareto : tuple of ThemeBar
        The themes, the most frequent first.
    n_comments : int
        Comments that are counted here.

    Examples
    --------
    >>> from closeloop.analysis.scorecard.build import make_scorecard
    >>> from closeloop.metrics.spec import Nps
    >>> answers = {"recommend": [10, 9, 8, 3] * 30, "region": ["East"] * 60 + ["West"] * 60}
    >>> str(make_scorecard(answers, Nps("recommend"), by="region").select(region="East").sentence)[:41]
    '60 answered. Net Promoter Score (NPS) is '
    """

    scorecard: Scorecard
    chosen: Mapping[str, object]
    rows: str | None
    result: Result | None
    ci: Interval[float] | None
    table: ScoreTable | None
    trend: Trend | None
    pareto: tuple[ThemeBar, ...]
    n_comments: int

    @property
    def hidden(self) -> bool:
        """Whether nothing is shown, because the group is small or would give a small one away."""
        return self.result is None

    @property
    def title(self) -> LocalText:
        """What is chosen, in words."""
        named = [label for dimension in self.scorecard.dimensions if (label := self._label(dimension.name)) is not None]
        where = told_joined(named, ", ", "，") if named else message("scorecard.everybody")
        return message("scorecard.selection", metric=self.scorecard.metric.label, where=where)

    def _label(self, name: str) -> LocalText | None:
        dimension = next(one for one in self.scorecard.dimensions if one.name == name)
        return dimension.labels[dimension.values.index(self.chosen[name])] if name in self.chosen else None

    @property
    def sentence(self) -> LocalText:
        """The score with its interval; why it is hidden and what to do, if it is."""
        if self.result is None:
            if not self.scorecard.n:
                return message("scorecard.nobody")
            key = "scorecard.hidden" if self.chosen else "scorecard.all_hidden"
            return message(key, min_n=self.scorecard.min_n)
        kind = self.scorecard.metric.kind
        form, digits = FORM[kind], DIGITS[kind]
        if not self.result.n or self.ci is None:
            return message("scorecard.nobody")
        return message(
            f"scorecard.sentence_{kind}", n=told(self.result.n, "count"), metric=self.scorecard.metric.label,
            estimate=told(self.result.score, form, digits), level=told_level(self.scorecard.confidence_level),
            interval=told_interval(self.ci.low, self.ci.high, form, digits),
        )  # fmt: skip

    def mentions(self, code: str = ANY, page: int = 1) -> Verbatims:
        """Return a page of what was written about a theme.

        Names, numbers and addresses are taken out by their form; what is left may still tell a person.

        Parameters
        ----------
        code : str
            A theme of `pareto`; ``"-"`` for comments without one, empty for all of them.
        page : int
            From 1; twenty comments each.

        Returns
        -------
        Verbatims
            Only comments that cannot be narrowed down to fewer people than a group must have.

        Raises
        ------
        InsufficientDataError
            If the group is hidden, or there are no comments.
        ValueError
            If there is no such theme or page.
        """
        words = self.scorecard.words
        if self.result is None:
            raise InsufficientDataError(self.sentence)
        if words is None:
            raise InsufficientDataError(message("scorecard.no_comments"))
        return words.page(self.scorecard.blocks_of(self.chosen), code, page)

    def to_dict(self) -> dict[str, Any]:
        """Return what is shown as JSON-safe values; verbatims are not part of it."""
        return {
            "kind": "scorecard_selection", "version": 1, "metric": self.scorecard.metric.name,
            "chosen": {name: None if value is None else str(value) for name, value in self.chosen.items()},
            "hidden": self.hidden, "n": None if self.result is None else int(self.result.n),
            "estimate": None if self.result is None else self.result.score,
            "ci_low": None if self.ci is None else self.ci.low, "ci_high": None if self.ci is None else self.ci.high,
            "sentence": dict(self.sentence), "table": None if self.table is None else self.table.to_dict(),
            "trend": None if self.trend is None else self.trend.to_dict(), "n_comments": self.n_comments,
            "pareto": [
                {
                    "code": bar.code, "label": dict(bar.label), "count": bar.count, "share": bar.share,
                    "ci_low": bar.ci_low, "ci_high": bar.ci_high,
                }
                for bar in self.pareto
            ],
        }  # fmt: skip

    def _repr_html_(self) -> str:
        from closeloop.views.scorecard_block import selection_html

        return str(selection_html(self))

    def __repr__(self) -> str:
        where = ", ".join(f"{name}={value!r}" for name, value in self.chosen.items()) or "all"
        return f"<Selection: {where}; {'hidden' if self.result is None else f'n = {int(self.result.n)}'}>"

    def __str__(self) -> str:
        parts = [str(self.title), str(self.sentence)]
        if self.table is not None:
            parts.append(str(self.table))
        if self.trend is not None:
            parts.append(str(self.trend.sentence))
        parts += [f"{bar.label}  {bar.count}" for bar in self.pareto]
        return "\n".join(parts)
