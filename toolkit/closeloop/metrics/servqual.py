"""Service quality: what customers expect, what they perceive, and the gap between the two."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.metrics.planned import title_of
from closeloop.metrics.result import Shown, TableResult
from closeloop.metrics.score_input import ScoreInput, answer_rows, score_input
from closeloop.metrics.servqual_pairs import Pairs, means_of, pairs_of, points_of, usable_points
from closeloop.metrics.servqual_spec import ServqualSpec, dimension_title, servqual_spec
from closeloop.stats.intervals import Interval, normal_quantile
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

if TYPE_CHECKING:
    from closeloop.metrics.design import Design

_ENOUGH = 0.7
"""The usual minimum of a reliability for comparing groups (Nunnally 1978)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceGap:
    """Expectation, perception and gap of an item, a dimension or the whole service.

    Attributes
    ----------
    level : {"dimension", "item", "overall", "overall_weighted"}
        What it is about.
    dimension : str or None
        The dimension; None overall.
    item : str or None
        Column of the perception, of an item.
    title : LocalText
        What it is called.
    expectation, perception : float
        Means over the same respondents; the first is NaN in SERVPERF.
    gap : float
        Perception − expectation, paired within respondents; negative where the service falls short. NaN in SERVPERF.
    std_error : float
        Of the gap; in SERVPERF of the perception. So is the interval.
    ci : Interval
        Paired t, or by the survey's design.
    n, n_missing : int
        Respondents with all answers needed, and those without.
    weight : float
        Mean of the points that respondents gave the dimension.
    alpha_expectation, alpha_perception, gap_reliability : float
        Cronbach's alpha of the dimension's items, and the reliability of its gap; NaN with a single item.
    """

    level: str
    dimension: str | None
    item: str | None
    title: LocalText
    expectation: float
    perception: float
    gap: float
    std_error: float
    ci: Interval[float]
    n: int
    n_missing: int
    weight: float = math.nan
    alpha_expectation: float = math.nan
    alpha_perception: float = math.nan
    gap_reliability: float = math.nan


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Servqual(TableResult):
    """Gaps of service quality; made by `servqual`.

    Attributes
    ----------
    gaps : tuple of ServiceGap
        Overall, then each dimension with its items.
    points : int
        The scale runs from 1 to `points`.
    perceptions_only : bool
        Whether there were no expectations (SERVPERF).
    n_bad_weights : int or None
        Respondents left out of the weighted figure because their points do not add up to 100; None without weights.
    design_based : bool
        Whether intervals follow the survey's design.
    confidence_level : float
        Of the intervals.

    Examples
    --------
    >>> answers = {"e1": [7, 6, 7, 7], "p1": [5, 6, 4, 6], "e2": [6, 6, 5, 7], "p2": [6, 7, 5, 7]}
    >>> found = servqual(answers, {"reliability": [("e1", "p1")], "empathy": [("e2", "p2")]})
    >>> [gap.gap for gap in found.dimensions]
    [-1.5, 0.25]
    """

    kind: ClassVar[str] = "servqual"

    gaps: tuple[ServiceGap, ...]
    points: int
    perceptions_only: bool
    n_bad_weights: int | None
    design_based: bool
    confidence_level: float

    @property
    def dimensions(self) -> tuple[ServiceGap, ...]:
        """The dimensions, the worst first: by gap, in SERVPERF by perception."""
        found = [gap for gap in self.gaps if gap.level == "dimension"]
        return tuple(sorted(found, key=lambda g: (math.isnan(self.value(g)), self.value(g))))

    def value(self, gap: ServiceGap) -> float:
        """Return what is judged: the gap, in SERVPERF the perception."""
        return gap.perception if self.perceptions_only else gap.gap

    @property
    def title(self) -> LocalText:
        """What the result is about."""
        return message("servqual.title_perceptions" if self.perceptions_only else "servqual.title")

    @property
    def sentence(self) -> LocalText:
        """The overall figure and the dimension that falls shortest."""
        overall = self.gaps[0]
        if not self.dimensions or math.isnan(self.value(self.dimensions[0])):
            return message("servqual.nobody")
        worst = self.dimensions[0]
        form = "decimal" if self.perceptions_only else "points"
        fields = {
            "worst": worst.title,
            "value": told(self.value(worst), form, 2),
            "interval": told_interval(*worst.ci, form, 2),
            "level": told_level(self.confidence_level),
            "overall": told(self.value(overall), form, 2),
            "n": told(worst.n, "count"),
            "points": told(self.points, "count"),
        }
        if self.perceptions_only:
            return message("servqual.lowest", **fields)
        if worst.gap >= 0:
            return message("servqual.exceeded", **fields)
        clear = worst.ci.high < 0
        return message("servqual.largest" if clear else "servqual.largest_unclear", **fields)

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """Method and cautions."""
        notes = [message("servqual.method_perceptions" if self.perceptions_only else "servqual.method")]
        if self.design_based:
            notes.append(message("servqual.design"))
        if self.n_bad_weights is not None:
            notes.append(message("servqual.weighted"))
        if self.n_bad_weights:
            notes.append(message("servqual.bad_weights", count=told(self.n_bad_weights, "count")))
        if missing := max((gap.n_missing for gap in self.gaps), default=0):
            notes.append(message("servqual.missing", count=told(missing, "count")))
        low = [g for g in self.dimensions if g.gap_reliability < _ENOUGH]
        if low:
            notes.append(message("servqual.unreliable", lowest=told(min(g.gap_reliability for g in low), "decimal")))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """What is shown of each row."""
        level = told_level(self.confidence_level)
        interval = Shown("ci_low", message("analysis.interval", level=level), "points", high="ci_high", digits=2)
        ends = [Shown("n", message("analysis.n"), "count")]
        if any(not math.isnan(gap.weight) for gap in self.gaps):
            ends.append(Shown("weight", message("servqual.weight"), "decimal", digits=1))
        if self.perceptions_only:
            alpha = Shown("alpha_perception", message("servqual.alpha"), "decimal")
            middle = [Shown("perception", message("servqual.perception"), "decimal"),
                      Shown("ci_low", interval.title, "decimal", high="ci_high")]  # fmt: skip
            ends.append(alpha)
        else:
            middle = [
                Shown("expectation", message("servqual.expectation"), "decimal"),
                Shown("perception", message("servqual.perception"), "decimal"),
                Shown("gap", message("servqual.gap"), "points", digits=2),
                interval,
            ]
            ends += [
                Shown("alpha_expectation", message("servqual.alpha_expectation"), "decimal"),
                Shown("alpha_perception", message("servqual.alpha_perception"), "decimal"),
                Shown("gap_reliability", message("servqual.gap_reliability"), "decimal"),
            ]
        return (
            Shown("level_title", message("servqual.level")),
            Shown("title", message("servqual.what")),
            *middle,
            *ends,
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return overall figures, then each dimension with its items."""
        return [
            {
                "level": gap.level,
                "level_title": message(f"servqual.level_{gap.level}"),
                "dimension": gap.dimension,
                "item": gap.item,
                "title": gap.title,
                "expectation": gap.expectation,
                "perception": gap.perception,
                "gap": gap.gap,
                "std_error": gap.std_error,
                "ci_low": gap.ci.low,
                "ci_high": gap.ci.high,
                "n": gap.n,
                "n_missing": gap.n_missing,
                "weight": gap.weight,
                "alpha_expectation": gap.alpha_expectation,
                "alpha_perception": gap.alpha_perception,
                "gap_reliability": gap.gap_reliability,
            }
            for gap in self.gaps
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return scale, level and the respondents left out of the weighted figure."""
        return {
            "points": self.points,
            "perceptions_only": self.perceptions_only,
            "n_bad_weights": self.n_bad_weights,
            "design_based": self.design_based,
            "confidence_level": self.confidence_level,
        }

    def plot(self, ax: Any = None) -> Any:
        """Draw expectation and perception of each dimension, the largest gap on top."""
        from closeloop.views.servqual_chart import plot_servqual

        return plot_servqual(self, ax)


def servqual(
    data: Any,
    spec: ServqualSpec | Mapping[str, Any] | str | None = None,
    *,
    design: Design | None = None,
    confidence_level: float = 0.95,
) -> Servqual:
    """Return the gaps between what customers perceive and what they expect, by item, by dimension and overall.

    Parameters
    ----------
    data : frame, mapping or Responses
        Answers, one row per respondent.
    spec : ServqualSpec, mapping or str, optional
        Which columns are compared. Of responses with a survey: the name of its metric of the kind ``servqual``; left
        out, the only one there is, or the items that declare a ``dimension`` as perceptions alone.
    design : Design, optional
        Weights, strata and clusters: then means are weighted and intervals follow from Taylor linearisation.
    confidence_level : float
        Between 0 and 1.

    Returns
    -------
    Servqual
        On the scale of the answers. Without answers the figures are NaN.

    Raises
    ------
    ColumnNotFoundError
        If a column is not there.
    ValueError
        If the specification cannot be used, or the survey declares none.
    ResponseValidationError
        If an answer is not on the scale.

    Notes
    -----
    gap = P − E within each respondent, so that the interval is that of a paired t. A respondent's gap in a dimension is
    the mean over its items and needs all of them; overall it is the mean over the dimensions, or Σ w·gap / Σ w with the
    respondent's own points. Who did not give exactly 100 points (±0.5), or gave negative ones, is left out of the
    weighted figure and counted.

    Not to be used for comparing people, or for regressions on the gap: a difference of two correlated answers is less
    reliable than either (`gap_reliability`), and the perception alone (SERVPERF) usually predicts overall satisfaction
    better.

    References
    ----------
    Parasuraman A., Zeithaml V. A., Berry L. L. (1988), Journal of Retailing 64:12–40. Cronin J. J., Taylor S. A.
    (1992), Journal of Marketing 56(3):55–68 (SERVPERF).

    Examples
    --------
    >>> answers = {"e1": [7, 6, 7, 7], "p1": [5, 6, 4, 6], "e2": [6, 6, 5, 7], "p2": [6, 7, 5, 7]}
    >>> found = servqual(answers, {"reliability": [("e1", "p1")], "empathy": [("e2", "p2")]})
    >>> [(gap.dimension, gap.gap) for gap in found.dimensions]
    [('reliability', -1.5), ('empathy', 0.25)]
    """
    normal_quantile(confidence_level)  # refuses an impossible level
    chosen, given = servqual_spec(data, spec), score_input(data)
    points = [] if chosen.weights is None else list(chosen.weights.values())
    of_design = () if design is None else design.columns
    frame = answer_rows(given, [*chosen.columns, *points, *of_design], message("servqual.what_for"))
    pairs = pairs_of(frame, chosen, None if design is None else design.arrays(frame).weight)
    means = means_of(pairs, frame, design, chosen.perceptions_only, confidence_level)
    allocated = points_of(frame, chosen)
    return Servqual(
        gaps=tuple(
            ServiceGap(
                level=pair.level,
                dimension=pair.dimension,
                item=pair.item,
                title=_title(data, given, pair),
                expectation=mean.expectation,
                perception=mean.perception,
                gap=mean.gap,
                std_error=mean.std_error,
                ci=mean.ci,
                n=mean.n,
                n_missing=len(frame) - mean.n,
                weight=pair.weight,
                alpha_expectation=pair.reliabilities.expectation,
                alpha_perception=pair.reliabilities.perception,
                gap_reliability=pair.reliabilities.gap,
            )
            for pair, mean in zip(pairs, means, strict=True)
        ),
        points=chosen.points,
        perceptions_only=chosen.perceptions_only,
        n_bad_weights=None if allocated is None else int((~usable_points(allocated)).sum()),
        design_based=design is not None,
        confidence_level=confidence_level,
    )


def _title(data: Any, given: ScoreInput, pair: Pairs) -> LocalText:
    if pair.item is not None:
        return title_of(data, given, pair.item)
    if pair.dimension is not None:
        return dimension_title(pair.dimension)
    return message(f"servqual.level_{pair.level}")
