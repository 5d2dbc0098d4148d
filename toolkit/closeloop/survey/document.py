"""A YAML file as plain data, with the line on which each part of it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from closeloop.kept import parsed_once
from closeloop.survey.findings import Finding, definition_error
from closeloop.text import message

_PACKAGE = Path(__file__).parents[1]
_SHIPPED = (_PACKAGE, _PACKAGE.parents[1] / "surveys")  # the latter in a checkout

KeyPath = tuple[str | int, ...]
"""Keys and positions from the top of a document down to one value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A YAML file that could be read.

    Attributes
    ----------
    file : str
        As it was given.
    data : dict
        Its content.
    lines : mapping
        Path → 1-based line of the key or list entry.
    findings : tuple of Finding
        Keys that are there twice.
    """

    file: str
    data: dict[str, Any]
    lines: Mapping[KeyPath, int]
    findings: tuple[Finding, ...] = ()

    def line(self, path: KeyPath) -> int | None:
        """Return the line of a path, or of the nearest part above it that has one."""
        for length in range(len(path), -1, -1):
            part = path[:length]
            written = (*part[:-1], str(part[-1])) if part else part  # a key such as 1 is noted as it is written
            if part in self.lines or written in self.lines:
                return self.lines.get(part, self.lines.get(written))
        return None


def path_text(path: KeyPath) -> str:
    """Return a path as people write it.

    Examples
    --------
    >>> path_text(("pages", 0, "items", 2, "ask"))
    'pages[0].items[2].ask'
    """
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return text.removeprefix(".")


def read_document(path: str | Path) -> Document:
    """Read a YAML 1.2 file whose top is a mapping.

    Raises
    ------
    SurveyDefinitionError
        If the file is not UTF-8, not YAML, empty, or not a mapping.
    """
    file, source = str(path), Path(path)
    text = _decode(source.read_bytes(), file)

    def read() -> Document:
        from closeloop.survey.yaml_text import parsed_document

        return parsed_document(text, file)

    if not any(source.is_relative_to(folder) for folder in _SHIPPED):
        return read()

    def parsed() -> list[Any]:
        document = read()
        return [document.data, [[list(where), line] for where, line in document.lines.items()], [*document.findings]]

    data, lines, findings = parsed_once(source, text, parsed)
    return Document(file=file, data=data, lines={tuple(where): line for where, line in lines}, findings=tuple(findings))


def _decode(content: bytes, file: str) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        finding = Finding(code="encoding", file=file, line=line, message=message("survey.encoding"))
        raise definition_error(file, [finding]) from None
