"""A folder of files that is complete or not there."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from closeloop.errors import StoreError
from closeloop.followup.store.exchange.layout import KIND, MANIFEST
from closeloop.text import message
from closeloop.versioned import MARK


@contextmanager
def written_whole(folder: Path) -> Iterator[Path]:
    """Give a folder aside to write into; when all is written it takes the place of `folder`.

    Raises
    ------
    StoreError
        If something else than an earlier export is in `folder`, or it cannot be written; what was there stays.
    """
    check_replaceable(folder)
    aside: Path | None = None
    try:
        aside = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
        yield aside
        _to_disk(aside)
        _put_in_place(aside, folder)
    except OSError as error:
        text = message("store.not_exported", folder=folder, reason=error.strerror or error)
        raise StoreError(text, file=str(folder)) from error
    finally:
        if aside is not None:
            shutil.rmtree(aside, ignore_errors=True)


def check_replaceable(folder: Path) -> None:
    """Refuse a folder that holds something else than an earlier export, or cannot be made."""
    if not folder.parent.is_dir():
        raise StoreError(message("store.no_folder", file=folder, folder=folder.parent), file=str(folder))
    if not folder.exists() or (folder.is_dir() and (not any(folder.iterdir()) or _is_export(folder))):
        return
    raise StoreError(message("store.folder_taken", folder=folder), file=str(folder))


def _is_export(folder: Path) -> bool:
    try:
        content = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and content.get(MARK) == KIND


def _to_disk(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.iterdir():
        with path.open("rb") as stream:
            os.fsync(stream.fileno())


def _put_in_place(aside: Path, folder: Path) -> None:
    """Rename; an earlier export steps aside first and comes back if that fails."""
    if not folder.exists():
        aside.rename(folder)
        return
    earlier = folder.with_name(f"{aside.name}.earlier")
    folder.rename(earlier)
    try:
        aside.rename(folder)
    except OSError:
        earlier.rename(folder)
        raise
    shutil.rmtree(earlier)
