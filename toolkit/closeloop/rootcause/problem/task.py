"""What somebody has to do by a day: the pieces of a countermeasure."""

from __future__ import annotations

import datetime as dt
from typing import Literal, Self

from pydantic import Field, model_validator

from closeloop.rootcause.problem.entry import Entry
from closeloop.text import message


class ActionTask(Entry):
    """One task.

    Parameters
    ----------
    id : str
        Its name for `depends_on`.
    what : str
    owner : str
    due : date or str
        Its last day.
    start : date or str, optional
        Its first day; the day after the last task it waits for, if left out, else `due`.
    priority : {1, 2, 3}
        1 comes first.
    depends_on : tuple of str
        Tasks that have to be done before.
    countermeasure : str
        The id of what it belongs to.
    done_on : date, optional
    evidence : str
        What shows that it was done.

    Raises
    ------
    ValueError
        If a field is of the wrong kind, the task ends before it starts or waits for itself.

    Examples
    --------
    >>> ActionTask(id="T1", what="list all contracts", owner="Zhao Ning", due="2026-10-12")
    <ActionTask T1: list all contracts; Zhao Ning by 2026-10-12>
    """

    id: str = Field(min_length=1)
    what: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    due: dt.date
    start: dt.date | None = None
    priority: Literal[1, 2, 3] = 2
    depends_on: tuple[str, ...] = ()
    countermeasure: str = ""
    done_on: dt.date | None = None
    evidence: str = ""

    @model_validator(mode="after")
    def _check(self) -> Self:
        if self.start is not None and self.start > self.due:
            raise ValueError(str(message("problem.task_order", id=self.id, start=self.start, due=self.due)))
        if self.id in self.depends_on:
            raise ValueError(str(message("problem.task_loop", chain=f"{self.id} → {self.id}")))
        return self

    def finish(self, on: dt.date | str, evidence: str) -> Self:
        """Return the task as done.

        Raises
        ------
        ValueError
            If nothing shows that it was done.
        """
        if not evidence.strip():
            raise ValueError(message("problem.done_needs_evidence", what=self.what))
        return type(self)(**(self.model_dump() | {"done_on": on, "evidence": evidence}))

    def __repr__(self) -> str:
        return f"<ActionTask {self.id}: {message('problem.owned', what=self.what, owner=self.owner, due=self.due)}>"
