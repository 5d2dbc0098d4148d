"""`Tally`: what was counted of some rows, small, to be added to what was counted of others.

A tracker that appends a day counts that day's rows only: the scores of all the days come from the sum of their tallies
and are the same as from all the rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, ClassVar

from closeloop.errors import ColumnNotFoundError
from closeloop.metrics.breakdowns import Cut, coarser, key_name, within
from closeloop.metrics.counting import AnyTally, Question, question, sample_design
from closeloop.metrics.counts_sum import with_keys
from closeloop.metrics.design import Design
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.sampling import SampledRows
from closeloop.metrics.score_input import ScoreInput
from closeloop.metrics.spec import Metric
from closeloop.metrics.tally_design import Drawn, closed, sampled_units
from closeloop.text import LocalText, message
from closeloop.written import told

Tables = Mapping[tuple[Question, Cut], AnyTally]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Tally(TableResult):
    """What was counted of some rows: small, exact, and to be added to what was counted of others.

    Made by `closeloop.tally` and read by `closeloop.load_tally`. Two of them added are the tally of all their rows.
    `closeloop.score` and `closeloop.trend` take one in place of the rows and give the same result.

    Attributes
    ----------
    metrics : tuple of Nps, TopBox, MeanScore or GapScore
    cuts : tuple of tuples
        The keys of each breakdown.
    weight : str or None
        Column of weights.
    design : Design or None
    parts : mapping
        Name of each part → rows counted.
    survey : str
        Id and version; empty without a survey.
    source : LocalText or str
        Where the answers come from.
    period : tuple of date, optional
        First and last day of the answers.
    labels, titles, cautions : mapping
        Words for display, as in `closeloop.metrics.score_input.ScoreInput`.
    tables, bases, drawn
        The counts: by metric and keys; the same by the weights before raking; and the units of the sample.

    Notes
    -----
    A cell may be a single person: a tally is as confidential as the responses. What is too small to be shown is hidden
    when scores are made of it.

    Examples
    --------
    >>> import closeloop as cl
    >>> monday = {"recommend": [9, 10, 3] * 10, "region": ["East", "West", "West"] * 10}
    >>> tuesday = {"recommend": [9, 7, 3] * 10, "region": ["East", "West", "East"] * 10}
    >>> tracker = cl.tally(monday, cl.Nps("recommend"), "region", part="2026-11-23")
    >>> tracker = tracker + cl.tally(tuesday, cl.Nps("recommend"), "region", part="2026-11-24")
    >>> tracker
    <Tally: 60 rows in 2 parts, counted for nps by region: 5 cells.>
    >>> cl.score(tracker).result(region="East")
    NpsResult(score=33.3, n=30, 95% CI -1.4 to 62.0)
    """

    kind: ClassVar[str] = "tally"

    metrics: tuple[Metric, ...]
    cuts: tuple[Cut, ...]
    weight: str | None
    design: Design | None
    parts: Mapping[str, int]
    tables: Tables
    bases: Tables = field(default_factory=dict)
    drawn: Drawn = ()
    survey: str = ""
    source: LocalText | str = ""
    period: tuple[dt.date, dt.date] | None = None
    labels: Mapping[str, Mapping[object, LocalText]] = field(default_factory=dict)
    titles: Mapping[str, LocalText] = field(default_factory=dict)
    cautions: Mapping[str, tuple[LocalText, ...]] = field(default_factory=dict)
    _units: list[SampledRows] = field(default_factory=list, init=False)

    def __add__(self, other: Tally) -> Tally:
        """Return the tally of the rows of both; see `closeloop.metrics.tally_parts.sum_parts`."""
        from closeloop.metrics.tally_parts import sum_parts

        return sum_parts([self, other]) if isinstance(other, Tally) else NotImplemented

    def __radd__(self, other: object) -> Tally:
        """Let ``sum(tallies)`` begin with its 0."""
        return self if other == 0 else NotImplemented

    @property
    def n_rows(self) -> int:
        """Rows counted, answered or not."""
        return next(iter(self.tables.values())).n_rows

    @property
    def n_cells(self) -> int:
        """Cells kept, of all tables."""
        return sum(len(table.codes) for table in (*self.tables.values(), *self.bases.values(), *self.drawn))

    def of(self, spec: Metric, cut: Cut, *, designed: bool = True) -> AnyTally:
        """Return what was counted for a metric by some keys, or by finer ones.

        Parameters
        ----------
        spec : Nps, TopBox, MeanScore or GapScore
            One of `metrics`, or one that asks the same of the same column.
        cut : tuple of keys
        designed : bool
            Whether the sample's units are wanted; else its weights alone.

        Raises
        ------
        ValueError
            If this was not counted.
        ColumnNotFoundError
            If it was not counted by such a key.
        """
        asked = question(spec)
        kept = [of for what, of in self.tables if what == asked]
        if not kept:
            counted = ", ".join(metric.name for metric in self.metrics)
            raise ValueError(message("tally.not_counted", metric=spec.name, counted=counted))
        steps = {of: found for of in kept if (found := within(cut, of)) is not None}
        if not steps:
            self._refuse_keys(cut)
        finest = min(steps, key=lambda of: len(self.tables[asked, of].codes))
        keys = [(at, None if to is None else partial(coarser, finer=of, coarse=to)) for at, of, to in steps[finest]]
        design = sample_design(self.design)
        if design is None or not designed:
            return with_keys(self.tables[asked, finest], keys)
        keys += [(len(finest) + i, None) for i in range(len(design.unit_columns))]
        base = with_keys(self.bases[asked, finest], keys) if design.margins else None
        if not self._units:  # worked out once, for all metrics and breakdowns
            self._units.append(sampled_units(design, self.drawn))
        return closed(with_keys(self.tables[asked, finest], keys), base, self.drawn, self._units[0])

    def of_each(self, spec: Metric, cuts: Sequence[Cut]) -> list[AnyTally]:
        """Return what was counted for a metric by each of several sets of keys, see `of`."""
        return [self.of(spec, cut) for cut in cuts]

    def _refuse_keys(self, cut: Cut) -> None:
        names = list(dict.fromkeys(key_name(key) for one in self.cuts for key in one))
        for key in cut:
            if not any(within((key,), one) for one in self.cuts):
                raise ColumnNotFoundError(key_name(key), names, message("tally.the_tally"))
        counted = "; ".join(" × ".join(key_name(key) for key in one) for one in self.cuts)
        crossed = " × ".join(key_name(key) for key in cut)
        raise ValueError(message("tally.not_crossed", keys=crossed, counted=counted))

    def require_design(self, weight: str | None, design: Design | None) -> None:
        """Refuse weights and designs other than those it was counted with.

        Raises
        ------
        ValueError
            If they are others.
        """
        if (weight is not None and weight != self.weight) or (design is not None and design != self.design):
            raise ValueError(message("tally.other_weight", weight=self.weight or "–"))

    def __closeloop_scores__(self) -> ScoreInput:
        """Return what `closeloop.score` needs to know."""
        import pandas as pd

        return ScoreInput(
            frame=pd.DataFrame(),
            specs={spec.name: spec for spec in self.metrics},
            source=self.source,
            period=self.period,
            labels=self.labels,
            titles=self.titles,
            cautions=self.cautions,
            survey=self.survey,
            tally=self,
        )

    def save(self, path: str | Path) -> Path:
        """Write the tally to a file, all of it or nothing, even if killed.

        Parameters
        ----------
        path : str or Path
            A file; or a folder that is there, in which each part has a file of its own: saving a part again replaces
            it, and writers do not meet. `load_tally` reads either.

        Returns
        -------
        Path
            The file.

        Raises
        ------
        StoreError
            If it cannot be written, or the file there holds parts that this tally does not.
        ValueError
            If a folder is named and the tally is not of one named part.
        """
        from closeloop.metrics.tally_file import save_tally

        return save_tally(self, Path(path))

    @property
    def title(self) -> LocalText:
        """What it is."""
        return message("tally.title")

    @property
    def sentence(self) -> LocalText:
        """Rows, parts, what was counted, and how small that is."""
        by = ", ".join(" × ".join(key_name(key) for key in cut) for cut in self.cuts if cut)
        return message(
            "tally.sentence_by" if by else "tally.sentence", rows=told(self.n_rows, "count"), parts=len(self.parts),
            metrics=", ".join(metric.name for metric in self.metrics), by=by, cells=told(self.n_cells, "count"),
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """That it is confidential."""
        return (message("tally.note_confidential"),)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """The parts and their rows."""
        return Shown("part", message("tally.part")), Shown("n_rows", message("tally.rows"), "count")

    def rows(self) -> list[dict[str, Any]]:
        """Return the parts: their names and how many rows of each were counted."""
        return [{"part": name, "n_rows": rows} for name, rows in self.parts.items()]

    def facts(self) -> Mapping[str, Any]:
        """Return what was counted."""
        period = None if self.period is None else [day.isoformat() for day in self.period]
        return {
            "n_rows": self.n_rows, "n_cells": self.n_cells, "metrics": [metric.name for metric in self.metrics],
            "breakdowns": [[key_name(key) for key in cut] for cut in self.cuts], "weight": self.weight,
            "survey": self.survey, "period": period,
        }  # fmt: skip

    def to_frame(self, backend: str = "pandas") -> Any:
        """Return the counts, one row per cell (``"pandas"``, ``"polars"`` or ``"pyarrow"``).

        Of an item with a scale: item, keys, answer, n and Σw (``weight``). Of numbers: n, ``n_missing``, ``weight``,
        Σwy (``sum``) and Σwy² (``sum_of_squares``).
        """
        from closeloop.metrics.tally_cells import cells_frame

        return cells_frame(self, backend)

    def plot(self, ax: Any = None) -> Any:
        """Draw the scores."""
        from closeloop.metrics.score import score

        return score(self).plot(ax=ax)
