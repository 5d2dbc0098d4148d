"""What makes tampering evident: every event carries a digest of itself and of the one before.

Hashed are length-prefixed bytes, so that no two different events give the same ones. Of private text the digest of its
*ciphertext* is hashed: when the ciphertext is purged the digest stays, and with it the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

_MARK = b"closeloop event 1"
_HEADS = b"closeloop heads 1"
HASHED = ("case_id", "seq", "type", "schema_v", "at", "recorded_at", "actor", "zone", "payload", "key_id")
"""The columns of an event that its hash is made of, beside the digest of what is sealed and the hash before."""

_LENGTHS = [length.to_bytes(8, "big") for length in range(512)]

START = b""
"""What stands before the first event of a case."""


def digest_of(sealed: bytes | None) -> bytes | None:
    """Return the digest of a ciphertext; None where there is none."""
    return None if sealed is None else hashlib.sha256(sealed).digest()


def event_hash(row: Mapping[str, Any], prev_hash: bytes) -> bytes:
    """Return the hash of an event as it is stored, chained to the one before.

    Examples
    --------
    >>> row = dict(case_id="C-1", seq=1, type="CaseOpened", schema_v=1, at="", recorded_at="", actor="anna",
    ...            zone="UTC", payload="{}", key_id="", sealed_digest=None)
    >>> event_hash(row, START) == event_hash({**row, "actor": "ann", "zone": "aUTC"}, START)
    False
    """
    return hash_of([row[name] for name in HASHED], row["sealed_digest"], prev_hash)


def hash_of(values: Iterable[object], sealed_digest: bytes | None, prev_hash: bytes) -> bytes:
    """Return the hash of an event whose values are given in the order of `HASHED`."""
    return _digest([_MARK, *[str(value).encode() for value in values], sealed_digest or b"", prev_hash])


def heads_digest(heads: Iterable[tuple[str, int, bytes]]) -> str:
    """Return one digest for all cases: (case, version, hash of its last event), ordered by case.

    Examples
    --------
    >>> heads_digest([])[:12], heads_digest([("C-1", 1, b"x")])[:12]
    ('edebf3bee070', 'd1122f7e7438')
    """
    whole = hashlib.sha256(_HEADS)
    for case_id, version, last in heads:
        whole.update(_digest([case_id.encode(), str(version).encode(), last]))
    return whole.hexdigest()


def _digest(parts: list[bytes]) -> bytes:
    pieces: list[bytes] = []
    for part in parts:
        length = len(part)
        pieces += (_LENGTHS[length] if length < 512 else length.to_bytes(8, "big"), part)
    return hashlib.sha256(b"".join(pieces)).digest()
