"""The score of a month: what it is, how it moved, for whom, and what goes along with it; each as far as it goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from closeloop.analysis.drivers.drivers import drivers
from closeloop.analysis.drivers.result import Drivers
from closeloop.analysis.trend.trend import Trend, trend
from closeloop.errors import InsufficientDataError
from closeloop.forms.items import Single
from closeloop.metrics.difference import Difference
from closeloop.metrics.estimate import Result
from closeloop.metrics.period import Period
from closeloop.metrics.score import score
from closeloop.metrics.score_input import ScoreInput, chosen_metric
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import GapScore, Metric, Nps
from closeloop.reports.month_answers import MonthAnswers, month_told
from closeloop.responses.responses import Responses
from closeloop.text import LocalText, message
from closeloop.written import told, told_interval, told_level

FEWEST_FOR_DRIVERS = 100
"""With fewer complete answers nothing is said of what goes along with the score. Ours; see `closeloop.drivers`."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MonthScores:
    """What can be said of a score in a month; None, with the reason, where nothing can be.

    Attributes
    ----------
    table : ScoreTable
        The score of the month, by segment.
    others : ScoreTable or None
        The other metrics of the survey.
    change : Difference or None
        Against the month before.
    trend : Trend or LocalText
    drivers : Drivers or LocalText
    """

    spec: Metric
    table: ScoreTable
    others: ScoreTable | None
    change: Difference | None
    trend: Trend | LocalText
    drivers: Drivers | LocalText

    @property
    def result(self) -> Result | None:
        """The score of everybody in the month; None where so few answered that it is hidden."""
        return self.table.blocks[0].total.result


def month_scores(found: MonthAnswers, spec: Metric, by: Sequence[str], min_n: int) -> MonthScores:
    """Return the scores of a month.

    Parameters
    ----------
    found : MonthAnswers
    spec : Metric
        The metric of the report.
    by : sequence of str
        The segments.
    min_n : int
        Groups with fewer answers are hidden.
    """
    others = [one for one in found.this.given.specs.values() if one.name != spec.name]
    return MonthScores(
        spec=spec,
        table=score(found.this, spec, **_by(by), min_n=min_n),
        others=score(found.this, others, min_n=min_n) if others else None,
        change=_change(found, spec, min_n),
        trend=_trend(found, spec, min_n),
        drivers=_drivers(found, spec, others),
    )


def _by(keys: Sequence[str]) -> dict[str, Any]:
    return {"by": keys[0] if keys else None} if len(keys) < 2 else {"breakdowns": list(keys)}


def report_metric(metric: Metric | str | None, given: ScoreInput) -> Metric:
    """Return the metric of a report: the one asked for, else the survey's NPS, else its only one."""
    if metric is None:
        metric = next((spec for spec in given.specs.values() if isinstance(spec, Nps)), None)
    return chosen_metric(metric, given)


def segments(data: object) -> tuple[str, ...]:
    """Return the keys by which a survey's answers are broken down if nobody says which: its questions of one choice."""
    survey = data.survey if isinstance(data, Responses) else None
    return tuple(item.name for item in survey.items if isinstance(item, Single)) if survey is not None else ()


def conclusion(found: MonthAnswers, scores: MonthScores) -> LocalText:
    """Return the first sentence: the score, how sure it is, and whether it has moved by more than chance."""
    here, result = month_told(found.month), scores.result
    if result is None:
        return message("monthly.hidden", metric=scores.spec.label, month=here, min_n=told(scores.table.min_n, "count"))
    low, high = result.confidence_interval(scores.table.confidence_level)
    return message(
        "monthly.conclusion", month=here, metric=scores.spec.label, score=told(result.score, *_form(scores.spec)),
        level=told_level(scores.table.confidence_level), interval=told_interval(low, high, *_form(scores.spec)),
        n=told(int(result.n), "count"), change=_change_said(found, scores),
    )  # fmt: skip


def _form(spec: Metric) -> tuple[str, int]:
    from closeloop.metrics.units import DIGITS, FORM

    return FORM[spec.kind], DIGITS[spec.kind]


def _change_said(found: MonthAnswers, scores: MonthScores) -> LocalText:
    from closeloop.metrics.compare_text import difference_interval, difference_size

    change, before = scores.change, month_told(found.before)
    if change is None or change.ci is None:
        return message("monthly.no_change", before=before)
    unit = change.unit
    facts = {"before": before, "interval": difference_interval(change.ci, unit)}
    if change.ci.low <= 0 <= change.ci.high:
        return message("monthly.same", size=difference_size(change.estimate, unit, signed=True), **facts)
    key = "monthly.above" if change.estimate > 0 else "monthly.below"
    return message(key, size=difference_size(change.estimate, unit), **facts)


def _change(found: MonthAnswers, spec: Metric, min_n: int) -> Difference | None:
    table = score(found.both, spec, by=Period("answered_at", "month"), min_n=min_n)
    shown = {group.key[0] for block in table.blocks for group in block.groups if group.result is not None}
    return table.compare(found.month, found.before) if {found.month, found.before} <= shown else None


def _trend(found: MonthAnswers, spec: Metric, min_n: int) -> Trend | LocalText:
    try:
        return trend(found.until, spec, every="month", min_n=min_n)
    except InsufficientDataError as error:
        return message("monthly.no_trend", reason=error.text)


def _drivers(found: MonthAnswers, spec: Metric, others: Sequence[Metric]) -> Drivers | LocalText:
    columns = list(dict.fromkeys(item for one in others if not isinstance(one, GapScore) for item in one.items))
    items = [name for name in columns if name not in spec.items]
    if len(items) < 2 or isinstance(spec, GapScore):
        return message("monthly.no_items")
    n = len(found.this.frame[[*items, *spec.items]].dropna())
    if n < FEWEST_FOR_DRIVERS:
        return message("monthly.few_for_drivers", n=told(n, "count"), least=told(FEWEST_FOR_DRIVERS, "count"))
    return drivers(found.this, spec, items, bootstrap=500)
