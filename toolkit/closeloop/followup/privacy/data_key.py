"""The key of one person, and the name of a loop's own key."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DataKey:
    """The key of one person; its bytes are not shown."""

    key_id: str
    subject_id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"DataKey({self.key_id})"


def new_data_key(subject_id: str) -> DataKey:
    """Return a fresh 256-bit key for a person."""
    return DataKey(key_id=f"K-{secrets.token_hex(8)}", subject_id=subject_id, secret=secrets.token_bytes(32))


def fingerprint(public_key: bytes) -> str:
    """Return the name by which a loop's key is recognised: the same for a loop and for its key file.

    Examples
    --------
    >>> fingerprint(bytes(32))
    '66687aadf862bd77'
    """
    return hashlib.sha256(public_key).hexdigest()[:16]
