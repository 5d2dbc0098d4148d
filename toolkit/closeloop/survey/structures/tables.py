"""The tables of LimeSurvey's XML: name → rows, each column → text."""

from __future__ import annotations

from xml.parsers import expat

from closeloop.survey.findings import Finding, definition_error
from closeloop.text import message

Row = dict[str, str]
_TABLE, _ROWS, _ROW, _CELL = 2, 3, 4, 5  # how deep they stand


def tables(content: bytes, file: str) -> dict[str, list[Row]]:
    """Return every table of the file.

    Raises
    ------
    SurveyDefinitionError
        If it is not LimeSurvey's XML, or declares entities (a few lines of which can stand for gigabytes).
    """
    reader = _Tables(file)
    reader.parse(content)
    return reader.tables


class _Tables:
    def __init__(self, file: str) -> None:
        self.tables: dict[str, list[Row]] = {}
        self._file = file
        self._path: list[str] = []
        self._texts: list[str] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._texts.append
        self._parser.EntityDeclHandler = self._refuse_entity

    def parse(self, content: bytes) -> None:
        try:
            self._parser.Parse(content, True)
        except (expat.ExpatError, LookupError) as error:
            line = self._parser.CurrentLineNumber
            raise self._fault("structures.broken", line, why=error) from error
        if not self.tables:
            raise self._fault("structures.not_limesurvey", 1)

    def _fault(self, key: str, line: int, **fields: object) -> Exception:
        said = message(key, file=self._file, **fields)
        return definition_error(self._file, [Finding(code="structure", line=line, message=said)])

    def _refuse_entity(self, *_declared: object) -> None:
        raise self._fault("structures.entity", self._parser.CurrentLineNumber)

    def _start(self, tag: str, _attributes: dict[str, str]) -> None:
        self._path.append(tag)
        if len(self._path) == _ROW and self._path[_ROWS - 1] == "rows":
            self.tables.setdefault(self._path[_TABLE - 1], []).append({})
        self._texts.clear()

    def _end(self, tag: str) -> None:
        if len(self._path) == _CELL and self._path[_ROWS - 1] == "rows":
            self.tables[self._path[_TABLE - 1]][-1][tag] = "".join(self._texts)
        self._path.pop()
