"""The cases as columns: what measuring needs of each case, each cycle, each contact, each stay in a stage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np

from closeloop.followup.measure.columns import BoolArray, Columns, columns_of, picked

CASE = {
    "case_id": "text", "subject_id": "text", "response_id": "text", "survey_id": "text", "rule_id": "text",
    "score": "number", "code": "text", "severity": "text", "kind": "text", "scope": "text", "channel": "text",
    "language": "text", "department": "text", "team": "text", "owner": "text", "problem_id": "text", "policy": "text",
    "safety": "flag", "public_exposure": "flag", "stage": "text", "is_open": "flag", "hold": "text",
    "received_at": "time", "opened_at": "time", "arm": "text", "remeasure_score": "number", "remeasured_at": "time",
    "remeasure_on": "time",
}  # fmt: skip
CYCLE = {
    "case": "row", "number": "number", "began_at": "time", "acknowledged_at": "time", "first_response_at": "time",
    "resolved_at": "time", "confirmed_at": "time", "ended_at": "time", "outcome": "text",
}  # fmt: skip
CONTACT = {
    "case": "row", "at": "time", "recorded_at": "time", "outbound": "flag", "human": "flag", "reached": "flag",
}  # fmt: skip
STAY = {"case": "row", "cycle": "number", "stage": "text", "entered_at": "time", "left_at": "time"}
HOLD = {"case": "row", "on": "text", "began_at": "time", "ended_at": "time"}
PROMISE = {"case": "row", "made_at": "time", "due_at": "time", "kept": "number"}
OPTION = {
    "case": "row", "cycle": "number", "family": "text", "remedy": "text", "agreed": "flag", "cost": "number",
    "currency": "text",
}  # fmt: skip
HANDOFF = {"case": "row", "at": "time", "left": "text", "to": "text"}

TABLES = {
    "cases": CASE, "cycles": CYCLE, "contacts": CONTACT, "stays": STAY, "holds": HOLD, "promises": PROMISE,
    "options": OPTION, "handoffs": HANDOFF,
}  # fmt: skip
"""Every table with its columns and their kinds; ``case`` is the row of the case, whatever its id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseTable:
    """Cases in columns; made of events by `closeloop.followup.measure.case_rows.case_table`.

    Times are seconds since 1970 in UTC, NaN where something has not happened. An option of several remedies is several
    rows of `options`; ``agreed`` says that the customer agreed to it.

    Examples
    --------
    >>> table = CaseTable.of(cases={"code": ["price", "delay"], "received_at": [0, 3600.0]},
    ...                      cycles={"case": [0, 1], "first_response_at": [7200.0, float("nan")]})
    >>> table.n, table.first("first_response_at").tolist()
    (2, [7200.0, nan])
    """

    cases: Columns
    cycles: Columns
    contacts: Columns
    stays: Columns
    holds: Columns
    promises: Columns
    options: Columns
    handoffs: Columns

    @classmethod
    def of(cls, **tables: Mapping[str, Any]) -> Self:
        """Return a table of given columns; what is left out is blank, and a cycle without a number is the first.

        Raises
        ------
        ValueError
            If a table or column is not known, or the columns of a table differ in length.
        """
        given = {name: dict(tables.get(name, {})) for name in TABLES}
        for name in ("cycles", "stays", "options"):
            number = "number" if name == "cycles" else "cycle"
            if "case" in given[name]:
                given[name].setdefault(number, np.ones(len(given[name]["case"])))
        unknown = {name: columns_of(TABLES.get(name, {}), tables[name], name) for name in tables if name not in TABLES}
        made = {name: columns_of(kinds, given[name], name) for name, kinds in TABLES.items()}
        return cls(**made, **unknown)

    @property
    def n(self) -> int:
        """How many cases."""
        return len(self.cases["case_id"])

    def first(self, name: str) -> Any:
        """Return a time of each case's first cycle; a case that is reopened keeps it."""
        return self._of_cycle(name, first=True)

    def last(self, name: str) -> Any:
        """Return a time, or the outcome, of each case's latest cycle."""
        return self._of_cycle(name, first=False)

    def _of_cycle(self, name: str, *, first: bool) -> Any:
        values, case, number = self.cycles[name], self.cycles["case"], self.cycles["number"]
        blank: Any = np.nan if values.dtype.kind == "f" else ""
        found = np.full(self.n, blank, dtype=values.dtype)
        order = np.argsort(-number if first else number, kind="stable")  # what is written last stays
        found[case[order]] = values[order]
        return found

    def chosen(self, keep: BoolArray) -> CaseTable:
        """Return only some of the cases, with all that belongs to them."""
        if keep.all():
            return self
        place = np.full(self.n, -1, dtype=np.int64)
        place[keep] = np.arange(int(keep.sum()))
        tables: dict[str, Columns] = {"cases": picked(self.cases, keep)}
        for name in TABLES:
            if name != "cases":
                table = getattr(self, name)
                kept = picked(table, keep[table["case"]])
                tables[name] = {**kept, "case": place[kept["case"]]}
        return CaseTable(**tables)
