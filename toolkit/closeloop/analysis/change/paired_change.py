"""`paired_change`: how the score of the same respondents changed from one wave to the next."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from closeloop.analysis.change.paired_numbers import paired_numbers, wave_result
from closeloop.analysis.change.paired_rows import match_waves
from closeloop.metrics.compare_text import difference_interval, difference_size, method_name
from closeloop.metrics.estimate import Result
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_input import chosen_metric, score_input
from closeloop.metrics.spec import Metric
from closeloop.metrics.units import FORM, SCALE
from closeloop.stats.intervals import Interval, normal_quantile
from closeloop.stats.paired import Homogeneity, homogeneity
from closeloop.text import LocalText, message
from closeloop.written import told, told_level, told_p

FloatArray = npt.NDArray[np.float64]

_CATEGORIES = {"nps": ("detractors", "passives", "promoters"), "top_box": ("rest", "top")}
_FEW = 10
"""Fewer pairs than these call for care."""


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class PairedChange(TableResult):
    """The change of one metric among those who answered both times; made by `paired_change`.

    Attributes
    ----------
    metric : Nps, TopBox, MeanScore or GapScore
    before, after : NpsResult, ShareResult or MeanResult
        The two scores of those who answered both times.
    transitions : tuple of tuple of int
        Respondents by category before (rows) and after (columns), in rising order; empty for a mean.
    std_error : float
        Standard error of the change, in public units.
    unpaired_std_error : float
        What it would seem to be if the waves were taken for different people.
    ci : Interval or None
        Of the change, in public units; None where it cannot be told.
    p_value : float
        Two-sided, of "nothing changed"; NaN where it cannot be told.
    method, test : str
        How interval and p were made.
    homogeneity : Homogeneity or None
        Whether the shares of the categories moved at all (Stuart–Maxwell, Bhapkar); None for a mean.
    lost, joined : NpsResult, ShareResult or MeanResult
        The scores of those who answered only before, and only after.
    without_id : tuple of int
        Answers before and after that bear no id.
    examples : tuple of str
        An id of each wave.
    confidence_level : float

    Examples
    --------
    >>> from closeloop.metrics.spec import Nps
    >>> before = {"respondent_id": list("abcdefgh"), "recommend": [3, 6, 7, 8, 9, 10, 2, 9]}
    >>> after = {"respondent_id": list("abcdefgx"), "recommend": [8, 9, 9, 9, 9, 10, 7, 3]}
    >>> paired_change(before, after, metric=Nps("recommend")).n
    7
    """

    kind: ClassVar[str] = "paired_change"

    metric: Metric
    before: Result
    after: Result
    transitions: tuple[tuple[int, ...], ...]
    std_error: float
    unpaired_std_error: float
    ci: Interval[float] | None
    p_value: float
    method: str
    test: str
    homogeneity: Homogeneity | None
    lost: Result
    joined: Result
    without_id: tuple[int, int]
    examples: tuple[str, str]
    confidence_level: float = 0.95

    @property
    def n(self) -> int:
        """Respondents who answered both times."""
        return int(self.before.n)

    @property
    def estimate(self) -> float:
        """After minus before, in public units; NaN without a pair."""
        return self.after.score - self.before.score

    @property
    def categories(self) -> tuple[str, ...]:
        """The names of the categories of `transitions`."""
        return _CATEGORIES.get(self.metric.kind, ())

    @property
    def title(self) -> LocalText:
        """What changed."""
        return message("paired_change.title", metric=self.metric.label)

    @property
    def sentence(self) -> LocalText:
        """How far the score moved among those who answered both times, and whether that can be told from chance."""
        n, unit, form = told(self.n, "count"), self.metric.kind, FORM[self.metric.kind]
        # The scores have a decimal more than the change, so that the three agree.
        if not self.n:
            return message("paired_change.nobody", before=self.examples[0], after=self.examples[1])
        values = {
            "n": n, "metric": self.metric.label, "size": difference_size(self.estimate, unit),
            "before": told(self.before.score, form), "after": told(self.after.score, form),
        }  # fmt: skip
        if self.ci is None:
            key = "paired_change.nobody_moved" if self.estimate == 0 and self.n > 1 else "paired_change.no_interval"
            return message(key, **values)
        values["interval"] = difference_interval(self.ci, unit)
        values |= {"level": told_level(self.confidence_level), "p": told_p(self.p_value)}
        if self.ci.low <= 0 <= self.ci.high:
            values["size"] = difference_size(self.estimate, unit, signed=True)
            return message("paired_change.unclear", **values)
        return message("paired_change.rose" if self.estimate > 0 else "paired_change.fell", **values)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """The method, the shift between categories, what pairing gained, and who is missing."""
        test = message(f"paired_change.test_{self.test}")
        found = [message("compare.method_and_test", method=method_name(self.method), test=test)]
        if 0 < self.n < _FEW:
            found.append(message("paired_change.note_few", n=self.n, few=_FEW))
        h = self.homogeneity
        if h is not None and h.df > 1:
            found.append(
                message("paired_change.note_homogeneity", statistic=told(h.statistic, "decimal", 2), df=h.df,
                        p=told_p(h.p_value), bhapkar=told_p(h.bhapkar_p_value))
            )  # fmt: skip
        if self.std_error > 0:
            found.append(
                message("paired_change.note_unpaired", paired=self._error(self.std_error),
                        unpaired=self._error(self.unpaired_std_error))
            )  # fmt: skip
        form = FORM[self.metric.kind]
        if self.lost.n and self.n:
            score, pairs = told(self.lost.score, form), told(self.before.score, form)
            found.append(message("paired_change.note_lost", n=told(self.lost.n, "count"), score=score, pairs=pairs))
        if self.joined.n:
            score = told(self.joined.score, form)
            found.append(message("paired_change.note_joined", n=told(self.joined.n, "count"), score=score))
        if any(self.without_id):
            before, after = (told(count, "count") for count in self.without_id)
            found.append(message("paired_change.note_without_id", before=before, after=after))
        return tuple(found)

    def _error(self, value: float) -> LocalText:
        return difference_size(value, self.metric.kind, digits=2 if self.metric.kind == "mean" else 1)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Of categories the transitions, of a mean the scores."""
        if self.categories:
            counts = [Shown(name, _category(name), "count") for name in self.categories]
            return (
                Shown("before", message("paired_change.row_head")), *counts,
                Shown("total", message("scores.total"), "count"),
            )  # fmt: skip
        return (
            Shown("wave", message("paired_change.wave")),
            Shown("estimate", message("analysis.score"), "decimal"),
            Shown("std_error", message("analysis.std_error"), "decimal"),
            Shown(
                "ci_low", message("analysis.interval", level=told_level(self.confidence_level)), "decimal", "ci_high"
            ),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the transitions with their sums; of a mean both scores and the change."""
        if not self.categories:
            return self._mean_rows()
        names = self.categories
        table = [*self.transitions, tuple(map(sum, zip(*self.transitions, strict=True)))]
        heads = [*(_category(name) for name in names), message("scores.total")]
        return [
            {"before": head, **dict(zip(names, row, strict=True)), "total": sum(row)}
            for head, row in zip(heads, table, strict=True)
        ]

    def _mean_rows(self) -> list[dict[str, Any]]:
        found = []
        for name, result in (("before", self.before), ("after", self.after)):
            low, high = result.confidence_interval(self.confidence_level)
            wave = message("paired_change.before") if name == "before" else message("paired_change.after")
            found.append({"wave": wave, "estimate": result.score, "std_error": result.std_error,
                          "ci_low": low, "ci_high": high})  # fmt: skip
        low, high = self.ci or (math.nan, math.nan)
        found.append({"wave": message("paired_change.change"), "estimate": self.estimate, "std_error": self.std_error,
                      "ci_low": low, "ci_high": high})  # fmt: skip
        return found

    def facts(self) -> Mapping[str, Any]:
        """Return the change, its precision and its tests, and how many could not be matched."""
        low, high = self.ci or (math.nan, math.nan)
        h = self.homogeneity
        return {
            "metric": self.metric.name, "unit": self.metric.kind, "n": self.n, "before": self.before.score,
            "after": self.after.score, "estimate": self.estimate, "std_error": self.std_error, "ci_low": low,
            "ci_high": high, "p_value": self.p_value, "method": self.method, "test": self.test,
            "stuart_maxwell": None if h is None else h.statistic,
            "stuart_maxwell_p": None if h is None else h.p_value,
            "bhapkar": None if h is None else h.bhapkar_statistic,
            "bhapkar_p": None if h is None else h.bhapkar_p_value,
            "unpaired_std_error": self.unpaired_std_error, "n_lost": self.lost.n, "n_joined": self.joined.n,
            "without_id_before": self.without_id[0], "without_id_after": self.without_id[1],
            "confidence_level": self.confidence_level,
        }  # fmt: skip

    def plot(self, ax: Any = None) -> Any:
        """Draw the transitions as a grid; of a mean both scores and the change."""
        from closeloop.views.transition_chart import plot_transitions

        return plot_transitions(self, ax)


def paired_change(
    before: Any,
    after: Any,
    on: str = "respondent_id",
    metric: Metric | str | None = None,
    *,
    confidence_level: float = 0.95,
) -> PairedChange:
    """Return how a metric changed among those who answered both times.

    Parameters
    ----------
    before, after : frame or Responses
        The two waves, row by row (no lazy frames), with the same columns for id and answer.
    on : str
        The column that says who answered. Rows without an id are not matched.
    metric : Nps, TopBox, MeanScore, GapScore or str, optional
        What changed; of responses also the name of a metric that the survey declares, and nothing where it declares
        only one.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    PairedChange
        After minus before. Where nobody is in both waves the figures are NaN and the sentence says so.

    Raises
    ------
    ColumnNotFoundError
        If a wave lacks a column.
    ResponseValidationError
        If an id comes twice in a wave, or an answer is not allowed.
    ValueError
        If a wave is a lazy frame, or no single metric is meant.

    Notes
    -----
    An NPS has the paired t interval of the moves −2…2 and the exact sign-flip test; a share is itself a difference of
    ups and downs, and has their adjusted Wald interval with McNemar's exact test; a mean has the paired t. Do not use
    it where the second wave was asked *because* of the first answer (detractors alone): they rise by regression to the
    mean.

    References
    ----------
    See `closeloop.stats.paired`.

    Examples
    --------
    >>> before = {"respondent_id": list("abcdefgh"), "recommend": [3, 6, 7, 8, 9, 10, 2, 9]}
    >>> after = {"respondent_id": list("abcdefgx"), "recommend": [8, 9, 9, 9, 9, 10, 7, 3]}
    >>> from closeloop.metrics.spec import Nps
    >>> change = paired_change(before, after, metric=Nps("recommend"))
    >>> change.n, round(change.estimate, 1), change.transitions
    (7, 85.7, ((0, 2, 1), (0, 0, 2), (0, 0, 2)))
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    first, second = score_input(before), score_input(after)
    spec = chosen_metric(metric, first)
    waves = match_waves(first, second, on, spec)
    found = paired_numbers(waves, spec, confidence_level)
    scale = SCALE[spec.kind]
    low, high = found.contrast.interval
    return PairedChange(
        metric=spec,
        before=wave_result(waves.before, spec),
        after=wave_result(waves.after, spec),
        transitions=tuple(tuple(row) for row in found.table),
        std_error=scale * found.contrast.std_error,
        unpaired_std_error=scale * found.unpaired_std_error,
        ci=None if math.isnan(low) else Interval(scale * low, scale * high),
        p_value=found.p_value,
        method=found.method,
        test=found.test,
        homogeneity=homogeneity(found.table) if found.table else None,
        lost=wave_result(waves.lost, spec),
        joined=wave_result(waves.joined, spec),
        without_id=waves.without_id,
        examples=waves.examples,
        confidence_level=confidence_level,
    )


def _category(name: str) -> LocalText:
    return message("paired_change.rest") if name == "rest" else message(f"scores.{name}")
