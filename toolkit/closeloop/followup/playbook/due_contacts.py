"""Whom to contact of our own accord up to a day, and when to call after a case has ended."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from closeloop.followup.playbook.cadence import Cadence, next_contact, shipped_cadence
from closeloop.followup.playbook.text_result import TextResult
from closeloop.metrics.result import Shown
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.state import CaseState


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
