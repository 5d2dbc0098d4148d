"""The slim row of every response, and the alerts that rules raised."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from closeloop.followup.store.batches import batches
from closeloop.followup.store.case_rows import CaseReading, Row, upsert, whole_row
from closeloop.followup.store.filters import conditions
from closeloop.followup.store.schema import ALERT, RESPONSE


class AnswerReading(CaseReading):
    """What a transaction can read of responses and alerts."""

    def responses(self, **filters: Any) -> list[Row]:
        """Return the slim rows of responses by the time of the answer; filters as in `cases`."""
        wanted = sa.select(RESPONSE).where(*conditions(RESPONSE, filters))
        return self._rows(wanted.order_by(RESPONSE.c.answered_at, RESPONSE.c.survey_id, RESPONSE.c.response_id))

    def alerts(self, **filters: Any) -> list[Row]:
        """Return alerts by the time they were raised; filters as in `cases`."""
        wanted = sa.select(ALERT).where(*conditions(ALERT, filters))
        return self._rows(wanted.order_by(ALERT.c.fired_at, ALERT.c.rule_id, ALERT.c.ref))


class AnswerWriting(AnswerReading):
    """What a transaction can do with responses and alerts beside reading them."""

    def put_responses(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Keep responses, each once: by survey and response id the last word counts. Return how many are new."""
        whole = (whole_row(RESPONSE, {"scores": {}, "detail": {}, **row}) for row in rows)
        return self._put(RESPONSE, ("survey_id", "response_id"), whole)

    def put_alerts(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Keep alerts, each once: by rule and ref (a response, or a segment's window). Return how many are new."""
        whole = (whole_row(ALERT, {"detail": {}, **row}) for row in rows)
        return self._put(ALERT, ("rule_id", "ref"), whole)

    def _put(self, table: Any, keys: tuple[str, ...], rows: Iterable[Row]) -> int:
        counted = sa.select(sa.func.count()).select_from(table)
        before = self.connection.execute(counted).scalar_one()
        statement = upsert(self.connection.dialect.name, table, *keys)
        for batch in batches(rows):
            self.connection.execute(statement, batch)
        return int(self.connection.execute(counted).scalar_one() - before)
