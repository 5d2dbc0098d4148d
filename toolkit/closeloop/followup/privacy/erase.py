"""Forgetting a person: their keys go, what is known without them stays.

The keys are deleted first and the record is written after, so the record never claims what has not happened; if the
process dies in between, erasing again completes it. Sealed texts stay in the register, and nobody can open them.
`purge` takes them out as well. Whether deleting keys suffices is a legal question. Copies of the key file that lie
elsewhere still open what was erased: they need a rule of their own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from closeloop.followup.event import CaseEvent
from closeloop.followup.privacy.masking import mask_id
from closeloop.followup.privacy.reveal import ERASED, Occasion, note
from closeloop.followup.privacy.vault import Vault
from closeloop.text import LocalText, message

if TYPE_CHECKING:
    from closeloop.followup.store.store import Store
    from closeloop.followup.store.transaction import Reading, Writing


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What was done to forget a person.

    Attributes
    ----------
    subject_id : str
    case_ids : tuple of str
        Cases in whose history it was recorded now; none if it all had been done before.
    n_keys : int
        Keys that were deleted now.
    n_texts : int
        Events whose private texts nobody can read any more.
    n_purged : int
        Of them, sealed texts that were taken out of the register as well.
    log_emptied : bool
        Whether nothing deleted is left in the database's write-ahead log. Where somebody else is reading it stays
        until they have finished; erase again then.
    """

    subject_id: str
    case_ids: tuple[str, ...]
    n_keys: int
    n_texts: int
    n_purged: int = 0
    log_emptied: bool = True

    @property
    def sentence(self) -> LocalText:
        """What was done, and what it does not say."""
        return message(
            "privacy.erased" if self.case_ids or self.n_keys else "privacy.nothing_to_erase",
            subject=mask_id(self.subject_id), n_cases=len(self.case_ids), n_keys=self.n_keys, n_texts=self.n_texts,
        )  # fmt: skip

    @property
    def notes(self) -> tuple[LocalText, ...]:
        """What to know: what stays, copies of the key file, the law."""
        notes = [message("privacy.erased_purged", n=self.n_purged)] if self.n_purged else []
        if not self.log_emptied:
            notes.append(message("privacy.log_not_emptied"))
        return (*notes, message("privacy.erased_stays"), message("privacy.erased_law"))

    def __str__(self) -> str:
        return "\n".join(str(text) for text in (self.sentence, *self.notes))


def erase(store: Store, vault: Vault, subject_id: str, occasion: Occasion, *, purge: bool = False) -> Erasure:
    """Delete the keys of a person, record it in each of their cases, and empty the write-ahead log.

    Parameters
    ----------
    store : Store
    vault : Vault
        With the key file at hand, writable.
    subject_id : str
        The pseudonym of a customer, or the id of a case whose customer is not known.
    occasion : Occasion
        Who, when, why.
    purge : bool
        Also take the sealed texts out of the register and write the database file anew; nobody else may use it then.

    Raises
    ------
    StoreError
        If the key file is not at hand or cannot be written: then nothing was changed.
    """
    ring = vault.writable_ring()
    with store.writing(alone=True) as tx:
        cases = [tx.events(case_id) for case_id in cases_of(tx, subject_id)]
        sealed_keys = {row["key_id"]: row["subject_id"] for row in tx.sealed_keys()}
        waiting = [key_id for key_id, owner in sealed_keys.items() if owner == subject_id]
        used = {event.key_id for events in cases for event in events if event.key_id}
        used |= {row["content"]["key_id"] for row in tx.document_versions(profile_id(subject_id))}
        deleted = {*ring.forget(subject_id, at=occasion.at), *waiting}
        # Keys that this copy of the key file does not have may be in another; those of other people stay.
        gone = sorted(deleted | {key for key in used if ring.key(key) is None and key not in sealed_keys})
        ring.drop(gone, at=occasion.at)
        tx.drop_sealed_keys(waiting)
        tx.drop_document(profile_id(subject_id))
        recorded = tuple(_recorded(tx, events, occasion) for events in cases if _is_due(events))
        if deleted or recorded:
            payload = {"reason": occasion.reason, "case_ids": recorded, "key_ids": gone}
            tx.journal(ERASED, payload, actor=occasion.actor, at=occasion.at)
        purged = tx.purge(gone) if purge else 0
    if purge:
        store.compact()
    return Erasure(
        subject_id=subject_id, case_ids=recorded, n_keys=len(deleted),
        n_texts=sum(event.key_id != "" for events in cases for event in events),
        n_purged=purged, log_emptied=True if purge else store.empty_log(),
    )  # fmt: skip


def reapply_erasures(store: Store, vault: Vault) -> int:
    """Delete again the keys of all who were erased: an older copy of the key file may have brought them back.

    Returns
    -------
    int
        How many keys had come back.
    """
    ring = vault.writable_ring()
    with store.reading() as tx:
        entries = tx.journal_entries(ERASED)
    unknown = [
        (
            [key for key in entry["payload"]["key_ids"] if ring.erased_at(key) is None],
            dt.datetime.fromisoformat(entry["at"]),
        )
        for entry in entries
    ]
    return sum(ring.drop(keys, at=at) for keys, at in unknown if keys)


def cases_of(tx: Reading, subject_id: str) -> list[str]:
    """Return the cases of a person; a case without a known customer is its own."""
    found = [row["case_id"] for row in tx.cases(subject_id=subject_id)]
    return found if found or not tx.head(subject_id) else [subject_id]


def profile_id(subject_id: str) -> str:
    """Return the id of the document that holds a customer's profile.

    Examples
    --------
    >>> profile_id("S-7K2M9QPA")
    'profile-S-7K2M9QPA'
    """
    return f"profile-{subject_id}"


def _is_due(events: Sequence[CaseEvent]) -> bool:
    """Return whether an erasure is to be recorded: never done, or something was sealed after it."""
    done = max((event.seq for event in events if event.type == ERASED), default=0)
    return not done or any(event.seq > done and event.key_id for event in events)


def _recorded(tx: Writing, events: Sequence[CaseEvent], occasion: Occasion) -> str:
    note(tx, events, ERASED, {"reason": occasion.reason}, occasion)
    return events[-1].case_id
