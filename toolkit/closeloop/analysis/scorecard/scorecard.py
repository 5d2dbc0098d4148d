"""The scorecard: every choice of filters over one set of answers, and what may be shown of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.analysis.scorecard.blocks import Blocks
from closeloop.analysis.scorecard.dimension import Dimension
from closeloop.analysis.scorecard.margins import Ints, Mask
from closeloop.analysis.scorecard.over_time import trend_of
from closeloop.analysis.scorecard.selection import Selection
from closeloop.analysis.scorecard.words import Words
from closeloop.metrics.estimate import Result, interval_rows
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.satisfaction import ShareResult
from closeloop.metrics.score_block import GroupScore, ScoreBlock
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import Nps, TopBox
from closeloop.stats.intervals import METHODS, Interval
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.analysis.trend.result import Trend

MISSING = "-"
"""In a choice: the answers without a value."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Scorecard:
    """Scores by any choice of filters; what `closeloop.scorecard` returns.

    What is shown was decided once, for all choices together: no comparison of tables, trends, themes or comments lets
    a reader work out a group of fewer than `min_n` answers.

    Attributes
    ----------
    metric : Nps or TopBox
    dimensions : tuple of Dimension
        The filters: segments, ``"period"``, ``"language"``.
    n : int
        Answers counted.
    min_n : int
    confidence_level : float
    source : LocalText or str
        Where the answers come from.
    kinds : ndarray
        Answers of each kind (promoters, passives, detractors; hits and others), by group, margins included.
    shown : ndarray of bool
        Which groups are shown.
    blocks : Blocks
        Who is never parted in what people wrote.
    words : Words or None
    notes : tuple of LocalText

    Examples
    --------
    >>> from closeloop.analysis.scorecard.build import make_scorecard
    >>> answers = {"recommend": [10, 9, 8, 3] * 30, "region": ["East"] * 60 + ["West"] * 55 + ["Isle"] * 5}
    >>> card = make_scorecard(answers, Nps("recommend"), by="region")
    >>> card.select(region="East").result.score, card.select(region="Isle").hidden, card.select(region="West").hidden
    (25.0, True, True)
    """

    metric: Nps | TopBox
    dimensions: tuple[Dimension, ...]
    n: int
    min_n: int
    confidence_level: float
    source: LocalText | str
    kinds: Ints
    shown: Mask
    blocks: Blocks
    words: Words | None
    notes: tuple[LocalText, ...] = ()

    @property
    def filters(self) -> dict[str, dict[object, LocalText]]:
        """Filter → the values that may be chosen, with what they are called; leave a filter out for all of them."""
        return {one.name: dict(zip(one.values, one.labels, strict=True)) for one in self.dimensions}

    def select(self, rows: str | None = None, **choices: object) -> Selection:
        """Return what is shown for one choice of filters.

        Parameters
        ----------
        rows : str, optional
            The filter whose values are the rows of the table; by default the first that is not chosen.
        **choices : object
            Filter = value, by itself or by what it is called; None is all values, ``"-"`` those that are missing.

        Raises
        ------
        ValueError
            If there is no such filter or value.

        Examples
        --------
        >>> from closeloop.analysis.scorecard.build import make_scorecard
        >>> answers = {"recommend": [10, 9, 8, 3] * 30, "plan": ["Basic", "Pro"] * 60}
        >>> make_scorecard(answers, Nps("recommend"), by="plan").select(plan="Pro")
        <Selection: plan='Pro'; n = 60>
        """
        names = [one.name for one in self.dimensions]
        for name in [*choices, *([rows] if rows is not None else [])]:
            if name not in names:
                raise ValueError(message("scorecard.unknown_filter", name=repr(name), known=", ".join(names)))
        place = [self._place(one, choices.get(one.name)) for one in self.dimensions]
        return self.at(place, rows)

    def _place(self, dimension: Dimension, choice: object) -> int:
        if choice == MISSING and None in dimension.values and MISSING not in dimension.values:
            return dimension.values.index(None)
        return dimension.place(choice)

    def at(self, place: list[int], rows: str | None = None) -> Selection:
        """Return what is shown at a position of each filter; the one after the last value is "all"."""
        chosen = {
            one.name: one.values[at] for one, at in zip(self.dimensions, place, strict=True) if at < len(one.values)
        }
        total = self._result(place)
        by = self._rows(chosen, rows)
        blocks = self.blocks.within(place, self.sizes)
        shown = self.words is not None and total is not None
        return Selection(
            scorecard=self, chosen=chosen, rows=by, result=total,
            ci=None if total is None else interval_rows([total], self.confidence_level, self._method)[0],
            table=None if total is None else self._table(place, by), trend=self._trend(place, total),
            pareto=self.words.bars(blocks, self.confidence_level) if shown and self.words is not None else (),
            n_comments=int(self.words.totals[blocks].sum()) if shown and self.words is not None else 0,
        )  # fmt: skip

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many values each filter has."""
        return tuple(len(one.values) for one in self.dimensions)

    @property
    def n_hidden(self) -> int:
        """How many choices of filters are hidden."""
        return int(np.count_nonzero(~self.shown))

    def blocks_of(self, chosen: Mapping[str, object]) -> Mask:
        """Return the blocks of people that lie within a choice."""
        place = [
            one.values.index(chosen[one.name]) if one.name in chosen else len(one.values) for one in self.dimensions
        ]
        return self.blocks.within(place, self.sizes)

    @property
    def _method(self) -> str:
        return METHODS[self.metric.kind][0]

    def _result(self, place: list[int]) -> Result | None:
        """Return the result of a group, None where it is hidden."""
        if not self.shown[tuple(place)]:
            return None
        counts = self.kinds.reshape(len(self.kinds), -1)[:, np.ravel_multi_index(tuple(place), self.shown.shape)]
        if isinstance(self.metric, Nps):
            promoters, passives, detractors = counts.tolist()
            return NpsResult(promoters=promoters, passives=passives, detractors=detractors)
        hits, others = counts.tolist()
        return ShareResult(top=hits, rest=others)

    def _rows(self, chosen: Mapping[str, object], rows: str | None) -> str | None:
        free = [one.name for one in self.dimensions if one.name not in chosen]
        return rows if rows in free else next(iter(free), None)

    def _line(self, place: list[int], name: str) -> list[Result | None]:
        """Return the results of all values of one filter."""
        axis = next(i for i, one in enumerate(self.dimensions) if one.name == name)
        return [
            self._result([value if i == axis else at for i, at in enumerate(place)])
            for value in range(len(self.dimensions[axis].values))
        ]

    def _table(self, place: list[int], name: str | None) -> ScoreTable:
        total = self._result(place)
        groups: list[GroupScore] = []
        titles: dict[str, LocalText] = {}
        labels: dict[str, dict[object, LocalText]] = {}
        for dimension in self.dimensions:
            if dimension.name == name:
                found = zip(dimension.values, self._line(place, name), strict=True)
                groups = [self._group((value,), result) for value, result in found]
                titles = {name: dimension.title}
                labels = {} if dimension.every else {name: dict(zip(dimension.values, dimension.labels, strict=True))}
        if name != "period":
            groups.sort(key=lambda group: (group.suppressed, -(group.n or 0)))
        block = ScoreBlock(
            metric=self.metric, keys=() if name is None else (name,), groups=tuple(groups),
            total=self._group((), total), method=self._method,
        )  # fmt: skip
        return ScoreTable(
            blocks=(block,), confidence_level=self.confidence_level, min_n=self.min_n,
            n_rows=0 if total is None else int(total.n), source=self.source, labels=labels, titles=titles,
        )  # fmt: skip

    def _group(self, key: tuple[object, ...], result: Result | None) -> GroupScore:
        if result is None:
            return GroupScore(
                key=key, n=None, n_missing=None, result=None, ci=None, suppressed=True, reason="protected"
            )
        ci: Interval[float] | None = interval_rows([result], self.confidence_level, self._method)[0]
        return GroupScore(key=key, n=int(result.n), n_missing=None, result=result, ci=ci)

    def _trend(self, place: list[int], total: Result | None) -> Trend | None:
        """Return the course over the periods, None without periods or where too few of them are shown."""
        axis = next((i for i, one in enumerate(self.dimensions) if one.every), None)
        if axis is None or total is None:
            return None
        dimension = self.dimensions[axis]
        free = [len(dimension.values) if i == axis else at for i, at in enumerate(place)]
        found = dict(zip(dimension.values, self._line(free, dimension.name), strict=True))
        return trend_of(
            self.metric, dimension.every, {str(k): v for k, v in found.items() if k is not None}, self.min_n,
            self.confidence_level,
        )  # fmt: skip

    def board(self, language: str | None = None) -> Any:
        """Return the scorecard as a widget: filters to choose from, and what may be shown.

        Parameters
        ----------
        language : {"en", "zh-CN"}, optional
            Of the widget; by default the one in use.
        """
        from closeloop.widgets.scorecard.scorecard_board import ScorecardBoard

        return ScorecardBoard(self, language=language)

    def to_dict(self) -> dict[str, Any]:
        """Return the filters and the unfiltered figures as JSON-safe values."""
        filters = [
            {
                "name": one.name, "title": dict(one.title),
                "values": [None if value is None else str(value) for value in one.values],
                "labels": [dict(label) for label in one.labels],
            }
            for one in self.dimensions
        ]  # fmt: skip
        return {
            "kind": "scorecard", "version": 1, "metric": self.metric.name, "min_n": self.min_n,
            "confidence_level": self.confidence_level, "filters": filters, "all": self.select().to_dict(),
        }  # fmt: skip

    def _repr_html_(self) -> str:
        from closeloop.views.scorecard_block import scorecard_html

        return str(scorecard_html(self))

    def __repr__(self) -> str:
        names = ", ".join(f"{one.name} ({len(one.values)})" for one in self.dimensions)
        choices = f"{math.prod(n + 1 for n in self.sizes)} choices, {self.n_hidden} hidden"
        return f"<Scorecard: {self.metric.name} by {names}; {choices}>"

    def __str__(self) -> str:
        return "\n".join([str(self.select()), *(str(note) for note in self.notes)])
