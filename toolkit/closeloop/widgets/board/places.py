"""Where a register lies is nobody's business who sees a board: messages on it name files, not folders."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from closeloop.followup.loop.loop import Loop


def without_folders(text: str, loop: Loop) -> str:
    """Return a message without the folders of the register and of its key file, or the server of the register.

    Parameters
    ----------
    text : str
    loop : Loop

    Examples
    --------
    >>> import closeloop as cl
    >>> without_folders("disk full", cl.open_loop(":memory:", actor="li"))
    'disk full'
    """
    address, key_file = loop._desk.store.address, loop._desk.vault.key_file  # of the same package
    if not address.is_sqlite:
        text = text.replace(str(address), address.url.database or "")
    for file in (address.file, key_file):
        if isinstance(file, Path):
            for folder in {file.parent, file.parent.absolute(), file.parent.resolve()}:
                text = text.replace(str(folder / file.name), file.name)
                if folder.is_absolute() and folder != folder.parent:
                    text = text.replace(f"{folder}{os.sep}", "").replace(str(folder), folder.name)
    return text
