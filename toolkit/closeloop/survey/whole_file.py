"""Files that are complete or not there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from closeloop.errors import StoreError
from closeloop.text import message
from closeloop.versioned import check_target


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write into, and put it in its place when all is written.

    Raises
    ------
    StoreError
        If it cannot be written: no such folder, no permission, a full disk. What stood there before is untouched.

    Examples
    --------
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with whole_file(Path(folder) / "a.txt") as beside:
    ...         _ = beside.write_text("all of it", encoding="utf-8")
    ...     (Path(folder) / "a.txt").read_text(encoding="utf-8")
    'all of it'
    """
    try:
        check_target(path)
        with tempfile.TemporaryDirectory(dir=path.parent, prefix=".closeloop-") as aside:
            beside = Path(aside) / path.name
            yield beside
            beside.replace(path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StoreError(message("versioned.not_written", file=path, reason=reason)) from error
