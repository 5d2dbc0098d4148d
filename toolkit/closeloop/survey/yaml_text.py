"""YAML 1.2: from a text to plain data with the line of each part, and from plain data to a text.

Apart from `closeloop.survey.document`, so that nobody loads a parser who reads what has been parsed before.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.constructor import ConstructorError
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from closeloop.survey.document import Document, KeyPath, path_text
from closeloop.survey.findings import Finding, definition_error
from closeloop.text import LocalText, message

_MOST_REPEATED = 20_000  # a few lines of anchors can stand for a billion values


def parsed_document(text: str, file: str) -> Document:
    """Return the document that a YAML 1.2 text holds; `file` is named in faults.

    Raises
    ------
    SurveyDefinitionError
        If the text is not YAML, empty, or not a mapping.
    """
    root = _compose(text, file)
    if root is None:
        raise definition_error(file, [Finding(code="empty", file=file, line=1, message=message("survey.empty"))])
    if not isinstance(root, MappingNode):
        finding = Finding(code="not_a_mapping", file=file, line=1, message=message("survey.not_a_mapping"))
        raise definition_error(file, [finding])
    lines: dict[KeyPath, int] = {(): 1}
    findings = [
        Finding(
            code="duplicate_key",
            file=file,
            line=second,
            field=path_text(where),
            message=message("survey.duplicate_key", key=where[-1], first=first, second=second),
        )
        for where, first, second in _walk(root, file, lines)
    ]
    yaml = YAML(typ="safe", pure=True)
    yaml.allow_duplicate_keys = True  # they are already in `findings`, all of them
    try:
        data = yaml.constructor.construct_document(
            root
        )  # what was composed is not parsed once more: that takes longest
    except ConstructorError as error:  # a tag such as !python, or a list as a key
        raise definition_error(file, [_syntax_finding(error, text, file)]) from None
    return Document(file=file, data=data, lines=lines, findings=tuple(findings))


def _compose(text: str, file: str) -> Node | None:
    try:
        root: Node | None = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        raise definition_error(file, [_syntax_finding(error, text, file)]) from None
    except RecursionError:
        raise definition_error(
            file, [Finding(code="depth", file=file, line=1, message=message("survey.depth"))]
        ) from None
    return root


def write_document(data: Mapping[str, Any], path: Path) -> None:
    """Write plain data as YAML in block style, UTF-8."""
    yaml = YAML(typ="rt", pure=True)
    yaml.width = 110
    yaml.indent(mapping=2, sequence=4, offset=2)
    with path.open("w", encoding="utf-8", newline="\n") as stream:
        yaml.dump(_quotable(data), stream)


def _quotable(value: Any) -> Any:
    """Return data made of what YAML can hold: tuples become lists."""
    if isinstance(value, Mapping):
        return {key: _quotable(entry) for key, entry in value.items()}
    if isinstance(value, (tuple, list)):
        return [_quotable(entry) for entry in value]
    return value if isinstance(value, (str, int, float, bool, datetime.date)) or value is None else str(value)


def _syntax_finding(error: YAMLError, text: str, file: str) -> Finding:
    mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
    line = None if mark is None else mark.line + 1
    if line is None:
        position = getattr(error, "position", None)  # a character that YAML does not allow
        line = 1 if position is None else text[:position].count("\n") + 1
    lines = text.splitlines()
    content = lines[line - 1] if line <= len(lines) else ""
    if "\t" in content[: len(content) - len(content.lstrip())] or "\\t" in str(error):
        return Finding(code="tab", file=file, line=line, message=message("survey.tab"))
    problem = (error.problem if isinstance(error, MarkedYAMLError) else "") or str(error).splitlines()[0]
    return Finding(
        code="syntax",
        file=file,
        line=line,
        message=message("survey.syntax", problem=problem, content=content.strip()[:60]),
        suggestion=_syntax_hint("".join(lines[max(0, line - 2) : line])),
    )


def _syntax_hint(content: str) -> LocalText | None:
    if any(char in content for char in "：，｛｝［］"):
        return message("survey.syntax_full_width")
    return message("survey.syntax_quotes") if any(char in content for char in "?:,{}[]&*!%@`") else None


def _walk(root: Node, file: str, lines: dict[KeyPath, int]) -> Iterator[tuple[KeyPath, int, int]]:
    """Note the line of every part of a document; give each key that is there twice, with both lines."""
    waiting: list[tuple[Node, KeyPath, tuple[int, ...]]] = [(root, (), ())]
    visited: set[int] = set()
    repeated = 0
    while waiting:
        node, path, above = waiting.pop()
        repeated += id(node) in visited
        visited.add(id(node))
        if repeated > _MOST_REPEATED:
            line, text = node.start_mark.line + 1, message("survey.repeated", most=_MOST_REPEATED)
            raise definition_error(file, [Finding(code="repeated", file=file, line=line, message=text)])
        if id(node) in above:
            line = node.start_mark.line + 1
            finding = Finding(
                code="anchor", file=file, line=line, field=path_text(path), message=message("survey.anchor")
            )
            raise definition_error(file, [finding])
        parts: list[tuple[str | int, int, Node]] = []
        if isinstance(node, MappingNode):
            parts = [(_key_text(key), key.start_mark.line + 1, value) for key, value in node.value]
        elif isinstance(node, SequenceNode):
            parts = [(position, entry.start_mark.line + 1, entry) for position, entry in enumerate(node.value)]
        for key, line, value in parts:
            where = (*path, key)
            if where in lines:
                yield where, lines[where], line
            lines[where] = line
            waiting.append((value, where, (*above, id(node))))


def _key_text(key: Node) -> str:
    return str(key.value) if isinstance(key, ScalarNode) else "?"
