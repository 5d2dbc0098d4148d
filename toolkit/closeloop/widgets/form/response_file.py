"""A file to which forms append responses: a row is in it whole and for good, or not at all.

Two forms may write to one file, in one kernel or in several: each waits until the other is done. A row that could not
be written whole is taken out again, and a response that is there already is not written twice.
"""

from __future__ import annotations

import codecs
import csv
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from closeloop.errors import StoreError
from closeloop.text import message
from closeloop.versioned import check_target
from closeloop.widgets.form.row import OWN, header

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

if TYPE_CHECKING:
    from closeloop.survey.survey import Survey

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # an answer may be long

_BEYOND = 1 << 40  # where no file has bytes, so that a lock there stops no reader


class ResponseFile:
    """A CSV file of responses to one version of one survey; `closeloop.read_responses` reads it.

    Parameters
    ----------
    path : str or Path
        Its name ends in ``.csv``. It is made with the first response.
    survey : Survey

    Raises
    ------
    ValueError
        If the file holds other columns, or another survey or version.
    StoreError
        If its folder is not there, or it cannot be read.

    Examples
    --------
    >>> import closeloop as cl, tempfile
    >>> from closeloop.widgets.form.row import header
    >>> survey = cl.load_survey("relationship-nps")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = ResponseFile(f"{folder}/answers.csv", survey)
    ...     row = dict.fromkeys(header(survey), "") | {"survey_id": survey.id, "survey_version": "1"}
    ...     file.append(row | {"response_id": "r1", "recommend": "9"})
    ...     file.append(row | {"response_id": "r1", "recommend": "9"})
    ...     cl.read_responses(file.path, survey)
    True
    False
    Responses(relationship-nps v1: 1 accepted · 0 quarantined · 0 superseded)
    """

    def __init__(self, path: str | Path, survey: Survey) -> None:
        self.path = Path(path)
        self._survey = survey
        if self.path.suffix.lower() != ".csv":
            raise ValueError(message("form.file_suffix", file=self.path.name))
        if not self.path.parent.is_dir():
            raise StoreError(message("form.no_folder", folder=self.path.parent))
        check_target(self.path)
        if self.path.exists():
            try:
                self._check(self.path.read_bytes())
            except OSError as error:
                raise self._not_written(error) from error

    def append(self, row: Mapping[str, str]) -> bool:
        """Write a row, and return once it is on the disk.

        Returns
        -------
        bool
            False if these answers are there already, under this id; then nothing is written.

        Raises
        ------
        ValueError
            If the file holds something else by now, or other answers under this id.
        StoreError
            If it cannot be written: the disk is full, the file is not ours … Nothing of the row is in it then.
        """
        made = not self.path.exists()
        try:
            with self._locked() as descriptor:
                there = _all_of(descriptor)
                records = self._check(there)
                if self._holds(records, row):
                    return False
                start = b"" if there else codecs.BOM_UTF8 + _line(header(self._survey))
                gap = b"\n" if there and not there.endswith(b"\n") else b""
                _write(descriptor, start + gap + _line([row[name] for name in header(self._survey)]), len(there))
            if made:
                _keep_name(self.path.parent)
        except OSError as error:
            raise self._not_written(error) from error
        return True

    def _holds(self, records: Sequence[Sequence[str]], row: Mapping[str, str]) -> bool:
        """Say whether answers were sent before, such as by a kernel that was lost right after."""
        names = header(self._survey)
        place = names.index("response_id")
        there = next((record for record in records[1:] if record[place] == row["response_id"]), None)
        if there is None:
            return False
        if list(there[len(OWN) :]) != [row[name] for name in names[len(OWN) :]]:
            raise ValueError(message("form.sent_otherwise", file=self.path.name))
        return True

    @contextmanager
    def _locked(self) -> Iterator[int]:
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0)
        descriptor = os.open(self.path, flags, 0o666)
        try:
            _lock(descriptor, wanted=True)
            try:
                yield descriptor
            finally:
                _lock(descriptor, wanted=False)
        finally:
            os.close(descriptor)

    def _check(self, content: bytes) -> list[list[str]]:
        """Return the records of the file.

        Raises
        ------
        ValueError
            If it is not a file of this survey and version, or its last row is cut off.
        """
        wanted = list(header(self._survey))
        if not content:
            return [wanted]
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(message("form.file_encoding", file=self.path.name)) from None
        if text.count('"') % 2:
            raise ValueError(message("form.file_cut_off", file=self.path.name))
        records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
        if not records or records[0] != wanted:
            raise ValueError(self._other_columns(records[0] if records else []))
        mark = [self._survey.id, str(self._survey.version)]
        for number, record in enumerate(records[1:], 2):
            if len(record) != len(wanted):
                about = {"file": self.path.name, "row": number, "found": len(record), "expected": len(wanted)}
                raise ValueError(message("form.file_row", **about))
            if record[:2] != mark:
                found = " v".join(record[:2])
                about = {"file": self.path.name, "survey": self._survey.id, "version": self._survey.version}
                raise ValueError(message("form.file_other_version", found=found, **about))
        return records

    def _other_columns(self, found: Sequence[str]) -> object:
        wanted = header(self._survey)
        missing = [name for name in wanted if name not in found]
        extra = [name for name in found if name not in wanted]
        about = {"file": self.path.name, "survey": self._survey.id, "version": self._survey.version}
        return message("form.file_columns", missing=_some(missing), extra=_some(extra), **about)

    def _not_written(self, error: OSError) -> StoreError:
        return StoreError(message("form.not_written", file=self.path, reason=error.strerror or error))


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (" …" if len(names) > 6 else "") or "–"


def _line(cells: Sequence[str]) -> bytes:
    stream = io.StringIO(newline="")
    csv.writer(stream, lineterminator="\n").writerow(cells)
    return stream.getvalue().encode("utf-8")


def _all_of(descriptor: int) -> bytes:
    os.lseek(descriptor, 0, os.SEEK_SET)
    parts = []
    while part := os.read(descriptor, 1 << 20):
        parts.append(part)
    return b"".join(parts)


def _write(descriptor: int, content: bytes, end: int) -> None:
    """Write at the end and on to the disk; if that fails, the file is as it was."""
    os.lseek(descriptor, end, os.SEEK_SET)
    try:
        while content:
            content = content[os.write(descriptor, content) :]
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _keep_name(folder: Path) -> None:
    """Bring the name of a new file on to the disk, where folders can be synchronised."""
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _lock(descriptor: int, *, wanted: bool) -> None:
    """Take the file for this process, or let it go again."""
    if sys.platform == "win32":
        os.lseek(descriptor, _BEYOND, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_LOCK if wanted else msvcrt.LK_UNLCK, 1)
    else:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wanted else fcntl.LOCK_UN)
