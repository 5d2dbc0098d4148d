"""Theme impact: what a score would be without the responses that mention a theme, and how sure that is."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from closeloop.analysis.impact.influence_values import Influence
from closeloop.analysis.impact.result import ThemeImpact, ThemeRow, ThemeSplit
from closeloop.analysis.impact.theme_table import CodedResponses, IntArray, ThemeTable, theme_table
from closeloop.analysis.influence import FloatArray, design_arrays, design_variance, t_margin
from closeloop.analysis.metric_values import metric_values
from closeloop.metrics.design import Design, DesignArrays
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import answer_rows, chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.stats.intervals import normal_quantile
from closeloop.text import message

_AT_ONCE = 16


def theme_impact(
    coding: Any,
    data: Any,
    metric: Metric | str,
    *,
    on: str = "response_id",
    design: Design | None = None,
    min_n: int = 10,
    confidence_level: float = 0.95,
) -> ThemeImpact:
    """Return for each theme how much the responses that mention it pull a score down or up.

    Parameters
    ----------
    coding : Coding, frame, or object with ``to_frame()``
        A `closeloop.Coding`: its codes, as assigned, each response once; all of its ids must be found.
        Long form: a row per mention with the columns `on` and ``theme``; several mentions of a theme in a response
        count once. Wide form: a row per response with `on` and a column of 0 and 1 per theme. A response that is not in
        the coding mentions nothing.
    data : frame or Responses
        The responses, a row each, with `on` and the metric's column. The ids of a Coding are those that
        ``code_mentions(texts, codebook, ids=…)`` got; if a pandas frame has no column `on`, they are its index.
    metric : Nps, TopBox, MeanScore, GapScore or str
        What is scored; a name as the survey declares it.
    on : str
        The column that tells responses apart.
    design : Design, optional
        Weights, strata and clusters.
    min_n : int
        A theme is hidden when fewer responses mention it, or fewer do not; 0 hides none.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    ThemeImpact
        One row per theme: the one that costs most first, hidden ones last.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ResponseValidationError
        If an answer is not allowed.
    ValueError
        If ids occur twice in the data, or the coding does not fit them: of a Coding, if any id is not there.

    Notes
    -----
    impact = score of all − score of those who do not mention the theme = n_t (score_t − score) / (n − n_t)
    = share_t · (score_t − score_without): three ways to say the same. With w the weights and x the mention, its
    influence values are u_i = w_i (y_i − m)/W − w_i (1 − x_i)(y_i − m_o)/W_o, and their Taylor variance gives the
    standard error; the interval is Student's t.

    Impacts of themes that share responses do not add up. `split` does: contribution_t = Σ w x (y − r)/k / W, with k the
    themes of the response and r the score of those who mention none. It is the Shapley value of v(S) = what the score
    would lose if whoever mentions a theme of S had scored like those who mention none, and adds up to the score of all
    minus r. Only themes that are shown enter it; it needs `min_n` responses that mention none of them.

    A missing answer is no answer: such a response is left out, but stays in the design. NaN where everybody mentions a
    theme. Not for causes: those who mention a price may differ in much else.

    Examples
    --------
    >>> data = {"response_id": list(range(10)), "recommend": [9, 9, 9, 7, 8, 6, 0, 3, 10, 8]}
    >>> coding = {"response_id": [3, 5, 6, 7], "theme": ["price"] * 4}
    >>> from closeloop.metrics.spec import Nps
    >>> row = theme_impact(coding, data, Nps("recommend"), min_n=0)["price"]
    >>> round(row.impact, 4), round(row.std_error, 4)
    (-56.6667, 26.1603)
    """
    checked_min_n(min_n)
    normal_quantile(confidence_level)  # refuses an impossible level
    given = score_input(data)
    spec = chosen_metric(metric, given)
    by_index = isinstance(coding, CodedResponses) and isinstance(data, pd.DataFrame) and on not in data.columns
    columns = [*([] if by_index else [on]), *spec.items, *(design.columns if design else ())]
    frame = answer_rows(given, columns, message("impact.what"))
    table = theme_table(coding, frame.index.to_series() if by_index else frame[on], "index" if by_index else on)
    y = metric_values(frame, spec)
    arrays = design_arrays(design, frame)
    w = np.ones(len(y)) if arrays.weight is None else arrays.weight
    answered = ~np.isnan(y)
    sample = _Sample(np.where(answered, y, 0.0), np.where(answered, w, 0.0), answered, arrays, design)
    rows, df = _rows(table, sample, min_n, confidence_level)
    shown = [i for i, row in enumerate(rows) if row.reason is None]
    split, of_theme = _split(table, shown, sample, min_n, confidence_level)
    n = int(sample.counts.sum())
    hidden = 0 < n < min_n
    complete = [row.with_contribution(of_theme.get(i)) for i, row in enumerate(rows)]
    return ThemeImpact(
        metric=spec,
        themes=tuple(sorted(complete, key=lambda row: (row.reason is not None, _last(row.impact), row.theme))),
        split=split, estimate=math.nan if hidden else sample.mean, n=None if hidden else n, n_unknown=table.n_unknown,
        df=df, confidence_level=confidence_level, min_n=min_n, weight=design.weight if design else None,
    )  # fmt: skip


class _Sample:
    """Answers with their weights; both are 0 where there is no answer."""

    def __init__(
        self, y: FloatArray, w: FloatArray, within: npt.NDArray[np.bool_], arrays: DesignArrays, design: Design | None
    ) -> None:
        self.y, self.w, self.within, self.arrays = y, w, within, arrays
        self.counts = w > 0
        self.lonely = design.lonely if design else "error"
        self.weight = float(w.sum())
        self.mean = float(w @ y) / self.weight if self.weight else math.nan

    @property
    def above(self) -> FloatArray:
        """The answers less their mean; 0 where there is none."""
        return np.where(self.within, self.y - self.mean, 0.0)

    def errors(self, influence: Influence) -> tuple[FloatArray, float]:
        """Return standard errors from influence values, and the degrees of freedom."""
        a = self.arrays
        if a.strata is None and a.clusters is None and a.fpc is None and a.margins is None and len(self.y) > 1:
            variance = influence.variance(np.ones(len(self.y)) if a.weight is None else a.weight)
            return np.sqrt(variance), float(len(self.y) - 1)
        error, df = np.empty(influence.size), 0.0
        for start in range(0, influence.size, _AT_ONCE):
            some = slice(start, start + _AT_ONCE)
            found = design_variance(influence.columns(some), a, self.lonely)
            error[some], df = np.sqrt(np.maximum(np.diag(found.covariance), 0.0)), found.df
        return error, df


def _rows(table: ThemeTable, sample: _Sample, min_n: int, level: float) -> tuple[list[ThemeRow], float]:
    """Return a row per theme, in the table's order, without its contribution."""
    size = len(table.themes)
    n = np.bincount(table.theme, weights=sample.counts[table.row], minlength=size)
    weight = np.bincount(table.theme, weights=sample.w[table.row], minlength=size)
    total = np.bincount(table.theme, weights=(sample.w * sample.y)[table.row], minlength=size)
    others = np.asarray(sample.weight - weight, dtype=float)
    n_others = sample.counts.sum() - n
    others[n_others == 0] = np.nan  # there is nobody, whatever rounding leaves of a difference of equal sums
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, without = total / weight, (sample.weight * sample.mean - total) / others
        share = weight / sample.weight
    impact = sample.mean - without
    small = ((n < min_n) | ((n_others > 0) & (n_others < min_n))).tolist()
    error, df = np.full(size, np.nan), 0.0
    wanted = np.flatnonzero(~np.array(small, dtype=bool) & np.isfinite(impact))
    if len(wanted):
        error[wanted], df = sample.errors(_influence(table, sample, wanted, without, others))
    margin = t_margin(error, df, level)
    return [
        ThemeRow.hidden(theme)
        if small[i]
        else ThemeRow(
            theme=theme, n=int(n[i]), share=float(share[i]), estimate=float(mean[i]), without=float(without[i]),
            impact=float(impact[i]), std_error=float(error[i]), ci_low=float(impact[i] - margin[i]),
            ci_high=float(impact[i] + margin[i]),
        )
        for i, theme in enumerate(table.themes)
    ], df  # fmt: skip


def _influence(
    table: ThemeTable, sample: _Sample, some: npt.NDArray[np.intp], without: FloatArray, others: FloatArray
) -> Influence:
    """Return the influence values of some themes' impacts, without the weights."""
    apart = without[some] - sample.mean
    column, row = _among(table.theme, table.row, some, len(table.themes))
    # who does not mention the theme adds to the score of those who do not, too
    common = np.vstack([1 / sample.weight - 1 / others[some], apart / others[some]])
    own = np.where(sample.within[row], (sample.above[row] - apart[column]) / others[some][column], 0.0)
    return Influence(np.vstack([sample.above, sample.within]), common, row, column, own)


def _among(
    theme: IntArray, row: IntArray, some: npt.NDArray[np.intp], size: int
) -> tuple[npt.NDArray[np.intp], IntArray]:
    """Return the pairs of some of the themes: the theme's place among these, and the response."""
    place = np.full(size, -1)
    place[some] = np.arange(len(some))
    mine = place[theme] >= 0
    return place[theme[mine]], row[mine]


def _split(
    table: ThemeTable, shown: list[int], sample: _Sample, min_n: int, level: float
) -> tuple[ThemeSplit, dict[int, tuple[float, float, float, float]]]:
    """Return the whole that the contributions add up to, and each shown theme's (value, std. error, low, high)."""
    listed = np.isin(table.theme, shown)
    row, theme = table.row[listed], table.theme[listed]
    themes_of = np.bincount(row, minlength=len(sample.y))
    nobody = sample.within & (themes_of == 0)
    n_none = int((sample.counts & (themes_of == 0)).sum())
    weight = float(sample.w[nobody].sum())
    if not shown or n_none < max(min_n, 1) or not weight:
        return ThemeSplit(n_none=None, reference=math.nan, whole=math.nan), {}
    reference = float(sample.w[nobody] @ sample.y[nobody]) / weight
    of_reference = np.where(nobody, (sample.y - reference) / weight, 0.0)
    said = sample.within[row]
    row, theme = row[said], theme[said]
    part = 1 / themes_of[row]
    above = part * (sample.y[row] - reference) / sample.weight
    size = len(table.themes)
    value = np.bincount(theme, weights=sample.w[row] * above, minlength=size)
    # A contribution leans on the score of those who mention none by the share of answers that it stands for.
    lean = np.bincount(theme, weights=sample.w[row] * part / sample.weight, minlength=size)
    column, at = _among(theme, np.arange(len(theme)), np.array(shown), size)
    common = np.vstack([-lean[shown], -value[shown] / sample.weight])
    influence = Influence(np.vstack([of_reference, sample.within]), common, row[at], column, above[at])
    error, df = sample.errors(influence)
    margin = t_margin(error, df, level)
    rows = zip(shown, value[shown].tolist(), error.tolist(), margin.tolist(), strict=True)
    found = {i: (v, e, v - m, v + m) for i, v, e, m in rows}
    return ThemeSplit(n_none=n_none, reference=reference, whole=sample.mean - reference), found


def _last(value: float) -> float:
    return math.inf if math.isnan(value) else value
