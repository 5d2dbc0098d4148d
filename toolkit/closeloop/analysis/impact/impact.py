"""Theme impact: what a score would be without the responses that mention a theme, and how sure that is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from closeloop.analysis.grouped_answers import GroupedAnswers, grouped_answers, rows_or_lazy
from closeloop.analysis.impact.result import ThemeImpact, ThemeRow, ThemeSplit
from closeloop.analysis.impact.theme_marks import MarkedResponses, marked_lazy, marked_rows, themes_of
from closeloop.analysis.impact.theme_table import CodedResponses, IntArray, theme_table
from closeloop.analysis.influence import FloatArray, t_margin
from closeloop.analysis.linear_variance import linear_variance
from closeloop.metrics.design import Design
from closeloop.metrics.protect import checked_min_n
from closeloop.metrics.score_input import ScoreInput, chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.stats.intervals import normal_quantile
from closeloop.text import message

_AT_ONCE = 1 << 22
"""Numbers in a block, groups × themes."""


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
        Of a lazy frame (Polars, DuckDB, Spark, Dask, ibis) only sums by combination of themes leave the engine: the
        coding is sent there and joined, or joined where it is if it is a lazy frame of the same engine.
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
    marked = _marked(coding, given, columns, None if by_index else on)
    # What has been encoded of the responses may be used, but their themes are not kept with them.
    answers = grouped_answers(marked.frame, spec, marked.columns, design, dict(given.cache))
    sample = _Sample(answers, marked.themes, *themes_of(answers.keys, len(marked.themes)))
    rows, df = _rows(sample, min_n, confidence_level)
    shown = [i for i, row in enumerate(rows) if row.reason is None]
    split, of_theme = _split(sample, shown, min_n, confidence_level)
    n = int(answers.n.sum())
    hidden = 0 < n < min_n
    complete = [row.with_contribution(of_theme.get(i)) for i, row in enumerate(rows)]
    return ThemeImpact(
        metric=spec, themes=tuple(sorted(complete, key=_place)), split=split,
        estimate=math.nan if hidden else sample.mean + answers.centre, n=None if hidden else n,
        n_unknown=marked.n_unknown, df=df, confidence_level=confidence_level, min_n=min_n,
        weight=design.weight if design else None,
    )  # fmt: skip


def _marked(coding: Any, given: ScoreInput, columns: list[str], on: str | None) -> MarkedResponses:
    """Return the responses with their themes, put together where the responses are."""
    frame = rows_or_lazy(given, columns, message("impact.what"))
    if isinstance(frame, nw.LazyFrame):
        return marked_lazy(frame, coding, columns[0] if on is None else on)
    ids = frame.index.to_series() if on is None else frame[on]
    return marked_rows(frame, theme_table(coding, ids, "index" if on is None else on))


@dataclass(frozen=True, slots=True, eq=False)
class _Sample:
    """Sums of the responses that mention the same themes; what they mention are pairs of such a group and a theme.

    Scores are told from `GroupedAnswers.centre`.
    """

    answers: GroupedAnswers
    themes: tuple[str, ...]
    group: IntArray
    theme: IntArray

    @property
    def weight(self) -> float:
        """Σw of all."""
        return float(self.answers.weight.sum())

    @property
    def mean(self) -> float:
        """Score of all."""
        return float(self.answers.total.sum()) / self.weight if self.weight else math.nan

    def mentions(self, some: IntArray) -> FloatArray:
        """Return which group mentions which of some themes, as 0 and 1."""
        place = np.full(len(self.themes), -1)
        place[some] = np.arange(len(some))
        mine = place[self.theme] >= 0
        x = np.zeros((len(self.answers.n), len(some)))
        x[self.group[mine], place[self.theme[mine]]] = 1.0
        return x

    def blocks(self, some: IntArray) -> list[IntArray]:
        """Return the themes in blocks that fit into memory."""
        width = max(_AT_ONCE // max(len(self.answers.n), 1), 1)
        return [some[start : start + width] for start in range(0, len(some), width)]

    def errors(self, offset: FloatArray, slope: FloatArray) -> tuple[FloatArray, float]:
        """Return standard errors and degrees of freedom of what an answer adds ``offset + slope · y`` to."""
        variance, df = linear_variance(self.answers.moments, offset, slope, self.answers.n_rows)
        return np.sqrt(np.maximum(variance, 0.0)), df


def _rows(sample: _Sample, min_n: int, level: float) -> tuple[list[ThemeRow], float]:
    """Return a row per theme, in the sample's order, without its contribution."""
    size, answers = len(sample.themes), sample.answers
    n, weight, total = (
        np.bincount(sample.theme, column[sample.group], size) for column in (answers.n, answers.weight, answers.total)
    )
    others = np.asarray(sample.weight - weight, dtype=float)
    n_others = answers.n.sum() - n
    others[n_others == 0] = np.nan  # there is nobody, whatever rounding leaves of a difference of equal sums
    with np.errstate(divide="ignore", invalid="ignore"):
        mean, without = total / weight, (sample.weight * sample.mean - total) / others
        share = weight / sample.weight if sample.weight else np.full(size, np.nan)
    impact = sample.mean - without
    small = ((n < min_n) | ((n_others > 0) & (n_others < min_n))).tolist()
    error, df = np.full(size, np.nan), 0.0
    for some in sample.blocks(np.flatnonzero(~np.array(small, dtype=bool) & np.isfinite(impact))):
        # who does not mention the theme adds to the score of those who do not, too
        apart = (1 - sample.mentions(some)) / others[some]
        offset = apart * without[some] - sample.mean / sample.weight
        error[some], df = sample.errors(offset, 1 / sample.weight - apart)
    margin = t_margin(error, df, level)
    return [
        ThemeRow.hidden(theme)
        if small[i]
        else ThemeRow(
            theme=theme, n=int(n[i]), share=float(share[i]), estimate=float(mean[i] + answers.centre),
            without=float(without[i] + answers.centre), impact=float(impact[i]), std_error=float(error[i]),
            ci_low=float(impact[i] - margin[i]), ci_high=float(impact[i] + margin[i]),
        )
        for i, theme in enumerate(sample.themes)
    ], df  # fmt: skip


def _split(
    sample: _Sample, shown: list[int], min_n: int, level: float
) -> tuple[ThemeSplit, dict[int, tuple[float, float, float, float]]]:
    """Return the whole that the contributions add up to, and each shown theme's (value, std. error, low, high)."""
    answers, size = sample.answers, len(sample.themes)
    listed = np.isin(sample.theme, shown)
    group, theme = sample.group[listed], sample.theme[listed]
    themes_of_group = np.bincount(group, minlength=len(answers.n))
    nobody = themes_of_group == 0
    n_none = int(answers.n[nobody].sum())
    weight = float(answers.weight[nobody].sum())
    if not shown or n_none < max(min_n, 1) or not weight:
        return ThemeSplit(n_none=None, reference=math.nan, whole=math.nan), {}
    reference = float(answers.total[nobody].sum()) / weight
    part = 1 / np.maximum(themes_of_group, 1)
    above = part * (answers.total - reference * answers.weight) / sample.weight
    value = np.bincount(theme, above[group], size)
    # A contribution leans on the score of those who mention none by the share of answers that it stands for.
    lean = np.bincount(theme, (answers.weight * part / sample.weight)[group], size)
    error, df = np.full(size, np.nan), 0.0
    for some in sample.blocks(np.array(shown)):
        own = sample.mentions(some) * (part / sample.weight)[:, None]
        slope = own - np.where(nobody, 1 / weight, 0.0)[:, None] * lean[some]
        error[some], df = sample.errors(-reference * slope - value[some] / sample.weight, slope)
    margin = t_margin(error, df, level)
    rows = zip(shown, *(column[shown].tolist() for column in (value, error, margin)), strict=True)
    found = {i: (v, e, v - m, v + m) for i, v, e, m in rows}
    whole = sample.mean - reference
    return ThemeSplit(n_none=n_none, reference=reference + answers.centre, whole=whole), found


def _place(row: ThemeRow) -> tuple[bool, float, str]:
    """Return the order of the themes: that which costs most first, those without a figure last."""
    # Rounded, as equal impacts differ in their last digit by the order in which an engine adds up.
    impact = math.inf if math.isnan(row.impact) else round(row.impact, 12)
    return row.reason is not None, impact, row.theme
