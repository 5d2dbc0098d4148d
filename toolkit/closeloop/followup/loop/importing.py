"""Taking in a register that was exported: nothing is guarded, history is judged by findings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from closeloop.followup.loop.checking import rebuild
from closeloop.followup.loop.house import House
from closeloop.followup.loop.loop import Loop
from closeloop.followup.loop.opening import loop_of, open_loop
from closeloop.followup.store.address import address_of
from closeloop.followup.store.exchange.import_register import import_into, import_register
from closeloop.followup.store.store import Store


def import_loop(folder: str | Path, url: str | Path, **how: Any) -> Loop:
    """Return a new loop with all that `Loop.export` wrote.

    What happened stands as it happened, also what the guards would refuse today: `Case.findings` judges it. Private
    texts stay sealed; they can be read where the key file of the exported loop is at hand.

    Parameters
    ----------
    folder : str or Path
        Of an export.
    url : str or Path
        Where the new register is to be; nothing may be in it yet.
    **how
        As `open_loop` takes it: ``actor``, ``key_file``, ``now``, ``timezone``.

    Returns
    -------
    Loop

    Raises
    ------
    StoreError
        If a file is missing, cut off or changed (it names file and line), or there is something in the register
        already; nothing is imported then.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as place:
    ...     with open_loop(f"{place}/old.sqlite", actor="li") as loop:
    ...         folder = loop.export(f"{place}/export")
    ...     with import_loop(folder, f"{place}/new.sqlite", key_file=f"{place}/old.sqlite.keys") as again:
    ...         len(again.cases())
    0
    """
    if address_of(url).is_memory:  # what is in memory is gone when it is closed
        loop = loop_of(_taken(Store.open(url), folder), **how)
    else:
        import_register(folder, url)
        with Store.open(url) as store:  # before the key file is looked for: the register is whole without it
            rebuild(store, House())
        return open_loop(url, **how)
    rebuild(loop._desk.store, loop._desk.house)
    return loop


def _taken(store: Store, folder: str | Path) -> Store:
    try:
        import_into(store, folder)
    except BaseException:
        store.close()
        raise
    return store
