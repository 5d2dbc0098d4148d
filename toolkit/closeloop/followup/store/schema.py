"""The tables, as statements are built on them; the migrations make them (and say which columns are keys)."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.sql.expression import TableClause
from sqlalchemy.types import TypeEngine

from closeloop.followup.store.column_types import Day, Flag, Json, JsonText, Moment, Words

_Kind = type[TypeEngine[Any]]


def _table(name: str, **kinds: str | _Kind) -> TableClause:
    """Return a table: kind of column → names."""
    types: dict[str, TypeEngine[Any]] = {
        "words": Words(), "whole": sa.Integer(), "real": sa.Float(), "flag": Flag(), "moment": Moment(), "day": Day(),
        "json": Json(), "json_text": JsonText(), "raw": sa.Text(), "bytes": sa.LargeBinary(),
    }  # fmt: skip
    columns: list[sa.ColumnClause[Any]] = []
    for kind, names in kinds.items():
        columns += [sa.column(column, types[kind]) for column in str(names).split()]
    return sa.table(name, *columns)


META = _table("meta", words="key value")
MIGRATION = _table("migration", whole="number", words="name version", moment="applied_at")

EVENT = _table(
    "event",
    words="case_id",
    whole="seq schema_v",
    raw="type at recorded_at actor zone payload key_id",  # what the hash is made of is stored as it was hashed
    bytes="sealed sealed_digest prev_hash hash",
)
CASE_HEAD = _table("case_head", words="case_id", whole="version", bytes="hash")

CASE_ROW = _table(
    "case_row",
    words="case_id subject_id stage hold owner team department severity kind scope channel form language code rule_id "
    "response_id survey_id problem_id parent_case_id merged_into outcome next_due policy",
    whole="number cycle escalation version",
    real="score",
    flag="is_open safety public_exposure is_late",
    moment="opened_at received_at stage_since first_response_at resolved_at confirmed_at ended_at next_due_at",
    day="remeasure_on",
)
DUE = _table("due", words="case_id kind ref owner severity text", moment="due_at warn_at")

RESPONSE = _table(
    "response",
    words="survey_id response_id subject_id wave channel language rule_id outcome reason case_id",
    moment="answered_at",
    flag="qualifies contactable",
    json_text="scores detail",
)
ALERT = _table(
    "alert",
    words="rule_id ref rule_version survey_id response_id segment window_id severity outcome reason case_id",
    moment="fired_at",
    json_text="detail",
)
DOCUMENT = _table("document", words="doc_id kind actor", whole="version", moment="saved_at", json="content")
SETTING = _table(
    "setting", words="kind setting_id actor", whole="version", moment="valid_from recorded_at", json="content"
)
JOURNAL = _table("journal", whole="number", moment="at", words="type actor", json="payload")
OUTBOX = _table("outbox", whole="number", moment="at sent_at", words="kind case_id", json="payload")
SEALED_KEY = _table("sealed_key", words="key_id subject_id", moment="at", bytes="sealed")
