"""How long people are remembered: who is due to be forgotten, as a table first, and then in fact."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.followup.privacy.masking import mask_id
from closeloop.followup.privacy.purposes import Purposes, load_purposes
from closeloop.followup.privacy.reveal import ERASED
from closeloop.metrics.result import Shown, TableResult
from closeloop.text import LocalText, message
from closeloop.written import told

if TYPE_CHECKING:
    from closeloop.followup.privacy.erase import Erasure
    from closeloop.followup.privacy.reveal import Occasion
    from closeloop.followup.privacy.vault import Vault
    from closeloop.followup.store.store import Store

DUE, WAITS, OPEN, UNDECIDED = "due", "waits", "open", "undecided"
"""What is to be done about a person: forget; not yet; a case is open; nobody has decided how long."""

_KINDS = ("complaint", "enquiry", "suggestion", "other")


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRow:
    """One person.

    Attributes
    ----------
    subject_id : str
    n_cases : int
    last_end_at : datetime or None
        When the last of their cases ended; None while one is open.
    due_on : date or None
        From which day on they are to be forgotten; None where that cannot be said.
    state : str
        ``due``, ``waits``, ``open`` or ``undecided``.
    """

    subject_id: str
    n_cases: int
    last_end_at: dt.datetime | None
    due_on: dt.date | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class RetentionPlan(TableResult):
    """Who is due to be forgotten; a dry run, nothing is deleted.

    Attributes
    ----------
    people : tuple of RetentionRow
        Those who are due first.
    as_of : date
    """

    kind: ClassVar[str] = "retention_plan"

    people: tuple[RetentionRow, ...]
    as_of: dt.date

    @property
    def due(self) -> tuple[str, ...]:
        """Ids of those who are due."""
        return tuple(row.subject_id for row in self.people if row.state == DUE)

    @property
    def title(self) -> LocalText:
        """What it is about."""
        return message("privacy.retention_title")

    @property
    def sentence(self) -> LocalText:
        """How many are due, and what about the others."""
        counted = self.facts()
        return message("privacy.retention_sentence", **{name: told(n, "count") for name, n in counted.items()})

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """That it is a dry run; that nobody decided."""
        notes = [message("privacy.retention_dry")]
        if any(row.state == UNDECIDED for row in self.people):
            notes.append(message("privacy.retention_undecided"))
        return tuple(notes)

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Person (masked), what is to be done, from when on, cases, their last end."""
        return (
            Shown("subject", message("privacy.person")),
            Shown("action", message("privacy.action")),
            Shown("due_on", message("privacy.due_on")),
            Shown("n_cases", message("privacy.cases"), "count"),
            Shown("last_end_on", message("privacy.last_end")),
        )

    def rows(self) -> list[dict[str, Any]]:
        """Return the people, their ids masked."""
        return [
            {
                "subject": mask_id(row.subject_id), "state": row.state, "action": message(f"privacy.state_{row.state}"),
                "due_on": None if row.due_on is None else row.due_on.isoformat(), "n_cases": row.n_cases,
                "last_end_on": None if row.last_end_at is None else row.last_end_at.date().isoformat(),
            }
            for row in self.people
        ]  # fmt: skip

    def facts(self) -> Mapping[str, Any]:
        """Return how many people are in each state."""
        states = [row.state for row in self.people]
        return {f"n_{state}": states.count(state) for state in (DUE, WAITS, OPEN, UNDECIDED)}

    def plot(self, ax: Any = None) -> Any:
        """Draw how many people are in each state."""
        from closeloop.views.count_chart import plot_counts

        return plot_counts(self, [(message(f"privacy.state_{k[2:]}"), n) for k, n in self.facts().items()], ax)


def due_for_erasure(
    rows: Iterable[Mapping[str, Any]],
    now: dt.datetime,
    purposes: Purposes | None = None,
    *,
    erased: Collection[str] = (),
) -> RetentionPlan:
    """Return who is due to be forgotten.

    Parameters
    ----------
    rows : iterable of mappings
        Of cases: ``case_id``, ``subject_id``, ``kind``, ``is_open``, ``ended_at``.
    now : datetime
    purposes : Purposes, optional
        With the days to keep; by default the shipped ones, in which nobody has decided.
    erased : collection of str
        Cases in which it was recorded already.

    Returns
    -------
    RetentionPlan
        A person with several cases is due when the last of them is.

    Examples
    --------
    >>> ended = {"case_id": "C-1", "subject_id": "S-7K2M9QPA", "kind": "complaint", "is_open": False,
    ...          "ended_at": "2024-01-10T09:00:00.000000Z"}
    >>> now = dt.datetime(2026, 7, 1, tzinfo=dt.UTC)
    >>> due_for_erasure([ended], now, load_purposes().keeping(complaint=730)).due
    ('S-7K2M9QPA',)
    """
    rules = purposes or load_purposes()
    people: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        people.setdefault(row["subject_id"] or row["case_id"], []).append(row)
    found = [
        _person(subject_id, cases, now, rules)
        for subject_id, cases in people.items()
        if not all(case["case_id"] in erased for case in cases)
    ]
    order = (DUE, WAITS, UNDECIDED, OPEN)
    found.sort(key=lambda row: (order.index(row.state), row.due_on or dt.date.max, row.subject_id))
    return RetentionPlan(people=tuple(found), as_of=now.date())


def run_retention(store: Store, vault: Vault, plan: RetentionPlan, occasion: Occasion) -> list[Erasure]:
    """Forget all whom a plan names as due, one after the other; stopped half-way, it can be run again."""
    from closeloop.followup.privacy.erase import erase

    return [erase(store, vault, subject_id, occasion) for subject_id in plan.due]


def retention_plan(store: Store, now: dt.datetime, purposes: Purposes | None = None) -> RetentionPlan:
    """Return who of a register is due to be forgotten."""
    with store.reading() as tx:
        return due_for_erasure(tx.cases(), now, purposes, erased=frozenset(tx.cases_of_event(ERASED)))


def _person(subject_id: str, cases: list[Mapping[str, Any]], now: dt.datetime, rules: Purposes) -> RetentionRow:
    if any(case["is_open"] or case["ended_at"] is None for case in cases):
        return RetentionRow(subject_id=subject_id, n_cases=len(cases), last_end_at=None, due_on=None, state=OPEN)
    ends = [_moment(case["ended_at"]) for case in cases]
    days = [rules.purpose(case["kind"] if case["kind"] in _KINDS else "other").keep_days for case in cases]
    dates = [(end + dt.timedelta(days=d)).date() for end, d in zip(ends, days, strict=True) if d is not None]
    due_on = max(dates) if len(dates) == len(cases) else None
    state = UNDECIDED if due_on is None else DUE if due_on <= now.date() else WAITS
    return RetentionRow(subject_id=subject_id, n_cases=len(cases), last_end_at=max(ends), due_on=due_on, state=state)


def _moment(value: str | dt.datetime) -> dt.datetime:
    return dt.datetime.fromisoformat(value) if isinstance(value, str) else value
