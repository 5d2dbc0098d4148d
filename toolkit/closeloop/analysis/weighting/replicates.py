"""A score whose standard error comes from replicates: a jackknife of the design, or replicate weights as given."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.influence import design_arrays
from closeloop.analysis.metric_values import metric_values
from closeloop.analysis.weighting.rake_result import Raking
from closeloop.metrics.design import Design, DesignArrays, checked_weights
from closeloop.metrics.estimate import Result, interval_rows
from closeloop.metrics.nps import NpsResult
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.satisfaction import MeanResult, ShareResult
from closeloop.metrics.score_input import answer_rows, chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.metrics.units import DIGITS, FORM, SCALE
from closeloop.stats.effective_size import effective_n
from closeloop.stats.intervals import METHODS, Interval, normal_quantile
from closeloop.stats.raking import rake_cells
from closeloop.stats.replicates import Jackknife, jackknife, replicate_scale, replicate_variance
from closeloop.stats.weighting import Precision
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class ReplicateScore(TableResult):
    """A score with the standard error that its replicates give.

    Attributes
    ----------
    metric : Nps, TopBox, MeanScore or GapScore
        What was scored.
    result : NpsResult, ShareResult or MeanResult
        The score with its precision.
    replicates : tuple of float
        The score of each replicate, in public units.
    replicate_kind : str
        How they were made.
    confidence_level : float
        Of the interval.
    method : str
        The interval.
    """

    kind = "replicate_score"

    metric: Metric
    result: Result
    replicates: tuple[float, ...]
    replicate_kind: str
    confidence_level: float
    method: str

    @property
    def interval(self) -> Interval[float]:
        """The interval in public units; NaN where there is none."""
        (found,) = interval_rows([self.result], self.confidence_level, self.method)
        return Interval(math.nan, math.nan) if found is None else found

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("rake.replicate_title", metric=self.metric.label)

    @property
    def sentence(self) -> LocalText:
        """The score with its interval."""
        form, digits = FORM[self.metric.kind], DIGITS[self.metric.kind]
        return message(
            "rake.replicate_sentence",
            metric=self.metric.label,
            value=told(self.result.score, form, digits),
            level=told_level(self.confidence_level),
            interval=told_interval(*self.interval, form, digits),
            n=told(int(self.result.n), "count"),
        )

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """How it was done."""
        return (message("rake.replicate_note", count=len(self.replicates), kind=self.replicate_kind),)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What the table shows."""
        form = FORM[self.metric.kind]
        return (
            Shown("metric", message("scores.estimate")),
            Shown("n", message("analysis.n"), "count"),
            Shown("estimate", message("analysis.score"), form),
            Shown("std_error", message("analysis.std_error"), "percent" if form == "percent" else "decimal"),
            Shown(
                "ci_low", message("analysis.interval", level=told_level(self.confidence_level)), form, high="ci_high"
            ),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return one row, in public units."""
        low, high = self.interval
        return [
            {
                "metric": self.metric.label, "n": int(self.result.n), "n_missing": self.result.n_missing,
                "estimate": self.result.score, "std_error": self.result.std_error, "ci_low": low, "ci_high": high,
            }
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return how the standard error came about."""
        design = self.result.design
        return {
            "replicate_kind": self.replicate_kind, "n_replicates": len(self.replicates),
            "df": design.df if design else math.nan, "deff": design.deff if design else math.nan,
            "confidence_level": self.confidence_level, "method": self.method,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the replicates and the interval that they give."""
        from closeloop.views.replicates_chart import plot_replicates

        return plot_replicates(self, ax)


def replicate_score(
    data: Any,
    metric: Metric | str,
    design: Design | None = None,
    *,
    replicates: Sequence[str] = (),
    kind: str = "jackknife",
    rscales: Sequence[float] | None = None,
    fay: float = 0.0,
    centre: str = "mean",
    df: float | None = None,
    confidence_level: float = 0.95,
) -> ReplicateScore:
    """Score a metric with the standard error from replicates.

    Parameters
    ----------
    data : frame, Responses or Raking
        The answers. A `Raking` brings its weights along and is raked again in every replicate of the jackknife.
    metric : Nps, TopBox, MeanScore, GapScore or str
        What is scored; a name as the survey declares it.
    design : Design, optional
        Weight, strata, clusters and population counts. With `replicates` its weight alone is used.
    replicates : sequence of str
        Columns of replicate weights that came with the data. Without them the jackknife of the design is made.
    kind : str
        How the given replicate weights were made, see `closeloop.stats.replicates.KINDS`.
    rscales : sequence of float, optional
        Factor of each given replicate; needed for ``"jkn"``.
    fay : float
        Fay's coefficient, for ``"fay"``.
    centre : {"mean", "estimate"}
        What deviations are counted from, see `closeloop.stats.replicates.replicate_variance`.
    df : float, optional
        Degrees of freedom, where they came with the data; else PSUs less strata, or replicates less one.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    ReplicateScore

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If weights are negative, a stratum has one PSU, or the kind does not fit.

    Notes
    -----
    V = scale · Σ rscale_r (θ_r − centre)². For a score without calibration Taylor linearisation (``score`` with a
    design) says nearly the same and is faster. The interval is the default one of the metric at n* = n_eff
    (t_{n−1}/t_df)².

    Examples
    --------
    >>> from closeloop.metrics.spec import MeanScore
    >>> found = replicate_score({"y": [1.0, 2.0, 4.0, 5.0]}, MeanScore("y"))
    >>> round(found.result.std_error, 6)
    0.912871
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    if isinstance(data, Raking) and not replicates:
        design = data.design() if design is None else _of_raking(data, design)
    given = score_input(data)
    spec = chosen_metric(metric, given)
    columns = [*spec.items, *replicates, *(design.columns if design else ())]
    frame = answer_rows(given, columns, message("rake.replicates_what"))
    y = metric_values(frame, spec)
    answered = ~np.isnan(y)
    value = np.where(answered, y, 0.0)
    if replicates:
        weight_only = Design(weight=design.weight) if design and design.weight else None
        w = _full_weight(design_arrays(weight_only, frame), len(y))
        theta, scale, factors = _given(frame, replicates, value, answered, kind, rscales, fay)
        freedom = len(replicates) - 1.0
    else:
        if kind != "jackknife":
            raise ValueError(message("rake.no_replicates", kind=kind))
        arrays = design_arrays(design, frame)
        w = _full_weight(arrays, len(y))
        if isinstance(data, Raking):
            theta, jack = _reraked(data, arrays, value, answered)
        else:
            jack = jackknife(np.column_stack([w * answered, w * value]), arrays.strata, arrays.clusters, arrays.fpc)
            theta = _ratio(jack.totals[:, 1], jack.totals[:, 0])
        scale, factors, freedom = 1.0, jack.rscales, float(jack.df)
    mean = float(_ratio(np.array(w @ value), np.array(w @ answered)))
    variance = float(replicate_variance(theta, mean, scale, factors, centre))
    precision = _precision(w * answered, value, mean, variance, freedom if df is None else df)
    n_missing = int((~answered).sum())
    return ReplicateScore(
        metric=spec, result=_result(spec, w * answered, value, mean, n_missing, precision),
        replicates=tuple((SCALE[spec.kind] * theta).tolist()), replicate_kind=kind, confidence_level=confidence_level,
        method=METHODS[spec.kind][0],
    )  # fmt: skip


def _of_raking(raking: Raking, design: Design) -> Design:
    """Return a design with the weights and margins of a raking, whatever weights it names itself."""
    return raking.design(strata=design.strata, cluster=design.cluster, fpc=design.fpc, lonely=design.lonely)


def _full_weight(arrays: DesignArrays, rows: int) -> FloatArray:
    return np.ones(rows) if arrays.weight is None else arrays.weight


def _ratio(total: FloatArray, weight: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(total / weight)


def _given(
    frame: pd.DataFrame,
    replicates: Sequence[str],
    value: FloatArray,
    answered: npt.NDArray[np.bool_],
    kind: str,
    rscales: Sequence[float] | None,
    fay: float,
) -> tuple[FloatArray, float, FloatArray | None]:
    """Return the estimate of each given replicate, the scale of the sum and the factors."""
    scale = replicate_scale(kind, len(replicates), fay)
    if kind == "jkn" and rscales is None:
        raise ValueError(message("rake.jkn_rscales"))
    if rscales is not None and len(rscales) != len(replicates):
        raise ValueError(message("rake.rscales_length", count=len(rscales), replicates=len(replicates)))
    theta = np.empty(len(replicates))
    for r, column in enumerate(replicates):
        w = checked_weights(frame[column], column)
        theta[r] = _ratio(np.array(w @ value), np.array(w @ answered))
    return theta, scale, None if rscales is None else np.asarray(rscales, dtype=float)


def _reraked(
    raking: Raking, arrays: DesignArrays, value: FloatArray, answered: npt.NDArray[np.bool_]
) -> tuple[FloatArray, Jackknife]:
    """Return the estimate of each delete-one-PSU replicate, its weights raked to the targets again."""
    if raking.trim is not None:
        raise ValueError(message("rake.trimmed_replicates"))
    cell, margins = raking.cells()
    size = int(margins[0].codes.size)
    base = np.ones(len(value)) if arrays.base_weight is None else arrays.base_weight
    strata = np.zeros(len(value), np.int64) if arrays.strata is None else arrays.strata
    unit = np.arange(len(value)) if arrays.clusters is None else np.unique(arrays.clusters, return_inverse=True)[1]
    units = int(unit.max(initial=-1)) + 1
    first = np.unique(unit, return_index=True)[1]
    columns = [
        np.bincount(unit * size + cell, weights=column, minlength=units * size).reshape(units, size)
        for column in (base, base * answered, base * value)
    ]
    jack = jackknife(
        np.column_stack(columns), strata[first], np.arange(units), None if arrays.fpc is None else arrays.fpc[first]
    )
    theta = np.empty(len(jack.totals))
    for r, totals in enumerate(jack.totals):
        weight, some, sums = totals.reshape(3, size)
        weight = np.where(weight > 1e-9 * columns[0].sum(), weight, 0.0)  # what subtraction leaves of nothing
        factor = _ratio(rake_cells(weight, margins).weight, weight)
        factor[weight == 0] = 0.0
        theta[r] = (factor @ sums) / (factor @ some)
    return theta, jack


def _precision(w: FloatArray, y: FloatArray, mean: float, variance: float, df: float) -> Precision:
    n, total = int((w > 0).sum()), float(w.sum())
    spread = float(w @ (y - mean) ** 2) / total if total else math.nan
    kish = total**2 / float(w @ w) if total else math.nan
    n_eff = float(effective_n(spread, variance, n, kish)) if total else math.nan
    deff = variance * (n - 1) / spread if spread > 0 else math.nan
    return Precision(n=n, variance=variance, n_eff=n_eff, df=df, deff=deff)


def _result(spec: Metric, w: FloatArray, y: FloatArray, mean: float, n_missing: int, precision: Precision) -> Result:
    if spec.kind == "nps":
        promoters, passives, detractors = (float(w[y == v].sum()) for v in (1, 0, -1))
        return NpsResult(promoters, passives, detractors, n_missing, precision)
    if spec.kind == "top_box":
        top = float(w[y == 1].sum())
        return ShareResult(top, float(w.sum()) - top, n_missing, None, precision)
    total = float(w.sum())
    n = precision.n
    sd = math.sqrt(float(w @ (y - mean) ** 2) / total * n / (n - 1)) if total and n > 1 else math.nan
    return MeanResult(mean, sd, n, n_missing, precision)
