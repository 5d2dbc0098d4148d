"""The scores of all responses that a register knows, from the slim row that is kept of each."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from closeloop.errors import ColumnNotFoundError, InsufficientDataError
from closeloop.followup.calendar.zone import any_zone
from closeloop.metrics.period import EVERY, Period
from closeloop.metrics.score import score
from closeloop.metrics.score_table import ScoreTable
from closeloop.metrics.spec import Metric, Nps
from closeloop.text import message

KEYS = ("channel", "wave", "language")
"""What a slim row can be broken down by, beside periods."""
_USUAL = "recommend"
"""The question of an NPS where the survey is not at hand, as in the shipped alert rules."""


def slim_scores(
    rows: Iterable[Mapping[str, Any]],
    zone: str,
    metric: Metric | None = None,
    by: str | None = None,
    *,
    survey: str | None = None,
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    min_n: int = 10,
) -> ScoreTable:
    """Return the scores; see `closeloop.followup.loop.measuring.Measured.scores`."""
    kept = [row for row in rows if _is_within(row["answered_at"], since, until)]
    of = survey or _most(row["survey_id"] for row in kept)
    chosen = [row for row in kept if row["survey_id"] == of]
    points = [json.loads(row["scores"]) if isinstance(row["scores"], str) else row["scores"] for row in chosen]
    spec = metric if metric is not None else _declared(of, points)
    lacking = [item for item in spec.items if not any(item in each for each in points)]
    if lacking or not points:
        raise InsufficientDataError(message("loop.no_scores", metric=spec.name, item=", ".join(lacking or spec.items)))
    columns: dict[str, Any] = {item: [each.get(item) for each in points] for item in spec.items}
    columns |= {name: [row[name] or None for row in chosen] for name in KEYS}
    here = any_zone(zone)
    columns["answered_at"] = np.array([_local(row["answered_at"], here) for row in chosen], dtype="datetime64[us]")
    if by is not None and by not in (*EVERY, *KEYS):
        raise ColumnNotFoundError(by, (*EVERY, *KEYS), message("loop.slim_rows"))
    return score(columns, spec, Period("answered_at", by) if by in EVERY else by, min_n=min_n)


def _is_within(at: str | None, since: dt.datetime | None, until: dt.datetime | None) -> bool:
    if not at:
        return since is None  # nobody knows when: it belongs to all of the time, and to no part of it
    moment = dt.datetime.fromisoformat(at)
    return (since is None or moment >= since) and (until is None or moment < until)


def _local(at: str | None, zone: dt.tzinfo) -> dt.datetime | None:
    return dt.datetime.fromisoformat(at).astimezone(zone).replace(tzinfo=None) if at else None


def _most(names: Iterable[str]) -> str:
    counted = Counter(names)
    return min(counted, key=lambda name: (-counted[name], name), default="")


def _declared(survey_id: str, points: list[dict[str, float]]) -> Metric:
    """Return the first metric of a shipped survey that was answered, else the NPS of the usual question."""
    from closeloop.responses.scoring import metric_specs
    from closeloop.survey.load import load_survey, shipped_names

    if survey_id in shipped_names():
        for spec in metric_specs(load_survey(survey_id)).values():
            if all(any(item in each for each in points) for item in spec.items):
                return spec
    return Nps(_USUAL)
