"""How often we contact a customer of our own accord, and who is due: importance by frequency, as data.

``cadence.yaml`` holds the intervals (weekly, monthly, quarterly), the table that assigns one to each pair of importance
and frequency, the day after the end of a case, and how many days must lie between two contacts.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from closeloop.errors import closest
from closeloop.followup.playbook.read_definition import read_definition
from closeloop.followup.playbook.text_result import TextResult
from closeloop.forms.fields import Count, Model, Text, fault
from closeloop.metrics.result import Shown
from closeloop.survey.shipped import data_folder
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from pathlib import Path

    from closeloop.followup.state import CaseState


class Interval(Model):
    """A stretch of weeks or months."""

    label: Text
    weeks: Count = 0
    months: Count = 0

    @model_validator(mode="after")
    def _check(self) -> Self:
        if not self.weeks and not self.months:
            raise fault("playbook.interval_empty")
        return self

    def after(self, day: dt.date) -> dt.date:
        """Return the day that lies so much later; of a month without that day, its last.

        Examples
        --------
        >>> Interval(label="a month", months=1).after(dt.date(2026, 1, 31))
        datetime.date(2026, 2, 28)
        """
        month = day.month - 1 + self.months
        year, month = day.year + month // 12, month % 12 + 1
        last = calendar.monthrange(year, month)[1]
        return dt.date(year, month, min(day.day, last)) + dt.timedelta(weeks=self.weeks)


class Cadence(Model):
    """How often customers are contacted.

    Attributes
    ----------
    importance, frequency : mapping
        Level → its label.
    intervals : mapping of str to Interval
    table : mapping
        Importance → frequency → interval.
    after_closing_days, quiet_days : int
    """

    format: Literal[1]
    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
    version: Annotated[int, Field(strict=True, ge=1)]
    languages: Annotated[tuple[str, ...], Field(min_length=1)]
    title: Text
    importance: Annotated[dict[str, Text], Field(min_length=1)]
    frequency: Annotated[dict[str, Text], Field(min_length=1)]
    intervals: Annotated[dict[str, Interval], Field(min_length=1)]
    table: dict[str, dict[str, str]]
    after_closing_days: Count
    quiet_days: Count

    @model_validator(mode="after")
    def _check(self) -> Self:
        for level in self.importance:
            for often in self.frequency:
                name = self.table.get(level, {}).get(often)
                if name not in self.intervals:
                    fields = {"importance": level, "frequency": often, "known": ", ".join(self.intervals)}
                    raise fault("playbook.cadence_gap", found=name or "–", **fields)
        return self

    def interval(self, importance: str, frequency: str) -> Interval:
        """Return how often a customer is contacted.

        Raises
        ------
        ValueError
            If there is no such level; the message names the closest.
        """
        for found, known in ((importance, self.importance), (frequency, self.frequency)):
            if found not in known:
                near = ", ".join(dict.fromkeys((*closest(str(found), known), *known)))
                raise ValueError(message("playbook.unknown_name", found=found, known=near))
        return self.intervals[self.table[importance][frequency]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A customer whom we keep in touch with.

    Attributes
    ----------
    subject_id : str
        A pseudonym.
    importance, frequency : str
        Levels of the cadence.
    last_contact_on : date
        Of whatever kind, a survey included.
    channel : str
        The one that the customer prefers.
    opted_out : bool
        Does not want to be contacted.
    """

    subject_id: str
    importance: str
    frequency: str
    last_contact_on: dt.date
    channel: str = ""
    opted_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DueContact:
    """Who is to be contacted, and by when."""

    relation: Relation
    interval: LocalText
    due_on: dt.date
    days_late: int


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class DueContacts(TextResult):
    """Whom to contact, the latest first; made by `due_contacts`.

    Attributes
    ----------
    on : date
    contacts : tuple of DueContact
    n_relations, n_opted_out : int
    """

    kind: ClassVar[str] = "due_contacts"

    on: dt.date
    contacts: tuple[DueContact, ...]
    n_relations: int
    n_opted_out: int

    def __iter__(self) -> Iterator[DueContact]:
        return iter(self.contacts)

    def __len__(self) -> int:
        return len(self.contacts)

    @property
    def title(self) -> LocalText:
        """As of which day."""
        return message("playbook.due_title", day=self.on.isoformat())

    @property
    def sentence(self) -> LocalText:
        """How many are due, out of how many."""
        late = sum(each.days_late > 0 for each in self.contacts)
        return message(
            "playbook.due_sentence", n=len(self.contacts), total=self.n_relations, late=late, out=self.n_opted_out
        )

    @property
    def columns(self) -> tuple[Shown, ...]:
        """Customer, how often, last contact, due, days late, channel."""
        heads = ("subject_id", "interval", "last_contact_on", "due_on", "days_late", "channel")
        forms = {"days_late": "count"}
        return tuple(Shown(name, message(f"playbook.col_{name}"), forms.get(name, "text")) for name in heads)

    def rows(self) -> list[dict[str, Any]]:
        """Return the contacts."""
        return [
            {
                "subject_id": each.relation.subject_id,
                "interval": each.interval,
                "last_contact_on": each.relation.last_contact_on.isoformat(),
                "due_on": each.due_on.isoformat(),
                "days_late": each.days_late,
                "channel": each.relation.channel,
            }
            for each in self.contacts
        ]

    def facts(self) -> Mapping[str, Any]:
        """Return the day and the counts."""
        return {"on": self.on.isoformat(), "n_relations": self.n_relations, "n_opted_out": self.n_opted_out}


def next_contact(
    importance: str,
    frequency: str,
    last_contact_on: dt.date,
    *,
    quiet_since: dt.date | None = None,
    cadence: Cadence | None = None,
) -> dt.date:
    """Return when a customer is contacted next.

    Parameters
    ----------
    importance, frequency : str
        ``high``, ``normal``, ``low`` and ``often``, ``regular``, ``rare`` in the shipped cadence.
    last_contact_on : date
    quiet_since : date, optional
        Day of the last survey; so many days after it nobody is contacted.
    cadence : Cadence, optional
        One's own, see `load_cadence`.

    Returns
    -------
    date

    Raises
    ------
    ValueError
        If the cadence has no such level.

    Examples
    --------
    >>> day = dt.date(2026, 11, 30)
    >>> [next_contact(*pair, day).isoformat() for pair in (("high", "often"), ("normal", "regular"), ("low", "rare"))]
    ['2026-12-07', '2026-12-30', '2027-02-28']
    """
    rule = cadence or shipped_cadence()
    due = rule.interval(importance, frequency).after(last_contact_on)
    return due if quiet_since is None else max(due, quiet_since + dt.timedelta(days=rule.quiet_days))


def due_contacts(relations: Iterable[Relation], on: dt.date, *, cadence: Cadence | None = None) -> DueContacts:
    """Return whom to contact up to a day, the latest first; whoever has opted out is counted and not named.

    Parameters
    ----------
    relations : iterable of Relation
    on : date
    cadence : Cadence, optional
        One's own, see `load_cadence`.

    Returns
    -------
    DueContacts

    Examples
    --------
    >>> one = Relation(subject_id="S-1", importance="high", frequency="often", last_contact_on=dt.date(2026, 11, 2))
    >>> due_contacts([one], dt.date(2026, 11, 12))
    <DueContacts: 1 of 1 customers are to be contacted, 1 of them late; 0 have opted out.>
    """
    rule, known = cadence or shipped_cadence(), list(relations)
    found = []
    for each in known:
        due = next_contact(each.importance, each.frequency, each.last_contact_on, cadence=rule)
        if due <= on and not each.opted_out:
            label = rule.interval(each.importance, each.frequency).label
            found.append(DueContact(relation=each, interval=label, due_on=due, days_late=(on - due).days))
    found.sort(key=lambda each: (-each.days_late, each.relation.subject_id))
    out = sum(each.opted_out for each in known)
    return DueContacts(on=on, contacts=tuple(found), n_relations=len(known), n_opted_out=out)


def care_after(state: CaseState, importance: str, frequency: str, *, cadence: Cadence | None = None) -> dt.date | None:
    """Return when a customer is called after the end of a case: once soon, and then by the cadence.

    None while the case is open, and for whoever does not want to be asked again.
    """
    ended = state.cycles[-1].ended_at if state.cycles else None
    closings = state.added("closings", this_cycle=True)
    if ended is None or (closings and closings[-1].get("opt_out")):
        return None
    rule = cadence or shipped_cadence()
    first = ended.date() + dt.timedelta(days=rule.after_closing_days)
    called = [
        each.at.date()
        for each in state.added("contacts", this_cycle=True)
        if each.at >= ended and each.get("direction") == "outbound"
    ]
    return next_contact(importance, frequency, called[-1], cadence=rule) if called else first


@cache
def shipped_cadence() -> Cadence:
    """Return the shipped cadence."""
    return load_cadence(data_folder("playbooks") / "cadence.yaml")


def load_cadence(path: str | Path) -> Cadence:
    """Return a cadence from a file.

    Raises
    ------
    SurveyDefinitionError
        If the file has faults: all of them, each with its line.
    """
    return read_definition(path, Cadence, {"intervals": Interval})
