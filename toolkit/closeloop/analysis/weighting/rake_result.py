"""The result of `closeloop.analysis.weighting.rake.rake`: weights that meet their targets, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.engine_join import with_table
from closeloop.frames import as_frame
from closeloop.metrics.design import Design
from closeloop.metrics.labels import group_label
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_input import ScoreInput
from closeloop.stats.balance import WeightCost
from closeloop.stats.raking import Margin
from closeloop.text import LocalText, message
from closeloop.written import told, told_joined

WEIGHT = "raked_weight"
"""The column of weights that a raked frame has."""

_FACTOR = "closeloop factor"
_FEW, _LARGE_RATIO = 20, 10


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginShare:
    """One value of one margin, before and after.

    Attributes
    ----------
    margin : tuple of str
        The columns.
    value : tuple
        The value in each of them; None is missing.
    n : int
        Answers.
    share_before, share_after, target : float
        Share by base weights, by raked weights, in the population; 0…1.
    difference_before, difference_after : float
        Distance from the target in standard deviations, see `closeloop.stats.balance.standardised_difference`.

    Examples
    --------
    >>> MarginShare(margin=("sex",), value=("f",), n=60, share_before=0.6, share_after=0.5, target=0.5,
    ...             difference_before=0.2, difference_after=0.0).target
    0.5
    """

    margin: tuple[str, ...]
    value: tuple[object, ...]
    n: int
    share_before: float
    share_after: float
    target: float
    difference_before: float
    difference_after: float


@dataclass(frozen=True, slots=True, kw_only=True, repr=False, eq=False)
class Raking(TableResult):
    """A sample with weights that meet the targets.

    ``closeloop.score(raking, metric, design=raking.design())`` scores it: it hands over `frame`, the weights in the
    column ``raked_weight``, and `design` makes the standard errors know that the margins are fixed.

    Attributes
    ----------
    shares : tuple of MarginShare
        One per value of each margin.
    cost : WeightCost
        What the weights cost.
    iterations : int
        Cycles through the margins.
    n_trimmed : int
        Answers that the cap held down.
    trim : float or None
        The cap, as a multiple of the mean weight.
    weight : str or None
        Column of the base weights.
    margins : tuple of tuple of str
        The columns of each margin.
    factors : pandas.DataFrame
        A row per combination of the margins' values, with the factor from base to raked weight: what `frame` joins to
        the rows of a lazy frame, and what to join where the rows live elsewhere.

    Examples
    --------
    >>> from closeloop.analysis.weighting.rake import rake
    >>> sample = {"sex": ["f"] * 60 + ["m"] * 40, "recommend": [9, 3] * 50}
    >>> round(rake(sample, {"sex": {"f": 0.5, "m": 0.5}}).cost.n_eff, 4)
    96.0
    """

    kind = "raking"

    shares: tuple[MarginShare, ...]
    cost: WeightCost
    iterations: int
    n_trimmed: int
    trim: float | None
    weight: str | None
    margins: tuple[tuple[str, ...], ...]
    factors: pd.DataFrame
    _given: ScoreInput
    _rows: npt.NDArray[np.int64] | None
    _codes: tuple[tuple[str, npt.NDArray[np.int64] | None], ...]
    _margins: tuple[Margin, ...]

    @property
    def weights(self) -> pd.Series[Any]:
        """The raked weight of each row, in the order of the rows (with the index of a pandas frame).

        Raises
        ------
        ValueError
            For a lazy frame, whose rows are elsewhere: `frame` has their weights.
        """
        row, _ = self.cells()
        frame = as_frame(self._given.frame)
        factor = self.factors["factor"].to_numpy()[row]
        index = frame.index if isinstance(frame, pd.DataFrame) else None
        if self.weight is None:
            base: Any = 1.0
        else:
            column = frame[self.weight]
            base = np.asarray(column.to_numpy(), dtype=float)
        return pd.Series(base * factor, index=index, name=WEIGHT)

    @property
    def frame(self) -> Any:
        """The sample with its weights in a column ``raked_weight``; the frame that was given stays as it is.

        A crossed margin, and one with a level for missing values, comes as a column of codes too
        (``raked_margin_region``). Of a lazy frame this is a lazy frame of the same engine, into which the weights are
        joined when it is collected, in whichever order the engine then likes; a row of a combination that came up
        since has none.

        Raises
        ------
        ValueError
            If the engine of a lazy frame cannot join by the columns of the margins, or takes no table.
        """
        codes = {name: codes for name, codes in self._codes if codes is not None}
        frame = as_frame(self._given.frame)
        if isinstance(frame, nw.LazyFrame):
            return nw.to_native(self._joined(frame, codes))
        row = self.cells()[0]
        new = {WEIGHT: self.weights.to_numpy()} | {name: values[row] for name, values in codes.items()}
        if isinstance(frame, pd.DataFrame):
            return frame.assign(**new)
        backend = frame.implementation
        columns = [nw.new_series(name, values, backend=backend) for name, values in new.items()]
        return nw.to_native(frame.with_columns(*columns))

    def _joined(self, frame: nw.LazyFrame[Any], codes: Mapping[str, npt.NDArray[np.int64]]) -> nw.LazyFrame[Any]:
        """Return a lazy frame with weights and codes of margins, from the table of factors."""
        on = list(self.factors.columns[:-1])
        table = self.factors.rename(columns={"factor": _FACTOR}).assign(**codes)
        factor = nw.col(_FACTOR)
        weight = factor if self.weight is None else nw.col(self.weight).cast(nw.Float64) * factor
        names = [*frame.collect_schema().names(), WEIGHT, *codes]
        return with_table(frame, table, on).with_columns(weight.alias(WEIGHT)).select(*names)

    def design(
        self,
        *,
        strata: str | None = None,
        cluster: str | None = None,
        fpc: str | float | Mapping[object, float] | None = None,
        lonely: str = "error",
    ) -> Design:
        """Return the design for `closeloop.score` that knows the weights, their margins and the base weights.

        Parameters
        ----------
        strata, cluster, fpc, lonely
            The sampling design, see `closeloop.metrics.design.Design`.

        Returns
        -------
        Design
        """
        return Design(
            weight=WEIGHT, strata=strata, cluster=cluster, fpc=fpc, lonely=lonely,
            margins=tuple(name for name, _ in self._codes), base_weight=self.weight,
        )  # fmt: skip

    def cells(self) -> tuple[npt.NDArray[np.int64], tuple[Margin, ...]]:
        """Return the combination of margins of each row, and the margins: what it takes to rake again.

        Raises
        ------
        ValueError
            For a lazy frame, whose rows are elsewhere.
        """
        if self._rows is None:
            raise ValueError(message("rake.lazy_rows", columns=", ".join(self.factors.columns[:-1])))
        return self._rows, self._margins

    def __closeloop_scores__(self) -> ScoreInput:
        """Return what `closeloop.score` counts: the weighted frame, with the metrics and the words of the survey."""
        given = self._given
        return ScoreInput(
            frame=self.frame, specs=given.specs, source=given.source, period=given.period, labels=given.labels,
            titles=given.titles,
        )  # fmt: skip

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("rake.title")

    @property
    def sentence(self) -> LocalText:
        """How far the weights go, and what they cost."""
        cost = self.cost
        return message(
            "rake.sentence",
            low=told(cost.low, "decimal", 1),
            high=told(cost.high, "decimal", 1),
            cost=told(1 - 1 / cost.deff, "percent", 0),
            n=told(cost.n, "count"),
            n_eff=told(math.floor(cost.n_eff + 1e-9), "count"),
        )

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done, and what to be careful about."""
        found = [message("rake.note_method", cycles=self.iterations)]
        if self.trim is not None:
            key = "rake.note_trimmed" if self.n_trimmed else "rake.note_not_trimmed"
            found.append(message(key, cap=f"{self.trim:g}", count=told(self.n_trimmed, "count")))
        small = [share for share in self.shares if 0 < share.n < _FEW]
        if small:
            found.append(message("rake.note_few", count=len(small), few=_FEW))
        if self.cost.ratio > _LARGE_RATIO and self.trim is None:
            found.append(message("rake.note_ratio", ratio=told(self.cost.ratio, "decimal", 0)))
        return tuple(found)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        return (
            Shown("margin_title", message("rake.margin")),
            Shown("value_title", message("rake.value")),
            Shown("n", message("analysis.n"), "count"),
            Shown("share_before", message("rake.before"), "percent"),
            Shown("target", message("rake.target"), "percent"),
            Shown("share_after", message("rake.after"), "percent"),
            Shown("difference_before", message("rake.difference_before"), "decimal"),
            Shown("difference_after", message("rake.difference_after"), "decimal"),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row per value of each margin; shares on 0…1, differences in standard deviations."""
        return [
            {
                "margin": " × ".join(share.margin),
                "value": _plain(share.value),
                "margin_title": self.margin_title(share),
                "value_title": self.value_title(share),
                "n": share.n,
                "share_before": share.share_before,
                "target": share.target,
                "share_after": share.share_after,
                "difference_before": share.difference_before,
                "difference_after": share.difference_after,
            }
            for share in self.shares
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return what the weights cost and how they were found."""
        cost = self.cost
        return {
            "n": cost.n, "n_eff": cost.n_eff, "deff": cost.deff, "weight_low": cost.low, "weight_high": cost.high,
            "weight_ratio": cost.ratio, "iterations": self.iterations, "trim": self.trim, "n_trimmed": self.n_trimmed,
        }  # fmt: skip

    def margin_title(self, share: MarginShare) -> LocalText:
        """Return what a margin is called on display."""
        return told_joined([self._given.titles.get(column, column) for column in share.margin], " × ")

    def value_title(self, share: MarginShare) -> LocalText:
        """Return what a value of a margin is called on display."""
        return group_label(self._given.labels, share.margin, share.value)

    def plot(self, ax: Any = None) -> Any:
        """Draw the shares before and after beside their targets."""
        from closeloop.views.rake_chart import plot_rake

        return plot_rake(self, ax)


def written_value(key: tuple[object, ...]) -> str:
    """Return a value of a margin as it stands in messages and rows.

    Examples
    --------
    >>> written_value(("f", None))
    'f × (missing)'
    """
    return " × ".join("(missing)" if value is None else str(value) for value in key)


def _plain(value: tuple[object, ...]) -> object:
    return value[0] if len(value) == 1 else written_value(value)
