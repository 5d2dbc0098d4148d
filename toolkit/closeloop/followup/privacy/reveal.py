"""Revealing: the texts of a case, for a reason that goes into its history first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closeloop.errors import StoreError
from closeloop.followup.event import CaseEvent, NewEvent, is_private
from closeloop.followup.privacy.revealed import PrivateText, Revealed, RevealedText
from closeloop.followup.privacy.screening import screen
from closeloop.followup.privacy.vault import READABLE, Vault
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.store.store import Store
    from closeloop.followup.store.transaction import Writing

REVEALED, ERASED = "PiiRevealed", "PiiErased"
"""The two events that say what was done with private texts."""

Project = Callable[["Writing", list[CaseEvent]], object]
"""Writes the rows by which a case is found, once events were added to it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Who does something with private texts, when, why, and where it is written down.

    Attributes
    ----------
    actor : str
    at : datetime
        In UTC.
    reason : str
        Must say something; what identifies a person is masked in it, because it stays.
    project : callable
        See `Project`.
    """

    actor: str
    at: dt.datetime
    reason: str
    project: Project

    def __post_init__(self) -> None:
        if not self.reason.strip():
            raise ValueError(message("privacy.no_reason"))
        object.__setattr__(self, "reason", screen(self.reason.strip()).masked)


def bound_to(case_id: str, seq: int) -> str:
    """Return to which place a sealed text is bound: it opens in no other event.

    Examples
    --------
    >>> bound_to("C-7K2M9QPA", 3)
    'C-7K2M9QPA/3'
    """
    return f"{case_id}/{seq}"


def reveal(store: Store, vault: Vault, case_id: str, occasion: Occasion) -> Revealed:
    """Return the private texts of a case; that they were revealed, to whom and why, is written down before.

    Raises
    ------
    StoreError
        If the key file is not at hand, or there is no such case.
    """
    if not vault.can_read:
        raise StoreError(message("privacy.no_key_file", path=vault.key_file or "–"), file=vault.key_file)
    with store.writing() as tx:
        events = tx.events(case_id)
        if not events:
            raise StoreError(message("privacy.no_case", case=case_id))
        if any(vault.state(event.key_id, event.sealed) == READABLE for event in events):
            note(tx, events, REVEALED, {"reason": occasion.reason}, occasion)
    return Revealed(
        case_id=case_id, actor=occasion.actor, at=occasion.at, reason=occasion.reason, zone=events[-1].zone,
        texts=tuple(each for event in events for each in opened(vault, event)),
    )  # fmt: skip


def opened(vault: Vault, event: CaseEvent) -> list[RevealedText]:
    """Return the private texts of one event, readable or not."""
    fields = [name for name, value in event.payload.items() if is_private(value)]
    if not event.key_id:
        return []
    place: dict[str, Any] = {"seq": event.seq, "at": event.at, "type": event.type, "zone": event.zone}
    try:
        texts = vault.open(event.key_id, event.sealed, bound_to=bound_to(event.case_id, event.seq))
    except StoreError as error:
        return [RevealedText(**place, field=name, gone=error.text) for name in fields or [""]]
    return [RevealedText(**place, field=name, text=PrivateText(text)) for name, text in texts.items()]


def note(tx: Writing, events: Sequence[CaseEvent], type_: str, payload: dict[str, Any], occasion: Occasion) -> None:
    """Write down in a case what was done with its private texts."""
    last = events[-1]
    draft = NewEvent(type=type_, at=occasion.at, payload=payload)
    new = CaseEvent(
        case_id=last.case_id, seq=last.seq + 1, type=draft.type, at=draft.at, payload=draft.payload, zone=last.zone,
        actor=occasion.actor, recorded_at=max(occasion.at, last.recorded_at),
    )  # fmt: skip
    tx.append(last.case_id, last.seq, [new])
    occasion.project(tx, [*events, new])
