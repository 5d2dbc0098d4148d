"""Accepted responses as slim rows, with the rules that match them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from closeloop.followup.rules.match import Matches, match
from closeloop.followup.rules.response_rule import ResponseRule
from closeloop.followup.rules.severity import SEVERITIES, raised
from closeloop.followup.triage.columns import rule_columns
from closeloop.followup.triage.comments import comment_columns
from closeloop.followup.triage.contact import ContactPlan, Words
from closeloop.followup.triage.rows import ResponseRow

if TYPE_CHECKING:
    import pandas as pd

    from closeloop.survey.survey import Survey

PUBLIC_CHANNELS = frozenset({"social", "weibo", "douyin", "xiaohongshu", "review", "app_store", "twitter", "facebook"})
"""Channels on which others read along; ours, for `PUBLIC_CHANNELS` of a call to be replaced."""
NEVER = ("test", "screened_out")
"""States of a response that never calls for anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """The rows of one file.

    Attributes
    ----------
    rows : tuple of ResponseRow
        Without outcome; each id once.
    places : tuple of int
        Where in the frame each stands.
    words : Words
    matches : Matches
    repeated : int
        Rows left out because a later one has the same id.
    """

    rows: tuple[ResponseRow, ...]
    places: tuple[int, ...]
    words: Words
    matches: Matches
    repeated: int


def read(
    accepted: pd.DataFrame,
    survey: Survey,
    rules: Sequence[ResponseRule],
    contact: ContactPlan,
    subject_of: Callable[[str], str],
    public: Collection[str],
) -> Read:
    """Return the slim rows of accepted responses, with rules and contact but without outcome."""
    n = len(accepted)
    words = Words(accepted, survey)
    wanted = {name for rule in rules for name in rule.names}
    columns = rule_columns(accepted, survey, wanted)
    if any(rule.needs_comment for rule in rules):
        columns |= comment_columns(words.texts(n), accepted, survey)
    matches = match([rule for rule in rules if not rule.needs_history], columns, n)
    by_id = {rule.id: rule for rule in matches.rules}
    scores, metric_items = _scores(accepted, survey), main_items(survey)
    texts = {name: _texts(accepted, name) for name in _TEXTS}
    times = _times(accepted)
    reachable = contact.contactable(accepted)
    hits = [matches.matched(i) if hit else () for i, hit in enumerate(matches.any_hit)]
    subjects: dict[str, str] = {}
    rows = []
    for i in range(n):
        customer, response = texts["respondent_id"][i], texts["response_id"][i].replace("\0", "\ufffd")
        who = customer or f"\x1f{survey.id}\x1f{response}"
        if who not in subjects:
            subjects[who] = subject_of(who)
        status = texts["status"][i]
        row = ResponseRow(
            survey_id=survey.id, survey_version=survey.version, response_id=response, subject_id=subjects[who],
            answered_at=times[i], wave=texts["wave"][i], channel=texts["channel_source"][i],
            language=texts["language"][i], touchpoint=texts["touchpoint"][i], status=status,
            scores=scores[i], score=main_score(scores[i], metric_items), contactable=reachable[i],
            matched=() if status in NEVER else hits[i], has_own_subject=not customer,
            public_exposure=texts["channel_source"][i].casefold() in public,
        )  # fmt: skip
        rows.append(judged(row, by_id) if row.matched else row)
    places = _once(rows)
    return Read(
        rows=tuple(rows[i] for i in places), places=tuple(places), words=words, matches=matches,
        repeated=n - len(places),
    )  # fmt: skip


def judged(row: ResponseRow, rules: Mapping[str, ResponseRule]) -> ResponseRow:
    """Return a row with what the rules that match it say: the first that opens a case, and safety, whichever says so.

    A row that qualifies already keeps its rule.
    """
    opening = [rules[name] for name in row.matched if name in rules and rules[name].opens != "nothing"]
    if opening and not row.qualifies:
        rule = opening[0]
        row = replace(
            row, qualifies=True, rule_id=rule.id, opens=rule.opens, code=rule.code or "", quiet_days=rule.quiet_days,
            severity=raised(rule.severity, int(row.public_exposure)),
        )  # fmt: skip
    for rule in opening:
        if rule.safety:
            severity = max(raised(rule.severity, int(row.public_exposure)), row.severity, key=SEVERITIES.index)
            row = replace(row, safety=True, severity=severity)
    return row


_TEXTS = ("response_id", "respondent_id", "status", "language", "wave", "channel_source", "touchpoint")


def _texts(accepted: pd.DataFrame, name: str) -> list[str]:
    if name not in accepted:
        return [""] * len(accepted)
    return [value.strip() if isinstance(value, str) else "" for value in accepted[name].astype(object).tolist()]


def _times(accepted: pd.DataFrame) -> list[dt.datetime | None]:
    import pandas as pd

    if "answered_at_utc" not in accepted:
        return [None] * len(accepted)
    column = accepted["answered_at_utc"]
    aware = column if getattr(column.dtype, "tz", None) is not None else pd.to_datetime(column).dt.tz_localize("UTC")
    return [None if pd.isna(value) else value.to_pydatetime().astimezone(dt.UTC) for value in aware]


def _scores(accepted: pd.DataFrame, survey: Survey) -> list[dict[str, float]]:
    """Return the points given, by column, as they were given."""
    found = [name for name in score_columns(survey) if name in accepted]
    if not found:
        return [{} for _ in range(len(accepted))]
    table = np.column_stack([accepted[name].to_numpy(dtype=float, na_value=np.nan) for name in found])
    return [
        {name: value for name, value in zip(found, row, strict=True) if value == value}  # NaN is not itself
        for row in table.tolist()
    ]


def score_columns(survey: Survey) -> list[str]:
    """Return the columns that hold points of a scale, in the survey's order."""
    names = []
    for item in survey.items:
        if item.scale is not None:
            rows: Sequence[Any] = getattr(item, "rows", ())
            names += [f"{item.name}__{row.value}" for row in rows] if rows else [item.name]
    return names


def main_items(survey: Survey) -> tuple[str, ...]:
    """Return the columns that the survey's plan scores, in its order: the first answered is a response's score."""
    planned = [str(getattr(plan, "item", "")).replace(".", "__") for plan in survey.metrics.values()]
    return tuple(dict.fromkeys((*filter(None, planned), *score_columns(survey))))


def main_score(scores: Mapping[str, float], items: Sequence[str]) -> float | None:
    """Return the points given to the first of the items that was answered."""
    return next((scores[item] for item in items if item in scores), None)


def _once(rows: Sequence[ResponseRow]) -> list[int]:
    """Return the places of the rows that stand: of several with one id the last answered."""
    standing: dict[str, int] = {}
    for place, row in enumerate(rows):
        before = standing.get(row.response_id)
        if before is None or _order(rows[before]) < _order(row):
            standing[row.response_id] = place
    return sorted(standing.values())


def _order(row: ResponseRow) -> tuple[Any, ...]:
    at = "" if row.answered_at is None else row.answered_at.isoformat()
    return (at, sorted(row.scores.items()), row.matched)
