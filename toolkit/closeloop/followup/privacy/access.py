"""The right of access: all that is known of one person, in one piece; who asked for it is written down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closeloop.errors import StoreError
from closeloop.followup.privacy.erase import cases_of, profile_id
from closeloop.followup.privacy.masking import mask_id
from closeloop.followup.privacy.profile_store import profile_of
from closeloop.followup.privacy.reveal import REVEALED, Occasion, note, opened
from closeloop.followup.privacy.vault import READABLE, Vault
from closeloop.text import message

if TYPE_CHECKING:
    from closeloop.followup.event import CaseEvent
    from closeloop.followup.privacy.profile import Profile
    from closeloop.followup.store.store import Store


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class SubjectData:
    """All that is known of one person; `repr` shows none of it.

    Attributes
    ----------
    subject_id : str
    content : dict
        JSON-safe: ``cases`` with their histories, ``responses``, ``profile``, ``about``.
    """

    subject_id: str
    content: dict[str, Any]

    def write(self, path: str | Path) -> Path:
        """Write it as JSON, readable by the owner of the file only; for the person who asked for it."""
        target = Path(path)
        target.touch(mode=0o600)
        target.write_text(json.dumps(self.content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        return target

    def __repr__(self) -> str:
        return f"<SubjectData {mask_id(self.subject_id)}: {len(self.content['cases'])}>"


def export_subject(store: Store, vault: Vault, subject_id: str, occasion: Occasion) -> SubjectData:
    """Return all that is known of a person; that it was revealed is written into each of their cases first.

    Raises
    ------
    StoreError
        If the key file is not at hand, or nobody of that id is known.
    """
    if not vault.can_read:
        raise StoreError(message("privacy.no_key_file", path=vault.key_file or "–"), file=vault.key_file)
    with store.writing() as tx:
        cases = [tx.events(case_id) for case_id in cases_of(tx, subject_id)]
        responses = tx.responses(subject_id=subject_id)
        document = tx.document(profile_id(subject_id))
        if not cases and not responses and document is None:
            raise StoreError(message("privacy.unknown_person", subject=mask_id(subject_id)))
        rows = [tx.case_row(events[0].case_id) for events in cases]
        profile = None if document is None else profile_of(tx, vault, subject_id)
        for events in cases:
            if any(vault.state(event.key_id, event.sealed) == READABLE for event in events):
                note(tx, events, REVEALED, {"reason": occasion.reason}, occasion)
        tx.journal("SubjectExported", {"reason": occasion.reason}, actor=occasion.actor, at=occasion.at)
    content = {
        "about": {
            "subject_id": subject_id, "made_at": occasion.at.isoformat(), "made_by": occasion.actor,
            "reason": occasion.reason,
        },
        "profile": None if profile is None else _told_profile(profile),
        "cases": [
            {"case": _plain(row), "history": [_told_event(vault, event) for event in events]}
            for row, events in zip(rows, cases, strict=True)
        ],
        "responses": _plain(responses),
    }  # fmt: skip
    return SubjectData(subject_id=subject_id, content=content)


def _told_event(vault: Vault, event: CaseEvent) -> dict[str, Any]:
    payload = dict(event.payload)
    for text in opened(vault, event):
        payload[text.field] = text.text.plain if text.gone is None else {"unreadable": dict(text.gone)}
    return {"seq": event.seq, "type": event.type, "at": event.at.isoformat(), "actor": event.actor, "said": payload}


def _told_profile(profile: Profile) -> dict[str, Any]:
    return {
        "fields": [
            {
                "name": each.name, "value": each.value, "purposes": list(each.purposes), "ground": each.ground,
                "source": each.source, "noted_at": each.noted_at.isoformat(), "keep_days": each.keep_days,
            }
            for each in profile.fields
        ],
        "consents": [
            {
                "purpose": each.purpose, "given_at": each.given_at.isoformat(), "wording": each.wording,
                "channel": each.channel, "until": _plain(each.until), "withdrawn_at": _plain(each.withdrawn_at),
            }
            for each in profile.consents
        ],
    }  # fmt: skip


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    return value.isoformat() if hasattr(value, "isoformat") else value
