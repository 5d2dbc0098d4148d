"""The slim rows that are kept of every response: the denominators."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from closeloop.followup.measure.columns import BoolArray, Columns, FloatArray, columns_of, picked, seconds

RESPONSE = {
    "response_id": "text", "survey_id": "text", "subject_id": "text", "answered_at": "time", "qualifies": "flag",
    "outcome": "text", "reason": "text", "case_id": "text", "contactable": "number",
}  # fmt: skip
"""``outcome``: ``"case"`` or ``"suppressed"``, empty if nothing is known to have come of a response; ``contactable``:
1, 0, or NaN where nobody knows."""

_APART = "\x1f"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponseTable:
    """Responses in columns, with the scores that were given, by name.

    Examples
    --------
    >>> table = ResponseTable.of([{"response_id": "r1", "answered_at": "2026-03-01", "scores": {"recommend": 3}}])
    >>> table.n, table.score("recommend").tolist(), table.score("trust").tolist()
    (1, [3.0], [nan])
    """

    columns: Columns
    scores: Mapping[str, FloatArray]

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]], alerts: Iterable[Mapping[str, Any]] = ()) -> Self:
        """Return the table of rows as the store keeps them.

        Parameters
        ----------
        rows : iterable of mapping
            Keys as in `RESPONSE`; ``scores`` is a mapping, or the JSON text of one.
        alerts : iterable of mapping
            What the rules said of a response: ``survey_id``, ``response_id``, ``outcome``, ``reason``, ``case_id``. A
            response with an alert qualifies. Of several alerts one without outcome counts before a case, and a case
            before a suppression.
        """
        fired: dict[tuple[Any, Any], Mapping[str, Any]] = {}
        for alert in alerts:
            key = (alert.get("survey_id"), alert.get("response_id"))
            if key not in fired or _rank(alert) < _rank(fired[key]):
                fired[key] = alert
        every: list[Mapping[str, Any]] = []
        for row in rows:
            alert = fired.get((row.get("survey_id"), row.get("response_id")), {})
            came = {name: alert.get(name) for name in ("outcome", "reason", "case_id")}
            every.append({**row, "qualifies": True, **came} if alert else row)
        columns: dict[str, list[Any]] = {name: [row.get(name) for row in every] for name in RESPONSE}
        for name, kind in RESPONSE.items():
            if kind == "text":
                columns[name] = [value or "" for value in columns[name]]
        columns["answered_at"] = [seconds(moment) for moment in columns["answered_at"]]
        given = [row.get("scores") or {} for row in every]
        parsed = [json.loads(one) if isinstance(one, str) else one for one in given]
        names = dict.fromkeys(name for one in parsed for name in one)
        scores = {name: np.array([_number(one.get(name)) for one in parsed]) for name in names}
        return cls(columns=columns_of(RESPONSE, columns, "responses"), scores=scores)

    @classmethod
    def made(cls, columns: Mapping[str, Any], scores: Mapping[str, Any] | None = None) -> Self:
        """Return the table of columns that are at hand as arrays."""
        filled = columns_of(RESPONSE, columns, "responses")
        return cls(columns=filled, scores={name: np.asarray(v, dtype=np.float64) for name, v in (scores or {}).items()})

    @property
    def n(self) -> int:
        """How many responses."""
        return len(self.columns["response_id"])

    @property
    def keys(self) -> npt.NDArray[np.str_]:
        """What tells each response from every other: survey and response together."""
        return key_of(self.columns)

    def score(self, name: str) -> FloatArray:
        """Return a score of each response; NaN where it was not given."""
        found = self.scores.get(name)
        return np.full(self.n, np.nan) if found is None else found

    def chosen(self, keep: BoolArray) -> ResponseTable:
        """Return only some of the responses."""
        if keep.all():
            return self
        return ResponseTable(
            columns=picked(self.columns, keep), scores={name: values[keep] for name, values in self.scores.items()}
        )


def key_of(columns: Columns) -> npt.NDArray[np.str_]:
    """Return survey and response of each row as one text; empty where there is no response.

    Examples
    --------
    >>> [len(key) for key in key_of({"survey_id": np.array(["s", "s"]), "response_id": np.array(["1", ""])})]
    [3, 0]
    """
    survey, response = columns["survey_id"], columns["response_id"]
    joined = np.char.add(np.char.add(survey, _APART), response)
    return np.where(response == "", "", joined)


def _rank(alert: Mapping[str, Any]) -> int:
    return {"": 0, "case": 1}.get(alert.get("outcome") or "", 2)


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else np.nan
