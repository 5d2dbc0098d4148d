"""Opening a loop: the register, the key file that belongs to it, and what the register says about itself."""

from __future__ import annotations

import secrets
from pathlib import Path

from closeloop.errors import StoreError
from closeloop.followup.loop.loop import Loop
from closeloop.followup.loop.moments import Clockwork, Now
from closeloop.followup.privacy.erase import reapply_erasures
from closeloop.followup.privacy.keyring import MEMORY
from closeloop.followup.privacy.vault import SealedKey, Vault, open_vault
from closeloop.followup.store.store import Store
from closeloop.text import message

_LOOP_ID, _SALT, _PUBLIC_KEY = "loop_id", "subject_salt", "public_key"


def open_loop(
    url: str | Path,
    *,
    actor: str | None = None,
    key_file: str | Path | None = None,
    now: Now = None,
    timezone: str = "",
    create: bool = True,
) -> Loop:
    """Return the loop that is kept in a file, in memory or in a PostgreSQL database; a new one is made.

    Parameters
    ----------
    url : str or Path
        A path such as ``"loop.sqlite"``, ``":memory:"`` for a notebook that keeps nothing, or
        ``postgresql://user:password@host/database``.
    actor : str, optional
        Who works with it: the default of every command.
    key_file : str or Path, optional
        The file with the keys to what customers said. **Who holds it sees names.** Left out, it lies beside the
        register (``loop.sqlite.keys``), is made with it, and where it has been moved away the loop opens without it:
        everything works, names and words stay masked. One that is named must be there. On a shared folder this is
        possession, not access control. A PostgreSQL register needs one named at its first opening.
    now : datetime, str or callable, optional
        What time it is, for notebooks that must give the same tomorrow; left out, the clock of this machine.
    timezone : str
        IANA name such as ``"Asia/Shanghai"``: in it times are read that name no zone.
    create : bool
        Make the loop if there is none.

    Returns
    -------
    Loop
        A context manager: ``with cl.open_loop("loop.sqlite") as loop:``.

    Raises
    ------
    StoreError
        If the file is not a loop, was written by a newer version, is locked, or the named key file is missing, damaged
        or that of another loop.

    Examples
    --------
    >>> with open_loop(":memory:", actor="li", now="2026-07-01T09:00+08:00") as loop:
    ...     case = loop.open_case(words="Nobody called me back.", channel="phone", received_at="2026-07-01T08:30+08:00")
    ...     case.stage
    'received'
    """
    return loop_of(Store.open(url, create=create), actor=actor, key_file=key_file, now=now, timezone=timezone)


def loop_of(
    store: Store, *, actor: str | None = None, key_file: str | Path | None = None, now: Now = None, timezone: str = ""
) -> Loop:
    """Return the loop of a register that is open; if that fails the register is closed."""
    try:
        vault, salt = _vault(store, key_file)
    except BaseException:
        store.close()
        raise
    return Loop(store, vault, salt=salt, actor=actor or "", clock=Clockwork(now, timezone))


def _vault(store: Store, key_file: str | Path | None) -> tuple[Vault, bytes]:
    """Return the vault of a register and the salt of its pseudonyms; at the first opening both are made."""
    with store.writing(alone=True) as tx:
        loop_id, salt, public = tx.meta(_LOOP_ID), tx.meta(_SALT), tx.meta(_PUBLIC_KEY)
        place = key_file if key_file is not None else _beside(store)
        if place == MEMORY and public:
            place = None  # what was taken into memory has its keys elsewhere
        if place is not None and store.address.file is not None and _same(place, store.address.file):
            raise StoreError(message("loop.key_file_is_register", file=place))
        if place is None and not public:
            raise StoreError(message("loop.key_file_needed", url=str(store.address)))
        vault = open_vault(
            place if place is not None else "", public_key=bytes.fromhex(public), loop_id=loop_id or _new_id(),
            needed=key_file is not None,
        )  # fmt: skip
        if not public:
            salt = secrets.token_hex(16)
            tx.put_meta(_LOOP_ID, vault.keyring.loop_id if vault.keyring is not None else _new_id())
            tx.put_meta(_SALT, salt)
            tx.put_meta(_PUBLIC_KEY, vault.public_key.hex())
        waiting = tx.sealed_keys()
        if waiting and vault.can_write:
            keys = [SealedKey(key_id=r["key_id"], subject_id=r["subject_id"], sealed=r["sealed"]) for r in waiting]
            vault.take_in(keys)
            tx.drop_sealed_keys([key.key_id for key in keys])
    if vault.can_write:
        reapply_erasures(store, vault)
    return vault, bytes.fromhex(salt)


def _beside(store: Store) -> str | Path | None:
    if store.address.is_memory:
        return MEMORY
    file = store.address.file
    return None if file is None else file.with_name(f"{file.name}.keys")


def _same(one: str | Path, other: Path) -> bool:
    return Path(one).resolve() == other.resolve()


def _new_id() -> str:
    return secrets.token_hex(8)
