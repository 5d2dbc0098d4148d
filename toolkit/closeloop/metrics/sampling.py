"""What a variance needs to know of the whole sample: the units drawn, their strata, and the totals of margins."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.metrics.design import Design, DesignArrays
from closeloop.metrics.encode import Codes
from closeloop.stats.design import SamplePlan, population_of_strata, sample_plan

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class MarginTotals:
    """What regression on the margins takes from the whole sample.

    Attributes
    ----------
    dummies : ndarray, combinations × dummies
        One column per value of each margin.
    base : ndarray
        Base weights of each combination.
    weight, weight_squares : ndarray, units × combinations
        Σw and Σw² of all rows, answered or not.
    """

    dummies: FloatArray
    base: FloatArray
    weight: FloatArray
    weight_squares: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Sampling:
    """A sample's units. Where respondents were drawn one by one, a "unit" is all of a stratum's respondents.

    Attributes
    ----------
    clustered : bool
        Whether a unit is one primary sampling unit.
    stratum : ndarray
        Stratum of each unit.
    plan : SamplePlan
        What the strata contribute.
    stratum_names : tuple
        What the strata are called; empty without strata.
    margins : MarginTotals or None
        Of a raked sample.
    """

    clustered: bool
    stratum: IntArray
    plan: SamplePlan
    stratum_names: tuple[object, ...] = ()
    margins: MarginTotals | None = None

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return len(self.stratum)


@dataclass(frozen=True, slots=True, kw_only=True)
class SampledRows:
    """A sample and where its rows, or the rows of a tally of it, belong.

    Attributes
    ----------
    sampling : Sampling
    unit : ndarray
        Unit of each row.
    margin : ndarray or None
        Combination of margins of each row.
    base : ndarray or None
        Base weight of each row; None if there are no margins or all are alike.
    """

    sampling: Sampling
    unit: IntArray
    margin: IntArray | None = None
    base: FloatArray | None = None


def weights_only(n_rows: int) -> Sampling:
    """Return the sampling of respondents drawn independently.

    Examples
    --------
    >>> weights_only(5).plan.factor
    array([1.25])
    """
    return Sampling(clustered=False, stratum=np.zeros(1, np.int64), plan=sample_plan([n_rows], lonely="certainty"))


def sampled_rows(design: Design, frame: pd.DataFrame, weight: FloatArray | None) -> SampledRows:
    """Return where the rows of a frame belong.

    Parameters
    ----------
    design : Design
    frame : pandas.DataFrame
        All rows of the sample.
    weight : ndarray or None
        Weights of the rows, checked before; None if all alike.

    Returns
    -------
    SampledRows

    Raises
    ------
    ValueError
        If the design cannot be used on this frame, see `Design.arrays` and `sample_plan`.

    Examples
    --------
    >>> frame = pd.DataFrame({"branch": ["a", "a", "b", "c"]})
    >>> sampled_rows(Design(cluster="branch"), frame, None).sampling.plan.n_psu
    array([3.])
    """
    arrays = _without_weight(design).arrays(frame)
    ones = np.ones(len(frame))
    w = ones if weight is None else weight
    base = ones if arrays.base_weight is None else arrays.base_weight
    return place(design, arrays, rows=ones, weight=w, weight_squares=w * w, base=base)


def place(
    design: Design,
    arrays: DesignArrays,
    *,
    rows: FloatArray,
    weight: FloatArray,
    weight_squares: FloatArray,
    base: FloatArray,
) -> SampledRows:
    """Return where rows, each standing for many respondents, belong.

    Parameters
    ----------
    design : Design
    arrays : DesignArrays
        The design's columns.
    rows, weight, weight_squares, base : ndarray
        Of each row: respondents, Σw, Σw², Σ of base weights.

    Returns
    -------
    SampledRows

    Raises
    ------
    ValueError
        See `sample_plan`.
    """
    n_strata = max(len(arrays.stratum_names), 1)
    strata = np.zeros(len(rows), np.int64) if arrays.strata is None else arrays.strata
    if arrays.clusters is None:
        unit, stratum = strata, np.arange(n_strata)
        n_psu = np.bincount(strata, rows, n_strata)
    else:
        unit = arrays.clusters
        stratum = np.empty(unit.max(initial=-1) + 1, np.int64)
        stratum[unit] = strata
        n_psu = np.bincount(stratum, minlength=n_strata).astype(float)
    names = arrays.stratum_names or ("–",)
    if not len(rows):
        plan = sample_plan(n_psu)
    else:
        population = None if arrays.fpc is None else population_of_strata(arrays.fpc, strata, names)
        plan = sample_plan(n_psu, population, design.lonely, names)
    margins = None
    if arrays.margins is not None and arrays.margin_cells is not None:
        n_cells = len(arrays.margin_cells)
        at, size = unit * n_cells + arrays.margins, len(stratum) * n_cells
        margins = MarginTotals(
            dummies=_dummies(arrays.margin_cells),
            base=_sums(arrays.margins, base, n_cells),
            weight=_sums(at, weight, size).reshape(len(stratum), n_cells),
            weight_squares=_sums(at, weight_squares, size).reshape(len(stratum), n_cells),
        )
    return SampledRows(
        sampling=Sampling(
            clustered=arrays.clusters is not None,
            stratum=stratum,
            plan=plan,
            stratum_names=arrays.stratum_names,
            margins=margins,
        ),
        unit=unit,
        margin=arrays.margins,
        base=base if arrays.margins is not None else None,
    )


def sample_codes(sample: SampledRows | None) -> list[Codes]:
    """Return a sample's units and margins as if they were keys.

    Examples
    --------
    >>> sample_codes(None)
    []
    """
    if sample is None:
        return []
    codes = [Codes(sample.unit, 0, range(sample.sampling.n_units))]
    margins = sample.sampling.margins
    if margins is not None and sample.margin is not None:
        codes.append(Codes(sample.margin, 0, range(len(margins.base))))
    return codes


def tallied(sample: SampledRows | None, present: npt.NDArray[np.int64], base: FloatArray) -> SampledRows | None:
    """Return the sample with the units, margins and base weights of cells in place of those of rows.

    Examples
    --------
    >>> tallied(None, np.zeros((1, 0), np.int64), np.zeros((1, 0)))
    """
    if sample is None or sample.margin is None:
        return None if sample is None else SampledRows(sampling=sample.sampling, unit=present[:, 0])
    return SampledRows(sampling=sample.sampling, unit=present[:, 0], margin=present[:, 1], base=base[:, 0])


def _without_weight(design: Design) -> Design:
    """Return the design without its weight, which has been read already."""
    return design if design.weight is None else replace(design, weight=None)


def _sums(at: IntArray, values: FloatArray, size: int) -> FloatArray:
    return np.asarray(np.bincount(at, values, size), dtype=float)


def _dummies(cells: IntArray) -> FloatArray:
    """Return one column per value of each margin."""
    columns = [(margin[:, None] == np.unique(margin)).astype(float) for margin in cells.T]
    return np.column_stack(columns)
