"""A design in tallies that can be added: which units were drawn stays in them as keys until a variance is asked for.

A cluster may have rows in two parts, a stratum a single unit in one of them and more in the next. So the parts are
counted by strata, clusters, population counts and margins as if these were keys, and only their sum is closed: the keys
become units, and what a variance needs of the whole sample is worked out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.frames import Frame
from closeloop.metrics.counting import AnyTally
from closeloop.metrics.counts import CountTally, MomentTally, sum_moments
from closeloop.metrics.counts_sum import scaled_counts, scaled_sums, sum_tallies
from closeloop.metrics.design import Design
from closeloop.metrics.sampling import SampledRows, place
from closeloop.metrics.tabulate import distinct

Drawn = tuple[MomentTally, ...]
"""All rows of the sample by its units: their number, their weights, and where it was raked their base weights."""

_ONE = "closeloop one"


def drawn_rows(frame: Frame, design: Design) -> Drawn:
    """Return how many rows there are of each unit, answered or not, and what they weigh.

    Parameters
    ----------
    frame : DataFrame
        A pandas or narwhals frame that has the design's columns.
    design : Design

    Returns
    -------
    tuple of MomentTally
        Of rows, of weights, and of base weights where there are margins; each by the design's `unit_columns`.

    Raises
    ------
    ValueError
        If a stratum, cluster, population count or margin is missing.

    Examples
    --------
    >>> frame = pd.DataFrame({"branch": ["a", "a", "b"], "w": [1.0, 2.0, 3.0]})
    >>> rows, weights = drawn_rows(frame, Design(weight="w", cluster="branch"))
    >>> rows.n.tolist(), weights.sums[:, 0].tolist()
    ([2, 1], [3.0, 3.0])
    """
    ones: Any
    if isinstance(frame, pd.DataFrame):
        ones = frame.assign(**{_ONE: 1.0})
    else:
        ones = frame.with_columns(nw.lit(1.0).alias(_ONE))
    cache: dict[object, Any] = {}
    columns = [None, design.weight, *([design.base_weight] if design.margins else [])]
    once: dict[str | None, MomentTally] = {}
    for column in columns:
        if column not in once:
            once[column] = sum_tallies([sum_moments(ones, _ONE, design.unit_columns, column, cache)])
    found = tuple(once[column] for column in columns)
    _unit_design(design).arrays(_units(design, found[0]), found[0].n)
    return found


def sampled_units(design: Design, drawn: Drawn) -> SampledRows:
    """Return where the units of a sample belong, one row for each of them in `drawn`.

    Raises
    ------
    ValueError
        If the design cannot be used on this sample: see `closeloop.stats.design.sample_plan`.

    Examples
    --------
    >>> frame = pd.DataFrame({"branch": ["a", "a", "b"]})
    >>> design = Design(cluster="branch")
    >>> sampled_units(design, drawn_rows(frame, design)).sampling.plan.n_psu
    array([2.])
    """
    rows = drawn[0].n.astype(float)
    weight, squares = (drawn[1].sums[:, 0], drawn[1].sums[:, 3]) if drawn[1].weighted else (rows, rows)
    return place(
        design,
        _unit_design(design).arrays(_units(design, drawn[0]), drawn[0].n),
        rows=rows,
        weight=weight,
        weight_squares=squares,
        base=scaled_sums(drawn[2])[:, 0] if design.margins else rows,
    )


def closed(tally: AnyTally, base: AnyTally | None, drawn: Drawn, units: SampledRows) -> AnyTally:
    """Return a tally whose last keys, those of the design, have become the units of a sample.

    Parameters
    ----------
    tally : CountTally or MomentTally
        By its keys and then the design's `unit_columns`; sorted, as `sum_tallies` gives it.
    base : CountTally or MomentTally, optional
        The same rows by the weights before raking.
    drawn : tuple of MomentTally
        The whole sample.
    units : SampledRows
        What `sampled_units` made of it.
    """
    n_keys = len(tally.labels) - len(drawn[0].labels)
    at = _positions(drawn[0].codes, tally.codes[:, n_keys:])
    labels, codes = tally.labels[:n_keys], tally.codes[:, :n_keys]
    sample = SampledRows(
        sampling=units.sampling, unit=units.unit[at], margin=None if units.margin is None else units.margin[at]
    )
    if isinstance(tally, CountTally):
        if isinstance(base, CountTally):
            sample = replace(sample, base=scaled_counts(base))
        return replace(tally, labels=labels, codes=codes, sample=sample)
    of_base = None
    if isinstance(base, MomentTally):
        before = scaled_sums(base)
        sample, of_base = replace(sample, base=before[:, 0]), before[:, 1]
    return replace(tally, labels=labels, codes=codes, sample=sample, base_y=of_base)


def _positions(units: npt.NDArray[np.int64], cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the place of each cell's unit; the units are distinct, in order, and all that occur."""
    return distinct(np.vstack([units, cells]))[1][len(units) :]


def _unit_design(design: Design) -> Design:
    """Return the design without weights, which are in the sums."""
    return replace(design, weight=None, base_weight=None)


def _units(design: Design, rows: MomentTally) -> pd.DataFrame:
    """Return the units as a frame, as the design's columns would be in the rows."""
    columns: dict[str, Sequence[object]] = {
        name: [names[code] for code in codes]
        for name, names, codes in zip(design.unit_columns, rows.labels, rows.codes.T.tolist(), strict=True)
    }
    return pd.DataFrame(columns, index=range(len(rows.codes)))
