"""The vault: seals what is private, and opens it for those who hold the key file.

Each text is sealed with AES-256-GCM under the key of the person it is about. Without the key file a fresh key is made
for each text, itself sealed to the loop's public key (X25519, HKDF-SHA256, AES-256-GCM); it waits in the loop until
the key file is at hand again.
"""

from __future__ import annotations

import datetime as dt
import json
import secrets
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from closeloop.errors import StoreError
from closeloop.followup.privacy.data_key import DataKey, fingerprint, new_data_key
from closeloop.followup.privacy.key_file import another_loop_error, read_only_error
from closeloop.followup.privacy.keyring import MEMORY, KeyRing
from closeloop.followup.store.column_types import canonical
from closeloop.text import LocalText, message

_VERSION = b"\x01"
_NONCE = 12
_PUBLIC = 32

READABLE, NO_KEY_FILE, ERASED, NO_KEY, PURGED = "readable", "no_key_file", "erased", "no_key", "purged"
"""What `Vault.state` says of a sealed text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedKey:
    """A person's key that was made while the key file was elsewhere; only the loop's own key opens it."""

    key_id: str
    subject_id: str
    sealed: bytes


class Vault:
    """Seals and opens the private texts of one loop.

    Parameters
    ----------
    keyring : KeyRing or None
        None where the key file is not at hand.
    public_key : bytes
        The loop's public key, which the loop keeps in its database; needed without a key ring.
    key_file : str
        Where the key file should be; named in messages.

    Examples
    --------
    >>> with KeyRing.open(":memory:") as ring:
    ...     vault = Vault(ring)
    ...     key_id, sealed = vault.seal("S-1", {"words": "Nobody called me back."})
    ...     vault.open(key_id, sealed)
    {'words': 'Nobody called me back.'}
    """

    def __init__(self, keyring: KeyRing | None, public_key: bytes = b"", key_file: str = "") -> None:
        self.keyring = keyring
        self.public_key = public_key or (b"" if keyring is None else keyring.public_key)
        self.key_file = key_file or ("" if keyring is None else keyring.path)
        self._of_thread = threading.local()  # several write at once on a server; each keeps the keys of its own texts
        if not self.public_key:
            raise ValueError(message("privacy.no_public_key"))
        if keyring is not None and keyring.public_key != self.public_key:
            raise StoreError(
                message(
                    "privacy.wrong_key_file",
                    path=keyring.path,
                    found=keyring.fingerprint,
                    expected=fingerprint(self.public_key),
                )
            )

    @property
    def can_read(self) -> bool:
        """Whether the key file is at hand."""
        return self.keyring is not None

    @property
    def can_write(self) -> bool:
        """Whether the key file is at hand and can be written: to take keys in, and to forget people."""
        return self.keyring is not None and not self.keyring.read_only

    def seal(self, subject_id: str, texts: Mapping[str, str], *, bound_to: str = "") -> tuple[str, bytes]:
        """Seal the private texts of one event.

        Parameters
        ----------
        subject_id : str
            Of the person whom they are about: with that person's keys they are forgotten.
        texts : mapping
            Field → text.
        bound_to : str
            Such as ``"C-7K2M9QPA/3"``: the text opens only where it was written.

        Returns
        -------
        (str, bytes)
            Id of the key, and the sealed texts. Without the key file the key itself waits in `new_keys`, which must be
            written in the same transaction.
        """
        if not subject_id:
            raise ValueError(message("privacy.no_subject"))
        if self.keyring is None or self.keyring.read_only:
            key = new_data_key(subject_id)
            self._new.append(_sealed_key(key, self.public_key))
        else:
            key = self.keyring.key_for(subject_id)
        nonce = secrets.token_bytes(_NONCE)
        plain = canonical(dict(texts)).encode()
        sealed = AESGCM(key.secret).encrypt(nonce, plain, _VERSION + _context("text", key.key_id, bound_to))
        return key.key_id, _VERSION + nonce + sealed

    def prepare(self, subject_ids: Iterable[str]) -> None:
        """Make the keys of many people in one go, before much is sealed."""
        if self.keyring is not None and not self.keyring.read_only:
            self.keyring.keys_for(subject_ids)

    def open(self, key_id: str, sealed: bytes | None, *, bound_to: str = "") -> dict[str, str]:
        """Open sealed texts.

        Raises
        ------
        StoreError
            If the key file is not at hand, the person was erased, the texts were purged, the key is not in this key
            file, or the sealed texts were altered; the message says which.
        """
        key = None if self.keyring is None else self.keyring.key(key_id)
        if key is None or not sealed:
            raise StoreError(self._why_not(key_id, sealed))
        nonce, cipher = sealed[1 : 1 + _NONCE], sealed[1 + _NONCE :]
        try:
            plain = AESGCM(key.secret).decrypt(nonce, cipher, sealed[:1] + _context("text", key_id, bound_to))
        except (InvalidTag, ValueError) as error:
            raise StoreError(message("privacy.altered_text", key=key_id)) from error
        texts: dict[str, str] = json.loads(plain)
        return texts

    def state(self, key_id: str, sealed: bytes | None) -> str:
        """Return whether a text can be read, and if not why: one of the five names above."""
        if not sealed:
            return PURGED
        if self.keyring is None:
            return NO_KEY_FILE
        if self.keyring.key(key_id) is not None:
            return READABLE
        return NO_KEY if self.keyring.erased_at(key_id) is None else ERASED

    def new_keys(self) -> tuple[SealedKey, ...]:
        """Return the sealed keys made since the last call; the loop writes them with the events that need them."""
        made = tuple(self._new)
        self._new.clear()
        return made

    @property
    def _new(self) -> list[SealedKey]:
        if not hasattr(self._of_thread, "keys"):
            self._of_thread.keys = []
        made: list[SealedKey] = self._of_thread.keys
        return made

    def take_in(self, sealed_keys: Iterable[SealedKey]) -> int:
        """Move keys that were made without the key file into it; then the loop may delete them.

        Returns
        -------
        int
            How many were new. Those of people erased meanwhile are not taken.
        """
        ring = self.writable_ring()
        return ring.put([_opened_key(key, ring.private_key, self.public_key) for key in sealed_keys])

    def forget(self, subject_id: str, *, at: dt.datetime) -> tuple[str, ...]:
        """Delete a person's keys; returns their ids. Nothing sealed with them can be read from then on, by anybody."""
        return self.writable_ring().forget(subject_id, at=at)

    def writable_ring(self) -> KeyRing:
        """Return the key ring for a change.

        Raises
        ------
        StoreError
            If the key file is not at hand, or can only be read.
        """
        if self.keyring is None:
            raise StoreError(message("privacy.needs_key_file", path=self.key_file or "–"), file=self.key_file)
        if self.keyring.read_only:
            raise read_only_error(self.keyring.path)
        return self.keyring

    def close(self) -> None:
        """Close the key file."""
        if self.keyring is not None:
            self.keyring.close()

    def _why_not(self, key_id: str, sealed: bytes | None) -> LocalText:
        state = self.state(key_id, sealed)
        if state == ERASED and self.keyring is not None:
            on = self.keyring.erased_at(key_id)
            return message("privacy.erased_on", day="" if on is None else on.date().isoformat())
        return message(f"privacy.{_UNREADABLE[state]}", path=self.key_file or "–", key=key_id)


_UNREADABLE = {PURGED: "purged", NO_KEY_FILE: "no_key_file", NO_KEY: "no_key"}


def open_vault(key_file: str | Path, *, public_key: bytes = b"", loop_id: str = "", needed: bool = False) -> Vault:
    """Return the vault of a loop: with its key file, or masked without it.

    Parameters
    ----------
    key_file : str or Path
        Where it is, or shall be made if the loop has no public key yet.
    public_key : bytes
        As the loop's database has it; empty at the loop's first opening, after which it must be written there.
    loop_id : str
        Of the loop.
    needed : bool
        Whether a missing key file is an error, because somebody named it; otherwise the loop opens masked.

    Raises
    ------
    StoreError
        If the key file is damaged, no key file, that of another loop, or missing though needed.
    """
    missing = str(key_file) == MEMORY or not Path(key_file).is_file()
    if public_key and missing and not needed:
        return Vault(None, public_key, str(key_file))
    # A new loop takes over a key file without keys: its first opening was cut off after the file was made.
    ring = KeyRing.open(key_file, loop_id=loop_id if public_key else "", create=not public_key)
    try:
        if not public_key and loop_id not in ("", ring.loop_id) and len(ring):
            raise another_loop_error(ring.path, ring.loop_id, loop_id)
        return Vault(ring, public_key)
    except StoreError:
        ring.close()
        raise


def _context(kind: str, *parts: str) -> bytes:
    return "\x00".join((f"closeloop {kind} 1", *parts)).encode()


def _sealed_key(key: DataKey, public_key: bytes) -> SealedKey:
    once = X25519PrivateKey.generate()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public_key))
    own = once.public_key().public_bytes_raw()
    wrap = _wrapping_key(shared, own, public_key)
    # The wrapping key is used this once, so its nonce may be fixed.
    sealed = AESGCM(wrap).encrypt(bytes(_NONCE), key.secret, _context("key", key.key_id, key.subject_id))
    return SealedKey(key_id=key.key_id, subject_id=key.subject_id, sealed=_VERSION + own + sealed)


def _opened_key(key: SealedKey, private_key: X25519PrivateKey, public_key: bytes) -> DataKey:
    own, cipher = key.sealed[1 : 1 + _PUBLIC], key.sealed[1 + _PUBLIC :]
    try:
        wrap = _wrapping_key(private_key.exchange(X25519PublicKey.from_public_bytes(own)), own, public_key)
        secret = AESGCM(wrap).decrypt(bytes(_NONCE), cipher, _context("key", key.key_id, key.subject_id))
    except (InvalidTag, ValueError) as error:
        raise StoreError(message("privacy.altered_key", key=key.key_id)) from error
    return DataKey(key_id=key.key_id, subject_id=key.subject_id, secret=secret)


def _wrapping_key(shared: bytes, own: bytes, public_key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=own + public_key, info=b"closeloop sealed key 1").derive(shared)
