"""Raking: weights that bring a sample to known shares of the population, and what they cost."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.weighting.margin_cells import MarginCells, margin_cells
from closeloop.analysis.weighting.rake_result import WEIGHT, MarginShare, Raking, written_value
from closeloop.frames import as_frame, column_names, plain_value
from closeloop.metrics.design import RAKED
from closeloop.metrics.score_input import score_input
from closeloop.stats.balance import standardised_difference, weight_cost_of_cells
from closeloop.stats.raking import Margin, Raked, rake_cells, rake_trimmed
from closeloop.text import message

FloatArray = npt.NDArray[np.float64]
Targets = Mapping[str | tuple[str, ...], Mapping[Any, float]]
"""Column (or a tuple of columns, a crossing) → value (or tuple of values) → share or count in the population."""

_ROUNDING = 1e-3


def rake(
    data: Any, targets: Targets, weight: str | None = None, *, trim: float | None = None, missing: str = "error"
) -> Raking:
    """Weight a sample so that it meets known shares or counts of the population.

    Parameters
    ----------
    data : frame or Responses
        The sample; of a lazy frame (Polars, DuckDB, Spark, Dask, ibis) only the combinations of the margins' values are
        counted, and `frame` is a lazy frame of the same engine that joins the weights in.
    targets : mapping
        Column → {value: share or count}. Shares add up to 1. A tuple of columns is a crossing whose values are tuples;
        a single margin makes a post-stratification. Margins of counts add up to the same population.
    weight : str, optional
        Column of base weights (of the sampling design), none below 0; rows of weight 0 stay in the frame.
    trim : float, optional
        No weight above this multiple of the mean weight: what is cut is spread over the others and the targets are met
        again.
    missing : {"error", "level"}
        What to do with answers that have no value in a margin: refuse them, or keep them as a level of their own which
        keeps its share, the targets holding for the rest. A target for None says its share itself.

    Returns
    -------
    Raking
        With `frame`, `design()`, `factors`, and `weights` unless the frame is lazy.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If a value has no target, a target above 0 has no answers, a weight is negative, margins contradict one another
        or cannot be met together, or a value is missing.

    Notes
    -----
    Iterative proportional fitting on the distinct combinations (`closeloop.stats.raking.rake_cells`), until the largest
    difference is under 1e-10 of the total. With counts the weights add up to the population, with shares to the sum of
    the base weights.

    Examples
    --------
    >>> sample = pd.DataFrame({"sex": ["f"] * 60 + ["m"] * 40, "recommend": [9, 3] * 50})
    >>> raked = rake(sample, {"sex": {"f": 0.5, "m": 0.5}})
    >>> raked.weights.iloc[[0, 99]].round(4).tolist(), round(raked.cost.n_eff, 4)
    ([0.8333, 1.25], 96.0)
    """
    if missing not in ("error", "level"):
        raise ValueError(message("rake.unknown_missing", missing=missing))
    if not targets or not isinstance(targets, Mapping) or not all(isinstance(t, Mapping) for t in targets.values()):
        raise ValueError(message("rake.no_targets"))
    given = score_input(data)
    margins = tuple((key,) if isinstance(key, str) else tuple(key) for key in targets)
    columns = list(dict.fromkeys(column for margin in margins for column in margin))
    if WEIGHT in column_names(as_frame(given.frame)):
        raise ValueError(message("rake.weight_there", column=WEIGHT))
    cells = margin_cells(given, columns, weight, by_weight=trim is not None)
    if not cells.values or not cells.weight.sum() > 0:
        raise ValueError(message("rake.no_weight"))
    wanted = [_wanted(margin, values) for margin, values in zip(margins, targets.values(), strict=True)]
    counts = [sum(target.values()) for target in wanted if not _are_shares(target)]
    total = counts[0] if counts else float(cells.weight.sum())
    found = [
        _margin(margin, target, cells, total, missing) for margin, target in zip(margins, wanted, strict=True)
    ]  # fmt: skip
    raking = [margin for margin, _ in found]
    raked = rake_cells(cells.weight, raking) if trim is None else rake_trimmed(cells.weight, cells.n, raking, trim)
    shares = [
        share
        for columns_of, (margin, values) in zip(margins, found, strict=True)
        for share in _shares(columns_of, values, margin, cells, raked)
    ]
    factor = np.divide(raked.weight, cells.weight, out=np.zeros_like(cells.weight), where=cells.weight > 0)
    cost = weight_cost_of_cells(
        cells.n, raked.weight, cells.squares * factor**2, cells.low * factor, cells.high * factor
    )
    table = pd.DataFrame(dict(zip(cells.columns, zip(*cells.values, strict=True), strict=True)))
    return Raking(
        shares=tuple(shares), cost=cost, iterations=raked.iterations,
        n_trimmed=int(cells.n[raked.trimmed].sum()), trim=trim, weight=weight, margins=margins,
        factors=table.assign(factor=factor), _given=given, _rows=cells.row,
        _margins=tuple(raking),
        _codes=tuple(_known_to_design(key, *pair) for key, pair in zip(margins, found, strict=True)),
    )  # fmt: skip


def _wanted(margin: tuple[str, ...], values: Mapping[Any, float]) -> dict[tuple[object, ...], float]:
    """Return a margin's targets by their plain values, each a finite number not below 0."""
    name = " × ".join(margin)
    if not values:
        raise ValueError(message("rake.no_targets"))
    found: dict[tuple[object, ...], float] = {}
    for value, target in values.items():
        key = tuple(map(plain_value, value)) if isinstance(value, tuple) else (plain_value(value),)
        if len(key) != len(margin):
            raise ValueError(message("rake.crossing_length", margin=name, value=repr(value), count=len(margin)))
        if not (isinstance(target, int | float | np.number) and math.isfinite(target) and target >= 0):
            raise ValueError(message("rake.bad_target", margin=name, value=repr(value), target=repr(target)))
        found[key] = float(target)
    if not sum(found.values()) > 0:
        raise ValueError(message("rake.zero_targets", margin=name))
    if _are_shares(found) and abs(sum(found.values()) - 1) > _ROUNDING:
        raise ValueError(message("rake.bad_shares", margin=name, total=f"{sum(found.values()):g}"))
    return found


def _are_shares(target: Mapping[tuple[object, ...], float]) -> bool:
    return all(value <= 1 for value in target.values())


def _margin(
    columns: tuple[str, ...],
    target: dict[tuple[object, ...], float],
    cells: MarginCells,
    total: float,
    missing: str,
) -> tuple[Margin, list[tuple[object, ...]]]:
    """Return a margin as codes with its targets on the common total, and the value of each level."""
    name = " × ".join(columns)
    at = [cells.columns.index(column) for column in columns]
    keys = [tuple(cell[i] for i in at) for cell in cells.values]
    nobody = (None,) * len(columns)
    holes = np.array([None in key and key not in target for key in keys])
    if holes.any() and missing == "error":
        raise ValueError(message("rake.missing_value", margin=name, count=int(cells.rows[holes].sum())))
    keys = [nobody if hole else key for key, hole in zip(keys, holes.tolist(), strict=True)]
    levels = [*target, *([nobody] if holes.any() and nobody not in target else [])]
    strange = sorted({written_value(key) for key in keys if key not in levels})
    if strange:
        wanted = ", ".join(written_value(key) for key in target)
        raise ValueError(
            message("rake.no_target", margin=name, count=len(strange), values=", ".join(strange[:5]), targets=wanted)
        )
    added = sum(target.values())
    if not _are_shares(target) and abs(added / total - 1) > _ROUNDING:
        raise ValueError(message("rake.totals_differ", margin=name, total=f"{added:g}", other=f"{total:g}"))
    goals = np.array([target.get(level, 0.0) for level in levels]) * total / added
    if len(levels) > len(target):
        left = float(cells.weight[holes].sum() / cells.weight.sum())
        goals *= 1 - left
        goals[-1] = left * total
    place = {level: i for i, level in enumerate(levels)}
    codes = np.array([place[key] for key in keys], dtype=np.int64)
    return Margin(name=name, levels=tuple(map(written_value, levels)), codes=codes, target=goals), levels


def _known_to_design(
    columns: tuple[str, ...], margin: Margin, levels: Sequence[tuple[object, ...]]
) -> tuple[str, npt.NDArray[np.int64] | None]:
    """Return the column in which a design finds a margin, with codes where the sample has no such column."""
    if len(columns) == 1 and (None,) not in levels:
        return columns[0], None
    return f"{RAKED}{'_'.join(columns)}", margin.codes


def _shares(
    columns: tuple[str, ...],
    levels: Sequence[tuple[object, ...]],
    margin: Margin,
    cells: MarginCells,
    raked: Raked,
) -> list[MarginShare]:
    def share(values: FloatArray) -> FloatArray:
        sums = np.bincount(margin.codes, weights=values, minlength=len(levels))
        return np.asarray(sums / sums.sum())

    rows = np.bincount(margin.codes, weights=cells.rows, minlength=len(levels))
    before, after, target = share(cells.weight), share(raked.weight), margin.target / margin.target.sum()
    # What is left under the tolerance of raking is no difference.
    after = np.where(np.isclose(after, target, rtol=0, atol=1e-9), target, after)
    away = [standardised_difference(part, target) for part in (before, after)]
    return [
        MarginShare(
            margin=columns,
            value=level,
            n=int(rows[i]),
            share_before=float(before[i]),
            share_after=float(after[i]),
            target=float(target[i]),
            difference_before=float(away[0][i]),
            difference_after=float(away[1][i]),
        )
        for i, level in enumerate(levels)
    ]
