"""`Design`: which columns tell how a sample was drawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import plain_value
from closeloop.metrics.encode import answer_numbers, encode_key, sort_key
from closeloop.stats.design import LONELY, compact
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


HUGE_WEIGHT = 1e100
"""From here on the square of a weight is no number any more."""

RAKED = "raked_margin_"
"""How the column of a margin is named that raking adds for a design: several columns, or gaps of their own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DesignArrays:
    """A design's columns, row by row; None where the design has no such column.

    Attributes
    ----------
    weight : ndarray or None
        Finite, not negative.
    strata : ndarray or None
        Position of the row's stratum in `stratum_names`.
    clusters : ndarray or None
        Primary sampling unit, numbered through the whole sample: the same code in two strata is two units.
    fpc : ndarray or None
        Sampling units in the population of the row's stratum.
    stratum_names : tuple
        What the strata are called, in order; empty without strata.
    margins : ndarray or None
        Position of the row's combination of margins in `margin_cells`.
    margin_cells : ndarray, combinations × margins
        Codes of each combination's values.
    base_weight : ndarray or None
        Weights before raking; None if all alike.
    """

    weight: FloatArray | None
    strata: IntArray | None
    clusters: IntArray | None
    fpc: FloatArray | None
    stratum_names: tuple[object, ...] = ()
    margins: IntArray | None = None
    margin_cells: IntArray | None = None
    base_weight: FloatArray | None = None


@dataclass(frozen=True, slots=True)
class Design:
    """How a sample was drawn: the columns that hold weights, strata, clusters and population counts.

    Parameters
    ----------
    weight : str, optional
        Column of weights: finite, not negative, none missing. A row of weight 0 stays in the sample.
    strata : str, optional
        Column of strata.
    cluster : str, optional
        Column of primary sampling units (branches, days, households); the same code in two strata is two units.
        Without it, every respondent is a unit.
    fpc : str, number or mapping, optional
        Sampling units in the population: a column that is constant within each stratum, stratum → number, or one number
        for a sample without strata. Without it the sample counts as small against its population.
    lonely : {"error", "grand-mean", "merge", "certainty"}
        What to do with a stratum of which one unit alone was drawn, see `closeloop.stats.design.sample_plan`.
    margins : tuple of str
        Columns to whose known totals the weights were raked: what they explain is no longer uncertain.
    base_weight : str, optional
        Column of the weights before raking; without it they were all alike.

    Raises
    ------
    ValueError
        If nothing is declared, there is no such `lonely`, or there are base weights without margins.

    Notes
    -----
    The variance after raking takes, in place of the answers, their residuals from a regression on the margins weighted
    with the weights before raking (Deville J.-C., Särndal C.-E. (1992), Journal of the American Statistical
    Association 87:376–382). Not for samples drawn in several stages with large fractions at each.

    Examples
    --------
    >>> Design(weight="w", strata="region", cluster="branch").columns
    ('w', 'region', 'branch')
    """

    weight: str | None = None
    strata: str | None = None
    cluster: str | None = None
    fpc: str | float | Mapping[object, float] | None = None
    lonely: str = "error"
    margins: tuple[str, ...] | str = ()
    base_weight: str | None = None

    def __post_init__(self) -> None:
        if self.lonely not in LONELY:
            choices = ", ".join(f'"{choice}"' for choice in LONELY)
            raise ValueError(message("design.unknown_lonely", lonely=self.lonely, choices=choices))
        object.__setattr__(self, "margins", (self.margins,) if isinstance(self.margins, str) else tuple(self.margins))
        if isinstance(self.fpc, Mapping):
            object.__setattr__(self, "fpc", MappingProxyType(dict(self.fpc)))
        if not self.columns and self.fpc is None:
            raise ValueError(message("design.nothing_declared"))
        if self.base_weight is not None and not self.margins:
            raise ValueError(message("design.base_without_margins", column=self.base_weight))

    def __hash__(self) -> int:
        return hash((self.columns, self.lonely))

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns read, each once."""
        names = (self.weight, *self.unit_columns, self.base_weight)
        return tuple(dict.fromkeys(name for name in names if name is not None))

    @property
    def unit_columns(self) -> tuple[str, ...]:
        """The columns that say where a respondent belongs: all but the weights."""
        fpc = self.fpc if isinstance(self.fpc, str) else None
        return tuple(dict.fromkeys(n for n in (self.strata, self.cluster, fpc, *self.margins) if n is not None))

    @property
    def weights_only(self) -> bool:
        """Whether respondents were drawn independently, each with a weight."""
        return self.strata is None and self.cluster is None and self.fpc is None and not self.margins

    def arrays(self, frame: pd.DataFrame, rows: npt.NDArray[np.int64] | None = None) -> DesignArrays:
        """Return the design's columns of a frame, checked.

        Parameters
        ----------
        frame : pandas.DataFrame
            All rows of the sample.
        rows : ndarray, optional
            How many respondents each row stands for, where `frame` is itself a tally; for the messages.

        Returns
        -------
        DesignArrays

        Raises
        ------
        ValueError
            If a weight is negative, infinite or missing; a stratum, cluster or margin is missing; or `fpc` is not one
            number per stratum.

        Examples
        --------
        >>> frame = pd.DataFrame({"region": ["East", "West", "East"], "branch": [1, 1, 2]})
        >>> found = Design(strata="region", cluster="branch").arrays(frame)
        >>> found.strata.tolist(), found.clusters.tolist(), found.stratum_names
        ([0, 1, 0], [0, 2, 1], ('East', 'West'))
        """
        names: tuple[object, ...] = ()
        strata = clusters = margins = cells = None
        if self.strata is not None:
            strata, names = _codes(frame, self.strata, rows)
            strata, names = _in_order(strata, names)
        if self.cluster is not None:
            clusters = _units(frame, self.cluster, rows)
            if strata is not None:
                clusters = _nested(clusters, strata, len(names))
        if self.margins:
            columns = np.column_stack([_codes(frame, name, rows)[0] for name in self.margins])
            cells, margins = np.unique(columns, axis=0, return_inverse=True)
            margins = margins.ravel()
        return DesignArrays(
            weight=None if self.weight is None else checked_weights(frame[self.weight], self.weight),
            strata=strata,
            clusters=clusters,
            fpc=self._population(frame, strata, names),
            stratum_names=names,
            margins=margins,
            margin_cells=cells,
            base_weight=None
            if self.base_weight is None
            else checked_weights(frame[self.base_weight], self.base_weight),
        )

    def _population(self, frame: pd.DataFrame, strata: IntArray | None, names: tuple[object, ...]) -> FloatArray | None:
        """Return for each row the sampling units in the population of its stratum."""
        if self.fpc is None:
            return None
        if isinstance(self.fpc, str):
            population = answer_numbers(frame[self.fpc])
        elif isinstance(self.fpc, Mapping):
            absent = [name for name in names or (None,) if name not in self.fpc]
            if absent:
                raise ValueError(
                    message("design.fpc_absent", strata=", ".join(map(str, absent[:5])), count=len(absent))
                )
            sizes = np.array([self.fpc[name] for name in names or (None,)], dtype=float)
            population = sizes[np.zeros(len(frame), np.int64) if strata is None else strata]
        else:
            population = np.full(len(frame), float(self.fpc))
        with np.errstate(invalid="ignore"):
            unusable = ~((population >= 1) & (population < np.inf))
        if unusable.any():
            raise ValueError(message("design.fpc_unusable", count=int(unusable.sum())))
        return population


def checked_weights(series: pd.Series[Any], weight: str) -> FloatArray:
    """Return a column of weights as numbers.

    Raises
    ------
    ValueError
        If one is negative, infinite or missing.

    Examples
    --------
    >>> checked_weights(pd.Series([0, 2.5]), "w").tolist()
    [0.0, 2.5]
    """
    w = answer_numbers(series, allow_infinite=True)
    if len(w) and not (w.min() >= 0 and w.max() < HUGE_WEIGHT):  # a missing one fails both
        with np.errstate(invalid="ignore"):
            unusable = ~((w >= 0) & (w < HUGE_WEIGHT))
        refuse_weights(weight, int(unusable.sum()), series[unusable].head(5).tolist())
    return w


def refuse_weights(weight: str, how_many: int, examples: Sequence[object]) -> NoReturn:
    """Raise for weights that are negative, infinite or missing.

    Raises
    ------
    ValueError
        Always.
    """
    shown = ", ".join(repr(plain_value(value)) for value in examples)
    raise ValueError(message("scores.bad_weight", count=how_many, column=weight, examples=shown))


def _codes(frame: pd.DataFrame, column: str, rows: npt.NDArray[np.int64] | None) -> tuple[IntArray, tuple[object, ...]]:
    """Return a column that must have no gap as codes of the values that occur."""
    codes = encode_key(frame[column])
    occurring, values = compact(codes.values.astype(np.int64) + codes.offset, len(codes.labels))
    labels = tuple(codes.labels[code] for code in occurring.tolist())
    if None in labels:
        missing = values == labels.index(None)
        count = int(missing.sum() if rows is None else rows[missing].sum())
        raise ValueError(message("design.missing_code", column=column, count=count))
    return values, labels


def _units(frame: pd.DataFrame, column: str, rows: npt.NDArray[np.int64] | None) -> IntArray:
    """Return a column that must have no gap as numbers from 0; what they stand for is of no interest."""
    series = frame[column]
    dtype = series.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "iu" and len(series):
        values = series.to_numpy()
        low, high = int(values.min()), int(values.max())
        if high - low < 16 * len(values):
            return compact(values.astype(np.int64) - low, high - low + 1)[1]
    codes = pd.factorize(series)[0].astype(np.int64)
    missing = codes < 0
    if missing.any():
        count = int(missing.sum() if rows is None else rows[missing].sum())
        raise ValueError(message("design.missing_code", column=column, count=count))
    return codes


def _nested(clusters: IntArray, strata: IntArray, n_strata: int) -> IntArray:
    """Return clusters numbered so that each lies in one stratum."""
    stratum = np.zeros(clusters.max(initial=-1) + 1, np.int64)
    stratum[clusters] = strata
    if (stratum[clusters] == strata).all():
        return clusters
    return compact(strata * len(stratum) + clusters, n_strata * len(stratum))[1]


def _in_order(codes: IntArray, labels: tuple[object, ...]) -> tuple[IntArray, tuple[object, ...]]:
    """Return codes of which the order is that of the values, so that neighbours do not depend on the engine."""
    order = sorted(range(len(labels)), key=lambda code: sort_key(labels[code]))
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    return place[codes], tuple(labels[code] for code in order)
