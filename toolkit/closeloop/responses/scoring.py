"""What counts in the scores of responses: whose answers, the metrics of the survey, and what its keys are called."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from closeloop.forms.items import Single
from closeloop.metrics.score_input import ScoreInput
from closeloop.metrics.spec import MeanScore, Metric, Nps, TopBox
from closeloop.text import LANGUAGES, LocalText, message

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

NOT_SCORED = ("test", "screened_out")
"""States of responses that count in no score."""
_SCORED = ("nps", "csat", "ces", "top_box", "mean")


def scored_responses(
    survey: Survey | None,
    frame: Any,
    *,
    source: LocalText | str,
    period: tuple[dt.date, dt.date] | None,
    cautions: Mapping[str, tuple[LocalText, ...]],
) -> ScoreInput:
    """Return what `closeloop.score` needs to know of the rows of `frame`, wherever they lie."""
    if survey is not None:
        source = message("responses.survey_version", id=survey.id, version=survey.version)
    return ScoreInput(
        frame=frame,
        specs=metric_specs(survey),
        source=source,
        period=period,
        labels=key_labels(survey),
        titles=key_titles(survey),
        cautions=cautions,
        survey="" if survey is None else f"{survey.id} {survey.version}",
    )


def scored_columns(survey: Survey | None, columns: Iterable[str]) -> list[str]:
    """Return the columns of answers that are scored: a partial response without any of them counts in no score."""
    return sorted({spec.items[0] for spec in metric_specs(survey).values()} & set(columns))


def metric_specs(survey: Survey | None) -> dict[str, Metric]:
    """Return the metrics of the survey's plan that are scores of one item, in its order."""
    if survey is None:
        return {}
    return {name: _spec(name, plan) for name, plan in survey.metrics.items() if plan.kind in _SCORED}


def _spec(name: str, plan: Any) -> Metric:
    column = plan.item.replace(".", "__")
    label = {"label": plan.label} if plan.label else {"label": message("scores.ces")} if plan.kind == "ces" else {}
    if plan.kind == "nps":
        return Nps(column, name=name, **label)
    if plan.kind == "mean":
        return MeanScore(column, name=name, **label)
    return TopBox(column, points=plan.points, top=plan.top, name=name, **label)


def key_labels(survey: Survey | None) -> Mapping[str, Mapping[object, LocalText]]:
    """Return for each column of options what its values are called."""
    if survey is None:
        return {}
    tags: dict[object, LocalText] = {tag: message(f"responses.language_{tag[:2]}") for tag in LANGUAGES}
    return {"language": tags} | {
        item.name: {option.value: option.text for option in item.options}
        for item in survey.items
        if isinstance(item, Single)
    }


def key_titles(survey: Survey | None) -> Mapping[str, LocalText]:
    """Return for each item what it is called: its label, else its question."""
    if survey is None:
        return {}
    system = ("language", "status", "wave", "channel_source", "survey_version")
    own = {name: message(f"responses.title_{name}") for name in system}
    return own | {item.name: title for item in survey.items if (title := item.label or item.ask) is not None}
