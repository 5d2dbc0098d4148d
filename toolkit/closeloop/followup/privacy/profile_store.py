"""Keeping a customer file in the register: values sealed with the person's key, purposes and consents beside them."""

from __future__ import annotations

import base64
import datetime as dt
from typing import TYPE_CHECKING, Any

from closeloop.followup.privacy.erase import profile_id
from closeloop.followup.privacy.profile import Consent, Profile, ProfileField
from closeloop.followup.privacy.vault import Vault

if TYPE_CHECKING:
    from closeloop.followup.store.transaction import Reading, Writing

KIND = "profile"


def keep_profile(tx: Writing, vault: Vault, profile: Profile, *, actor: str, at: dt.datetime) -> int:
    """Keep a profile; returns its version. Versions before it are deleted: what was taken out is gone."""
    doc_id = profile_id(profile.subject_id)
    values = {each.name: each.value for each in profile.fields}
    key_id, sealed = vault.seal(profile.subject_id, values, bound_to=doc_id)
    for key in vault.new_keys():
        tx.put_sealed_key(key.key_id, key.subject_id, key.sealed, at=at)
    content = {
        "subject_id": profile.subject_id, "key_id": key_id, "sealed": base64.b64encode(sealed).decode(),
        "fields": [_field(each) for each in profile.fields], "consents": [_consent(each) for each in profile.consents],
    }  # fmt: skip
    version = tx.put_document(KIND, doc_id, content, actor=actor, at=at)
    tx.drop_document(doc_id, before=version)
    return version


def profile_of(tx: Reading, vault: Vault, subject_id: str) -> Profile:
    """Return the profile of a person; an empty one if nothing was noted.

    Raises
    ------
    StoreError
        If there is one and the key file is not at hand.
    """
    row = tx.document(profile_id(subject_id))
    if row is None:
        return Profile(subject_id=subject_id)
    content = row["content"]
    values = vault.open(content["key_id"], base64.b64decode(content["sealed"]), bound_to=profile_id(subject_id))
    return Profile(
        subject_id=subject_id,
        fields=tuple(
            ProfileField(
                name=said["name"], value=values[said["name"]], purposes=tuple(said["purposes"]), ground=said["ground"],
                source=said["source"], noted_at=dt.datetime.fromisoformat(said["noted_at"]),
                keep_days=said["keep_days"],
            )
            for said in content["fields"]
        ),
        consents=tuple(_consent_of(said) for said in content["consents"]),
    )  # fmt: skip


def _field(each: ProfileField) -> dict[str, Any]:
    return {
        "name": each.name, "purposes": list(each.purposes), "ground": each.ground, "source": each.source,
        "noted_at": each.noted_at.isoformat(), "keep_days": each.keep_days,
    }  # fmt: skip


def _consent(each: Consent) -> dict[str, Any]:
    return {
        "purpose": each.purpose, "given_at": each.given_at.isoformat(), "wording": each.wording,
        "channel": each.channel, "until": None if each.until is None else each.until.isoformat(),
        "withdrawn_at": None if each.withdrawn_at is None else each.withdrawn_at.isoformat(),
    }  # fmt: skip


def _consent_of(said: dict[str, Any]) -> Consent:
    until, withdrawn = said["until"], said["withdrawn_at"]
    return Consent(
        purpose=said["purpose"], given_at=dt.datetime.fromisoformat(said["given_at"]), wording=said["wording"],
        channel=said["channel"], until=None if until is None else dt.date.fromisoformat(until),
        withdrawn_at=None if withdrawn is None else dt.datetime.fromisoformat(withdrawn),
    )  # fmt: skip
