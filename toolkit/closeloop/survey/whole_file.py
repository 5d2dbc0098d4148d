"""Files that are complete or not there."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

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
        raise not_written(path, error) from error


@contextmanager
def whole_workbook(path: Path) -> Iterator[Any]:
    """Give an xlsxwriter workbook to fill, and put it in its place when it is written; errors as of `whole_file`."""
    with whole_file(path) as beside, open_workbook(beside) as workbook:
        yield workbook


@contextmanager
def open_workbook(path: Path) -> Iterator[Any]:
    """Give an xlsxwriter workbook that takes texts for texts, and write it."""
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    try:
        with xlsxwriter.Workbook(path, plain) as workbook:
            yield workbook
    except FileCreateError as error:  # its wording of an OSError
        cause = error.args[0] if error.args and isinstance(error.args[0], OSError) else None
        raise (cause or OSError(str(error))) from error


def not_written(path: Path, error: OSError) -> StoreError:
    """Return what is said of a file that could not be written."""
    return StoreError(message("versioned.not_written", file=path, reason=error.strerror or str(error)))
