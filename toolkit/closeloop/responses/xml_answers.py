"""XML of answers, as Qualtrics exports it: an element a response, in it an element a column."""

from __future__ import annotations

import hashlib
from collections import Counter
from pathlib import Path
from xml.parsers import expat

import numpy as np

from closeloop.errors import InsufficientDataError, ResponseValidationError
from closeloop.responses.source import Cells, Progress, SourceFile, encode
from closeloop.text import message

_HEAD_RECORDS = 25
_ROOT, _RESPONSE, _COLUMN = 1, 2, 3  # how deep they stand


class XmlSource:
    """A file of responses in XML: the names of its elements are its header, its first response is row 1.

    A column is in the place where its name was first seen. A name that stands twice in one response gives two columns.
    """

    guessed_encoding = False

    def __init__(self, path: Path) -> None:
        content = path.read_bytes()
        if not content.strip():
            raise InsufficientDataError(message("responses.file_empty", file=path.name))
        found = _Responses(path.name)
        found.parse(content)
        self._columns = tuple(encode([row.get(key, "") for row in found.rows]) for key in found.names)
        self._n = len(found.rows)
        head = [[row.get(key, "") for key in found.names] for row in found.rows[:_HEAD_RECORDS]]
        self.head = [[name for name, _ in found.names], *head]
        self.facts = SourceFile(
            name=path.name,
            sha256=hashlib.sha256(content).hexdigest(),
            encoding=found.encoding,
            encoding_reason=message("platforms.xml_encoding"),
            delimiter=None,
            sheet=None,
        )

    def cells(self, header_rows: int, progress: Progress | None = None) -> Cells:
        """Return the cells: all responses, less further header rows that somebody's dialect may ask for."""
        skip = header_rows - 1
        if progress:
            progress(1, 1)
        columns = tuple(column.slice(skip) for column in self._columns) if skip else self._columns
        return Cells(columns=columns, source_rows=np.arange(skip + 1, self._n + 1, dtype=np.int32))


class _Responses:
    """What a parser has seen: the names of the columns in order, and of each response name → text."""

    def __init__(self, file: str) -> None:
        self.names: dict[tuple[str, int], None] = {}
        self.rows: list[dict[tuple[str, int], str]] = []
        self.encoding = "utf-8"
        self._file, self._depth = file, 0
        self._times: Counter[str] = Counter()
        self._texts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._texts.append
        self._parser.XmlDeclHandler = self._declared
        self._parser.EntityDeclHandler = self._refuse_entity

    def parse(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, LookupError) as error:
            raise ResponseValidationError(message("platforms.xml_broken", file=self._file, why=error)) from error
        if not self.rows:
            raise InsufficientDataError(message("platforms.xml_no_response", file=self._file))

    def _declared(self, _version: str, encoding: str | None, _standalone: int) -> None:
        self.encoding = (encoding or "utf-8").lower()

    def _refuse_entity(self, *_declared: object) -> None:
        """No platform declares entities, and a few lines of them can stand for gigabytes."""
        raise ResponseValidationError(message("platforms.xml_entity", file=self._file))

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > _COLUMN:
            line = self._parser.CurrentLineNumber
            raise ResponseValidationError(message("platforms.xml_deep", file=self._file, line=line, tag=tag))
        if self._depth == _RESPONSE:
            self.rows.append({})
            self._times.clear()
        self._texts.clear()

    def _end(self, tag: str) -> None:
        if self._depth == _COLUMN:
            key = (tag, self._times[tag])
            self._times[tag] += 1
            self.names.setdefault(key)
            self.rows[-1][key] = "".join(self._texts)
        self._depth -= 1
